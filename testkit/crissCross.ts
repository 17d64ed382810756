// Random histories in which branches are merged crosswise, so that two tips have several merge bases, and those in turn; git's own
// answers to merging the tips, and ours: the slow twin of core/treeMerge/ancestor.ts and main/git/ancestors.ts.
import type { Oid, PathBytes } from '../app/core/bytes.ts';
import type { PathConflict } from '../app/core/changes.ts';
import { bug } from '../app/core/errors.ts';
import type { Commit, TreeEntry } from '../app/core/repository.ts';
import { type Ancestor, Ancestors, type Overlaid } from '../app/core/treeMerge/ancestor.ts';
import { Similarities, mergeTrees } from '../app/core/treeMerge/merge.ts';
import { settle } from '../app/core/waves.ts';
import { ancestorOf } from '../app/main/git/ancestors.ts';
import { encodeTree } from '../app/main/git/format.ts';
import { objectId } from '../app/main/git/oids.ts';
import { fastImport, git, gitFields, initBare, tempDir } from './git.ts';
import { Random } from './random.ts';
import { type Blobs, type Entries, type File, type Files, change, changesOf, contentsOf, directories, entriesOf, names, place, shown, some, treeOf } from './treeMerges.ts';

export interface Made { readonly parents: readonly number[]; readonly files: Files; readonly time: number }
/** `commits`: parents come first. `left` and `right` are merged, as the base and a tip. */
export interface History { readonly commits: readonly Made[]; readonly left: number; readonly right: number }

const DAWN = 1_700_000_000;

/** As somebody might merge: what one side left alone is the other's, of the rest now one side's, now the other's. */
function resolved(random: Random, base: Files, ours: Files, theirs: Files): Map<string, File> {
  const files = new Map(ours);
  for (const path of new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])) {
    const b = base.get(path), o = ours.get(path), t = theirs.get(path);
    const same = (x: typeof b, y: typeof b): boolean => x?.mode === y?.mode && x?.content === y?.content;
    if (same(o, t) || same(b, t) || (!same(b, o) && random.chance(0.5))) continue;
    files.delete(path);
    if (t !== undefined) place(files, path, t);
  }
  return files;
}

export function randomHistory(seed: number): History {
  const random = new Random(seed);
  const commits: Made[] = [];
  let time = DAWN;
  const add = (parents: readonly number[], files: Files): number => {
    if (random.chance(0.8)) time += random.between(1, 100);
    return commits.push({ parents, files, time }) - 1;
  };
  const files = new Map<string, File>();
  const first = some(random);
  for (let n = random.between(2, 10); n > 0; n--) place(files, random.pick(directories) + random.pick(names), random.chance(0.2) ? first : some(random));
  const rootless = random.chance(0.05);
  const root = add([], files);
  let since: Files = rootless ? new Map() : files;
  const branches = random.pick([2, 2, 2, 3, 3, 4]);
  let heads = Array.from({ length: branches }, () => add(rootless ? [] : [root], change(random, files, 3)));
  for (let round = random.between(1, 3); round > 0; round--) {
    const before = heads.map((head) => commits[head]!.files);
    heads = heads.map((head, i) => {
      // everyone merges everyone else's state before this round, one after another
      let mine = head;
      for (const [j, other] of heads.entries()) {
        if (j === i || (branches > 2 && random.chance(0.15))) continue;
        let merged = resolved(random, since, commits[mine]!.files, before[j]!);
        if (random.chance(0.2)) merged = change(random, merged, 1);
        mine = add([mine, other], merged);
      }
      return mine;
    });
    since = before[0]!;
    heads = heads.map((head) => (random.chance(0.7) ? add([head], change(random, commits[head]!.files, 2)) : head));
  }
  return { commits, left: heads[0]!, right: heads[1]! };
}

export interface Verdict { readonly clean: boolean; readonly files: ReadonlyMap<string, string> }
export interface GitVerdict extends Verdict { readonly conflicting: readonly string[] }

export interface Judge {
  /** null where git 2.39 ends with a failed assertion */
  readonly answers: readonly (GitVerdict | null)[];
  /** was a tree among those that git wrote, virtual ancestors included? */
  wrote(tree: Oid): boolean;
  close(): void;
}

const branch = (name: string, mark: number, commit: number): string => `reset refs/heads/${name}\nfrom :${mark + commit + 1}\n\n`;

/** For fast-import: the commits, their marks after `mark`. */
function write(out: string[], { commits }: History, mark: number, message: string): void {
  for (const [n, { parents, files, time }] of commits.entries()) {
    out.push(`commit refs/made/c${mark + n}\nmark :${mark + n + 1}\ncommitter T <t@example.invalid> ${time} +0000\ndata ${message.length}\n${message}\n`);
    parents.forEach((parent, i) => out.push(`${i === 0 ? 'from' : 'merge'} :${mark + parent + 1}\n`));
    out.push('deleteall\n');
    for (const [path, { mode, content }] of files) {
      if (mode === '160000') out.push(`M 160000 ${content} ${path}\n`);
      else out.push(`M ${mode} inline ${path}\ndata ${Buffer.byteLength(content, 'latin1')}\n${content}\n`);
    }
  }
}

