// Dangers: a machine without display or runtime that is left with nothing, a download that nobody asked for, a window that never came
// up and is taken for one that was closed, an environment that turns Electron into something else.
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findRuntime, runWindow, status, thisMachine } from './window.ts';
import type { Machine } from './window.ts';

let folder: string;
beforeAll(() => { folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'acumen-runtime-'))); });
afterAll(() => rmSync(folder, { recursive: true }));

const machine = (more: Partial<Machine> = {}, files: Readonly<Record<string, string>> = {}): Machine => ({
  env: { DISPLAY: ':0' }, platform: 'linux', root: false, electron: '/app/node_modules/electron', install: null,
  exists: (file) => file in files, read: (file) => files[file] ?? null, ...more,
});
const runtime = { '/app/node_modules/electron/path.txt': 'electron', '/app/node_modules/electron/dist/electron': '' };

describe('the runtime', () => {
  test('is the package\'s, or what the environment names', () => {
    expect(findRuntime(machine({}, runtime), [])).toEqual({ program: '/app/node_modules/electron/dist/electron' });
    expect(findRuntime(machine({}, { '/app/node_modules/electron/dist/electron': '' }), [])).toEqual({ program: '/app/node_modules/electron/dist/electron' });
    const named = { env: { WAYLAND_DISPLAY: 'w', ELECTRON_OVERRIDE_DIST_PATH: '/else' }, electron: null };
    expect(findRuntime(machine(named, { '/else/electron': '' }), [])).toEqual({ program: '/else/electron' });
    expect(findRuntime(machine({ platform: 'darwin', env: {} }, { '/app/node_modules/electron/dist/Electron.app/Contents/MacOS/Electron': '' }), [])).toMatchObject({ program: expect.stringContaining('MacOS') as string });
  });

  test.each<[string, Partial<Machine>, readonly string[], RegExp]>([
    ['no display', { env: {} }, [], /no display/],
    ['a shell over ssh', { env: { SSH_CONNECTION: 'a b c d' }, platform: 'darwin' }, [], /no display/],
    ['root', { root: true }, [], /as root/],
    ['a named folder without it', { env: { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: '/wrong' } }, [], /\/wrong/],
    ['no package', { electron: null }, [], /not installed/],
    ['a package without its runtime', {}, [], /install-electron/],
    ['a system that Electron does not know', { platform: 'aix' }, [], /aix/],
  ])('%s is said', (_name, more, args, why) => {
    expect(findRuntime(machine(more), args)).toEqual({ why: expect.stringMatching(why) as string });
  });

  test('root may say that it wants no sandbox', () => {
    expect(findRuntime(machine({ root: true }, runtime), ['--no-sandbox'])).toHaveProperty('program');
  });

  test('it is fetched once, where somebody looks on and nothing else stands in the way', () => {
    const files: Record<string, string> = {};
    let fetched = 0;
    const install = (): void => { fetched++; Object.assign(files, runtime); };
    expect(findRuntime(machine({ install, env: {} }, files), [])).toHaveProperty('why');
    expect(fetched).toBe(0);
    expect(findRuntime(machine({ install }, files), [])).toHaveProperty('program');
    expect(findRuntime(machine({ install }, files), [])).toHaveProperty('program');
    expect(fetched).toBe(1);
    const fails = machine({ install: () => { fetched++; } });
    expect(findRuntime(fails, [])).toHaveProperty('why');
    expect(fetched).toBe(2);
    expect(thisMachine({ CI: '1' }, false).install).toBeNull();
    expect(thisMachine({}, false).electron).toMatch(/node_modules.electron$/);
  });
});

describe('the window\'s process', () => {
  const program = (script: string): string => {
    const file = path.join(folder, `program-${Math.random().toString(36).slice(2)}`);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  const run = (file: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}, stop = new AbortController().signal) =>
    runWindow(file, args, { env: { PATH: process.env['PATH'], ...env }, cwd: folder, stop });

  test('gets the app and the person\'s arguments as they are, where they stand, and no word that makes it another program', async () => {
    const said = path.join(folder, 'said');
    expect(await run(program(`printf '%s\\n' "$@" "$PWD" "run=$ELECTRON_RUN_AS_NODE" "options=$NODE_OPTIONS" "data=$ACUMEN_DATA" > said; exit 2`),
      ['--repo=a b', '$(touch PWNED)'], { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--inspect', ACUMEN_DATA: '/d' })).toBe(2);
    const root = fileURLToPath(new URL('../../../../', import.meta.url));
    expect(readFileSync(said, 'utf8').split('\n')).toEqual([root, '--repo=a b', '$(touch PWNED)', folder, 'run=', 'options=', 'data=/d', '']);
    expect(existsSync(path.join(folder, 'PWNED'))).toBe(false);
    expect(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))).toMatchObject({ main: 'dist/app/main/doors/electron/main.js' });
  });

  test('that never comes up is told from one that was closed', async () => {
    expect(await run(path.join(folder, 'nothing-here'))).toBeNull();
    expect(await run(program('exit 127'))).toBeNull();
    expect(await run(program('kill -TRAP $$'))).toBeNull();
    expect(await run(program('exit 0'))).toBe(0);
    expect(status(3, null, 0)).toBe(3);
    expect(status(1, null, 60_000)).toBe(3);
    expect(status(null, 'SIGSEGV', 60_000)).toBe(3);
    expect(status(null, 'SIGTERM', 0)).toBe(0);
  });

  test('is ended when its starter is', async () => {
    const stop = new AbortController(), up = path.join(folder, 'up');
    const ended = run(program('trap "exit 0" TERM; touch up; while :; do sleep 0.05; done'), [], {}, stop.signal);
    await expect.poll(() => existsSync(up), { timeout: 20_000 }).toBe(true);
    stop.abort();
    expect(await ended).toBe(0);
  });
});
