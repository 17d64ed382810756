// Law 5: the danger is an answer that git would not give. A slice of `npm run agreement`: small repositories, every feature between them.
import { afterEach, describe, expect, test } from 'vitest';
import { agreement, engineAnswer } from './agreement.ts';
import { generate } from './generate.ts';
import type { Generated, Mix } from './generate.ts';
import { requireGit } from './git.ts';
import { START, Tiny, withLines } from './tiny.ts';

let made: Generated | undefined;
afterEach(() => made?.remove());

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
  }, 120_000);
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
