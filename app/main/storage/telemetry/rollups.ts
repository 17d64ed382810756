// Figures over time: a row for each second, minute and hour of each process, minutes made of seconds and hours of minutes, because figures
// add up (packing.ts). Retention bounds them in time and in bytes; a row that cannot be read is passed over, as if it had not been kept.
import type { Histogram } from '../../../core/histogram.ts';
import type { MetricName } from '../../../core/telemetry.ts';
import { all, one, run } from '../sql.ts';
import type { TelemetryFile } from './file.ts';
import { type GaugeSum, Packer, Sum, deflated } from './packing.ts';

export type Step = 1 | 60 | 3600;
export const steps: readonly Step[] = [1, 60, 3600];

/** For each step: seconds for which it is kept, and bytes at most (bodies; SQLite adds some 2 %). */
export interface Retention { readonly [step: number]: { readonly seconds: number; readonly bytes: number } }
export const retention: Retention = {
  1: { seconds: 3600, bytes: 24 << 20 },
  60: { seconds: 14 * 86_400, bytes: 32 << 20 },
  3600: { seconds: 2 * 366 * 86_400, bytes: 24 << 20 },
};
/** Seconds after the end of a minute from which nothing more of it is waited for: processes write theirs a moment after its end. */
const LATE = 3;

export interface SeriesId { readonly id: number; readonly metric: MetricName; readonly label: string }
/** The numbers of these series, given to those that have none. Inside `file.write`. */
export function numberSeries(file: TelemetryFile, metric: MetricName, label: string): number {
  const find = (): number | undefined => one<{ id: number }>(file.db, 'SELECT id FROM series WHERE metric = ? AND label = ?', metric, label)?.id;
  const known = find();
  if (known !== undefined) return known;
  run(file.db, 'INSERT INTO series (metric, label) VALUES (?, ?)', metric, label);
  return find()!;
}

export function allSeries(file: TelemetryFile): SeriesId[] {
  return file.read(() => all<SeriesId>(file.db, 'SELECT id, metric, label FROM series ORDER BY id'));
}

/** `at`: the end of the second, in seconds since the epoch. Inside `file.write`. */
export function putSecond(file: TelemetryFile, at: number, body: Uint8Array, moment: Uint8Array | null): void {
  run(file.db, 'INSERT OR REPLACE INTO rolls (step, at, writer, body) VALUES (1, ?, ?, ?)', at, file.writer, body);
  if (moment !== null) run(file.db, 'INSERT OR REPLACE INTO moments (step, at, writer, body) VALUES (1, ?, ?, ?)', at, file.writer, moment);
}

/**
 * Makes the minutes and hours that have ended by `now` (seconds) and are not there yet, of every process. Answers how many rows it made.
 * `since`: no step that ended before is looked at. Inside `file.write`.
 */
export function rollUp(file: TelemetryFile, now: number, since = 0): number {
  run(file.db, 'UPDATE writers SET until = ? WHERE id = ?', now * 1000, file.writer);
  const packer = new Packer();
  let made = 0;
  for (const [step, finer] of [[60, 1], [3600, 60]] as const) {
    const last = Math.floor((now - LATE) / step) * step, first = Math.floor(since / step) * step;
    // a step's row is of the finer rows that end in (at - step, at]
    const missing = all<{ writer: number; at: number }>(file.db,
      `SELECT DISTINCT writer, (at + ${step - 1}) / ${step} * ${step} AS at FROM rolls WHERE step = ${finer} AND at > ? AND at <= ?
       EXCEPT SELECT writer, at FROM rolls WHERE step = ${step} AND at >= ? AND at <= ? ORDER BY 2`, first - step, last, first, last);
    for (const { writer, at } of missing) {
      const sum = new Sum();
      for (const { body } of all<{ body: Uint8Array }>(file.db, 'SELECT body FROM rolls WHERE step = ? AND at > ? AND at <= ? AND writer = ? ORDER BY at', finer, at - step, at, writer)) tryAdd(sum, body);
      run(file.db, 'INSERT INTO rolls (step, at, writer, body) VALUES (?, ?, ?, ?)', step, at, writer, deflated(sum.pack(packer)));
      run(file.db, `INSERT OR REPLACE INTO moments (step, at, writer, body)
        SELECT ?, ?, writer, body FROM moments WHERE step = ? AND at > ? AND at <= ? AND writer = ? ORDER BY at DESC LIMIT 1`, step, at, finer, at - step, at, writer);
      made++;
    }
  }
  return made;
}

/** Lets go of what is older than is kept, then of the oldest while a step holds too much. Inside `file.write`. */
export function retain(file: TelemetryFile, now: number, limits: Retention = retention): void {
  for (const step of steps) {
    const { seconds, bytes } = limits[step]!;
    let end = now - seconds;
    let held = 0;
    for (const row of all<{ at: number; bytes: number }>(file.db,
      `SELECT at, sum(bytes) AS bytes FROM (
         SELECT at, length(body) AS bytes FROM rolls WHERE step = ? AND at > ? UNION ALL SELECT at, length(body) FROM moments WHERE step = ? AND at > ?)
       GROUP BY at ORDER BY at DESC`, step, end, step, end)) {
      held += row.bytes;
      if (held <= bytes) continue;
      end = row.at;
      break;
    }
    run(file.db, 'DELETE FROM rolls WHERE step = ? AND at <= ?', step, end);
    run(file.db, 'DELETE FROM moments WHERE step = ? AND at <= ?', step, end);
  }
  run(file.db, 'DELETE FROM writers WHERE until < ? AND id <> ? AND id NOT IN (SELECT writer FROM rolls) AND id NOT IN (SELECT writer FROM segments)', (now - limits[3600]!.seconds) * 1000, file.writer);
}

