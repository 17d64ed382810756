// Unified diffs, git's extended ones included, as values: read as `git apply` reads them (git-diff(1), Generating patch text;
// own code), so that what git refuses is refused and what it takes means the same. Applies nothing.
import type { ByteString, PathBytes } from '../bytes.ts';
import { type BinaryHunk, parseBinary } from './binary.ts';
import { headerName, isDevNull, isEpoch, nameAt, traditionalName } from './names.ts';

/** A patch that is not taken, in git's words where git has some. */
export class PatchError extends Error {}

/** `maybe`: a diff without git's header does not say. */
export type Said = boolean | 'maybe';

export interface PatchHunk {
  /** 1-based lines of either side; 0: before the first */
  readonly oldStart: number; readonly newStart: number;
  /** lines of context at its end; 0: it must stand at the end of the file */
  readonly trailing: number;
  /** lines of either side, line feeds included where the patch has them */
  readonly before: readonly string[]; readonly after: readonly string[];
}

export interface FilePatch {
  /** null: the file is not there on that side */
  readonly oldName: PathBytes | null; readonly newName: PathBytes | null;
  readonly isNew: Said; readonly isDelete: Said; readonly isRename: boolean; readonly isCopy: boolean;
  /** 0: not said */
  readonly oldMode: number; readonly newMode: number;
  /** object ids of the `index` line, often abbreviated; empty: not said */
  readonly oldId: string; readonly newId: string;
  readonly hunks: readonly PatchHunk[];
  /** null: text. `data` null: the patch only says that binary files differ */
  readonly binary: { readonly data: BinaryHunk | null } | null;
}

/** Bounds on what a stranger's patch may hold; beyond them it is refused whole. */
export const limits = {
  /** bytes of one patch file */ bytes: 64 << 20,
  /** files that one change touches */ files: 50_000,
  /** hunks of one change */ hunks: 250_000,
  /** lines in the hunks of one change */ lines: 4_000_000,
  /** bytes of a path */ path: 4096,
  /** bytes that binary hunks of one change unpack to, together */ inflated: 256 << 20,
  /** bytes of contents that one patch file makes, together */ made: 512 << 20,
  /** mails in one file */ mails: 2000,
} as const;

type Open = { -readonly [K in keyof FilePatch]: FilePatch[K] };

/** Every file that a diff touches, in order. What is no diff between them is passed over, as git does. Empty: none was found. */
export function parseDiff(text: ByteString): FilePatch[] {
  return new Parser(text).all();
}

class Parser {
  readonly #text: string;
  #at = 0;
  /** of the line at `#at`, for messages */
  #line = 1;
  /** folders stripped from names; a diff without folders in its names turns it to 0 for all that follows */
  #strip = 1;
  #stripKnown = false;
  #hunks = 0;
  #announced = 0;
  #lines = 0;

