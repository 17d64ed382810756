// The current composition as the screen shows it: what the service confirmed, what is on its way, what was proposed and
// needs an answer, and the composed difference of the set on screen.
import { create } from 'zustand';
import type { AcuId, PathBytes } from '../../core/bytes.ts';
import { acusInWords } from '../../core/counted.ts';
import type { Composition, Rebinding } from '../../core/model.ts';
import type { FileChange, Methods } from '../../contract/methods.ts';
import type { AcuRow, SourceRow, VerdictView } from '../../workers/client.ts';
import type { ReplicaState } from './replica.ts';

/** ACUs someone tried to add that cannot simply be added: shown with what can be done about it. */
export interface Proposal {
  readonly ids: readonly AcuId[];
  readonly verdict: VerdictView;
  /** asked for by a key or a button, not dropped by a pointer: the answer takes the keyboard */
  readonly takesFocus: boolean;
}

export interface Composed {
  /** the set it belongs to */
  readonly key: string;
  readonly status: 'loading' | 'ready' | 'failed';
  readonly result: Methods['preview']['result'] | null;
}

export interface CompositionState {
  readonly confirmed: Composition | null;
  /** shown at once, while the operation that makes it so is on its way */
  readonly pending: readonly AcuId[] | null;
  readonly proposal: Proposal | null;
  /** a set that is only looked at: all that would change the composition changes this, and no operation is made of it; null: there is none */
  readonly whatIf: readonly AcuId[] | null;
  /** what became of its ACUs in the last import, until somebody has read it */
  readonly rebound: readonly Rebinding[] | null;
  readonly composed: Composed | null;
  readonly file: PathBytes | null;
}

export const useComposition = create<CompositionState>(() => ({ confirmed: null, pending: null, whatIf: null, proposal: null, rebound: null, composed: null, file: null }));

const none: readonly AcuId[] = [];

/** What is composed, or about to be. */
export const composedIn = (state: CompositionState): readonly AcuId[] => state.pending ?? state.confirmed?.acus ?? none;
/** The set on screen: what is composed, or the one that is only looked at. */
export const chosenIn = (state: CompositionState): readonly AcuId[] => state.whatIf ?? composedIn(state);
export const chosen = (): readonly AcuId[] => chosenIn(useComposition.getState());

/** Of a set the ACUs that came from somebody; what was decided by hand between them is counted apart. */
export const withoutDecisions = (ids: readonly AcuId[], byId: ReadonlyMap<AcuId, Pick<AcuRow, 'decided'>>): number => ids.reduce((sum, id) => sum + (byId.get(id)?.decided === true ? 0 : 1), 0);

/** "76 ACUs and 1 decision" */
export const countWords = (ids: readonly AcuId[], byId: ReadonlyMap<AcuId, Pick<AcuRow, 'decided'>>): string => acusInWords(ids.length, ids.length - withoutDecisions(ids, byId));

/** Of all ACUs that there are, or were. */
export const countRows = (rows: readonly Pick<AcuRow, 'decided'>[]): string => acusInWords(rows.length, rows.reduce((n, { decided }) => n + (decided === true ? 1 : 0), 0));

/** One key for a set, whatever its order. */
export const setKey = (ids: readonly AcuId[]): string => [...ids].sort().join(' ');

/** `ids` and everything in `within` that requires one of them, directly or not. */
export function withDependants(ids: readonly AcuId[], within: readonly AcuId[], dependants: ReadonlyMap<AcuId, readonly AcuId[]>): readonly AcuId[] {
  const inside = new Set(within), out = new Set<AcuId>();
  const visit = (id: AcuId): void => {
    if (!inside.has(id) || out.has(id)) return;
    out.add(id);
    for (const next of dependants.get(id) ?? none) visit(next);
  };
  for (const id of ids) visit(id);
  return [...out];
}

/** `ids` and everything they require, directly or not, lower ones first. */
export function withRequired(ids: readonly AcuId[], byId: ReadonlyMap<AcuId, Pick<AcuRow, 'requires'>>): readonly AcuId[] {
  const out = new Set<AcuId>(), seen = new Set<AcuId>();
  const visit = (id: AcuId): void => {
    const row = byId.get(id);
    if (row === undefined || seen.has(id)) return;
    seen.add(id);
    for (const lower of row.requires) visit(lower);
    out.add(id);
  };
  for (const id of ids) visit(id);
  return [...out];
}

/** The set with these the other way about: those inside leave with all that requires them, the others come with all they require. Where some are inside and some are not, all come. */
export function toggled(set: readonly AcuId[], ids: readonly AcuId[], { byId, dependants }: Pick<ReplicaState, 'byId' | 'dependants'>): readonly AcuId[] {
  const inside = new Set(set);
  if (ids.every((id) => inside.has(id))) {
    const gone = new Set(withDependants(ids, set, dependants));
    return set.filter((id) => !gone.has(id));
  }
  return [...new Set([...set, ...withRequired(ids, byId)])];
}

export interface Group { readonly source: string; readonly rows: readonly AcuRow[]; readonly whole: boolean }

/**
 * The set as groups to read: each ACU once, under the source that covers most of what is left, lower ACUs first; groups by
 * name. A stacked branch so reads as one group, not as one for each branch below it.
 */
export function bySource(ids: readonly AcuId[], byId: ReadonlyMap<AcuId, AcuRow>, sources: readonly SourceRow[]): readonly Group[] {
  const left = new Set(ids.filter((id) => byId.has(id)));
  const named = new Set([...left].flatMap((id) => byId.get(id)!.sources));
  const candidates = sources.filter((source) => named.has(source.name)).map((source) => ({ source, inside: source.acus.filter((id) => left.has(id)) }));
  const groups: Group[] = [];
  while (left.size > 0 && candidates.length > 0) {
    let best = -1, count = 0;
    candidates.forEach((candidate, i) => {
      const inside = candidate.inside.filter((id) => left.has(id)).length;
      // of equals the one that is whole, then the first by name
      const wins = inside > count || (inside === count && inside > 0 && better(candidate, candidates[best]!));
      if (wins) { best = i; count = inside; }
    });
    if (best < 0) break;
    const [{ source, inside }] = candidates.splice(best, 1) as [typeof candidates[number]];
    const rows = inside.filter((id) => left.delete(id)).map((id) => byId.get(id)!);
    groups.push({ source: source.name, rows: lowerFirst(rows), whole: inside.length === source.acus.length });
  }
  for (const id of left) groups.push({ source: byId.get(id)!.name, rows: [byId.get(id)!], whole: false });
  return groups.sort((x, y) => (x.source < y.source ? -1 : 1));

  function better(x: typeof candidates[number], y: typeof candidates[number]): boolean {
    const wholeX = x.inside.length === x.source.acus.length, wholeY = y.inside.length === y.source.acus.length;
    if (wholeX !== wholeY) return wholeX;
    return x.source.name < y.source.name;
  }
}

function lowerFirst(rows: readonly AcuRow[]): readonly AcuRow[] {
  const inside = new Map(rows.map((row) => [row.id, row])), done = new Set<AcuId>(), out: AcuRow[] = [];
  const visit = (row: AcuRow): void => {
    if (done.has(row.id)) return;
    done.add(row.id);
    for (const id of row.requires) { const lower = inside.get(id); if (lower !== undefined) visit(lower); }
    out.push(row);
  };
  for (const row of rows) visit(row);
  return out;
}

export function totals(files: readonly FileChange[]): { readonly added: number; readonly deleted: number } {
  let added = 0, deleted = 0;
  for (const file of files) { added += file.added; deleted += file.deleted; }
  return { added, deleted };
}
