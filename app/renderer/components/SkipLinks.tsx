// The first stops of the Tab key: straight to a pane, past all that lies before it. Seen only while they have the keyboard.
import { goToPane } from '../commands/focus.ts';
import { paneNames } from '../state/room.ts';
import type { Pane } from '../state/room.ts';

const panes: readonly Pane[] = ['sources', 'composition', 'graph', 'inspector'];

export function SkipLinks() {
  return (
    <nav className="skips" aria-label="Skip to">
      {panes.map((pane) => <button key={pane} type="button" className="button" onClick={() => goToPane(pane)}>Skip to {paneNames[pane].toLowerCase()}</button>)}
    </nav>
  );
}
