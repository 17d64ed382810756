// The history of a head: people, files through their renames, touches and who was seen to work with whom, folded from the log in its one
// order. A pure function of the log's commits below the head, of the head's files and mailmap, and of now: how the log came about does not
// matter, so what grew commit by commit is what is read at once.
import type { Oid, PathBytes } from '../bytes.ts';
import { Column, Doubles } from './columns.ts';
import { grouped, keyOf } from './identity.ts';
import { Fate, type Identity, type Log } from './log.ts';
import type { Mailmap } from './mailmap.ts';
import type { History, KnownFile, Person, PersonKind } from './model.ts';
import { survivorsOf } from './survival.ts';

/** `content`: null for a submodule */
export interface FileAtHead { readonly path: PathBytes; readonly content: Oid | null }

export interface FoldOptions {
  readonly log: Log;
  readonly head: Oid;
  /** all files at the head, by path; null where they are not known */
  readonly files: readonly FileAtHead[] | null;
  readonly mailmap: Mailmap | null;
  /** seconds since the epoch */
  readonly now: number;
  /** whether lines are followed to those who wrote them */
  readonly survivors?: boolean;
}

/** Before this, no version control that git imports from: seconds of 1990-01-01. */
const EARLIEST = 631_152_000;
const DAY = 86_400;
/** A merge that brings in more than so many commits, or of more than so many people, takes over a line of history: that is no meeting. */
const MOST_MERGED = 2000, MOST_MET = 20;

/** Commits between two chances for others to get a turn. */
const SLICE = 2000;

export function historyFrom(options: FoldOptions): History {
  for (const steps = historySteps(options); ;) { const { done, value } = steps.next(); if (done === true) return value; }
}

/** The same in steps of some milliseconds, for a thread that has others to answer meanwhile. */
export function* historySteps(options: FoldOptions): Generator<undefined, History> {
  const { log, head, mailmap, now } = options;
  const order = log.order(head), notes: string[] = [];
  const { time, mended } = timesOf(log, order, now);
  if (mended > 0) notes.push(`${mended} of ${order.length} dates cannot be: those of their commits or of their neighbours stand in their place.`);
  const people = new People(log, order, mailmap);
  const files = new Files(log, options.files);
  const touch = new Column(order.length + 1), file = new Column(), added = new Column(), deleted = new Column(), author = new Uint32Array(order.length);
  let unknown = 0, hasLines = true, isCut = false;
  for (const row of order) {
    if (!log.hasLines(row)) hasLines = false;
    if (!log.hasParents(row)) isCut = true;
  }
  touch.push(0);
  for (const [i, row] of order.entries()) {
    if (i % SLICE === 0) yield;
    author[i] = people.of(log.author.at(row));
    if (log.isUnknown(row)) unknown++;
    files.commit(row, (f, t) => {
      file.push(f);
      added.push(hasLines ? log.added.at(t) : 0);
      deleted.push(hasLines ? log.deleted.at(t) : 0);
    });
    touch.push(sortTouches(file, added, deleted, touch.at(i)));
  }
  yield;
  const seen = seenIn(log, order, time, people);
  yield;
  const known = files.list();
  const lasting = options.survivors === true && hasLines ? yield* survivorsOf({ log, order, author, files: known, contents: new Map(options.files?.map(({ path, content }) => [path, content])) }) : null;
  notes.push(...lasting?.notes ?? []);
  if (unknown > 0) notes.push(`What ${unknown} of ${order.length} commits changed is not known: the repository does not hold what they follow, or they change too much.`);
  if (isCut) notes.push('The beginning of the history is not there: only what is known of it counts.');
  if (!hasLines) notes.push('Lines were not counted: every touch counts the same.');
  return {
    head, people: people.list(), files: known, time, author, touch: touch.view().slice(), file: file.view().slice(), added: added.view().slice(), deleted: deleted.view().slice(), hasLines,
    survivors: lasting?.survivors ?? { file: new Uint32Array(0), person: new Uint32Array(0), lines: new Uint32Array(0) }, seen, shallow: isCut, notes,
  };
}

/** When each was authored; what cannot be is its committer's date, else its neighbour's: the one before, or the first that can be. */
function timesOf(log: Log, order: Uint32Array, now: number): { readonly time: Float64Array; readonly mended: number } {
  const latest = now + DAY, time = new Float64Array(order.length), can = (t: number): boolean => t >= EARLIEST && t <= latest;
  let mended = 0, last = -1;
  for (const [i, row] of order.entries()) {
    const authored = log.authored(row), committed = log.committed(row);
    // nobody commits what will only be written in days: one of the two clocks was off
    const isSane = can(authored) && (!can(committed) || authored <= committed + DAY);
    if (!isSane) mended++;
    const at = isSane ? authored : can(committed) ? committed : last;
    time[i] = at;
    if (at < 0) continue;
    if (last < 0) time.fill(at, 0, i);
    last = at;
  }
  if (last < 0) time.fill(Math.max(0, Math.floor(now)));
  return { time, mended };
}

