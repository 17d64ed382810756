// A problem set up differently for pairs told in another order or twice; a part cut out with a conflict or a requirement lost, its lists out of order, or without its guards.
import { expect, test } from 'vitest';
import { randomProblem } from '../../../testkit/problems.ts';
import { Random } from '../../../testkit/random.ts';
import { instanceOf } from './instance.ts';
import { IN, OPEN, OUT, cut, wholeOf } from './part.ts';
import { Partial } from './search.ts';

test('pairs in any order, told twice, make the same instance', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed), one = randomProblem(random, 20), pairs: number[][] = [];
    for (let i = 0; i < one.conflicts.length; i += 2) pairs.push([one.conflicts[i]!, one.conflicts[i + 1]!]);
    const again = random.shuffle([...pairs, ...pairs.filter(() => random.chance(0.3))]), { guards, ...rest } = instanceOf({ ...one, conflicts: Uint32Array.from(again.flat()) });
    const plain = instanceOf(one), byMembers = (x: (typeof guards)[number], y: (typeof guards)[number]): number => x.members[0]! - y.members[0]! || x.members.length - y.members.length || (x.members[1] ?? 0) - (y.members[1] ?? 0);
    expect(rest, `${seed}`).toEqual({ count: plain.count, weights: plain.weights, usable: plain.usable, below: plain.below, above: plain.above, hard: plain.hard });
    expect([...guards].sort(byMembers), `guards, ${seed}`).toEqual([...plain.guards].sort(byMembers));
  }
});

test('parts have all that binds their items, in their own numbers, those with more conflicts first', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed), { part, state } = wholeOf(instanceOf(randomProblem(random, 20))), partial = new Partial(part, state);
    for (let i = 0; i < part.count; i++) if (state[i] === OPEN && random.chance(0.2)) partial[random.pick(['include', 'exclude'] as const)](i);
    const open = Array.from(state.keys()).filter((i) => state[i] === OPEN), cuts = cut(part, state);
    expect(cuts.flatMap(({ items }) => [...items]).sort((a, b) => a - b), `${seed}`).toEqual(open);
    for (const { part: own, items } of cuts) {
      for (const kind of ['below', 'above', 'hard'] as const) own[kind].forEach((list, k) => {
        const wanted = Array.from(part[kind][items[k]!]!).filter((i) => state[i] === OPEN).map((i) => items.indexOf(i)).sort((a, b) => a - b);
        expect([...list], `${kind} of ${items[k]}, ${seed}`).toEqual(wanted);
      });
      own.weights.forEach((weight, k) => expect(weight).toBe(part.weights[items[k]!]));
      for (let k = 1; k < own.count; k++) expect(own.hard[k - 1]!.length, `${seed}`).toBeGreaterThanOrEqual(own.hard[k]!.length);
    }
    const asked = part.guards.filter(({ members, escapes }) => !members.some((m) => state[m] === OUT) && !escapes.some((e) => state[e] === IN));
    const sums = (guards: typeof part.guards, number: (i: number) => number): string[] => guards.map(({ members, escapes }) => [members, escapes].map((list) => Array.from(list, number).sort((a, b) => a - b).join()).join(' / ')).sort();
    expect(cuts.flatMap(({ part: own, items }) => sums(own.guards, (k) => items[k]!)).sort(), `guards, ${seed}`)
      .toEqual(sums(asked.map(({ members, escapes }) => ({ members: members.filter((m) => state[m] === OPEN), escapes: escapes.filter((e) => state[e] === OPEN) })), (i) => i));
  }
});
