// The calling thread's end of the writer: numbers the calls, keeps who waits for which answer, and lets nobody wait for a
// thread that is gone. Where threads come from is spare.ts's.
import type { Worker } from 'node:worker_threads';
import { AcumenError } from '../../core/errors.ts';
import { fromPlain, type Answers, type Call, type FromWriter, type Opening, type Request, type ToWriter } from './protocol.ts';
import { Encoder } from './frames.ts';
import { takeThread } from './spare.ts';
import type { Head } from './store.ts';

interface Waiting { readonly resolve: (answer: never) => void; readonly reject: (error: Error) => void }

export function died(cause: unknown): AcumenError {
  return new AcumenError('worker-died', "The store's thread ended unexpectedly.", 'Open the workspace again; what was acknowledged is stored.', {}, { cause });
}

/** Bytes of a turn that do not wait for its end: the writer has work meanwhile. */
const SOON = 1 << 16;

export class Writer {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  readonly #ids = new WeakMap<Promise<unknown>, number>();
  /** calls of this turn: they cross in one message, or in several where they are of many bytes */
  #turn: { readonly requests: Request[]; readonly moved: ArrayBuffer[] } | null = null;
  /** where frames of calls that have not crossed are written: they do in one piece */
  readonly frames = new Encoder();
  #gone: AcumenError | null = null;
  /** hears of each commit before those who wait for it do */
  onCommit: (before: Head, after: Head) => void = () => {};
  /** hears how long each took, in milliseconds, how many operations it held, and how many of the milliseconds went before the disk was waited for */
  readonly onTime = new Set<(ms: number, operations: number, work: number) => void>();

  readonly #ready = Promise.withResolvers<void>();

  constructor(opening: Opening) {
    this.#worker = takeThread();
    this.#worker.on('message', (message: FromWriter) => this.#hear(message));
    this.#worker.on('error', (error) => this.#end(died(error)));
    this.#worker.on('messageerror', (error) => this.#end(died(error)));
    this.#worker.on('exit', () => this.#end(died(null)));
    // Whoever calls hears of it.
    this.ready.catch(() => undefined);
    this.#worker.postMessage({ open: opening } satisfies ToWriter);
  }

  /** resolves when the file is open and of the newest format; calls need not wait for it */
  get ready(): Promise<void> { return this.#ready.promise; }

  /** Whether an answer is outstanding. */
  get busy(): boolean { return this.#waiting.size > 0; }

  call<C extends Call>(call: C, moved: readonly ArrayBufferView[] = []): Promise<Answers[C['call']]> {
    if (this.#gone !== null) return Promise.reject(this.#gone);
    const id = this.#next++;
    const answer = new Promise<Answers[C['call']]>((resolve, reject) => {
      const request: Request = { ...call, id };
      this.#waiting.set(id, { resolve, reject });
      if (this.#turn === null) {
        this.#turn = { requests: [], moved: [] };
        queueMicrotask(() => this.#send());
      }
      this.#turn.requests.push(request);
      for (const bytes of moved) this.#turn.moved.push(bytes.buffer as ArrayBuffer);
      if (this.frames.length >= SOON) this.#send();
    });
    this.#ids.set(answer, id);
    return answer;
  }

  /** Which call was answered so; 0 for what is none of ours, or never went out. */
  idOf(answer: Promise<unknown>): number { return this.#ids.get(answer) ?? 0; }

  #send(): void {
    if (this.#turn === null) return;
    const { requests, moved } = this.#turn;
    this.#turn = null;
    const bytes = this.frames.take();
    this.#worker.postMessage({ requests, bytes } satisfies ToWriter, [bytes.buffer, ...moved]);
  }

  /** After everything called so far: the file is let go of. */
  async stop(): Promise<void> {
    if (this.#gone === null) await this.call({ call: 'close' });
  }

  #hear(message: FromWriter): void {
    if (message.kind === 'ready') this.#ready.resolve();
    if (message.kind === 'failed') this.#end(fromPlain(message.error));
    if (message.kind !== 'committed') return;
    this.onCommit(message.before, message.after);
    const { took } = message;
    if (took !== null) for (const listener of this.onTime) listener(took.ms, message.after.operation - message.before.operation, took.work);
    for (const answer of message.answers) {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('error' in answer) waiting?.reject(fromPlain(answer.error));
      else waiting?.resolve(answer.ok as never);
    }
  }

  #end(error: AcumenError): void {
    this.#gone ??= error;
    this.#ready.reject(this.#gone);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(this.#gone);
  }
}
