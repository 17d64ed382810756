// Records what is asked of the cache, for benchmarks: each key once with its kind, size, cost and what its computation asked in turn, then the
// requests in order. A trace holds hashes, kinds, sizes, costs and times, and nothing of what was asked about. One request at a time.
import { createHash } from 'node:crypto';

/** One key. `size` in bytes, `cost` in microseconds without what it asked in turn (`deps`). `by`: what it is a part of, and made with. */
export interface TraceNode { readonly kind: string; readonly key: string; size: number; cost: number; deps: number[]; by?: number }
/** `at`: milliseconds since the session began. `does`: what it asks, in order. `offers`: steps that could come next, each with its request. */
export interface TraceRequest { readonly at: number; readonly method: string; request: string; readonly does: number[]; readonly offers: (readonly [step: string, request: string])[] }
export interface Trace { readonly of: string; readonly nodes: TraceNode[]; readonly requests: TraceRequest[] }

export const hashed = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12);

export class Recorder {
  readonly trace: Trace;
  readonly #places = new Map<string, number>();
  /** what is being computed, innermost last */
  #open: { readonly node: number; began: number; inner: number; readonly known: boolean }[] = [];
  #request: TraceRequest | null = null;
  readonly #now: () => number;

  constructor(of: string, now: () => number) {
    this.trace = { of, nodes: [], requests: [] };
    this.#now = now;
  }

  /** `at`: on the clock of the person who asks. */
  request(at: number, method: string, request: string): void {
    this.#request = { at, method, request: hashed(request), does: [], offers: [] };
    this.trace.requests.push(this.#request);
    this.#open = [];
  }

  /** The request by the name under which others offer it, and what it offers itself. */
  saw(name: string, offers: readonly (readonly [step: string, request: string])[]): void {
    if (this.#request === null) return;
    this.#request.request = hashed(name);
    for (const [step, request] of offers) this.#request.offers.push([step, hashed(request)]);
  }

  /** What was in memory is gone. */
  restarted(at: number): void { this.request(at, 'restart', 'restart'); }

  accessed(kind: string, key: string): void {
    if (this.#request === null) return;
    const node = this.#place(kind, key), inner = this.#open.at(-1);
    if (inner === undefined) this.#request.does.push(node);
    else if (!inner.known) this.trace.nodes[inner.node]!.deps.push(node);
  }

  entered(kind: string, key: string): void {
    const node = this.#place(kind, key);
    this.#open.push({ node, began: this.#now(), inner: 0, known: this.trace.nodes[node]!.size >= 0 });
  }

  left(): void {
    const { node, began, inner } = this.#open.pop()!, whole = this.#now() - began, outer = this.#open.at(-1);
    if (outer !== undefined) outer.inner += whole;
    this.#costs(node, whole - inner);
  }

  computed(kind: string, key: string, size: number, ms: number): void {
    const node = this.#place(kind, key), inner = this.#open.at(-1);
    this.trace.nodes[node]!.size = size;
    // what was entered is told when it is left
    if (inner?.node === node) return;
    if (inner !== undefined) inner.inner += ms;
    this.#costs(node, ms);
  }

  /** A part of what is being computed. */
  gave(kind: string, key: string, size: number): void {
    const inner = this.#open.at(-1), one = this.trace.nodes[this.#place(kind, key)]!;
    one.size = size;
    one.cost = 0;
    if (inner !== undefined) one.by ??= inner.node;
  }

  /** The least it ever took: the machine does other things as well. */
  #costs(node: number, ms: number): void {
    const one = this.trace.nodes[node]!, micros = Math.max(0, Math.round(ms * 1000));
    one.cost = one.cost < 0 ? micros : Math.min(one.cost, micros);
  }

  #place(kind: string, key: string): number {
    const name = `${kind} ${key}`;
    let place = this.#places.get(name);
    if (place === undefined) {
      place = this.trace.nodes.push({ kind, key: hashed(name), size: -1, cost: -1, deps: [] }) - 1;
      this.#places.set(name, place);
    }
    return place;
  }
}
