// Verdicts and numbers in words: what is written beside the pointer, in the verdict line and to screen readers.
import type { AcuId } from '../../core/bytes.ts';
import { acusInWords, grouped, plural } from '../../core/counted.ts';
import type { Rebinding } from '../../core/model.ts';
import { visibleSentence } from '../../core/visible.ts';
import type { PreviewConflict } from '../../contract/methods.ts';
import type { ConflictCounts, ConflictView, Mark, VerdictView } from '../../workers/client.ts';

export { acusInWords, grouped, plural };

export interface Words { readonly mark: Mark; readonly head: string; readonly tail: string }

type NameOf = (id: AcuId) => string;

// Made once: making one costs more than all rows of a screen.
const times = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** "27 conflicts between ACUs, 458 with the base" */
export function conflictsInWords({ conflicts, withBase }: Pick<ConflictCounts, 'conflicts' | 'withBase'>): string {
  const between = conflicts - withBase;
  if (conflicts === 0) return 'no conflicts';
  return between === 0 ? `${plural(withBase, 'conflict')} with the base` : `${plural(between, 'conflict')} between ACUs${withBase === 0 ? '' : `, ${grouped(withBase)} with the base`}`;
}

/** "15 pairs of ACUs" and ": 27 conflicts", which stands behind it where there is room. What is inherited joins pairs as well, and is counted apart. */
export function pairsInWords({ conflicts, withBase, pairs, inherited }: Pick<ConflictCounts, 'conflicts' | 'withBase' | 'pairs' | 'inherited'>): readonly [pairs: string, inThem: string] {
  if (pairs === 0) return ['no ACUs conflict with each other', ''];
  return [`${plural(pairs, 'pair')} of ACUs`, `: ${plural(conflicts - withBase, 'conflict')}${inherited === 0 ? '' : ` + ${grouped(inherited)} inherited`}`];
}

/** What those numbers count. */
export const whatConflictsCount = 'A conflict is one file in which two ACUs, or an ACU and the base, cannot both stand: a pair of ACUs may have several.\nAn ACU that needs a rebase conflicts with the base, often in several files.';

