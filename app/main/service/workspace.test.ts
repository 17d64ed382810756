// Dangers: an answer before its commit, a change that nobody hears of, two processes on one store that overwrite each other, an import that
// leaves half of itself, a composition emptied by a force-push and a gc.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { generate } from '../../../testkit/generate.ts';
import { numbered, smallRepository } from '../../../testkit/small.ts';
import { call, close, folder, idOf, importAll, inFlight, inFreshFolders, openWorkspace, p } from '../../../testkit/workspaces.ts';
import type { AcuId } from '../../core/bytes.ts';
import { applyDifference } from '../../core/difference.ts';
import { Engine } from '../../core/engine.ts';
import { digestOf } from '../../core/tables.ts';
import { connect } from '../../contract/client.ts';
import { decodeFromService } from '../../contract/decode.ts';
import { decodeFrame, encodeFrame } from '../../contract/frames.ts';
import type { Push, Transport } from '../../contract/methods.ts';
import { attachSession } from './session.ts';
import type { Workspace } from './workspace.ts';

inFreshFolders();

describe('import', () => {
  test('publishes in one step, and again without a change records nothing', async () => {
    const repo = inFlight();
    const workspace = await openWorkspace();
    expect((await call(workspace, 'hello', {})).repository).toBeNull();
    const summary = await importAll(workspace, repo);
    expect(summary).toMatchObject({ base: repo.git('rev-parse', 'main'), sources: 8, acus: 7 });
    expect(workspace.log.map((o) => o.kind)).toEqual(['import']);
    const again = await importAll(workspace, repo);
    expect({ ...again, ms: 0 }).toEqual({ ...summary, ms: 0 });
    await call(workspace, 'import', { path: null, base: null, refs: [], grain: 'branch' });
    expect(workspace.log).toHaveLength(1);
    const hello = await call(workspace, 'hello', {});
    expect(hello).toMatchObject({ epoch: 1, repository: { name: 'repo', path: repo.path, baseName: 'main' }, canUndo: 'Imported 8 sources as 7 ACUs onto main', canRedo: null });
  });

  test('is the same from the store after a restart', async () => {
    const repo = inFlight();
    const first = await openWorkspace();
    await importAll(first, repo);
    const snapshot = await call(first, 'snapshot', {});
    await close(first);
    const second = await openWorkspace();
    expect(await call(second, 'snapshot', {})).toEqual(snapshot);
    expect(Engine.decode(snapshot.bytes).digest).toBe(snapshot.digest);
  });

  test('of another repository into the same store is refused', async () => {
    const workspace = await openWorkspace();
    await importAll(workspace, inFlight());
    await expect(importAll(workspace, smallRepository(path.join(folder, 'other')))).rejects.toMatchObject({ code: 'store-other-repository' });
    expect(workspace.log).toHaveLength(1);
  });

  test('cancelled at any moment leaves nothing visible, and the next one works', async () => {
    const generated = await generate({ seed: 5, mix: 'stacks', sources: 30 });
    try {
      const workspace = await openWorkspace();
      const cancelAt = async (phase: string): Promise<boolean> => {
        const ticket = `cancel-${phase}`;
        const stop = workspace.subscribe((push) => { if (push.push === 'progress' && push.phase === phase) void workspace.call('cancel', { ticket }); });
        const error = await workspace.call('import', { path: generated.dir, base: null, refs: [], grain: 'branch', ticket }).then(() => null, (e: unknown) => e);
        stop();
        if (error !== null) expect(error).toMatchObject({ code: 'cancelled' });
        return error !== null;
      };
      const phases = new Set<string>();
      const listen = workspace.subscribe((push) => { if (push.push === 'progress') phases.add(push.phase); });
      for (const phase of ['Reading refs', 'Reading commits', 'Carrying onto the base', 'Comparing']) {
        expect(await cancelAt(phase), phase).toBe(true);
        expect(workspace.log).toHaveLength(0);
        expect(workspace.engine.acus).toHaveLength(0);
        expect((await call(workspace, 'hello', {})).epoch).toBe(0);
      }
      listen();
      expect([...phases]).toEqual(expect.arrayContaining(['Reading refs', 'Comparing']));
      const { acus } = await call(workspace, 'import', { path: generated.dir, base: null, refs: [], grain: 'branch' });
      expect(acus).toBeGreaterThan(20);
      expect((await call(workspace, 'fsck', {})).problems).toEqual([]);
    } finally {
      generated.remove();
    }
  });

  test.each([
    ['a folder that is no repository', (at: string) => at, 'not-a-repository'],
    ['a repository without a commit', (at: string) => { const r = smallRepository(path.join(at, 'r')); r.git('update-ref', '-d', 'refs/heads/main'); return r.path; }, 'empty-repository'],
  ])('%s is refused and the store stays as it was', async (_name, make, code) => {
    const workspace = await openWorkspace();
    await expect(call(workspace, 'import', { path: make(folder), base: null, refs: [], grain: 'branch' })).rejects.toMatchObject({ code });
    expect(workspace.log).toHaveLength(0);
  });

  test('an unknown base is refused', async () => {
    const workspace = await openWorkspace();
    const repo = inFlight();
    await expect(importAll(workspace, repo, { base: 'nowhere' })).rejects.toMatchObject({ code: 'unknown-revision' });
  });
});

