// Who did what where, up to a moment: one pass over the commits in the order of their dates, so that a later moment costs only the commits between.
// Holds sums; what they are worth is expertise.ts's to say.
import { AcumenError } from '../errors.ts';
import type { Stop } from '../matrix/model.ts';
import type { History } from './model.ts';

const DAY = 86_400;
/** Work on a file counts half after this many days, work in a directory and activity at all after so many: what tells best who comes next (decisions/0040). */
export const FILE_DAYS = 90, PLACE_DAYS = 30;
/** A commit of more files is a sweep: in each directory it counts as this many. */
const SWEEP = 30;
/** Commits between two looks at `stop`. */
const LOOK = 4096;

/** Sums for pairs of a place and a person; those of one place are a list from `head[place]` by `next`, -1 ends it. */
export class Sums {
  readonly head: Int32Array;
  length = 0;
  next = new Int32Array(1024); place = new Uint32Array(1024); person = new Uint32Array(1024);
  /** decayed commits, relative to the newest commit of the history */
  weight = new Float64Array(1024);
  /** added ever, and when last (seconds since the epoch) */
  lines = new Float64Array(1024); last = new Float64Array(1024);
  /** open addressing, linear probing: slots of pairs, -1 where there is none; at most half full */
  #table = new Int32Array(2048).fill(-1);

  constructor(places: number) { this.head = new Int32Array(places).fill(-1); }

  add(place: number, person: number, weight: number, lines: number, time: number): void {
    let at = this.#at(place, person), slot = this.#table[at]!;
    if (slot < 0) {
      if (this.length === this.person.length) { this.#grow(); at = this.#at(place, person); }
      slot = this.#table[at] = this.length++;
      this.place[slot] = place;
      this.person[slot] = person;
      this.next[slot] = this.head[place]!;
      this.head[place] = slot;
      this.last[slot] = time;
    }
    this.weight[slot]! += weight;
    this.lines[slot]! += lines;
    if (time > this.last[slot]!) this.last[slot] = time;
  }

  find(place: number, person: number): number | undefined {
    const slot = this.#table[this.#at(place, person)]!;
    return slot < 0 ? undefined : slot;
  }

  /** Where the pair stands in the table, or would. */
  #at(place: number, person: number): number {
    const mask = this.#table.length - 1;
    let hash = Math.imul(place, 0x9e3779b1) ^ Math.imul(person, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    for (let at = (hash ^ (hash >>> 13)) & mask; ; at = (at + 1) & mask) {
      const slot = this.#table[at]!;
      if (slot < 0 || (this.place[slot] === place && this.person[slot] === person)) return at;
    }
  }

  #grow(): void {
    const room = 2 * this.person.length;
    const wider = <T extends Int32Array | Uint32Array | Float64Array>(from: T, to: T): T => { to.set(from); return to; };
    this.next = wider(this.next, new Int32Array(room));
    this.place = wider(this.place, new Uint32Array(room));
    this.person = wider(this.person, new Uint32Array(room));
    this.weight = wider(this.weight, new Float64Array(room));
    this.lines = wider(this.lines, new Float64Array(room));
    this.last = wider(this.last, new Float64Array(room));
    this.#table = new Int32Array(2 * room).fill(-1);
    for (let slot = 0; slot < this.length; slot++) this.#table[this.#at(this.place[slot]!, this.person[slot]!)] = slot;
  }
}

/** The directories of a history's files: 0 is the root. */
export class Directories {
  /** '' for the root */
  readonly paths: string[] = [''];
  readonly parent: number[] = [-1];
  /** of each file */
  readonly of: Uint32Array;
  readonly #ids = new Map<string, number>([['', 0]]);

