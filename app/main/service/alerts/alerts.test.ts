// Dangers: an alert for every blink, one that never ends or is forgotten with the process, a silence that lasts for ever, a response that nobody can
// switch off or that leaves its knob turned, a baseline that a damaged file makes up.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Random } from '../../../../testkit/random.ts';
import { type Asked, COMMIT, quietHour, resampled } from '../../../../testkit/quiet/recording.ts';
import { run, slowdown, spike } from '../../../../testkit/quiet/trials.ts';
import { Watched } from '../../../../testkit/quiet/watched.ts';
import type { Second } from '../../../../testkit/quiet/recording.ts';
import type { BreakerFigures } from '../../../contract/performance.ts';
import { decodeResult } from '../../../contract/decode.ts';
import { decodeFrame, encodeFrame } from '../../../contract/frames.ts';
import type { Methods } from '../../../contract/methods.ts';
import type { Knob, TelemetryEvent } from '../../../core/telemetry.ts';
import { TelemetryFile } from '../../storage/telemetry/file.ts';
import { baselineOf } from '../../../core/analysis/regression.ts';
import { openPlatform } from '../platform.ts';
import { Workspace } from '../workspace.ts';
import { AlertBook, type Condition, RISES, readBook } from './book.ts';
import { Gathered, holds, levelOf, levelRules } from './levels.ts';
import { type Controls, Responses } from './responses.ts';
import { Baselines } from './baselines.ts';
import type { AlertsOptions, Keeper } from './watcher.ts';

const START = 1_750_000_000_000;
const condition = (isWrong: boolean | null, more: Partial<Condition> = {}): Condition =>
  ({ id: 'x', name: 'X', isWrong, value: 7, target: 5, unit: 'ms', reason: 'slow', patience: 10, least: 'notice', ...more });

let folder: string;
let open: Watched[] = [];
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'acumen-alerts-')); });
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await rm(folder, { recursive: true, force: true });
});
function watched(options: Partial<AlertsOptions> = {}, start = START): Watched {
  const one = new Watched(join(folder, 'store.acumen'), start, options);
  open.push(one);
  return one;
}
async function close(one: Watched): Promise<void> {
  open = open.filter((other) => other !== one);
  await one.close();
}
/** A second with so many answers of so many milliseconds. */
const answers = (n: number, ms: number, heapUsed = 1e8): Second => ({ requests: Array.from({ length: n }, () => ['check', ms * 1000] as const), delayUs: 100, cpuUs: 0, rss: 2e8, heapUsed });

