// Operations under way, each with its life in one sentence: preview, queued, running, then done, failed or cancelled. Most
// are this window's; what another window or the start asked for is heard of by its ticket. And what the service's queue says.
import { create } from 'zustand';
import { visibleSentence } from '../../core/visible.ts';
import type { Operation } from '../../core/events.ts';
import type { WorkItem } from '../../contract/work.ts';
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
  /** performance.now() at which it began to run, and its phase did; null while it waits */
  readonly ran: number | null; readonly phaseBegan: number | null;
  /** phases that are over, as "Reading commits 900" */
  readonly phases: readonly string[];
  readonly cancelling: boolean;
}

/** One that is over, to be looked at again. */
export interface Ended {
  readonly ticket: string;
  readonly title: string;
  readonly stage: 'done' | 'failed' | 'cancelled';
  /** milliseconds since the epoch */
  readonly at: number;
  /** milliseconds it took, waiting included */
  readonly took: number;
  /** why it failed, and what can be done about it; empty where it did not */
  readonly reason: string;
  /** what it came to; empty where there is nothing to say */
  readonly result: string;
  again: (() => void) | null;
}

/** How many that are over are kept. */
const ENDED = 20;

export interface OperationsState {
  /** newest last; ended ones stay until the next begins */
  readonly mine: readonly Running[];
  /** tickets of this window that are over: what is still told of them came too late */
  readonly over: ReadonlySet<string>;
  /** what ended lately, the newest first */
  readonly ended: readonly Ended[];
  readonly queue: { readonly running: { readonly ticket: string; readonly kind: string; readonly since: number } | null; readonly waiting: number; readonly paused: boolean; readonly work: readonly WorkItem[] };
  readonly canUndo: string | null;
  readonly canRedo: string | null;
  readonly last: Operation | null;
  /** how long the last operation of this window took, in ms: the operation whose id it has, not a search or a reading that ended since */
  readonly lastTook: { readonly id: number; readonly ms: number } | null;
}

export const useOperations = create<OperationsState>(() => ({
  mine: [], over: new Set(), ended: [], queue: { running: null, waiting: 0, paused: false, work: [] }, canUndo: null, canRedo: null, last: null, lastTook: null,
}));

export const isOver = (operation: Running): boolean => operation.ended !== null;

const fresh = { phase: '', done: 0, total: null, ran: null, phaseBegan: null, phases: [], cancelling: false } as const;

export function begin(mine: readonly Running[], ticket: string, title: string, now: number): readonly Running[] {
  return [...mine.filter((operation) => !isOver(operation)), { ticket, title: visibleSentence(title), own: true, stage: 'queued', began: now, ended: null, ...fresh }];
}

export function change(mine: readonly Running[], ticket: string, changes: Partial<Running>): readonly Running[] {
  return mine.map((operation) => (operation.ticket === ticket && !isOver(operation) ? { ...operation, ...changes } : operation));
}

/** What the service told of one: a phase that is over is remembered by its count. */
export function progressed(mine: readonly Running[], ticket: string, told: Pick<Running, 'phase' | 'done' | 'total'>, now: number): readonly Running[] {
  const was = mine.find((operation) => operation.ticket === ticket);
  if (was === undefined) return mine;
  const isNew = was.phase !== told.phase;
  const phases = isNew && was.phase !== '' ? [...was.phases, was.done > 0 ? `${was.phase} ${grouped(was.done)}` : was.phase] : was.phases;
  return change(mine, ticket, { stage: 'running', ...told, phases, ran: was.ran ?? now, phaseBegan: isNew ? now : was.phaseBegan });
}

/** How fast the phase goes, in things each second; null before that can be told. */
export function rateOf({ done, phaseBegan }: Running, now: number): number | null {
  const seconds = phaseBegan === null ? 0 : (now - phaseBegan) / 1000;
  return seconds < 1 || done === 0 ? null : done / seconds;
}

export const keepEnded = (ended: readonly Ended[], one: Ended): readonly Ended[] => [one, ...ended.filter(({ ticket }) => ticket !== one.ticket)].slice(0, ENDED);

const kinds: Readonly<Record<string, string>> = { import: 'Import', compose: 'Compose', add: 'Add', remove: 'Remove', 'write-branch': 'Write branch', return: 'Return', recipe: 'Recipe', undo: 'Undo', redo: 'Redo', fsck: 'Check the store', suggest: 'Largest compatible', history: 'Read the history', collaborate: 'Collaboration report' };

/** What is done for a ticket of which only the kind is known. */
export const kindWords = (kind: string): string => kinds[kind] ?? kind;

/** What runs at the service now, whoever asked for it: others' operations begin here and end when something else runs. */
export function heard(mine: readonly Running[], running: { readonly ticket: string; readonly kind: string } | null, now: number): readonly Running[] {
  const ended = mine.map((operation) => (!operation.own && !isOver(operation) && operation.ticket !== running?.ticket ? { ...operation, stage: 'done' as const, ended: now } : operation));
  if (running === null) return ended;
  if (ended.some((operation) => operation.ticket === running.ticket && !isOver(operation))) return change(ended, running.ticket, { stage: 'running' });
  // one of ours that has just ended may still be named by a push that was on its way
  if (ended.some((operation) => operation.ticket === running.ticket)) return ended;
  return [...ended.filter((operation) => !isOver(operation)), { ticket: running.ticket, title: kindWords(running.kind), own: false, stage: 'running', began: now, ended: null, ...fresh, ran: now }];
}

/** Those of this window that run by what the queue tells, several at once or beside the rest among them. */
export function begun(mine: readonly Running[], work: readonly WorkItem[], now: number): readonly Running[] {
  const running = new Set(work.flatMap(({ ticket, since }) => (since === null ? [] : [ticket])));
  return mine.map((operation) => (operation.stage === 'queued' && running.has(operation.ticket) ? { ...operation, stage: 'running', ran: now } : operation));
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

/** What became of an operation of which the screen still tells: `overtaken`: something was done since, so undo takes back that first. */
export type Fate = 'done' | 'undone' | 'overtaken';

/** After `last` was done. What the log told before operation `id` was in it says nothing of it. */
export function fateAfter(was: Fate, id: number, last: Pick<Operation, 'id' | 'kind' | 'target'> | null): Fate {
  if (last === null || last.id < id) return was;
  if (last.id === id) return 'done';
  if (last.target === id && last.kind === 'undo') return 'undone';
  if (last.target === id && last.kind === 'redo') return 'done';
  return was === 'undone' ? was : 'overtaken';
}
