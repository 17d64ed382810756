// "Who knows this", folded beside a conflict or an ACU: what it shows is loaded, and the history read, when it is first opened.
import { Suspense, lazy } from 'react';
import type { AcuId, PathBytes } from '../../core/bytes.ts';
import { Spinner } from '../components/atoms.tsx';
import { useCollaboration } from '../state/collaboration.ts';
import { ids } from '../testids.ts';

const KnownBy = lazy(() => import('./collaboration/KnownBy.tsx'));

/** `b` null: who knows the places of one ACU. `path` null: all its paths. */
export function WhoKnows({ a, b, path }: { a: AcuId; b: AcuId | 'base' | null; path: PathBytes | null }) {
  const open = useCollaboration((s) => s.whoKnows);
  return (
    <details className="who-knows" open={open} data-testid={ids.whoKnows}
      onToggle={(event) => { const { open: now } = event.currentTarget; if (now !== open) useCollaboration.setState({ whoKnows: now }); }}>
      <summary>Who knows this</summary>
      {open && <Suspense fallback={<div className="part-waiting muted" role="status"><Spinner /> Loading</div>}><KnownBy a={a} b={b} path={path} /></Suspense>}
    </details>
  );
}