describe('the book of alerts', () => {
  const told: TelemetryEvent[] = [];
  beforeEach(() => { told.length = 0; });
  const book = (kept?: ConstructorParameters<typeof AlertBook>[1]): AlertBook => new AlertBook((event) => told.push(event), kept);
  const states = (): string[] => told.map((event) => (event.kind === 'alert' ? `${event.state} ${event.severity}` : event.kind));
  /** Each second of [from, to). */
  function see(one: AlertBook, from: number, to: number, isWrong: boolean | null, more: Partial<Condition> = {}): void {
    for (let s = from; s < to; s++) one.see([condition(isWrong, more)], START + s * 1000);
  }

  test('a blink is no alert; what lasts is one, grows graver with time, and ends when all has been well for a while', () => {
    const one = book();
    see(one, 0, 10, true);
    see(one, 10, 12, false);
    see(one, 12, 22, true);
    expect(one.alerts).toEqual([]);
    see(one, 22, 23, true);
    expect(one.alerts).toMatchObject([{ id: 'x', state: 'raised', severity: 'notice', since: START + 22_000, value: 7, target: 5 }]);
    see(one, 23, 22 + RISES.critical + 1, true);
    expect(states()).toEqual(['raised notice', 'raised warning', 'raised critical']);
    const end = 22 + RISES.critical + 1;
    see(one, end, end + 20, false);
    see(one, end + 20, end + 21, true); // not over
    see(one, end + 21, end + 40, false);
    expect(one.alerts[0]!.state).toBe('raised');
    see(one, end + 40, end + 52, false);
    expect(states().at(-1)).toBe('resolved critical');
    expect(told.length).toBe(4);
    see(one, end + 52, end + 700, false);
    expect(one.alerts).toEqual([]);
  });

  test('no data ends nothing at once, and is no reason to go on for ever', () => {
    const one = book();
    see(one, 0, 11, true);
    see(one, 11, 200, null);
    expect(one.alerts[0]!.state).toBe('raised');
    see(one, 200, 320, null);
    expect(one.alerts[0]).toMatchObject({ state: 'resolved', reason: 'Nothing is known of it any more.' });
  });

  test('one that somebody took on goes on, one that is silent says nothing until its time is over', () => {
    const one = book();
    see(one, 0, 11, true);
    one.change('x', 'acknowledged', null, START + 11_000);
    see(one, 11, 200, true);
    expect(states()).toEqual(['raised notice', 'acknowledged notice', 'acknowledged warning']);
    one.change('x', 'silenced', START + 900_000, START + 200_000);
    see(one, 200, 900, true);
    expect(states().slice(3)).toEqual(['silenced warning']);
    see(one, 900, 901, true);
    expect(states().slice(4)).toEqual(['raised critical']);
    expect(() => one.change('x', 'silenced', START, START + 901_000)).toThrow('later than now');
    expect(() => one.change('y', 'acknowledged', null, START)).toThrow('no alert y');
  });

  test('a silence until it is resolved ends with it; one with a time outlives it, and the next one is silent too', () => {
    const one = book();
    see(one, 0, 11, true);
    one.change('x', 'silenced', null, START + 11_000);
    see(one, 11, 60, false);
    see(one, 60, 80, true);
    expect(states()).toEqual(['raised notice', 'silenced notice', 'raised notice']);
    one.change('x', 'silenced', START + 500_000, START + 80_000);
    see(one, 80, 140, false);
    see(one, 140, 160, true);
    expect(one.alerts[0]!.state).toBe('silenced');
    expect(states().length).toBe(4);
  });

  test('is the same after a restart, and of a damaged one what can be read', () => {
    const one = book();
    see(one, 0, 11, true);
    one.change('x', 'silenced', START + 500_000, START + 11_000);
    const kept = JSON.parse(JSON.stringify(one.kept)) as unknown;
    const again = book(readBook(kept));
    expect(again.alerts).toEqual(one.alerts);
    see(again, 12, 500, true);
    expect(states().length).toBe(2);
    see(again, 500, 501, true);
    expect(states().at(-1)).toBe('raised warning');
    for (const bad of [null, 7, [], { entries: [{}, { id: 'x' }, null], silences: [{ id: 3, until: 1 }, 4] }, { entries: 'x' }]) expect(readBook(bad)).toEqual({ entries: [], silences: [] });
  });

  test('the gravest stand first, of equals the newest, those that are over last', () => {
    const one = book();
    for (let s = 0; s < 130; s++) one.see([condition(s < 20, { id: 'old' }), condition(true, { id: 'long' }), condition(s > 100, { id: 'new' }), condition(true, { id: 'dire', least: 'critical' })], START + s * 1000);
    expect(one.alerts.map(({ id }) => id)).toEqual(['dire', 'new', 'long', 'old']);
  });
});

