// Dangers: an edit that nobody sees, or that is seen when it is gone; a layer that is not what importing everything gives; a composition emptied
// by the next save, by a restart, by a deleted working tree and a gc; a store that grows with every save; watches that run out unseen; a watch left behind.
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tempDir } from '../../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';
import type { SmallRepository } from '../../../../testkit/small.ts';
import type { AcuId } from '../../../core/bytes.ts';
import { display } from '../../../core/bytes.ts';
import { applyDifference } from '../../../core/difference.ts';
import { digestOf } from '../../../core/tables.ts';
import { Workspace } from '../workspace.ts';
import type { WorkspaceOptions } from '../workspace.ts';
import { type StartWatch, startWatch } from './folders.ts';

let temp: ReturnType<typeof tempDir>;
let repo: SmallRepository;
const opened: Workspace[] = [];
let tickets = 0;
const ticket = (): string => `t${++tickets}`;

beforeEach(() => {
  temp = tempDir('live');
  repo = smallRepository(path.join(temp.path, 'repo'));
  repo.branch('feature', { 'a.txt': numbered(20, { 3: 'feature' }) });
  repo.branch('other', { 'b.txt': numbered(20, { 3: 'other' }) });
});
afterEach(async () => {
  for (const workspace of opened.splice(0)) await workspace.close();
  temp.remove();
});

