// The log of operations as a line to go back and forth on, under the top bar. What it goes to the whole window shows; the banner says so.
import { visibleSentence } from '../../../core/visible.ts';
import { compare, goToNow, lastOperation, toggleTime } from '../../app/past.ts';
import { Empty, Since } from '../../components/atoms.tsx';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Keys } from '../../components/Keys.tsx';
import { useConnection } from '../../state/connection.ts';
import { withNumbers } from '../../state/shortName.ts';
import { useTime } from '../../state/time.ts';
import { exactTime } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { BranchOff } from './BranchOff.tsx';
import { Compared } from './Compared.tsx';
import { Track } from './Track.tsx';
import './time.css';

export default function TimeStrip() {
  const log = useTime((s) => s.log), at = useTime((s) => s.at), compared = useTime((s) => s.compared), branching = useTime((s) => s.branching);
  const online = useConnection((s) => s.state === 'open');
  const shown = at ?? log.at(-1);
  return (
    <section className={`time${at === null ? '' : ' is-past'}`} aria-label="Time" data-testid={ids.timeStrip} data-at={at?.id ?? 'now'}>
      <div className="time-row">
        <Going />
        {log.length === 0
          ? <span className="time-none small muted">{online ? 'Reading the log' : 'The service is away: its log is read when it is back.'}</span>
          : <Track log={log} />}
        {shown !== undefined && <span className="time-when small" title={`operation ${shown.id} of ${log.length}, ${exactTime(shown.time / 1000)}`}>{at === null ? 'now' : <Since time={Math.floor(shown.time / 1000)} />} <span className="faint">{shown.id} of {log.length}</span></span>}
        <button type="button" className="button quiet small" aria-pressed={compared !== null} disabled={log.length < 2} title="Two moments side by side: what came, what left, what moved, and the files that differ"
          onClick={() => { if (compared === null) compare(at?.id ?? Math.max(1, log.length - 1), lastOperation()); else useTime.setState({ compared: null }); }}>Compare</button>
        <button type="button" className="button quiet small icon" aria-label="Close the strip of time" title="Close, and back to now" onClick={toggleTime}><Icon name="close" size={12} /></button>
      </div>
      {at !== null && (
        <div className="time-banner" data-testid={ids.timeBanner} onClickCapture={() => useTime.setState({ marked: null })}>
          <Icon name="warning" size={13} />
          <span className="truncate">As it was <Since time={Math.floor(at.time / 1000)} />, after <q title={visibleSentence(at.description)}>{withNumbers(visibleSentence(at.description))}</q>. Nothing can be changed here.</span>
          <span className="spacer" />
          <button type="button" className="button small primary" onClick={goToNow}>Back to now <Keys keys="Escape" /></button>
          <CommandButton id="time.bringBack" className="button small">Restore this moment</CommandButton>
          <CommandButton id="time.branchOff" className="button small">Branch off…</CommandButton>
          <CommandButton id="time.compare" className="button small">Compare with now</CommandButton>
        </div>
      )}
      {at !== null && branching && <BranchOff key={at.id} operation={at} />}
      {compared !== null && (log.length < 2 ? <Empty title="One operation">There is nothing to compare it with yet.</Empty> : <Compared key={`${compared.a} ${compared.b}`} a={compared.a} b={compared.b} />)}
    </section>
  );
}

/** What is on its way; seen only where it takes long (time.css). */
function Going() {
  const going = useTime((s) => s.going);
  return <span className="time-name small">Time{going !== null && <span key={going} className="time-going muted"><span className="spinner" aria-hidden="true" />{going}</span>}</span>;
}
