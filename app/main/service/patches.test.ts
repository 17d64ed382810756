// Dangers: a patch that is another change than its branch, contents that vanish with the patch file, a patch that cannot be applied
// and takes others down, an import that forgets or repeats, a stale patch that shows nothing of its conflict.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generate } from '../../../testkit/generate.ts';
import { git, gitLine, tryGit } from '../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../testkit/small.ts';
import { allowedPatches, hostilePatches, patchBase } from '../../../testkit/hostile/patches.ts';
import type { Files, SmallRepository } from '../../../testkit/small.ts';
import { display, toBytes, type AcuId, type ByteString, type PathBytes } from '../../core/bytes.ts';
import { decodeParams, decodeResult } from '../../contract/decode.ts';
import { decodeFrame, encodeFrame } from '../../contract/frames.ts';
import type { GivenPatch, Method, Methods, PatchParams } from '../../contract/methods.ts';
import { Workspace } from './workspace.ts';
import { removeFolder } from '../../../testkit/folder.ts';

let folder: string;
let repo: SmallRepository;
let open: Workspace[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'acumen-patches-'));
  repo = smallRepository(path.join(folder, 'repo'));
});
afterEach(async () => {
  for (const workspace of open) await workspace.close();
  open = [];
  removeFolder(folder);
});

async function openWorkspace(reader: 'auto' | 'embedded' | 'native' = 'auto'): Promise<Workspace> {
  const workspace = await Workspace.open(path.join(folder, 'store.acumen'), { env: { PATH: process.env['PATH'] }, git: reader });
  open.push(workspace);
  return workspace;
}
async function openSecond(name: string): Promise<Workspace> {
  const workspace = await Workspace.open(path.join(folder, name), { env: {} });
  open.push(workspace);
  return workspace;
}
async function call<M extends Method>(workspace: Workspace, method: M, params: Omit<Methods[M]['params'], 'ticket'>): Promise<Methods[M]['result']> {
  const ticketed = ['import', 'compose', 'writeBranch', 'undo', 'redo', 'fsck'].includes(method) ? { ticket: 't' } : {};
  const given = decodeParams(method, decodeFrame(encodeFrame({ ...ticketed, ...params })));
  return decodeResult(method, decodeFrame(encodeFrame(await workspace.call(method, given))));
}
function importAll(workspace: Workspace, patches?: Partial<PatchParams>) {
  return call(workspace, 'import', { path: repo.path, base: null, refs: [], grain: 'branch', ...patches !== undefined && { patches: { add: [], drop: false, ...patches } } });
}
const at = (...parts: string[]): string => path.join(folder, ...parts);
function put(name: string, bytes: string): GivenPatch {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), Buffer.from(bytes, 'latin1'));
  return { path: at(name) };
}
const names = (workspace: Workspace): string[] => workspace.engine.tables.sources.map((s) => display(s.name)).sort();
const skipped = (workspace: Workspace): string[] => workspace.engine.tables.skipped.map((s) => `${display(s.name)}: ${s.reason}`);
const idOf = (workspace: Workspace, name: string): AcuId => workspace.engine.named(name).at(-1)!;
const formatPatch = (range: string, ...options: string[]): string => git(repo.path, ['format-patch', '--stdout', ...options, range]);
const diff = (range: string, ...options: string[]): string => git(repo.path, ['diff', '--no-color', ...options, range]);

