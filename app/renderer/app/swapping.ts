// What would make a conflicting drop fit: asked of the service as soon as the conflict is shown, previewed on the rows, taken as one operation.
import type { AcuId } from '../../core/bytes.ts';
import type { Reason } from '../../core/suggestion.ts';
import { type WeightRule, weightRules } from '../../core/weights.ts';
import { chosen, useComposition, withDependants } from '../state/composition.ts';
import { nameOf, useReplica } from '../state/replica.ts';
import { noSwaps, swapsOf, together, useSwaps } from '../state/swaps.ts';
import type { SwapOption } from '../state/swaps.ts';
import { effects, useVerdicts } from '../state/verdicts.ts';
import { listed } from '../state/words.ts';
import { replaceSet } from './actions.ts';
import { connected, replica, service } from './session.ts';

/** Of more at once one is not asked for each. */
const MOST = 40;

/** Whether each of these keeps a set from composing with them out: what leaves is weighed by the ACU, by its lines, and by its age. */
async function ask(ids: readonly AcuId[], within: readonly AcuId[]): Promise<Readonly<Partial<Record<WeightRule, readonly Reason[]>>>> {
  const rules = ids.length === 1 ? weightRules : weightRules.slice(0, 1);
  const answers = await Promise.all(rules.map(async (weight) => [weight, (await service().call('whyNot', { acus: [...ids], within: [...within], weight })).reasons] as const));
  return Object.fromEntries(answers);
}

/** The swap of all that was proposed, where it is none of those of each alone and stands. */
async function joint(each: readonly SwapOption[], within: readonly AcuId[]): Promise<SwapOption | null> {
  const best = [...new Map(each.toReversed().map((one) => [one.wanted[0]!, one])).values()];
  if (best.length < 2) return null;
  const all = together(best), gone = new Set(all.leaves);
  const verdict = await replica().call((api) => api.verdict(within.filter((id) => !gone.has(id)), all.comes));
  return verdict.kind === 'fits' ? { ...all, cost: all.leaves.length - all.comes.length, rules: ['unit'] } : null;
}

let turn = 0;

/** Asks for the swaps of every proposal that conflicts; returns what stops it. */
export function keepSwaps(): () => void {
  return useComposition.subscribe(({ proposal }, before) => {
    if (proposal === before.proposal) return;
    const mine = ++turn;
    previewSwap(null);
    useSwaps.setState(noSwaps);
    if (proposal === null || !connected() || !['conflicts', 'order-sensitive', 'unable'].includes(proposal.verdict.kind)) return;
    const within = chosen(), { ids } = proposal;
    if (ids.length > 1) {
      replica().call((api) => api.fitting(within, ids)).then(({ add }) => { if (mine === turn) useSwaps.setState({ fitting: add.length }); }, () => undefined);
    }
    if (within.length === 0 || ids.length > MOST) return;
    useSwaps.setState({ status: 'asking' });
    ask(ids, within).then(async (byRule) => {
      const each = swapsOf(byRule), all = await joint(each, within);
      if (mine !== turn) return;
      useSwaps.setState({ status: 'here', options: all === null ? each : [all, ...each], never: (byRule.unit ?? []).flatMap(({ acu, kind }) => (kind === 'never' ? [acu] : [])) });
    }).catch(() => { if (mine === turn) useSwaps.setState({ status: 'failed' }); });
  });
}

/** Lights up on the rows what would come, and marks what would leave; null: as it was. */
export function previewSwap(option: Pick<SwapOption, 'comes' | 'leaves'> | null): void {
  useVerdicts.setState(({ answer }) => (option === null ? effects(answer) : { lit: new Set(option.comes), clash: new Set(option.leaves) }));
}

/** Takes it: one operation. */
export async function takeSwap({ wanted, leaves, comes }: SwapOption): Promise<void> {
  const gone = new Set(withDependants(leaves, chosen(), useReplica.getState().dependants)), kept = chosen().filter((id) => !gone.has(id)), inside = new Set(kept);
  await replaceSet([...kept, ...comes.filter((id) => !inside.has(id))], `Swap in ${listed(wanted.map(nameOf))}${leaves.length === 0 ? '' : ` for ${listed(leaves.map(nameOf))}`}`, performance.now(), wanted);
}
