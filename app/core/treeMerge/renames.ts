// Which deleted file a side's added file was: exact matches first, then files of the same name, then the most similar ones, for
// renames that matter alone. The rules, limits and order of ties are those by which git's merge-ort finds renames (2.38 on).
import type { Oid, PathBytes } from '../bytes.ts';
import { isRegular } from '../changes.ts';
import type { Contents } from '../contents.ts';
import { AcumenError } from '../errors.ts';
import { inHashOrder } from './hashOrder.ts';
import { MAX_SIMILARITY, type Profile, commonBytes, profileOf, sizesMayRename } from '../similarity.ts';
import type { DirectoryRelevance, Pair, SideFacts } from './walk.ts';

/** 50 %: merge.renames' threshold */
export const ENOUGH = MAX_SIMILARITY / 2;
/** 75 %: enough for files of one name, because nothing else is then looked at */
const ENOUGH_BY_NAME = ENOUGH + (MAX_SIMILARITY - ENOUGH) / 2;
/** merge.renameLimit's default: no similar renames beyond this many squared pairs */
const LIMIT = 7000;
/** within git's limit, but half a minute of one processor: beyond, there is no verdict */
const MOST_COMPARISONS = 8_000_000;
/** sources remembered for each added file */
const CANDIDATES = 4;
/** equal contents looked at for one added file */
const MOST_EQUAL = 100;
/** of contents fetched at once to be compared */
const WAVE_BYTES = 8 << 20;
/** of profiles kept from merge to merge */
const HELD_BYTES = 32 << 20;
/** stands for "who knows where" among the places a directory may have gone to */
const UNKNOWN = '/';

export const EMPTY_BLOBS: ReadonlySet<string> = new Set(['e69de29bb2d1d6434b8b29ae775ad8c2e48c5391', '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813']);

export interface FoundRenames {
  /** the pairs with renames joined: `from` and `to` differ, both `before` and `after` are there */
  readonly pairs: readonly Pair[];
  /** removed directory → where its files went → how many of them */
  readonly moved: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** The profiles of contents that were compared, kept from one merge to the next. */
export class Similarities {
  readonly #contents: Contents;
  readonly #profiles = new Map<Oid, Profile>();
  #bytes = 0;

