// Danger: a commit counted as outside the base that is in it (or the reverse), or a merge base that is not a best one. Clocks are
// wrong in real histories, so random histories with random dates are compared with git, and with plain reachability.
import fc from 'fast-check';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ByteString, Oid } from '../../core/bytes.ts';
import type { Commit, RepositoryReader } from '../../core/repository.ts';
import { fastImport, git, gitLine, initBare, tempDir } from '../../../testkit/git.ts';
import type { TempDir } from '../../../testkit/git.ts';
import { openRepository } from './embedded/reader.ts';
import { outsideBase } from './history.ts';
import { mergeBases, mergeBasesWith } from './mergeBases.ts';

let dir: TempDir;
beforeAll(() => { dir = tempDir('history'); });
afterAll(() => { dir.remove(); });

/** Parents (indices below one's own) and dates of commits. */
interface History { readonly parents: readonly (readonly number[])[]; readonly dates: readonly number[] }

const histories = (skewed: boolean): fc.Arbitrary<History> => fc.integer({ min: 2, max: 40 }).chain((n) => fc.record({
  parents: fc.tuple(...Array.from({ length: n }, (_, i) => (i === 0 ? fc.constant([]) : fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: Math.max(0, i - 5), max: i - 1 }).map((p) => [p]) },
    { weight: 6, arbitrary: fc.uniqueArray(fc.integer({ min: Math.max(0, i - 6), max: i - 1 }), { minLength: Math.min(2, i), maxLength: Math.min(3, i) }) },
    { weight: 2, arbitrary: fc.uniqueArray(fc.integer({ min: 0, max: i - 1 }), { minLength: 1, maxLength: Math.min(3, i) }) },
    { weight: 1, arbitrary: fc.constant([]) },
  )))),
  dates: skewed
    ? fc.array(fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 2_000_000_000 })), { minLength: n, maxLength: n })
    : fc.constant(Array.from({ length: n }, (_, i) => 1_600_000_000 + i)),
}));

/** Writes many histories into one repository: git's start is the cost of this test. */
function write(path: string, all: readonly History[]): Oid[][] {
  initBare(path);
  let stream = '';
  all.forEach((history, h) => history.parents.forEach((parents, i) => {
    const mark = (j: number): number => h * 1000 + j + 1;
    const text = `h${h} c${i}`;
    stream += `reset refs/heads/h${h}/c${i}\ncommit refs/heads/h${h}/c${i}\nmark :${mark(i)}\ncommitter C <c@x> ${history.dates[i]} +0000\ndata ${text.length}\n${text}\n`;
    parents.forEach((p, at) => { stream += `${at === 0 ? 'from' : 'merge'} :${mark(p)}\n`; });
    stream += '\n';
  }));
  fastImport(path, stream);
  const ids = new Map(git(path, ['for-each-ref', '--format=%(refname) %(objectname)']).trimEnd().split('\n').map((row) => row.split(' ') as [string, Oid]));
  return all.map((history, h) => history.parents.map((_, i) => ids.get(`refs/heads/h${h}/c${i}`)!));
}

function reach(history: History, ids: readonly Oid[], from: readonly Oid[]): Set<Oid> {
  const found = new Set<Oid>(from);
  for (let i = ids.length - 1; i >= 0; i--) if (found.has(ids[i]!)) for (const parent of history.parents[i]!) found.add(ids[parent]!);
  return found;
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '').sort();

test.each([['sane', false], ['skewed', true]] as const)('outside and merge bases in histories with %s dates are what git and plain reachability say', async (name, skewed) => {
  const samples = fc.sample(fc.record({ history: histories(skewed), picks: fc.array(fc.nat(), { minLength: 4, maxLength: 4 }) }), { numRuns: 160, seed: 20 });
  const path = join(dir.path, name);
  const ids = write(path, samples.map(({ history }) => history));
  const reader = await openRepository(path);
  let outside = 0;
  let several = 0;
  for (const [h, { history, picks }] of samples.entries()) {
    const commits = ids[h]!;
    const pick = (i: number): Oid => commits[commits.length - 1 - picks[i]! % Math.min(9, commits.length)]!;
    const base = pick(0);
    const tips = [pick(1), pick(2), pick(3)];
    const reachable = reach(history, commits, tips);
    for (const oid of reach(history, commits, [base])) reachable.delete(oid);
    const found = await outsideBase(reader, base, tips);
    expect([...found.commits.keys()].sort(), `history ${h}`).toEqual([...reachable].sort());
    if (!skewed) expect([...found.commits.keys()].sort()).toEqual(lines(git(path, ['rev-list', ...tips, '--not', base])));
    outside += reachable.size;
    const seen = new Set<Oid>();
    for (const [oid, commit] of found.commits) {
      const inBase = commit.parents.filter((parent) => !found.commits.has(parent));
      expect(found.baseParents.get(oid) ?? []).toEqual(inBase);
      for (const parent of commit.parents) if (found.commits.has(parent)) expect(seen.has(parent), 'parents first').toBe(true);
      seen.add(oid);
    }
    const together = await mergeBasesWith(reader, base, tips);
    for (const tip of tips) {
      const theirs = lines(gitMergeBases(path, base, tip));
      if (theirs.length > 1) several++;
      expect([...await mergeBases(reader, base, tip)].sort(), `history ${h}`).toEqual(theirs);
      expect([...together.get(tip)!].sort(), `history ${h}`).toEqual(theirs);
    }
  }
  console.log(`${name} dates: ${samples.length} histories, ${outside} commits outside, ${several} pairs with several merge bases`);
  expect(outside).toBeGreaterThan(500);
  expect(several).toBeGreaterThan(20);
  await reader.close();
});

