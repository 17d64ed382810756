// Dangers: load that reaches the person's own repository or store, a copy that is left behind after a stop, a failure or a crash, a copy of another
// process that is taken away while it works, a rate that is not the one that was stated.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { LoadState } from '../../../contract/performance.ts';
import type { Push } from '../../../contract/methods.ts';
import { git, tempDir } from '../../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';
import { openRepository } from '../../git/open.ts';
import { Workspace } from '../workspace.ts';
import { makeScratch, sweepScratch } from './scratch.ts';

const dir = tempDir('load');
afterAll(() => dir.remove());

const repository = smallRepository(path.join(dir.path, 'theirs'), { 'a.txt': numbered(20), 'b.txt': numbered(20) });
for (let i = 0; i < 8; i++) repository.branch(`branch-${i}`, { 'a.txt': numbered(20, { [i + 1]: `changed ${i}` }), [`new-${i}.txt`]: `${i}\n` });
const gitDir = path.join(repository.path, '.git');

/** Every file below a folder with its content, mode and time of change. */
function fingerprint(folder: string): string {
  const hash = createHash('sha256');
  const walk = (at: string): void => {
    for (const name of readdirSync(at).sort()) {
      const file = path.join(at, name), stat = lstatSync(file);
      hash.update(`${file} ${stat.mode} ${stat.mtimeMs} ${stat.size}\n`);
      if (stat.isDirectory()) walk(file); else if (stat.isFile()) hash.update(readFileSync(file));
    }
  };
  walk(folder);
  return hash.digest('hex');
}

const never = new AbortController().signal;
let n = 0;
const storeFile = (): string => path.join(dir.path, `store-${n++}.acumen`);

test('a copy has every object and ref of the repository, and nothing that could run', async () => {
  writeFileSync(path.join(gitDir, 'hooks', 'post-checkout'), '#!/bin/sh\n', { mode: 0o755 });
  const scratch = await makeScratch(storeFile(), gitDir, never, 0);
  expect(existsSync(path.join(scratch.repository, 'hooks'))).toBe(false);
  const listed = (at: string): string => git(at, ['for-each-ref', '--format=%(refname) %(objectname)']);
  expect(listed(scratch.repository)).toBe(listed(repository.path));
  git(scratch.repository, ['fsck', '--full']);
  const reader = await openRepository(scratch.repository);
  await reader.close();
  await scratch.remove();
  expect(existsSync(path.dirname(scratch.folder))).toBe(false);
});

test('what is borrowed from elsewhere is refused, and a copy that was cancelled or failed leaves nothing', async () => {
  const store = storeFile(), borrowing = path.join(dir.path, 'borrowing.git');
  execFileSync('git', ['clone', '-q', '--bare', '--shared', repository.path, borrowing]);
  await expect(makeScratch(store, borrowing, never, 0)).rejects.toMatchObject({ code: 'unsupported-repository' });
  const gone = new AbortController();
  gone.abort();
  await expect(makeScratch(store, gitDir, gone.signal, 0)).rejects.toMatchObject({ code: 'cancelled' });
  expect(existsSync(`${store}.load`)).toBe(false);
});

test('after a crash the copies of dead processes go, those of living ones stay, and what is not ours is left alone', async () => {
  const store = storeFile(), parent = `${store}.load`, now = Date.now();
  const dead = execFileSync(process.execPath, ['-e', 'console.log(process.pid)']).toString().trim();
  const folders = { dead: `${dead}-0123456789ab`, alive: `${process.pid}-0123456789ab`, abandoned: `${process.pid}-ba9876543210`, other: 'notes' };
  for (const folder of Object.values(folders)) {
    mkdirSync(path.join(parent, folder, 'repository.git'), { recursive: true });
    writeFileSync(path.join(parent, folder, 'alive'), '');
  }
  utimesSync(path.join(parent, folders.abandoned, 'alive'), (now - 3_600_000) / 1000, (now - 3_600_000) / 1000);
  expect(await sweepScratch(store, now)).toBe(2);
  expect(readdirSync(parent).sort()).toEqual([folders.alive, folders.other].sort());
  expect(await sweepScratch(path.join(dir.path, 'no-such-store'), now)).toBe(0);
});

interface Running { readonly workspace: Workspace; readonly store: string; readonly states: LoadState[]; until(state: LoadState['state']): Promise<LoadState> }
async function opened(): Promise<Running> {
  const store = storeFile(), states: LoadState[] = [], waiting: { state: LoadState['state']; seen: (load: LoadState) => void }[] = [];
  const workspace = await Workspace.open(store);
  await workspace.call('import', { path: repository.path, base: null, refs: [], grain: 'branch', ticket: 'import' });
  workspace.subscribe((push: Push) => {
    if (push.push !== 'load') return;
    states.push(push.load);
    for (const one of waiting.splice(0)) if (one.state === push.load.state) one.seen(push.load); else waiting.push(one);
  });
  return { workspace, store, states, until: (state) => new Promise((seen) => { waiting.push({ state, seen }); }) };
}

test('a run sends what was stated, is answered without failures, and neither repository nor store of the person is touched', async () => {
  const { workspace, store, states } = await opened();
  const before = fingerprint(repository.path), operations = workspace.log.length;
  const began = await workspace.call('load', { action: 'start', rate: 60, seconds: 1 });
  expect(began.state).toBe('preparing');
  await expect(workspace.call('load', { action: 'start', rate: 1, seconds: 1 })).rejects.toMatchObject({ code: 'usage' });
  while ((await workspace.call('load', { action: 'look' })).state !== 'idle') await new Promise((resolve) => { setTimeout(resolve, 20); });
  const last = states.at(-1)!;
  expect(last).toMatchObject({ state: 'idle', sent: 60, failed: 0, why: null, bytes: 0 });
  expect(last.answered + last.refused).toBe(60);
  expect(last.answered).toBeGreaterThan(30);
  expect(states.map(({ state }) => state)).toEqual(expect.arrayContaining(['preparing', 'running', 'ending', 'idle']));
  expect(fingerprint(repository.path)).toBe(before);
  expect(workspace.log.length).toBe(operations);
  expect(existsSync(`${store}.load`)).toBe(false);
  await workspace.close();
});

test('stopped, or closed amid a run, it ends at once and the copy is gone; it can be started again', async () => {
  const { workspace, store, until } = await opened();
  const running = until('running');
  await workspace.call('load', { action: 'start', rate: 50, seconds: 600 });
  await running;
  expect(existsSync(`${store}.load`)).toBe(true);
  expect(await workspace.call('load', { action: 'stop' })).toMatchObject({ state: 'idle', why: 'It was stopped.' });
  expect(existsSync(`${store}.load`)).toBe(false);
  const again = until('running');
  await workspace.call('load', { action: 'start', rate: 50, seconds: 600 });
  await again;
  await workspace.close();
  expect(existsSync(`${store}.load`)).toBe(false);
});

test('without a repository there is nothing to put load on', async () => {
  const workspace = await Workspace.open(storeFile());
  await expect(workspace.call('load', { action: 'start', rate: 1, seconds: 1 })).rejects.toMatchObject({ code: 'usage' });
  expect(await workspace.call('load', { action: 'stop' })).toMatchObject({ state: 'idle' });
  await workspace.close();
});
