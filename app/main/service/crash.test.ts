// Dangers: something acknowledged is lost, half an operation, half a backup or half a store is seen, processes overwrite each
// other, or the repository pays for it. The short form of what `npm run crash` does at length; ACUMEN_SEED chooses when to kill.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { damagedWals, flippedPages, kills, Loss, race, unharmed } from '../../../testkit/crash.ts';
import { scratchFolder } from '../../../testkit/store.ts';

const scratch = scratchFolder('service-crash');
afterAll(() => scratch.remove());
const seed = Number(process.env['ACUMEN_SEED'] ?? 1);
let places = 0;
function place(): string {
  const folder = join(scratch.path, String(++places));
  mkdirSync(folder);
  return folder;
}

test('processes killed amid import, compose, undo, backup and restore lose nothing', async () => {
  expect(await kills(place(), 10, seed)).toMatchObject({ import: 2, compose: 2, undo: 2, backup: 2, restore: 2 });
});

test('a planted loss is found: a process that acknowledges before it commits', async () => {
  await expect(kills(place(), 12, seed, true)).rejects.toThrow(Loss);
});

test('40 damaged write-ahead logs: each opens as a beginning of the operations', async () => {
  const { lengths } = await damagedWals(place(), 40, seed);
  expect(lengths).toBeGreaterThan(5);
});

test('a flipped byte in 60 pages: whole, refused, or named by fsck', async () => {
  const { pages, whole, refused, named } = await flippedPages(place(), 60, seed);
  expect(whole + refused + named).toBe(pages);
  expect(refused + named).toBeGreaterThan(0);
});

test('3 processes × 20 operations beside a service: 60 in the log, replica, service and a fresh open equal', async () => {
  expect(await race(place(), 3, 20, seed)).toBe(60);
});

test('60 operations with branches written: the repository is sound, and theirs as it was', async () => {
  const { operations, written } = await unharmed(place(), 60, seed);
  expect(operations).toBe(60);
  expect(written).toBeGreaterThan(3);
});
