// The list of long work: whether it is open, and what of it runs, waits and ended, from what the service says (operations.ts).
import { create } from 'zustand';
import type { WorkItem } from '../../contract/work.ts';
import type { OperationsState, Running } from './operations.ts';
import { isOver, kindWords } from './operations.ts';

export const useWork = create<{ readonly open: boolean }>(() => ({ open: false }));

/** One that runs or waits. `of`: this window's life of it, where it is its own or its progress was heard. */
export interface Line {
  readonly ticket: string;
  readonly title: string;
  readonly who: 'this window' | 'another window' | 'the service';
  readonly of: Running | null;
  readonly item: WorkItem | null;
  /** place among those that wait, from 1; null: it runs */
  readonly place: number | null;
}

/** What runs, then what waits in the service's order. What was asked for and is not heard of yet waits last. */
export function linesOf({ mine, queue }: Pick<OperationsState, 'mine' | 'queue'>): readonly Line[] {
  const lives = new Map(mine.filter((operation) => !isOver(operation)).map((operation) => [operation.ticket, operation]));
  const out: Line[] = [];
  let place = 0;
  for (const item of queue.work) {
    const of = lives.get(item.ticket) ?? null;
    lives.delete(item.ticket);
    out.push({ ticket: item.ticket, title: of?.own === true ? of.title : kindWords(item.kind), who: of?.own === true ? 'this window' : item.client === 0 ? 'the service' : 'another window', of, item, place: item.since === null ? ++place : null });
  }
  for (const of of lives.values()) {
    if (!of.own) continue;
    out.push({ ticket: of.ticket, title: of.title, who: 'this window', of, item: null, place: of.stage === 'running' ? null : ++place });
  }
  return out.sort((x, y) => (x.place ?? 0) - (y.place ?? 0));
}
