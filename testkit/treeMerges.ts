// Random small merges, dense in renames, moved directories, files against directories and odd modes, and git's own answers to
// them: the slow twin of core/treeMerge. One `git merge-tree --stdin` judges them all.
import { createHash } from 'node:crypto';
import { AcumenError } from '../app/core/errors.ts';
import type { Oid, PathBytes } from '../app/core/bytes.ts';
import type { Change, PathConflict } from '../app/core/changes.ts';
import { Contents } from '../app/core/contents.ts';
import type { Entry } from '../app/core/repository.ts';
import { type BaseTree, type MergedTrees, mergeTrees } from '../app/core/treeMerge/merge.ts';
import { settle } from '../app/core/waves.ts';
import { samePaths } from './candidates.ts';
import { fastImport, git, initBare, tempDir } from './git.ts';
import { type MergeAnswer, mergeAll } from './gitMerges.ts';
import { Random } from './random.ts';

/** A file: mode as git writes it, and content (for 160000 a commit id). */
export interface File { readonly mode: '100644' | '100755' | '120000' | '160000'; readonly content: string }
export type Files = ReadonlyMap<string, File>;
export interface Merge { readonly base: Files; readonly left: Files; readonly right: Files }
export interface Judged { readonly clean: boolean; /** path → "mode oid" of the merged tree, where clean */ readonly files: ReadonlyMap<string, string>; readonly messages: string; readonly answer: MergeAnswer }

const file = (content: string, mode: File['mode'] = '100644'): File => ({ mode, content });

/** Lines that many files share, so that similarity has something to weigh. */
function text(random: Random): string {
  const topic = random.below(4);
  const lines = random.between(1, 14);
  let out = '';
  for (let i = 0; i < lines; i++) out += random.chance(0.15) ? `odd ${random.below(1000)}\n` : `topic ${topic} line ${i} of a file that goes on a little\n`;
  return random.chance(0.1) ? out.slice(0, -1) : out;
}

function edited(random: Random, content: string): string {
  const lines = content.split(/(?<=\n)/);
  const strength = random.pick([1, 1, 1, 2, 4]);
  for (let n = 0; n < strength; n++) {
    const at = random.below(lines.length + 1);
    if (random.chance(0.4)) lines.splice(at, 0, `new ${random.below(3)} here\n`);
    else if (random.chance(0.5)) lines.splice(at, 1);
    else if (at < lines.length) lines[at] = `changed ${random.below(3)}\n`;
  }
  return lines.join('');
}

export const directories = ['', 'a/', 'b/', 'a/c/', 'd/', 'd/e/', 'a/c/f/', 'g/'];
export const names = ['x', 'y', 'z', 'w', 'a', 'c', 'Makefile', 'v.txt'];

