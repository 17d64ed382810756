// What is wrong: alerts that one can acknowledge and silence, automatic responses that one can switch off, anomalies that were marked.
import { useEffect, useState } from 'react';
import type { Alert, StatsReport } from '../../../contract/performance.ts';
import { visible } from '../../../core/visible.ts';
import { responses, setAlert } from '../../app/performance.ts';
import type { Responses } from '../../app/performance.ts';
import { useConnection } from '../../state/connection.ts';
import { ids } from '../../testids.ts';
import { clockTime, digits, figure } from './figures.ts';
import { linesOf, metricNamed, named } from './Decisions.tsx';
import { FigureTable, Section, Standing, useEvents } from './parts.tsx';
import type { Column, Of, Tone } from './parts.tsx';
import { TimeChart } from './TimeChart.tsx';
import { useSpan } from './useSeries.ts';

const tones: Readonly<Record<Alert['severity'], Tone>> = { notice: 'none', warning: 'warn', critical: 'bad' };
const HOUR = 3_600_000;

const anomalyColumns: readonly Column<Of<'anomaly'>>[] = [
  { title: 'time', cell: ({ at }) => clockTime(at) }, { title: 'figure', cell: ({ event }) => event.metric },
  { title: 'value', number: true, cell: ({ event }) => named(event.value, event.metric) },
  { title: 'usual', number: true, cell: ({ event }) => named(event.expected, event.metric) },
  { title: 'score', number: true, hint: 'how many robust standard deviations from what is usual', cell: ({ event }) => digits(event.score) },
  { title: 'why', cell: ({ event }) => visible(event.reason, 300) },
];

function AlertRow({ alert, at }: { alert: Alert; at: number }) {
  const { id, name, severity, state, since, value, target, unit, reason, response } = alert;
  return (
    <li className={`alert alert-${severity}`}>
      <Standing tone={state === 'resolved' ? 'good' : tones[severity]}>
        <strong>{visible(name, 120)}</strong> <span className="muted">{state === 'raised' ? severity : `${severity}, ${state}`}, for {figure(Math.max(0, at - since), 'ms')}</span>
      </Standing>
      <span title={`${figure(value, unit)}, target ${figure(target, unit)}`}>
        {visible(reason, 300).replace(/\.$/, '')}.{response !== null && <span className="muted"> Answered by itself: {visible(response, 120).replace(/\.$/, '')}.</span>}
      </span>
      <span className="row">
        {state === 'raised' && (
          <button type="button" className="button small" aria-label={`Acknowledge: ${name}`} onClick={() => { void setAlert(id, name, 'acknowledged', null); }}>
            Acknowledge
          </button>
        )}
        {state !== 'silenced' && state !== 'resolved' && (
          <button type="button" className="button small" aria-label={`Silence 1 h: ${name}`}
            onClick={() => { void setAlert(id, name, 'silenced', Date.now() + HOUR); }}>
            Silence 1 h
          </button>
        )}
        {(state === 'silenced' || state === 'acknowledged') && (
          <button type="button" className="button small" aria-label={`Raise again: ${name}`} onClick={() => { void setAlert(id, name, 'raised', null); }}>
            Raise again
          </button>
        )}
      </span>
    </li>
  );
}

const isWrong = ({ state }: Alert): boolean => state === 'raised' || state === 'acknowledged';

/** On top of the overview; nothing where nothing is wrong. */
export function ActiveAlerts({ report }: { report: StatsReport }) {
  const wrong = report.alerts.filter(isWrong);
  return wrong.length === 0 ? null : <ul className="alerts" aria-label="Alerts">{wrong.map((alert) => <AlertRow key={alert.id} alert={alert} at={report.at} />)}</ul>;
}

export function Alerts({ report }: { report: StatsReport }) {
  const { span } = useSpan(), anomalies = useEvents(['anomaly'], span, 100) as readonly Of<'anomaly'>[] | null;
  const [chosen, setChosen] = useState<string | null>(null);
  const one = anomalies?.find((found) => String(found.seq) === chosen) ?? anomalies?.[0] ?? null, metric = one === null ? null : metricNamed(one.event.metric);
  const chart = metric === null ? null : linesOf(metric);
  return (
    <>
      <Section title="Alerts" note={`at ${clockTime(report.at)}`}>
        {report.alerts.length === 0 ? <p className="none muted">Nothing is wrong, as far as service levels and thresholds say.</p>
          : <ul className="alerts" aria-label="Alerts">{report.alerts.map((alert) => <AlertRow key={alert.id} alert={alert} at={report.at} />)}</ul>}
      </Section>
      <Section title="Automatic responses" note="what an alert may do by itself"><ResponseSwitches /></Section>
      <Section title="Anomalies" note="in the range on screen">
        {anomalies === null ? <p className="none muted">loading</p> : (
          <FigureTable<Of<'anomaly'>> label="Anomalies" rows={anomalies} rowKey={({ seq }) => String(seq)} empty="Nothing unusual was marked in this range." chosen={one === null ? null : String(one.seq)} onChoose={({ seq }) => setChosen(String(seq))} columns={anomalyColumns} />
        )}
      </Section>
      {chart !== null && (
        <div className="charts">
          <TimeChart title={`${one!.event.metric}, with anomalies`} unit={chart.unit} lines={chart.lines}
            happened={(anomalies ?? []).filter(({ event }) => event.metric === one!.event.metric).map(({ at, event }) => ({ at, sign: '!', what: event.reason }))} />
        </div>
      )}
    </>
  );
}

function ResponseSwitches() {
  const [all, setAll] = useState<Responses | null>(null), online = useConnection((s) => s.state === 'open');
  useEffect(() => { if (online) void responses([]).then((found) => { if (found !== null) setAll(found); }); }, [online]);
  if (all === null) return <p className="none muted">loading</p>;
  if (all.length === 0) return <p className="none muted">This service answers no alert by itself.</p>;
  return (
    <ul className="switches">
      {all.map(({ id, name, on, what }) => (
        <li key={id}>
          <label className="check"><input type="checkbox" checked={on} disabled={!online} data-testid={ids.response} data-response={id} onChange={() => { void responses([{ id, on: !on }]).then((found) => { if (found !== null) setAll(found); }); }} />{name}</label> <span className="muted">{what}</span>
        </li>
      ))}
    </ul>
  );
}
