// The bus: how many events of each lane, how many wait, how many were dropped; and the newest of them.
import type { LaneFigures, StatsReport } from '../../../contract/performance.ts';
import type { TelemetryEvent, TelemetryKind } from '../../../core/telemetry.ts';
import { visible } from '../../../core/visible.ts';
import { clockTime, digits, figure, lengthWords } from './figures.ts';
import { FigureTable, Section, Share, Standing, useEvents } from './parts.tsx';
import type { Column, Of } from './parts.tsx';
import { TimeChart } from './TimeChart.tsx';
import { useSpan } from './useSeries.ts';

const lanes = ['critical', 'normal', 'analytics'] as const;
const kinds: readonly TelemetryKind[] = ['decision', 'effect', 'breaker', 'worker', 'memory', 'cache', 'anomaly', 'regression', 'alert', 'product'];

const laneColumns: readonly Column<LaneFigures>[] = [
  { title: 'lane', cell: ({ lane }) => lane },
  { title: 'rate', number: true, cell: ({ perSecond }) => figure(perSecond, '/s') },
  { title: 'put on', number: true, cell: ({ emitted }) => figure(emitted, 'count') },
  { title: 'dropped', number: true,
    cell: ({ dropped, lane }) => (dropped === 0 ? '0' : <Standing tone={lane === 'analytics' ? 'warn' : 'bad'}>{figure(dropped, 'count')}</Standing>) },
  { title: 'waiting', number: true, cell: ({ depth }) => figure(depth, 'count') },
  { title: 'room', number: true, cell: ({ capacity }) => figure(capacity, 'count') },
  { title: 'full', cell: ({ depth, capacity }) => <Share value={capacity === 0 ? null : depth / capacity} bound={0.9} /> },
];

const eventColumns: readonly Column<Of<TelemetryKind>>[] = [
  { title: 'time', cell: ({ at }) => clockTime(at) }, { title: 'kind', cell: ({ event }) => event.kind }, { title: 'lane', cell: ({ lane }) => lane },
  { title: 'what', cell: ({ event }) => visible(eventWords(event), 300) },
];

export function Events({ report }: { report: StatsReport }) {
  const { span } = useSpan(), found = useEvents(kinds, span, 100);
  return (
    <>
      <Section title="Lanes of the bus" note={`rates over ${lengthWords(report.window)}, counts since the service started (acumen_bus_*); only analytics may drop, oldest first`}>
        <FigureTable<LaneFigures> label="Lanes" rows={report.lanes} rowKey={({ lane }) => lane} empty="This service has no bus that tells of itself." columns={laneColumns} />
      </Section>
      <div className="charts">
        <TimeChart title="Events" unit="/s" lines={lanes.map((label) => ({ label, name: { metric: 'acumen_bus_events_total', label, quantity: 'value' }, perSecond: true }))} />
        <TimeChart title="Dropped" unit="/s" lines={lanes.map((label) => ({ label, name: { metric: 'acumen_bus_dropped_total', label, quantity: 'value' }, perSecond: true }))} />
        <TimeChart title="Waiting on the bus" unit="count" as="steps" lines={lanes.map((label) => ({ label, name: { metric: 'acumen_bus_depth', label, quantity: 'value' } }))} />
      </div>
      <Section title="What happened" note="in the range on screen, newest first; single operations are under Slowest">
        {found === null ? <p className="none muted">loading</p> : (
          <FigureTable<Of<TelemetryKind>> label="Events" rows={found} rowKey={({ seq, at }) => `${at} ${seq}`} empty="Nothing was told in this range." columns={eventColumns} />
        )}
      </Section>
    </>
  );
}

/** One sentence on an event. */
function eventWords(event: TelemetryEvent): string {
  switch (event.kind) {
    case 'operation': return `${event.operation} ${event.outcome} in ${figure(event.ms, 'ms')} ${event.detail}`;
    case 'decision': return `${event.knob}: ${digits(event.from)} → ${digits(event.to)}, ${event.reason}`;
    case 'effect': return `${event.knob}: ${event.metric} ${digits(event.before)} → ${digits(event.after)}`;
    case 'breaker': return `${event.dependency}: ${event.from} → ${event.to}, ${event.reason}`;
    case 'worker': return `${event.pool} ${event.worker} ${event.what}${event.reason === '' ? '' : `, ${event.reason}`}`;
    case 'memory': return `${event.guard}: ${figure(event.bytes, 'bytes')} of ${figure(event.limit, 'bytes')}, ${event.reason}`;
    case 'cache': return `${event.level} ${event.what} to ${figure(event.bytes, 'bytes')}, ${event.reason}`;
    case 'anomaly': return `${event.metric}: ${digits(event.value)} where ${digits(event.expected)} is usual (score ${digits(event.score)}), ${event.reason}`;
    case 'regression': return `${event.metric}: ${digits(event.baseline)} → ${digits(event.now)} (p ${event.p.toPrecision(2)}), ${event.reason}`;
    case 'alert': return `${event.id} ${event.state} (${event.severity}) at ${digits(event.value)}, ${event.reason}`;
    case 'product': return `${event.matrix} by ${event.by}${event.outcome === 'fallen' ? ', begun on a GPU that was lost' : ''} in ${figure(event.ms, 'ms')}: ${event.reason}`;
  }
}