describe('the same change', () => {
  test.each(['embedded', 'native'] as const)('as a branch, a mail and a diff is one ACU with three sources, read by the %s reader', async (reader) => {
    repo.branch('topic', { 'a.txt': numbered(20, { 5: 'five' }), 'new.txt': 'new\n', 'b.txt': null, 'bin': Uint8Array.of(0, 1, 2, 255) });
    const mail = put('mail.patch', formatPatch('main..topic')), plain = put('plain.diff', diff('main..topic', '--binary'));
    const workspace = await openWorkspace(reader);
    const summary = await importAll(workspace, { add: [mail, plain] });
    expect(skipped(workspace)).toEqual([]);
    expect(summary).toMatchObject({ acus: 1, sources: 4 });
    expect(names(workspace)).toEqual(['mail', 'main', 'plain', 'topic']);
    expect(workspace.engine.acus[0]!.sources).toEqual(['mail', 'plain', 'topic']);
    expect((await call(workspace, 'preview', { acus: [idOf(workspace, 'mail')] })).tree).toBe(repo.git('rev-parse', 'topic^{tree}'));
  });

  test('has an id that git am gives, with the author as committer; a stack in one file is one source with its commits', async () => {
    const author = 'Zoë Müller <zoe@example.invalid>';
    repo.branch('topic', { 'a.txt': numbered(20, { 5: 'five' }) }, 'main', author);
    repo.git('checkout', '-q', 'topic');
    repo.git('commit', '-q', '--amend', '-m', 'A title that is rather long, so that it is folded onto a second line: Zoë and Łukasz wrote it\n\nA body.\n\n\nWith  two paragraphs.  \n', '--author', author);
    writeFileSync(path.join(repo.path, 'a.txt'), numbered(20, { 5: 'five', 6: 'six' }));
    repo.git('commit', '-qam', 'Change line six', '--author', author);
    repo.git('checkout', '-q', 'main');
    const patch = put('stack.mbox', formatPatch('main..topic', '--cover-letter'));
    repo.git('branch', '-qm', 'topic', 'old');
    const workspace = await openWorkspace();
    await call(workspace, 'import', { path: repo.path, base: null, refs: ['refs/heads/main'], grain: 'branch', patches: { add: [patch], drop: false } });
    const source = workspace.engine.sources.find((s) => s.name === 'stack')!;
    repo.git('checkout', '-q', '-b', 'am', 'main');
    const env = { GIT_COMMITTER_NAME: 'Zoë Müller', GIT_COMMITTER_EMAIL: 'zoe@example.invalid' };
    git(repo.path, ['am', '-q', '--committer-date-is-author-date'], { env, input: formatPatch('main..old') });
    expect(source.oid).toBe(repo.git('rev-parse', 'am'));
    expect(workspace.engine.acus).toHaveLength(1);
    expect(workspace.engine.acus[0]).toMatchObject({ name: 'stack', time: 1_700_000_000 });
    expect(display(workspace.engine.acus[0]!.title)).toMatch(/^A title .* Zoë and Łukasz wrote it$/);
    expect(display(workspace.engine.acus[0]!.author.name)).toBe('Zoë Müller');
    expect(workspace.engine.tables.segments[0]!.commits).toBe(2);
  });

  test('in a SHA-256 repository', async () => {
    rmSync(repo.path, { recursive: true });
    mkdirSync(repo.path);
    git(repo.path, ['init', '-q', '-b', 'main', '--object-format=sha256']);
    repo.commit({ 'a.txt': numbered(20) }, 'Begin');
    repo.branch('topic', { 'a.txt': numbered(20, { 5: 'five' }), 'bin': Uint8Array.of(0, 1, 2, 255) });
    const patch = put('p.patch', diff('main..topic', '--binary', '--full-index'));
    // and one that is merged from what it was made from
    repo.branch('other', { 'a.txt': numbered(20, { 15: 'other' }) });
    const old = put('old.patch', diff('main..other'));
    repo.commit({ 'a.txt': numbered(20, { 18: 'moved' }) }, 'Move on');
    const workspace = await openWorkspace();
    await importAll(workspace, { add: [patch, old] });
    expect(skipped(workspace)).toEqual([]);
    expect(workspace.engine.acus.map((acu) => [acu.standing, acu.sources])).toEqual(expect.arrayContaining([['exact', ['p', 'topic']], ['exact', ['old', 'other']]]));
  });

  test('by commit, the mails of a mailbox made from an older base are the commits that they were', async () => {
    repo.branch('topic', { 'a.txt': numbered(20, { 15: 'fifteen' }) });
    repo.branch('topic', { 'a.txt': numbered(20, { 3: 'three', 15: 'fifteen' }) });
    const mails = put('mails.mbox', formatPatch('main..topic'));
    repo.commit({ 'a.txt': numbered(20, { 18: 'moved' }) }, 'Move on');
    const workspace = await openWorkspace();
    await call(workspace, 'import', { path: repo.path, base: null, refs: [], grain: 'commit', patches: { add: [mails], drop: false } });
    expect(skipped(workspace)).toEqual([]);
    const [name] = workspace.engine.sources.filter((s) => s.ref.startsWith('patch:')).map((s) => s.name);
    expect(workspace.engine.named(name!)).toHaveLength(2);
    expect(workspace.engine.named(name!)).toEqual(workspace.engine.named('topic'));
  });

  test('a diff without a mail is titled by its file and as old as the base', async () => {
    repo.branch('topic', { 'a.txt': numbered(20, { 5: 'five' }) });
    const patch = put('My change (2).patch', diff('main..topic'));
    repo.git('branch', '-qD', 'topic');
    const workspace = await openWorkspace();
    await importAll(workspace, { add: [patch] });
    expect(workspace.engine.acus[0]).toMatchObject({ name: 'My change (2)', title: 'My change (2).patch', author: { name: '', email: '' }, time: 1_700_000_000 });
    expect(workspace.engine.tables.sources.find((s) => s.name !== 'main')!.ref).toBe(`patch:${at('My change (2).patch')}`);
  });
});

