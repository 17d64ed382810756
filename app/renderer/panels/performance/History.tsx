// Over months: where figures go, what is slower than a saved baseline, how two configurations compared.
import { useEffect, useState } from 'react';
import type { Forecast, Regression, StatsReport } from '../../../contract/performance.ts';
import { visible } from '../../../core/visible.ts';
import { baselines, trials } from '../../app/performance.ts';
import type { Baselines, Trials } from '../../app/performance.ts';
import { useConnection } from '../../state/connection.ts';
import { ids } from '../../testids.ts';
import { NO_DATA, digits, figure, lengthWords, wholeTime } from './figures.ts';
import { linesOf } from './Decisions.tsx';
import { FigureTable, Section, Standing } from './parts.tsx';
import type { Column } from './parts.tsx';
import { LatencyChart } from './Operations.tsx';
import { Outlook } from './Outlook.tsx';
import { useOperation } from './Overview.tsx';
import { TimeChart } from './TimeChart.tsx';

type Kept = Baselines[number] & { drop(): void };

const forecastColumns: readonly Column<Forecast>[] = [
  { title: 'figure', cell: ({ name }) => name },
  { title: 'per hour', number: true, cell: ({ slope, unit }) => figure(slope, unit) },
  { title: 'then', number: true, cell: ({ value, unit, at }) => <span title={wholeTime(at)}>{figure(value, unit)}</span> },
  { title: 'between', number: true, cell: ({ low, high, unit }) => `${figure(low, unit)} and ${figure(high, unit)}` },
  { title: 'at', cell: ({ at }) => wholeTime(at) },
  { title: 'limit', number: true, cell: ({ limit, unit }) => (limit === null ? 'none' : figure(limit, unit)) },
  { title: 'reached', cell: ({ limit, reaches, earliest, latest }) => (limit === null ? '–' : reaches === null ? 'not on this trend' : `${wholeTime(reaches)}${earliest === null ? '' : `, at the earliest ${wholeTime(earliest)}`}${latest === null ? '' : `, at the latest ${wholeTime(latest)}`}`) },
];

const regressionColumns: readonly Column<Regression>[] = [
  { title: 'figure', cell: ({ metric, label }) => `${metric}{${label}}` }, { title: 'baseline', cell: ({ baseline }) => baseline },
  { title: 'before', number: true, cell: ({ before }) => digits(before) }, { title: 'now', number: true, cell: ({ now }) => digits(now) },
  { title: 'ratio', number: true, cell: ({ ratio }) => <Standing tone={ratio > 1 ? 'bad' : 'good'}>×{ratio.toFixed(2)}</Standing> },
  { title: 'p', number: true, hint: 'how likely chance alone makes such a difference', cell: ({ p }) => p.toPrecision(2) },
  { title: 'n', number: true, cell: ({ n }) => figure(n, 'count') },
];

const baselineColumns: readonly Column<Kept>[] = [
  { title: 'name', cell: (one) => <span data-testid={ids.baseline}>{visible(one.name, 80)}</span> },
  { title: 'saved', cell: ({ at }) => wholeTime(at) },
  { title: 'of', cell: ({ window }) => lengthWords(window) },
  { title: 'series', number: true, cell: ({ metrics: n }) => figure(n, 'count') },
  { title: 'action', cell: (one) => <button type="button" className="button small" aria-label={`Drop: ${one.name}`} onClick={one.drop}>Drop</button> },
];

