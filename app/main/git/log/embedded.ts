// Much of a history at once, for readers without git's plumbing: commits walked in waves, trees compared with what is alike in them kept.
import { join } from 'node:path';
import type { Oid, PathBytes } from '../../../core/bytes.ts';
import { type Changes, isRegular } from '../../../core/changes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { Ancestry, Known, MergedPath, PathChange, RepositoryReader, TreePair } from '../../../core/repository.ts';
import { settleAll } from '../../../core/waves.ts';
import { readSmall } from '../embedded/files.ts';
import { isOid } from '../oids.ts';
import { Trees } from '../trees.ts';

/** Of a clone that was cut off, its file `shallow` (gitformat-pack(5) calls it $GIT_DIR/shallow): one id a line. */
const SHALLOW_BYTES = 16 << 20;

export function shallowCommits(gitDir: string, digits: number): Oid[] {
  const text = readSmall(join(gitDir, 'shallow'), SHALLOW_BYTES)?.toString('latin1') ?? '';
  return text.split('\n').filter((line): line is Oid => line.length === digits && isOid(line));
}

/** Commits in waves, all that are next at once. Where one cannot be had, history is cut off there. */
export async function walkAncestry(reader: Pick<RepositoryReader, 'commits'>, head: Oid, known: Known, most: number): Promise<Ancestry> {
  const commits: { readonly oid: Oid; readonly parents: readonly Oid[] }[] = [];
  const met = new Set<Oid>([head]);
  let isCut = false;
  for (let wave: Oid[] = known.has(head) ? [] : [head]; wave.length > 0;) {
    const found = await reader.commits(wave), next: Oid[] = [];
    for (const [i, commit] of found.entries()) {
      if (commit instanceof AcumenError) {
        if (wave[i] === head) throw commit;
        isCut = true;
        continue;
      }
      if (commits.length === most) return { commits, isCut: true };
      commits.push({ oid: commit.oid, parents: commit.parents });
      for (const parent of commit.parents) {
        if (met.has(parent)) continue;
        met.add(parent);
        if (!known.has(parent)) next.push(parent);
      }
    }
    wave = next;
  }
  return { commits, isCut };
}

/** Memory for trees is let go of between two calls where it has become much. */
const treesOf = new WeakMap<RepositoryReader, Trees>();

/** As HistoryReader.changes says; `lines` is answered as `paths` is. */
export async function changesBetween(reader: RepositoryReader, pairs: readonly TreePair[], _how: 'lines' | 'paths'): Promise<(readonly PathChange[] | AcumenError)[]> {
  let trees = treesOf.get(reader);
  if (trees === undefined) treesOf.set(reader, trees = new Trees(reader));
  trees.trim();
  const held = trees, out: (readonly PathChange[] | AcumenError)[] = [];
  await settleAll(held, pairs.map((pair, i) => ({ pair, i })), ({ pair, i }) => {
    try {
      out[i] = withExactRenames(held.diff(pair.before, pair.after));
    } catch (error) {
      if (!(error instanceof AcumenError)) throw error;
      out[i] = error;
    }
  });
  return out;
}

/** As HistoryReader.merges says, without hunks. */
export async function mergedPaths(reader: RepositoryReader, oids: readonly Oid[]): Promise<(readonly MergedPath[] | AcumenError)[]> {
  const commits = await reader.commits(oids), parents = new Map<Oid, Oid>();
  for (const commit of await reader.commits([...new Set(commits.flatMap((one) => (one instanceof AcumenError ? [] : one.parents)))])) {
    if (!(commit instanceof AcumenError)) parents.set(commit.oid, commit.tree);
  }
  const trees = treesOf.get(reader) ?? new Trees(reader), out: (readonly MergedPath[] | AcumenError)[] = [];
  treesOf.set(reader, trees);
  trees.trim();
  await settleAll(trees, commits.map((commit, i) => ({ commit, i })), ({ commit, i }) => {
    if (commit instanceof AcumenError) { out[i] = commit; return; }
    try {
      const sides = commit.parents.map((parent) => { const tree = parents.get(parent); return tree === undefined ? null : trees.diff(tree, commit.tree); });
      const [first] = sides;
      out[i] = first === null || first === undefined || sides.includes(null) ? [] : [...first].flatMap(([path, { after }]): MergedPath[] => {
        const changes = sides.map((side) => side!.get(path));
        return changes.includes(undefined) ? [] : [{ path, after, sides: changes.map((change) => ({ before: change!.before, hunks: null })) }];
      });
    } catch (error) {
      if (!(error instanceof AcumenError)) throw error;
      out[i] = error;
    }
  });
  return out;
}

/** Equal contents that went and came, in order of their paths: files of one name first (diffcore-rename.c). */
function withExactRenames(changes: Changes): PathChange[] {
  const gone = new Map<Oid, PathBytes[]>();
  for (const [path, { before, after }] of changes) {
    if (before === null || after !== null) continue;
    const same = gone.get(before.oid);
    if (same === undefined) gone.set(before.oid, [path]); else same.push(path);
  }
  const taken = new Map<PathBytes, PathBytes>(), from = new Map<PathBytes, PathBytes>();
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  for (const [path, { before, after }] of changes) {
    if (before !== null || after === null) continue;
    const left = (gone.get(after.oid) ?? []).filter((one) => !taken.has(one) && isRegular(changes.get(one)!.before) === isRegular(after));
    const source = left.find((one) => nameOf(one) === nameOf(path)) ?? left[0];
    if (source === undefined) continue;
    taken.set(source, path);
    from.set(path, source);
  }
  const out: PathChange[] = [];
  for (const [path, { before, after }] of changes) {
    if (taken.has(path)) continue;
    const source = from.get(path) ?? null;
    out.push({ path, from: source, before: source === null ? before : changes.get(source)!.before, after, hunks: null });
  }
  return out;
}
