// Says aloud, for screen readers, what the eye sees happen.
import { useUi } from '../state/ui.ts';
import { ids } from '../testids.ts';

export function Announcer() {
  const { text, n } = useUi((s) => s.said);
  // Alternating between two regions makes the same sentence heard twice.
  return (
    <div className="sr-only" data-testid={ids.announcer}>
      <div aria-live="polite">{n % 2 === 0 ? text : ''}</div>
      <div aria-live="polite">{n % 2 === 1 ? text : ''}</div>
    </div>
  );
}
