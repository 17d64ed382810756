// Dangers: something acknowledged is lost, half an operation, half a backup or half a store is seen, processes overwrite each
// other, or the repository pays for it. The short form of what `npm run crash` does at length; ACUMEN_SEED chooses when to kill.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test, vi } from 'vitest';
import { imageOf, imported, kills, makeRepository, mustBeSound, serviceScript, verbs } from '../../../testkit/crash.ts';
import { damagedWals, flippedPages } from '../../../testkit/damage.ts';
import { planted } from '../../../testkit/planted.ts';
import { movers, race, unharmed } from '../../../testkit/races.ts';
import { scratchFolder } from '../../../testkit/store.ts';
import { storeProcess } from '../../../testkit/storeProcess.ts';

/** Many processes start: on a machine that does other things, too, each takes seconds. */
vi.setConfig({ testTimeout: 300_000 });
const scratch = scratchFolder('service-crash');
afterAll(() => scratch.remove());
const seed = Number(process.env['ACUMEN_SEED'] ?? 1);
let places = 0;
function place(): string {
  const folder = join(scratch.path, String(++places));
  mkdirSync(folder);
  return folder;
}

test('processes killed amid each operation lose nothing', async () => {
  const { killed } = await kills(place(), verbs.length, seed);
  expect(killed).toEqual(Object.fromEntries(verbs.map((verb) => [verb, 1])));
});

test('21 damaged write-ahead logs: each opens as a beginning of the operations', async () => {
  const { beginnings } = await damagedWals(place(), 21, seed);
  expect(beginnings).toBeGreaterThan(5);
});

test('two flipped bytes in each of 25 pages: the store opens whole or refuses', async () => {
  const { flips, whole, refused, refusedReading } = await flippedPages(place(), 25, seed, { each: 2 });
  expect(whole + refused + refusedReading).toBe(flips);
  expect(refused).toBeGreaterThan(0);
});

test('3 processes × 15 operations beside a window: 45 in the log, window, service and a fresh open equal', async () => {
  expect(await race(place(), 3, 15, seed)).toMatchObject({ operations: 45 });
});

test('40 operations with branches written: the repository is sound, and theirs as it was', async () => {
  const { operations, written } = await unharmed(place(), 40, seed);
  expect(operations).toBe(40);
  expect(written).toBeGreaterThan(3);
});

test('4 processes move one branch at once: one wins, the others say so', async () => {
  expect(await movers(place(), 4, 2)).toMatchObject({ won: 2, said: { 'ref-moved': 6 } });
});

describe('planted, and found:', () => {
  // The others start more processes than a test should: `npm run crash` begins with all of them.
  it.each(['acknowledgement', 'beginning', 'byte', 'index', 'hooks', 'another-ref'])('%s', async (name) => {
    expect(await planted[name]!(place(), seed)).not.toBe('');
  });
});

describe.skipIf(process.platform === 'win32')('a disk that fills up (not on Windows, which has no ulimit)', () => {
  it('amid an import: refused with the reason, the store sound; with room again it ends as if never interrupted', async () => {
    const folder = place();
    const repository = makeRepository(join(folder, 'repository'), 24);
    const whole = await imported(join(folder, 'whole'), repository.path);
    const image = await imageOf(whole);
    await whole.close();
    const store = join(folder, 'store');
    const victim = storeProcess(['import', store, repository.path, 'embedded'], { script: serviceScript, blocks: 400 });
    await victim.ended;
    expect(victim.lines.at(-1)).toEqual({ code: 'io' });
    mustBeSound(store, 'full disk');
    const resumed = await imported(store, repository.path);
    expect(await imageOf(resumed)).toBe(image);
    await resumed.close();
  });
});
