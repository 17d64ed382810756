// Everything the window can do, as commands.
import * as act from '../app/actions.ts';
import * as collaborate from '../app/collaboration.ts';
import * as perform from '../app/performance.ts';
import * as suggesting from '../app/suggesting.ts';
import { platform } from '../app/here.ts';
import { tryNow } from '../app/session.ts';
import { useBoard } from '../state/board.ts';
import { placeNames, places, useCollaboration } from '../state/collaboration.ts';
import { chosen, useComposition } from '../state/composition.ts';
import { useConnection } from '../state/connection.ts';
import { noFilters, useFilters, isFiltered } from '../state/filters.ts';
import { isOver, useOperations } from '../state/operations.ts';
import { sectionNames, sections, usePerformance, zoomBack } from '../state/performance.ts';
import { noSelection, selectAll, useSelection } from '../state/selection.ts';
import { closeOverlay, open, useUi } from '../state/ui.ts';
import type { Theme } from '../state/ui.ts';
import { useSuggestion } from '../state/suggestion.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { useVisible } from '../state/visible.ts';
import { ids } from '../testids.ts';
import { register } from './registry.ts';
import type { Command } from './registry.ts';

const always = (): null => null;
const away = (): string | null => (useConnection.getState().state === 'open' ? null : 'The service is away.');
const noRepository = (): string | null => away() ?? (useConnection.getState().repository === null ? 'No repository is open.' : null);
const noBase = (): string | null => noRepository() ?? (useConnection.getState().repository?.base === null ? 'Nothing is imported yet.' : null);
const nothingSelected = (): string | null => (act.targets().length > 0 ? null : 'Nothing is selected.');
const nothingComposed = (): string | null => (chosen().length > 0 ? null : 'The composition is empty.');
const noConsole = (): string | null => (useUi.getState().tab === 'performance' ? null : 'Go to Performance first.');
const noFigures = (): string | null => noConsole() ?? (usePerformance.getState().report === null ? 'There are no figures yet.' : null);
const noSections = (): string | null => (['collaboration', 'performance'].includes(useUi.getState().tab) ? null : 'This view has no sections.');
const noCollaboration = (): string | null => (useUi.getState().tab === 'collaboration' ? null : 'Go to Collaboration first.');
const nothingRead = (): string | null => noCollaboration() ?? (useCollaboration.getState().overview === null ? 'The history is not read yet.' : null);
const noCard = (): string | null => noCollaboration() ?? (useBoard.getState().cursor === null ? 'No card is chosen.' : null);
const running = () => useOperations.getState().mine.findLast((operation) => !isOver(operation)) ?? null;

const focusOn = (testId: string): void => document.querySelector<HTMLElement>(`[data-testid="${testId}"]`)?.focus();