describe('compose', () => {
  test('records a set that stands, in any order, and shows its tree and files', async () => {
    const repo = inFlight();
    const workspace = await openWorkspace();
    await importAll(workspace, repo);
    const set = ['first', 'second', 'third'].map((n) => idOf(workspace, n));
    const preview = await call(workspace, 'preview', { acus: set });
    repo.git('checkout', '-q', '-b', 'expected', 'main');
    repo.git('merge', '-q', '-m', 'm', 'first');
    repo.git('merge', '-q', '-m', 'm', 'second');
    repo.git('merge', '-q', '-m', 'm', 'third');
    expect(preview.tree).toBe(repo.git('rev-parse', 'HEAD^{tree}'));
    expect(preview.files).toEqual([
      { path: 'a.txt', kind: 'modify', added: 2, deleted: 2 }, { path: 'new.txt', kind: 'add', added: 1, deleted: 0 }, { path: 'src/c.txt', kind: 'delete', added: 0, deleted: 0 },
    ].map((f) => expect.objectContaining({ path: f.path, kind: f.kind, added: f.added })));
    const { composition, operation } = await call(workspace, 'compose', { acus: [...set].reverse() });
    expect(composition).toMatchObject({ base: workspace.engine.base, acus: [...set].sort() });
    expect(operation.description).toMatch(/^Composed (first|second|third), /);
    expect(operation.command).toMatch(/^acumen compose \w+ \w+ \w+$/);
    await call(workspace, 'compose', { acus: set });
    expect(workspace.log).toHaveLength(2);
    expect((await call(workspace, 'composedFile', { acus: set, path: p('a.txt') })).after!.text).toBe(numbered(20, { 2: 'first', 12: 'second' }));
    expect(await call(workspace, 'composedFile', { acus: set, path: p('src/c.txt') })).toMatchObject({ before: { text: 'c\n' }, after: null });
  });

  test('at a finer grain, a conflict above two commits of one branch is shown over what both make', async () => {
    const repo = smallRepository(path.join(folder, 'repo')), forty = (changes: Record<number, string>) => ({ 'a.txt': numbered(40, changes) });
    repo.commit(forty({}), 'Forty lines');
    repo.branch('low', forty({ 3: 'low' }));
    repo.branch('low', forty({ 3: 'low', 30: 'low' }));
    for (const name of ['x', 'y']) repo.branch(name, forty({ 3: name, 30: name }), 'low');
    const workspace = await openWorkspace();
    await call(workspace, 'import', { path: repo.path, base: null, refs: [], grain: 'commit' });
    const { base, sides } = await call(workspace, 'conflictFile', { a: idOf(workspace, 'x'), b: idOf(workspace, 'y'), path: p('a.txt') });
    expect([base, ...sides.map(({ shown }) => shown)].map((shown) => shown!.text)).toEqual(['low', 'x', 'y'].map((name) => numbered(40, { 3: name, 30: name })));
  });

  test('refuses a set that conflicts, that is not closed, or that is stale, and says with what', async () => {
    const workspace = await openWorkspace();
    await importAll(workspace, inFlight());
    const [first, clash, lower, upper, stale] = ['first', 'clash', 'lower', 'upper', 'stale'].map((n) => idOf(workspace, n));
    const refused = (acus: AcuId[]) => call(workspace, 'compose', { acus }).then(() => null, (e: { code: string; data: Record<string, unknown> }) => e);
    expect(await refused([first!, clash!])).toMatchObject({ code: 'not-composable', data: { conflicts: [{ path: 'a.txt', kind: 'content' }] } });
    expect(await refused([upper!])).toMatchObject({ code: 'not-composable', data: { missing: [lower] } });
    expect(await refused([stale!])).toMatchObject({ code: 'not-composable', data: { conflicts: [{ b: 'base' }] } });
    expect(await refused(['f'.repeat(64) as AcuId])).toMatchObject({ code: 'unknown-name' });
    expect(await call(workspace, 'preview', { acus: [first!, clash!] })).toMatchObject({ tree: null, conflicts: [{ path: 'a.txt' }] });
    expect(await call(workspace, 'preview', { acus: [upper!] })).toMatchObject({ tree: null, missing: [lower] });
    expect(workspace.log).toHaveLength(1);
    const texts = await call(workspace, 'conflictFile', { a: first!, b: clash!, path: p('a.txt') });
    expect(texts.kind).toBe('content');
    expect(texts.merged!.text).toContain('<<<<<<<');
    expect(texts.sides.map((s) => s.shown!.text)).toEqual([numbered(20, { 2: 'first' }), numbered(20, { 2: 'clash' })]);
    expect((await call(workspace, 'conflictFile', { a: stale!, b: 'base', path: p('b.txt') })).merged!.text).toContain('stale');
    expect(await call(workspace, 'acuFiles', { acu: upper! })).toEqual({ files: [{ path: 'd.txt', kind: 'modify', added: 1, deleted: 1 }] });
    expect(await call(workspace, 'acuFile', { acu: upper!, path: p('d.txt') })).toMatchObject({ before: { text: numbered(6) }, after: { text: numbered(6, { 3: 'upper' }) } });
  });

  test('survives a force-push and a gc: everything it needs is in the store', async () => {
    const repo = inFlight();
    const first = await openWorkspace();
    await importAll(first, repo);
    const set = ['first', 'second', 'lower', 'upper'].map((n) => idOf(first, n));
    const before = await call(first, 'preview', { acus: set });
    await call(first, 'compose', { acus: set });
    await close(first);
    for (const name of ['first', 'second', 'lower', 'upper', 'clash']) repo.git('branch', '-q', '-D', name);
    repo.git('reflog', 'expire', '--expire=now', '--all');
    repo.git('gc', '-q', '--prune=now');
    const second = await openWorkspace();
    expect({ ...await call(second, 'preview', { acus: set }), ms: 0 }).toEqual({ ...before, ms: 0 });
    expect((await call(second, 'composedFile', { acus: set, path: p('new.txt') })).after!.text).toBe('new\n');
    expect(await call(second, 'acuFile', { acu: set[3]!, path: p('d.txt') })).toMatchObject({ before: { text: numbered(6) } });
    const { commit } = await call(second, 'writeBranch', { name: 'rescued', acus: set });
    expect(repo.git('rev-parse', `${commit}^{tree}`)).toBe(before.tree);
    repo.git('fsck', '--strict');
  });
});

