// Shares items out to people at the least cost: exact, under limits of load, with forbidden pairs, a proof that nothing is cheaper, and the
// cheapest answer that differs. Knows neither conflicts nor knowledge: what an item costs a person is the caller's.
import { AcumenError, bug } from '../errors.ts';
import type { Stop } from '../matrix/model.ts';

/** What is shared out. As many items as possible are given to somebody; among such answers the cheapest is wanted. */
export interface Shares {
  readonly items: number; readonly people: number;
  /** items × people, row after row: 0 or more; Infinity where this person may not have this item */
  readonly cost: Float64Array;
  /** how many items each person takes at most; 0: is away */
  readonly most: Uint32Array;
}

/**
 * An answer. Costs are counted in whole quanta, `quantum` a power of two, so that sums are exact: it is the cheapest for the rounded costs
 * (rounding is at most half a quantum an item), and `cost` equals `bound`, the value of the dual problem, to the last bit.
 */
export interface Shared {
  /** of each item; -1: nobody, because all who may have it have as much as they take (or there is none who may) */
  readonly person: Int32Array;
  /** of the items that somebody has, in the unit of the costs */
  readonly cost: number; readonly bound: number;
  readonly quantum: number;
  /** what one more place with each person would save, negated, in quanta; never above 0, and 0 where a place is free */
  readonly price: Float64Array;
}

/** Costs in quanta, one column more than people for "nobody", whose cost exceeds whatever giving the item to somebody can save. */
interface Rounded { readonly width: number; readonly cost: Float64Array; readonly quantum: number; /** in quanta */ readonly largest: number; readonly nobody: number }

/** Cells of the largest problem that is taken: 2^27 are 1 GiB. */
const MOST_CELLS = 2 ** 27;
/** Above it sums could overflow. */
const DEAREST = 2 ** 900;
/** Of an auction: the parts of the largest cost by which its first and its last bids go beyond what they must, and how much finer each round is. */
const COARSE = 8, FINE = 2 ** 16, FINER = 4;
/** Of one of its rounds, for each item; where all find somebody, eight are many. */
const ENOUGH_BIDS = 16;
/** Steps between two looks at `stop`. */
const LOOK = 64;

/**
 * Rounds so that every sum of the search, at most 4·items²·(largest cost) quanta, stays below 2^53 and is exact. Costs that are whole
 * multiples of the quantum (small whole numbers, say) are not changed.
 */
function rounded(shares: Shares): Rounded {
  const { items, people, cost, most } = shares;
  if (cost.length !== items * people || most.length !== people) throw bug('costs or limits of another size than items and people', { items, people, cost: cost.length, most: most.length });
  const width = people + 1;
  if (items * width > MOST_CELLS) throw new AcumenError('too-large', `${items} items for ${people} people are too many to share out at once.`, 'Choose fewer items or people.', { items, people });
  let largest = 0, isWhole = true;
  for (let at = 0; at < cost.length; at++) {
    const c = cost[at]!;
    if (c === Infinity) continue;
    if (!(c >= 0 && c <= DEAREST)) throw bug('a cost that is negative, too large or not a number', { cost: c });
    if (c > largest) largest = c;
    if (isWhole && c !== Math.floor(c)) isWhole = false;
  }
  const room = Math.floor(2 ** 51 / (Math.max(1, items) ** 2));
  const quantum = largest <= room && isWhole ? 1 : 2 ** Math.max(-1000, Math.ceil(Math.log2(largest) - Math.log2(room)));
  const dearest = Math.round(largest / quantum), nobody = 2 * items * dearest + 1;
  const out = new Float64Array(items * width);
  for (let i = 0; i < items; i++) {
    // the quantum is a power of two: dividing is exact, and Infinity stays
    for (let p = 0; p < people; p++) out[i * width + p] = Math.round(cost[i * people + p]! / quantum);
    out[i * width + people] = nobody;
  }
  return { width, cost: out, quantum, largest: dearest, nobody };
}

/** Who has what while it is searched; the last person is "nobody", who takes everything. */
class Board {
  readonly width: number; readonly items: number; readonly cost: Float64Array; readonly most: Float64Array;
  /** of each item; -1 before it is given */
  readonly person: Int32Array;
  readonly load: Uint32Array;
  readonly price: Float64Array;
  /** items of a person, as a list in both directions; -1 ends it */
  readonly first: Int32Array; readonly next: Int32Array; readonly before: Int32Array;

