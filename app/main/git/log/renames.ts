// Which deleted file an added one was, as `git diff -M` finds it (diffcore-rename.c of 2.39): equal contents first, then files of one name,
// then the most similar. Not the rules of merges, which look for less (core/treeMerge/renames.ts).
import type { Oid, PathBytes } from '../../../core/bytes.ts';
import { type Change, type Changes, isRegular } from '../../../core/changes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { Entry, PathChange, RepositoryReader } from '../../../core/repository.ts';
import { MAX_SIMILARITY, type Profile, commonBytes, profileOf } from '../../../core/similarity.ts';
import { LARGEST_TEXT } from '../reader.ts';

const ENOUGH = MAX_SIMILARITY / 2;
/** enough for files of one name that no other file has: nothing else is then looked at */
const ENOUGH_BY_NAME = ENOUGH + (MAX_SIMILARITY - ENOUGH) / 2;
/** diff.renameLimit's default: none are looked for by likeness where there are more pairs than its square */
const LIMIT = 1000;
/** sources remembered for each added file */
const CANDIDATES = 4;
/** equal contents looked at for one added file */
const MOST_EQUAL = 100;
/** contents asked for at once */
const WAVE = 32;

interface Side { readonly path: PathBytes; readonly entry: Entry; partner: Side | null }

/** In git's order: what was renamed stands where it went. `likeness`: also where contents are alike by half, not equal alone. */
export async function renamed(reader: Pick<RepositoryReader, 'blobSizes' | 'contents'>, changes: Changes, likeness: boolean): Promise<Omit<PathChange, 'hunks'>[]> {
  const gone = sides(changes, 'before'), come = sides(changes, 'after');
  if (gone.length > 0 && come.length > 0) {
    byContent(gone, come);
    if (likeness) await byLikeness(reader, gone, come);
  }
  const to = new Map(come.map((side) => [side.path, side])), taken = new Set(gone.filter(({ partner }) => partner !== null).map(({ path }) => path));
  return [...changes].flatMap(([path, { before, after }]) => {
    if (taken.has(path)) return [];
    const source = to.get(path)?.partner ?? null;
    return [{ path, from: source?.path ?? null, before: source?.entry ?? before, after }];
  });
}

