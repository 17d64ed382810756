// Before there is anything to compose: choosing a repository, and the first import with its numbers.
import { useState } from 'react';
import type { FormEvent } from 'react';
import { visible } from '../../core/visible.ts';
import * as act from '../app/actions.ts';
import { cancel } from '../app/operating.ts';
import { platform } from '../app/here.ts';
import { Spinner, TerminalLine } from '../components/atoms.tsx';
import { Brand, Icon } from '../components/Icon.tsx';
import { useNow } from '../components/useNow.ts';
import { Overlay } from '../components/Overlay.tsx';
import { importLine } from '../state/commandLine.ts';
import { useConnection } from '../state/connection.ts';
import { isOver, lifeWords, useOperations } from '../state/operations.ts';
import type { Running } from '../state/operations.ts';
import { closeOverlay } from '../state/ui.ts';
import { duration, grouped } from '../state/words.ts';
import { ids } from '../testids.ts';
import { RecentRepositories } from './RecentRepositories.tsx';

interface Typed { readonly path: string; readonly base: string; readonly refs: string; readonly patch: string }
const untyped: Typed = { path: '', base: '', refs: '', patch: '' };

/** What is typed is its owner's: it is there again when an import failed or was cancelled. */
function ImportForm({ typed, onType, onDone }: { typed: Typed; onType: (typed: Typed) => void; onDone: () => void }) {
  const { path, base, refs, patch } = typed, set = (part: Partial<Typed>): void => onType({ ...typed, ...part });
  const running = useOperations((s) => s.mine.find((operation) => !isOver(operation)) ?? null), paused = useOperations((s) => s.queue.paused);
  const globs = refs.split(/\s+/).filter((glob) => glob !== '');
  const patches = patch.trim() === '' ? [] : [patch.trim()];
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (path.trim() !== '' && await act.importRepository(path.trim(), base.trim() || null, globs, patches.map((one) => ({ path: one })))) onDone();
  };
  return (
    <form className="import" onSubmit={(event) => { void submit(event); }}>
      <label htmlFor="import-path">Repository</label>
      <input id="import-path" className="field mono" placeholder="/path/to/a/git/repository" autoFocus spellCheck={false} required data-testid={ids.importPath} value={path} onChange={(event) => set({ path: event.target.value })} />
      <label htmlFor="import-base">Base</label>
      <input id="import-base" className="field mono" placeholder="the default branch" spellCheck={false} value={base} onChange={(event) => set({ base: event.target.value })} />
      <label htmlFor="import-refs">Refs</label>
      <input id="import-refs" className="field mono" placeholder="local branches, remote ones, pull requests" spellCheck={false} value={refs} onChange={(event) => set({ refs: event.target.value })} />
      <label htmlFor="import-patch">Patches</label>
      <input id="import-patch" className="field mono" placeholder="a patch file, or a folder of them" spellCheck={false} value={patch} onChange={(event) => set({ patch: event.target.value })} />
      <div className="import-line"><TerminalLine text={importLine(path === '' ? 'PATH' : path, base.trim() || null, globs, patches)} /></div>
      <div className="import-foot">
        {running !== null
          ? (
            <div className="import-progress" role="status" data-testid={ids.progress}>
              <div className="row"><span className="truncate">{lifeWords(running, paused)}</span><span className="spacer" /><ElapsedNote began={running.began} /></div>
              <progress aria-label="Import" {...(running.total === null ? {} : { max: Math.max(1, running.total), value: Math.min(running.done, running.total) })} />
            </div>
          )
          : <span className="small muted">The repository is only read. No program of it runs: no hooks, no filters.</span>}
        <span className="spacer" />
        {running === null && platform.chooseFolder !== null && <button type="button" className="button" onClick={() => { onDone(); platform.chooseFolder!(); }}>Open Another Folder…</button>}
        {running === null
          ? <button type="submit" className="button primary" data-testid={ids.importStart}>Import</button>
          : <button type="button" className="button" data-testid={ids.cancel} disabled={running.cancelling} onClick={() => cancel(running.ticket)}>Cancel</button>}
      </div>
    </form>
  );
}

