// What a benchmark returns and how it is shown. Metric names are stable: figures are compared across commits by them.
import { cpus, totalmem } from 'node:os';

/** One figure; with a peer, both were measured in the same run on the same input. */
export interface Row {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly peer?: string;
  readonly peerValue?: number;
  /** peerValue / value: how many times better than the peer where less is better */
  readonly ratio?: number;
}

/** A file bench/NAME.bench.ts exports one as default. */
export interface Benchmark {
  /** one line: what is measured, on what input, against whom */
  readonly what: string;
  run(): Promise<readonly Row[]>;
}

export interface Report { readonly name: string; readonly machine: string; readonly rows: readonly Row[] }

const sorted = (values: readonly number[]): number[] => [...values].sort((x, y) => x - y);
export const median = (values: readonly number[]): number => sorted(values)[values.length >> 1]!;
export const percentile = (values: readonly number[], p: number): number => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * p))]!;

export function machine(): string {
  const cores = cpus();
  return `${cores.length} × ${cores[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}-${process.arch}, Node ${process.versions.node}`;
}

const figure = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

export function table(report: Report): string {
  const rows = report.rows.map((row) => [
    row.metric, `${figure(row.value)} ${row.unit}`,
    row.peer === undefined || row.peerValue === undefined ? '' : `${row.peer}: ${figure(row.peerValue)} ${row.unit}`,
    row.ratio === undefined ? '' : `${figure(row.ratio)}×`,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)));
  return [`${report.name} (${report.machine})`, ...rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ').trimEnd()}`)].join('\n');
}
