// Planted faults on a day made of the recording: what was told, after how long, and what was told though nothing was wrong. For bench/faults and, in short, tests.
import type { TelemetryEvent } from '../../app/core/telemetry.ts';
import type { Random } from '../random.ts';
import { type Second, slower } from './recording.ts';
import type { Watched } from './watched.ts';

/** Runs so many seconds; `change` makes of a second, by its number from 0, what was planted. Stops when `until` says so. */
export function run(watched: Watched, seconds: Iterator<Second>, n: number, change: (second: Second, i: number) => Second = (second) => second, until: () => boolean = () => false): number {
  for (let i = 0; i < n; i++) {
    watched.second(change(seconds.next().value as Second, i));
    if (until()) return i + 1;
  }
  return n;
}

const told = (watched: Watched, from: number, kind: TelemetryEvent['kind'], about: string): boolean =>
  watched.events.slice(from).some(({ event }) => event.kind === kind && 'metric' in event && event.metric.includes(about));

/** Seconds from the moment an operation takes `factor` times as long until it is reported as a regression; null: not within a minute. */
export function slowdown(watched: Watched, seconds: Iterator<Second>, operation: string, factor: number): number | null {
  const from = watched.events.length;
  const after = run(watched, seconds, 60, (second) => slower(second, operation, factor), () => told(watched, from, 'regression', ` ${operation}`));
  return told(watched, from, 'regression', ` ${operation}`) ? after : null;
}

/** Calm again, until what was reported is resolved and forgotten. */
export function calm(watched: Watched, seconds: Iterator<Second>, random: Random): void {
  run(watched, seconds, 120 + random.below(120));
  run(watched, seconds, 600, undefined, () => watched.alerts.figures().alerts!.every(({ id, state }) => !id.startsWith('regression/') || state === 'resolved'));
}

/** Seconds from a spike (so many seconds at `factor` times) until it is marked; null: not within a minute. */
export function spike(watched: Watched, seconds: Iterator<Second>, operation: string, factor: number, length: number): number | null {
  const from = watched.events.length;
  const isMarked = (): boolean => told(watched, from, 'anomaly', ` ${operation} `);
  const after = run(watched, seconds, 60, (second, i) => (i < length ? slower(second, operation, factor) : second), isMarked);
  return isMarked() ? after : null;
}
