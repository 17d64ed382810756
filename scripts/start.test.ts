// Danger: `npm start` that ends with nothing on a machine without display, runtime or sandbox, or that opens what was not asked for.
// Electron is a shell script here that notes what it is given: what is tested is what becomes of it.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallRepository } from '../testkit/small.ts';
import { at } from './steps.ts';

const built = ['dist/app/main/doors/cli/main.js', 'dist/app/main/doors/electron/main.js', 'dist/app/main/doors/electron/preload.cjs', 'dist/renderer/index.html'].every((file) => existsSync(at(file)));
let folder: string, repository: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'acumen-start-')));
  repository = smallRepository(join(folder, 'repo')).path;
});
afterAll(() => rmSync(folder, { recursive: true }));

function electron(script: string): string {
  const dist = mkdtempSync(join(folder, 'electron-'));
  writeFileSync(join(dist, 'electron'), `#!/bin/sh\nprintf '%s\\n' "$@" > "${dist}/args"\n${script}\n`);
  chmodSync(join(dist, 'electron'), 0o755);
  return dist;
}

/** Runs until it prints an address or ends by itself. `CI`: nothing is fetched. */
async function start(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ readonly address: string | null; readonly code: number | null; readonly err: string }> {
  const child = spawn(process.execPath, [at('scripts/start.ts'), ...args], {
    cwd: folder, stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: folder, INIT_CWD: folder, CI: '1', ACUMEN_DATA: join(folder, 'data'), ...env },
  });
  let out = '', err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (out.includes('#token=')) child.kill('SIGTERM');
  });
  child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
  const code = await new Promise<number | null>((resolve) => { child.on('close', resolve); });
  return { address: /http:\S+#token=\S+/.exec(out)?.[0] ?? null, code, err };
}

const linux = process.platform === 'linux';
if (!built || !linux) console.log(`npm start is not tried: ${linux ? 'it is not built (npm run build)' : 'these scripts are for Linux'}`);

test.runIf(built && linux)('without a display it says so in one line and serves; where the browser is asked for it says nothing', async () => {
  const served = await start([repository], {});
  expect(served.err).toBe('No window of its own, because there is no display here: this serves Acumen to a browser.\n');
  expect(served.address).toMatch(/^http:\/\/127\.0\.0\.1:/);
  for (const args of [[repository, '--no-open'], [repository, '--port', '0']]) {
    expect(await start(args, {}), args.join(' ')).toMatchObject({ address: expect.stringContaining('127.0.0.1') as string, err: '', code: 0 });
  }
});

test.runIf(built && linux)('with a runtime it opens the window with what was asked for, and ends with it', async () => {
  const dist = electron('exit 0');
  expect(await start(['repo', '--store', 's.acumen', '--no-sandbox'], { DISPLAY: ':77', ELECTRON_OVERRIDE_DIST_PATH: dist })).toEqual({ address: null, code: 0, err: '' });
  expect(readFileSync(join(dist, 'args'), 'utf8').split('\n')).toEqual([at(''), 'repo', '--store', 's.acumen', '--no-sandbox', '']);
  const other = electron('exit 0');
  expect((await start([repository, '--no-sandbox', '--browser', '--no-open'], { DISPLAY: ':77', ELECTRON_OVERRIDE_DIST_PATH: other })).address).not.toBeNull();
  expect(existsSync(join(other, 'args'))).toBe(false);
});

test.runIf(built && linux)('a runtime that does not start, or is not where it is said to be, leaves the browser', async () => {
  // Nothing can be shown on this display, so no browser is opened either.
  for (const dist of [electron('exit 127'), electron('kill -TRAP $$'), join(folder, 'nowhere')]) {
    const served = await start([repository, '--no-sandbox'], { DISPLAY: ':77', PATH: '/nonexistent', ELECTRON_OVERRIDE_DIST_PATH: dist });
    expect(served.address, served.err).not.toBeNull();
    expect(served.err).toMatch(/^No window of its own, because .+: this serves Acumen to a browser\.\n/);
  }
});
