// What is read of the repository: base, grain, refs, patches, working trees. Each change is one operation of the log; before it, its effect is counted.
import { useEffect, useState } from 'react';
import type { FormEvent } from 'react';
import { visible } from '../../../core/visible.ts';
import type { WorkspaceAbout } from '../../../contract/workspace.ts';
import * as act from '../../app/actions.ts';
import { operate } from '../../app/operating.ts';
import { connected, service } from '../../app/session.ts';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Empty, TerminalLine } from '../../components/atoms.tsx';
import { Icon } from '../../components/Icon.tsx';
import { importLine } from '../../state/commandLine.ts';
import { useConnection } from '../../state/connection.ts';
import { liveWords, useLive } from '../../state/live.ts';
import { complain } from '../../state/notices.ts';
import { isOver, useOperations } from '../../state/operations.ts';
import { useReplica } from '../../state/replica.ts';
import { isPast, PAST } from '../../state/time.ts';
import { open, useUi } from '../../state/ui.ts';
import { grouped, listed, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { GrainForm } from '../ChangeGrain.tsx';
import { BaseForm } from '../MoveBase.tsx';

export function Repository() {
  const repository = useConnection((s) => s.repository), online = useConnection((s) => s.state === 'open'), canUndo = useOperations((s) => s.canUndo);
  if (repository === null || repository.base === null) return (
    <Empty title="No repository is open"><CommandButton id="repository.import" className="button small">Import one</CommandButton></Empty>
  );
  if (!online) return <Empty title="The service is away">What is read can be changed when it is back.</Empty>;
  if (isPast()) return <Empty title="This is the past">{PAST}</Empty>;
  return (
    <div className="settings-parts">
      <p className="small muted">
        Each change here is one operation: what becomes of the composition is shown, and undo takes it
        back.<span className="spacer" /><CommandButton id="history.undo" className="button small" note={canUndo}><Icon name="undo" size={12} />Undo</CommandButton>
      </p>
      <section aria-labelledby="settings-base"><h3 id="settings-base">Base</h3><BaseForm key={repository.base} onDone={() => undefined} /></section>
      <section aria-labelledby="settings-grain"><h3 id="settings-grain">Grain</h3><GrainForm key={repository.grain} onDone={() => undefined} /></section>
      <section aria-labelledby="settings-refs"><h3 id="settings-refs">Refs</h3><Refs /></section>
      <section aria-labelledby="settings-trees"><h3 id="settings-trees">Working trees</h3><Trees /></section>
    </div>
  );
}

/** Milliseconds after the last key before what is typed is asked about. */
const REST = 150;

function useAbout(globs: readonly string[] | null): WorkspaceAbout | null {
  const [about, setAbout] = useState<WorkspaceAbout | null>(null), epoch = useReplica((s) => s.epoch), key = globs?.join(' ') ?? null;
  useEffect(() => {
    let over = false;
    const asked = setTimeout(() => {
      if (!connected()) return;
      service().call('workspace', { globs: key === null || key === '' ? key === null ? null : [] : key.split(' ') }).then((answer) => { if (!over) setAbout(answer); }, (error: unknown) => { if (!over) complain(error); });
    }, about === null ? 0 : REST);
    return () => { over = true; clearTimeout(asked); };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what was answered before only says how soon to ask
  }, [key, epoch]);
  return about;
}

function Refs() {
  const [typed, setTyped] = useState<string | null>(null), repository = useConnection((s) => s.repository), sources = useReplica((s) => s.sources.length);
  const busy = useOperations((s) => s.mine.some((operation) => !isOver(operation)));
  const globs = typed === null ? null : typed.split(/\s+/).filter((glob) => glob !== ''), about = useAbout(globs);
  const value = typed ?? about?.globs.join(' ') ?? '', isNow = globs === null || (about !== null && globs.join(' ') === about.globs.join(' '));
  const path = repository?.path ?? '.';
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || isNow || globs === null || about === null || about.matched === 0) return;
    // globs are those of the import before unless others are given: none at all are asked for by the path
    const given = globs.length === 0 ? act.importRepository(path, repository?.baseName ?? null, [], [], 'Read the usual refs') : act.importRepository(null, null, globs, [], `Read refs ${globs.join(' ')}`);
    if (await given) setTyped(null);
  };
  return (
    <form className="import" onSubmit={(event) => { void submit(event); }}>
      <label htmlFor="refs-globs">Take</label>
      <input id="refs-globs" className="field mono" placeholder="local branches, remote ones, pull requests" spellCheck={false} autoComplete="off"
        aria-describedby="refs-effect" data-testid={ids.refsGlobs} value={value} onChange={(event) => setTyped(event.target.value)} />
      <span />
      <span id="refs-effect" className="small" role="status" data-testid={ids.refsEffect}>{about === null ? <span className="muted">counting</span> : (
        <>
          {isNow ? 'Now ' : `${plural(sources, 'source')} now → `}<strong>{grouped(about.matched)}</strong> of {plural(about.refs, 'ref')}
          {about.matched > 0 && <span className="muted">: {listed(about.first.map((name) => visible(name, 40)), 3)}</span>}
          {about.matched === 0 && <span className="tone-conflicts"> – nothing is called that</span>}
          {about.patches > 0 && <span className="muted">, and {plural(about.patches, 'patch file')}</span>}
        </>
      )}</span>
      <div className="import-line"><TerminalLine text={importLine(path, null, globs ?? about?.globs ?? [])} /></div>
      <div className="import-foot">
        <span className="small muted">By full name, as refs/heads/agent/*; several with spaces between. Empty: local branches, remote ones, pull requests.</span>
        <span className="spacer" />
        {about !== null && about.patches > 0 && (
          <button type="button" className="button" disabled={busy}
            onClick={() => { void operate('import', { path: null, base: null, refs: [], grain: repository?.grain ?? 'branch', patches: { add: [], drop: true } }, 'Forget the patch files'); }}>
            Forget patches
          </button>
        )}
        <button type="button" className="button" onClick={() => open('patches')}>Add patches…</button>
        <button type="submit" className="button primary" disabled={busy || isNow || about === null || about.matched === 0} data-testid={ids.refsStart}>Import these</button>
      </div>
    </form>
  );
}

function Trees() {
  const wanted = useUi((s) => s.live), state = useLive((s) => s.state);
  return (
    <div className="row settings-trees">
      <label className="check">
        <input type="checkbox" checked={wanted} onChange={(event) => useUi.setState({ live: event.target.checked })} />Look at working trees and branches as
        they change
      </label>
      <span className="spacer" />
      {state !== null && <button type="button" className="button small" onClick={() => open('worktrees')}>{liveWords(state)}</button>}
    </div>
  );
}
