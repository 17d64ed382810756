// The frame of a generated repository: trees and commits in memory, written through `git fast-import`; a base with history, drafts of
// sources on it, and the ordinary edits that make sources meet. What makes a source special is in features.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fastImport, git } from './git.ts';
import { Random } from './random.ts';
import { binary, linesOf, makeText, mutate, textOf, uniqueText } from './text.ts';
import type { Style } from './text.ts';

export type FileMode = '100644' | '100755' | '120000' | '160000';
/** `data` is the content as bytes, or the commit id of a submodule. */
export interface File { readonly mode: FileMode; readonly data: string }
export type Tree = ReadonlyMap<string, File>;
export interface Commit { readonly mark: number; readonly tree: Tree }
/** Sources that share commits. One integration merge per family keeps every pair at one merge base. */
export interface Family { integrable: boolean }
export interface Source { readonly ref: string; readonly commit: Commit; readonly features: ReadonlySet<string>; readonly family: Family }

const PEOPLE = ['ada', 'bela', 'chen', 'dara', 'agent-1', 'agent-2'];

/** Writes commits and refs as one fast-import stream; `flush` sends what has gathered. */
export class Forge {
  readonly dir: string;
  #stream: string[] = [];
  #marks = 0;
  readonly #marksFile: string;
  constructor(dir: string) {
    this.dir = dir;
    this.#marksFile = join(dir, 'generator-marks');
  }

  commit(parents: readonly Commit[], tree: Tree, message: string, author: string): Commit {
    const mark = ++this.#marks;
    const [first, ...others] = parents;
    const before: Tree = first?.tree ?? new Map<string, File>();
    const lines = [`commit refs/scratch\nmark :${mark}\nauthor ${author} <${author}@example.invalid> ${1_600_000_000 + mark * 60} +0000\n`,
      `committer ${author} <${author}@example.invalid> ${1_600_000_000 + mark * 60} +0000\ndata ${message.length}\n${message}\n`,
      first === undefined ? '' : `from :${first.mark}\n`, ...others.map((c) => `merge :${c.mark}\n`)];
    // deletions first: a file may give way to a folder of its name, and the other way round
    for (const path of before.keys()) if (!tree.has(path)) lines.push(`D ${path}\n`);
    for (const [path, file] of tree) {
      const old = before.get(path);
      if (old?.mode === file.mode && old.data === file.data) continue;
      lines.push(file.mode === '160000' ? `M 160000 ${file.data} ${path}\n` : `M ${file.mode} inline ${path}\ndata ${file.data.length}\n${file.data}\n`);
    }
    this.#stream.push(lines.join(''), '\n');
    return { mark, tree };
  }

