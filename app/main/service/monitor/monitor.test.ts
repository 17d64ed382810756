// Dangers: figures that are lost, counted twice or of another second; two readers of one moment who are told two things; a file that is locked,
// deleted or another program's and takes the service with it; an endpoint that no collector can read.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import parsePrometheus from 'parse-prometheus-text-format';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StatsReport } from '../../../contract/performance.ts';
import { Histogram } from '../../../core/histogram.ts';
import type { TelemetryEvent } from '../../../core/telemetry.ts';
import { telemetryPath } from '../../storage/telemetry/file.ts';
import { openPlatform, runPlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { askPrometheus, askReport } from './asking.ts';
import { readSeries } from './history.ts';
import { Monitor } from './monitor.ts';
import { MOST_LABELS, OTHER, Registry } from './registry.ts';
import { keepTrial, readTrials } from './trials.ts';
import { removeFolder } from '../../../../testkit/folder.ts';

let folder = '', store = '';
const open: { close(): Promise<void> }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acumen-monitor-'));
  store = join(folder, 'store.acumen');
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  removeFolder(folder);
});

/** On a clock that stands where it is put. */
const START = 1_700_000_000_000;
function monitorAt(start = START, at = store): { readonly monitor: Monitor; readonly clock: { time: number; now(): number }; second(): void } {
  const clock = { time: start, now() { return this.time; } };
  const monitor = Monitor.open({ store: at, what: 'test', clock, manual: true });
  open.push(monitor);
  return { monitor, clock, second() { clock.time += 1000; monitor.second(clock.time); } };
}
const operation = (report: StatsReport, name: string) => report.operations.find((o) => o.name === name);

describe('the registry', () => {
  test('gives one handle for one name, and one for all labels beyond the bound', () => {
    const registry = new Registry();
    expect(registry.counter('acumen_pool_steals_total', 'diff')).toBe(registry.counter('acumen_pool_steals_total', 'diff'));
    for (let i = 0; i < 2 * MOST_LABELS; i++) registry.counter('acumen_throttled_total', `reason ${i}`).add();
    expect(registry.counter('acumen_throttled_total', 'one more')).toBe(registry.counter('acumen_throttled_total', OTHER));
    expect(registry.cells.filter(({ metric }) => metric === 'acumen_throttled_total')).toHaveLength(MOST_LABELS + 1);
    // a metric without a label has one series, whatever it is called with
    expect(registry.gauge('acumen_handles', 'a')).toBe(registry.gauge('acumen_handles', 'b'));
  });

  test('a timer, which gathers times before it counts them, says each second what a histogram of that second says', () => {
    const step = fc.oneof({ weight: 200, arbitrary: fc.double({ min: 0, max: 4000, noNaN: true }) }, { weight: 1, arbitrary: fc.constant('take' as const) }, { weight: 1, arbitrary: fc.constant('give back' as const) });
    fc.assert(fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
      const registry = new Registry(), timer = registry.timer('acumen_disk_seconds');
      let fresh = new Histogram();
      for (const what of [...steps, 'take' as const]) {
        if (typeof what === 'number') { timer.record(what); fresh.record(what); continue; }
        registry.take();
        const { cell } = registry.cells[0]!, taken = cell.kind === 'seconds' ? cell.taken : new Histogram();
        expect(Buffer.compare(Buffer.from(taken.buckets.buffer), Buffer.from(fresh.buckets.buffer))).toBe(0);
        expect([taken.count, taken.max, taken.first, taken.last]).toEqual([fresh.count, fresh.max, fresh.first, fresh.last]);
        expect(taken.sum).toBeCloseTo(fresh.sum, 6);
        // what could not be stored is of the next second
        if (what === 'give back') registry.giveBack();
        else fresh = new Histogram();
      }
    }));
  });
});

