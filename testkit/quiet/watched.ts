// Alerts fed by seconds of a recording on a virtual clock, through a real monitor and its roll-ups: registry → second → file → parts.
import type { StatsReport } from '../../app/contract/performance.ts';
import type { TelemetryEvent } from '../../app/core/telemetry.ts';
import { Alerts, type AlertsOptions } from '../../app/main/service/alerts/watcher.ts';
import { Monitor } from '../../app/main/service/monitor/monitor.ts';
import { COMMIT, COMMIT_WORK, REFERENCE, type Second, workOf } from './recording.ts';

export class Watched {
  readonly monitor: Monitor;
  readonly alerts: Alerts;
  readonly events: { readonly at: number; readonly event: TelemetryEvent }[] = [];
  /** ms: the end of the last second */
  now: number;

  constructor(store: string, start: number, options: Partial<AlertsOptions> = {}) {
    this.now = start;
    this.monitor = Monitor.open({ store, what: 'test', clock: { now: () => this.now }, manual: true });
    this.monitor.listener = (event) => { this.events.push({ at: this.now, event }); };
    this.alerts = new Alerts({ telemetry: this.monitor, keeper: () => this.monitor.file, controls: { knobs: () => [], breakers: () => [], hold: () => null }, ...options });
    this.monitor.add(this.alerts);
  }

  second({ requests, delayUs, rss, heapUsed }: Second, more?: (monitor: Monitor) => void): void {
    const { monitor } = this;
    for (const asked of requests) {
      const [name, us, waited] = asked;
      const timer = name === COMMIT ? monitor.timer('acumen_commit_seconds') : name === COMMIT_WORK ? monitor.timer('acumen_commit_work_seconds') : name.startsWith(REFERENCE) ? monitor.timer('acumen_reference_seconds', name.slice(REFERENCE.length)) : monitor.timer('acumen_operation_seconds', name);
      timer.record(us / 1e6);
      if (waited !== undefined) monitor.timer('acumen_operation_work_seconds', name).record(workOf(asked) / 1e6);
    }
    monitor.timer('acumen_event_loop_delay_seconds').record(delayUs / 1e6);
    monitor.gauge('acumen_memory_usage_bytes', 'rss').set(rss);
    monitor.gauge('acumen_memory_usage_bytes', 'heapUsed').set(heapUsed);
    more?.(monitor);
    this.now += 1000;
    monitor.second(this.now);
  }

  report(): StatsReport { return this.monitor.report(); }
  close(): Promise<void> { return this.monitor.close(); }
}
