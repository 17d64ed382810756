// The command line of the window: `[REPO] [--repo PATH] [--store FILE] [--git embedded|native]`. What Chromium or Electron understand
// (`--no-sandbox`, `--ozone-platform=…`) is left to them.
import path from 'node:path';
import { AcumenError } from '../../../contract/frames.ts';
import type { ReaderChoice } from '../../service/serving.ts';

/** A window that is wanted. Paths are absolute; both null: the sample. */
export interface Asked { readonly repo: string | null; readonly store: string | null; readonly git: ReaderChoice }

export interface Arguments {
  /** null: nothing was named */
  readonly asked: Asked | null;
  readonly git: ReaderChoice;
  /** switches that are not ours */
  readonly left: readonly string[];
}

/** Ours out of a process's: an unpackaged Electron is started with switches, the app's path, and then the person's own. */
export function ownArguments(argv: readonly string[], packaged: boolean): readonly string[] {
  if (packaged) return argv.slice(1);
  const app = argv.findIndex((arg, i) => i > 0 && !arg.startsWith('-'));
  return app < 0 ? [] : argv.slice(app + 1);
}

const ours = ['--repo', '--store', '--git'] as const;
type Option = (typeof ours)[number];

export function parseArguments(args: readonly string[], cwd: string): Arguments {
  const given = new Map<Option, string>();
  const left: string[] = [];
  let repo: string | null = null;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const [name, ...rest] = arg.split('=');
    const option = ours.find((one) => one === name);
    if (option !== undefined) {
      const value = rest.length > 0 ? rest.join('=') : args[++i];
      if (value === undefined || value === '') throw new AcumenError('usage', `${option} needs a value.`, usage);
      given.set(option, value);
    } else if (arg.startsWith('-')) {
      left.push(arg);
    } else if (repo === null) {
      repo = arg;
    } else {
      throw new AcumenError('usage', 'One window shows one repository, and more than one was named.', usage, { first: repo, second: arg });
    }
  }
  const git = given.get('--git') ?? 'auto';
  if (git !== 'auto' && git !== 'embedded' && git !== 'native') throw new AcumenError('usage', `There is no git reader called ${git}.`, 'Leave --git out, or use --git embedded or --git native.');
  const named = repo ?? given.get('--repo'), store = given.get('--store');
  const at = (file: string | undefined): string | null => (file === undefined ? null : path.resolve(cwd, file));
  return { asked: named === undefined && store === undefined ? null : { repo: at(named), store: at(store), git }, git, left };
}

const usage = 'Start it as: acumen open [REPO] [--repo PATH] [--store FILE] [--git embedded|native].';

/** What a second start hands to the first, after it was sent as plain data; null: it is not that. */
export function decodeAsked(value: unknown): { readonly asked: Asked | null } | null {
  if (typeof value !== 'object' || value === null || !('asked' in value)) return null;
  const { asked } = value;
  if (asked === null) return { asked: null };
  if (typeof asked !== 'object' || asked === undefined) return null;
  const { repo, store, git } = asked as Record<string, unknown>;
  if (!isPath(repo) || !isPath(store) || (git !== 'auto' && git !== 'embedded' && git !== 'native')) return null;
  return { asked: { repo, store, git } };
}

function isPath(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && value.length <= 4096 && path.isAbsolute(value) && !value.includes('\0'));
}
