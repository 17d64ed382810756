// The rows the list shows, kept in step with rows, filters, conflict counts and marks. Others read the order here: the
// selection's ranges, the arrows, "select all".
import { create } from 'zustand';
import type { AcuId } from '../../core/bytes.ts';
import type { AcuRow } from '../../workers/client.ts';
import { applyFilters, useFilters } from './filters.ts';
import { useReplica } from './replica.ts';
import { useVerdicts } from './verdicts.ts';

export interface VisibleState {
  readonly rows: readonly AcuRow[];
  readonly ids: readonly AcuId[];
  readonly at: ReadonlyMap<AcuId, number>;
  /** by index, 1 where a path contains the filter's text; null while there is no such filter or no answer yet */
  readonly touching: Uint8Array | null;
}

export const useVisible = create<VisibleState>(() => ({ rows: [], ids: [], at: new Map(), touching: null }));

function refresh(): void {
  const { rows, conflicts } = useReplica.getState();
  const filters = useFilters.getState(), { marks } = useVerdicts.getState(), { touching } = useVisible.getState();
  const fit = (facts: Uint8Array | null): Uint8Array | null => (facts?.length === rows.length ? facts : null);
  const shown = applyFilters(rows, filters, { degree: conflicts?.degree.length === rows.length ? conflicts.degree : null, marks: fit(marks), touching: fit(touching) });
  const before = useVisible.getState().rows;
  if (shown.length === before.length && shown.every((row, i) => row === before[i])) return;
  const ids = shown.map((row) => row.id);
  useVisible.setState({ rows: shown, ids, at: new Map(ids.map((id, i) => [id, i])) });
}

/** Starts keeping the list up to date; returns what stops it. */
export function keepVisible(): () => void {
  const stops = [
    useReplica.subscribe((now, before) => { if (now.rows !== before.rows || now.conflicts !== before.conflicts) refresh(); }),
    useFilters.subscribe(refresh),
    useVerdicts.subscribe((now, before) => { if (now.marks !== before.marks && useFilters.getState().mark !== null) refresh(); }),
    useVisible.subscribe((now, before) => { if (now.touching !== before.touching) refresh(); }),
  ];
  refresh();
  return () => { for (const stop of stops) stop(); };
}