describe('history', () => {
  test('undo and redo go through every state and back, also after a restart', async () => {
    const repo = inFlight();
    let workspace = await openWorkspace();
    const states: { acus: readonly AcuId[]; digest: string }[] = [];
    const now = () => ({ acus: workspace.view.state.composition.acus, digest: workspace.engine.digest });
    states.push(now());
    await importAll(workspace, repo, { refs: ['refs/heads/first', 'refs/heads/second', 'refs/heads/third'] });
    states.push(now());
    await call(workspace, 'compose', { acus: [idOf(workspace, 'first')] });
    states.push(now());
    await call(workspace, 'compose', { acus: ['first', 'third'].map((n) => idOf(workspace, n)) });
    states.push(now());
    await importAll(workspace, repo);
    states.push(now());
    await call(workspace, 'compose', { acus: [] });
    states.push(now());
    const restart = async () => { await close(workspace); workspace = await openWorkspace(); };
    for (let i = states.length - 2; i >= 0; i--) {
      await call(workspace, 'undo', {});
      expect(now()).toEqual(states[i]);
      await restart();
      expect(now()).toEqual(states[i]);
    }
    await expect(call(workspace, 'undo', {})).rejects.toMatchObject({ code: 'nothing-to-undo' });
    for (let i = 1; i < states.length; i++) {
      await call(workspace, 'redo', {});
      expect(now()).toEqual(states[i]);
    }
    await expect(call(workspace, 'redo', {})).rejects.toMatchObject({ code: 'nothing-to-redo' });
    expect((await call(workspace, 'fsck', {})).problems).toEqual([]);
    const log = await call(workspace, 'log', { before: null, limit: 100 });
    expect(log.operations.map((o) => o.id)).toEqual(Array.from({ length: log.operations.length }, (_, i) => log.operations.length - i));
    expect(log.current).toBe(5);
    const page = await call(workspace, 'log', { before: 4, limit: 2 });
    expect(page.operations.map((o) => o.id)).toEqual([3, 2]);
  });

  test('a composition follows its changes when sources move, are cut anew, are merged or go', async () => {
    const repo = inFlight();
    const workspace = await openWorkspace();
    await importAll(workspace, repo);
    const named = () => workspace.view.state.composition.acus.map((id) => String(workspace.engine.acu(id)?.name)).sort();
    await call(workspace, 'compose', { acus: ['first', 'second', 'third', 'lower', 'upper'].flatMap((n) => workspace.engine.named(n)) });
    expect(named()).toEqual(['Change lower', 'first', 'second', 'third', 'upper'].sort());
    repo.branch('first', { 'a.txt': numbered(20, { 2: 'first', 3: 'and more' }) });
    repo.git('merge', '-q', '--ff-only', 'second');
    repo.git('branch', '-q', '-D', 'third');
    await importAll(workspace, repo);
    expect(workspace.log.at(-1)!.description).toMatch(/composition: .*1 rebound/);
    expect(workspace.log.at(-1)!.description).toMatch(/1 absorbed/);
    expect(workspace.log.at(-1)!.description).toMatch(/1 lost/);
    expect(named()).toEqual(['Change lower', 'first', 'upper'].sort());
    expect(workspace.view.state.composition.base).toBe(repo.git('rev-parse', 'main'));
    expect((await call(workspace, 'preview', { acus: workspace.view.state.composition.acus })).tree).not.toBeNull();
    // the stack loses the ref that cut it in two: the upper part is the whole now
    repo.git('branch', '-q', '-D', 'lower');
    await importAll(workspace, repo);
    expect(named()).toEqual(['first', 'upper']);
    await call(workspace, 'undo', {});
    await call(workspace, 'undo', {});
    expect(named()).toEqual(['Change lower', 'first', 'second', 'third', 'upper'].sort());
  });
});