function sides(changes: Changes, which: keyof Change): Side[] {
  const other = which === 'before' ? 'after' : 'before', out: Side[] = [];
  for (const [path, change] of changes) {
    const entry = change[which];
    if (entry !== null && change[other] === null) out.push({ path, entry, partner: null });
  }
  return out;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const pair = (from: Side, to: Side): void => { from.partner = to; to.partner = from; };

function byContent(gone: readonly Side[], come: readonly Side[]): void {
  const same = Map.groupBy(gone, ({ entry }) => entry.oid);
  for (const to of come) {
    let best: Side | null = null;
    for (const from of (same.get(to.entry.oid) ?? []).slice(0, MOST_EQUAL + 2)) {
      if (from.partner !== null || (!(isRegular(from.entry) && isRegular(to.entry)) && from.entry.mode !== to.entry.mode)) continue;
      const isNamesake = nameOf(from.path) === nameOf(to.path);
      if (best === null || isNamesake) best = from;
      if (isNamesake) break;
    }
    if (best !== null) pair(best, to);
  }
}

async function byLikeness(reader: Pick<RepositoryReader, 'blobSizes' | 'contents'>, gone: readonly Side[], come: readonly Side[]): Promise<void> {
  const left = gone.filter(isOpen), right = come.filter(isOpen);
  if (left.length === 0 || right.length === 0) return;
  // names that stand once on each side are compared whatever the limit
  const single = (list: readonly Side[]): Map<string, Side> => new Map([...Map.groupBy(list, ({ path }) => nameOf(path))].flatMap(([name, [first, second]]) => (second === undefined ? [[name, first!]] : [])));
  const targets = single(right), named = [...single(left)].flatMap(([name, from]): [Side, Side][] => { const to = targets.get(name); return to === undefined ? [] : [[from, to]]; });
  const profiles = new Profiles(reader);
  await profiles.need(named);
  for (const [from, to] of named) if (profiles.score(from, to, ENOUGH_BY_NAME) >= ENOUGH_BY_NAME) pair(from, to);

  const sources = left.filter(isOpen), open = right.filter(isOpen);
  if (sources.length * open.length > LIMIT * LIMIT) return;
  await profiles.need(open.flatMap((to) => sources.map((from): [Side, Side] => [from, to])));
  const found: Candidate[] = [];
  for (const to of open) {
    const best: Candidate[] = [];
    for (const from of sources) {
      const one = { from, to, score: profiles.score(from, to, ENOUGH), isNamesake: nameOf(from.path) === nameOf(to.path) };
      if (best.length < CANDIDATES) { best.push(one); continue; }
      let worst = 0;
      for (let i = 1; i < CANDIDATES; i++) if (compare(best[i]!, best[worst]!) > 0) worst = i;
      if (compare(best[worst]!, one) > 0) best[worst] = one;
    }
    found.push(...best);
  }
  for (const { from, to, score } of found.sort(compare)) {
    if (score < ENOUGH) break;
    if (isOpen(from) && isOpen(to)) pair(from, to);
  }
}

const isOpen = ({ partner }: Side): boolean => partner === null;

interface Candidate { readonly from: Side; readonly to: Side; readonly score: number; readonly isNamesake: boolean }
/** The better one first. */
const compare = (a: Candidate, b: Candidate): number => b.score - a.score || Number(b.isNamesake) - Number(a.isNamesake);

class Profiles {
  readonly #reader: Pick<RepositoryReader, 'blobSizes' | 'contents'>;
  readonly #sizes = new Map<Oid, number>();
  readonly #profiles = new Map<Oid, Profile | null>();

  constructor(reader: Pick<RepositoryReader, 'blobSizes' | 'contents'>) { this.#reader = reader; }

  async need(pairs: readonly (readonly [Side, Side])[]): Promise<void> {
    const regular = pairs.filter(([a, b]) => isRegular(a.entry) && isRegular(b.entry));
    const ids = (list: readonly (readonly [Side, Side])[]): Oid[] => [...new Set(list.flatMap(([a, b]) => [a.entry.oid, b.entry.oid]))];
    const unsized = ids(regular).filter((oid) => !this.#sizes.has(oid));
    for (const [i, size] of (await this.#reader.blobSizes(unsized)).entries()) this.#sizes.set(unsized[i]!, size instanceof AcumenError ? 0 : size);
    const wanted = ids(regular.filter(([a, b]) => !this.#isApart(a.entry.oid, b.entry.oid, ENOUGH))).filter((oid) => !this.#profiles.has(oid));
    for (let at = 0; at < wanted.length; at += WAVE) {
      const wave = wanted.slice(at, at + WAVE);
      for (const [i, bytes] of (await this.#reader.contents('blob', wave, LARGEST_TEXT)).entries()) this.#profiles.set(wave[i]!, bytes instanceof AcumenError ? null : profileOf(bytes, false));
    }
  }

  #isApart(a: Oid, b: Oid, least: number): boolean {
    const x = this.#sizes.get(a) ?? 0, y = this.#sizes.get(b) ?? 0, larger = Math.max(x, y);
    return larger * (MAX_SIMILARITY - least) < Math.abs(x - y) * MAX_SIMILARITY;
  }

  /** 0…60000; 0 where sizes alone rule out `least` */
  score(from: Side, to: Side, least: number): number {
    const a = from.entry.oid, b = to.entry.oid, x = this.#profiles.get(a), y = this.#profiles.get(b);
    if (!isRegular(from.entry) || !isRegular(to.entry) || this.#isApart(a, b, least) || x === undefined || y === undefined || x === null || y === null || this.#sizes.get(b) === 0) return 0;
    return Math.trunc((commonBytes(x, y) * MAX_SIMILARITY) / Math.max(this.#sizes.get(a)!, this.#sizes.get(b)!));
  }
}
