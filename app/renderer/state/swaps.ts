// The swaps that would make what was proposed fit: each with what leaves, what comes, and what it costs, the cheapest first.
import { create } from 'zustand';
import type { AcuId } from '../../core/bytes.ts';
import type { Reason } from '../../core/suggestion.ts';
import { type WeightRule, weightRules } from '../../core/weights.ts';

export interface SwapOption {
  /** of those that were proposed, the ones that it brings in */
  readonly wanted: readonly AcuId[];
  readonly leaves: readonly AcuId[];
  readonly comes: readonly AcuId[];
  /** by what an ACU is worth to each of `rules` */
  readonly cost: number;
  /** none is cheaper by these */
  readonly rules: readonly WeightRule[];
}

export interface SwapState {
  readonly status: 'none' | 'asking' | 'here' | 'failed';
  readonly options: readonly SwapOption[];
  /** those that can be in no set at all */
  readonly never: readonly AcuId[];
  /** how many of those proposed fit as they are; null: not asked */
  readonly fitting: number | null;
}

export const noSwaps: SwapState = { status: 'none', options: [], never: [], fitting: null };
export const useSwaps = create<SwapState>(() => noSwaps);

/** The swaps that some answers give: those that stand, each way once. `byRule`: answers of the same ACUs by different worths. */
export function swapsOf(byRule: Readonly<Partial<Record<WeightRule, readonly Reason[]>>>): readonly SwapOption[] {
  const out = new Map<string, SwapOption>();
  for (const rule of weightRules) {
    for (const { acu, kind, stands, leaves, comes, cost } of byRule[rule] ?? []) {
      if (kind !== 'kept' || !stands) continue;
      const key = `${acu} ${[...leaves].sort().join()}`, known = out.get(key);
      out.set(key, known === undefined ? { wanted: [acu], leaves, comes, cost, rules: [rule] } : { ...known, rules: [...known.rules, rule] });
    }
  }
  return [...out.values()].sort((x, y) => x.leaves.length - y.leaves.length || x.cost - y.cost);
}

/** All of several at once: what leaves for any leaves, what comes with any comes, and what comes does not leave. */
export function together(options: readonly SwapOption[]): Omit<SwapOption, 'cost' | 'rules'> {
  const comes = new Set(options.flatMap((one) => one.comes)), leaves = new Set(options.flatMap((one) => one.leaves).filter((id) => !comes.has(id)));
  return { wanted: options.flatMap((one) => one.wanted), leaves: [...leaves], comes: [...comes] };
}
