// A recording of the real service (record.ts) as a small file, and days made of it: blocks of it in random order keep what seconds next to each other
// have to do with each other (Künsch, "The jackknife and the bootstrap for general stationary observations", 1989). Faults are planted as times that are multiplied.
import { readFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { Random } from '../random.ts';

/** What the name of a fixed reference begins with (monitor/pace.ts), in place of an operation's. */
export const REFERENCE = '~';
/** The names of the store's commits (`acumen_commit_seconds`), and of what comes before the disk in those of one operation (`acumen_commit_work_seconds`). */
export const COMMIT = '#commit', COMMIT_WORK = '#work';
/** In place of an operation's name, too: a series of the process. */
export const isSeries = (name: string): boolean => name.startsWith('#') || name.startsWith(REFERENCE);
/** One request: microseconds from it to its answer, and of those that it waited for the store to commit, where that is known. */
export type Asked = readonly [operation: string, us: number, waited?: number];
/** The rest. */
export const workOf = ([, us, waited = 0]: Asked): number => us - waited;
/** Requests that end with a commit of their own: record.ts asks for one after the other. */
const CHANGES: ReadonlySet<string> = new Set(['compose', 'undo']);

/** One second. Times in microseconds, by operation or reference; those that were refused are left out. */
export interface Second { readonly requests: readonly Asked[]; readonly delayUs: number; readonly cpuUs: number; readonly rss: number; readonly heapUsed: number }

/** Lines of record.ts → a file: a line of operations' names, then one of numbers for each second. */
export function pack(lines: string): Uint8Array {
  const seconds = lines.trim().split('\n').map((line) => JSON.parse(line) as Second);
  const names = [...new Set(seconds.flatMap(({ requests }) => requests.map(([name]) => name)))].filter((name) => !name.startsWith('!'));
  const rows = seconds.map(({ requests, delayUs, cpuUs, rss, heapUsed }) => [
    0, delayUs, cpuUs, Math.round(rss / 2 ** 20), Math.round(heapUsed / 2 ** 20), ...requests.flatMap(([name, us]) => (names.includes(name) ? [names.indexOf(name), us] : [])),
  ].join(' '));
  return brotliCompressSync(Buffer.from([names.join(' '), ...rows].join('\n')), { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } });
}

export function unpack(bytes: Uint8Array): Second[] {
  const [first, ...rows] = brotliDecompressSync(bytes).toString().split('\n');
  const names = first!.split(' ');
  /** of the commit that no change has answered for yet */
  let commit: number | undefined;
  return rows.map((row) => {
    const [, delayUs, cpuUs, rss, heapUsed, ...rest] = row.split(' ').map(Number) as [number, number, number, number, number, ...number[]];
    const requests = Array.from({ length: rest.length / 2 }, (_, i): Asked => {
      const name = names[rest[2 * i]!]!, us = rest[2 * i + 1]!, waited = commit;
      if (name === COMMIT) commit = us;
      if (waited === undefined || !CHANGES.has(name)) return [name, us];
      commit = undefined;
      return [name, us, Math.min(waited, us)];
    });
    return { requests, delayUs, cpuUs, rss: rss * 2 ** 20, heapUsed: heapUsed * 2 ** 20 };
  });
}

/**
 * An hour by its name: `steady`, of the present service, each operation asked often enough and with the store's commits, at real-time priority, while others kept both cores and the disk busy
 * all the while; `referred`, of the one before it with its references, while others kept both cores busy (load 5 to 24); `later`, of the one before it, without, as busy;
 * `hour`, of one long before, to whole microseconds, when asking for the log took longer with each operation.
 */
export function quietHour(name: 'steady' | 'referred' | 'later' | 'hour'): Second[] { return unpack(readFileSync(new URL(`${name}.br`, import.meta.url))); }

/** Seconds without end: blocks of the recording, each from a random place, round its end. */
export function* resampled(recording: readonly Second[], seed: number, block = 300): Generator<Second> {
  const random = new Random(seed);
  for (;;) {
    for (let i = 0, at = random.below(recording.length); i < block; i++) yield recording[(at + i) % recording.length]!;
  }
}

/** What it takes longer is its own work's: a store that takes longer is told of by its commits. */
export function slower(second: Second, operation: string, factor: number): Second {
  return { ...second, requests: second.requests.map((asked) => (asked[0] === operation ? [operation, asked[1] * factor, asked[2]] : asked)) };
}
