// Where two ACUs conflict: asked of the replica once the pointer rests, for what is pointed at changes faster than anybody reads.
import { useEffect, useState } from 'react';
import { replica } from '../../app/session.ts';
import { complain } from '../../state/notices.ts';
import { useReplica } from '../../state/replica.ts';
import type { AcuRow, ConflictView } from '../../../workers/client.ts';

const REST_MS = 70;
/** Places of one pair that are shown; `total` counts them all. */
const MOST = 20;

export interface Witness { readonly total: number; readonly rows: readonly ConflictView[] }

/** The places where two conflict, the gravest first; null until they are known. */
export function useWitness(a: AcuRow | undefined, b: AcuRow | undefined): Witness | null {
  const generation = useReplica((s) => s.generation), [known, setKnown] = useState<{ readonly key: string; readonly places: Witness } | null>(null);
  const key = a === undefined || b === undefined ? null : `${generation} ${a.id} ${b.id}`;
  useEffect(() => {
    if (a === undefined || b === undefined || key === null) return;
    const wanted = new AbortController();
    const rest = setTimeout(() => {
      replica().call((api) => api.witness([a.id], [b.id], MOST), wanted.signal).then((places) => setKnown({ key, places }), (error: unknown) => { if (!wanted.signal.aborted) complain(error); });
    }, REST_MS);
    return () => { clearTimeout(rest); wanted.abort(); };
  }, [key, a, b]);
  return known !== null && known.key === key ? known.places : null;
}
