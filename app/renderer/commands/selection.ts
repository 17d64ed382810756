// What is done to the selection of ACUs itself.
import * as act from '../app/actions.ts';
import { noSelection, selectAll, useSelection } from '../state/selection.ts';
import { useUi } from '../state/ui.ts';
import { membersOf, useVisible } from '../state/visible.ts';
import { namesOf, verbLine } from './lines.ts';
import { always, nothingSelected } from './reasons.ts';
import type { Command } from './registry.ts';

export const selectionCommands: readonly Command[] = [
  { id: 'selection.all', title: 'Select all ACUs that match', group: 'Selection', keys: ['Mod+A'], scope: 'list', disabled: always, run: () => useSelection.setState((at) => selectAll(at, membersOf(useVisible.getState(), null))) },
  { id: 'selection.none', title: 'Clear the selection', group: 'Selection', keys: [], scope: 'window', disabled: () => (useSelection.getState().selected.size === 0 ? 'Nothing is selected.' : null), run: () => useSelection.setState(noSelection) },
  { id: 'selection.copy', title: 'Copy the ids of the selection', brief: 'Copy ids', group: 'Selection', keys: ['C'], scope: 'list', menu: ['acu', 'source', 'member', 'graph', 'matrix'], disabled: nothingSelected, run: () => { const all = act.targets(); void act.copy(all.join('\n'), all.length === 1 ? `id ${all[0]!.slice(0, 8)}` : `${all.length} ids`); } },
  { id: 'selection.copyNames', title: 'Copy the names of the selection', brief: 'Copy names', group: 'Selection', keys: [], scope: 'window', menu: ['acu', 'source', 'member', 'graph', 'matrix'], disabled: nothingSelected, run: () => { void act.copyWhole(act.targets(), 'names'); } },
  { id: 'selection.copyTitles', title: 'Copy the titles and authors of the selection', brief: 'Copy titles and authors', group: 'Selection', keys: [], scope: 'window', menu: ['acu', 'source', 'member', 'graph', 'matrix'], disabled: nothingSelected, run: () => { void act.copyWhole(act.targets(), 'titles'); } },
  { id: 'selection.conflicts', title: 'Show the conflicts of the selection', brief: 'Show conflicts', group: 'Selection', keys: ['X'], scope: 'list', menu: ['acu', 'source', 'member', 'graph', 'matrix'], line: () => (act.targetCount() === 1 ? verbLine('conflicts', '--acu', ...namesOf(act.targets())) : null), disabled: nothingSelected, run: () => useUi.setState({ tab: 'conflicts' }) },
];
