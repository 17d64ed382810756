// The load generator's form: how much and how long, what it works on, and Stop.
import { useState } from 'react';
import { loadLimits } from '../../../contract/performance.ts';
import { load as ask } from '../../app/performance.ts';
import { useConnection } from '../../state/connection.ts';
import { usePerformance } from '../../state/performance.ts';
import { ids } from '../../testids.ts';
import { figure, lengthWords } from './figures.ts';

export function Load() {
  const load = usePerformance((s) => s.load), online = useConnection((s) => s.state === 'open'), newest = usePerformance((s) => s.newest);
  const [rate, setRate] = useState('100'), [seconds, setSeconds] = useState('60');
  const r = Number(rate), n = Number(seconds), isFine = Number.isInteger(r) && r >= 1 && r <= loadLimits.rate && Number.isInteger(n) && n >= 1 && n <= loadLimits.seconds;
  const isIdle = load === null || load.state === 'idle';
  return (
    <section className="load" aria-label="Load generator" data-testid={ids.load} data-state={load?.state ?? 'idle'}>
      {isIdle ? (
        <form className="row" onSubmit={(event) => { event.preventDefault(); if (isFine && online) void ask({ action: 'start', rate: r, seconds: n }); }}>
          <label className="row">
            Rate <input className="field small-field number" type="number" min={1} max={loadLimits.rate} value={rate} data-testid={ids.loadRate} onChange={(event) => setRate(event.target.value)} /> requests/s
          </label>
          <label className="row">
            for <input className="field small-field number" type="number" min={1} max={loadLimits.seconds} value={seconds} data-testid={ids.loadSeconds} onChange={(event) => setSeconds(event.target.value)} /> s
          </label>
          <button type="submit" className="button primary" disabled={!isFine || !online} data-testid={ids.loadStart}>Start load</button>
          <span className="small muted">
            {isFine ? `${figure(r * n, 'count')} requests on a scratch copy of this repository, with a store of its own. Yours are only read; the copy is removed at the end.` : `1 to ${loadLimits.rate} requests a second, 1 to ${loadLimits.seconds} seconds.`}
          </span>
        </form>
      ) : (
        <div className="row" role="status">
          <span>
            {load.state === 'preparing' ? `Copying and importing the repository${load.bytes > 0 ? ` (${figure(load.bytes, 'bytes')})` : ''}` : load.state === 'ending' ? 'Removing the scratch copy' : `${figure(load.rate, 'count')} requests/s for ${lengthWords(load.seconds)}`}
          </span>
          {load.state === 'running' && load.startedAt !== null && (
            <progress aria-label="Load" max={load.seconds * 1000}
              value={Math.max(0, Math.min(load.seconds * 1000, (newest ?? load.startedAt) - load.startedAt))} />
          )}
          <span className="muted">
            sent {figure(load.sent, 'count')}, answered {figure(load.answered, 'count')} ({figure(load.perSecond, '/s')}),
            refused {figure(load.refused, 'count')}, failed {figure(load.failed, 'count')}
          </span>
          <button type="button" className="button" disabled={load.state === 'ending' || !online} data-testid={ids.loadStop}
            onClick={() => { void ask({ action: 'stop' }); }}>
            Stop load
          </button>
        </div>
      )}
      {isIdle && load !== null && load.startedAt !== null && (
        <p className="small muted">
          Last run: sent {figure(load.sent, 'count')}, answered {figure(load.answered, 'count')}, refused {figure(load.refused, 'count')},
          failed {figure(load.failed, 'count')}.{load.why !== null && ` ${load.why}`}
        </p>
      )}
      {isIdle && load !== null && load.startedAt === null && load.why !== null && <p className="small" role="alert">{load.why}</p>}
    </section>
  );
}
