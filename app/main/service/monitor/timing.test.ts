// Dangers: a request's time laid at another's door, because what one waits for is done in the turn of another; an outcome that hides a failure or
// blames us for a typing error; a list of the slowest that grows with the load.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { smallRepository } from '../../../../testkit/small.ts';
import { decodeFrame, encodeFrame } from '../../../contract/frames.ts';
import type { Method } from '../../../contract/methods.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { ErrorCode } from '../../../core/errors.ts';
import type { BusLane, TelemetryEvent } from '../../../core/telemetry.ts';
import { openPlatform } from '../platform.ts';
import { type Service, attachSession } from '../session.ts';
import { Workspace } from '../workspace.ts';
import { Registry } from './registry.ts';
import { Trace, begun, currentTrace, onBehalf, span, throughout, waited } from './spans.ts';
import { Timing } from './timing.ts';
import { removeFolder } from '../../../../testkit/folder.ts';

type Told = Extract<TelemetryEvent, { kind: 'operation' }>;
function timing() {
  const registry = new Registry(), told: (Told & { readonly lane: BusLane | undefined })[] = [];
  const of = new Timing({
    counter: (name, label) => registry.counter(name, label), gauge: (name, label) => registry.gauge(name, label), timer: (name, label) => registry.timer(name, label),
    tell: (event, lane) => { told.push({ ...event as Told, lane }); },
  });
  const taken = (metric: 'acumen_operation_seconds' | 'acumen_operation_errors_total' | 'acumen_operation_late_total', label: string): number => {
    const cell = registry.cells.find((one) => one.metric === metric && one.label === label)?.cell;
    return cell?.kind === 'counter' ? cell.taken : cell?.kind === 'seconds' ? cell.taken.count : 0;
  };
  /** whatever the work does */
  const run = (method: Method, work: () => Promise<unknown>, deadline = Number.POSITIVE_INFINITY, params: unknown = {}): Promise<unknown> => of.run(method, params as never, deadline, work as never);
  return { of, run, registry, told, second() { registry.take(); return of.second(); }, taken };
}
const fail = (code: ErrorCode) => () => sleep(2).then(() => { throw new AcumenError(code, 'Planted.', ''); });

describe('outcomes', () => {
  test.each([
    ['bug', 'failed', 1, 0], ['io', 'failed', 1, 0], ['worker-died', 'failed', 1, 0], ['usage', 'refused', 0, 0], ['not-composable', 'refused', 0, 0],
    ['overloaded', 'refused', 0, 0], ['cancelled', 'cancelled', 0, 0], ['late', 'late', 0, 1],
  ] as const)('%s is %s', async (code, outcome, errors, late) => {
    const { run, told, second, taken } = timing();
    await expect(run('check', fail(code))).rejects.toMatchObject({ code });
    expect(second()).toBe(1);
    expect(told).toMatchObject([{ operation: 'check', outcome }]);
    expect([taken('acumen_operation_seconds', 'check'), taken('acumen_operation_errors_total', 'check'), taken('acumen_operation_late_total', 'check')]).toEqual([1, errors, late]);
  });

  test('an answer after its deadline is late, whatever it says; what throws at once is told as what waits', async () => {
    const { run, told, second, taken } = timing();
    await run('list', () => sleep(5), performance.now() - 1);
    await expect(run('list', fail('io'), performance.now() - 1)).rejects.toThrow();
    second();
    expect(told.map(({ outcome }) => outcome).sort()).toEqual(['failed', 'late']);
    expect([taken('acumen_operation_late_total', 'list'), taken('acumen_operation_errors_total', 'list')]).toEqual([2, 1]);
  });

  test('how much was asked is told, never what is in it', async () => {
    const { run, told, second } = timing();
    await run('preview', () => sleep(2), Infinity, { acus: ['a', 'b'], path: 'x/y', ticket: 'secret' });
    second();
    expect(told[0]!.detail).toBe('2 ACUs, x/y');
  });
});

