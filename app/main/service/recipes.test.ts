// Dangers: a recipe that silently composes something else than was kept; a branch that moved, landed or went taken for one that did not; a recipe lost by
// undo, restart or a damaged name.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { git, gitLine } from '../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../testkit/small.ts';
import type { SmallRepository } from '../../../testkit/small.ts';
import { type AcuId, display } from '../../core/bytes.ts';
import { decodeParams, decodeResult } from '../../contract/decode.ts';
import { decodeFrame, encodeFrame } from '../../contract/frames.ts';
import type { Method, Methods } from '../../contract/methods.ts';
import { Workspace } from './workspace.ts';

let folder: string, repo: SmallRepository, workspace: Workspace, tickets = 0, time = 1_750_000_000_000;

const open = async (): Promise<Workspace> => Workspace.open(path.join(folder, 'store.acumen'), { clock: { now: () => (time += 1000), offset: () => 0 }, env: {} });
/** As a client calls: what goes out and what comes back pass their decoders. */
async function call<M extends Method>(method: M, params: Omit<Methods[M]['params'], 'ticket'>): Promise<Methods[M]['result']> {
  const ticketed = ['import', 'compose', 'undo', 'redo', 'fsck', 'keepRecipe', 'dropRecipe', 'applyRecipe'].includes(method) ? { ticket: `t${++tickets}` } : {};
  const result = await workspace.call(method, decodeParams(method, { ...ticketed, ...params }));
  return decodeResult(method, decodeFrame(encodeFrame(result)));
}
const idOf = (name: string): AcuId => workspace.engine.named(name).at(-1)!;
const idsOf = (...names: readonly string[]): AcuId[] => names.map(idOf).sort();
const again = () => call('import', { path: null, base: null, refs: [], grain: 'branch' });
const became = async (name: string): Promise<Record<string, string>> => Object.fromEntries((await call('recipe', { name })).answers.map((a) => [display(a.name), a.outcome]));

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'acumen-recipes-'));
  repo = smallRepository(path.join(folder, 'repo'));
  repo.branch('stays', { 'a.txt': numbered(20, { 2: 'stays' }) });
  repo.branch('moves', { 'a.txt': numbered(20, { 12: 'moves' }) });
  repo.branch('lands', { 'b.txt': numbered(20, { 3: 'lands' }) });
  repo.branch('goes', { 'src/c.txt': 'gone\n' });
  repo.branch('sours', { 'b.txt': numbered(20, { 15: 'sours' }) });
  repo.branch('clash', { 'a.txt': numbered(20, { 2: 'clash' }) });
  repo.branch('lower', { 'd.txt': numbered(6) });
  repo.branch('upper', { 'd.txt': numbered(6, { 3: 'upper' }) }, 'lower');
  workspace = await open();
  await call('import', { path: repo.path, base: null, refs: [], grain: 'branch' });
});
afterAll(async () => {
  await workspace.close();
  await rm(folder, { recursive: true, force: true });
});

