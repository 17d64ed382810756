// Columns of a range of time: what the service answered, cut and grown as the range moves on. NaN is a step without data and stays a gap.
import type { SeriesAnswer, SeriesName } from '../../../contract/performance.ts';

export interface Columns { readonly from: number; readonly step: 1 | 60 | 3600; readonly columns: readonly { readonly name: SeriesName; readonly values: Float64Array }[] }

/** At most so many points of one line: more than a chart has pixels for. */
export const POINTS = 600;

export const nameKey = ({ metric, label, quantity }: SeriesName): string => `${metric} ${label ?? ''} ${quantity}`;
export const lengthOf = ({ columns }: Columns): number => columns[0]?.values.length ?? 0;
export const endOf = (columns: Columns): number => columns.from + lengthOf(columns) * columns.step * 1000;

/** `held` with what `tail` has after it, from `from` on. Where they do not meet in one grid, the tail is not usable and null is answered. */
export function grown(held: Columns, tail: SeriesAnswer, from: number): Columns | null {
  const ms = held.step * 1000;
  if (tail.step !== held.step || tail.columns.length !== held.columns.length || (tail.from - held.from) % ms !== 0) return null;
  const overlap = (endOf(held) - tail.from) / ms;
  if (overlap < 0) return null;
  const drop = Math.max(0, Math.min(lengthOf(held), Math.floor((from - held.from) / ms)));
  const columns = held.columns.map(({ name, values }, i) => {
    const other = tail.columns[i]!.values, kept = values.subarray(drop, Math.max(drop, values.length - overlap));
    const all = new Float64Array(kept.length + other.length);
    all.set(kept);
    all.set(other, kept.length);
    return { name, values: all };
  });
  return { from: held.from + drop * ms, step: held.step, columns };
}

/** The mean of what there is; null where there is nothing. */
export function mean(values: Float64Array): number | null {
  let sum = 0, n = 0;
  for (const value of values) if (!Number.isNaN(value)) { sum += value; n++; }
  return n === 0 ? null : sum / n;
}

/** Where the newest figure is; -1 where there is none. */
export function newestAt(values: Float64Array): number {
  for (let i = values.length - 1; i >= 0; i--) if (!Number.isNaN(values[i]!)) return i;
  return -1;
}
export const newest = (values: Float64Array): number | null => values[newestAt(values)] ?? null;

export function highest(all: readonly Float64Array[]): number {
  let top = 0;
  for (const values of all) for (const value of values) if (value > top) top = value;
  return top;
}

/** Which point lies at a moment; -1 outside. */
export function indexAt(columns: Columns, time: number): number {
  const i = Math.floor((time - columns.from) / (columns.step * 1000));
  return i >= 0 && i < lengthOf(columns) ? i : -1;
}

/** Long rows, one figure each: what a spreadsheet or another program reads without knowing Acumen. */
export function csvOf(all: readonly Columns[]): string {
  const lines = ['time,metric,label,quantity,step_seconds,value'];
  const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : /^[=+\-@\t]/.test(text) ? `'${text}` : text);
  for (const { from, step, columns } of all) {
    for (const { name, values } of columns) {
      for (let i = 0; i < values.length; i++) {
        if (Number.isNaN(values[i]!)) continue;
        lines.push(`${new Date(from + i * step * 1000).toISOString()},${name.metric},${cell(name.label ?? '')},${name.quantity},${step},${values[i]}`);
      }
    }
  }
  return `${lines.join('\n')}\n`;
}
