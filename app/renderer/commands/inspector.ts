// What can be done with a difference, and with what the inspector shows of an ACU.
import { copy, targets } from '../app/actions.ts';
import { shownDiff, turn, useDiff } from '../state/diff.ts';
import { useInspecting } from '../state/inspecting.ts';
import { showPane } from '../state/room.ts';
import { say, useUi } from '../state/ui.ts';
import { always, nothingSelected } from './reasons.ts';
import type { Command } from './registry.ts';

const noDiff = (): string | null => (shownDiff() === null ? 'No difference is shown.' : null);
const step = (by: 1 | -1): void => { if (shownDiff()?.step(by) === false) say(by > 0 ? 'There is no further change.' : 'There is no change before.'); };
const show = (view: 'facts' | 'dependencies' | 'history'): void => { useInspecting.setState({ view }); useUi.setState({ tab: 'compose', inspector: 'acu' }); showPane('inspector'); };

export const inspectorCommands: readonly Command[] = [
  { id: 'diff.next', title: 'Differences: next change', group: 'View', keys: ['Alt+ArrowDown'], scope: 'window', disabled: noDiff, run: () => step(1) },
  { id: 'diff.previous', title: 'Differences: previous change', group: 'View', keys: ['Alt+ArrowUp'], scope: 'window', disabled: noDiff, run: () => step(-1) },
  { id: 'diff.entities', title: 'Differences: by name, or by line', group: 'View', keys: ['E'], scope: 'window', disabled: always, run: () => { turn('byEntity'); say(useDiff.getState().byEntity ? 'Differences by what is named.' : 'Differences by line.'); } },
  { id: 'diff.whole', title: 'Differences: the whole file, or the changes alone', group: 'View', keys: ['Shift+W'], scope: 'window', disabled: always, run: () => turn('whole') },
  { id: 'diff.whitespace', title: 'Differences: mark blanks, tabs and line ends', group: 'View', keys: [], scope: 'window', disabled: always, run: () => turn('whitespace') },
  { id: 'diff.owners', title: 'Differences: who brought each line', group: 'View', keys: ['Shift+B'], scope: 'window', disabled: always, run: () => turn('owners') },
  { id: 'diff.copyPath', title: 'Copy the path of the file that is shown', group: 'View', keys: [], scope: 'window', disabled: noDiff, run: () => { void copy(shownDiff()!.path, 'the path'); } },
  { id: 'acu.dependencies', title: 'Show what the selected ACU requires, as a picture', brief: 'Dependencies', group: 'Selection', keys: [], scope: 'window', menu: ['acu', 'member', 'graph', 'matrix'], disabled: nothingSelected, run: () => show('dependencies') },
  { id: 'acu.history', title: 'Show what became of the selected ACU', brief: 'History of this ACU', group: 'Selection', keys: [], scope: 'window', menu: ['acu', 'member', 'graph', 'matrix'], disabled: () => (targets().length > 1 ? 'Select one ACU.' : nothingSelected()), run: () => show('history') },
];
