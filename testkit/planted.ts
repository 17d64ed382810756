// Losses planted on purpose, one or more for each suite of crash.ts, damage.ts and races.ts: each answers what the checker said, and
// fails if it said nothing.
import { join } from 'node:path';
import { openStore } from '../app/main/storage/store.ts';
import { kills, Loss } from './crash.ts';
import { flippedPages, mustBeBeginning } from './damage.ts';
import { mixed } from './mixed.ts';
import { breaches, movers, race, unharmed } from './races.ts';
import { numbered } from './storeProcess.ts';

async function found(work: () => unknown, what: string): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Loss) return error.message;
    throw error;
  }
  throw new Loss(`the checker does not see ${what}`);
}

/** A store whose second operation is another's. */
async function hole(folder: string): Promise<string> {
  const file = join(folder, 'hole');
  const store = await openStore(file);
  for (const n of [1, 3]) {
    const { operation, events } = numbered('wal', n);
    await store.append(operation, events);
  }
  await store.close();
  return file;
}

export const planted: Readonly<Record<string, (folder: string, seed: number) => Promise<string>>> = {
  acknowledgement: (folder, seed) => found(() => kills(folder, 60, seed, true), 'an operation acknowledged and not stored'),
  beginning: async (folder) => {
    const file = await hole(folder);
    return found(() => mustBeBeginning(file, 'wal', 'planted'), 'an operation missing amid a log');
  },
  byte: (folder, seed) => found(() => flippedPages(folder, Number.MAX_SAFE_INTEGER, seed, { each: 20, blind: true }), 'a byte that changes what is read'),
  race: (folder, seed) => found(() => race(folder, 3, 20, seed, true), 'a racer that acknowledges before it commits'),
  mixed: (folder, seed) => found(() => mixed(folder, 2, 4, seed, true), 'an operation that a process forgets'),
  mover: (folder) => found(() => movers(folder, 4, 1, true), 'a second winner'),
  ...Object.fromEntries((Object.keys(breaches) as (keyof typeof breaches)[]).map((name) => [name.replaceAll(' ', '-'),
    (folder: string, seed: number) => found(() => unharmed(folder, 3, seed, name), `a breach of ${name}`)])),
};
