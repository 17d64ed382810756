// `acumen stats`: the figures of the process that serves this workspace, or served it last, from what it left beside the store.
import { AcumenError } from '../../../contract/frames.ts';
import type { Figure, StatsReport } from '../../../contract/performance.ts';
import { requireStore } from '../../service/locating.ts';
import { askPrometheus, askReport } from '../../service/monitor/asking.ts';
import { whereIs } from './opening.ts';
import { ago, clean, table } from './output.ts';
import type { Output } from './output.ts';
import type { Verb } from './program.ts';

export const stats: Verb = async (call) => {
  const { out, options } = call;
  if (options.events) return (await import('./events.ts')).events(call);
  const at = moment(options.at);
  if (options.json && options.prometheus) throw new AcumenError('usage', '--json and --prometheus are two formats.', 'Give one of them.');
  const located = await whereIs(call);
  requireStore(located);
  if (options.prometheus) await out.write(askPrometheus(located.store, at));
  else if (options.json) await out.line(JSON.stringify(askReport(located.store, at)));
  else await show(out, askReport(located.store, at));
  return 0;
};

function moment(given: string | undefined): number | null {
  if (given === undefined) return null;
  const at = Number(given);
  if (/^\d+$/.test(given) && at <= 8.64e15) return at;
  throw new AcumenError('usage', `${given} is not a time.`, 'Give --at milliseconds since the epoch, for example those of `date +%s000`.');
}

/** What there is no figure of is a dash, never a nought. */
const dash = '–';
const ms = (value: Figure): string => (value === null ? dash : value >= 100 ? `${value.toFixed(0)} ms` : value >= 0.1 ? `${Number(value.toPrecision(3))} ms` : `${Number((value * 1000).toPrecision(3))} µs`);
const share = (value: Figure): string => (value === null ? dash : `${(value * 100).toFixed(1)} %`);
const number = (value: Figure): string => (value === null ? dash : value >= 100 || Number.isInteger(value) ? value.toFixed(0) : String(Number(value.toPrecision(3))));
const bytes = (value: Figure): string => {
  if (value === null) return dash;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'], power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10));
  return `${power === 0 ? value : (value / 1024 ** power).toFixed(1)} ${units[power]}`;
};
/** A service level's value in its unit: shares as percents, the rest as it is. */
const leveled = (value: Figure, unit: string): string => (value === null ? dash : unit === 'share' ? share(value) : unit === 'ms' ? ms(value) : `${number(value)} ${unit}`.trim());

async function show(out: Output, report: StatsReport): Promise<void> {
  const { at, window, memory, gc, eventLoop, cpu, disk, queue } = report;
  await out.line(`${out.style('strong', new Date(at).toISOString())} ${out.style('dim', `(${ago(at / 1000, Date.now() / 1000)}), figures of the last ${window} s`)}`);
  for (const { severity, state, name, reason } of report.alerts) {
    if (state !== 'resolved') await out.line(`${out.style(severity === 'notice' ? 'warning' : 'bad', '!')} ${clean(name)} (${severity}, ${state}): ${clean(reason)}`);
  }
  await section(out, 'Service levels', [{ title: 'OK' }, { title: 'LEVEL', gives: true }, { title: 'VALUE', right: true }, { title: 'TARGET', right: true }],
    report.levels.map(({ holds, name, value, target, unit, better }) => [holds === null ? dash : holds ? '✓' : '✕', name, leveled(value, unit), `${{ below: '<', above: '>', near: '≈' }[better]} ${leveled(target, unit)}`]));
  await section(out, 'Operations', [{ title: 'OPERATION', gives: true }, ...['COUNT', 'PER S', 'P50', 'P95', 'P99', 'MAX', 'FAILED', 'LATE'].map((title) => ({ title, right: true }))],
    report.operations.map((o) => [o.name, String(o.count), number(o.perSecond), ms(o.p50), ms(o.p95), ms(o.p99), ms(o.max), String(o.errors), String(o.late)]));
  await section(out, 'Caches', [{ title: 'LEVEL' }, ...['HITS', 'MISSES', 'SHARE', 'ENTRIES', 'BYTES', 'BOUND', 'EVICTED', 'P50'].map((title) => ({ title, right: true }))],
    report.caches.map((c) => [c.level, String(c.hits), String(c.misses), share(c.hits + c.misses === 0 ? null : c.hits / (c.hits + c.misses)), String(c.entries), bytes(c.bytes), bytes(c.limit), String(c.evictions), ms(c.p50)]));
  await section(out, 'Workers', [{ title: 'POOL', gives: true }, ...['BUSY', 'WORKERS', 'QUEUED', 'DONE', 'FAILED', 'STOLEN', 'USE', 'RUN P50'].map((title) => ({ title, right: true }))],
    report.pools.map((p) => [p.name, String(p.workers.filter(({ state }) => state === 'busy').length), String(p.workers.length), String(p.queued), String(p.done), String(p.failed), String(p.steals), share(p.utilisation), ms(p.runP50)]));
  await section(out, 'Events', [{ title: 'LANE' }, ...['PER S', 'ALL', 'DROPPED', 'WAITING'].map((title) => ({ title, right: true }))],
    report.lanes.map((l) => [l.lane, number(l.perSecond), String(l.emitted), String(l.dropped), String(l.depth)]));
  await section(out, 'Breakers', [{ title: 'GUARDS', gives: true }, { title: 'STATE' }, { title: 'WHY', gives: true }], report.breakers.map(({ dependency, state, reason }) => [dependency, state, reason]));
  await section(out, 'Process', [{ title: 'WHAT' }, { title: 'HOW', gives: true }], [
    ['processor', `${share(cpu.process)} of a core; cores ${cpu.cores.map((core) => share(core)).join(', ') || dash}`],
    ['memory', memory === null ? dash : `${bytes(memory.rss)}, heap ${bytes(memory.heapUsed)} of ${bytes(memory.limit)}, ${memory.stage}`],
    ['event loop', `late by ${ms(eventLoop.p50)} (p50), ${ms(eventLoop.p99)} (p99), ${ms(eventLoop.max)} (max)`],
    ['garbage', `${gc.count} pauses, ${ms(gc.totalMs)} in all, the longest ${ms(gc.max)}`],
    ['disk', `a durable write takes ${ms(disk.p50)} (p50), ${ms(disk.p99)} (p99); ${disk.files.map((f) => `${f.name} ${bytes(f.bytes)}`).join(', ') || dash}`],
    ['queue', `${queue.depth} waiting${queue.running === null ? '' : `, ${clean(queue.running)} runs`}`],
    ['measuring', `${share(report.overhead.cpu)} of a core, ${bytes(report.overhead.bytes)}`],
  ]);
}

async function section(out: Output, title: string, columns: Parameters<typeof table>[1], rows: readonly (readonly string[])[]): Promise<void> {
  if (rows.length === 0) return;
  await out.line(`\n${out.style('strong', title)}`);
  await table(out, columns, rows);
}