/** Whether some of its dates may be believed later that cannot be now. */
export function isBeforeItsTime(log: Log, now: number): boolean {
  for (let row = 0; row < log.commits; row++) if (Math.max(log.authored(row), log.committed(row)) > now + DAY) return true;
  return false;
}

/** The touches from `start` on by file, those of one file as one. Answers where they end. */
function sortTouches(file: Column, added: Column, deleted: Column, start: number): number {
  const n = file.length - start;
  let isSorted = true;
  for (let i = 1; i < n; i++) if (file.at(start + i) <= file.at(start + i - 1)) { isSorted = false; break; }
  if (isSorted) return file.length;
  const rows = Array.from({ length: n }, (_, i) => [file.at(start + i), added.at(start + i), deleted.at(start + i)] as const).sort((a, b) => a[0] - b[0]);
  let end = start;
  for (const [f, plus, minus] of rows) {
    if (end > start && file.at(end - 1) === f) {
      added.set(end - 1, added.at(end - 1) + plus);
      deleted.set(end - 1, deleted.at(end - 1) + minus);
      continue;
    }
    file.set(end, f);
    added.set(end, plus);
    deleted.set(end, minus);
    end++;
  }
  for (const column of [file, added, deleted]) column.length = end;
  return end;
}

/** Numbers for people, as they appear. */
class People {
  readonly #identities: readonly Identity[];
  readonly #root: Int32Array;
  readonly #grouped: ReturnType<typeof grouped>;
  /** place of an identity of the log among those that are used */
  readonly #place: Int32Array;
  readonly #used: Uint32Array;
  readonly #person = new Map<number, number>();
  readonly #first: number[] = [];
  /** of each person, the used identity that came last, and the last that mailmap names */
  readonly #last: number[] = [];
  readonly #mapped: number[] = [];