describe('a second', () => {
  test('holds what was recorded in it, and what went on while it was stored is in the next', () => {
    const { monitor, second } = monitorAt();
    const timer = monitor.timer('acumen_operation_seconds', 'check'), errors = monitor.counter('acumen_operation_errors_total', 'check');
    let late = true;
    monitor.add({ name: 'part', second: () => { if (late) { late = false; timer.record(7); errors.add(); } } });
    for (let i = 1; i <= 100; i++) timer.record(i / 1000);
    second();
    expect(operation(monitor.report(), 'check')).toMatchObject({ count: 100, errors: 0, max: 100 });
    expect(operation(monitor.report(), 'check')!.p50! / 50).toBeCloseTo(1, 1);
    second();
    expect(operation(monitor.report(), 'check')).toMatchObject({ count: 101, errors: 1, max: 7000 });
    // of the moment before
    expect(operation(monitor.report(START + 1000), 'check')).toMatchObject({ count: 100, errors: 0, max: 100 });
    expect(operation(monitor.report(START + 1999), 'check')).toMatchObject({ count: 100 });
  });

  test('figures are of the last minute, rates of the time that was measured', () => {
    const { monitor, second } = monitorAt();
    const timer = monitor.timer('acumen_operation_seconds', 'list');
    for (let i = 0; i < 10; i++) { timer.record(0.001); second(); }
    expect(monitor.report()).toMatchObject({ at: START + 10_000, window: 10, since: START });
    expect(operation(monitor.report(), 'list')).toMatchObject({ count: 10, perSecond: 1 });
    for (let i = 0; i < 60; i++) second();
    expect(operation(monitor.report(), 'list')).toBeUndefined();
    expect(operation(monitor.report(START + 40_000), 'list')?.count).toBe(10);
  });

  test('a timer that fires too early, or a clock set back, makes no second; one set back far does', () => {
    const { monitor, clock, second } = monitorAt();
    const counter = monitor.counter('acumen_pool_steals_total', 'diff');
    const stored = () => (monitor.file.db.prepare('SELECT count(*) AS n FROM rolls').get() as { n: number }).n;
    second();
    counter.add();
    monitor.second(clock.time + 400);
    monitor.second(clock.time - 2000);
    expect(stored()).toBe(1);
    second();
    expect(stored()).toBe(2);
    expect(readSeries(monitor.file, [{ metric: 'acumen_pool_steals_total', label: null, quantity: 'value' }], START, clock.time, 10).columns[0]!.values).toEqual(new Float64Array([0, 1]));
    clock.time -= 3_600_000;
    second();
    expect(stored()).toBe(3);
  });

  test('what could not be stored because another process holds the file comes with the next', () => {
    const { monitor, second } = monitorAt();
    monitor.timer('acumen_operation_seconds', 'add').record(0.5);
    monitor.counter('acumen_operation_late_total', 'add').add(3);
    monitor.gauge('acumen_queue_depth', 'operations').set(4);
    const other = new Database(telemetryPath(store));
    other.exec('BEGIN IMMEDIATE');
    second();
    expect(monitor.report().operations).toEqual([]);
    other.exec('ROLLBACK');
    other.close();
    monitor.timer('acumen_operation_seconds', 'add').record(1.5);
    second();
    expect(operation(monitor.report(), 'add')).toMatchObject({ count: 2, late: 3, max: 1500 });
    expect(monitor.report().queue.depth).toBe(4);
  });

  test.skipIf(process.platform === 'win32')('(not on Windows, where an open file cannot be deleted) a file that somebody deletes is made anew, and goes on', () => {
    const { monitor, second } = monitorAt();
    monitor.counter('acumen_operation_late_total', 'add').add();
    second();
    for (const end of ['', '-wal', '-shm']) rmSync(`${telemetryPath(store)}${end}`, { force: true });
    monitor.timer('acumen_operation_seconds', 'add').record(1);
    second();
    expect(existsSync(telemetryPath(store))).toBe(true);
    expect(operation(askReport(store, null), 'add')?.count).toBe(1);
  });

  test('where the file is another program\'s, figures live in memory and the file is left alone', () => {
    const other = new Database(telemetryPath(store));
    other.exec('CREATE TABLE theirs (x)');
    other.close();
    const { monitor, second } = monitorAt();
    monitor.timer('acumen_operation_seconds', 'add').record(1);
    second();
    expect(operation(monitor.report(), 'add')?.count).toBe(1);
    expect(() => askReport(store, null)).toThrow(expect.objectContaining({ code: 'store-not-a-database' }));
  });

  test('parts that watch see the second before it is stored with what they then say', () => {
    const { monitor, second } = monitorAt();
    const seen: unknown[] = [];
    let state: 'raised' | null = null;
    monitor.timer('acumen_operation_seconds', 'check').record(0.25);
    monitor.counter('acumen_operation_late_total', 'check').add(2);
    monitor.gauge('acumen_queue_depth', 'operations').set(9);
    monitor.add({
      name: 'alerts',
      second: (at, rolled, report) => {
        seen.push(at, rolled.timers.map(({ metric, label, count, max }) => [metric, label, count, max]), rolled.counters.filter(({ increase }) => increase > 0), rolled.gauges, report.operations.length);
        state = 'raised';
      },
      figures: () => ({ alerts: state === null ? [] : [{ id: 'a', name: 'A', severity: 'notice', state, since: START, value: 1, target: 2, unit: '', reason: '', response: null }] }),
    });
    second();
    expect(seen).toEqual([
      START + 1000, [['acumen_operation_seconds', 'check', 1, 0.25]], [{ metric: 'acumen_operation_late_total', label: 'check', increase: 2 }],
      [{ metric: 'acumen_queue_depth', label: 'operations', value: 9 }], 1,
    ]);
    expect(monitor.report().alerts).toHaveLength(1);
  });
});

