// The bus and the telemetry log as a part of the platform: hears what the monitor is told, and has it in the file by the end of each second.
import type { Monitor } from '../monitor/monitor.ts';
import { EventBus } from './bus.ts';
import { TelemetryLog } from './log.ts';

/** `now` in milliseconds since the epoch. */
export function openBus(monitor: Monitor, now: () => number): EventBus {
  const bus = new EventBus({ now, telemetry: monitor });
  const log = new TelemetryLog(bus, () => monitor.file, now);
  monitor.listener = (event, lane) => { bus.tell(event, lane); };
  monitor.add({
    name: 'bus',
    figures: () => ({ lanes: bus.figures() }),
    knobs: () => bus.knobs(),
    second: () => { log.flush(); },
    close: () => { log.close(); bus.close(); },
  });
  return bus;
}
