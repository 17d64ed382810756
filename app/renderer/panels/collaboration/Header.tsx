// Over all sections: as of when, how fast knowledge fades, files or directories, names or roles; below it what is known, of what, and who computed it.
import { CommandButton } from '../../components/CommandButton.tsx';
import { halfLives, momentOf, useCollaboration } from '../../state/collaboration.ts';
import { exactTime, grouped, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { Overview } from '../../../core/collaboration/report.ts';
import { visible } from '../../../core/visible.ts';
import { computedWords, dayWords, lifeWords } from './words.ts';

const DAY = 86_400;

/** The first moments of the years within a history, in seconds since the epoch: where the slider has its ticks. */
function yearsOf({ from, to }: Pick<Overview, 'from' | 'to'>): readonly number[] {
  const year = (time: number): number => new Date(time * 1000).getUTCFullYear(), first = year(from) + 1, last = year(to);
  const step = Math.max(1, Math.ceil((last - first + 1) / 12));
  return Array.from({ length: Math.max(0, Math.ceil((last - first + 1) / step)) }, (_, i) => Date.UTC(first + i * step, 0, 1) / 1000);
}

export function Header({ overview }: { overview: Overview }) {
  const { asOf, halfLifeDays, names } = useCollaboration(), { from, to } = overview;
  const at = asOf ?? to, span = Math.max(0, to - from);
  return (
    <div className="console-bar collaboration-bar" role="toolbar" aria-label="Collaboration">
      <label className="as-of" htmlFor="as-of"><span className="muted">As of</span> <span className="as-of-day">{asOf === null ? 'now' : dayWords(at)}</span></label>
      <span className="tiny muted" aria-hidden="true">{shortDay(from, span)}</span>
      <input id="as-of" type="range" list="as-of-years" className="as-of-slider" min={from} max={to} step={Math.max(1, Math.min(DAY, Math.floor(span / 50)))}
        value={at} disabled={span === 0} data-testid={ids.asOf}
        aria-valuetext={asOf === null ? `now, the newest commit of ${dayWords(to)}` : dayWords(at)} title={`${dayWords(from)} – ${dayWords(to)}: everything is computed as it was known then`}
        onChange={(event) => useCollaboration.setState({ asOf: momentOf(Number(event.target.value), overview) })}
        onKeyDown={(event) => { if (span > 0 && (event.key === 'PageUp' || event.key === 'PageDown')) { event.preventDefault(); useCollaboration.setState({ asOf: momentOf(at + (event.key === 'PageUp' ? 1 : -1) * Math.max(DAY, span / 12), overview) }); } }} />
      <span className="tiny muted" aria-hidden="true">{shortDay(to, span)}</span>
      <datalist id="as-of-years">{yearsOf(overview).map((time) => <option key={time} value={time} />)}</datalist>
      <CommandButton id="collaboration.latest" className="button quiet small">Now</CommandButton>
      <label className="row small" title="After this time, what somebody knows of a place counts half"><span className="muted">Half-life</span>
        <select className="field small-field" aria-label="Half-life of knowledge" value={halfLifeDays}
          onChange={(event) => useCollaboration.setState({ halfLifeDays: Number(event.target.value) })}>
          {halfLives.map((days) => <option key={days} value={days}>{lifeWords(days)}</option>)}
        </select>
      </label>
      <span className="spacer" />
      <Switch label="People by" value={names} options={[['names', 'Names'], ['roles', 'Roles']]} onChange={(next) => useCollaboration.setState({ names: next })} />
      <CommandButton id="collaboration.export" className="button quiet small">JSON</CommandButton>
      <CommandButton id="collaboration.line" className="button quiet small">CLI</CommandButton>
    </div>
  );
}

/** An end of the slider: the year, or the day where all is within two years. */
const shortDay = (time: number, span: number): string => { const day = dayWords(time); return span > 2 * 365 * DAY ? day.slice(-4) : day.replace(/, \d+$/, ''); };

/** One of two. */
export function Switch<T extends string>({ label, value, options, onChange }: {
  label: string; value: T; options: readonly (readonly [value: T, title: string])[]; onChange(next: T): void;
}) {
  return (
    <div className="switch" role="group" aria-label={label}>
      {options.map(([one, title]) => <button key={one} type="button" className="switch-part" aria-pressed={one === value} onClick={() => onChange(one)}>{title}</button>)}
    </div>
  );
}

/** What all of this is computed from, and by whom. */
export function Facts({ overview }: { overview: Overview }) {
  const computed = useCollaboration((s) => s.computed), place = useCollaboration((s) => s.place), halfLife = useCollaboration((s) => s.halfLifeDays),
    { counts, notes, shallow, from, asOf } = overview;
  const all = shallow && notes.length === 0 ? ['The beginning of the history is cut off (a shallow clone): who wrote what before is not known.'] : notes;
  return (
    <div className="collaboration-facts small">
      <span title={`From ${exactTime(from)} to ${exactTime(asOf)}`}>
        {plural(counts.people, 'person', 'people')}, {plural(counts.files, 'file')}, {plural(counts.commits, 'commit')} from {dayWords(from)} to {dayWords(asOf)}
      </span>
      <span className="muted">{grouped(counts.flying)} in flight · knowledge halves in {lifeWords(halfLife)}</span>
      {place === 'map' && computed !== null && <span className="muted truncate" data-testid={ids.computed} title={computedWords(computed)}>{computedWords(computed)}</span>}
      {all.length > 0 && (
        <details className="notes">
          <summary>{shallow ? '▲ ' : ''}{plural(all.length, 'note')} on this history</summary>
          <ul>{all.map((note) => <li key={note}>{visible(note, 500)}</li>)}</ul>
        </details>
      )}
    </div>
  );
}