/** The newest step that something is kept of; `body`: what the process that serves said of itself then, null where none did. */
export interface Moment { readonly step: Step; readonly at: number; readonly writer: number; readonly body: Uint8Array | null }

/** Not after `at` (seconds), in the finest step that has it. */
export function momentAt(file: TelemetryFile, at: number | null): Moment | null {
  return file.read(() => {
    let best: Moment | null = null;
    for (const step of steps) {
      const before = at ?? Number.MAX_SAFE_INTEGER;
      const roll = one<{ at: number; writer: number }>(file.db, 'SELECT at, writer FROM rolls WHERE step = ? AND at <= ? ORDER BY at DESC, writer DESC LIMIT 1', step, before);
      if (roll === undefined) continue;
      // Of two that serve, the one that began last. A run of the command line says nothing of itself, and may be a second ahead.
      const said = one<{ at: number; writer: number; body: Uint8Array }>(file.db, 'SELECT at, writer, body FROM moments WHERE step = ? AND at <= ? ORDER BY at DESC, writer DESC LIMIT 1', step, before);
      const found = said !== undefined && roll.at - said.at <= 2 * step ? said : roll;
      // a coarser step that ends later is of seconds that are gone
      if (best === null || found.at > best.at) best = { body: null, ...found, step };
    }
    return best;
  });
}

/** Everything in the rows of one step that end in (from, to], of all processes. */
export function windowOf(file: TelemetryFile, step: Step, from: number, to: number): Sum {
  return file.read(() => {
    const sum = new Sum();
    for (const { body } of all<{ body: Uint8Array }>(file.db, 'SELECT body FROM rolls WHERE step = ? AND at > ? AND at <= ? ORDER BY at, writer', step, from, to)) tryAdd(sum, body);
    return sum;
  });
}

/** A step of some series: `gauges` are those of the newest process, the rest of all. */
export interface Point { readonly at: number; readonly sum: Sum }

/** In order of time, each step that has anything; only the named series are read. */
export function* pointsOf(file: TelemetryFile, step: Step, from: number, to: number, only: ReadonlySet<number>): Generator<Point> {
  const rows = file.db.prepare('SELECT at, body FROM rolls WHERE step = ? AND at > ? AND at <= ? ORDER BY at, writer').all(step, from, to) as { at: number; body: Uint8Array }[];
  for (let i = 0; i < rows.length;) {
    const { at } = rows[i]!, sum = new Sum();
    for (; i < rows.length && rows[i]!.at === at; i++) {
      const of = new Sum();
      if (!tryAdd(of, rows[i]!.body, only)) continue;
      for (const [id, n] of of.counters) sum.counters.set(id, (sum.counters.get(id) ?? 0) + n);
      for (const [id, gauge] of of.gauges) sum.gauges.set(id, gauge);
      for (const [id, timer] of of.timers) addTimer(sum, id, timer);
      sum.ms = Math.max(sum.ms, of.ms);
    }
    yield { at, sum };
  }
}

/**
 * The finest step that is kept for all of (from, to] and has at most `points` steps in it. Where no step goes back so far, one counts as
 * kept if no coarser one goes back further.
 */
export function stepFor(file: TelemetryFile, from: number, to: number, points: number): Step {
  const fits = (step: Step): boolean => Math.ceil((to - from) / step) <= points;
  return file.read(() => {
    const oldest = steps.map((step) => one<{ at: number | null }>(file.db, 'SELECT min(at) AS at FROM rolls WHERE step = ?', step)!.at);
    for (const [i, step] of steps.entries()) {
      const first = oldest[i] ?? null;
      if (!fits(step) || first === null) continue;
      const reaches = first - step <= from || oldest.slice(i + 1).every((other, j) => other === null || other - steps[i + 1 + j]! >= first - step - steps[i + 1 + j]!);
      if (reaches) return step;
    }
    return steps.find(fits) ?? 3600;
  });
}

function addTimer(sum: Sum, id: number, timer: Histogram): void {
  const known = sum.timers.get(id);
  if (known === undefined) sum.timers.set(id, timer);
  else known.add(timer);
}

function tryAdd(sum: Sum, body: Uint8Array, only?: ReadonlySet<number>): boolean {
  try {
    sum.add(body, only);
    return true;
  } catch {
    return false; // a body that lost its end with the power
  }
}

export type { GaugeSum, Sum };

/** Everything one process has measured until `at` (seconds): its hours, the minutes after them, the seconds after those. */
export function totalsOf(file: TelemetryFile, writer: number, at: number): Sum {
  return file.read(() => {
    const sum = new Sum();
    let from = 0;
    for (const step of [...steps].reverse()) {
      for (const row of all<{ at: number; body: Uint8Array }>(file.db, 'SELECT at, body FROM rolls WHERE step = ? AND at > ? AND at <= ? AND writer = ? ORDER BY at', step, from, at, writer)) {
        tryAdd(sum, row.body);
        from = row.at;
      }
    }
    return sum;
  });
}
