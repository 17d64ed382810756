// The danger: a pair whose common ground nobody prepared is taken for a clean one. Each pair, looked at by itself, is the twin.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Oid } from './bytes.ts';
import { Closures } from './closures.ts';
import { neededContexts, pairings } from './common.ts';
import { Histories } from './histories.ts';

/** Segments on earlier ones, none of a segment's lower ones below another of them; in some, what they stand on and others come before them. */
const stacks = fc.tuple(fc.array(fc.array(fc.nat(1000), { maxLength: 3 }), { maxLength: 24 }), fc.constantFrom(0, 0, 2, 3)).map(([wanted, follows]) => {
  const segments: { tip: Oid; lower: number[]; after: number[] }[] = [];
  const below: Set<number>[] = [];
  wanted.forEach((some, i) => {
    const all = i === 0 ? [] : [...new Set(some.map((n) => n % i))];
    const lower = all.filter((l) => !all.some((o) => o !== l && below[o]!.has(l)));
    below.push(new Set(lower.flatMap((l) => [l, ...below[l]!])));
    const after = follows > 0 && i > 0 && i % follows !== 0 ? [...new Set([...lower, some.reduce((n, m) => n + m, 7) % i])] : [];
    segments.push({ tip: `t${String(i).padStart(2, '0')}` as Oid, lower, after });
  });
  return segments;
});

/** of each, what is before it */
function historiesOf(segments: readonly { lower: readonly number[]; after: readonly number[] }[]): ReadonlySet<number>[] {
  const out: Set<number>[] = [], isAny = segments.some(({ after }) => after.length > 0);
  for (const { lower, after } of segments) out.push(new Set(isAny ? [...lower, ...after].flatMap((i) => [i, ...out[i]!]) : []));
  return out;
}

/** a, b → common tops, for pairs that share something, do not stand on each other and do not come after each other */
function onePairAtATime(segments: readonly { lower: readonly number[]; after: readonly number[] }[], closures: Closures): Map<string, string> {
  const out = new Map<string, string>(), before = historiesOf(segments);
  for (let b = 0; b < segments.length; b++) for (let a = 0; a < b; a++) {
    if (closures.includes(b, a) || before[b]!.has(a)) continue;
    const common = closures.closure(a).filter((i) => closures.includes(b, i));
    const tops = common.filter((i) => !common.some((o) => o !== i && closures.includes(o, i)));
    if (tops.length > 0) out.set(`${a} ${b}`, tops.join());
  }
  return out;
}

describe('pairs by what they have in common', () => {
  test('are all pairs, each once, with their own common tops', () => {
    fc.assert(fc.property(stacks, (segments) => {
      const closures = new Closures(segments), found = new Map<string, string>(), before = historiesOf(segments);
      for (const { tops, as, bs } of pairings(segments, closures)) {
        for (const a of as) for (const b of bs) {
          if ((as === bs && a >= b) || before[a]!.has(b) || before[b]!.has(a)) continue;
          const key = `${Math.min(a, b)} ${Math.max(a, b)}`;
          expect(found.has(key)).toBe(false);
          found.set(key, tops.join());
        }
      }
      expect(new Map([...found].sort())).toEqual(new Map([...onePairAtATime(segments, closures)].sort()));
    }), { numRuns: 300 });
  });

  test('give contexts for all pairs with one or two common tops, or more of one history, or, where that is too much, for all pairs of a name or none', () => {
    fc.assert(fc.property(stacks, fc.nat(200), (segments, most) => {
      const closures = new Closures(segments);
      const sizes = { all: () => 5, over: () => 1 };
      const whole = neededContexts(segments, closures, sizes), some = neededContexts(segments, closures, sizes, most);
      const kept = new Set(some.flatMap((contexts) => [...contexts.keys()]));
      let paths = 0;
      whole.forEach((contexts, s) => {
        expect(new Set(some[s]!.keys())).toEqual(new Set([...contexts.keys()].filter((name) => kept.has(name))));
        for (const name of contexts.keys()) if (kept.has(name)) paths += 2;
      });
      expect(paths).toBeLessThanOrEqual(most);
      const wanted = segments.map(() => new Set<string>()), before = historiesOf(segments);
      for (const [pair, tops] of onePairAtATime(segments, closures)) {
        const list = tops.split(',').map(Number);
        if (list.length <= 2 || list.every((x) => list.every((y) => y <= x || before[y]!.has(x)))) for (const s of pair.split(' ')) wanted[Number(s)]!.add(closures.contextName(list));
      }
      expect(whole.map((contexts) => new Set(contexts.keys()))).toEqual(wanted);
    }), { numRuns: 300 });
  });

  test('of a stack whose commits one line of history orders there are none, however they stand on each other', () => {
    const segments = Array.from({ length: 300 }, (_, i) => ({ tip: `t${i}` as Oid, lower: i < 3 ? [] : [i % 3, ...i > 9 ? [i - 3] : []].slice(-1), after: i === 0 ? [] : [i - 1] }));
    expect([...pairings(segments, new Closures(segments))]).toHaveLength(0);
    expect(new Set(pairings(segments.map(({ tip, lower }) => ({ tip, lower })), new Closures(segments))).size).toBeGreaterThan(100);
  });

  test('histories answer as walking does, also where they grow', () => {
    fc.assert(fc.property(stacks, fc.nat(24), (segments, first) => {
      const histories = new Histories(segments.slice(0, first)), before = historiesOf(segments);
      histories.grow(segments);
      const all = segments.map((_, i) => i);
      for (const a of all) for (const b of all) expect(histories.together(a, b)).toBe(before[a]!.has(b) || before[b]!.has(a));
      expect(histories.isEmpty).toBe(segments.every(({ after }) => after.length === 0));
    }));
  });

  test('of a thousand branches on one lower segment are one', () => {
    const segments = [{ tip: 'x' as Oid, lower: [] }, ...Array.from({ length: 1000 }, (_, i) => ({ tip: `y${i}` as Oid, lower: [0] }))];
    expect([...pairings(segments, new Closures(segments))]).toHaveLength(1);
  });
});
