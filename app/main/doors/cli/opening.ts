// From a verb's options to its open workspace, or with --no-store to what a repository holds now, and operations that Ctrl-C cancels.
import path from 'node:path';
import { AcumenError } from '../../../contract/frames.ts';
import type { LiveTree } from '../../../contract/live.ts';
import type { Method, Methods } from '../../../contract/methods.ts';
import { gitDirOf, locate, requireStore } from '../../service/locating.ts';
import type { Located } from '../../service/locating.ts';
import type { Platform } from '../../service/platform.ts';
import type { PastReadable } from '../../service/moments.ts';
import type { Readable } from '../../service/reports.ts';
import type { Workspace } from '../../service/workspace.ts';
import { type Output, clean } from './output.ts';
import { progressLine } from './progress.ts';
import { grainChoice, readerChoice } from './program.ts';
import type { Call } from './program.ts';

export function whereIs({ io, options }: Call, repo: string | null = options.repo ?? null): Promise<Located> {
  return locate({ repo, store: options.store ?? null, cwd: io.cwd, env: io.env });
}

/** Where --repo and --store were given, they must belong together. */
export async function refuseOther({ options }: Call, { repo, store }: Located, gitDir: string | null): Promise<void> {
  if (options.repo === undefined || gitDir === null || repo === null || await gitDirOf(repo) === gitDir) return;
  throw new AcumenError('store-other-repository', `This store belongs to ${gitDir}.`, 'Leave --repo out, or use that repository\'s own --store.', { store, gitDir });
}

/** `imported`: the verb needs something published. `keeps`: what it works out is worth finding again, in FILE.cache. */
export async function withWorkspace<T>(call: Call, needs: { readonly write: boolean; readonly imported: boolean; readonly keeps?: boolean }, use: (workspace: Workspace) => Promise<T>): Promise<T> {
  const located = await whereIs(call);
  requireStore(located);
  const open = async (): Promise<Workspace> => {
    const { Workspace } = await import('../../service/workspace.ts');
    const platform = needs.write || needs.keeps === true ? await ofRun(located, needs.keeps) : undefined;
    return Workspace.open(located.store, { readOnly: !needs.write, env: call.io.env, git: readerChoice(call.options), ...platform !== undefined && { platform, closesPlatform: true } });
  };
  const workspace = await (needs.write ? standingBy(open) : open());
  try {
    const { gitDir, published } = workspace.view.state;
    await refuseOther(call, located, gitDir);
    if (needs.imported && published === null) throw nothingImported(located);
    if (call.options.worktrees === true) await lookAtWorktrees(call, workspace);
    return await use(workspace);
  } finally {
    await workspace.close();
  }
}

/** What passes is seen as it is now; what of it cannot be told is said. */
async function lookAtWorktrees({ err }: Call, workspace: Workspace): Promise<void> {
  await workspace.live.look();
  await sayNotCompared(err, workspace.live.state().trees);
  const { note } = workspace.live.state();
  if (note !== '') throw new AcumenError('usage', `Edits of working trees cannot be laid over what is imported: ${note}.`, 'Run `acumen import`, then try again.');
}

async function sayNotCompared(err: Output, trees: readonly LiveTree[]): Promise<void> {
  for (const { name, how, reason, left, notCompared } of trees) {
    if (how === 'unusable') await err.line(`${err.style('warning', 'note:')} ${clean(name)} is left out: ${clean(reason)}`);
    for (const one of left) await err.line(`${err.style('warning', 'note:')} ${clean(name)}: ${clean(one.path)} ${clean(one.reason)}; it is not compared`);
    if (notCompared > left.length) await err.line(`${err.style('warning', 'note:')} ${clean(name)}: ${notCompared - left.length} more are not compared`);
  }
}

function nothingImported({ store }: Located): AcumenError {
  return new AcumenError('usage', 'Nothing is imported in this workspace.', 'Run `acumen import` first; `acumen redo` brings an undone import back.', { store });
}

/**
 * For a verb that only looks: what was imported, or with --no-store what the repository holds now. `asWorkspace`: as a whole workspace where there
 * is one, because the tables alone may not tell.
 */
