// Dangers: a decision that composes to another tree than was shown, bytes that nobody chose, an answer lost or filled in for another conflict, a
// resolution that outlives its sides, or an undo that leaves half of it. Through the real reader, importer and store.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { removeFolder } from '../../../testkit/folder.ts';
import { git, gitLine, tryGit } from '../../../testkit/git.ts';
import { type SmallRepository, numbered, smallRepository } from '../../../testkit/small.ts';
import { type AcuId, type PathBytes, display } from '../../core/bytes.ts';
import { decodeParams, decodeResult } from '../../contract/decode.ts';
import { decodeFrame, encodeFrame } from '../../contract/frames.ts';
import type { Method, Methods } from '../../contract/methods.ts';
import type { GivenAnswer, PlaceAnswer, ToDecide } from '../../contract/resolving.ts';
import { Workspace } from './workspace.ts';

let folder: string, repo: SmallRepository, open: Workspace[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'acumen-resolving-'));
  repo = smallRepository(path.join(folder, 'repo'));
});
afterEach(async () => {
  for (const workspace of open) await workspace.close();
  open = [];
  removeFolder(folder);
});

async function openWorkspace(): Promise<Workspace> {
  const workspace = await Workspace.open(path.join(folder, 'store.acumen'), { env: { PATH: process.env['PATH'] } });
  open.push(workspace);
  return workspace;
}
async function closeAll(): Promise<void> {
  for (const workspace of open) await workspace.close();
  open = [];
}
const TICKETED: readonly Method[] = ['import', 'compose', 'add', 'remove', 'writeBranch', 'undo', 'redo', 'fsck', 'keepOpen', 'decide'];
async function call<M extends Method>(workspace: Workspace, method: M, params: Omit<Methods[M]['params'], 'ticket'>): Promise<Methods[M]['result']> {
  const given = decodeParams(method, decodeFrame(encodeFrame({ ...TICKETED.includes(method) && { ticket: 't' }, ...params })));
  return decodeResult(method, decodeFrame(encodeFrame(await workspace.call(method, given))));
}
const importAll = (workspace: Workspace, more: Partial<Methods['import']['params']> = {}) => call(workspace, 'import', { path: repo.path, base: null, refs: [], grain: 'branch', ...more });
const idOf = (workspace: Workspace, name: string): AcuId => workspace.engine.named(name).at(-1)!;
const composition = (workspace: Workspace) => workspace.view.state.composition;
const nameOf = (workspace: Workspace, id: AcuId): string => display(workspace.engine.acu(id)!.name);
const names = (workspace: Workspace, ids: readonly AcuId[] = composition(workspace).acus): string[] => ids.map((id) => nameOf(workspace, id)).sort();

function answersOf({ files }: ToDecide, answer: (n: number, path: string) => GivenAnswer): PlaceAnswer[] {
  let n = 0;
  return files.flatMap((file) => file.places.map(({ key }, nth) => ({ path: file.path, nth, key, answer: answer(n++, file.path) })));
}
const text = (of: string): GivenAnswer => ({ take: 'text', text: new TextEncoder().encode(of) });

async function decideAll(workspace: Workspace, acu: AcuId, answer: GivenAnswer | ((n: number, path: string) => GivenAnswer)) {
  const asked = await call(workspace, 'toDecide', { acu });
  return { asked, ...await call(workspace, 'decide', { acu, answers: answersOf(asked, typeof answer === 'function' ? answer : () => answer) }) };
}
/** What the composition has at a path. */
async function composed(workspace: Workspace, file: string): Promise<string | null> {
  const { after } = await call(workspace, 'composedFile', { acus: composition(workspace).acus, path: file as PathBytes });
  return after?.text ?? null;
}
async function sound(workspace: Workspace): Promise<void> {
  expect(await call(workspace, 'fsck', {})).toMatchObject({ ok: true, problems: [] });
}

const lines = (changes: Readonly<Record<number, string>> = {}): string => numbered(30, changes);

