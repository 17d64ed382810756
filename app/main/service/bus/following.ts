// The telemetry log of a store for whoever reads along, in the order of writing: what was there, then what every process that writes it adds.
// A reader with a name goes on where it stopped: each event once more at most, if it ended between writing and noting that.
import { setTimeout as sleep } from 'node:timers/promises';
import { AcumenError } from '../../../core/errors.ts';
import { type Checkpoint, type Numbered, batched, resumed } from '../../../core/bus/pipeline.ts';
import { TelemetryFile, telemetryPath } from '../../storage/telemetry/file.ts';
import { type LogQuery, type LoggedEvent, Segments } from '../../storage/telemetry/segments.ts';

export interface Following {
  readonly store: string;
  readonly query: LogQuery;
  /** until `signal`; else until the end of what is there */
  readonly follow: boolean;
  /** whose place is noted in the file; null: from the beginning */
  readonly reader: string | null;
  readonly write: (events: readonly LoggedEvent[]) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Milliseconds between looks at the file; processes write it once a second. */
const LOOK = 250;
/** Events written at once, and milliseconds that the first of them waits for others. */
const BATCH = { size: 512, ms: 50 } as const;

/** How many events there were. */
export async function followEvents({ store, query, follow, reader, write, signal }: Following): Promise<number> {
  const path = telemetryPath(store);
  // what nobody wrote is not made
  let file = open(path, null);
  if (file === null) throw new AcumenError('usage', 'Nothing has been measured of this workspace yet.', 'Run `acumen serve` or `acumen open`; events are there after a second.', { store });
  if (reader !== null) {
    file.close();
    file = open(path, reader)!;
  }
  const name = `reader ${reader}`;
  let place = 0;
  const checkpoint: Checkpoint = {
    read: () => {
      const kept = reader === null ? null : file!.kept(name);
      return kept === null ? 0 : new DataView(kept.body.buffer, kept.body.byteOffset).getFloat64(0, true);
    },
    write: async (seq) => {
      place = seq;
      if (reader === null) return;
      const body = new Uint8Array(8);
      new DataView(body.buffer).setFloat64(0, seq, true);
      while (!file!.keep(name, Date.now(), body) && !signal.aborted) await sleep(LOOK);
    },
  };
  const source = async function* (after: number): AsyncGenerator<Numbered<LoggedEvent>, void> {
    let at = after;
    for (;;) {
      for (const event of new Segments(file!).replay(query, at)) {
        at = event.seq;
        yield { seq: at, value: event };
        if (signal.aborted) return;
      }
      if (!follow) return;
      await sleep(LOOK, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      // somebody deleted it: the next one counts from the beginning; the old one's events have all been read
      if (file!.isInPlace || place < at) continue;
      const next = open(path, reader);
      if (next === null) continue;
      file!.close();
      file = next;
      at = 0;
    }
  };
  try {
    return await resumed(source, (events) => batched(events, BATCH.size, BATCH.ms, timer), (batch) => write(batch.map(({ value }) => value)), checkpoint, () => signal.aborted);
  } finally {
    file.close();
  }
}

function open(path: string, reader: string | null): TelemetryFile | null {
  return reader === null ? TelemetryFile.open(path) : TelemetryFile.open(path, { writer: `reader ${reader}` });
}

function timer(ms: number): { readonly over: Promise<void>; stop(): void } {
  const { promise, resolve } = Promise.withResolvers<void>(), running = setTimeout(resolve, ms);
  return { over: promise, stop: () => clearTimeout(running) };
}
