// What can be done with a difference, and with what the inspector shows of an ACU.
import { display } from '../../core/bytes.ts';
import { copy, targetCount } from '../app/actions.ts';
import { chooseFile } from '../app/composed.ts';
import { chosen, useComposition } from '../state/composition.ts';
import { typedPath, useConflictQuery } from '../state/conflicts.ts';
import { shownDiff, turn, useDiff } from '../state/diff.ts';
import { useInspecting } from '../state/inspecting.ts';
import { showPane } from '../state/room.ts';
import { say, useUi } from '../state/ui.ts';
import { namesOf, verbLine } from './lines.ts';
import { always, nothingSelected } from './reasons.ts';
import type { Command } from './registry.ts';

const noDiff = (): string | null => (shownDiff() === null ? 'No difference is shown.' : null);
const step = (by: 1 | -1): void => { if (shownDiff()?.step(by) === false) say(by > 0 ? 'There is no further change.' : 'There is no change before.'); };
const show = (view: 'facts' | 'dependencies' | 'history'): void => { useInspecting.setState({ view }); useUi.setState({ tab: 'compose', inspector: 'acu' }); showPane('inspector'); };

const file = () => useInspecting.getState().file;
const noFile = (): string | null => (file() === null ? 'No file was pointed at.' : null);
const isComposed = (): boolean => useComposition.getState().composed?.result?.files.some(({ path }) => path === file()) === true;

export const inspectorCommands: readonly Command[] = [
  { id: 'diff.next', title: 'Differences: next change', group: 'View', keys: ['Alt+ArrowDown'], scope: 'window', disabled: noDiff, run: () => step(1) },
  { id: 'diff.previous', title: 'Differences: previous change', group: 'View', keys: ['Alt+ArrowUp'], scope: 'window', disabled: noDiff, run: () => step(-1) },
  { id: 'diff.entities', title: 'Differences: by name, or by line', group: 'View', keys: ['E'], scope: 'window', disabled: always,
    run: () => { turn('byEntity'); say(useDiff.getState().byEntity ? 'Differences by what is named.' : 'Differences by line.'); } },
  { id: 'diff.whole', title: 'Differences: the whole file, or the changes alone', group: 'View', keys: ['Shift+W'], scope: 'window', disabled: always, run: () => turn('whole') },
  { id: 'diff.whitespace', title: 'Differences: mark blanks, tabs and line ends', group: 'View', keys: [], scope: 'window', disabled: always, run: () => turn('whitespace') },
  { id: 'diff.owners', title: 'Differences: who brought each line', group: 'View', keys: ['Shift+B'], scope: 'window', disabled: always, run: () => turn('owners') },
  { id: 'diff.copyPath', title: 'Copy the path of the file that is shown', group: 'View', keys: [], scope: 'window', disabled: noDiff,
    run: () => { void copy(shownDiff()!.path, 'the path'); } },
  { id: 'acu.dependencies', title: 'Show what the selected ACU requires, as a picture', brief: 'Dependencies', group: 'Selection', keys: [], scope: 'window',
    menu: ['acu', 'member', 'graph', 'matrix'], disabled: nothingSelected, run: () => show('dependencies') },
  { id: 'acu.history', title: 'Show what became of the selected ACU', brief: 'History of this ACU', group: 'Selection', keys: [], scope: 'window',
    menu: ['acu', 'member', 'graph', 'matrix'], disabled: () => (targetCount() > 1 ? 'Select one ACU.' : nothingSelected()), run: () => show('history') },
  { id: 'file.composed', title: 'Show the file in the composed difference', brief: 'Show in the composed difference', group: 'View', keys: [], scope: 'window',
    menu: ['file'], disabled: () => noFile() ?? (isComposed() ? null : 'The composition does not change this file.'),
    run: () => { chooseFile(file()!); useUi.setState({ tab: 'compose', inspector: 'composed' }); } },
  { id: 'file.conflicts', title: 'Show the conflicts of the file', brief: 'Conflicts of this file', group: 'View', keys: [], scope: 'window', menu: ['file'],
    disabled: noFile, run: () => { useConflictQuery.setState({ text: typedPath(file()!), acus: null }); useUi.setState({ tab: 'conflicts' }); } },
  { id: 'file.copyPath', title: 'Copy the path of the file', brief: 'Copy the path', group: 'View', keys: [], scope: 'window', menu: ['file'], disabled: noFile,
    line: () => (file() === null || !isComposed() ? null : verbLine('blame', display(file()!), ...namesOf(chosen()))),
    run: () => { void copy(display(file()!), 'the path'); } },
];
