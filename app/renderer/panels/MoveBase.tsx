// Moving the base: another commit to compose onto, for the same sources. What becomes of the composition is shown beside it (Rebound.tsx).
import { useState } from 'react';
import type { FormEvent } from 'react';
import { visible } from '../../core/visible.ts';
import * as act from '../app/actions.ts';
import { Id, TerminalLine } from '../components/atoms.tsx';
import { Overlay } from '../components/Overlay.tsx';
import { importLine } from '../state/commandLine.ts';
import { chosenIn, useComposition } from '../state/composition.ts';
import { useConnection } from '../state/connection.ts';
import { isOver, useOperations } from '../state/operations.ts';
import { useReplica } from '../state/replica.ts';
import { closeOverlay } from '../state/ui.ts';
import { ids } from '../testids.ts';

export function MoveBase() {
  return (
    <Overlay label="Move the base" className="import-overlay">
      <h2 className="overlay-title">Move the base</h2>
      <BaseForm onDone={closeOverlay} autoFocus />
    </Overlay>
  );
}

export function BaseForm({ onDone, autoFocus = false }: { onDone: () => void; autoFocus?: boolean }) {
  const [base, setBase] = useState('');
  const repository = useConnection((s) => s.repository), now = useReplica((s) => s.base), sources = useReplica((s) => s.sources);
  const busy = useOperations((s) => s.mine.some((operation) => !isOver(operation))), chosen = useComposition(chosenIn);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (base.trim() !== '' && !busy && await act.moveBase(base.trim())) onDone();
  };
  return (
    <form className="import" onSubmit={(event) => { void submit(event); }}>
      <span>Now</span>
      <span>{visible(repository?.baseName ?? '', 80)} {now !== null && <Id id={now} what="base" />}</span>
      <label htmlFor="base-rev">To</label>
      <input id="base-rev" className="field mono" placeholder="a branch, a tag or a commit" {...(autoFocus ? { 'data-first': '' } : {})} spellCheck={false} autoComplete="off" required list="base-revs" data-testid={ids.base} value={base} onChange={(event) => setBase(event.target.value)} />
      <datalist id="base-revs">{sources.slice(0, 200).map(({ name }) => <option key={name} value={name} />)}</datalist>
      <div className="import-line"><TerminalLine text={importLine(repository?.path ?? '.', base.trim() === '' ? 'REV' : base.trim(), [])} /></div>
      <div className="import-foot">
        <span className="small muted">{chosen.length === 0 ? 'Every source is carried onto it anew. It can be undone.' : 'Every source is carried onto it anew; what becomes of what is composed is shown, and can be undone.'}</span>
        <span className="spacer" />
        <button type="submit" className="button primary" disabled={busy}>Move</button>
      </div>
    </form>
  );
}
