// What an import has in hand when it is done, and would let go of: contents that it read to compare them, and the bodies of its segments. They are what
// somebody looks at next, and keeping them costs no work; so a part of the memory is theirs until something is asked for that wants the room.
import type { Kind, LayeredCache } from './cache.ts';

/** One of so many parts of the memory is the most that is brought at once of one kind; and of that, the most that one of them may be. */
const PART = 4, LARGEST_PART = 16;

export class Bringing {
  readonly #cache: LayeredCache;
  readonly #most: number;
  readonly #taken = new Map<string, number>();

  constructor(cache: LayeredCache) {
    this.#cache = cache;
    this.#most = Math.floor(cache.limit / PART);
  }

  /** In memory alone, while there is room: what comes first is kept. `own`: the value without what else it holds on to. */
  take<V>(kind: Kind<V>, key: string, value: V, own = (its: V): V => its): void {
    const shelf = this.#cache.shelf(kind), bytes = kind.sizeOf(value), taken = (this.#taken.get(kind.name) ?? 0) + bytes;
    this.#cache.recorder?.brought(kind.name, key, bytes);
    if (shelf.has(key) || taken > this.#most || bytes > this.#most / LARGEST_PART) return;
    this.#taken.set(kind.name, taken);
    shelf.bring(key, own(value));
  }
}
