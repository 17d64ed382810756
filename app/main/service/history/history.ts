// A repository's history for collaboration: packed, with its digest, kept by what it depends on. What was read of a log is kept too, so that
// the next head costs its own commits; a head that was forced elsewhere is another order of what is kept, and of what is read anew.
import { createHash } from 'node:crypto';
import type { Oid } from '../../../core/bytes.ts';
import { historySteps, isBeforeItsTime } from '../../../core/collaboration/history.ts';
import { LOG_VERSION, Log } from '../../../core/collaboration/log.ts';
import { Mailmap } from '../../../core/collaboration/mailmap.ts';
import type { History } from '../../../core/collaboration/model.ts';
import { PACKED_VERSION, packHistory } from '../../../core/collaboration/packed.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { HistoryReader } from '../../../core/repository.ts';
import { shallowCommits } from '../../git/log/embedded.ts';
import { type AtHead, atHead } from '../../git/log/head.ts';
import { readLog } from '../../git/log/log.ts';
import { ID_DIGITS } from '../../git/oids.ts';
import type { Kind, LayeredCache } from '../cache/cache.ts';

export interface HistoryAsked {
  readonly signal?: AbortSignal;
  /** what is being done, how far it is, and of how much: null where that is not known */
  readonly progress?: (what: string, done: number, total: number | null) => void;
  /** seconds since the epoch */
  readonly now: number;
  /** of so many commits, the newest, where nothing was read yet and there are twice as many or more */
  readonly newest?: number;
}
/** `digest`: SHA-256 of the bytes, which unpackHistory (core/collaboration/packed.ts) reads; `newest`: of how many commits it is, the newest; null: of all */
export interface PackedHistory { readonly digest: string; readonly bytes: Uint8Array; readonly newest: number | null }

/** Raise it where the same log and head come to mean another history. */
const FOLDED = 1;
/** Of so many commits a part is told first: knowledge fades, so that the newest say most of what all of them do. */
export const NEWEST = 500;
/** A larger log is not kept: reading it again is the smaller evil. Bytes. */
const LARGEST_KEPT = 64 << 20;

const asIs = { encode: (bytes: Uint8Array) => bytes, decode: (bytes: Uint8Array) => bytes };
/** by head, mailmap, and where the repository's history is cut off */
const histories: Kind<Uint8Array> = { name: 'history', sizeOf: (bytes) => bytes.length, disk: asIs };
/** by head, and where it is cut off */
const logs: Kind<Uint8Array> = { name: 'log', sizeOf: (bytes) => bytes.length, disk: asIs };
/** by where it is cut off: the head whose log was kept last. A hint: what it leads to is named by content. */
const heads: Kind<Uint8Array> = { name: 'log head', sizeOf: (bytes) => bytes.length, disk: asIs };

/** The history of `head`, from the cache where it has it. Rejects with `cancelled` soon after the signal. */
export async function historyOf(cache: LayeredCache, reader: HistoryReader, head: Oid, { signal, progress, now, newest }: HistoryAsked): Promise<PackedHistory> {
  const tree = await atHead(reader, head);
  const cuts = shallowCommits(reader.gitDir, ID_DIGITS[reader.objectFormat]).sort();
  const cut = cuts.length === 0 ? '' : ` cut ${sha256(cuts.join('\n')).slice(0, 32)}`;
  const key = `${FOLDED}.${PACKED_VERSION}.${LOG_VERSION} ${head} ${tree.mailmap?.oid ?? 'none'}${cut}`;
  const making = { cache, reader, head, tree, cut, now, progress: progress ?? (() => {}) };
  const work = (stop: AbortSignal): Promise<Made> => make({ ...making, stop });
  const shelf = cache.shelf(histories);
  try {
    const first = newest !== undefined && (shelf.get(key) ?? await shelf.cold(key)) === undefined ? await makePart({ ...making, stop: signal ?? new AbortController().signal }, newest) : null;
    if (first !== null) return { digest: sha256(first), bytes: first, newest: newest! };
    const bytes = await shelf.compute(key, async (stop) => {
      const made = await work(stop);
      // not to be kept: it would be another one later, for the same key
      if (!made.isLasting) throw new Passing(made.bytes);
      return made.bytes;
    }, signal);
    return { digest: sha256(bytes), bytes, newest: null };
  } catch (error) {
    if (error instanceof Passing) return { digest: sha256(error.bytes), bytes: error.bytes, newest: null };
    if (signal?.aborted === true) throw cancelled();
    throw error;
  }
}

/** An answer that must not be kept, on its way past the cache to all who wait for it. */
class Passing extends Error {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) { super('this history is not kept'); this.bytes = bytes; }
}

