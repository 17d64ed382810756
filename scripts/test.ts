// `npm test`: static checks, the build, unit and property tests, journeys. All of them run whatever fails before; what failed is named at the end, and the last
// line sums tests and journeys; a failed check or build counts as one failure.
import { runE2e } from './e2e.ts';
import { bundles, runSteps } from './steps.ts';
import { failureLines, lastLine, none, skippedLines, vitest, type Tally } from './tally.ts';

const start = performance.now();
const failed = await runSteps([
  { name: 'check', file: 'scripts/check.ts' },
  ...bundles,
], 'go on');
const tallies: Tally[] = [{ ...none, failed, failures: failed === 0 ? [] : ['a check or a build: see the lines with ✗ above'] }];
tallies.push(await vitest('vitest.config.ts', []));
tallies.push(await runE2e([]));

for (const line of [...skippedLines(tallies), ...failureLines(tallies)]) console.log(line);
console.log(`${((performance.now() - start) / 60_000).toFixed(1)} minutes`);
console.log(lastLine(tallies));
if (tallies.some((tally) => tally.failed > 0)) process.exitCode = 1;