describe.each([['kinds', 31], ['moving', 33]] as const)('on a generated repository (%s)', (mix, seed) => {
  test('a patch of what a branch carries is the branch\'s ACU, and one of a stale branch the stale one', async () => {
    const generated = await generate({ seed, mix, sources: 40 });
    try {
      const workspace = await openWorkspace();
      const from = { path: generated.dir, base: null, refs: [], grain: 'branch' as const };
      await call(workspace, 'import', from);
      const { engine } = workspace;
      const wanted: { name: string; id: AcuId }[] = [];
      let staleOnes = 0;
      const show = (...args: string[]): string => git(generated.dir, ['diff', '--no-color', '--binary', '--full-index', ...args]);
      for (const [i, source] of engine.sources.entries()) {
        const [id, ...others] = engine.named(source.name);
        if (id === undefined || others.length > 0 || engine.acu(id)!.standing === 'inexact') continue;
        const stale = engine.acu(id)!.standing === 'stale';
        const carried = stale ? null : (await call(workspace, 'preview', { acus: [id] })).tree!;
        if (stale) staleOnes++;
        // which also writes the tree
        if (carried !== null) expect(gitLine(generated.dir, ['merge-tree', '--write-tree', engine.base, source.oid])).toBe(carried);
        const text = carried === null
          ? show(gitLine(generated.dir, ['merge-base', engine.base, source.oid]), source.oid)
          : show(engine.base, carried);
        put(`out/p${i}.patch`, text);
        wanted.push({ name: `p${i}`, id });
      }
      expect(wanted.length).toBeGreaterThan(10);
      expect(staleOnes).toBeGreaterThan(0);
      await call(workspace, 'import', { ...from, patches: { add: [{ path: at('out') }], drop: false } });
      expect(skipped(workspace).filter((s) => s.startsWith('p'))).toEqual([]);
      expect(wanted.map(({ name }) => [name, workspace.engine.named(name)])).toEqual(wanted.map(({ name, id }) => [name, [id]]));
      const again = await openSecond('again.acumen');
      await call(again, 'import', { ...from, patches: { add: [{ path: at('out') }], drop: false } });
      expect(again.engine.digest).toBe(workspace.engine.digest);
    } finally {
      generated.remove();
    }
  });
});

