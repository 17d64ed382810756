// Who knows most of some paths: the people who are likeliest to be the next to change them, from what each did to the file, to what changes with it
// and around it, and from how active they are at all. A conditional logit of seven figures that can each be said in words; fitted on other
// commits than it is judged on (bench/expertise.bench.ts, decisions/0040). Scores are of one place: they say nothing of a person.
import type { PathBytes } from '../bytes.ts';
import { AcumenError } from '../errors.ts';
import type { Stop } from '../matrix/model.ts';
import { type Experience, FILE_DAYS, PLACE_DAYS, type Sums } from './experience.ts';
import type { Evidence, Expert } from './report.ts';

/** The figures, in this order; the more of each, the likelier. Logarithms are of decayed commits plus SOME, natural. */
export const figures = [
  /** commits on the file */
  'file',
  /** 1 for who changed it last, ½ for the one before, … 0: never */
  'order',
  /** share of the lines ever added to it */
  'lines',
  /** minus the logarithm of hours since the last commit in its directory */
  'here',
  /** commits in the directory above, with all that is below it */
  'above',
  /** commits on the files that change with it */
  'together',
  /** minus the logarithm of hours since the last commit at all */
  'idle',
] as const;
const N = figures.length;
const SOME = 0.05;

/**
 * Fitted by bench/expertiseFit.ts on 6,000 changes each of eslint, git, jj, prettier and vite, from a quarter to six tenths of their histories. Left out of
 * the fit, each of the five is told within a point as well as with it: the weights are of how people work, not of these repositories.
 */
export const weights: Readonly<Record<typeof figures[number], number>> = {
  file: 0.164, order: 0.719, lines: 0.285, here: 0.132, above: 0.182, together: 0.141, idle: 0.466,
};

/** People who may be thought of for one path: of the file, the latest; of its directory and the one above; of the repository. */
const OF_FILE = 40, OF_PLACE = 12, OF_ALL = 20;
/** Co-change: the latest commits of the file, how many files such a commit has at most, and how many partners count. */
const COMMITS = 100, TOGETHER = 20, PARTNERS = 10;
/** A smaller share of a path is not given as a reason. */
const SHOWN = 0.01;
/** Paths of a question that are looked at; the first ones. */
const PATHS = 64;

/** For one path: who may be thought of, and the figures of each, row after row. */
export interface Choices { readonly people: readonly number[]; readonly value: Float64Array }

interface Partner { readonly file: number; /** a commit of k files counts 1 / (k − 1) */ readonly weight: number; readonly commits: number }

/** Answers questions about one moment of an Experience, and remembers what several of them need. */
export class Expertise {
  readonly experience: Experience;
  readonly #isPerson: Uint8Array;
  #of = Number.NaN;
  #active: number[] = [];
  #places = new Map<number, number[]>();
  #choices = new Map<string, Choices>();
  #partners = new Map<number, readonly Partner[]>();

  constructor(experience: Experience) {
    this.experience = experience;
    this.#isPerson = Uint8Array.from(experience.history.people, ({ kind }) => kind === 'person' ? 1 : 0);
  }

