// Writes the composition as an ordinary git branch: name, check, the same as a command line, and the commit it became.
import { useEffect, useMemo, useRef, useState } from 'react';
import type { FormEvent, KeyboardEvent } from 'react';
import type { AcuId } from '../../../core/bytes.ts';
import { visible } from '../../../core/visible.ts';
import { writeBranch } from '../../app/actions.ts';
import { Counts, Id, TerminalLine } from '../../components/atoms.tsx';
import { CommandButton } from '../../components/CommandButton.tsx';
import { shownKeys } from '../../commands/registry.ts';
import { Icon } from '../../components/Icon.tsx';
import { branchMessage, branchNameProblem, composeLine, namesOfSet, suggestedBranch } from '../../state/commandLine.ts';
import { chosenIn, countWords, setKey, totals, useComposition, withoutDecisions } from '../../state/composition.ts';
import { useConnection } from '../../state/connection.ts';
import { type Fate, fateAfter, useOperations } from '../../state/operations.ts';
import { nameOf, useReplica } from '../../state/replica.ts';
import { closeOverlay } from '../../state/ui.ts';
import { listed, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { limits } from '../../../contract/methods.ts';
import type { Methods } from '../../../contract/methods.ts';

/** A message has lines: Enter alone makes one. */
function submitByKey(event: KeyboardEvent<HTMLFormElement>): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.requestSubmit();
}

const NONE: readonly AcuId[] = [];

export function WriteBranch() {
  const chosen = useComposition(chosenIn), rows = useReplica((s) => s.rows), byId = useReplica((s) => s.byId), sources = useReplica((s) => s.sources);
  const path = useConnection((s) => s.repository?.path ?? '.');
  const [touched, setTouched] = useState(false), [busy, setBusy] = useState(false);
  const [written, setWritten] = useState<Methods['writeBranch']['result'] | null>(null);
  const names = useMemo(() => namesOfSet(chosen, rows, sources), [chosen, rows, sources]);
  const [typed, setName] = useState<string | null>(null), name = typed ?? suggestedBranch(names, sources, withoutDecisions(chosen, byId));
  const composed = useComposition((s) => (s.composed?.key === setKey(chosen) ? s.composed.result : null)), base = useConnection((s) => s.repository), open = useComposition((s) => s.confirmed?.open ?? NONE);
  // in the order in which the service writes them
  const members = useMemo(() => { const inside = new Set(chosen); return rows.filter((row) => inside.has(row.id)); }, [chosen, rows]);
  const exists = sources.some((source) => source.name === visible(name, Infinity));
  const [own, setMessage] = useState<string | null>(null), usual = useMemo(() => branchMessage(visible(base?.baseName ?? '', 200), members), [base, members]), message = own === usual ? null : own;
  const problem = branchNameProblem(name), isEmpty = message?.trim() === '';
  const said = touched && problem !== null, line = composeLine(path, names, name === '' ? 'NAME' : name, message);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTouched(true);
    if (problem !== null || isEmpty || busy) return;
    setBusy(true);
    setWritten(await writeBranch(name, message));
    setBusy(false);
  };
  return (
    <form className="write" aria-label="Write to branch" onSubmit={(event) => { void submit(event); }} onKeyDown={submitByKey}>
      {written === null
        ? (
          <>
            <div className="row">
              <label className="write-label" htmlFor="branch-name">refs/heads/</label>
              <input id="branch-name" className="field mono" autoFocus onFocus={(event) => event.target.select()} placeholder="name of the branch" spellCheck={false} autoComplete="off" data-testid={ids.branchName} value={name} disabled={busy}
                aria-invalid={said} aria-describedby="branch-problem" onChange={(event) => { setName(event.target.value); setTouched(event.target.value !== ''); }} />
              <button type="submit" className="button primary" title={`From the message: ${shownKeys('Mod+Enter').join('+')}`} disabled={busy || isEmpty || (touched && problem !== null)}>{busy ? 'Writing…' : 'Write'}</button>
              <button type="button" className="button quiet icon" aria-label="Close" onClick={closeOverlay}><Icon name="close" size={12} /></button>
            </div>
            <div id="branch-problem" className={`small ${said ? 'tone-conflicts' : 'muted'}`} data-testid={ids.branchProblem} aria-live="polite">
              {said ? problem : exists ? `${visible(name)} exists; it moves only if no commit of it is lost.` : `One commit with ${countWords(chosen, byId)} on the base. Your working tree, index and HEAD are not touched.`}
            </div>
            <dl className="write-about">
              <dt>On</dt><dd className="truncate">{base === null || base.base === null ? '' : <>{visible(base.baseName, 200)} <Id id={base.base} what="commit" /></>}</dd>
              <dt>Changes</dt><dd>{composed === null ? 'composing' : composed.tree === null ? 'it does not compose' : <>{plural(composed.files.length, 'file')} <Counts {...totals(composed.files)} /> · tree <Id id={composed.tree} what="tree" /></>}</dd>
              {open.length > 0 && <><dt>Left out</dt><dd className="truncate">{plural(open.length, 'open conflict')}: {listed(open.map(nameOf), 3)}</dd></>}
              <dt><label htmlFor="branch-message">Message</label></dt>
              <dd>
                <textarea id="branch-message" className="field mono write-message" rows={Math.min(8, 3 + members.length)} maxLength={limits.message} spellCheck data-testid={ids.branchMessage} value={message ?? usual} disabled={busy} aria-invalid={isEmpty} aria-describedby="message-problem" onChange={(event) => setMessage(event.target.value)} />
                <span id="message-problem" className={`small ${isEmpty ? 'tone-conflicts' : 'muted'}`} aria-live="polite">{isEmpty ? 'The commit needs a message.' : 'Whose changes these are is added below it.'}</span>
                {message !== null && <button type="button" className="button quiet small" disabled={busy} onClick={() => setMessage(null)}>As it was</button>}
              </dd>
            </dl>
          </>
        )
        : <Done written={written} />}
      {line === null ? <p className="small muted" data-testid={ids.commandLine}>No command line takes a message as long as this one; the window does.</p> : <TerminalLine text={line} testId={ids.commandLine} />}
    </form>
  );
}