describe('automatic responses', () => {
  function controls(): Controls & { readonly all: Record<string, number>; failures: number; held: string[] } {
    const all: Record<string, number> = { 'cache L1': 256, 'prefetch share': 10 };
    const knobs = Object.keys(all).map((name): Knob => ({ name, unit: '', min: 0, max: 1000, value: () => all[name]!, set: (value) => { all[name] = value; } }));
    const self = {
      all, failures: 0, held: [] as string[], knobs: () => knobs,
      breakers: (): BreakerFigures[] => [{ dependency: 'git', state: 'closed', failures: self.failures, since: 0, reason: '' }],
      hold: (dependency: string) => { self.held.push(dependency); return () => { self.held.pop(); }; },
    };
    return self;
  }
  const alertOf = (id: string, severity: 'notice' | 'warning', state: 'raised' | 'resolved' = 'raised', value = 9) =>
    [{ id, name: id, severity, state, since: START, wrong: START, known: START, value, target: 1, unit: '', reason: '', response: null } as const];

  test('act on what is grave, say so with what came of it, and put back what they turned', () => {
    const of = controls(), told: TelemetryEvent[] = [];
    const responses = new Responses(of, (event) => told.push(event));
    expect(responses.see(alertOf('memory', 'notice'), START).size).toBe(0);
    expect(of.all).toEqual({ 'cache L1': 256, 'prefetch share': 10 });
    const doing = responses.see(alertOf('memory', 'warning'), START + 1000);
    expect(of.all).toEqual({ 'cache L1': 128, 'prefetch share': 0 });
    expect(doing.get('memory')).toContain('fetched ahead');
    for (let s = 2; s < 62; s++) responses.see(alertOf('memory', 'warning', 'raised', 4), START + s * 1000);
    expect(told.filter(({ kind }) => kind === 'effect')).toEqual([
      expect.objectContaining({ knob: 'cache L1', metric: 'memory', before: 9, after: 4 }), expect.objectContaining({ knob: 'prefetch share' }),
    ]);
    of.all['prefetch share'] = 5; // somebody else turned it meanwhile: it is theirs now
    responses.see(alertOf('memory', 'warning', 'resolved'), START + 70_000);
    expect(of.all).toEqual({ 'cache L1': 256, 'prefetch share': 5 });
    expect(told.filter(({ kind }) => kind === 'decision').length).toBe(4);
  });

  test('are undone at once when they are switched off, and stay off', () => {
    const of = controls();
    const responses = new Responses(of, () => {});
    responses.see(alertOf('memory', 'warning'), START);
    responses.switch('shrink-cache', false);
    expect(of.all).toEqual({ 'cache L1': 256, 'prefetch share': 0 });
    responses.see(alertOf('memory', 'warning'), START + 1000);
    expect(of.all['cache L1']).toBe(256);
    expect(responses.list.map(({ on }) => on)).toEqual([false, true, true]);
    const later = new Responses(controls(), () => {}, responses.off);
    expect(later.list.map(({ on }) => on)).toEqual([false, true, true]);
    responses.close();
    expect(of.all['prefetch share']).toBe(10);
  });

  test('a dependency that fails again and again while answers fail is left alone, one that does not is not', () => {
    const of = controls();
    const responses = new Responses(of, () => {});
    responses.see(alertOf('errors', 'warning'), START);
    expect(of.held).toEqual([]);
    of.failures = 4;
    responses.see(alertOf('errors', 'warning'), START + 10_000);
    expect(of.held).toEqual(['git']);
    responses.see(alertOf('errors', 'warning', 'resolved'), START + 90_000);
    expect(of.held).toEqual([]);
  });
});

