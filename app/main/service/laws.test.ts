// The laws of design.md §3 on real generated repositories, through the real reader, importer and engine: what a person would
// lose trust over if it failed once. Agreement with git (law 5) has its own test in testkit/agreement.test.ts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Generated, generate } from '../../../testkit/generate.ts';
import { git, gitLine } from '../../../testkit/git.ts';
import { type Loaded, load } from '../../../testkit/loaded.ts';
import { Random } from '../../../testkit/random.ts';
import type { AcuId } from '../../core/bytes.ts';
import { Contents } from '../../core/contents.ts';
import { Engine } from '../../core/engine.ts';
import { treeIdOf } from '../git/trees.ts';
import { changesOfSegment, composeSet, composerFor } from './composer.ts';
import { Warm } from './warm.ts';

async function treeOf(loaded: Loaded, ids: readonly AcuId[]): Promise<string | null> {
  const c = await composeSet(loaded.engine, loaded.reader, ids, loaded.stored);
  return 'delta' in c ? treeIdOf(loaded.reader, loaded.published.baseTree, c.delta) : null;
}

function composing({ engine, reader, stored }: Loaded) {
  const warm = new Warm(reader);
  const contents = new Contents(warm.source(stored));
  return { composer: composerFor(engine, contents, warm), settled: <T>(work: () => T): Promise<T> => warm.settle(contents, work) };
}

/** A random set that composes: ACUs in random order, each taken with what it requires if it fits. */
function clean(engine: Engine, random: Random, size: number): AcuId[] {
  let set: AcuId[] = [];
  for (const acu of random.shuffle(engine.acus)) {
    if (set.length >= size) break;
    const verdict = engine.verdict(set, [acu.id]);
    if (verdict.kind === 'fits') set = [...new Set([...set, acu.id])];
    else if (verdict.kind === 'needs') set = [...new Set([...set, acu.id, ...verdict.missing])];
  }
  return set;
}

