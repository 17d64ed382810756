// Where the time of one request went. Code that waits or works wraps itself in `span`; who asked is known by the asynchronous context, so that
// nothing is handed through. Where nobody traces (the command line, tools) it is the call alone.
import { AsyncLocalStorage } from 'node:async_hooks';

/** Parts of one request beyond which no more are kept. */
const MOST_PARTS = 32;

export class Trace {
  readonly parts: [name: string, ms: number][] = [];
  /** Parts of one name are one part, where it was first. */
  add(name: string, ms: number): void {
    const { parts } = this;
    for (const part of parts) if (part[0] === name) { part[1] += ms; return; }
    if (parts.length < MOST_PARTS) parts.push([name, ms]);
  }
}

const current = new AsyncLocalStorage<Trace>();

export function traced<T>(trace: Trace, action: () => T): T { return current.run(trace, action); }

export async function span<T>(name: string, action: () => Promise<T>): Promise<T> {
  const trace = current.getStore();
  if (trace === undefined) return action();
  const start = performance.now();
  try {
    return await action();
  } finally {
    trace.add(name, performance.now() - start);
  }
}

/** The same for work that does not wait. */
export function spanSync<T>(name: string, action: () => T): T {
  const trace = current.getStore();
  if (trace === undefined) return action();
  const start = performance.now();
  try {
    return action();
  } finally {
    trace.add(name, performance.now() - start);
  }
}

/** Who asks now, for what is done later on their behalf. */
export function currentTrace(): Trace | undefined { return current.getStore(); }
/** Does it on behalf of whoever asked then; of nobody where nobody traced. */
export function onBehalf<T>(trace: Trace | undefined, action: () => T): T { return trace === undefined ? action() : current.run(trace, action); }
/** Milliseconds since `start`, where somebody asked. */
export function since(trace: Trace | undefined, name: string, start: number): void { trace?.add(name, performance.now() - start); }
