// Why a pair has its probability: what weighs most, in words. A weight is the pair's log-odds beside those of the average pair that the model has seen,
// so the weights of all reasons add up to how much this pair differs from that one.
import type { PathBytes } from '../../bytes.ts';
import type { Reason } from '../report.ts';
import { type FeatureName, type Nearest, at, featuresOf } from './features.ts';
import { type Model, chancesOf } from './fitted.ts';
import type { Ground } from './ground.ts';
import type { FileKind } from './kinds.ts';

/** Reasons that are given, and the least log-odds that make one. */
const MOST_REASONS = 5, LEAST_WEIGHT = 0.05;

/** What belongs together in a sentence. */
const groups = {
  distance: ['conflict', 'overlapping', 'distance', 'near', 'share', 'nearHunks', 'fileLines', 'bothAppend', 'bothInsert', 'wholeFile'],
  shared: ['sharedFiles', 'sharedPart', 'sharesNone'],
  size: ['density', 'fewerLines', 'moreLines', 'fewerFiles', 'moreFiles'],
  growth: ['fewerCommits', 'moreCommits'],
  churn: ['churn', 'authors'],
  crowd: ['crowd', 'crowdNear'],
  kind: ['lock', 'changelog', 'generated', 'manifest', 'test', 'docs', 'code'],
  authors: ['sameAuthor', 'newcomer'],
  time: ['apart'],
  others: ['fewerConflicts', 'moreConflicts', 'rate'],
  'changes together': ['together', 'companion', 'mayMeet', 'hub'],
  tree: ['sameTree'],
} as const satisfies Readonly<Record<string, readonly FeatureName[]>>;
export type ReasonKind = keyof typeof groups;

/** The largest first; ties in the order of the groups. */
export function reasonsOf(ground: Ground, model: Model, a: number, b: number): Reason[] {
  const about = { ground, a, b, ...featuresOf(ground, a, b) }, { weights, mean, calibration: { slope } } = model.conflict;
  const reasons = (Object.keys(groups) as ReasonKind[]).map((kind): Reason => ({
    kind, ...sentences[kind](about), weight: groups[kind].reduce((sum, name) => sum + slope * weights[at[name]]! * (about.row[at[name]]! - mean[at[name]]!), 0),
  }));
  const { meeting, conflict } = chancesOf(model, about.row);
  if (meeting < 1) {
    const percent = meeting < 0.01 ? 'less than 1' : String(Math.round(100 * meeting)), path = about.hub < 0 ? null : ground.history.files[about.hub]!.path;
    reasons.push({ kind: 'meeting', text: `They touch no file in common yet; that they come to one is ${percent} % likely${path === null ? '' : ', first of all this'}.`, weight: logOdds(meeting * conflict) - logOdds(conflict), path });
  }
  return reasons.filter(({ weight }) => Math.abs(weight) >= LEAST_WEIGHT).sort((x, y) => Math.abs(y.weight) - Math.abs(x.weight)).slice(0, MOST_REASONS);
}

/** Of a chance that is neither 0 nor 1, or nearly so. */
const logOdds = (p: number): number => Math.log(Math.max(p, 1e-12) / Math.max(1 - p, 1e-12));

interface About { readonly ground: Ground; readonly a: number; readonly b: number; readonly nearest: Nearest; readonly shared: readonly number[]; /** a file of the history to which both may come */ readonly hub: number }
type Sentence = Pick<Reason, 'text' | 'path'>;

const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
/** "3 lines and 5 lines": the smaller first, so that it reads the same from both sides. */
const both = (x: number, y: number, one: string, many = `${one}s`): string => (x === y ? `${count(x, one, many)} each` : `${count(Math.min(x, y), one, many)} and ${count(Math.max(x, y), one, many)}`);

const kindWords: Readonly<Record<FileKind, string>> = {
  lock: 'a lock file, which programs write', changelog: 'a list of changes, to which everybody adds', generated: 'a file that a program makes', manifest: 'a file of settings', test: 'a test', docs: 'a text', code: 'code',
};

