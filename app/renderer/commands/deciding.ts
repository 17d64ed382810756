// Deciding conflicts by hand, place by place.
import * as deciding from '../app/deciding.ts';
import { useComposition } from '../state/composition.ts';
import { leftIn, placeAt, unfit, useDeciding } from '../state/deciding.ts';
import { useReplica } from '../state/replica.ts';
import { useSelection } from '../state/selection.ts';
import { useUi } from '../state/ui.ts';
import { namesOf, verbLine } from './lines.ts';
import { noRepository } from './reasons.ts';
import type { Command } from './registry.ts';

const noPlace = (): string | null => noRepository() ?? (useUi.getState().inspector === 'decide' && placeAt(useDeciding.getState()) !== null ? null : 'Nothing is being decided: open a conflict with Decide.');
const notSo = (take: 'ours' | 'theirs' | 'both' | 'reversed' | 'text') => (): string | null => { const here = placeAt(useDeciding.getState()); return noPlace() ?? (here === null ? null : unfit(here.place, take)); };
/** Those selected that are kept open, in their order; of none, the first that is. */
const openOnes = () => { const { open = [] } = useComposition.getState().confirmed ?? {}, { selected } = useSelection.getState(), some = open.filter((id) => selected.has(id)); return some.length > 0 ? some : open.slice(0, 1); };
const noOpen = (): string | null => noRepository() ?? (openOnes().length > 0 ? null : 'No conflict is kept open.');
const chosenOnes = () => { const { confirmed } = useComposition.getState(), inside = new Set(confirmed?.acus); return [...useSelection.getState().selected].filter((id) => !inside.has(id) && confirmed?.open?.includes(id) !== true); };
/** Those selected that conflict with the base, kept open or not. */
const staleOnes = () => { const { byId } = useReplica.getState(), inside = new Set(useComposition.getState().confirmed?.acus); return [...useSelection.getState().selected].filter((id) => !inside.has(id) && byId.get(id)?.standing === 'stale'); };
const allDecided = (): string | null => { const left = leftIn(useDeciding.getState()); return noPlace() ?? (left === 0 ? null : deciding.leftWords(left)); };

/** Neither an answer nor one from before. */
function notChosen(): string | null {
  const state = useDeciding.getState(), here = placeAt(state);
  return here === null || state.answers.has(here.id) || here.place.earlier !== null ? null : 'Choose ours, theirs, both, or write the text first.';
}

/** Where one word says all that was decided. */
function decideLine(): string | null {
  const { acu, answers } = useDeciding.getState(), takes = new Set([...answers.values()].map(({ answer }) => answer.take)), [take] = takes;
  return acu === null || takes.size !== 1 || (take !== 'ours' && take !== 'theirs' && take !== 'both') ? null : verbLine('resolve', ...namesOf([acu]), '--take', take);
}

export const decidingCommands: readonly Command[] = [
  { id: 'open.keep', title: 'Keep the selected ACUs open', brief: 'Keep it open, to be decided', group: 'Composition', keys: [], scope: 'window', changes: true, menu: ['acu'], disabled: () => noRepository() ?? (chosenOnes().length > 0 ? null : 'Select ACUs that are not composed.'), run: () => { void deciding.keepOpen(chosenOnes()); } },
  { id: 'acu.decide', title: 'Decide what the selected ACU conflicts with the base in', brief: 'Decide its rebase…', group: 'Composition', keys: [], scope: 'window', changes: true, menu: ['acu'], disabled: () => noRepository() ?? (staleOnes().length > 0 ? null : 'Select an ACU that needs a rebase.'), run: () => { void deciding.decide(staleOnes()[0]!); } },
  { id: 'open.decide', title: 'Decide an open conflict', brief: 'Decide', group: 'Composition', keys: ['Shift+D'], scope: 'window', changes: true, menu: ['open'], disabled: noOpen, run: () => { void deciding.decide(openOnes()[0]!); } },
  { id: 'open.drop', title: 'Drop an open conflict', brief: 'Drop it', group: 'Composition', keys: [], scope: 'window', changes: true, menu: ['open'], disabled: noOpen, run: () => { void deciding.dropOpen(openOnes()); } },
  { id: 'decide.next', title: 'Next place', group: 'Composition', keys: ['J', 'ArrowDown'], scope: 'decide', disabled: noPlace, run: () => deciding.step(1) },
  { id: 'decide.previous', title: 'Previous place', group: 'Composition', keys: ['K', 'ArrowUp'], scope: 'decide', disabled: noPlace, run: () => deciding.step(-1) },
  { id: 'decide.ours', title: 'Take ours', group: 'Composition', keys: ['1'], scope: 'decide', changes: true, disabled: notSo('ours'), run: () => deciding.take('ours') },
  { id: 'decide.theirs', title: 'Take theirs', group: 'Composition', keys: ['2'], scope: 'decide', changes: true, disabled: notSo('theirs'), run: () => deciding.take('theirs') },
  { id: 'decide.both', title: 'Take both, ours first', group: 'Composition', keys: ['3'], scope: 'decide', changes: true, disabled: notSo('both'), run: () => deciding.take('both') },
  { id: 'decide.reversed', title: 'Take both, theirs first', group: 'Composition', keys: ['4'], scope: 'decide', changes: true, disabled: notSo('reversed'), run: () => deciding.take('reversed') },
  { id: 'decide.write', title: 'Write the text by hand', group: 'Composition', keys: ['E'], scope: 'decide', changes: true, disabled: notSo('text'), run: deciding.write },
  { id: 'decide.accept', title: 'Accept, and on to the next place left', group: 'Composition', keys: ['Enter'], scope: 'decide', changes: true, disabled: () => noPlace() ?? notChosen(), run: deciding.accept },
  { id: 'decide.restOurs', title: 'Take ours for all that is left', group: 'Composition', keys: [], scope: 'decide', changes: true, disabled: noPlace, run: () => deciding.takeRest('ours') },
  { id: 'decide.restTheirs', title: 'Take theirs for all that is left', group: 'Composition', keys: [], scope: 'decide', changes: true, disabled: noPlace, run: () => deciding.takeRest('theirs') },
  { id: 'decide.file', title: 'Show the whole file as decided', group: 'Composition', keys: ['W'], scope: 'decide', disabled: noPlace, run: () => useDeciding.setState(({ wholeFile }) => ({ wholeFile: !wholeFile })) },
  { id: 'decide.large', title: 'Decide in the whole width', group: 'View', keys: ['F'], scope: 'decide', disabled: noPlace, run: () => useDeciding.setState(({ isLarge }) => ({ isLarge: !isLarge })) },
  { id: 'decide.compose', title: 'Compose what was decided', group: 'Composition', keys: ['Mod+Enter'], scope: 'decide', changes: true, disabled: allDecided, run: () => { void deciding.compose(); }, line: decideLine },
  { id: 'decide.leave', title: 'Leave the decision', group: 'Composition', keys: ['Escape'], scope: 'decide', disabled: noPlace, run: deciding.leave },
];
