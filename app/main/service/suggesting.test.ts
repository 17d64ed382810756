// Dangers: a set told as the largest that does not compose, or that a larger one beats; a search that nobody can stop; a swap that does not
// stand.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tempDir } from '../../../testkit/git.ts';
import { meetingRepository } from '../../../testkit/meetings.ts';
import { Random } from '../../../testkit/random.ts';
import type { AcuId } from '../../core/bytes.ts';
import type { Problem } from '../../core/largest/model.ts';
import { type Weighing, weightsOf } from '../../core/weights.ts';
import { LargestSearcher, SearchBoard, searched } from '../../workers/largest.ts';
import { Pools } from './pools/pools.ts';
import { Workspace } from './workspace.ts';

const folder = tempDir('suggesting');
afterAll(() => folder.remove());

/** Nobody proves the largest of it within a test: five hundred changes, one pair of fourteen conflicts. */
function hard(): Problem {
  const random = new Random(5), count = 500, conflicts: number[] = [];
  for (let a = 0; a < count; a++) for (let b = a + 1; b < count; b++) if (random.chance(0.07)) conflicts.push(a, b);
  return { count, weights: Float64Array.from({ length: count }, () => random.between(1, 40)), requires: Array.from({ length: count }, () => []), conflicts: Uint32Array.from(conflicts), barred: [], refused: [] };
}

describe('a search in a thread', () => {
  test('ends when it is told to, with a set, and a bound that is not below it', async () => {
    const pools = new Pools({ threads: 1 }), board = new SearchBoard();
    try {
      const searching = pools.largest.run({ kind: 'search', work: (api) => api.search(hard(), 600_000, board.shared) });
      while (board.weight === 0) await new Promise((done) => { setTimeout(done, 5); });
      expect(board.bound).toBeGreaterThanOrEqual(board.weight);
      board.stop();
      const { weight, bound, chosen, optimal } = await searching;
      expect(optimal).toBe(false);
      expect(bound).toBeGreaterThan(weight);
      expect(chosen.length).toBeGreaterThan(10);
    } finally {
      pools.close();
    }
  });

  test('keeps to its budget', () => {
    const found = searched(hard(), 30, new SearchBoard());
    expect(found.optimal).toBe(false);
    expect(found.bound).toBeGreaterThan(found.weight);
  });

  test('says the same as without one', async () => {
    const random = new Random(8), { conflicts: _all, ...easy } = hard(), problem = { ...easy, conflicts: Uint32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? random.below(250) : 250 + random.below(250))) };
    const here = new LargestSearcher().search(problem, 60_000, new SearchBoard().shared), pools = new Pools({ threads: 1 });
    try {
      expect(await pools.largest.run({ kind: 'search', work: (api) => api.search(problem, 60_000, new SearchBoard().shared) })).toEqual({ ...here, ms: expect.any(Number) as number });
      expect(here.optimal).toBe(true);
    } finally {
      pools.close();
    }
  });
});

describe.each([31, 203])('repository %i, dense in renames', (seed) => {
  let workspace: Workspace;
  beforeAll(async () => {
    const dir = join(folder.path, `${seed}.git`);
    meetingRepository(dir, seed, 12);
    workspace = await Workspace.open(join(folder.path, `${seed}.acumen`), { git: 'embedded' });
    await workspace.call('import', { path: dir, base: null, refs: [], grain: 'branch', ticket: 'import' });
  }, 60_000);
  afterAll(() => workspace.close());

  const composes = async (acus: readonly AcuId[]): Promise<boolean> => (await workspace.call('preview', { acus })).tree !== null;

  test('what is suggested composes, and nothing that weighs more does', async () => {
    const { engine } = workspace, ids = engine.acus.map(({ id }) => id);
    for (const weight of ['unit', 'lines'] satisfies Weighing[]) {
      const found = await workspace.call('suggest', { weight, budget: 60_000, ticket: weight });
      expect(found).toMatchObject({ optimal: true, of: { acus: ids.length } });
      expect(found.acus.length).toBeGreaterThan(2);
      expect(await composes(found.acus)).toBe(true);
      const weights = new Map(ids.map((id, i) => [id, weightsOf(engine, weight)[i]!])), weigh = (set: readonly AcuId[]): number => set.reduce((sum, id) => sum + weights.get(id)!, 0);
      expect(weigh(found.acus)).toBeCloseTo(found.weight, 9);
      // of all sets those that weigh more, and of those the ones that pairs let pass
      for (let mask = 0; mask < 2 ** ids.length; mask++) {
        const set = ids.filter((_, i) => (mask & 1 << i) !== 0);
        if (weigh(set) > found.weight + 1e-9 && engine.check(set).ok) expect(await composes(set), set.join(' ')).toBe(false);
      }
    }
  }, 60_000);

  test('whatever is left out says why, and a swap that is offered stands', async () => {
    const found = await workspace.call('suggest', { weight: 'unit', budget: 60_000, ticket: 'again' }), left = workspace.engine.acus.map(({ id }) => id).filter((id) => !found.acus.includes(id));
    const { reasons } = await workspace.call('whyNot', { acus: [...left, found.acus[0]!], within: found.acus, weight: 'unit' });
    expect(reasons.map(({ acu }) => acu)).toEqual([...left, found.acus[0]]);
    expect(reasons.at(-1)!.kind).toBe('in');
    for (const { acu, kind, blockers, leaves, comes, cost, stands, never } of reasons.slice(0, -1)) {
      // it is the largest: nothing comes for free
      expect(['kept', 'never']).toContain(kind);
      if (kind === 'never') { expect(never.length).toBeGreaterThan(0); continue; }
      expect(cost).toBeGreaterThanOrEqual(0);
      expect(comes).toContain(acu);
      expect(leaves).toEqual(expect.arrayContaining([...blockers]));
      if (stands) expect(await composes([...found.acus.filter((id) => !leaves.includes(id)), ...comes])).toBe(true);
    }
  }, 60_000);

  test('what nobody knows is refused', async () => {
    await expect(workspace.call('whyNot', { acus: ['f'.repeat(64) as AcuId], within: [], weight: 'unit' })).rejects.toMatchObject({ code: 'unknown-name' });
  });
});