/** Two branches that change lines 5 and 20 otherwise, and one apart from both. */
function twoSides(): void {
  repo.commit({ 'a.txt': lines(), 'b.txt': lines() }, 'Thirty lines');
  repo.branch('left', { 'a.txt': lines({ 5: 'left 5', 20: 'left 20' }), 'left.txt': 'left\n' });
  repo.branch('right', { 'a.txt': lines({ 5: 'right 5', 20: 'right 20', 29: 'right 29' }), 'right.txt': 'right\n' });
  repo.branch('apart', { 'b.txt': lines({ 10: 'apart 10' }) });
}

describe('a decision', () => {
  test('is an ACU that requires its sides, composes with them as it was shown, and is one operation that is undone as one', async () => {
    twoSides();
    const workspace = await openWorkspace();
    await importAll(workspace);
    const [left, right, apart] = ['left', 'right', 'apart'].map((name) => idOf(workspace, name)) as [AcuId, AcuId, AcuId];
    await call(workspace, 'compose', { acus: [left, apart] });
    await call(workspace, 'keepOpen', { add: [right], drop: [] });
    expect(composition(workspace).open).toEqual([right]);
    expect((await call(workspace, 'openConflicts', {})).open).toEqual([{ acu: right, state: 'conflicts', reason: '', against: [left], places: 2, answered: 0 }]);

    const asked = await call(workspace, 'toDecide', { acu: right });
    expect(asked.files.map(({ path: file, ours, theirs, places }) => [file, ours, theirs, places.map(({ at }) => at)])).toEqual([['a.txt', [left], [right], [[4, 4, 4], [19, 19, 19]]]]);
    expect(asked.files[0]!.places[0]).toMatchObject({
      base: { text: 'line 5\n' }, ours: { text: 'left 5\n' }, theirs: { text: 'right 5\n' }, lead: 'line 1\nline 2\nline 3\nline 4\n', tail: 'line 6\nline 7\nline 8\nline 9\nline 10\nline 11\n', ends: 'lf', writable: true, earlier: null,
    });
    const answers = answersOf(asked, (n) => (n === 0 ? { take: 'both' } : text('by hand\n')));
    const shown = await call(workspace, 'decidedFile', { acu: right, path: 'a.txt' as PathBytes, answers });
    expect(shown.after!.text).toBe(lines({ 5: 'left 5\nright 5', 20: 'by hand', 29: 'right 29' }));

    const before = composition(workspace), { resolution, operation } = await call(workspace, 'decide', { acu: right, answers });
    expect(operation.description).toBe('Decided left × right: 2 places');
    expect(composition(workspace).open).toBeUndefined();
    expect(names(workspace)).toEqual(['apart', 'left', 'left × right, decided', 'right']);
    expect([...workspace.engine.acu(resolution!)!.requires].sort()).toEqual([left, right].sort());
    expect(await composed(workspace, 'a.txt')).toBe(shown.after!.text);
    expect(await composed(workspace, 'right.txt')).toBe('right\n');
    await sound(workspace);

    await call(workspace, 'undo', {});
    expect(composition(workspace)).toEqual(before);
    expect(workspace.engine.acu(resolution!)).toBeUndefined();
    await call(workspace, 'redo', {});
    expect(await composed(workspace, 'a.txt')).toBe(shown.after!.text);

    // also by another process, tomorrow, when the branches are gone and collected
    await closeAll();
    repo.git('branch', '-D', 'left', 'right');
    repo.git('reflog', 'expire', '--expire=now', '--all');
    repo.git('gc', '-q', '--prune=now');
    const again = await openWorkspace();
    expect(await composed(again, 'a.txt')).toBe(shown.after!.text);
    const { commit } = await call(again, 'writeBranch', { name: 'done', acus: composition(again).acus });
    expect(git(repo.path, ['show', `${commit}:a.txt`])).toBe(shown.after!.text);
    await call(again, 'undo', {});
    await call(again, 'undo', {});
    expect(composition(again).open).toEqual([right]);
    await sound(again);
  });

  test('all ours, and all theirs, is the tree of git merge -X ours, and of -X theirs', async () => {
    twoSides();
    const workspace = await openWorkspace();
    await importAll(workspace);
    const [left, right] = ['left', 'right'].map((name) => idOf(workspace, name)) as [AcuId, AcuId];
    for (const take of ['ours', 'theirs'] as const) {
      await call(workspace, 'compose', { acus: [left] });
      await decideAll(workspace, right, { take });
      repo.git('checkout', '-q', '--detach', 'left');
      repo.git('merge', '-q', '-X', take, '-m', 'merged', 'right');
      const { tree } = await call(workspace, 'preview', { acus: composition(workspace).acus });
      expect(tree).toBe(gitLine(repo.path, ['rev-parse', 'HEAD^{tree}']));
      repo.git('checkout', '-q', 'main');
    }
    await sound(workspace);
  });

  test('between more than two: all that stand against it are its sides', async () => {
    twoSides();
    repo.branch('three', { 'a.txt': lines({ 12: 'three 12' }) });
    repo.branch('wide', { 'a.txt': lines({ 5: 'wide 5', 12: 'wide 12' }), 'b.txt': lines({ 10: 'wide 10' }) });
    const workspace = await openWorkspace();
    await importAll(workspace);
    const ids = ['left', 'three', 'apart', 'wide'].map((name) => idOf(workspace, name));
    await call(workspace, 'compose', { acus: ids.slice(0, 3) });
    const { asked, resolution } = await decideAll(workspace, ids[3]!, { take: 'both' });
    expect([...asked.against].sort()).toEqual(ids.slice(0, 3).sort());
    expect(asked.files.map(({ path: file, ours }) => [file, names(workspace, ours)])).toEqual([['a.txt', ['left', 'three']], ['b.txt', ['apart']]]);
    expect([...workspace.engine.acu(resolution!)!.requires].sort()).toEqual([...ids].sort());
    expect(await composed(workspace, 'a.txt')).toBe(lines({ 5: 'left 5\nwide 5', 12: 'three 12\nwide 12', 20: 'left 20' }));
    await sound(workspace);
  });

  test('keeps bytes: CRLF, what is no UTF-8, and a missing last line end', async () => {
    const bytes = (of: string): Uint8Array => Buffer.from(of, 'latin1');
    repo.commit({ 'crlf.txt': bytes('one\r\ntwo\r\nthree\r\n'), 'odd.txt': bytes('a\n\xff\nb') }, 'Odd bytes');
    repo.branch('left', { 'crlf.txt': bytes('one\r\nLEFT\r\nthree\r\n'), 'odd.txt': bytes('a\n\xff\nleft\xfe') });
    repo.branch('right', { 'crlf.txt': bytes('one\r\nRIGHT\r\nthree\r\n'), 'odd.txt': bytes('a\n\xff\nright\xfd') });
    const workspace = await openWorkspace();
    await importAll(workspace);
    await call(workspace, 'compose', { acus: [idOf(workspace, 'left')] });
    const { asked } = await decideAll(workspace, idOf(workspace, 'right'), { take: 'both' });
    expect(asked.files.map(({ places: [place] }) => [place!.ends, place!.writable])).toEqual([['crlf', true], ['lf', false]]);
    const { commit } = await call(workspace, 'writeBranch', { name: 'done', acus: composition(workspace).acus });
    const blob = (file: string): string => Buffer.from(git(repo.path, ['show', `${commit}:${file}`])).toString('latin1');
    expect(git(repo.path, ['show', `${commit}:crlf.txt`])).toBe('one\r\nLEFT\r\nRIGHT\r\nthree\r\n');
    writeFileSync(path.join(folder, 'expected'), bytes('a\n\xff\nleft\xfe\nright\xfd'));
    expect(gitLine(repo.path, ['rev-parse', `${commit}:odd.txt`]), blob('odd.txt')).toBe(gitLine(repo.path, ['hash-object', '--no-filters', path.join(folder, 'expected')]));
  });

  test('of whole files: one side\'s or the other\'s, both where they can stand, or a text in place of a deletion', async () => {
    const binary = (n: number): Uint8Array => Uint8Array.of(0, 1, n);
    repo.commit({ 'bin': binary(0), 'gone.txt': numbered(12), 'moved.txt': lines() }, 'Files');
    repo.branch('left', { 'bin': binary(1), 'gone.txt': numbered(12, { 3: 'left 3' }), 'moved.txt': null, 'to-left.txt': lines(), 'dir': 'a file\n' });
    repo.branch('right', { 'bin': binary(2), 'gone.txt': null, 'moved.txt': null, 'to-right.txt': lines(), 'dir/inside.txt': 'in a folder\n' });
    const workspace = await openWorkspace();
    await importAll(workspace);
    await call(workspace, 'compose', { acus: [idOf(workspace, 'left')] });
    const right = idOf(workspace, 'right'), asked = await call(workspace, 'toDecide', { acu: right });
    expect(asked.files.map(({ kind, places: [place] }) => [kind, place!.paths.map((p) => display(p.path)), place!.both, place!.writable])).toEqual([
      ['binary', ['bin'], false, true], ['directory/file', ['dir', 'dir/inside.txt'], false, false], ['modify/delete', ['gone.txt'], false, true],
      ['rename/rename', ['moved.txt', 'to-left.txt', 'to-right.txt'], true, false],
    ].map(([kind, paths, both, writable]) => [kind, paths, both, kind === 'binary' ? false : writable]));
    await expect(call(workspace, 'decide', { acu: right, answers: answersOf(asked, () => ({ take: 'both' })) })).rejects.toThrow('cannot have both');
    const by: Readonly<Record<string, GivenAnswer>> = { 'bin': { take: 'theirs' }, 'dir': { take: 'theirs' }, 'gone.txt': text('rewritten\n'), 'moved.txt': { take: 'both' } };
    await call(workspace, 'decide', { acu: right, answers: answersOf(asked, (_, file) => by[file]!) });
    const { commit } = await call(workspace, 'writeBranch', { name: 'done', acus: composition(workspace).acus });
    expect(git(repo.path, ['ls-tree', '-r', '--name-only', commit]).split('\n').filter(Boolean)).toEqual(expect.arrayContaining(['bin', 'dir/inside.txt', 'gone.txt', 'to-left.txt', 'to-right.txt']));
    expect(git(repo.path, ['show', `${commit}:gone.txt`])).toBe('rewritten\n');
    expect(gitLine(repo.path, ['rev-parse', `${commit}:bin`])).toBe(gitLine(repo.path, ['rev-parse', 'right:bin']));
    expect(tryGit(repo.path, ['cat-file', '-e', `${commit}:moved.txt`]).status).not.toBe(0);
    await sound(workspace);
  });

  test('with the base, of what is stale: its source is composable by it', async () => {
    repo.commit({ 'a.txt': lines() }, 'Thirty lines');
    repo.branch('old', { 'a.txt': lines({ 5: 'old 5' }), 'old.txt': 'old\n' });
    repo.commit({ 'a.txt': lines({ 5: 'main 5' }), 'new.txt': 'new\n' }, 'The base moves on');
    const workspace = await openWorkspace();
    await importAll(workspace);
    const old = idOf(workspace, 'old');
    await call(workspace, 'keepOpen', { add: [old], drop: [] });
    const { asked, resolution } = await decideAll(workspace, old, { take: 'reversed' });
    expect(asked.state).toBe('stale');
    expect(names(workspace)).toEqual(['old × main, decided']);
    expect(workspace.engine.acu(resolution!)!.standing).toBe('exact');
    expect(await composed(workspace, 'a.txt')).toBe(lines({ 5: 'old 5\nmain 5' }));
    expect(await composed(workspace, 'old.txt')).toBe('old\n');
    await sound(workspace);
  });
});

