// `npm run crash -- [--kills 500] [--wals 2000] [--pages all] [--processes 8] [--each 100] [--operations 1000] [--seed 1]`
// The suites of testkit/crash.ts at length, each on a repository and stores of its own; 0 leaves one out. A planted loss comes
// first: a checker that does not see it proves nothing. Exit 1 at the first loss, with the seed that shows it again.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { damagedWals, flippedPages, kills, Loss, race, unharmed } from '../testkit/crash.ts';
import { scratchFolder } from '../testkit/store.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' }, wals: { type: 'string', default: '2000' }, pages: { type: 'string', default: 'all' },
    processes: { type: 'string', default: '8' }, each: { type: 'string', default: '100' }, operations: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
});
const seed = Number(values.seed);
const count = (of: string): number => (of === 'all' ? Number.MAX_SAFE_INTEGER : Number(of));
const scratch = scratchFolder('crash');

async function suite(name: string, size: number, run: (folder: string) => Promise<unknown>): Promise<void> {
  if (size === 0) return;
  const folder = join(scratch.path, name.replaceAll(' ', '-'));
  mkdirSync(folder);
  const start = performance.now();
  const figures = await run(folder);
  console.log(`${name} (${((performance.now() - start) / 1000).toFixed(0)} s): ${JSON.stringify(figures)}`);
}

try {
  await suite('planted loss', count(values.kills), async (folder) => {
    const found = await kills(folder, 50, seed, true).then(() => null, (error: unknown) => error);
    if (!(found instanceof Loss)) throw found ?? new Loss('the checker does not see a planted loss');
    return { found: found.message };
  });
  await suite('kills', count(values.kills), (folder) => kills(folder, count(values.kills), seed));
  await suite('damaged logs', count(values.wals), (folder) => damagedWals(folder, count(values.wals), seed));
  await suite('flipped bytes', count(values.pages), (folder) => flippedPages(folder, count(values.pages), seed));
  await suite('race', count(values.processes), (folder) => race(folder, count(values.processes), count(values.each), seed));
  await suite('their repository', count(values.operations), (folder) => unharmed(folder, count(values.operations), seed));
  console.log('nothing was lost');
} catch (error) {
  if (!(error instanceof Loss)) throw error;
  console.error(`LOSS (--seed ${seed}): ${error.message}`);
  process.exitCode = 1;
} finally {
  scratch.remove();
}
