// What the renderer knows of the graph: rows of the replica at one epoch. Written by the session alone.
import { create } from 'zustand';
import type { AcuId, Oid } from '../../core/bytes.ts';
import type { AcuRow, ConflictIndex, Loaded, SourceRow } from '../../workers/client.ts';

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

export function nameOf(id: AcuId): string {
  return useReplica.getState().byId.get(id)?.name ?? id.slice(0, 8);
}

export function indexOf(id: AcuId): number {
  return useReplica.getState().byId.get(id)?.index ?? -1;
}
