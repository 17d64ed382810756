// Law 5: the danger is an answer that git would not give. A slice of `npm run agreement`: small repositories, every feature between them.
import { afterEach, describe, expect, test } from 'vitest';
import { agreement } from './agreement.ts';
import { generate } from './generate.ts';
import type { Generated, Mix } from './generate.ts';
import { requireGit } from './git.ts';

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
