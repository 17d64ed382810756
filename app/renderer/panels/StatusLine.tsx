// The thin line that always tells the truth: connection, repository, base, epoch, counts, what runs, what ran last.
import { useMemo } from 'react';
import { visible, visibleSentence } from '../../core/visible.ts';
import * as act from '../app/actions.ts';
import { cancel } from '../app/operating.ts';
import { fetchSnapshot, tryNow } from '../app/session.ts';
import { Ago, Id } from '../components/atoms.tsx';
import { Icon } from '../components/Icon.tsx';
import { useNow } from '../components/useNow.ts';
import { countRows } from '../state/composition.ts';
import { useConnection } from '../state/connection.ts';
import { liveHint, liveWords, useLive } from '../state/live.ts';
import { isOver, lifeWords, useOperations } from '../state/operations.ts';
import type { Running } from '../state/operations.ts';
import { useReplica } from '../state/replica.ts';
import { withNumbers } from '../state/shortName.ts';
import { open } from '../state/ui.ts';
import { conflictsInWords, duration, whatConflictsCount } from '../state/words.ts';
import { ids } from '../testids.ts';
import { WorkButton } from './work/WorkButton.tsx';

const states = { connecting: 'connecting', open: 'connected', lost: 'away', refused: 'not let in' } as const;

export function StatusLine() {
  const connection = useConnection();
  const replica = useReplica(), counted = useMemo(() => countRows(replica.rows), [replica.rows]);
  const operations = useOperations();
  const running = operations.mine.findLast((operation) => !isOver(operation)) ?? null;
  return (
    <footer className="status" data-testid={ids.status} data-epoch={replica.epoch}>
      <span className={`status-connection is-${operations.queue.paused ? 'paused' : connection.state}`} data-testid={ids.connection} data-state={connection.state} title={connection.reason === '' ? `Service ${connection.version}` : connection.reason}>
        <span className="status-dot" aria-hidden="true" />{operations.queue.paused ? 'paused' : states[connection.state]}
      </span>
      {connection.state === 'lost' && <><span className="status-item muted truncate">{connection.reason}</span><Countdown until={connection.nextTry} /><button type="button" className="status-button" onClick={() => tryNow()}>Connect now</button></>}
      {operations.queue.paused && <button type="button" className="status-button" onClick={() => { void act.setPaused(false); }}>Go on</button>}
      {connection.repository !== null && <span className="status-item truncate status-less" title={visible(connection.repository.path)}>{visible(connection.repository.name)}</span>}
      {replica.base !== null && <span className="status-item truncate">base {visible(connection.repository?.baseName ?? '', 80)} <Id id={replica.base} what="base" /></span>}
      {replica.status === 'ready' && <span className="status-item status-less" title="An epoch is a state of the graph: whatever changes it, a branch that moved or a new base, makes the next. This window shows this one">epoch {replica.epoch}</span>}
      {replica.status === 'ready' && <span className="status-item status-even-less" title="ACU: atomic change unit, the smallest set of edits that makes sense by itself">{counted}</span>}
      {replica.status === 'ready' && <span className="status-item status-even-less" title={whatConflictsCount}>{replica.conflicts === null ? 'counting conflicts' : conflictsInWords(replica.conflicts.counts)}</span>}
      <Live />
      {replica.mismatch !== null && (
        <span className="status-warning" role="alert" title={`shown ${replica.mismatch.ours}\nservice ${replica.mismatch.theirs}`}>
          <Icon name="warning" size={12} />This window differs from the service <button type="button" className="status-button" onClick={() => { void fetchSnapshot(); }}>Load again</button>
        </span>
      )}
      <span className="spacer" />
      {running !== null ? <Progress operation={running} paused={operations.queue.paused} /> : operations.last !== null && (
        <span className="status-item truncate status-last" title={visibleSentence(operations.last.description)}>
          {withNumbers(visibleSentence(operations.last.description))}{operations.lastTook?.id === operations.last.id && ` · ${duration(operations.lastTook.ms)}`} · <Ago time={Math.floor(operations.last.time / 1000)} />
        </span>
      )}
      <WorkButton />
    </footer>
  );
}

/** How working trees are looked at; opens what there is to say of them. */
function Live() {
  const state = useLive((s) => s.state);
  if (state === null) return null;
  const how = !state.on ? 'off' : state.note !== '' ? 'note' : state.polling === '' ? 'watching' : 'polling', words = visibleSentence(liveWords(state));
  return (
    <button type="button" className={`status-button status-live is-${how} truncate`} data-testid={ids.live} data-how={how} data-files={state.trees.reduce((sum, tree) => sum + tree.files, 0)} title={`${words}\n${liveHint(state)}`} onClick={() => open('worktrees')}>
      <Icon name={how === 'polling' || how === 'note' ? 'warning' : 'pencil'} size={11} />{words}
    </button>
  );
}

/** A number after a second, Cancel after two. */
export function Progress({ operation, paused }: { operation: Running; paused: boolean }) {
  const now = useNow();
  const age = now - operation.began;
  return (
    <span className="status-running" data-testid={ids.progress}>
      <span className="spinner" aria-hidden="true" />
      <span className="truncate">{operation.title}: {lifeWords(operation, paused)}</span>
      {operation.total !== null && operation.total > 0 && <progress aria-label={operation.title} max={operation.total} value={Math.min(operation.done, operation.total)} />}
      {age > 1000 && <span className="muted">{duration(age)}</span>}
      {(age > 1000 || operation.total !== null) && <button type="button" className="status-button" data-testid={ids.cancel} disabled={operation.cancelling} onClick={() => cancel(operation.ticket)}>Cancel</button>}
    </span>
  );
}

function Countdown({ until }: { until: number | null }) {
  const now = useNow();
  return until === null ? null : <span className="muted">again in {Math.max(0, Math.ceil((until - now) / 1000))} s</span>;
}
