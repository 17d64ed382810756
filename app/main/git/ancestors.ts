// Which merges make the one base of two commits with several merge bases: git's order (merge-ort; `git merge-tree`), from history
// alone. Their trees are made by core/treeMerge/ancestor.ts.
import type { Oid } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import type { RepositoryReader } from '../../core/repository.ts';
import type { Ancestor } from '../../core/treeMerge/ancestor.ts';
import { mergeBases } from './history.ts';

/** Merges of merge bases for one pair of commits, those for merge bases of merge bases included: beyond, no answer. */
export const MOST_MERGES = 64;

/** `null`: nothing in common; undefined: more than `most` merges. Throws what stands in the place of a commit that cannot be read. */
export async function ancestorOf(reader: Pick<RepositoryReader, 'commits'>, a: Oid, b: Oid, most = MOST_MERGES): Promise<Ancestor | undefined> {
  let left = most;
  const find = async (ones: readonly Oid[], other: Oid): Promise<Ancestor | undefined> => {
    const bases = (await mergeBases(reader, ones, other)).reverse();
    left -= Math.max(0, bases.length - 1);
    if (left < 0) return undefined;
    const trees: Oid[] = [];
    for (const commit of await reader.commits(bases)) {
      if (commit instanceof AcumenError) throw commit;
      trees.push(commit.tree);
    }
    let ancestor: Ancestor = trees[0] ?? null;
    for (let i = 1; i < bases.length; i++) {
      const over = await find(bases.slice(0, i), bases[i]!);
      if (over === undefined) return undefined;
      ancestor = { over, left: ancestor, right: trees[i]! };
    }
    return ancestor;
  };
  return find([a], b);
}