describe('the slowest', () => {
  test('are few of each operation and of all, failures first, told once; what nobody notices is not told', async () => {
    const { run, told, second } = timing();
    const all = [...Array.from({ length: 9 }, (_, i) => run('list', () => sleep(3 + 10 * i))), run('add', () => sleep(100)), ...[1, 2].map(() => run('add', fail('io')).catch(() => undefined))];
    await Promise.all([...Array.from({ length: 300 }, () => run('hello', async () => 1)), ...all]);
    expect(second()).toBe(312);
    expect(told.filter(({ operation }) => operation === 'list')).toHaveLength(2);
    expect(Math.min(...told.filter(({ operation }) => operation === 'list').map(({ ms }) => ms))).toBeGreaterThan(60);
    expect(told.filter(({ operation }) => operation === 'add').map(({ outcome, lane }) => [outcome, lane])).toEqual([['failed', 'normal'], ['failed', 'normal']]);
    expect(told.length).toBeLessThanOrEqual(16);
    const before = told.length;
    expect(second()).toBe(0);
    expect(told).toHaveLength(before);
  });
});

describe('requests of a session', () => {
  /** What its client gets, as [id, error's code or null]; a frame is handed to the service as from a channel. */
  function session(service: Service) {
    const got: [number, string | null][] = [];
    let hear: (frame: Uint8Array) => void = () => {}, heard: () => void = () => {};
    attachSession(service, {
      send: (frame) => { const { id, error } = decodeFrame(frame) as { id?: number; error?: { code: string } }; if (id !== undefined) { got.push([id, error?.code ?? null]); heard(); } },
      onFrame: (listener) => { hear = listener; }, onClose: () => {}, close: () => {},
    });
    const ask = async (id: number, method: Method, params: unknown, within?: number): Promise<void> => {
      const answered = new Promise<void>((resolve) => { heard = resolve; });
      hear(encodeFrame({ id, method, params, ...within !== undefined && { within } }));
      await answered;
    };
    return { ask, got };
  }

  test('are counted once each, before they are answered: what was done, what was refused, what failed and what came late; with its parts where it is followed', async () => {
    const { of, told, second, taken } = timing();
    const traces: unknown[] = [];
    let fails: ErrorCode | null = null, until: Promise<unknown> = sleep(5);
    const { ask, got } = session({
      timing: of, subscribe: () => () => {},
      call: async (_method, _params, asked) => {
        traces.push(asked?.trace);
        await until;
        if (fails !== null) throw new AcumenError(fails, 'Planted.', '');
        return { operations: [], current: 0 } as never;
      },
    });
    const log = { before: null, limit: 5 };
    await ask(1, 'log', log);
    fails = 'usage';
    await ask(2, 'log', log);
    fails = 'bug';
    await ask(3, 'log', log);
    fails = null;
    for (let i = 0; i < 128; i++) of.end('hello', {}, of.begin('hello', {}), 0, 0.01, 1);
    await ask(4, 'log', log);
    expect(got).toEqual([[1, null], [2, 'usage'], [3, 'bug'], [4, null]]);
    expect(traces.map((trace) => trace instanceof Trace)).toEqual([true, true, true, false]);
    expect(traces[3]).toBeNull();
    expect(second()).toBe(132);
    expect([taken('acumen_operation_seconds', 'log'), taken('acumen_operation_errors_total', 'log'), taken('acumen_operation_late_total', 'log')]).toEqual([4, 1, 0]);
    expect(told.map(({ outcome }) => outcome).sort()).toEqual(expect.arrayContaining(['failed']));
    // answered as late at its deadline, and counted when it has ended
    const ends = Promise.withResolvers<void>();
    until = ends.promise;
    await ask(5, 'log', log, 1);
    expect(got.at(-1)).toEqual([5, 'late']);
    second();
    expect(taken('acumen_operation_seconds', 'log')).toBe(0);
    ends.resolve();
    await sleep(0);
    second();
    expect([taken('acumen_operation_seconds', 'log'), taken('acumen_operation_late_total', 'log')]).toEqual([1, 1]);
  });

  test('of a real workspace are counted once, and those asked without a session, too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'acumen-timing-'));
    const platform = await openPlatform({ store: join(folder, 'store.acumen'), what: 'test', manual: true });
    const workspace = await Workspace.open(join(folder, 'store.acumen'), { platform });
    try {
      const { ask, got } = session(workspace);
      await ask(1, 'log', { before: null, limit: 5 });
      await ask(2, 'preview', { acus: ['0'.repeat(64)] });
      await workspace.call('log', { before: null, limit: 5 });
      platform.monitor!.registry.take();
      const counts = Object.fromEntries(platform.monitor!.registry.cells.flatMap(({ metric, label, cell }) => (metric === 'acumen_operation_seconds' && cell.kind === 'seconds' ? [[label, cell.taken.count]] : [])));
      expect(got[0]).toEqual([1, null]);
      expect(got[1]![1]).not.toBeNull();
      expect(counts).toEqual({ log: 2, preview: 1 });
    } finally {
      await workspace.close();
      await platform.close();
      removeFolder(folder);
    }
  });
});