  constructor(contents: Contents) { this.#contents = contents; }

  /** git's estimate of two different regular files; 0 where their sizes alone rule out `least`. */
  of(from: Pair, to: Pair, least: number): number {
    const a = from.before!, b = to.after!;
    if (!isRegular(a) || !isRegular(b)) return 0;
    const sizeA = this.#contents.size(a.oid), sizeB = this.#contents.size(b.oid);
    const larger = Math.max(sizeA, sizeB), apart = larger - Math.min(sizeA, sizeB);
    if (larger * (MAX_SIMILARITY - least) < apart * MAX_SIMILARITY) return 0;
    return sizeB === 0 ? 0 : Math.trunc((commonBytes(this.#profile(a.oid), this.#profile(b.oid)) * MAX_SIMILARITY) / larger);
  }

  /** Names everything that comparing these will take, so that it comes in two waves. */
  need(from: readonly Pair[], to: readonly Pair[]): void {
    const sources = from.filter((p) => isRegular(p.before)), targets = to.filter((p) => isRegular(p.after));
    this.#contents.needSizes([...sources.map((p) => p.before!.oid), ...targets.map((p) => p.after!.oid)]);
    const sizeOf = (oid: Oid): number => this.#contents.size(oid);
    const given = sources.map((p) => p.before!.oid), taken = targets.map((p) => p.after!.oid);
    const comparable = (some: readonly Oid[], others: readonly Oid[]): Oid[] => {
      const sizes = [...new Set(others.map(sizeOf))];
      return some.filter((oid) => !this.#profiles.has(oid) && sizes.some((size) => sizesMayRename(sizeOf(oid), size)));
    };
    const wanted = [...new Set([...comparable(given, taken), ...comparable(taken, given)])];
    for (let at = 0; at < wanted.length;) {
      const first = at;
      for (let bytes = 0; at < wanted.length && bytes < WAVE_BYTES; at++) bytes += sizeOf(wanted[at]!);
      const wave = wanted.slice(first, at);
      this.#contents.needBytes(wave);
      for (const oid of wave) this.#profile(oid);
    }
  }

  /** After a merge: keeps what it compared for the next, unless that has become too much. */
  trim(): void {
    if (this.#bytes <= HELD_BYTES) return;
    this.#profiles.clear();
    this.#bytes = 0;
  }

  #profile(oid: Oid): Profile {
    let profile = this.#profiles.get(oid);
    if (profile === undefined) {
      profile = profileOf(this.#contents.bytes(oid), false);
      this.#profiles.set(oid, profile);
      this.#bytes += 8 * profile.classes.length + 100;
    }
    return profile;
  }
}

export const directoryOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

interface Source { readonly pair: Pair; used: boolean }
interface Target { readonly pair: Pair; source: Source | null }

/** Stops as waves.ts describes where contents are lacking; changes nothing of `side` but the relevance of its sources and directories. */
export function findRenames(side: SideFacts, similarities: Similarities): FoundRenames {
  const { pairs, relevant, removed } = side;
  if (pairs.length === 0 || relevant.size === 0) return { pairs, moved: new Map() };
  const isFull = (p: Pair): boolean => !EMPTY_BLOBS.has((p.before ?? p.after)!.oid);
  let sources: Source[] = pairs.filter((p) => p.after === null && isFull(p)).map((pair) => ({ pair, used: false }));
  const targets: Target[] = pairs.filter((p) => p.before === null && isFull(p)).map((pair) => ({ pair, source: null }));
  if (sources.length === 0 || targets.length === 0) return { pairs, moved: new Map() };

  const record = (target: Target, source: Source): void => { target.source = source; source.used = true; };
  matchEqual(sources, targets, record);
  sources = sources.filter((s) => !s.used);

  const directories = new Directories(removed);
  const index = new Map<string, Target>();
  for (const t of targets) {
    if (t.source === null) index.set(t.pair.to, t);
    else directories.count(t.source.pair.from, t.pair.to);
  }
  const guesses = directories.guesses();
  matchNames(sources, targets, relevant, similarities, (from) => {
    const guess = guesses.get(directoryOf(from));
    return guess === undefined ? undefined : index.get(`${guess}/${nameOf(from)}`);
  }, (target, source) => { record(target, source); directories.count(source.pair.from, target.pair.to); });
  sources = directories.cull(sources.filter((s) => !s.used && relevant.has(s.pair.from)), relevant);

  const left = targets.filter((t) => t.source === null);
  if (left.length > 0 && sources.length > 0 && left.length * sources.length <= LIMIT * LIMIT) {
    if (left.length * sources.length > MOST_COMPARISONS) throw new AcumenError('too-large', `Finding renames takes ${left.length * sources.length} comparisons of files, more than ${MOST_COMPARISONS}.`, 'Split the branch that moves so many files.');
    matchSimilar(sources, left, similarities, (target, source) => { record(target, source); directories.count(source.pair.from, target.pair.to); });
  }

  const renamed = new Map(targets.filter((t) => t.source !== null).map((t) => [t.pair, t.source!.pair]));
  const gone = new Set(renamed.values());
  return {
    pairs: pairs.filter((p) => !gone.has(p)).map((p) => {
      const source = renamed.get(p);
      return source === undefined ? p : { from: source.from, to: p.to, before: source.before, after: p.after };
    }),
    moved: directories.kept(),
  };
}

/** Equal contents: a source of the same name first, else the first that is left. */
function matchEqual(sources: readonly Source[], targets: readonly Target[], record: (target: Target, source: Source) => void): void {
  const byOid = new Map<string, Source[]>();
  for (const s of sources) {
    const list = byOid.get(s.pair.before!.oid);
    if (list) list.push(s); else byOid.set(s.pair.before!.oid, [s]);
  }
  for (const target of targets) {
    const after = target.pair.after!;
    let best: Source | null = null, bestScore = -1, left = MOST_EQUAL;
    for (const source of byOid.get(after.oid) ?? []) {
      const before = source.pair.before!;
      if ((!isRegular(before) || !isRegular(after)) && before.mode !== after.mode) continue;
      if (source.used) continue;
      const score = nameOf(source.pair.from) === nameOf(target.pair.to) ? 2 : 1;
      if (score > bestScore) { best = source; bestScore = score; }
      if (score === 2 || --left === 0) break;
    }
    if (best !== null) record(target, best);
  }
}

/** Files whose name is unique among what is left on both ends, or whose directory seems to have gone somewhere. */
function matchNames(
  sources: readonly Source[], targets: readonly Target[], relevant: SideFacts['relevant'], similarities: Similarities,
  guess: (from: PathBytes) => Target | undefined, record: (target: Target, source: Source) => void,
): void {
  const unique = <T>(all: readonly T[], name: (one: T) => string): Map<string, T | null> => {
    const map = new Map<string, T | null>();
    for (const one of all) map.set(name(one), map.has(name(one)) ? null : one);
    return map;
  };
  const sourceOf = unique(sources, (s) => nameOf(s.pair.from));
  const targetOf = unique(targets.filter((t) => t.source === null), (t) => nameOf(t.pair.to));
  const candidates: [Source, Target][] = [];
  for (const source of sources) {
    if (!relevant.has(source.pair.from)) continue;
    const name = nameOf(source.pair.from);
    let target = targetOf.get(name);
    if (target === undefined) continue;
    if (target === null || sourceOf.get(name) === null) target = guess(source.pair.from);
    if (target) candidates.push([source, target]);
  }
  similarities.need(candidates.map(([s]) => s.pair), candidates.map(([, t]) => t.pair));
  for (const [source, target] of candidates) {
    if (target.source === null && similarities.of(source.pair, target.pair, ENOUGH_BY_NAME) >= ENOUGH_BY_NAME) record(target, source);
  }
}

interface Candidate { readonly target: Target; readonly source: Source; readonly score: number; readonly sameName: number }

/** > 0 where `b` is better; an unused slot is worse than anything. */
const compare = (a: Candidate | null, b: Candidate | null): number =>
  (a === null ? Number(b !== null) : b === null ? -1 : b.score - a.score || b.sameName - a.sameName);

/** The most similar pairs first; each added file remembers its best few sources. */
function matchSimilar(sources: readonly Source[], targets: readonly Target[], similarities: Similarities, record: (target: Target, source: Source) => void): void {
  similarities.need(sources.map((s) => s.pair), targets.map((t) => t.pair));
  const all: (Candidate | null)[] = [];
  for (const target of targets) {
    const best: (Candidate | null)[] = new Array<Candidate | null>(CANDIDATES).fill(null);
    for (const source of sources) {
      const candidate: Candidate = {
        target, source, score: similarities.of(source.pair, target.pair, ENOUGH), sameName: Number(nameOf(source.pair.from) === nameOf(target.pair.to)),
      };
      let worst = 0;
      for (let i = 1; i < CANDIDATES; i++) if (compare(best[i]!, best[worst]!) > 0) worst = i;
      if (compare(best[worst]!, candidate) > 0) best[worst] = candidate;
    }
    all.push(...best);
  }
  const sorted = all.filter((c) => c !== null && c.score >= ENOUGH) as Candidate[];
  sorted.sort(compare);
  for (const { target, source } of sorted) if (target.source === null && !source.used) record(target, source);
}

/** Where the files of removed directories went: the evidence for directory renames, and hints for files of the same name. */
class Directories {
  readonly #removed: Map<PathBytes, DirectoryRelevance>;
  readonly #moved = new Map<string, Map<string, number>>();

  constructor(removed: Map<PathBytes, DirectoryRelevance>) { this.#removed = removed; }

  #relevance(directory: string): DirectoryRelevance { return this.#removed.get(directory as PathBytes) ?? 'not'; }

  #add(from: string, to: string): void {
    let counts = this.#moved.get(from);
    if (counts === undefined) { counts = new Map(); this.#moved.set(from, counts); }
    counts.set(to, (counts.get(to) ?? 0) + 1);
  }

  /** a/b/c/e/f → a/x/e/f says that a/b/c/e went to a/x/e, and a/b/c to a/x, but not that a/b went to a. */
  count(from: string, to: string): void {
    let oldPath = from, newPath = to;
    for (let first = true; ; first = false) {
      const oldName = nameOf(oldPath), newName = nameOf(newPath);
      oldPath = directoryOf(oldPath);
      if (!this.#removed.has(oldPath as PathBytes)) return;
      newPath = directoryOf(newPath);
      if (!first && oldName !== newName) return;
      const relevance = this.#relevance(oldPath);
      if (relevance === 'self' || first) this.#add(oldPath, newPath);
      if (relevance === 'not' || oldPath === '' || newPath === '') return;
    }
  }

  guesses(): Map<string, string> {
    const out = new Map<string, string>();
    for (const [from, counts] of this.#moved) {
      let best: string | null = null, most = 0;
      for (const to of inHashOrder([...counts.keys()])) if (counts.get(to)! > most) { most = counts.get(to)!; best = to; }
      if (best !== null) out.set(from, best);
    }
    return out;
  }

  /** Leaves out sources that matter only for their directory, where the majority is certain without them. */
  cull(sources: readonly Source[], relevant: SideFacts['relevant']): Source[] {
    for (const { pair } of sources) {
      for (let dir = directoryOf(pair.from); dir !== '' && this.#relevance(dir) !== 'not'; dir = directoryOf(dir)) this.#add(dir, UNKNOWN);
    }
    for (const [from, counts] of this.#moved) {
      if (this.#relevance(from) === 'self' && isCertain(counts)) this.#removed.set(from as PathBytes, 'ancestor');
    }
    return sources.filter(({ pair }) => {
      if (relevant.get(pair.from) !== 'location') return true;
      for (let dir = directoryOf(pair.from); ; dir = directoryOf(dir)) {
        const relevance = this.#relevance(dir);
        if (relevance === 'self') return true;
        if (relevance === 'not') break;
      }
      relevant.set(pair.from, 'no more');
      return false;
    });
  }

  kept(): Map<string, Map<string, number>> {
    const out = new Map<string, Map<string, number>>();
    for (const [from, counts] of this.#moved) {
      if (this.#relevance(from) === 'not') continue;
      counts.delete(UNKNOWN);
      out.set(from, counts);
    }
    return out;
  }
}

function isCertain(counts: ReadonlyMap<string, number>): boolean {
  let first = 0, second = 0, unknown = 0;
  for (const [to, count] of counts) {
    if (to === UNKNOWN) unknown = count;
    else if (count >= first) { second = first; first = count; }
    else if (count >= second) second = count;
  }
  return first > second + unknown;
}
