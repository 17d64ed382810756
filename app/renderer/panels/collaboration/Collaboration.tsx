// The Collaboration tab: whose work is about to collide, who knows the place, how to share out what is open. This file is the frame: reading the
// history, its sections, and what stands there before anything is known. Loaded when first opened.
import { useEffect } from 'react';
import type { ComponentType } from 'react';
import { look, readAgain, stopComputing, stopReading } from '../../app/collaboration.ts';
import { Empty, Spinner } from '../../components/atoms.tsx';
import { useNow } from '../../components/useNow.ts';
import { Tabs } from '../../components/Tabs.tsx';
import { placeNames, places, useCollaboration } from '../../state/collaboration.ts';
import type { Place } from '../../state/collaboration.ts';
import { useConnection } from '../../state/connection.ts';
import { isOver, useOperations } from '../../state/operations.ts';
import { duration, grouped } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { BoardView } from './BoardView.tsx';
import { BusFactor } from './BusFactor.tsx';
import { Facts, Header } from './Header.tsx';
import { HeatView } from './HeatView.tsx';
import { Now } from './Now.tsx';
import { Failed } from './parts.tsx';
import { useOverview } from './useOverview.ts';
import './collaboration.css';

const views: Readonly<Record<Place, ComponentType>> = { now: Now, board: BoardView, map: HeatView, bus: BusFactor };

export default function Collaboration() {
  useEffect(look, []);
  const { status, place, asOf, names, part } = useCollaboration(), away = useConnection((s) => s.state !== 'open');
  const overview = useOverview();
  const known = useCollaboration((s) => s.overview), View = views[place];
  return (
    <div className="collaboration" data-testid={ids.collaboration} data-place={place} data-status={status} data-names={names} data-as-of={asOf ?? 'now'} data-part={part ?? undefined}
      data-busy={overview.waiting}>
      {known !== null && <Header overview={known} />}
      <Places place={place} />
      {known !== null && <Facts overview={known} />}
      {away && known !== null && (
        <p className="console-note" role="status">
          The service is away. What stands here is computed in this window, of the history that was read; it follows again when the connection is back.
        </p>
      )}
      {known !== null && status === 'reading' && <Reading />}
      {known !== null && (status === 'failed' || status === 'stopped') && (
        <p className="console-note" role="status">
          What stands here is of {part === null ? 'the history that was read before' : `the newest ${grouped(part)} commits`}. <button type="button" className="button small" onClick={readAgain}>{part === null ? 'Read it again' : 'Read the rest'}</button>
        </p>
      )}
      {overview.failure !== null && <Failed failure={overview.failure}><button type="button" className="button small" onClick={overview.again}>Ask again</button></Failed>}
      <div id="place-view" role="tabpanel" aria-labelledby={`place-${place}`} className="place-view" tabIndex={-1}>
        {known !== null ? <View /> : overview.failure === null && <Before />}
      </div>
    </div>
  );
}

function Places({ place }: { place: Place }) {
  return (
    <Tabs label="Sections" tabs={places.map((id) => ({ id, name: placeNames[id] }))} chosen={place} prefix="place" controls="place-view"
      className="tabs place-tabs" onChoose={(id) => useCollaboration.setState({ place: id })}>
      <span className="spacer" />
      <Busy />
      <span className="privacy tiny muted">Stays on this machine. Nobody is ranked by output.</span>
    </Tabs>
  );
}

/** A sign when an answer takes longer than one blinks, a number when it takes long, a way out when it takes too long. */
function Busy() {
  const since = useCollaboration((s) => s.busy);
  return since === null ? null : <Elapsed since={since} />;
}

function Elapsed({ since }: { since: number }) {
  const took = useNow() - since;
  if (took < 300) return null;
  return (
    <span className="busy small muted"><Spinner /> {took < 1000 ? 'computing' : `computing, ${duration(took)}`}
      {took > 2000 && <button type="button" className="button small" onClick={stopComputing}>Cancel</button>}
    </span>
  );
}

/** How far the reading is, with numbers and a way out. */
function Reading() {
  const ticket = useCollaboration((s) => s.ticket), part = useCollaboration((s) => s.part), operation = useOperations((s) => s.mine.find((one) => one.ticket === ticket && !isOver(one)) ?? null), now = useNow();
  return (
    <div className="reading" role="status" data-testid={ids.progress}>
      <Spinner />
      {part !== null && <span>What stands here is of the newest {grouped(part)} commits; the older ones are being read.</span>}
      <span>{operation === null || operation.phase === '' ? 'Reading the history' : operation.phase.charAt(0).toUpperCase() + operation.phase.slice(1)}</span>
      {operation !== null && operation.total !== null && <progress aria-label="Read so far" max={operation.total} value={operation.done} />}
      {operation !== null && operation.done > 0 && <span className="muted">{grouped(operation.done)}{operation.total === null ? '' : ` of ${grouped(operation.total)}`}</span>}
      {operation !== null && now - operation.began > 1000 && <span className="muted">{duration(now - operation.began)}</span>}
      <button type="button" className="button small" disabled={operation === null || operation.cancelling} onClick={stopReading}>
        {operation?.cancelling === true ? 'Cancelling' : 'Cancel'}
      </button>
    </div>
  );
}

/** Before anything is known. */
function Before() {
  const status = useCollaboration((s) => s.status), failure = useCollaboration((s) => s.failure);
  switch (status) {
    case 'idle': case 'ready': return <div className="empty" role="status"><Spinner /> Computing</div>;
    case 'reading': return <div className="empty"><Reading /><div className="empty-text">It is read once and kept; afterwards only what is new.</div></div>;
    case 'stopped': return <Empty title="The history was not read to its end">Nothing is said of a part of it. <button type="button" className="button small" onClick={readAgain}>Read it</button></Empty>;
    case 'away': return <Empty title="The service is away">It reads the history. This goes on when the connection is back.</Empty>;
    case 'failed': return <Empty title="The history could not be read">{failure !== null && <Failed failure={failure}><button type="button" className="button small" onClick={readAgain}>Try again</button></Failed>}</Empty>;
  }
}
