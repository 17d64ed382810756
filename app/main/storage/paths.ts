// Where a repository's store lies when nobody names one: the user's data folder, one file per real git directory.
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, posix, win32 } from 'node:path';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** XDG base directories, Apple's and Microsoft's conventions. A relative XDG_DATA_HOME is to be ignored, says the specification. */
export function dataFolder({ platform, env, home }: Surroundings): string {
  if (platform === 'win32') return win32.join(env['APPDATA'] || win32.join(home, 'AppData', 'Roaming'), 'acumen');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'acumen');
  const xdg = env['XDG_DATA_HOME'];
  return posix.join(xdg !== undefined && posix.isAbsolute(xdg) ? xdg : posix.join(home, '.local', 'share'), 'acumen');
}

/** `gitDir`: the (common) git directory; links are followed, so that every way to it names one store. */
export function defaultStorePath(gitDir: string, surroundings: Surroundings = { platform: process.platform, env: process.env, home: homedir() }): string {
  const name = createHash('sha256').update(realpathSync.native(gitDir)).digest('hex').slice(0, 32);
  return join(dataFolder(surroundings), 'stores', `${name}.sqlite`);
}
