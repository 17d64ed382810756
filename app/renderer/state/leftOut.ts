// Why each ACU is left out of the set that was found, as far as that has been asked: reasons by ACU, and how the list of them is read.
import { create } from 'zustand';
import type { AcuId } from '../../core/bytes.ts';
import type { Reason } from '../../core/suggestion.ts';
import type { AcuRow } from '../../workers/client.ts';
import type { WeightRule } from '../../core/weights.ts';
import { swapWords } from './suggestion.ts';
import { grouped, listed } from './words.ts';

export type LeftOutSort = 'name' | 'cost';

export interface LeftOutState {
  /** of what: graph, worth and set; reasons of another are forgotten */
  readonly key: string;
  readonly reasons: ReadonlyMap<AcuId, Reason>;
  readonly sort: LeftOutSort;
  readonly filter: string;
  /** the row with the keyboard, which shows its whole reason */
  readonly cursor: AcuId | null;
}

export const useLeftOut = create<LeftOutState>(() => ({ key: '', reasons: new Map(), sort: 'name', filter: '', cursor: null }));

/** What a swap costs, for sorting: those of which it is not known come last, before those that can be in no set. */
function priceOf(reason: Reason | undefined): number {
  if (reason === undefined) return Number.MAX_VALUE;
  if (reason.kind === 'never') return Infinity;
  return reason.stands ? reason.cost : Number.MAX_VALUE;
}

/** The rows to show, in order: those that another set could have before those that none can (`never`). The same cost keeps the order of names. */
export function arranged(rows: readonly AcuRow[], never: ReadonlySet<AcuId>, { reasons, sort, filter }: Pick<LeftOutState, 'reasons' | 'sort' | 'filter'>): readonly AcuRow[] {
  const wanted = filter.trim().toLowerCase(), shown = wanted === '' ? [...rows] : rows.filter((row) => row.text.includes(wanted));
  const byName = (x: AcuRow, y: AcuRow): number => (x.name < y.name ? -1 : x.name > y.name ? 1 : 0);
  const prices = new Map(shown.map(({ id }) => [id, never.has(id) ? Infinity : sort === 'cost' ? priceOf(reasons.get(id)) : 0]));
  return shown.sort((x, y) => {
    const a = prices.get(x.id)!, b = prices.get(y.id)!;
    return a === b ? byName(x, y) : a < b ? -1 : 1;
  });
}

/** "needs them": what stands on what keeps it out, which leaves with that. */
export const needWords = (needing: number, blockers: number): string => `${needing === 1 ? 'needs' : 'need'} ${blockers === 1 ? 'it' : 'them'}`;

/** The smallest reason in one line, and the price. `nameOf`: as the list shows it. `isStale`: it conflicts with the base, which can be decided. */
export function reasonWords(reason: Reason, nameOf: (id: AcuId) => string, isStale: (id: AcuId) => boolean, rule: WeightRule): { readonly why: string; readonly price: string } {
  const { acu, kind, never, blockers, leaves, refused, stands, minimal } = reason;
  switch (kind) {
    case 'in': case 'free': return { why: 'nothing keeps it out', price: swapWords(reason, rule) };
    case 'never': {
      const others = never.filter((id) => id !== acu);
      const does = others.length > 1 ? 'need' : 'needs', stale = (others.length === 0 ? [acu] : others).every(isStale);
      return { why: others.length === 0 ? stale ? 'needs a rebase' : 'it cannot be composed' : `it needs ${listed(others.map(nameOf))}, which ${stale ? `${does} a rebase` : 'cannot be composed'}`, price: '' };
    }
    case 'kept': {
      const set = refused[0], needing = leaves.length - blockers.length;
      const why = blockers.length === 0 ? 'what would be there with it was not found to compose' : `${listed(blockers.map(nameOf), 3)} ${blockers.length === 1 ? 'keeps' : 'keep'} it out${minimal ? '' : ', perhaps fewer'}${needing > 0 ? `, and ${grouped(needing)} that ${needWords(needing, blockers.length)} would leave too` : ''}${set === undefined ? '' : ` (${listed(set.map(nameOf), 3)} do not compose together)`}`;
      return { why, price: stands ? swapWords(reason, rule) : 'no such set was found' };
    }
  }
}
