// The Collaboration view and its board. Nothing here changes the workspace.
import * as collaborate from '../app/collaboration.ts';
import { useBoard } from '../state/board.ts';
import { placeNames, places, useCollaboration } from '../state/collaboration.ts';
import { useUi } from '../state/ui.ts';
import { always } from './reasons.ts';
import type { Command } from './registry.ts';

const noCollaboration = (): string | null => (useUi.getState().tab === 'collaboration' ? null : 'Go to Collaboration first.');
const nothingRead = (): string | null => noCollaboration() ?? (useCollaboration.getState().overview === null ? 'The history is not read yet.' : null);
const noCard = (): string | null => noCollaboration() ?? (useBoard.getState().cursor === null ? 'No card is chosen.' : null);

export const collaborationCommands: readonly Command[] = [
  ...places.map((place): Command => ({ id: `collaboration.${place}`, title: `Collaboration: ${placeNames[place]}`, group: 'Collaboration', keys: [], scope: 'window', disabled: always, run: () => { useUi.setState({ tab: 'collaboration' }); useCollaboration.setState({ place }); } })),
  { id: 'collaboration.names', title: 'Collaboration: names, or roles in their place', group: 'Collaboration', keys: ['N'], scope: 'window',
    disabled: noCollaboration, run: collaborate.switchNames },
  { id: 'collaboration.latest', title: 'Collaboration: back to now', group: 'Collaboration', keys: [], scope: 'window',
    disabled: () => noCollaboration() ?? (useCollaboration.getState().asOf === null ? 'It is now.' : null), run: () => useCollaboration.setState({ asOf: null }) },
  { id: 'collaboration.export', title: 'Collaboration: export what is shown as JSON', group: 'Collaboration', keys: [], scope: 'window', disabled: nothingRead,
    run: () => { void collaborate.exportShown(); } },
  { id: 'collaboration.line', title: 'Collaboration: copy the command line that says the same', group: 'Collaboration', keys: [], scope: 'window',
    disabled: nothingRead, run: () => { void collaborate.copyCommandLine(); } },
  { id: 'collaboration.copyBoard', title: 'Board: copy as Markdown', group: 'Collaboration', keys: [], scope: 'window', disabled: nothingRead,
    run: () => { void collaborate.copyBoard(); } },
  { id: 'board.pickUp', title: 'Board: pick up the card, to give it to another person', group: 'Collaboration', keys: ['M'], scope: 'board', disabled: noCard,
    run: collaborate.pickUpCard },
  { id: 'board.unpin', title: 'Board: let the card go where it costs least', group: 'Collaboration', keys: ['Delete', 'Backspace'], scope: 'board',
    disabled: () => noCard() ?? (collaborate.isPinned() ? null : 'This card is not pinned.'), run: collaborate.unpinCard },
  { id: 'board.undo', title: 'Board: take the last step back', group: 'Collaboration', keys: ['Mod+Z'], scope: 'board',
    disabled: () => noCollaboration() ?? (useBoard.getState().done.length === 0 ? 'Nothing was decided on the board.' : null), run: collaborate.undoBoard },
  { id: 'board.redo', title: 'Board: take the step again', group: 'Collaboration', keys: ['Mod+Shift+Z', 'Mod+Y'], scope: 'board',
    disabled: () => noCollaboration() ?? (useBoard.getState().undone.length === 0 ? 'Nothing was taken back.' : null), run: collaborate.redoBoard },
  { id: 'board.clear', title: 'Board: forget all pins, limits and absences', group: 'Collaboration', keys: [], scope: 'window',
    disabled: () => noCollaboration() ?? (collaborate.isDecided() ? null : 'Nothing was decided on the board.'), run: collaborate.clearBoard },
];
