// The list of long work, over the status line: what runs with its numbers, what waits with its place, what this window does in the background,
// and what ended lately with what it came to, or why it failed and Try again.
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { visibleSentence } from '../../../core/visible.ts';
import * as act from '../../app/actions.ts';
import { cancel } from '../../app/operating.ts';
import { layoutFigures } from '../../app/graphScreen.ts';
import { run } from '../../commands/registry.ts';
import { Ago } from '../../components/atoms.tsx';
import { Icon } from '../../components/Icon.tsx';
import { useNow } from '../../components/useNow.ts';
import { liveWords, useLive } from '../../state/live.ts';
import { lifeWords, rateOf, useOperations } from '../../state/operations.ts';
import type { Ended } from '../../state/operations.ts';
import { useReplica } from '../../state/replica.ts';
import { useVisible } from '../../state/visible.ts';
import { useWork } from '../../state/work.ts';
import type { Line } from '../../state/work.ts';
import { duration, grouped } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import './work.css';

const close = (): void => useWork.setState({ open: false });

export default function Work({ lines }: { lines: readonly Line[] }) {
  const host = useRef<HTMLElement>(null), queue = useOperations((s) => s.queue), ended = useOperations((s) => s.ended);
  useEffect(() => {
    host.current?.focus({ preventScroll: true });
    const outside = (event: Event): void => { if (event.target instanceof Element && event.target.closest('.work, .work-button') === null) close(); };
    window.addEventListener('pointerdown', outside, { capture: true });
    return () => window.removeEventListener('pointerdown', outside, { capture: true });
  }, []);
  const runs = lines.filter(({ place }) => place === null), waits = lines.filter(({ place }) => place !== null), untold = queue.waiting - waits.length;
  return createPortal(
    <section ref={host} className="work" role="dialog" aria-label="Work" tabIndex={-1} onKeyDown={(event) => { if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); close(); } }}>
      <header className="work-head">
        <h2>Work</h2>
        <span className="spacer" />
        {queue.paused ? <button type="button" className="button small" onClick={() => { void act.setPaused(false); }}>Go on</button> : <button type="button" className="button quiet small" title="Operations wait until they are let go on; reads and verdicts work meanwhile" onClick={() => run('repository.pause')}>Hold</button>}
        <button type="button" className="button quiet small icon" aria-label="Close" onClick={close}><Icon name="close" size={12} /></button>
      </header>
      <div className="work-body" tabIndex={0} role="region" aria-label="Operations">
        <Part title="Runs" none={queue.paused ? 'Held: nothing runs until it is let go on.' : 'Nothing runs.'}>{runs.map((line) => <RunningLine key={line.ticket} line={line} paused={queue.paused} />)}</Part>
        <Part title="Waits" none="Nothing waits.">
          {waits.map((line) => (
            <li key={line.ticket} className="work-item" data-testid={ids.workItem} data-state="waiting" data-kind={line.item?.kind ?? ''}>
              <span className="work-place">{line.place}</span><span className="truncate">{line.title}</span><span className="small muted">{line.who}</span><span className="spacer" />
              <Cancel line={line} />
            </li>
          ))}
          {untold > 0 && <li className="small muted">and {grouped(untold)} more</li>}
        </Part>
        <Background />
        <Part title="Ended lately" none="Nothing was done in this window yet.">{ended.map((one) => <EndedLine key={one.ticket} one={one} />)}</Part>
      </div>
    </section>, document.body);
}

function Part({ title, none, children }: { title: string; none: string; children: readonly ReactNode[] | ReactNode }) {
  const empty = (Array.isArray(children) ? children.flat() : [children]).every((child) => child === false || child === null);
  return <section className="work-part"><h3 className="small">{title}</h3>{empty ? <p className="small muted">{none}</p> : <ul>{children}</ul>}</section>;
}

function Cancel({ line }: { line: Line }) {
  return <button type="button" className="button small" disabled={line.of?.cancelling === true} aria-label={`Cancel ${line.title}`} onClick={() => cancel(line.ticket)}>{line.of?.cancelling === true ? 'Cancelling' : 'Cancel'}</button>;
}