/** The panes that F6 goes around, by the element that takes the keyboard. */
const panes = [ids.search, ids.acuList, ids.largestRule, ids.composition, ids.graph, ids.graphList, ids.conflictList, ids.inspector, ids.talk, ids.predicted, ids.detail, ids.board, ids.heat, ids.bus];
function nextPane(step: 1 | -1): void {
  const there = panes.flatMap((id) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`) ?? []);
  if (there.length === 0) return;
  const at = there.findIndex((pane) => pane === document.activeElement || pane.contains(document.activeElement));
  there[(at + step + there.length) % there.length]!.focus();
}

const theme = (to: Theme): Command => ({
  id: `view.theme.${to}`, title: `Theme: ${to === 'system' ? 'follow the system' : to}`, group: 'View', keys: [], scope: 'window',
  disabled: () => (useUi.getState().theme === to ? 'This is the theme now.' : null),
  run: () => useUi.setState({ theme: to }),
});

const nextSection = (step: 1 | -1): void => (useUi.getState().tab === 'performance' ? perform.nextSection(step) : collaborate.nextPlace(step));

/** Escape gives up one thing at a time, the nearest first. */
function escape(): void {
  if (useVerdicts.getState().carried !== null) { act.putBack(); return; }
  if (useBoard.getState().carried !== null) { collaborate.putBack(); return; }
  if (useUi.getState().overlay !== 'none') { closeOverlay(); return; }
  if (useBoard.getState().proposed !== null) { collaborate.leaveProposal(); return; }
  if (useComposition.getState().proposal !== null) { act.dismissProposal(); return; }
  if (useComposition.getState().rebound !== null) { act.dismissRebound(); return; }
  if (useSuggestion.getState().search !== null) { suggesting.stopSearch(); return; }
  if (useSuggestion.getState().isOpen) { suggesting.closeLargest(); return; }
  useSelection.setState((selection) => ({ ...noSelection, cursor: selection.cursor }));
}

export function registerCommands(): void {
  register([
    { id: 'help.palette', title: 'Command palette', group: 'Help', keys: ['Mod+K'], scope: 'anywhere', disabled: always, run: () => (useUi.getState().overlay === 'palette' ? closeOverlay() : open('palette')) },
    { id: 'help.keys', title: 'Show all keys', group: 'Help', keys: ['?'], scope: 'window', disabled: always, run: () => open('keys') },
    { id: 'help.escape', title: 'Put back, close, clear', group: 'Help', keys: ['Escape'], scope: 'anywhere', disabled: always, run: escape },

    // carried by keyboard: Enter drops before anything else hears it
    { id: 'composition.drop', title: 'Drop what is carried into the composition', group: 'Composition', keys: [], scope: 'window', disabled: () => (useVerdicts.getState().carried === null ? 'Nothing is picked up.' : null), run: () => { void act.drop(); } },
    { id: 'composition.add', title: 'Add the selection to the composition', group: 'Composition', keys: ['Enter', 'Space'], scope: 'list', disabled: nothingSelected, run: () => { void act.add(act.targets()); } },
    { id: 'composition.pickUp', title: 'Pick up and move the selection', group: 'Composition', keys: ['M'], scope: 'list', disabled: nothingSelected, run: () => act.pickUp(act.targets()) },
    { id: 'composition.addFitting', title: 'Add what fits of the selection', group: 'Composition', keys: ['Shift+Enter'], scope: 'list', disabled: nothingSelected, run: () => { void act.addFitting(act.targets()); } },
    { id: 'composition.addMissing', title: 'Add the proposed ACUs with what they need', group: 'Composition', keys: [], scope: 'window', disabled: () => (useComposition.getState().proposal?.verdict.kind === 'needs' ? null : 'Nothing proposed needs others.'), run: () => { void act.addWithNeeds(); } },
    {
      id: 'composition.remove', title: 'Remove the selection from the composition', group: 'Composition', keys: ['Delete', 'Backspace'], scope: 'list',
      disabled: () => { const inside = new Set(chosen()); return act.targets().some((id) => inside.has(id)) ? null : 'Nothing selected is in the composition.'; },
      run: () => { const inside = new Set(chosen()); void act.remove(act.targets().filter((id) => inside.has(id))); },
    },
    { id: 'composition.largest', title: 'Find the largest compatible composition', group: 'Composition', keys: ['L'], scope: 'window', disabled: noRepository, run: () => { void suggesting.searchLargest(); } },
    { id: 'composition.takeLargest', title: 'Compose the largest compatible set that was found', group: 'Composition', keys: [], scope: 'window', disabled: () => away() ?? suggesting.nothingToTake(), run: () => { void suggesting.takeLargest(); } },
    {
      id: 'composition.whyNot', title: 'Why is the selected ACU not in the composition?', group: 'Composition', keys: ['W'], scope: 'list', disabled: () => nothingSelected() ?? (nothingComposed() !== null && useSuggestion.getState().found === null ? 'Nothing is composed, and no largest set was searched for.' : null),
      run: () => { useUi.setState({ tab: 'compose', inspector: 'acu' }); requestAnimationFrame(() => focusOn(ids.whyNot)); },
    },
    { id: 'composition.clear', title: 'Clear the composition', group: 'Composition', keys: [], scope: 'window', disabled: nothingComposed, run: () => { void act.clear(); } },
    { id: 'composition.write', title: 'Write the composition to a branch…', group: 'Composition', keys: ['Mod+Enter'], scope: 'anywhere', disabled: () => noRepository() ?? nothingComposed(), run: () => { useUi.setState({ tab: 'compose' }); open('branch'); } },

    { id: 'history.undo', title: 'Undo', group: 'History', keys: ['Mod+Z'], scope: 'window', disabled: () => away() ?? (useOperations.getState().canUndo === null ? 'There is nothing to undo.' : null), run: () => { void act.undo(); } },
    { id: 'history.redo', title: 'Redo', group: 'History', keys: ['Mod+Shift+Z', 'Mod+Y'], scope: 'window', disabled: () => away() ?? (useOperations.getState().canRedo === null ? 'There is nothing to redo.' : null), run: () => { void act.redo(); } },
    { id: 'history.show', title: 'Show the history', group: 'History', keys: ['H'], scope: 'window', disabled: noRepository, run: () => useUi.setState({ tab: 'compose', inspector: 'history' }) },
    {
      id: 'history.copy', title: 'Copy the command line of the last operation', group: 'History', keys: [], scope: 'window',
      disabled: () => (useOperations.getState().last?.command == null ? 'The last operation has no command line.' : null),
      run: () => { void act.copy(useOperations.getState().last!.command!, 'the command line'); },
    },

    { id: 'selection.all', title: 'Select all shown ACUs', group: 'Selection', keys: ['Mod+A'], scope: 'list', disabled: always, run: () => useSelection.setState((at) => selectAll(at, useVisible.getState().ids)) },
    { id: 'selection.none', title: 'Clear the selection', group: 'Selection', keys: [], scope: 'window', disabled: () => (useSelection.getState().selected.size === 0 ? 'Nothing is selected.' : null), run: () => useSelection.setState(noSelection) },
    { id: 'selection.copy', title: 'Copy the ids of the selection', group: 'Selection', keys: ['C'], scope: 'list', disabled: nothingSelected, run: () => { const all = act.targets(); void act.copy(all.join('\n'), all.length === 1 ? `id ${all[0]!.slice(0, 8)}` : `${all.length} ids`); } },
    { id: 'selection.conflicts', title: 'Show the conflicts of the selection', group: 'Selection', keys: ['X'], scope: 'list', disabled: nothingSelected, run: () => useUi.setState({ tab: 'conflicts' }) },

    { id: 'view.search', title: 'Search ACUs', group: 'View', keys: ['/', 'Mod+F'], scope: 'window', disabled: always, run: () => focusOn(ids.search) },
    { id: 'view.conflicted', title: 'Show only conflicted ACUs', group: 'View', keys: [], scope: 'window', disabled: always, run: () => useFilters.setState((f) => ({ conflicted: !f.conflicted })) },
    { id: 'view.stale', title: 'Show only stale ACUs', group: 'View', keys: [], scope: 'window', disabled: always, run: () => useFilters.setState((f) => ({ stale: !f.stale })) },
    { id: 'view.unfiltered', title: 'Clear all filters', group: 'View', keys: [], scope: 'window', disabled: () => (isFiltered(useFilters.getState()) ? null : 'Nothing is filtered.'), run: () => useFilters.setState(({ sort }) => ({ ...noFilters, sort })) },
    { id: 'view.compose', title: 'Go to Compose', group: 'View', keys: ['Alt+1'], scope: 'anywhere', disabled: always, run: () => useUi.setState({ tab: 'compose' }) },
    { id: 'view.conflicts', title: 'Go to Conflicts', group: 'View', keys: ['Alt+2'], scope: 'anywhere', disabled: always, run: () => useUi.setState({ tab: 'conflicts' }) },
    { id: 'view.collaboration', title: 'Go to Collaboration', group: 'View', keys: ['Alt+3'], scope: 'anywhere', disabled: always, run: () => useUi.setState({ tab: 'collaboration' }) },
    { id: 'view.performance', title: 'Go to Performance', group: 'View', keys: ['Alt+4'], scope: 'anywhere', disabled: always, run: () => useUi.setState({ tab: 'performance' }) },
    { id: 'view.composed', title: 'Show the composed difference', group: 'View', keys: ['D'], scope: 'window', disabled: always, run: () => useUi.setState({ tab: 'compose', inspector: 'composed' }) },
    { id: 'view.acu', title: 'Show the selected ACU', group: 'View', keys: ['I'], scope: 'window', disabled: always, run: () => useUi.setState({ tab: 'compose', inspector: 'acu' }) },
    { id: 'view.graph', title: 'Graph: switch between picture and list', group: 'View', keys: ['G'], scope: 'window', disabled: always, run: () => useUi.setState(({ graphAs }) => ({ tab: 'compose', graphAs: graphAs === 'canvas' ? 'list' : 'canvas' })) },
    { id: 'view.diff', title: 'Differences: side by side or unified', group: 'View', keys: ['U'], scope: 'window', disabled: always, run: () => useUi.setState(({ diffAs }) => ({ diffAs: diffAs === 'split' ? 'unified' : 'split' })) },
    { id: 'view.nextSection', title: 'Next section', group: 'View', keys: [']'], scope: 'window', disabled: noSections, run: () => nextSection(1) },
    { id: 'view.previousSection', title: 'Previous section', group: 'View', keys: ['['], scope: 'window', disabled: noSections, run: () => nextSection(-1) },
    { id: 'view.next', title: 'Go to the next pane', group: 'View', keys: ['F6'], scope: 'anywhere', disabled: always, run: () => nextPane(1) },
    { id: 'view.previous', title: 'Go to the previous pane', group: 'View', keys: ['Shift+F6'], scope: 'anywhere', disabled: always, run: () => nextPane(-1) },
    theme('system'), theme('light'), theme('dark'),

    ...places.map((place): Command => ({ id: `collaboration.${place}`, title: `Collaboration: ${placeNames[place]}`, group: 'Collaboration', keys: [], scope: 'window', disabled: always, run: () => { useUi.setState({ tab: 'collaboration' }); useCollaboration.setState({ place }); } })),
    { id: 'collaboration.names', title: 'Collaboration: names, or roles in their place', group: 'Collaboration', keys: ['N'], scope: 'window', disabled: noCollaboration, run: collaborate.switchNames },
    { id: 'collaboration.latest', title: 'Collaboration: back to now', group: 'Collaboration', keys: [], scope: 'window', disabled: () => noCollaboration() ?? (useCollaboration.getState().asOf === null ? 'It is now.' : null), run: () => useCollaboration.setState({ asOf: null }) },
    { id: 'collaboration.export', title: 'Collaboration: export what is shown as JSON', group: 'Collaboration', keys: [], scope: 'window', disabled: nothingRead, run: () => { void collaborate.exportShown(); } },
    { id: 'collaboration.line', title: 'Collaboration: copy the command line that says the same', group: 'Collaboration', keys: [], scope: 'window', disabled: nothingRead, run: () => { void collaborate.copyCommandLine(); } },
    { id: 'collaboration.copyBoard', title: 'Board: copy as Markdown', group: 'Collaboration', keys: [], scope: 'window', disabled: nothingRead, run: () => { void collaborate.copyBoard(); } },
    { id: 'board.pickUp', title: 'Board: pick up the card, to give it to another person', group: 'Collaboration', keys: ['M'], scope: 'board', disabled: noCard, run: collaborate.pickUpCard },
    { id: 'board.unpin', title: 'Board: let the card go where it costs least', group: 'Collaboration', keys: ['Delete', 'Backspace'], scope: 'board', disabled: () => noCard() ?? (collaborate.isPinned() ? null : 'This card is not pinned.'), run: collaborate.unpinCard },
    { id: 'board.undo', title: 'Board: take the last step back', group: 'Collaboration', keys: ['Mod+Z'], scope: 'board', disabled: () => noCollaboration() ?? (useBoard.getState().done.length === 0 ? 'Nothing was decided on the board.' : null), run: collaborate.undoBoard },
    { id: 'board.redo', title: 'Board: take the step again', group: 'Collaboration', keys: ['Mod+Shift+Z', 'Mod+Y'], scope: 'board', disabled: () => noCollaboration() ?? (useBoard.getState().undone.length === 0 ? 'Nothing was taken back.' : null), run: collaborate.redoBoard },
    { id: 'board.clear', title: 'Board: forget all pins, limits and absences', group: 'Collaboration', keys: [], scope: 'window', disabled: () => noCollaboration() ?? (collaborate.isDecided() ? null : 'Nothing was decided on the board.'), run: collaborate.clearBoard },

    { id: 'performance.pause', title: 'Console: pause, or go on', group: 'Performance', keys: ['P'], scope: 'window', disabled: noConsole, run: perform.pause },
    { id: 'performance.table', title: 'Console: charts as tables, or as pictures', group: 'Performance', keys: ['T'], scope: 'window', disabled: noConsole, run: () => usePerformance.setState(({ asTable }) => ({ asTable: !asTable })) },
    { id: 'performance.zoomOut', title: 'Console: back to the range before', group: 'Performance', keys: ['Z'], scope: 'window', disabled: () => noConsole() ?? (usePerformance.getState().zoom === null ? 'Nothing is zoomed.' : null), run: zoomBack },
    ...sections.map((section): Command => ({ id: `performance.${section}`, title: `Console: ${sectionNames[section]}`, group: 'Performance', keys: [], scope: 'window', disabled: always, run: () => { useUi.setState({ tab: 'performance' }); usePerformance.setState({ section, cursor: null }); } })),
    { id: 'performance.load', title: 'Console: load generator…', group: 'Performance', keys: [], scope: 'window', disabled: away, run: () => { useUi.setState({ tab: 'performance' }); usePerformance.setState({ loadOpen: true }); } },
    { id: 'performance.exportJson', title: 'Console: export what is shown as JSON', group: 'Performance', keys: [], scope: 'window', disabled: noFigures, run: () => { void perform.exportShown('json'); } },
    { id: 'performance.exportCsv', title: 'Console: export what is shown as CSV', group: 'Performance', keys: [], scope: 'window', disabled: noFigures, run: () => { void perform.exportShown('csv'); } },
    { id: 'performance.stopLoad', title: 'Console: stop the load generator', group: 'Performance', keys: [], scope: 'window', disabled: () => away() ?? (['preparing', 'running'].includes(usePerformance.getState().load?.state ?? 'idle') ? null : 'No load runs.'), run: () => { void perform.load({ action: 'stop' }); } },

    { id: 'repository.import', title: 'Import or open a repository…', group: 'Repository', keys: ['Mod+O'], scope: 'anywhere', disabled: away, run: () => open('import') },
    ...(platform.chooseFolder === null ? [] : [{ id: 'repository.open', title: 'Open a folder in its own window…', group: 'Repository', keys: [], scope: 'window', disabled: always, run: platform.chooseFolder } satisfies Command]),
    { id: 'repository.patches', title: 'Add patch files…', group: 'Repository', keys: [], scope: 'window', disabled: noRepository, run: () => open('patches') },
    { id: 'repository.worktrees', title: 'Working trees: what is looked at, and what is not', group: 'Repository', keys: ['E'], scope: 'window', disabled: noRepository, run: () => open('worktrees') },
    { id: 'repository.live', title: 'Working trees: look at them as they change, or not', group: 'Repository', keys: [], scope: 'window', disabled: noRepository, run: () => useUi.setState(({ live }) => ({ live: !live })) },
    { id: 'repository.base', title: 'Move the base…', group: 'Repository', keys: [], scope: 'window', disabled: noRepository, run: () => open('base') },
    { id: 'repository.grain', title: 'Change the grain: by branch, commit or atom…', group: 'Repository', keys: [], scope: 'window', disabled: noBase, run: () => open('grain') },
    { id: 'repository.refresh', title: 'Import again: read what changed', group: 'Repository', keys: ['R'], scope: 'window', disabled: noRepository, run: () => { void act.importRepository(null, null, []); } },
    { id: 'repository.cancel', title: 'Cancel the running operation', group: 'Repository', keys: [], scope: 'window', disabled: () => (running() === null ? 'Nothing is running.' : null), run: () => { const it = running(); if (it !== null) act.cancel(it.ticket); } },
    { id: 'repository.fsck', title: 'Check the store (fsck)', group: 'Repository', keys: [], scope: 'window', disabled: noRepository, run: () => { void act.fsck(); } },
    { id: 'repository.pause', title: 'Hold the queue of operations', group: 'Repository', keys: [], scope: 'window', disabled: () => away() ?? (useOperations.getState().queue.paused ? 'It is held already.' : null), run: () => { void act.setPaused(true); } },
    { id: 'repository.resume', title: 'Let the queue of operations go on', group: 'Repository', keys: [], scope: 'window', disabled: () => away() ?? (useOperations.getState().queue.paused ? null : 'It is not held.'), run: () => { void act.setPaused(false); } },
    { id: 'repository.connect', title: 'Connect again now', group: 'Repository', keys: [], scope: 'window', disabled: () => (useConnection.getState().state === 'open' ? 'It is connected.' : null), run: () => tryNow() },
  ]);
}
