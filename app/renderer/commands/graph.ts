// The conflict graph: which way it is looked at, and how large.
import * as act from '../app/actions.ts';
import { onScreen } from '../app/graphScreen.ts';
import { usePicture } from '../state/picture.ts';
import { graphWays, useUi } from '../state/ui.ts';
import { always, nothingSelected } from './reasons.ts';
import type { Command } from './registry.ts';

function nextView(): void {
  const at = graphWays.indexOf(useUi.getState().graphAs);
  useUi.setState({ tab: 'compose', graphAs: graphWays[(at + 1) % graphWays.length]! });
}

const noPicture = (): string | null => (useUi.getState().tab === 'compose' && useUi.getState().graphAs === 'canvas' ? null : 'Look at the graph as a picture first.');

/** The picture may have to be made first. */
function reveal(): void {
  useUi.setState({ tab: 'compose', graphAs: 'canvas' });
  const look = (tries: number): void => { if (onScreen.picture?.reveal(act.targets()) !== true && tries > 0) requestAnimationFrame(() => look(tries - 1)); };
  look(120);
}

export const graphCommands: readonly Command[] = [
  { id: 'view.graph', title: 'Graph: switch between picture, matrix and list', group: 'View', keys: ['G'], scope: 'window', menu: ['graph', 'matrix'],
    disabled: always, run: nextView },
  { id: 'view.graphLarge', title: 'Graph: all the room, or beside the composition', group: 'View', keys: ['Shift+G'], scope: 'window', menu: ['graph', 'matrix'],
    disabled: always, run: () => useUi.setState(({ graphLarge }) => ({ tab: 'compose', graphLarge: !graphLarge })) },
  { id: 'graph.reveal', title: 'Graph: bring the selection into the middle of the picture', brief: 'Show it in the picture', group: 'View', keys: ['Shift+F'],
    scope: 'window', menu: ['acu', 'member'], disabled: nothingSelected, run: reveal },
  { id: 'graph.fit', title: 'Graph: show all of the picture', group: 'View', keys: [], scope: 'window', disabled: noPicture, run: () => onScreen.picture?.fit() },
  { id: 'graph.anew', title: 'Graph: lay the picture out anew', group: 'View', keys: [], scope: 'window', menu: ['graph'], disabled: noPicture,
    run: () => onScreen.picture?.layOutAnew() },
  { id: 'graph.lasso', title: 'Graph: a drag draws a lasso, or pans', group: 'View', keys: [], scope: 'window', disabled: noPicture,
    run: () => usePicture.setState(({ lassoing }) => ({ lassoing: !lassoing })) },
  { id: 'graph.outlines', title: 'Graph: outline partitions, or not', group: 'View', keys: [], scope: 'window', menu: ['graph'], disabled: noPicture,
    run: () => usePicture.setState(({ outlines }) => ({ outlines: !outlines })) },
  ...(['auto', 'acus', 'sources'] as const).map((choice): Command => ({
    id: `graph.nodes.${choice}`, title: `Graph: nodes are ${choice === 'auto' ? 'sources from afar, ACUs when near' : choice === 'acus' ? 'ACUs' : 'sources'}`,
    group: 'View', keys: [], scope: 'window',
    disabled: () => noPicture() ?? (usePicture.getState().choice === choice ? 'They are that now.' : null), run: () => usePicture.setState({ choice }),
  })),
];