const sentences: Readonly<Record<ReasonKind, (about: About) => Sentence>> = {
  distance: ({ ground, nearest, shared }) => {
    if (shared.length === 0) return { text: 'They touch no file in common yet.', path: null };
    const path = pathOf(ground, nearest.file);
    if (nearest.lines === Infinity) return { text: 'Both touch it, and where is not known.', path };
    return { text: nearest.lines === 0 ? 'They change the same lines, so far without a conflict.' : `Their changes are ${count(nearest.lines, 'line')} apart.`, path };
  },
  shared: ({ ground, shared }) => ({ text: shared.length === 0 ? 'They touch no file in common yet.' : `They touch ${count(shared.length, 'file')} in common.`, path: pathOf(ground, shared[0] ?? -1) }),
  size: ({ ground, a, b }) => {
    const [x, y] = [a, b].map((i) => ground.inFlight.acus[i]!.files.reduce((n, { added, deleted }) => n + added + deleted, 0));
    return { text: `They change ${both(x!, y!, 'line')}.`, path: null };
  },
  growth: ({ ground, a, b }) => ({ text: `They have ${both(ground.inFlight.acus[a]!.commits, ground.inFlight.acus[b]!.commits, 'commit')} so far.`, path: null }),
  churn: ({ ground, shared }) => {
    const file = shared.reduce((best, f) => (best < 0 || ground.files[f]!.churn > ground.files[best]!.churn ? f : best), -1);
    if (file < 0) return { text: 'No file in common that others change.', path: null };
    const { churn, authors } = ground.files[file]!;
    return { text: churn < 0.5 ? 'It has hardly been changed of late.' : `It was changed about ${count(Math.round(churn), 'time')} of late; ${count(authors, 'person has', 'people have')} worked on it.`, path: pathOf(ground, file) };
  },
  crowd: ({ ground, shared }) => {
    const file = shared.reduce((best, f) => (best < 0 || ground.files[f]!.acus.length > ground.files[best]!.acus.length ? f : best), -1);
    return file < 0 ? { text: 'No file in common that others touch now.', path: null } : { text: `${count(ground.files[file]!.acus.length, 'change')} in flight touch it.`, path: pathOf(ground, file) };
  },
  kind: ({ ground, nearest, shared }) => {
    const file = nearest.file >= 0 ? nearest.file : shared[0] ?? -1;
    return file < 0 ? { text: 'No file in common, of whatever kind.', path: null } : { text: `It is ${kindWords[ground.files[file]!.kind]}.`, path: pathOf(ground, file) };
  },
  authors: ({ ground, a, b }) => {
    if (ground.author[a] === ground.author[b]) return { text: 'One person wrote both.', path: null };
    const isNew = [a, b].some((i) => (ground.made.get(ground.author[i]!) ?? 0) === 0);
    return { text: isNew ? 'Two people, one of them new here, wrote them.' : 'Two people who have worked here before wrote them.', path: null };
  },
  time: ({ ground, a, b }) => {
    const days = Math.round(Math.abs(ground.inFlight.acus[a]!.time - ground.inFlight.acus[b]!.time) / 86_400);
    return { text: days === 0 ? 'They are of the same day.' : `${count(days, 'day')} lie between them.`, path: null };
  },
  others: ({ ground, a, b }) => ({ text: `They conflict with ${both(ground.conflicts[a]!, ground.conflicts[b]!, 'other')}.`, path: null }),
  'changes together': ({ ground, hub }) => (hub < 0 ? { text: 'Nothing changes together with what both touch.', path: null } : { text: 'Both may come to this file: it changes with what they touch.', path: ground.history.files[hub]!.path }),
  tree: ({ ground, a, b }) => {
    const mine = ground.folders(a), common = [...ground.folders(b)].filter((folder) => mine.has(folder)).sort((x, y) => y.length - x.length || (x < y ? -1 : 1))[0];
    return common === undefined ? { text: 'They work in different directories.', path: null } : { text: 'Both work in this directory.', path: common as PathBytes };
  },
};

const pathOf = (ground: Ground, file: number): PathBytes | null => (file < 0 ? null : ground.files[file]!.path);
