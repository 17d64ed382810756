// Runs the tools that the scripts are made of, one after another, each with its time.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Entry points of the tools, so that no shell, no PATH and no `npx` stands between. */
export const tools = {
  tsc: 'node_modules/typescript/bin/tsc',
  vite: 'node_modules/vite/bin/vite.js',
  vitest: 'node_modules/vitest/vitest.mjs',
  oxlint: 'node_modules/oxlint/bin/oxlint',
  rolldown: 'node_modules/rolldown/bin/cli.mjs',
} as const;

export type Step = { readonly name: string; readonly file: string; readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> };

/** Made of the rooms whenever they are compiled: with them lie the store's threads, which the rooms themselves run, and old ones would write what they do not mean. */
export const commandLine: Step = { name: 'command line (rolldown)', file: 'scripts/bundleCli.ts' };

/** What is bundled for a page: the screen, and the preload of the Electron window, which a sandbox loads from one CommonJS file. */
export const bundles: readonly Step[] = [
  { name: 'screen (vite build)', file: tools.vite, args: ['build', '--logLevel', 'warn'] },
  {
    name: 'preload (rolldown)', file: tools.rolldown,
    args: ['app/main/doors/electron/preload/preload.ts', '--format', 'cjs', '--platform', 'browser', '--external', 'electron', '--file', 'dist/app/main/doors/electron/preload.cjs', '--logLevel', 'warn'],
  },
];

/** Exit code of the program, or 1 where a signal ended it. Its output is ours; stdout can be sent to stderr. */
export function runNode(file: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [at(file), ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', reject);
    child.on('exit', (code) => { resolve(code ?? 1); });
  });
}

/** How many failed. `stop`: where a step needs those before it, the first to fail is the last to run. */
export async function runSteps(steps: readonly Step[], when: 'stop' | 'go on'): Promise<number> {
  let failed = 0;
  for (const step of steps) {
    const start = performance.now();
    const code = await runNode(step.file, step.args, step.env);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stderr.write(code === 0 ? `✓ ${step.name} (${seconds} s)\n` : `✗ ${step.name} failed with exit ${code} (${seconds} s)\n`);
    if (code === 0) continue;
    failed++;
    if (when === 'stop') break;
  }
  return failed;
}
