// What became of each ACU of the composition when the base moved or branches changed, with the way back: read, then dismissed.
import { useEffect, useRef } from 'react';
import { display } from '../../../core/bytes.ts';
import { visible } from '../../../core/visible.ts';
import type { Rebinding } from '../../../core/model.ts';
import * as act from '../../app/actions.ts';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Glyph, Icon } from '../../components/Icon.tsx';
import { useComposition } from '../../state/composition.ts';
import { nameThen } from '../../state/replica.ts';
import { outcomeOrder } from '../../state/recipes.ts';
import { useUi } from '../../state/ui.ts';
import { outcomeName, outcomesInWords } from '../../state/words.ts';
import type { Mark } from '../../../workers/client.ts';
import { ids } from '../../testids.ts';

/** The shape of what became of an ACU, wherever that is told. */
export const outcomeMarks: Readonly<Record<Rebinding['outcome'], Mark>> = { kept: 'in', rebound: 'fits', absorbed: 'fits', stale: 'stale', lost: 'conflicts', 'taken along': 'needs' };

export function Rebound() {
  const rebound = useComposition((s) => s.rebound), isFree = useUi((s) => s.overlay === 'none');
  const list = useRef<HTMLUListElement>(null);
  // a dialog gives the keyboard back to where it was before, when it closes
  useEffect(() => { if (rebound !== null && isFree) list.current?.focus(); }, [rebound, isFree]);
  if (rebound === null) return null;
  const rows = rebound.toSorted((x, y) => outcomeOrder.indexOf(x.outcome) - outcomeOrder.indexOf(y.outcome) || (x.name < y.name ? -1 : 1));
  return (
    <div className="proposal kind-needs" data-testid={ids.rebound} role="group" aria-label="What became of the composition">
      <div className="proposal-head">
        <Icon name="refresh" />
        <div className="proposal-words"><strong>The composition has changed</strong>: {outcomesInWords(rebound)}</div>
        <button type="button" className="button quiet small icon" aria-label="Dismiss" onClick={act.dismissRebound}><Icon name="close" size={12} /></button>
      </div>
      <ul ref={list} className="proposal-list" tabIndex={0} aria-label="What became of each ACU">
        {rows.map(({ id, name, outcome, why }) => (
          <li key={`${outcome} ${id}`} data-outcome={outcome} data-name={visible(display(name), Infinity)}>
            <Glyph mark={outcomeMarks[outcome]} size={10} /><strong>{nameThen(id, name)}</strong> {outcomeName(outcome)}{why !== '' && <span className="muted">: {visible(why, 400)}</span>}
          </li>
        ))}
      </ul>
      <div className="proposal-actions">
        <CommandButton id="history.undo" className="button small"><Icon name="undo" size={13} />Undo</CommandButton>
        <button type="button" className="button quiet small" onClick={act.dismissRebound}>Leave it so</button>
      </div>
    </div>
  );
}
