// Danger: what a stacked branch is said to touch is what the branches below it touch; a conflict is listed twice, or not at all where there are many.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generate } from '../../../testkit/generate.ts';
import { type Loaded, load } from '../../../testkit/loaded.ts';
import { numbered, smallRepository } from '../../../testkit/small.ts';
import type { AcuId } from '../bytes.ts';
import { MOST_LISTED, inFlightOf, requirements } from './inFlight.ts';

let dir: string, loaded: Loaded;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'acumen-flying-'));
  const repository = smallRepository(path.join(dir, 'r'), { 'a.txt': numbered(40), 'b.txt': numbered(40), 'gone.txt': numbered(9) });
  repository.branch('low', { 'a.txt': numbered(40, { 3: 'low' }), 'new.txt': 'one\ntwo\n' });
  repository.branch('high', { 'a.txt': numbered(40, { 3: 'low', 20: 'high\nand more' }) }, 'low');
  repository.branch('other', { 'a.txt': numbered(40, { 3: 'other', 30: 'other' }), 'gone.txt': null }, 'main', 'Bob <bob@example.invalid>');
  repository.branch('stale', { 'b.txt': numbered(40, { 7: 'theirs' }) });
  repository.commit({ 'b.txt': numbered(40, { 7: 'ours' }) }, 'On');
  loaded = await load(repository.path, { refs: ['refs/heads/*'] });
});
afterAll(async () => { await loaded.close(); rmSync(dir, { recursive: true, force: true }); });

test('says what each ACU touches by itself, in lines of the base', () => {
  const { acus } = inFlightOf(loaded.engine);
  const files = Object.fromEntries(acus.map((acu) => [acu.name, acu.files.map(({ path: at, added, deleted, hunks }) => `${at} +${added} -${deleted} ${hunks.join(' ')}`)]));
  expect(files).toEqual({
    'Change low': ['a.txt +1 -1 2 3', 'new.txt +2 -0 '], high: ['a.txt +2 -1 19 20'], other: ['a.txt +2 -2 2 3 29 30', 'gone.txt +0 -0 '], stale: ['b.txt +0 -0 '],
  });
  expect(acus.find(({ name }) => name === 'other')!.author.email).toBe('bob@example.invalid');
  expect(acus.map(({ standing }) => standing).filter((s) => s !== 'exact')).toEqual(['stale']);
});

test('conflicts in the same files share one list of them, so that it is sent once however many they are', () => {
  const lists = new Set(structuredClone(inFlightOf(loaded.engine).conflicts).filter(({ b }) => b !== 'base').map(({ paths }) => paths));
  expect([...lists]).toEqual([['a.txt']]);
});

test('lists what conflicts, once, with its paths; and what stands on what', () => {
  const { acus, conflicts, pairs } = inFlightOf(loaded.engine), named = new Map<AcuId | 'base', string>([...acus.map((acu) => [acu.id, acu.name] as const), ['base', 'base']]);
  expect(conflicts.map((c) => `${[named.get(c.a), named.get(c.b)].sort().join(' ')}: ${c.paths.join(' ')}`).sort()).toEqual(['Change low other: a.txt', 'base stale: b.txt', 'high other: a.txt']);
  expect(Array.from(pairs.a, (a, i) => [acus[a]!.name, acus[pairs.b[i]!]!.name].sort().join(' ')).sort()).toEqual(['Change low other', 'high other']);
  const requires = requirements(acus), at = (name: string): number => acus.findIndex((acu) => acu.name === name);
  expect([requires(at('high'), at('Change low')), requires(at('Change low'), at('high')), requires(at('Change low'), at('Change low')), requires(at('other'), at('Change low'))]).toEqual([true, false, true, false]);
});

test('of a generated fleet, every pair that the engine answers is there, and every listed one is a pair', async () => {
  const made = await generate({ seed: 5, mix: 'fleet', sources: 60 }), fleet = await load(made.dir, { refs: made.refs });
  try {
    const { acus, conflicts, pairs } = inFlightOf(fleet.engine), key = (a: AcuId, b: AcuId | 'base'): string => [a, b].sort().join(' ');
    const engines = [...fleet.engine.conflicts()].filter((c) => c.verdict !== 'risk' && c.b !== 'base');
    const theirs = new Map<string, Set<string>>();
    for (const { a, b, path: at } of engines) theirs.set(key(a, b), (theirs.get(key(a, b)) ?? new Set<string>()).add(at));
    expect(Array.from(pairs.a, (a, i) => key(acus[a]!.id, acus[pairs.b[i]!]!.id)).sort()).toEqual([...theirs.keys()].sort());
    expect(engines.length).toBeGreaterThan(50);
    expect(engines.length).toBeLessThan(MOST_LISTED);
    for (const c of conflicts) if (c.b !== 'base') expect(c.paths).toEqual([...theirs.get(key(c.a, c.b))!].filter((at) => at !== '').sort());
    const few = inFlightOf(fleet.engine, 2 * acus.length), listed = few.conflicts.filter(({ b }) => b !== 'base');
    expect(few.pairs).toEqual(pairs);
    expect(pairs.a.length).toBeGreaterThan(2 * acus.length);
    expect(listed.length).toBeLessThanOrEqual(2 * acus.length);
    // each of those that conflict has two, or all where it has fewer
    for (const [i, { id }] of acus.entries()) {
      const its = pairs.a.filter((a, k) => a === i || pairs.b[k] === i).length;
      expect(listed.filter(({ a, b }) => a === id || b === id).length).toBeGreaterThanOrEqual(Math.min(2, its));
    }
    for (const { id, files } of acus) expect(files.map((f) => f.path)).toEqual(fleet.engine.acu(id)!.paths);
  } finally {
    await fleet.close();
    made.remove();
  }
});

test('closing over requirements is walking them', () => {
  fc.assert(fc.property(fc.array(fc.array(fc.nat(11), { maxLength: 3 }), { maxLength: 12 }), (below) => {
    // the lower half of what is drawn, so that nothing stands on itself
    const acus = below.map((list, i) => ({ id: `acu ${i}` as AcuId, requires: [...list.filter((n) => n < i).map((n) => `acu ${n}` as AcuId), 'elsewhere' as AcuId] }));
    const requires = requirements(acus);
    const walk = (i: number): Set<number> => new Set([i, ...below[i]!.filter((n) => n < i).flatMap((n) => [...walk(n)])]);
    for (const i of acus.keys()) for (const j of acus.keys()) expect(requires(i, j)).toBe(walk(i).has(j));
  }));
});
