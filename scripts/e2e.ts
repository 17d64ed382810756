// `npm run e2e [-- FILTER]`: the journeys, in a real Chromium, on the build in dist/, through both doors (`--project 'browser*'`: one).
import { existsSync } from 'node:fs';
import { ensureChromium } from './chromium.ts';
import { at } from './steps.ts';
import { failureLines, lastLine, none, skippedLines, vitest, type Tally } from './tally.ts';

export async function runE2e(args: readonly string[]): Promise<Tally> {
  const failed = (why: string): Tally => { console.error(why); return { ...none, failed: 1, failures: [why] }; };
  for (const file of ['dist/app/main/doors/cli/main.js', 'dist/app/main/doors/electron/main.js', 'dist/app/main/doors/electron/preload.cjs', 'dist/renderer/index.html']) {
    if (!existsSync(at(file))) return failed(`The journeys use the build, and ${file} is not there: run npm run build.`);
  }
  let chromium: string;
  try {
    chromium = ensureChromium();
  } catch (error) {
    return failed((error as Error).message);
  }
  return vitest('e2e/vitest.config.ts', args, { CHROMIUM_PATH: chromium });
}

if (process.argv[1] === import.meta.filename) {
  const tally = await runE2e(process.argv.slice(2));
  for (const line of [...skippedLines([tally]), ...failureLines([tally])]) console.log(line);
  console.log(lastLine([tally]));
  if (tally.failed > 0) process.exitCode = 1;
}