describe('while working trees and branches are looked at', () => {
  test('a resolution stays as it was composed when a side moves, and an edit that conflicts is kept, decided and durable', async () => {
    twoSides();
    const workspace = await openWorkspace();
    await importAll(workspace);
    await call(workspace, 'live', { on: true });
    await call(workspace, 'compose', { acus: [idOf(workspace, 'left')] });
    const { resolution } = await decideAll(workspace, idOf(workspace, 'right'), { take: 'both' });
    repo.branch('left', { 'left.txt': 'more\n' });
    await workspace.live.look();
    await workspace.live.settled();
    expect(workspace.shown.laid).not.toBeNull();
    expect(nameOf(workspace, resolution!)).toBe('left × right, decided');
    expect(await composed(workspace, 'a.txt')).toBe(lines({ 5: 'left 5\nright 5', 20: 'left 20\nright 20', 29: 'right 29' }));

    // what is edited and not committed conflicts with what is composed
    writeFileSync(path.join(repo.path, 'b.txt'), lines({ 10: 'edited 10' }));
    await call(workspace, 'add', { acus: [idOf(workspace, 'apart')] });
    await workspace.live.look();
    await workspace.live.settled();
    const edited = workspace.shown.engine.tables.sources.find(({ ref }) => ref.startsWith('worktree:'))!, acu = workspace.shown.engine.tables.segments[edited.segments.at(-1)!]!.acu!;
    const decided = await decideAll(workspace, acu, { take: 'theirs' });
    expect(decided.asked.against).toEqual([idOf(workspace, 'apart')]);
    expect(await composed(workspace, 'b.txt')).toBe(lines({ 10: 'edited 10' }));
    await call(workspace, 'live', { on: false });
    await closeAll();
    repo.git('checkout', '-q', '--', 'b.txt');
    const again = await openWorkspace();
    expect(await composed(again, 'b.txt')).toBe(lines({ 10: 'edited 10' }));
    await sound(again);
  });
});

