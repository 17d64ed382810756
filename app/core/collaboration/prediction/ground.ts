// What there is to know of the files in flight before any pair is looked at: who touches them now, how long they are, what changes with them. Of the
// history only what was known by a given time is read, once.
import type { PathBytes } from '../../bytes.ts';
import type { FlyingFile, History, InFlight } from '../model.ts';

export interface Asking {
  /** seconds since the epoch: nothing that came later is looked at */
  readonly asOf: number;
  /** who wrote ACU i: a number for each person (crew.ts) */
  readonly author: ArrayLike<number>;
}

/** A file that somebody touches now. */
export interface Touched {
  readonly path: PathBytes;
  /** its number in the history; −1: it has none */
  readonly known: number;
  /** ACUs that touch it, by id */
  readonly acus: readonly number[];
  /** lines it has: what was added less what was deleted, or as far as hunks reach where that is more */
  readonly lines: number;
}

/** Where an ACU may come to: files of the history, with the chance of each; those it touches with 1. */
export type Reach = ReadonlyMap<number, number>;

/** A commit of more files than these says nothing of which belong together. */
const WIDEST_COMMIT = 40;
/** The newest commits of a file that are looked at for what changes with it, and of an ACU's files for what it has in common with another's. */
const NEWEST = 64, NEWEST_OF_ACU = 512;
/** Files that change with one, at most, and the least chance that counts. */
const COMPANIONS = 24, LEAST_CHANCE = 0.04;
/** An ACU of more files than these is judged by the first of them. */
export const LOOKED_AT = 40;

export class Ground {
  readonly inFlight: InFlight;
  readonly author: ArrayLike<number>;
  /** by path */
  readonly files: readonly Touched[];
  /** of each ACU: its place among all by id, so that nothing hangs on the order in which they came */
  readonly rank: Uint32Array;
  /** of each ACU: numbers of its files in `files`, ascending, and what it does there */
  readonly touches: readonly ReadonlyMap<number, FlyingFile>[];
  /** of each ACU: how many others it conflicts with */
  readonly conflicts: Uint32Array;
  /** commits that people of the work in flight have made */
  readonly made: ReadonlyMap<number, number>;
  readonly history: History;
  /** log2 of the part of meetings that are conflicts: pairs in conflict, of pairs in every file. What is usual here, drawn towards 1 in 20 where little is known */
  readonly rate: number;
  readonly #pairs: ReadonlySet<number>;
  /** of each file in flight: the commits that touched it and few others, ascending */
  readonly #commits: readonly (readonly number[])[];
  readonly #companions: (Reach | undefined)[] = [];
  readonly #reach: (Reach | undefined)[] = [];
  readonly #commitsOfAcu: (readonly number[] | undefined)[] = [];
  readonly #folders: (ReadonlySet<string> | undefined)[] = [];

