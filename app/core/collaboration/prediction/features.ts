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
  'share', // lines between them, as a share of the file's
  'nearHunks', // log2(1 + pairs of hunks with at most 30 lines between them)
  'sharedFiles', // log2(files that both touch)
  'sharedPart', // files that both touch, as a part of those of the one with fewer
  'density', // log of the chance that lines thrown at random into the shared files would meet
  'fewerLines', 'moreLines', // log2(1 + lines) of the smaller and of the larger ACU, / 10
  'fewerFiles', 'moreFiles', // log2 of their files, / 5
  'fewerCommits', 'moreCommits', // log2(1 + commits), / 4
  'churn', // log2(1 + decayed commits) of the shared file that changes most, / 5
  'authors', // log2(1 + people who ever touched that file), / 5
  'crowd', // log2 of the ACUs that touch the busiest shared file, / 5
  'fileLines', // log2(1 + lines) of the shared file in which they are nearest, / 10
  'lock', 'changelog', 'generated', 'manifest', 'test', 'docs', 'code', // 1: a shared file is of this kind
  'wholeFile', // 1: a shared file whose lines are not known, or which both add
  'bothAppend', // 1: both change the last lines of a shared file
  'bothInsert', // 1: the nearest hunks both only insert
  'sameAuthor', // 1
  'newcomer', // the fewer commits of the two authors: 1 / (1 + commits)
  'apart', // log2(1 + days between the two), / 8
  'fewerConflicts', 'moreConflicts', // log2(1 + others with which each conflicts), / 4
  'crowdNear', // log2(1 + hunks of others within 30 lines of the nearest two), / 4
  'together', // log2(1 + commits that touched a file of each), / 8
  'companion', // the largest chance with which a file of one changes with another file of the other
  'mayMeet', // log2(1 + 8·Σ over files that not both touch of the chances that each comes to it), / 3
  'hub', // the largest of these products
  'sameTree', // part of the directories, and those above them, of the one with fewer that the other is in too
  'rate', // log2 of the part of meetings in files that are conflicts now, of all work in flight, / 5
  'sharesNone', // 1: there is no file that both touch
] as const;
export type FeatureName = typeof featureNames[number];
export type Features = Float64Array;
export const at = Object.fromEntries(featureNames.map((name, i) => [name, i])) as Readonly<Record<FeatureName, number>>;

/** How a pair stands in its nearest file. `file` −1: they share none. */
export interface Nearest { readonly file: number; /** Infinity: in no shared file the lines of both are known */ readonly lines: number; readonly inserts: boolean; readonly place: number }

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

