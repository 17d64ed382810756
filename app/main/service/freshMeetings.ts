// The pairs to be merged (core/meetings.ts) of segments that are new, with each other and with those that stay: for an import that
// looks only at what moved (memory.ts). Their answers are those that an import of everything gives.
import type { Oid, PathBytes } from '../../core/bytes.ts';
import type { Change, Changes } from '../../core/changes.ts';
import { Closures } from '../../core/closures.ts';
import type { PackedPairs } from '../../core/decided.ts';
import { type Meeting, type Touched, meetings } from '../../core/meetings.ts';
import type { Segment } from '../../core/model.ts';
import type { Entry } from '../../core/repository.ts';
import { Row, type Tables } from '../../core/tables.ts';
import { Trees } from '../git/trees.ts';
import { contentSource } from './importer.ts';
import type { Progress } from './importer.ts';
import { Meetings } from './meetings.ts';
import type { Ground } from './segmenting.ts';

/** `pairs`: segments are numbers of the tables, then places in `fresh` behind those; `tipOf` names them. */
export interface FreshAnswers { readonly pairs: PackedPairs; tipOf(segment: number): Oid }

/** `isGone`: of the tables' segments. Null: more is to be merged than what one import merges, so all of it must be looked at. */
export async function freshAnswers(ground: Ground, tables: Tables, isGone: (tip: Oid) => boolean, fresh: readonly Segment[], progress: Progress, signal: AbortSignal): Promise<FreshAnswers | null> {
  const first = tables.segments.length;
  const touched = touchedBy(tables, isGone, fresh);
  if (touched === null) return null;
  const closures = new Closures(touched.segments);
  const sizes = new Int32Array(touched.segments.length), base = tables.contexts.indexOf('base');
  for (let r = 0; r < touched.rows.length; r += Row.width) if (touched.rows[r + Row.context] === base) sizes[touched.rows[r + Row.segment]!]!++;
  const wanted: Meeting[] = [], sides = new Set<number>();
  const cost = Meetings.cost();
  for (const pair of meetings(touched, closures).each()) {
    if (!cost.affords(sizes[pair.a]!, sizes[pair.b]!)) return null;
    if (pair.b < first) continue;
    wanted.push(pair);
    for (const s of [...closures.closure(pair.a), ...closures.closure(pair.b)]) sides.add(s);
  }
  const changes = changesOf(tables, base, sides);
  fresh.forEach((s, i) => changes.set(first + i, new Map(s.contexts.find((c) => c.context === 'base')?.edits.map(({ path, before, after }) => [path, { before, after }]))));
  const graph = {
    base: ground.base.tree, trees: new Trees(ground.reader), changes: (s: number): Changes => changes.get(s)!,
    source: contentSource(ground.reader, async (oid) => ground.contents.made.get(oid) ?? await ground.store.blob(oid)),
  };
  const pairs = await new Meetings(graph, touched, closures).answers(wanted, progress, signal);
  return pairs === null ? null : { pairs, tipOf: (s) => touched.segments[s]!.tip };
}

/** The tables' segments under their numbers, then the fresh ones. Null where one that stays comes after one that does not: their numbers would not ascend. */
function touchedBy(tables: Tables, isGone: (tip: Oid) => boolean, fresh: readonly Segment[]): Touched | null {
  const segments: Touched['segments'][number][] = tables.segments.map((s) => (isGone(s.tip) ? { tip: s.tip, lower: [], after: [], standing: 'gone', renames: [] } : s));
  if (segments.some(({ after }) => after.some((n) => segments[n]!.standing === 'gone'))) return null;
  const at = new Map(segments.flatMap((s, i): [Oid, number][] => (s.standing === 'gone' ? [] : [[s.tip, i]])));
  // names of contexts that nobody has any more stay in tables
  const used = new Set<number>();
  for (let r = 0; r < tables.rows.length; r += Row.width) if (segments[tables.rows[r]!]!.standing !== 'gone') used.add(tables.rows[r + Row.context]!);
  const paths = new Numbers(tables.paths), contexts = new Numbers(tables.contexts.map((name, i) => (used.has(i) || name === 'base' ? name : `-${i}`)));
  const rows: number[] = [];
  for (const s of fresh) {
    const n = segments.length;
    // lower ones came first, and do still: what stands on one that is new is new to these numbers, too
    segments.push({ tip: s.tip, lower: s.lower.map((tip) => at.get(tip)!), after: s.after?.map((tip) => at.get(tip)!) ?? [], standing: s.standing.kind, renames: s.renames });
    at.set(s.tip, n);
    for (const { context, edits } of s.contexts) for (const e of edits) rows.push(n, contexts.of(context), paths.of(e.path), e.before === null ? -1 : 0, e.after === null ? -1 : 0, 0, 0);
  }
  const all = new Int32Array(tables.rows.length + rows.length);
  all.set(tables.rows);
  all.set(rows, tables.rows.length);
  return { segments, paths: paths.list, contexts: contexts.list, rows: all };
}

/** base → each of these segments */
function changesOf({ rows, paths, entries }: Tables, base: number, segments: ReadonlySet<number>): Map<number, Map<PathBytes, Change>> {
  const out = new Map([...segments].map((s) => [s, new Map<PathBytes, Change>()]));
  const entry = (i: number): Entry | null => (i < 0 ? null : entries[i]!);
  for (let r = 0; r < rows.length; r += Row.width) {
    if (rows[r + Row.context] !== base) continue;
    out.get(rows[r + Row.segment]!)?.set(paths[rows[r + Row.path]!]!, { before: entry(rows[r + Row.before]!), after: entry(rows[r + Row.after]!) });
  }
  return out;
}

class Numbers<T> {
  readonly list: T[];
  readonly #at: Map<T, number>;
  constructor(list: readonly T[]) {
    this.list = [...list];
    this.#at = new Map(list.map((value, i) => [value, i]));
  }
  of(value: T): number {
    let n = this.#at.get(value);
    if (n === undefined) this.#at.set(value, (n = this.list.push(value) - 1));
    return n;
  }
}