interface Made { readonly bytes: Uint8Array; readonly isLasting: boolean }
interface Making {
  readonly cache: LayeredCache; readonly reader: HistoryReader; readonly head: Oid; readonly tree: AtHead; readonly cut: string; readonly now: number;
  readonly stop: AbortSignal; readonly progress: NonNullable<HistoryAsked['progress']>;
}

async function make(making: Making): Promise<Made> {
  const { cache, reader, head, cut, now, stop, progress } = making;
  progress('reading the history', 0, null);
  const kept = await keptLog(cache, reader, cut), first = kept.commits > 0 ? null : partOf(cache, reader, head, cut);
  const began = performance.now();
  const { log, lacking } = await readLog(reader, head, first ?? kept, { signal: stop, isPart: first !== null, progress: (done, total) => progress('reading the history', done, total) });
  const wasRead = performance.now() - began, history = await folded(making, log);
  const isLasting = lacking === 0 && history.hasLines && !isBeforeItsTime(log, now);
  if (lacking === 0) keepLog(cache, log, head, cut, wasRead);
  return { bytes: packHistory(history), isLasting };
}

/** Of the newest commits; null where a log was kept, or there are few more. What was read is kept for who reads the rest. */
async function makePart(making: Making, newest: number): Promise<Uint8Array | null> {
  const { cache, reader, head, cut, stop, progress } = making;
  if ((await keptLog(cache, reader, cut)).commits > 0 || (await reader.ancestry(head, { heads: [], has: () => false }, 2 * newest)).commits.length < 2 * newest) return null;
  progress('reading the newest part of the history', 0, newest);
  const began = performance.now(), digits = ID_DIGITS[reader.objectFormat] as 40 | 64;
  // without git's plumbing lines take long, and of many commits they are not counted anyway
  const { log, lacking } = await readLog(reader, head, new Log(digits), { signal: stop, newest, lines: reader.kind === 'native', progress: (done, total) => progress('reading the newest part of the history', done, total) });
  if (lacking === 0 && reader.kind === 'native') cache.shelf(logs).set(partKey(head, cut), log.pack(), performance.now() - began);
  return packHistory(await folded(making, log));
}

async function folded({ head, tree, now, stop, progress }: Making, log: Log): Promise<History> {
  progress('putting the history together', 0, null);
  const steps = historySteps({ log, head, files: tree.files, mailmap: tree.mailmap === null ? null : new Mailmap(tree.mailmap.text), now, survivors: true });
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) {
    await new Promise((resolve) => setImmediate(resolve));
    if (stop.aborted) throw cancelled();
  }
  return step.value;
}

/** The newest commits, where a part was told of them. */
function partOf(cache: LayeredCache, reader: HistoryReader, head: Oid, cut: string): Log | null {
  const bytes = reader.kind === 'native' ? cache.shelf(logs).get(partKey(head, cut)) : undefined;
  return bytes === undefined ? null : unpacked(bytes);
}

/** The one that was kept last, to be added to; a new one where there is none. */
async function keptLog(cache: LayeredCache, reader: HistoryReader, cut: string): Promise<Log> {
  const digits = ID_DIGITS[reader.objectFormat] as 40 | 64;
  const hint = cache.shelf(heads).get(hintKey(cut));
  if (hint !== undefined) {
    const shelf = cache.shelf(logs), key = logKey(Buffer.from(hint).toString('latin1'), cut);
    const bytes = shelf.get(key) ?? await shelf.cold(key);
    const log = bytes === undefined ? null : unpacked(bytes);
    // git counts what was not counted without it
    if (log !== null && log.digits === digits && (log.isCounted || reader.kind === 'embedded')) return log;
  }
  return new Log(digits);
}

/** Null: it is damaged, and as good as none. */
function unpacked(bytes: Uint8Array): Log | null {
  try {
    return Log.unpack(bytes);
  } catch (error) {
    if (!(error instanceof AcumenError)) throw error;
    return null;
  }
}

function keepLog(cache: LayeredCache, log: Log, head: Oid, cut: string, ms: number): void {
  // of what was forced away more is left than of what counts: the next one begins anew
  if (log.heldBytes > 4 * LARGEST_KEPT || log.order(head).length * 2 < log.commits) return;
  const bytes = log.pack();
  if (bytes.length > LARGEST_KEPT) return;
  cache.shelf(logs).set(logKey(head, cut), bytes, ms);
  cache.shelf(heads).set(hintKey(cut), Buffer.from(head, 'latin1'), ms);
}

const hintKey = (cut: string): string => `newest${cut}`;
const logKey = (head: string, cut: string): string => `${LOG_VERSION} ${head}${cut}`;
const partKey = (head: string, cut: string): string => `${logKey(head, cut)} part`;
const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const cancelled = (): AcumenError => new AcumenError('cancelled', 'Reading the history was cancelled.', 'Ask again to go on.');
