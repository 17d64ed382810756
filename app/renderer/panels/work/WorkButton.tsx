// In the status line: how much runs and waits. Opens the list, whose code comes when it first is.
import { Suspense, lazy, useEffect, useMemo, useRef } from 'react';
import { useOperations } from '../../state/operations.ts';
import { linesOf, useWork } from '../../state/work.ts';
import { ids } from '../../testids.ts';

const Work = lazy(() => import('./Work.tsx'));

export function WorkButton() {
  const mine = useOperations((s) => s.mine), queue = useOperations((s) => s.queue), failed = useOperations((s) => s.ended[0]?.stage === 'failed');
  const open = useWork((s) => s.open), button = useRef<HTMLButtonElement>(null), was = useRef(false);
  const lines = useMemo(() => linesOf({ mine, queue }), [mine, queue]), runs = lines.filter(({ place }) => place === null).length,
    waits = Math.max(lines.length - runs, queue.waiting);
  useEffect(() => {
    // the keyboard comes back to where the list was opened
    if (was.current && !open && (document.activeElement === null || document.activeElement === document.body)) button.current?.focus({ preventScroll: true });
    was.current = open;
  }, [open]);
  const words = runs + waits === 0 ? failed ? 'the last one failed' : 'idle' : [...runs > 0 ? [`${runs} running`] : [], ...waits > 0 ? [`${waits} waiting`] : []].join(', ');
  return (
    <>
      <button ref={button} type="button" className="status-button work-button" aria-expanded={open} aria-haspopup="dialog" data-testid={ids.work}
        data-runs={runs} data-waits={waits} title="What runs, what waits, what ended lately (Q)" onClick={() => useWork.setState({ open: !open })}>
        Work: {words}
      </button>
      {open && <Suspense fallback={null}><Work lines={lines} /></Suspense>}
    </>
  );
}
