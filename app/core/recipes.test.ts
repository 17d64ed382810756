// Dangers: a recipe that composes what was never in it, or leaves an ACU unanswered; two entries that become the same one; names that hide something. Held to a slow
// twin that looks at every ACU of the other state for each entry.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AcuId, ByteString, Oid } from './bytes.ts';
import type { Engine } from './engine.ts';
import type { Recipe } from './recipes.ts';
import { applyRecipe, compareSets, recipeNameProblem, recipeOf, recipesAfter, recipesChanged } from './recipes.ts';

const bytes = (text: string): ByteString => text as ByteString;

/** A state as recipes see one: ACUs of branches, each standing on some before it. `grain`: of one branch there may be several at `commit`. */
interface World { readonly grain: 'branch' | 'commit'; readonly base: Oid; readonly acus: readonly { readonly id: AcuId; readonly branch: string; readonly title: string; readonly commit: Oid; readonly requires: readonly AcuId[]; readonly isStale: boolean; readonly isEmpty: boolean }[] }

const acu = (n: number): AcuId => n.toString(16).padStart(64, '0') as AcuId;
const commit = (n: number): Oid => n.toString(16).padStart(40, '0') as Oid;

/** Ids and commits come from small ranges, so that two worlds share some of each. */
const world: fc.Arbitrary<World> = fc.record({
  grain: fc.constantFrom('branch' as const, 'commit' as const),
  parts: fc.uniqueArray(fc.record({ id: fc.nat({ max: 20 }), branch: fc.nat({ max: 5 }), title: fc.nat({ max: 4 }), commit: fc.nat({ max: 30 }), on: fc.option(fc.nat(), { nil: null }), isStale: fc.boolean(), isEmpty: fc.nat({ max: 5 }) }), { selector: ({ id }) => id, maxLength: 9 }),
}).map(({ grain, parts }) => {
  const once = grain === 'commit' ? parts : parts.filter((part, i) => parts.findIndex(({ branch }) => branch === part.branch) === i), acus: World['acus'][number][] = [];
  for (const { id, branch, title, commit: at, on, isStale, isEmpty } of once.filter((part, i) => once.findIndex((other) => other.commit === part.commit) === i)) {
    acus.push({ id: acu(id), branch: `b${branch}`, title: `t${title}`, commit: commit(at), requires: on === null || acus.length === 0 ? [] : [acus[on % acus.length]!.id], isStale: isStale && id % 3 === 0, isEmpty: isEmpty === 0 });
  }
  // nothing stands on what is nothing
  return { grain, base: commit(99), acus: acus.filter((one) => !one.requires.some((lower) => acus.find(({ id }) => id === lower)!.isEmpty)) };
});

/** As much of an engine as recipes ask for. */
function engineOf({ grain, base, acus }: World): Engine {
  const real = acus.filter(({ isEmpty }) => !isEmpty), byId = new Map(real.map((one) => [one.id, one]));
  const closed = (ids: readonly AcuId[]): Set<AcuId> => { const out = new Set<AcuId>(); const visit = (id: AcuId): void => { if (!out.has(id)) { out.add(id); byId.get(id)?.requires.forEach(visit); } }; ids.forEach(visit); return out; };
  const shown = (id: AcuId) => {
    const one = byId.get(id);
    return one === undefined ? undefined : { id, name: bytes(one.branch), sources: [bytes(one.branch)], title: bytes(one.title), author: { name: bytes('A'), email: bytes('a@b') }, segments: [one.commit], standing: one.isStale ? 'stale' : 'exact', requires: one.requires };
  };
  const branches = [...new Set(acus.map(({ branch }) => branch))].sort();
  const sources = branches.map((branch) => ({ name: bytes(branch), ref: bytes(`refs/heads/${branch}`), segments: acus.filter((one) => one.branch === branch).map((one) => one.commit) }));
  const engine = { base, acu: shown, closed, acus: real.map(({ id }) => shown(id)), sources, tables: { grain, sources, segments: acus.map((one) => ({ tip: one.commit, commit: one.commit, acu: one.isEmpty ? null : one.id })) } };
  return engine as unknown as Engine;
}

/** What an entry may become, by looking at everything there is. */
function mayBecome(entry: Recipe['entries'][number], recipe: Recipe, now: World): { readonly outcome: string; readonly to: readonly AcuId[] } {
  const real = now.acus.filter(({ isEmpty }) => !isEmpty), isThere = (id: AcuId): boolean => real.some((one) => one.id === id);
  const found = ((): { outcome: string; to: AcuId[] } => {
    if (isThere(entry.id)) return { outcome: 'kept', to: [entry.id] };
    const same = now.acus.filter((one) => entry.commits.includes(one.commit));
    if (same.length > 0) { const to = same.filter(({ isEmpty }) => !isEmpty).map(({ id }) => id); return to.length > 0 ? { outcome: 'rebound', to } : { outcome: 'absorbed', to: [] }; }
    const branch = now.acus.filter((one) => entry.sources.includes(bytes(one.branch)));
    if (branch.length === 0) return { outcome: 'lost', to: [] };
    const free = branch.filter((one) => !one.isEmpty && !recipe.entries.some(({ id }) => id === one.id)), titled = free.filter((one) => bytes(one.title) === entry.title), to = (titled.length > 0 ? titled : free).map(({ id }) => id);
    if (to.length === 0) return { outcome: branch.every(({ isEmpty }) => isEmpty) ? 'absorbed' : 'lost', to: [] };
    return titled.length === 0 && (recipe.grain !== 'branch' || now.grain !== 'branch') ? { outcome: 'lost', to: [] } : { outcome: 'rebound', to };
  })();
  const below = (id: AcuId): AcuId[] => [id, ...real.find((one) => one.id === id)!.requires.flatMap(below)];
  const isStale = found.to.some((id) => below(id).some((one) => real.find((other) => other.id === one)!.isStale));
  return { outcome: isStale ? 'stale' : found.outcome, to: found.to.sort() };
}

