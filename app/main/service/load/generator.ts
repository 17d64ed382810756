// The load generator: simulated clients that send requests at a stated rate for a stated time to a workspace of their own, on a scratch copy of the
// repository (scratch.ts). Open loop: what is due is sent whether or not earlier requests were answered, as many people would. What is
// measured is measured by the engine itself; this file only counts.
import { randomUUID } from 'node:crypto';
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { cancelled, toAcumenError } from '../../../contract/frames.ts';
import type { Method, Methods } from '../../../contract/methods.ts';
import type { LoadRequest, LoadState } from '../../../contract/performance.ts';
import { deadlineOf } from '../deadlines.ts';
import { makeScratch, type Scratch } from './scratch.ts';

/** The part of a workspace that load is put on. */
export interface Target {
  call<M extends Method>(method: M, params: Methods[M]['params'], asked?: { readonly client: number; readonly deadline: number }): Promise<Methods[M]['result']>;
  close(): Promise<void>;
}

export interface LoadOptions {
  /** the person's store: only its name is used, for where the copy goes */
  readonly store: string;
  /** the common git directory of the person's repository, and how it was imported; null: nothing is imported yet */
  readonly source: () => { readonly gitDir: string; readonly base: string; readonly refs: readonly string[]; readonly grain: Methods['import']['params']['grain'] } | null;
  /** Opens a workspace on a store that is not there yet. */
  readonly open: (store: string) => Promise<Target>;
  readonly tell: (state: LoadState) => void;
  /** requests a second that are meant to be sent from now on; null: none any more */
  readonly intend: (perSecond: number | null) => void;
  readonly now: () => number;
}

/** Milliseconds between looks at what is due. */
const TICK = 10;
/** Requests under way at once, beyond which what is due is refused here: more would measure only this queue. */
const MAX_UNDER_WAY = 1024;
/** Most ACUs of a set that is composed. */
const MOST = 24;
/** ACUs asked for at a time. */
const PAGE = 500;
const SECOND = 1000;

const idle: LoadState = { state: 'idle', rate: 0, seconds: 0, startedAt: null, endsAt: null, sent: 0, answered: 0, refused: 0, failed: 0, perSecond: null, bytes: 0, why: null };

export class LoadGenerator {
  readonly #options: LoadOptions;
  #state: LoadState = idle;
  #stop: AbortController | null = null;
  #run: Promise<void> = Promise.resolve();

  constructor(options: LoadOptions) { this.#options = options; }

  async call(request: LoadRequest): Promise<LoadState> {
    if (request.action === 'stop') { this.#stop?.abort(); await this.#run; }
    if (request.action === 'start') this.#start(request.rate, request.seconds);
    return this.#state;
  }

  /** Stops what runs and resolves when the copy is gone. */
  async close(): Promise<void> {
    this.#stop?.abort();
    await this.#run;
  }

  #set(change: Partial<LoadState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.tell(this.#state);
  }

  #start(rate: number, seconds: number): void {
    if (this.#stop !== null) throw new AcumenError('usage', 'Load is running already.', 'Stop it first.');
    const source = this.#options.source();
    if (source === null) throw new AcumenError('usage', 'Nothing has been imported yet, so there is nothing to put load on.', 'Import a repository first.');
    const stop = this.#stop = new AbortController();
    this.#set({ ...idle, state: 'preparing', rate, seconds });
    this.#run = this.#whole(source, stop.signal)
      .then(() => null, (error: unknown) => toAcumenError(error))
      .then((error) => {
        this.#stop = null;
        this.#set({ state: 'idle', bytes: 0, perSecond: null, why: error === null ? null : error.code === 'cancelled' ? 'It was stopped.' : `${error.message} ${error.hint}` });
      });
  }

  async #whole(source: NonNullable<ReturnType<LoadOptions['source']>>, signal: AbortSignal): Promise<void> {
    let scratch: Scratch | null = null, target: Target | null = null;
    try {
      scratch = await makeScratch(this.#options.store, source.gitDir, signal, this.#options.now());
      this.#set({ bytes: scratch.bytes });
      target = await this.#options.open(scratch.store);
      await target.call('import', { path: scratch.repository, base: source.base, refs: [...source.refs], grain: source.grain, ticket: 'load' });
      if (signal.aborted) throw cancelled();
      await this.#send(target, scratch, signal);
    } finally {
      this.#options.intend(null);
      this.#set({ state: 'ending' });
      await target?.close().catch(() => undefined);
      await scratch?.remove();
    }
  }

  async #send(target: Target, scratch: Scratch, signal: AbortSignal): Promise<void> {
    const { rate, seconds } = this.#state, began = performance.now(), startedAt = this.#options.now();
    this.#set({ state: 'running', startedAt, endsAt: startedAt + seconds * SECOND });
    this.#options.intend(rate);
    const client = new Client(target);
    const total = Math.round(rate * seconds), under = new Set<Promise<void>>();
    let due = 0, sent = 0, answered = 0, refused = 0, failed = 0, lastSecond = 0, lastAnswered = 0;
    while (!signal.aborted && due < total) {
      const passed = performance.now() - began;
      for (const wanted = Math.min(total, Math.floor((passed / SECOND) * rate)); due < wanted; due++) {
        if (under.size >= MAX_UNDER_WAY) { refused++; continue; }
        sent++;
        const one: Promise<void> = client.next().then(
          () => { answered++; },
          // a set that does not stand is refused with its reason: an answer, not a failure
          (error: unknown) => { if (toAcumenError(error).exitCode === 2) refused++; else failed++; },
        ).finally(() => { under.delete(one); });
        under.add(one);
      }
      if (passed >= (lastSecond + 1) * SECOND) {
        lastSecond = Math.floor(passed / SECOND);
        this.#set({ sent, answered, refused, failed, perSecond: answered - lastAnswered });
        lastAnswered = answered;
        void scratch.touch();
      }
      await new Promise((resolve) => { setTimeout(resolve, TICK); });
    }
    await Promise.all(under);
    this.#set({ sent, answered, refused, failed });
    if (signal.aborted) throw cancelled();
  }
}