describe('the work of a change', () => {
  /** Milliseconds of the slowest in each metric, by method. */
  const slowest = (registry: Registry, method: string): readonly (number | undefined)[] => (['acumen_operation_seconds', 'acumen_operation_work_seconds'] as const).map((metric) => {
    const cell = registry.cells.find((one) => one.metric === metric && one.label === method)?.cell;
    return cell?.kind === 'seconds' && cell.taken.count > 0 ? cell.taken.max * 1000 : undefined;
  });

  test('is what it did not wait for others; what stands in no line has none', async () => {
    const { of, run, registry } = timing();
    const waiting = async (): Promise<void> => {
      const trace = currentTrace(), start = begun(trace);
      await sleep(40);
      waited(trace, 'commit', start);
      await sleep(5);
    };
    await run('compose', waiting, undefined, { ticket: 'one' });
    await run('check', waiting);
    for (let i = 0; i < 130; i++) of.end('hello', {}, of.begin('hello', {}), 0, 0.01, 1);
    await run('undo', waiting, undefined, { ticket: 'two' }); // not followed any more: nobody knows what it waited
    registry.take();
    const [whole, work] = slowest(registry, 'compose');
    expect(whole).toBeGreaterThanOrEqual(43);
    expect(work).toBeGreaterThanOrEqual(3.5);
    expect(work).toBeLessThan(whole! - 38);
    expect([slowest(registry, 'check')[1], slowest(registry, 'hello')[1], slowest(registry, 'undo')[1]]).toEqual([undefined, undefined, undefined]);
    expect(slowest(registry, 'undo')[0]).toBeGreaterThanOrEqual(43);
  });

  test('of a real workspace leaves out the line and the store', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'acumen-timing-')), store = join(folder, 'store.acumen');
    const repo = smallRepository(join(folder, 'repo'));
    repo.branch('first', { 'a.txt': 'first\n' });
    const platform = await openPlatform({ store, what: 'test', manual: true });
    const workspace = await Workspace.open(store, { platform });
    try {
      await workspace.call('import', { path: repo.path, base: null, refs: [], grain: 'branch', ticket: 'i' });
      const acus = workspace.engine.acus.map(({ id }) => id), { registry } = platform.monitor!;
      await workspace.call('compose', { acus, ticket: 'w' });
      await workspace.call('undo', { ticket: 'v' });
      // by which one operation is appended, too
      const stores = workspace.store.appendAll.bind(workspace.store);
      vi.spyOn(workspace.store, 'appendAll').mockImplementation(async (...args) => { await sleep(60); return stores(...args); });
      platform.monitor!.second((Math.floor(Date.now() / 1000) + 2) * 1000);
      // the undo stands in line until the change is stored, and so does the second change
      await Promise.all([workspace.call('compose', { acus, ticket: 'c' }), workspace.call('undo', { ticket: 'u' }), workspace.call('add', { acus, ticket: 'a' })]);
      registry.take();
      for (const [method, least] of [['compose', 60], ['undo', 120], ['add', 180]] as const) {
        const [whole, work] = slowest(registry, method);
        expect(whole, method).toBeGreaterThanOrEqual(least - 3);
        expect(work, method).toBeLessThan(whole! - least + 4);
      }
      expect(registry.cells.some(({ metric, cell }) => metric === 'acumen_commit_work_seconds' && cell.kind === 'seconds')).toBe(true);
    } finally {
      await workspace.close();
      await platform.close();
      removeFolder(folder);
    }
  });
});

