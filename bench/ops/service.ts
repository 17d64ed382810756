// The service that the benchmark's clients talk to: a real repository imported into a real store on disk, behind sessions.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AcuId } from '../../app/core/bytes.ts';
import type { Transport } from '../../app/contract/methods.ts';
import { startHost } from '../../app/main/doors/browser/host.ts';
import { attachSession } from '../../app/main/service/session.ts';
import { Workspace } from '../../app/main/service/workspace.ts';
import type { WorkspaceOptions } from '../../app/main/service/workspace.ts';
import { fleet } from '../../testkit/fleet.ts';
import { Random } from '../../testkit/random.ts';
import { add, drive, emptyTallies, methods } from './clients.ts';
import type { Hand, Tallies } from './clients.ts';
import type { Order } from './clients.worker.ts';

/** Units of one client's hand: with 64 clients the composition has about a hundred ACUs. */
const HAND = 3;

export interface Imported { readonly folder: string; readonly store: string; readonly acus: readonly AcuId[]; /** that the import took */ readonly ms: number; remove(): void }

/** On a disk, not in memory: commits are what is measured, too. */
export async function imported(branches: number, options: WorkspaceOptions = {}): Promise<Imported> {
  const folder = mkdtempSync(join(tmpdir(), 'acumen-bench-ops-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const repository = fleet({ seed: 1, branches }), store = join(folder, 'store.acumen');
  process.once('exit', () => repository.remove());
  const workspace = await Workspace.open(store, { env: { PATH: process.env['PATH'] }, ...options });
  try {
    const { ms } = await workspace.call('import', { ticket: 'import', path: repository.dir, base: null, refs: [], grain: 'branch' });
    return { folder, store, acus: workspace.engine.acus.map(({ id }) => id), ms, remove: () => { remove(); repository.remove(); } };
  } finally {
    await workspace.close();
  }
}

/** Hands for so many clients: units of a large set that goes together, so that what is refused would be a mistake. */
export function hands(workspace: Workspace, clients: number): Hand[] {
  const { engine } = workspace, random = new Random(7), all = engine.acus.map(({ id }) => id);
  const set = engine.standing([])!, units: AcuId[][] = [], taken = new Set<AcuId>();
  for (const acu of random.shuffle(engine.acus)) {
    if (units.length >= clients * HAND) break;
    const unit = [...engine.closed([acu.id])];
    if (unit.some((id) => taken.has(id))) continue;
    const ordered = unit.sort((a, b) => engine.segmentOf(a) - engine.segmentOf(b));
    if (!ordered.every((id) => set.add(id))) { for (const id of ordered.reverse()) set.remove(id); continue; }
    for (const id of unit) taken.add(id);
    units.push(unit);
  }
  const each = Math.max(1, Math.floor(units.length / clients));
  return Array.from({ length: clients }, (_, i) => ({ units: units.slice(i * each, (i + 1) * each), all, seed: 100 + i, name: `c${i}` }));
}

export interface Run {
  readonly perSecond: number; readonly p50: number; readonly p99: number; readonly max: number;
  readonly count: number; readonly failed: number; readonly refused: number; readonly late: number; readonly idle: number;
  readonly byMethod: Readonly<Record<string, { readonly count: number; readonly p50: number; readonly p99: number }>>;
  /** processor time of the service's thread for each operation, in microseconds; in-process clients are in it */ readonly thread: number;
  readonly hits: number; readonly misses: number;
  readonly failures: ReadonlyMap<string, number>;
}

const at = (sorted: readonly number[], q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

function summed(tallies: Tallies, runMs: number, cpuSeconds: number, answers: { readonly hits: number; readonly misses: number }, failures: ReadonlyMap<string, number>): Run {
  const all: number[] = [];
  let failed = 0, refused = 0, late = 0, idle = 0;
  const byMethod: Record<string, { count: number; p50: number; p99: number }> = {};
  for (const m of methods) {
    const t = tallies[m], ms = t.ms.sort((a, b) => a - b);
    for (const one of ms) all.push(one);
    failed += t.failed; refused += t.refused; late += t.late; idle += t.idle;
    byMethod[m] = { count: ms.length, p50: at(ms, 0.5), p99: at(ms, 0.99) };
  }
  all.sort((a, b) => a - b);
  return { perSecond: all.length / runMs * 1000, p50: at(all, 0.5), p99: at(all, 0.99), max: all.at(-1) ?? Number.NaN, count: all.length, failed, refused, late, idle, byMethod, thread: cpuSeconds / all.length * 1e6, ...answers, failures };
}

/** A pair of ends in this thread: frames cross on a later turn, as from a channel. */
function inProcess(): { readonly near: Transport; readonly far: Transport } {
  const listeners: ((frame: Uint8Array) => void)[] = [() => {}, () => {}], closing: ((reason: string) => void)[] = [() => {}, () => {}];
  const end = (mine: 0 | 1): Transport => ({
    send(frame) { setImmediate(listeners[1 - mine]!, frame); },
    onFrame(listener) { listeners[mine] = listener; },
    onClose(listener) { closing[mine] = listener; },
    close() { for (const close of closing) close('it was closed'); },
  });
  return { near: end(0), far: end(1) };
}

export interface Timing { readonly warmMs: number; readonly runMs: number }

export async function runInProcess(workspace: Workspace, hands: readonly Hand[], { warmMs, runMs }: Timing): Promise<Run> {
  const tallies = emptyTallies(), failures = new Map<string, number>(), start = performance.now();
  let cpu: NodeJS.CpuUsage | null = null;
  const isCounted = (): boolean => {
    if (performance.now() - start <= warmMs) return false;
    cpu ??= process.threadCpuUsage();
    return true;
  };
  const { hits, misses } = workspace.answers;
  await Promise.all(hands.map((hand) => {
    const { near, far } = inProcess();
    attachSession(workspace, far);
    return drive(near, hand, () => performance.now() - start > warmMs + runMs, isCounted, tallies, failures);
  }));
  const used = process.threadCpuUsage(cpu ?? undefined);
  return summed(tallies, runMs, (used.user + used.system) / 1e6, { hits: workspace.answers.hits - hits, misses: workspace.answers.misses - misses }, failures);
}

export async function runWebSockets(workspace: Workspace, folder: string, hands: readonly Hand[], { warmMs, runMs }: Timing): Promise<Run> {
  const root = join(folder, 'renderer');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>Acumen</title>');
  const host = await startHost({ root, port: 0, attach: (transport) => attachSession(workspace, transport) });
  try {
    const origin = `http://127.0.0.1:${host.port}`;
    const session = await fetch(`${origin}/session`, { method: 'POST', headers: { origin, authorization: `Bearer ${host.url.split('#token=')[1]!}` } });
    const cookie = session.headers.get('set-cookie')!.split(';')[0]!;
    const worker = new Worker(new URL('./clients.worker.ts', import.meta.url), { workerData: { port: host.port, cookie, hands, warmMs, runMs } satisfies Order });
    const next = (): Promise<unknown> => new Promise((resolve, reject) => { worker.once('message', resolve); worker.once('error', reject); });
    await next();
    const { hits, misses } = workspace.answers;
    const result = next();
    worker.postMessage('go');
    const before = await new Promise<NodeJS.CpuUsage>((resolve) => { setTimeout(() => resolve(process.threadCpuUsage()), warmMs); });
    const { tallies, failures, thread } = await result as { tallies: Tallies; failures: Map<string, number>; thread: NodeJS.CpuUsage };
    const used = process.threadCpuUsage(before);
    await worker.terminate();
    process.stderr.write(`  web_sockets: the clients' thread took ${((thread.user + thread.system) / 1000).toFixed(0)} ms in ${warmMs + runMs} ms\n`);
    return summed(tallies, runMs, (used.user + used.system) / 1e6, { hits: workspace.answers.hits - hits, misses: workspace.answers.misses - misses }, failures);
  } finally {
    await host.close();
  }
}

export { add, emptyTallies };
