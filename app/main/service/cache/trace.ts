// Records what is asked of the cache, for benchmarks: each key once with its kind, size, cost and what its computation asked in turn, then the
// requests in order. A trace holds hashes, kinds, sizes, costs and times, and nothing of what was asked about. One request at a time.
import { createHash } from 'node:crypto';

/** One key. `size` in bytes, `cost` in microseconds without what it asked in turn (`deps`). `by`: what it is a part of, and made with. `derived`: read off another that is asked for beside it. `unless`: asked for only where that one is not in memory. */
export interface TraceNode { readonly kind: string; readonly key: string; size: number; cost: number; deps: number[]; by?: number; derived?: boolean; unless?: number }
/**
 * `at`: milliseconds since the session began. `does`: what it asks, in order. `offers`: steps that could come next, each with its request and its place
 * among what was offered. `brings`: what it had in hand when it was done, in order, whether there was room for it or not.
 */
export interface TraceRequest { readonly at: number; readonly method: string; request: string; readonly does: number[]; readonly offers: (readonly [step: string, request: string, offered: number])[]; readonly brings: number[] }
/** `offered`: what getting each offer ready asks, whether or not anybody ever asked for it. */
export interface Trace { readonly of: string; readonly nodes: TraceNode[]; readonly requests: TraceRequest[]; readonly offered: (readonly number[])[] }

/** Kinds that are asked for only where what is told of is not in memory. */
const UNLESS: ReadonlyMap<string, string> = new Map([['size', 'content']]);

export const hashed = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12);

export class Recorder {
  readonly trace: Trace;
  readonly #places = new Map<string, number>();
  /** what is being computed, innermost last */
  #open: { readonly node: number; began: number; inner: number; readonly known: boolean }[] = [];
  /** kinds of what is computed of other answers */
  readonly #computed = new Set<string>();
  #request: TraceRequest | null = null;
  readonly #now: () => number;

  constructor(of: string, now: () => number) {
    this.trace = { of, nodes: [], requests: [], offered: [] };
    this.#now = now;
  }

  /** `at`: on the clock of the person who asks. */
  request(at: number, method: string, request: string): void {
    this.#request = { at, method, request: hashed(request), does: [], offers: [], brings: [] };
    this.trace.requests.push(this.#request);
    this.#open = [];
  }

  /** The request by the name under which others offer it. */
  named(name: string): void { if (this.#request !== null) this.#request.request = hashed(name); }

  /** What `run` asks, beside what somebody asked last; `request`: as it is called. */
  async offers(step: string, request: string, before: number | undefined, run: () => Promise<unknown>): Promise<number> {
    const asked = this.#request!;
    let place = before;
    if (place === undefined) {
      const does: number[] = [];
      place = this.trace.offered.push(does) - 1;
      this.#request = { ...asked, does, offers: [], brings: [] };
      this.#open = [];
      await run();
      this.#request = asked;
    }
    asked.offers.push([step, hashed(request), place]);
    return place;
  }

  /**
   * What was asked just now once more, with what it computed gone and all that this asked at hand, as it mostly is: of what it costs, the least
   * is told. `run` is given the kinds that have gone.
   */
  async again(run: (gone: ReadonlySet<string>) => Promise<unknown>): Promise<void> {
    const asked = this.#request!;
    this.#request = { ...asked, does: [], offers: [], brings: [] };
    this.#open = [];
    await run(this.#computed);
    this.#request = asked;
  }

  /** Whoever asks for it where it is not there asks for what it is read off, too. What was computed once is not of those. */
  derived(kind: string, key: string, size: number, ms: number): void {
    const node = this.#place(kind, key), one = this.trace.nodes[node]!, inner = this.#open.at(-1);
    one.size = size;
    if (inner !== undefined) inner.inner += ms;
    if (one.cost >= 0 && one.derived !== true) return;
    delete one.derived;
    this.#costs(node, ms);
    one.derived = true;
  }

  /** In hand without having been asked of the cache: what it costs is not told. */
  brought(kind: string, key: string, size: number): void {
    if (this.#request === null) return;
    const node = this.#place(kind, key);
    this.trace.nodes[node]!.size = size;
    this.#request.brings.push(node);
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
    this.#computed.add(kind);
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
    if (one.derived === true) { one.cost = -1; delete one.derived; }
    one.cost = one.cost < 0 ? micros : Math.min(one.cost, micros);
  }

  #place(kind: string, key: string): number {
    const name = `${kind} ${key}`;
    let place = this.#places.get(name);
    if (place === undefined) {
      place = this.trace.nodes.push({ kind, key: hashed(name), size: -1, cost: -1, deps: [] }) - 1;
      this.#places.set(name, place);
      const whole = UNLESS.get(kind);
      if (whole !== undefined) this.trace.nodes[place]!.unless = this.#place(whole, key);
    }
    return place;
  }
}