  constructor(history: History, inFlight: InFlight, { asOf, author }: Asking) {
    this.history = history;
    this.inFlight = inFlight;
    this.author = author;
    const { acus } = inFlight, byId = acus.map((_, i) => i).sort((x, y) => (acus[x]!.id < acus[y]!.id ? -1 : 1));
    this.rank = new Uint32Array(acus.length);
    byId.forEach((acu, rank) => { this.rank[acu] = rank; });
    const paths = [...new Set(acus.flatMap(({ files }) => files.map(({ path }) => path)))].sort(), numbers = new Map(paths.map((path, n) => [path, n]));
    this.touches = acus.map(({ files }) => new Map(files.map((file) => [numbers.get(file.path)!, file] as const).sort((x, y) => x[0] - y[0])));
    const acusOf: number[][] = paths.map(() => []), reaches = new Float64Array(paths.length);
    for (const i of byId) for (const [n, { hunks }] of this.touches[i]!) {
      acusOf[n]!.push(i);
      reaches[n] = Math.max(reaches[n]!, hunks.at(-1) ?? 0);
    }
    this.conflicts = new Uint32Array(inFlight.acus.length);
    const pairs = new Set<number>();
    inFlight.pairs.a.forEach((a, i) => {
      const b = inFlight.pairs.b[i]!;
      this.conflicts[a]!++;
      this.conflicts[b]!++;
      pairs.add(this.#pair(a, b));
    });
    this.#pairs = pairs;

    const meetings = acusOf.reduce((n, { length }) => n + length * (length - 1) / 2, 0);
    this.rate = Math.log2((inFlight.pairs.a.length + 1) / (meetings + 20));

    const known = new Int32Array(paths.length).fill(-1), numberOf = new Int32Array(history.files.length).fill(-1);
    // a file that is gone may have had the path of one that is there
    for (const [f, { path, alive }] of history.files.entries()) {
      const n = alive ? numbers.get(path) : undefined;
      if (n !== undefined) { known[n] = f; numberOf[f] = n; }
    }
    const net = new Float64Array(paths.length), commits: number[][] = paths.map(() => []), made = new Map<number, number>();
    for (let i = 0; i < acus.length; i++) made.set(author[i]!, 0);
    for (let c = 0; c < history.time.length; c++) {
      if (!(history.time[c]! <= asOf)) continue;
      const by = history.author[c]!, from = history.touch[c]!, to = history.touch[c + 1]!, before = made.get(by);
      if (before !== undefined) made.set(by, before + 1);
      for (let t = from; t < to; t++) {
        const n = numberOf[history.file[t]!]!;
        if (n < 0) continue;
        net[n]! += history.added[t]! - history.deleted[t]!;
        if (to - from <= WIDEST_COMMIT) commits[n]!.push(c);
      }
    }
    this.made = made;
    this.#commits = commits;
    this.files = paths.map((path, n) => ({ path, known: known[n]!, acus: acusOf[n]!, lines: Math.max(reaches[n]!, net[n]!) }));
  }

  #pair(a: number, b: number): number { return Math.min(a, b) * this.inFlight.acus.length + Math.max(a, b); }
  conflict(a: number, b: number): boolean { return this.#pairs.has(this.#pair(a, b)); }

  /** Files of the history that change with a file in flight, with the chance that a commit which touches it touches them: the likeliest. */
  companions(file: number): Reach {
    return this.#companions[file] ??= this.#companionsOf(file);
  }

  #companionsOf(file: number): Reach {
    const { touch, file: touched } = this.history, times = new Map<number, number>(), newest = this.#commits[file]!.slice(-NEWEST), own = this.files[file]!.known;
    for (const c of newest) for (let t = touch[c]!; t < touch[c + 1]!; t++) if (touched[t] !== own) times.set(touched[t]!, (times.get(touched[t]!) ?? 0) + 1);
    // two commits more than there were: what happened once of once is not certain
    const chances = [...times].map(([f, n]) => [f, n / (newest.length + 2)] as const).filter(([, chance]) => chance >= LEAST_CHANCE);
    return new Map(chances.sort((x, y) => y[1] - x[1] || x[0] - y[0]).slice(0, COMPANIONS));
  }

  reach(acu: number): Reach { return this.#reach[acu] ??= this.#reachOf(acu); }

  #reachOf(acu: number): Reach {
    const out = new Map<number, number>();
    for (const f of this.lookedAt(acu)) for (const [h, chance] of this.companions(f)) if ((out.get(h) ?? 0) < chance) out.set(h, chance);
    for (const f of this.touches[acu]!.keys()) if (this.files[f]!.known >= 0) out.set(this.files[f]!.known, 1);
    // in one order for all, so that sums over what two have in common are the same from both sides to the last bit
    return new Map([...out].sort((x, y) => x[0] - y[0]));
  }

  /** Its files, the first of very many. */
  lookedAt(acu: number): readonly number[] {
    const files = [...this.touches[acu]!.keys()];
    return files.length <= LOOKED_AT ? files : files.slice(0, LOOKED_AT);
  }

  /** Commits that touched any of its files and few others, the newest of them, ascending. */
  commitsOf(acu: number): readonly number[] {
    return this.#commitsOfAcu[acu] ??= [...new Set(this.lookedAt(acu).flatMap((f) => this.#commits[f]!.slice(-NEWEST_OF_ACU)))].sort((x, y) => x - y).slice(-NEWEST_OF_ACU);
  }

  /** Commits that touched a file of each, of the newest. */
  changedTogether(a: number, b: number): number {
    const x = this.commitsOf(a), y = this.commitsOf(b);
    let n = 0;
    for (let i = 0, j = 0; i < x.length && j < y.length;) {
      if (x[i] === y[j]) { n++; i++; j++; } else if (x[i]! < y[j]!) i++; else j++;
    }
    return n;
  }

  /** The directories of its files, and all above them but the root. */
  folders(acu: number): ReadonlySet<string> {
    return this.#folders[acu] ??= new Set(this.lookedAt(acu).flatMap((f) => {
      const parts = this.files[f]!.path.split('/');
      return parts.slice(0, -1).map((_, depth) => parts.slice(0, depth + 1).join('/'));
    }));
  }
}