  ref(name: string, commit: Commit): void { this.#stream.push(`reset ${name}\nfrom :${commit.mark}\n\n`); }

  flush(): void {
    fastImport(this.dir, Buffer.from(this.#stream.join(''), 'latin1'), this.#marksFile);
    this.#stream = [];
  }

  /** mark → object id of every commit flushed so far */
  oids(): ReadonlyMap<number, string> {
    return new Map(readFileSync(this.#marksFile, 'utf8').split('\n').filter((line) => line !== '').map((line) => {
      const [mark, oid] = line.split(' ');
      return [Number(mark!.slice(1)), oid!] as const;
    }));
  }

  /** A tree that git made, with its contents. */
  load(treeish: string): Map<string, File> {
    const tree = new Map<string, File>();
    const entries = git(this.dir, ['ls-tree', '-r', '-z', treeish]).split('\0').filter((line) => line !== '')
      .map((line) => /^(\d+) (\w+) ([0-9a-f]+)\t([^]*)$/.exec(line)!);
    const blobs = git(this.dir, ['cat-file', '--batch'], { input: entries.filter((m) => m[2] === 'blob').map((m) => `${m[3]}\n`).join('') });
    let at = 0;
    for (const [, mode, type, oid, path] of entries) {
      if (type !== 'blob') { tree.set(path!, { mode: '160000', data: oid! }); continue; }
      const header = /^\S+ blob (\d+)\n/.exec(blobs.slice(at, at + 80))!;
      const start = at + header[0].length;
      at = start + Number(header[1]);
      tree.set(path!, { mode: mode as FileMode, data: blobs.slice(start, at) });
      at += 1;
    }
    return tree;
  }
}

/** A source while it is being written. */
export class Draft {
  readonly author: string;
  readonly family: Family;
  readonly #forge: Forge;
  head: Commit;
  tree: Map<string, File>;
  constructor(forge: Forge, from: Commit, author: string, family: Family) {
    this.#forge = forge;
    this.head = from;
    this.tree = new Map(from.tree);
    this.author = author;
    this.family = family;
  }
  get(path: string): File | undefined { return this.tree.get(path); }
  text(path: string): string { return this.tree.get(path)?.data ?? ''; }
  write(path: string, data: string, mode?: FileMode): void { this.tree.set(path, { mode: mode ?? this.tree.get(path)?.mode ?? '100644', data }); }
  drop(path: string): void { this.tree.delete(path); }
  edit(path: string, change: (lines: string[]) => readonly string[]): void { this.write(path, textOf(change(linesOf(this.text(path))))); }
  /** Replaces `count` lines at `at`. */
  splice(path: string, at: number, count: number, ...lines: string[]): void {
    this.edit(path, (old) => { old.splice(at, count, ...lines); return old; });
  }
  /** A file where none may stand: what is in its way, above or below, goes. */
  put(path: string, file: File): void {
    for (const other of [...this.tree.keys()]) if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) this.tree.delete(other);
    this.tree.set(path, file);
  }
  /** Nothing happens where there is nothing to move. */
  move(from: string, to: string): void {
    const file = this.tree.get(from);
    if (file === undefined || from === to) return;
    this.tree.delete(from);
    this.put(to, file);
  }
  under(directory: string): string[] { return [...this.tree.keys()].filter((path) => path.startsWith(`${directory}/`)); }
  moveAll(from: string, to: string, which: (path: string) => boolean = () => true): void {
    for (const path of this.under(from)) if (which(path)) this.move(path, to === '' ? path.slice(from.length + 1) : to + path.slice(from.length));
  }
  commit(message: string, others: readonly Commit[] = []): Commit {
    this.head = this.#forge.commit([this.head, ...others], this.tree, message, this.author);
    this.tree = new Map(this.head.tree);
    return this.head;
  }
}

export interface Place { readonly path: string; readonly style: Style; readonly at: number }

export class World {
  readonly random: Random;
  readonly forge: Forge;
  readonly bases: Commit[] = [];
  readonly sources: Source[] = [];
  /** text files, hottest first */
  readonly hot: string[] = [];
  readonly styles = new Map<string, Style>();
  /** lines that the base itself changed: the commit before, and the place there */
  readonly moved: { readonly before: number; readonly path: string; readonly at: number }[] = [];
  readonly #spots = new Map<string, number[]>();
  readonly #older: number;
  readonly #noise: number;
  readonly #renames: boolean;
  #refs = 0;

  /**
   * `older`: how often a source forks from an older base commit. `noise`: how often a source has everyday edits beside its feature. `renames`: there
   * are files and directories to rename, and the base renames some itself.
   */
  constructor(dir: string, seed: number, options: { readonly baseCommits: number; readonly older: number; readonly repetitive: number; readonly noise?: number; readonly renames?: boolean }) {
    this.random = new Random(seed);
    this.forge = new Forge(dir);
    this.#older = options.older;
    this.#noise = options.noise ?? 0.7;
    this.#renames = options.renames ?? false;
    const tree = this.#firstTree(options.repetitive);
    this.bases.push(this.forge.commit([], tree, 'Begin', 'ada'));
    for (let i = 1; i < options.baseCommits; i++) this.#moveBase(i);
  }

  get tip(): Commit { return this.bases.at(-1)!; }

