// What follows the pointer while ACUs are dragged: their names, and the verdict in words.
import { useLayoutEffect, useRef } from 'react';
import { onPointerMoved } from '../app/drag.ts';
import { prefetch } from '../app/actions.ts';
import { Glyph } from '../components/Icon.tsx';
import { chosenIn, useComposition } from '../state/composition.ts';
import { nameOf } from '../state/replica.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { ids } from '../testids.ts';
import { subjectWords } from './VerdictLine.tsx';

let last = { x: -1000, y: -1000 };

export function DragGhost() {
  const carried = useVerdicts((s) => s.carried), subject = useVerdicts((s) => s.subject), answer = useVerdicts((s) => s.answer);
  const chosen = useComposition(chosenIn);
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const place = (x: number, y: number): void => {
      last = { x, y };
      const ghost = element.current;
      if (ghost === null) return;
      // beside the pointer, on the side where there is room
      const { width, height } = ghost.getBoundingClientRect();
      const left = x + 16 + width > innerWidth ? x - 12 - width : x + 16, top = y + 14 + height > innerHeight ? y - 10 - height : y + 14;
      ghost.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
    };
    onPointerMoved(place);
    place(last.x, last.y);
  });
  const about = subject?.cause === 'drag' && answer !== null ? subject : null;
  const wanted = about !== null && answer?.kind === 'fits' ? about.ids : null;
  useLayoutEffect(() => { if (wanted !== null) prefetch(wanted); }, [wanted]);
  if (carried?.by !== 'drag') return null;
  const words = about === null || answer === null ? null : subjectWords(about, answer, chosen);
  return (
    <div ref={element} className="ghost" data-testid={ids.ghost} data-kind={words?.mark === 'in' ? 'in' : answer?.kind ?? 'unknown'} aria-hidden="true">
      <div className="ghost-names">{carried.ids.slice(0, 3).map((id) => <div key={id} className="truncate">{nameOf(id)}</div>)}{carried.ids.length > 3 && <div className="muted">and {carried.ids.length - 3} more</div>}</div>
      {words !== null && <div className="ghost-verdict"><Glyph mark={words.mark} size={13} /><span><strong className={`tone-${words.mark}`}>{words.head}</strong> {words.tail}</span></div>}
    </div>
  );
}