describe('what goes wrong', () => {
  test('a part that fails costs its own figures, and is named once', async () => {
    const { monitor, second } = monitorAt();
    const warnings: string[] = [];
    const hear = (warning: Error): void => { warnings.push(warning.message); };
    process.on('warning', hear);
    monitor.add({ name: 'broken part', figures: () => { throw new Error('planted'); }, second: () => { throw new Error('planted'); } });
    monitor.add({ name: 'sound part', figures: () => ({ queue: { depth: 7, running: null } }) });
    monitor.timer('acumen_operation_seconds', 'check').record(1);
    second();
    second();
    await new Promise((resolve) => { setImmediate(resolve); });
    process.off('warning', hear);
    expect(monitor.report()).toMatchObject({ at: START + 2000, queue: { depth: 7 }, operations: [{ name: 'check', count: 1 }] });
    expect(warnings.filter((warning) => warning.includes('broken part'))).toHaveLength(1);
  });

  test('minutes of a process that was killed are made by the next', async () => {
    const first = monitorAt(START - START % 60_000);
    for (let i = 0; i < 61; i++) { first.monitor.counter('acumen_pool_steals_total', 'diff').add(); first.second(); }
    const minutes = (monitor: Monitor) => monitor.file.db.prepare('SELECT at, writer FROM rolls WHERE step = 60 ORDER BY at').all();
    expect(minutes(first.monitor)).toEqual([]);
    const next = monitorAt(first.clock.time + 600_000);
    for (let i = 0; i < 65; i++) next.second();
    expect(minutes(next.monitor)[0]).toEqual({ at: (START - START % 60_000) / 1000 + 60, writer: first.monitor.file.writer });
  });
});

