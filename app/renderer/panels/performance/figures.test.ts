// Dangers: a figure that is not there read as 0, a unit that is wrong by a thousand, axes that do not hold what is drawn, tails that make another
// series than the whole, an export that a spreadsheet runs.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SeriesAnswer, SeriesName, StatsReport } from '../../../contract/performance.ts';
import { type PerformanceState, emptyPerformance, heardLoad, heardReport, shiftOf, shownSpan, usePerformance, zoomBack, zoomTo } from '../../state/performance.ts';
import { csvOf, endOf, grown, indexAt, lengthOf, mean, newest } from './columns.ts';
import type { Columns } from './columns.ts';
import { NO_DATA, digits, figure, lengthWords, ticksFor, timeTicks, unitTicks } from './figures.ts';
import { linePaths } from './paths.ts';
import { metricNamed } from './Decisions.tsx';
import { partsOf } from './Slowest.tsx';

describe('figures', () => {
  test('what is not there is said, and is not 0', () => {
    for (const nothing of [null, undefined, Number.NaN]) for (const unit of ['ms', 'bytes', 'share', '/s', 'count', 'rows']) expect(figure(nothing, unit)).toBe(NO_DATA);
    for (const unit of ['ms', 'bytes', 'share', '/s', 'count', 'rows']) expect(figure(0, unit)).toMatch(/^0/);
  });

  test.each([
    [0.0042, 'ms', '4.2 µs'], [1.234, 'ms', '1.23 ms'], [999.4, 'ms', '999 ms'], [1500, 'ms', '1.5 s'], [90_000, 'ms', '1.5 min'],
    [1, 'bytes', '1 B'], [1536, 'bytes', '1.5 KiB'], [5 * 2 ** 20, 'bytes', '5 MiB'], [0.923, 'share', '92.3 %'], [0.99996, 'share', '99.99 %'], [1, 'share', '100 %'], [12_345, '/s', '12,345/s'], [3, 'rows', '3 rows'], [-2048, 'bytes', '-2 KiB'],
  ])('%d %s is %s', (value, unit, words) => { expect(figure(value, unit)).toBe(words); });

  test('three digits that count are within half a percent', () => {
    fc.assert(fc.property(fc.double({ min: 0.001, max: 1e9, noNaN: true }), (value) => {
      expect(Math.abs(Number(digits(value).replaceAll(',', '')) - value)).toBeLessThanOrEqual(Math.max(value * 0.0051, value < 0.1 ? 0.00051 : 0));
    }));
  });

  test('an axis begins at 0, holds everything, and rises', () => {
    fc.assert(fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (high) => {
      const ticks = ticksFor(high);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)! * (1 + 1e-9)).toBeGreaterThanOrEqual(high);
      expect(ticks.length).toBeLessThan(7);
      for (let i = 1; i < ticks.length; i++) expect(ticks[i]).toBeGreaterThan(ticks[i - 1]!);
    }));
    expect(unitTicks('bytes', 60 * 2 ** 20).ticks.map((t) => t / 2 ** 20)).toEqual([0, 20, 40, 60]);
  });

  test('moments on the axis lie within the range and are not too many', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1000, max: 90 * 86_400_000 }), fc.integer({ min: 2, max: 12 }), (from, length, most) => {
      const ticks = timeTicks({ from, to: from + length }, most);
      expect(ticks.every((t) => t >= from && t <= from + length)).toBe(true);
      expect(ticks.length).toBeLessThanOrEqual(most + 1);
    }));
    expect([1, 59, 60, 5400, 86_400].map(lengthWords)).toEqual(['1 s', '59 s', '1 min', '1.5 h', '1 d']);
  });

  test('the parts of an operation are all of its time, and never more', () => {
    expect(partsOf({ ms: 10, parts: [['read', 4], ['compose', 3]] })).toEqual([['read', 4], ['compose', 3], ['rest', 3]]);
    expect(partsOf({ ms: 7, parts: [['read', 4], ['compose', 3]] })).toEqual([['read', 4], ['compose', 3]]);
    expect(partsOf({ ms: 5, parts: [] })).toEqual([['rest', 5]]);
  });

  test('figures are known by the names that events give them, and others are not guessed', () => {
    expect(metricNamed('acumen_operation_seconds{compose}')).toEqual({ metric: 'acumen_operation_seconds', label: 'compose' });
    expect(metricNamed('acumen_operation_seconds{operation="compose"}')).toEqual({ metric: 'acumen_operation_seconds', label: 'compose' });
    expect(metricNamed('acumen_event_loop_delay_seconds')).toEqual({ metric: 'acumen_event_loop_delay_seconds', label: null });
    expect(metricNamed('acumen_operation_seconds check p95')).toEqual({ metric: 'acumen_operation_seconds', label: 'check' });
    expect(metricNamed('acumen_memory_usage_bytes rss')).toEqual({ metric: 'acumen_memory_usage_bytes', label: 'rss' });
    expect(metricNamed('acumen_event_loop_delay_seconds p99')).toEqual({ metric: 'acumen_event_loop_delay_seconds', label: null });
    for (const other of ['', 'heap', 'constructor', 'acumen_nothing']) expect(metricNamed(other)).toBe(null);
  });
});

