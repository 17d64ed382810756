// The verdict on what is pointed at, carried or selected, in words and always in the same place.
import { Glyph } from '../../components/Icon.tsx';
import { chosenIn, useComposition, withDependants } from '../../state/composition.ts';
import { nameOf, useReplica } from '../../state/replica.ts';
import { useVerdicts } from '../../state/verdicts.ts';
import type { Subject } from '../../state/verdicts.ts';
import { listed, plural, verdictWords } from '../../state/words.ts';
import type { Words } from '../../state/words.ts';
import type { AcuId } from '../../../core/bytes.ts';
import type { VerdictView } from '../../../workers/client.ts';
import { ids } from '../../testids.ts';

/** Words for a subject, also where it is in the composition already. */
export function subjectWords(subject: Subject, answer: VerdictView, chosen: readonly AcuId[]): Words {
  const inside = new Set(chosen);
  if (!subject.ids.every((id) => inside.has(id))) return verdictWords(answer, subject.ids.filter((id) => !inside.has(id)), nameOf);
  const along = withDependants(subject.ids, chosen, useReplica.getState().dependants).filter((id) => !subject.ids.includes(id));
  return { mark: 'in', head: 'In the composition', tail: along.length === 0 ? '' : `and required there by ${listed(along.map(nameOf))}` };
}

export function VerdictLine() {
  const subject = useVerdicts((s) => s.subject), answer = useVerdicts((s) => s.answer), chosen = useComposition(chosenIn);
  if (subject === null || answer === null) {
    return (
      <div className="verdict idle" data-testid={ids.verdict} data-kind="none">
        <span className="faint">Point at an ACU to see whether it fits; drag it, or press Enter, to add it.</span>
      </div>
    );
  }
  const words = subjectWords(subject, answer, chosen);
  return (
    <div className="verdict" data-testid={ids.verdict} data-kind={words.mark === 'in' ? 'in' : answer.kind} data-subject={subject.ids.join(' ')}
      title={`${words.head} ${words.tail}`}>
      <Glyph mark={words.mark} size={14} />
      <div className="verdict-words">
        <div className="truncate"><strong className={`tone-${words.mark}`}>{words.head}</strong> {words.tail}</div>
        <div className="truncate tiny muted">{subject.ids.length === 1 ? nameOf(subject.ids[0]!) : plural(subject.ids.length, 'ACU')}</div>
      </div>
    </div>
  );
}