describe('service levels', () => {
  test('hold on their side of the target, and near means within a tenth', () => {
    expect([holds('below', 99, 100), holds('below', 100, 100), holds('above', 0.999, 0.999), holds('above', 0.99, 0.999), holds('near', 90, 100), holds('near', 89, 100), holds('near', 111, 100)])
      .toEqual([true, false, true, false, true, false, false]);
  });

  test('no data yet is no value and no verdict', () => {
    for (const rule of levelRules()) {
      if (rule.id === 'drops') continue; // nothing dropped is nothing dropped
      expect(levelOf(rule, new Gathered())).toMatchObject({ value: null, holds: null, window: 60 });
    }
  });

  test('are those of the last minute of the roll-ups', () => {
    const one = watched({ throughput: () => 10 });
    for (let s = 0; s < 60; s++) one.second(answers(10, 700));
    for (let s = 0; s < 60; s++) {
      one.second(answers(10, s < 30 ? 2 : 300), (monitor) => {
        monitor.counter('acumen_operation_late_total', 'check').add(s % 30 === 0 ? 1 : 0);
        monitor.counter('acumen_operation_errors_total', 'check').add(s === 0 ? 3 : 0);
        monitor.counter('acumen_cache_hits_total', 'L1').add(8);
        monitor.counter('acumen_cache_misses_total', 'L1').add(2);
        monitor.counter('acumen_cache_hits_total', 'L2').add(1);
        for (const core of ['0', '1']) monitor.gauge('acumen_cpu_usage_ratio', core).set(core === '1' ? s / 60 : 0.1);
        monitor.timer('acumen_disk_seconds').record(0.02);
      });
    }
    const levels = new Map(one.report().levels.map((level) => [level.id, level]));
    const value = (id: string): number => levels.get(id)!.value!;
    expect(value('latency-p50')).toBeLessThan(2.1);
    expect(value('latency-p95') / 300).toBeCloseTo(1, 1);
    expect(value('errors')).toBeCloseTo(3 / 600, 9);
    expect(value('availability')).toBeCloseTo(1 - 2 / 600, 9);
    expect(value('throughput')).toBeCloseTo(10, 9);
    expect(value('cache-hits')).toBeCloseTo(0.9, 9);
    expect(value('cpu')).toBeCloseTo(59 / 120, 9);
    expect(value('disk') / 20).toBeCloseTo(1, 1);
    expect([...levels.values()].filter((level) => level.holds === false).map(({ id }) => id)).toEqual(['errors', 'availability', 'disk', 'acu-p99']);
    // the report of that moment is the same for another reader of the file
    expect(one.monitor.report(one.now).levels).toEqual(one.report().levels);
  });
});

describe('as clients ask', () => {
  test('a workspace with a platform answers, and one that measures nothing says so', async () => {
    let now = START;
    const file = join(folder, 'store.acumen');
    const platform = await openPlatform({ store: file, what: 'test', clock: { now: () => now }, manual: true });
    const workspace = await Workspace.open(file, { platform, env: {} });
    try {
      const asked = async <M extends 'alert' | 'responses' | 'baselines'>(method: M, params: Methods[M]['params']) => decodeResult(method, decodeFrame(encodeFrame(await workspace.call(method, params))));
      expect((await asked('responses', { set: [{ id: 'open-breaker', on: false }] })).responses.map(({ id, on }) => [id, on])).toEqual([['shrink-cache', true], ['pause-prefetch', true], ['open-breaker', false]]);
      expect((await asked('baselines', { save: null, drop: null })).baselines).toEqual([]);
      await expect(asked('baselines', { save: 'now', drop: null })).rejects.toMatchObject({ code: 'usage' });
      await expect(asked('alert', { id: 'latency-p50', to: 'acknowledged', until: null })).rejects.toMatchObject({ code: 'unknown-name' });
      const timer = platform.telemetry.timer('acumen_operation_seconds', 'check');
      for (let s = 0; s < 40; s++) {
        for (let i = 0; i < 10; i++) timer.record(3);
        platform.monitor!.second((now += 1000));
      }
      const { alerts } = await asked('alert', { id: 'latency-p50', to: 'silenced', until: now + 60_000 });
      expect(alerts.find(({ id }) => id === 'latency-p50')).toMatchObject({ state: 'silenced', unit: 'ms', target: 100 });
      expect((await platform.report()).levels.find(({ id }) => id === 'latency-p50')).toMatchObject({ holds: false, target: 100 });
    } finally {
      await workspace.close();
      await platform.close();
    }
    const bare = await Workspace.open(file, { env: {} });
    try {
      await expect(bare.call('baselines', { save: null, drop: null })).rejects.toMatchObject({ code: 'usage' });
    } finally {
      await bare.close();
    }
  });
});

