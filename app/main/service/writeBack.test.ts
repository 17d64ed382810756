// Dangers: a branch that loses somebody's commits, moves under a working tree or holds something else than was composed; an undo that loses what came on top.
import path from 'node:path';
import { expect, test } from 'vitest';
import { git } from '../../../testkit/git.ts';
import { call, close, folder, idOf, importAll, inFlight, inFreshFolders, openWorkspace } from '../../../testkit/workspaces.ts';
import { display, fromUtf8 } from '../../core/bytes.ts';
import type { ByteString } from '../../core/bytes.ts';

inFreshFolders();

test('writes one commit on the base with a message that names what it holds and who made it', async () => {
  const repo = inFlight();
  const workspace = await openWorkspace({ env: { GIT_AUTHOR_NAME: 'Grace Hopper', GIT_AUTHOR_EMAIL: 'grace@example.invalid' } });
  await importAll(workspace, repo);
  const status = repo.git('status', '--porcelain=v2', '--branch');
  const set = ['first', 'second'].map((n) => idOf(workspace, n));
  const { ref, commit, tree, operation } = await call(workspace, 'writeBranch', { name: 'acumen/both', acus: set });
  expect(ref).toBe('refs/heads/acumen/both');
  expect(repo.git('rev-parse', 'acumen/both')).toBe(commit);
  expect(repo.git('rev-parse', 'acumen/both^{tree}')).toBe(tree);
  expect(repo.git('log', '-1', '--format=%P%n%an <%ae> %ci%n%cn <%ce>', commit).split('\n')).toEqual([
    repo.git('rev-parse', 'main'), expect.stringMatching(/^Grace Hopper <grace@example\.invalid> 2025-\d\d-\d\d .* \+0200$/), 'Grace Hopper <grace@example.invalid>',
  ]);
  const text = repo.git('log', '-1', '--format=%B', commit).trimEnd();
  expect(text).toBe([
    'Compose 2 ACUs onto main', '', ...workspace.engine.acus.filter((a) => set.includes(a.id)).map((a) => `- ${a.name}: ${a.title} (${a.id.slice(0, 12)})`), '',
    'Co-authored-by: Ada Lovelace <ada@example.invalid>', 'Co-authored-by: Brian Kernighan <bwk@example.invalid>',
  ].join('\n'));
  expect(repo.git('log', '-1', '--format=%(trailers:key=Co-authored-by,valueonly,separator=|)', commit).split('|')).toHaveLength(2);
  expect(operation).toMatchObject({ kind: 'write-branch', description: 'Wrote 2 ACUs to acumen/both' });
  expect(repo.git('status', '--porcelain=v2', '--branch')).toBe(status);
  expect((await call(workspace, 'hello', {})).composition.acus).toEqual([...set].sort());
  // ours may be replaced, also after a restart
  await close(workspace);
  const again = await openWorkspace();
  const next = await call(again, 'writeBranch', { name: 'acumen/both', acus: [set[0]!] });
  expect(repo.git('log', '-1', '--format=%P %an', 'acumen/both')).toBe(`${repo.git('rev-parse', 'main')} Acumen`);
  expect(repo.git('rev-parse', 'acumen/both')).toBe(next.commit);
  repo.git('fsck', '--strict');
});

test('takes the message that is given, cleaned as git cleans it, and adds who made the changes and is not named', async () => {
  const repo = inFlight();
  const workspace = await openWorkspace();
  await importAll(workspace, repo);
  const acus = ['first', 'second'].map((n) => idOf(workspace, n)), ada = 'Co-authored-by: Ada Lovelace <ada@example.invalid>', brian = 'Co-authored-by: Brian Kernighan <bwk@example.invalid>';
  const write = async (message: string) => { const { commit, operation } = await call(workspace, 'writeBranch', { name: 'out', acus, message }); return { text: repo.git('log', '-1', '--format=%B', commit).trimEnd(), command: operation.command }; };
  const given = '\n\nOne line  \n\n\n\nWhy: 三 \t\n* a list\n\n', kept = git(repo.path, ['stripspace'], { input: fromUtf8(given) }).trimEnd();
  const { text, command } = await write(given);
  expect(text).toBe([kept, '', ada, brian].join('\n'));
  expect(command).toContain(`--branch out --message '${display(kept as ByteString)}'`);
  expect((await write(`Named already\n\nSee: #12\n${brian}\n`)).text).toBe(['Named already', '', 'See: #12', brian, ada].join('\n'));
  for (const message of ['', ' \n\t\n', 'a\0b', 'half \ud800']) await expect(write(message), JSON.stringify(message)).rejects.toMatchObject({ code: 'usage', hint: expect.any(String) });
  expect(repo.git('log', '-1', '--format=%s', 'out')).toBe('Named already');
});

