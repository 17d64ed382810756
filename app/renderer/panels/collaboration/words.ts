// What is said of collaboration in words: evidence as sentences, probabilities and shares as figures, moments as dates. Pure; whose names are shown is
// decided by whoever gives them.
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import { display } from '../../../core/bytes.ts';
import type { Computed, Evidence, Reason, WorkItem } from '../../../core/collaboration/report.ts';
import { visible } from '../../../core/visible.ts';
import { ago, duration, grouped, plural } from '../../state/words.ts';

/** How things are called on screen. */
export interface Names {
  person(index: number): string;
  acu(id: AcuId): string;
  /** seconds since the epoch: what "ago" counts from */
  readonly now: number;
}

export const pathWords = (path: PathBytes): string => (path === '' ? 'the root' : visible(display(path)));

/** "72 %"; what is not nought is not called nought, and what is not certain not certain. */
export function chance(probability: number): string {
  if (!Number.isFinite(probability)) return '—';
  if (probability > 0 && probability < 0.01) return '< 1 %';
  if (probability < 1 && probability > 0.99) return '> 99 %';
  return `${Math.round(probability * 100)} %`;
}

/** One sentence, without its full stop. */
export function evidenceWords(evidence: Evidence, { person, acu, now }: Names): string {
  switch (evidence.kind) {
    case 'conflict': return `conflict on ${pathWords(evidence.path)}: ${acu(evidence.a)} × ${acu(evidence.b)}`;
    case 'predicted': return `predicted ${chance(evidence.probability)}: ${acu(evidence.a)} and ${acu(evidence.b)} collide`;
    case 'same file': return `both change ${pathWords(evidence.path)}${evidence.lines === null ? '' : evidence.lines === 0 ? ', the same lines' : `, ${plural(evidence.lines, 'line')} apart`}: ${acu(evidence.a)} and ${acu(evidence.b)}`;
    case 'knows': return `${person(evidence.person)} holds ${chance(evidence.share)} of what is known of ${pathWords(evidence.path)}, last there ${when(evidence.last, now)}`;
    case 'wrote': return `${person(evidence.person)} wrote ${plural(evidence.lines, 'line')} that stand in ${pathWords(evidence.path)}`;
    case 'changes together': return `${pathWords(evidence.path)} changed together with ${pathWords(evidence.with)} in ${plural(evidence.commits, 'commit')}`;
    case 'seen': return `seen to work together ${evidence.times === 1 ? 'once' : plural(evidence.times, 'time')}, last ${when(evidence.last, now)}`;
  }
}

const when = (time: number, now: number): string => { const words = ago(time, now); return words === 'now' || words === '—' ? words : `${words} ago`; };

/** What evidence is about, where it can be gone to. */
export function subjectOf(evidence: Evidence): { readonly kind: 'conflict'; readonly a: AcuId; readonly b: AcuId; readonly path: PathBytes } | { readonly kind: 'acus'; readonly ids: readonly AcuId[] } | null {
  switch (evidence.kind) {
    case 'conflict': return { kind: 'conflict', a: evidence.a, b: evidence.b, path: evidence.path };
    case 'predicted': case 'same file': return { kind: 'acus', ids: [evidence.a, evidence.b] };
    case 'knows': case 'wrote': case 'changes together': case 'seen': return null;
  }
}

/** A path as what is read first, the file's name, and the folder it is in. */
export function fileAndFolder(path: PathBytes): readonly [file: string, folder: string] {
  const cut = path.lastIndexOf('/');
  return [pathWords(path.slice(cut + 1) as PathBytes), cut < 0 ? '' : pathWords(path.slice(0, cut) as PathBytes)];
}

/** The most tangible of the evidence, for one line: a conflict before what lies close, that before what only speaks for it. */
export function headline(evidence: readonly Evidence[]): Evidence | null {
  const order: readonly Evidence['kind'][] = ['conflict', 'same file', 'predicted'];
  return order.map((kind) => evidence.find((one) => one.kind === kind)).find((one) => one !== undefined) ?? evidence[0] ?? null;
}

/** "src/config.ts and 2 more paths" */
export function pathsWords(paths: readonly PathBytes[]): string {
  if (paths.length === 0) return 'paths not known';
  return paths.length === 1 ? pathWords(paths[0]!) : `${pathWords(paths[0]!)} and ${plural(paths.length - 1, 'more path')}`;
}

/** Whose item it is about: "one × two", "one × base", "one". */
export function sidesWords({ a, b }: Pick<WorkItem, 'a' | 'b'>, acu: Names['acu']): string {
  return b === null ? acu(a) : `${acu(a)} × ${b === 'base' ? 'base' : acu(b)}`;
}

/** A reason, with its path where it does not name it. */
export function reasonWords({ text, path }: Pick<Reason, 'text' | 'path'>): string {
  const words = visible(text, 400);
  return path === null || words.includes(pathWords(path)) ? words : `${words.replace(/\.$/, '')}: ${pathWords(path)}`;
}

const byWords: Readonly<Record<Computed['by'], string>> = { sparse: 'sparse CPU', dense: 'dense CPU', gpu: 'GPU' };

/** "sparse CPU, 12 ms, 3,100 multiply-adds: WHY" */
export function computedWords({ by, why, fallen, ms, multiplyAdds }: Computed): string {
  if (multiplyAdds === 0) return visible(why, 300);
  return `${byWords[by]}${fallen ? ' (fallen back)' : ''}, ${duration(ms)}, ${amount(multiplyAdds)} multiply-adds: ${visible(why, 300)}`;
}

/** "3,100", "4.2 million" */
export function amount(n: number): string {
  if (n < 1e6) return grouped(Math.round(n));
  return n < 1e9 ? `${(n / 1e6).toFixed(1)} million` : `${(n / 1e9).toFixed(1)} billion`;
}

const days = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' });
/** Seconds since the epoch as a day, in UTC: the same on every machine. */
export function dayWords(time: number): string {
  return Math.abs(time) > 8.64e12 || Number.isNaN(time) ? '—' : days.format(time * 1000);
}

/** Days as people say them: "6 months". */
export function lifeWords(halfLifeDays: number): string {
  if (halfLifeDays % 365 === 0) return plural(halfLifeDays / 365, 'year');
  if (halfLifeDays % 30 === 0) return plural(halfLifeDays / 30, 'month');
  return plural(halfLifeDays, 'day');
}

/** What a number of people who hold most of a place means. */
export function factorWords(factor: number): string {
  return factor === 0 ? 'nobody who is here' : factor === 1 ? 'one person' : plural(factor, 'person', 'people');
}