describe('answers', () => {
  test('come back with their conflict: filled in for the same file, suggested elsewhere, also when the sides change places', async () => {
    twoSides();
    const workspace = await openWorkspace();
    await importAll(workspace);
    const [left, right] = ['left', 'right'].map((name) => idOf(workspace, name)) as [AcuId, AcuId];
    await call(workspace, 'compose', { acus: [left] });
    await decideAll(workspace, right, (n) => (n === 0 ? { take: 'ours' } : { take: 'both' }));
    await call(workspace, 'undo', {});
    const same = await call(workspace, 'toDecide', { acu: right });
    expect(same.files[0]!.places.map(({ earlier }) => [earlier!.answer, earlier!.here])).toEqual([[{ take: 'ours' }, true], [{ take: 'both' }, true]]);
    await call(workspace, 'compose', { acus: [right] });
    const swapped = await call(workspace, 'toDecide', { acu: left });
    expect(swapped.files[0]!.places.map(({ earlier }) => earlier!.answer)).toEqual([{ take: 'theirs' }, { take: 'reversed' }]);
    // the same lines in another file
    repo.commit({ 'elsewhere.txt': lines() }, 'Another file');
    repo.branch('far-left', { 'elsewhere.txt': lines({ 5: 'left 5' }) });
    repo.branch('far-right', { 'elsewhere.txt': lines({ 5: 'right 5' }) });
    await importAll(workspace);
    await call(workspace, 'compose', { acus: [idOf(workspace, 'far-left')] });
    const far = await call(workspace, 'toDecide', { acu: idOf(workspace, 'far-right') });
    expect(far.files[0]!.places.map(({ earlier }) => [earlier!.answer, earlier!.here, display(earlier!.path)])).toEqual([[{ take: 'ours' }, false, 'a.txt']]);
  });
});

