// Where the time of one request went. Code that waits or works wraps itself in `span`; who asked is known while their call runs until it first
// waits, and further on by the asynchronous context. Both cost some microseconds a request, so that so many a second are followed (timing.ts). Where
// nobody traces (the command line, tools, the other requests of a busy second) `span` is the call alone.
import { AsyncLocalStorage } from 'node:async_hooks';

/** Parts of one request beyond which no more are kept. */
const MOST_PARTS = 32;

export class Trace {
  /** milliseconds for others: those before it in line, and the disk */
  waited = 0;
  readonly parts: [name: string, ms: number][] = [];
  /** Parts of one name are one part, where it was first. */
  add(name: string, ms: number): void {
    const { parts } = this;
    for (const part of parts) if (part[0] === name) { part[1] += ms; return; }
    if (parts.length < MOST_PARTS) parts.push([name, ms]);
  }
}

/** null: nobody, whoever's asynchronous context it is done in */
let now: Trace | null | undefined;
const context = new AsyncLocalStorage<Trace>();
let contexts = 0;

/** Who asks now, for what is done later on their behalf. */
export function currentTrace(): Trace | undefined { return now === undefined ? contexts > 0 ? context.getStore() : undefined : now ?? undefined; }

/** Does it on behalf of whoever asked then; of nobody where nobody traced. */
export function onBehalf<T>(trace: Trace | undefined, action: () => T): T {
  const before = now;
  now = trace ?? null;
  try {
    return action();
  } finally {
    now = before;
  }
}

/** The same to the end of what it waits for. */
export async function throughout<T>(trace: Trace, action: () => Promise<T>): Promise<T> {
  contexts++;
  try {
    return await context.run(trace, action);
  } finally {
    contexts--;
  }
}

/** `action` is begun on behalf of whoever asks now. */
export function span<T>(name: string, action: () => Promise<T>): Promise<T> {
  const trace = currentTrace();
  return trace === undefined ? action() : measured(trace, name, action);
}

async function measured<T>(trace: Trace, name: string, action: () => Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await action();
  } finally {
    trace.add(name, performance.now() - start);
  }
}

/** The time of a wait that begins now, where somebody asks; `waited` ends it. */
export function begun(trace: Trace | undefined): number { return trace === undefined ? 0 : performance.now(); }
export function waited(trace: Trace | undefined, name: string, start: number): void {
  if (trace === undefined) return;
  const ms = performance.now() - start;
  trace.waited += ms;
  trace.add(name, ms);
}
