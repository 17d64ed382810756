// Which merges make the one base of two commits with several merge bases: git's order (merge-ort; `git merge-tree`), from history
// alone. Their trees are made by core/treeMerge/ancestor.ts.
import type { Oid } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Commit, RepositoryReader } from '../../core/repository.ts';
import type { Ancestor } from '../../core/treeMerge/ancestor.ts';
import { mergeBases } from './mergeBases.ts';

/** Merges of merge bases for one pair of commits, those for merge bases of merge bases included: beyond, no answer. */
export const MOST_MERGES = 64;

type Commits = Pick<RepositoryReader, 'commits'>;

/** `null`: nothing in common; undefined: more than `most` merges. Throws what stands in the place of a commit that cannot be read. */
export async function ancestorOf(reader: Commits, a: Oid, b: Oid, most = MOST_MERGES): Promise<Ancestor | undefined> {
  return mergeOf(reader, await mergeBases(reader, a, b), { left: most });
}

/** `bases`: newest first. */
async function mergeOf(reader: Commits, bases: readonly Oid[], merges: { left: number }): Promise<Ancestor | undefined> {
  merges.left -= Math.max(0, bases.length - 1);
  if (merges.left < 0) return undefined;
  const oldestFirst = bases.toReversed();
  const trees = (await commitsOf(reader, oldestFirst)).map(({ tree }) => tree);
  let ancestor: Ancestor = trees[0] ?? null;
  for (let i = 1; i < oldestFirst.length; i++) {
    const over = await mergeOf(reader, await mergeBases(reader, oldestFirst.slice(0, i), oldestFirst[i]!), merges);
    if (over === undefined) return undefined;
    ancestor = { over, left: ancestor, right: trees[i]! };
  }
  return ancestor;
}

async function commitsOf(reader: Commits, oids: readonly Oid[]): Promise<Commit[]> {
  return (await reader.commits(oids)).map((commit) => {
    if (commit instanceof AcumenError) throw commit;
    return commit;
  });
}

/**
 * For the tips that have several merge bases with `base` (`basesOf`: newest first, those of one date in any order), as `ancestorOf`
 * answers, or the error. Tips that cross the base in one place get one and the same object.
 */
export async function ancestorsOf(
  reader: Commits, base: Oid, basesOf: ReadonlyMap<Oid, readonly Oid[]>, signal: AbortSignal,
): Promise<Map<Oid, Ancestor | AcumenError | undefined>> {
  const found = new Map<Oid, Ancestor | AcumenError | undefined>();
  const known = new Map<string, Ancestor | undefined>();
  for (const [tip, bases] of basesOf) {
    if (bases.length < 2) continue;
    signal.throwIfAborted();
    try {
      const times = new Set((await commitsOf(reader, bases)).map(({ committer }) => committer.time));
      const inOrder = times.size === bases.length ? bases : await mergeBases(reader, base, tip);
      const key = inOrder.join(' ');
      if (!known.has(key)) known.set(key, await mergeOf(reader, inOrder, { left: MOST_MERGES }));
      found.set(tip, known.get(key));
    } catch (error) {
      if (!(error instanceof AcumenError)) throw error;
      found.set(tip, error);
    }
  }
  return found;
}
