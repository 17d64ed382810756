// What follows the pointer while ACUs are dragged: their names, and the verdict in words.
import { useLayoutEffect } from 'react';
import { prefetch } from '../app/actions.ts';
import { Ghost } from '../components/Ghost.tsx';
import { Glyph } from '../components/Icon.tsx';
import { chosenIn, useComposition } from '../state/composition.ts';
import { nameOf } from '../state/replica.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { ids } from '../testids.ts';
import { subjectWords } from './VerdictLine.tsx';

export function DragGhost() {
  const carried = useVerdicts((s) => s.carried), subject = useVerdicts((s) => s.subject), answer = useVerdicts((s) => s.answer);
  const chosen = useComposition(chosenIn);
  const about = subject?.cause === 'drag' && answer !== null ? subject : null;
  const wanted = about !== null && answer?.kind === 'fits' ? about.ids : null;
  useLayoutEffect(() => { if (wanted !== null) prefetch(wanted); }, [wanted]);
  if (carried?.by !== 'drag') return null;
  const words = about === null || answer === null ? null : subjectWords(about, answer, chosen);
  return (
    <Ghost testId={ids.ghost} kind={words?.mark === 'in' ? 'in' : answer?.kind ?? 'unknown'}>
      <div className="ghost-names">{carried.ids.slice(0, 3).map((id) => <div key={id} className="truncate">{nameOf(id)}</div>)}{carried.ids.length > 3 && <div className="muted">and {carried.ids.length - 3} more</div>}</div>
      {words !== null && <div className="ghost-verdict"><Glyph mark={words.mark} size={13} /><span><strong className={`tone-${words.mark}`}>{words.head}</strong> {words.tail}</span></div>}
    </Ghost>
  );
}