  constructor(history: Pick<History, 'files'>) { this.of = Uint32Array.from(history.files, ({ path }) => this.#enter(up(path))); }

  #enter(path: string): number {
    const known = this.#ids.get(path);
    if (known !== undefined) return known;
    const parent = this.#enter(up(path)), id = this.paths.push(path) - 1;
    this.parent.push(parent);
    this.#ids.set(path, id);
    return id;
  }

  /** the deepest that is known of those above this path */
  above(path: string): number {
    for (let at = up(path); ; at = up(at)) { const id = this.#ids.get(at); if (id !== undefined) return id; }
  }
}

const up = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

export class Experience {
  readonly history: History;
  readonly directories: Directories;
  /** seconds since the epoch: what was known then */
  asOf = -Infinity;
  files!: Sums; places!: Sums;
  /** decayed commits of each person, as in Sums; and when they last committed, -Infinity: never */
  activity!: Float64Array; last!: Float64Array;
  /** commits that are taken in */
  taken = 0;
  /** commits in the order of their dates */
  readonly order: Uint32Array;
  /** commits of file f: those from commitsFrom[f] to commitsFrom[f + 1] of `commits`, in the order of their dates */
  readonly commitsFrom: Uint32Array; readonly commits: Uint32Array;
  /** the newest date: sums are relative to it, so that they neither overflow nor depend on the order of adding */
  readonly newest: number;
  readonly #pathFiles = new Map<string, number>();

  constructor(history: History) {
    this.history = history;
    this.directories = new Directories(history);
    const { time, touch, file, files } = history;
    this.order = Uint32Array.from({ length: time.length }, (_, i) => i).sort((a, b) => time[a]! - time[b]! || a - b);
    this.newest = this.order.length === 0 ? 0 : time[this.order.at(-1)!]!;
    for (const [i, { path, alive }] of files.entries()) if (alive || !this.#pathFiles.has(path)) this.#pathFiles.set(path, i);
    this.commitsFrom = new Uint32Array(files.length + 1);
    for (const f of file) this.commitsFrom[f + 1]!++;
    for (let f = 0; f < files.length; f++) this.commitsFrom[f + 1]! += this.commitsFrom[f]!;
    this.commits = new Uint32Array(file.length);
    const at = this.commitsFrom.slice();
    for (const c of this.order) for (let t = touch[c]!; t < touch[c + 1]!; t++) this.commits[at[file[t]!]!++] = c;
    this.#begin();
  }

  #begin(): void {
    const { people, files } = this.history;
    this.files = new Sums(files.length);
    this.places = new Sums(this.directories.paths.length);
    this.activity = new Float64Array(people.length);
    this.last = new Float64Array(people.length).fill(-Infinity);
    this.taken = 0;
    this.asOf = -Infinity;
  }

  /** The file that has this path, the living one first; undefined: the history knows none. */
  fileAt(path: string): number | undefined { return this.#pathFiles.get(path); }

  /** Lines of this person that stand in a file; they are known for the head only, so 0 at an earlier moment. */
  standing(file: number, person: number): number {
    const { survivors } = this.history;
    if (this.asOf < this.newest) return 0;
    let from = 0, to = survivors.file.length;
    while (from < to) {
      const mid = (from + to) >> 1;
      if (survivors.file[mid]! < file || (survivors.file[mid] === file && survivors.person[mid]! < person)) from = mid + 1; else to = mid;
    }
    return survivors.file[from] === file && survivors.person[from] === person ? survivors.lines[from]! : 0;
  }

  /** Takes in the commits up to this moment; an earlier one than before begins anew. */
  to(asOf: number, stop?: Stop): this {
    const { order, history: { time } } = this;
    if (asOf < this.asOf) this.#begin();
    while (this.taken < order.length && time[order[this.taken]!]! <= asOf) {
      if (this.taken % LOOK === 0 && stop?.aborted === true) {
        // what is half taken in belongs to no moment
        this.#begin();
        throw new AcumenError('cancelled', 'Reading what people know was cancelled.', 'Ask again when you want it.');
      }
      this.#take(order[this.taken++]!);
    }
    this.asOf = asOf;
    return this;
  }

  #take(commit: number): void {
    const { time, author, touch, file, added } = this.history, { of, parent } = this.directories;
    const t = time[commit]!, person = author[commit]!, from = touch[commit]!, to = touch[commit + 1]!;
    const onFile = this.decay(t, FILE_DAYS), inPlace = this.decay(t, PLACE_DAYS), each = inPlace * Math.min(1, SWEEP / (to - from));
    for (let i = from; i < to; i++) {
      const f = file[i]!;
      this.files.add(f, person, onFile, added[i]!, t);
      for (let d = of[f]!; d >= 0; d = parent[d]!) this.places.add(d, person, each, added[i]!, t);
    }
    this.activity[person]! += inPlace;
    if (t > this.last[person]!) this.last[person] = t;
  }

  /** What a commit of `time` is worth at the newest date; and by what such sums are multiplied to be those of `asOf`. Both finite, whatever the dates. */
  decay(time: number, halfLife: number): number { return 2 ** ((time - this.newest) / (halfLife * DAY)); }
  worth(halfLife: number): number { return 2 ** Math.min(1000, (this.newest - this.asOf) / (halfLife * DAY)); }
}
