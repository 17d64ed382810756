// The danger: a set composed to a tree that git gives in one order of merging only, or refused where every order gives one tree. git's
// chain in every order judges random sets whose pairs go together; the longer run is `node testkit/sets.ts FIRST COUNT`.
import { describe, expect, test } from 'vitest';
import { type SmallSet, compareSets, composed, composerOf, goTogether, randomSet } from '../../../testkit/sets.ts';
import { Random } from '../../../testkit/random.ts';

/** The same with its tops in another order, by other numbers. */
function renumbered({ base, pieces, tops }: SmallSet, random: Random): SmallSet {
  const lower = pieces.findIndex((_, i) => !tops.includes(i));
  const order = random.shuffle(pieces.map((_, i) => i).filter((i) => i !== lower));
  const from = lower < 0 ? order : [lower, ...order];
  const to = new Map(from.map((old, now) => [old, now]));
  return { base, pieces: from.map((old) => ({ files: pieces[old]!.files, lower: pieces[old]!.lower.map((l) => to.get(l)!) })), tops: order.map((old) => to.get(old)!) };
}

describe('random sets whose pairs go together', () => {
  // 1 to 20,000, 30,001 to 50,000, 60,001 to 72,000 and 1,000,000 to 1,010,000 were run when this was written
  test.each([1, 9_850, 41_300])('from seed %i on: every order of git\'s chain comes to our tree, or not all do and we say so', async (first) => {
    const { compared, states, disagreements } = await compareSets(first, 80);
    expect(disagreements).toEqual([]);
    expect(compared).toBeGreaterThan(20);
    expect(states.clean).toBeGreaterThan(15);
  }, 60_000);

  test('some of which depend on the order, and are no larger than their core', async () => {
    let ordered = 0;
    for (let seed = 9_800; seed < 10_000; seed++) {
      const set = randomSet(seed), ours = composerOf(set);
      if (!await goTogether(set, ours)) continue;
      const { state, conflicts } = await composed(ours, set.tops);
      if (state === 'clean') continue;
      ordered++;
      for (const { sides } of conflicts) {
        expect(sides.length).toBeGreaterThan(2);
        expect((await composed(ours, sides)).state, `seed ${seed}`).toBe(state);
        for (const side of sides) expect((await composed(ours, sides.filter((s) => s !== side))).state, `seed ${seed}, without ${side}`).toBe('clean');
      }
    }
    expect(ordered).toBeGreaterThan(1);
  });

  test('neither the order of choice nor that of import matters; leaving one out and putting it back changes nothing; nothing is the base', async () => {
    const random = new Random(1);
    for (let seed = 9_800; seed < 10_000; seed++) {
      const set = randomSet(seed), ours = composerOf(set);
      const said = await composed(ours, set.tops);
      expect(await composed(ours, random.shuffle(set.tops))).toEqual(said);
      const again = renumbered(set, random);
      const other = await composed(composerOf(again), again.tops);
      expect(other.state, `seed ${seed}`).toBe(said.state);
      expect([...other.files].sort(), `seed ${seed}`).toEqual([...said.files].sort());
      const left = set.tops.slice(1);
      const without = await composed(ours, left);
      // from scratch, by who never had the other
      expect(await composed(composerOf(set), left), `seed ${seed}`).toEqual(without);
      expect(await composed(ours, set.tops)).toEqual(said);
      expect((await composed(ours, [])).changes.size).toBe(0);
    }
  });
});