describe('a patch whose files have changed since', () => {
  /** A branch of the old main, its patch, and main gone on. */
  function since(own: Files, main: Files, ...options: string[]): GivenPatch {
    repo.branch('topic', own);
    const patch = put('old.patch', formatPatch('main..topic', ...options));
    repo.commit(main, 'Move on');
    return patch;
  }

  test('is merged from the contents it was made from: as git am -3', async () => {
    // the context of the change is changed, its own line is not
    const patch = since({ 'a.txt': numbered(20, { 5: 'five' }) }, { 'a.txt': numbered(20, { 8: 'eight' }) });
    const workspace = await openWorkspace();
    await importAll(workspace, { add: [patch] });
    expect(skipped(workspace)).toEqual([]);
    const [acu] = workspace.engine.acus;
    expect(acu).toMatchObject({ standing: 'exact', sources: ['old', 'topic'] });
    repo.git('checkout', '-q', '-b', 'am', 'main');
    expect(tryGit(repo.path, ['apply', '--check', at('old.patch')]).status).not.toBe(0);
    git(repo.path, ['am', '-q', '-3', at('old.patch')]);
    expect((await call(workspace, 'preview', { acus: [acu!.id] })).tree).toBe(repo.git('rev-parse', 'am^{tree}'));
  });

  test.each([[[]], [['--full-index']]])('is stale with the places where it conflicts, which can be read when the file is gone (%j)', async (options) => {
    const patch = since({ 'a.txt': numbered(20, { 5: 'five' }), 'more.txt': 'more\n' }, { 'a.txt': numbered(20, { 5: 'fünf' }) }, ...options);
    repo.git('branch', '-qD', 'topic');
    const workspace = await openWorkspace();
    await importAll(workspace, { add: [patch] });
    const [acu] = workspace.engine.acus;
    expect(acu).toMatchObject({ name: 'old', standing: 'stale', reason: 'both change a.txt at line 5', paths: ['a.txt', 'more.txt'] });
    expect([...workspace.engine.conflicts()]).toMatchObject([{ b: 'base', kind: 'content', verdict: 'partial', path: 'a.txt' }]);
    rmSync((patch as { path: string }).path);
    const shown = await call(workspace, 'conflictFile', { a: acu!.id, b: 'base', path: 'a.txt' as PathBytes });
    expect(shown.base!.text).toBe(numbered(20));
    expect(shown.sides.map((s) => s.shown!.text)).toEqual([numbered(20, { 5: 'five' }), numbered(20, { 5: 'fünf' })]);
    expect(shown.merged!.text).toContain('<<<<<<< old\nfive\n=======\nfünf\n>>>>>>> main');
    expect(shown.places).toEqual([{ start: 4, end: 5 }]);
    expect((await call(workspace, 'acuFile', { acu: acu!.id, path: 'more.txt' as PathBytes })).after!.text).toBe('more\n');
    expect(await call(workspace, 'fsck', {})).toMatchObject({ ok: true, problems: [] });
  });

  test('is left out with git\'s sentence where the repository has nothing it was made from; others go on', async () => {
    repo.branch('topic', { 'b.txt': numbered(20, { 3: 'three' }) });
    const bad = put('bad.patch', '--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n line 1\n-line two\n+line 2b\n line 3\n'), good = put('good.patch', diff('main..topic'));
    const none = put('none.patch', 'nothing in here\n'), lost = put('lost.patch', 'diff --git a/none b/none\nindex 1234567..89abcde 100644\n--- a/none\n+++ b/none\n@@ -1 +1 @@\n-a\n+b\n');
    const workspace = await openWorkspace();
    await importAll(workspace, { add: [bad, good, none, lost] });
    expect(skipped(workspace)).toEqual(['bad: patch failed: a.txt:1; a.txt: patch does not apply', 'none: No valid patches in input', 'lost: none: does not exist in index']);
    expect(names(workspace)).toEqual(['good', 'main', 'topic']);
  });
});

test('the files of a series stand on each other where they must, and alone where they can', async () => {
  repo.branch('topic', { 'n.txt': numbered(5) });
  repo.branch('topic', { 'n.txt': numbered(5, { 3: 'three' }) }, 'topic');
  repo.branch('topic', { 'b.txt': numbered(20, { 3: 'three' }) }, 'topic');
  mkdirSync(at('series'));
  git(repo.path, ['format-patch', '-q', '-o', at('series'), 'main..topic']);
  const tree = repo.git('rev-parse', 'topic^{tree}');
  repo.git('branch', '-qD', 'topic');
  repo.git('reflog', 'expire', '--expire=now', '--all');
  repo.git('gc', '-q', '--prune=now');
  const workspace = await openWorkspace();
  await importAll(workspace, { add: [{ path: at('series') }] });
  expect(skipped(workspace)).toEqual([]);
  expect(names(workspace)).toEqual(['0001-Change-topic', '0002-Change-topic', '0003-Change-topic', 'main']);
  const [one] = workspace.engine.named('0001-Change-topic'), two = workspace.engine.named('0002-Change-topic'), three = workspace.engine.named('0003-Change-topic');
  expect(two).toContain(one);
  expect(workspace.engine.acu(two.find((id) => id !== one)!)!.requires).toEqual([one]);
  expect(workspace.engine.acu(three[0]!)!.requires).toEqual([]);
  expect((await call(workspace, 'preview', { acus: [...new Set([...two, ...three])] })).tree).toBe(tree);
});

