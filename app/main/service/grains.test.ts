// The laws of design.md §3 at the finer grains, through the real reader, importer and engine: a commit taken out of a branch that took a
// line of another with it, a branch whose parts do not make it again, an id that depends on who was imported first.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Generated, generate } from '../../../testkit/generate.ts';
import { gitLine } from '../../../testkit/git.ts';
import { type Loaded, load } from '../../../testkit/loaded.ts';
import { Random } from '../../../testkit/random.ts';
import type { AcuId, Oid } from '../../core/bytes.ts';
import type { Segment, Source } from '../../core/model.ts';
import { treeIdOf } from '../git/trees.ts';
import { chainOf } from './chains.ts';
import { composeSet } from './composer.ts';

const SOURCES = 24;

/** null: it does not compose */
async function treeOf({ engine, reader, stored, segments, published }: Loaded, ids: readonly AcuId[]): Promise<string | null> {
  const byTip = new Map(segments.map((s) => [s.tip, s]));
  const c = await composeSet(engine, reader, ids, stored, undefined, undefined, async (numbers) => numbers.map((n) => byTip.get(engine.tables.segments[n]!.tip)!));
  return 'delta' in c ? treeIdOf(reader, published.baseTree, c.delta) : null;
}

const unitsOf = (loaded: Loaded, source: Source): Segment[] => source.segments.map((tip) => loaded.segments.find((s) => s.tip === tip)!);

describe.each([['commit', 'stacks', 31], ['atom', 'kinds', 32]] as const)('grain %s on a generated repository (%s)', (grain, mix, seed) => {
  let repository: Generated, loaded: Loaded, whole: Loaded;
  beforeAll(async () => {
    repository = await generate({ seed, mix, sources: SOURCES });
    [loaded, whole] = [await load(repository.dir, { grain }), await load(repository.dir)];
  }, 120_000);
  afterAll(async () => { await loaded.close(); await whole.close(); repository.remove(); });

  /** sources that are carried, by how many units they are */
  const exact = (): Source[] => loaded.engine.sources.filter((source) => source.segments.length > 0 && unitsOf(loaded, source).every((s) => s.standing.kind === 'exact'));

  test('it is finer: a branch of several commits is several ACUs, each knows its branch, and who comes after is published later', () => {
    expect(loaded.engine.acus.length).toBeGreaterThan(whole.engine.acus.length);
    const place = new Map(loaded.segments.map((s, i) => [s.tip, i]));
    for (const s of loaded.segments) {
      expect(whole.segments.map(({ tip }) => tip)).toContain(s.within);
      for (const earlier of [...s.lower, ...s.after!]) expect(place.get(earlier)!).toBeLessThan(place.get(s.tip)!);
    }
  });

  test('law 2: all ACUs of a source are its carried tip, nothing more is needed, and the order of choice does not matter (law 1)', async () => {
    const random = new Random(seed);
    expect(await treeOf(loaded, [])).toBe(loaded.published.baseTree);
    expect(exact().length).toBeGreaterThan(SOURCES / 2);
    for (const source of exact()) {
      const ids = loaded.engine.named(source.name);
      expect(loaded.engine.missing(ids), source.name).toEqual([]);
      expect(await treeOf(loaded, random.shuffle(ids)), source.name).toBe(gitLine(repository.dir, ['merge-tree', '--write-tree', loaded.published.base, source.oid]));
    }
  });

  test('every part of a line of commits that is closed under dependency composes, and leaving out is inverse (law 4)', async () => {
    const random = new Random(seed + 1);
    let parts = 0;
    for (const source of exact()) {
      // merged branches may need the merge that answers for both
      if (source.segments.length < 2 || unitsOf(loaded, source).some((s) => s.after!.length > 1)) continue;
      const ids = loaded.engine.named(source.name);
      for (let i = 0; i < 2; i++) {
        const set = [...loaded.engine.closed(random.shuffle(ids).slice(0, 1 + random.below(ids.length)))], tree = await treeOf(loaded, set);
        expect(tree, source.name).not.toBeNull();
        const leaf = set.find((id) => loaded.engine.missing(set.filter((x) => x !== id)).length === 0)!;
        expect(await treeOf(loaded, set.filter((x) => x !== leaf)), source.name).not.toBeNull();
        expect(await treeOf(loaded, [...set.filter((x) => x !== leaf), leaf])).toBe(tree);
        parts++;
      }
    }
    expect(parts).toBeGreaterThan(10);
  });

  test('law 6: ids and all else do not depend on the order of import; a branch of one commit is one change at both grains', async () => {
    const again = await load(repository.dir, { grain, refs: ['refs/heads/main', ...repository.refs].reverse() });
    expect(again.engine.digest).toBe(loaded.engine.digest);
    await again.close();
    if (grain === 'atom') return;
    const single = whole.segments.filter((s) => s.commits === 1 && s.acu !== null && s.lower.length === 0 && s.standing.kind === 'exact');
    expect(single.length).toBeGreaterThan(5);
    for (const s of single) expect(loaded.engine.acu(s.acu!)?.name, s.tip).toBe(whole.engine.acu(s.acu!)!.name);
  });

  test('law 7: an import upon what another stored takes over its units, and is the same', async () => {
    const half = await load(repository.dir, { grain, refs: repository.refs.filter((_, i) => i % 2 === 0) });
    const second = await load(repository.dir, { grain, onTopOf: half });
    expect(second.engine.digest).toBe(loaded.engine.digest);
    expect(second.segments.filter((s) => half.segments.includes(s)).length).toBeGreaterThan(5);
    await half.close();
    await second.close();
  });
});

describe('the commits of a segment as steps', () => {
  /** `x: a b` is commit x with parents a and b */
  const graph = (...lines: string[]): Map<Oid, { oid: Oid; parents: Oid[] }> => new Map(lines.map((line) => {
    const [oid, parents = ''] = line.split(': ');
    return [oid as Oid, { oid: oid as Oid, parents: parents.split(' ').filter(Boolean) as Oid[] }];
  }));
  const chain = (commits: ReturnType<typeof graph>, lower: string[] = [], most?: number): string[] => {
    const own = [...commits.keys()].filter((oid) => !lower.includes(oid));
    return chainOf({ tip: own.at(-1)!, commits: own.toReversed() }, lower as Oid[], commits, most).map(({ commit, commits: n, note }) => `${commit} ${n}${note === undefined ? '' : ' noted'}`);
  };

  test('first parents, oldest first; a merge brings what it merged', () => {
    expect(chain(graph('a: base', 'b: a', 'c: b'))).toEqual(['a 1', 'b 1', 'c 1']);
    expect(chain(graph('a: base', 'x: a', 'y: x', 'b: a', 'm: b y'))).toEqual(['a 1', 'b 1', 'm 3']);
  });

  test('what stands on less than the segment does is one step with the first that stands on all of it', () => {
    expect(chain(graph('l: base', 'k: base', 'a: l', 'b: a', 'm: b k', 'c: m'), ['l', 'k'])).toEqual(['m 3 noted', 'c 1']);
  });

  test('longer lines than anybody would choose from are taken in stretches, which have every commit once', () => {
    const long = graph(...Array.from({ length: 1000 }, (_, i) => `c${i}: ${i === 0 ? 'base' : `c${i - 1}`}`));
    const steps = chain(long, [], 256);
    expect(steps).toHaveLength(256);
    expect(steps.at(-1)).toMatch(/^c999 /);
    expect(steps.reduce((sum, step) => sum + Number(step.split(' ')[1]), 0)).toBe(1000);
  });
});
