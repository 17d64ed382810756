// How much room the window gives at the text size of now, and which pane is in front where there is not enough for all of them.
import { create } from 'zustand';
import { useSettings } from './settings.ts';
import { useUi } from './ui.ts';

export type Pane = 'sources' | 'composition' | 'graph' | 'inspector';
export const paneNames: Readonly<Record<Pane, string>> = { sources: 'Sources', composition: 'Composition', graph: 'Conflict graph', inspector: 'Inspector' };

/** `three`: all panes beside each other; `two`: sources beside one of the others; `one`: one at a time. */
export type Room = 'three' | 'two' | 'one';

/** CSS pixels at a text size of 100 %. */
const THREE = 920, TWO = 620;

export const roomOf = (width: number, textSize: number): Room => { const room = width * 100 / textSize; return room >= THREE ? 'three' : room >= TWO ? 'two' : 'one'; };

export const useRoom = create<{ readonly room: Room; readonly front: Pane }>(() => ({ room: 'three', front: 'composition' }));

/** Brings a pane to the front, where panes stand behind each other, and back where it was hidden. */
export function showPane(pane: Pane): void {
  useRoom.setState({ front: pane });
  if (pane === 'inspector') useUi.setState({ inspectorHidden: false });
  if (pane === 'sources') useUi.setState({ sourcesHidden: false });
}

export function keepRoom(): void {
  const measure = (): void => useRoom.setState({ room: roomOf(innerWidth, useSettings.getState().textSize) });
  measure();
  addEventListener('resize', measure);
  useSettings.subscribe(measure);
}