/** A history as a repository: its left side is `main`, every other end of it a branch. Answers the branches' full names. */
export function crossedRepository(dir: string, history: History): string[] {
  initBare(dir);
  const out: string[] = [];
  write(out, history, 0, 'made');
  const inner = new Set(history.commits.flatMap(({ parents }) => parents));
  const ends = history.commits.keys().filter((n) => !inner.has(n) && n !== history.left).toArray();
  fastImport(dir, Buffer.from([...out, branch('main', 0, history.left), ...ends.map((n) => branch(`end${n}`, 0, n))].join(''), 'latin1'));
  return ends.map((n) => `refs/heads/end${n}`);
}

/** One repository for all; each pair is merged by a process of its own where one for all fails. */
async function judgeHistories(histories: readonly History[]): Promise<Judge> {
  const dir = tempDir('criss-cross');
  try {
    initBare(dir.path);
    const out: string[] = [];
    let mark = 0;
    histories.forEach((history, h) => {
      write(out, history, mark, `${h}`);
      out.push(branch(`left${h}`, mark, history.left), branch(`right${h}`, mark, history.right));
      mark += history.commits.length;
    });
    fastImport(dir.path, Buffer.from(out.join(''), 'latin1'));
    const options = ['merge-tree', '--write-tree', '--no-messages', '--name-only', '--allow-unrelated-histories'];
    const ask = async (from: number, to: number): Promise<(GitVerdict | null)[]> => {
      try {
        const found: GitVerdict[] = [];
        let fields: string[] = [];
        const input = Array.from({ length: to - from }, (_, i) => `refs/heads/left${from + i} refs/heads/right${from + i}\n`);
        for await (const field of gitFields(dir.path, [...options, '--stdin'], input)) {
          fields.push(field);
          if (field !== '') continue;
          const clean = fields[0] === '1', files = new Map<string, string>();
          if (clean) for (const line of git(dir.path, ['ls-tree', '-r', '-z', fields[1]!]).split('\0')) {
            const m = /^(\d+) \w+ (\w+)\t(.*)$/s.exec(line);
            if (m !== null) files.set(m[3]!, `${m[1]} ${m[2]}`);
          }
          found.push({ clean, files, conflicting: fields.slice(2, -1) });
          fields = [];
        }
        return found;
      } catch (error) {
        if (!/Assertion/.test((error as Error).message)) throw error;
        if (to - from === 1) return [null];
        const middle = (from + to) >> 1;
        return [...await ask(from, middle), ...await ask(middle, to)];
      }
    };
    const answers = await ask(0, histories.length);
    if (answers.length !== histories.length) throw new Error(`git answered ${answers.length} of ${histories.length} merges`);
    const written = new Set(git(dir.path, ['cat-file', '--batch-all-objects', '--batch-check=%(objectname)']).split('\n'));
    return { answers, wrote: (tree) => written.has(tree), close: () => dir.remove() };
  } catch (error) {
    dir.remove();
    throw error;
  }
}

export interface Ours extends Verdict {
  readonly conflicts: readonly PathConflict[];
  /** merges of merge bases that it took; 0 where there is one merge base */
  readonly merges: number;
  /** the trees of those merges, as git would name them */
  readonly virtual: readonly Oid[];
}

export async function mergedHistory({ commits, left, right }: History): Promise<Ours> {
  const blobs: Blobs = new Map();
  const trees = new Map<Oid, Entries>();
  const known = new Map<Oid, Commit>();
  const idOf = (n: number): Oid => n.toString(16).padStart(40, '0') as Oid;
  commits.forEach(({ parents, files, time }, n) => {
    const person = { name: 'T', email: 't@example.invalid', time, zone: '+0000' };
    trees.set(idOf(n), entriesOf(files, blobs));
    known.set(idOf(n), { oid: idOf(n), tree: idOf(n), parents: parents.map(idOf), author: person, committer: person, message: '' } as unknown as Commit);
  });
  const entriesAt = (root: Oid | null): Entries => (root === null ? new Map() : trees.get(root)!);
  const ancestor = await ancestorOf({ commits: (oids) => Promise.resolve(oids.map((oid) => known.get(oid)!)) }, idOf(left), idOf(right));
  if (ancestor === undefined) throw bug('a small history takes too many merges');

  const contents = contentsOf(blobs), similarities = new Similarities(contents);
  const virtual = new Ancestors({
    diff: (a, b) => changesOf(entriesAt(a), entriesAt(b)),
    isDirectory: (root, path) => treeOf(entriesAt(root)).isDirectory(path),
    filesUnder: (root, path) => treeOf(entriesAt(root)).filesUnder(path),
  }, contents, similarities);
  const at = (n: number): Overlaid => ({ root: idOf(n), changes: new Map() });
  const found = await settle(contents, () => {
    const from = virtual.tree(ancestor);
    return { from, ...mergeTrees(contents, virtual.baseTree(from), virtual.changes(from, at(left)), virtual.changes(from, at(right)), similarities) };
  });
  const { from } = found;
  const made = (a: Ancestor, depth: number): Oid[] => (a === null || typeof a === 'string' ? []
    : [...made(a.left, depth), ...made(a.over, depth + 1), treeId(shown(entriesAt(virtual.tree(a, depth).root), virtual.tree(a, depth).changes))]);
  const ids = made(ancestor, 1);
  return { clean: found.conflicts.length === 0, conflicts: found.conflicts, files: shown(applied(entriesAt(from.root), from), found.changes), merges: ids.length, virtual: ids };
}

