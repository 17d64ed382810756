// Many clients at once through the real service and a real store (issue D, bar 2): ACU operations mixed as bench/ops/clients.ts states, each client
// with one request under way and no pause. In-process clients are the contract's and share the service's thread; those over WebSockets have one of
// their own and decode no more than they need, for they share the machine's cores with the service. Beside it the same with every cache off, and
// one client alone, which is what there is without sharing commits. Then how it grows with ACUs and clients, and what planted faults do to it.
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Database from 'better-sqlite3';
import { Workspace } from '../app/main/service/workspace.ts';
import type { WorkspaceOptions } from '../app/main/service/workspace.ts';
import { Admission } from '../app/main/service/pools/admission.ts';
import { Pools } from '../app/main/service/pools/pools.ts';
import { barePlatform } from '../app/main/service/platform.ts';
import { diffAside } from '../app/workers/differ.ts';
import { ThreadPlants, plantGit } from '../testkit/faults.ts';
import { type Imported, type Run, hands, imported, runInProcess, runWebSockets } from './ops/service.ts';
import type { Benchmark, Row } from './report.ts';

const ACUS = Number(process.env['ACUMEN_BENCH_SIZES'] ?? 10_000);
const CLIENTS = 64;
/** Not counted, then counted, in milliseconds. */
const FULL = { warmMs: 3000, runMs: 6000 }, SHORT = { warmMs: 1000, runMs: 2500 };
/** ACUs, for growth: the largest takes two minutes to make and import. */
const SIZES = [1000, ACUS, 100_000];
/** Growth with ACUs alone. */
const ONLY_GROWTH = process.env['ACUMEN_BENCH_GROWTH'] !== undefined;

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const environment = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'] });
const say = (text: string): void => { process.stderr.write(`  ${text}\n`); };

async function withService<T>(made: Imported, options: WorkspaceOptions, use: (workspace: Workspace) => Promise<T>): Promise<T> {
  const workspace = await Workspace.open(made.store, { env: environment(), ...options });
  try {
    return await use(workspace);
  } finally {
    await workspace.close();
  }
}

const share = (run: Run): number => 100 * run.hits / Math.max(1, run.hits + run.misses);
const wrong = (run: Run): number => 100 * (run.failed + run.refused) / run.count;

/** By its metric's name; figures of one run. */
function rowsOf(name: string, run: Run, beside: Run | null, peer: string): Row[] {
  for (const [what, times] of run.failures) say(`${name}: ${times} × ${what}`);
  say(`${name}: ${Object.entries(run.byMethod).map(([m, f]) => `${m} ${f.count} (p50 ${f.p50.toFixed(1)}, p99 ${f.p99.toFixed(1)} ms)`).join(', ')}; ${run.idle} had nothing to do; answers kept: ${run.hits} hits, ${run.misses} misses`);
  return [
    { metric: `${name}/ops_per_s`, value: run.perSecond, unit: '1/s', ...beside !== null && { peer, peerValue: beside.perSecond, ratio: run.perSecond / beside.perSecond } },
    { metric: `${name}/p50_ms`, value: run.p50, unit: 'ms' }, { metric: `${name}/p99_ms`, value: run.p99, unit: 'ms' }, { metric: `${name}/max_ms`, value: run.max, unit: 'ms' },
    { metric: `${name}/errors_percent`, value: wrong(run), unit: '%' }, { metric: `${name}/late`, value: run.late, unit: '' },
    { metric: `${name}/thread_us`, value: run.thread, unit: 'µs' }, { metric: `${name}/hits_percent`, value: share(run), unit: '%' },
  ];
}

/** Of a power law through the points, by least squares of their logarithms. */
function exponent(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const), mean = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0) / of.length;
  const mx = mean(logs.map(([x]) => x)), my = mean(logs.map(([, y]) => y));
  return logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