describe('whoever asks', () => {
  test('is told the same of the same moment: by the push, by this process, by another one', async () => {
    const { monitor, second } = monitorAt();
    const pushed: StatsReport[] = [];
    const end = monitor.watch(({ report }) => { pushed.push(report); });
    monitor.add({ name: 'p', figures: () => ({ breakers: [{ dependency: 'git', state: 'closed', failures: 0, since: START, reason: '' }] }) });
    for (let i = 1; i <= 70; i++) {
      for (let n = 0; n < i; n++) monitor.timer('acumen_operation_seconds', n % 2 === 0 ? 'check' : 'list').record(n / 3000);
      monitor.gauge('acumen_memory_usage_bytes', 'rss').set(i * 1e6);
      second();
    }
    end();
    second();
    expect(pushed).toHaveLength(70);
    for (const report of pushed) {
      expect(monitor.report(report.at)).toEqual(report);
      expect(askReport(store, report.at)).toEqual(report);
    }
    const asked = spawnSync(process.execPath, ['-e', `
      const { askReport } = await import(${JSON.stringify(new URL('./asking.ts', import.meta.url).href)});
      process.stdout.write(JSON.stringify(askReport(${JSON.stringify(store)}, ${pushed.at(-1)!.at})));`], { encoding: 'utf8', cwd: fileURLToPath(new URL('.', import.meta.url)) });
    expect(asked.stderr).toBe('');
    expect(JSON.parse(asked.stdout)).toEqual(pushed.at(-1));
  });

  test('for a time whose seconds are gone is told the minute, then the hour, then that nothing is kept', () => {
    const { monitor, second } = monitorAt(START - START % 3_600_000);
    const began = START - START % 3_600_000;
    for (let i = 0; i < 200; i++) { monitor.timer('acumen_operation_seconds', 'check').record(0.01); second(); }
    monitor.file.db.exec('DELETE FROM rolls WHERE step = 1; DELETE FROM moments WHERE step = 1');
    expect(monitor.report(began + 130_000)).toMatchObject({ at: began + 120_000, window: 60 });
    expect(operation(monitor.report(began + 130_000), 'check')?.count).toBe(60);
    expect(() => askReport(store, began - 1)).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => askReport(join(folder, 'none'), null)).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(existsSync(telemetryPath(join(folder, 'none')))).toBe(false);
  });

  test('of a series gets columns on whole steps, gaps where nothing is known, labels together or apart', () => {
    const { monitor, clock, second } = monitorAt();
    const check = monitor.timer('acumen_operation_seconds', 'check'), list = monitor.timer('acumen_operation_seconds', 'list');
    check.record(0.1);
    second();
    clock.time += 2000; // the loop stood still: one row covers three seconds
    check.record(0.2);
    list.record(0.4);
    monitor.gauge('acumen_queue_depth', 'operations').set(2);
    monitor.gauge('acumen_queue_depth', 'operations').set(4);
    second();
    const name = (label: string | null, quantity: 'count' | 'max' | 'sum' | 'p50') => ({ metric: 'acumen_operation_seconds' as const, label, quantity });
    const answer = readSeries(monitor.file, [name('check', 'count'), name(null, 'count'), name('list', 'max'), name(null, 'sum'), { metric: 'acumen_queue_depth', label: null, quantity: 'value' }, name('never', 'p50')], START - 500, START + 4200, 100);
    expect(answer).toMatchObject({ from: START - 1000, to: START + 5000, step: 1 });
    const rounded = answer.columns.map(({ values }) => Array.from(values, (x) => Math.round(x * 1000) / 1000));
    const gap = Number.NaN;
    expect(rounded).toEqual([
      [gap, 1, gap, gap, 1, gap], [gap, 1, gap, gap, 2, gap], [gap, gap, gap, gap, 400, gap], [gap, 0.1, gap, gap, 0.6, gap], [gap, gap, gap, gap, 3, gap], [gap, gap, gap, gap, gap, gap],
    ]);
    expect(readSeries(monitor.file, [name(null, 'count')], START, START + 5000, 2)).toMatchObject({ step: 60 });
    expect(readSeries(monitor.file, [], START, START, 1).columns).toEqual([]);
  });
});

