// What follows the pointer while ACUs are dragged: their names, and in words what they are to the composition and what letting go here would do.
import { useLayoutEffect } from 'react';
import type { AcuId } from '../../../core/bytes.ts';
import { prefetch } from '../../app/composed.ts';
import { Ghost } from '../../components/Ghost.tsx';
import { Glyph } from '../../components/Icon.tsx';
import { chosenIn, useComposition, withDependants } from '../../state/composition.ts';
import { nameOf, useReplica } from '../../state/replica.ts';
import { useVerdicts } from '../../state/verdicts.ts';
import { dropWords, listed } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { subjectWords } from './VerdictLine.tsx';

export function DragGhost() {
  const carried = useVerdicts((s) => s.carried), subject = useVerdicts((s) => s.subject), answer = useVerdicts((s) => s.answer);
  const chosen = useComposition(chosenIn), isWhatIf = useComposition((s) => s.whatIf !== null);
  const about = subject?.cause === 'drag' && answer !== null ? subject : null;
  const wanted = about === null ? null : answer?.kind === 'fits' ? about.ids : answer?.kind === 'needs' ? [...answer.acus, ...about.ids] : null,
    wantedKey = wanted?.join(' ') ?? null;
  useLayoutEffect(() => { if (wantedKey !== null) prefetch(wantedKey.split(' ') as AcuId[]); }, [wantedKey]);
  if (carried?.by !== 'drag') return null;
  const words = about === null || answer === null ? null : subjectWords(about, answer, chosen);
  return (
    <Ghost testId={ids.ghost} kind={words?.mark === 'in' ? 'in' : answer?.kind ?? 'unknown'}>
      <div className="ghost-names">
        {carried.ids.slice(0, 3).map((id) => <div key={id} className="truncate">{nameOf(id)}</div>)}
        {carried.ids.length > 3 && <div className="muted">and {carried.ids.length - 3} more</div>}
      </div>
      {words !== null && (
        <div className="ghost-verdict">
          <Glyph mark={words.mark} size={13} />
          <span><strong className={`tone-${words.mark}`}>{words.head}</strong> {words.tail}</span>
        </div>
      )}
      {carried.out === true
        ? <div className="ghost-does muted">{outWords(carried.ids, chosen)}</div>
        : carried.over && answer !== null && words !== null && words.mark !== 'in' && <div className="ghost-does muted">{dropWords(answer, carried.ids.length, isWhatIf)}</div>}
    </Ghost>
  );
}

/** What letting go outside would do. */
function outWords(carried: readonly AcuId[], chosen: readonly AcuId[]): string {
  const also = withDependants(carried, chosen, useReplica.getState().dependants).filter((id) => !carried.includes(id));
  return `Let go over the list or the graph to take ${carried.length === 1 ? 'it' : 'them'} out${also.length === 0 ? '' : `, with ${listed(also.map(nameOf))}`}.`;
}
