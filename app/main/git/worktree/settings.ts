// What configuration says about a working tree's files: of the repository and of the person whose machine it is (git-config(1)), read as
// data. Of all that stands there, a dozen values of `core` count; no include is followed, and nothing that is named is run.
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { type ByteString, toBytes } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { LineEnds } from '../../../core/worktree/conversion.ts';
import type { Worktree } from '../../../core/worktree/model.ts';
import { isTrue, lastValue, parseConfig } from '../embedded/config.ts';
import type { ConfigEntry } from '../embedded/config.ts';
import { inside, lstatIfThere, readSmall } from '../embedded/files.ts';
import { readConfig } from '../embedded/locate.ts';

/** The person's own: they chose it, wherever the repository comes from. */
export interface UserSettings {
  readonly config: readonly ConfigEntry[];
  /** files of rules, where there are some */
  readonly excludes: string;
  readonly attributes: string;
  /** for paths that begin with `~/` */
  readonly home: string;
}

export interface Settings extends LineEnds {
  /** whether the executable bit of files counts */
  readonly fileMode: boolean;
  readonly symlinks: boolean;
  readonly ignoreCase: boolean;
  /** paths that are not checked out count again where they are there all the same */
  readonly sparse: boolean;
  readonly excludes: string | null;
  readonly attributes: string | null;
}

const CONFIG_BYTES = 16 << 20;

export const NO_USER: UserSettings = { config: [], excludes: '', attributes: '', home: '' };

/** As git finds them: /etc/gitconfig, then git/config below XDG_CONFIG_HOME, then ~/.gitconfig; the last counts. */
export function userSettings(env: NodeJS.ProcessEnv = process.env): UserSettings {
  const home = env['HOME'] ?? homedir();
  const xdg = join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'git');
  const system = isTrue(env['GIT_CONFIG_NOSYSTEM'] ?? '') ? [] : [env['GIT_CONFIG_SYSTEM'] ?? '/etc/gitconfig'];
  const own = env['GIT_CONFIG_GLOBAL'] !== undefined ? [env['GIT_CONFIG_GLOBAL']] : [join(xdg, 'config'), join(home, '.gitconfig')];
  // Whoever keeps their settings elsewhere links to them.
  const config = [...system, ...own].flatMap((path) => configAt(behindLinks(path)));
  const named = (name: string, otherwise: string): string => {
    const value = lastValue(config, 'core', name);
    return behindLinks(value === null ? otherwise : atHome(value, home) ?? '');
  };
  return { config, home, excludes: named('excludesfile', join(xdg, 'ignore')), attributes: named('attributesfile', join(xdg, 'attributes')) };
}

/** A file of settings that cannot be read is as if it were not there: it is not the repository's fault. */
function configAt(path: string | Buffer): readonly ConfigEntry[] {
  try {
    const bytes = path === '' ? null : readSmall(path, CONFIG_BYTES);
    return bytes === null ? [] : parseConfig(bytes);
  } catch (error) {
    if (error instanceof AcumenError) return [];
    throw error;
  }
}

function behindLinks(path: string): string {
  try {
    return path === '' ? path : realpathSync.native(path);
  } catch {
    return path; // not there: whoever reads it finds so
  }
}

function textOf(value: ByteString): string { return Buffer.from(toBytes(value)).toString(); }

function atHome(value: ByteString, home: string): string | null {
  const path = textOf(value);
  return path.startsWith('~/') ? join(home, path.slice(2)) : path.startsWith('/') ? path : null;
}

export function settingsOf(worktree: Worktree, user: UserSettings): Settings {
  const common = readConfig(worktree.gitDir, 'native');
  const own = isTrue(lastValue(common, 'extensions', 'worktreeconfig')) ? configAt(inside(worktree.headDir, 'config.worktree')) : [];
  const repository = [...common, ...own], all = [...user.config, ...repository];
  const is = (name: string, otherwise: boolean): boolean => {
    const value = lastValue(all, 'core', name);
    return value === null ? otherwise : isTrue(value);
  };
  const autocrlf = lastValue(all, 'core', 'autocrlf');
  return {
    fileMode: is('filemode', true), symlinks: is('symlinks', true), ignoreCase: is('ignorecase', false),
    sparse: is('sparsecheckout', false) && !isTrue(lastValue(all, 'sparse', 'expectfilesoutsideofpatterns')),
    autocrlf: autocrlf?.toLowerCase() === 'input' ? 'input' : isTrue(autocrlf) ? 'true' : 'false',
    excludes: ruleFile(lastValue(repository, 'core', 'excludesfile'), user.excludes, worktree),
    attributes: ruleFile(lastValue(repository, 'core', 'attributesfile'), user.attributes, worktree),
  };
}

/** One that the repository names counts only inside the repository: else whoever made it would choose which file of the user's we open. */
function ruleFile(named: ByteString | null, users: string, { root, gitDir }: Worktree): string | null {
  if (named === null) return users === '' ? null : users;
  const folder = textOf(root), path = resolve(folder, textOf(named));
  const base = [folder, gitDir].find((one) => path.startsWith(one + sep));
  if (base === undefined) return null;
  // Nor through a link on the way.
  for (let at = base.length + 1; at > 0; at = path.indexOf(sep, at) + 1) {
    const end = path.indexOf(sep, at);
    if (end >= 0 && lstatIfThere(path.slice(0, end))?.isDirectory() !== true) return null;
    if (end < 0) break;
  }
  return path;
}
