// Who knows the places of a conflict or an ACU, for the other tabs: the history is read when this is first opened. Loaded then.
import { useEffect } from 'react';
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import { look, readAgain } from '../../app/collaboration.ts';
import { Spinner } from '../../components/atoms.tsx';
import { useCollaboration } from '../../state/collaboration.ts';
import { grouped } from '../../state/words.ts';
import { Experts } from './Experts.tsx';
import { useOverview } from './useOverview.ts';
import './collaboration.css';

export default function KnownBy({ a, b, path }: { a: AcuId; b: AcuId | 'base' | null; path: PathBytes | null }) {
  useEffect(look, []);
  useOverview();
  const status = useCollaboration((s) => s.status), failure = useCollaboration((s) => s.failure), known = useCollaboration((s) => s.overview !== null), part = useCollaboration((s) => s.part);
  if (known) return <>{part !== null && <p className="small muted">Of the newest {grouped(part)} commits; the older ones are being read.</p>}<Experts a={a} b={b} path={path} heading={false} /></>;
  switch (status) {
    case 'idle': case 'ready': case 'reading': return <div className="part-waiting muted" role="status"><Spinner /> Reading the history</div>;
    case 'stopped': case 'failed': return <p className="small">{failure === null ? 'The history was not read to its end.' : `${failure.sentence} ${failure.hint}`} <button type="button" className="button small" onClick={readAgain}>Read it</button></p>;
    case 'away': return <p className="small muted">The service, which reads the history, is away.</p>;
  }
}
