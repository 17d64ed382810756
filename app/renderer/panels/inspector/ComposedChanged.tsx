// Beside the name of the tab that shows what the composition amounts to: that it is another since one looked, where one stayed with an ACU instead.
import { useEffect } from 'react';
import { chosenIn, useComposition } from '../../state/composition.ts';
import { useInspecting } from '../../state/inspecting.ts';
import { useUi } from '../../state/ui.ts';

export function ComposedChanged() {
  const now = useComposition((s) => (s.confirmed === null ? null : chosenIn(s).join())), seen = useInspecting((s) => s.composed), isShown = useUi((s) => s.inspector === 'composed');
  // what is there when the window opens is no change
  useEffect(() => { if (now !== null && (isShown || seen === null)) useInspecting.setState({ composed: now }); }, [now, isShown, seen]);
  return isShown || seen === null || now === null || now === '' || now === seen ? null : <span className="tab-changed" title="The composition has changed since you looked"><span className="sr-only">, changed</span></span>;
}
