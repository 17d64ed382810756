// What lies over the window for a moment: a modal <dialog>, which brings focus trap and restoration with it.
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { closeOverlay } from '../state/ui.ts';
import { Icon } from './Icon.tsx';

/** `ownClose`: it has a way out of its own, or needs none. */
export function Overlay({ label, className = '', testId, ownClose = false, children }: { label: string; className?: string; testId?: string; ownClose?: boolean; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    if (!element.open) element.showModal();
    // a dialog gives the keyboard to the first thing in it; where another is wanted, it says so
    element.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => element.close();
  }, []);
  return (
    <dialog ref={dialog} className={`overlay ${className}`} aria-label={label} data-testid={testId}
      onCancel={(event) => { event.preventDefault(); closeOverlay(); }}
      onClick={(event) => { if (event.target === dialog.current) closeOverlay(); }}>
      <div className="overlay-body">{children}</div>
      {!ownClose && <button type="button" className="button quiet icon overlay-close" aria-label="Close" title="Close (Esc)" onClick={closeOverlay}><Icon name="close" /></button>}
    </dialog>
  );
}
