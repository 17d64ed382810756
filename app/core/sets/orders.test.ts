// The danger: an order that nobody tried. Chains of numbers whose merges refuse, or forget, by a rule that is known, against all their
// permutations; and many members, of which a planted few do not go together in some orders.
import { describe, expect, test } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { LACKING } from '../waves.ts';
import { type Chain, type Decision, EVERY_ORDER, MOST_ORDERS, Orders, seededOrders } from './orders.ts';

/** Ends are texts; `rule` says of a member and all that came before it: null refuses, else what is put at the end. */
function chainOf(size: number, rule: (before: ReadonlySet<number>, member: number) => string | null): Chain<string, number> & { joins: number } {
  return {
    size, work: size, joins: 0,
    first: (i) => `.${i}`,
    join(head, members, i) {
      this.joins++;
      const more = rule(new Set(members), i);
      return more === null ? { refusal: i } : { head: [...head.split('.').filter((x) => x !== ''), `${i}`, ...more === '' ? [] : [more]].sort().map((x) => `.${x}`).join('') };
    },
    same: (a, b) => a === b,
  };
}

function permutations(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((one, i) => permutations(items.filter((_, j) => j !== i)).map((rest) => [one, ...rest]));
}

/** All orders of some members, one after another. */
function tried(chain: Chain<string, number>, members: readonly number[]): Decision<string, number>['state'] {
  const ends = permutations(members).map((order) => {
    let head = chain.first(order[0]!);
    for (const [n, member] of order.entries()) {
      if (n === 0) continue;
      const joined = chain.join(head, order.slice(0, n).sort((x, y) => x - y), member);
      if ('refusal' in joined) return null;
      head = joined.head;
    }
    return head;
  });
  const distinct = new Set(ends);
  return distinct.size > 1 ? 'order-sensitive' : distinct.has(null) ? 'conflict' : 'clean';
}

/** Members of some triples come in a wrong order: it refuses, or leaves something behind. Of pairs, all is well. */
function randomRule(random: Random, size: number): Parameters<typeof chainOf>[1] {
  const rules = Array.from({ length: random.below(4) }, () => {
    const [a, b, last] = random.shuffle(Array.from({ length: size }, (_, i) => i)) as [number, number, number];
    return { a, b, last: random.chance(0.3) ? null : last, refuses: random.chance(0.6), word: `x${random.below(2)}` };
  });
  return (before, member) => {
    let out = '';
    for (const { a, b, last, refuses, word } of rules) {
      const meets = last === null ? [a, b].includes(member) && before.size > 1 && (before.has(a) || before.has(b)) : member === last && before.has(a) && before.has(b);
      if (!meets) continue;
      if (refuses) return null;
      out += word;
    }
    return out;
  };
}

describe('a few members', () => {
  test('are decided as by trying every order, and the core is the smallest part of which the same is true', () => {
    const states = { 'clean': 0, 'conflict': 0, 'order-sensitive': 0 };
    for (let seed = 1; seed <= 400; seed++) {
      const random = new Random(seed), size = random.between(3, 5);
      const chain = chainOf(size, randomRule(random, size));
      const all = Array.from({ length: size }, (_, i) => i);
      const decision = new Orders(chain).decide();
      states[decision.state]++;
      expect(decision.state, `seed ${seed}`).toBe(tried(chain, all));
      if (decision.state === 'clean') continue;
      expect(tried(chain, decision.core), `seed ${seed}: ${decision.core.join()}`).toBe(decision.state);
      for (let set = 1; set < 1 << size; set++) {
        const part = all.filter((i) => (set & (1 << i)) !== 0);
        if (part.length > 1 && part.length < decision.core.length) expect(tried(chain, part), `seed ${seed}: ${part.join()}`).not.toBe(decision.state);
      }
      expect(decision.refusal !== null || decision.ends.length > 1).toBe(true);
    }
    expect(Math.min(...Object.values(states))).toBeGreaterThan(5);
  });

  test('take each set of members once, however many orders lead to it', () => {
    const chain = chainOf(EVERY_ORDER, () => '');
    expect(new Orders(chain).decide().state).toBe('clean');
    expect(chain.joins).toBeLessThan(EVERY_ORDER * 2 ** (EVERY_ORDER - 1));
  });
});

