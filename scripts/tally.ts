// Runs vitest with a configuration and counts what it says: passed, failed, and by name what was skipped, what failed and why. A file in
// which something failed runs once more, alone: what fails then is broken, what passes then is told by name as unsteady.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { at, root, runNode, tools } from './steps.ts';

export interface Tally {
  readonly passed: number; readonly failed: number;
  readonly skipped: readonly string[];
  /** each with where it is and the first lines of why */
  readonly failures: readonly string[];
  /** failed beside the others, passed alone: likewise */
  readonly unsteady: readonly string[];
}
export const none: Tally = { passed: 0, failed: 0, skipped: [], failures: [], unsteady: [] };

type Report = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly File[];
};
type File = {
  readonly name: string; readonly status: string; readonly message?: string;
  readonly assertionResults: readonly { readonly fullName: string; readonly status: string; readonly failureMessages?: readonly string[] | null }[];
};

/** Of a message, for the end of a log that somebody reads without the rest of it. */
const FIRST_LINES = 12;
const firstLines = (message: string): string => message.split('\n').slice(0, FIRST_LINES).map((line) => `    ${line}`).join('\n');
const isUnloaded = (file: File): boolean => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed');
/** Its process ended before its tests did. */
const isCutOff = (file: File): boolean => file.status !== 'failed' && file.assertionResults.some((test) => test.status === 'pending');
const said = (file: File, what: string, message: string): string => `${relative(root, file.name)}: ${what}\n${firstLines(message)}`;
const failuresOf = (report: Report): string[] => report.testResults.flatMap((file) => (isUnloaded(file) ? [said(file, 'does not load', file.message ?? '')]
  : file.assertionResults.filter((test) => test.status === 'failed').map((test) => said(file, test.fullName, test.failureMessages?.join('\n') ?? ''))));

/** `code`: vitest's exit code. A file that does not load, an error between tests, no report at all: each is a failure. */
export function count(report: Report | null, code: number): Tally {
  if (report === null) return { ...none, failed: 1, failures: ['vitest ended without a report'] };
  const failed = report.numFailedTests + report.testResults.filter(isUnloaded).length;
  const isOutside = failed === 0 && code !== 0;
  return {
    ...none,
    passed: report.numPassedTests,
    failed: isOutside ? 1 : failed,
    failures: isOutside ? ['an error outside every test: see above'] : failuresOf(report),
    skipped: report.testResults.flatMap((file) => file.assertionResults.filter((test) => !['passed', 'failed'].includes(test.status)).map((test) => test.fullName)),
  };
}

/** What both runs say: of the files that ran again, the second; and by name what only the first found wrong. */
export function again(first: Report, files: readonly string[], second: Tally): Tally {
  const isOther = ({ name }: File): boolean => !files.includes(name);
  const others = first.testResults.filter(isOther), tests = others.flatMap((file) => file.assertionResults);
  const rest = count({ numPassedTests: tests.filter(({ status }) => status === 'passed').length, numFailedTests: 0, testResults: others }, 0);
  const head = (failure: string): string => failure.split('\n', 1)[0]!, broken = new Set(second.failures.map(head));
  return {
    passed: rest.passed + second.passed, failed: second.failed, skipped: [...rest.skipped, ...second.skipped],
    failures: second.failures,
    unsteady: [...failuresOf(first), ...first.testResults.filter(isCutOff).map((file) => said(file, 'its process ended before its tests did', ''))].filter((failure) => !broken.has(head(failure))),
  };
}

/** Files in which something failed, or whose process ended before they did. */
export function toRepeat(report: Report | null, code: number): readonly string[] {
  return [...new Set(report?.testResults.filter((file) => file.status === 'failed' || (code !== 0 && isCutOff(file))).map(({ name }) => name))];
}

export async function vitest(config: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Tally> {
  const { report, code } = await run(config, args, env);
  const files = toRepeat(report, code);
  if (report === null || files.length === 0) return count(report, code);
  console.error(`${files.length} ${files.length === 1 ? 'file' : 'files'} with failures: once more, alone`);
  const second = await run(config, [...args, ...files, '--no-file-parallelism'], env);
  return again(report, files, count(second.report, second.code));
}

async function run(config: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<{ readonly report: Report | null; readonly code: number }> {
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
  return { report, code };
}

/** What failed and what was unsteady, by name and with the first lines of why; nothing where nothing was. */
export function failureLines(tallies: readonly Tally[]): string[] {
  const lines = (what: string, of: readonly string[]): string[] => (of.length === 0 ? [] : [`${of.length} ${what}:`, ...of.map((one) => `  ${one}`)]);
  return [
    ...lines('unsteady (failed beside the others, passed alone)', tallies.flatMap((tally) => tally.unsteady)),
    ...lines('failed', tallies.flatMap((tally) => tally.failures)),
  ];
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
