// How few people hold most of what is known of a place: where one or two leaving would hurt. Says nothing of how much anybody did: shares are
// of the place, and only places that matter are named.
import type { PathBytes } from '../bytes.ts';
import type { Sparse } from '../matrix/model.ts';
import { mergeColumns, transpose } from '../matrix/sparse.ts';
import { directoriesOf, newestTime } from './knowledge.ts';
import type { History } from './model.ts';
import type { BusRisk } from './report.ts';

/** Who has not committed for so many days is taken to have left. */
const LEFT_DAYS = 365;
const DAY = 86_400;
/** A directory of fewer files is told by its files; a place matters from this share of the repository on (the mean of its share of files and of knowledge). */
const FEWEST_FILES = 3, MATTERS = 0.004;
/** Files that tools write: nobody knows them, however often they are committed, and nobody need talk about them. */
export const WRITTEN_BY_TOOLS = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lock|Cargo\.lock|go\.sum|poetry\.lock|uv\.lock|Gemfile\.lock|composer\.lock|flake\.lock)$/;
/** Holders that are named, largest first; `factor` counts them all. */
const NAMED = 8;

/**
 * The fewest whose shares are more than half of all: taking the largest first is exact, because any other set of as many has no larger sum
 * (testkit's twin tries every set). Places in `shares`; none where nothing is held.
 */
export function fewestForHalf(shares: ArrayLike<number>): number[] {
  const order = Array.from(shares, (_, i) => i).filter((i) => shares[i]! > 0).sort((x, y) => shares[y]! - shares[x]! || x - y);
  const all = order.reduce((sum, i) => sum + shares[i]!, 0), out: number[] = [];
  for (let held = 0; out.length < order.length && held <= all / 2;) { const next = order[out.length]!; held += shares[next]!; out.push(next); }
  return out;
}

/** `matters`: how much of the repository it is, 0…1 */
interface Place { readonly path: PathBytes; readonly files: number; readonly known: ReadonlyMap<number, number>; readonly matters: number }

/**
 * The riskiest places first: how much a place matters over the square of one more than its holders, so that a quarter of the repository held by one person
 * stands beside all of it held by three, and before a corner that nobody here knows.
 * `knowledge` is people × files at `asOf` (seconds since the epoch; null: the newest commit). Only people count, and only those who committed within
 * LEFT_DAYS: factor 0 is a place of which only people who left know. A place whose holders are those of a directory above that is listed is left out.
 */
export function busRisks(history: History, knowledge: Sparse, asOf: number | null, most: number): BusRisk[] {
  const here = stillHere(history, asOf ?? newestTime(history)), found: (BusRisk & { readonly risk: number })[] = [];
  for (const { path, files, known, matters } of placesThatMatter(history, knowledge)) {
    const people = [...known.keys()].filter((p) => here[p] === 1), shares = people.map((p) => known.get(p)!), all = shares.reduce((a, b) => a + b, 0);
    const fewest = fewestForHalf(shares);
    found.push({ path, factor: fewest.length, holders: fewest.slice(0, NAMED).map((i) => ({ person: people[i]!, share: shares[i]! / all })), files, risk: matters / (1 + fewest.length) ** 2 });
  }
  found.sort((x, y) => y.risk - x.risk || (x.path < y.path ? -1 : 1));
  const listed = new Map<string, string>(), out: BusRisk[] = [];
  for (const { risk: _, ...risk } of found) {
    if (out.length >= most) break;
    const holders = risk.holders.map(({ person }) => person).join();
    let above: string = risk.path, isSaid = false;
    while (above !== '' && !isSaid) { above = above.slice(0, Math.max(0, above.lastIndexOf('/'))); isSaid = listed.get(above) === holders; }
    if (isSaid) continue;
    listed.set(risk.path, holders);
    out.push(risk);
  }
  return out;
}

/** 1 for people who committed within LEFT_DAYS before the moment; bots and agents neither know nor leave. */
function stillHere({ people, time, author }: History, asOf: number): Uint8Array {
  const here = new Uint8Array(people.length);
  for (let i = 0; i < time.length; i++) if (time[i]! <= asOf && asOf - time[i]! <= LEFT_DAYS * DAY && people[author[i]!]!.kind === 'person') here[author[i]!] = 1;
  return here;
}

/** Directories with all that is below them, and the files of which most is known; each with what each person knows of it. */
function placesThatMatter({ people, files }: History, knowledge: Sparse): Place[] {
  const directories = directoriesOf(files), alive = new Uint32Array(directories.paths.length);
  files.forEach(({ alive: is }, f) => { if (is) alive[directories.of[f]!]!++; });
  const isPerson = people.map(({ kind }) => kind === 'person');
  const byFile = transpose(knowledge);
  // what is known of files that are gone is gone with them
  const kept = { ...knowledge, value: knowledge.value.map((value, i) => files[knowledge.col[i]!]!.alive ? value : 0) };
  const byDirectory = transpose(mergeColumns(kept, directories.of, directories.paths.length));
  const sums = new Map<string, { files: number; known: Map<number, number> }>();
  for (const [d, path] of directories.paths.entries()) {
    if (alive[d] === 0) continue;
    for (let at: string = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      let sum = sums.get(at);
      if (sum === undefined) sums.set(at, sum = { files: 0, known: new Map() });
      sum.files += alive[d]!;
      for (let i = byDirectory.start[d]!; i < byDirectory.start[d + 1]!; i++) {
        const person = byDirectory.col[i]!, value = byDirectory.value[i]!;
        if (isPerson[person] === true && value > 0) sum.known.set(person, (sum.known.get(person) ?? 0) + value);
      }
      if (at === '') break;
    }
  }
  const sumOf = (known: ReadonlyMap<number, number>): number => known.values().reduce((sum, value) => sum + value, 0);
  const root = sums.get('') ?? { files: 0, known: new Map<number, number>() }, all = sumOf(root.known), out: Place[] = [];
  const enter = (path: PathBytes, count: number, known: ReadonlyMap<number, number>): void => {
    const matters = (count / root.files + sumOf(known) / all) / 2;
    if (known.size > 0 && matters >= MATTERS) out.push({ path, files: count, known, matters });
  };
  for (const [path, { files: count, known }] of sums) if (count >= FEWEST_FILES) enter(path as PathBytes, count, known);
  for (const [f, { path, alive: is }] of files.entries()) {
    if (!is || WRITTEN_BY_TOOLS.test(path)) continue;
    const known = new Map<number, number>();
    for (let i = byFile.start[f]!; i < byFile.start[f + 1]!; i++) if (isPerson[byFile.col[i]!] === true && byFile.value[i]! > 0) known.set(byFile.col[i]!, byFile.value[i]!);
    enter(path, 1, known);
  }
  return out;
}