  constructor(shares: Shares, { width, cost }: Rounded) {
    this.width = width; this.items = shares.items; this.cost = cost;
    this.most = new Float64Array(width);
    this.most.set(shares.most);
    this.most[width - 1] = Infinity;
    for (let p = 0; p < shares.people; p++) if (shares.most[p] === 0) for (let i = 0; i < this.items; i++) cost[i * width + p] = Infinity;
    this.person = new Int32Array(this.items).fill(-1);
    this.load = new Uint32Array(width);
    this.price = new Float64Array(width);
    this.first = new Int32Array(width).fill(-1);
    this.next = new Int32Array(this.items); this.before = new Int32Array(this.items);
  }

  give(item: number, to: number): void {
    const head = this.first[to]!;
    this.next[item] = head; this.before[item] = -1;
    if (head >= 0) this.before[head] = item;
    this.first[to] = item; this.person[item] = to; this.load[to]!++;
  }
  take(item: number): void {
    const from = this.person[item]!, next = this.next[item]!, before = this.before[item]!;
    if (before >= 0) this.next[before] = next; else this.first[from] = next;
    if (next >= 0) this.before[next] = before;
    this.person[item] = -1; this.load[from]!--;
  }
  hasRoom(person: number): boolean { return this.load[person]! < this.most[person]!; }
}

/**
 * Prices to begin with (column reduction, Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
 * Computing 38, 1987): whoever has an item cheapest is dearer by as much as they are cheaper than the last person who is needed, if each gets
 * what is cheapest for them. Only a guess, very good where everybody wants the same few people; `settle` mends it.
 */
function guess(board: Board): void {
  const { width, items, cost, most, price } = board, least = new Float64Array(width - 1).fill(Infinity);
  for (let i = 0; i < items; i++) for (let p = 0, at = i * width; p < width - 1; p++, at++) if (cost[at]! < least[p]!) least[p] = cost[at]!;
  const order = Array.from(least.keys()).sort((p, q) => least[p]! - least[q]!);
  let last = 0;
  for (let k = 0, places = 0; k < order.length && places < items && least[order[k]!]! < Infinity; k++) { last = least[order[k]!]!; places += most[order[k]!]!; }
  for (let p = 0; p < width - 1; p++) price[p] = Math.min(0, least[p]! - last);
}

/**
 * Better prices to begin with, where there are as many people as items and each takes one: an auction (Bertsekas, "The auction algorithm", Annals of
 * Operations Research 14, 1988), whose bids go some way beyond what they must, first far, then in each round a part of that. It ends long
 * before its prices are right; the rest is sooner found by paths. False where it gave up: some item will go to nobody,
 * before which all who may have its people outbid each other for long.
 */
function auction(board: Board, largest: number, stop: Stop | undefined): boolean {
  const { width, items, cost, price, most } = board, holder = new Int32Array(width), open = new Int32Array(items);
  if (largest < FINE || most.subarray(0, -1).some((n) => n > 1) || most.subarray(0, -1).reduce((sum, n) => sum + n, 0) !== items) return false;
  for (let beyond = largest / COARSE; beyond >= largest / FINE; beyond /= FINER) {
    holder.fill(-1);
    for (let i = 0; i < items; i++) open[i] = items - 1 - i;
    for (let left = items, bids = 0; left > 0; bids++) {
      if (bids > ENOUGH_BIDS * items) return false;
      if (bids % (LOOK * LOOK) === 0) look(stop);
      const item = open[--left]!, row = item * width;
      let best = -1, least = Infinity, second = Infinity;
      for (let p = 0; p < width; p++) {
        const c = cost[row + p]! - price[p]!;
        if (c < second) { if (c < least) { second = least; least = c; best = p; } else second = c; }
      }
      if (best === width - 1) return false;
      if (holder[best]! >= 0) open[left++] = holder[best]!;
      holder[best] = item;
      price[best] = Math.floor(price[best]! - (second - least) - beyond);
    }
  }
  return true;
}

/**
 * Augmenting row reduction (ibid.): each item goes to the cheapest person, whose price rises by what the second cheapest would cost more. Where a person
 * takes several items a price cannot rise for one of them alone, so there it only gives away free places. Answers the items still to be given.
 */
function bid(board: Board, items: Int32Array): Int32Array {
  const { width, cost, price } = board;
  let open = Int32Array.from(items);
  for (let pass = 0; pass < 3 && open.length > 0; pass++) {
    const left: number[] = [];
    // an item that lost its place bids next; how often is bounded, because equal costs could go round
    for (let at = 0, turns = 0; at < open.length;) {
      const item = open[at]!, row = item * width;
      let best = -1, least = Infinity, other = -1, second = Infinity;
      for (let p = 0; p < width; p++) {
        const c = cost[row + p]! - price[p]!;
        if (c < second) { if (c < least) { second = least; other = best; least = c; best = p; } else { second = c; other = p; } }
      }
      if (!board.hasRoom(best) && second === least && board.hasRoom(other)) best = other;
      if (board.hasRoom(best)) { board.give(item, best); at++; continue; }
      if (board.most[best] !== 1 || turns++ > 4 * open.length) { left.push(item); at++; continue; }
      const loser = board.first[best]!;
      board.take(loser);
      board.give(item, best);
      if (second > least) { price[best]! -= second - least; open[at] = loser; } else { left.push(loser); at++; }
    }
    open = Int32Array.from(left);
  }
  return open;
}

