// Does a chain of merges come to one end whatever the order of its members? Decided by trying: all orders of a few, a stated number
// of seeded ones of many. Where it does not, the smallest found part of it that does not either. Knows nothing of what is merged.
import { LACKING } from '../waves.ts';

/** What is chained: `size` members, by place. `H` is what a merge gives, `R` why it refuses. May stop as waves.ts describes. */
export interface Chain<H, R> {
  readonly size: number;
  /** what one merge may have to go through: changed paths of all members */
  readonly work: number;
  first(member: number): H;
  /** `head`: what some order of `members` gave; ascending */
  join(head: H, members: readonly number[], member: number): { readonly head: H } | { readonly refusal: R };
  same(a: H, b: H): boolean;
}

/** `order-sensitive`: some orders are refused and others not, or they come to different ends. */
export type Failing = 'conflict' | 'order-sensitive';

export type Decision<H, R> =
  | { readonly state: 'clean'; readonly head: H }
  | {
    readonly state: Failing;
    /** members, ascending: the smallest found of which the same is true */
    readonly core: readonly number[];
    /** why an order of the core is refused; null where all of its orders are taken, to the different `ends` */
    readonly refusal: R | null;
    readonly ends: readonly H[];
  };

/** So many members are taken in every order: 2^7 sets of them, some 450 merges. */
export const EVERY_ORDER = 7;
/** Of more members at least and at most so many orders, and in between so many that the merges are about as many as here. */
export const FEWEST_ORDERS = 8, MOST_ORDERS = 24, MERGES = 1000;
/** Paths that all merges together may go through, some tens of seconds of one processor: then there are fewer orders, two at least. */
export const MOST_PATHS = 20_000_000;

interface Node<H> { readonly key: string; readonly members: readonly number[]; readonly heads: H[] }
type Joined<H, R> = { readonly node: Node<H>; readonly at: number } | { readonly refusal: R };

/** Merges after which work stops as if it lacked something: whoever waits for it is heard in between, and may give up. */
export const MERGES_AT_ONCE = 64;

/** Keeps every merge it has made, so that work stopped for want of contents goes on where it was. */
export class Orders<H, R> {
  readonly #chain: Chain<H, R>;
  readonly #atOnce: number;
  #made = 0;
  readonly #nodes = new Map<string, Node<H>>();
  readonly #joins = new Map<string, Joined<H, R>>();

  /** `atOnce`: merges between two stops. */
  constructor(chain: Chain<H, R>, atOnce = Infinity) {
    this.#chain = chain;
    this.#atOnce = atOnce;
  }

