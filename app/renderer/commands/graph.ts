// The conflict graph: which way it is looked at, and how large.
import { graphWays, useUi } from '../state/ui.ts';
import { always } from './reasons.ts';
import type { Command } from './registry.ts';

function nextView(): void {
  const at = graphWays.indexOf(useUi.getState().graphAs);
  useUi.setState({ tab: 'compose', graphAs: graphWays[(at + 1) % graphWays.length]! });
}

export const graphCommands: readonly Command[] = [
  { id: 'view.graph', title: 'Graph: switch between picture, matrix and list', group: 'View', keys: ['G'], scope: 'window', menu: ['graph', 'matrix'], disabled: always, run: nextView },
  { id: 'view.graphLarge', title: 'Graph: all the room, or beside the composition', group: 'View', keys: ['Shift+G'], scope: 'window', menu: ['graph', 'matrix'], disabled: always, run: () => useUi.setState(({ graphLarge }) => ({ tab: 'compose', graphLarge: !graphLarge })) },
];