export async function withEngine<T>(call: Call, use: (at: Readable | Pick<Workspace, 'engine'>) => Promise<T>, asWorkspace = false): Promise<T> {
  const { io, options } = call;
  const { base = null, refs = [] } = options, grain = grainChoice(options);
  if (options.at !== undefined) {
    if (options.unstored === true || options.worktrees === true) throw new AcumenError('usage', '--at is of the log, which has neither --no-store nor --worktrees.', 'Leave them out, or leave --at out.');
    return withPast(call, use);
  }
  if (options.unstored !== true) {
    if (base !== null || refs.length > 0 || grain !== undefined) throw new AcumenError('usage', '--base, --refs and --grain are chosen when a repository is imported.', 'Give them to `acumen import`, or add --no-store.');
    if (asWorkspace || options.worktrees === true) return withWorkspace(call, { write: false, imported: true }, use);
    const located = await whereIs(call);
    requireStore(located);
    const { readStored } = await import('../../service/stored.ts');
    const { gitDir, engine } = await readStored(located.store);
    await refuseOther(call, located, gitDir);
    if (engine === null) throw nothingImported(located);
    return use({ engine });
  }
  const { readUnstored } = await import('../../service/unstored.ts');
  const progress = progressLine(call.err);
  let engine;
  try {
    const read = await readUnstored(path.resolve(io.cwd, options.repo ?? '.'), { base, refs, grain: grain ?? 'branch' }, { reader: readerChoice(options), searchPath: io.env['PATH'] ?? '' }, progress.show, io.interrupt, options.worktrees === true ? io.env : null);
    engine = read.engine;
    await sayNotCompared(call.err, read.trees);
  } finally {
    await progress.clear();
  }
  return use({ engine });
}

/** The workspace as operation `--at` left it, to look at and nothing else. */
export async function withPast<T>(call: Call, use: (at: PastReadable) => Promise<T>): Promise<T> {
  const at = operationNumber(call.options.at ?? '');
  return withWorkspace(call, { write: false, imported: false }, async (workspace) => {
    const { Moments } = await import('../../service/moments.ts');
    return use(await new Moments(workspace).readable(at));
  });
}

export function operationNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number > 0) return number;
  throw new AcumenError('usage', `${text === '' ? 'Nothing' : text} is not the number of an operation.`, 'Run `acumen log` for the operations there are.');
}

export function createWorkspace(located: Located, { io, options }: Pick<Call, 'io' | 'options'>): Promise<Workspace> {
  return standingBy(async () => {
    const { openWorkspace } = await import('../../service/serving.ts');
    return openWorkspace(located, { env: io.env, git: readerChoice(options) }, await ofRun(located), true);
  });
}

/** The store's thread starts while the rest of us is loaded. */
async function standingBy(open: () => Promise<Workspace>): Promise<Workspace> {
  const { standBy } = await import('../../service/ready.ts');
  const enough = standBy();
  try {
    return await open();
  } finally {
    enough();
  }
}

/** What changes something or takes long leaves what it took for `acumen stats`; what only looks measures nothing. */
async function ofRun({ store }: Located, keeps = false): Promise<Platform> {
  const { runPlatform } = await import('../../service/platform.ts');
  return runPlatform({ store, what: 'command line', keeps });
}

type Ticketed = { [M in Method]: Methods[M]['params'] extends { ticket: string } ? M : never }[Method];

/** Runs an operation with its progress on the terminal; an interrupt cancels it, and its own answer says what became of it. */
export async function operate<M extends Exclude<Ticketed, 'cancel'>>(call: Call, workspace: Workspace, method: M, params: Omit<Methods[M]['params'], 'ticket'>): Promise<Methods[M]['result']> {
  return progressing(call, workspace, (ticket) => workspace.call(method, { ...params, ticket } as Methods[M]['params']));
}

/** What runs under a ticket, with its progress on the terminal; an interrupt cancels it. */
export async function progressing<T>(call: Call, workspace: Workspace, run: (ticket: string) => Promise<T>): Promise<T> {
  const ticket = 'command-line';
  const cancel = (): void => { void workspace.call('cancel', { ticket }); };
  call.io.interrupt.addEventListener('abort', cancel);
  const progress = progressLine(call.err);
  const unsubscribe = workspace.subscribe((push) => { if (push.push === 'progress') progress.show(push.phase, push.done, push.total); });
  try {
    const result = run(ticket);
    if (call.io.interrupt.aborted) cancel();
    return await result;
  } finally {
    call.io.interrupt.removeEventListener('abort', cancel);
    unsubscribe();
    await progress.clear();
  }
}
