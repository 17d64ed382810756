// Danger: an answer that is not the cheapest but says so, one that gives more to somebody than they take or what they may not have, and costs
// that are no numbers. Beside every way there is, and the textbook's method.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { everyWay, hungarian } from '../../../testkit/assignmentTwin.ts';
import { Random } from '../../../testkit/random.ts';
import { assign, secondBest, type Shared, type Shares } from './assignment.ts';

/** Small problems of every kind: equal costs, forbidden pairs, people who take nothing or more than there is. */
function small(random: Random, costs: number, whole: boolean): Shares {
  const items = random.below(6), people = random.below(5);
  const forbidden = [0, 0.2, 0.6][random.below(3)]!;
  return {
    items, people,
    cost: Float64Array.from({ length: items * people }, () => random.below(1000) < 1000 * forbidden ? Infinity : whole ? random.below(costs) : costs * random.next() / 2 ** 32),
    most: Uint32Array.from({ length: people }, () => random.below(4)),
  };
}

/** That nobody has too much or what they may not have, and that the costs are of this answer: answers how many items are left. */
function held({ items, people, cost, most }: Shares, { person, cost: sum, quantum }: Shared): number {
  const load = new Uint32Array(people);
  let own = 0, left = 0;
  for (let i = 0; i < items; i++) {
    const p = person[i]!;
    if (p < 0) { left++; continue; }
    load[p]!++;
    expect(cost[i * people + p]).toBeLessThan(Infinity);
    own += cost[i * people + p]!;
  }
  for (let p = 0; p < people; p++) expect(load[p]).toBeLessThanOrEqual(most[p]!);
  expect(Math.abs(sum - own)).toBeLessThanOrEqual(items * quantum / 2 + 1e-9 * own);
  return left;
}

test('1,000 small problems: cost, bound and the best but one are those of every way there is', () => {
  let tight = 0, none = 0;
  for (let seed = 0; seed < 1000; seed++) {
    const shares = small(new Random(seed), [2, 10, 1000][seed % 3]!, true), ways = everyWay(shares);
    const shared = assign(shares), second = secondBest(shares, shared);
    expect([seed, held(shares, shared), shared.cost, shared.bound, second?.cost ?? null]).toEqual([seed, ways.left, ways.cost, ways.cost, ways.second]);
    if (second !== null) {
      expect(second.person).not.toEqual(shared.person);
      expect(held(shares, { ...shared, person: second.person, cost: second.cost })).toBe(ways.left);
    } else none++;
    if (ways.left > 0) tight++;
  }
  expect(tight).toBeGreaterThan(100);
  expect(none).toBeGreaterThan(10);
});

test('costs that are no whole numbers: within half a quantum an item, and the bound is still the cost', () => {
  fc.assert(fc.property(fc.integer(), fc.constantFrom(1e-9, 1, 1e12), (seed, costs) => {
    const shares = small(new Random(seed), costs, false), ways = everyWay(shares), shared = assign(shares);
    expect(held(shares, shared)).toBe(ways.left);
    expect(shared.bound).toBe(shared.cost);
    expect(Math.abs(shared.cost - ways.cost)).toBeLessThanOrEqual(shares.items * shared.quantum / 2);
    if (shares.cost.some((c) => c < Infinity)) expect(shared.quantum).toBeLessThanOrEqual(costs * 2 ** -45);
  }), { numRuns: 300 });
});

test('larger ones, random, clustered, of equal costs and where all want the same people: what the textbook finds', () => {
  for (let seed = 0; seed < 80; seed++) {
    const random = new Random(seed), people = 1 + random.below(12), each = 1 + random.below(6), items = 1 + random.below(people * each);
    const home = Array.from({ length: items }, () => random.below(people)), dear = Array.from({ length: people }, () => random.below(1000));
    const shares: Shares = {
      items, people, most: new Uint32Array(people).fill(each),
      cost: Float64Array.from({ length: items * people }, (_, at) => [random.below(1e6), 10 * Math.abs(home[Math.floor(at / people)]! - at % people) + random.below(3), random.below(3), dear[at % people]! * (90 + random.below(20))][seed % 4]!),
    };
    const shared = assign(shares);
    expect(held(shares, shared)).toBe(0);
    expect([shared.cost, shared.bound]).toEqual([hungarian(shares), shared.cost]);
    if (items > 25) continue;
    // an answer that differs does without the person of some item
    const others = Array.from({ length: items }, (_, i) => assign({ ...shares, cost: shares.cost.with(i * people + shared.person[i]!, Infinity) })).filter(({ person }) => !person.includes(-1));
    expect(secondBest(shares, shared)?.cost ?? Infinity).toBe(Math.min(Infinity, ...others.map(({ cost }) => cost)));
  }
});

