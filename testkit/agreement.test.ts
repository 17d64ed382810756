// Law 5: the danger is an answer that git would not give. A slice of `npm run agreement`: small repositories, every feature between them;
// and the danger of a judge that would not notice: planted wrong answers are seen.
import { afterEach, describe, expect, test } from 'vitest';
import { type Agreement, agreement, engineAnswer } from './agreement.ts';
import { kinds } from './candidates.ts';
import type { EngineAnswer, PairVerdict } from './engineAnswer.ts';
import { generate } from './generate.ts';
import type { Generated, Mix } from './generate.ts';
import { requireGit } from './git.ts';
import { START, Tiny, withLines } from './tiny.ts';

let made: Generated | undefined;
afterEach(() => { made?.remove(); made = undefined; });

describe(`agreement with git ${requireGit().text} at grain branch`, () => {
  test.each<[Mix, number]>([['stacks', 21], ['fleet', 22], ['kinds', 23], ['repetitive', 24], ['moving', 25]])('%s, seed %i', async (mix, seed) => {
    made = await generate({ seed, mix, sources: 40 });
    const result = await agreement(made.dir, { refs: made.refs, features: made.features, sets: 15, seed, strict: true });
    expect(result.disagreements).toEqual([]);
    // and the question was worth asking
    expect(result.sharing.conflicting).toBeGreaterThan(5);
    expect(result.sharing.clean).toBeGreaterThan(40);
    expect(result.sets.gitClean).toBeGreaterThan(0);
    expect(result.sets.agreed).toBe(result.sets.gitClean);
    expect(result.trees).toBe(result.pairs.clean);
  }, 120_000);

  test('with renames, moved directories, stacks of them and merges that cross: every kind is asked about, and the paths are the same too', async () => {
    const results: Agreement[] = [];
    for (const [mix, seed, sources] of [['torture', 26, 60], ['realistic', 28, 40], ['crowd', 29, 80]] as const) {
      made = await generate({ seed, mix, sources });
      const result = await agreement(made.dir, { refs: made.refs, sets: 8, seed, strict: true });
      expect(result.disagreements, `${mix} ${seed}`).toEqual([]);
      expect(result.paths.examples, `${mix} ${seed}`).toEqual([]);
      expect(result.paths.same).toBe(result.paths.compared);
      expect(result.partial).toBe(0);
      results.push(result);
      made.remove();
    }
    for (const kind of kinds) {
      expect(results.reduce((n, r) => n + r.kinds[kind].conflicting, 0), `${kind}, conflicting`).toBeGreaterThan(0);
      expect(results.reduce((n, r) => n + r.kinds[kind].clean, 0), `${kind}, clean`).toBeGreaterThan(0);
    }
    expect(results.some((r) => r.severalBases > 0)).toBe(true);
  }, 240_000);
});

/** The engine, but for what `change` makes of its answers. */
const lying = (change: Partial<EngineAnswer> | ((real: EngineAnswer) => Partial<EngineAnswer>)): typeof engineAnswer => async (dir, where) => {
  const real = await engineAnswer(dir, where);
  return {
    standing: (name) => real.standing(name), verdict: (a, b) => real.verdict(a, b), treeOf: (names) => real.treeOf(names), pairTree: (a, b) => real.pairTree!(a, b), close: () => real.close(),
    ...(typeof change === 'function' ? change(real) : change),
  };
};

