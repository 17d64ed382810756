// Latency, throughput and failures of each operation.
import type { ReactNode } from 'react';
import type { OperationFigures, StatsReport } from '../../../contract/performance.ts';
import { usePerformance } from '../../state/performance.ts';
import { ids } from '../../testids.ts';
import { figure, lengthWords } from './figures.ts';
import { FigureTable, Section, Standing } from './parts.tsx';
import type { Column } from './parts.tsx';
import { TimeChart } from './TimeChart.tsx';
import type { LineOf } from './TimeChart.tsx';
import { byUse, useOperation } from './Overview.tsx';

const quantiles = ['p50', 'p95', 'p99'] as const;

const operationColumns: readonly Column<OperationFigures>[] = [
  { title: 'operation', cell: ({ name }) => <span data-testid={ids.operationRow} data-operation={name}>{name}</span> },
  { title: 'rate', number: true, hint: 'acumen_operation_seconds, per second', cell: ({ perSecond }) => figure(perSecond, '/s') },
  { title: 'p50', number: true, cell: ({ p50 }) => <span data-figure="p50">{figure(p50, 'ms')}</span> },
  { title: 'p95', number: true, cell: ({ p95 }) => <span data-figure="p95">{figure(p95, 'ms')}</span> },
  { title: 'p99', number: true, cell: ({ p99 }) => <span data-figure="p99">{figure(p99, 'ms')}</span> },
  { title: 'max', number: true, cell: ({ max }) => figure(max, 'ms') },
  { title: 'count', number: true, hint: 'since the service started', cell: ({ count }) => <span data-figure="count">{figure(count, 'count')}</span> },
  { title: 'failed', number: true, cell: ({ errors }) => (errors === 0 ? '0' : <Standing tone="bad">{figure(errors, 'count')}</Standing>) },
  { title: 'late', number: true, hint: 'answered after their deadline, or never',
    cell: ({ late }) => (late === 0 ? '0' : <Standing tone="warn">{figure(late, 'count')}</Standing>) },
];

export function LatencyChart({ operation, children }: { operation: string | null; children?: ReactNode }) {
  const lines: LineOf[] = quantiles.map((quantity) => ({ label: quantity, name: { metric: 'acumen_operation_seconds', label: operation, quantity } }));
  return <TimeChart title={operation === null ? 'Latency' : `Latency of ${operation}`} unit="ms" lines={lines} target={100} testId={ids.latencyChart}>{children}</TimeChart>;
}

/** Lines beyond which a chart says nothing more: the busiest are drawn, the table has all. */
const MOST = 5;

export function ThroughputChart({ report }: { report: StatsReport }) {
  const busiest = byUse(report.operations).slice(0, MOST).map(({ name }) => name).sort();
  const lines = busiest.map((name): LineOf => ({ label: name, name: { metric: 'acumen_operation_seconds', label: name, quantity: 'count' }, perSecond: true }));
  return (
    <TimeChart title="Throughput" unit="/s"
      lines={lines.length > 0 ? lines : [{ label: 'all', name: { metric: 'acumen_operation_seconds', label: null, quantity: 'count' }, perSecond: true }]}
      testId={ids.throughputChart} />
  );
}

export function Operations({ report }: { report: StatsReport }) {
  const { operation, chosen } = useOperation(report);
  return (
    <>
      <Section title="Operations" note={`latency and rate over ${lengthWords(report.window)}; counts since ${new Date(report.since).toLocaleString('en-GB')}`}>
        <FigureTable<OperationFigures>
          label="Operations" rows={byUse(report.operations)} rowKey={({ name }) => name} empty="No operation was asked for yet."
          chosen={operation} onChoose={({ name }) => usePerformance.setState({ operation: name })}
          columns={operationColumns} />
      </Section>
      <div className="charts">
        <LatencyChart operation={operation}>{chosen}</LatencyChart>
        <TimeChart title={`Requests, failed and late${operation === null ? '' : `: ${operation}`}`} unit="/s" lines={[
          { label: 'answered', name: { metric: 'acumen_operation_seconds', label: operation, quantity: 'count' }, perSecond: true },
          { label: 'failed', name: { metric: 'acumen_operation_errors_total', label: operation, quantity: 'value' }, perSecond: true },
          { label: 'late', name: { metric: 'acumen_operation_late_total', label: operation, quantity: 'value' }, perSecond: true },
        ]} />
        <ThroughputChart report={report} />
        <TimeChart title="Composing and committing" unit="ms" lines={[
          { label: 'compose p50', name: { metric: 'acumen_merge_execution_seconds', label: null, quantity: 'p50' } },
          { label: 'compose p99', name: { metric: 'acumen_merge_execution_seconds', label: null, quantity: 'p99' } },
          { label: 'commit p50', name: { metric: 'acumen_commit_seconds', label: null, quantity: 'p50' } },
          { label: 'commit p99', name: { metric: 'acumen_commit_seconds', label: null, quantity: 'p99' } },
        ]} />
      </div>
    </>
  );
}