test('what a patch made is kept: composed, written and checked with the file gone, by another process, after a gc', async () => {
  repo.branch('topic', { 'a.txt': numbered(20, { 5: 'five' }), 'bin': Uint8Array.of(0, 1, 2, 255), 'open': 'no newline', 'crlf.txt': 'a\r\nb\r\n' });
  repo.git('checkout', '-q', 'topic');
  repo.git('rm', '-q', '--cached', 'open');
  const link = gitLine(repo.path, ['hash-object', '-w', '--stdin'], { input: 'a.txt' });
  repo.git('update-index', '--add', '--cacheinfo', `120000,${link},link`);
  repo.git('commit', '-qm', 'A link');
  repo.git('checkout', '-qf', 'main');
  const patch = put('all.patch', diff('main..topic', '--binary')), tree = repo.git('rev-parse', 'topic^{tree}');
  repo.git('branch', '-qD', 'topic');
  repo.git('reflog', 'expire', '--expire=now', '--all');
  repo.git('gc', '-q', '--prune=now');
  const first = await openWorkspace();
  await importAll(first, { add: [patch] });
  expect(skipped(first)).toEqual([]);
  rmSync((patch as { path: string }).path);
  await first.close();
  open = [];
  const workspace = await openWorkspace();
  const acus = [idOf(workspace, 'all')];
  expect((await call(workspace, 'preview', { acus })).tree).toBe(tree);
  expect((await call(workspace, 'composedFile', { acus, path: 'link' as PathBytes })).after!.text).toContain('a.txt');
  await call(workspace, 'compose', { acus });
  const written = await call(workspace, 'writeBranch', { name: 'acumen/out', acus });
  expect(repo.git('rev-parse', 'acumen/out^{tree}')).toBe(tree);
  expect(written.tree).toBe(tree);
  expect(tryGit(repo.path, ['fsck', '--strict']).status).toBe(0);
  expect(await call(workspace, 'fsck', {})).toMatchObject({ ok: true, problems: [] });
});

describe('imported again', () => {
  test('unchanged records nothing; changed is cut anew; gone is said; back is back; forgotten is forgotten', async () => {
    repo.branch('topic', { 'a.txt': numbered(20, { 5: 'five' }) });
    const patch = put('p.patch', formatPatch('main..topic')) as { path: string };
    repo.branch('topic', { 'a.txt': numbered(20, { 5: 'FIVE' }) });
    const other = diff('main..topic');
    repo.git('branch', '-qD', 'topic');
    const workspace = await openWorkspace();
    await importAll(workspace, { add: [patch] });
    const before = idOf(workspace, 'p');
    await call(workspace, 'compose', { acus: [before] });
    const operations = workspace.log.length;
    await importAll(workspace);
    await call(workspace, 'import', { path: null, base: null, refs: [], grain: 'branch' });
    expect(workspace.log).toHaveLength(operations);
    put('p.patch', other);
    await importAll(workspace);
    expect(idOf(workspace, 'p')).not.toBe(before);
    expect(workspace.view.state.composition.acus).toEqual([idOf(workspace, 'p')]);
    renameSync(patch.path, at('elsewhere'));
    await importAll(workspace);
    expect([names(workspace), skipped(workspace)]).toEqual([['main'], ['p.patch: its patch file is gone']]);
    const gone = workspace.log.length;
    await importAll(workspace);
    expect(workspace.log).toHaveLength(gone);
    renameSync(at('elsewhere'), patch.path);
    await importAll(workspace);
    expect([names(workspace), skipped(workspace)]).toEqual([['main', 'p'], []]);
    await importAll(workspace, { drop: true });
    expect([names(workspace), skipped(workspace)]).toEqual([['main'], []]);
    await call(workspace, 'undo', {});
    expect(names(workspace)).toEqual(['main', 'p']);
    expect(await call(workspace, 'fsck', {})).toMatchObject({ ok: true });
  });

  test('a folder is read anew; what left it is said once', async () => {
    repo.branch('one', { 'a.txt': numbered(20, { 5: 'five' }) });
    repo.branch('two', { 'b.txt': numbered(20, { 5: 'five' }) });
    put('in/one.patch', diff('main..one'));
    put('in/README.txt', 'no patch');
    repo.git('branch', '-qD', 'one');
    const workspace = await openWorkspace();
    await importAll(workspace, { add: [{ path: at('in') }] });
    expect(names(workspace)).toEqual(['main', 'one', 'two']);
    put('in/two.patch', diff('main..two'));
    await importAll(workspace);
    expect(names(workspace)).toEqual(['main', 'one', 'two', 'two.patch']);
    rmSync(at('in', 'one.patch'));
    await importAll(workspace);
    expect([names(workspace), skipped(workspace)]).toEqual([['main', 'two', 'two.patch'], ['one: its patch file is gone']]);
  });

  test('a text without a file is kept in the store', async () => {
    repo.branch('one', { 'a.txt': numbered(20, { 5: 'five' }) });
    const text = toBytes(diff('main..one') as ByteString);
    repo.git('branch', '-qD', 'one');
    const workspace = await openWorkspace();
    await importAll(workspace, { add: [{ name: 'dropped.diff', text }] });
    repo.commit({ 'b.txt': 'moved on\n' }, 'Move on');
    await importAll(workspace);
    expect([names(workspace), skipped(workspace)]).toEqual([['dropped', 'main'], []]);
  });

  test('when a process died between storing segments and publishing them, contents are made again', async () => {
    repo.branch('topic', { 'bin': Uint8Array.of(0, 1, 2, 255), 'a.txt': numbered(20, { 5: 'five' }) });
    const patch = put('p.patch', diff('main..topic', '--binary')), tree = repo.git('rev-parse', 'topic^{tree}');
    repo.git('branch', '-qD', 'topic');
    repo.git('reflog', 'expire', '--expire=now', '--all');
    repo.git('gc', '-q', '--prune=now');
    const workspace = await openWorkspace();
    // the last word of an import before it publishes
    const stop = workspace.subscribe((push) => { if (push.push === 'progress' && push.phase === 'Publishing') void workspace.call('cancel', { ticket: 't' }); });
    await expect(importAll(workspace, { add: [patch] })).rejects.toMatchObject({ code: 'cancelled' });
    stop();
    await importAll(workspace, { add: [patch] });
    rmSync((patch as { path: string }).path);
    expect((await call(workspace, 'preview', { acus: [idOf(workspace, 'p')] })).tree).toBe(tree);
  });
});

