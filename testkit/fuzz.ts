// Fuzz of a live session: frames against the door of a real workspace over an in-process transport. Whatever is sent, each
// frame is answered once, a bad one changes nothing and asks nothing of anybody, and memory stays where it was.
import { channel } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decodeFromService, decodeRequest, decodeResult, requestId } from '../app/contract/decode.ts';
import { decodeFrame } from '../app/contract/frames.ts';
import { limits } from '../app/contract/methods.ts';
import type { Method, Request, Transport } from '../app/contract/methods.ts';
import type { AcuId } from '../app/core/bytes.ts';
import { AcumenError } from '../app/core/errors.ts';
import { pack } from '../app/core/segmentKey.ts';
import { attachSession } from '../app/main/service/session.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { connectReader } from '../app/main/storage/connection.ts';
import { viewDigests } from '../app/main/storage/views.ts';
import { Frames, mutating, read } from './fuzzMessages.ts';
import type { Known, Reading } from './fuzzMessages.ts';
import { hostileMessages } from './hostile/messages.ts';
import { Random } from './random.ts';
import { numbered, smallRepository } from './small.ts';

/** Something got through: what, and how to see it again. */
export class Breach extends Error {}
export const must = (holds: boolean, what: () => string): void => { if (!holds) throw new Breach(what()); };

export interface SessionFigures {
  readonly messages: number; readonly good: number; readonly mutating: number; readonly operations: number; readonly bad: number; readonly unsure: number;
  /** batches with no message that may change anything, each compared whole */
  readonly unchanged: number;
  readonly slowestMs: number;
  /** resident after a collection, at a fifth of the run and at its end */
  readonly startMB: number; readonly endMB: number;
}

/** Faults put in front of the session, each of which must be found: a check that cannot fail proves nothing. */
export const faults = ['lets a field through', 'answers twice', 'does not answer', 'asks another program'] as const;
export type Fault = typeof faults[number];

const BATCH = 200;
/** Without any answer for so long, in milliseconds, something hangs. */
const PATIENCE = { ms: 30_000, withFault: 3000 };

let gc: (() => void) | null = null;
export function residentMB(): number {
  if (gc === null) {
    setFlagsFromString('--expose-gc');
    gc = runInNewContext('gc') as () => void;
  }
  gc();
  gc();
  return Math.round(process.memoryUsage().rss / 1e6);
}

/** Sockets opened, programs started, requests sent by this process while it is watched. */
export function watchRequests(): { readonly seen: string[]; stop(): void } {
  const seen: string[] = [];
  const stops = ['child_process', 'net.client.socket', 'udp.socket', 'http.client.request.start', 'http2.client.stream.created', 'undici:request:create', 'undici:client:beforeConnect'].map((name) => {
    const heard = (): void => { seen.push(name); };
    channel(name).subscribe(heard);
    return () => { channel(name).unsubscribe(heard); };
  });
  return { seen, stop: () => { for (const stop of stops) stop(); } };
}

function makeRepository(at: string): string {
  const repository = smallRepository(at, { 'a.txt': numbered(20), 'b.txt': numbered(20), 'src/c.txt': 'c\n', 'bin': new Uint8Array([0, 1, 2]) });
  for (let n = 0; n < 8; n++) repository.branch(`b${n}`, { 'a.txt': numbered(20, { [1 + (n * 3) % 20]: `change ${n}` }), [`new${n}.txt`]: numbered(30) });
  repository.branch('lower', { 'd.txt': numbered(6) });
  repository.branch('upper', { 'd.txt': numbered(6, { 3: 'upper' }) }, 'lower');
  repository.branch('binary', { bin: new Uint8Array([0, 9]) });
  return repository.path;
}

interface Answered { readonly id: number; readonly code: string | null; readonly ok: unknown }

/** One client, seen from the wire. */
class Wire {
  readonly #patience: number;
  readonly answers: Answered[] = [];
  pushes = 0;
  #toService: (frame: Uint8Array) => void = () => undefined;
  #wake: () => void = () => undefined;
  #closed: (reason: string) => void = () => undefined;

