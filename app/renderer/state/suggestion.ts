// The largest compatible composition as the screen shows it: what is searched for, what was found and how far that is proven, in words.
import { create } from 'zustand';
import type { AcuId } from '../../core/bytes.ts';
import type { Suggestion } from '../../core/suggestion.ts';
import type { WeightRule } from '../../core/weights.ts';
import type { AcuRow } from '../../workers/client.ts';
import { grouped, plural } from './words.ts';

export interface Search {
  readonly ticket: string;
  /** of the best set so far */
  readonly weight: number;
  /** what none exceeds; null: not known yet */
  readonly bound: number | null;
}

export interface Found {
  readonly suggestion: Suggestion;
  readonly rule: WeightRule;
  /** milliseconds it was searched */
  readonly budget: number;
  /** of the graph it is of (state/replica.ts) */
  readonly generation: number;
}

/** Of which set it is asked what is left out, of which graph and by which weight. */
export interface Asked extends Pick<Found, 'generation' | 'rule'> { readonly within: readonly AcuId[] }

export interface SuggestionState {
  readonly isOpen: boolean;
  /** one line of what was found: it has been taken, and the room is the composition's */
  readonly isFolded: boolean;
  /** what was found became the composition, which is changed from there */
  readonly isTaken: boolean;
  readonly rule: WeightRule;
  readonly search: Search | null;
  readonly found: Found | null;
  readonly failed: string | null;
}

export const useSuggestion = create<SuggestionState>(() => ({ isOpen: false, isFolded: false, isTaken: false, rule: 'unit', search: null, found: null, failed: null }));

export const ruleNames: Readonly<Record<WeightRule, string>> = { unit: 'each counts the same', lines: 'by lines changed', age: 'newer counts more' };

const figures = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
/** Whole numbers whole, others to four digits. */
export const weightWords = (weight: number): string => (Number.isInteger(weight) ? grouped(weight) : figures.format(weight));

/** "optimal", "within 2.1 % of the bound" */
export function gapWords({ weight, bound, optimal }: Pick<Suggestion, 'weight' | 'bound' | 'optimal'>): string {
  if (optimal) return 'optimal';
  const percent = 100 * (bound - weight) / bound;
  return `within ${percent < 0.1 ? '0.1' : percent.toFixed(1)} % of the bound`;
}

/** "23 of 31 ACUs · optimal"; where they do not count the same, with the weight. */
export function proofWords(suggestion: Suggestion, rule: WeightRule): string {
  const { acus, of, weight } = suggestion;
  return [
    `${grouped(acus.length)} of ${plural(of.acus, 'ACU')}`, ...rule === 'unit' ? [] : [`${weightWords(weight)} of ${weightWords(of.weight)} ${rule === 'lines' ? 'lines' : 'in weight'}`], gapWords(suggestion),
  ].join(' · ');
}

/** "23 of at most 31" */
export function searchWords({ weight, bound }: Search): string {
  if (bound === null) return 'searching';
  return bound > weight ? `${weightWords(weight)} of at most ${weightWords(bound)}` : `${weightWords(weight)} is the most; composing it`;
}

/** "4 out, 1 in (net −3)"; where ACUs do not count the same, with what it costs in place of the net. */
export function swapWords({ leaves, comes, cost }: { readonly leaves: readonly unknown[]; readonly comes: readonly unknown[]; readonly cost: number }, rule: WeightRule): string {
  const net = comes.length - leaves.length;
  return `${grouped(leaves.length)} out, ${grouped(comes.length)} in${rule === 'unit' ? ` (net ${net > 0 ? '+' : net < 0 ? '−' : ''}${grouped(Math.abs(net))})` : ` · ${costWords(cost)}`}`;
}

/** What a swap costs, in the weight that is searched by. */
export function costWords(cost: number): string {
  return cost > 0 ? `costs ${weightWords(cost)}` : cost < 0 ? `gains ${weightWords(-cost)}` : 'costs nothing';
}

/** What is left out is asked of what was found, and of the composition once that was made of it: a swap keeps the swaps before it. */
export function askedOf({ generation, rule, suggestion }: Found, isTaken: boolean, composed: readonly AcuId[]): Asked {
  return { generation, rule, within: isTaken && composed.length > 0 ? composed : suggestion.acus };
}

/** Of the ACUs that are not in a set those that another could have, and those that none can: not exact, or on top of one that is not. */
export function leftOut(rows: readonly Pick<AcuRow, 'id' | 'requires' | 'standing'>[], set: readonly AcuId[]): { readonly possible: readonly AcuId[]; readonly never: readonly AcuId[] } {
  const inside = new Set(set), byId = new Map(rows.map((row) => [row.id, row])), known = new Map<AcuId, boolean>();
  const isOut = (id: AcuId): boolean => {
    let out = known.get(id);
    if (out === undefined) {
      const row = byId.get(id);
      known.set(id, out = row !== undefined && (row.standing !== 'exact' || row.requires.some(isOut)));
    }
    return out;
  };
  const left = rows.flatMap(({ id }) => (inside.has(id) ? [] : [id]));
  return { possible: left.filter((id) => !isOut(id)), never: left.filter(isOut) };
}

/** What would come to a set and leave it so that it becomes another. */
export function between(now: readonly AcuId[], then: readonly AcuId[]): { readonly comes: readonly AcuId[]; readonly leaves: readonly AcuId[] } {
  const before = new Set(now), after = new Set(then);
  return { comes: then.filter((id) => !before.has(id)), leaves: now.filter((id) => !after.has(id)) };
}
