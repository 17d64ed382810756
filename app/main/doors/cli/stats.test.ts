// Dangers: a figure in a script that is another than the one on screen at the same moment; a verb that makes files where it only looks; a
// collector that meets another text at the door than on the command line.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import parsePrometheus from 'parse-prometheus-text-format';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../../contract/client.ts';
import type { Transport } from '../../../contract/methods.ts';
import type { StatsReport } from '../../../contract/performance.ts';
import { environment, runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran } from '../../../../testkit/acumen.ts';
import { smallRepository } from '../../../../testkit/small.ts';
import { locateServed } from '../../service/locating.ts';
import { openServed } from '../../service/serving.ts';
import { attachSession } from '../../service/session.ts';
import { startHost } from '../browser/host.ts';

let folder: string, repo: string, store: string;

const acumen = (...args: readonly string[]): Promise<Ran> => runAcumen(args, { folder });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'acumen-stats-'));
  store = path.join(folder, 'main.acumen');
  repo = path.join(folder, 'repo');
  const small = smallRepository(repo);
  small.branch('first', { 'a.txt': 'first\n' });
  small.branch('second', { 'b.txt': 'second\n' });
});
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

test('says where there are no figures, and makes no file to look for them', async () => {
  expect(await acumen('stats', '--store', store)).toMatchObject({ status: 2, err: expect.stringContaining('There is no store') as string });
  expect((await acumen('import', repo, '--store', store)).status).toBe(0);
  await rm(`${store}.telemetry`);
  expect(await acumen('stats', '--store', store)).toMatchObject({ status: 2, out: '', err: expect.stringContaining('Nothing has been measured') as string });
  expect(existsSync(`${store}.telemetry`)).toBe(false);
  expect((await acumen('list', '--store', store)).status).toBe(0);
  expect(existsSync(`${store}.telemetry`)).toBe(false);
});

test.each([['--at', 'yesterday'], ['--at', '-1'], ['--at', '9e15'], ['--json', '--prometheus']])('refuses %s %s', async (...args) => {
  expect(await acumen('stats', '--store', store, ...args)).toMatchObject({ status: 2, out: '' });
});

test('shows what runs of other verbs took', async () => {
  expect((await acumen('compose', 'first', 'second', '--store', store)).status).toBe(0);
  const ran = await acumen('stats', '--store', store, '--json');
  expect(ran).toMatchObject({ status: 0, err: '' });
  const report = JSON.parse(ran.out) as StatsReport;
  expect(report.operations.find(({ name }) => name === 'compose')).toMatchObject({ count: 1, errors: 0 });
  expect(report.memory).toBeNull();
  const shown = await acumen('stats', '--store', store);
  expect(shown.out).toMatch(/^compose +1 /m);
  expect(shown.out).toContain('memory');
});

test('says the same as the screen of the same moment, and the same as the door', async () => {
  const root = path.join(folder, 'renderer');
  await mkdir(root);
  await writeFile(path.join(root, 'index.html'), '<!doctype html><html><head><title>A</title></head></html>');
  const located = await locateServed({ repo, store, cwd: folder, env: environment(folder) });
  const served = await openServed(located, { env: environment(folder), git: 'auto', what: 'test' }, 'acumen serve REPO');
  const host = await startHost({ root, port: 0, attach: () => undefined, metrics: () => served.platform.monitor!.prometheus() });
  try {
    const [screen, other] = [connect(attached()), connect(attached())];
    let unwatched = 0;
    other.on('stats', () => { unwatched++; });
    const pushed: StatsReport[] = [];
    const three = new Promise<void>((resolve) => { screen.on('stats', ({ report }) => { if (pushed.push(report) === 3) resolve(); }); });
    expect(await screen.call('watch', { on: true })).toEqual({ on: true });
    const { acus } = await screen.call('list', { from: 0, limit: 10 });
    for (const { id } of acus) await screen.call('check', { acus: [id] });
    await three;
    await screen.call('watch', { on: false });
    const after = pushed.length;
    for (const report of pushed) expect(JSON.parse((await acumen('stats', '--store', store, '--json', '--at', String(report.at))).out)).toEqual(JSON.parse(JSON.stringify(report)));
    expect(await screen.call('stats', { at: pushed[1]!.at })).toEqual(pushed[1]);
    expect(pushed.at(-1)!.operations.find(({ name }) => name === 'check')?.count).toBe(acus.length);

    const { step, columns: [counts] } = await screen.call('series', { names: [{ metric: 'acumen_operation_seconds', label: 'check', quantity: 'count' }], from: pushed[0]!.at - 10_000, to: pushed.at(-1)!.at, points: 100 });
    expect([step, counts!.values.filter((n) => !Number.isNaN(n)).reduce((a, b) => a + b, 0)]).toEqual([1, acus.length]);
    const { events } = await screen.call('events', { kinds: ['operation'], from: null, to: null, limit: 100 });
    expect(events.every(({ event }) => event.kind === 'operation')).toBe(true);
    expect(await screen.call('trials', {})).toEqual({ trials: [] });

    const ask = async (): Promise<{ readonly door: string; readonly line: string }> => ({
      door: await (await fetch(`http://127.0.0.1:${host.port}/metrics`, { headers: { authorization: `Bearer ${host.url.split('#token=')[1]}` } })).text(),
      line: (await acumen('stats', '--store', store, '--prometheus')).out,
    });
    // unless a second ends between the two
    let both = await ask();
    for (let tries = 0; both.door !== both.line && tries < 5; tries++) both = await ask();
    expect(both.line).toBe(both.door);
    const families = new Map(parsePrometheus(both.door).map((family) => [family.name, family.type]));
    expect(Object.fromEntries(families)).toMatchObject({ acumen_operation_seconds: 'HISTOGRAM', acumen_memory_usage_bytes: 'GAUGE', acumen_merge_execution_seconds: 'HISTOGRAM', acumen_active_workers: 'GAUGE' });
    expect(unwatched).toBe(0);
    expect(pushed).toHaveLength(after);
    screen.close();
    other.close();
  } finally {
    await host.close();
    await served.close();
  }

  /** A client of the served workspace. */
  function attached(): Transport {
    type Side = { frame: (bytes: Uint8Array) => void; close: (reason: string) => void };
    const sides: [Side, Side] = [{ frame: () => {}, close: () => {} }, { frame: () => {}, close: () => {} }];
    const side = (own: Side, theirs: Side): Transport => ({
      send: (frame) => { const copy = frame.slice(); queueMicrotask(() => theirs.frame(copy)); },
      onFrame: (listener) => { own.frame = listener; }, onClose: (listener) => { own.close = listener; },
      close: () => { own.close('closed'); theirs.close('closed'); },
    });
    attachSession(served.workspace, side(sides[1], sides[0]));
    return side(sides[0], sides[1]);
  }
});