test('as many people as items, one each: prices found by bids end where the textbook does, also where not everybody may have everything', () => {
  let left = 0;
  for (let seed = 0; seed < 60; seed++) {
    const random = new Random(seed), size = 2 + random.below(40), weight = Array.from({ length: size }, () => random.next() / 2 ** 32), rare = seed % 3 === 2;
    // whole numbers large enough for an auction; the product of two weights is what paths alone find slowly
    const shares: Shares = {
      items: size, people: size, most: new Uint32Array(size).fill(1),
      cost: Float64Array.from({ length: size * size }, (_, at) => (rare && random.below(3) > 0 ? Infinity : Math.floor(1e7 * (1 - weight[Math.floor(at / size)]! * weight[at % size]!) * (0.9 + 0.2 * random.next() / 2 ** 32)))),
    };
    const shared = assign(shares), without = held(shares, shared), beyond = 2 * size * 2e7;
    // the textbook's method has no forbidden pairs: there one costs more than all others together
    expect([seed, shared.cost + without * beyond, shared.bound]).toEqual([seed, hungarian({ ...shares, cost: shares.cost.map((c) => Math.min(c, beyond)) }), shared.cost]);
    if (without > 0) left++;
  }
  expect(left).toBeGreaterThan(2);
});

test('nothing to give, nobody to give it to, and people who take nothing', () => {
  const none = assign({ items: 0, people: 3, cost: new Float64Array(0), most: new Uint32Array(3) });
  expect([none.cost, none.bound, none.person.length]).toEqual([0, 0, 0]);
  for (const shares of [
    { items: 2, people: 0, cost: new Float64Array(0), most: new Uint32Array(0) },
    { items: 2, people: 1, cost: Float64Array.of(1, 2), most: new Uint32Array(1) },
    { items: 2, people: 1, cost: new Float64Array(2).fill(Infinity), most: Uint32Array.of(5) },
  ]) {
    const shared = assign(shares);
    expect([...shared.person, shared.cost, shared.bound]).toEqual([-1, -1, 0, 0]);
    expect(secondBest(shares, shared)).toBeNull();
  }
});

test('costs that cannot be, sizes that do not fit and problems too large are refused; the smallest and largest costs are not', () => {
  const one = (cost: number): Shares => ({ items: 1, people: 1, cost: Float64Array.of(cost), most: Uint32Array.of(1) });
  for (const cost of [Number.NaN, -1, -Infinity, Number.MAX_VALUE]) expect(() => assign(one(cost))).toThrow('BUG');
  for (const cost of [0, 5e-324, 1e-310, 1e200]) expect(Math.abs(assign(one(cost)).cost - cost)).toBeLessThanOrEqual(1e-9 * cost + 2 ** -1000);
  expect(() => assign({ ...one(1), items: 2 })).toThrow('BUG');
  expect(() => assign({ items: 1, people: 2 ** 27, cost: { length: 2 ** 27 } as Float64Array, most: { length: 2 ** 27 } as Uint32Array })).toThrow('too many to share out');
});

test('is given up when it is no longer wanted', () => {
  const shares: Shares = { items: 1, people: 1, cost: Float64Array.of(1), most: Uint32Array.of(1) }, shared = assign(shares);
  expect(() => assign(shares, { aborted: true })).toThrow('cancelled');
  expect(() => secondBest(shares, shared, { aborted: true })).toThrow('cancelled');
});
