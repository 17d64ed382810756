// What is shown while the window waits: for a service that lets it in, and for the graph of the repository that is open.
import { useState } from 'react';
import type { FormEvent } from 'react';
import { tryNow } from '../app/session.ts';
import { Empty, Spinner } from '../components/atoms.tsx';
import { Brand } from '../components/Icon.tsx';
import { useConnection } from '../state/connection.ts';
import { isOver, lifeWords, useOperations } from '../state/operations.ts';
import { ids } from '../testids.ts';

/** No service, or none that lets this window in. */
export function Connect() {
  const { state, reason, attempt } = useConnection();
  const [token, setToken] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // a whole address may be pasted
    const given = /token=([\w-]+)/.exec(token)?.[1] ?? token.trim();
    if (given !== '') tryNow(given);
  };
  return (
    <main className="welcome">
      <div className="welcome-card">
        <div className="welcome-brand"><Brand /><h1>Acumen</h1></div>
        {state === 'refused'
          ? (
            <>
              <p>This window has not been let in. {reason}</p>
              <p className="muted">Acumen prints an address when it starts; it ends in <code>#token=…</code>. Open that address, or paste it here.</p>
              <form className="row" onSubmit={submit}>
                <input className="field mono" aria-label="Address or token" placeholder="http://127.0.0.1:…/#token=…" autoFocus spellCheck={false}
                  autoComplete="off" data-testid={ids.token} value={token} onChange={(event) => setToken(event.target.value)} />
                <button type="submit" className="button primary">Open</button>
              </form>
            </>
          )
          : (
            <div className="row" role="status"><Spinner /><span>{attempt === 0 ? 'Connecting to the service' : `The service does not answer; try ${attempt + 1}`}</span>
              {attempt > 0 && <button type="button" className="button small" title={reason} onClick={() => tryNow()}>Try now</button>}
            </div>
          )}
      </div>
    </main>
  );
}

/** The repository is open, its graph on the way. */
export function Loading() {
  const running = useOperations((s) => s.mine.find((operation) => !isOver(operation)) ?? null), paused = useOperations((s) => s.queue.paused);
  return (
    <main className="welcome">
      <div role="status"><Empty title="Loading the graph">{running === null ? 'Every ACU and what it conflicts with' : lifeWords(running, paused)}</Empty></div>
    </main>
  );
}
