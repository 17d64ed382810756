// `npm run fuzz -- [--messages 100000] [--http 10000] [--frames 10000] [--packs 10000] [--native 1000] [--seed 1]`
// The suites of testkit/fuzz*.ts at length; 0 leaves one out. Planted faults come first: a check that cannot fail proves
// nothing. Exit 1 at the first breach, with the seed that shows it again.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Breach, faults, fuzzSession } from '../testkit/fuzz.ts';
import { scratchFolder } from '../testkit/store.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' }, http: { type: 'string', default: '10000' }, frames: { type: 'string', default: '10000' },
    packs: { type: 'string', default: '10000' }, native: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' },
  },
});
const seed = Number(values.seed);
const scratch = scratchFolder('fuzz');
/** What memory may grow by between a fifth of a run and its end, in MB: less than a byte of a message kept each time. */
const FLAT_MB = 48;
/** What one message may hold the service for, in milliseconds, on shared cores. */
const BOUND_MS = 2000;

async function suite(name: string, size: number, run: (folder: string) => Promise<object>): Promise<void> {
  if (size === 0) return;
  const folder = join(scratch.path, name.replaceAll(' ', '-'));
  mkdirSync(folder);
  const start = performance.now();
  const figures = await run(folder) as Record<string, number>;
  console.log(`${name} (${((performance.now() - start) / 1000).toFixed(0)} s): ${JSON.stringify(figures)}`);
  const { startMB, endMB, slowestMs } = figures;
  if (endMB !== undefined && startMB !== undefined && endMB - startMB > FLAT_MB) throw new Breach(`${name}: memory grew from ${startMB} MB to ${endMB} MB`);
  if (slowestMs !== undefined && slowestMs > BOUND_MS) throw new Breach(`${name}: one took ${slowestMs.toFixed(0)} ms`);
}

try {
  const messages = Number(values.messages);
  for (const fault of faults) {
    await suite(`planted, a door that ${fault}`, messages, async (folder) => {
      const found = await fuzzSession(folder, 1000, seed, fault).then(() => null, (error: unknown) => error);
      if (!(found instanceof Breach)) throw found ?? new Breach('the check does not see a planted fault');
      return { found: found.message };
    });
  }
  await suite('a live session', messages, (folder) => fuzzSession(folder, messages, seed));
  console.log('nothing got through');
} catch (error) {
  if (!(error instanceof Breach)) throw error;
  console.error(`BREACH (--seed ${seed}): ${error.message}`);
  process.exitCode = 1;
} finally {
  scratch.remove();
}
