// Danger: the base moves, a branch is pushed anew or a ref appears or goes, and a composition silently loses an ACU, gains one, or cannot be
// brought back. Every case by hand with the answer it must give, then random sequences of them.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AcuId } from '../../core/bytes.ts';
import type { ImportSummary } from '../../core/model.ts';
import { Unfaithful, randomBases } from '../../../testkit/bases.ts';
import { numbered, smallRepository } from '../../../testkit/small.ts';
import type { SmallRepository } from '../../../testkit/small.ts';
import { Workspace } from './workspace.ts';
import { removeFolder } from '../../../testkit/folder.ts';

vi.setConfig({ testTimeout: 300_000 }); // dozens of imports, on a machine that does other things, too
const root = mkdtempSync(join(tmpdir(), 'acumen-bases-'));
afterAll(() => { removeFolder(root); });
let count = 0, tickets = 0;

class World {
  readonly repo: SmallRepository;
  readonly workspace: Workspace;
  constructor(repo: SmallRepository, workspace: Workspace) { this.repo = repo; this.workspace = workspace; }
  static async begin(repo: SmallRepository = model.copy(join(root, String(count++)))): Promise<World> {
    return new World(repo, await Workspace.open(`${repo.path}.acumen`, { env: {} }));
  }
  import(base: string | null = null, refs: readonly string[] = []): Promise<ImportSummary> {
    const path = this.workspace.view.state.gitDir === null ? this.repo.path : null;
    return this.workspace.call('import', { path, base, refs, grain: 'branch', ticket: `t${tickets++}` });
  }
  async compose(...names: string[]): Promise<void> {
    await this.workspace.call('compose', { acus: names.flatMap((name) => this.workspace.engine.named(name)), ticket: `t${tickets++}` });
  }
  undo(kind: 'undo' | 'redo' = 'undo') { return this.workspace.call(kind, { ticket: `t${tickets++}` }); }
  get acus(): readonly AcuId[] { return this.workspace.view.state.composition.acus; }
  get names(): string[] { return this.acus.map((id) => String(this.workspace.engine.acu(id)?.name)).sort(); }
  /** everything that undo must bring back */
  get state(): unknown { const { state, engine } = this.workspace.view; return { published: state.published, composition: state.composition, digest: engine.digest }; }
}

/** `a`, `b`: apart; `low` and `high` on it; `old`: two steps behind. */
function branches(repo: SmallRepository): void {
  repo.branch('old', { 'b.txt': numbered(20, { 3: 'old' }) });
  repo.commit({ 'b.txt': numbered(20, { 15: 'main 1' }) }, 'One');
  repo.commit({ 'b.txt': numbered(20, { 15: 'main 1', 18: 'main 2' }) }, 'Two');
  repo.branch('a', { 'a.txt': numbered(20, { 2: 'a' }) });
  repo.branch('b', { 'a.txt': numbered(20, { 12: 'b' }) });
  repo.branch('low', { 'l.txt': numbered(6) });
  repo.branch('high', { 'l.txt': numbered(6, { 3: 'high' }) }, 'low');
}

const said = ({ rebound }: ImportSummary): string[] => rebound.map(({ name, outcome, why }) => `${name} ${outcome}${why === '' ? '' : `: ${why}`}`).sort();

let world: World, model: SmallRepository;
beforeAll(() => { branches(model = smallRepository(join(root, 'model'))); });
beforeEach(async () => {
  world = await World.begin();
  await world.import();
  return async () => { await world.workspace.close(); };
});

