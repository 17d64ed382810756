// How history is walked: which commit comes next, and commits fetched in waves, so that a walk costs few questions.
import type { Oid } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Commit, RepositoryReader } from '../../core/repository.ts';

interface Queued<T> { readonly item: T; readonly turn: number }

/** Newest first; of one date whoever came first, as in git's: the order of merge bases, and so of virtual ancestors, follows it. */
export class DateQueue<T extends { readonly date: number }> {
  readonly #heap: Queued<T>[] = [];
  #turns = 0;

  get top(): T | undefined { return this.#heap[0]?.item; }
  /** up to `most`, in any order */
  some(most: number): T[] { return this.#heap.slice(0, most).map(({ item }) => item); }

  push(item: T): void {
    const heap = this.#heap;
    const queued = { item, turn: this.#turns++ };
    let at = heap.push(queued) - 1;
    for (let up = (at - 1) >> 1; at > 0 && heap[up]!.item.date < item.date; at = up, up = (at - 1) >> 1) heap[at] = heap[up]!;
    heap[at] = queued;
  }

  pop(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.item;
    let at = 0;
    for (let down = 1; down < heap.length; at = down, down = 2 * at + 1) {
      if (down + 1 < heap.length && isBefore(heap[down + 1]!, heap[down]!)) down++;
      if (!isBefore(heap[down]!, last)) break;
      heap[at] = heap[down]!;
    }
    heap[at] = last;
    return first.item;
  }
}

function isBefore(a: Queued<{ readonly date: number }>, b: Queued<{ readonly date: number }>): boolean {
  return a.item.date > b.item.date || (a.item.date === b.item.date && a.turn < b.turn);
}

/** Commits fetched in waves: whatever is next in any line of the walk is asked for together. */
export class Commits {
  readonly #reader: Pick<RepositoryReader, 'commits'>;
  readonly #held = new Map<Oid, Commit | AcumenError>();

  constructor(reader: Pick<RepositoryReader, 'commits'>) { this.#reader = reader; }

  /** Undefined where it must be fetched first. Throws what stands in its place. */
  get(oid: Oid): Commit | undefined {
    const found = this.#held.get(oid);
    if (found instanceof AcumenError) throw found;
    return found;
  }

  has(oid: Oid): boolean { return this.#held.has(oid); }
  forget(oid: Oid): void { this.#held.delete(oid); }

  async fetch(oids: Iterable<Oid>): Promise<void> { await this.#fetch(oids); }

  /** These, and while many lines of history go on, what comes next in each of them: asked for one by one they cost ten times as much. */
  async fetchOn(oids: Iterable<Oid>): Promise<void> {
    let found = await this.#fetch(oids);
    for (let steps = 0; steps < STEPS_ON && found.length >= MANY_LINES; steps++) found = await this.#fetch(found.flatMap((commit) => (commit instanceof AcumenError ? [] : commit.parents)));
  }

  async #fetch(oids: Iterable<Oid>): Promise<readonly (Commit | AcumenError)[]> {
    const asked = [...new Set(oids)].filter((oid) => !this.#held.has(oid));
    if (asked.length === 0) return [];
    const found = await this.#reader.commits(asked);
    for (const [i, oid] of asked.entries()) this.#held.set(oid, found[i]!);
    return found;
  }
}

/** Of no more commits than this are parents fetched ahead of the walk in one wave. */
export const AHEAD = 512;
/** How far lines are followed ahead of the walk, and from how many on. */
const STEPS_ON = 8;
const MANY_LINES = 16;
