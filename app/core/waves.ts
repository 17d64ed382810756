// How pure code gets at what must be fetched: it runs at once over what is held, says all that it lacks, and stops; what it
// lacked comes in one wave, and it runs again. No promise per object, and a whole import asks for whole levels at a time.
import { bug } from './errors.ts';

class Lacking extends Error {}

/** Thrown, always the same, by what is not held; whoever holds has noted what it was. */
export const LACKING: Error = new Lacking('something asked for is not held yet');

/** Something that holds what has been fetched. */
export interface Held {
  /** Fetches all that was found lacking since the last call. Afterwards each of them is there, or is the error in its place. */
  load(): Promise<void>;
}

/** More waves than any real work takes: each goes at least one folder or one merge deeper. */
const MOST_WAVES = 100_000;

/**
 * Does `work` for each item, whatever the others lack, and again after each wave for those that lacked something. `between` two items
 * it may be waited for, where they take long.
 */
export async function settleAll<T>(held: Held, items: readonly T[], work: (item: T) => void, between?: () => Promise<void> | undefined): Promise<void> {
  let left = items;
  for (let wave = 0; wave < MOST_WAVES; wave++) {
    const again: T[] = [];
    for (const item of left) {
      try {
        work(item);
      } catch (error) {
        if (error !== LACKING) throw error;
        again.push(item);
      }
      const wait = between?.();
      if (wait !== undefined) await wait;
    }
    if (again.length === 0) return;
    left = again;
    await held.load();
  }
  throw bug('work lacks something that no wave brings');
}

/** The result of `work`, run again after each wave until it lacks nothing. It must not change anything before it has all. */
export async function settle<T>(held: Held, work: () => T): Promise<T> {
  for (let wave = 0; wave < MOST_WAVES; wave++) {
    try {
      return work();
    } catch (error) {
      if (error !== LACKING) throw error;
    }
    await held.load();
  }
  throw bug('work lacks something that no wave brings');
}