/** Adds unless a file stands where a directory must, or the reverse. */
export function place(files: Map<string, File>, path: string, what: File): boolean {
  if ([...files.keys()].some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`))) return false;
  files.set(path, what);
  return true;
}

export function some(random: Random): File {
  if (random.chance(0.04)) return file('', '100644');
  if (random.chance(0.04)) return file(random.pick(['x', 'a/y', 'nowhere']), '120000');
  if (random.chance(0.03)) return file(random.pick(['1', '2', '3']).repeat(40), '160000');
  if (random.chance(0.04)) return file(`\0binary ${random.below(4)}\n`);
  return file(text(random), random.chance(0.1) ? '100755' : '100644');
}

export function change(random: Random, base: Files, most = 6): Map<string, File> {
  const files = new Map(base);
  const steps = random.between(1, most);
  for (let n = 0; n < steps; n++) {
    const paths = [...files.keys()];
    if (paths.length === 0) break;
    const path = random.pick(paths);
    const what = files.get(path)!;
    const kind = random.below(12);
    if (kind < 3) { if (what.mode.startsWith('100')) files.set(path, { ...what, content: edited(random, what.content) }); }
    else if (kind === 3) files.delete(path);
    else if (kind === 4) place(files, random.pick(directories) + random.pick(names), some(random));
    else if (kind < 8) {
      files.delete(path);
      const to = random.chance(0.5) ? random.pick(directories) + path.slice(path.lastIndexOf('/') + 1) : random.pick(directories) + random.pick(names);
      if (!files.has(to)) place(files, to, random.chance(0.5) && what.mode.startsWith('100') ? { ...what, content: edited(random, what.content) } : what);
    } else if (kind < 10) {
      // a whole directory moves, now and then without some of its files
      const from = random.pick(directories.slice(1)), to = random.pick([...directories.slice(1), 'new/', 'new/deep/']);
      for (const [old, it] of [...files]) {
        if (!old.startsWith(from) || random.chance(0.1)) continue;
        files.delete(old);
        const next = to + old.slice(from.length);
        if (!files.has(next)) place(files, next, it);
      }
    } else if (kind === 10) files.set(path, some(random));
    else if (what.mode.startsWith('100')) files.set(path, { ...what, mode: what.mode === '100644' ? '100755' : '100644' });
  }
  if (random.chance(0.4)) place(files, random.pick(directories) + random.pick([...names, 'added1', 'added2']), some(random));
  return files;
}

export function randomMerge(seed: number): Merge {
  const random = new Random(seed);
  const base = new Map<string, File>();
  const count = random.between(2, 14);
  const copies: File[] = [];
  for (let n = 0; n < count; n++) {
    const what = copies.length > 0 && random.chance(0.25) ? random.pick(copies) : some(random);
    copies.push(what);
    place(base, random.pick(directories) + random.pick(names), what);
  }
  const left = change(random, base);
  let right = change(random, base);
  // both sides may have done one same thing
  if (random.chance(0.2)) {
    const same = change(random, base);
    return { base, left: change(random, same), right: change(random, same) };
  }
  if (random.chance(0.02)) right = new Map(left);
  return { base, left, right };
}

function commit(out: string[], mark: number, parent: number | null, files: Files, ref = `refs/heads/m${mark}`): void {
  out.push(`commit ${ref}\nmark :${mark}\ncommitter T <t@example.invalid> 1700000000 +0000\ndata 0\n`);
  if (parent !== null) out.push(`from :${parent}\n`);
  out.push('deleteall\n');
  for (const [path, { mode, content }] of files) {
    if (mode === '160000') out.push(`M 160000 ${content} ${path}\n`);
    else out.push(`M ${mode} inline ${path}\ndata ${Buffer.byteLength(content, 'latin1')}\n${content}\n`);
  }
}

function write(dir: string, merges: readonly Merge[]): void {
  initBare(dir);
  const out: string[] = [];
  merges.forEach(({ base, left, right }, i) => {
    commit(out, 3 * i + 1, null, base);
    commit(out, 3 * i + 2, 3 * i + 1, left);
    commit(out, 3 * i + 3, 3 * i + 1, right);
  });
  fastImport(dir, Buffer.from(out.join(''), 'latin1'));
}

/**
 * Many merges in one repository, each in a folder of its own: `main` did what the left sides did, each branch what one right side did.
 * Answers the branches' full names.
 */
export function carriedRepository(dir: string, first: number, count: number): string[] {
  initBare(dir);
  const merges = Array.from({ length: count }, (_, i) => randomMerge(first + i));
  const all = (pick: (merge: Merge, i: number) => Files): Files =>
    new Map(merges.flatMap((merge, i) => [...pick(merge, i)].map(([path, what]): [string, File] => [`m${i}/${path}`, what])));
  const out: string[] = [];
  commit(out, 1, null, all((merge) => merge.base), 'refs/heads/main');
  commit(out, 2, 1, all((merge) => merge.left), 'refs/heads/main');
  merges.forEach((_, i) => commit(out, 3 + i, 1, all((merge, n) => (n === i ? merge.right : merge.base)), `refs/heads/branch${i}`));
  fastImport(dir, Buffer.from(out.join(''), 'latin1'));
  return merges.map((_, i) => `refs/heads/branch${i}`);
}

/** git's answers, in order; null where git has none. */
export async function judge(merges: readonly Merge[]): Promise<(Judged | null)[]> {
  const dir = tempDir('tree-merges');
  try {
    write(dir.path, merges);
    const out: (Judged | null)[] = [];
    for await (const answer of mergeAll(dir.path, merges.map((_, i) => [`refs/heads/m${3 * i + 2}`, `refs/heads/m${3 * i + 3}`] as const), { keep: true })) {
      if (answer === null) { out.push(null); continue; }
      const files = new Map<string, string>();
      if (answer.clean) for (const line of git(dir.path, ['ls-tree', '-r', '-z', answer.tree]).split('\0')) {
        const m = /^(\d+) \w+ (\w+)\t(.*)$/s.exec(line);
        if (m !== null) files.set(m[3]!, `${m[1]} ${m[2]}`);
      }
      out.push({ clean: answer.clean, files, messages: answer.paths.join(' '), answer });
    }
    return out;
  } finally {
    dir.remove();
  }
}

/** For each merge whether git makes it, and if so, whether to that tree; null where git has no answer. In few processes. */
export async function judgeTrees(merges: readonly (Merge & { readonly expected: Files })[]): Promise<('same' | 'other' | 'conflict' | null)[]> {
  const dir = tempDir('tree-merges');
  try {
    write(dir.path, merges);
    const out: string[] = [];
    merges.forEach(({ expected }, i) => { commit(out, i + 1, null, expected, `refs/heads/e${i}`); });
    fastImport(dir.path, Buffer.from(out.join(''), 'latin1'));
    const trees = new Map(git(dir.path, ['for-each-ref', '--format=%(refname:short) %(tree)', 'refs/heads/e*']).trim().split('\n').map((line) => line.split(' ') as [string, string]));
    const answers: ('same' | 'other' | 'conflict' | null)[] = [];
    for await (const answer of mergeAll(dir.path, merges.map((_, i) => [`refs/heads/m${3 * i + 2}`, `refs/heads/m${3 * i + 3}`] as const))) {
      answers.push(answer === null ? null : !answer.clean ? 'conflict' : answer.tree === trees.get(`e${answers.length}`) ? 'same' : 'other');
    }
    return answers;
  } finally {
    dir.remove();
  }
}

/** Does git answer otherwise when the sides change places? It does where a rename meets a file that both sides added alike. */
export async function dependsOnOrder({ base, left, right }: Merge): Promise<boolean> {
  const [one, other] = await judge([{ base, left, right }, { base, left: right, right: left }]);
  return one == null || other == null || one.clean !== other.clean || [...one.files].sort().join() !== [...other.files].sort().join();
}

export type Entries = ReadonlyMap<PathBytes, Entry>;
export type Blobs = Map<Oid, Uint8Array>;

const blobId = (bytes: Uint8Array): Oid => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex') as Oid;

/** As core has files; their contents come into `blobs`. */
export function entriesOf(files: Files, blobs: Blobs): Entries {
  const entryOf = ({ mode, content }: File): Entry => {
    if (mode === '160000') return { mode: 0o160000, oid: content as Oid };
    const bytes = new Uint8Array(Buffer.from(content, 'latin1'));
    const oid = blobId(bytes);
    blobs.set(oid, bytes);
    return { mode: Number.parseInt(mode, 8), oid };
  };
  return new Map([...files].map(([path, what]) => [path as PathBytes, entryOf(what)]));
}

export function changesOf(from: Entries, to: Entries): Map<PathBytes, Change> {
  const out = new Map<PathBytes, Change>();
  for (const path of new Set([...from.keys(), ...to.keys()])) {
    const before = from.get(path) ?? null, after = to.get(path) ?? null;
    if (before?.mode !== after?.mode || before?.oid !== after?.oid) out.set(path, { before, after });
  }
  return out;
}

export function contentsOf(blobs: Blobs): Contents {
  const lost = (oid: Oid): AcumenError => new AcumenError('missing-object', `There is no ${oid}.`, '', {});
  return new Contents({
    load: (oids) => Promise.resolve(oids.map((oid) => blobs.get(oid) ?? lost(oid))),
    sizes: (oids) => Promise.resolve(oids.map((oid) => blobs.get(oid)?.length ?? lost(oid))),
    hash: blobId,
  });
}

export function treeOf(entries: Entries): BaseTree {
  return {
    isDirectory: (path) => [...entries.keys()].some((p) => p.startsWith(`${path}/`)),
    filesUnder: (directory) => [...entries.keys()].filter((p) => p.startsWith(`${directory}/`)),
  };
}

/** path → "mode oid" */
export function shown(from: Entries, changes: ReadonlyMap<PathBytes, Change>): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const add = (path: string, e: Entry): void => { files.set(path, `${e.mode.toString(8).padStart(6, '0')} ${e.oid}`); };
  for (const [path, e] of from) if (!changes.has(path)) add(path, e);
  for (const [path, c] of changes) if (c.after !== null) add(path, c.after);
  return files;
}

/** What core/treeMerge makes of it: its answer, and the merged tree's files as `judge` gives them. */
export async function merged({ base, left, right }: Merge): Promise<MergedTrees & { readonly files: ReadonlyMap<string, string> }> {
  const blobs: Blobs = new Map();
  const [b, l, r] = [base, left, right].map((files) => entriesOf(files, blobs)) as [Entries, Entries, Entries];
  const contents = contentsOf(blobs);
  const result = await settle(contents, () => mergeTrees(contents, treeOf(b), changesOf(b, l), changesOf(b, r)));
  return { ...result, files: shown(b, result.changes) };
}

/**
 * git 2.39 loses what was at a path of the base to which a directory rename takes a file, and calls that clean: docs/decisions/0014. No
 * merge in which it applies a directory rename is clean otherwise.
 */
const isLost = ({ base }: Merge, files: ReadonlyMap<string, string>, conflicts: readonly PathConflict[]): boolean =>
  conflicts.every(({ kind }) => kind === 'directory rename' || kind === 'rename/delete')
  && conflicts.some(({ kind, path }) => kind === 'directory rename' && base.has(path) && !files.has(path));

/** Seeds whose answers differ, with what differs. */
export async function disagreements(first: number, count: number): Promise<{ seed: number; why: string }[]> {
  const merges = Array.from({ length: count }, (_, i) => randomMerge(first + i));
  const answers = await judge(merges);
  const out: { seed: number; why: string }[] = [];
  for (const [i, merge] of merges.entries()) {
    const git = answers[i]!;
    if (git === null) continue;
    let ours;
    try {
      ours = await merged(merge);
    } catch (error) {
      out.push({ seed: first + i, why: `it throws: ${(error as Error).stack}` });
      continue;
    }
    const clean = ours.conflicts.length === 0;
    if (git.clean && !clean && ours.conflicts.every((c) => c.kind === 'rename/add') && await dependsOnOrder(merge)) continue;
    if (git.clean && !clean && isLost(merge, git.files, ours.conflicts)) continue;
    if (clean !== git.clean) out.push({ seed: first + i, why: `git: ${git.clean ? 'clean' : `conflict ${git.messages}`}; ours: ${clean ? 'clean' : ours.conflicts.map((c) => `${c.kind} ${c.path}`).join(', ')}` });
    else if (!clean && !samePaths(git.answer, ours.conflicts)) {
      out.push({ seed: first + i, why: `paths differ: git ${git.messages}; ours ${ours.conflicts.map((c) => `${c.kind} ${c.path}`).join(', ')}` });
    } else if (clean && [...git.files].sort().join() !== [...ours.files].sort().join()) {
      out.push({ seed: first + i, why: `trees differ: ${[...git.files].filter(([p, e]) => ours.files.get(p) !== e).join()} | ${[...ours.files].filter(([p, e]) => git.files.get(p) !== e).join()}` });
    }
  }
  return out;
}

if (process.argv[1] === import.meta.filename) {
  const [first = 1, count = 1000] = process.argv.slice(2).map(Number);
  let found = 0;
  for (let at = first; at < first + count; at += 1000) {
    for (const { seed, why } of await disagreements(at, Math.min(1000, first + count - at))) { found++; console.log(`seed ${seed}: ${why}`); }
  }
  console.log(`${found} disagreements in ${count} merges`);
  if (found > 0) process.exitCode = 1;
}