test('a written branch is no change in flight, until somebody commits on it', async () => {
  const repo = inFlight();
  const workspace = await openWorkspace();
  await importAll(workspace, repo);
  const before = workspace.engine.sources.map((s) => s.name);
  await call(workspace, 'writeBranch', { name: 'acumen/both', acus: ['first', 'second'].map((n) => idOf(workspace, n)) });
  await importAll(workspace, repo);
  expect(workspace.engine.sources.map((s) => s.name)).toEqual(before);
  repo.branch('acumen/both-and-more', { 'more.txt': 'more\n' }, 'acumen/both');
  await importAll(workspace, repo);
  expect(workspace.engine.sources.map((s) => s.name)).toContain('acumen/both-and-more');
});

test('refuses to lose commits, to move what is checked out, a bad name, and nothing at all', async () => {
  const repo = inFlight();
  const workspace = await openWorkspace();
  await importAll(workspace, repo);
  const acus = [idOf(workspace, 'first')];
  const refused = (name: string, set = acus) => call(workspace, 'writeBranch', { name, acus: set }).then(() => null, (e: { code: string }) => e.code);
  const refs = repo.git('for-each-ref');
  expect(await refused('second')).toBe('would-lose-commits');
  expect(await refused('main')).toBe('branch-checked-out');
  repo.git('worktree', 'add', '-q', path.join(folder, 'linked'), 'third');
  expect(['branch-checked-out', 'would-lose-commits']).toContain(await refused('third'));
  for (const name of ['a..b', '-x', 'x.lock', 'a b', '.x', 'x/', '']) expect(await refused(name), name).toBe('bad-branch-name');
  expect(await refused('nothing', [])).toBe('not-composable');
  expect(await refused('clashing', ['first', 'clash'].map((n) => idOf(workspace, n)))).toBe('not-composable');
  expect(repo.git('for-each-ref')).toBe(refs);
  expect(workspace.log).toHaveLength(1);
  // a branch that the base contains loses nothing
  repo.git('branch', 'old', 'main~1');
  expect(await refused('old')).toBeNull();
  // ours, but moved by somebody since
  await call(workspace, 'writeBranch', { name: 'mine', acus });
  repo.branch('mine', { 'more.txt': 'more\n' });
  expect(await refused('mine')).toBe('would-lose-commits');
});

test('is undone by moving the branch back, unless somebody moved it since', async () => {
  const repo = inFlight();
  const workspace = await openWorkspace();
  await importAll(workspace, repo);
  const [first, second] = ['first', 'second'].map((n) => idOf(workspace, n));
  const one = await call(workspace, 'writeBranch', { name: 'out', acus: [first!] });
  const two = await call(workspace, 'writeBranch', { name: 'out', acus: [first!, second!] });
  await call(workspace, 'undo', {});
  expect(repo.git('rev-parse', 'out')).toBe(one.commit);
  expect((await call(workspace, 'hello', {})).composition.acus).toEqual([first]);
  await call(workspace, 'undo', {});
  expect(repo.git('for-each-ref', 'refs/heads/out')).toBe('');
  await call(workspace, 'redo', {});
  await call(workspace, 'redo', {});
  expect(repo.git('rev-parse', 'out')).toBe(two.commit);
  repo.branch('out', { 'theirs.txt': 'theirs\n' });
  const moved = repo.git('rev-parse', 'out');
  const before = await call(workspace, 'hello', {});
  await expect(call(workspace, 'undo', {})).rejects.toMatchObject({ code: 'ref-moved' });
  expect(repo.git('rev-parse', 'out')).toBe(moved);
  expect(await call(workspace, 'hello', {})).toEqual(before);
});
