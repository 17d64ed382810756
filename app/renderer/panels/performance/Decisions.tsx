// What the controller turned, when and why, on one axis with what came of it.
import { useState } from 'react';
import { metrics } from '../../../core/telemetry.ts';
import type { MetricName } from '../../../core/telemetry.ts';
import type { StatsReport } from '../../../contract/performance.ts';
import { visible } from '../../../core/visible.ts';
import { NO_DATA, clockTime, digits, figure } from './figures.ts';
import type { Unit } from './figures.ts';
import { FigureTable, Section, useEvents } from './parts.tsx';
import type { Column, Of } from './parts.tsx';
import { TimeChart } from './TimeChart.tsx';
import type { LineOf } from './TimeChart.tsx';
import { useSpan } from './useSeries.ts';

interface Decision { readonly number: number; readonly made: Of<'decision'>; readonly effect: Of<'effect'> | null }

const decisionColumns: readonly Column<Decision>[] = [
  { title: 'no.', cell: ({ number }) => String(number) },
  { title: 'time', cell: ({ made: { at } }) => clockTime(at) },
  { title: 'knob', cell: ({ made: { event } }) => event.knob },
  { title: 'turned', cell: ({ made: { event } }) => `${turned(event.from, event.knob)} → ${turned(event.to, event.knob)}` },
  { title: 'why', cell: ({ made: { event } }) => visible(event.reason, 300) },
  { title: 'what came of it', cell: ({ effect: one }) => (one === null ? <span className="muted">{NO_DATA}</span> : `${one.event.metric}: ${named(one.event.before, one.event.metric)} → ${named(one.event.after, one.event.metric)} (×${one.event.before === 0 ? '–' : (one.event.after / one.event.before).toFixed(2)})`) },
];

/** `name label p95`, `name{label}` or a name alone, as effects and anomalies name what they speak of; null where it is no figure of ours. */
export function metricNamed(text: string): { readonly metric: MetricName; readonly label: string | null } | null {
  const [, name, rest = ''] = /^([a-z_]+)(?:[ {](.*?)\}?)?$/.exec(text) ?? [];
  if (name === undefined || !Object.hasOwn(metrics, name)) return null;
  const label = rest.replace(/(?:^| )(?:p50|p95|p99|max)$/, '').replace(/^[a-z_]+="(.*)"$/, '$1');
  return { metric: name as MetricName, label: label === '' ? null : label };
}

/** A value of what an event names, in its unit. */
export function named(value: number, text: string): string {
  const of = metricNamed(text);
  return of === null ? digits(value) : figure(value, linesOf(of).unit);
}

/** A knob's value: those of caches are bytes. */
const turned = (value: number, knob: string): string => (/cache|bytes/.test(knob) && value >= 4096 ? figure(value, 'bytes') : digits(value));

export function linesOf({ metric, label }: { readonly metric: MetricName; readonly label: string | null }): { readonly unit: Unit; readonly lines: readonly LineOf[] } {
  const { kind } = metrics[metric];
  if (kind === 'seconds') return { unit: 'ms', lines: (['p50', 'p99'] as const).map((quantity) => ({ label: quantity, name: { metric, label, quantity } })) };
  const unit: Unit = kind === 'counter' ? '/s' : metric.endsWith('_bytes') ? 'bytes' : metric.endsWith('_ratio') ? 'share' : 'count';
  return { unit, lines: [{ label: label ?? metric.replace(/^acumen_/, ''), name: { metric, label, quantity: 'value' }, ...(kind === 'counter' ? { perSecond: true } : {}) }] };
}

export function Decisions({ report }: { report: StatsReport }) {
  const { span } = useSpan();
  const made = useEvents(['decision'], span, 200) as readonly Of<'decision'>[] | null, effects = useEvents(['effect'], span, 400) as readonly Of<'effect'>[] | null;
  const [chosen, setChosen] = useState<number | null>(null);
  const decisions = (made ?? []).map((one, i): Decision => ({ number: (made ?? []).length - i, made: one, effect: effects?.find(({ event }) => event.id === one.event.id && event.knob === one.event.knob) ?? null }));
  const shown = decisions.find((one) => one.made.event.id === chosen) ?? decisions.find((one) => one.effect !== null) ?? null;
  // a response to an alert names the alert: a service level, whose source is the figure
  const spoken = shown?.effect?.event.metric ?? null, level = report.levels.find(({ id }) => id === spoken);
  const metric = spoken === null ? null : metricNamed(spoken) ?? (level === undefined ? null : { metric: level.source, label: null });
  const effect = linesOf(metric ?? { metric: 'acumen_event_loop_delay_seconds', label: null });
  const happened = decisions.map(({ number, made: { at, event } }) => ({ at, sign: String(number), what: `${event.knob}: ${turned(event.from, event.knob)} → ${turned(event.to, event.knob)}, ${event.reason}` }));
  const knobs = [...new Set(decisions.map(({ made: { event } }) => event.knob))];
  return (
    <>
      <div className="charts">
        <TimeChart title={metric === null ? 'Event loop, how late, with decisions' : `${shown!.effect!.event.metric}, with decisions`} unit={effect.unit}
          lines={effect.lines} happened={happened} />
        <TimeChart title="What waits, with decisions" unit="count" as="steps"
          lines={[{ label: 'operations', name: { metric: 'acumen_queue_depth', label: 'operations', quantity: 'value' } }, ...report.pools.slice(0, 4).map(({ name }): LineOf => ({ label: name, name: { metric: 'acumen_queue_depth', label: name, quantity: 'value' } }))]}
          happened={happened} />
        <TimeChart title="Memory, with decisions" unit="bytes"
          lines={[{ label: 'rss', name: { metric: 'acumen_memory_usage_bytes', label: 'rss', quantity: 'value' } }]} happened={happened} />
        <TimeChart title="Processor, with decisions" unit="share"
          lines={[{ label: 'this process', name: { metric: 'acumen_cpu_usage_ratio', label: 'process', quantity: 'value' } }]} happened={happened} />
      </div>
      <Section title="Decisions" note={knobs.length === 0 ? 'in the range on screen' : `in the range on screen, on ${knobs.join(', ')}; the numbers stand in the charts above`}>
        {made === null ? <p className="none muted">loading</p> : (
          <FigureTable<Decision> label="Decisions" rows={decisions} rowKey={({ made: { event } }) => String(event.id)} empty="The controller turned nothing in this range." chosen={shown === null ? null : String(shown.made.event.id)}
            onChoose={({ made: { event } }) => setChosen(event.id)} columns={decisionColumns} />
        )}
      </Section>
    </>
  );
}
