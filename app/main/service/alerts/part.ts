// Alerts as part of a process: what they are told, where they keep things, what they may turn.
import type { Monitor } from '../monitor/monitor.ts';
import type { PlatformOptions } from '../platform.ts';
import type { Breakers } from '../pools/breakers.ts';
import { Alerts } from './watcher.ts';

export function openAlerts(monitor: Monitor, breakers: Breakers, { manual = false }: Pick<PlatformOptions, 'manual'>): Alerts {
  const alerts = new Alerts({
    telemetry: monitor,
    keeper: () => monitor.file,
    controls: {
      knobs: () => monitor.knobs(),
      breakers: () => breakers.figures(),
      // one that is not there is not made
      hold: (dependency, reason) => (breakers.figures().some((one) => one.dependency === dependency) ? breakers.breaker(dependency).hold(reason) : null),
    },
    minuteOfDay: (at) => { const date = new Date(at); return date.getHours() * 60 + date.getMinutes(); },
    // a virtual clock has no seconds in which to spend anything
    ...!manual && { spent: () => { const { user, system } = process.threadCpuUsage(); return (user + system) / 1000; } },
  });
  monitor.add(alerts);
  return alerts;
}