/**
 * Gives each open item by a shortest path of moves that ends at a free place: Dijkstra over people with reduced costs (ibid.). Then, while somebody
 * who has a place free has a price below 0, which no free place may have, the same path from a free place without a price: it brings
 * them an item, or their price to 0. After that nothing is cheaper: costs and prices prove each other (complementary slackness).
 */
function settle(board: Board, open: Int32Array, stop: Stop | undefined): void {
  const { width, price } = board, path = new Path(board);
  for (const [n, item] of open.entries()) {
    if (n % LOOK === 0) look(stop);
    path.find(item, (p) => board.hasRoom(p));
  }
  for (let n = 0, isOwed = (p: number): boolean => price[p]! < 0 && board.hasRoom(p); ; n++) {
    if (n % LOOK === 0) look(stop);
    let p = 0;
    while (p < width && !isOwed(p)) p++;
    if (p === width) return;
    const far = path.find(-1, isOwed);
    // a place that is free costs nothing
    for (p = 0; p < width; p++) price[p]! += far;
  }
}

/** Free places of people whose price is below 0. */
const owed = ({ width, price, most, load }: Board): number => price.reduce((sum, v, p) => v < 0 && p < width - 1 ? sum + most[p]! - load[p]! : sum, 0);

class Path {
  readonly #board: Board;
  readonly #far: Float64Array; readonly #from: Int32Array; readonly #order: Int32Array;

  constructor(board: Board) {
    this.#board = board;
    this.#far = new Float64Array(board.width);
    this.#from = new Int32Array(board.width);
    this.#order = Int32Array.from({ length: board.width }, (_, p) => p);
  }

  /** From an item, or from a free place (-1), to the nearest person where it ends; makes the moves and lowers the prices on its way. Answers its length. */
  find(item: number, ends: (person: number) => boolean): number {
    const board = this.#board, far = this.#far, from = this.#from, order = this.#order, { width, cost, price, person, first, next } = board;
    for (let p = 0; p < width; p++) far[p] = (item < 0 ? 0 : cost[item * width + p]!) - price[p]!;
    from.fill(item);
    // order: people done | at the least distance | the others; those done before `ready` are nearer
    let done = 0, reached = 0, ready = 0, least = 0, end = -1;
    while (end < 0) {
      if (done === reached) {
        ready = done;
        least = Infinity;
        for (let k = reached; k < width; k++) {
          const p = order[k]!, d = far[p]!;
          if (d > least) continue;
          if (d < least) { least = d; reached = done; }
          order[k] = order[reached]!; order[reached++] = p;
        }
        for (let k = done; k < reached; k++) if (ends(order[k]!)) { end = order[k]!; break; }
        if (end >= 0) break;
      }
      const p = order[done++]!;
      for (let held = first[p]!; held >= 0 && end < 0; held = next[held]!) {
        const row = held * width, h = cost[row + p]! - price[p]! - least;
        for (let k = reached; k < width; k++) {
          const q = order[k]!, d = cost[row + q]! - price[q]! - h;
          if (d >= far[q]!) continue;
          far[q] = d; from[q] = held;
          if (d > least) continue;
          if (ends(q)) { end = q; break; }
          order[k] = order[reached]!; order[reached++] = q;
        }
      }
    }
    for (let k = 0; k < ready; k++) { const p = order[k]!; price[p]! += far[p]! - least; }
    for (let to = end, moved = from[to]!; moved >= 0; moved = from[to]!) {
      const left = person[moved]!;
      if (left >= 0) board.take(moved);
      board.give(moved, to);
      if (moved === item) break;
      to = left;
    }
    return least;
  }
}

function look(stop: Stop | undefined): void {
  if (stop?.aborted === true) throw new AcumenError('cancelled', 'Sharing out was cancelled.', 'Ask again when you want it.');
}