export function History({ report }: { report: StatsReport }) {
  const { operation, chosen } = useOperation(report);
  const sizes = report.disk.files.slice(0, 5);
  return (
    <>
      <div className="charts">
        <LatencyChart operation={operation}>{chosen}</LatencyChart>
        {sizes.length > 0 && (
          <TimeChart title="Size on disk" unit="bytes" as="steps"
            lines={sizes.map(({ name }) => ({ label: name, name: { metric: 'acumen_disk_bytes', label: name, quantity: 'value' } }))} />
        )}
      </div>
      <Section title="Forecasts" note="straight on from the trend, with the interval that holds in 95 of 100 cases">
        <FigureTable<Forecast> label="Forecasts" rows={report.forecasts} rowKey={({ id }) => id} empty="No forecast yet: a trend needs more data than there is." columns={forecastColumns} />
      </Section>
      {report.forecasts.length > 0 && (
        <div className="charts">
          {report.forecasts.slice(0, 6).map((forecast) => (
            <Outlook key={forecast.id} forecast={forecast} now={report.at} unit={linesOf({ metric: forecast.metric, label: forecast.label }).unit} />
          ))}
        </div>
      )}
      <Section title="Slower than a baseline" note="a difference that chance alone would hardly make">
        <FigureTable<Regression> label="Regressions" rows={report.regressions} rowKey={({ metric, label, baseline }) => `${metric} ${label} ${baseline}`} empty="Nothing is slower than a saved baseline, or none is saved." columns={regressionColumns} />
      </Section>
      <Section title="Baselines"><BaselineList /></Section>
      <Section title="Two configurations compared" note="on the same recorded workload, in turn"><TrialList /></Section>
    </>
  );
}

function BaselineList() {
  const [all, setAll] = useState<Baselines | null>(null), [name, setName] = useState(''), online = useConnection((s) => s.state === 'open');
  const take = (found: Baselines | null): void => { if (found !== null) setAll(found); };
  useEffect(() => { if (online) void baselines({}).then(take); }, [online]);
  return (
    <>
      <form className="row baseline-form"
        onSubmit={(event) => { event.preventDefault(); const given = name.trim(); if (given !== '') void baselines({ save: given }).then((found) => { take(found); if (found !== null) setName(''); }); }}>
        <input className="field" aria-label="Name of the baseline" placeholder="name, for instance before the upgrade" maxLength={80} spellCheck={false}
          value={name} data-testid={ids.baselineName} onChange={(event) => setName(event.target.value)} />
        <button type="submit" className="button" disabled={!online || name.trim() === ''}>Save what is measured now</button>
      </form>
      {all === null ? <p className="none muted">loading</p> : (
        <FigureTable label="Baselines" rows={all.map((one): Kept => ({ ...one, drop: () => { void baselines({ drop: one.name }).then(take); } }))}
          rowKey={(one) => one.name} empty="No baseline is saved. Save one while all is well: what becomes slower is then found by itself."
          columns={baselineColumns} />
      )}
    </>
  );
}

const trialColumns = (a: string, b: string): readonly Column<Trials[number]['figures'][number]>[] => [
  { title: 'figure', cell: ({ metric }) => metric },
  { title: a, number: true, cell: (one) => figure(one.a, one.unit) },
  { title: b, number: true, cell: (one) => figure(one.b, one.unit) },
  { title: 'ratio', number: true, cell: ({ ratio }) => `×${ratio.toFixed(3)}` },
  { title: 'between', number: true, cell: ({ low, high }) => `×${low.toFixed(3)} and ×${high.toFixed(3)}` },
  { title: 'verdict', cell: ({ verdict }) => (verdict === 'no difference seen' ? <Standing tone="none">{verdict}</Standing> : <Standing tone="good">{verdict === 'a is less' ? `${visible(a, 80)} is less` : `${visible(b, 80)} is less`}</Standing>) },
];

function TrialList() {
  const [all, setAll] = useState<Trials | null>(null), online = useConnection((s) => s.state === 'open');
  useEffect(() => { if (online) void trials().then((found) => { if (found !== null) setAll(found); }); }, [online]);
  if (all === null) return <p className="none muted">loading</p>;
  if (all.length === 0) return <p className="none muted">{NO_DATA}: no trial was run on this store.</p>;
  return (
    <>
      {all.map(({ id, at, workload, requests, a, b, pairs, confidence, figures }) => (
        <div key={id} className="trial">
          <p>
            <strong>{visible(a, 80)}</strong> against <strong>{visible(b, 80)}</strong> <span className="muted">on {visible(workload, 80)}: {figure(requests, 'count')} requests, {figure(pairs, 'count')} pairs, {wholeTime(at)}; intervals hold in {figure(confidence, 'share')} of cases</span>
          </p>
          <FigureTable label={`${a} against ${b}`} rows={figures} rowKey={({ metric }) => metric} empty="It measured nothing." columns={trialColumns(a, b)} />
        </div>
      ))}
    </>
  );
}
