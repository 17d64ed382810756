// What two ACUs have to do with each other, in numbers: the same whichever of the two is named first, and each of a size near 1, so that a linear
// model can weigh them. What a number means is said at its name.
import type { FlyingFile } from '../model.ts';
import type { Ground } from './ground.ts';

/** In the order in which they stand in a row. */
export const featureNames = [
  'conflict', // 1: they conflict already
  'overlapping', // 1: hunks touch or overlap and yet they do not conflict
  'distance', // log2(1 + lines between their nearest hunks) / 10; 1.2 where no two are in one file with known lines
  'near', // e^(−lines / 10) of the same
  'nearHunks', // log2(1 + pairs of hunks with at most 30 lines between them) / 3
  'fileLines', // log2(1 + lines) of the shared file in which they are nearest, / 10
  'fewerLines', 'moreLines', // log2(1 + lines) of the smaller and of the larger ACU, / 10
  'fewerFiles', 'moreFiles', // log2(1 + files), / 5
  'fewerCommits', 'moreCommits', // log2(1 + commits), / 4
  'sameAuthor', // 1
  'newcomer', // 1 / (1 + commits of the author with fewer)
  'apart', // log2(1 + days between the two), / 8
  'moreConflicts', // log2(1 + others with which the one that has more conflicts), / 4
  'rate', // log2 of the part of meetings in files that are conflicts now, of all work in flight, / 5
  'together', // log2(1 + commits that touched a file of each), / 8
  'companion', // the largest chance with which a file of one changes with another file of the other
  'mayMeet', // log2(1 + 8·Σ over files that not both touch of the chances that each comes to it), / 3
  'hub', // the largest of these products
  'sameTree', // part of the directories, and those above them, of the one with fewer that the other is in too
  'sharesNone', // 1: there is no file that both touch
] as const;
export type FeatureName = typeof featureNames[number];
export type Features = Float64Array;
export const at = Object.fromEntries(featureNames.map((name, i) => [name, i])) as Readonly<Record<FeatureName, number>>;

/** How a pair stands in its nearest file. `file` −1: they share none. `lines` Infinity: in no shared file the lines of both are known. */
export interface Nearest { readonly file: number; readonly lines: number }

/** Log of a number that may be 0 or absurd. */
const log = (n: number): number => (n > 0 ? Math.log2(1 + Math.min(n, 1e9)) : 0);
const DAY = 86_400;
/** Lines within which hunks count as near. */
export const NEAR = 30;

export function sharedFiles(ground: Ground, a: number, b: number): number[] {
  const x = ground.touches[a]!, y = ground.touches[b]!, [few, many] = x.size <= y.size ? [x, y] : [y, x];
  const out: number[] = [];
  for (const f of few.keys()) if (many.has(f)) out.push(f);
  return out.sort((p, q) => p - q);
}

export interface About {
  readonly row: Features;
  readonly nearest: Nearest;
  /** a file of the history to which both may come; −1: none */
  readonly hub: number;
}

