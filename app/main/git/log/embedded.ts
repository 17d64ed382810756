// Much of a history at once, for readers without git's plumbing: commits walked in waves, trees compared with what is alike in them kept.
import { join } from 'node:path';
import type { Oid } from '../../../core/bytes.ts';
import type { Changes } from '../../../core/changes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { Ancestry, Commit, Known, MergedPath, PathChange, RepositoryReader, TreePair } from '../../../core/repository.ts';
import { LACKING, settleAll } from '../../../core/waves.ts';
import { readSmall } from '../embedded/files.ts';
import { Commits, DateQueue } from '../walking.ts';
import { isOid } from '../oids.ts';
import { Trees } from '../trees.ts';
import { Turns } from '../turns.ts';
import { mergedPath } from './merged.ts';
import { renamed } from './renames.ts';
import { hunksOf } from './texts.ts';

/** Of a clone that was cut off, its file `shallow` (gitformat-pack(5) calls it $GIT_DIR/shallow): one id a line. */
const SHALLOW_BYTES = 16 << 20;

export function shallowCommits(gitDir: string, digits: number): Oid[] {
  const text = readSmall(join(gitDir, 'shallow'), SHALLOW_BYTES)?.toString('latin1') ?? '';
  return text.split('\n').filter((line): line is Oid => line.length === digits && isOid(line));
}

/** Lines of history whose next commits are asked for together. */
const AHEAD = 512;

/** As HistoryReader.ancestry says, newest first as `git rev-list` does. Where a commit cannot be had, history is cut off there. */
export async function walkAncestry(reader: Pick<RepositoryReader, 'commits'>, head: Oid, known: Known, most: number): Promise<Ancestry> {
  const held = new Commits(reader), out: { readonly oid: Oid; readonly parents: readonly Oid[] }[] = [], met = new Set<Oid>([head]);
  const queue = new DateQueue<{ readonly commit: Commit; readonly date: number }>();
  let isCut = false;
  if (known.has(head)) return { commits: out, isCut };
  await held.fetch([head]);
  const first = held.get(head)!;
  queue.push({ commit: first, date: first.committer.time });
  for (let top = queue.top; top !== undefined; top = queue.top) {
    const isLacking = (oid: Oid): boolean => !met.has(oid) && !known.has(oid) && !held.has(oid);
    if (top.commit.parents.some(isLacking)) await held.fetch(queue.some(AHEAD).flatMap(({ commit }) => commit.parents.filter(isLacking)));
    if (out.length === most) return { commits: out, isCut: true };
    queue.pop();
    out.push({ oid: top.commit.oid, parents: top.commit.parents });
    for (const parent of top.commit.parents) {
      if (met.has(parent) || known.has(parent)) continue;
      met.add(parent);
      const commit = orError(() => held.get(parent)!);
      held.forget(parent);
      if (commit instanceof AcumenError) isCut = true; else queue.push({ commit, date: commit.committer.time });
    }
  }
  return { commits: out, isCut };
}

/** Trees stay from one call to the next, until they have become much. */
const treesOf = new WeakMap<RepositoryReader, Trees>();

function treesFor(reader: RepositoryReader): Trees {
  let trees = treesOf.get(reader);
  if (trees === undefined) treesOf.set(reader, trees = new Trees(reader));
  trees.trim();
  return trees;
}

/** As HistoryReader.changes says. */
export async function changesBetween(reader: RepositoryReader, pairs: readonly TreePair[], how: 'lines' | 'paths'): Promise<(readonly PathChange[] | AcumenError)[]> {
  const trees = treesFor(reader), differing: (Changes | AcumenError)[] = [], turns = new Turns();
  await settleAll(trees, pairs.map((pair, i) => ({ pair, i })), ({ pair, i }) => { differing[i] = orError(() => trees.diff(pair.before, pair.after)); }, () => turns.turn());
  const out: (readonly PathChange[] | AcumenError)[] = [];
  for (const changes of differing) {
    if (changes instanceof AcumenError) { out.push(changes); continue; }
    const list = await renamed(reader, changes, how === 'lines');
    const hunks = how === 'lines' ? await hunksOf(reader, list, turns) : list.map(() => null);
    out.push(hunks.find((one) => one instanceof AcumenError) ?? list.map((one, i) => ({ ...one, hunks: hunks[i] as Uint32Array | null })));
  }
  return out;
}

/** As HistoryReader.merges says. */
export async function mergedPaths(reader: RepositoryReader, oids: readonly Oid[]): Promise<(readonly MergedPath[] | AcumenError)[]> {
  const commits = await reader.commits(oids), parents = new Map<Oid, Oid>();
  for (const commit of await reader.commits([...new Set(commits.flatMap((one) => (one instanceof AcumenError ? [] : one.parents)))])) {
    if (!(commit instanceof AcumenError)) parents.set(commit.oid, commit.tree);
  }
  const trees = treesFor(reader), turns = new Turns(), found: (readonly MergedPath[] | AcumenError)[] = [];
  await settleAll(trees, commits.map((commit, i) => ({ commit, i })), ({ commit, i }) => {
    found[i] = commit instanceof AcumenError ? commit : orError(() => inNone(commit, parents, trees));
  }, () => turns.turn());
  const out: (readonly MergedPath[] | AcumenError)[] = [];
  for (const paths of found) {
    if (paths instanceof AcumenError) { out.push(paths); continue; }
    const pairs = paths.flatMap(({ after, sides }) => sides.map(({ before }) => ({ before, after }))), hunks = await hunksOf(reader, pairs, turns);
    let n = 0;
    const withHunks = paths.map(({ path, after, sides }) => mergedPath(path, after, sides.map(({ before }) => before), sides.map(() => hunks[n++] as Uint32Array | null)));
    out.push(hunks.find((one) => one instanceof AcumenError) ?? withHunks);
  }
  return out;
}

/** Paths of a merge in which it differs from all its parents, where these are there. */
function inNone(commit: Commit, treeOf: ReadonlyMap<Oid, Oid>, trees: Trees): MergedPath[] {
  const known = commit.parents.map((parent) => treeOf.get(parent));
  if (known.includes(undefined)) return [];
  const lacking = known.filter((tree) => !trees.canDiff(tree!, commit.tree));
  if (lacking.length > 0) throw LACKING;
  const [first, ...others] = known.map((tree) => trees.diff(tree!, commit.tree));
  return [...first ?? []].flatMap(([path, { before, after }]): MergedPath[] => {
    const rest = others.map((side) => side.get(path));
    return rest.includes(undefined) ? [] : [{ path, after, sides: [before, ...rest.map((change) => change!.before)].map((entry) => ({ before: entry, hunks: null })) }];
  });
}

function orError<T>(work: () => T): T | AcumenError {
  try {
    return work();
  } catch (error) {
    if (error instanceof AcumenError) return error;
    throw error;
  }
}