export function featuresOf(ground: Ground, a: number, b: number): { readonly row: Features; readonly nearest: Nearest; readonly shared: readonly number[]; /** a file of the history to which both may come; −1: none */ readonly hub: number } {
  const row = new Float64Array(featureNames.length), shared = sharedFiles(ground, a, b), { acus } = ground.inFlight;
  const x = acus[a]!, y = acus[b]!, set = (name: FeatureName, value: number): void => { row[at[name]] = value; };
  const small = (p: number, q: number): readonly [number, number] => (p <= q ? [p, q] : [q, p]);
  const isConflict = ground.conflict(a, b);
  set('conflict', Number(isConflict));
  let nearest: Nearest = { file: shared[0] ?? -1, lines: Infinity, inserts: false, place: 0 }, meets = 0, nearHunks = 0, churn = 0, authors = 0, crowd = 1;
  for (const f of shared) {
    const file = ground.files[f]!, mine = ground.touches[a]!.get(f)!, theirs = ground.touches[b]!.get(f)!;
    set(file.kind, 1);
    if (file.churn >= churn) { churn = file.churn; authors = file.authors; }
    crowd = Math.max(crowd, file.acus.length);
    if (mine.hunks.length === 0 || theirs.hunks.length === 0) set('wholeFile', 1);
    const between = nearestHunks(mine, theirs);
    nearHunks += between.near;
    if (between.lines < nearest.lines) nearest = { file: f, lines: between.lines, inserts: between.inserts, place: between.place };
    if (reachesEnd(mine, file.lines) && reachesEnd(theirs, file.lines)) set('bothAppend', 1);
    meets += (changed(mine) + 1) * (changed(theirs) + 1) / (file.lines + 10);
  }
  const length = nearest.file < 0 ? 0 : ground.files[nearest.file]!.lines;
  set('overlapping', Number(!isConflict && nearest.lines === 0));
  set('distance', nearest.lines === Infinity ? 1.2 : Math.min(1.2, log(nearest.lines) / 10));
  set('near', nearest.lines === Infinity ? 0 : Math.exp(-nearest.lines / 10));
  set('share', nearest.lines === Infinity ? 1 : Math.min(1, nearest.lines / (length + 1)));
  set('nearHunks', log(nearHunks) / 3);
  set('sharedFiles', Math.min(4, shared.length === 0 ? 0 : Math.log2(shared.length)) / 2);
  set('sharedPart', shared.length / Math.max(1, Math.min(x.files.length, y.files.length)));
  set('density', Math.log2(0.001 + meets) / 5);
  const [fewerLines, moreLines] = small(linesOf(x.files), linesOf(y.files)), [fewerFiles, moreFiles] = small(x.files.length, y.files.length), [fewerCommits, moreCommits] = small(x.commits, y.commits);
  set('fewerLines', log(fewerLines) / 10);
  set('moreLines', log(moreLines) / 10);
  set('fewerFiles', log(fewerFiles) / 5);
  set('moreFiles', log(moreFiles) / 5);
  set('fewerCommits', log(fewerCommits) / 4);
  set('moreCommits', log(moreCommits) / 4);
  set('churn', log(churn) / 5);
  set('authors', log(authors) / 5);
  set('crowd', log(crowd - 1) / 5);
  set('fileLines', log(length) / 10);
  set('bothInsert', Number(nearest.inserts));
  set('sameAuthor', Number(ground.author[a] === ground.author[b]));
  set('newcomer', 1 / (1 + Math.min(ground.made.get(ground.author[a]!) ?? 0, ground.made.get(ground.author[b]!) ?? 0)));
  set('apart', log(Math.abs(x.time - y.time) / DAY) / 8);
  const own = Number(isConflict), [fewerConflicts, moreConflicts] = small(ground.conflicts[a]! - own, ground.conflicts[b]! - own);
  set('fewerConflicts', log(fewerConflicts) / 4);
  set('moreConflicts', log(moreConflicts) / 4);
  set('crowdNear', nearest.lines === Infinity ? 0 : log(crowdNear(ground, nearest, a, b)) / 4);
  set('together', log(ground.changedTogether(a, b)) / 8);
  const coming = comingOf(ground, a, b);
  set('companion', coming.companion);
  set('mayMeet', log(8 * coming.sum) / 3);
  set('hub', coming.hub);
  set('sameTree', part(ground.folders(a), ground.folders(b)));
  set('rate', ground.rate / 5);
  set('sharesNone', Number(shared.length === 0));
  return { row, nearest, shared, hub: coming.file };
}

const changed = ({ added, deleted }: FlyingFile): number => Math.min(1e6, Math.max(added, deleted));
const linesOf = (files: readonly FlyingFile[]): number => files.reduce((n, { added, deleted }) => n + added + deleted, 0);
const reachesEnd = ({ hunks }: FlyingFile, lines: number): boolean => hunks.length > 0 && lines > 0 && hunks.at(-1)! >= lines - 1;

interface Between { readonly lines: number; readonly near: number; readonly inserts: boolean; readonly place: number }

/**
 * The nearest two hunks of two lists (lines between them, 0: they touch; of several the first), and how many pairs are near. Hunks of one list rise and
 * do not overlap, so what is near one lies together, and the pairs looked at are not many more than the hunks.
 */
function nearestHunks({ hunks: x }: FlyingFile, { hunks: y }: FlyingFile): Between {
  let lines = Infinity, near = 0, inserts = false, place = 0;
  for (let i = 0, from = 0; i < x.length; i += 2) {
    while (from < y.length && y[from + 1]! + NEAR < x[i]!) from += 2;
    // the one before is the nearest of those that are not near
    for (let j = Math.max(0, from - 2); j < y.length; j += 2) {
      const gap = Math.max(0, y[j]! - x[i + 1]!, x[i]! - y[j + 1]!), at = Math.min(x[i]!, y[j]!), both = x[i] === x[i + 1] && y[j] === y[j + 1];
      if (gap <= NEAR) near++;
      if (gap < lines || gap === lines && (at < place || at === place && both)) { lines = gap; inserts = both; place = at; }
      if (y[j]! > x[i + 1]! + NEAR) break;
    }
  }
  return { lines, near, inserts, place };
}

function crowdNear(ground: Ground, { file, place, lines }: Nearest, a: number, b: number): number {
  let n = 0;
  // of a file that a thousand touch, the first hundred tell
  for (const acu of ground.files[file]!.acus.slice(0, 100)) {
    if (acu === a || acu === b) continue;
    const { hunks } = ground.touches[acu]!.get(file)!;
    for (let h = 0; h < hunks.length; h += 2) if (hunks[h]! <= place + lines + NEAR && hunks[h + 1]! >= place - NEAR) n++;
  }
  return n;
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
