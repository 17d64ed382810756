// `acumen suggest` and `acumen why-not` as plain records, in the shapes that `--json` prints, and what a weight on the command line means.
import { display } from '../../core/bytes.ts';
import type { AcuId } from '../../core/bytes.ts';
import type { Engine } from '../../core/engine.ts';
import { gapOf } from '../../core/problem.ts';
import type { Reason, Suggestion } from '../../core/suggestion.ts';
import { type WeightRule, type Weighing, weightRules, weightsOf } from '../../core/weights.ts';

export { readWeights } from '../../core/weights.ts';
export type { Weighing } from '../../core/weights.ts';

/** Milliseconds that are searched where nobody says how long. */
export const BUDGET_MS = 2000;

export const isRule = (text: string): text is WeightRule => (weightRules as readonly string[]).includes(text);

export interface ShownSuggestion extends Suggestion {
  /** how much more there may be, as a share of the bound; 0 where it is optimal */
  readonly gap: number;
  /** published and not in the set, in the list's order */
  readonly left: readonly AcuId[];
}

export function shownSuggestion({ acus }: Engine, found: Suggestion): ShownSuggestion {
  const inside = new Set(found.acus);
  return { ...found, gap: gapOf(found), left: acus.map(({ id }) => id).filter((id) => !inside.has(id)) };
}

/** One line of a set, for a person. */
export interface WeighedLine { readonly id: AcuId; readonly name: string; readonly weight: number; readonly added: number; readonly deleted: number; readonly author: string }

/** The ACUs of a set in the list's order. */
export function weighed(engine: Engine, weight: Weighing, ids: readonly AcuId[]): WeighedLine[] {
  const weights = weightsOf(engine, weight), inside = new Set(ids);
  return engine.acus.flatMap(({ id, name, added, deleted, author }, i) => (inside.has(id) ? [{ id, name: display(name), weight: weights[i]!, added, deleted, author: display(author.name) }] : []));
}

export interface ShownReason extends Reason {
  readonly name: string;
  /** of each blocker that says it by itself: where the two meet; of what can never be chosen: why */
  readonly why: readonly { readonly acu: AcuId; readonly detail: string }[];
}

export function shownReason(engine: Engine, reason: Reason): ShownReason {
  const acu = engine.acu(reason.acu)!;
  const why = [
    ...reason.never.flatMap((id) => { const one = engine.acu(id); return one?.reason === undefined ? [] : [{ acu: id, detail: `${one.standing === 'stale' ? 'stale' : 'not yet exact'}, ${one.reason}` }]; }),
    ...reason.blockers.flatMap((id) => {
      const meets = engine.check([...engine.closed([reason.acu, id])]).conflicts.find(({ verdict }) => verdict !== 'risk');
      return meets === undefined ? [] : [{ acu: id, detail: meets.detail }];
    }),
  ];
  return { ...reason, name: display(acu.name), why };
}

/** What a person calls an ACU. */
export function nameOf(engine: Engine, id: AcuId): string {
  const acu = engine.acu(id);
  return acu === undefined ? id.slice(0, 12) : display(acu.name);
}