  constructor(patience: number) { this.#patience = patience; }

  readonly transport: Transport = {
    send: (frame) => {
      const message = decodeFromService(decodeFrame(frame));
      if ('push' in message) { this.pushes++; return; }
      this.answers.push('error' in message ? { id: message.id, code: message.error.code, ok: null } : { id: message.id, code: null, ok: message.ok });
      this.#wake();
    },
    onFrame: (listener) => { this.#toService = listener; },
    onClose: (listener) => { this.#closed = listener; },
    close: () => undefined,
  };

  send(frame: Uint8Array): void { this.#toService(frame); }
  close(): void { this.#closed('closed'); }

  /** Resolves when there are `count` answers; a Breach where none comes any more. */
  async until(count: number, what: () => string): Promise<void> {
    while (this.answers.length < count) {
      const before = this.answers.length;
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Breach(`${what()}: ${count - before} of ${count} messages were not answered`)), this.#patience);
        this.#wake = () => { clearTimeout(late); resolve(); };
      });
    }
  }
}

/** Everything a message could change. */
async function image(workspace: Workspace, store: string, repository: () => Promise<string>): Promise<string> {
  const state = await workspace.store.state();
  const db = connectReader(store, 5000);
  try {
    return JSON.stringify([await workspace.store.head(), viewDigests(db), Buffer.from(pack(state)).toString('base64').length, state.composition, workspace.view.head, workspace.engine.digest, await repository()]);
  } finally {
    db.close();
  }
}

export async function fuzzSession(folder: string, count: number, seed: number, fault: Fault | null = null): Promise<SessionFigures> {
  const random = new Random(seed);
  const path = makeRepository(join(folder, 'repository'));
  const store = join(folder, 'store');
  const workspace = await Workspace.open(store, { env: {}, git: 'embedded', clock: { now: () => 1_750_000_000_000, offset: () => 0 } });
  const rejected: unknown[] = [];
  const onRejection = (reason: unknown): void => { rejected.push(reason); };
  process.on('unhandledRejection', onRejection);
  const watched = watchRequests();
  try {
    await workspace.call('import', { ticket: 'first', path, base: null, refs: [], grain: 'branch' });
    const wire = new Wire(fault === null ? PATIENCE.ms : PATIENCE.withFault);
    attachSession(workspace, fault === null ? wire.transport : faulty(wire.transport, fault, workspace.engine.acus[0]!.id));
    const known: Known = {
      acus: workspace.engine.acus.map(({ id }) => id), paths: [...new Set(workspace.engine.acus.flatMap(({ paths }) => paths))], tickets: ['one', 'two', 'three'],
    };
    const frames = new Frames(random, known);
    const refs = async (): Promise<string> => JSON.stringify(await (await workspace.repository()).refs());
    const figures = { messages: 0, good: 0, mutating: 0, operations: 0, bad: 0, unsure: 0, unchanged: 0, slowestMs: 0, startMB: 0, endMB: 0 };
    const tables = hostileMessages.map(({ frame }) => frame);
    let before = await image(workspace, store, refs);

    while (figures.messages < count) {
      const size = Math.min(BATCH, count - figures.messages);
      const where = (): string => `seed ${seed}, messages ${figures.messages} to ${figures.messages + size}`;
      const readings: Reading[] = [];
      const batch = Array.from({ length: size }, (_, i) => (figures.messages + i < tables.length ? tables[figures.messages + i]!() : frames.next()));
      // Every other batch holds nothing that may change anything: after it all must be as it was.
      const quiet = random.chance(0.5);
      wire.answers.length = 0;
      let sent = 0;
      for (const frame of batch) {
        const reading = read(frame);
        if (reading.kind === 'good' && (reading.method === 'fsck' || mutating.has(reading.method)) && (quiet || reading.method === 'fsck') && random.chance(quiet ? 1 : 0.8)) continue;
        if (quiet && reading.kind === 'unsure') continue;
        readings.push(reading);
        const start = performance.now();
        wire.send(frame);
        figures.slowestMs = Math.max(figures.slowestMs, performance.now() - start);
        sent++;
        // A window has a dozen requests under way; more than the door admits are refused, which is looked at elsewhere.
        if (sent % 50 === 0) { wire.send(resume); sent++; readings.push(read(resume)); await wire.until(sent, where); }
      }
      // A queue that was told to wait is let go, so that everything asked is answered.
      wire.send(resume);
      readings.push(read(resume));
      sent++;
      await wire.until(sent, where);
      await new Promise((resolve) => { setImmediate(resolve); });
      compare(readings, wire.answers, where());
      must(rejected.length === 0, () => `${where()}: a rejection nobody handled: ${String(rejected[0])}`);
      must(watched.seen.length === 0, () => `${where()}: ${watched.seen[0]} was used`);

      const changing = readings.filter((x) => x.kind === 'unsure' || (x.kind === 'good' && mutating.has(x.method))).length;
      const operations = workspace.view.head.operation;
      const after = await image(workspace, store, refs);
      if (changing === 0) {
        must(after === before, () => `${where()}: something changed, and nothing that was sent may change anything`);
        figures.unchanged++;
      }
      figures.operations += operations - (JSON.parse(before) as [{ operation: number }])[0].operation;
      before = after;
      for (const reading of readings) {
        figures[reading.kind]++;
        if (reading.kind === 'good' && mutating.has(reading.method)) figures.mutating++;
      }
      must(figures.operations <= figures.mutating + figures.unsure, () => `${where()}: ${figures.operations} operations from ${figures.mutating} messages that may make one`);
      figures.messages += size;
      if (figures.startMB === 0 && figures.messages >= count / 5) figures.startMB = residentMB();
    }
    figures.endMB = residentMB();
    // A client that goes with everything under way leaves nothing behind that answers or throws.
    wire.close();
    for (let n = 0; n < 20; n++) wire.send(frames.next());
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    must(rejected.length === 0, () => `seed ${seed}: after the client had gone, a rejection nobody handled: ${String(rejected[0])}`);
    return figures;
  } finally {
    watched.stop();
    workspace.call('pause', { paused: false }).catch(() => undefined);
    await workspace.close();
    process.off('unhandledRejection', onRejection);
  }
}

const resume = Buffer.from('83a26964cd7531a66d6574686f64a57061757365a6706172616d7381a6706175736564c2', 'hex');

/** Each message one answer, under its id where one can be read; bad ones refused as such, good ones not. */
function compare(readings: readonly Reading[], answers: readonly Answered[], where: string): void {
  must(answers.length === readings.length, () => `${where}: ${readings.length} messages, ${answers.length} answers`);
  const open = new Map<number, { kind: Reading['kind']; method: string }[]>();
  for (const reading of readings) {
    const id = reading.kind === 'unsure' ? -1 : (reading.id ?? 0) + 0;
    open.set(id, [...open.get(id) ?? [], { kind: reading.kind, method: reading.kind === 'good' ? reading.method : '' }]);
  }
  // Whose answer it is can be told only where one message has that id, and where no message has an id that cannot be read.
  const alone = new Set([...open].filter(([id, asked]) => id !== -1 && asked.length === 1 && !open.has(-1)).map(([id]) => id));
  for (const { id, code, ok } of answers) {
    const asked = open.get(id) ?? [], refused = code === 'bad-message';
    // Of messages with one id, the answer is to one whose kind it fits.
    let at = asked.findIndex(({ kind }) => (kind === 'bad') === refused);
    if (at < 0 && refused) at = asked.findIndex(({ method }) => ticketed.has(method)); // its ticket is under way already
    const list = at >= 0 ? asked : open.get(-1) ?? [];
    const found = list.splice(Math.max(0, at), 1)[0];
    must(found !== undefined, () => `${where}: an answer ${code ?? 'ok'} to ${id}, where ${asked.length === 0 ? 'nothing was asked' : `${asked[0]!.kind} ${asked[0]!.method} was`}`);
    must(code !== 'bug', () => `${where}: a bug was answered to ${found!.method}`);
    if (found!.kind === 'good' && code === null && alone.has(id)) decodeResult(found!.method as Method, ok);
  }
}
const ticketed: ReadonlySet<string> = new Set(['import', 'compose', 'add', 'remove', 'writeBranch', 'undo', 'redo', 'keepOpen', 'decide', 'fsck', 'history', 'collaborate', 'suggest']);

function faulty(transport: Transport, fault: Fault, acu: AcuId): Transport {
  let n = 0;
  return {
    ...transport,
    onFrame(listener) {
      transport.onFrame((frame) => {
        n++;
        if (n < 100) { listener(frame); return; }
        if (fault === 'does not answer' && n % 97 === 0) return;
        if (fault === 'asks another program' && n === 150) channel('child_process').publish({});
        // as if the door took a bad message for a composition
        if (fault === 'lets a field through' && read(frame).kind === 'bad') { listener(composition(n, acu)); return; }
        listener(frame);
      });
    },
    send(frame) {
      transport.send(frame);
      if (fault === 'answers twice' && n > 100 && n % 53 === 0) transport.send(frame);
    },
  };
}

function composition(n: number, acu: AcuId): Uint8Array {
  const ticket = `x${String(n).padStart(9, '0')}`;
  return Buffer.concat([Buffer.from('83a26964cd7531a66d6574686f64a7636f6d706f7365a6706172616d7382a46163757391d940', 'hex'), Buffer.from(acu), Buffer.from('a67469636b6574aa', 'hex'), Buffer.from(ticket)]);
}

/** The door alone against its twin, frame by frame: many more than a session takes. Answers how many were what. */
export function fuzzDoor(count: number, seed: number): { good: number; bad: number; unsure: number } {
  const random = new Random(seed);
  const frames = new Frames(random, { acus: Array.from({ length: 20 }, () => random.hex(64)), paths: ['a', 'src/é.ts'], tickets: ['one', 'two'] });
  const figures = { good: 0, bad: 0, unsure: 0 };
  for (let n = 0; n < count; n++) {
    const frame = frames.next(), reading = read(frame);
    let id: number | null = null, said: Request | null = null;
    try {
      const value = decodeFrame(frame, limits.requestBytes);
      id = requestId(value);
      said = decodeRequest(value);
    } catch (error) {
      must(error instanceof AcumenError && error.code === 'bad-message', () => `seed ${seed}, frame ${n}: ${String(error)} from ${Buffer.from(frame).toString('hex')}`);
    }
    figures[reading.kind]++;
    if (reading.kind === 'unsure') continue;
    must((said !== null) === (reading.kind === 'good') && (id ?? -1) + 0 === (reading.id ?? -1) + 0 && (reading.kind === 'bad' || said!.method === reading.method),
      () => `seed ${seed}, frame ${n}: the door reads ${said?.method ?? 'a bad message'} ${id}, its twin ${reading.kind} ${reading.id}, in ${Buffer.from(frame).toString('hex').slice(0, 2000)}`);
  }
  return figures;
}
