// Recipes as the screen shows them: those that are kept with what they would be now, the one that is looked into, and what two are compared to be.
import { create } from 'zustand';
import type { Rebinding } from '../../core/model.ts';
import type { RecipeComparison, RecipeLine, RecipeNow } from '../../contract/recipes.ts';
import { grouped, outcomeName } from './words.ts';

/** In place of a name: what is composed. */
export const COMPOSITION = null;

export interface RecipesState {
  readonly isOpen: boolean;
  /** null: not read yet */
  readonly lines: readonly RecipeLine[] | null;
  /** the one with the cursor, and what it is now; null while that is asked */
  readonly chosen: string | null;
  readonly now: RecipeNow | null;
  /** `b`: with what `a` is compared, null the composition; `answer` null while that is worked out */
  readonly compared: { readonly a: string; readonly b: string | null; readonly answer: RecipeComparison | null } | null;
}

export const useRecipes = create<RecipesState>(() => ({ isOpen: false, lines: null, chosen: null, now: null, compared: null }));

/** what is gone first, what stayed last */
export const outcomeOrder: readonly Rebinding['outcome'][] = ['lost', 'stale', 'absorbed', 'rebound', 'taken along', 'kept'];

const gone: ReadonlySet<string> = new Set(['lost', 'stale']);

/** "as it was", "2 moved, 1 gone": what became of a recipe's ACUs, in few words. */
export function becameWords({ became }: Pick<RecipeLine, 'became'>): string {
  const of = (outcomes: Iterable<Rebinding['outcome']>): number => [...outcomes].reduce((sum, one) => sum + (became[one] ?? 0), 0);
  const moved = became.rebound ?? 0, away = of(['lost', 'stale']), landed = became.absorbed ?? 0, along = became['taken along'] ?? 0;
  const parts = [...moved > 0 ? [`${grouped(moved)} moved`] : [], ...landed > 0 ? [`${grouped(landed)} in the base`] : [], ...away > 0 ? [`${grouped(away)} gone`] : [], ...along > 0 ? [`${grouped(along)} needed besides`] : []];
  return parts.length === 0 ? 'as it was' : parts.join(', ');
}

/** Whether all that was kept can be had. */
export const isWhole = ({ became }: Pick<RecipeLine, 'became'>): boolean => !Object.entries(became).some(([outcome, n]) => n > 0 && gone.has(outcome));

/** "follows its branch: it has changed" */
export function answerWords({ outcome, why }: Pick<Rebinding, 'outcome' | 'why'>): string {
  return `${outcome === 'stale' ? 'needs a rebase' : outcomeName(outcome)}${why === '' ? '' : `: ${why}`}`;
}

/** A name that no recipe has, from what is composed: "5 ACUs, 22 Nov". */
export function suggestedName(size: number, day: string, taken: readonly string[]): string {
  const plain = `${size === 1 ? '1 ACU' : `${grouped(size)} ACUs`}, ${day}`, known = new Set(taken);
  for (let n = 1; ; n++) { const name = n === 1 ? plain : `${plain} (${n})`; if (!known.has(name)) return name; }
}
