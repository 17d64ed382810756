// Working trees: which there are, how each is looked at, what of it is not compared, and the switch.
import { visibleSentence } from '../../core/visible.ts';
import { Icon } from '../components/Icon.tsx';
import { Overlay } from '../components/Overlay.tsx';
import { liveHint, liveWords, useLive } from '../state/live.ts';
import { useUi } from '../state/ui.ts';
import { grouped, plural } from '../state/words.ts';
import { ids } from '../testids.ts';

const how = { watching: 'watched', polling: 'looked at', unusable: 'not there' } as const;

export function Worktrees() {
  const state = useLive((s) => s.state), wanted = useUi((s) => s.live);
  const hint = state === null ? '' : liveHint(state), words = state === null || (state.on && state.trees.length === 0) ? '' : visibleSentence(liveWords(state)), said = words.charAt(0).toUpperCase() + words.slice(1);
  return (
    <Overlay label="Working trees" className="import-overlay">
      <h2 className="overlay-title">Working trees</h2>
      <div className="worktrees-about">
        <label className="check"><input type="checkbox" checked={wanted} data-testid={ids.liveSwitch} onChange={(event) => useUi.setState({ live: event.target.checked })} />Look at working trees and branches as they change</label>
        {state !== null && <p className="small muted">{said === '' ? '' : `${said}. `}{hint} Edits are read and never stored before you compose them; nothing in a working tree is changed.</p>}
      </div>
      <ul className="worktrees" aria-label="Working trees" data-testid={ids.worktrees} tabIndex={0}>
        {state?.trees.map((tree) => (
          <li key={tree.name} className="worktree" data-how={tree.how}>
            <span className="worktree-name truncate"><Icon name="pencil" size={12} />{tree.name}</span>
            <span className="small muted truncate">{how[tree.how]}{tree.reason !== '' && `: ${visibleSentence(tree.reason)}`}</span>
            <span className="small">{tree.files === 0 ? 'no edits' : `${plural(tree.files, 'file')} edited`}</span>
            {tree.notCompared > 0 && (
              <ul className="worktree-left" aria-label={`Not compared in ${tree.name}`}>
                {tree.left.map(({ path, reason }) => <li key={path} className="small"><span className="badge">not compared</span> <span className="mono">{path}</span> {visibleSentence(reason)}</li>)}
                {tree.notCompared > tree.left.length && <li className="small muted">and {grouped(tree.notCompared - tree.left.length)} more</li>}
              </ul>
            )}
          </li>
        ))}
        {state?.trees.length === 0 && <li className="small muted">{state.on ? 'This repository has no working tree.' : 'None is looked at.'}</li>}
      </ul>
    </Overlay>
  );
}