/** "a", "a and b", "a, b and 3 more" */
export function listed(names: readonly string[], show = 2): string {
  if (names.length <= 1) return names[0] ?? '';
  const rest = names.length - show;
  if (rest <= 0) return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]!}`;
  return `${names.slice(0, show).join(', ')} and ${grouped(rest)} more`;
}

export function conflictWords(conflict: ConflictView): string {
  return `${conflict.shown} (${conflict.kind})`;
}

/** Two by two they go together; renames that arise among several are found when they are composed. */
const LOOK = 'two by two; composing decides about renames among them';

/** What would stand, and not on every file system. */
function atRisk({ risks }: VerdictView): string[] {
  const first = risks[0];
  return first === undefined ? [] : [`at risk: ${first.detail}${risks.length > 1 ? `, and ${plural(risks.length - 1, 'more')}` : ''}`];
}

/** The head of a verdict after those it is of, in one sentence: "They conflict" as "conflict". */
export const saidOf = (head: string): string => (head.charAt(0).toLowerCase() + head.slice(1)).replace(/^they /, '');

/** What adding `asked` would do. */
export function verdictWords(verdict: VerdictView, asked: readonly AcuId[], nameOf: NameOf): Words {
  switch (verdict.kind) {
    case 'fits': return { mark: verdict.risks.length > 0 ? 'risk' : 'fits', head: asked.length > 1 ? 'They fit' : 'Fits', tail: [...verdict.look ? [LOOK] : [], ...atRisk(verdict)].join('; ') };
    case 'needs': return { mark: 'needs', head: 'Needs', tail: [listed(verdict.acus.map(nameOf)), ...atRisk(verdict)].join('; ') };
    case 'order-sensitive': {
      const others = verdict.against.length === 0 ? '' : `, with ${listed(verdict.against.map(nameOf))}`;
      return { mark: 'order', head: 'Depends on the order', tail: `of merging${others}: ${verdict.conflicts[0]?.detail ?? 'one order gives another tree'}` };
    }
    case 'unable': {
      const named = asked.length > 1 && verdict.acus.length > 0 ? `${listed(verdict.acus.map(nameOf))}: ` : '';
      return { mark: 'unable', head: 'Cannot be composed', tail: `${named}${verdict.reason}` };
    }
    case 'conflicts': {
      const first = verdict.conflicts[0];
      if (first === undefined) return { mark: 'conflicts', head: 'Conflicts', tail: '' };
      const others = verdict.total - 1;
      const more = others > 0 ? `, and ${plural(others, 'more conflict')}` : '';
      if (verdict.against.length === 0) {
        const base = first.b === 'base' ? 'with the base' : 'with each other';
        return { mark: 'conflicts', head: asked.length > 1 ? 'They conflict' : 'Conflicts', tail: `${base} in ${conflictWords(first)}${more}` };
      }
      return { mark: 'conflicts', head: asked.length > 1 ? 'They conflict' : 'Conflicts', tail: `with ${listed(verdict.against.map(nameOf))} in ${conflictWords(first)}${more}` };
    }
  }
}

/** What dropping `n` ACUs with this verdict would do. `isWhatIf`: it is only looked at. */
export function dropWords(verdict: VerdictView, n: number, isWhatIf: boolean): string {
  const it = n === 1 ? 'it' : `these ${grouped(n)}`, add = isWhatIf ? `Looks at ${it}` : `Adds ${it}`;
  switch (verdict.kind) {
    case 'fits': return add;
    case 'needs': return `${add} with ${verdict.acus.length === 1 ? `the one ${n === 1 ? 'it needs' : 'they need'}` : `the ${grouped(verdict.acus.length)} ${n === 1 ? 'it needs' : 'they need'}`}`;
    case 'conflicts': return verdict.against.length === 0 && n === 1 ? 'Shows what can be done: it conflicts with the base' : 'Shows the swaps that would make room';
    case 'order-sensitive': return 'Shows what can be done: it depends on the order';
    case 'unable': return 'Shows what can be done: it cannot be composed';
  }
}

/** One place where a set does not compose, with who is at it. */
export function setConflictWords({ a, b, sides, shown, kind }: PreviewConflict, nameOf: NameOf): string {
  const who = sides.length > 2 ? listed(sides.map(nameOf), 4) : `${nameOf(a)} × ${b === 'base' ? 'the base' : nameOf(b)}`;
  return `${who}: ${visibleSentence(shown, 200)} (${kind})`;
}

export function sentence(words: Words): string {
  return words.tail === '' ? `${words.head}.` : `${words.head} ${words.head === 'Cannot be composed' ? `– ${words.tail}` : words.tail}${words.tail.endsWith('.') ? '' : '.'}`;
}

const outcomeWords: Readonly<Record<Rebinding['outcome'], string>> = {
  kept: 'kept', rebound: 'follows its branch', absorbed: 'absorbed', stale: 'needs a rebase, taken out', lost: 'lost', 'taken along': 'taken along',
};
export const outcomeName = (outcome: Rebinding['outcome']): string => outcomeWords[outcome];

/** "2 kept, 1 absorbed" */
export function outcomesInWords(rebound: readonly Rebinding[]): string {
  const counts = new Map<Rebinding['outcome'], number>();
  for (const { outcome } of rebound) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, n]) => `${grouped(n)} ${outcomeName(outcome)}`).join(', ');
}

const steps: readonly (readonly [limit: number, seconds: number, unit: string])[] = [
  [3600, 60, 'm'], [86_400, 3600, 'h'], [30 * 86_400, 86_400, 'd'], [365 * 86_400, 30 * 86_400, 'mo'], [Infinity, 365 * 86_400, 'y'],
];

/** Seconds since the epoch that a date can hold (ECMAScript: 100,000,000 days); a commit may claim any number. */
const LAST_TIME = 8_640_000_000_000;

/** "now", "5 m", "3 d": seconds since the epoch, both. */
export function ago(time: number, now: number): string {
  if (Math.abs(time) > LAST_TIME) return '—';
  const seconds = Math.max(0, now - time);
  if (seconds < 60) return 'now';
  for (const [limit, unit, name] of steps) if (seconds < limit) return `${Math.floor(seconds / unit)} ${name}`;
  return '';
}

export function exactTime(time: number): string {
  return Math.abs(time) > LAST_TIME ? `no such date: ${time} seconds` : times.format(time * 1000);
}

/** For machines that read the page; none where there is no such date. */
export function machineTime(time: number): string | undefined {
  return Math.abs(time) > LAST_TIME ? undefined : new Date(time * 1000).toISOString();
}

export function bytesWords(bytes: number): string {
  if (bytes < 1000) return plural(bytes, 'byte');
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function duration(ms: number): string {
  if (ms < 1) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** A stable hue for a person: FNV-1a over the name, spread by the golden angle so that neighbours differ. */
export function hueOf(person: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < person.length; i++) hash = Math.imul(hash ^ person.charCodeAt(i), 0x01000193) >>> 0;
  return Math.round((hash % 997) * 137.508) % 360;
}

export function initials(person: string): string {
  const words = person.split(/[\s._-]+/).map((word) => word.replace(/^[^\p{L}\p{N}]+/u, '')).filter((word) => word !== '');
  const first = [...(words[0] ?? '?')][0] ?? '?';
  const last = words.length > 1 ? [...words[words.length - 1]!][0]! : [...(words[0] ?? '')][1] ?? '';
  return (first + last).toUpperCase();
}