describe('a resolution whose sides move', () => {
  test('goes visibly, its last side is open again, and its answers are there', async () => {
    twoSides();
    const workspace = await openWorkspace();
    await importAll(workspace);
    const [left, right] = ['left', 'right'].map((name) => idOf(workspace, name)) as [AcuId, AcuId];
    await call(workspace, 'compose', { acus: [left] });
    await decideAll(workspace, right, { take: 'both' });
    // nothing of it moves: it stays
    repo.branch('apart', { 'b.txt': lines({ 11: 'apart 11' }) });
    const kept = await importAll(workspace);
    expect(kept.rebound.filter(({ outcome }) => outcome !== 'kept')).toEqual([]);
    expect(names(workspace)).toEqual(['left', 'left × right, decided', 'right']);
    // one side moves on
    repo.branch('left', { 'left.txt': 'more\n' });
    const moved = await importAll(workspace);
    expect(moved.rebound.map(({ name, outcome }) => [display(name), outcome])).toEqual(expect.arrayContaining([['left × right, decided', 'lost'], ['left', 'rebound'], ['right', 'kept']]));
    expect(moved.rebound.find(({ outcome }) => outcome === 'lost')!.why).toContain('decide again');
    expect(names(workspace)).toEqual(['left']);
    expect(names(workspace, composition(workspace).open)).toEqual(['right']);
    expect((await call(workspace, 'openConflicts', {})).open).toMatchObject([{ places: 2, answered: 2 }]);
    const again = await call(workspace, 'toDecide', { acu: right });
    await call(workspace, 'decide', { acu: right, answers: answersOf(again, (n) => again.files[0]!.places[n]!.earlier!.answer) });
    expect(await composed(workspace, 'left.txt')).toBe('more\n');
    expect(await composed(workspace, 'a.txt')).toBe(lines({ 5: 'left 5\nright 5', 20: 'left 20\nright 20', 29: 'right 29' }));
    await sound(workspace);
  });

  test('is carried when the base moves elsewhere, and goes when it moves there', async () => {
    twoSides();
    const workspace = await openWorkspace();
    await importAll(workspace);
    await call(workspace, 'compose', { acus: [idOf(workspace, 'left')] });
    await decideAll(workspace, idOf(workspace, 'right'), { take: 'both' });
    repo.commit({ 'new.txt': 'new\n' }, 'Elsewhere');
    await importAll(workspace);
    expect(names(workspace)).toEqual(['left', 'left × right, decided', 'right']);
    expect(await composed(workspace, 'a.txt')).toBe(lines({ 5: 'left 5\nright 5', 20: 'left 20\nright 20', 29: 'right 29' }));
    await sound(workspace);
    repo.commit({ 'a.txt': lines({ 5: 'main 5' }) }, 'There');
    const { rebound } = await importAll(workspace);
    expect(rebound.filter(({ outcome }) => outcome === 'stale' || outcome === 'lost')).toHaveLength(3);
    await sound(workspace);
  });

  test('is not lost when the sources are cut finer, where nothing more can be decided', async () => {
    twoSides();
    repo.branch('left', { 'left.txt': 'more\n' });
    const workspace = await openWorkspace();
    await importAll(workspace);
    await call(workspace, 'compose', { acus: [idOf(workspace, 'left')] });
    const { resolution } = await decideAll(workspace, idOf(workspace, 'right'), { take: 'both' });
    const { rebound } = await importAll(workspace, { grain: 'commit' });
    expect(rebound.map(({ id, outcome }) => [id, outcome])).toContainEqual([resolution, expect.stringMatching(/^(kept|rebound)$/)]);
    expect(await composed(workspace, 'a.txt')).toBe(lines({ 5: 'left 5\nright 5', 20: 'left 20\nright 20', 29: 'right 29' }));
    await sound(workspace);
    const right = idOf(workspace, 'apart');
    await call(workspace, 'compose', { acus: [] });
    repo.branch('apart-too', { 'b.txt': lines({ 10: 'too 10' }) });
    await importAll(workspace, { grain: 'commit' });
    await call(workspace, 'compose', { acus: [right] });
    expect(await call(workspace, 'toDecide', { acu: idOf(workspace, 'apart-too') })).toMatchObject({ state: 'unable', reason: expect.stringContaining('grain') as string });
  });
});