function RunningLine({ line, paused }: { line: Line; paused: boolean }) {
  const now = useNow(), { of, item } = line, rate = of === null ? null : rateOf(of, now);
  const took = of !== null ? now - (of.ran ?? of.began) : item?.since == null ? 0 : performance.timeOrigin + now - item.since;
  const left = of !== null && rate !== null && of.total !== null && of.total > of.done ? (of.total - of.done) / rate * 1000 : null;
  const numbers = [of === null ? '' : lifeWords(of, paused), rate === null ? '' : `${grouped(Math.round(rate))} a second`, took > 1000 ? duration(took) : '', left === null || left < 2000 ? '' : `about ${duration(left)} left`].filter((word) => word !== '');
  return (
    <li className="work-item is-running" data-testid={ids.workItem} data-state="running" data-kind={item?.kind ?? ''}>
      <div className="work-line"><span className="spinner" aria-hidden="true" /><strong className="truncate">{line.title}</strong><span className="small muted">{line.who}{item?.beside === true ? ', beside the rest' : ''}</span><span className="spacer" /><Cancel line={line} /></div>
      {of !== null && of.total !== null && of.total > 0 && <progress aria-label={line.title} max={of.total} value={Math.min(of.done, of.total)} />}
      <div className="small muted">{numbers.join(' · ')}</div>
      {of !== null && of.phases.length > 0 && <ol className="work-phases small muted" aria-label="Phases that are over">{of.phases.map((phase, i) => <li key={i}><Icon name="check" size={11} />{visibleSentence(phase)}</li>)}</ol>}
      {item?.kind === 'import' && <div className="tiny faint">What it finds is shown when all of it is there, in one step: verdicts rest on the whole.</div>}
    </li>
  );
}

/** What goes on without being asked for. None of it holds anything up. */
function Background() {
  const live = useLive((s) => s.state), conflicts = useReplica((s) => s.conflicts), ready = useReplica((s) => s.status === 'ready'), rows = useReplica((s) => s.rows.length), symbols = useVisible((s) => s.symbols);
  const [layouts, setLayouts] = useState(layoutFigures);
  useEffect(() => {
    const timer = setInterval(() => setLayouts(layoutFigures()), 500);
    return () => clearInterval(timer);
  }, []);
  const busy = layouts?.workers.filter(({ state }) => state === 'busy').length ?? 0;
  const lines: readonly (readonly [string, string])[] = [
    ['Working trees', live === null ? 'not heard of yet' : visibleSentence(liveWords(live))],
    ['Conflicts', !ready ? 'no replica yet' : conflicts === null ? 'being counted' : 'counted'],
    ['Symbols', rows === 0 ? 'nothing to read' : symbols >= rows ? 'read' : `${grouped(symbols)} of ${grouped(rows)} ACUs read`],
    ['Layout', layouts === null ? 'not begun' : busy > 0 ? `${busy} running${layouts.queued > 0 ? `, ${layouts.queued} waiting` : ''}` : 'settled'],
  ];
  return (
    <section className="work-part"><h3 className="small">In the background</h3>
      <dl className="work-background small">{lines.map(([what, how]) => <div key={what}><dt className="muted">{what}</dt><dd className="truncate">{how}</dd></div>)}</dl>
    </section>
  );
}

const stages = { done: 'done', failed: 'failed', cancelled: 'cancelled' } as const;

function EndedLine({ one }: { one: Ended }) {
  return (
    <li className="work-item" data-testid={ids.workItem} data-state={one.stage} data-kind="">
      <div className="work-line">
        <Icon name={one.stage === 'done' ? 'check' : one.stage === 'failed' ? 'warning' : 'close'} size={12} />
        <span className="truncate" title={one.title}>{one.title}</span><span className="small muted">{stages[one.stage]} in {duration(one.took)} · <Ago time={Math.floor(one.at / 1000)} /></span><span className="spacer" />
        {one.stage === 'done' ? one.result !== '' && <button type="button" className="button quiet small" onClick={() => { close(); run('history.show'); }}>History</button>
          : one.again !== null && <button type="button" className="button small" aria-label={`Try again: ${one.title}`} onClick={() => one.again?.()}>Try again</button>}
      </div>
      {(one.reason !== '' || one.result !== '') && <div className={`small ${one.stage === 'failed' ? 'tone-conflicts' : 'muted'} work-result`}>{one.reason || one.result}</div>}
    </li>
  );
}
