// The danger: a set that pairs cannot tell of, composed to what git makes of one order, or said to fit by tables that saw no reason to look.
// Repositories dense in renames, stacks and merges, through the real reader and importer; git's chain in every order is the judge.
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { tempDir } from '../../../testkit/git.ts';
import { load } from '../../../testkit/loaded.ts';
import { meetingRepository } from '../../../testkit/meetings.ts';
import { Oracle, type OracleSource } from '../../../testkit/oracle.ts';
import { Random } from '../../../testkit/random.ts';
import type { AcuId, ByteString } from '../../core/bytes.ts';
import { treeIdOf } from '../git/trees.ts';
import { composeSet } from './composer.ts';

const folder = tempDir('sets');
afterAll(() => folder.remove());

const ORDERS: Readonly<Record<number, number[][]>> = { 3: permutations([0, 1, 2]), 4: permutations([0, 1, 2, 3]) };
function permutations(items: readonly number[]): number[][] {
  return items.length < 2 ? [[...items]] : items.flatMap((one, i) => permutations(items.filter((_, j) => j !== i)).map((rest) => [one, ...rest]));
}

let asked = 0, composed = 0;

describe('sets of three and four sources whose pairs go together', () => {
  test.each([31, 202, 203])('repository %i: composed to the tree of every order of git\'s chain, or refused where there is none', async (seed) => {
    const dir = join(folder.path, `${seed}.git`);
    meetingRepository(dir, seed, 12);
    const loaded = await load(dir), oracle = await Oracle.open(dir);
    try {
      const { engine } = loaded, random = new Random(seed);
      const acusOf = (s: OracleSource): readonly AcuId[] => engine.named(s.name as ByteString);
      const exact = oracle.sources.filter((s) => s.commit !== null && acusOf(s).length > 0);
      const below = (s: OracleSource): ReadonlySet<string> => oracle.segments.get(s.tip)!.closure;
      const chosen: { set: OracleSource[]; orders: number[][] }[] = [];
      for (let n = 0; n < 150 && chosen.length < 14; n++) {
        const set = random.shuffle(exact).slice(0, random.pick([3, 3, 4]));
        const apart = set.every((a) => set.every((b) => a === b || (a.tip !== b.tip && !below(a).has(b.tip))));
        if (apart && engine.check(set.flatMap(acusOf)).ok) chosen.push({ set, orders: ORDERS[set.length]! });
      }
      for (const [i, answer] of (await oracle.chains(chosen)).entries()) {
        const ids = [...new Set(chosen[i]!.set.flatMap(acusOf))];
        const ours = await composeSet(engine, loaded.reader, ids, loaded.stored);
        const names = answer.set.join(' ');
        if ('delta' in ours) composed++;
        else {
          const { renames, texts } = engine.looks(ids);
          expect(renames || texts, `${names}: refused where the tables saw nothing`).toBe(true);
          for (const { verdict } of ours.conflicts) expect(['order-sensitive', 'blocking']).toContain(verdict);
        }
        if (answer.same) expect('delta' in ours ? await treeIdOf(loaded.reader, loaded.published.baseTree, ours.delta) : ours.conflicts, names).toBe(answer.tree);
        // git differs with its orders where lines repeat, and composes nothing there that we would call order-sensitive for renames
        else if ('delta' in ours) expect(engine.looks(ids).texts, `${names}: git comes to several ends`).toBe(true);
      }
      asked += chosen.length;
    } finally {
      oracle.close();
      await loaded.close();
    }
  }, 120_000);

  test('were enough to say so', () => {
    expect(asked).toBeGreaterThan(15);
    expect(composed).toBeGreaterThan(8);
  });
});