/** What people do, one request after another: they look through the list, at ACUs and their files, ask whether some go together, add and take out. */
class Client {
  readonly #target: Target;
  #acus: readonly AcuId[] | null = null;
  #inside: AcuId[] = [];
  #n = 0;
  /** Park and Miller's generator: the same run asks the same questions */
  #seed = 20_261;
  readonly #files = new Map<AcuId, readonly PathBytes[]>();

  constructor(target: Target) { this.#target = target; }

  /** With the time that a window gives each question, so that what is late counts as late. */
  #ask<M extends Method>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    return this.#target.call(method, params, { client: 0, deadline: performance.now() + deadlineOf(method) });
  }

  #pick<T>(from: readonly T[]): T | undefined {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return from[this.#seed % from.length];
  }

  async next(): Promise<void> {
    const turn = this.#n++ % 20, one = this.#acus === null ? undefined : this.#pick(this.#acus);
    if (one === undefined || turn < 2) await this.#list();
    else if (turn < 10) await this.#ask('check', { acus: [...new Set([...this.#inside, one])] });
    else if (turn < 13) await this.#look(one);
    else if (turn < 15) await this.#ask('preview', { acus: [...new Set([...this.#inside, one])] });
    else if (turn < 18 && this.#inside.length < MOST) await this.#add(one);
    else await this.#remove();
  }

  async #list(): Promise<void> {
    const { acus } = await this.#ask('list', { from: 0, limit: PAGE });
    this.#acus = acus.map(({ id }) => id);
  }

  async #look(one: AcuId): Promise<void> {
    const known = this.#files.get(one);
    if (known === undefined) {
      const { files } = await this.#ask('acuFiles', { acu: one });
      this.#files.set(one, files.map(({ path }) => path));
      return;
    }
    const file = this.#pick(known);
    if (file !== undefined) await this.#ask('acuFile', { acu: one, path: file });
  }

  /** What does not go with the set is refused, as it is to people. */
  async #add(one: AcuId): Promise<void> {
    if (this.#inside.includes(one)) return;
    await this.#ask('add', { acus: [one], ticket: randomUUID() });
    this.#inside = [...this.#inside, one];
  }

  async #remove(): Promise<void> {
    const one = this.#pick(this.#inside);
    if (one === undefined) { await this.#list(); return; }
    this.#inside = this.#inside.filter((id) => id !== one);
    await this.#ask('remove', { acus: [one], ticket: randomUUID() });
  }
}