  #now(): void {
    const { experience } = this;
    if (this.#of === experience.asOf) return;
    this.#of = experience.asOf;
    this.#places = new Map();
    this.#choices = new Map();
    this.#partners = new Map();
    const active = new Most(OF_ALL);
    for (let p = 0; p < this.#isPerson.length; p++) if (this.#isPerson[p] === 1 && experience.activity[p]! > 0) active.offer(p, experience.activity[p]!);
    this.#active = active.all();
  }

  /** The people who are most active now, at most OF_ALL. */
  active(): readonly number[] { this.#now(); return this.#active; }

  #ofPlace(place: number): readonly number[] {
    const known = this.#places.get(place);
    if (known !== undefined) return known;
    const { places } = this.experience, most = new Most(OF_PLACE);
    for (let s = places.head[place]!; s >= 0; s = places.next[s]!) if (this.#isPerson[places.person[s]!] === 1) most.offer(places.person[s]!, places.weight[s]!);
    const all = most.all();
    this.#places.set(place, all);
    return all;
  }

  /** The files that changed together with this one lately, the closest first. */
  partners(file: number): readonly Partner[] {
    this.#now();
    const known = this.#partners.get(file);
    if (known !== undefined) return known;
    const { history: { time, touch, file: touched }, commits: all, commitsFrom, asOf } = this.experience;
    const found = new Map<number, { weight: number; commits: number }>();
    let end = commitsFrom[file + 1]!;
    for (let looked = 0; end > commitsFrom[file]! && looked < COMMITS; end--) {
      const c = all[end - 1]!, from = touch[c]!, size = touch[c + 1]! - from;
      if (time[c]! > asOf) continue;
      looked++;
      if (size < 2 || size > TOGETHER) continue;
      for (let t = from; t < from + size; t++) {
        if (touched[t] === file) continue;
        const partner = found.get(touched[t]!);
        if (partner === undefined) found.set(touched[t]!, { weight: 1 / (size - 1), commits: 1 }); else { partner.weight += 1 / (size - 1); partner.commits++; }
      }
    }
    const closest = [...found].map(([f, partner]) => ({ file: f, ...partner })).sort((x, y) => y.weight - x.weight || x.file - y.file).slice(0, PARTNERS);
    this.#partners.set(file, closest);
    return closest;
  }

  /** `file` undefined: the history does not know it yet, and only its directory speaks. */
  choices(file: number | undefined, directory: number): Choices {
    this.#now();
    const { experience } = this, { files, places, directories, asOf } = experience;
    const key = `${file ?? ''}:${directory}`, known = this.#choices.get(key);
    if (known !== undefined) return known;
    const above = directories.parent[directory]! < 0 ? directory : directories.parent[directory]!;
    const now = experience.worth(FILE_DAYS), nowPlace = experience.worth(PLACE_DAYS);

    const latest = new Most(OF_FILE);
    let lines = 0;
    for (let s = file === undefined ? -1 : files.head[file]!; s >= 0; s = files.next[s]!) {
      lines += files.lines[s]!;
      if (this.#isPerson[files.person[s]!] === 1) latest.offer(files.person[s]!, files.last[s]!);
    }
    const order = new Map(latest.all().map((p, i) => [p, i])), partners = file === undefined ? [] : this.partners(file);
    const people = [...new Set([...order.keys(), ...this.#ofPlace(directory), ...this.#ofPlace(above), ...this.#active])];
    const onPartners = (p: number): number => partners.reduce((sum, { file: f, weight }) => { const s = files.find(f, p); return s === undefined ? sum : sum + weight * files.weight[s]!; }, 0);
    // never: as if in 1970
    const lately = (time: number): number => -Math.log(1 + Math.max(0, asOf - time) / 3600);
    const value = new Float64Array(people.length * N);
    for (const [i, p] of people.entries()) {
      const s = file === undefined ? undefined : files.find(file, p), d = places.find(directory, p), a = places.find(above, p), place = order.get(p);
      value.set([
        Math.log(SOME + (s === undefined ? 0 : files.weight[s]! * now)),
        place === undefined ? 0 : 1 / (1 + place),
        s === undefined || lines === 0 ? 0 : files.lines[s]! / lines,
        lately(d === undefined ? 0 : places.last[d]!),
        Math.log(SOME + (a === undefined ? 0 : places.weight[a]! * nowPlace)),
        Math.log(SOME + onPartners(p) * now),
        lately(experience.last[p]!),
      ], i * N);
    }
    const found = { people, value };
    this.#choices.set(key, found);
    return found;
  }

  /** How likely each of the choices is the next to change this path: sums to 1. */
  likely({ people, value }: Choices, by: Readonly<Record<typeof figures[number], number>> = weights): Float64Array {
    const w = figures.map((name) => by[name]), out = new Float64Array(people.length);
    let most = -Infinity, sum = 0;
    for (let i = 0; i < out.length; i++) {
      let score = 0;
      for (let k = 0; k < N; k++) score += w[k]! * value[i * N + k]!;
      out[i] = score;
      if (score > most) most = score;
    }
    for (let i = 0; i < out.length; i++) sum += out[i] = Math.exp(out[i]! - most);
    for (let i = 0; i < out.length; i++) out[i]! /= sum;
    return out;
  }

  /** The score of each person for these paths together: the mean over them of how likely they are the next to change one. People who are not in it have 0. */
  scores(paths: readonly PathBytes[], stop?: Stop): Map<number, number> {
    const some = [...new Set(paths)].slice(0, PATHS), out = new Map<number, number>();
    for (const path of some) {
      if (stop?.aborted === true) throw new AcumenError('cancelled', 'Looking for who knows was cancelled.', 'Ask again when you want it.');
      const choices = this.choices(this.experience.fileAt(path), this.experience.directories.above(path)), likely = this.likely(choices);
      for (const [i, p] of choices.people.entries()) out.set(p, (out.get(p) ?? 0) + likely[i]! / some.length);
    }
    return out;
  }

  /** The people who know most of these paths, best first, with why. `without`: people who are not asked for (authors of the change, say). */
  experts(paths: readonly PathBytes[], most: number, without: ReadonlySet<number> = new Set()): Expert[] {
    const best = new Most(most);
    for (const [p, score] of this.scores(paths)) if (!without.has(p)) best.offer(p, score);
    return best.best().map(({ of, score }) => ({ person: of, score, evidence: this.evidence(of, paths) }));
  }

  /** Why this person is thought of: their share of what was done to a path, lines of theirs that stand, what changes with it; else the directory. */
  evidence(person: number, paths: readonly PathBytes[]): Evidence[] {
    const { experience } = this, { files, places, directories } = experience, out: Evidence[] = [];
    const some = [...new Set(paths)].slice(0, PATHS).map((path) => ({ path, file: experience.fileAt(path) }));
    let knows: Evidence & { kind: 'knows' } | undefined, wrote: Evidence & { kind: 'wrote' } | undefined, together: Evidence & { kind: 'changes together' } | undefined;
    for (const { path, file } of some) {
      if (file === undefined) continue;
      const slot = files.find(file, person), lines = experience.standing(file, person);
      if (slot !== undefined) {
        const share = shareOf(files, file, slot);
        if (knows === undefined || share > knows.share) knows = { kind: 'knows', person, path, share, last: files.last[slot]! };
      }
      if (lines > (wrote?.lines ?? 0)) wrote = { kind: 'wrote', person, path, lines };
    }
    if (knows !== undefined && knows.share >= SHOWN) out.push(knows);
    if (wrote !== undefined) out.push(wrote);
    for (const { path, file } of some) {
      if (file === undefined || knows !== undefined) continue;
      for (const partner of this.partners(file)) {
        if (files.find(partner.file, person) === undefined || partner.commits <= (together?.commits ?? 0)) continue;
        together = { kind: 'changes together', path, with: experience.history.files[partner.file]!.path, commits: partner.commits };
      }
    }
    if (together !== undefined) out.push(together);
    for (const { path } of out.length > 0 ? [] : some) {
      for (let d = directories.above(path); d >= 0; d = directories.parent[d]!) {
        const slot = places.find(d, person);
        if (slot !== undefined) return [{ kind: 'knows', person, path: directories.paths[d]! as PathBytes, share: shareOf(places, d, slot), last: places.last[slot]! }];
      }
    }
    return out;
  }
}

function shareOf(sums: Sums, place: number, slot: number): number {
  let all = 0;
  for (let s = sums.head[place]!; s >= 0; s = sums.next[s]!) all += sums.weight[s]!;
  return all > 0 ? sums.weight[slot]! / all : 0;
}

/** Keeps the few with the highest scores; equal ones by index, so that the answer does not depend on the order of offers. */
class Most {
  readonly #most: number;
  #found: { readonly of: number; readonly score: number }[] = [];
  /** of those once cut: what is below cannot be among the most */
  #least = -Infinity;
  constructor(most: number) { this.#most = most; }
  offer(of: number, score: number): void {
    if (score < this.#least) return;
    this.#found.push({ of, score });
    if (this.#found.length > 4 * this.#most + 64) this.best();
  }
  best(): readonly { readonly of: number; readonly score: number }[] {
    this.#found = this.#found.sort((x, y) => y.score - x.score || x.of - y.of).slice(0, this.#most);
    if (this.#found.length === this.#most) this.#least = this.#found.at(-1)?.score ?? Infinity;
    return this.#found;
  }
  all(): number[] { return this.best().map(({ of }) => of); }
}
