// Work in flight as data, written out by hand: who changes which lines of which files, and what conflicts.
import type { AcuId, ByteString, PathBytes } from '../app/core/bytes.ts';
import type { Flying, InFlight } from '../app/core/collaboration/model.ts';

export interface Change {
  /** a person of a history made by peopleHistories.ts, or a new one */
  readonly author: number;
  /** base lines [start, end), pairs, by path */
  readonly files: Readonly<Record<string, readonly number[]>>;
  readonly requires?: readonly number[];
  readonly time?: number;
}

export const acuId = (n: number): AcuId => n.toString(16).padStart(64, '0') as AcuId;

/** `conflicts`: pairs of places in `changes`, b 'base' for what is stale; the paths are those that both have, else the first of a's. */
export function inFlight(changes: readonly Change[], conflicts: readonly (readonly [number, number | 'base'])[] = []): InFlight {
  const acus = changes.map(({ author, files, requires = [], time = 1_700_000_000 }, i): Flying => ({
    id: acuId(i), name: `topic/${i}` as ByteString, author: { name: `Person ${author}` as ByteString, email: `p${author}@example.org` as ByteString }, time, standing: 'exact', commits: 1,
    files: Object.entries(files).map(([path, hunks]) => ({ path: path as PathBytes, added: 1, deleted: 0, hunks: Uint32Array.from(hunks) })), requires: requires.map(acuId),
  }));
  const paths = (a: number, b: number | 'base'): PathBytes[] => {
    const own = Object.keys(changes[a]!.files), both = b === 'base' ? [] : own.filter((path) => path in changes[b]!.files);
    return (both.length > 0 ? both : own.slice(0, 1)) as PathBytes[];
  };
  const pairs = conflicts.filter((pair): pair is readonly [number, number] => pair[1] !== 'base');
  return {
    acus,
    conflicts: conflicts.map(([a, b]) => ({ a: acuId(a), b: b === 'base' ? b : acuId(b), verdict: 'blocking', paths: paths(a, b) })),
    pairs: { a: Uint32Array.from(pairs, ([a, b]) => Math.min(a, b)), b: Uint32Array.from(pairs, ([a, b]) => Math.max(a, b)) },
  };
}
