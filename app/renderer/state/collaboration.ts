// What the Collaboration tab shows, as a value: how far the history is read, as of when, whose names, which section, what is chosen. Reading and
// asking are app/collaboration.ts's; drawing is panels/collaboration's, which is loaded when first opened. The board is state/board.ts's.
import { create } from 'zustand';
import type { AcuId, PathBytes } from '../../core/bytes.ts';
import { HALF_LIFE_DAYS } from '../../core/collaboration/model.ts';
import type { Asked, Computed, Evidence, HeatKind, Overview, PersonLine, Reason } from '../../core/collaboration/report.ts';

export const places = ['now', 'board', 'map', 'bus'] as const;
export type Place = (typeof places)[number];
export const placeNames: Readonly<Record<Place, string>> = { now: 'Now', board: 'Board', map: 'Map', bus: 'Bus factor' };

/** In days. */
export const halfLives = [30, 90, 180, 365, 1095] as const;

/** What stands in the inspector: two people who should talk, two ACUs that may collide, or an item of the board. */
export type Chosen =
  | { readonly kind: 'talk'; readonly a: number; readonly b: number; readonly need: number; readonly evidence: readonly Evidence[] }
  | { readonly kind: 'predicted'; readonly a: AcuId; readonly b: AcuId; readonly probability: number; readonly reasons: readonly Reason[] }
  | { readonly kind: 'item'; readonly id: string; readonly a: AcuId; readonly b: AcuId | 'base' | null; readonly paths: readonly PathBytes[]; readonly person: number | null; readonly evidence: readonly Evidence[] };

/** A sentence on what failed, what to do, and all that is known of it. */
export interface Failure { readonly sentence: string; readonly hint: string; readonly details: string }

export interface CollaborationState {
  /** `idle`: nobody looks yet; `stopped`: reading was cancelled; `away`: there is nothing to read it from */
  readonly status: 'idle' | 'reading' | 'ready' | 'stopped' | 'away' | 'failed';
  readonly failure: Failure | null;
  /** of how many commits, the newest, what stands here is, while the rest is read or was not; null: of all that was read */
  readonly part: number | null;
  /** of the reading under way, to be found among the operations */
  readonly ticket: string | null;
  /** grows with every history or work in flight that was loaded: answers of another are old */
  readonly generation: number;
  readonly place: Place;
  /** seconds since the epoch; null: now */
  readonly asOf: number | null;
  readonly halfLifeDays: number;
  readonly by: 'files' | 'directories';
  readonly names: 'names' | 'roles';
  readonly heat: HeatKind;
  readonly overview: Overview | null;
  /** what was multiplied last, by whom and why */
  readonly computed: Computed | null;
  readonly chosen: Chosen | null;
  /** since when the worker is asked something, in performance.now(); null: it is idle */
  readonly busy: number | null;
  /** "who knows this" stands open beside conflicts and ACUs */
  readonly whoKnows: boolean;
}

const emptyCollaboration: CollaborationState = {
  status: 'idle', failure: null, part: null, ticket: null, generation: 0, place: 'now', asOf: null, halfLifeDays: HALF_LIFE_DAYS, by: 'directories', names: 'names', heat: 'knowledge',
  overview: null, computed: null, chosen: null, busy: null, whoKnows: false,
};

const KEY = 'acumen.collaboration';

/** What was chosen in another window, of a text that may hold anything. */
export function rememberedChoices(text: string | null): Partial<CollaborationState> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    const { halfLifeDays, by, names, whoKnows } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    const life = halfLives.find((days) => days === halfLifeDays);
    return {
      ...(life === undefined ? {} : { halfLifeDays: life }),
      ...(by === 'files' || by === 'directories' ? { by } : {}),
      ...(names === 'roles' ? { names } : {}),
      ...(whoKnows === true ? { whoKnows } : {}),
    };
  } catch {
    return {};
  }
}

function remembered(): Partial<CollaborationState> {
  try { return rememberedChoices(localStorage.getItem(KEY)); } catch { return {}; }
}

export const useCollaboration = create<CollaborationState>(() => ({ ...emptyCollaboration, ...(typeof localStorage === 'undefined' ? {} : remembered()) }));

useCollaboration.subscribe(({ halfLifeDays, by, names, whoKnows }, before) => {
  if (halfLifeDays === before.halfLifeDays && by === before.by && names === before.names && whoKnows === before.whoKnows) return;
  try { localStorage.setItem(KEY, JSON.stringify({ halfLifeDays, by, names, whoKnows })); } catch { /* not kept, then */ }
});

export const askedNow = ({ asOf, halfLifeDays }: Pick<CollaborationState, 'asOf' | 'halfLifeDays'>): Asked => ({ asOf, halfLifeDays });

/** The moment the slider stands at, clamped to the history; the last commit's where it is moved to the very end. */
export function momentOf(seconds: number, { from, to }: Pick<Overview, 'from' | 'to'>): number | null {
  return seconds >= to ? null : Math.max(from, seconds);
}

// ---- names, or roles in their place

/** Shown where an index names nobody, which is so while a new answer is on its way. */
const NOBODY = 'somebody';

export function nameOfLine(line: PersonLine | undefined, names: 'names' | 'roles'): string {
  if (line === undefined) return NOBODY;
  return names === 'roles' ? line.role : line.name;
}

/** By index, as the switch says. */
export function personNamer({ overview, names }: Pick<CollaborationState, 'overview' | 'names'>): (person: number) => string {
  const people = overview?.people ?? [];
  return (person) => nameOfLine(people[person]?.person === person ? people[person] : people.find((line) => line.person === person), names);
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().split(/[^\p{L}\p{M}\p{N}]+/u);

/** Words by which somebody could be known, of at least three characters, lower case. */
export function tellingWords(people: readonly PersonLine[]): ReadonlySet<string> {
  return new Set(people.flatMap(({ name, email }) => [...wordsOf(name), ...wordsOf(email.split('@', 1)[0]!)]).filter((word) => word.length > 2));
}

/** A branch's name without the part that says whose it is ("ada/fix" is "…/fix"): where roles stand in place of names. */
export function withoutPerson(name: string, telling: ReadonlySet<string>): string {
  return name.split('/').map((part) => (wordsOf(part).some((word) => telling.has(word)) ? '…' : part)).join('/');
}
