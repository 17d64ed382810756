// The repository and the service that reads it: what is imported, from where, how finely, and the queue of operations.
import * as act from '../app/actions.ts';
import { cancel } from '../app/operating.ts';
import { platform } from '../app/here.ts';
import { tryNow } from '../app/session.ts';
import { grainLine, importLine } from '../state/commandLine.ts';
import { useConnection } from '../state/connection.ts';
import { isOver, useOperations } from '../state/operations.ts';
import { open, useUi } from '../state/ui.ts';
import { verbLine } from './lines.ts';
import { always, away, noBase, noRepository } from './reasons.ts';
import type { Command } from './registry.ts';

const running = () => useOperations.getState().mine.findLast((operation) => !isOver(operation)) ?? null;
const here = (): string | null => useConnection.getState().repository?.path ?? null;
const importHere = (...more: [base?: string | null, patches?: readonly string[]]): string | null => { const path = here(); return path === null ? null : importLine(path, more[0] ?? null, [], more[1] ?? []); };

export const repositoryCommands: readonly Command[] = [
  { id: 'repository.import', title: 'Import or open a repository…', group: 'Repository', keys: ['Mod+O'], scope: 'anywhere', changes: true, menu: ['repository'],
    line: () => importLine('PATH', null, []), disabled: away, run: () => open('import') },
  ...(platform.chooseFolder === null ? [] : [{ id: 'repository.open', title: 'Open a folder in its own window…', brief: 'Open a folder…', group: 'Repository', keys: [], scope: 'window', menu: ['repository'], disabled: always, run: platform.chooseFolder } satisfies Command]),
  { id: 'repository.patches', title: 'Add patch files…', group: 'Repository', keys: [], scope: 'window', changes: true, menu: ['repository'],
    line: () => importHere(null, ['FILE']), disabled: noRepository, run: () => open('patches') },
  { id: 'repository.worktrees', title: 'Working trees: what is looked at, and what is not', brief: 'Working trees…', group: 'Repository', keys: ['Shift+E'],
    scope: 'window', menu: ['repository'], disabled: noRepository, run: () => open('worktrees') },
  { id: 'repository.live', title: 'Working trees: look at them as they change, or not', group: 'Repository', keys: [], scope: 'window', disabled: noRepository,
    run: () => useUi.setState(({ live }) => ({ live: !live })) },
  { id: 'repository.base', title: 'Move the base…', group: 'Repository', keys: [], scope: 'window', changes: true, menu: ['repository'],
    line: () => importHere('REV'), disabled: noRepository, run: () => open('base') },
  { id: 'repository.grain', title: 'Change the grain: by branch, commit or atom…', brief: 'Change the grain…', group: 'Repository', keys: [], scope: 'window',
    changes: true, menu: ['repository'],
    line: () => { const path = here(); return path === null ? null : grainLine(path, useConnection.getState().repository?.grain ?? 'branch'); },
    disabled: noBase, run: () => open('grain') },
  { id: 'repository.refresh', title: 'Import again: read what changed', brief: 'Import again', group: 'Repository', keys: ['R'], scope: 'window', changes: true,
    menu: ['repository'], line: () => importHere(), disabled: noRepository, run: () => { void act.importRepository(null, null, []); } },
  { id: 'repository.cancel', title: 'Cancel the running operation', group: 'Repository', keys: [], scope: 'window',
    disabled: () => (running() === null ? 'Nothing is running.' : null), run: () => { const it = running(); if (it !== null) cancel(it.ticket); } },
  { id: 'repository.fsck', title: 'Check the store (fsck)', brief: 'Check the store', group: 'Repository', keys: [], scope: 'window', menu: ['repository'],
    line: () => verbLine('fsck'), disabled: noRepository, run: () => { void act.fsck(); } },
  { id: 'repository.pause', title: 'Hold the queue of operations', group: 'Repository', keys: [], scope: 'window',
    disabled: () => away() ?? (useOperations.getState().queue.paused ? 'It is held already.' : null), run: () => { void act.setPaused(true); } },
  { id: 'repository.resume', title: 'Let the queue of operations go on', group: 'Repository', keys: [], scope: 'window',
    disabled: () => away() ?? (useOperations.getState().queue.paused ? null : 'It is not held.'), run: () => { void act.setPaused(false); } },
  { id: 'repository.connect', title: 'Connect again now', group: 'Repository', keys: [], scope: 'window',
    disabled: () => (useConnection.getState().state === 'open' ? 'It is connected.' : null), run: () => tryNow() },
];
