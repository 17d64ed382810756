// How well parts found agree with parts known: over all pairs of pieces, and corrected for chance.

export interface Agreement {
  /** adjusted Rand index (Hubert and Arabie 1985): 1 the same parts, 0 what chance gives */
  readonly ari: number;
  /** share of the pairs of pieces that are rightly together or rightly apart */
  readonly pairs: number;
  /** share of those from two commits that are apart, and of those from one that are together */
  readonly apart: number; readonly together: number;
}

const choose2 = (n: number): number => n * (n - 1) / 2;

export function agreement(found: readonly number[], known: readonly number[]): Agreement {
  const n = found.length, cells = new Map<string, number>(), rows = new Map<number, number>(), columns = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const key = `${found[i]!} ${known[i]!}`;
    cells.set(key, (cells.get(key) ?? 0) + 1);
    rows.set(found[i]!, (rows.get(found[i]!) ?? 0) + 1);
    columns.set(known[i]!, (columns.get(known[i]!) ?? 0) + 1);
  }
  const sum = (counts: Iterable<number>): number => { let total = 0; for (const count of counts) total += choose2(count); return total; };
  const both = sum(cells.values()), ours = sum(rows.values()), theirs = sum(columns.values()), all = choose2(n);
  const expected = all === 0 ? 0 : ours * theirs / all, most = (ours + theirs) / 2;
  const right = both + (all - ours - theirs + both);
  return {
    ari: most === expected ? 1 : (both - expected) / (most - expected), pairs: all === 0 ? 1 : right / all,
    apart: all === theirs ? 1 : (all - ours - theirs + both) / (all - theirs), together: theirs === 0 ? 1 : both / theirs,
  };
}