function applied(entries: Entries, { changes }: Overlaid): Entries {
  const out = new Map(entries);
  for (const [path, { after }] of changes) if (after === null) out.delete(path); else out.set(path, after);
  return out;
}

/** The id of the tree of these files. */
function treeId(files: ReadonlyMap<string, string>): Oid {
  const below = new Map<string, Map<string, string>>();
  const entries: TreeEntry[] = [];
  for (const [path, what] of files) {
    const slash = path.indexOf('/');
    if (slash < 0) entries.push({ name: path as PathBytes, mode: Number.parseInt(what, 8), oid: what.slice(what.indexOf(' ') + 1) as Oid });
    else below.set(path.slice(0, slash), (below.get(path.slice(0, slash)) ?? new Map()).set(path.slice(slash + 1), what));
  }
  for (const [name, inner] of below) entries.push({ name: name as PathBytes, mode: 0o040000, oid: treeId(inner) });
  return objectId('tree', encodeTree(entries));
}

/** Does git answer otherwise when the sides change places? docs/decisions/0014. */
async function dependsOnOrder(history: History): Promise<boolean> {
  const judge = await judgeHistories([history, { ...history, left: history.right, right: history.left }]);
  judge.close();
  const [one, other] = judge.answers;
  return one == null || other == null || one.clean !== other.clean || [...one.files].sort().join() !== [...other.files].sort().join();
}

export interface Agreed { readonly disagreements: readonly string[]; readonly several: number; readonly clean: number; readonly most: number; readonly failed: number; readonly virtual: number; /** conflicts of ours that git loses something in (docs/decisions/0014) */ readonly decided: number }

/** Of histories from one seed on: what differs, and how many had several merge bases, merged cleanly, took how many merges. */
export async function agreed(histories: readonly History[], first = 0): Promise<Agreed> {
  const judge = await judgeHistories(histories);
  try {
    const disagreements: string[] = [];
    let several = 0, clean = 0, most = 0, failed = 0, virtual = 0, decided = 0;
    for (const [i, history] of histories.entries()) {
      const theirs = judge.answers[i]!;
      if (theirs === null) { failed++; continue; }
      const say = (why: string): number => disagreements.push(`seed ${first + i}: ${why}`);
      let ours: Ours;
      try {
        ours = await mergedHistory(history);
      } catch (error) {
        say(`it throws: ${(error as Error).stack}`);
        continue;
      }
      if (ours.merges === 0) continue;
      several++;
      most = Math.max(most, ours.merges);
      if (theirs.clean) clean++;
      if (theirs.clean && !ours.clean && ours.conflicts.every(({ kind }) => kind === 'rename/add') && await dependsOnOrder(history)) decided++;
      else if (ours.clean !== theirs.clean) say(`git: ${theirs.clean ? 'clean' : `conflict ${theirs.conflicting.join(' ')}`}; ours: ${ours.clean ? 'clean' : ours.conflicts.map((c) => `${c.kind} ${c.path}`).join(', ')}`);
      else if (theirs.clean && [...theirs.files].sort().join() !== [...ours.files].sort().join()) say('trees differ');
      for (const tree of ours.virtual) {
        virtual++;
        if (!judge.wrote(tree)) say(`git made no tree ${tree} (of ${ours.virtual.length})`);
      }
    }
    return { disagreements, several, clean, most, failed, virtual, decided };
  } finally {
    judge.close();
  }
}

if (process.argv[1] === import.meta.filename) {
  const [first = 1, count = 500] = process.argv.slice(2).map(Number);
  const sum = { disagreements: 0, several: 0, clean: 0, most: 0, failed: 0, virtual: 0, decided: 0 };
  for (let at = first; at < first + count; at += 500) {
    const got = await agreed(Array.from({ length: Math.min(500, first + count - at) }, (_, i) => randomHistory(at + i)), at);
    for (const line of got.disagreements) console.log(line);
    sum.disagreements += got.disagreements.length;
    for (const key of ['several', 'clean', 'failed', 'virtual', 'decided'] as const) sum[key] += got[key];
    sum.most = Math.max(sum.most, got.most);
  }
  console.log(`${sum.disagreements} disagreements in ${count} histories, ${sum.several} with several merge bases (${sum.clean} clean, at most ${sum.most} merges for one, ${sum.virtual} virtual trees), ${sum.decided} by decision 0014, ${sum.failed} without git's answer`);
  if (sum.disagreements > 0) process.exitCode = 1;
}
