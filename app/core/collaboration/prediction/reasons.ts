// Why a pair has its probability: what weighs most, in words. A weight is the pair's log-odds beside those of the average pair that the model has seen,
// so the weights of all reasons add up to how much this pair differs from that one.
import type { PathBytes } from '../../bytes.ts';
import type { Reason } from '../report.ts';
import { type About, type FeatureName, at, featuresOf } from './features.ts';
import { type Model, chancesOf } from './fitted.ts';
import type { Ground } from './ground.ts';

/** Reasons that are given, and the least log-odds that make one. */
const MOST_REASONS = 5, LEAST_WEIGHT = 0.05;

/** What belongs together in a sentence, of the features that tell whether two collide. */
const groups = {
  distance: ['overlapping', 'distance', 'near', 'nearHunks', 'fileLines', 'sharesNone'],
  size: ['fewerLines', 'moreLines', 'fewerFiles', 'moreFiles'],
  growth: ['fewerCommits', 'moreCommits'],
  authors: ['sameAuthor', 'newcomer'],
  time: ['apart'],
  others: ['moreConflicts', 'rate'],
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
    reasons.push({ kind: 'meeting', text: `That they come to touch one file is ${percent} % likely${path === null ? '' : ', this first of all'}.`, weight: logOdds(meeting * conflict) - logOdds(conflict), path });
  }
  return reasons.filter(({ weight }) => Math.abs(weight) >= LEAST_WEIGHT).sort((x, y) => Math.abs(y.weight) - Math.abs(x.weight)).slice(0, MOST_REASONS);
}

/** Of a chance that is neither 0 nor 1, or nearly so. */
const logOdds = (p: number): number => Math.log(Math.max(p, 1e-12) / Math.max(1 - p, 1e-12));

interface Pair extends About { readonly ground: Ground; readonly a: number; readonly b: number }
type Sentence = Pick<Reason, 'text' | 'path'>;

const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
/** "3 lines and 5 lines": the smaller first, so that it reads the same from both sides. */
const both = (x: number, y: number, one: string, many = `${one}s`): string => (x === y ? `${count(x, one, many)} each` : `${count(Math.min(x, y), one, many)} and ${count(Math.max(x, y), one, many)}`);

const sentences: Readonly<Record<ReasonKind, (pair: Pair) => Sentence>> = {
  distance: ({ ground, nearest: { file, lines } }) => {
    if (file < 0) return { text: 'They touch no file in common yet.', path: null };
    const { path } = ground.files[file]!;
    if (lines === Infinity) return { text: 'Both touch it, and where is not known.', path };
    return { text: lines === 0 ? 'They change the same lines, so far without a conflict.' : `Their changes are ${count(lines, 'line')} apart.`, path };
  },
  size: ({ ground, a, b }) => {
    const [x, y] = [a, b].map((i) => ground.inFlight.acus[i]!.files.reduce((n, { added, deleted }) => n + added + deleted, 0));
    return { text: `They change ${both(x!, y!, 'line')}.`, path: null };
  },
  growth: ({ ground, a, b }) => ({ text: `They have ${both(ground.inFlight.acus[a]!.commits, ground.inFlight.acus[b]!.commits, 'commit')} so far.`, path: null }),
  authors: ({ ground, a, b }) => ({ text: ground.author[a] === ground.author[b] ? 'One person wrote both.' : 'Two people wrote them.', path: null }),
  time: ({ ground, a, b }) => {
    const days = Math.round(Math.abs(ground.inFlight.acus[a]!.time - ground.inFlight.acus[b]!.time) / 86_400);
    return { text: days === 0 ? 'They are of the same day.' : `${count(days, 'day lies', 'days lie')} between them.`, path: null };
  },
  others: ({ ground, a, b }) => ({ text: `They conflict with ${both(ground.conflicts[a]!, ground.conflicts[b]!, 'other')}.`, path: null }),
  'changes together': ({ ground, a, b }) => {
    const n = ground.changedTogether(a, b);
    return { text: n === 0 ? 'No commit of late touched a file of each.' : `${count(n, 'commit')} of late touched a file of each.`, path: null };
  },
  tree: ({ ground, a, b }) => {
    const mine = ground.folders(a), common = [...ground.folders(b)].filter((folder) => mine.has(folder)).sort((x, y) => y.length - x.length || (x < y ? -1 : 1))[0];
    return common === undefined ? { text: 'They work in different directories.', path: null } : { text: 'Both work in this directory.', path: common as PathBytes };
  },
};