  #firstTree(repetitive: number): Map<string, File> {
    const r = this.random;
    const tree = new Map<string, File>();
    const text = (path: string, style: Style, size: number): void => {
      tree.set(path, { mode: '100644', data: makeText(r, style, size) });
      this.styles.set(path, style);
    };
    const many = (n: number, style: Style, path: (i: number) => string, low: number, high: number): void => {
      for (let i = 0; i < n; i++) text(path(i), style, r.between(low, high));
    };
    many(18, 'code', (i) => `src/${'abcd'[i % 4]}/module${i}.ts`, 50, 150);
    many(repetitive, 'repetitive', (i) => `lib/rep${i}.c`, 60, 140);
    many(Math.ceil(repetitive / 2) + 1, 'equal', (i) => `lib/eq${i}.c`, 110, 270);
    many(5, 'data', (i) => `data/table${i}.ini`, 40, 90);
    many(4, 'crlf', (i) => `win/form${i}.cs`, 40, 90);
    many(4, 'open', (i) => `data/open${i}.txt`, 8, 30);
    many(3, 'latin1', (i) => `data/na\xefve-\xff${i}.txt`, 20, 40);
    this.hot.push(...r.shuffle([...tree.keys()]));
    for (const path of this.hot) {
      const n = linesOf(tree.get(path)!.data).length;
      this.#spots.set(path, [r.below(n), r.below(n), r.below(n)]);
    }
    // Pools for the features that are not about lines. Their texts are unique: nothing that vanishes resembles anything that appears.
    for (let i = 0; i < 16; i++) tree.set(`old/doomed${i}.txt`, { mode: '100644', data: uniqueText(r, 20) });
    for (let i = 0; i < 8; i++) tree.set(`node/knot${i}`, { mode: '100644', data: uniqueText(r, 12) });
    for (let i = 0; i < 6; i++) for (const name of ['a', 'b', 'sub/c']) tree.set(`pack/p${i}/${name}`, { mode: '100644', data: uniqueText(r, 10) });
    for (let i = 0; i < 8; i++) tree.set(`bin/image${i}.png`, { mode: '100644', data: binary(r) });
    for (let i = 0; i < 6; i++) tree.set(`tools/run${i}.sh`, { mode: i % 2 === 0 ? '100644' : '100755', data: uniqueText(r, 15) });
    for (let i = 0; i < 6; i++) tree.set(`links/to${i}`, { mode: '120000', data: `../src/${r.hex(8)}` });
    for (let i = 0; i < 5; i++) tree.set(`vendor/dep${i}`, { mode: '160000', data: r.hex(40) });
    for (let i = 0; i < 4; i++) tree.set(`empty/none${i}`, { mode: '100644', data: '' });
    if (this.#renames) this.#movable(tree);
    return tree;
  }

  /** Files that resemble each other a little, much, or wholly, and directories of such. */
  #movable(tree: Map<string, File>): void {
    const r = this.random;
    const like = makeText(r, 'code', 24);
    const resembling = (changes: number): string => {
      let lines = linesOf(like);
      for (let n = changes; n > 0; n--) lines = mutate(r, 'code', lines, r.below(lines.length));
      return textOf(lines);
    };
    const add = (path: string, data: string, mode: FileMode = '100644'): void => { tree.set(path, { mode, data }); };
    for (let i = 0; i < 8; i++) add(`ren/${'abc'[i % 3]}/file${i}.ts`, makeText(r, r.pick(['code', 'data', 'crlf', 'open', 'latin1'] as const), 18));
    for (let i = 0; i < 4; i++) add(`ren/same${i}.txt`, like);
    for (let i = 0; i < 4; i++) add(`ren/like${i}.txt`, resembling(2 + i));
    for (let i = 0; i < 3; i++) { add(`ren/link${i}`, `../ren/${r.hex(6)}`, '120000'); add(`ren/dep${i}`, r.hex(40), '160000'); add(`ren/blob${i}.bin`, binary(r)); }
    for (let i = 0; i < 6; i++) {
      for (const name of ['main.ts', 'util.ts', 'deep/one.ts', 'deep/two.ts']) add(`pkg/p${i}/${name}`, r.chance(0.3) ? resembling(5) : makeText(r, 'code', 14));
      add(`pkg/p${i}/index.ts`, resembling(3));
      add(`pkg/p${i}/LICENSE`, 'the same everywhere\nand short\n');
    }
    for (let i = 0; i < 6; i++) for (const name of ['a', 'b', 'c']) add(`own/g${i}/${name}.ts`, makeText(r, 'code', 14));
  }