const overtaken = 'Something else was done since: the history takes back what came after it first';

/** What was written, for as long as it is so. */
function Done({ written: { ref, commit, operation: { id } } }: { written: Methods['writeBranch']['result'] }) {
  const [fate, setFate] = useState<Fate>(() => fateAfter('done', id, useOperations.getState().last));
  useEffect(() => useOperations.subscribe((now, before) => { if (now.last?.id !== before.last?.id) setFate((was) => fateAfter(was, id, now.last)); }), [id]);
  const done = useRef<HTMLButtonElement>(null);
  // the button that was pressed may be gone
  useEffect(() => { if (fate !== 'done' && document.activeElement === document.body) done.current?.focus(); }, [fate]);
  const name = <strong>{visible(ref.replace(/^refs\/heads\//, ''))}</strong>;
  return (
    <div className="write-done" data-testid={ids.branchResult} data-commit={commit} data-fate={fate}>
      {fate === 'undone' ? <><Icon name="undo" /><span>Taken back: {name} is where it was before.</span></> : <><Icon name="check" /><span>Wrote {name} as commit</span><Id id={commit} what="commit" length={12} /></>}
      <span className="spacer" />
      {fate === 'done'
        ? <CommandButton id="history.undo" className="button small"><Icon name="undo" size={13} />Undo</CommandButton>
        : <button type="button" className="button small" aria-disabled="true" title={fate === 'undone' ? 'It is undone' : overtaken}><Icon name="undo" size={13} />Undo</button>}
      <button ref={done} type="button" className="button small" onClick={closeOverlay}>Done</button>
    </div>
  );
}