describe.each([['stacks', 11], ['kinds', 12]] as const)('laws on a generated repository (%s)', (mix, seed) => {
  let repository: Generated;
  let loaded: Loaded;
  beforeAll(async () => {
    repository = await generate({ seed, mix, sources: 60 });
    loaded = await load(repository.dir);
  }, 120_000);
  afterAll(async () => { await loaded.close(); repository.remove(); });

  test('law 1: the order of choice and the order of import do not matter', async () => {
    const random = new Random(1);
    for (let i = 0; i < 10; i++) {
      const set = clean(loaded.engine, random, 8);
      expect(await treeOf(loaded, set)).not.toBeNull();
      expect(await treeOf(loaded, random.shuffle(set))).toBe(await treeOf(loaded, set));
    }
    // imported in two steps, the second on top of what the first stored
    const half = await load(repository.dir, { refs: repository.refs.filter((_, i) => i % 2 === 0) });
    const second = await load(repository.dir, { onTopOf: half });
    expect(second.engine.digest).toBe(loaded.engine.digest);
    await half.close();
    await second.close();
  });

  test('law 2: the empty composition is the base, and all ACUs of a source are its carried tip', async () => {
    expect(await treeOf(loaded, [])).toBe(loaded.published.baseTree);
    let seen = 0;
    for (const source of loaded.engine.sources) {
      const tip = source.segments.at(-1);
      if (tip === undefined || loaded.segments.find((s) => s.tip === tip)!.standing.kind !== 'exact') continue;
      seen++;
      const ids = loaded.engine.named(source.name);
      expect(loaded.engine.missing(ids), source.name).toEqual([]);
      expect(await treeOf(loaded, ids), source.name).toBe(gitLine(repository.dir, ['merge-tree', '--write-tree', loaded.published.base, source.oid]));
    }
    expect(seen).toBeGreaterThan(30);
  });

  test('law 4: leaving out is inverse', async () => {
    const random = new Random(4);
    for (let i = 0; i < 10; i++) {
      const set = clean(loaded.engine, random, 8);
      const whole = await treeOf(loaded, set);
      // not the answer to a conflict below it: without that, the rest does not compose
      const leaf = set.find((id) => loaded.engine.check(set.filter((x) => x !== id)).ok)!;
      const without = set.filter((x) => x !== leaf);
      expect(await treeOf(loaded, without)).not.toBeNull();
      expect(await treeOf(loaded, [...without, leaf])).toBe(whole);
    }
  });

  test('law 6: the same change has the same id on another machine, in another order and after a base move elsewhere', async () => {
    const again = await load(repository.dir, { refs: ['refs/heads/main', ...repository.refs].reverse() });
    expect(again.engine.digest).toBe(loaded.engine.digest);
    await again.close();
    // a commit on the base that touches a path of its own
    const blob = gitLine(repository.dir, ['hash-object', '-w', '--stdin'], { input: 'elsewhere\n' });
    const listing = git(repository.dir, ['ls-tree', loaded.published.base]);
    const tree = gitLine(repository.dir, ['mktree'], { input: `${listing}100644 blob ${blob}\tzz-elsewhere.txt\n` });
    const moved = gitLine(repository.dir, ['commit-tree', tree, '-p', loaded.published.base, '-m', 'elsewhere']);
    const onMoved = await load(repository.dir, { base: moved });
    const ids = (l: Loaded): string[] => l.engine.acus.map((a) => a.id).sort();
    const here = new Set(ids(loaded)), there = new Set(ids(onMoved));
    expect([...here].filter((id) => !there.has(id))).toEqual([]);
    expect([...there].filter((id) => !here.has(id))).toEqual([]);
    await onMoved.close();
  });

  test('law 6: different changes never share an id', () => {
    const seen = new Map<string, string>();
    for (const s of loaded.segments) {
      if (s.acu === null || s.standing.kind !== 'exact' || s.lower.length > 0) continue;
      const content = JSON.stringify(s.edits.map((e) => [e.path, e.before, e.after]));
      expect(seen.get(s.acu) ?? content).toBe(content);
      seen.set(s.acu, content);
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  test('law 7: the replica is the engine: same digest, same conflicts, same verdicts', () => {
    const replica = Engine.decode(loaded.engine.encode());
    expect(replica.digest).toBe(loaded.engine.digest);
    expect([...replica.conflicts()]).toEqual([...loaded.engine.conflicts()]);
    expect(replica.acus).toEqual(loaded.engine.acus);
    const random = new Random(7);
    for (let i = 0; i < 20; i++) {
      const set = clean(loaded.engine, random, 5);
      const other = random.shuffle(loaded.engine.acus)[0]!.id;
      expect(replica.verdict(set, [other])).toEqual(loaded.engine.verdict(set, [other]));
    }
  });

  test('law 3: one pass over the weaves gives what git\'s chain of merges gives', async () => {
    const { engine } = loaded;
    const { composer, settled } = composing(loaded);
    const random = new Random(3);
    const chained = async (tops: readonly number[]): Promise<string | null> => {
      const { changes, conflicts } = await settled(() => composer.chain(tops));
      return conflicts.length > 0 ? null : JSON.stringify([...changes].sort());
    };
    let met = 0, judged = 0;
    for (let i = 0; i < 25; i++) {
      const tops = engine.tops(clean(engine, random, 12));
      // in repetitive files a chain may depend on its order, git's too: then it is no judge
      const slow = await chained(tops);
      const others = await Promise.all(Array.from({ length: 12 }, () => chained(random.shuffle(tops))));
      if (slow === null || others.some((other) => other !== slow)) continue;
      judged++;
      const one = await settled(() => composer.compose(tops));
      expect(one.conflicts).toEqual([]);
      expect(JSON.stringify([...one.changes].sort())).toBe(slow);
      const writers = tops.flatMap((t) => [...changesOfSegment(engine, t).keys()]);
      met += writers.length - new Set(writers).size;
    }
    expect(judged).toBeGreaterThan(15);
    expect(met).toBeGreaterThan(25); // paths that several tops write
  });

  test('law 7: the index finds exactly the pairs that a plain three-way merge of trees finds', async () => {
    const { engine } = loaded;
    const { composer, settled } = composing(loaded);
    const exact = engine.tables.segments.map((_, i) => i).filter((i) => engine.tables.segments[i]!.standing === 'exact');
    let conflicting = 0;
    for (const a of exact) {
      for (const b of exact) {
        if (a >= b || engine.index.includes(b, a)) continue;
        const pair = engine.index.get(a, b);
        if (pair?.inexact) continue;
        const { conflicts } = await settled(() => composer.compose([a, b]));
        const slow = [...new Set(conflicts.map((c) => c.path))].sort();
        const fast = [...new Set((pair?.places ?? []).map((p) => engine.tables.paths[p.path]!))].sort();
        expect(fast, `${engine.tables.segments[a]!.tip} ${engine.tables.segments[b]!.tip}`).toEqual(slow);
        if (slow.length > 0) conflicting++;
      }
    }
    expect(conflicting).toBeGreaterThan(20);
  });
});