const name: SeriesName = { metric: 'acumen_operation_seconds', label: 'compose', quantity: 'p99' };
const answer = (values: readonly number[], from: number, to: number): SeriesAnswer => ({ from: from * 1000, to: to * 1000, step: 1, columns: [{ name, values: Float64Array.from(values.slice(from, to)) }] });
const point = fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant(Number.NaN));

describe('columns', () => {
  test('grown by tails, cut anywhere and overlapping, they are what asking for the whole range gives', () => {
    fc.assert(fc.property(fc.array(point, { minLength: 20, maxLength: 60 }), fc.array(fc.record({ more: fc.integer({ min: 1, max: 6 }), again: fc.integer({ min: 0, max: 3 }) }), { maxLength: 8 }), (values, moves) => {
      const length = 10;
      let end = length, held: Columns = answer(values, 0, end);
      for (const { more, again } of moves) {
        const to = Math.min(values.length, end + more), from = Math.max(0, to - length);
        const next = grown(held, answer(values, end - again, to), from * 1000);
        expect(next).not.toBe(null);
        held = next!;
        end = to;
        const whole = answer(values, from, to);
        expect(held.from).toBe(whole.from);
        expect([...held.columns[0]!.values]).toEqual([...whole.columns[0]!.values]);
        expect(endOf(held)).toBe(to * 1000);
      }
    }));
  });

  test('a tail of another grid, or one that leaves a hole, is not grown on', () => {
    const values = Array.from({ length: 30 }, (_, i) => i), held = answer(values, 0, 10);
    expect(grown(held, answer(values, 12, 15), 0)).toBe(null);
    expect(grown(held, { ...answer(values, 10, 15), step: 60 }, 0)).toBe(null);
    expect(grown(held, { ...answer(values, 10, 15), from: 10_500 }, 0)).toBe(null);
    expect(grown(held, { ...answer(values, 10, 15), columns: [] }, 0)).toBe(null);
  });

  test('steps without data count for nothing', () => {
    expect(mean(Float64Array.of(Number.NaN, 2, Number.NaN, 4))).toBe(3);
    expect(mean(Float64Array.of(Number.NaN))).toBe(null);
    expect(newest(Float64Array.of(1, 2, Number.NaN))).toBe(2);
    expect(newest(new Float64Array(0))).toBe(null);
    const columns = answer([5, 6, 7], 0, 3);
    expect([-1, 0, 999, 1000, 2999, 3000].map((t) => indexAt(columns, t))).toEqual([-1, 0, 0, 1, 2, -1]);
    expect(lengthOf({ from: 0, step: 1, columns: [] })).toBe(0);
  });

  test('an exported table has every figure again, gaps left out, and no cell is a formula', () => {
    fc.assert(fc.property(fc.array(point, { maxLength: 30 }), (values) => {
      const rows = csvOf([answer(values, 0, values.length)]).trim().split('\n').slice(1).map((line) => line.split(','));
      expect(rows.map(([time, , , , , value]) => [Date.parse(time!), Number(value)])).toEqual(values.flatMap((value, i) => (Number.isNaN(value) ? [] : [[i * 1000, value]])));
    }));
    const hostile = csvOf([{ from: 0, step: 1, columns: [{ name: { ...name, label: '=cmd|"/c calc"!A1' }, values: Float64Array.of(1) }] }]);
    expect(hostile).not.toMatch(/(^|,)[=+\-@]/m);
    expect(csvOf([{ from: 0, step: 1, columns: [{ name: { ...name, label: '@SUM(1)' }, values: Float64Array.of(1) }] }])).toContain(",'@SUM(1),");
  });
});

