// What the last import of this process found, so that the next looks only at what moved: a pushed branch costs its own commits, trees
// and lines, and those of the branches it shares commits with. Its answer is that of an import of everything, or none.
import type { ByteString, Oid, PathBytes } from '../../core/bytes.ts';
import { afterPair, packPairs, pairsIn, unpackPairs } from '../../core/decided.ts';
import type { Published, SegmentKey } from '../../core/events.ts';
import type { Segment, Source } from '../../core/model.ts';
import { Row, type Tables, placed as placedPairs } from '../../core/tables.ts';
import { Outskirts, type Outside } from '../git/history.ts';
import type { Progress } from './importer.ts';
import { type Ground, type Placed, type Segmented, segmentRefs } from './segmenting.ts';
import type { SourceRef } from './sources.ts';

/** More than this share of all refs, and more than so many: importing everything costs about the same. */
const MOST_MOVED = { share: 0.2, count: 16 };
/** Commits that are reached no more stay in memory until there are so many times those of the last whole import. */
const MOST_GROWN = 3;

interface Known { readonly at: SourceRef; readonly outcome: Source | string; readonly tips: readonly Oid[] }

export class Memory {
  #published: Published;
  readonly #outskirts: Outskirts;
  readonly #first: number;
  readonly #bySource = new Map<ByteString, Known>();
  /** tips of cut segments by commit, and who reaches each: names of refs */
  readonly #segmentOf = new Map<Oid, Oid>();
  readonly #reachedBy = new Map<Oid, readonly ByteString[]>();
  #placed: readonly Placed[];

  constructor(published: Published, refs: readonly SourceRef[], outside: Outside, found: Segmented) {
    this.#published = published;
    this.#outskirts = new Outskirts(outside);
    this.#first = this.#outskirts.size;
    this.#placed = found.placed;
    this.#note(refs, found);
  }

