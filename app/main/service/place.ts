// Where a workspace's store lies when nobody says: in the user's data folder, one file per repository (design.md §6).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The user's data folder, by the custom of the platform; ACUMEN_DATA names another. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (env['ACUMEN_DATA']) return path.resolve(env['ACUMEN_DATA']);
  const home = os.homedir();
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Acumen');
  if (platform === 'win32') return path.join(env['LOCALAPPDATA'] || path.join(home, 'AppData', 'Local'), 'Acumen');
  const data = env['XDG_DATA_HOME'];
  return path.join(data && path.isAbsolute(data) ? data : path.join(home, '.local', 'share'), 'acumen');
}

/** `gitDir` absolute and without symbolic links: one repository has one store, whichever way it was reached. */
export function defaultStore(gitDir: string, env: NodeJS.ProcessEnv = process.env): string {
  const name = repositoryName(gitDir).replace(/[^\w.-]+/g, '-').slice(0, 40);
  const hash = createHash('sha256').update(gitDir).digest('hex').slice(0, 12);
  return path.join(dataFolder(env), 'stores', `${name}-${hash}.acumen`);
}

/** What a person calls the repository: its working folder, or the bare repository's without `.git`. */
export function repositoryPath(gitDir: string): string {
  return path.basename(gitDir) === '.git' ? path.dirname(gitDir) : gitDir;
}
export function repositoryName(gitDir: string): string {
  return path.basename(repositoryPath(gitDir)).replace(/\.git$/, '') || gitDir;
}

/** From package.json, which lies above app/ and above dist/app/ alike. */
export function version(): string {
  for (const up of ['../../../package.json', '../../../../package.json']) {
    try {
      const found = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { name?: string; version?: string };
      if (found.name === 'acumen' && found.version !== undefined) return found.version;
    } catch { /* the other one, then */ }
  }
  return 'unknown';
}
