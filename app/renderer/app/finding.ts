// What the palette finds besides commands: ACUs and sources by name. Rows are looked through in slices, so that a key is never waited for, and no further than needed.
import { useReplica } from '../state/replica.ts';
import type { AcuRow, SourceRow } from '../../workers/client.ts';

export interface Finds { readonly acus: readonly AcuRow[]; readonly sources: readonly SourceRow[]; /** all there is to look through was looked through, or enough was found */ readonly done: boolean }

export const noFinds: Finds = { acus: [], sources: [], done: true };

/** Of each kind; and milliseconds of one slice, a fraction of a frame. */
const MOST = 8, SLICE = 4;

/** Tells what it has after each slice until all is told; returns what stops it. */
export function find(query: string, tell: (finds: Finds) => void): () => void {
  const wanted = query.trim().toLowerCase(), { rows, sources } = useReplica.getState();
  if (wanted.length < 2) { tell(noFinds); return () => undefined; }
  const acus: AcuRow[] = [], named: SourceRow[] = [];
  let row = 0, source = 0, timer: ReturnType<typeof setTimeout> | null = null;
  const slice = (): void => {
    const until = performance.now() + SLICE, before = acus.length + named.length;
    const isOver = (i: number): boolean => (i & 255) === 255 && performance.now() > until;
    // what is called so comes before what only says so
    for (; source < sources.length && named.length < MOST; source++) {
      if (sources[source]!.acus.length > 1 && sources[source]!.name.toLowerCase().includes(wanted)) named.push(sources[source]!);
      if (isOver(source)) { source++; break; }
    }
    for (; row < rows.length && acus.length < MOST && performance.now() <= until; row++) {
      if (rows[row]!.text.includes(wanted)) acus.push(rows[row]!);
      if (isOver(row)) { row++; break; }
    }
    const done = (row >= rows.length || acus.length >= MOST) && (source >= sources.length || named.length >= MOST);
    if (done || acus.length + named.length > before) tell({ acus: [...acus], sources: [...named], done });
    timer = done ? null : setTimeout(slice, 0);
  };
  slice();
  return () => { if (timer !== null) clearTimeout(timer); };
}
