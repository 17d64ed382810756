// What a person can do about the largest compatible composition: search for it, take it, ask why an ACU is not in a set, and swap it in.
import type { AcuId } from '../../core/bytes.ts';
import type { Reason } from '../../core/suggestion.ts';
import type { WeightRule } from '../../core/weights.ts';
import { chosen } from '../state/composition.ts';
import { nameOf, useReplica } from '../state/replica.ts';
import { say, useUi } from '../state/ui.ts';
import { type Asked, between, proofWords, useSuggestion } from '../state/suggestion.ts';
import { listed, plural } from '../state/words.ts';
import { ids } from '../testids.ts';
import { replaceSet } from './actions.ts';
import { attempt, cancel, isCancelled } from './operating.ts';
import { byTestId, regainFocus } from './regainFocus.ts';
import { connected, service } from './session.ts';

/** Milliseconds; searched longer when somebody asks for it. */
const BUDGET = 2000, LONGER = 5;

/** Opens the panel and searches; the latest search wins. */
export async function searchLargest(rule: WeightRule = useSuggestion.getState().rule, budget: number = BUDGET): Promise<void> {
  const ticket = crypto.randomUUID();
  stopSearch();
  useUi.setState({ tab: 'compose' });
  useSuggestion.setState({ isOpen: true, isFolded: false, rule, failed: null, search: { ticket, weight: 0, bound: null } });
  const { generation } = useReplica.getState();
  try {
    const suggestion = await attempt('suggest', { weight: rule, budget }, 'Largest compatible', ticket);
    if (useSuggestion.getState().search?.ticket !== ticket) return;
    const { comes, leaves } = between(chosen(), suggestion.acus);
    useSuggestion.setState({ search: null, found: { suggestion, rule, budget, generation }, isTaken: comes.length === 0 && leaves.length === 0 });
    say(`Largest compatible composition: ${proofWords(suggestion, rule)}.`);
  } catch (error) {
    if (useSuggestion.getState().search?.ticket !== ticket) return;
    useSuggestion.setState({ search: null, failed: isCancelled(error) ? null : error instanceof Error ? error.message : String(error) });
    if (isCancelled(error)) say('Search cancelled.');
  }
}

export function stopSearch(): void {
  const { search } = useSuggestion.getState();
  if (search === null) return;
  useSuggestion.setState({ search: null });
  cancel(search.ticket);
}

export function searchLonger(): void {
  const { found } = useSuggestion.getState();
  if (found !== null) void searchLargest(found.rule, LONGER * found.budget);
}
/** Milliseconds that `searchLonger` would search. */
export const longer = (budget: number): number => LONGER * budget;

export function closeLargest(): void {
  stopSearch();
  useSuggestion.setState({ isOpen: false });
}

/** To one line, or to all of it; the keyboard stays with it. */
export function foldLargest(isFolded: boolean): void {
  useSuggestion.setState({ isFolded });
  regainFocus([`${byTestId(ids.largest)} [aria-expanded]`, byTestId(ids.largestRule)]);
}

/** Why what was found cannot be taken now; null where it can. */
export function nothingToTake(): string | null {
  const { found } = useSuggestion.getState();
  if (found === null) return 'Nothing was found yet.';
  if (found.generation !== useReplica.getState().generation) return 'The graph has changed since: search again.';
  if (found.suggestion.acus.length === 0) return 'Nothing can be composed.';
  const now = new Set(chosen());
  return now.size === found.suggestion.acus.length && found.suggestion.acus.every((id) => now.has(id)) ? 'It is what is composed now.' : null;
}

/** Makes what was found the composition: one operation. Then it is told in one line. */
export async function takeLargest(): Promise<void> {
  const { found } = useSuggestion.getState();
  if (found === null || nothingToTake() !== null || !await replaceSet(found.suggestion.acus, `Compose the largest compatible set of ${plural(found.suggestion.acus.length, 'ACU')}`)) return;
  useSuggestion.setState({ isFolded: true, isTaken: true });
  regainFocus([byTestId(ids.composition)]);
}

/** The set that an ACU is asked not to be in: the composition, or while that is empty what was found. */
export function setAskedAbout(composed: readonly AcuId[], found: readonly AcuId[] | null): readonly AcuId[] | null {
  return composed.length > 0 ? composed : found;
}

export async function whyNot(acu: AcuId, within: readonly AcuId[], rule: WeightRule): Promise<Reason> {
  const { reasons } = await service().call('whyNot', { acus: [acu], within: [...within], weight: rule });
  return reasons[0]!;
}

/** Puts an ACU, with what it requires, in the place of what keeps it out: one operation. */
export async function swapIn({ acu, leaves, comes }: Reason, within: readonly AcuId[]): Promise<boolean> {
  if (!connected()) return false;
  const gone = new Set(leaves);
  return replaceSet([...within.filter((id) => !gone.has(id)), ...comes], `Swap in ${nameOf(acu)}${leaves.length === 0 ? '' : ` for ${listed(leaves.map(nameOf))}`}`, performance.now(), [acu]);
}

/** The same of what is left out: what was found is composed with the swap, or what was composed of it is changed. */
export async function swapLeftOut(reason: Reason, { within }: Asked): Promise<void> {
  if (await swapIn(reason, within)) useSuggestion.setState({ isTaken: true });
}