  #moveBase(i: number): void {
    const r = this.random;
    const draft = this.begin(this.tip);
    for (let n = r.between(1, 3); n > 0; n--) {
      const { path, at, style } = this.place(['code', 'data', 'crlf', 'repetitive'], 4);
      this.moved.push({ before: i - 1, path, at });
      draft.edit(path, (lines) => mutate(r, style, lines, at));
    }
    if (i % 3 === 0) draft.write(`docs/note${i}.md`, uniqueText(r, 15));
    if (i % 4 === 1) draft.drop(`old/doomed${15 - (i >> 2)}.txt`);
    if (this.#renames) this.#renameInBase(draft, i);
    this.bases.push(draft.commit(`Base ${i}`));
  }

  /** Only what is under own/: the rest stays where features look for it. */
  #renameInBase(draft: Draft, i: number): void {
    const r = this.random;
    const group = `own/g${i % 6}`;
    if (i % 3 === 1) draft.move(`${group}/${r.pick(['a', 'b', 'c'])}.ts`, `own/moved${i}.ts`);
    else if (i % 3 === 2) draft.moveAll(group, `own/h${i}`);
    else if (r.chance(0.5)) draft.drop(`${group}/a.ts`);
  }

  /** Merges a source into the base: its own files, which the base has not touched since. */
  mergeIntoBase(source: Source, paths: readonly string[]): void {
    const tree = new Map(this.tip.tree);
    for (const path of paths) tree.set(path, source.commit.tree.get(path)!);
    this.bases.push(this.forge.commit([this.tip, source.commit], tree, `Merge ${source.ref}`, 'ada'));
  }

  begin(from: Commit, family: Family = { integrable: true }): Draft { return new Draft(this.forge, from, this.random.pick(PEOPLE), family); }

  /** Usually the base; now and then an older one, at which `path`, if given, was the same. */
  fork(path?: string): Commit {
    const older = this.random.pick(this.bases);
    const same = path === undefined || older.tree.get(path)?.data === this.tip.tree.get(path)?.data;
    return same && this.random.chance(this.#older) ? older : this.tip;
  }

  /** Somewhere in a hot text file of the base, with `room` lines before and after. */
  place(styles: readonly Style[], room = 6): Place {
    for (;;) {
      const path = this.random.zipf(this.hot.filter((p) => styles.includes(this.styles.get(p)!)));
      const n = linesOf(this.tip.tree.get(path)!.data).length;
      if (n > 2 * room) return { path, style: this.styles.get(path)!, at: this.random.between(room, n - room) };
    }
  }

  /** Everyday edits: Zipf-distributed files, mostly near one of a file's few busy places. */
  plain(draft: Draft, edits: number): void {
    const r = this.random;
    for (let n = edits; n > 0; n--) {
      const path = r.zipf(this.hot);
      const file = draft.get(path);
      if (file === undefined || (file.mode !== '100644' && file.mode !== '100755')) continue;
      const lines = linesOf(file.data);
      const at = r.chance(0.7) ? r.pick(this.#spots.get(path)!) + r.between(-3, 3) : r.below(Math.max(1, lines.length));
      draft.edit(path, (old) => mutate(r, this.styles.get(path)!, old, at));
    }
  }

  /** Commits what is open, adds everyday edits around it, and gives the draft a ref. */
  finish(draft: Draft, features: readonly string[], noise: 'noise' | 'quiet' = 'noise'): Source {
    const r = this.random;
    if (noise === 'noise' && r.chance(this.#noise)) {
      // in the same commit, or in one of its own
      if (r.chance(0.5)) draft.commit('Work');
      this.plain(draft, r.between(1, 3));
    }
    draft.commit(`Finish ${features.join(', ')}`);
    const n = ++this.#refs;
    const ref = n % 9 === 0 ? `refs/pull/${n}/head` : `refs/heads/${draft.author}/${features[0]!.replaceAll(/[^a-z0-9]+/g, '-')}-${n}`;
    this.forge.ref(ref, draft.head);
    const source: Source = { ref, commit: draft.head, features: new Set(features), family: draft.family };
    this.sources.push(source);
    return source;
  }

}