describe('where the time went', () => {
  test('each part is its own request\'s, however they take turns, and with the rest they are the whole', async () => {
    const { run, told, second } = timing();
    const work = (name: string) => async () => {
      await span(`${name} first`, () => sleep(5));
      await sleep(3);
      await Promise.all([span(`${name} second`, () => sleep(4)), span(`${name} second`, () => sleep(4))]);
    };
    await Promise.all([run('check', work('check')), run('list', work('list')), run('add', work('add'))]);
    second();
    expect(told.map(({ operation, parts }) => [operation, parts.map(([name]) => name)]).sort()).toEqual(['add', 'check', 'list'].map((o) => [o, [`${o} first`, `${o} second`]]).map(([o, names]) => [o, expect.arrayContaining(names as string[])]));
    for (const { operation, parts } of told) for (const [name] of parts) expect(name === 'rest' || name.startsWith(operation)).toBe(true);
  });

  test('of many in one second, those after the first are timed and not followed, and are in nobody else\'s parts', async () => {
    const { run, told, second } = timing();
    const first = run('hello', async () => { await sleep(20); return 1; });
    await Promise.all(Array.from({ length: 200 }, () => run('hello', async () => 1)));
    await run('check', async () => { await span('begun at once', () => sleep(5)); await span('begun later', () => sleep(5)); });
    await first;
    second();
    expect(told.find(({ operation }) => operation === 'check')!.parts.map(([name]) => name)).toEqual(['not followed']);
    expect(told.find(({ operation }) => operation === 'hello')!.parts.map(([name]) => name)).toEqual(['rest']);
    await run('check', async () => { await span('begun at once', () => sleep(5)); });
    second();
    expect(told.at(-1)!.parts.map(([name]) => name)).toContain('begun at once');
  });

  test('nobody\'s time is nobody\'s: outside of a request nothing is traced, and work for one does not leak into the next', async () => {
    expect(currentTrace()).toBeUndefined();
    expect(begun(undefined)).toBe(0);
    const [one, two] = [new Trace(), new Trace()];
    const seen: (Trace | undefined)[] = [];
    expect(() => onBehalf(one, () => { seen.push(currentTrace()); onBehalf(two, () => seen.push(currentTrace())); onBehalf(undefined, () => seen.push(currentTrace())); seen.push(currentTrace()); throw new Error('planted'); })).toThrow('planted');
    expect(seen).toEqual([one, two, undefined, one]);
    await throughout(one, async () => { await sleep(1); expect(currentTrace()).toBe(one); onBehalf(undefined, () => { expect(currentTrace()).toBeUndefined(); }); });
    expect(currentTrace()).toBeUndefined();
    waited(undefined, 'nothing', 0);
    for (let i = 0; i < 100; i++) two.add(`part ${i}`, 1);
    two.add('part 0', 1);
    expect(two.parts).toHaveLength(32);
    expect(two.parts[0]).toEqual(['part 0', 2]);
  });

  test('a real change of the composition says plan and commit; a composed set says its merge; both are in the metrics', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'acumen-timing-')), store = join(folder, 'store.acumen');
    try {
      const repo = smallRepository(join(folder, 'repo'));
      repo.branch('first', { 'a.txt': 'first\n' });
      const platform = await openPlatform({ store, what: 'test', manual: true });
      const told: Told[] = [];
      platform.monitor!.listener = (event) => { if (event.kind === 'operation') told.push(event); };
      const workspace = await Workspace.open(store, { platform });
      try {
        await workspace.call('import', { path: repo.path, base: null, refs: [], grain: 'branch', ticket: 'i' });
        const acus = workspace.engine.acus.map(({ id }) => id);
        await workspace.call('preview', { acus });
        await workspace.call('add', { acus, ticket: 'a' });
        platform.monitor!.second(Date.now() + 2000);
        const names = (operation: string): string[] => told.find((one) => one.operation === operation)?.parts.map(([name]) => name) ?? [];
        expect(names('import')).toEqual(expect.arrayContaining(['plan', 'commit']));
        expect(names('add')).toEqual(expect.arrayContaining(['plan', 'commit']));
        expect(names('preview')).toContain('merge');
        expect(workspace.platform.monitor!.prometheus()).toMatch(/^acumen_merge_execution_seconds_count 1$/m);
        expect(workspace.platform.monitor!.prometheus()).toMatch(/^acumen_commit_seconds_count [1-9]/m);
      } finally {
        await workspace.close();
        await platform.close();
      }
    } finally {
      removeFolder(folder);
    }
  });
});
