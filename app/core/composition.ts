// What two compositions differ in, so that an operation that took one ACU out says that, and not all the others again. Applying the
// change to the first gives the second. Which ACUs may stand together is not decided here.
import { bug } from './errors.ts';
import type { AcuId, Oid } from './bytes.ts';
import type { DomainEvent } from './events.ts';
import type { Composition } from './model.ts';

export interface CompositionChange {
  /** places in the list before, ascending */
  readonly gone: readonly number[];
  readonly come: readonly AcuId[];
  /** the places that those which came have in the new list, ascending */
  readonly at: readonly number[];
  /** where it is another */
  readonly base?: Oid;
}

/** The event that makes `now` of `before`: the difference, or where that says no less, all of it. */
export function compositionChanged(before: Composition, now: Composition): DomainEvent {
  const change = before.id === now.id && before.name === now.name ? changeOfComposition(before, now) : null;
  return change === null ? { kind: 'composition-changed', composition: withOpen(now, undefined) } : { kind: 'composition-edited', change };
}

/** The same with what is kept open, which an event of its own tells. */
export function compositionEvents(before: Composition, now: Composition): DomainEvent[] {
  const changed = compositionChanged(before, now), { open = [] } = now;
  return isSameOpen(before.open, open) ? [changed] : [changed, { kind: 'open-changed', open }];
}

export function isSameOpen(a: Composition['open'] = [], b: Composition['open'] = []): boolean { return a.length === b.length && a.every((id, i) => id === b[i]); }

/** The composition with this kept open, and nothing else. */
export function withOpen({ open: _, ...composition }: Composition, open: Composition['open']): Composition {
  return open === undefined || open.length === 0 ? composition : { ...composition, open };
}

/** The composition with these ACUs, sorted, of which none is open any more. */
export function withSet(before: Composition, acus: readonly AcuId[]): Composition {
  const { open } = before;
  if (open === undefined) return { ...before, acus };
  const set = new Set(acus);
  return withOpen({ ...before, acus }, open.filter((id) => !set.has(id)));
}

/** What a whole composition says beside its ACUs is as long as so many of them in a difference. */
const WHOLE = 8;

/** Null where it says no less than all of it, or what stays does not stand in the same order. */
export function changeOfComposition(before: Composition, now: Composition): CompositionChange | null {
  const old = before.acus, fresh = now.acus, least = Math.min(old.length, fresh.length);
  let head = 0, tail = 0;
  while (head < least && old[head] === fresh[head]) head++;
  while (tail < least - head && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail++;
  const gone: number[] = [], come: AcuId[] = [], at: number[] = [];
  const oldEnd = old.length - tail, freshEnd = fresh.length - tail;
  const stays = oldEnd === head || freshEnd === head ? new Set<AcuId>() : new Set(old.slice(head, oldEnd)).intersection(new Set(fresh.slice(head, freshEnd)));
  for (let from = head, to = head; from < oldEnd || to < freshEnd;) {
    if (from < oldEnd && !stays.has(old[from]!)) gone.push(from++);
    else if (to < freshEnd && !stays.has(fresh[to]!)) { come.push(fresh[to]!); at.push(to++); }
    else if (old[from++] !== fresh[to++]) return null;
  }
  if (gone.length + come.length > fresh.length + WHOLE) return null;
  return { gone, come, at, ...before.base !== now.base && { base: now.base } };
}

export function applyCompositionChange(before: Composition, { gone, come, at, base = before.base }: CompositionChange): Composition {
  return { ...before, base, acus: listAfter(before.acus, gone, come, at) };
}

/** Of anything: ACUs by name or by number. */
export function listAfter<T>(before: readonly T[], gone: readonly number[], come: readonly T[], at: readonly number[]): readonly T[] {
  if (gone.length > 0 && gone[gone.length - 1]! >= before.length) throw bug('a change takes away what is not composed');
  if (gone.length === 0 && come.length === 1 && at[0]! <= before.length) return before.toSpliced(at[0]!, 0, come[0]!);
  if (gone.length === 1 && come.length === 0) return before.toSpliced(gone[0]!, 1);
  const out: T[] = [];
  for (let from = 0, lost = 0, next = 0; from < before.length || next < come.length;) {
    if (lost < gone.length && gone[lost] === from) { lost++; from++; }
    else if (next < come.length && at[next] === out.length) out.push(come[next++]!);
    else if (from < before.length) out.push(before[from++]!);
    else throw bug('a change puts an ACU where there is no place');
  }
  return out;
}