describe('clients', () => {
  /** A client in this process: frames cross as bytes, in order. */
  function client(workspace: Workspace) {
    let toService = (_: Uint8Array): void => {}, toClient = (_: Uint8Array): void => {};
    const side = (mine: (listener: (frame: Uint8Array) => void) => void, other: (frame: Uint8Array) => void): Transport => ({
      send: (frame) => { const copy = frame.slice(); queueMicrotask(() => other(copy)); }, onFrame: mine, onClose: () => undefined, close: () => undefined,
    });
    attachSession(workspace, side((l) => { toService = l; }, (f) => toClient(f)));
    return { client: connect(side((l) => { toClient = l; }, (f) => toService(f))), send: (frame: Uint8Array) => toService(frame) };
  }

  test('a replica kept by differences is the service\'s, epoch by epoch; a gap fetches a snapshot', async () => {
    const repo = inFlight();
    const workspace = await openWorkspace();
    const { client: c } = client(workspace);
    const start = await c.call('snapshot', {});
    let { epoch, bytes } = start;
    let gaps = 0, fetched = 0;
    const pushes: Extract<Push, { push: 'epoch' }>[] = [];
    c.on('epoch', (push) => { pushes.push(push); });
    const settle = async (): Promise<void> => {
      for (const push of pushes.splice(0)) {
        if (push.from !== epoch) { gaps++; continue; }
        const next = applyDifference(bytes, push.bytes);
        if (next === null) { fetched++; ({ bytes, epoch } = await c.call('snapshot', {})); continue; }
        bytes = next;
        epoch = push.to;
        expect(digestOf(bytes)).toBe(push.digest);
      }
      expect(digestOf(bytes)).toBe(workspace.engine.digest);
      expect(epoch).toBe(workspace.view.head.operation);
    };
    const states: string[] = [];
    c.on('state', (push) => { states.push(push.lastOperation!.description); });
    await c.call('import', { path: repo.path, base: null, refs: ['refs/heads/first'], grain: 'branch', ticket: '1' });
    await settle();
    await c.call('import', { path: repo.path, base: null, refs: ['refs/heads/*'], grain: 'branch', ticket: '2' });
    await settle();
    await c.call('compose', { acus: [idOf(workspace, 'first')], ticket: '3' });
    expect(pushes.at(-1)!.bytes.length).toBeLessThan(16);
    await settle();
    await c.call('undo', { ticket: '4' });
    await c.call('undo', { ticket: '5' });
    await settle();
    await c.call('redo', { ticket: '6' });
    pushes.splice(0);
    await c.call('redo', { ticket: '7' });
    expect(pushes.splice(0)[0]!.from).not.toBe(epoch);
    expect(states).toEqual(workspace.log.map((o) => o.description));
    expect(gaps).toBe(0);
    expect(fetched).toBeLessThan(3);
  });

  test('what is no request is answered with bad-message and harms nobody', async () => {
    const workspace = await openWorkspace();
    const { client: c, send } = client(workspace);
    for (const frame of [Uint8Array.of(0xc1), encodeFrame(null), encodeFrame({ id: 'x' }), encodeFrame({ id: 9, method: 'explode', params: {} })]) send(frame);
    expect((await c.call('hello', {})).epoch).toBe(0);
    await expect(c.call('compose', { acus: ['x' as AcuId], ticket: 'a' })).rejects.toMatchObject({ code: 'bad-message' });
    await expect(c.call('preview', { acus: [] })).rejects.toMatchObject({ code: 'usage' });
  });

  test('reads and replica keep working while operations are held', async () => {
    const workspace = await openWorkspace();
    await importAll(workspace, inFlight());
    const { client: c } = client(workspace);
    await c.call('pause', { paused: true });
    const held = c.call('compose', { acus: [idOf(workspace, 'first')], ticket: 'held' });
    expect((await c.call('preview', { acus: [idOf(workspace, 'second')] })).tree).not.toBeNull();
    expect((await c.call('snapshot', {})).digest).toBe(workspace.engine.digest);
    expect(workspace.log).toHaveLength(1);
    await c.call('pause', { paused: false });
    expect((await held).composition.acus).toHaveLength(1);
  });

  test('many operations at once end as if one after another', async () => {
    const workspace = await openWorkspace();
    await importAll(workspace, inFlight());
    const { client: c } = client(workspace);
    const ids = ['first', 'second', 'third'].map((n) => idOf(workspace, n));
    const all = await Promise.all(Array.from({ length: 12 }, (_, i) => c.call('compose', { acus: [ids[i % 3]!], ticket: `p${i}` })));
    all.forEach((answer, i) => expect(answer.composition.acus).toEqual([ids[i % 3]]));
    expect(workspace.log).toHaveLength(13);
  });
});

