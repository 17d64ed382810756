// Where Electron's runtime is on this machine, if the window can be had at all, and starting it. Never imports Electron: the window is
// a program of its own (doors/electron/main.ts).
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasDisplay } from '../browser/open.ts';

export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly root: boolean;
  /** the installed package `electron`, with or without its runtime; null where it is not installed */
  readonly electron: string | null;
  exists(file: string): boolean;
  read(file: string): string | null;
  /** Runs the package's own installer, once, saying so; null where nobody looks on: then nothing is fetched. */
  readonly install: (() => void) | null;
}

export type Runtime = { readonly program: string } | { readonly why: string };

const programs: Partial<Record<NodeJS.Platform, string>> = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe', linux: 'electron' };

/** `args`: the person's own; with `--no-sandbox` among them they have decided what root may do. */
export function findRuntime(machine: Machine, args: readonly string[]): Runtime {
  const { env, platform, electron } = machine;
  const name = programs[platform];
  if (name === undefined) return { why: `there is no Electron for ${platform}` };
  if (!hasDisplay(env, platform)) return { why: 'there is no display here' };
  if (machine.root && platform === 'linux' && !args.includes('--no-sandbox')) return { why: 'Electron does not run as root with its sandbox' };
  const named = env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (named) {
    const program = path.join(named, name);
    return machine.exists(program) ? { program } : { why: `ELECTRON_OVERRIDE_DIST_PATH names ${named}, where there is no ${name}` };
  }
  if (electron === null) return { why: 'Electron is not installed' };
  const installed = (): string | null => {
    const program = path.join(electron, 'dist', machine.read(path.join(electron, 'path.txt'))?.trim() || name);
    return machine.exists(program) ? program : null;
  };
  if (installed() === null) machine.install?.();
  const program = installed();
  return program === null ? { why: 'Electron\'s runtime is not on this machine (npx install-electron fetches it)' } : { program };
}

/** Milliseconds for a download that people wait for. */
const PATIENCE = 90_000;

export function thisMachine(env: NodeJS.ProcessEnv, isTerminal: boolean): Machine {
  let electron: string | null = null;
  try {
    electron = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch { /* not installed */ }
  const attended = isTerminal || !env['CI'];
  return {
    env, electron,
    platform: process.platform,
    root: process.getuid?.() === 0,
    exists: existsSync,
    read: (file) => { try { return readFileSync(file, 'utf8'); } catch { return null; } },
    install: !attended || electron === null ? null : () => {
      process.stderr.write('Electron\'s runtime is not here yet: fetching it once.\n');
      spawnSync(process.execPath, [path.join(electron, 'install.js')], { env, stdio: 'ignore', timeout: PATIENCE });
    },
  };
}

/** How the window ended: an exit status, or null where it never came up. */
export async function runWindow(program: string, args: readonly string[], { env, cwd, stop }: { readonly env: NodeJS.ProcessEnv; readonly cwd: string; readonly stop: AbortSignal }): Promise<number | null> {
  const compiled = import.meta.url.endsWith('.js');
  const app = fileURLToPath(new URL(compiled ? '../../../../../' : '../../../../', import.meta.url));
  const began = performance.now();
  // Either would make the program something else than a window.
  const { ELECTRON_RUN_AS_NODE: _, NODE_OPTIONS: __, ...rest } = env;
  const child = spawn(program, [app, ...args], { cwd, env: rest, stdio: 'inherit' });
  const end = (): void => { child.kill('SIGTERM'); };
  stop.addEventListener('abort', end);
  try {
    const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
      child.once('error', () => resolve({ code: 127, signal: null }));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    return status(code, signal, performance.now() - began);
  } finally {
    stop.removeEventListener('abort', end);
  }
}

/** Milliseconds after which a window that ends badly had come up. */
const STARTING = 20_000;

/** Ours are 0, 2 and 3. A missing library, a sandbox that the system refuses, a display that does not answer end otherwise, and soon. */
export function status(code: number | null, signal: NodeJS.Signals | null, milliseconds: number): number | null {
  if (code === 0 || code === 2 || code === 3) return code;
  if (signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP') return 0;
  return milliseconds < STARTING ? null : 3;
}