describe('recipes', () => {
  test('are kept as operations, one under each name, and survive undo, redo and a restart', async () => {
    await expect(call('keepRecipe', { name: 'all', replace: false })).rejects.toMatchObject({ code: 'not-composable' });
    await call('compose', { acus: idsOf('stays', 'moves', 'lands', 'goes', 'sours', 'lower', 'upper') });
    const { operation, line } = await call('keepRecipe', { name: 'all of it', replace: false });
    expect(operation).toMatchObject({ kind: 'recipe', description: 'Kept the recipe all of it: 7 ACUs', command: "acumen recipe keep 'all of it'" });
    expect(line).toMatchObject({ name: 'all of it', size: 7, became: { kept: 7 }, isComposed: true });
    // the same again is nothing new; another under its name is asked about
    expect((await call('keepRecipe', { name: 'all of it', replace: false })).operation).toBeNull();
    await call('compose', { acus: idsOf('stays') });
    await expect(call('keepRecipe', { name: 'all of it', replace: false })).rejects.toMatchObject({ code: 'usage', message: 'There is a recipe called all of it.' });
    await call('keepRecipe', { name: '-one', replace: false });
    expect(workspace.log.at(-1)!.command).toBe('acumen recipe keep -- -one');
    await call('undo', {});
    expect((await call('recipes', {})).recipes.map(({ name, isComposed }) => [name, isComposed])).toEqual([['all of it', false]]);
    await call('redo', {});
    await call('dropRecipe', { name: '-one' });
    await expect(call('dropRecipe', { name: '-one' })).rejects.toMatchObject({ code: 'unknown-name' });
    await workspace.close();
    workspace = await open();
    expect((await call('recipes', {})).recipes.map(({ name }) => name)).toEqual(['all of it']);
    await call('undo', {});
    expect((await call('recipes', {})).recipes.map(({ name }) => name)).toEqual(['-one', 'all of it']);
    expect(await call('fsck', {})).toMatchObject({ ok: true, problems: [] });
  });

  test.each(['', '  ', ' x', 'a\nb', 'a\u202eb', 'a\u200bb', 'x'.repeat(81)])('are not kept as %j', async (name) => {
    await expect(call('keepRecipe', { name, replace: true })).rejects.toMatchObject({ code: 'usage' });
  });

  test('say what became of each when sources have moved, compose that as one operation, and compare', async () => {
    const before = workspace.engine, [stays, lower] = [idOf('stays'), idOf('lower')];
    repo.branch('moves', { 'a.txt': numbered(20, { 12: 'moves', 13: 'on' }) });
    git(repo.path, ['branch', '-D', 'goes']);
    git(repo.path, ['update-ref', 'refs/heads/main', gitLine(repo.path, ['rev-parse', 'lands'])]);
    repo.commit({ 'b.txt': numbered(20, { 3: 'lands', 15: 'main' }) }, 'In the way');
    await again();
    expect(workspace.engine).not.toBe(before);
    expect(await became('all of it')).toEqual({ stays: 'kept', moves: 'rebound', lands: 'absorbed', goes: 'lost', sours: 'stale', 'Change lower': 'kept', upper: 'kept' });
    const now = await call('recipe', { name: 'all of it' });
    expect(now.acus).toEqual(idsOf('stays', 'moves', 'lower', 'upper'));
    expect(now.line.became).toEqual({ kept: 3, rebound: 1, absorbed: 1, lost: 1, stale: 1 });
    expect(now.answers.find(({ outcome }) => outcome === 'lost')!.why).toBe('there is no goes any more');

    const compared = await call('compareRecipes', { a: null, b: 'all of it' });
    expect(compared.both.map(({ id }) => id)).toEqual([stays]);
    expect(compared.onlyB.map(({ name, outcome }) => [display(name), outcome]).sort()).toEqual([['Change lower', 'kept'], ['goes', 'lost'], ['lands', 'absorbed'], ['moves', 'rebound'], ['sours', 'stale'], ['upper', 'kept']]);
    expect(compared.files!.map(({ path: file, kind }) => [file, kind])).toEqual([['a.txt', 'modify'], ['d.txt', 'add']]);

    const { operation, composition } = await call('applyRecipe', { name: 'all of it' });
    expect(operation).toMatchObject({ kind: 'compose', command: "acumen recipe apply 'all of it'" });
    expect(operation!.description.replace('Applied the recipe all of it: ', '').split(', ').sort()).toEqual(['1 absorbed', '1 lost', '1 rebound', '1 stale', '3 kept']);
    expect(composition.acus).toEqual(now.acus);
    // git composes the same: every branch that is in it, merged
    const { tree } = await call('preview', { acus: composition.acus });
    let head = gitLine(repo.path, ['rev-parse', 'main']);
    for (const name of ['stays', 'moves', 'upper']) head = gitLine(repo.path, ['commit-tree', gitLine(repo.path, ['merge-tree', '--write-tree', head, name]), '-p', head, '-p', name, '-m', 'm']);
    expect(tree).toBe(gitLine(repo.path, ['rev-parse', `${head}^{tree}`]));
    expect((await call('recipes', {})).recipes.find(({ name }) => name === 'all of it')!.isComposed).toBe(true);
    expect(await call('applyRecipe', { name: 'all of it' })).toMatchObject({ operation: null });
    await call('undo', {});
    expect(workspace.view.state.composition.acus).toEqual([stays]);
    expect(lower).toBe(idOf('lower'));
  });

  test('that conflict now are refused, and nothing is changed', async () => {
    await call('compose', { acus: idsOf('stays', 'moves') });
    await call('keepRecipe', { name: 'two', replace: false });
    await call('compose', { acus: idsOf('stays') });
    git(repo.path, ['branch', '-f', 'moves', 'clash']);
    git(repo.path, ['branch', '-D', 'clash']);
    await again();
    const { acus } = await call('recipe', { name: 'two' });
    expect(acus).toEqual(idsOf('stays', 'moves'));
    const log = workspace.log.length;
    await expect(call('applyRecipe', { name: 'two' })).rejects.toMatchObject({ code: 'not-composable' });
    expect(workspace.log.length).toBe(log);
    expect(await call('compareRecipes', { a: 'two', b: null })).toMatchObject({ treeA: null, files: null });
  });
});
