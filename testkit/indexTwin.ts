// The conflict index's slow twin: every pair of segments, every path of both, by the definitions (design.md §2, Verdict) and by
// mergeRegisters and hunksConflict. Walks, maps and objects: nothing of app/core/index or closures.ts.
import { mergeRegisters } from '../app/core/changes.ts';
import { pairsIn } from '../app/core/decided.ts';
import { type LineHunk, hunksConflict } from '../app/core/merge3.ts';
import { conflictKinds } from '../app/core/model.ts';
import { HunkColumn, Row, type Tables } from '../app/core/tables.ts';

/** `a b` → its places in words, sorted; one reason alone where there is no verdict. Clean pairs are absent. */
export type TwinAnswer = Map<string, readonly string[]>;

export function inWords(tables: Tables, place: { readonly path: number; readonly kind: string; readonly regions: Int32Array }): string {
  return `${place.kind} ${tables.paths[place.path]} ${place.regions.join()}`;
}

export function slowIndex(tables: Tables): TwinAnswer {
  const { segments } = tables;
  const below = (s: number): Set<number> => new Set([s, ...segments[s]!.lower.flatMap((l) => [...below(l)])]);
  const closures = segments.map((_, s) => below(s));
  const rows = segments.map(() => new Map<string, number>());
  for (let r = 0; r < tables.rows.length; r += Row.width) rows[tables.rows[r]!]!.set(`${tables.contexts[tables.rows[r + Row.context]!]}\0${tables.paths[tables.rows[r + Row.path]!]}`, r);
  const isAny = segments.some(({ after }) => after.length > 0);
  const earlier = (s: number): Set<number> => new Set([s, ...(isAny ? [...segments[s]!.after, ...segments[s]!.lower] : []).flatMap((l) => [...earlier(l)])]);
  const histories = segments.map((_, s) => earlier(s));
  const out: TwinAnswer = new Map();
  segments.forEach((s, a) => {
    for (let b = a + 1; b < segments.length; b++) {
      if (s.standing !== 'exact' || segments[b]!.standing !== 'exact') continue;
      const common = [...closures[a]!].filter((i) => closures[b]!.has(i));
      if (common.includes(a) || common.includes(b)) continue;
      const tops = common.filter((i) => !common.some((o) => o !== i && closures[o]!.has(i)));
      const context = tops.length === 0 ? 'base' : tops.map((i) => segments[i]!.tip).sort().join('+');
      const places = comparePair(tables, rows[a]!, rows[b]!, context);
      if (places.length > 0) out.set(`${a} ${b}`, places.sort());
    }
  });
  for (const pair of pairsIn(tables.decided)) {
    const d = tables.decided, key = `${d[pair]} ${d[pair + 1]}`, count = d[pair + 2]!;
    out.delete(key);
    if (count < 0) out.set(key, [`unknown: ${tables.reasons[~count]}`]);
    const places: string[] = [];
    for (let at = pair + 3, n = count; n > 0; n--, at += 3 + d[at + 2]!) places.push(inWords(tables, { path: d[at]!, kind: conflictKinds[d[at + 1]!]!, regions: d.slice(at + 3, at + 3 + d[at + 2]!) }));
    if (count > 0) out.set(key, places.sort());
  }
  for (const key of out.keys()) { const [a, b] = key.split(' ').map(Number) as [number, number]; if (histories[b]!.has(a) || histories[a]!.has(b)) out.delete(key); }
  return out;
}

function comparePair(tables: Tables, ofA: ReadonlyMap<string, number>, ofB: ReadonlyMap<string, number>, context: string): string[] {
  const col = (r: number, column: number): number => tables.rows[r + column]!;
  const entry = (i: number) => (i < 0 ? null : tables.entries[i]!);
  const out: string[] = [];
  const added = (rows: Iterable<[string, number]>): string[] => [...rows].filter(([key, r]) => key.startsWith(`${context}\0`) && col(r, Row.before) < 0 && col(r, Row.after) >= 0).map(([key]) => key.slice(context.length + 1));
  const inContext = [...ofA].filter(([key]) => key.startsWith(`${context}\0`));
  for (const [key, x] of inContext) {
    const y = ofB.get(key);
    if (y === undefined) continue;
    const base = entry(col(x, Row.before));
    const r = mergeRegisters(base, entry(col(x, Row.after)), entry(col(y, Row.after)));
    if ('decided' in r) continue;
    const put = (kind: string, regions: Int32Array = new Int32Array(0)): void => { out.push(inWords(tables, { path: col(x, Row.path), kind, regions })); };
    if ('conflict' in r) {
      put(r.conflict);
      // a file that one side deleted and the conflict keeps, below a file of that side
      const deleting = col(x, Row.after) < 0 ? ofA : ofB, path = tables.paths[col(x, Row.path)]!;
      if (r.conflict === 'modify/delete') for (const file of added(deleting)) if (path.startsWith(`${file}/`)) out.push(`directory/file ${file} `);
      continue;
    }
    if (col(x, Row.hunks) < 0 || col(y, Row.hunks) < 0) { put('binary'); continue; }
    const regions = hunksConflict(hunksOf(tables, x), hunksOf(tables, y));
    if (regions.length > 0) put(base === null ? 'add/add' : 'content', regions);
  }
  const theirs = added(ofB);
  for (const path of added(inContext)) {
    for (const other of theirs) {
      if (path.startsWith(`${other}/`)) out.push(`directory/file ${other} `);
      if (other.startsWith(`${path}/`)) out.push(`directory/file ${path} `);
    }
  }
  return [...new Set(out)];
}

function hunksOf({ rows, hunks, lines }: Tables, r: number): LineHunk[] {
  return Array.from({ length: rows[r + Row.hunks]! }, (_, i) => {
    const h = (rows[r + Row.hunk]! + i) * HunkColumn.width;
    const cut = (offset: number, length: number): Uint32Array => lines.subarray(hunks[h + offset]!, hunks[h + offset]! + hunks[h + length]!);
    return { start: hunks[h]!, end: hunks[h + 1]!, removed: cut(HunkColumn.removed, HunkColumn.removedLength), inserted: cut(HunkColumn.inserted, HunkColumn.insertedLength) };
  });
}
