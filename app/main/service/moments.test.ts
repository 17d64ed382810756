// Dangers: a past that is not what was shown then, a return that goes nearly back, a branch of the past that changes what is composed now,
// reads of the past that answer from the present, and a memory that grows with every moment looked at.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../../../testkit/git.ts';
import { Random } from '../../../testkit/random.ts';
import { type SmallRepository, numbered, smallRepository } from '../../../testkit/small.ts';
import type { AcuId, PathBytes } from '../../core/bytes.ts';
import { decodeResult } from '../../contract/decode.ts';
import { decodeFrame, encodeFrame } from '../../contract/frames.ts';
import type { Method, Methods } from '../../contract/methods.ts';
import { AcumenError } from '../../core/errors.ts';
import { emptyState, foldState } from '../../core/fold.ts';
import { Moments } from './moments.ts';
import { Workspace } from './workspace.ts';

let folder: TempDir, repo: SmallRepository, workspace: Workspace;
let tickets = 0, time = 1_750_000_000_000;
const clock = { now: () => (time += 1000), offset: () => 120 };
const p = (text: string): PathBytes => text as PathBytes;

beforeEach(async () => {
  folder = tempDir('moments');
  repo = smallRepository(path.join(folder.path, 'repo'));
  repo.branch('one', { 'a.txt': numbered(20, { 2: 'one' }) });
  repo.branch('two', { 'b.txt': numbered(20, { 12: 'two' }) });
  repo.branch('three', { 'src/c.txt': null, 'd.txt': numbered(3) });
  workspace = await reopened();
});
afterEach(async () => { await workspace.close(); folder.remove(); });

const reopened = (): Promise<Workspace> => Workspace.open(path.join(folder.path, 'store.acumen'), { clock, env: {} });
async function call<M extends Method>(method: M, params: Omit<Methods[M]['params'], 'ticket'>): Promise<Methods[M]['result']> {
  const ticketed = ['import', 'compose', 'writeBranch', 'undo', 'redo', 'returnTo', 'branchOff'].includes(method) ? { ticket: `t${++tickets}` } : {};
  return decodeResult(method, decodeFrame(encodeFrame(await workspace.call(method, { ...ticketed, ...params } as Methods[M]['params']))));
}
const importAll = (): Promise<unknown> => call('import', { path: repo.path, base: null, refs: [], grain: 'branch' });
const idOf = (name: string): AcuId => workspace.engine.named(name).at(-1)!;
/** All that a window shows of a state, by content. */
const shownNow = (): string => JSON.stringify([workspace.view.engine.digest, workspace.view.state.composition]);
const shownAt = async (operation: number): Promise<string> => { const { digest, composition } = await call('moment', { operation, have: [] }); return JSON.stringify([digest, composition]); };

/** Random operations, with what was shown live after each: the slow twin of every moment. */
async function live(random: Random, steps: number): Promise<string[]> {
  const shown = [''];
  const note = (): void => { for (let id = shown.length; id <= workspace.view.head.operation; id++) shown[id] = shownNow(); };
  for (let step = 0; step < steps; step++) {
    const kind = random.pick(['compose', 'compose', 'compose', 'move', 'base', 'undo', 'redo', 'branch', 'return'] as const);
    try {
      if (kind === 'compose') await call('compose', { acus: random.shuffle(workspace.engine.acus.map(({ id }) => id)).slice(0, random.pick([0, 1, 2, 3])) });
      if (kind === 'move') { repo.branch(random.pick(['one', 'two', 'three', `new${step}`]), { [`m${step}.txt`]: `${step}\n` }); await importAll(); }
      if (kind === 'base') { repo.commit({ [`base${step}.txt`]: `${step}\n` }, `Base ${step}`); await importAll(); }
      if (kind === 'undo' || kind === 'redo') await call(kind, {});
      if (kind === 'branch') await call('writeBranch', { name: `written${step}`, acus: workspace.view.state.composition.acus });
      if (kind === 'return') await call('returnTo', { operation: 1 + random.below(workspace.log.length) });
    } catch (error) {
      // nothing to undo, nothing composed, a set that does not stand: the log is as it was
      if (!(error instanceof AcumenError) || error.code === 'bug') throw error;
    }
    note();
  }
  return shown;
}

