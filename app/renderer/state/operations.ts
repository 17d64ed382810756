// Operations under way, each with its life in one sentence: preview, queued, running, then done, failed or cancelled. Most
// are this window's; what another window or the start asked for is heard of by its ticket. And what the service's queue says.
import { create } from 'zustand';
import { visibleSentence } from '../../core/visible.ts';
import type { Operation } from '../../core/events.ts';
import { grouped } from './words.ts';

export type Stage = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface Running {
  readonly ticket: string;
  readonly title: string;
  /** asked for by this window */
  readonly own: boolean;
  readonly stage: Stage;
  /** performance.now() */
  readonly began: number;
  readonly ended: number | null;
  readonly phase: string;
  readonly done: number;
  readonly total: number | null;
  readonly cancelling: boolean;
}

export interface OperationsState {
  /** newest last; ended ones stay until the next begins */
  readonly mine: readonly Running[];
  /** tickets of this window that are over: what is still told of them came too late */
  readonly over: ReadonlySet<string>;
  readonly queue: { readonly running: { readonly ticket: string; readonly kind: string; readonly since: number } | null; readonly waiting: number; readonly paused: boolean };
  readonly canUndo: string | null;
  readonly canRedo: string | null;
  readonly last: Operation | null;
  /** how long the last operation of this window took, in ms */
  readonly lastTook: number | null;
}

export const useOperations = create<OperationsState>(() => ({
  mine: [], over: new Set(), queue: { running: null, waiting: 0, paused: false }, canUndo: null, canRedo: null, last: null, lastTook: null,
}));

export const isOver = (operation: Running): boolean => operation.ended !== null;

export function begin(mine: readonly Running[], ticket: string, title: string, now: number): readonly Running[] {
  return [...mine.filter((operation) => !isOver(operation)), { ticket, title: visibleSentence(title), own: true, stage: 'queued', began: now, ended: null, phase: '', done: 0, total: null, cancelling: false }];
}

export function change(mine: readonly Running[], ticket: string, changes: Partial<Running>): readonly Running[] {
  return mine.map((operation) => (operation.ticket === ticket && !isOver(operation) ? { ...operation, ...changes } : operation));
}

const kinds: Readonly<Record<string, string>> = { import: 'Import', compose: 'Compose', writeBranch: 'Write branch', undo: 'Undo', redo: 'Redo', fsck: 'Check the store' };

/** What runs at the service now, whoever asked for it: others' operations begin here and end when something else runs. */
export function heard(mine: readonly Running[], running: { readonly ticket: string; readonly kind: string } | null, now: number): readonly Running[] {
  const ended = mine.map((operation) => (!operation.own && !isOver(operation) && operation.ticket !== running?.ticket ? { ...operation, stage: 'done' as const, ended: now } : operation));
  if (running === null) return ended;
  if (ended.some((operation) => operation.ticket === running.ticket && !isOver(operation))) return change(ended, running.ticket, { stage: 'running' });
  // one of ours that has just ended may still be named by a push that was on its way
  if (ended.some((operation) => operation.ticket === running.ticket)) return ended;
  return [...ended.filter((operation) => !isOver(operation)), { ticket: running.ticket, title: kinds[running.kind] ?? running.kind, own: false, stage: 'running', began: now, ended: null, phase: '', done: 0, total: null, cancelling: false }];
}

/** "Queued", "Reading commits 312 of 900" */
export function lifeWords(operation: Running, paused: boolean): string {
  switch (operation.stage) {
    case 'queued': return paused ? 'waiting: the service is paused' : 'queued';
    case 'running': {
      if (operation.cancelling) return 'cancelling';
      const count = operation.total !== null ? `${grouped(operation.done)} of ${grouped(operation.total)}` : operation.done > 0 ? grouped(operation.done) : '';
      return [operation.phase || 'running', count].filter((part) => part !== '').join(' ');
    }
    default: return operation.stage;
  }
}