describe('the range on screen', () => {
  const report = (at: number): StatsReport => ({ at, window: 10 } as StatsReport);

  test('it follows the newest report, stands still while paused, and goes back as it was zoomed', () => {
    usePerformance.setState(emptyPerformance);
    expect(shownSpan(usePerformance.getState())).toBe(null);
    usePerformance.setState((state) => heardReport(state, report(1_000_000)));
    expect(shownSpan(usePerformance.getState())).toEqual({ from: 700_000, to: 1_000_000 });
    usePerformance.setState({ paused: true });
    usePerformance.setState((state) => heardReport(state, report(1_001_000)));
    expect(usePerformance.getState()).toMatchObject({ report: { at: 1_000_000 }, newest: 1_001_000 });
    zoomTo({ from: 900_400, to: 800_600 });
    zoomTo({ from: 850_000, to: 870_000 });
    zoomTo({ from: 850_000, to: 851_000 }); // too short to show anything
    expect(shownSpan(usePerformance.getState())).toEqual({ from: 850_000, to: 870_000 });
    zoomBack();
    expect(shownSpan(usePerformance.getState())).toEqual({ from: 800_000, to: 901_000 });
    zoomBack();
    expect(usePerformance.getState().zoom).toBe(null);
  });

  test('a pause before anything was heard does not keep the first figures away', () => {
    expect(heardReport({ ...emptyPerformance, paused: true }, report(5))).toMatchObject({ report: { at: 5 } });
  });

  test('what it is compared with lies as far back as was said, a pinned range wherever it was', () => {
    const span = { from: 500_000, to: 800_000 };
    expect((['none', 'before', 'hour', 'day', 'week'] as const).map((compare) => shiftOf({ compare, pinned: null }, span))).toEqual([null, 300_000, 3_600_000, 86_400_000, 604_800_000]);
    expect(shiftOf({ compare: 'pinned', pinned: { from: 100_000, to: 400_000 } }, span)).toBe(400_000);
    expect(shiftOf({ compare: 'pinned', pinned: null }, span)).toBe(null);
  });

  test('each run of the load generator is remembered once, with its end', () => {
    const idle = { state: 'idle', rate: 10, seconds: 5, startedAt: null, endsAt: null, sent: 0, answered: 0, refused: 0, failed: 0, perSecond: null, bytes: 0, why: null } as const;
    let state: PerformanceState = { ...emptyPerformance, newest: 3000 };
    for (const load of [idle, { ...idle, state: 'running' as const, startedAt: 1000, endsAt: 6000 }, { ...idle, state: 'running' as const, startedAt: 1000, endsAt: 6000, sent: 9 }, { ...idle, state: 'idle' as const, startedAt: 1000, endsAt: 6000, sent: 20 }]) state = { ...state, ...heardLoad(state, load) };
    expect(state.loads).toEqual([{ from: 1000, to: 3000 }]);
    state = { ...state, newest: 9000, ...heardLoad({ ...state, newest: 9000 }, { ...idle, startedAt: 1000, endsAt: 6000 }) };
    expect(state.loads).toEqual([{ from: 1000, to: 3000 }]);
  });
});

describe('lines', () => {
  const frame = { x: 50, y: 8, width: 600, height: 100, from: 0, to: 60_000, low: 0, high: 10 };
  /** The absolute places of a path, run by run; a step goes across and then up or down. */
  const runsOf = (path: string): (readonly [x: number, y: number])[][] => path.split('M').slice(1).map((run) =>
    [...run.matchAll(/(?:^|[LH])([\d.]+)(?:,|V)([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const));

  test('every figure is drawn once, in its place, gaps stay gaps, and one between two gaps is a dot', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.double({ min: 0, max: 20, noNaN: true }), fc.constant(Number.NaN)), { maxLength: 60 }), fc.boolean(), (values, steps) => {
      const { line, dots } = linePaths(Float64Array.from(values), 0, 1, steps, frame);
      const place = (i: number): readonly [number, number] => [Math.round((50 + i * 10) * 10) / 10, Math.round((8 + (10 - Math.min(10, values[i]!)) * 10) * 10) / 10];
      const runs: (readonly [number, number])[][] = [];
      values.forEach((value, i) => { if (Number.isNaN(value)) return; if (i === 0 || Number.isNaN(values[i - 1]!)) runs.push([]); runs.at(-1)!.push(place(i)); });
      expect(runsOf(line)).toEqual(runs.filter((run) => run.length > 1));
      expect([...dots.matchAll(/M([\d.]+),([\d.]+)h0/g)].map(([, x, y]) => [Number(x), Number(y)])).toEqual(runs.filter((run) => run.length === 1).map(([one]) => [...one!]));
    }));
  });

  test('what lies beside the range is left out, what lies above it is drawn at its edge', () => {
    const { line } = linePaths(Float64Array.of(1, 2, 300, 4, 5), -2000, 1, false, { ...frame, to: 1000 });
    expect(line).toBe('M50,8L650,68');
  });
});
