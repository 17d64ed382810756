// What the last import of this process found, so that the next looks only at what moved: a pushed branch costs its own commits, trees
// and lines, and those of the branches it shares commits with. Its answer is that of an import of everything, or none.
import type { ByteString, Oid, PathBytes } from '../../core/bytes.ts';
import { afterPair, packPairs, pairsIn, unpackPairs } from '../../core/decided.ts';
import { bug } from '../../core/errors.ts';
import type { Published } from '../../core/events.ts';
import type { Segment, Source } from '../../core/model.ts';
import { Row, type Tables, placed as placedPairs } from '../../core/tables.ts';
import { directoryOf } from '../../core/treeMerge/renames.ts';
import { Outskirts, type Outside } from '../git/history.ts';
import { type FreshAnswers, freshAnswers } from './freshMeetings.ts';
import type { ImportRequest, Progress } from './importer.ts';
import { MOST_NUMBERS } from './meetings.ts';
import { type Ground, type Placed, type Segmented, segmentRefs } from './segmenting.ts';
import type { SourceRef } from './sources.ts';

/** More than this share of all refs, and more than so many: importing everything costs about the same. */
const MOST_MOVED = { share: 0.2, count: 16 };
/** Commits that are reached no more stay in memory until there are so many times those of the last whole import. */
const MOST_GROWN = 3;

/** `tips`: of cut segments */
interface Known { readonly at: SourceRef; readonly outcome: Source | string; readonly tips: readonly Oid[] }

export class Memory {
  #published: Published;
  readonly #outskirts: Outskirts;
  readonly #first: number;
  readonly #bySource = new Map<ByteString, Known>();
  /** tips of cut segments by commit, and who reaches each: names of refs */
  readonly #segmentOf = new Map<Oid, Oid>();
  readonly #reachedBy = new Map<Oid, readonly ByteString[]>();
  /** published tips by those of the cut segments that they come of: themselves, or at finer grains their units */
  readonly #partsOf = new Map<Oid, Oid[]>();
  #placed: readonly Placed[];
  readonly #byTip: Map<Oid, Placed>;
  /** of published segments that have any, by tip */
  readonly #renames = new Map<Oid, Segment['renames']>();
  #refs: readonly SourceRef[];
  /** where each stands among them */
  #places: ReadonlyMap<ByteString, number>;
  #hasMoved = false;

  constructor(published: Published, refs: readonly SourceRef[], outside: Outside, found: Segmented) {
    this.#published = published;
    this.#outskirts = new Outskirts(outside);
    this.#first = this.#outskirts.size;
    this.#placed = found.placed;
    this.#byTip = new Map(found.placed.map((p) => [p.tip, p]));
    this.#refs = refs;
    this.#places = placesOf(refs);
    this.#note(refs, found);
    this.#noteRenames(found.segments);
  }