describe('a recipe', () => {
  test('applied where it was kept is what was kept', () => {
    fc.assert(fc.property(world, (was) => {
      const engine = engineOf(was), exact = was.acus.filter((one) => !one.isEmpty && [...engine.closed([one.id])].every((id) => engine.acu(id)?.standing === 'exact')).map(({ id }) => id).sort();
      const { acus, answers } = applyRecipe(recipeOf('r', engine, { acus: exact }, 1), engine);
      expect(acus).toEqual(exact);
      expect(answers.every(({ outcome }) => outcome === 'kept')).toBe(true);
    }));
  });

  test('answers every entry once, as looking at everything does; what it composes is closed, exact, and told of', () => {
    fc.assert(fc.property(world, world, (was, now) => {
      const before = engineOf(was), after = engineOf(now), recipe = recipeOf('r', before, { acus: before.acus.map(({ id }) => id) }, 1);
      const { acus, answers } = applyRecipe(recipe, after);
      expect(answers.slice(0, recipe.entries.length).map(({ id }) => id)).toEqual(recipe.entries.map(({ id }) => id));
      for (const [i, entry] of recipe.entries.entries()) expect({ outcome: answers[i]!.outcome, to: [...answers[i]!.to].sort() }).toEqual(mayBecome(entry, recipe, now));
      expect([...after.closed(acus)].sort()).toEqual(acus);
      expect(acus.every((id) => after.acu(id)?.standing === 'exact')).toBe(true);
      expect([...new Set(answers.filter(({ outcome }) => ['kept', 'rebound', 'taken along'].includes(outcome)).flatMap(({ to }) => to))].sort()).toEqual(acus);
    }));
  });

  test('finds commits that the base has by now, and keeps what was open apart', () => {
    const before = engineOf({ grain: 'branch', base: commit(99), acus: [1, 2].map((n) => ({ id: acu(n), branch: `b${n}`, title: 't', commit: commit(n), requires: [], isStale: false, isEmpty: false })) });
    const recipe = recipeOf('r', before, { acus: [acu(1)], open: [acu(2)] }, 1), after = engineOf({ grain: 'branch', base: commit(98), acus: [] });
    expect(applyRecipe(recipe, after, new Set([commit(1)])).answers.map(({ outcome, why }) => [outcome, why])).toEqual([['absorbed', 'its commits are in the base'], ['lost', 'there is no b2 any more']]);
    expect(applyRecipe(recipe, before)).toMatchObject({ acus: [acu(1)], open: [acu(2)] });
  });

  test.each([['', false], ['a', true], [' a', false], ['a b – ñ 日本 👩‍💻'.replace('\u200d', ''), true], ['a\tb', false], ['a\u202eb', false], ['\ud800', false], ['x'.repeat(80), true], ['x'.repeat(81), false], ['👍'.repeat(80), true]])('called %j: %s', (name, isFine) => {
    expect(recipeNameProblem(name) === null).toBe(isFine);
  });
});

describe('recipes as events', () => {
  const recipe = (name: string, time: number): Recipe => ({ name, base: commit(1), grain: 'branch', time, entries: [] });
  const some = fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), time: fc.nat({ max: 3 }) }), { selector: ({ name }) => name }).map((all) => recipesAfter([], all.map(({ name, time }) => recipe(name, time)), []));

  test('what changed makes one state of the other, and nothing of the same', () => {
    fc.assert(fc.property(some, some, (before, now) => {
      const changed = recipesChanged(before, now);
      expect(changed === null ? before : recipesAfter(before, changed.kept, changed.dropped)).toEqual(now);
      expect(recipesChanged(now, now)).toBeNull();
    }));
  });

  test('two sets have each ACU in one place', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.nat({ max: 9 })), fc.uniqueArray(fc.nat({ max: 9 })), (a, b) => {
      const { both, onlyA, onlyB } = compareSets(a.map(acu), b.map(acu));
      expect([...both, ...onlyA].sort()).toEqual(a.map(acu).sort());
      expect([...both, ...onlyB].sort()).toEqual(b.map(acu).sort());
      expect(new Set([...both, ...onlyA, ...onlyB]).size).toBe(both.length + onlyA.length + onlyB.length);
    }));
  });
});
