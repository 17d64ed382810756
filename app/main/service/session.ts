// One client of a workspace over any transport: every frame decoded at the door, every request answered once and by its deadline, every push
// sent. What many clients get is encoded once.
import { decodeRequest, requestId } from '../../contract/decode.ts';
import { decodeFrame, encodeAnswer, encodeFrame, toAcumenError, toWireError } from '../../contract/frames.ts';
import { limits } from '../../contract/methods.ts';
import type { Method, Methods, Push, Request, Transport } from '../../contract/methods.ts';
import { AcumenError } from '../../core/errors.ts';
import { encodedAnswer } from './answers.ts';
import { Deadlines, deadlineOf } from './deadlines.ts';
import type { Trace } from './monitor/spans.ts';
import { type Timing, outcomeOf } from './monitor/timing.ts';
import { Admission } from './pools/admission.ts';

/** Who asks, and by when the answer is to be there: milliseconds of `performance.now()`, infinite where it may take its time. */
export interface Asked {
  readonly client: number;
  readonly deadline: number;
  /** whoever asks times it (monitor/timing.ts), and follows it or (null) does not; left out: what serves times it */
  readonly trace?: Trace | null;
}

/** What a session serves: a workspace. */
export interface Service {
  call<M extends Method>(method: M, params: Methods[M]['params'], asked?: Asked): Promise<Methods[M]['result']>;
  /** answers what ends the subscription */
  subscribe(listener: (push: Push) => void): () => void;
  /** the same for the figures of each second, which only those hear who asked for them */
  watch?(listener: (push: Push) => void): () => void;
  /** of its process; without one each client has limits of its own alone */
  readonly admission?: Admission | null;
  /** of its process; without one nobody measures */
  readonly timing?: Timing | null;
}

/** Those that end what others take: let in whatever else is under way. */
const always: ReadonlySet<Method> = new Set<Method>(['cancel', 'pause']);

/** All sessions of a process share the timer of their deadlines. */
const shared = new Deadlines();
let clients = 0;

/** Pushes go to every client: as frames. */
const frames = new WeakMap<Push, Uint8Array>();

export function attachSession(service: Service, transport: Transport, deadlines: Deadlines = shared): void {
  const client = ++clients;
  const gateway = (service.admission ?? new Admission()).client(), timing = service.timing ?? null;
  const send = (frame: Uint8Array): void => {
    if (frame.length <= limits.frameBytes) { transport.send(frame); return; }
    throw new AcumenError('too-large', 'The answer is too large to send.', 'Import fewer refs with --refs.', { bytes: frame.length });
  };
  const fail = (id: number, error: unknown): void => { transport.send(encodeFrame({ id, error: toWireError(error) })); };

  const tell = (push: Push): void => {
    let frame = frames.get(push);
    if (frame === undefined) frames.set(push, frame = encodeFrame(push));
    // a push too large to send is an epoch that the client will miss, and fetch
    try { send(frame); } catch (error) { if (!(error instanceof AcumenError)) throw error; }
  };
  const unsubscribe = service.subscribe(tell);
  let unwatch: (() => void) | undefined, isGone = false;
  const watch = (on: boolean): void => {
    unwatch?.();
    unwatch = on && !isGone ? service.watch?.(tell) : undefined;
  };
  transport.onClose(() => { isGone = true; unsubscribe(); watch(false); gateway.leave(); });

  async function answer({ id, method, params, within }: Request): Promise<void> {
    let admitted: (() => void) | undefined;
    try {
      admitted = always.has(method) ? undefined : gateway.admit();
    } catch (error) {
      fail(id, error);
      return;
    }
    let isLate = false, isAnswered = false;
    const patience = within ?? deadlineOf(method), start = deadlines.now(), deadline = start + patience;
    const done = deadlines.watch(deadline, () => {
      isLate = true;
      // Of a change its client must know what became of it: what still waits is taken out, what is under way says so itself.
      if ('ticket' in params) { if (method !== 'cancel') service.call('cancel', { ticket: params.ticket }).catch(() => undefined); return; }
      isAnswered = true;
      fail(id, tooLate(method, patience));
    });
    const trace = timing?.begin(method, params);
    let isServed = false;
    try {
      const ok = await service.call(method, params, trace === undefined ? { client, deadline } : { client, deadline, trace });
      isServed = true;
      // heard before whoever asked hears it: they may ask again at once
      if (trace !== undefined) timing!.end(method, params, trace, start, deadlines.now(), deadline);
      if (method === 'watch') watch(params.on);
      if (!isAnswered) send(encodeAnswer(id, ok, encodedAnswer(ok)));
    } catch (error) {
      if (trace !== undefined && !isServed) timing!.end(method, params, trace, start, deadlines.now(), deadline, outcomeOf(error));
      if (!isAnswered) fail(id, isLate && toAcumenError(error).code === 'cancelled' ? tooLate(method, patience) : error);
    } finally {
      done();
      admitted?.();
    }
  }

  transport.onFrame((frame) => {
    let id = 0;
    let request;
    try {
      const value = decodeFrame(frame, limits.requestBytes);
      id = requestId(value) ?? 0;
      request = decodeRequest(value);
    } catch (error) {
      fail(id, error);
      return;
    }
    void answer(request);
  });
}

function tooLate(method: Method, within: number): AcumenError {
  return new AcumenError('late', `This was not answered within ${within < 1000 ? `${within} ms` : `${within / 1000} s`}; nothing was changed.`, 'Try again; if it happens often, look at the performance console.', { method, within });
}
