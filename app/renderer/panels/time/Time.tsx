// The strip of time where it is open; its code comes when it first is.
import { Suspense, lazy } from 'react';
import { useTime } from '../../state/time.ts';

const TimeStrip = lazy(() => import('./TimeStrip.tsx'));

export function Time() {
  const open = useTime((s) => s.open);
  return open ? <Suspense fallback={null}><TimeStrip /></Suspense> : null;
}
