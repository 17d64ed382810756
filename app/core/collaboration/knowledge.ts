// Who knows what: people × files, from what they touched and how long ago. A pure function of the history, so that any day of it can be asked for.
import type { PathBytes } from '../bytes.ts';
import type { Sparse } from '../matrix/model.ts';
import { columnSums, fromRows, inverses, weighed } from '../matrix/sparse.ts';
import type { History, KnownFile } from './model.ts';

export interface KnowledgeAsked {
  /** seconds since the epoch: commits after it are not known yet; null: the newest commit's time */
  readonly asOf: number | null;
  /** above 0 */
  readonly halfLifeDays: number;
}

/**
 * A commit is worth so many files at most, shared out evenly: one that reformats a thousand makes nobody an expert of any. Of the commits of vite, eslint, jj and
 * git that touch any, 91 to 98 % touch at most ten.
 */
export const WHOLE_FILES = 10;
const DAY = 86_400;
/** Less than the smallest normal number of 32 bits is nothing. */
const LEAST = 2 ** -126;

/** Seconds since the epoch of the newest commit; 0 where there is none. */
export function newestTime(history: History): number {
  let newest = 0;
  for (const time of history.time) newest = Math.max(newest, time);
  return newest;
}

/**
 * People × files. A value sums, over the person's commits that touched the file until `asOf`,
 *
 *     2^(−age / half-life) · min(1, WHOLE_FILES / files of the commit) · log2(2 + lines added and deleted)
 *
 * so that one touch that changes no lines, made at `asOf` in a small commit, is worth 1, each doubling of its lines 1 more, and each half-life
 * halves it. Bots and agents are rows like others, and files that are gone are columns like others: whoever shows them leaves them out.
 */
export function knowledgeOf(history: History, { asOf, halfLifeDays }: KnowledgeAsked): Sparse {
  const { time, author, touch, file, added, deleted, hasLines } = history, rows = history.people.length;
  const until = asOf ?? newestTime(history), perSecond = 1 / (halfLifeDays * DAY);
  // of one file in a commit without lines; 0 where it is not known yet, or was too long ago
  const weight = new Float64Array(time.length);
  for (let commit = 0; commit < time.length; commit++) {
    if (time[commit]! > until) continue;
    const worth = 2 ** ((time[commit]! - until) * perSecond) * Math.min(1, WHOLE_FILES / Math.max(1, touch[commit + 1]! - touch[commit]!));
    weight[commit] = worth < LEAST ? 0 : worth;
  }
  const start = new Uint32Array(rows + 1);
  for (let commit = 0; commit < time.length; commit++) if (weight[commit]! > 0) start[author[commit]! + 1]! += touch[commit + 1]! - touch[commit]!;
  for (let person = 0; person < rows; person++) start[person + 1]! += start[person]!;
  const next = start.slice(), col = new Uint32Array(start[rows]!), value = new Float32Array(start[rows]!);
  for (let commit = 0; commit < time.length; commit++) {
    const worth = weight[commit]!, person = author[commit]!;
    if (worth === 0) continue;
    let to = next[person]!;
    for (let i = touch[commit]!; i < touch[commit + 1]!; i++, to++) {
      col[to] = file[i]!;
      value[to] = hasLines ? worth * Math.log2(2 + added[i]! + deleted[i]!) : worth;
    }
    next[person] = to;
  }
  return fromRows({ rows, cols: history.files.length, start, col, value });
}

/**
 * Of each file, who has which share of what is known of it: each column sums to 1, or is 0 where nobody knows it. In the product of these
 * shares with themselves (interaction) each file gives 1 in all, spread over the pairs of those who know it: one that everybody touches binds nobody.
 */
export const sharesOf = (knowledge: Sparse): Sparse => weighed(knowledge, null, inverses(columnSums(knowledge)));

export interface Directories {
  /** sorted by bytes; '' is the root */
  readonly paths: readonly PathBytes[];
  /** of each file, which of `paths` it is in */
  readonly of: Uint32Array;
}

/** The directories that files are in, named by at most `depth` of their leading parts. */
export function directoriesOf(files: readonly KnownFile[], depth = Infinity): Directories {
  const named = files.map(({ path }) => leading(path, depth));
  const paths = [...new Set(named)].sort((x, y) => (x < y ? -1 : x > y ? 1 : 0));
  const place = new Map(paths.map((path, i) => [path, i]));
  return { paths, of: Uint32Array.from(named, (path) => place.get(path)!) };
}

function leading(path: PathBytes, depth: number): PathBytes {
  let end = -1;
  for (let parts = 0; parts < depth; parts++) {
    const slash = path.indexOf('/', end + 1);
    if (slash < 0) break;
    end = slash;
  }
  return path.slice(0, Math.max(0, end)) as PathBytes;
}
