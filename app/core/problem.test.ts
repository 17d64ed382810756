// Dangers: a set called the largest that the engine refuses, or a larger one that it would take and the problem does not know; a set refused for what it
// shares with one that fails; a name in a file of weights that is somebody else's, or nobody's.
import { describe, expect, test } from 'vitest';
import { IndexWorld } from '../../testkit/indexWorld.ts';
import { Sets } from '../../testkit/largestTwin.ts';
import { Random } from '../../testkit/random.ts';
import type { AcuId, ByteString } from './bytes.ts';
import { Engine } from './engine.ts';
import { largest } from './largest/largest.ts';
import { LargestProblem } from './problem.ts';
import { type SegmentMeta, type Tables, encodeTables } from './tables.ts';
import { readWeights, weightsOf } from './weights.ts';

const id = (n: number): AcuId => n.toString(16).padStart(64, '0') as AcuId;
const always = (): boolean => true;

/** An engine over a world in which every segment has an ACU, but few; some not yet exact, and with `apart`, some of the same ACU as another that stands elsewhere. */
function engineOf(random: Random, seed: number, segments: number, apart = false): Engine {
  const tables: Tables = new IndexWorld(seed, segments).tables(), made: SegmentMeta[] = [];
  for (const [n, segment] of tables.segments.entries()) {
    // what stands on one that is not exact is one unsplit ACU on the base, so nothing here does
    const isTop = !tables.segments.some(({ lower }) => lower.includes(n)), like = apart && random.chance(0.3) ? made.findIndex(({ acu }) => acu !== null) : -1;
    const standing = isTop && like < 0 && random.chance(0.08) ? 'inexact' : 'exact';
    made.push({
      ...segment, standing, acu: like >= 0 ? made[like]!.acu : random.chance(0.12) ? null : id(n + 1), title: `change ${n}` as ByteString, time: 1_600_000_000 + random.below(4) * 86_400 * 180, added: random.below(9), deleted: random.below(3),
    });
  }
  return Engine.decode(encodeTables({ ...tables, segments: made, sources: made.slice(0, 3).map(({ tip }, n) => ({ name: `source ${n}` as ByteString, ref: `refs/heads/source ${n}` as ByteString, oid: tip, segments: [n] })) }));
}

const subsets = (random: Random, ids: readonly AcuId[]): AcuId[][] => (ids.length <= 8
  ? Array.from({ length: 1 << ids.length }, (_, mask) => ids.filter((_id, i) => (mask & 1 << i) !== 0))
  : Array.from({ length: 128 }, () => { const share = random.below(100) / 100; return ids.filter(() => random.chance(share)); }));

