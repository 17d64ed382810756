// Trials that were run (bench verb `trial`): kept by name in FILE.telemetry, the newest few.
import { decodeFrame, encodeFrame } from '../../../contract/frames.ts';
import type { Trial } from '../../../contract/performance.ts';
import type { TelemetryFile } from '../../storage/telemetry/file.ts';

const MOST_KEPT = 50;
const PREFIX = 'trial/';
const named = ({ at, id }: Trial): string => `${PREFIX}${String(at).padStart(16, '0')}/${id}`;

/** The newest first. */
export function readTrials(file: TelemetryFile): Trial[] {
  return file.keptNames(PREFIX).reverse().flatMap((name) => {
    const kept = file.kept(name);
    return kept === null ? [] : [decodeFrame(kept.body) as Trial];
  });
}

export function keepTrial(file: TelemetryFile, trial: Trial): boolean {
  for (const old of file.keptNames(PREFIX).slice(0, -(MOST_KEPT - 1))) file.forget(old);
  return file.keep(named(trial), trial.at, encodeFrame(trial));
}
