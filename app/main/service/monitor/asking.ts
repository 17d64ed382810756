// What another process left of its figures, for the command line: read from FILE.telemetry, nothing made and nothing written.
import type { StatsReport } from '../../../contract/performance.ts';
import { AcumenError } from '../../../core/errors.ts';
import { TelemetryFile, telemetryPath } from '../../storage/telemetry/file.ts';
import { readPrometheus } from './prometheus.ts';
import { readReport } from './report.ts';

/** `at` in milliseconds since the epoch; null: the newest second. */
export function askReport(store: string, at: number | null): StatsReport { return asked(store, at, readReport); }
export function askPrometheus(store: string, at: number | null): string { return asked(store, at, readPrometheus); }

function asked<T>(store: string, at: number | null, read: (file: TelemetryFile, at: number | null) => T | null): T {
  const file = TelemetryFile.open(telemetryPath(store));
  try {
    const found = file === null ? null : read(file, at);
    if (found !== null) return found;
  } finally {
    file?.close();
  }
  throw at === null ? new AcumenError('usage', 'Nothing has been measured of this workspace yet.', 'Run `acumen serve` or `acumen open`; figures are there after a second.', { store })
    : new AcumenError('usage', 'No figures are kept of that time or before it.', 'Leave --at out for the newest ones.', { store, at });
}