test('a patch that another process imports while this one imports is not forgotten', async () => {
  repo.branch('topic', { 'a.txt': numbered(20, { 5: 'five' }) });
  const patch = put('theirs.patch', formatPatch('main..topic'));
  const one = await openWorkspace();
  await importAll(one);
  const two = await openWorkspace();
  repo.branch('fresh', { 'b.txt': numbered(20, { 5: 'fresh' }) });
  const reading = Promise.withResolvers<void>(), read = Promise.withResolvers<void>(), { live } = one, { besideImport } = live;
  live.besideImport = async (reader) => { reading.resolve(); await read.promise; live.besideImport = besideImport; return besideImport.call(live, reader); };
  const ours = importAll(one);
  await reading.promise;
  await importAll(two, { add: [patch] });
  expect(names(two)).toContain('theirs');
  read.resolve();
  await ours;
  expect(names(one)).toEqual(names(two));
});

test('what a person names wrongly is an error, and nothing is remembered of it', async () => {
  const workspace = await openWorkspace();
  await expect(importAll(workspace, { add: [{ path: at('nowhere.patch') }] })).rejects.toMatchObject({ code: 'unknown-name' });
  await expect(importAll(workspace, { add: [{ path: '/dev/null' }] })).rejects.toMatchObject({ code: 'usage' });
  expect(() => decodeParams('import', { path: null, base: null, refs: [], grain: 'branch', ticket: 't', patches: { add: [{ name: 'x', text: new Uint8Array((4 << 20) + 1) }], drop: false } })).toThrow('import');
  await importAll(workspace);
  expect(workspace.view.state.published!.patches).toBeUndefined();
});

test('hostile ones are left out, each with its reason, and nothing of them is kept; odd ones are taken', async () => {
  repo.commit(patchBase, 'What they are put onto');
  // the largest take the parser seconds: core/patch/patch.test.ts reads them
  const hostile = hostilePatches.map(({ name, patch }) => ({ name, text: patch() })).filter(({ text }) => text.length < 2_000_000);
  hostile.forEach(({ text }, i) => put(`in/h${String(i).padStart(2, '0')}.patch`, text));
  allowedPatches.forEach(({ patch }, i) => put(`in/ok${String(i).padStart(2, '0')}.patch`, patch));
  const workspace = await openWorkspace();
  await importAll(workspace, { add: [{ path: at('in') }] });
  const reasons = new Map(workspace.engine.tables.skipped.map((s) => [display(s.name), s.reason]));
  expect(hostile.filter((_, i) => !reasons.has(`h${String(i).padStart(2, '0')}`))).toEqual([]);
  expect(hostile.length).toBeGreaterThan(30);
  expect(workspace.engine.tables.skipped).toHaveLength(hostile.length);
  for (const reason of reasons.values()) expect(reason.length).toBeLessThan(9000);
  expect(names(workspace)).toEqual(['main', ...allowedPatches.map((_, i) => `ok${String(i).padStart(2, '0')}`)]);
  const paths = new Set(workspace.engine.acus.flatMap((a) => a.paths.map(String)));
  for (const path of ['q" t\t n\n \xc3\xa9 \xff', '...', `${'d/'.repeat(1000)}f`]) expect(paths).toContain(path);
  expect(await call(workspace, 'fsck', {})).toMatchObject({ ok: true, problems: [] });
});
