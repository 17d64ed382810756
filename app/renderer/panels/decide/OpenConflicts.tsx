// What is kept open beside the composition: against whom, how much is left to decide, and the ways on. Above the composition's list.
import { useEffect } from 'react';
import * as act from '../../app/actions.ts';
import * as deciding from '../../app/deciding.ts';
import { Glyph, Icon } from '../../components/Icon.tsx';
import { useComposition } from '../../state/composition.ts';
import { useDeciding } from '../../state/deciding.ts';
import { nameOf, useReplica } from '../../state/replica.ts';
import { useSelection } from '../../state/selection.ts';
import { aimWith } from '../../state/menu.ts';
import { useTime } from '../../state/time.ts';
import { listed, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { AcuId } from '../../../core/bytes.ts';
import { visibleSentence } from '../../../core/visible.ts';
import type { OpenConflict } from '../../../contract/resolving.ts';
import './decide.css';

const none: readonly AcuId[] = [];

export function OpenConflicts() {
  const open = useComposition((s) => s.confirmed?.open ?? none), told = useDeciding((s) => s.open), isPast = useTime((s) => s.at !== null), now = useDeciding((s) => s.acu);
  // names are the replica's
  useReplica((s) => s.generation);
  useEffect(() => deciding.keepDeciding(), []);
  useEffect(() => aimWith('open', (target) => {
    const id = (target.closest<HTMLElement>('[data-open]')?.dataset['open'] ?? null) as AcuId | null;
    if (id === null) return null;
    useSelection.setState({ selected: new Set([id]), cursor: id, anchor: id });
    return nameOf(id);
  }), []);
  if (open.length === 0) return null;
  return (
    <section className="open-conflicts" aria-label="Open conflicts">
      <h3 className="open-head">
        <Icon name="split" size={12} />
        {plural(open.length, 'open conflict')}
        <span className="muted open-note">wanted, and not part of the tree until {open.length === 1 ? 'it is' : 'they are'} decided</span>
      </h3>
      <ul>
        {open.map((id) => <Line key={id} id={id} told={told.find(({ acu }) => acu === id) ?? null} isPast={isPast} isNow={now === id} />)}
      </ul>
    </section>
  );
}

function Line({ id, told, isPast, isNow }: { id: AcuId; told: OpenConflict | null; isPast: boolean; isNow: boolean }) {
  const name = nameOf(id), isAnswered = told !== null && told.state !== 'fits' && told.state !== 'unable' && told.places === told.answered;
  return (
    <li className="open-line" data-testid={ids.openConflict} data-acu={id} data-open={id} data-state={told?.state ?? 'asking'} data-menu="open" data-now={isNow}>
      <Glyph mark={told === null ? 'conflicts' : told.state === 'fits' ? 'fits' : told.state === 'stale' ? 'stale' : 'conflicts'} />
      <span className="open-words">
        <span className="open-name truncate" title={name}>{name}</span>
        <span className="small muted">{isPast ? 'what was open then; its places are told of now only' : words(told)}</span>
      </span>
      {!isPast && (
        <span className="open-actions">
          {told?.state === 'fits' && <button type="button" className="button primary small" onClick={() => { void act.add([id]); }}>Compose it</button>}
          {isAnswered && told.places > 0 && (
            <button type="button" className="button small"
              title="Every place was decided before, and the same conflict is there again: composes it with those answers, as one operation."
              onClick={() => { void deciding.decideAsBefore(id); }}>
              As before
            </button>
          )}
          {told?.state !== 'fits' && (
            <button type="button" className={`button small${isAnswered ? '' : ' primary'}`} disabled={told?.state === 'unable'}
              title={told?.state === 'unable' ? visibleSentence(told.reason) : 'Shift+D'} onClick={() => { void deciding.decide(id); }}>
              Decide
            </button>
          )}
          <button type="button" className="button quiet small icon" aria-label={`Drop ${name}`} title="Drop it: it is no longer wanted"
            onClick={() => { void deciding.dropOpen([id]); }}>
            <Icon name="close" size={12} />
          </button>
        </span>
      )}
    </li>
  );
}

/** "2 places against left and right, 1 decided before" */
function words(told: OpenConflict | null): string {
  if (told === null) return 'looking at what is to be decided';
  const { state, reason, against, places, answered } = told;
  if (state === 'fits') return 'fits now: nothing is left to decide';
  if (state === 'unable') return `cannot be decided: ${reason}`;
  const who = state === 'stale' ? 'the base' : listed(against.map(nameOf), 3),
    before = answered === 0 ? '' : answered === places ? ', all decided before' : `, ${answered} decided before`;
  return places === 0 ? `merges with ${who} as it is, in this order: say that you mean it` : `${plural(places, 'place')} against ${who}${before}`;
}
