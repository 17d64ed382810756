// Plays a recorded trace (record.ts) against a cache: each request asks what it asked then; what is not found is computed again, which asks
// what that asked, and costs what it cost. A key counts once in a request. Values are bytes of the recorded sizes.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { TraceRequest } from '../../app/main/service/cache/trace.ts';

export interface Node { readonly kind: string; readonly key: string; readonly size: number; readonly cost: number; readonly deps: readonly number[]; readonly by: number; readonly parts: readonly number[]; readonly derived: boolean; readonly unless: number | undefined }
export interface Recorded { readonly of: string; readonly nodes: readonly Node[]; readonly requests: readonly TraceRequest[]; readonly offered: readonly (readonly number[])[] }

interface Columns { of: string; kinds: string[]; kind: number[]; key: string[]; size: number[]; cost: number[]; deps: number[][]; by: number[]; /** none in traces before there were any */ unless?: [node: number, whole: number][]; derived: number[]; offered: number[][]; requests: TraceRequest[] }

export function readTrace(name: string): Recorded[] {
  const columns = JSON.parse(gunzipSync(readFileSync(new URL(`./${name}.json.gz`, import.meta.url))).toString()) as Columns[];
  return columns.map(({ of, kinds, kind, key, size, cost, deps, by, unless = [], derived, offered, requests }) => {
    const isDerived = new Set(derived), wholes = new Map(unless);
    const parts: number[][] = key.map(() => []);
    by.forEach((whole, n) => { if (whole >= 0) parts[whole]!.push(n); });
    const nodes = key.map((one, n): Node => ({ kind: kinds[kind[n]!]!, key: one, size: size[n]!, cost: Math.max(0, cost[n]!), deps: deps[n]!, by: by[n]!, parts: parts[n]!, derived: isDerived.has(n), unless: wholes.get(n) }));
    return { of, nodes, requests, offered };
  });
}

/** What is played against. */
export interface Played {
  /** Is it there? Counts as a use. */
  find(node: Node): Promise<boolean>;
  /** In memory? Is no use. */
  has(node: Node): boolean;
  put(node: Node): void;
  /** What a request had in hand when it was done. */
  bring(nodes: readonly Node[]): void;
  /** Everything in memory is lost, and nothing else. */
  restart(): Promise<void>;
}

export interface Tally { asked: number; found: number; /** microseconds computed while somebody waited */ waited: number; /** requests that computed nothing */ instant: number; requests: number }

/** Something that is got ready. `used`: somebody found some of what it made. */
export interface Ahead { used: boolean }

export class Replay {
  readonly trace: Recorded;
  readonly tally: Tally = { asked: 0, found: 0, waited: 0, instant: 0, requests: 0 };
  readonly #on: Played;
  /** what was got ready, by what, until somebody uses it or it is computed anew */
  readonly #ahead = new Map<number, Ahead>();

  constructor(trace: Recorded, on: Played) {
    this.trace = trace;
    this.#on = on;
  }

  /** A request as it was asked, with what it brings. */
  async request({ does, brings }: TraceRequest): Promise<void> {
    // an import asks for what becomes of the composition once it has everything else
    if (brings.length > 0) this.#on.bring(brings.map((n) => this.trace.nodes[n]!));
    if (does.length > 0) await this.ask(does);
  }

  /** Answers the microseconds that had to be computed. `ahead`: nobody asked for it, and nothing is counted but whether it is used. */
  async ask(does: readonly number[], ahead: Ahead | null = null): Promise<number> {
    const seen = new Set<number>();
    let cost = 0;
    for (const n of does) cost += await this.#visit(n, seen, ahead);
    if (ahead === null) { this.tally.requests++; this.tally.waited += cost; if (cost === 0) this.tally.instant++; }
    return cost;
  }

  async #visit(n: number, seen: Set<number>, ahead: Ahead | null): Promise<number> {
    const node = this.trace.nodes[n]!;
    // nothing was ever there: what was looked for is why a set does not stand
    if (node.size < 0 || seen.has(n)) return 0;
    seen.add(n);
    if (node.unless !== undefined && (seen.has(node.unless) || this.#on.has(this.trace.nodes[node.unless]!))) return this.#visit(node.unless, seen, ahead);
    const found = await this.#on.find(node);
    // what it is read off is asked for, and counts
    if (!found && node.derived) { this.#on.put(node); return node.cost; }
    if (ahead === null) { this.tally.asked++; if (found) { this.tally.found++; this.#uses(n); } }
    if (found) return 0;
    return node.by >= 0 ? this.#compute(node.by, seen, ahead) : this.#compute(n, seen, ahead);
  }

  async #compute(n: number, seen: Set<number>, ahead: Ahead | null): Promise<number> {
    const node = this.trace.nodes[n]!;
    let { cost } = node;
    seen.add(n);
    for (const dep of node.deps) cost += await this.#visit(dep, seen, ahead);
    for (const one of [n, ...node.parts]) {
      seen.add(one);
      this.#on.put(this.trace.nodes[one]!);
      if (ahead === null) this.#ahead.delete(one); else this.#ahead.set(one, ahead);
    }
    return cost;
  }

  #uses(n: number): void {
    const ahead = this.#ahead.get(n);
    if (ahead !== undefined) ahead.used = true;
    this.#ahead.delete(n);
  }
}
