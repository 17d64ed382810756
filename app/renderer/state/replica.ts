// What the renderer knows of the graph: rows of the replica at one epoch. Written by the session alone.
import { create } from 'zustand';
import { display } from '../../core/bytes.ts';
import type { AcuId, ByteString, Oid } from '../../core/bytes.ts';
import { visible } from '../../core/visible.ts';
import type { AcuRow, ConflictIndex, ConflictView, EdgeLook, Loaded, SourceRow } from '../../workers/client.ts';
import { shortName, withNumbers } from './shortName.ts';
import type { Named } from './shortName.ts';

export interface ReplicaState {
  readonly status: 'none' | 'loading' | 'ready' | 'failed';
  readonly epoch: number;
  /** grows whenever the graph changes; epochs that change only the composition leave it */
  readonly generation: number;
  readonly base: Oid | null;
  readonly rows: readonly AcuRow[];
  readonly byId: ReadonlyMap<AcuId, AcuRow>;
  /** by ACU: those that require it directly */
  readonly dependants: ReadonlyMap<AcuId, readonly AcuId[]>;
  readonly sources: readonly SourceRow[];
  /** null until the conflicts of this epoch are counted */
  readonly conflicts: ConflictIndex | null;
  /** of the replica */
  readonly digest: string;
  /** the service's digest, where it is not the replica's: what is on screen may be wrong */
  readonly mismatch: { readonly ours: string; readonly theirs: string } | null;
}

export const emptyReplica: ReplicaState = {
  status: 'none', epoch: -1, generation: 0, base: null, rows: [], byId: new Map(), dependants: new Map(), sources: [], conflicts: null, digest: '', mismatch: null,
};

export const useReplica = create<ReplicaState>(() => emptyReplica);

/** The resolution that decides between two, or between one and the base. */
export function decisionOf({ byId, dependants }: Pick<ReplicaState, 'byId' | 'dependants'>, { a, b }: { readonly a: AcuId; readonly b: AcuId | 'base' }): AcuRow | null {
  for (const id of dependants.get(a) ?? []) {
    const row = byId.get(id);
    if (row?.decided === true && (b === 'base' || row.requires.includes(b))) return row;
  }
  return null;
}

/** As what a conflict is shown: by its verdict, until somebody has decided it. */
export const lookOf = (held: Pick<ReplicaState, 'byId' | 'dependants'>, conflict: ConflictView): EdgeLook => (decisionOf(held, conflict) === null ? conflict.verdict : 'decided');

/** What each decision by hand requires, by index. */
export function decisions({ rows, byId }: Pick<ReplicaState, 'rows' | 'byId'>): readonly (readonly number[])[] {
  return rows.flatMap(({ decided, requires }) => (decided === true ? [requires.flatMap((id) => byId.get(id)?.index ?? [])] : []));
}

export function taken(loaded: Loaded, generation: number): ReplicaState {
  const dependants = new Map<AcuId, AcuId[]>();
  for (const row of loaded.rows) {
    for (const required of row.requires) {
      const list = dependants.get(required);
      if (list === undefined) dependants.set(required, [row.id]); else list.push(row.id);
    }
  }
  return {
    status: 'ready', digest: loaded.digest, epoch: loaded.epoch, generation, base: loaded.base, rows: loaded.rows, dependants, sources: loaded.sources, conflicts: null,
    byId: new Map(loaded.rows.map((row) => [row.id, row])),
    mismatch: loaded.digest === loaded.expected ? null : { ours: loaded.digest, theirs: loaded.expected },
  };
}

export type EpochStep = 'apply' | 'ignore' | 'snapshot';

/** What to do with a difference `from` → `to` when the replica stands at `epoch`. */
export function epochStep(epoch: number, from: number, to: number): EpochStep {
  if (to <= epoch) return 'ignore'; // a snapshot that was under way brought it already
  return from === epoch ? 'apply' : 'snapshot';
}

/** Characters of a name among others in a sentence. */
const IN_A_SENTENCE = 48;

/** What an ACU is called where it is spoken of; its whole name is the row's. */
export function nameOf(id: AcuId): string {
  const row = useReplica.getState().byId.get(id);
  return row === undefined ? id.slice(0, 8) : shortName(row, IN_A_SENTENCE);
}

/** The same of one that may be gone, and was called `name` then. */
export function nameThen(id: AcuId, name: ByteString): string {
  return useReplica.getState().byId.has(id) ? nameOf(id) : withNumbers(visible(display(name), 80));
}

/** A source is about what its tip is about. */
export function namedSource({ name, acus }: SourceRow, byId: ReplicaState['byId'] = useReplica.getState().byId): Named {
  const tip = acus.at(-1);
  return { name, title: tip === undefined ? '' : byId.get(tip)?.title ?? '' };
}

export function indexOf(id: AcuId): number {
  return useReplica.getState().byId.get(id)?.index ?? -1;
}
