// What changes the composition, and the ways into and out of it.
import type { AcuId } from '../../core/bytes.ts';
import * as act from '../app/actions.ts';
import * as suggesting from '../app/suggesting.ts';
import { applyWhatIf, beginWhatIf, leaveWhatIf, noWhatIf, toggleWhatIf } from '../app/whatIf.ts';
import { chosen, useComposition, withDependants } from '../state/composition.ts';
import { useInspecting } from '../state/inspecting.ts';
import { useReplica } from '../state/replica.ts';
import { showPane } from '../state/room.ts';
import { open, useUi } from '../state/ui.ts';
import { useSuggestion } from '../state/suggestion.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { ids } from '../testids.ts';
import { focusSoon } from './focus.ts';
import { composeLineOf, namesOf, verbLine } from './lines.ts';
import { away, noRepository, nothingComposed, nothingSelected } from './reasons.ts';
import type { Command } from './registry.ts';

/** Those of the selection that are composed. */
function selectedInside(): readonly AcuId[] {
  const inside = new Set(chosen());
  return act.targets().filter((id) => inside.has(id));
}

function composedWithout(ids: readonly AcuId[]): readonly AcuId[] {
  const out = new Set(withDependants(ids, chosen(), useReplica.getState().dependants));
  return chosen().filter((id) => !out.has(id));
}

const isWhatIf = (): boolean => useComposition.getState().whatIf !== null;

export const compositionCommands: readonly Command[] = [
  // carried by keyboard: Enter drops before anything else hears it
  { id: 'composition.drop', title: 'Drop what is carried into the composition', group: 'Composition', keys: [], scope: 'window', changes: true,
    disabled: () => (useVerdicts.getState().carried === null ? 'Nothing is picked up.' : null), run: () => { void act.drop(); } },
  { id: 'composition.add', title: 'Add the selection to the composition', brief: 'Add to the composition', group: 'Composition', keys: ['Enter', 'Space'],
    scope: 'list', changes: true, menu: ['acu', 'graph', 'matrix'], line: () => composeLineOf([...new Set([...chosen(), ...act.targets()])]),
    disabled: nothingSelected, run: () => { if (isWhatIf()) toggleWhatIf(act.targets()); else void act.add(act.targets()); } },
  { id: 'composition.pickUp', title: 'Pick up and move the selection', brief: 'Pick up and move', group: 'Composition', keys: ['M'], scope: 'list',
    changes: true, menu: ['acu'], disabled: nothingSelected, run: () => act.pickUp(act.targets()) },
  { id: 'composition.addFitting', title: 'Add what fits of the selection', brief: 'Add what fits', group: 'Composition', keys: ['Shift+Enter'], scope: 'list',
    changes: true, menu: ['acu', 'graph', 'matrix'], disabled: nothingSelected, run: () => { void act.addFitting(act.targets()); } },
  { id: 'composition.addMissing', title: 'Add the proposed ACUs with what they need', group: 'Composition', keys: [], scope: 'window', changes: true,
    disabled: () => (useComposition.getState().proposal?.verdict.kind === 'needs' ? null : 'Nothing proposed needs others.'),
    run: () => { void act.addWithNeeds(); } },
  {
    id: 'composition.remove', title: 'Remove the selection from the composition', brief: 'Remove from the composition', group: 'Composition',
    keys: ['Delete', 'Backspace'], scope: 'list', changes: true, menu: ['acu', 'member'], line: () => composeLineOf(composedWithout(selectedInside())),
    disabled: () => (nothingComposed() === null && selectedInside().length > 0 ? null : 'Nothing selected is in the composition.'),
    run: () => { void act.remove(selectedInside()); },
  },
  { id: 'composition.whatIf', title: 'What if: look at another set, without making it so', group: 'Composition', keys: [], scope: 'window',
    disabled: () => noRepository() ?? (isWhatIf() ? 'That is what is looked at now.' : null), run: beginWhatIf },
  { id: 'composition.whatIfToggle', title: 'What if the selection were in the composition, or not', group: 'Composition', keys: ['Shift+W'], scope: 'list',
    menu: ['acu', 'member', 'graph', 'matrix'], disabled: () => noRepository() ?? nothingSelected(), run: () => toggleWhatIf(act.targets()) },
  { id: 'composition.whatIfApply', title: 'Make what is looked at the composition', group: 'Composition', keys: ['Shift+Mod+Enter'], scope: 'window',
    changes: true, disabled: noWhatIf, run: () => { void applyWhatIf(); } },
  { id: 'composition.whatIfLeave', title: 'Leave what is only looked at', group: 'Composition', keys: [], scope: 'window',
    disabled: () => (isWhatIf() ? null : 'Nothing is only looked at.'), run: leaveWhatIf },
  { id: 'composition.largest', title: 'Find the largest compatible composition', group: 'Composition', keys: ['L'], scope: 'window',
    line: () => verbLine('suggest'), disabled: noRepository, run: () => { void suggesting.searchLargest(); } },
  { id: 'composition.takeLargest', title: 'Compose the largest compatible set that was found', group: 'Composition', keys: [], scope: 'window', changes: true,
    disabled: () => away() ?? suggesting.nothingToTake(), run: () => { void suggesting.takeLargest(); } },
  {
    id: 'composition.whyNot', title: 'Why is the selected ACU not in the composition?', brief: 'Why is it not in the composition?', group: 'Composition',
    keys: ['W'], scope: 'list', menu: ['acu', 'graph', 'matrix'], line: () => verbLine('why-not', ...namesOf(act.targets())),
    disabled: () => nothingSelected() ?? (nothingComposed() !== null && useSuggestion.getState().found === null ? 'Nothing is composed, and no largest set was searched for.' : null),
    run: () => { useUi.setState({ tab: 'compose', inspector: 'acu' }); useInspecting.setState({ view: 'facts' }); showPane('inspector'); focusSoon(ids.whyNot); },
  },
  { id: 'composition.clear', title: 'Clear the composition', group: 'Composition', keys: [], scope: 'window', changes: true, menu: ['member'],
    disabled: nothingComposed, run: () => { void act.clear(); } },
  { id: 'composition.write', title: 'Write the composition to a branch…', group: 'Composition', keys: ['Mod+Enter'], scope: 'anywhere', changes: true,
    menu: ['member'], line: () => composeLineOf(chosen(), 'NAME'),
    disabled: () => noRepository() ?? (isWhatIf() ? 'Apply what is looked at, or leave it, first.' : nothingComposed()),
    run: () => { useUi.setState({ tab: 'compose' }); open('branch'); } },
];