describe('two processes on one store', () => {
  test('each sees what the other did, and neither overwrites it', async () => {
    const repo = inFlight();
    const one = await openWorkspace();
    await importAll(one, repo);
    const two = await openWorkspace();
    const heard: Push[] = [];
    two.subscribe((push) => { heard.push(decodeFromService(decodeFrame(encodeFrame(push))) as Push); });
    await call(one, 'compose', { acus: [idOf(one, 'first')] });
    await expect.poll(() => two.view.head.operation, { timeout: 5000 }).toBe(2);
    expect(two.view.state).toEqual(one.view.state);
    expect(heard.some((push) => push.push === 'state' && push.composition.acus.length === 1)).toBe(true);
    // both at once: the slower one plans again on what the faster one left
    await Promise.all([
      call(one, 'compose', { acus: ['first', 'second'].map((n) => idOf(one, n)) }), call(two, 'compose', { acus: ['first', 'third'].map((n) => idOf(two, n)) }),
      call(one, 'writeBranch', { name: 'w', acus: [idOf(one, 'first')] }), call(two, 'compose', { acus: [] }),
    ]);
    await expect.poll(() => one.view.head.operation - two.view.head.operation, { timeout: 5000 }).toBe(0);
    await one.refold();
    await two.refold();
    expect(one.view.state).toEqual(two.view.state);
    expect(one.log).toEqual(two.log);
    expect(one.log.length).toBe(6);
    expect((await call(one, 'fsck', {})).problems).toEqual([]);
  });

  test('a reader sees and cannot write', async () => {
    const one = await openWorkspace();
    await importAll(one, inFlight());
    const reader = await openWorkspace({ readOnly: true });
    expect(reader.engine.digest).toBe(one.engine.digest);
    await expect(call(reader, 'compose', { acus: [idOf(reader, 'first')] })).rejects.toMatchObject({ code: 'store-read-only' });
  });
});

