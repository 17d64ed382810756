// Who wrote the lines that stand: hunks replayed along the history over runs of lines with one owner, one list of runs for each version of a
// file, kept while somebody still builds on it. Merges are answered as blame does: a line is of the first parent that has it, else of
// whoever merged. A version is a path with a content: one that came about twice has the owners of the later one.
import type { Oid, PathBytes } from '../bytes.ts';
import { Column } from './columns.ts';
import { Fate, type Log } from './log.ts';
import type { History, KnownFile } from './model.ts';

export interface Survival {
  readonly log: Log;
  readonly order: Uint32Array;
  /** of each commit of the order, a person */
  readonly author: Uint32Array;
  readonly files: readonly KnownFile[];
  /** of each path at the head, its content; null for a submodule */
  readonly contents: ReadonlyMap<PathBytes, Oid | null>;
}

/** Owner of lines whose beginning is not known. */
const NOBODY = 0xffffffff;
/** A run that has no end: the rest of a version of which nothing is known. */
const ENDLESS = 0x7fffffff;
/** [lines, owner] … */
type Runs = Uint32Array;
const UNKNOWN: Runs = Uint32Array.of(ENDLESS, NOBODY);

/** Runs held at once, beyond which lines are not followed: of some hundred thousand open files. Bytes. */
const MOST_HELD = 512 << 20;
/** Commits between two chances for others to get a turn. */
const SLICE = 250;

export interface Survived { readonly survivors: History['survivors']; readonly notes: readonly string[] }

