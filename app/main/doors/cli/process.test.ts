// Dangers: a program that answers otherwise in a process of its own than the same verbs do in ours; an interrupt that leaves half an import, a reader that goes
// away and takes the program with it, a door that does not close.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environment, runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran, Running } from '../../../../testkit/acumen.ts';
import { tempDir } from '../../../../testkit/git.ts';
import { generate } from '../../../../testkit/generate.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

const temp = tempDir('cli-process'), folder = temp.path, store = path.join(folder, 'main.acumen');
const repo = smallRepository(path.join(folder, 'repo'));
repo.branch('first', { 'a.txt': numbered(20, { 2: 'first' }) });
repo.branch('clash', { 'a.txt': numbered(20, { 2: 'clash' }) });
repo.branch('lower', { 'd.txt': numbered(6) });
repo.branch('upper', { 'd.txt': numbered(6, { 3: 'upper' }) }, 'lower');
let imported: Ran;
beforeAll(async () => { imported = await acumen(['import', repo.path, '--store', store, '--json']); });
afterAll(() => temp.remove());

const acumen = (args: readonly string[], options: Partial<Running> = {}): Promise<Ran> => runAcumen(args, { folder, ...options });
const json = ({ out }: { readonly out: string }): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;

/** The real program in a process of its own. */
function spawned(args: readonly string[], interruptAfterMs?: number): Promise<Omit<Ran, 'status'> & { readonly status: number | null; readonly signal: string | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { cwd: folder, env: environment(folder), stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '', err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text; });
    child.on('error', reject).on('close', (status, signal) => resolve({ status, signal, out, err }));
    if (interruptAfterMs !== undefined) setTimeout(() => child.kill('SIGINT'), interruptAfterMs);
  });
}

test('the real program: the same answers, statuses and streams, with git off the PATH', async () => {
  const mine = path.join(folder, 'spawned.acumen');
  const first = await spawned(['import', repo.path, '--store', mine, '--json']);
  expect(first).toMatchObject({ status: 0, err: '' });
  expect({ ...json(first), ms: 0 }).toEqual({ ...json(imported), ms: 0 });
  expect(await spawned(['check', 'first', 'clash', '--store', mine, '--json'])).toMatchObject({ status: 1, err: '' });
  expect(await spawned(['compose', 'first', 'upper', '--store', mine, '--json', '--branch', 'spawned'])).toMatchObject({ status: 0, err: '' });
  expect(repo.git('log', '-1', '--format=%s', 'spawned')).toBe('Compose 3 ACUs onto main');
  repo.git('branch', '-q', '-D', 'spawned');
  expect(await spawned(['run-plan'])).toMatchObject({ status: 2, out: '' });
});

test('an interrupted import ends soon, leaves nothing visible, and the next one is whole', async () => {
  const generated = await generate({ seed: 3, mix: 'stacks', sources: 40 });
  try {
    const mine = path.join(folder, 'interrupted.acumen');
    const stopped = await acumen(['import', generated.dir, '--store', mine], { interrupt: AbortSignal.abort() });
    expect(stopped).toMatchObject({ status: 3, out: '' });
    expect(stopped.err).toContain('(cancelled)');
    expect(json(await acumen(['log', '--store', mine, '--json']))).toEqual({ operations: [], current: 0, undone: [] });
    let cancelled = 0;
    for (const ms of [250, 500, 1000]) {
      const ran = await spawned(['import', generated.dir, '--store', mine, '--json'], ms);
      // before its first line the process has no handler yet; after its last it is done
      expect([0, 3, null]).toContain(ran.status);
      if (ran.status === 3) { cancelled++; expect(ran.err).toContain('(cancelled)'); }
    }
    console.log(`interrupted while importing: ${cancelled} of 3`);
    const { operations } = json(await acumen(['log', '--store', mine, '--json'])) as { operations: unknown[] };
    expect(operations.length).toBeLessThan(2);
    expect((await acumen(['import', generated.dir, '--store', mine])).status).toBe(0);
    expect(json(await acumen(['fsck', '--store', mine, '--json']))).toMatchObject({ ok: true });
  } finally {
    generated.remove();
  }
});

test('a reader that goes away ends the output, not with a crash', async () => {
  const child = spawn(process.execPath, [main, 'conflicts', '--store', store, '--json'], { env: environment(folder), stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text; });
  await new Promise((resolve) => { child.on('close', resolve); });
  expect(err).toBe('');
});

test('serve prints one address, answers on it, and ends cleanly when interrupted', async () => {
  const root = fileURLToPath(new URL('../../../../dist/renderer/index.html', import.meta.url));
  if (!existsSync(root)) {
    console.log('the screen is not built (npm run build): serving was only tried as far as saying so');
    expect((await acumen(['serve', repo.path, '--no-open', '--json'])).err).toContain('(io)');
    return;
  }
  const child = spawn(process.execPath, [main, 'serve', repo.path, '--no-open', '--json', '--store', path.join(folder, 'serve.acumen')], { env: environment(folder), stdio: ['ignore', 'pipe', 'pipe'] });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text; });
  const first = await new Promise<string>((resolve) => { child.stdout.setEncoding('utf8').once('data', resolve); });
  const { url, port, repository } = JSON.parse(first) as { url: string; port: number; repository: string };
  expect(url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/#token=[\\w-]{43}$`));
  expect(repository).toBe(repo.path);
  expect((await fetch(url)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${port}/session`, { method: 'POST', headers: { authorization: `Bearer ${url.split('=')[1]}`, origin: `http://127.0.0.1:${port}` } })).status).toBe(204);
  child.kill('SIGTERM');
  expect(await new Promise((resolve) => { child.on('close', resolve); })).toBe(0);
  expect(err).toBe('');
});
