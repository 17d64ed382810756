// What `diff-tree` prints, read as hunks: raw lines say which paths, patches say which lines, and nothing of them is held but numbers. Only
// what was asked for is believed; of a patch's lines counts alone matter, so no content can pass for a header.
import type { Buffer } from 'node:buffer';
import type { ByteString, Oid, PathBytes } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { type Entry, type MergedPath, Mode, type PathChange, type TreePair } from '../../../core/repository.ts';
import { corruptObject } from '../failures.ts';
import { mergedPath } from '../log/merged.ts';
import { gitFailed } from './git.ts';

const LF = 10, PLUS = 43, MINUS = 45, BACKSLASH = 92;
/** Paths in which two trees may differ: more are not told (git/trees.ts has the same bound). */
const MOST_CHANGES = 100_000;

export const misheard = (): AcumenError => gitFailed('git answered something that was not asked.');

/** Reads one answer after the other. Throws what is wrong with it. */
export interface Parser<Asked, Answer> {
  /** as git is asked, without a line feed */
  line(asked: Asked): string;
  begin(asked: Asked): void;
  /** a whole line that is no content */
  hear(line: string): void;
  /** the next line is content */
  readonly isInside: boolean;
  /** Takes lines of content from `at` on, as many as there are; answers where to go on: behind the end, in the middle of a line. */
  inside(bytes: Buffer, at: number): number;
  /** the answer, or why there is none */
  end(): Answer | AcumenError;
}

/** The hunks of one side, while its lines come by. `old`: the line it is at. */
class Side {
  readonly hunks: number[] = [];
  isBinary = false;
  /** lines of the hunk that are still to come */
  left = 0;
  old = 0;
  #inRun = false;

