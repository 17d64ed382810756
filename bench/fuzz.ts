// `npm run fuzz -- [--messages 100000] [--http 10000] [--frames 10000] [--packs 10000] [--native 1000] [--bases 40] [--seed 1]`
// The suites of testkit/fuzz*.ts at length; 0 leaves one out. Planted faults come first: a check that cannot fail proves
// nothing. Exit 1 at the first breach, with the seed that shows it again.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Unfaithful, randomBases } from '../testkit/bases.ts';
import { Breach, faults, fuzzSession } from '../testkit/fuzz.ts';
import { fuzzHttp, fuzzSocket } from '../testkit/fuzzHost.ts';
import { bombs, fuzzObjects, importBomb } from '../testkit/fuzzObjects.ts';
import { scratchFolder } from '../testkit/store.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' }, http: { type: 'string', default: '10000' }, frames: { type: 'string', default: '10000' },
    packs: { type: 'string', default: '10000' }, native: { type: 'string', default: '1000' }, bases: { type: 'string', default: '40' }, seed: { type: 'string', default: '1' },
  },
});
const seed = Number(values.seed);
const scratch = scratchFolder('fuzz');
/** What memory may grow by between a fifth of a run and its end, in MB: less than a byte of a message kept each time. */
const FLAT_MB = 48;
/** What one message may hold the service for, in milliseconds, on shared cores. */
const BOUND_MS = 5000;
/** What a bomb may take of an import, and leave behind: fifty megabytes of content are read and compared honestly. */
const BOMB_MS = 30_000, BOMB_MB = 400;

async function suite(name: string, size: number, run: (folder: string) => Promise<object>): Promise<void> {
  if (size === 0) return;
  const folder = join(scratch.path, name.replaceAll(/\W+/g, '-'));
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
  await suite('requests to the door', Number(values.http), (folder) => fuzzHttp(folder, Number(values.http), seed));
  await suite('frames to its sockets', Number(values.frames), (folder) => fuzzSocket(folder, Number(values.frames), seed));
  await suite('planted, a reader that hands out other bytes', Number(values.packs), async (folder) => {
    const found = await fuzzObjects(folder, 200, seed, 'embedded', true).then(() => null, (error: unknown) => error);
    if (!(found instanceof Breach)) throw found ?? new Breach('the check does not see a planted fault');
    return { found: found.message };
  });
  await suite('mutated repositories', Number(values.packs), (folder) => fuzzObjects(folder, Number(values.packs), seed, 'embedded'));
  await suite('mutated repositories through git', Number(values.native), (folder) => fuzzObjects(folder, Number(values.native), seed, 'native'));
  for (const { name, make, becomes } of bombs) {
    await suite(name, Number(values.packs), async (folder) => {
      const { ms, growthMB, names, skipped, error } = await importBomb(folder, make);
      if (error !== null || !names.includes('honest')) throw new Breach(`${name}: ${error ?? 'the honest branch is gone'}`);
      if (![...names, ...skipped].join().includes(becomes)) throw new Breach(`${name}: ${skipped.join()}`);
      if (ms > BOMB_MS || growthMB > BOMB_MB) throw new Breach(`${name}: ${ms.toFixed(0)} ms, ${growthMB} MB`);
      return { ms: Math.round(ms), growthMB };
    });
  }
  await suite('moves of the base', Number(values.bases), async (folder) => {
    const total = { steps: 0, imports: 0, refused: 0, undone: 0 };
    for (let one = 0; one < Number(values.bases); one++) {
      const figures = await randomBases(join(folder, String(one)), seed + one, 40).catch((error: unknown) => { throw error instanceof Unfaithful ? new Breach(error.message) : error; });
      for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += figures[name];
    }
    return total;
  });
  console.log('nothing got through');
} catch (error) {
  if (!(error instanceof Breach)) throw error;
  console.error(`BREACH (--seed ${seed}): ${error.message}`);
  process.exitCode = 1;
} finally {
  scratch.remove();
}
