// The assignment board: what was decided by hand (who is away, how much somebody may take, which item is whose) with its own undo, kept on this machine
// for each repository. What follows from it, who best takes what, is computed (core/collaboration/report.ts, Assignment).
import { create } from 'zustand';
import { MOST_ITEMS } from '../../core/collaboration/report.ts';
import type { Assignment, AssignmentAsked, Evidence, WorkItem } from '../../core/collaboration/report.ts';
import { grouped, plural } from './words.ts';

/** The largest limit that can be set. */
export const MOST_EVER = 999;
/** Steps that can be taken back. */
const STEPS = 100;

export const noDecisions: AssignmentAsked = { away: [], limits: [], most: MOST_ITEMS, pinned: [] };

export interface Step { readonly title: string; readonly before: AssignmentAsked; readonly after: AssignmentAsked }

export interface BoardState {
  /** the repository's path, by which the board is kept */
  readonly repository: string | null;
  readonly decided: AssignmentAsked;
  readonly done: readonly Step[];
  readonly undone: readonly Step[];
  /** "what if": not decided yet */
  readonly proposed: Step | null;
  /** the card with the keyboard */
  readonly cursor: string | null;
  readonly carried: { readonly item: string; readonly by: 'drag' | 'carry'; /** key of the person it is held over */ readonly over: string | null } | null;
}

export const emptyBoard: BoardState = { repository: null, decided: noDecisions, done: [], undone: [], proposed: null, cursor: null, carried: null };
export const useBoard = create<BoardState>(() => emptyBoard);

// ---- decisions, each a new value

export function withPin(decided: AssignmentAsked, item: string, key: string | null): AssignmentAsked {
  const pinned = decided.pinned.filter((pin) => pin.item !== item);
  return { ...decided, pinned: key === null ? pinned : [...pinned, { item, key }] };
}

export function withAway(decided: AssignmentAsked, key: string, away: boolean): AssignmentAsked {
  const rest = decided.away.filter((one) => one !== key);
  return { ...decided, away: away ? [...rest, key] : rest };
}

/** `most` null: as everybody else. */
export function withLimit(decided: AssignmentAsked, key: string, most: number | null): AssignmentAsked {
  const rest = decided.limits.filter((limit) => limit.key !== key);
  return { ...decided, limits: most === null ? rest : [...rest, { key, most: clampLimit(most) }] };
}

export const withMost = (decided: AssignmentAsked, most: number): AssignmentAsked => ({ ...decided, most: clampLimit(most) });

export const clampLimit = (most: number): number => (Number.isFinite(most) ? Math.max(0, Math.min(MOST_EVER, Math.round(most))) : MOST_ITEMS);

// ---- steps

export function taken(state: BoardState, title: string, after: AssignmentAsked): Partial<BoardState> {
  return { decided: after, done: [...state.done, { title, before: state.decided, after }].slice(-STEPS), undone: [], proposed: null };
}

export function steppedBack(state: BoardState): Partial<BoardState> {
  const last = state.done.at(-1);
  return last === undefined ? {} : { decided: last.before, done: state.done.slice(0, -1), undone: [...state.undone, last], proposed: null };
}

export function steppedOn(state: BoardState): Partial<BoardState> {
  const next = state.undone.at(-1);
  return next === undefined ? {} : { decided: next.after, done: [...state.done, next], undone: state.undone.slice(0, -1), proposed: null };
}

// ---- kept

const keyOf = (repository: string): string => `acumen.board ${repository}`;
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What was kept, of a text that may hold anything. */
export function decisionsOf(text: string | null): AssignmentAsked {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    if (!isRecord(value)) return noDecisions;
    return {
      away: list(value['away']).filter((key) => typeof key === 'string'),
      limits: list(value['limits']).flatMap((one) => (isRecord(one) && typeof one['key'] === 'string' && typeof one['most'] === 'number' ? [{ key: one['key'], most: clampLimit(one['most']) }] : [])),
      most: typeof value['most'] === 'number' ? clampLimit(value['most']) : MOST_ITEMS,
      pinned: list(value['pinned']).flatMap((one) => (isRecord(one) && typeof one['item'] === 'string' && typeof one['key'] === 'string' ? [{ item: one['item'], key: one['key'] }] : [])),
    };
  } catch {
    return noDecisions;
  }
}