  /** `old`: counted from 0 */
  begin(old: number, lines: number): void {
    this.left = lines;
    this.old = old;
    this.#inRun = false;
  }
  kept(): void { this.old++; this.left--; this.#inRun = false; }
  removed(at: number): void { this.#run(at); this.hunks[this.hunks.length - 3]!++; this.old++; this.left--; }
  added(at: number): void { this.#run(at); this.hunks[this.hunks.length - 1]!++; }
  rest(): void { this.#inRun = false; }
  of(isText: boolean): Uint32Array | null { return isText && !this.isBinary ? Uint32Array.from(this.hunks) : null; }

  #run(at: number): void {
    if (!this.#inRun) this.hunks.push(this.old, 0, at, 0);
    this.#inRun = true;
  }
}

interface Open { readonly path: PathBytes; readonly from: PathBytes | null; readonly before: readonly (Entry | null)[]; readonly after: Entry | null; /** patches that are still to come */ sections: number; readonly sides: readonly Side[] }

/** Both forms: of one parent, and of several at once, with a column for each. */
abstract class Patches {
  protected open: Open[] = [];
  #section = -1;
  #new = 0;
  #newLeft = 0;
  /** sides of the hunk that is being read */
  #sides: readonly Side[] = [];
  #skipping = false;
  protected isBegun = false;

  protected reset(): void {
    this.open = [];
    this.#section = -1;
    this.#newLeft = 0;
    this.#sides = [];
    this.#skipping = this.isBegun = false;
  }

  get isInside(): boolean {
    if (this.#skipping || this.#newLeft > 0) return true;
    for (const { left } of this.#sides) if (left > 0) return true;
    return false;
  }

  inside(bytes: Buffer, at: number): number {
    const sides = this.#sides, n = sides.length;
    while (at < bytes.length && this.isInside) {
      if (!this.#skipping) {
        // a line of several columns may be cut off among them
        if (at + n > bytes.length) throw new Cut();
        if (bytes[at] === BACKSLASH) { /* of the line before */ } else if (n === 1) this.#one(bytes[at]!, sides[0]!); else this.#many(bytes, at, sides);
      }
      const end = bytes.indexOf(LF, at);
      this.#skipping = end < 0;
      at = end < 0 ? bytes.length : end + 1;
    }
    return at;
  }

  #one(mark: number, side: Side): void {
    if (mark === MINUS) side.removed(this.#new);
    else if (mark === PLUS) { side.added(this.#new++); this.#newLeft--; } else { side.kept(); this.#new++; this.#newLeft--; }
    if (side.left < 0 || this.#newLeft < 0) throw misheard();
  }

  #many(bytes: Buffer, at: number, sides: readonly Side[]): void {
    let isRemoved = false;
    for (let k = 0; k < sides.length; k++) if (bytes[at + k] === MINUS) isRemoved = true;
    for (let k = 0; k < sides.length; k++) {
      const mark = bytes[at + k], side = sides[k]!;
      if (isRemoved) { if (mark === MINUS) side.removed(this.#new); } else if (mark === PLUS) side.added(this.#new); else side.kept();
      if (side.left < 0) throw misheard();
    }
    if (isRemoved) return;
    this.#new++;
    if (--this.#newLeft < 0) throw misheard();
  }

  /** What is neither of the answer's own form nor a path's: of a patch. */
  protected hearPatch(line: string): void {
    if (line.startsWith('diff --')) {
      const current = this.open[this.#section];
      if (current === undefined || --current.sections === 0) this.#section++;
      if (this.#section >= this.open.length) throw misheard();
    } else if (line.startsWith('@@')) {
      this.#hunk(line);
    } else if (line.startsWith('Binary files ')) {
      for (const side of this.open[this.#section]?.sides ?? []) side.isBinary = true;
    }
    // the rest says what the raw line has said, or that a file ends without a line feed
  }

  /** `@@ -1,2 +3,4 @@`, and with several parents `@@@ -1,2 -5,6 +3,4 @@@` */
  #hunk(line: string): void {
    const { sides } = this.open[this.#section] ?? {}, ranges = [...line.slice(0, line.indexOf(' @@')).matchAll(/ [-+](\d+)(?:,(\d+))?/g)];
    if (sides === undefined || ranges.length !== sides.length + 1) throw misheard();
    const lines = (range: RegExpMatchArray): number => (range[2] === undefined ? 1 : Number(range[2]));
    // where there is one parent, a side without lines is named by the line before it
    const start = (range: RegExpMatchArray): number => Number(range[1]) - (sides.length === 1 && lines(range) === 0 ? 0 : 1);
    for (const [k, side] of sides.entries()) side.begin(start(ranges[k]!), lines(ranges[k]!));
    this.#newLeft = lines(ranges.at(-1)!);
    this.#new = start(ranges.at(-1)!);
    this.#sides = sides;
  }

  protected add(one: Open, of: Oid): void {
    if (this.open.length >= MOST_CHANGES) {
      throw new AcumenError('too-large', `${of} differs from what was before it in more than ${MOST_CHANGES} files.`, 'It is left out of the history.', { oid: of });
    }
    this.open.push(one);
  }
}

/** More bytes are needed to go on. */
export class Cut extends Error {}

const entryOf = (mode: string, oid: string): Entry | null => (mode === '000000' ? null : { mode: Number.parseInt(mode, 8), oid: oid as Oid });
const isModule = (entry: Entry | null): boolean => entry?.mode === Mode.submodule;

/** Pairs of trees: `diff-tree --stdin --raw [-p -U1]`. */
export class PairPatches extends Patches implements Parser<TreePair, readonly PathChange[]> {
  readonly #how: 'lines' | 'paths';
  readonly #empty: Oid;
  #asked: TreePair | null = null;

  constructor(how: 'lines' | 'paths', empty: Oid) { super(); this.#how = how; this.#empty = empty; }

  line({ before, after }: TreePair): string { return `${before ?? this.#empty} ${after}`; }

  begin(asked: TreePair): void { this.reset(); this.#asked = asked; }

  hear(line: string): void {
    if (!this.isBegun) {
      if (line !== this.line(this.#asked!)) throw misheard();
      this.isBegun = true;
    } else if (line.startsWith(':')) this.#raw(line); else this.hearPatch(line);
  }

  /** `:MODE MODE OID OID STATUS[SCORE]\tPATH[\tPATH]` */
  #raw(line: string): void {
    const found = /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([AMDTR])\d*\t([^\t]+)(?:\t([^\t]+))?$/.exec(line);
    if (found === null) throw misheard();
    const [, oldMode, newMode, old, next, status, first, second] = found as unknown as [string, string, string, string, string, string, string, string | undefined];
    this.add({
      path: unquoted(second ?? first) as PathBytes, from: second === undefined ? null : unquoted(first) as PathBytes,
      before: [entryOf(oldMode, old)], after: entryOf(newMode, next), sections: status === 'T' ? 2 : 1, sides: [new Side()],
    }, this.#asked!.after);
  }

  end(): readonly PathChange[] | AcumenError {
    // git passes over what it has not got
    if (!this.isBegun) return corruptObject(`What ${this.line(this.#asked!)} changed`, 'one of the two is not there');
    return this.open.map(({ path, from, before: [before = null], after, sides }) => {
      const hunks = sides[0]!.of(this.#how === 'lines' && !isModule(before) && !isModule(after));
      // a file that became a link or the like is told as taken out and put in: that is one hunk
      const isWhole = hunks?.length === 8 && hunks[4] === 0 && hunks[6] === 0;
      return { path, from, before, after, hunks: isWhole ? Uint32Array.of(0, hunks[1]! + hunks[5]!, 0, hunks[3]! + hunks[7]!) : hunks };
    });
  }
}

/** Merges by their ids: `diff-tree --stdin -c --raw -p -U1` (git-diff-tree(1), combined diff format). */
export class MergePatches extends Patches implements Parser<Oid, readonly MergedPath[]> {
  #asked: Oid | null = null;

  line(oid: Oid): string { return oid; }

  begin(asked: Oid): void { this.reset(); this.#asked = asked; }

  hear(line: string): void {
    if (!this.isBegun) {
      if (line !== this.#asked) throw misheard();
      this.isBegun = true;
    } else if (line.startsWith('::')) this.#raw(line); else this.hearPatch(line);
  }

  /** `::MODE MODE MODE OID OID OID STATUS\tPATH`, a colon for each parent */
  #raw(line: string): void {
    const parents = /^:+/.exec(line)![0].length, tab = line.indexOf('\t'), words = line.slice(parents, tab).split(' ');
    if (tab < 0 || words.length !== 2 * parents + 3) throw misheard();
    const entries = words.slice(0, parents + 1).map((mode, k) => entryOf(mode, words[parents + 1 + k]!));
    this.add({ path: unquoted(line.slice(tab + 1)) as PathBytes, from: null, before: entries.slice(0, parents), after: entries[parents]!, sections: 1, sides: entries.slice(1).map(() => new Side()) }, this.#asked!);
  }

  end(): readonly MergedPath[] {
    return this.open.map(({ path, before, after, sides }) => mergedPath(path, after, before, sides.map((side) => side.of(true))));
  }
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r', '"': '"', '\\': '\\' };

/** A path as git quotes it (quote.c): in double quotes where it has bytes that are not shown. */
export function unquoted(text: string): ByteString {
  if (!text.startsWith('"')) return text as ByteString;
  return text.slice(1, -1).replace(/\\([0-7]{3}|.)/g, (_, code: string) => (code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : ESCAPES[code] ?? code)) as ByteString;
}