describe('Prometheus', () => {
  test('reads every line, with buckets that add up and go on when minutes are made', () => {
    const { monitor, second } = monitorAt();
    const nasty = 'a "quoted" \\ name\nof two lines', times = [1e-7, 0.0004, 0.004, 0.3, 20];
    for (const time of times) monitor.timer('acumen_operation_seconds', nasty).record(time);
    monitor.gauge('acumen_memory_usage_bytes', 'rss').set(12_345_678);
    monitor.gauge('acumen_active_workers', 'diff').set(3);
    for (let i = 0; i < 130; i++) { monitor.counter('acumen_operation_errors_total', 'check').add(2); second(); }
    const text = monitor.prometheus(), parsed = new Map(parsePrometheus(text).map((family) => [family.name, family]));
    expect(askPrometheus(store, null)).toBe(text);
    expect(parsed.get('acumen_operation_errors_total')).toMatchObject({ type: 'COUNTER', metrics: [{ labels: { operation: 'check' }, value: '260' }] });
    expect(parsed.get('acumen_memory_usage_bytes')).toMatchObject({ type: 'GAUGE', metrics: [{ labels: { part: 'rss' }, value: '12345678' }] });
    expect(parsed.get('acumen_active_workers')).toMatchObject({ metrics: [{ labels: { pool: 'diff' }, value: '3' }] });
    expect(parsed.get('acumen_operation_seconds')!.type).toBe('HISTOGRAM');
    // This client reads the buckets of a histogram without their labels: as single samples it reads these, too.
    const samples = new Map(parsePrometheus(text.replaceAll(/ histogram$/gm, ' untyped')).map((family) => [family.name, family.metrics as unknown as { labels: Record<string, string>; value: string }[]]));
    const counts = samples.get('acumen_operation_seconds_bucket')!.map(({ labels: { le, operation: of }, value }) => { expect(of).toBe(nasty); return [le === '+Inf' ? Infinity : Number(le), Number(value)] as const; });
    expect(counts).toHaveLength(23);
    expect(counts.map(([le]) => le)).toEqual(counts.map(([le]) => le).sort((a, b) => a - b));
    for (const [le, n] of counts) expect(n).toBe(times.filter((time) => time <= le).length);
    expect(samples.get('acumen_operation_seconds_count')).toEqual([{ labels: { operation: nasty }, value: '5' }]);
    expect(Number(samples.get('acumen_operation_seconds_sum')![0]!.value)).toBeCloseTo(20.3044001, 6);
    // known to be nothing yet
    expect(parsed.get('acumen_merge_execution_seconds')).toMatchObject({ type: 'HISTOGRAM', metrics: [{ count: '0', sum: '0', buckets: { '0.1': '0', '+Inf': '0' } }] });
    expect(parsed.has('acumen_breaker_state')).toBe(false);
    expect(text.endsWith('\n')).toBe(true);
    for (const name of parsed.keys()) expect(text).toContain(`# HELP ${name} `);
  });
});

describe('a platform', () => {
  test('has figures each second by itself, tells of slow requests, and leaves them when it is closed', async () => {
    const platform: Platform = await openPlatform({ store, what: 'test' });
    const told: TelemetryEvent[] = [];
    const before = platform.monitor!.listener;
    platform.monitor!.listener = (event, lane) => { told.push(event); before(event, lane); };
    const seen = new Promise<StatsReport>((resolve) => { platform.monitor!.watch(({ report }) => { if (report.operations.length > 0) resolve(report); }); });
    await platform.timing!.run('check', { acus: [] }, Infinity, async () => { await new Promise((resolve) => { setTimeout(resolve, 20); }); return { ok: true, missing: [], conflicts: [] }; });
    const report = await seen;
    expect(operation(report, 'check')).toMatchObject({ count: 1, errors: 0, late: 0 });
    expect(report.memory!.rss).toBeGreaterThan(1e6);
    expect(report.cpu.cores.length).toBeGreaterThan(0);
    expect(report.overhead.bytes).toBeGreaterThan(0);
    expect(told.find(({ kind }) => kind === 'operation')).toMatchObject({ operation: 'check', outcome: 'ok', detail: '0 ACUs', parts: [['rest', expect.any(Number)]] });
    await platform.close();
    expect(askReport(store, report.at)).toEqual(report);
  });

  test('of a run that ends leaves its requests and nothing else, and no word where it cannot', async () => {
    const run = await runPlatform({ store, what: 'command line' });
    await expect(run.timing!.run('import', { path: null, base: null, refs: [], grain: 'branch', ticket: 't' }, Infinity, () => Promise.reject(new Error('planted')))).rejects.toThrow('planted');
    await run.close();
    expect(askReport(store, null)).toMatchObject({ operations: [{ name: 'import', count: 1, errors: 1 }], memory: null, pools: [] });
    const idle = await runPlatform({ store: join(folder, 'idle'), what: 'command line' });
    await idle.close();
    expect(existsSync(telemetryPath(join(folder, 'idle')))).toBe(false);
  });

  test('trials that were run are kept, the newest first, and not for ever', () => {
    const { monitor } = monitorAt();
    for (let i = 0; i < 60; i++) keepTrial(monitor.file, { id: `t${i}`, at: START + i, workload: 'w', requests: 1, a: 'a', b: 'b', pairs: 6, confidence: 0.95, figures: [] });
    const kept = readTrials(monitor.file);
    expect(kept).toHaveLength(50);
    expect(kept[0]!.id).toBe('t59');
  });
});
