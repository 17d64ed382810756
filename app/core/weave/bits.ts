// Sets of small integers as bit words: closures are intersected, joined and used as keys all the time. Immutable, and
// without trailing zero words, so equal sets have equal words.

export type Bits = Uint32Array;

export const none: Bits = new Uint32Array(0);

export function has(set: Bits, i: number): boolean {
  return ((set[i >>> 5] ?? 0) & (1 << (i & 31))) !== 0;
}

export function bitsOf(members: Iterable<number>): Bits {
  let words = new Uint32Array(4);
  for (const i of members) {
    if (i >>> 5 >= words.length) {
      const larger = new Uint32Array(Math.max((i >>> 5) + 1, 2 * words.length));
      larger.set(words);
      words = larger;
    }
    words[i >>> 5]! |= 1 << (i & 31);
  }
  return trimmed(words);
}

export function union(a: Bits, b: Bits): Bits {
  const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a];
  const out = longer.slice();
  for (let w = 0; w < shorter.length; w++) out[w]! |= shorter[w]!;
  return out;
}

export function intersection(a: Bits, b: Bits): Bits {
  const out = a.slice(0, Math.min(a.length, b.length));
  for (let w = 0; w < out.length; w++) out[w]! &= b[w]!;
  return trimmed(out);
}

export function without(a: Bits, b: Bits): Bits {
  const out = a.slice();
  for (let w = 0; w < out.length && w < b.length; w++) out[w]! &= ~b[w]!;
  return trimmed(out);
}

export function within(a: Bits, b: Bits): boolean {
  for (let w = 0; w < a.length; w++) if ((a[w]! & ~(b[w] ?? 0)) !== 0) return false;
  return true;
}

export function disjoint(a: Bits, b: Bits): boolean {
  for (let w = 0; w < a.length && w < b.length; w++) if ((a[w]! & b[w]!) !== 0) return false;
  return true;
}

/** In ascending order. */
export function* membersOf(set: Bits): Generator<number> {
  for (let w = 0; w < set.length; w++) {
    for (let word = set[w]!; word !== 0; word &= word - 1) yield 32 * w + 31 - Math.clz32(word & -word);
  }
}

/** Equal for equal sets only. */
export function keyOf(set: Bits): string {
  let key = '';
  for (const word of set) key += String.fromCharCode(word >>> 16, word & 0xffff);
  return key;
}

function trimmed(words: Uint32Array): Bits {
  let length = words.length;
  while (length > 0 && words[length - 1] === 0) length--;
  return words.subarray(0, length);
}
