// Where the keyboard goes: to an element by its test id, and around the panes.
import { ids } from '../testids.ts';

export const focusOn = (testId: string): void => document.querySelector<HTMLElement>(`[data-testid="${testId}"]`)?.focus();

/** The panes that F6 goes around, by the element that takes the keyboard. */
const panes = [ids.search, ids.acuList, ids.largestRule, ids.composition, ids.graph, ids.graphList, ids.conflictList, ids.inspector, ids.talk, ids.predicted, ids.detail, ids.board, ids.heat, ids.bus];

export function nextPane(step: 1 | -1): void {
  const there = panes.flatMap((id) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`) ?? []);
  if (there.length === 0) return;
  const at = there.findIndex((pane) => pane === document.activeElement || pane.contains(document.activeElement));
  there[(at + step + there.length) % there.length]!.focus();
}