export function* survivorsOf({ log, order, author, files, contents }: Survival): Generator<undefined, Survived> {
  const versions = new Versions(log.paths.length);
  const uses = new Column(1 << 16);
  const used = (version: number): void => { while (uses.length <= version) uses.push(0); uses.set(version, uses.at(version) + 1); };
  /** of each content, the version that had it last, + 1 */
  const latest = new Uint32Array(log.contents + 1);
  const made = (path: number, content: number): number => {
    const version = versions.of(path, content);
    latest[content] = version + 1;
    return version;
  };
  const source = (touch: number): number => versions.of(log.from.at(touch) > 0 ? log.from.at(touch) - 1 : log.path.at(touch), log.before.at(touch));
  /**
   * What a merged file came from. A side that has not got the path may have the content by another name, as merges of whole projects do:
   * that is asked after those that have it.
   */
  const sidesOf = (m: number): { readonly version: number | null; readonly hunks: Uint32Array }[] => {
    const path = log.mergedPath.at(m), sides: { readonly version: number | null; readonly hunks: Uint32Array }[] = [];
    let lacks = false;
    for (let s = log.sideStart(m); s < log.sideEnd(m); s++) {
      const before = log.sideBefore.at(s);
      if (before === 0) lacks = true;
      sides.push({ version: before === 0 ? null : versions.of(path, before), hunks: log.sideHunks(s) });
    }
    const other = lacks ? latest[log.mergedAfter.at(m)]! : 0;
    if (other > 0) sides.push({ version: other - 1, hunks: EMPTY });
    return sides;
  };
  for (const row of order) {
    for (let t = log.touchStart(row); t < log.touchEnd(row); t++) {
      if (log.before.at(t) > 0) used(source(t));
      if (log.after.at(t) > 0) made(log.path.at(t), log.after.at(t));
    }
    for (let m = log.mergedStart(row); m < log.mergedEnd(row); m++) {
      for (const { version } of sidesOf(m)) if (version !== null) used(version);
      made(log.mergedPath.at(m), log.mergedAfter.at(m));
    }
  }
  latest.fill(0);
  const heads: { readonly file: number; readonly version: number }[] = [];
  for (const [file, { path, alive }] of files.entries()) {
    const content = contents.get(path), p = log.pathNumber(path), c = content === undefined || content === null ? 0 : log.contentNumber(content);
    if (!alive || p < 0 || c === 0) continue;
    const version = versions.of(p, c);
    used(version);
    heads.push({ file, version });
  }
  yield;

  const held = new Map<number, Runs>();
  let heldBytes = 0;
  const keep = (version: number, runs: Runs): void => {
    if (version >= uses.length || uses.at(version) === 0) return;
    heldBytes += runs.byteLength - (held.get(version)?.byteLength ?? 0);
    held.set(version, runs);
  };
  /** For the last who builds on it, it goes. */
  const take = (version: number): Runs => {
    const runs = held.get(version) ?? UNKNOWN, left = uses.at(version) - 1;
    uses.set(version, left);
    if (left === 0 && held.delete(version)) heldBytes -= runs.byteLength;
    return runs;
  };
  for (const [i, row] of order.entries()) {
    if (i % SLICE === 0) yield;
    if (heldBytes > MOST_HELD) return { survivors: none, notes: ['Who wrote the lines that stand is not known: too many versions of files are open at once.'] };
    const owner = author[i]!;
    // all are taken before any is kept: two files may change places
    const kept: [number, Runs][] = [];
    for (let t = log.touchStart(row); t < log.touchEnd(row); t++) {
      const before = log.before.at(t) > 0 ? take(source(t)) : null;
      if (log.after.at(t) === 0 || log.fate(t) === Fate.deleted) continue;
      kept.push([made(log.path.at(t), log.after.at(t)), !log.isLined(t) ? UNKNOWN : edited(before ?? EMPTY, log.hunks(t), owner)]);
    }
    for (let m = log.mergedStart(row); m < log.mergedEnd(row); m++) {
      const sides = sidesOf(m).map(({ version, hunks }) => ({ runs: version === null ? EMPTY : take(version), hunks }));
      kept.push([made(log.mergedPath.at(m), log.mergedAfter.at(m)), merged(sides, owner)]);
    }
    for (const [version, runs] of kept) keep(version, runs);
  }

  const file = new Column(), person = new Column(), lines = new Column(), sums = new Map<number, number>();
  for (const [n, { file: of, version }] of heads.entries()) {
    if (n % SLICE === 0) yield;
    sums.clear();
    const runs = held.get(version) ?? UNKNOWN;
    for (let r = 0; r < runs.length; r += 2) if (runs[r + 1] !== NOBODY) sums.set(runs[r + 1]!, (sums.get(runs[r + 1]!) ?? 0) + runs[r]!);
    for (const [who, count] of [...sums].sort(([a], [b]) => a - b)) { file.push(of); person.push(who); lines.push(count); }
  }
  return { survivors: { file: file.view().slice(), person: person.view().slice(), lines: lines.view().slice() }, notes: [] };
}

const EMPTY: Runs = new Uint32Array(0);
const none: History['survivors'] = { file: EMPTY, person: EMPTY, lines: EMPTY };