  /** the state it is about */
  get published(): Published { return this.#published; }

  isOf(base: Oid, baseName: string, grain: Published['grain']): boolean {
    const { published } = this;
    return published.base === base && published.baseName === baseName && published.grain === grain;
  }

  #note(refs: readonly SourceRef[], { cut, outcomes }: Segmented): void {
    const tips = refs.map((): Oid[] => []);
    for (const s of cut) {
      for (const oid of s.commits) this.#segmentOf.set(oid, s.tip);
      this.#reachedBy.set(s.tip, s.sources.map((i) => refs[i]!.ref));
      for (const i of s.sources) tips[i]!.push(s.tip);
    }
    refs.forEach((at, i) => this.#bySource.set(at.ref, { at, outcome: outcomes[i]!, tips: tips[i]! }));
  }

  /** The key of a published segment with this tip. */
  #keyOf(tip: Oid): SegmentKey | undefined { return this.#placed.find((p) => p.tip === tip)?.key; }

  /**
   * What an import of these refs publishes, where little of it is new. `tables`: of the state this is about. Null where everything must
   * be looked at; then nothing was stored, or only segments that the whole import finds again.
   */
  async moved(ground: Ground, refs: readonly SourceRef[], globs: Published['globs'], tables: Tables, progress: Progress, signal: AbortSignal): Promise<Published | null> {
    const now = new Map(refs.map((r) => [r.ref, r]));
    const arrived = refs.filter((r) => { const was = this.#bySource.get(r.ref)?.at; return was === undefined || was.oid !== r.oid || was.name !== r.name; });
    const left = [...this.#bySource.keys()].filter((ref) => !now.has(ref));
    const many = Math.max(MOST_MOVED.count, refs.length * MOST_MOVED.share);
    if (arrived.length + left.length > many || this.#outskirts.size > MOST_GROWN * this.#first + 1000) return null;
    if (!await this.#outskirts.reach(ground.reader, arrived.map((r) => r.oid))) return null;
    const affected = this.#affected([...arrived.map((r) => r.ref), ...left], arrived);
    if (affected.size > many) return null;

    const part = refs.filter((r) => affected.has(r.ref));
    const outside = this.#outskirts.of(part.map((r) => r.oid));
    const before = new Set([...affected].flatMap((ref) => this.#bySource.get(ref)?.tips ?? []));
    const store: Ground['store'] = { ...ground.store, known: (tip) => ground.store.known(tip, this.#keyOf(tip)) };
    const found = await segmentRefs({ ...ground, store }, part, outside.commits, outside, async () => {}, progress, signal);
    const fresh = found.segments.filter((_, i) => this.#keyOf(found.placed[i]!.tip) !== found.placed[i]!.key);
    if (mayMeet(tables, fresh)) return null;

    const old = this.#placed;
    this.#placed = merged(old.filter((p) => !before.has(p.tip)), found.placed);
    for (const ref of affected) this.#bySource.delete(ref);
    this.#note(part, found);
    const { base, baseTree, baseName, grain, decided } = this.#published;
    const sources: Source[] = [], skipped: Published['skipped'][number][] = [];
    for (const r of refs) {
      const { outcome } = this.#bySource.get(r.ref)!;
      if (typeof outcome === 'string') skipped.push({ name: r.name, reason: outcome }); else sources.push(outcome);
    }
    this.#published = { base, baseTree, baseName, grain, globs, sources, segments: this.#placed.map((p) => p.key), skipped, decided: followed(decided!, old, this.#placed) };
    return this.#published;
  }

  /** With all that share commits with them, now or before, and so on: nobody else's segments can be others. */
  #affected(first: readonly ByteString[], arrived: readonly SourceRef[]): Set<ByteString> {
    const met = new Set(first);
    const meet = (tip: Oid): void => { for (const ref of this.#reachedBy.get(tip) ?? []) met.add(ref); };
    for (const oid of this.#outskirts.of(arrived.map((r) => r.oid)).commits.keys()) {
      const segment = this.#segmentOf.get(oid);
      if (segment !== undefined) meet(segment);
    }
    // a set gives out what is added while it is walked
    for (const ref of met) for (const tip of this.#bySource.get(ref)?.tips ?? []) meet(tip);
    return met;
  }
}

/** Two lists in published order as one. */
function merged(a: readonly Placed[], b: readonly Placed[]): Placed[] {
  return [...a, ...b].sort((x, y) => x.below - y.below || (x.tip < y.tip ? -1 : 1));
}

/** Answers on pairs of which both are still there. */
function followed(decided: NonNullable<Published['decided']>, before: readonly Placed[], now: readonly Placed[]): NonNullable<Published['decided']> {
  if (decided.pairs.length === 0) return decided;
  const places = new Map(now.map((p, i) => [p.key, i]));
  const place = before.map((p) => places.get(p.key) ?? -1);
  const all = unpackPairs(decided), kept: number[] = [];
  for (const at of pairsIn(all)) if (place[all[at]!]! >= 0 && place[all[at + 1]!]! >= 0) kept.push(...all.subarray(at, afterPair(all, at)));
  return packPairs(placedPairs(Int32Array.from(kept), (n) => place[n]!, (path) => path), decided.paths, decided.reasons);
}

const directoryOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Could a pair with one of `fresh` need a merge (core/meetings.ts)? May say yes where it need not. */
function mayMeet(tables: Tables, fresh: readonly Segment[]): boolean {
  const exact = fresh.filter((s) => s.standing.kind === 'exact');
  if (exact.some((s) => s.renames.length > 0 || s.lower.length > 0 && s.contexts.some((c) => c.edits.some((e) => e.after === null)))) return true;
  const touched = new Set<PathBytes>(), filled = new Set<string>(), contexts = new Set<string>();
  for (const s of exact) {
    if (s.lower.length > 1) return true;
    for (const { context, edits } of s.contexts) {
      if (context !== 'base') contexts.add(context);
      for (const e of edits) {
        touched.add(e.path);
        if (e.before === null && e.after !== null) filled.add(directoryOf(e.path));
      }
    }
  }
  for (const n of tables.order) {
    const { renames, standing } = tables.segments[n]!;
    if (standing !== 'exact') continue;
    for (const { from, emptied } of renames) if (touched.has(from) || emptied.some((dir) => filled.has(dir))) return true;
  }
  if (contexts.size === 0) return false;
  // those above a merge share several tops with others
  if (tables.order.some((n) => tables.segments[n]!.lower.length > 1)) return true;
  const numbers = new Set(tables.contexts.flatMap((name, i) => (contexts.has(name) ? [i] : [])));
  for (let r = 0; r < tables.rows.length; r += Row.width) if (tables.rows[r + Row.after]! < 0 && numbers.has(tables.rows[r + Row.context]!)) return true;
  return false;
}
