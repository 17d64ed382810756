// Names the branch that holds what was composed at the moment shown. Written onto the base of then; what is composed now stays.
import { useState } from 'react';
import type { FormEvent } from 'react';
import type { Operation } from '../../../core/events.ts';
import { visible } from '../../../core/visible.ts';
import { branchOff } from '../../app/past.ts';
import { Id, TerminalLine } from '../../components/atoms.tsx';
import { Icon } from '../../components/Icon.tsx';
import { branchNameProblem, quote } from '../../state/commandLine.ts';
import { chosenIn, countWords, useComposition } from '../../state/composition.ts';
import { useConnection } from '../../state/connection.ts';
import { useReplica } from '../../state/replica.ts';
import { useTime } from '../../state/time.ts';
import { ids } from '../../testids.ts';
import type { Methods } from '../../../contract/methods.ts';

export function BranchOff({ operation }: { operation: Operation }) {
  const [name, setName] = useState(''), [busy, setBusy] = useState(false), [written, setWritten] = useState<Methods['branchOff']['result'] | null>(null);
  const chosen = useComposition(chosenIn), byId = useReplica((s) => s.byId), path = useConnection((s) => s.repository?.path ?? '.');
  const problem = branchNameProblem(name), said = name !== '' && problem !== null;
  const close = (): void => useTime.setState({ branching: false });
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (problem !== null || busy) return;
    setBusy(true);
    setWritten(await branchOff(operation.id, name));
    setBusy(false);
  };
  if (written !== null) {
    return (
      <div className="time-branch write-done" data-testid={ids.branchResult} data-commit={written.commit}>
        <Icon name="check" />
        <span>Wrote <strong>{visible(written.ref.replace(/^refs\/heads\//, ''))}</strong> as commit</span>
        <Id id={written.commit} what="commit" length={12} />
        <span className="spacer" />
        <button type="button" className="button small" onClick={close}>Done</button>
      </div>
    );
  }
  return (
    <form className="time-branch" aria-label={`Branch off from operation ${operation.id}`} onSubmit={(event) => { void submit(event); }}
      onKeyDown={(event) => { if (event.key === 'Escape') close(); }}>
      <div className="row">
        <label className="write-label" htmlFor="time-branch-name">refs/heads/</label>
        <input id="time-branch-name" className="field mono" autoFocus placeholder="name of the branch" spellCheck={false} autoComplete="off" value={name}
          disabled={busy} aria-invalid={said} aria-describedby="time-branch-problem" onChange={(event) => setName(event.target.value)} />
        <button type="submit" className="button primary" disabled={busy || problem !== null}>{busy ? 'Writing…' : 'Write'}</button>
        <button type="button" className="button quiet icon" aria-label="Close" onClick={close}><Icon name="close" size={12} /></button>
      </div>
      <div id="time-branch-problem" className={`small ${said ? 'tone-conflicts' : 'muted'}`} aria-live="polite">
        {said ? problem : `One commit with ${countWords(chosen, byId)} on the base of then. What is composed now stays.`}
      </div>
      <TerminalLine text={['acumen', 'compose', '--at', String(operation.id), '--branch', name === '' ? 'NAME' : name, '--repo', path].map(quote).join(' ')} />
    </form>
  );
}
