// `npm run crash -- [--only SUITE,…] [--kills 500] [--wals 2000] [--pages all] [--flips 4] [--processes 8] [--each 100] [--steps 40]
// [--operations 1000] [--movers 20] [--seed 1]`
// The suites of testkit/crash.ts, damage.ts and races.ts at length, each on a repository and stores of its own, in memory where the
// machine has a disk there. Planted losses come first: a checker that does not see them proves nothing. Exit 1 at the first
// loss, with the seed that shows it again.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { kills, Loss } from '../testkit/crash.ts';
import { damagedWals, flippedPages } from '../testkit/damage.ts';
import { mixed } from '../testkit/mixed.ts';
import { planted } from '../testkit/planted.ts';
import { composers, movers, race, unharmed } from '../testkit/races.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' }, kills: { type: 'string', default: '500' }, wals: { type: 'string', default: '2000' }, pages: { type: 'string', default: 'all' },
    flips: { type: 'string', default: '4' }, processes: { type: 'string', default: '8' }, each: { type: 'string', default: '100' },
    steps: { type: 'string', default: '40' },
    operations: { type: 'string', default: '1000' }, movers: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' },
  },
});
const count = (of: string): number => (of === 'all' ? Number.MAX_SAFE_INTEGER : Number(of));
const seed = count(values.seed), processes = count(values.movers);

const suites: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
  ...Object.fromEntries(Object.entries(planted).map(([name, plant]) => [`planted-${name}`, async (folder: string) => ({ found: await plant(folder, seed) })])),
  kills: (folder) => kills(folder, count(values.kills), seed),
  wals: (folder) => damagedWals(folder, count(values.wals), seed),
  pages: (folder) => flippedPages(folder, count(values.pages), seed, { each: count(values.flips) }),
  race: (folder) => race(folder, count(values.processes), count(values.each), seed),
  mixed: (folder) => mixed(folder, 4, count(values.steps), seed),
  unharmed: (folder) => unharmed(folder, count(values.operations), seed),
  movers: (folder) => movers(folder, processes, 3),
  composers: (folder) => composers(folder, processes, seed),
};
const chosen = values.only?.split(',') ?? Object.keys(suites);
for (const name of chosen) if (!(name in suites)) throw new Error(`no suite ${name}; there are ${Object.keys(suites).join(', ')}`);

// What is tested is order and completeness, not the disk: kill and damage are the same in memory, and fsync costs nothing there.
const scratch = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'acumen-crash-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

try {
  for (const name of chosen) {
    const folder = join(scratch, name);
    mkdirSync(folder);
    const start = performance.now();
    const figures = await suites[name]!(folder);
    console.log(`${name} (${((performance.now() - start) / 1000).toFixed(0)} s): ${JSON.stringify(figures)}`);
    rmSync(folder, { recursive: true });
  }
  console.log(`seed ${seed}: nothing was lost`);
} catch (error) {
  if (!(error instanceof Loss)) throw error;
  console.error(`LOSS (--seed ${seed}): ${error.message}`);
  process.exitCode = 1;
}
// A suite that found a loss may have left a workspace open.
process.exit();
