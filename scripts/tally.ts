// Runs vitest with a configuration and counts what it says: passed, failed, and by name what was skipped.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { at, runNode, tools } from './steps.ts';

export interface Tally { readonly passed: number; readonly failed: number; readonly skipped: readonly string[] }

type Report = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly name: string; readonly status: string; readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[] }[];
};

/** `code`: vitest's exit code. A file that does not load, an error between tests, no report at all: each is a failure. */
export function count(report: Report | null, code: number): Tally {
  if (report === null) return { passed: 0, failed: 1, skipped: [] };
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')).length;
  const failed = report.numFailedTests + unloaded;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.testResults.flatMap((file) => file.assertionResults.filter((test) => !['passed', 'failed'].includes(test.status)).map((test) => test.fullName)),
  };
}

export async function vitest(config: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Tally> {
  const file = at(`dist/.tests/${config.replaceAll('/', '-')}.json`);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const code = await runNode(tools.vitest, ['run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args], env);
  let report: Report | null = null;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    // Killed before it could report: counted as a failure.
  }
  return count(report, code);
}

/** What was skipped, by name and, where the name says it, why; nothing where nothing was. */
export function skippedLines(tallies: readonly Tally[]): string[] {
  const skipped = tallies.flatMap((tally) => tally.skipped);
  return skipped.length === 0 ? [] : [`${skipped.length} skipped:`, ...skipped.map((name) => `  ${name}`)];
}

/** The last line of `npm test`, which machines read. */
export function lastLine(tallies: readonly Tally[]): string {
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
  return `${sum((tally) => tally.passed)} passed, ${sum((tally) => tally.failed)} failed`;
}