test('the state at every operation is the one that was live then, also after a restart; and returning to it shows just that', async () => {
  await importAll();
  const random = new Random(57), first = shownNow(), shown = await live(random, 60);
  shown[1] = first;
  expect(shown.length).toBeGreaterThan(30);
  await workspace.close();
  workspace = await reopened();
  for (const id of random.shuffle(shown.map((_, id) => id).slice(1))) expect(await shownAt(id), `operation ${id}`).toBe(shown[id]);
  const last = workspace.log.length, refs = repo.git('for-each-ref');
  for (const id of random.shuffle(shown.map((_, id) => id).slice(1, last)).slice(0, 8)) {
    const before = shownNow(), { operation } = await call('returnTo', { operation: id });
    expect(shownNow(), `returned to ${id}`).toBe(shown[id]);
    if (operation === null) { expect(before).toBe(shown[id]); continue; }
    expect(operation).toMatchObject({ kind: 'return', target: id, command: `acumen return ${id}` });
    if (random.below(2) === 0) { await call('undo', {}); expect(shownNow()).toBe(before); }
  }
  expect(repo.git('for-each-ref'), 'returning moves no ref').toBe(refs);
  const events = [];
  for await (const { event } of workspace.store.events()) events.push(event);
  expect(foldState(events, emptyState).composition).toEqual(workspace.view.state.composition);
});

test('a replica that the client has is not sent again; one of another publication is', async () => {
  await importAll();
  await call('compose', { acus: [idOf('one')] });
  repo.branch('one', { 'a.txt': numbered(20, { 2: 'one', 3: 'more' }) });
  await importAll();
  const now = workspace.engine.digest;
  const before = await call('moment', { operation: 2, have: [now] });
  expect(before.bytes).not.toBeNull();
  expect(before.digest).not.toBe(now);
  expect(await call('moment', { operation: 1, have: [now, before.digest] })).toMatchObject({ digest: before.digest, bytes: null, composition: { acus: [] } });
  expect(await call('moment', { operation: 3, have: [now] })).toMatchObject({ digest: now, bytes: null });
  await expect(call('moment', { operation: 9, have: [] })).rejects.toMatchObject({ code: 'unknown-name' });
});

test('reads of the past answer as they did then, though the branch has moved and git has collected what it left', async () => {
  await importAll();
  const one = idOf('one'), acus = [one, idOf('two')];
  await call('compose', { acus });
  const ask = (at?: number) => Promise.all([call('preview', { acus, at }), call('composedFile', { acus, path: p('a.txt'), at }), call('acuFiles', { acu: one, at }), call('acuFile', { acu: one, path: p('a.txt'), at })]);
  const plain = ([preview, ...rest]: Awaited<ReturnType<typeof ask>>): unknown => [{ ...preview, ms: 0 }, ...rest];
  const then = plain(await ask());
  repo.git('checkout', '-q', 'one');
  repo.git('reset', '-q', '--hard', 'main~0');
  repo.commit({ 'a.txt': numbered(20, { 9: 'another' }) }, 'Another one');
  repo.git('checkout', '-q', 'main');
  repo.git('reflog', 'expire', '--expire=now', '--all');
  repo.git('gc', '-q', '--prune=now');
  await importAll();
  await call('compose', { acus: [] });
  await workspace.close();
  workspace = await reopened();
  await expect(call('acuFiles', { acu: one })).rejects.toMatchObject({ code: 'unknown-name' });
  expect(plain(await ask(2))).toEqual(then);
});

test('branching off writes what was composed then, onto the base of then, and leaves what is composed now', async () => {
  await importAll();
  await call('compose', { acus: [idOf('one'), idOf('three')] });
  const base = repo.git('rev-parse', 'main'), tree = (await call('preview', { acus: workspace.view.state.composition.acus })).tree;
  repo.commit({ 'later.txt': 'later\n' }, 'Later');
  await importAll();
  await call('compose', { acus: [idOf('two')] });
  const now = shownNow();
  const { operation, ref } = await call('branchOff', { operation: 2, name: 'as-it-was' });
  expect(ref).toBe('refs/heads/as-it-was');
  expect(repo.git('rev-parse', 'as-it-was^{tree}', 'as-it-was^').split('\n')).toEqual([tree, base]);
  expect(operation).toMatchObject({ kind: 'write-branch', description: 'Wrote 2 ACUs of operation 2 to as-it-was', command: 'acumen compose --at 2 --branch as-it-was' });
  expect(shownNow()).toBe(now);
  await call('undo', {});
  expect(repo.git('for-each-ref', 'refs/heads/as-it-was')).toBe('');
  expect(shownNow()).toBe(now);
});

