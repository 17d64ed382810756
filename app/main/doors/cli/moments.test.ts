// Dangers: `--at` that answers from now, or keeps something; a return that cannot be undone; a branch of then that moves what is composed.
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran } from '../../../../testkit/acumen.ts';
import { type TempDir, tempDir } from '../../../../testkit/git.ts';
import { type SmallRepository, numbered, smallRepository } from '../../../../testkit/small.ts';

let folder: TempDir, repo: SmallRepository;

const acumen = (...args: readonly string[]): Promise<Ran> => runAcumen([...args, '--store', path.join(folder.path, 'store')], { folder: folder.path });
const json = async <T>(...args: readonly string[]): Promise<T> => JSON.parse((await acumen(...args, '--json')).out) as T;
const names = async (...args: readonly string[]): Promise<string[]> => (await json<{ acus: { name: string }[] }>('list', ...args)).acus.map(({ name }) => name).sort();
const count = async (): Promise<number> => (await json<{ operations: unknown[] }>('log')).operations.length;

beforeAll(async () => {
  folder = tempDir('cli-moments');
  repo = smallRepository(path.join(folder.path, 'repo'));
  repo.branch('one', { 'a.txt': numbered(20, { 2: 'one' }) });
  repo.branch('clash', { 'a.txt': numbered(20, { 2: 'clash' }) });
  await acumen('import', repo.path);
  await acumen('compose', 'one');
  repo.git('branch', '-D', 'clash');
  repo.branch('two', { 'b.txt': numbered(20, { 2: 'two' }) });
  await acumen('import', repo.path);
  await acumen('compose', 'one', 'two');
}, 60_000);
afterAll(() => folder.remove());

test('list, conflicts, check and compose answer of then with --at, and keep nothing', async () => {
  expect(await names()).toEqual(['one', 'two']);
  expect(await names('--at', '1')).toEqual(['clash', 'one']);
  expect(await acumen('conflicts', '--at', '2')).toMatchObject({ status: 1 });
  expect(await acumen('conflicts', '--at', '3')).toMatchObject({ status: 0 });
  expect(await acumen('check', 'one', 'clash', '--at', '2')).toMatchObject({ status: 1 });
  expect((await acumen('check', 'clash')).err).toContain('(unknown-name)');
  const then = await json<{ tree: string }>('compose', '--at', '2'), now = await json<{ tree: string }>('compose', '--at', '4');
  expect(then.tree).toBe((await json<{ tree: string }>('compose', 'one', '--at', '2')).tree);
  expect(now.tree).not.toBe(then.tree);
  expect((await acumen('compose', 'one', '--at', '1')).out).toContain(`1 ACU composed then: tree ${then.tree}`);
  expect(await count()).toBe(4);
});

test('compare says what came, left and moved, and which files differ', async () => {
  const said = await json<{ composed: { came: { name: string }[] }; inFlight: { left: { name: string }[] }; files: { path: string }[]; sources: { name: string; after: string | null }[] }>('compare', '2', '4');
  expect([said.composed.came.map(({ name }) => name), said.inFlight.left.map(({ name }) => name), said.files.map((file) => file.path)]).toEqual([['two'], ['clash'], ['b.txt']]);
  expect(said.sources.find(({ name }) => name === 'clash')).toMatchObject({ after: null });
  const { out } = await acumen('compare', '2', '4');
  expect(out).toContain('composed: 1 came, 0 left, 1 in both');
  expect(out).toContain('+1 −1 b.txt');
});

test('a branch of then leaves what is composed; return is one operation, and undone', async () => {
  expect((await acumen('compose', '--at', '2', '--branch', 'as-it-was')).out).toContain('Wrote 1 ACU of operation 2 to as-it-was');
  expect(repo.git('diff', '--name-only', 'main', 'as-it-was')).toBe('a.txt');
  expect((await acumen('return', '2')).out).toBe('Returned to operation 2: Composed one\n');
  expect(await names()).toEqual(['clash', 'one']);
  expect((await acumen('return', '2')).out).toBe('Everything is as it was then already.\n');
  expect((await acumen('undo')).status).toBe(0);
  expect(await names()).toEqual(['one', 'two']);
});

test('what makes no sense is refused in plain words', async () => {
  for (const [args, words] of [
    [['list', '--at', 'yesterday'], 'yesterday is not the number of an operation.'], [['list', '--at', '99'], 'There is no operation 99.'],
    [['compare', '1', '0'], '0 is not the number of an operation.'], [['list', '--at', '1', '--worktrees'], '--at is of the log'],
    [['compose', 'one', '--at', '1', '--branch', 'b'], 'With --at, --branch writes the composition of then.'], [['compose'], 'There is nothing to compose.'],
  ] as const) {
    const ran = await acumen(...args);
    expect([ran.status, ran.out, ran.err.includes(words)], ran.err).toEqual([2, '', true]);
  }
});
