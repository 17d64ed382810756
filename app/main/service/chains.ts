// The commits of a segment as the steps it may be taken apart into: its tip's first parents, oldest first. Merges within it are one step
// with what they brought.
import type { Oid } from '../../core/bytes.ts';
import type { CutSegment, GraphCommit } from '../../core/segments.ts';

export interface Link {
  readonly commit: Oid;
  /** how many commits it stands for, with those it merged */
  readonly commits: number;
  /** why it stands for more than a person would call one change */
  readonly note?: string;
}

/** Steps that one segment is taken apart into, at most: each holds all that the segment changed until then. Of longer ones several commits are one. */
const MOST_STEPS = 256;

/**
 * `lower`: tips of what the segment stands on directly. A commit that does not reach all of them stands on less than the segment does, and
 * is one step with the first above it that does.
 */
export function chainOf({ tip, commits: own }: Pick<CutSegment, 'tip' | 'commits'>, lower: readonly Oid[], commits: ReadonlyMap<Oid, GraphCommit>, most = MOST_STEPS): Link[] {
  const inside = new Set(own), tops = new Set(lower);
  const line: Oid[] = [];
  for (let oid: Oid | undefined = tip; oid !== undefined && inside.has(oid); oid = commits.get(oid)!.parents[0]) line.push(oid);
  line.reverse();
  const reached = new Set<Oid>(), met = new Set<Oid>();
  const links: Link[] = [];
  let waiting = 0;
  for (const oid of line) {
    let fresh = 0;
    const stack = [oid];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (tops.has(at)) met.add(at);
      if (!inside.has(at) || reached.has(at)) continue;
      reached.add(at);
      fresh++;
      stack.push(...commits.get(at)!.parents);
    }
    waiting += fresh;
    if (met.size < tops.size) continue;
    links.push({ commit: oid, commits: waiting, ...waiting > fresh && { note: 'its earlier commits stand on less than the branch does' } });
    waiting = 0;
  }
  return links.length <= most ? links : inStretches(links, most);
}

/** The last of each of `most` stretches, as equal as can be. */
function inStretches(links: readonly Link[], most: number): Link[] {
  return Array.from({ length: most }, (_, i) => {
    const stretch = links.slice(Math.floor(i * links.length / most), Math.floor((i + 1) * links.length / most));
    const { commit } = stretch.at(-1)!;
    return { commit, commits: stretch.reduce((sum, link) => sum + link.commits, 0), ...stretch.length > 1 && { note: `the branch has ${links.length} commits, and is taken apart into ${most}` } };
  });
}
