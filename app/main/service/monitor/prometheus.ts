// Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats, 0.0.4): what one process has counted since it began, from
// FILE.telemetry, so that the endpoint and `acumen stats --prometheus` say the same.
import { Histogram } from '../../../core/histogram.ts';
import { type MetricName, metrics } from '../../../core/telemetry.ts';
import type { TelemetryFile } from '../../storage/telemetry/file.ts';
import { type SeriesId, allSeries, momentAt, totalsOf } from '../../storage/telemetry/rollups.ts';

/** Upper ends of buckets, in seconds. */
const bounds: readonly number[] = [
  1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Of the process that served last by `at` (milliseconds), and as of the last whole second before it; null where nothing is kept of any. */
export function readPrometheus(file: TelemetryFile, at: number | null): string | null {
  const moment = momentAt(file, at === null ? null : Math.floor(at / 1000));
  return moment === null ? null : prometheusText(file, moment.writer, moment.at);
}

function prometheusText(file: TelemetryFile, writer: number, at: number): string {
  const totals = totalsOf(file, writer, at);
  const byMetric = new Map<MetricName, SeriesId[]>();
  for (const series of allSeries(file)) byMetric.set(series.metric, [...byMetric.get(series.metric) ?? [], series]);
  const lines: string[] = [];
  for (const [name, { kind, label, help }] of Object.entries(metrics)) {
    const series = byMetric.get(name as MetricName) ?? [];
    const samples: string[] = [];
    const named = (of: SeriesId): string => (label === null ? '' : `${label}="${escapeValue(of.label)}"`);
    for (const of of series) {
      if (kind === 'counter') {
        const n = totals.counters.get(of.id);
        if (n !== undefined) samples.push(sample(name, named(of), n));
      } else if (kind === 'gauge') {
        const gauge = totals.gauges.get(of.id);
        if (gauge !== undefined) samples.push(sample(name, named(of), gauge.last));
      } else {
        const h = totals.timers.get(of.id);
        if (h !== undefined) samples.push(...histogram(name, named(of), h));
      }
    }
    // What has no label is known to be 0 before it first happens; which labels there will be is not.
    if (samples.length === 0 && label === null && kind !== 'gauge') samples.push(...kind === 'seconds' ? histogram(name, '', new Histogram()) : [sample(name, '', 0)]);
    if (samples.length === 0) continue;
    lines.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${kind === 'seconds' ? 'histogram' : kind}`, ...samples);
  }
  return `${lines.join('\n')}\n`;
}

function histogram(name: string, label: string, h: Histogram): string[] {
  const bucket = (le: string, n: number): string => sample(`${name}_bucket`, [label, `le="${le}"`].filter((part) => part !== '').join(','), n);
  return [...bounds.map((bound) => bucket(String(bound), h.within(bound))), bucket('+Inf', h.count), sample(`${name}_sum`, label, h.sum), sample(`${name}_count`, label, h.count)];
}

function sample(name: string, labels: string, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`;
}

const escapeHelp = (text: string): string => text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`);
const escapeValue = (text: string): string => escapeHelp(text).replaceAll('"', String.raw`\"`);