describe('what becomes of a composition', () => {
  test('nothing, where the base moves forward beside it', async () => {
    await world.compose('a', 'old');
    world.repo.commit({ 'src/c.txt': 'other\n' }, 'Beside');
    expect(said(await world.import())).toEqual(['a kept', 'old kept']);
    expect(world.workspace.log.at(-1)!.description).not.toContain('composition');
    expect(world.workspace.view.state.composition.base).toBe(world.repo.git('rev-parse', 'main'));
  });

  test('the base takes a branch in, by fast-forward, by a merge, by squash: absorbed, and why', async () => {
    await world.compose('a', 'b', 'high');
    world.repo.git('merge', '-q', '--ff-only', 'a');
    world.repo.git('merge', '-q', '--no-ff', '-m', 'merge', 'low');
    world.repo.git('merge', '-q', '--squash', 'b');
    world.repo.git('commit', '-q', '-m', 'squashed');
    expect(said(await world.import())).toEqual(['Change low absorbed: its commits are in the base', 'a absorbed: its commits are in the base', 'b absorbed: the base has the same content', 'high rebound: it has changed, or what it stands on has']);
    expect(world.workspace.log.at(-1)!.description).toMatch(/; composition: .*3 absorbed/);
    expect(world.names).toEqual(['high']);
    await world.undo();
    expect(world.names).toEqual(['Change low', 'a', 'b', 'high']);
  });

  test('the base takes a branch in and reverts it: absorbed, and that it was taken back', async () => {
    await world.compose('a', 'b');
    world.repo.git('merge', '-q', '--no-ff', '-m', 'merge', 'a');
    world.repo.git('revert', '--no-edit', '-m', '1', 'HEAD');
    expect(said(await world.import())).toEqual(['a absorbed: its commits are in the base, which has taken them back since', 'b kept']);
  });

  test('the base changes the same lines: stale, taken out, and with it what stands on it', async () => {
    await world.compose('a', 'high');
    world.repo.commit({ 'a.txt': numbered(20, { 2: 'theirs' }), 'l.txt': 'theirs\n' }, 'Clash');
    const answers = said(await world.import());
    expect(answers).toEqual([expect.stringMatching(/^Change low stale: .*l\.txt/), expect.stringMatching(/^a stale: both change a\.txt at line 2/), expect.stringMatching(/^high stale: .*l\.txt/)]);
    expect(world.acus).toEqual([]);
    await world.undo();
    expect(world.names).toEqual(['Change low', 'a', 'high']);
  });

  test('the base goes back: commits that were in it are in flight, and taken along', async () => {
    await world.compose('a');
    const summary = await world.import('main~1');
    expect(said(summary)).toEqual(['Two taken along: a needs it', 'a kept']);
    expect(world.names).toEqual(['Two', 'a']);
    const back = await world.import('main');
    expect(said(back)).toEqual(['Two absorbed: its commits are in the base', 'a kept']);
    expect(world.names).toEqual(['a']);
  });

  test('to another line of the same history', async () => {
    world.repo.git('branch', 'release', 'main~2');
    world.repo.branch('release', { 'src/c.txt': 'release\n' });
    await world.import();
    await world.compose('b', 'old');
    expect(said(await world.import('release'))).toEqual(['One taken along: b needs it', 'b kept', 'old kept']);
    expect((await world.workspace.call('preview', { acus: world.acus })).tree).not.toBeNull();
  });

  test('to a history of its own: refused, nothing changed, whether named or come so', async () => {
    world.repo.git('checkout', '-q', '--orphan', 'island');
    world.repo.commit({ 'island.txt': 'island\n' }, 'Island');
    world.repo.git('checkout', '-q', 'main');
    await world.import();
    await world.compose('a');
    const before = world.state, operations = world.workspace.log.length;
    await expect(world.import('island')).rejects.toMatchObject({ code: 'unrelated-history', message: 'island shares no history with any branch in flight, nor with the base before it: nothing could be carried onto it.' });
    world.repo.git('checkout', '-q', 'island');
    world.repo.git('branch', '-f', 'main', 'island');
    await expect(world.import()).rejects.toMatchObject({ code: 'unrelated-history' });
    expect(world.state).toEqual(before);
    expect(world.workspace.log).toHaveLength(operations);
    const first = await Workspace.open(join(root, `${count++}.acumen`), { env: {} });
    await expect(first.call('import', { path: world.repo.path, base: 'island', refs: ['refs/heads/a', 'refs/heads/b'], grain: 'branch', ticket: 'x' })).rejects.toMatchObject({ code: 'unrelated-history' });
    await first.close();
  });

  test('a repository whose only branch in flight has a history of its own is no mistake', async () => {
    const repo = smallRepository(join(root, String(count++)));
    repo.git('checkout', '-q', '--orphan', 'pages');
    repo.commit({ 'index.html': 'pages\n' }, 'Pages');
    repo.git('checkout', '-q', 'main');
    const quiet = await World.begin(repo);
    expect(await quiet.import()).toMatchObject({ acus: 0 });
    quiet.repo.commit({ 'a.txt': 'more\n' }, 'More');
    expect(await quiet.import()).toMatchObject({ acus: 0 });
    await quiet.workspace.close();
  });

  test('a branch pushed anew: rebound to what it is now; taken away: lost; a ref that cuts a stack gone: part of the upper', async () => {
    await world.compose('a', 'b', 'high');
    world.repo.git('branch', '-f', 'a', 'main');
    world.repo.branch('a', { 'a.txt': numbered(20, { 3: 'anew' }) });
    world.repo.git('branch', '-q', '-D', 'b', 'low');
    expect(said(await world.import())).toEqual(['Change low absorbed: it is part of high now', 'a rebound: it has changed, or what it stands on has', 'b lost: there is no b any more', 'high rebound: it has changed, or what it stands on has']);
    expect(world.names).toEqual(['a', 'high']);
  });

  test('a ref that cuts a branch in two: both parts, the lower taken along', async () => {
    world.repo.branch('b', { 'c.txt': 'second\n' });
    await world.import();
    await world.compose('b');
    world.repo.git('branch', 'half', 'b~1');
    const summary = await world.import();
    expect(said(summary)).toEqual([expect.stringMatching(/^b rebound: it is .*b.* now$/)]);
    expect(summary.rebound[0]!.to).toHaveLength(2);
    expect(world.acus).toHaveLength(2);
  });

  test('a merge with the base crosswise carries as before', async () => {
    await world.compose('a');
    world.repo.commit({ 'src/c.txt': 'crosswise\n' }, 'Beside');
    world.repo.git('checkout', '-q', 'a');
    world.repo.git('merge', '-q', '--no-ff', '-m', 'crosswise', 'main');
    world.repo.git('checkout', '-q', 'main');
    world.repo.git('merge', '-q', '--no-ff', '-m', 'crosswise too', 'a~1');
    world.repo.branch('a', { 'a.txt': numbered(20, { 2: 'a', 6: 'after' }) });
    expect(said(await world.import())).toEqual(['a absorbed: its commits are in the base']);
    expect(world.acus).toEqual([]);
    expect(world.workspace.engine.acus.find((x) => x.name === 'a')).toMatchObject({ standing: 'exact' });
  });

  test('it stays, and its files can be read, after a force-push of everything and a gc that leaves nothing', async () => {
    await world.compose('a', 'high');
    const before = await world.workspace.call('preview', { acus: world.acus });
    const text = await world.workspace.call('composedFile', { acus: world.acus, path: before.files[0]!.path });
    await world.workspace.close();
    for (const name of ['a', 'b', 'low', 'high', 'old']) world.repo.git('branch', '-q', '-D', name);
    world.repo.git('reflog', 'expire', '--expire=now', '--all');
    world.repo.git('gc', '-q', '--prune=now');
    world = new World(world.repo, await Workspace.open(`${world.repo.path}.acumen`, { env: {} }));
    expect({ ...await world.workspace.call('preview', { acus: world.acus }), ms: 0 }).toEqual({ ...before, ms: 0 });
    expect(await world.workspace.call('composedFile', { acus: world.acus, path: before.files[0]!.path })).toEqual(text);
    expect((await world.workspace.call('fsck', { ticket: 'f' })).problems).toEqual([]);
  });
});

describe('random moves', () => {
  test.each([1, 2])('seed %i: every ACU has its answer, and undo brings back the state', async (seed) => {
    const figures = await randomBases(join(root, `random${seed}`), seed, 12);
    console.log(JSON.stringify(figures));
    expect(figures.imports).toBeGreaterThan(3);
  });

  test('and so at grains that change with them', async () => {
    const figures = await randomBases(join(root, 'grains'), 12, 12, false, ['branch', 'commit', 'atom']);
    console.log(JSON.stringify(figures));
    expect(figures.answers['rebound']).toBeGreaterThan(3);
  });

  test('an answer left out is found', async () => {
    await expect(randomBases(join(root, 'lie'), 3, 20, true)).rejects.toThrow(Unfaithful);
  });
});