  constructor(log: Log, order: Uint32Array, mailmap: Mailmap | null) {
    const isUsed = new Uint8Array(log.identities.length);
    for (const row of order) {
      isUsed[log.author.at(row)] = isUsed[log.committer.at(row)] = 1;
      for (const one of log.mentioned(row)) isUsed[one] = 1;
    }
    this.#used = Uint32Array.from([...isUsed.keys()].filter((i) => isUsed[i] === 1));
    this.#place = new Int32Array(log.identities.length).fill(-1);
    for (const [place, one] of this.#used.entries()) this.#place[one] = place;
    this.#identities = [...this.#used].map((i) => log.identities[i]!);
    this.#grouped = grouped(this.#identities, mailmap);
    this.#root = Int32Array.from(this.#grouped.root);
  }

  /** By an identity of the log, which they used now. */
  of(identity: number): number {
    const place = this.#place[identity]!, root = this.#root[place]!;
    let person = this.#person.get(root);
    if (person === undefined) {
      this.#person.set(root, person = this.#first.push(place) - 1);
      this.#mapped[person] = -1;
    }
    this.#last[person] = place;
    if (this.#grouped.proper[place] !== this.#identities[place]) this.#mapped[person] = place;
    return person;
  }

  kind(identity: number): PersonKind { return this.#grouped.kind[this.#place[identity]!]!; }

  list(): Person[] {
    const members = this.#first.map((): Map<string, Identity> => new Map());
    const note = (person: number, one: Identity): void => { members[person]!.set(`${one.email}\0${one.name}`, one); };
    for (const place of this.#identities.keys()) {
      const person = this.#person.get(this.#root[place]!);
      if (person === undefined) continue;
      note(person, this.#identities[place]!);
      note(person, this.#grouped.proper[place]!);
    }
    return members.map((all, person) => {
      const shown = this.#grouped.proper[this.#mapped[person]! >= 0 ? this.#mapped[person]! : this.#last[person]!]!;
      const also = [...all].filter(([, one]) => one.name !== shown.name || one.email !== shown.email).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { name, email }]) => ({ name, email }));
      const first = this.#first[person]!;
      return { key: keyOf(this.#grouped.by[first]!), name: shown.name, email: shown.email, also, kind: this.#grouped.kind[first]! };
    });
  }
}

/** Numbers for files, as they appear; a file keeps its number where it is renamed. */
class Files {
  readonly #log: Log;
  readonly #alive: readonly FileAtHead[] | null;
  /** of each path, its file, or -1; and when it was given to it */
  readonly #at: Int32Array;
  readonly #since: Int32Array;
  /** 1: its file goes by another name now; changes here are those of lines of history that have not heard of it */
  readonly #left: Uint8Array;
  readonly #last: number[] = [];
  #clock = 0;

  constructor(log: Log, alive: readonly FileAtHead[] | null) {
    this.#log = log;
    this.#alive = alive;
    this.#at = new Int32Array(log.paths.length).fill(-1);
    this.#since = new Int32Array(log.paths.length);
    this.#left = new Uint8Array(log.paths.length);
  }

  commit(row: number, touched: (file: number, touch: number) => void): void {
    const log = this.#log, end = log.touchEnd(row), start = log.touchStart(row);
    // renames first, all from what was there before: two files may change places
    const sources: number[] = [];
    for (let t = start; t < end; t++) if (log.from.at(t) > 0) sources.push(this.#fileAt(log.from.at(t) - 1));
    let n = 0;
    for (let t = start; t < end; t++) if (log.from.at(t) > 0) this.#left[log.from.at(t) - 1] = 1;
    for (let t = start; t < end; t++) {
      const path = log.path.at(t);
      if (log.from.at(t) > 0) this.#put(path, sources[n++]!);
      else if (log.fate(t) === Fate.added && this.#left[path] === 1) this.#put(path, this.#new(path));
      touched(this.#fileAt(path), t);
    }
  }

  #fileAt(path: number): number {
    if (this.#at[path]! < 0) this.#put(path, this.#new(path));
    return this.#at[path]!;
  }
  #new(path: number): number { return this.#last.push(path) - 1; }
  #put(path: number, file: number): void {
    this.#at[path] = file;
    this.#since[path] = ++this.#clock;
    this.#left[path] = 0;
    this.#last[file] = path;
  }

  list(): KnownFile[] {
    const log = this.#log, files: { path: PathBytes; alive: boolean }[] = this.#last.map((path) => ({ path: log.paths[path]!, alive: false }));
    // of two paths with one file, the one it went to last has it
    const holder = new Map<number, number>(), others: PathBytes[] = [];
    for (const { path } of this.#alive ?? []) {
      const p = log.pathNumber(path), file = p < 0 ? -1 : this.#at[p]!;
      if (file < 0) { others.push(path); continue; }
      const before = holder.get(file);
      if (before === undefined) holder.set(file, p);
      else if (this.#since[p]! > this.#since[before]!) { holder.set(file, p); others.push(log.paths[before]!); } else others.push(path);
    }
    for (const [file, path] of holder) files[file] = { path: log.paths[path]!, alive: true };
    for (const path of others.sort()) files.push({ path, alive: true });
    return files;
  }
}

/** Who is seen to have worked together: on one commit, by its trailers, author and committer, or by merging the other's commits. */
function seenIn(log: Log, order: Uint32Array, time: Float64Array, people: People): History['seen'] {
  const pairs = new Map<number, { readonly a: number; readonly b: number; times: number; last: number }>();
  const meet = (x: number, y: number, at: number): void => {
    if (x === y) return;
    const a = Math.min(x, y), b = Math.max(x, y), key = a * 2 ** 26 + b, known = pairs.get(key);
    if (known === undefined) pairs.set(key, { a, b, times: 1, last: at });
    else { known.times++; known.last = Math.max(known.last, at); }
  };
  const position = new Int32Array(log.commits).fill(-1);
  for (const [i, row] of order.entries()) {
    position[row] = i;
    const author = log.author.at(row);
    if (people.kind(author) === 'bot') continue;
    const self = people.of(author), met = new Set<number>();
    const note = (identity: number): void => { if (people.kind(identity) !== 'bot') met.add(people.of(identity)); };
    note(log.committer.at(row));
    for (const one of log.mentioned(row)) note(one);
    if (log.parentCount(row) > 1) {
      const first = log.parents(row)[0]!, from = first < 0 ? i : position[first]! + 1, brought = new Set<number>();
      if (i - from <= MOST_MERGED) for (let k = from; k < i && brought.size <= MOST_MET; k++) brought.add(log.author.at(order[k]!));
      if (brought.size <= MOST_MET) for (const one of brought) note(one);
    }
    for (const other of met) meet(self, other, time[i]!);
  }
  const all = [...pairs.values()].sort((x, y) => x.a - y.a || x.b - y.b);
  const last = new Doubles();
  for (const one of all) last.push(one.last);
  return { a: Uint32Array.from(all, ({ a }) => a), b: Uint32Array.from(all, ({ b }) => b), times: Uint32Array.from(all, ({ times }) => times), last: last.view().slice() };
}