/** The board of a repository: what was decided there before, on this machine. */
export function openBoard(repository: string): void {
  if (useBoard.getState().repository === repository) return;
  let kept: string | null = null;
  try { kept = localStorage.getItem(keyOf(repository)); } catch { /* storage may be refused */ }
  useBoard.setState({ ...emptyBoard, repository, decided: decisionsOf(kept) });
}

useBoard.subscribe(({ repository, decided }, before) => {
  if (repository === null || decided === before.decided || repository !== before.repository) return;
  try { localStorage.setItem(keyOf(repository), JSON.stringify(decided)); } catch { /* not kept, then */ }
});

// ---- the board as it stands

export interface Card { readonly item: WorkItem; readonly person: number | null; readonly cost: number; readonly pinned: boolean; readonly evidence: readonly Evidence[] }
export interface Column { readonly person: number | null; readonly most: number; readonly away: boolean; readonly cards: readonly Card[] }

/** A column for each person, in the order of the answer, and last one for what nobody may take, where there is something. */
export function columnsOf({ items, people }: Pick<Assignment, 'items' | 'people'>): readonly Column[] {
  const cards = new Map<number | null, Card[]>();
  for (const card of items) {
    const held = cards.get(card.person);
    if (held === undefined) cards.set(card.person, [card]); else held.push(card);
  }
  const nobody = cards.get(null), known = new Set(people.map(({ person }) => person));
  return [
    ...people.map(({ person, most, away }) => ({ person, most, away, cards: cards.get(person) ?? [] })),
    ...[...cards].flatMap(([person, held]) => (person === null || known.has(person) ? [] : [{ person, most: 0, away: false, cards: held }])),
    ...(nobody === undefined ? [] : [{ person: null, most: Infinity, away: false, cards: nobody }]),
  ];
}

/** "costs 0.4 more": what another assignment would change of the cost. */
export function costDifference(now: number, then: number): string {
  const difference = then - now;
  if (Math.abs(difference) < 0.005) return 'costs the same';
  return `costs ${Math.abs(difference).toFixed(2)} ${difference > 0 ? 'more' : 'less'}`;
}

/** The same where not everything is given to somebody: what costs less because fewer take it is no gain. */
export function changeWords(now: Pick<Assignment, 'items' | 'cost'>, then: Pick<Assignment, 'items' | 'cost'>): string {
  const left = ({ items }: Pick<Assignment, 'items'>): number => items.filter(({ person }) => person === null).length, more = left(then) - left(now);
  if (more === 0) return costDifference(now.cost, then.cost);
  return `${more > 0 ? 'leaves' : 'gives somebody'} ${plural(Math.abs(more), 'item')} more${more > 0 ? ' to nobody' : ''}, and costs ${then.cost.toFixed(2)} in place of ${now.cost.toFixed(2)}`;
}

/** How many items would go to somebody else. */
export function movedItems(now: Pick<Assignment, 'items'>, then: Pick<Assignment, 'items'>): number {
  const was = new Map(now.items.map(({ item, person }) => [item.id, person]));
  return then.items.filter(({ item, person }) => was.get(item.id) !== person).length;
}

/** The least limit for everybody with which all who are there can take all that is open; null where all is taken, or nobody is there. */
export function enough({ items, people }: Pick<Assignment, 'items' | 'people'>, { most }: Pick<AssignmentAsked, 'most'>): number | null {
  const there = people.filter(({ away }) => !away).length, least = Math.ceil(items.length / there);
  return there === 0 || least <= most || !items.some(({ person }) => person === null) ? null : Math.min(MOST_EVER, least);
}

/** Items in words: "3 of 5". */
export const loadWords = (cards: number, most: number): string => (Number.isFinite(most) ? `${grouped(cards)} of ${grouped(most)}` : plural(cards, 'item'));
