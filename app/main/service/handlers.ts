// What each method of the contract does in a workspace: one line each. Whoever adds a method adds it here.
import type { AcuId } from '../../core/bytes.ts';
import type { Method, Methods } from '../../contract/methods.ts';
import { aboutWorkspace } from './about.ts';
import { alertAnswers } from './alerts/answers.ts';
import { Composing } from './composing.ts';
import { performanceAnswers } from './monitor/answers.ts';
import { fsck, importInto, undo } from './operations.ts';
import type { Moments } from './moments.ts';
import { version } from './place.ts';
import type { Task } from './queue.ts';
import type { Recipes } from './recipes.ts';
import type { Resolving } from './resolving.ts';
import type { Moment } from './reading.ts';
import type { Chronicle } from './chronicle.ts';
import type { Suggesting } from './suggesting.ts';
import type { Tracing } from './tracing.ts';
import type { Symbols } from './symbols.ts';
import type { Workspace } from './workspace.ts';
import { writeBranch, writeBranchOf } from './writeBack.ts';

export type Handlers = { readonly [M in Method]: (params: Methods[M]['params']) => Promise<Methods[M]['result']> };

export function handlersOf(workspace: Workspace): Handlers {
  const { queue, beside, reading, answers } = workspace, composing = new Composing(workspace);
  let suggesting: Promise<Suggesting> | null = null, symbols: Promise<Symbols> | null = null;
  /** loaded when first asked for */
  const largest = (): Promise<Suggesting> => suggesting ??= import('./suggesting.ts').then((it) => new it.Suggesting(workspace));
  let past: Promise<Moments> | null = null;
  const moments = (): Promise<Moments> => past ??= import('./moments.ts').then((it) => new it.Moments(workspace));
  const read = async (at: number | undefined): Promise<Moment> => (at === undefined ? workspace.moment() : (await moments()).read(at));
  let kept: Promise<Recipes> | null = null;
  const recipes = (): Promise<Recipes> => kept ??= import('./recipes.ts').then((it) => new it.Recipes(workspace, composing));
  let deciding: Promise<Resolving> | null = null;
  const resolving = (): Promise<Resolving> => deciding ??= import('./resolving.ts').then((it) => new it.Resolving(workspace));
  let traced: Promise<Tracing> | null = null, told: Promise<Chronicle> | null = null;
  const tracing = (): Promise<Tracing> => traced ??= import('./tracing.ts').then((it) => new it.Tracing(reading));
  const chronicle = (): Promise<Chronicle> => told ??= import('./chronicle.ts').then((it) => new it.Chronicle(workspace));
  const queued = <T>(ticket: string, kind: string, task: Task<T>): Promise<T> => queue.add(ticket, kind, task);
  const together = <T>(ticket: string, kind: string, task: Task<T>): Promise<T> => queue.add(ticket, kind, task, true);
  return {
    hello: async () => {
      await workspace.settled;
      const view = workspace.shown, { canUndo, canRedo } = workspace.history();
      return { version: version(), repository: workspace.info(), epoch: view.epoch, composition: view.state.composition, canUndo, canRedo };
    },
    snapshot: async () => {
      await workspace.settled;
      const { epoch, engine } = workspace.shown;
      return { epoch, digest: engine.digest, bytes: engine.encode() };
    },
    import: ({ ticket, ...request }) => queued(ticket, 'import', (signal, progress) => importInto(workspace, request, signal, progress)),
    compose: ({ ticket, acus }) => together(ticket, 'compose', (signal) => composing.compose(acus, signal)),
    add: ({ ticket, acus }) => together(ticket, 'add', (signal) => composing.change({ add: acus, remove: [] }, signal)),
    remove: ({ ticket, acus }) => together(ticket, 'remove', (signal) => composing.change({ add: [], remove: acus }, signal)),
    suggest: ({ ticket, ...asked }) => beside.add(ticket, 'suggest', async (signal, progress) => (await largest()).suggest(asked, signal, progress, ticket), true),
    whyNot: async (asked) => {
      const ask = async (acus: readonly AcuId[], within: readonly AcuId[]) => (await largest()).whyNot({ ...asked, acus, within });
      reading.onward.whyNot(asked.acus, asked.within, ask);
      return { reasons: await ask(asked.acus, asked.within) };
    },
    recipes: async () => (await recipes()).list(),
    recipe: async ({ name }) => (await recipes()).one(name),
    keepRecipe: ({ ticket, ...asked }) => queued(ticket, 'recipe', async (signal) => (await recipes()).keep(asked, signal)),
    dropRecipe: ({ ticket, name }) => queued(ticket, 'recipe', async (signal) => (await recipes()).drop(name, signal)),
    applyRecipe: ({ ticket, name }) => queued(ticket, 'recipe', async (signal) => (await recipes()).apply(name, signal)),
    compareRecipes: async (asked) => (await recipes()).compare(asked),
    keepOpen: ({ ticket, ...asked }) => queued(ticket, 'compose', async (signal) => (await resolving()).keepOpen(asked, signal)),
    openConflicts: async () => (await resolving()).openConflicts(),
    toDecide: async ({ acu }) => (await resolving()).toDecide(acu),
    decidedFile: async (asked) => (await resolving()).decidedFile(asked),
    decide: ({ ticket, ...asked }) => queued(ticket, 'import', async (signal) => (await resolving()).decide(asked, signal)),
    writeBranch: ({ ticket, name, acus, message }) => queued(ticket, 'write-branch', (signal) => writeBranch(workspace, name, acus, signal, message)),
    moment: async (asked) => (await moments()).moment(asked),
    compareMoments: async (asked) => (await moments()).compare(asked),
    comparedFile: async (asked) => (await moments()).comparedFile(asked),
    returnTo: ({ ticket, operation }) => queued(ticket, 'return', async (signal) => (await moments()).returnTo(operation, signal)),
    branchOff: ({ ticket, operation, name }) => queued(ticket, 'write-branch', async (signal) => writeBranchOf(workspace, await (await moments()).view(operation), name, signal)),
    undo: ({ ticket }) => queued(ticket, 'undo', (signal) => undo(workspace, 'undo', signal)),
    redo: ({ ticket }) => queued(ticket, 'redo', (signal) => undo(workspace, 'redo', signal)),
    fsck: ({ ticket }) => queued(ticket, 'fsck', () => fsck(workspace)),
    cancel: async ({ ticket }) => ({ cancelled: queue.cancel(ticket) || beside.cancel(ticket) }),
    history: ({ part = false, ticket }) => beside.add(ticket, 'history', async (signal, progress) => (await workspace.collaborating()).history(signal, progress, part), true),
    collaborate: ({ ticket, ...asked }) => beside.add(ticket, 'collaborate', async (signal, progress) => (await workspace.collaborating()).collaborate(asked, signal, progress), true),
    ...performanceAnswers(workspace.platform),
    ...alertAnswers(workspace.platform),
    live: async ({ on }) => {
      if (on === true) await workspace.live.start();
      if (on === false) await workspace.live.stop();
      return workspace.live.state();
    },
    workspace: async ({ globs }) => aboutWorkspace(workspace, globs),
    load: async (request) => (await workspace.loadGenerator()).call(request),
    pause: async ({ paused }) => { queue.pause(paused); return { paused }; },
    log: async ({ before, limit }) => {
      const { log } = workspace, end = before === null ? log.length : Math.min(log.length, before - 1);
      return { operations: log.slice(Math.max(0, end - limit), end).reverse(), current: workspace.history().current };
    },
    check: async ({ acus }) => answers.check(acus),
    list: async ({ from, limit }) => answers.list(from, limit),
    symbols: async ({ acus }) => ({ bytes: await (await (symbols ??= import('./symbols.ts').then((it) => new it.Symbols(workspace)))).page(acus) }),
    preview: async ({ acus, at }) => reading.preview(await read(at), acus),
    composedFile: async ({ acus, path, at }) => reading.composedFile(await read(at), acus, path),
    acuFiles: async ({ acu, at }) => reading.acuFiles(await read(at), acu),
    acuFile: async ({ acu, path, at }) => reading.acuFile(await read(at), acu, path),
    layout: async ({ graph, positions }) => reading.layout(graph, positions),
    provenance: async ({ acus, path, at }) => (await tracing()).provenance(await read(at), acus, path),
    acuHistory: async ({ acu, at }) => (await chronicle()).history(await read(at), acu, at),
    conflictFile: async ({ a, b, path, at }) => reading.conflictFile(await read(at), a, b, path),
    };
}