describe('the problem of an engine', () => {
  test('allows exactly the sets that the engine takes', () => {
    const wrong: string[] = [];
    let taken = 0, refused = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const random = new Random(seed), engine = engineOf(random, seed, 3 + seed % 9), ids = engine.acus.map((acu) => acu.id);
      const it = new LargestProblem(engine, weightsOf(engine, 'unit')), sets = new Sets(it.problem), mask = (some: readonly AcuId[]): number => it.items(some).reduce((bits, item) => bits | 1 << item, 0);
      for (const some of subsets(random, ids)) {
        // closed, nearly always: what is random lacks something
        const set = random.chance(0.9) ? [...engine.closed(some)] : some, { ok } = engine.check(set);
        if (sets.holds(mask(set)) !== ok) wrong.push(`${seed}: ${set.map((one) => ids.indexOf(one)).join(' ')} is ${ok ? 'taken' : 'refused'}`);
        if (ok) taken++; else refused++;
      }
    }
    expect(wrong).toEqual([]);
    expect(Math.min(taken, refused)).toBeGreaterThan(2000);
  });

  test('where an ACU stands on this or on that, what the engine refuses is refused from then on, and a set that stands is found', () => {
    let again = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const engine = engineOf(new Random(seed), seed, 4 + seed % 12, true), it = new LargestProblem(engine, weightsOf(engine, 'unit'));
      for (let round = 0; ; round++) {
        const set = it.ids(largest(it.problem, always).chosen), { ok, conflicts } = engine.check(set), [why] = conflicts.filter(({ verdict }) => verdict !== 'risk');
        if (ok) break;
        again++;
        expect(round, `${seed} comes to an end`).toBeLessThan(60);
        it.refuse(set, why === undefined ? [] : [why.a, why.b as AcuId]);
      }
    }
    expect(again).toBeGreaterThan(0);
  });

  test('a set that fails for its sides is never proposed again, and nothing without a side is refused', () => {
    const wrong: string[] = [];
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed), engine = engineOf(random, seed, 3 + seed % 9), it = new LargestProblem(engine, weightsOf(engine, 'unit')), before = new Sets(it.problem);
      const chosen = it.ids(largest(it.problem, always).chosen);
      if (chosen.length < 2) continue;
      const sides = random.shuffle(chosen).slice(0, 2);
      it.refuse(chosen, sides);
      const after = new Sets(it.problem), count = engine.acus.length;
      for (let mask = 0; mask < 1 << count; mask++) {
        const set = it.ids([...Array(count).keys()].filter((item) => (mask & 1 << item) !== 0));
        if (after.holds(mask) && set.length === chosen.length && set.every((one) => chosen.includes(one))) wrong.push(`${seed}: proposed again`);
        if (!sides.every((side) => set.includes(side)) && after.holds(mask) !== before.holds(mask)) wrong.push(`${seed}: ${mask} without a side`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('weights', () => {
  const engine = engineOf(new Random(7), 7, 6), { acus } = engine;

  test('by rule', () => {
    expect([...weightsOf(engine, 'unit')]).toEqual(acus.map(() => 1));
    expect([...weightsOf(engine, 'lines')]).toEqual(acus.map(({ added, deleted }) => Math.max(1, added + deleted)));
    const newest = Math.max(...acus.map(({ time }) => time));
    // made half a year apart: 180 days, which is one half-life
    expect([...weightsOf(engine, 'age')]).toEqual(acus.map(({ time }) => 0.5 ** Math.round((newest - time) / (86_400 * 180))));
  });

  test('an age without end is still worth something, and a date that is none makes no other worthless', () => {
    const odd = { acus: [0, -9e15, 1.7e9, 8.6e12].map((time) => ({ time })) } as unknown as Engine;
    for (const weight of weightsOf(odd, 'age')) expect(weight).toBeGreaterThan(0);
  });

  test('by name: sources, ids and beginnings of ids, the later over the earlier, as lines or as JSON', () => {
    const [a, b] = acus as unknown as [typeof acus[number], typeof acus[number]], of = (text: string): Map<AcuId, number> => new Map(readWeights(engine, text).named.map(({ acu, weight }) => [acu, weight]));
    const source = engine.named('source 1');
    expect(of(`# what matters\n\n${a.id} 5  # this\r\nsource 1 2.5\n  ${b.id}\t0\n`)).toEqual(new Map([[a.id, 5], ...source.map((one) => [one, 2.5] as const), [b.id, 0]]));
    expect(of(`${a.id} 5\n${a.id} 7`)).toEqual(new Map([[a.id, 7]]));
    expect(of(` {"${a.id}": 3, "source 1": 1e3}`)).toEqual(new Map([[a.id, 3], ...source.map((one) => [one, 1000] as const)]));
    expect([...weightsOf(engine, { named: [{ acu: a.id, weight: 9 }] })]).toEqual(acus.map(({ id: one }) => (one === a.id ? 9 : 1)));
  });

  test.each([
    ['nobody 3', 'line 1: There is no source or ACU named nobody'], ['# one\nsource 1\u0020', 'no source or ACU named source'], ['\nsource\n', '"source" is no name with a weight'], ['source 1 -2', 'source 1 has no weight'], ['source 1 NaN', 'source 1 has no weight'],
    ['source 1 1e99', 'source 1 has no weight'], ['source 1 0x10', 'source 1 has no weight'], ['{"source 1": "3"}', '"source 1": source 1 has no weight'], ['{"source 1": 3', 'the JSON'], ['00000000 1', 'line 1: 00000000 is the beginning of'],
    ['\u202eevil 1', 'There is no source'],
  ])('%j is refused, and it is said where', (text, said) => {
    expect(() => readWeights(engine, text)).toThrow(said);
    try { readWeights(engine, text); } catch (error) { expect(error).toMatchObject({ code: 'usage' }); }
  });
});
