// The operation log: back, forth, and each step as a line to copy.
import * as act from '../app/actions.ts';
import { useOperations } from '../state/operations.ts';
import { useUi } from '../state/ui.ts';
import { verbLine } from './lines.ts';
import { away, noRepository } from './reasons.ts';
import type { Command } from './registry.ts';

export const historyCommands: readonly Command[] = [
  { id: 'history.undo', title: 'Undo', group: 'History', keys: ['Mod+Z'], scope: 'window', changes: true, menu: ['operation'], line: () => verbLine('undo'),
    disabled: () => away() ?? (useOperations.getState().canUndo === null ? 'There is nothing to undo.' : null), run: () => { void act.undo(); } },
  { id: 'history.redo', title: 'Redo', group: 'History', keys: ['Mod+Shift+Z', 'Mod+Y'], scope: 'window', changes: true, menu: ['operation'],
    line: () => verbLine('redo'), disabled: () => away() ?? (useOperations.getState().canRedo === null ? 'There is nothing to redo.' : null),
    run: () => { void act.redo(); } },
  { id: 'history.show', title: 'Show the history', group: 'History', keys: ['H'], scope: 'window', line: () => verbLine('log'), disabled: noRepository,
    run: () => useUi.setState({ tab: 'compose', inspector: 'history' }) },
  {
    id: 'history.copy', title: 'Copy the command line of the last operation', group: 'History', keys: [], scope: 'window',
    disabled: () => (useOperations.getState().last?.command == null ? 'The last operation has no command line.' : null),
    run: () => { void act.copy(useOperations.getState().last!.command!, 'the command line'); },
  },
];
