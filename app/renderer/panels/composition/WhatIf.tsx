// The banner of what is only looked at: how it differs from what is composed, what tree it makes or why none, and the two ways out.
import { visible } from '../../../core/visible.ts';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Glyph, Icon } from '../../components/Icon.tsx';
import { chosenIn, composedIn, setKey, totals, useComposition } from '../../state/composition.ts';
import { nameOf } from '../../state/replica.ts';
import { between } from '../../state/suggestion.ts';
import { grouped, listed, plural, setConflictWords } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { Mark } from '../../../workers/client.ts';

export function WhatIf() {
  const isOn = useComposition((s) => s.whatIf !== null);
  return isOn ? <Banner /> : null;
}

interface Told { readonly kind: 'same' | 'asking' | 'fits' | 'conflicts' | 'failed'; readonly mark: Mark; readonly words: string }

function Banner() {
  const set = useComposition(chosenIn), composed = useComposition(composedIn), answer = useComposition((s) => s.composed);
  const { comes, leaves } = between(composed, set), told = tell();
  return (
    <div className={`proposal what-if-banner kind-${told.kind}`} role="group" aria-label="What if" data-testid={ids.whatIfBanner} data-kind={told.kind}>
      <div className="what-if-line">
        <Icon name="pencil" size={13} />
        <span className="what-if-words">
          <strong>What if:</strong> <span className="tabular">+{grouped(comes.length)} −{grouped(leaves.length)}</span> · <Glyph mark={told.mark} size={11} /> {told.words}
        </span>
        <span className="spacer" />
        <CommandButton id="composition.whatIfApply" className="button primary small" testId={ids.whatIfApply}>Apply</CommandButton>
        <CommandButton id="composition.whatIfLeave" className="button quiet small">Leave</CommandButton>
      </div>
      {comes.length + leaves.length === 0
        ? <p className="small muted">Nothing you do now is done: press the mark of a row, or <kbd>Enter</kbd> on it, and tree, verdicts and conflicts follow.</p>
        : <p className="small muted truncate"
            title={[...comes.map((id) => `+ ${nameOf(id)}`), ...leaves.map((id) => `− ${nameOf(id)}`)].slice(0, 40).join('\n')}>
            {comes.length > 0 && <>in: {listed(comes.map(nameOf), 3)}</>}
            {comes.length > 0 && leaves.length > 0 && ' · '}
            {leaves.length > 0 && <>out: {listed(leaves.map(nameOf), 3)}</>}
          </p>}
      {told.kind === 'conflicts' && answer?.result != null && (
        <ul className="proposal-list">
          {answer.result.conflicts.slice(0, 4).map((conflict, i) => (
            <li key={i} className="truncate" title={visible(conflict.detail)}>{setConflictWords(conflict, nameOf)}</li>
          ))}
          {answer.result.conflicts.length > 4 && <li className="muted">and {plural(answer.result.conflicts.length - 4, 'more conflict')}</li>}
        </ul>
      )}
    </div>
  );

  function tell(): Told {
    if (answer === null || answer.key !== setKey(set) || answer.status === 'loading') return { kind: 'asking', mark: 'unknown', words: 'composing' };
    if (answer.status === 'failed' || answer.result === null) return { kind: 'failed', mark: 'unknown', words: 'could not be composed now' };
    const { tree, files, conflicts, missing } = answer.result, { added, deleted } = totals(files);
    if (tree !== null || set.length === 0) return { kind: comes.length + leaves.length === 0 ? 'same' : 'fits', mark: 'fits', words: `${plural(files.length, 'file')} +${grouped(added)} −${grouped(deleted)} · fits` };
    if (missing.length > 0) return { kind: 'conflicts', mark: 'needs', words: `needs ${listed(missing.map(nameOf))}` };
    return { kind: 'conflicts', mark: conflicts[0]?.verdict === 'order-sensitive' ? 'order' : 'conflicts', words: `${plural(conflicts.length, 'conflict')}: no tree` };
  }
}