test('two moments compared: git lists the same files between the two branches that they make', async () => {
  await importAll();
  const random = new Random(7), [one, two] = [idOf('one'), idOf('two')];
  await call('compose', { acus: [one, two] });
  const a = workspace.view.head.operation;
  await call('writeBranch', { name: 'written/a', acus: [one, two] });
  repo.commit({ 'b.txt': numbered(20, { 19: 'base' }), 'src/new.txt': 'new\n' }, 'Move on');
  repo.branch('three', { 'e.txt': numbered(2) });
  await call('import', { path: repo.path, base: null, refs: ['refs/heads/one', 'refs/heads/two', 'refs/heads/three'], grain: 'branch' });
  await call('compose', { acus: random.shuffle([idOf('two'), ...workspace.engine.named('three')]) });
  const b = workspace.view.head.operation;
  await call('writeBranch', { name: 'written/b', acus: workspace.view.state.composition.acus });
  for (const [x, y, names] of [[a, b, ['written/a', 'written/b']], [b, a, ['written/b', 'written/a']], [a, a, ['written/a', 'written/a']]] as const) {
    const said = await call('compareMoments', { a: x, b: y });
    expect(said.why).toBe('');
    expect(said.files!.map(({ path: file, added, deleted }) => `${added}\t${deleted}\t${file}`).join('\n')).toBe(repo.git('diff', '--numstat', '--no-renames', ...names));
  }
  const said = await call('compareMoments', { a, b });
  for (const { path: file } of said.files!) {
    const shown = await call('comparedFile', { a, b, path: file }), text = (name: string): string | null => { try { return `${repo.git('show', `${name}:${file}`)}\n`; } catch { return null; } };
    expect([shown.before?.text ?? null, shown.after?.text ?? null]).toEqual([text('written/a'), text('written/b')]);
  }
  expect(said.composed.left.map(({ name }) => name)).toContain('one');
  expect(said.composed.came.map(({ name }) => name).length).toBeGreaterThan(0);
  expect(said.sources.map(({ name }) => name)).toContain('three');
  expect(said.base.before!.oid).not.toBe(said.base.after!.oid);
  const none = await call('compareMoments', { a, b: a });
  expect([none.composed.left, none.composed.came, none.sources, none.inFlight.left]).toEqual([[], [], [], []]);
});

test('where contents of one of them are gone the comparison says why, and the rest of it is there', async () => {
  await importAll();
  await call('compose', { acus: [idOf('one')] });
  await call('undo', {});
  await call('undo', {});
  expect(await call('compareMoments', { a: 2, b: workspace.view.head.operation })).toMatchObject({ files: null, why: 'Nothing was imported at one of them.', base: { after: null } });
  await call('redo', {});
  const objects = path.join(repo.path, '.git', 'objects', repo.git('rev-parse', 'main^{tree}').slice(0, 2));
  const before = await call('compareMoments', { a: 1, b: 2 });
  expect(before.files).toHaveLength(1);
  rmSync(objects, { recursive: true });
  await workspace.close();
  workspace = await reopened();
  expect((await call('compareMoments', { a: 1, b: 2 })).composed.came).toHaveLength(1);
});

test('engines of the past have a bound in bytes, and looking at one moment after another stays within it', async () => {
  await importAll();
  for (let i = 0; i < 5; i++) { repo.branch('two', { [`x${i}.txt`]: 'x\n'.repeat(i + 1) }); await importAll(); }
  const size = workspace.engine.encode().length, few = new Moments(workspace, 3 * size);
  for (let round = 0; round < 2; round++) for (let id = 1; id <= workspace.log.length; id++) { await few.view(id); expect(few.bytes).toBeLessThanOrEqual(3 * size); }
  expect(few.bytes).toBeGreaterThan(size);
});
