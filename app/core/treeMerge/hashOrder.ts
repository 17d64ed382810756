// The order in which git meets the keys of one of its hash tables (strhash: FNV-1, hashmap: chained, 64 buckets, times four when four
// fifths full). Some of merge-ort's ties are decided by it, so whoever wants git's answers needs git's order.

const BUCKETS = 64;

function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 0x01000193) ^ key.charCodeAt(i)) >>> 0;
  return hash;
}

/** More keys than this, and the table grows. */
const FULL = Math.trunc(BUCKETS * 80 / 100);

/** `keys`: byte strings in the order of their insertion, each once. */
export function inHashOrder<T extends string>(keys: readonly T[]): T[] {
  if (keys.length < 2) return [...keys];
  if (keys.length > FULL) return inLargeTable(keys);
  return keys.map((key, i) => ({ key, i, bucket: hashOf(key) & (BUCKETS - 1) })).sort((x, y) => x.bucket - y.bucket || y.i - x.i).map(({ key }) => key);
}

/** As git fills and walks its table. */
export function inLargeTable<T extends string>(keys: readonly T[]): T[] {
  let table: { key: T; hash: number }[][] = Array.from({ length: BUCKETS }, () => []);
  let size = 0;
  // chains hold the newest last; git walks from the newest
  for (const key of keys) {
    const hash = hashOf(key);
    table[hash & (table.length - 1)]!.push({ key, hash });
    if (++size > Math.trunc(table.length * 80 / 100)) {
      const larger: typeof table = Array.from({ length: table.length * 4 }, () => []);
      for (const chain of table) for (const one of chain.toReversed()) larger[one.hash & (larger.length - 1)]!.push(one);
      table = larger;
    }
  }
  return table.flatMap((chain) => chain.toReversed().map(({ key: k }) => k));
}