  constructor(text: string) { this.#text = text; }

  all(): FilePatch[] {
    const files: FilePatch[] = [];
    for (let file = this.#next(); file !== null; file = this.#next()) {
      if (files.length >= limits.files) throw new PatchError(`it touches more than ${limits.files} files`);
      files.push(file);
    }
    return files;
  }

  /** Where the line at `at` ends, its line feed included. */
  #end(at: number): number {
    const feed = this.#text.indexOf('\n', at);
    return feed < 0 ? this.#text.length : feed + 1;
  }
  /** The line at `at`, without its line feed. */
  #lineAt(at: number): string {
    const end = this.#end(at);
    return this.#text.slice(at, this.#text[end - 1] === '\n' ? end - 1 : end);
  }
  #is(what: string, at: number): boolean { return this.#text.startsWith(what, at); }
  #step(to: number): void { this.#at = to; this.#line++; }

  #next(): FilePatch | null {
    const file = this.#header();
    if (file === null) return null;
    this.#fragments(file);
    if (file.hunks.length === 0) {
      const found = this.#wholeFile(file);
      if (!found && !changesMetadata(file)) throw new PatchError(`patch with only garbage at line ${this.#line}`);
    }
    for (const name of [file.oldName, file.newName]) if (name !== null && name.length > limits.path) throw new PatchError(`a path in it is longer than ${limits.path} bytes`);
    return file;
  }

  /** Passes over what is no patch, up to and with the next header. */
  #header(): Open | null {
    for (; this.#at < this.#text.length; this.#step(this.#end(this.#at))) {
      const at = this.#at, end = this.#end(at);
      if (end - at < 6) continue;
      if (this.#is('@@ -', at)) {
        if (rangesOf(this.#lineAt(at)) === null) continue;
        throw new PatchError(`patch fragment without header at line ${this.#line}: ${this.#lineAt(at).slice(0, 200)}`);
      }
      if (this.#text.length < end + 6) return null;
      if (this.#is('diff --git ', at)) {
        const file = this.#gitHeader();
        if (file !== null) return file;
        continue;
      }
      if (!this.#is('--- ', at) || !this.#is('+++ ', end)) continue;
      const after = this.#end(end);
      if (!this.#is('@@ -', after) || this.#text.length - at < after - end + 14) continue;
      const file = this.#traditional(this.#lineAt(at).slice(4), this.#lineAt(end).slice(4));
      this.#step(end);
      this.#step(after);
      return file;
    }
    return null;
  }

  #empty(said: Said): Open {
    return { oldName: null, newName: null, isNew: said, isDelete: said, isRename: false, isCopy: false, oldMode: 0, newMode: 0, oldId: '', newId: '', hunks: [], binary: null };
  }

  #traditional(first: string, second: string): Open {
    if (!this.#stripKnown) {
      const bare = (line: string): boolean => !isDevNull(line) && !(traditionalName(line, 0)?.includes('/') ?? true);
      if (bare(second) && (isDevNull(first) || bare(first))) { this.#strip = 0; this.#stripKnown = true; }
    }
    const file = this.#empty('maybe');
    let name: PathBytes | null;
    if (isDevNull(first)) {
      name = traditionalName(second, this.#strip);
      Object.assign(file, { isNew: true, isDelete: false, newName: name });
    } else if (isDevNull(second)) {
      name = traditionalName(first, this.#strip);
      Object.assign(file, { isNew: false, isDelete: true, oldName: name });
    } else {
      name = traditionalName(second, this.#strip, traditionalName(first, this.#strip));
      if (isEpoch(first)) Object.assign(file, { isNew: true, isDelete: false, newName: name });
      else if (isEpoch(second)) Object.assign(file, { isNew: false, isDelete: true, oldName: name });
      else Object.assign(file, { oldName: name, newName: name });
    }
    if (name === null) throw new PatchError(`unable to find filename in patch at line ${this.#line}`);
    return file;
  }

  /** Null where nothing that git writes follows the line: then it was only text. */
  #gitHeader(): Open | null {
    const file = this.#empty(false);
    const start = this.#line;
    const shared = headerName(this.#lineAt(this.#at).slice('diff --git '.length), this.#strip);
    const first = this.#end(this.#at);
    let at = first, line = start + 1;
    let firstExtension = 0;
    for (; at < this.#text.length; line++) {
      const end = this.#end(at);
      if (this.#text[end - 1] !== '\n' || this.#is('@@ -', at)) break;
      if (!this.#extended(file, this.#text.slice(at, end - 1), shared, line)) break;
      const extensions = [file.isDelete, file.isNew, file.isRename, file.isCopy].filter((x) => x === true).length;
      if (extensions > 1) throw new PatchError(`inconsistent header lines ${firstExtension} and ${line}`);
      if (extensions === 1 && firstExtension === 0) firstExtension = line;
      at = end;
    }
    if (file.oldName === null && file.newName === null) {
      if (shared === null) throw new PatchError(`git diff header lacks filename information when removing ${this.#strip} leading pathname component${this.#strip === 1 ? '' : 's'} (line ${line})`);
      file.oldName = file.newName = shared;
    }
    if ((file.newName === null && file.isDelete !== true) || (file.oldName === null && file.isNew !== true)) throw new PatchError(`git diff header lacks filename information (line ${line})`);
    if (at === first) return null;
    this.#at = at;
    this.#line = line;
    return file;
  }

  /** One line of git's extended header; false where it is none. */
  #extended(file: Open, line: string, shared: PathBytes | null, number: number): boolean {
    const after = (prefix: string): string | null => (line.startsWith(prefix) ? line.slice(prefix.length) : null);
    const bare = Math.max(0, this.#strip - 1);
    let rest: string | null;
    if ((rest = after('--- ')) !== null) file.oldName = this.#verified(rest, file.isNew === true, file.oldName, 'old', number);
    else if ((rest = after('+++ ')) !== null) file.newName = this.#verified(rest, file.isDelete === true, file.newName, 'new', number);
    else if ((rest = after('old mode ')) !== null) file.oldMode = modeOf(rest, number);
    else if ((rest = after('new mode ')) !== null) file.newMode = modeOf(rest, number);
    else if ((rest = after('deleted file mode ')) !== null) { file.isDelete = true; file.oldName = shared; file.oldMode = modeOf(rest, number); }
    else if ((rest = after('new file mode ')) !== null) { file.isNew = true; file.newName = shared; file.newMode = modeOf(rest, number); }
    else if ((rest = after('copy from ')) !== null) { file.isCopy = true; file.oldName = nameAt(rest, bare, 'at the end'); }
    else if ((rest = after('copy to ')) !== null) { file.isCopy = true; file.newName = nameAt(rest, bare, 'at the end'); }
    else if ((rest = after('rename old ') ?? after('rename from ')) !== null) { file.isRename = true; file.oldName = nameAt(rest, bare, 'at the end'); }
    else if ((rest = after('rename new ') ?? after('rename to ')) !== null) { file.isRename = true; file.newName = nameAt(rest, bare, 'at the end'); }
    else if ((rest = after('index ')) !== null) {
      const ids = /^([^.]{0,64})\.\.([^ ]{0,64})(?: (.*))?$/s.exec(rest.slice(0, 300));
      if (ids !== null) {
        [, file.oldId, file.newId] = ids as unknown as [string, string, string];
        if (ids[3] !== undefined) file.oldMode = modeOf(ids[3], number);
      }
    } else if (!line.startsWith('similarity index ') && !line.startsWith('dissimilarity index ')) return false;
    return true;
  }

  #verified(rest: string, absent: boolean, known: PathBytes | null, side: 'old' | 'new', line: number): PathBytes | null {
    if (known === null && !absent) return nameAt(rest, this.#strip, 'at a tab');
    if (known === null) {
      if (!isDevNull(rest)) throw new PatchError(`git apply: bad git-diff - expected /dev/null on line ${line}`);
      return null;
    }
    if (absent) throw new PatchError(`git apply: bad git-diff - expected /dev/null, got ${known} on line ${line}`);
    if (nameAt(rest, this.#strip, 'at a tab') !== known) throw new PatchError(`git apply: bad git-diff - inconsistent ${side} filename on line ${line}`);
    return known;
  }

  #fragments(file: Open): void {
    const hunks: PatchHunk[] = [];
    let old = 0, fresh = 0;
    while (this.#text.length - this.#at > 4 && this.#is('@@ -', this.#at)) {
      const hunk = this.#fragment();
      if (++this.#hunks > limits.hunks) throw new PatchError(`it has more than ${limits.hunks} hunks`);
      this.#lines += hunk.before.length + hunk.after.length;
      if (this.#lines > limits.lines) throw new PatchError(`its hunks have more than ${limits.lines} lines`);
      old += hunk.before.length;
      fresh += hunk.after.length;
      hunks.push(hunk);
    }
    if (file.isNew === 'maybe' && (old > 0 || hunks.length > 1)) file.isNew = false;
    if (file.isDelete === 'maybe' && (fresh > 0 || hunks.length > 1)) file.isDelete = false;
    if (file.isNew === true && old > 0) throw new PatchError(`new file ${file.newName ?? ''} depends on old contents`);
    if (file.isDelete === true && fresh > 0) throw new PatchError(`deleted file ${file.oldName ?? ''} still has contents`);
    file.hunks = hunks;
  }

  #fragment(): PatchHunk {
    const corrupt = (): PatchError => new PatchError(`corrupt patch at line ${this.#line}`);
    const ranges = rangesOf(this.#lineAt(this.#at));
    if (ranges === null || this.#text[this.#end(this.#at) - 1] !== '\n') throw corrupt();
    let old = ranges.oldLines, fresh = ranges.newLines;
    this.#step(this.#end(this.#at));
    const before: string[] = [], after: string[] = [];
    let changed = false, trailing = 0;
    while (this.#at < this.#text.length && (old !== 0 || fresh !== 0)) {
      const at = this.#at, end = this.#end(at);
      if (this.#text[end - 1] !== '\n') throw corrupt();
      const sign = this.#text[at]!;
      const inOld = sign === '\n' || sign === ' ' || sign === '-', inNew = sign === '\n' || sign === ' ' || sign === '+';
      if (inOld) old--;
      if (inNew) fresh--;
      // the line before "\ No newline at end of file" ends without one
      const open = this.#text[end] === '\\' && (old !== 0 || fresh !== 0 || this.#noNewline(end));
      const kept = sign === '\n' ? open ? null : '\n' : this.#text.slice(at + 1, open ? end - 1 : end);
      switch (sign) {
        case '\n': case ' ': trailing++; break;
        case '-': case '+': trailing = 0; changed = true; break;
        case '\\':
          if (end - at < 12 || this.#text[at + 1] !== ' ') throw corrupt();
          break;
        default: throw corrupt();
      }
      if (old < 0 || fresh < 0) throw corrupt();
      if (inOld && kept !== null) before.push(kept);
      if (inNew && kept !== null) after.push(kept);
      this.#step(end);
    }
    if (old !== 0 || fresh !== 0 || !changed) throw corrupt();
    if (this.#noNewline(this.#at)) this.#step(this.#end(this.#at));
    return { oldStart: ranges.oldStart, newStart: ranges.newStart, trailing, before, after };
  }

  #noNewline(at: number): boolean { return this.#text.length - at > 12 && this.#is('\\ ', at); }

  /** A binary patch, or the words that binary files differ. */
  #wholeFile(file: Open): boolean {
    const at = this.#at, line = this.#lineAt(at);
    if (this.#text[this.#end(at) - 1] !== '\n') return false;
    if (line === 'GIT binary patch') {
      const read = parseBinary(this.#text, this.#end(at));
      if (read === null) throw new PatchError(`corrupt binary patch at line ${this.#line + 1}`);
      this.#announced += read.forward.size;
      if (this.#announced > limits.inflated) throw new PatchError(`its binary files unpack to more than ${limits.inflated >> 20} MiB`);
      file.binary = { data: read.forward };
      this.#at = read.end;
      this.#line += read.lines + 1;
      return true;
    }
    if (!line.endsWith(' differ') || !/^(?:Binary f|F)iles /.test(line)) return false;
    file.binary = { data: null };
    this.#step(this.#end(at));
    return true;
  }
}

function changesMetadata(file: FilePatch): boolean {
  return file.isRename || file.isCopy || file.isNew === true || file.isDelete !== false || (file.oldMode !== 0 && file.newMode !== 0 && file.oldMode !== file.newMode);
}

function modeOf(text: string, line: number): number {
  const octal = /^\s*([0-7]{1,10})(?:\s|$)/.exec(text.slice(0, 40));
  if (octal === null) throw new PatchError(`invalid mode on line ${line}: ${text.slice(0, 40)}`);
  return Number.parseInt(octal[1]!, 8) & 0o177777;
}

function rangesOf(line: string): { readonly oldStart: number; readonly oldLines: number; readonly newStart: number; readonly newLines: number } | null {
  const found = /^@@ -(\d{1,10})(?:,(\d{1,10}))? \+(\d{1,10})(?:,(\d{1,10}))? @@/.exec(line.slice(0, 80));
  if (found === null) return null;
  const [oldStart, oldLines, newStart, newLines] = found.slice(1).map((x) => (x === undefined ? 1 : Number(x))) as [number, number, number, number];
  return { oldStart, oldLines, newStart, newLines };
}
