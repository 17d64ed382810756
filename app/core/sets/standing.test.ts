// Danger: a set is said to stand that composing would refuse, and is committed. The slow twin looks at all of it each time: `Engine.check` and
// composing. ACUMEN_RUNS asks for more steps, ACUMEN_SEED for others.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeSet } from '../../main/service/composer.ts';
import { Warm } from '../../main/service/warm.ts';
import { type Generated, generate } from '../../../testkit/generate.ts';
import { type Loaded, load } from '../../../testkit/loaded.ts';
import { Random } from '../../../testkit/random.ts';
import type { AcuId } from '../bytes.ts';

const RUNS = Number(process.env['ACUMEN_RUNS'] ?? 60), SEED = Number(process.env['ACUMEN_SEED'] ?? 1);

describe.each([['team', 0.6, 'branch'], ['stacks', 0.5, 'branch'], ['crowd', 0.1, 'branch'], ['torture', 0.1, 'branch'], ['kinds', 0.4, 'branch'], ['repetitive', 0.2, 'commit']] as const)('a set changed an ACU at a time (%s)', (mix, least, grain) => {
  let repository: Generated;
  let loaded: Loaded;
  beforeAll(async () => {
    repository = await generate({ seed: 20 + SEED, mix, sources: 50 });
    loaded = await load(repository.dir, { grain });
  }, 120_000);
  afterAll(async () => { await loaded.close(); repository.remove(); });

  test('what it proves, composing says, too', async () => {
    const { engine, reader, stored } = loaded, random = new Random(SEED), warm = new Warm(reader);
    const stands = async (ids: readonly AcuId[]): Promise<boolean> => engine.check(ids).ok && 'delta' in await composeSet(engine, reader, ids, stored, undefined, warm, async (segments) => segments.map((n) => loaded.segments[n]!));
    let now: AcuId[] = [], set = engine.standing([]), proved = 0, stood = 0;
    for (let run = 0; run < RUNS; run++) {
      const leaves = now.length > 0 && random.chance(now.length < 12 ? 0.3 : 0.6);
      const id = leaves ? random.pick(now) : random.pick(engine.acus).id;
      const next = leaves ? now.filter((other) => other !== id) : [...new Set([...now, id])].sort();
      const said = set === null ? false : leaves ? set.remove(id) : set.add(id);
      const truth = await stands(next);
      if (said) expect(truth, `${leaves ? '-' : '+'}${id} of ${now.join(' ')}`).toBe(true);
      if (!truth) continue;
      stood++;
      if (said) proved++;
      now = next;
      if (!said) set = engine.standing(now);
      if (set !== null) expect(set.size).toBe(now.length);
    }
    expect(stood).toBeGreaterThan(RUNS / 8);
    // a proof that never comes would pass the rest
    expect(proved / stood).toBeGreaterThan(least);
  }, 120_000);
});