/** Cost and dual value of a board on which every item is given, both counted in quanta, without what "nobody" costs. */
function answer(board: Board, { width, quantum, nobody }: Rounded): Shared {
  const { cost, price, items } = board;
  let sum = 0, bound = 0, left = 0;
  const person = new Int32Array(items);
  for (let i = 0; i < items; i++) {
    const p = board.person[i]!;
    let least = Infinity;
    for (let q = 0, row = i * width; q < width; q++, row++) { const c = cost[row]! - price[q]!; if (c < least) least = c; }
    bound += least;
    if (p === width - 1) { person[i] = -1; left++; } else { person[i] = p; sum += cost[i * width + p]!; }
  }
  for (let p = 0; p < width - 1; p++) if (price[p] !== 0) bound += price[p]! * board.most[p]!;
  return { person, cost: sum * quantum, bound: (bound - left * nobody) * quantum, quantum, price: price.slice(0, width - 1) };
}

/** The cheapest answer. Time grows with the cube of items at worst, and is some tens of items × people mostly (bench/assignment.bench.ts). */
export function assign(shares: Shares, stop?: Stop): Shared {
  look(stop);
  const round = rounded(shares), all = Int32Array.from({ length: shares.items }, (_, i) => i);
  const finished = (board: Board, open: Int32Array): Shared => { settle(board, open, stop); return answer(board, round); };
  const priced = new Board(shares, round);
  if (auction(priced, round.largest, stop)) return finished(priced, bid(priced, all));
  const board = new Board(shares, round), guessed = new Board(shares, round);
  guess(guessed);
  const open = bid(board, all), openGuessed = bid(guessed, all);
  // begin where less is left to do
  return openGuessed.length + owed(guessed) < open.length ? finished(guessed, openGuessed) : finished(board, open);
}

/**
 * The cheapest answer that differs in at least one item and leaves as few of them to nobody; null where there is none. Two answers differ by
 * rounds of moves, in each of which everybody hands an item to the next, back to the first or on to a free place (decomposition of flows), and
 * no round from the cheapest answer saves anything: so the cheapest round alone is looked for. Reduced costs are not negative, which makes it a
 * shortest path: one search for what ends at a free place, then one from each person that gives up where it cannot beat the best so far.
 */
export function secondBest(shares: Shares, shared: Shared, stop?: Stop): { readonly cost: number; readonly person: Int32Array } | null {
  const round = rounded(shares), board = new Board(shares, round), { width, cost } = round, { price } = board;
  price.set(shared.price);
  for (let i = 0; i < shares.items; i++) board.give(i, shared.person[i]! < 0 ? width - 1 : shared.person[i]!);

  // far: of the cheapest moves that leave this person with an item more; by: the last of them
  const far = new Float64Array(width), by = new Int32Array(width), done = new Uint8Array(width), left = new Uint8Array(width);
  // dearer rounds leave one item more to nobody
  let best = round.nobody / 2, moves: (readonly [item: number, to: number])[] = [];
  const hand = (from: number, at: number): void => {
    for (let item = board.first[from]!; item >= 0; item = board.next[item]!) {
      const row = item * width, h = cost[row + from]! - price[from]! - at;
      for (let p = 0; p < width; p++) {
        const d = cost[row + p]! - price[p]! - h;
        if (d < far[p]! && p !== from && left[p] === 0) { far[p] = d; by[p] = item; }
      }
    }
  };
  /** on from the nearest, until one of `ends` is the nearest or nothing can beat the best */
  const search = (ends: (person: number) => boolean, starts: (item: number) => boolean): void => {
    done.fill(0);
    for (;;) {
      let nearest = -1, least = best;
      for (let p = 0; p < width; p++) if (done[p] === 0 && far[p]! < least) { least = far[p]!; nearest = p; }
      if (nearest < 0) return;
      if (ends(nearest)) {
        best = least;
        moves = [];
        for (let p = nearest; ; p = board.person[by[p]!]!) { moves.push([by[p]!, p]); if (starts(by[p]!)) return; }
      }
      done[nearest] = 1;
      hand(nearest, least);
    }
  };

  // Whoever gives an item away has a place free, which is worth its price.
  look(stop);
  far.fill(Infinity);
  for (let p = 0; p < width; p++) if (board.first[p]! >= 0) hand(p, -price[p]!);
  // the path began where the mover's own distance is not below its price
  search((p) => board.hasRoom(p), (item) => { const p = board.person[item]!; return !(far[p]! < -price[p]!); });
  for (let start = 0, looked = 0; start < width && best > 0; start++) {
    left[start] = 1;
    if (board.first[start]! < 0) continue;
    if (looked++ % LOOK === 0) look(stop);
    far.fill(Infinity);
    left[start] = 0;
    hand(start, 0);
    search((p) => p === start, (item) => board.person[item] === start);
    left[start] = 1;
  }
  if (moves.length === 0) return null;
  const person = Int32Array.from(shared.person);
  for (const [item, to] of moves) person[item] = to === width - 1 ? -1 : to;
  return { cost: shared.cost + best * round.quantum, person };
}
