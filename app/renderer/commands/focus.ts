// Where the keyboard goes: to an element by its test id, to a pane, and around the panes.
import { flushSync } from 'react-dom';
import { showPane, useRoom } from '../state/room.ts';
import type { Pane } from '../state/room.ts';
import { useUi } from '../state/ui.ts';
import { ids } from '../testids.ts';

/** Null where it is not there, or gave way to something else. */
function element(testId: string): HTMLElement | null {
  const there = document.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
  return there?.checkVisibility({ visibilityProperty: true }) === true ? there : null;
}

export const focusOn = (testId: string): void => element(testId)?.focus();

/** The same for what is about to be there, and into view, even where it has the focus already: a panel may have to be loaded first. `frames`: how many it is waited for. Whoever goes elsewhere meanwhile is not called back. */
export function focusSoon(testId: string, frames = 60): void {
  const had = document.activeElement;
  const look = (left: number): void => {
    const { activeElement } = document, there = element(testId);
    if (activeElement !== had && activeElement !== document.body) return;
    if (there !== null) { there.focus(); there.scrollIntoView({ block: 'nearest' }); } else if (left > 0) requestAnimationFrame(() => look(left - 1));
  };
  requestAnimationFrame(() => look(frames));
}

/** What takes the keyboard in each pane of Compose, the first that is there; what stands in no pane has none. */
const stops: readonly (readonly [testId: string, pane: Pane | null])[] = [
  [ids.search, 'sources'], [ids.acuList, 'sources'], [ids.largestRule, 'composition'], [ids.composition, 'composition'], [ids.graph, 'graph'], [ids.graphList, 'graph'], [ids.inspector, 'inspector'],
  [ids.guideOn, null], [ids.conflictList, null], [ids.talk, null], [ids.predicted, null], [ids.detail, null], [ids.board, null], [ids.heat, null], [ids.bus, null],
];

/** Shows a pane of Compose and gives it the keyboard: before the next key, which is meant for it. */
export function goToPane(pane: Pane): void {
  flushSync(() => {
    useUi.setState({ tab: 'compose' });
    showPane(pane);
  });
  // lists before what searches them
  const own = stops.filter(([, one]) => one === pane).map(([id]) => id).toSorted((a, b) => Number(a === ids.search) - Number(b === ids.search));
  own.map(element).find((one) => one !== null)?.focus();
}

/** To the next pane, around; where panes stand behind each other the one that is next comes to the front. */
export function nextPane(step: 1 | -1): void {
  const { room, front } = useRoom.getState(), behind = room !== 'three' && useUi.getState().tab === 'compose';
  const isBehind = (pane: Pane | null): boolean => behind && pane !== null && pane !== front && !(room === 'two' && pane === 'sources');
  const there = stops.filter(([id, pane], i) => element(id) !== null || (isBehind(pane) && stops.findIndex(([, one]) => one === pane) === i));
  if (there.length === 0) return;
  const at = there.findIndex(([id]) => element(id)?.contains(document.activeElement) === true);
  const [id, pane] = there[(at + step + there.length) % there.length]!;
  if (pane !== null && isBehind(pane)) goToPane(pane); else focusOn(id);
}
