// Dangers: a script that meets another shape; a recipe applied that is not what was shown; a name taken for a verb.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran } from '../../../../testkit/acumen.ts';
import { type SmallRepository, numbered, smallRepository } from '../../../../testkit/small.ts';

let folder: string, repository: SmallRepository;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'acumen-recipe-'));
  repository = smallRepository(path.join(folder, 'repo'));
  repository.branch('one', { 'a.txt': numbered(20, { 2: 'one' }) });
  repository.branch('two', { 'a.txt': numbered(20, { 12: 'two' }) });
  await acumen('import', repository.path);
});
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

const acumen = (...args: readonly string[]): Promise<Ran> => runAcumen([...args, '--store', path.join(folder, 'store.acumen')], { folder });

test('a recipe is kept, found again after a push, compared, applied and dropped', async () => {
  expect(await acumen('recipe', 'list')).toMatchObject({ status: 0, out: expect.stringContaining('No recipe is kept') as string });
  await acumen('compose', 'one', 'two');
  expect(await acumen('recipe', 'keep', 'both of them')).toMatchObject({ status: 0, out: '✓ Kept both of them: 2 ACUs\n' });
  expect((await acumen('recipe', 'keep', 'both of them')).out).toContain('It is kept so already');
  await acumen('compose', 'one');
  expect(await acumen('recipe', 'keep', 'both of them')).toMatchObject({ status: 2, err: expect.stringContaining('There is a recipe called both of them.') as string });

  repository.branch('two', { 'a.txt': numbered(20, { 12: 'two', 13: 'more' }) });
  await acumen('import', repository.path);
  expect((await acumen('recipe', 'show', 'both of them')).out).toMatch(/two rebound: it has changed, or what it stands on has\n/);
  const compared = JSON.parse((await acumen('recipe', 'compare', '@', 'both of them', '--json')).out) as { both: object[]; onlyA: object[]; onlyB: { name: string; outcome: string }[]; files: object[] };
  expect(compared).toMatchObject({ onlyA: [], onlyB: [{ name: 'two', outcome: 'rebound' }], files: [{ path: 'a.txt', kind: 'modify' }] });
  expect((await acumen('recipe', 'apply', 'both of them')).out).toContain('✓ 2 ACUs composed');
  const { recipes } = JSON.parse((await acumen('recipe', 'list', '--json')).out) as { recipes: object[] };
  expect(recipes).toMatchObject([{ name: 'both of them', size: 2, became: { kept: 1, rebound: 1 }, isComposed: true }]);
  expect(await acumen('recipe', 'drop', 'both of them')).toMatchObject({ status: 0 });
  expect((await acumen('recipe', 'show', 'both of them')).err).toContain('(unknown-name)');
});

test.each([[['recipe', 'frob'], 'There is no `acumen recipe frob`.'], [['recipe', 'compare', 'a'], 'takes A and B'], [['recipe', 'list', 'x'], 'takes no name'], [['recipe', 'constructor'], 'There is no']])('%j is refused', async (args, says) => {
  expect(await acumen(...args)).toMatchObject({ status: 2, err: expect.stringContaining(says) as string });
});
