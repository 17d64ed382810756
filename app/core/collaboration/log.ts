// The log: what commits say and what they changed, as they were read and in the order they were read, before anybody makes people, files
// or a history of it. Facts of a commit never change, so a log only grows: another head, even one that was forced elsewhere, is another
// order of the same rows. Nothing here knows git's commands or a clock.
import { type ByteString, type Oid, type PathBytes, fromHex, toHex } from '../bytes.ts';
import { Column, Doubles, Packer, Unpacker, malformed } from './columns.ts';
import { ContentNumbers, Numbers } from './numbering.ts';

/** A name with an address, as a commit or one of its trailers has them. */
export interface Identity { readonly name: ByteString; readonly email: ByteString }

/** What became of one path in a commit that has one parent or none. */
export interface Touched {
  readonly path: PathBytes;
  /** the path that it was renamed from */
  readonly from: PathBytes | null;
  readonly fate: Fate;
  /** of the contents; null where there is none: before it was added, after it was deleted, for a submodule */
  readonly before: Oid | null; readonly after: Oid | null;
  /** [first line taken out, how many, first line put in, how many], rising, counted from 0; null: it has no lines, or nobody counted */
  readonly hunks: Uint32Array | null;
}
export const Fate = { changed: 0, added: 1, deleted: 2, renamed: 3 } as const;
export type Fate = typeof Fate[keyof typeof Fate];

/** A file of a merge that is none of its parents': what each of them gave to it. */
export interface Merged {
  readonly path: PathBytes; readonly after: Oid;
  /** null: it has none at this path */
  readonly sides: readonly { readonly before: Oid | null; readonly hunks: Uint32Array }[];
}

export interface LoggedCommit {
  readonly oid: Oid;
  readonly parents: readonly Oid[];
  readonly author: Identity; readonly committer: Identity;
  /** seconds since the epoch, as the commit says */
  readonly authored: number; readonly committed: number;
  /** those whom its trailers name as having had part in it */
  readonly mentioned: readonly Identity[];
  /** null: the repository could not say */
  readonly touched: readonly Touched[] | null;
  /** lines were asked for */
  readonly lined: boolean;
  readonly merged: readonly Merged[];
}

/** Raise it where a log means something else, or where what is read of the same commits is. */
export const LOG_VERSION = 1;
/** Beside a touch's fate: its lines are known. */
const LINED = 4;
const NOTHING = 0, LINES = 1, TOUCHES = 2;

/** Of each row, where what belongs to it ends; it begins where that of the row before ended. */
const startOf = (ends: Column, row: number): number => (row === 0 ? 0 : ends.at(row - 1));

/** The columns are for reading (history.ts, survival.ts): nobody else writes to them. */
export class Log {
  /** hex digits of an id */
  readonly digits: 40 | 64;
  readonly #ids = new Numbers<Oid>();
  /** of each id, its row + 1, or 0 where it was only named as a parent */
  readonly #rows = new Column();
  readonly #people = new Map<string, number>();
  readonly identities: Identity[] = [];
  readonly #paths = new Numbers<PathBytes>();
  readonly #contents = new ContentNumbers();

  // of each commit
  readonly #id = new Column();
  readonly #parentEnd = new Column();
  readonly #mentionEnd = new Column();
  readonly #touchEnd = new Column();
  readonly #mergedEnd = new Column();
  readonly author = new Column();
  readonly committer = new Column();
  readonly #authored = new Doubles();
  readonly #committed = new Doubles();
  /** what is not known of it: NOTHING, LINES or TOUCHES */
  readonly #unknown = new Column();
  readonly #parent = new Column();
  readonly #mention = new Column();

  // of each touch
  readonly path = new Column();
  /** the path it was renamed from, + 1; 0 for none */
  readonly from = new Column();
  readonly #kind = new Column();
  readonly added = new Column();
  readonly deleted = new Column();
  /** numbers of contents, + 1; 0 for none */
  readonly before = new Column();
  readonly after = new Column();
  /** of touches, then of sides of merged files, where their hunks end */
  readonly #hunkEnd = new Column();
  readonly #hunks = new Packer();

