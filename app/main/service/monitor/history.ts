// Columns to chart from what FILE.telemetry keeps: the finest step that reaches back so far and fits, processes and labels added up.
import type { SeriesAnswer, SeriesName } from '../../../contract/performance.ts';
import { Histogram } from '../../../core/histogram.ts';
import { metrics } from '../../../core/telemetry.ts';
import type { TelemetryFile } from '../../storage/telemetry/file.ts';
import type { Sum } from '../../storage/telemetry/packing.ts';
import { allSeries, pointsOf, stepFor } from '../../storage/telemetry/rollups.ts';

/** Of (from, to] in milliseconds, which are widened to whole steps; at most `points` of them, where hours are few enough. */
export function readSeries(file: TelemetryFile, names: readonly SeriesName[], from: number, to: number, points: number): SeriesAnswer {
  const step = stepFor(file, from / 1000, to / 1000, points);
  const first = Math.floor(from / 1000 / step) * step, length = Math.max(0, Math.ceil(to / 1000 / step) - first / step);
  // Even hours may be too many of a very long range: then the newest.
  const shown = Math.min(length, points), start = first + (length - shown) * step, end = start + shown * step;
  const all = allSeries(file);
  const wanted = names.map(({ metric, label }) => all.filter((s) => s.metric === metric && (label === null || s.label === label)).map(({ id }) => id));
  const columns = names.map((name) => ({ name, values: new Float64Array(shown).fill(Number.NaN) }));
  for (const { at, sum } of pointsOf(file, step, start, end, new Set(wanted.flat()))) {
    const place = Math.ceil((at - start) / step) - 1;
    columns.forEach(({ name, values }, i) => { values[place] = valueOf(name, wanted[i]!, sum); });
  }
  return { from: start * 1000, to: end * 1000, step, columns };
}

/** What the series of one name come to in one step: increases and times added up, gauges the sum of their means. */
function valueOf({ metric, quantity }: SeriesName, ids: readonly number[], sum: Sum): number {
  switch (metrics[metric].kind) {
    case 'counter': {
      // nothing is stored of a second in which it did not grow
      return ids.length === 0 ? Number.NaN : ids.reduce((n, id) => n + (sum.counters.get(id) ?? 0), 0);
    }
    case 'gauge': {
      const found = ids.flatMap((id) => sum.gauges.get(id) ?? []);
      if (found.length === 0) return Number.NaN;
      return found.reduce((n, { sum: total, count, max }) => n + (quantity === 'max' ? max : total / count), 0);
    }
    case 'seconds': {
      const found = ids.flatMap((id) => sum.timers.get(id) ?? []);
      let h = found[0];
      if (found.length > 1) {
        h = new Histogram();
        for (const one of found) h.add(one);
      }
      switch (quantity) {
        case 'value': case 'count': return h?.count ?? 0;
        case 'sum': return h?.sum ?? 0;
        case 'max': return h === undefined ? Number.NaN : h.max * 1000;
        default: return (h?.quantile({ p50: 0.5, p95: 0.95, p99: 0.99 }[quantity]) ?? Number.NaN) * 1000;
      }
    }
  }
}
