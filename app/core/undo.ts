// Undo and redo as plans over the operation log (design.md §1, operation). No operation carries its own undo: undoing goes
// back to the state before it, redoing to the state it left. Both are operations themselves, so all of it survives a
// restart and nothing is ever taken out of the log.
import { equalBytes, type Oid } from './bytes.ts';
import { compositionEvents } from './composition.ts';
import { AcumenError, bug } from './errors.ts';
import type { DomainEvent, Operation, WorkspaceState } from './events.ts';
import { recipesChanged } from './recipes.ts';
import { pack } from './segmentKey.ts';

/** A ref to be moved by compare-and-swap before the plan is recorded; if it is not where expected, the plan is off. */
export interface RefMove { readonly ref: string; readonly expected: Oid | null; readonly next: Oid | null }

export interface UndoPlan {
  /** the operation whose effect is taken back or brought back: `Operation.target` of the new one */
  readonly target: Operation;
  readonly events: readonly DomainEvent[];
  readonly moves: RefMove | null;
}

/** What can be undone and redone after a log: operations' ids, the next one to take last. */
export interface History { readonly done: readonly number[]; readonly undone: readonly number[] }

/** Of a log as it grows, in its order. Opening a repository is not undone, and does not end what can be redone. */
export class GrowingHistory implements History {
  readonly done: number[] = [];
  undone: number[] = [];

  add({ id, kind, target }: Operation): void {
    if (kind === 'open') return;
    if (kind === 'undo' || kind === 'redo') {
      const [from, to] = kind === 'undo' ? [this.done, this.undone] : [this.undone, this.done];
      if (from.pop() !== target) throw bug('an undo or redo in the log does not follow from it', { operation: id });
      to.push(target!);
    } else {
      this.done.push(id);
      if (this.undone.length > 0) this.undone = [];
    }
  }
}

/** Of a whole log, in its order. */
export function historyOf(operations: readonly Operation[]): History {
  const history = new GrowingHistory();
  for (const operation of operations) history.add(operation);
  return history;
}

/** `stateOf(0)` is the empty workspace; `eventsOf` answers the events of the one operation. */
export interface LogReader {
  stateOf(operation: number): WorkspaceState;
  eventsOf(operation: Operation): readonly DomainEvent[];
}

/** What is taken back or brought back next, and the states to go from and to. */
export interface Candidate { readonly target: Operation; readonly from: number; readonly to: number }

/**
 * `operations`: a log from its first on, in its order; `history`: of these, as the caller knows it already (`historyOf` reads the whole log).
 * Throws `nothing-to-undo` or `nothing-to-redo`.
 */
export function candidateOf(kind: 'undo' | 'redo', operations: readonly Operation[], { done, undone }: History): Candidate {
  const id = (kind === 'undo' ? done : undone).at(-1);
  if (id === undefined) {
    throw kind === 'undo' ? new AcumenError('nothing-to-undo', 'There is nothing to undo.', 'Every operation of this workspace is already undone.')
      : new AcumenError('nothing-to-redo', 'There is nothing to redo.', 'Redo works after an undo, until something new is done.');
  }
  const target = operations[id - 1];
  if (target?.id !== id) throw bug('the log lacks an operation that its undo names', { id });
  return { target, from: operations.length, to: kind === 'undo' ? id - 1 : id };
}

/** Throws `cannot-undo`. */
export function planOf(kind: 'undo' | 'redo', { target, from, to }: Candidate, log: LogReader): UndoPlan {
  const now = log.stateOf(from);
  const then = log.stateOf(to);
  const events: DomainEvent[] = [];
  if (!same(now.published, then.published)) events.push({ kind: 'published', published: then.published });
  // Always, so that an operation without effect leaves an event when it is undone, too.
  events.push(...compositionEvents(now.composition, then.composition));
  const recipes = recipesChanged(now.recipes, then.recipes);
  if (recipes !== null) events.push(recipes);
  const written = log.eventsOf(target).filter((event) => event.kind === 'branch-written');
  if (written.length > 1) throw new AcumenError('cannot-undo', 'This operation moved several branches and cannot be taken back in one step.', 'Move them by hand.', { operation: target.id });
  const branch = written[0];
  if (branch === undefined) return { target, events, moves: null };
  const { ref, before, after } = branch;
  if (kind === 'redo') return { target, events: [...events, branch], moves: { ref, expected: before, next: after } };
  return { target, events: [...events, { kind: 'branch-written', ref, before: after, after: before, tree: null, acus: [] }], moves: { ref, expected: after, next: before } };
}

function same(a: unknown, b: unknown): boolean {
  return a === b || equalBytes(pack(a), pack(b));
}

/**
 * What makes the state `then` of the state `now`: composition and what was published, as undo goes back to both. Refs of the repository
 * stay where they are, and recipes kept since stay kept. Null where the two are the same.
 */
export function planReturn(now: WorkspaceState, then: WorkspaceState): readonly DomainEvent[] | null {
  const isPublished = same(now.published, then.published), isComposed = same(now.composition, then.composition);
  if (isPublished && isComposed) return null;
  return [
    ...isPublished ? [] : [{ kind: 'published' as const, published: then.published }],
    ...isComposed ? [] : compositionEvents(now.composition, then.composition),
  ];
}
