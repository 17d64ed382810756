// What if: a set that is only looked at. While there is one, whatever would change the composition changes it instead (actions.ts, replaceSet), so that
// tree, verdicts and marks follow at once and no operation is made; at the end it is applied as one, or left.
import type { AcuId } from '../../core/bytes.ts';
import { chosen, composedIn, countWords, setKey, toggled, useComposition } from '../state/composition.ts';
import { nameOf, useReplica } from '../state/replica.ts';
import { between } from '../state/suggestion.ts';
import { isPast } from '../state/time.ts';
import { say, useUi } from '../state/ui.ts';
import { listed, plural } from '../state/words.ts';
import { replaceSet } from './actions.ts';
import { connected } from './session.ts';

export function beginWhatIf(): void {
  if (useComposition.getState().whatIf !== null) return;
  useComposition.setState({ whatIf: chosen(), proposal: null });
  useUi.setState({ tab: 'compose', inspector: 'composed' });
  say('What if: what you change now is only looked at. Apply makes it one operation, Escape leaves it.');
}

/** Puts them in with all they need, or takes them out with all that needs them, whether that composes or not: that is the question. */
export function toggleWhatIf(ids: readonly AcuId[]): void {
  beginWhatIf();
  const before = chosen(), set = toggled(before, ids, useReplica.getState()), { comes, leaves } = between(before, set);
  useComposition.setState({ whatIf: set, proposal: null });
  useUi.setState({ inspector: 'composed' });
  say(`What if: ${comes.length > 0 ? `${listed(comes.map(nameOf))} in` : `${listed(leaves.map(nameOf))} out`}. ${countWords(set, useReplica.getState().byId)}.`);
}

export function leaveWhatIf(): void {
  if (useComposition.getState().whatIf === null) return;
  useComposition.setState({ whatIf: null, proposal: null });
  say('Left: the composition is as it was.');
}

/** Why what is looked at cannot be made so; null where it can. */
export function noWhatIf(): string | null {
  const state = useComposition.getState(), { whatIf, composed } = state;
  if (whatIf === null) return 'Nothing is only looked at: begin a what-if first.';
  if (!connected()) return 'The service is away.';
  const { comes, leaves } = between(composedIn(state), whatIf);
  if (comes.length + leaves.length === 0) return 'Nothing is other than it is composed.';
  if (composed?.key !== setKey(whatIf) || composed.status === 'loading') return 'It is being composed.';
  return composed.result === null || (whatIf.length > 0 && composed.result.tree === null) ? 'It does not compose.' : null;
}

export async function applyWhatIf(): Promise<void> {
  const state = useComposition.getState(), { whatIf } = state;
  if (whatIf === null || noWhatIf() !== null) return;
  const { comes, leaves } = between(composedIn(state), whatIf);
  useComposition.setState({ whatIf: null });
  if (!await replaceSet(whatIf, `Apply what was looked at: ${[...comes.length > 0 ? [`${plural(comes.length, 'comes', 'come')}`] : [], ...leaves.length > 0 ? [plural(leaves.length, 'leaves', 'leave')] : []].join(', ')}`)) useComposition.setState({ whatIf });
}

/** Keeps it to what there is: what the graph has no more leaves it, and a moment of the past has none. Returns what stops it. */
export function keepWhatIf(): () => void {
  const stop = useReplica.subscribe(({ byId, generation }, before) => {
    const { whatIf } = useComposition.getState();
    if (whatIf === null || generation === before.generation) return;
    if (isPast()) { useComposition.setState({ whatIf: null }); return; }
    const left = whatIf.filter((id) => byId.has(id));
    if (left.length < whatIf.length) { useComposition.setState({ whatIf: left }); say(`${plural(whatIf.length - left.length, 'ACU is', 'ACUs are')} there no more, and left what is looked at.`); }
  });
  // the mark of a row is its checkbox
  const toggle = (event: MouseEvent): void => {
    if (useComposition.getState().whatIf === null || !(event.target instanceof Element)) return;
    const id = event.target.closest('.c-mark, .c-check')?.closest<HTMLElement>('[data-acu]')?.dataset['acu'] as AcuId | undefined;
    if (id === undefined) return;
    event.stopPropagation();
    toggleWhatIf([id]);
  };
  const shown = useComposition.subscribe(({ whatIf }, before) => {
    if (whatIf === before.whatIf) return;
    if (whatIf === null) delete document.documentElement.dataset['whatIf']; else document.documentElement.dataset['whatIf'] = '';
  });
  window.addEventListener('click', toggle, { capture: true });
  return () => { stop(); shown(); window.removeEventListener('click', toggle, { capture: true }); };
}