  /** every end that some part of the chain came to */
  *heads(): Iterable<H> { for (const { heads } of this.#nodes.values()) yield* heads; }

  decide(): Decision<H, R> {
    const all = Array.from({ length: this.#chain.size }, (_, i) => i);
    this.#made = 0;
    return this.#isEvery(all.length) ? this.#every(all) : this.#some(all);
  }

  #isEvery(size: number): boolean {
    return size <= EVERY_ORDER && (size <= 3 || size * 2 ** (size - 1) * this.#chain.work <= MOST_PATHS);
  }

  #node(members: readonly number[]): Node<H> {
    const key = members.join();
    let node = this.#nodes.get(key);
    if (node === undefined) this.#nodes.set(key, node = { key, members, heads: members.length === 1 ? [this.#chain.first(members[0]!)] : [] });
    return node;
  }

  #join(node: Node<H>, at: number, member: number): Joined<H, R> {
    // of two it is all one which is merged into which
    if (node.members.length === 1 && node.members[0]! > member) return this.#join(this.#node([member]), 0, node.members[0]!);
    const key = `${node.key}|${at}|${member}`;
    let joined = this.#joins.get(key);
    if (joined === undefined) {
      if (this.#made >= this.#atOnce) throw LACKING;
      this.#made++;
      const made = this.#chain.join(node.heads[at]!, node.members, member);
      joined = 'refusal' in made ? made : this.#found(this.#node([...node.members, member].sort(ascending)), made.head);
      this.#joins.set(key, joined);
    }
    return joined;
  }

  #found(node: Node<H>, head: H): { readonly node: Node<H>; readonly at: number } {
    const known = node.heads.findIndex((other) => this.#chain.same(other, head));
    return { node, at: known >= 0 ? known : node.heads.push(head) - 1 };
  }

  /** All orders of `of`, by sets: what comes after a set and its end does not depend on how they were reached. */
  #every(of: readonly number[]): Decision<H, R> {
    const sets = 1 << of.length;
    const refused = new Array<R | undefined>(sets), ends = new Array<Set<number>>(sets), fails = new Array<boolean>(sets).fill(false);
    const membersOf = (set: number): number[] => of.filter((_, i) => (set & (1 << i)) !== 0);
    let lacks = false;
    for (let set = 1; set < sets; set++) {
      ends[set] = new Set();
      if ((set & (set - 1)) === 0) { ends[set]!.add(0); this.#node(membersOf(set)); continue; }
      for (let i = 0; i < of.length; i++) {
        const without = set & ~(1 << i);
        if (without === set) continue;
        if (fails[without]) { fails[set] = true; refused[set] ??= refused[without]; }
        for (const at of ends[without]!) {
          try {
            const joined = this.#join(this.#node(membersOf(without)), at, of[i]!);
            if ('node' in joined) ends[set]!.add(joined.at);
            else { fails[set] = true; refused[set] = joined.refusal; }
          } catch (error) {
            // the others may lack something, too: it all comes in one wave
            if (error !== LACKING) throw error;
            lacks = true;
          }
        }
      }
      if (ends[set]!.size > 1) fails[set] = true;
    }
    if (lacks) throw LACKING;
    const stateOf = (set: number): Failing | 'clean' => (!fails[set] ? 'clean' : ends[set]!.size === 0 ? 'conflict' : 'order-sensitive');
    const whole = sets - 1, state = stateOf(whole);
    if (state === 'clean') return { state, head: this.#node(membersOf(whole)).heads[[...ends[whole]!][0]!]! };
    let core = whole;
    for (let set = 1; set < whole; set++) if (stateOf(set) === state && bits(set) < bits(core)) core = set;
    const members = membersOf(core);
    return { state, core: members, refusal: refused[core] ?? null, ends: [...ends[core]!].map((at) => this.#node(members).heads[at]!) };
  }

  /** Seeded orders, each also backwards; then what fails is made smaller, one member at a time. */
  #some(all: readonly number[]): Decision<H, R> {
    const orders = seededOrders(all.length, this.#chain.work);
    const runs = this.#runs(orders);
    const ends = new Set(runs.map((run) => ('node' in run ? run.at : -1)));
    if (ends.size === 1 && !ends.has(-1)) return { state: 'clean', head: this.#node(all).heads[[...ends][0]!]! };
    const state: Failing = ends.size === 1 ? 'conflict' : 'order-sensitive';
    const refused = runs.findIndex((run) => 'refusal' in run);
    const witnesses = refused >= 0 ? [this.#refused(orders[refused]!)] : [orders[0]!, orders[runs.findIndex((run) => 'node' in run && run.at !== (runs[0] as { at: number }).at)]!];
    let left = this.#reduced(witnesses);
    // a core of few is decided in all its orders: then what is said of it is so
    if (this.#isEvery(left.length)) {
      const decided = this.#every(left.toSorted(ascending));
      if (decided.state !== 'clean') return decided;
    }
    left = left.toSorted(ascending);
    const refusal = refused >= 0 ? (runs[refused] as { refusal: R }).refusal : null;
    return { state, core: left, refusal, ends: refused >= 0 ? [] : [...this.#node(left).heads] };
  }

  #runs(orders: readonly (readonly number[])[]): Joined<H, R>[] {
    let lacks = false;
    const runs = orders.map((order) => {
      try {
        return this.#run(order);
      } catch (error) {
        if (error !== LACKING) throw error;
        lacks = true;
        return null;
      }
    });
    if (lacks) throw LACKING;
    return runs as Joined<H, R>[];
  }

  #run(order: readonly number[]): Joined<H, R> {
    let node = this.#node([order[0]!]), at = 0;
    for (const member of order.slice(1)) {
      const joined = this.#join(node, at, member);
      if ('refusal' in joined) return joined;
      ({ node, at } = joined);
    }
    return { node, at };
  }

  /** As much of an order as it takes to be refused. */
  #refused(order: readonly number[]): readonly number[] {
    let length = 2;
    while ('node' in this.#run(order.slice(0, length))) length++;
    return order.slice(0, length);
  }

  /** Members without which these orders (one that is refused, or two with different ends) still fail are left out: many at once, then one by one. */
  #reduced(witnesses: readonly (readonly number[])[]): readonly number[] {
    let orders = witnesses, found = false;
    for (let size = Math.ceil(orders[0]!.length / 2); ; size = Math.ceil(size / 2), found = false) {
      for (let from = 0; from < orders[0]!.length;) {
        const out = new Set(orders[0]!.slice(from, from + size));
        const without = orders.map((order) => order.filter((member) => !out.has(member)));
        if (without[0]!.length >= 2 && this.#fails(without)) { orders = without; found = true; } else from += size;
      }
      if (size === 1 && !found) return orders[0]!;
    }
  }

  #fails(orders: readonly (readonly number[])[]): boolean {
    const runs = this.#runs(orders);
    return runs.some((run) => 'refusal' in run) || new Set(runs.map((run) => (run as { at: number }).at)).size > 1;
  }
}

const ascending = (x: number, y: number): number => x - y;
const bits = (set: number): number => { let n = 0; for (let s = set; s !== 0; s &= s - 1) n++; return n; };

/** Orders of `size` places, the same ones always: ascending and descending, then shuffled ones and each of these backwards. */
export function seededOrders(size: number, work = 1): number[][] {
  const wanted = Math.min(MOST_ORDERS, Math.max(FEWEST_ORDERS, Math.trunc(MERGES / size)));
  const count = Math.max(2, Math.min(wanted, Math.trunc(MOST_PATHS / (size * work))));
  const out: number[][] = [];
  let state = 0x9e3779b9 ^ size;
  const next = (below: number): number => {
    state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
    return (state >>> 0) % below;
  };
  const order = Array.from({ length: size }, (_, i) => i);
  while (out.length < count) {
    out.push([...order], order.toReversed());
    for (let i = size - 1; i > 0; i--) {
      const j = next(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
  }
  return out;
}