/** Runs as they are put together; neighbours of one owner are one. */
class Building {
  #runs = new Uint32Array(256);
  #length = 0;
  add(lines: number, owner: number): void {
    if (lines === 0) return;
    if (this.#length > 0 && this.#runs[this.#length - 1] === owner) {
      this.#runs[this.#length - 2] = Math.min(ENDLESS, this.#runs[this.#length - 2]! + lines);
      return;
    }
    if (this.#length === this.#runs.length) {
      const next = new Uint32Array(2 * this.#length);
      next.set(this.#runs);
      this.#runs = next;
    }
    this.#runs[this.#length++] = lines;
    this.#runs[this.#length++] = owner;
  }
  end(): Runs {
    const runs = this.#runs.slice(0, this.#length);
    this.#length = 0;
    return runs;
  }
}
const building = new Building();

/** Goes along runs. */
class Cursor {
  readonly #runs: Runs;
  #at = 0;
  #left: number;
  constructor(runs: Runs) { this.#runs = runs; this.#left = runs[0] ?? 0; }
  /** The next lines, at most so many; 0: there are none. */
  step(most: number): number {
    while (this.#left === 0 && this.#at + 2 < this.#runs.length) this.#left = this.#runs[this.#at += 2]!;
    const n = Math.min(most, this.#left);
    if (this.#left !== ENDLESS) this.#left -= n;
    return n;
  }
  /** of the lines that `step` gave */
  get owner(): number { return this.#runs[this.#at + 1]!; }
}

/** What hunks make of a version, whoever made them owning what they put in. */
function edited(before: Runs, hunks: Uint32Array, owner: number): Runs {
  const cursor = new Cursor(before);
  let at = 0;
  const go = (to: number, keeps: boolean): void => {
    while (at < to) {
      const n = cursor.step(to - at);
      if (n === 0) { at = to; return; }
      if (keeps) building.add(n, cursor.owner);
      at += n;
    }
  };
  for (let h = 0; h < hunks.length; h += 4) {
    go(hunks[h]!, true);
    go(hunks[h]! + hunks[h + 1]!, false);
    building.add(hunks[h + 3]!, owner);
  }
  for (let n = cursor.step(ENDLESS); n > 0; n = cursor.step(ENDLESS)) {
    building.add(n, cursor.owner);
    if (n === ENDLESS) break;
  }
  return building.end();
}

/** What a merge made of several versions: each line of the first that has it. Lines that none has are the merger's. */
function merged(sides: readonly { readonly runs: Runs; readonly hunks: Uint32Array }[], owner: number): Runs {
  // each side with what it does not have as somebody's who is not there; the first that has an owner is the line's
  const cursors = sides.map(({ runs, hunks }) => new Cursor(edited(runs, hunks, LACKING))), left = cursors.map(() => 0);
  for (;;) {
    // as many lines as no side changes its owner in
    let n = ENDLESS, open = 0, endless = 0, has = -1;
    for (let k = 0; k < cursors.length; k++) {
      if (left[k] === 0) left[k] = cursors[k]!.step(ENDLESS);
      const lines = left[k]!;
      if (lines === 0) continue;
      open++;
      if (lines === ENDLESS) endless++;
      if (lines < n) n = lines;
      if (has < 0 && cursors[k]!.owner !== LACKING) has = k;
    }
    // where one side ends, so does the file
    if (open === 0 || (open < cursors.length && open === endless)) break;
    if (n === ENDLESS) {
      building.add(ENDLESS, NOBODY);
      break;
    }
    building.add(n, has < 0 ? owner : cursors[has]!.owner);
    for (let k = 0; k < cursors.length; k++) if (left[k] !== ENDLESS && left[k]! > 0) left[k]! -= n;
  }
  return building.end();
}
const LACKING = 0xfffffffe;

/** Numbers for versions: pairs of a path and a content. */
class Versions {
  readonly #paths: number;
  #slots = new Int32Array(1 << 16).fill(-1);
  #path = new Column(1 << 15);
  #content = new Column(1 << 15);
  constructor(paths: number) { this.#paths = paths; }

  of(path: number, content: number): number {
    for (let slot = this.#slot(path, content); ; slot = slot + 1 & this.#slots.length - 1) {
      const n = this.#slots[slot]!;
      if (n < 0) {
        this.#slots[slot] = this.#path.length;
        this.#path.push(path);
        this.#content.push(content);
        if (2 * this.#path.length > this.#slots.length) this.#rehash();
        return this.#path.length - 1;
      }
      if (this.#path.at(n) === path && this.#content.at(n) === content) return n;
    }
  }

  #slot(path: number, content: number): number {
    return Math.imul(Math.imul(content, 0x85ebca6b) + path * (this.#paths | 1), 0x9e3779b1) >>> 4 & this.#slots.length - 1;
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(-1);
    for (let n = 0; n < this.#path.length; n++) {
      let slot = this.#slot(this.#path.at(n), this.#content.at(n));
      while (this.#slots[slot]! >= 0) slot = slot + 1 & this.#slots.length - 1;
      this.#slots[slot] = n;
    }
  }
}