function ElapsedNote({ began }: { began: number }) {
  const age = useNow() - began;
  return age < 1000 ? null : <span className="muted">{duration(age)}</span>;
}

/** Connected, and nothing is imported yet: the first import with its numbers, or the form for it. */
export function Welcome() {
  const repository = useConnection((s) => s.repository), [typed, setTyped] = useState<Typed | null>(null);
  const running = useOperations((s) => s.mine.find((operation) => !isOver(operation)) ?? null), paused = useOperations((s) => s.queue.paused);
  const wasCancelled = useOperations((s) => s.ended[0]?.stage === 'cancelled');
  return (
    <main className="welcome">
      <div className="welcome-card wide">
        <div className="welcome-brand"><Brand /><h1>Acumen</h1></div>
        {repository !== null && running !== null
          ? (
            <>
              <p className="welcome-lead">Reading <strong>{visible(repository.name)}</strong></p>
              <Under operation={running} paused={paused} />
            </>
          )
          : (
            <>
              <p className="welcome-lead">See how every change in flight conflicts, compose the ones that go together, and write the result as a branch.</p>
              {wasCancelled && <p className="small" role="status">The import was cancelled: press Import to begin again.</p>}
              <ImportForm typed={typed ?? { ...untyped, path: repository?.path ?? '' }} onType={setTyped} onDone={() => undefined} />
              <RecentRepositories onOpen={() => undefined} />
              <p className="small muted">{platform.openDropped === null ? 'A browser does not tell where a dropped folder is: type or paste its path. Patch files can be dropped once something is imported.' : 'A folder dropped on this window opens in a window of its own.'}</p>
            </>
          )}
      </div>
    </main>
  );
}

const steps = ['Reading refs', 'Reading commits', 'Carrying onto the base', 'Comparing', 'Publishing'] as const;

/** The steps of an import, those done, the one under way with its numbers, and Cancel. */
function Under({ operation, paused }: { operation: Running; paused: boolean }) {
  const at = steps.findIndex((step) => step === operation.phase);
  return (
    <div data-testid={ids.progress}>
      <ol className="steps">
        {steps.map((step, i) => (
          <li key={step} className={i < at ? 'past' : i === at ? 'present' : 'future'} aria-current={i === at ? 'step' : undefined}>
            <span className="step-mark">{i < at ? <Icon name="check" size={13} /> : i === at ? <Spinner /> : null}</span>
            <span>{step}</span>
            <span className="muted">{i === at && operation.total !== null ? `${grouped(operation.done)} of ${grouped(operation.total)}` : i === at && operation.done > 0 ? grouped(operation.done) : ''}</span>
          </li>
        ))}
      </ol>
      <progress aria-label={operation.title} {...(operation.total === null ? {} : { max: Math.max(1, operation.total), value: Math.min(operation.done, operation.total) })} />
      <div className="import-foot">
        <span className="small muted">{at < 0 || paused ? lifeWords(operation, paused) : 'The repository is only read. No program of it runs: no hooks, no filters.'}</span>
        <span className="spacer" /><ElapsedNote began={operation.began} />
        <button type="button" className="button" data-testid={ids.cancel} disabled={operation.cancelling} onClick={() => cancel(operation.ticket)}>Cancel</button>
      </div>
    </div>
  );
}

export function ImportOverlay() {
  const path = useConnection((s) => s.repository?.path ?? ''), [typed, setTyped] = useState<Typed>({ ...untyped, path });
  return (
    <Overlay label="Import a repository" className="import-overlay">
      <h2 className="overlay-title">Import</h2>
      <ImportForm typed={typed} onType={setTyped} onDone={closeOverlay} />
      <RecentRepositories onOpen={closeOverlay} />
    </Overlay>
  );
}
