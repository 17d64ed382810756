// What is asked right now – "what if these joined the composition?" – and the replica's answer. One subject at a time:
// what is carried, else what is under the pointer, else what is selected.
import { create } from 'zustand';
import type { AcuId } from '../../core/bytes.ts';
import type { VerdictView } from '../../workers/client.ts';

export type Cause = 'drag' | 'carry' | 'hover' | 'selection';

export interface Subject { readonly ids: readonly AcuId[]; readonly cause: Cause }

export interface VerdictState {
  readonly carried: { readonly ids: readonly AcuId[]; readonly by: 'drag' | 'carry'; /** over the composition */ readonly over: boolean; /** it is lifted out of the composition */ readonly out?: boolean } | null;
  readonly hovered: AcuId | null;
  /** what the answer below is about */
  readonly subject: Subject | null;
  readonly answer: VerdictView | null;
  /** ACUs in conflict with what is carried: they dim, for they cannot take it */
  readonly against: ReadonlySet<AcuId>;
  /** what the subject needs: it lights up */
  readonly lit: ReadonlySet<AcuId>;
  /** what the subject conflicts with inside the composition */
  readonly clash: ReadonlySet<AcuId>;
  /** by index of the row: positions in `marks`, for the composition `marksKey` */
  readonly marks: Uint8Array | null;
  readonly marksKey: string;
  readonly marksDone: boolean;
}

const empty: ReadonlySet<AcuId> = new Set();

export const useVerdicts = create<VerdictState>(() => ({
  carried: null, hovered: null, subject: null, answer: null, against: empty, lit: empty, clash: empty, marks: null, marksKey: '', marksDone: false,
}));

/** What the screen should be asking about. */
export function subjectOf(carried: VerdictState['carried'], hovered: AcuId | null, selected: ReadonlySet<AcuId>): Subject | null {
  if (carried !== null) return { ids: carried.ids, cause: carried.by };
  if (hovered !== null) return { ids: [hovered], cause: 'hover' };
  return selected.size === 0 ? null : { ids: [...selected], cause: 'selection' };
}

export function sameSubject(a: Subject | null, b: Subject | null): boolean {
  if (a === null || b === null) return a === b;
  return a.cause === b.cause && a.ids.length === b.ids.length && a.ids.every((id, i) => id === b.ids[i]);
}

/** What lights up and what clashes, from an answer. */
export function effects(answer: VerdictView | null): { readonly lit: ReadonlySet<AcuId>; readonly clash: ReadonlySet<AcuId> } {
  if (answer === null) return { lit: empty, clash: empty };
  return {
    lit: answer.kind === 'needs' ? new Set(answer.acus) : empty,
    clash: answer.kind === 'conflicts' || answer.kind === 'order-sensitive' ? new Set(answer.against) : empty,
  };
}

export function countMarks(marks: Uint8Array | null, kinds: number): Uint32Array {
  const counts = new Uint32Array(kinds);
  for (const mark of marks ?? []) counts[mark]!++;
  return counts;
}