describe('many members', () => {
  test.each([8, 20, 60])('%i: a planted three are found in the order that fails, and named alone', (size) => {
    let found = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const random = new Random(seed * 100 + size);
      const [a, b, last] = random.shuffle(Array.from({ length: size }, (_, i) => i)) as [number, number, number];
      const decision = new Orders(chainOf(size, (before, member) => (member === last && before.has(a) && before.has(b) ? (seed % 2 === 0 ? null : 'left behind') : ''))).decide();
      expect(decision.state, `seed ${seed}`).toBe('order-sensitive');
      if (decision.state === 'clean') continue;
      expect(decision.core).toEqual([a, b, last].sort((x, y) => x - y));
      found++;
    }
    expect(found).toBe(12);
  });

  test('of which two refuse each other in every order are a conflict of these two', () => {
    const decision = new Orders(chainOf(30, (before, member) => ((member === 4 && before.has(17)) || (member === 17 && before.has(4)) ? null : ''))).decide();
    expect(decision).toMatchObject({ state: 'conflict', core: [4, 17] });
  });

  test('with much in them are taken in fewer orders, backwards too', () => {
    expect(seededOrders(40, 100).length).toBe(MOST_ORDERS);
    expect(seededOrders(40, 30_000).length).toBe(16);
    expect(seededOrders(400, 1_000_000)).toEqual([Array.from({ length: 400 }, (_, i) => i), Array.from({ length: 400 }, (_, i) => 399 - i)]);
    const chain = { ...chainOf(6, () => ''), work: 1_000_000 };
    const counted = { ...chain, join: (...of: Parameters<typeof chain.join>) => { counted.joins++; return chain.join(...of); }, joins: 0 };
    expect(new Orders(counted).decide().state).toBe('clean');
    expect(counted.joins).toBeLessThanOrEqual(20);
  });

  test('that go together are taken in a bounded number of orders, the same ones always', () => {
    for (const size of [8, 30, 100, 400]) {
      const orders = seededOrders(size);
      expect(orders).toEqual(seededOrders(size));
      expect(orders.length).toBeLessThanOrEqual(MOST_ORDERS);
      expect(orders.length).toBeGreaterThanOrEqual(8);
      expect(new Set(orders.map((order) => order.join())).size).toBe(orders.length);
      for (const order of orders) expect(order.toSorted((x, y) => x - y)).toEqual(Array.from({ length: size }, (_, i) => i));
    }
  });
});

test('work is stopped now and then, and goes on where it was', () => {
  const chain = chainOf(7, (before, member) => (member === 6 && before.has(0) && before.has(1) ? null : ''));
  const orders = new Orders(chain, 20);
  let stops = 0;
  for (let joins = 0; ; joins = chain.joins, stops++) {
    try {
      expect(orders.decide()).toMatchObject({ state: 'order-sensitive', core: [0, 1, 6] });
      break;
    } catch (error) {
      if (error !== LACKING) throw error;
      expect(chain.joins - joins).toBe(20);
    }
  }
  expect(stops).toBe(Math.ceil(chain.joins / 20) - 1);
});

test('work that lacks something goes on where it stopped: no merge is made twice', () => {
  const held = new Set<string>();
  const inner = chainOf(5, () => '');
  let wanted: string[] = [];
  const chain: Chain<string, number> = {
    ...inner,
    join(head, members, i) {
      const key = `${members.join()} ${i}`;
      if (!held.has(key)) { wanted.push(key); throw LACKING; }
      return inner.join(head, members, i);
    },
  };
  const orders = new Orders(chain);
  let waves = 0, joins = 0;
  for (;;) {
    try {
      expect(orders.decide().state).toBe('clean');
      break;
    } catch (error) {
      if (error !== LACKING) throw error;
    }
    for (const key of wanted) held.add(key);
    joins += new Set(wanted).size;
    wanted = [];
    waves++;
  }
  // a wave for each size of set
  expect(waves).toBe(4);
  expect(inner.joins).toBe(joins);
});
