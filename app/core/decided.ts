// Pairs that the sweep cannot answer, because a rename of one could meet the other or their common lower tops conflict, with the
// answers that merging them gave: as flat numbers in the tables, and packed for the event that publishes them.
import type { PathBytes } from './bytes.ts';
import type { Tables } from './tables.ts';

/**
 * Flat `[a, b, places, (path, kind, length, region…)*]*`, sorted by (a, b), a < b: segments, how many places (0: clean), and of each
 * its path, the place of its kind in `conflictKinds` and its regions [start, end)*, `length` numbers in all. `places` < 0: no
 * answer, and `~places` is the reason's index. What `path` and reasons index is said where such an array is held.
 */
export type DecidedPairs = Int32Array;

/** As the event holds them. Segments are places in `Published.segments`; paths and reasons index these lists. */
export interface PackedPairs {
  /** under which rules they were merged: answers by other rules are not taken over by a later import */
  readonly rules: number;
  readonly paths: readonly PathBytes[];
  readonly reasons: readonly string[];
  /**
   * The numbers of `DecidedPairs` in LEB128, zigzag, `a` as the difference from the pair before. Where `places` is not above 0, a number
   * follows it: of so many more pairs, of the same `a` and the next `b`s, the same is true.
   */
  readonly pairs: Uint8Array;
}

/** Why a pair that needs a merge has no answer in a state that an older version published. */
export const PUBLISHED_EARLIER = 'it was imported by a version that did not merge such pairs; import again';

/** Each pair's offset, its own numbers behind it. */
export function* pairsIn(decided: DecidedPairs): Iterable<number> {
  for (let at = 0; at < decided.length; at = afterPair(decided, at)) yield at;
}

export function afterPair(decided: DecidedPairs, pair: number): number {
  let at = pair + 3;
  for (let n = decided[pair + 2]!; n > 0; n--) at += 3 + decided[at + 2]!;
  return at;
}

type Decided = Pick<Tables, 'decided' | 'segments'>;
const SAME_ANSWERS = { lost: false, segments: [] };

/**
 * Pairs of which both segments are there before and after, and whose answer is another: their segments. `lost`: one that was decided is no
 * more, and an index does not go back to sweeping one.
 */
export function answersMoved(before: Decided, now: Decided): { readonly lost: boolean; readonly segments: readonly number[] } {
  if (before.decided.length === 0 && now.decided.length === 0) return SAME_ANSWERS;
  const isThere = ({ segments }: Decided, n: number): boolean => n < segments.length && segments[n]!.standing !== 'gone';
  const keyIn = ({ decided }: Decided, at: number): number => decided[at]! * now.segments.length + decided[at + 1]!;
  const answers = new Map<number, number>(), moved: number[] = [];
  let lost = false;
  for (const at of pairsIn(now.decided)) answers.set(keyIn(now, at), Math.sign(now.decided[at + 2]!));
  for (const at of pairsIn(before.decided)) {
    const a = before.decided[at]!, b = before.decided[at + 1]!, key = keyIn(before, at), answer = answers.get(key);
    answers.delete(key);
    if (answer === Math.sign(before.decided[at + 2]!) || !isThere(now, a) || !isThere(now, b)) continue;
    moved.push(a, b);
    lost ||= answer === undefined;
  }
  for (const key of answers.keys()) {
    const a = Math.floor(key / now.segments.length), b = key % now.segments.length;
    if (isThere(before, a) && isThere(before, b)) moved.push(a, b);
  }
  return { lost, segments: moved };
}

/** Goes up whenever the same pair may get another answer. */
export const RULES = 1;

/** Numbers in a row, however many. */
export class Numbers {
  #held = new Int32Array(1024);
  #length = 0;
  get length(): number { return this.#length; }
  push(...numbers: readonly number[]): void { this.append(numbers); }
  append(numbers: ArrayLike<number>): void {
    if (this.#length + numbers.length > this.#held.length) {
      const next = new Int32Array(Math.max(this.#held.length * 2, this.#length + numbers.length));
      next.set(this.#held);
      this.#held = next;
    }
    this.#held.set(numbers, this.#length);
    this.#length += numbers.length;
  }
  done(): Int32Array { return this.#held.slice(0, this.#length); }
}

/** Paths and reasons each once, in the order in which the pairs name them first, so that equal answers are equal bytes. */
export function packPairs(decided: DecidedPairs, paths: readonly PathBytes[], reasons: readonly string[]): PackedPairs {
  let bytes = new Uint8Array(64), length = 0;
  const put = (value: number): void => {
    if (length + 5 > bytes.length) { const next = new Uint8Array(bytes.length * 2); next.set(bytes); bytes = next; }
    let left = ((value << 1) ^ (value >> 31)) >>> 0;
    for (; left > 0x7f; left >>>= 7) bytes[length++] = left & 0x7f | 0x80;
    bytes[length++] = left;
  };
  const pathNumbers = new Map<PathBytes, number>(), reasonNumbers = new Map<string, number>();
  const numbered = <T>(numbers: Map<T, number>, name: T): number => {
    let n = numbers.get(name);
    if (n === undefined) numbers.set(name, n = numbers.size);
    return n;
  };
  let before = 0;
  for (let pair = 0; pair < decided.length;) {
    const a = decided[pair]!, b = decided[pair + 1]!, places = decided[pair + 2]!;
    put(a - before);
    put(b);
    put(places < 0 ? ~numbered(reasonNumbers, reasons[~places]!) : places);
    before = a;
    const end = afterPair(decided, pair);
    if (places > 0) {
      for (let at = pair + 3; at < end;) {
        const next = at + 3 + decided[at + 2]!;
        put(numbered(pathNumbers, paths[decided[at]!]!));
        for (at++; at < next; at++) put(decided[at]!);
      }
      pair = end;
      continue;
    }
    let run = 0;
    for (pair = end; decided[pair] === a && decided[pair + 1] === b + run + 1 && decided[pair + 2] === places; pair += 3) run++;
    put(run);
  }
  return { rules: RULES, paths: [...pathNumbers.keys()], reasons: [...reasonNumbers.keys()], pairs: bytes.slice(0, length) };
}

const NO_PAIRS: DecidedPairs = new Int32Array(0);

export function unpackPairs({ pairs }: PackedPairs): DecidedPairs {
  if (pairs.length === 0) return NO_PAIRS;
  const out = new Numbers();
  let read = 0, a = 0;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = pairs[read++]!;
      value |= (byte & 0x7f) << shift;
      if (!(byte >= 0x80)) break;
    }
    return (value >>> 1) ^ -(value & 1);
  };
  while (read < pairs.length) {
    a += next();
    const b = next(), places = next();
    out.push(a, b, places);
    if (places <= 0) for (let run = next(), i = 1; i <= run; i++) out.push(a, b + i, places);
    for (let n = places; n > 0; n--) {
      const path = next(), kind = next(), length = next();
      out.push(path, kind, length);
      for (let i = 0; i < length; i++) out.push(next());
    }
  }
  return out.done();
}