test('a hundred random operations: the state is the fold of the log, and every undo gives the state before', async () => {
  const repo = inFlight();
  const workspace = await openWorkspace();
  await importAll(workspace, repo);
  let seed = 7;
  const random = (n: number): number => { seed = (seed * 1103515245 + 12345) & 0x7fffffff; return (seed >> 8) % n; };
  const names = ['first', 'second', 'third', 'lower'];
  const past: string[] = [], future: string[] = [];
  const now = (): string => `${workspace.view.state.composition.acus.join()} ${workspace.engine.digest}`;
  let undone = 0;
  for (let i = 0; i < 100; i++) {
    const before = now();
    const what = random(5);
    if (what === 0 && past.length > 0) {
      future.push(before);
      await call(workspace, 'undo', {});
      expect(now()).toBe(past.pop());
      undone++;
    } else if (what === 1 && future.length > 0) {
      past.push(before);
      await call(workspace, 'redo', {});
      expect(now()).toBe(future.pop());
    } else {
      const log = workspace.log.length;
      await call(workspace, 'compose', { acus: names.filter(() => random(2) === 0).map((n) => idOf(workspace, n)) });
      if (workspace.log.length > log) { past.push(before); future.length = 0; }
    }
  }
  expect(undone).toBeGreaterThan(5);
  expect(workspace.view.state).toEqual(await workspace.store.stateAt(workspace.log.length));
  expect((await call(workspace, 'fsck', {})).problems).toEqual([]);
});