/** A linked working tree; answers how to write a file in it. */
function linked(name: string, ...at: string[]): (file: string, text: string | null) => void {
  const folder = path.join(temp.path, name);
  repo.git('worktree', 'add', '-q', '--detach', folder, ...at);
  return (file, text) => {
    if (text === null) { rmSync(path.join(folder, file)); return; }
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
}
async function open(options: WorkspaceOptions = {}): Promise<Workspace> {
  const workspace = await Workspace.open(path.join(temp.path, 'store'), { env: {}, ...options });
  opened.push(workspace);
  if (workspace.view.state.published === null) await importAgain(workspace);
  return workspace;
}
async function close(workspace: Workspace): Promise<void> {
  opened.splice(opened.indexOf(workspace), 1);
  await workspace.close();
}
const importAgain = (workspace: Workspace) => workspace.call('import', { ticket: ticket(), path: repo.path, base: null, refs: [], grain: 'branch' });
const sources = ({ engine }: Workspace): string[] => engine.sources.map((s) => display(s.name)).sort();
const idOf = (workspace: Workspace, name: string): AcuId => workspace.engine.named(name).at(-1)!;
const add = (workspace: Workspace, ...acus: AcuId[]) => workspace.call('add', { ticket: ticket(), acus });
const conflicts = ({ engine }: Workspace): string[] => Array.from(engine.sourceConflicts(), ({ a, b, verdict }) => `${display(a)} ${verdict} ${display(b as typeof a)}`).sort();
/** Everything that was done to the disk is seen. */
async function seen(workspace: Workspace, what: () => unknown): Promise<void> {
  const last = Date.now() + 20_000;
  for (;;) {
    await workspace.live.settled();
    if (what() === true || Date.now() > last) break;
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
  expect(what()).toBe(true);
}
/** The layer against a workspace that has seen nothing before. */
async function expectAnew(workspace: Workspace): Promise<void> {
  const anew = await Workspace.open(path.join(temp.path, `anew${++tickets}`), { env: {} });
  try {
    await importAgain(anew);
    await anew.live.look();
    anew.showLive();
    expect(sources(workspace)).toEqual(sources(anew));
    expect(workspace.engine.acus.map((acu) => acu.id).sort()).toEqual(anew.engine.acus.map((acu) => acu.id).sort());
    expect(workspace.engine.digest).toBe(anew.engine.digest);
  } finally {
    await anew.close();
  }
}

describe('what is seen', () => {
  test('switched off and on again at once it sees what is edited', async () => {
    const write = linked('tree', 'main'), workspace = await open();
    await workspace.call('live', { on: true });
    const live = (on: boolean) => workspace.call('live', { on });
    await Promise.all([live(false), live(true)]);
    expect(workspace.live.state().trees.map(({ name }) => name)).toEqual(['worktree repo', 'worktree tree']);
    write('a.txt', numbered(20, { 3: 'edited' }));
    await seen(workspace, () => sources(workspace).includes('worktree tree'));
    await Promise.all([live(false), live(true), live(false)]);
    expect(workspace.live.state()).toMatchObject({ on: false, watches: 0, trees: [] });
  });

  test('an edit, its conflict, a new file, a commit, a branch that moves, and their end; every replica is the service\'s; nothing is stored', async () => {
    const write = linked('tree', 'main'), workspace = await open();
    await workspace.call('live', { on: true });
    const durable = workspace.view.head.written;
    let { bytes, epoch } = await workspace.call('snapshot', {});
    workspace.subscribe((push) => {
      if (push.push !== 'epoch') return;
      expect(push.from).toBe(epoch);
      bytes = applyDifference(bytes, push.bytes) ?? workspace.engine.encode();
      epoch = push.to;
      expect(digestOf(bytes)).toBe(push.digest);
    });
    expect(sources(workspace)).toEqual(['feature', 'main', 'other']);

    write('a.txt', numbered(20, { 3: 'edited' }));
    await seen(workspace, () => sources(workspace).includes('worktree tree'));
    expect(conflicts(workspace)).toEqual(['feature blocking worktree tree']);
    await expectAnew(workspace);

    write('a.txt', numbered(20, { 12: 'edited' }));
    await seen(workspace, () => conflicts(workspace).length === 0);
    write('new/deep/file.txt', 'new\n');
    await seen(workspace, () => workspace.engine.acu(idOf(workspace, 'worktree tree'))?.paths.includes('new/deep/file.txt' as never));
    write('new/deep/second.txt', 'second\n');
    await seen(workspace, () => workspace.engine.acu(idOf(workspace, 'worktree tree'))?.paths.length === 3);
    await expectAnew(workspace);

    repo.branch('feature', { 'b.txt': numbered(20, { 3: 'now here' }) });
    await seen(workspace, () => conflicts(workspace).includes('feature blocking other'));
    repo.git('branch', 'fresh', 'feature');
    await seen(workspace, () => sources(workspace).includes('fresh'));
    await expectAnew(workspace);

    const second = linked('second', 'other');
    second('b.txt', numbered(20, { 3: 'other', 4: 'mine' }));
    await seen(workspace, () => sources(workspace).includes('worktree second'));
    await expectAnew(workspace);
    // a folder that is gone, whatever git still says of it: no file of it is deleted
    rmSync(path.join(temp.path, 'second'), { recursive: true });
    await seen(workspace, () => !sources(workspace).includes('worktree second'));
    await seen(workspace, () => workspace.live.state().trees.some(({ name, how }) => name === 'worktree second' && how === 'unusable'));
    repo.git('worktree', 'prune');
    await seen(workspace, () => workspace.live.state().trees.length === 2);
    // nor where nothing was ever checked out
    repo.git('worktree', 'add', '-q', '--detach', '--no-checkout', path.join(temp.path, 'bare'), 'main');
    await seen(workspace, () => workspace.live.state().trees.some(({ name, reason }) => name === 'worktree bare' && reason === 'nothing is checked out there'));
    expect(sources(workspace)).not.toContain('worktree bare');
    repo.git('-C', path.join(temp.path, 'bare'), 'reset', '-q', '--hard');
    await seen(workspace, () => workspace.live.state().trees.some(({ name, how }) => name === 'worktree bare' && how === 'watching'));

    repo.git('branch', '-D', 'fresh');
    repo.git('-C', path.join(temp.path, 'tree'), 'checkout', '-q', '--', '.');
    rmSync(path.join(temp.path, 'tree/new'), { recursive: true });
    await seen(workspace, () => sources(workspace).join() === 'feature,main,other');
    await expectAnew(workspace);

    expect(workspace.view.head.written).toBe(durable);
    await workspace.call('live', { on: false });
    expect(workspace.shown.laid).toBeNull();
    expect(conflicts(workspace)).toEqual([]);
    expect(workspace.live.state()).toMatchObject({ on: false, watches: 0, trees: [] });
  });
});

describe('what is composed', () => {
  test('is durable in one operation: after the next save, a restart, a deleted working tree and a gc; undo and redo go through it', async () => {
    const write = linked('tree', 'main');
    let workspace = await open();
    await workspace.call('live', { on: true });
    write('a.txt', numbered(20, { 8: 'edited' }));
    write('added.txt', 'added\n');
    await seen(workspace, () => sources(workspace).includes('worktree tree'));
    const edits = idOf(workspace, 'worktree tree'), { length: before } = workspace.log;
    expect(await add(workspace, edits, idOf(workspace, 'other'))).toMatchObject({ size: 2 });
    expect(workspace.log.length).toBe(before + 1);
    expect(workspace.view.engine.acu(edits)).toBeDefined();
    const tree = async (): Promise<string | null> => (await workspace.call('preview', { acus: workspace.shown.state.composition.acus })).tree;
    const composed = await tree();
    expect(composed).not.toBeNull();

    // the next save: a change of its own on top of what is composed
    write('a.txt', numbered(20, { 8: 'edited', 16: 'again' }));
    await seen(workspace, () => workspace.engine.named('worktree tree').length === 2);
    const again = workspace.engine.named('worktree tree').find((id) => id !== edits)!;
    expect(workspace.engine.acu(again)!.requires).toEqual([edits]);
    expect(workspace.engine.acu(again)!).toMatchObject({ hunks: 1, added: 1, deleted: 1 });
    expect(await tree()).toBe(composed);
    expect(await workspace.call('fsck', { ticket: ticket() })).toMatchObject({ ok: true, problems: [] });

    await workspace.call('undo', { ticket: ticket() });
    expect(workspace.shown.state.composition.acus).toEqual([]);
    expect(workspace.view.engine.acu(edits)).toBeUndefined();
    await workspace.call('redo', { ticket: ticket() });
    expect(workspace.shown.state.composition.acus).toContain(edits);
    expect(await tree()).toBe(composed);
    await seen(workspace, () => workspace.engine.named('worktree tree').length === 2);
    await add(workspace, again);
    expect(workspace.shown.state.composition.acus).toHaveLength(3);
    const both = await tree();
    write('added.txt', 'added\nand more\n');
    await seen(workspace, () => workspace.engine.named('worktree tree').length === 3);

    // nothing of it is anywhere but in the store
    rmSync(path.join(temp.path, 'tree'), { recursive: true });
    repo.git('worktree', 'prune');
    repo.git('gc', '-q', '--prune=now');
    await seen(workspace, () => workspace.engine.acus.every((acu) => workspace.view.engine.acu(acu.id) !== undefined));
    expect(await tree()).toBe(both);
    await close(workspace);
    workspace = await open();
    expect(workspace.shown.state.composition.acus).toHaveLength(3);
    expect(await tree()).toBe(both);
    await importAgain(workspace);
    expect(workspace.shown.state.composition.acus).toHaveLength(3);
    expect(await tree()).toBe(both);
    // on another base, too
    repo.commit({ 'b.txt': numbered(20, { 18: 'main' }) }, 'Move on');
    await importAgain(workspace);
    expect(workspace.shown.state.composition.acus).toHaveLength(3);
    const moved = await tree();
    expect(moved).not.toBeNull();
    expect(moved).not.toBe(both);
    expect((await workspace.call('writeBranch', { ticket: ticket(), name: 'result', acus: workspace.shown.state.composition.acus })).tree).toBe(moved);
    expect(repo.git('show', 'result:added.txt')).toBe('added');
    expect(repo.git('show', 'result:a.txt')).toContain('again');
    expect(await workspace.call('fsck', { ticket: ticket() })).toMatchObject({ ok: true, problems: [] });
  });

  test('follows the working tree when one imports again, and says that it has changed', async () => {
    const write = linked('tree', 'main'), workspace = await open();
    await workspace.call('live', { on: true });
    write('a.txt', numbered(20, { 8: 'edited' }));
    await seen(workspace, () => sources(workspace).includes('worktree tree'));
    await add(workspace, idOf(workspace, 'worktree tree'));
    write('a.txt', numbered(20, { 8: 'edited', 16: 'again' }));
    await seen(workspace, () => workspace.engine.named('worktree tree').length === 2);
    const { rebound } = await importAgain(workspace);
    expect(rebound).toMatchObject([{ outcome: 'rebound', why: 'it has changed, or what it stands on has' }]);
    expect(workspace.engine.named('worktree tree')).toEqual(workspace.shown.state.composition.acus);
    await expectShown(workspace, 'a.txt', numbered(20, { 8: 'edited', 16: 'again' }));
  });

  test('is what was chosen, though the working tree is saved again all the while', async () => {
    const write = linked('tree', 'main'), workspace = await open();
    await workspace.call('live', { on: true });
    let n = 0;
    write('b.txt', numbered(20, { 9: 'first' }));
    await seen(workspace, () => sources(workspace).includes('worktree tree'));
    const saves = setInterval(() => write('b.txt', numbered(20, { 9: 'first', 14: `save ${n++}` })), 5);
    try {
      for (let round = 0; round < 4; round++) {
        const id = idOf(workspace, 'worktree tree'), { operation } = await add(workspace, id).catch(() => ({ operation: null }));
        // gone by then, or composed with all that it needs
        if (operation !== null) expect((await workspace.call('preview', { acus: workspace.shown.state.composition.acus })).tree).not.toBeNull();
        await workspace.call('compose', { ticket: ticket(), acus: [] });
      }
    } finally {
      clearInterval(saves);
    }
    await seen(workspace, () => true);
    expect(await workspace.call('fsck', { ticket: ticket() })).toMatchObject({ ok: true, problems: [] });
  });

  test('at grain commit: the edits are an ACU of their own, durable when composed', async () => {
    const write = linked('tree', 'feature'), workspace = await open();
    await workspace.call('import', { ticket: ticket(), path: repo.path, base: null, refs: [], grain: 'commit' });
    await workspace.call('live', { on: true });
    write('a.txt', numbered(20, { 3: 'feature', 15: 'edited' }));
    await seen(workspace, () => sources(workspace).includes('worktree tree'));
    await seen(workspace, () => workspace.engine.named('worktree tree').length === 2);
    const edits = workspace.engine.named('worktree tree').find((id) => workspace.view.engine.acu(id) === undefined)!;
    // it touches nothing of what it stands on
    expect(workspace.engine.acu(edits)!.requires).toEqual([]);
    await add(workspace, edits);
    await expectShown(workspace, 'a.txt', numbered(20, { 15: 'edited' }));
    await close(workspace);
    const again = await open();
    await expectShown(again, 'a.txt', numbered(20, { 15: 'edited' }));
    expect(await again.call('fsck', { ticket: ticket() })).toMatchObject({ ok: true, problems: [] });
  });

  test('stays when its branch is pushed, rewritten or deleted, until one imports again', async () => {
    const workspace = await open();
    await workspace.call('live', { on: true });
    const feature = idOf(workspace, 'feature');
    await add(workspace, feature);
    repo.branch('feature', { 'new.txt': 'new\n' });
    await seen(workspace, () => workspace.engine.named('feature').length === 2);
    expect(workspace.engine.acu(workspace.engine.named('feature').find((id) => id !== feature)!)!.requires).toEqual([feature]);
    expect(workspace.shown.state.composition.acus).toEqual([feature]);
    repo.git('branch', '-D', 'feature');
    await seen(workspace, () => !sources(workspace).includes('feature'));
    expect(sources(workspace).filter((name) => name.startsWith('feature as composed'))).toHaveLength(1);
    await expectShown(workspace, 'a.txt', numbered(20, { 3: 'feature' }));
    await importAgain(workspace);
    expect(workspace.shown.state.composition.acus).toEqual([]);
  });

  test('an import, a moved base and another process\'s writes leave what passes where it is', async () => {
    const write = linked('tree', 'main'), one = await open();
    await one.call('live', { on: true });
    write('a.txt', numbered(20, { 3: 'edited' }));
    await seen(one, () => conflicts(one).join() === 'feature blocking worktree tree');
    const two = await open();
    await add(two, idOf(two, 'other'));
    await expect.poll(() => one.shown.state.composition.acus.length, { timeout: 5000 }).toBe(1);
    expect(conflicts(one)).toEqual(['feature blocking worktree tree']);
    repo.commit({ 'src/c.txt': 'moved\n' }, 'Move on');
    await importAgain(two);
    await expect.poll(() => one.view.engine.base === two.view.engine.base, { timeout: 5000 }).toBe(true);
    await seen(one, () => conflicts(one).join() === 'feature blocking worktree tree');
    repo.git('branch', 'third', 'other');
    await importAgain(one);
    expect(conflicts(one)).toContain('feature blocking worktree tree');
    expect(sources(two)).not.toContain('worktree tree');
  });

  test('a branch that is being written is no change in flight, seen before the log says so or after, whoever writes it', async () => {
    const write = linked('tree', 'main'), one = await open(), shown: string[][] = [];
    await one.call('live', { on: true });
    write('a.txt', numbered(20, { 3: 'edited' }));
    await seen(one, () => sources(one).includes('worktree tree'));
    const { store } = one, append = store.appendMoving.bind(store), subscribed = one.subscribe(() => shown.push(sources(one)));
    // the disk is slow: what moved is looked at before the operation is in the log
    store.appendMoving = (operation, events, extra, expected, branch, move) => append(operation, events, extra, expected, branch, async () => {
      const back = await move();
      await one.live.look();
      return back;
    });
    await one.call('writeBranch', { ticket: ticket(), name: 'mine', acus: [idOf(one, 'feature')] });
    await one.live.settled();
    expect([...shown, sources(one)].flat()).not.toContain('mine');
    subscribed();
    const two = await open(), other = two.store.appendMoving.bind(two.store);
    two.store.appendMoving = (operation, events, extra, expected, branch, move) => other(operation, events, extra, expected, branch, async () => {
      const back = await move();
      await seen(one, () => sources(one).includes('theirs'));
      return back;
    });
    await two.call('writeBranch', { ticket: ticket(), name: 'theirs', acus: [idOf(two, 'other')] });
    await seen(one, () => !sources(one).includes('theirs'));
  });
});

async function expectShown(workspace: Workspace, file: string, text: string): Promise<void> {
  const { after } = await workspace.call('composedFile', { acus: workspace.shown.state.composition.acus, path: file as never });
  expect(after?.text).toBe(text);
}

/** As if there were so many watches and no more. */
function scarce(most: number): StartWatch {
  let held = 0;
  return (folder, isTree, heard, failed) => {
    if (held >= most) throw Object.assign(new Error('ENOSPC: System limit for number of file watchers reached'), { code: 'ENOSPC' });
    held++;
    const watch = startWatch(folder, isTree, heard, failed);
    return { close: () => { held--; watch.close(); } };
  };
}

describe('what watches', () => {
  test('where watches run out it looks every so often, says so, and misses nothing', async () => {
    const write = linked('tree', 'main'), workspace = await open({ live: { start: scarce(1), every: 50 } });
    await workspace.call('live', { on: true });
    expect(workspace.live.state()).toMatchObject({ on: true, polling: 'out of watches', every: 50 });
    expect(workspace.live.state().trees.map(({ name, how, reason }) => [name, how, reason])).toEqual([['worktree repo', 'polling', 'out of watches'], ['worktree tree', 'polling', 'out of watches']]);
    write('a.txt', numbered(20, { 3: 'edited' }));
    await seen(workspace, () => sources(workspace).includes('worktree tree'));
    repo.git('branch', 'fresh', 'other');
    await seen(workspace, () => sources(workspace).includes('fresh'));
  });

  test('a watch that fails later is made up for; a working tree that goes away is said to be gone and comes back; closing leaves no watch', async () => {
    const held = new Set<{ fail(): void }>();
    const start: StartWatch = (folder, isTree, heard, failed) => {
      const watch = startWatch(folder, isTree, heard, failed), one = { fail: () => failed(Object.assign(new Error('overflow'), { code: 'EMFILE' })) };
      held.add(one);
      return { close: () => { held.delete(one); watch.close(); } };
    };
    const write = linked('tree', 'main'), workspace = await open({ live: { start, every: 50 } });
    await workspace.call('live', { on: true });
    expect(workspace.live.state().watches).toBe(held.size);
    for (const one of [...held]) one.fail();
    expect(held.size).toBe(0);
    write('a.txt', numbered(20, { 3: 'edited' }));
    await seen(workspace, () => sources(workspace).includes('worktree tree'));
    expect(workspace.live.state().polling).toBe('out of files to open');

    const at = path.join(temp.path, 'tree');
    renameSync(at, `${at}-away`);
    await seen(workspace, () => !sources(workspace).includes('worktree tree'));
    await seen(workspace, () => workspace.live.state().trees.some(({ name, how }) => name === 'worktree tree' && how === 'unusable'));
    renameSync(`${at}-away`, at);
    await seen(workspace, () => sources(workspace).includes('worktree tree'));
    await close(workspace);
    expect(held.size).toBe(0);
    expect(existsSync(at)).toBe(true);
  }, 30_000);

  test('what was touched is read in the end, though looking fails in between', async () => {
    const write = linked('tree', 'main'), strange = path.join(repo.path, '.git', 'worktrees', 'strange');
    const workspace = await open({ live: { quiet: 200, longest: 2000 } });
    await workspace.call('live', { on: true });
    write('a.txt', numbered(20, { 3: 'edited' }));
    symlinkSync('tree', strange);
    await seen(workspace, () => workspace.live.state().note !== '');
    write('new.txt', 'new\n');
    await seen(workspace, () => sources(workspace).includes('worktree tree'));
    expect(workspace.engine.acu(idOf(workspace, 'worktree tree'))?.paths).toEqual(['a.txt', 'new.txt']);
  }, 60_000);

  test('switched off while a working tree is read for the first time it leaves no watch', async () => {
    linked('tree', 'main');
    let held = 0;
    const start: StartWatch = (...args) => {
      const watch = startWatch(...args);
      held++;
      return { close: () => { held--; watch.close(); } };
    };
    const workspace = await open({ live: { start } }), reading = Promise.withResolvers<void>(), read = Promise.withResolvers<void>();
    const { repository } = workspace;
    workspace.repository = async () => { reading.resolve(); await read.promise; return repository.call(workspace); };
    const on = workspace.call('live', { on: true });
    await reading.promise;
    const off = workspace.call('live', { on: false });
    read.resolve();
    await Promise.all([on, off]);
    expect(held).toBe(0);
  });
});