/** Megabytes on the heap and beside it, once what is let go of is collected. */
function held(): number {
  for (let i = 0; i < 3; i++) gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

async function sizes(made: Imported | null): Promise<Row[]> {
  const points: [number, number][] = [], rows: Row[] = [];
  for (const size of SIZES) {
    const one = size === ACUS && made !== null ? made : await imported(size), name = `growth/acus_${size}`;
    try {
      const before = held(), start = performance.now();
      const { run, opened, memory } = await withService(one, {}, async (workspace) => {
        const ready = performance.now() - start, all = hands(workspace, CLIENTS), answered = await runInProcess(workspace, all, SHORT);
        return { run: answered, opened: ready, memory: held() - before };
      });
      points.push([size, run.thread]);
      say(`${name}: ${run.failed} failed, ${run.refused} refused, ${run.late} late of ${run.count}`);
      rows.push(
        { metric: `${name}/thread_us`, value: run.thread, unit: 'µs' }, { metric: `${name}/ops_per_s`, value: run.perSecond, unit: '1/s' },
        { metric: `${name}/p50_ms`, value: run.p50, unit: 'ms' }, { metric: `${name}/p99_ms`, value: run.p99, unit: 'ms' }, { metric: `${name}/errors_percent`, value: wrong(run), unit: '%' },
        { metric: `${name}/import_s`, value: one.ms / 1000, unit: 's' }, { metric: `${name}/open_ms`, value: opened, unit: 'ms' },
        { metric: `${name}/memory_mb`, value: memory, unit: 'MB held by the service, clients’ ids included' },
      );
    } finally {
      if (one !== made) one.remove();
    }
  }
  return [...rows, { metric: 'growth/acus_exponent', value: exponent(points), unit: '' }];
}

async function crowds(made: Imported): Promise<Row[]> {
  const points: [number, number][] = [], rows: Row[] = [];
  for (const each of [1, 2, 4, 8]) {
    const clients = each * cpus().length;
    const run = await withService(made, {}, (workspace) => runInProcess(workspace, hands(workspace, clients), SHORT));
    points.push([clients, run.perSecond]);
    rows.push({ metric: `growth/clients_${clients}/ops_per_s`, value: run.perSecond, unit: '1/s' }, { metric: `growth/clients_${clients}/p99_ms`, value: run.p99, unit: 'ms' });
  }
  return [...rows, { metric: 'growth/clients_exponent', value: exponent(points), unit: '' }];
}

/** What is asked and answered in its deadline while something is wrong. */
function inTime(name: string, run: Run): Row[] {
  for (const [what, times] of run.failures) say(`${name}: ${times} × ${what}`);
  return [
    { metric: `faults/${name}/in_time_percent`, value: 100 * (run.count - run.failed - run.late) / run.count, unit: '%' },
    { metric: `faults/${name}/ops_per_s`, value: run.perSecond, unit: '1/s' }, { metric: `faults/${name}/p99_ms`, value: run.p99, unit: 'ms' },
  ];
}

async function faults(made: Imported): Promise<Row[]> {
  const rows: Row[] = [];
  // A thread is killed each second while long texts are compared without end.
  const plants = new ThreadPlants(), pools = new Pools({ spawn: plants.spawn });
  const platform = { ...barePlatform(), pools, admission: new Admission() };
  const text = (seed: number): Uint32Array => Uint32Array.from({ length: 20_000 }, (_, i) => (i * seed) % 9973);
  const [old, young] = [text(7), text(11)];
  rows.push(...inTime('killed_workers', await withService(made, { platform }, async (workspace) => {
    let isOver = false;
    const stop = plants.every(1000), comparing = (async () => { while (!isOver) { await diffAside(pools.diff, old, young).catch(() => undefined); await new Promise((resolve) => { setTimeout(resolve, 50); }); } })();
    try {
      return await runInProcess(workspace, hands(workspace, CLIENTS), SHORT);
    } finally {
      isOver = true;
      stop();
      await comparing;
    }
  })), { metric: 'faults/killed_workers/killed', value: plants.killed, unit: '' });
  await pools.close();
  // git stops answering when the clients begin, with contents still to be read.
  const git = plantGit(made.folder, process.env['ACUMEN_BENCH_GIT'] ?? '/usr/bin/git');
  const guarded = new Pools();
  rows.push(...inTime('hung_git', await withService(made, { env: { PATH: git.path }, platform: { ...barePlatform(), pools: guarded, admission: new Admission() } }, async (workspace) => {
    await workspace.repository();
    git.be('hung');
    git.freeze();
    return runInProcess(workspace, hands(workspace, CLIENTS), { warmMs: 0, runMs: SHORT.runMs });
  })));
  git.thaw();
  git.kill();
  await guarded.close();
  // The disk takes 200 ms for what is written twice a second: another connection holds the store's write lock.
  rows.push(...inTime('slow_disk', await withService(made, {}, async (workspace) => {
    const other = new Database(join(made.store));
    let isOver = false;
    const holding = (async () => {
      while (!isOver) {
        try { other.exec('BEGIN IMMEDIATE'); } catch { continue; }
        await new Promise((resolve) => { setTimeout(resolve, 200); });
        other.exec('ROLLBACK');
        await new Promise((resolve) => { setTimeout(resolve, 300); });
      }
    })();
    try {
      return await runInProcess(workspace, hands(workspace, CLIENTS), SHORT);
    } finally {
      isOver = true;
      await holding;
      other.close();
    }
  })));
  return rows;
}

const benchmark: Benchmark = {
  what: `ops: check, list, add, remove and compose mixed by ${CLIENTS} clients without a pause on a store of ${ACUS} ACUs and a composition of about a hundred; one client alone and all caches off beside it`,
  async run() {
    if (ONLY_GROWTH) return sizes(null);
    const made = await imported(ACUS);
    try {
      const alone = await withService(made, {}, (workspace) => runInProcess(workspace, hands(workspace, CLIENTS).slice(0, 1), SHORT));
      const inside = await withService(made, {}, (workspace) => runInProcess(workspace, hands(workspace, CLIENTS), FULL));
      const outside = await withService(made, {}, (workspace) => runWebSockets(workspace, made.folder, hands(workspace, CLIENTS), FULL));
      const off = await withService(made, { caches: false }, (workspace) => runInProcess(workspace, hands(workspace, CLIENTS), FULL));
      const rows = [
        // the slower of the two ways in
        { metric: 'ops_per_s', value: Math.min(inside.perSecond, outside.perSecond), unit: '1/s', peer: 'one client alone', peerValue: alone.perSecond, ratio: Math.min(inside.perSecond, outside.perSecond) / alone.perSecond },
        { metric: 'ops_p99_ms', value: Math.max(inside.p99, outside.p99), unit: 'ms', peer: 'one client alone', peerValue: alone.p99, ratio: alone.p99 / Math.max(inside.p99, outside.p99) },
        { metric: 'ops_errors_percent', value: Math.max(wrong(inside), wrong(outside)), unit: '%' },
        ...rowsOf('in_process', inside, alone, 'one client alone'), ...rowsOf('web_sockets', outside, alone, 'one client alone'), ...rowsOf('caches_off', off, inside, 'with caches'),
      ];
      await withService(made, {}, async (workspace) => {
        const { ok, problems } = await workspace.call('fsck', { ticket: 'fsck' });
        if (!ok) throw new Error(`the store is damaged: ${problems.join('; ')}`);
      });
      return [...rows, ...await crowds(made), ...await faults(made), ...await sizes(made)];
    } finally {
      made.remove();
    }
  },
};
export default benchmark;
