// The Chromium that the journeys run in: found on this machine, else installed where that can be done without asking.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium as playwright } from 'playwright';
import { at } from './steps.ts';

/** Quiet, offline, and WebGPU by software, so that a machine without a GPU proves the same code. */
export const flags: readonly string[] = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader',
];

export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly root: boolean;
  /** the ID of /etc/os-release, '' where there is none */
  readonly distribution: string;
  exists(path: string): boolean;
  /** runs a program to its end, its output shown unless `quiet`; stdout, or null where it failed */
  run(program: string, args: readonly string[], quiet: boolean): string | null;
  /** where Playwright keeps its own browser */
  readonly playwrightPath: string;
}

export const thisMachine: Machine = {
  env: process.env,
  platform: process.platform,
  root: process.getuid?.() === 0,
  distribution: existsSync('/etc/os-release') ? (/^ID="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '') : '',
  exists: existsSync,
  run(program, args, quiet) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const done = spawnSync(program, args, { encoding: 'utf8', env, stdio: quiet ? ['ignore', 'pipe', 'ignore'] : ['ignore', 2, 2] });
    return done.status === 0 ? (done.stdout ?? '') : null;
  },
  playwrightPath: playwright.executablePath(),
};

/** A file of that name that does start: Ubuntu's `chromium-browser`, say, may be an advertisement for a snap. */
function starts(machine: Machine, path: string): boolean {
  return machine.exists(path) && /Chrom/.test(machine.run(path, ['--version'], true) ?? '');
}

export function findChromium(machine: Machine = thisMachine): string | null {
  const named = machine.env['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') {
    if (starts(machine, named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, which does not start: correct it or unset it.`);
  }
  const onPath = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser']
    .flatMap((name) => ['/usr/bin', ...(machine.env['PATH'] ?? '').split(delimiter)].map((folder) => join(folder, name)));
  const bundles = machine.platform === 'darwin'
    ? ['/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'] : [];
  return [...onPath, ...bundles, machine.playwrightPath].find((path) => starts(machine, path)) ?? null;
}

const packages = ['chromium', 'fonts-dejavu-core', 'fonts-liberation'];
const byApt = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
const byPlaywright = 'npx playwright install chromium';

/** Path of a Chromium that starts. Throws one sentence with the command to run where none can be had. */
export function ensureChromium(machine: Machine = thisMachine): string {
  const found = findChromium(machine);
  if (found !== null) return found;
  const debian = machine.platform === 'linux' && machine.distribution === 'debian';
  if (debian && machine.root) {
    process.stderr.write(`No Chromium here: ${byApt}\n`);
    machine.run('apt-get', ['update'], false);
    machine.run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], false);
  } else {
    process.stderr.write(`No Chromium here: ${byPlaywright}\n`);
    machine.run(process.execPath, [at('node_modules/playwright/cli.js'), 'install', 'chromium'], false);
  }
  const installed = findChromium(machine);
  if (installed !== null) return installed;
  throw new Error(`The journeys need Chromium and none could be installed: run ${debian ? `as root: ${byApt}` : byPlaywright}, or set CHROMIUM_PATH.`);
}

if (process.argv[1] === import.meta.filename) console.log(ensureChromium());