function gitMergeBases(path: string, a: string, b: string): string {
  try {
    return git(path, ['merge-base', '--all', a, b]);
  } catch {
    return ''; // status 1: none
  }
}

/** A reader of commits that exist only in memory, counting what is asked for. */
function inMemory(commits: ReadonlyMap<Oid, Commit>): { reader: RepositoryReader; reads: () => number } {
  const read = new Set<Oid>();
  const reader = { commits: async (oids: readonly Oid[]) => oids.map((oid) => { read.add(oid); return commits.get(oid)!; }) } as unknown as RepositoryReader;
  return { reader, reads: () => read.size };
}

function line(count: number, { from = 0, parent = null, date = (i: number) => 1_000_000 + i * 86_400 }: { from?: number; parent?: Oid | null; date?: (i: number) => number } = {}): Commit[] {
  const id = (i: number): Oid => i.toString(16).padStart(40, '0') as Oid;
  return Array.from({ length: count }, (_, i) => {
    const who = { name: '' as ByteString, email: '' as ByteString, time: date(from + i), offset: 0 };
    return { oid: id(from + i), tree: id(0), parents: i === 0 ? (parent === null ? [] : [parent]) : [id(from + i - 1)], author: who, committer: who, message: '' as ByteString };
  });
}

test('with sane dates only the newer part of the base is read', async () => {
  const base = line(50_000);
  const branch = line(10, { from: 100_000, parent: base[49_000]!.oid, date: (i) => base[49_000]!.committer.time + i - 99_999 });
  const { reader, reads } = inMemory(new Map([...base, ...branch].map((commit) => [commit.oid, commit])));
  const found = await outsideBase(reader, base.at(-1)!.oid, [branch.at(-1)!.oid]);
  expect([...found.commits.keys()]).toEqual(branch.map(({ oid }) => oid));
  // 1,000 newer than the fork, the branch, and the stated proof.
  expect(reads()).toBeLessThan(1000 + 10 + 1000 + 50);
  expect(await mergeBasesWith(reader, base.at(-1)!.oid, [branch.at(-1)!.oid], found)).toEqual(new Map([[branch.at(-1)!.oid, [base[49_000]!.oid]]]));
  expect(await mergeBases(reader, base.at(-1)!.oid, branch.at(-1)!.oid)).toEqual([base[49_000]!.oid]);
  expect(reads()).toBeLessThan(2100);
});

test('a base whose clock ran wrong behind the proof is still followed as far as the skew allows', async () => {
  // base tip -> a commit dated 1970 -> 3,000 more, of which a tip's branch holds the last: git takes those for outside.
  const old = line(3000, { date: (i) => 1_000_000_000 + i });
  const wrong = line(1, { from: 5000, parent: old.at(-1)!.oid, date: () => 0 });
  const tip = line(1, { from: 6000, parent: wrong[0]!.oid, date: () => 1_100_000_000 });
  const branch = line(2, { from: 7000, parent: old.at(-1)!.oid, date: (i) => 1_050_000_000 + i });
  const { reader } = inMemory(new Map([...old, ...wrong, ...tip, ...branch].map((commit) => [commit.oid, commit])));
  const found = await outsideBase(reader, tip[0]!.oid, [branch.at(-1)!.oid]);
  expect([...found.commits.keys()]).toEqual(branch.map(({ oid }) => oid));
});

test('what the progress function throws ends the walk', async () => {
  const base = line(5000);
  const { reader, reads } = inMemory(new Map(base.map((commit) => [commit.oid, commit])));
  const stop = new Error('cancelled');
  await expect(outsideBase(reader, base[0]!.oid, [base.at(-1)!.oid], () => { throw stop; })).rejects.toBe(stop);
  expect(reads()).toBe(256);
});

test('a history of 100,000 commits without a fork takes no stack', async () => {
  const all = line(100_000);
  const { reader } = inMemory(new Map(all.map((commit) => [commit.oid, commit])));
  expect((await outsideBase(reader, all[0]!.oid, [all.at(-1)!.oid])).commits.size).toBe(99_999);
  expect(gitLine(dir.path, ['--version'])).toMatch(/^git/);
});