export function featuresOf(ground: Ground, a: number, b: number): About {
  const row = new Float64Array(featureNames.length), shared = sharedFiles(ground, a, b), { acus } = ground.inFlight, x = acus[a]!, y = acus[b]!;
  const set = (name: FeatureName, value: number): void => { row[at[name]] = value; };
  const small = (p: number, q: number): readonly [number, number] => (p <= q ? [p, q] : [q, p]);
  let nearest: Nearest = { file: shared[0] ?? -1, lines: Infinity }, nearHunks = 0;
  for (const file of shared) {
    const { lines, near } = between(ground.touches[a]!.get(file)!, ground.touches[b]!.get(file)!);
    nearHunks += near;
    if (lines < nearest.lines) nearest = { file, lines };
  }
  const isConflict = ground.conflict(a, b);
  set('conflict', Number(isConflict));
  set('overlapping', Number(!isConflict && nearest.lines === 0));
  set('distance', nearest.lines === Infinity ? 1.2 : Math.min(1.2, log(nearest.lines) / 10));
  set('near', nearest.lines === Infinity ? 0 : Math.exp(-nearest.lines / 10));
  set('nearHunks', log(nearHunks) / 3);
  set('fileLines', nearest.file < 0 ? 0 : log(ground.files[nearest.file]!.lines) / 10);
  const [fewerLines, moreLines] = small(linesOf(x.files), linesOf(y.files)), [fewerFiles, moreFiles] = small(x.files.length, y.files.length), [fewerCommits, moreCommits] = small(x.commits, y.commits);
  set('fewerLines', log(fewerLines) / 10);
  set('moreLines', log(moreLines) / 10);
  set('fewerFiles', log(fewerFiles) / 5);
  set('moreFiles', log(moreFiles) / 5);
  set('fewerCommits', log(fewerCommits) / 4);
  set('moreCommits', log(moreCommits) / 4);
  set('sameAuthor', Number(ground.author[a] === ground.author[b]));
  set('newcomer', 1 / (1 + Math.min(ground.made.get(ground.author[a]!) ?? 0, ground.made.get(ground.author[b]!) ?? 0)));
  set('apart', log(Math.abs(x.time - y.time) / DAY) / 8);
  set('moreConflicts', log(Math.max(ground.conflicts[a]!, ground.conflicts[b]!) - Number(isConflict)) / 4);
  set('rate', ground.rate / 5);
  set('together', log(ground.changedTogether(a, b)) / 8);
  const coming = comingOf(ground, a, b);
  set('companion', coming.companion);
  set('mayMeet', log(8 * coming.sum) / 3);
  set('hub', coming.hub);
  set('sameTree', part(ground.folders(a), ground.folders(b)));
  set('sharesNone', Number(shared.length === 0));
  return { row, nearest, hub: coming.file };
}

const linesOf = (files: readonly FlyingFile[]): number => files.reduce((n, { added, deleted }) => n + added + deleted, 0);

/**
 * Lines between the nearest two hunks of two lists (0: they touch), and how many pairs are near. Hunks of one list rise and do not overlap, so what is
 * near one lies together, and the pairs looked at are not many more than the hunks.
 */
function between({ hunks: x }: FlyingFile, { hunks: y }: FlyingFile): { readonly lines: number; readonly near: number } {
  let lines = Infinity, near = 0;
  for (let i = 0, from = 0; i < x.length; i += 2) {
    while (from < y.length && y[from + 1]! + NEAR < x[i]!) from += 2;
    // the one before is the nearest of those that are not near
    for (let j = Math.max(0, from - 2); j < y.length; j += 2) {
      const gap = Math.max(0, y[j]! - x[i + 1]!, x[i]! - y[j + 1]!);
      if (gap <= NEAR) near++;
      if (gap < lines) lines = gap;
      if (y[j]! > x[i + 1]! + NEAR) break;
    }
  }
  return { lines, near };
}

function comingOf(ground: Ground, a: number, b: number): { readonly sum: number; readonly companion: number; readonly hub: number; readonly file: number } {
  const x = ground.reach(a), y = ground.reach(b), [few, many] = x.size <= y.size ? [x, y] : [y, x];
  let sum = 0, companion = 0, hub = 0, file = -1;
  for (const [h, p] of few) {
    const q = many.get(h), both = p * (q ?? 0);
    if (q === undefined || both === 1) continue;
    sum += both;
    if (p === 1 || q === 1) companion = Math.max(companion, both);
    if (both > hub || both === hub && h < file) { hub = both; file = h; }
  }
  return { sum, companion, hub, file };
}

function part(x: ReadonlySet<string>, y: ReadonlySet<string>): number {
  const [few, many] = x.size <= y.size ? [x, y] : [y, x];
  let n = 0;
  for (const one of few) if (many.has(one)) n++;
  return n / Math.max(1, few.size);
}
