// Law 5 for large sets: a slice of `npm run bench -- sets`. The danger is a tree that git makes in no order, taken for a difference that
// has a reason.
import { describe, expect, test } from 'vitest';
import { generate } from './generate.ts';
import { importedInParts, maximalSets } from './maximal.ts';
import { Oracle } from './oracle.ts';
import { Random } from './random.ts';
import { START, Tiny, withLines } from './tiny.ts';
import { wide } from './wide.ts';

describe('sets of branches that go together two by two', () => {
  test('compose to one tree in every order of choice, to git\'s where its chain has one, and else it is known why', async () => {
    const made = await generate({ seed: 31, mix: 'team', sources: 50 });
    try {
      const results = await maximalSets(made.dir, { refs: made.refs, sets: 3, orders: 4, seed: 1 });
      expect(results.flatMap((r) => r.wrong)).toEqual([]);
      expect(results.map((r) => r.verdict)).not.toContain('unexplained');
      expect(Math.min(...results.map((r) => r.members))).toBeGreaterThan(12);
    } finally {
      made.remove();
    }
  }, 120_000);

  test('a wrong tree of a set has no reason', async () => {
    const made = wide({ seed: 5, branches: 24, files: 6, lines: 80, touches: 3, same: 4 });
    const options = { refs: made.refs, sets: 1, orders: 3, seed: 1 };
    try {
      const [right] = await maximalSets(made.dir, options);
      expect(right).toMatchObject({ members: 24, verdict: 'equal', git: { orders: 3, clean: 3, trees: 1 } });
      const [wrong] = await maximalSets(made.dir, { ...options, planted: (tree, members) => (members > 20 ? tree.replace(/^./, (c) => (c === '0' ? '1' : '0')) : tree) });
      expect(wrong!.verdict).toBe('unexplained');
      // and neither the order of choice nor that of import decides
      const oracle = await Oracle.open(made.dir, { refs: made.refs });
      const names = oracle.sources.map((s) => s.name);
      oracle.close();
      expect(await importedInParts(made.dir, { refs: made.refs }, names, new Random(3))).toBe('tree' in right!.answer ? right!.answer.tree : '');
    } finally {
      made.remove();
    }
  }, 120_000);

  test('where git\'s chain depends on its order, it is said of whom', async () => {
    const t = new Tiny();
    const base = t.commit([], { f: START, other: START });
    const part = (from: number): string[] => withLines(START, Object.fromEntries(Array.from({ length: 8 }, (_, i) => [from + i, `part ${from} ${i}\n`])));
    t.refs({
      main: base, renames: t.commit([base], { f: null, g: START }),
      one: t.commit([base], { f: part(0) }), two: t.commit([base], { f: part(9) }), three: t.commit([base], { f: part(18) }),
      apart: t.commit([base], { other: withLines(START, { 3: 'apart\n' }) }),
    });
    try {
      const [result] = await maximalSets(t.dir, { sets: 1, orders: 12, seed: 2 });
      expect(result).toMatchObject({ members: 5, verdict: 'explained', answer: { refused: [expect.anything()] }, wrong: [] });
      expect(result!.git.clean).toBeLessThan(12);
      expect(result!.explanations.map((e) => e.cause)).toEqual(['order']);
      expect(result!.explanations[0]!.at).not.toContain('apart');
    } finally {
      t.remove();
    }
  }, 120_000);
});
