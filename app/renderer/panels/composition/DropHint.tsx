// Over the list while something is carried: what dropping it here would do, before it is done.
import { Glyph } from '../../components/Icon.tsx';
import { chosenIn, useComposition } from '../../state/composition.ts';
import { nameOf } from '../../state/replica.ts';
import { useVerdicts } from '../../state/verdicts.ts';
import { dropWords, listed } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { subjectWords } from './VerdictLine.tsx';

export function DropHint() {
  const carried = useVerdicts((s) => s.carried), subject = useVerdicts((s) => s.subject), answer = useVerdicts((s) => s.answer);
  const chosen = useComposition(chosenIn), isWhatIf = useComposition((s) => s.whatIf !== null);
  if (carried === null) return null;
  const fresh = carried.ids.filter((id) => !chosen.includes(id));
  const known = answer !== null && subject?.ids === carried.ids, words = known ? subjectWords(subject, answer, chosen) : null;
  const does = fresh.length === 0 ? null : known ? dropWords(answer, fresh.length, isWhatIf) : null;
  return (
    <div className={`drop-hint${carried.over ? ' over' : ''} kind-${words?.mark ?? 'unknown'}`} data-testid={ids.dropHint} data-kind={words?.mark ?? 'unknown'}>
      {(carried.by === 'carry' || (does !== null && carried.out !== true)) && words !== null && (
        <div className="drop-words">
          {carried.by === 'carry' && <div className="muted small truncate">Carrying {listed(carried.ids.map(nameOf))}</div>}
          {carried.by === 'carry' && (
            <div className="drop-verdict">
              <Glyph mark={words.mark} size={14} />
              <span><strong className={`tone-${words.mark}`}>{words.head}</strong> {words.tail}</span>
            </div>
          )}
          {carried.by === 'carry'
            ? <div className="small muted"><kbd>Enter</kbd> {does === null ? 'leaves it' : does.charAt(0).toLowerCase() + does.slice(1)} · <kbd>Esc</kbd> puts it back</div>
            : <div className="drop-verdict"><Glyph mark={words.mark} size={14} /><strong>{does}</strong></div>}
          {answer?.kind === 'needs' && does !== null && (
            <ul className="drop-needs small">
              {answer.acus.slice(0, 6).map((id) => <li key={id} className="truncate">{nameOf(id)}</li>)}
              {answer.acus.length > 6 && <li className="muted">and {answer.acus.length - 6} more</li>}
            </ul>
          )}
        </div>
      )}
    </div>
  );
}
