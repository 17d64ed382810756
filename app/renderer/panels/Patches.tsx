// Patch files as sources: a path on the service's machine, or files dropped on the window, which are sent as text.
import { useState } from 'react';
import type { FormEvent } from 'react';
import * as act from '../app/actions.ts';
import { TerminalLine } from '../components/atoms.tsx';
import { Overlay } from '../components/Overlay.tsx';
import { importLine } from '../state/commandLine.ts';
import { useConnection } from '../state/connection.ts';
import { isOver, useOperations } from '../state/operations.ts';
import { closeOverlay } from '../state/ui.ts';
import { ids } from '../testids.ts';

export function Patches() {
  const [path, setPath] = useState('');
  const repository = useConnection((s) => s.repository?.path ?? '.'), busy = useOperations((s) => s.mine.some((operation) => !isOver(operation)));
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (path.trim() !== '' && !busy && await act.addPatches([{ path: path.trim() }])) closeOverlay();
  };
  return (
    <Overlay label="Add patch files" className="import-overlay">
      <h2 className="overlay-title">Add patch files</h2>
      <form className="import" onSubmit={(event) => { void submit(event); }}>
        <label htmlFor="patch-path">Patch</label>
        <input id="patch-path" className="field mono" placeholder="/path/to/a.patch, or a folder of them" autoFocus spellCheck={false} required
          data-testid={ids.patchPath} value={path} onChange={(event) => setPath(event.target.value)} />
        <div className="import-line"><TerminalLine text={importLine(repository, null, [], [path.trim() === '' ? 'FILE' : path.trim()])} /></div>
        <div className="import-foot">
          <span className="small muted">Mails of git format-patch, mailboxes and diffs. They are read again with every import; files can also be dropped on the window.</span>
          <span className="spacer" />
          <button type="submit" className="button primary" disabled={busy} data-testid={ids.patchStart}>Add</button>
        </div>
      </form>
    </Overlay>
  );
}