describe('planted wrong answers are seen', () => {
  const ask = async (engine: typeof engineAnswer): Promise<Agreement> => {
    const t = new Tiny();
    const base = t.commit([], { f: START, g: START });
    const a = t.commit([base], { f: withLines(START, { 5: 'a\n' }) });
    const b = t.commit([base], { f: withLines(START, { 5: 'b\n' }) });
    const c = t.commit([base], { f: withLines(START, { 15: 'c\n' }), g: null, h: START });
    t.refs({ main: base, a, b, c });
    try {
      return await agreement(t.dir, { engine, strict: true });
    } finally {
      t.remove();
    }
  };
  const says = (pair: string, verdict: PairVerdict) => (real: EngineAnswer): Partial<EngineAnswer> =>
    ({ verdict: (a, b) => (`${a} ${b}` === pair ? verdict : real.verdict(a, b)) });

  test('none where there are none', async () => {
    const right = await ask(engineAnswer);
    expect(right).toMatchObject({ wrong: 0, pairs: { conflicting: 1, clean: 2 }, trees: 2, partial: 0, paths: { compared: 1, same: 1 } });
    expect(right.kinds.content).toEqual({ conflicting: 1, clean: 2, wrong: 0, named: 1 });
  });
  test('a conflict that is none, and a conflict missed', async () => {
    expect((await ask(lying(says('a c', { verdict: 'conflict', places: [{ path: 'f', kind: 'content' }] })))).disagreements).toMatchObject([{ what: 'verdict', sources: ['a', 'c'], oracle: 'clean' }]);
    const missed = await ask(lying(says('a b', { verdict: 'clean', places: [] })));
    expect(missed.disagreements).toMatchObject([{ what: 'verdict', sources: ['a', 'b'], engine: 'clean' }]);
    expect(missed.kinds.content.wrong).toBe(1);
  });
  test('no verdict', async () => {
    expect(await ask(lying(says('a b', { verdict: 'partial', places: [] })))).toMatchObject({ partial: 1, wrong: 1 });
  });
  test('conflicted paths: one too few, one too many, another', async () => {
    for (const places of [[], [{ path: 'f', kind: 'content' }, { path: 'g', kind: 'content' }], [{ path: 'g', kind: 'content' }]]) {
      const result = await ask(lying(says('a b', { verdict: 'conflict', places })));
      expect(result.paths).toMatchObject({ compared: 1, same: 0 });
      expect(result.wrong).toBe(0);
    }
  });
  test('a tree of a pair, and of a source', async () => {
    const pair = await ask(lying((real) => ({ pairTree: (a, b) => (`${a} ${b}` === 'a c' ? real.treeOf(['a']) : real.pairTree!(a, b)) })));
    expect(pair.disagreements).toMatchObject([{ what: 'pair tree', sources: ['a', 'c'], paths: ['f', 'g', 'h'] }]);
    const refused = await ask(lying((real) => ({ treeOf: async (names) => (names.join() === 'c' ? { refused: ['f'] } : real.treeOf(names)) })));
    expect(refused.disagreements).toMatchObject([{ what: 'source tree', sources: ['c'], engine: 'refused' }]);
  });
  test('a standing', async () => {
    expect((await ask(lying((real) => ({ standing: (name) => (name === 'b' ? 'stale' : real.standing(name)) })))).disagreements).toMatchObject([{ what: 'standing', sources: ['b'] }]);
  });
});

describe('what a decision answers otherwise than git is counted apart', () => {
  test('0004: a change that a stack makes and takes back, beside the same change alone: one set of ACUs, whose tree is the stack\'s', async () => {
    const t = new Tiny();
    const base = t.commit([], { f: START });
    const lower = t.commit([base], { f: withLines(START, { 5: 'changed\n' }) });
    const upper = t.commit([lower], { f: withLines(START, { 20: 'more\n' }) });
    const alone = t.commit([base], { f: withLines(START, { 5: 'changed\n' }) });
    t.refs({ main: base, lower, upper, alone });
    try {
      const result = await agreement(t.dir, { strict: true });
      expect(result).toMatchObject({ wrong: 0, pairs: { clean: 3, conflicting: 0 }, decided: { order: 0, lost: 0, shared: 1 } });
      const engine = await engineAnswer(t.dir);
      const [together, stack] = [await engine.treeOf(['upper', 'alone']), await engine.treeOf(['upper'])];
      expect(together).toEqual(stack);
      await engine.close();
    } finally {
      t.remove();
    }
  });

  test('0014: a rename onto what both add alike', async () => {
    const t = new Tiny();
    const base = t.commit([], { f: START });
    const added = withLines(START, { 5: 'agreed\n' });
    const a = t.commit([base], { f: null, n: added });
    const b = t.commit([base], { f: withLines(START, { 5: 'mine\n' }), n: added });
    t.refs({ main: base, a, b });
    try {
      const result = await agreement(t.dir, { strict: true });
      expect(result.wrong).toBe(0);
      // a later git may have come to our answer
      if (requireGit().text.startsWith('2.39')) expect(result.decided).toEqual({ order: 1, lost: 0, shared: 0 });
    } finally {
      t.remove();
    }
  });
});

describe('merges that answer a conflict by keeping one side', () => {
  test('are an ACU of their own, and an equal edit elsewhere does not answer the conflict', async () => {
    const t = new Tiny();
    const base = t.commit([], { f: START, g: START });
    const a = t.commit([base], { f: withLines(START, { 5: 'a\n' }) });
    const b = t.commit([base], { f: withLines(START, { 5: 'b\n' }) });
    const keepsA = t.commit([a, b], {});
    const keepsB = t.commit([b, a], {});
    // keeps a's answer and does what `elsewhere` does
    const more = t.commit([a, b], { g: withLines(START, { 9: 'more\n' }) });
    const elsewhere = t.commit([base], { g: withLines(START, { 9: 'more\n' }) });
    t.refs({ main: base, a, b, keepsA, keepsB, more, elsewhere });
    try {
      const engine = await engineAnswer(t.dir);
      expect(await engine.treeOf(['a', 'b'])).toMatchObject({ refused: ['f'] });
      expect(await engine.treeOf(['a', 'b', 'elsewhere'])).toMatchObject({ refused: ['f'] });
      await engine.close();
      const result = await agreement(t.dir);
      expect(result.disagreements).toEqual([]);
      expect(result.sources.exact).toBe(6);
    } finally {
      t.remove();
    }
  });
});