  // of each file that a merge made
  readonly mergedPath = new Column();
  readonly mergedAfter = new Column();
  readonly #sideEnd = new Column();
  readonly sideBefore = new Column();
  readonly #sideHunkEnd = new Column();
  readonly #sideHunks = new Packer();

  constructor(digits: 40 | 64) { this.digits = digits; }

  get commits(): number { return this.#id.length; }
  get touches(): number { return this.path.length; }
  /** how many; numbers of contents go from 1 to this */
  get contents(): number { return this.#contents.count; }
  get paths(): readonly PathBytes[] { return this.#paths.list; }
  /** bytes, roughly */
  get heldBytes(): number { return 250 * this.#ids.list.length + 150 * this.#paths.list.length + 40 * this.touches + 20 * this.#contents.count + this.#hunks.length + this.#sideHunks.length; }

  has(oid: Oid): boolean { return this.row(oid) >= 0; }
  /** -1 for none */
  row(oid: Oid): number {
    const n = this.#ids.find(oid);
    return n < 0 ? -1 : this.#rows.at(n) - 1;
  }
  oid(row: number): Oid { return this.#ids.list[this.#id.at(row)]!; }
  /** -1 for none */
  pathNumber(path: PathBytes): number { return this.#paths.find(path); }
  /** as in `before` and `after`: 0 for none */
  contentNumber(oid: Oid): number { return this.#contents.find(oid) + 1; }

  /** Rows of its parents; -1 where the log has not got one. */
  parents(row: number): number[] {
    const out: number[] = [];
    for (let i = startOf(this.#parentEnd, row); i < this.#parentEnd.at(row); i++) out.push(this.#rows.at(this.#parent.at(i)) - 1);
    return out;
  }
  /** Whether the log has all its parents. */
  hasParents(row: number): boolean {
    for (let i = startOf(this.#parentEnd, row); i < this.#parentEnd.at(row); i++) if (this.#rows.at(this.#parent.at(i)) === 0) return false;
    return true;
  }
  parentCount(row: number): number { return this.#parentEnd.at(row) - startOf(this.#parentEnd, row); }
  mentioned(row: number): Uint32Array { return this.#mention.view().subarray(startOf(this.#mentionEnd, row), this.#mentionEnd.at(row)); }
  /** seconds since the epoch, as the commit says */
  authored(row: number): number { return this.#authored.view()[row]!; }
  committed(row: number): number { return this.#committed.view()[row]!; }
  /** Whether lines were counted in every commit. */
  get isCounted(): boolean { return !this.#unknown.view().includes(LINES); }
  isUnknown(row: number): boolean { return this.#unknown.at(row) === TOUCHES; }
  hasLines(row: number): boolean { return this.#unknown.at(row) !== LINES; }
  touchStart(row: number): number { return startOf(this.#touchEnd, row); }
  touchEnd(row: number): number { return this.#touchEnd.at(row); }
  mergedStart(row: number): number { return startOf(this.#mergedEnd, row); }
  mergedEnd(row: number): number { return this.#mergedEnd.at(row); }
  sideStart(merged: number): number { return startOf(this.#sideEnd, merged); }
  sideEnd(merged: number): number { return this.#sideEnd.at(merged); }
  fate(touch: number): Fate { return (this.#kind.at(touch) & 3) as Fate; }
  isLined(touch: number): boolean { return (this.#kind.at(touch) & LINED) !== 0; }
  hunks(touch: number): Uint32Array { return unpackedHunks(this.#hunks.view().subarray(startOf(this.#hunkEnd, touch), this.#hunkEnd.at(touch))); }
  sideHunks(side: number): Uint32Array { return unpackedHunks(this.#sideHunks.view().subarray(startOf(this.#sideHunkEnd, side), this.#sideHunkEnd.at(side))); }

  /** A commit that the log has is not added again. */
  add(commit: LoggedCommit): void {
    const id = this.#number(commit.oid);
    if (this.#rows.at(id) !== 0) return;
    this.#id.push(id);
    this.#rows.set(id, this.#id.length);
    for (const parent of commit.parents) this.#parent.push(this.#number(parent));
    this.#parentEnd.push(this.#parent.length);
    this.author.push(this.#identity(commit.author));
    this.committer.push(this.#identity(commit.committer));
    this.#authored.push(commit.authored);
    this.#committed.push(commit.committed);
    for (const one of commit.mentioned) this.#mention.push(this.#identity(one));
    this.#mentionEnd.push(this.#mention.length);
    this.#unknown.push(commit.touched === null ? TOUCHES : commit.lined ? NOTHING : LINES);
    for (const touched of commit.touched ?? []) this.#touch(touched);
    this.#touchEnd.push(this.path.length);
    for (const { path, after, sides } of commit.merged) {
      this.mergedPath.push(this.#paths.of(path));
      this.mergedAfter.push(this.#contents.of(after) + 1);
      for (const { before, hunks } of sides) {
        this.sideBefore.push(before === null ? 0 : this.#contents.of(before) + 1);
        packHunks(this.#sideHunks, hunks);
        this.#sideHunkEnd.push(this.#sideHunks.length);
      }
      this.#sideEnd.push(this.sideBefore.length);
    }
    this.#mergedEnd.push(this.mergedPath.length);
  }

  #touch({ path, from, fate, before, after, hunks }: Touched): void {
    this.path.push(this.#paths.of(path));
    this.from.push(from === null ? 0 : this.#paths.of(from) + 1);
    this.#kind.push(fate | (hunks === null ? 0 : LINED));
    let added = 0, deleted = 0;
    if (hunks !== null) for (let i = 0; i < hunks.length; i += 4) { deleted += hunks[i + 1]!; added += hunks[i + 3]!; }
    this.added.push(added);
    this.deleted.push(deleted);
    this.before.push(before === null ? 0 : this.#contents.of(before) + 1);
    this.after.push(after === null ? 0 : this.#contents.of(after) + 1);
    if (hunks !== null) packHunks(this.#hunks, hunks);
    this.#hunkEnd.push(this.#hunks.length);
  }

  #number(oid: Oid): number {
    const n = this.#ids.of(oid);
    if (n === this.#rows.length) this.#rows.push(0);
    return n;
  }

  #identity(one: Identity): number {
    const key = `${one.email}\0${one.name}`;
    let n = this.#people.get(key);
    if (n === undefined) this.#people.set(key, n = this.identities.push({ name: one.name, email: one.email }) - 1);
    return n;
  }

  /**
   * Rows from the root to `head`, no commit before its parents: depth first, first parents first. So the order of a commit on the way of
   * first parents is the beginning of the order of `head`, and what came in by a merge stands right before it.
   */
  order(head: Oid): Uint32Array {
    const out = new Column(this.commits), entered = new Uint8Array(this.commits), left = new Uint8Array(this.commits);
    const first = this.row(head), stack = first < 0 ? [] : [first];
    for (let row = stack.at(-1); row !== undefined; row = stack.at(-1)) {
      if (entered[row] === 0) {
        entered[row] = 1;
        const parents = this.parents(row);
        for (let i = parents.length - 1; i >= 0; i--) { const parent = parents[i]!; if (parent >= 0 && entered[parent] === 0) stack.push(parent); }
        if (stack.at(-1) !== row) continue;
      }
      stack.pop();
      if (left[row] === 1) continue;
      left[row] = 1;
      out.push(row);
    }
    return out.view();
  }

  pack(): Uint8Array {
    const out = new Packer(1 << 16);
    out.number(LOG_VERSION);
    out.number(this.digits);
    out.number(this.#ids.list.length);
    for (const oid of this.#ids.list) out.bytes(fromHex(oid));
    out.number(this.identities.length);
    for (const { name, email } of this.identities) { out.text(name); out.text(email); }
    out.number(this.paths.length);
    for (const path of this.paths) out.text(path);
    const contents = this.#contents.ids();
    out.number(contents.length);
    for (const id of contents) { out.number(Math.floor(id / 2 ** 26)); out.number(id % 2 ** 26); }
    for (const [head, ...others] of this.#groups()) {
      out.number(head!.length);
      for (const column of [head!, ...others]) if (this.#rises(column)) out.rising(column.view()); else out.numbers(column.view());
    }
    out.times(this.#authored.view());
    out.times(this.#committed.view());
    for (const bytes of [this.#hunks, this.#sideHunks]) { out.number(bytes.length); out.bytes(bytes.view()); }
    return out.view();
  }

  /** Columns of one length together. */
  #groups(): readonly (readonly Column[])[] {
    return [
      [this.#id, this.#parentEnd, this.#mentionEnd, this.#touchEnd, this.#mergedEnd, this.author, this.committer, this.#unknown],
      [this.#parent], [this.#mention],
      [this.path, this.from, this.#kind, this.added, this.deleted, this.before, this.after, this.#hunkEnd],
      [this.mergedPath, this.mergedAfter, this.#sideEnd], [this.sideBefore, this.#sideHunkEnd],
    ];
  }
  #rises(column: Column): boolean { return [this.#parentEnd, this.#mentionEnd, this.#touchEnd, this.#mergedEnd, this.#hunkEnd, this.#sideEnd, this.#sideHunkEnd].includes(column); }

  /** Throws `bad-message` where the bytes are no log, or one of another version. */
  static unpack(bytes: Uint8Array): Log {
    const from = new Unpacker(bytes);
    if (from.number() !== LOG_VERSION) throw malformed('it is a log of another version');
    const digits = from.number();
    if (digits !== 40 && digits !== 64) throw malformed('its ids are none');
    const log = new Log(digits);
    for (let n = from.count(digits / 2); n > 0; n--) log.#number(toHex(from.bytes(digits / 2)) as Oid);
    for (let n = from.count(2); n > 0; n--) log.#identity({ name: from.text(), email: from.text() });
    for (let n = from.count(); n > 0; n--) log.#paths.of(from.text<PathBytes>());
    for (let n = from.count(2); n > 0; n--) log.#contents.ofId(from.number() * 2 ** 26 + from.number());
    for (const columns of log.#groups()) {
      const n = from.count(columns.length);
      for (const column of columns) column.append(log.#rises(column) ? from.rising(n) : from.numbers(n));
    }
    for (const times of [log.#authored, log.#committed]) for (const time of from.times(log.commits)) times.push(time);
    for (const hunks of [log.#hunks, log.#sideHunks]) hunks.bytes(from.bytes(from.count()));
    from.end();
    log.#check();
    return log;
  }

  /** What is told by number is there. */
  #check(): void {
    const below = (column: Column, limit: number): void => { for (const value of column.view()) if (value >= limit) throw malformed('it names what it does not hold'); };
    const ends = (column: Column, length: number): void => { if ((column.length === 0 ? 0 : column.at(column.length - 1)) !== length) throw malformed('its columns do not fit together'); };
    below(this.#id, this.#rows.length);
    for (const [row, id] of this.#id.view().entries()) {
      if (this.#rows.at(id) !== 0) throw malformed('it has a commit twice');
      this.#rows.set(id, row + 1);
    }
    below(this.#parent, this.#rows.length);
    for (const column of [this.author, this.committer, this.#mention]) below(column, this.identities.length);
    for (const column of [this.path, this.mergedPath]) below(column, this.paths.length);
    below(this.from, this.paths.length + 1);
    for (const column of [this.before, this.after, this.mergedAfter, this.sideBefore]) below(column, this.#contents.count + 1);
    ends(this.#parentEnd, this.#parent.length);
    ends(this.#mentionEnd, this.#mention.length);
    ends(this.#touchEnd, this.path.length);
    ends(this.#mergedEnd, this.mergedPath.length);
    ends(this.#sideEnd, this.sideBefore.length);
    ends(this.#hunkEnd, this.#hunks.length);
    ends(this.#sideHunkEnd, this.#sideHunks.length);
  }
}

/** Lines between hunks, lines taken out, lines put in. */
function packHunks(into: Packer, hunks: Uint32Array): void {
  let last = 0;
  for (let i = 0; i < hunks.length; i += 4) {
    into.number(hunks[i]! - last);
    into.number(hunks[i + 1]!);
    into.number(hunks[i + 3]!);
    last = hunks[i]! + hunks[i + 1]!;
  }
}

function unpackedHunks(bytes: Uint8Array): Uint32Array {
  const from = new Unpacker(bytes), out: number[] = [];
  for (let before = 0, after = 0; from.left > 0;) {
    const kept = from.number(), deleted = from.number(), added = from.number();
    out.push(before += kept, deleted, after += kept, added);
    before += deleted;
    after += added;
  }
  return Uint32Array.from(out);
}