  #noteRenames(segments: readonly Segment[]): void {
    for (const s of segments) if (s.renames.length > 0 && s.standing.kind === 'exact') this.#renames.set(s.tip, s.renames);
  }

  /** the state it is about */
  get published(): Published { return this.#published; }

  /** Is it what `moved` answered last, and so another than before? */
  hasMovedTo(published: Published): boolean { return this.#hasMoved && this.#published === published; }

  isOf(base: Oid, baseName: string, grain: Published['grain']): boolean {
    const { published } = this;
    return published.base === base && published.baseName === baseName && published.grain === grain;
  }

  #note(refs: readonly SourceRef[], { cut, segments, outcomes }: Segmented): void {
    const tips = refs.map((): Oid[] => []);
    for (const s of cut) {
      this.#partsOf.set(s.tip, []);
      for (const oid of s.commits) this.#segmentOf.set(oid, s.tip);
      this.#reachedBy.set(s.tip, s.sources.map((i) => refs[i]!.ref));
      for (const i of s.sources) tips[i]!.push(s.tip);
    }
    for (const { tip, within = tip } of segments) this.#partsOf.get(within)!.push(tip);
    refs.forEach((at, i) => this.#bySource.set(at.ref, { at, outcome: outcomes[i]!, tips: tips[i]! }));
  }

  /**
   * What an import of these refs publishes, where little of it is new. `tables`: of the state this is about. Null where everything must
   * be looked at; then nothing was stored, or only segments that the whole import finds again.
   */
  async moved(ground: Ground, listed: readonly SourceRef[], request: ImportRequest, tables: Tables, progress: Progress, signal: AbortSignal): Promise<Published | null> {
    const { refs, arrived, left, isAligned } = this.#unlike(listed), { refs: globs } = request, kept = snapshotsOf(request);
    const sameKept = namesOf(kept) === namesOf(this.#published);
    if (arrived.length === 0 && left.length === 0 && sameKept && globs.join('\0') === this.#published.globs.join('\0')) return this.#published;
    const many = Math.max(MOST_MOVED.count, refs.length * MOST_MOVED.share);
    if (arrived.length + left.length > many || this.#outskirts.size > MOST_GROWN * this.#first + 1000) return null;
    if (!await this.#outskirts.reach(ground.reader, arrived.map((r) => r.oid))) return null;
    const affected = this.#affected([...arrived.map((r) => r.ref), ...left], arrived);
    if (affected.size > many) return null;

    const part = refs.filter((r) => affected.has(r.ref));
    const outside = this.#outskirts.of(part.map((r) => r.oid));
    const cutBefore = new Set([...affected].flatMap((ref) => this.#bySource.get(ref)?.tips ?? []));
    const before = new Set([...cutBefore].flatMap((tip) => this.#partsOf.get(tip)!));
    // A tip that is new may be known of an import long ago: computing it costs less than looking.
    const known = async (tip: Oid): Promise<readonly Segment[]> => { const key = this.#byTip.get(tip)?.key; return key === undefined ? [] : ground.store.known(tip, key); };
    const store: Ground['store'] = { ...ground.store, known };
    const found = await segmentRefs({ ...ground, store }, part, outside.commits, outside, async () => {}, progress, signal);
    // What stands on one that was cut otherwise may be as it was, word for word: what it meets is asked anew all the same, for that is told by what is below it.
    const news = new Set<Oid>();
    const fresh = found.segments.filter((s, i) => {
      const { tip, key } = found.placed[i]!, isNew = this.#byTip.get(tip)?.key !== key || s.lower.some((below) => news.has(below));
      if (isNew) news.add(tip);
      return isNew;
    });
    const stays = new Set(found.segments.flatMap((s) => (news.has(s.tip) ? [] : [s.tip])));
    const meets = mayMeet(tables, [...this.#renames.values()], fresh);
    // what several units make together is woven, which takes the edits of all
    if (meets && ground.grain !== 'branch') return null;
    const meeting = meets
      ? await freshAnswers(ground, tables, (tip) => before.has(tip) && !stays.has(tip), fresh, progress, signal) : NO_ANSWERS;
    const placed = this.#placed.slice(), segments = this.#published.segments.slice();
    for (const tip of before) {
      const one = this.#byTip.get(tip), at = one === undefined ? -1 : placeIn(placed, one);
      if (at >= 0) { placed.splice(at, 1); segments.splice(at, 1); }
    }
    for (const one of found.placed) {
      const at = placeIn(placed, one);
      placed.splice(at, 0, one);
      segments.splice(at, 0, one.key);
    }
    const decided = meeting === null ? null : followed(this.#published.decided!, this.#placed, news, placed, meeting);
    if (decided === null) return null;

    this.#placed = placed;
    for (const tip of before) { this.#byTip.delete(tip); this.#renames.delete(tip); }
    for (const tip of cutBefore) this.#partsOf.delete(tip);
    this.#noteRenames(found.segments);
    for (const p of found.placed) this.#byTip.set(p.tip, p);
    for (const ref of affected) this.#bySource.delete(ref);
    this.#note(part, found);
    this.#refs = refs;
    if (!isAligned) this.#places = placesOf(refs);
    this.#hasMoved = true;
    const { base, baseTree, baseName, grain } = this.#published;
    this.#published = { base, baseTree, baseName, grain, globs, ...this.#told(isAligned ? part : null), segments, decided, ...kept };
    return this.#published;
  }

  /** What became of all refs. `part`: the others are where and what they were when it was last told; null: nobody says so. */
  #told(part: readonly SourceRef[] | null): Pick<Published, 'sources' | 'skipped'> {
    if (part !== null && this.#published.skipped.length === 0) {
      const all = this.#published.sources.slice() as (Source | string)[];
      for (const { ref } of part) all[this.#places.get(ref)!] = this.#bySource.get(ref)!.outcome;
      if (all.every((one) => typeof one !== 'string')) return { sources: all as Source[], skipped: [] };
    }
    const sources: Source[] = [], skipped: Published['skipped'][number][] = [];
    for (const { name, ref } of this.#refs) {
      const { outcome } = this.#bySource.get(ref)!;
      if (typeof outcome === 'string') skipped.push({ name, reason: outcome }); else sources.push(outcome);
    }
    return { sources, skipped };
  }

  /** Refs that are new or elsewhere, and names of those that are gone; `refs`: all, those of before themselves where they are as they were. Aligned: each has its place of before. */
  #unlike(listed: readonly SourceRef[]): { readonly refs: readonly SourceRef[]; readonly arrived: readonly SourceRef[]; readonly left: readonly ByteString[]; readonly isAligned: boolean } {
    const arrived: SourceRef[] = [];
    let same = 0, was = 0, isAligned = listed.length === this.#refs.length;
    const refs = listed.map((now, i) => {
      // mostly the two lists differ in a place or two
      if (this.#refs[was]?.ref !== now.ref) was = this.#refs.findIndex((r) => r.ref === now.ref);
      const before = was < 0 ? undefined : this.#refs[was];
      isAligned &&= was === i;
      was++;
      if (before !== undefined) same++;
      if (before !== undefined && before.oid === now.oid && before.name === now.name) return before;
      arrived.push(now);
      return now;
    });
    if (same === this.#refs.length) return { refs, arrived, left: [], isAligned };
    const here = new Set(refs.map((r) => r.ref));
    return { refs, arrived, left: this.#refs.filter((r) => !here.has(r.ref)).map((r) => r.ref), isAligned };
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

/** What an import is to remember of working trees. */
export const snapshotsOf = ({ beside }: ImportRequest): Pick<Published, 'snapshots'> => (beside === undefined || beside.snapshots.length === 0 ? {} : { snapshots: beside.snapshots });

const namesOf = ({ snapshots = [] }: Pick<Published, 'snapshots'>): string => snapshots.map((s) => s.oid).join(' ');

const placesOf = (refs: readonly SourceRef[]): ReadonlyMap<ByteString, number> => new Map(refs.map(({ ref }, i) => [ref, i]));

/** In published order: where it stands, or would. */
function placeIn(placed: readonly Placed[], { below, tip }: Placed): number {
  let low = 0, high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1, one = placed[middle]!;
    if (one.below < below || (one.below === below && one.tip < tip)) low = middle + 1; else high = middle;
  }
  return low;
}

const NO_ANSWERS: FreshAnswers = { pairs: packPairs(new Int32Array(0), [], []), tipOf: (): Oid => { throw bug('an answer of nobody'); } };

/** Answers on pairs of which both are still there, and the fresh ones; null where some have none, or they are too many: all is merged anew. `anew`: tips whose answers of before are no more. */
function followed(decided: NonNullable<Published['decided']>, before: readonly Placed[], anew: ReadonlySet<Oid>, now: readonly Placed[], fresh: FreshAnswers): NonNullable<Published['decided']> | null {
  if (decided.reasons.length > 0 || fresh.pairs.reasons.length > 0) return null;
  if (decided.pairs.length === 0 && fresh.pairs.pairs.length === 0) return decided;
  const places = new Map(now.map((p, i) => [p.key, i])), placeOfTip = new Map(now.map((p, i) => [p.tip, i]));
  const place = before.map((p) => (anew.has(p.tip) ? -1 : places.get(p.key) ?? -1));
  const all = unpackPairs(decided), kept: number[] = [];
  for (const at of pairsIn(all)) if (place[all[at]!]! >= 0 && place[all[at + 1]!]! >= 0) for (const n of all.subarray(at, afterPair(all, at))) kept.push(n);
  const added = placedPairs(unpackPairs(fresh.pairs), (n) => placeOfTip.get(fresh.tipOf(n))!, (path) => decided.paths.length + path);
  if (kept.length + added.length > MOST_NUMBERS) return null;
  const both = new Int32Array(kept.length + added.length);
  both.set(placedPairs(Int32Array.from(kept), (n) => place[n]!, (path) => path));
  both.set(added, kept.length);
  return packPairs(placedPairs(both, (n) => n, (path) => path), [...decided.paths, ...fresh.pairs.paths], []);
}

/** Could a pair with one of `fresh` need a merge (core/meetings.ts)? May say yes where it need not. */
function mayMeet(tables: Tables, renamed: readonly Segment['renames'][], fresh: readonly Segment[]): boolean {
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
  for (const renames of renamed) for (const { from, emptied } of renames) if (touched.has(from) || emptied.some((dir) => filled.has(dir))) return true;
  if (contexts.size === 0) return false;
  // those above a merge share several tops with others
  if (tables.order.some((n) => tables.segments[n]!.lower.length > 1)) return true;
  const numbers = new Set(tables.contexts.flatMap((name, i) => (contexts.has(name) ? [i] : [])));
  for (let r = 0; r < tables.rows.length; r += Row.width) if (tables.rows[r + Row.after]! < 0 && numbers.has(tables.rows[r + Row.context]!)) return true;
  return false;
}