describe('the watcher', () => {
  test('a level that is broken for long becomes an alert, which a person takes on, and which survives a restart', async () => {
    const one = watched();
    for (let s = 0; s < 60; s++) one.second(answers(10, 2000));
    const ids = (w: Watched): string[] => w.report().alerts.map(({ id }) => id).sort();
    expect(ids(one)).toEqual(['acu-p99', 'latency-p50', 'latency-p95', 'latency-p99']);
    expect(one.report().alerts.find(({ id }) => id === 'latency-p95')!.reason).toMatch(/^Operation latency, 95 % is 20\d\d ms; 500 ms was promised\.$/);
    expect(one.alerts.alert({ id: 'latency-p99', to: 'acknowledged', until: null }).alerts.find(({ id }) => id === 'latency-p99')!.state).toBe('acknowledged');
    one.alerts.alert({ id: 'latency-p95', to: 'silenced', until: one.now + 3_600_000 });
    expect(one.alerts.setResponses([{ id: 'pause-prefetch', on: false }]).responses.find(({ id }) => id === 'pause-prefetch')!.on).toBe(false);
    expect(() => one.alerts.setResponses([{ id: 'nothing', on: true }])).toThrow('no automatic response');
    const { now } = one;
    await close(one);

    const two = watched({}, now);
    for (let s = 0; s < 5; s++) two.second(answers(10, 2000));
    expect(two.report().alerts.map(({ id, state }) => `${id} ${state}`).sort()).toEqual(['acu-p99 raised', 'latency-p50 raised', 'latency-p95 silenced', 'latency-p99 acknowledged']);
    expect(two.alerts.setResponses([]).responses.find(({ id }) => id === 'pause-prefetch')!.on).toBe(false);
    expect(two.events.filter(({ event }) => event.kind === 'alert')).toEqual([]); // nothing new
    for (let s = 0; s < 120; s++) two.second(answers(10, 1));
    expect(two.report().alerts.map(({ id, state }) => `${id} ${state}`)).toContain('latency-p99 resolved');
  });

  test('baselines are saved by name, listed, replaced and dropped, and read after a restart; too little data makes none, a damaged one is none', async () => {
    const seconds = resampled(quietHour('hour'), 1);
    const one = watched();
    run(one, seconds, 120);
    expect(() => one.alerts.changeBaselines({ save: 'early', drop: null })).toThrow('too little');
    run(one, seconds, 600);
    const [saved] = one.alerts.changeBaselines({ save: 'quiet', drop: null }).baselines;
    expect(saved).toMatchObject({ name: 'quiet', at: one.now, window: 720 });
    expect(saved!.metrics).toBeGreaterThan(4);
    run(one, seconds, 60);
    expect(one.alerts.changeBaselines({ save: 'quiet', drop: null }).baselines).toMatchObject([{ name: 'quiet', window: 780 }]);
    run(one, seconds, 1);
    one.alerts.changeBaselines({ save: 'second', drop: null });
    const { now } = one;
    await close(one);
    const file = TelemetryFile.open(join(folder, 'store.acumen.telemetry'), { writer: 'damage' });
    file.keep('baseline/broken', 1, new TextEncoder().encode('{"version":1,"minutes":9,"series":[{"name":"a","profile":[1,null],"shifts":[]}]}'));
    file.close();

    const two = watched({}, now);
    expect(two.alerts.changeBaselines({ save: null, drop: null }).baselines.map(({ name }) => name)).toEqual(['second', 'quiet']);
    expect(two.alerts.changeBaselines({ save: null, drop: 'second' }).baselines.map(({ name }) => name)).toEqual(['quiet']);
    expect(() => two.alerts.changeBaselines({ save: null, drop: 'second' })).toThrow('no baseline named second');
  });

  test('what a baseline says of the others is read as it was saved; one saved before there was any is read, too, and without it; a damaged one is none', () => {
    const kept = new Map<string, { readonly at: number; readonly body: Uint8Array }>();
    const keeper: Keeper = {
      keep: (name, at, body) => { kept.set(name, { at, body }); return true; },
      forget: (name) => kept.delete(name), kept: (name) => kept.get(name) ?? null, keptNames: () => [...kept.keys()],
    };
    const random = new Random(5), names = ['a', 'b', 'c', 'd', 'small', 'tiny'];
    let memory = 0;
    const profiles = Array.from({ length: 60 }, () => {
      memory = 0.9 * memory + 0.05 * (random.below(1000) / 500 - 1);
      return new Map(names.map((name) => [name, new Float64Array(19).map((_, i) => i / 10 + (name.length > 1 ? memory : 0) + 0.01 * (random.below(1000) / 500 - 1))]));
    });
    new Baselines(() => keeper).save('quiet', profiles, 1, 7);
    const made = baselineOf(profiles), read = new Baselines(() => keeper).newest!.baseline;
    expect(made.series.some(({ expectation }) => expectation.weights.length > 0)).toBe(true);
    for (const [i, { name, expectation, shifts }] of made.series.entries()) {
      const other = read.series[i]!;
      expect([other.name, other.expectation.others]).toEqual([name, expectation.others]);
      for (const [one, same] of [[shifts, other.shifts], [expectation.weights, other.expectation.weights], [expectation.low, other.expectation.low], [expectation.high, other.expectation.high]] as const) {
        expect(same.length).toBe(one.length);
        one.forEach((value, at) => { expect(same[at]).toBeCloseTo(value, 4); });
      }
    }
    const text = (): Record<string, unknown> & { series: Record<string, unknown>[] } => JSON.parse(new TextDecoder().decode(kept.get('baseline/quiet')!.body));
    const stored = (value: unknown): Baselines => { kept.set('baseline/quiet', { at: 7, body: new TextEncoder().encode(JSON.stringify(value)) }); return new Baselines(() => keeper); };
    const whole = text();
    const before = stored({ ...whole, version: 1, series: whole.series.map(({ expectation: _, ...rest }) => rest) }).newest!.baseline;
    expect(before.series.map(({ name, expectation }) => [name, expectation.weights.length])).toEqual(names.map((name) => [name, 0]));
    for (const damaged of [undefined, {}, { others: ['b'], weights: [1], low: [0], high: [0] }, { others: ['b'], weights: [1, 1], low: [0, 0], high: [0] }, { others: [], weights: [null], low: [], high: [] }]) {
      expect(stored({ ...whole, series: whole.series.map((one) => ({ ...one, expectation: damaged })) }).newest).toBeNull();
    }
  });

  test('planted faults are found in resampled minutes of the real service: 20 % in one operation within a minute, a spike, a leak', { timeout: 120_000 }, () => {
    const seconds = resampled(quietHour('hour'), 2);
    const one = watched();
    run(one, seconds, 1200);
    one.alerts.changeBaselines({ save: 'quiet', drop: null });
    run(one, seconds, 300);
    expect(one.report().regressions).toEqual([]);
    expect(slowdown(one, seconds, 'acuFile', 1.2)).not.toBeNull();
    const [regression] = one.report().regressions;
    expect(regression).toMatchObject({ metric: 'acumen_operation_seconds', label: 'acuFile', baseline: 'quiet' });
    expect(regression!.ratio).toBeGreaterThan(1.1);
    const alert = () => one.report().alerts.find(({ id }) => id === 'regression/acumen_operation_seconds acuFile');
    expect(alert()!.state).toBe('raised');
    run(one, seconds, 180);
    expect(alert()!.state).toBe('resolved');

    expect(spike(one, seconds, 'conflictFile', 20, 10)).not.toBeNull();

    const from = one.now, { limit } = one.report().memory!, perHour = 2 ** 30;
    const told = (): boolean => one.alerts.figures().alerts!.some(({ id, state }) => id === 'forecast/memory' && state === 'raised');
    run(one, seconds, 2400, (second, i) => ({ ...second, heapUsed: second.heapUsed + i / 3600 * perHour }), told);
    expect(told()).toBe(true);
    const forecast = one.report().forecasts.find(({ id }) => id === 'forecast/memory')!, full = from + limit / perHour * 3.6e6;
    expect(forecast.limit).toBe(limit);
    expect(Math.abs(forecast.reaches! - full) / (full - from)).toBeLessThan(0.25);
    expect(forecast.earliest!).toBeLessThanOrEqual(forecast.reaches!);
    expect(forecast.latest!).toBeGreaterThanOrEqual(forecast.reaches!);
  });

  test('a store that commits more slowly is no regression of what waits for it; a sixth more of the whole is one where the change itself takes it', () => {
    const one = watched(), random = new Random(6), about = (ms: number): number => ms * (1000 + random.below(200));
    const seconds = (n: number, commit: number, work: number): void => {
      for (let s = 0; s < n; s++) {
        const requests = Array.from({ length: 4 }, (): Asked => { const waited = about(commit); return ['compose', waited + about(work), waited]; });
        one.second({ ...answers(0, 0), requests: [...requests, ...requests.map(([, , waited]): Asked => [COMMIT, waited!])] });
      }
    };
    seconds(1200, 2, 1);
    one.alerts.changeBaselines({ save: 'quiet', drop: null });
    seconds(300, 5, 1);
    expect(one.report().regressions).toEqual([]);
    seconds(180, 2, 1);
    seconds(90, 2, 1.5);
    const [regression, ...others] = one.report().regressions;
    expect(regression).toMatchObject({ metric: 'acumen_operation_work_seconds', label: 'compose' });
    expect(regression!.ratio).toBeCloseTo(1.5, 1);
    expect(others).toEqual([]);
    expect(one.events.flatMap(({ event }) => (event.kind === 'regression' ? [event.reason] : []))).toMatchObject([expect.stringContaining('compose, waiting left out, takes')]);
  });

  test('a new level that stays is told once, with its time', () => {
    const one = watched();
    const random = new Random(4);
    for (let s = 0; s < 3000; s++) one.second(answers(1, (s < 1500 ? 2 : 4) * (1 + random.below(100) / 1000)));
    const changes = one.events.flatMap(({ event }) => (event.kind === 'anomaly' && event.reason.startsWith('Since') ? [event] : []));
    expect(changes).toMatchObject([{ metric: 'acumen_operation_seconds check' }]);
    expect(changes[0]!.value / changes[0]!.expected).toBeCloseTo(2, 1);
    expect(changes[0]!.reason).toContain(new Date(START + 1_560_000).toISOString());
  });

  test('over its budget of processor time it puts analyses off, and goes on with levels and alerts', () => {
    // each second takes ten times what it may
    let spent = 0, calls = 0;
    const one = watched({ spent: () => { calls++; return (spent += calls % 2 === 0 ? 20 : 0); } });
    for (let s = 0; s < 400; s++) one.second(answers(10, s < 300 ? 1 : 2000));
    expect(one.report().alerts.map(({ id }) => id)).toContain('latency-p99');
    expect(one.report().regressions).toEqual([]);
    expect(one.events.some(({ event }) => event.kind === 'anomaly')).toBe(false);
    const free = new Watched(join(folder, 'other.acumen'), START);
    open.push(free);
    for (let s = 0; s < 400; s++) free.second(answers(10, s < 330 ? 1 : 2000));
    expect(free.events.some(({ event }) => event.kind === 'anomaly')).toBe(true);
  });

  test('random minutes leave nothing that cannot be said: every figure is finite', () => {
    const random = new Random(9);
    const one = watched();
    for (let s = 0; s < 200; s++) {
      one.second({ requests: Array.from({ length: random.below(4) }, () => [random.pick(['a', 'b', 'c']), random.below(1e6)] as const), delayUs: random.below(1e6), cpuUs: 1, rss: random.below(1e9), heapUsed: random.below(1e9) });
    }
    const { levels, alerts, forecasts, regressions } = one.report();
    const numbers = (value: unknown): number[] => (typeof value === 'number' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbers) : []);
    expect(numbers([levels, alerts, forecasts, regressions, one.events.map(({ event }) => event)]).filter((n) => !Number.isFinite(n))).toEqual([]);
  });
});
