// Whether a real Electron can be started here, and if not, why: in one sentence, for the line that says what was skipped.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { at } from '../../scripts/steps.ts';

export type Runtime = { readonly executable: string } | { readonly missing: string };

/** As node_modules/electron itself looks for it: the folder of ELECTRON_OVERRIDE_DIST_PATH, else what its installer brought. */
export function findRuntime(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): Runtime {
  const file = platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : platform === 'win32' ? 'electron.exe' : 'electron';
  const named = env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (named !== undefined && named !== '' && !existsSync(join(named, file))) {
    throw new Error(`ELECTRON_OVERRIDE_DIST_PATH names ${named}, which has no ${file}: correct it or unset it.`);
  }
  const executable = join(named || at('node_modules/electron/dist'), file);
  if (!existsSync(executable)) return { missing: 'no Electron runtime: none in node_modules/electron/dist, and ELECTRON_OVERRIDE_DIST_PATH names none' };
  if (platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return { missing: 'no display for the Electron runtime: run it under xvfb-run' };
  return { executable };
}
