// Why the ACU that is looked at is not in the composition, or while that is empty in the set that was found: what keeps it out, what a swap costs, and
// the swap.
import { useEffect, useMemo, useRef } from 'react';
import type { Reason } from '../../../core/suggestion.ts';
import * as suggesting from '../../app/suggesting.ts';
import { AcuLink } from '../../components/AcuLink.tsx';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Spinner } from '../../components/atoms.tsx';
import { useAnswer } from '../../components/useAnswer.ts';
import { chosenIn, setKey, useComposition } from '../../state/composition.ts';
import { useConnection } from '../../state/connection.ts';
import { nameOf, useReplica } from '../../state/replica.ts';
import { reasonNow } from '../../state/standing.ts';
import { swapWords, useSuggestion } from '../../state/suggestion.ts';
import { needWords } from '../../state/leftOut.ts';
import { listed, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { AcuRow } from '../../../workers/client.ts';
import type { AcuId } from '../../../core/bytes.ts';

const SHOWN = 12;

/** Two cells of a list of facts; nothing where there is no set that it could be in, or it is in it. */
export function WhyNot({ row }: { row: AcuRow }) {
  const composed = useComposition(chosenIn), generation = useReplica((s) => s.generation), online = useConnection((s) => s.state === 'open');
  const rule = useSuggestion((s) => s.rule), found = useSuggestion((s) => (s.found?.generation === generation ? s.found.suggestion.acus : null));
  const within = suggesting.setAskedAbout(composed, found);
  const key = useMemo(() => (within === null || within.includes(row.id) ? null : `${generation} ${row.id} ${rule} ${setKey(within)}`), [within, row.id, rule, generation]);
  const { value, state } = useAnswer(online ? key : null, () => suggesting.whyNot(row.id, within!, rule));
  const told = useRef<HTMLElement>(null);
  // asked for by the keyboard it came into view before its answer did
  useEffect(() => { if (state === 'here' && told.current !== null && told.current === document.activeElement) told.current.scrollIntoView({ block: 'nearest' }); }, [state, key]);
  if (key === null || within === null) return null;
  return (
    <>
      <dt id="why-not">Why not</dt>
      <dd ref={told} data-testid={ids.whyNot} data-kind={state === 'here' ? value.kind : state} tabIndex={-1} aria-labelledby="why-not">
        {!online ? <span className="faint">the service is away</span> : value === null || value.acu !== row.id ? state === 'failed' ? <span className="faint">this could not be found out</span> : <Spinner /> : <Told reason={value} within={within} isSuggested={composed.length === 0} />}
      </dd>
    </>
  );
}

/** Why it can be in no set, where that is not for what it requires. */
function Alone({ id }: { id: AcuId }) {
  const row = useReplica((s) => s.byId.get(id));
  if (row?.standing !== 'stale') return <span>It can be in no set: {row === undefined || row.reason === '' ? 'it cannot be composed' : row.reason}.</span>;
  return (
    <>
      <div>It needs a rebase, for it conflicts with the base: {reasonNow(row)}.</div>
      <div className="why-not-swap"><CommandButton id="acu.decide" className="button small">Decide…</CommandButton><span className="muted small">or rebase it in git</span></div>
    </>
  );
}

function Told({ reason, within, isSuggested }: { reason: Reason; within: readonly AcuId[]; isSuggested: boolean }) {
  const { acu, kind, never, blockers, leaves, comes, refused, minimal, stands } = reason, rule = useSuggestion((s) => s.rule),
    needing = leaves.filter((id) => !blockers.includes(id)), set = isSuggested ? 'the suggested set' : 'the composition';
  if (kind === 'in' || kind === 'free') return <span>Nothing keeps it out of {set}{comes.length > 1 ? `; it comes with ${plural(comes.length - 1, 'other')}` : ''}.</span>;
  if (kind === 'never') {
    const others = never.filter((id) => id !== acu);
    if (others.length === 0) return <Alone id={acu} />;
    return <><div>It can be in no set. It needs:</div>{others.slice(0, SHOWN).map((id) => <AcuLink key={id} id={id} />)}</>;
  }
  if (blockers.length === 0) return <span>It conflicts with nothing in {set}, but what would be there with it was not found to compose.</span>;
  return (
    <>
      <div>{plural(blockers.length, 'ACU')} of {set} {blockers.length === 1 ? 'keeps' : 'keep'} it out{minimal ? '' : ', perhaps fewer'}:</div>
      {blockers.slice(0, SHOWN).map((id) => <AcuLink key={id} id={id} />)}
      {blockers.length > SHOWN && <div className="muted">and {plural(blockers.length - SHOWN, 'more')}</div>}
      {needing.length > 0 && <div>and {plural(needing.length, 'other')} that {needWords(needing.length, blockers.length)} would leave too:</div>}
      {needing.slice(0, SHOWN).map((id) => <AcuLink key={id} id={id} />)}
      {needing.length > SHOWN && <div className="muted">and {plural(needing.length - SHOWN, 'more', 'more')}</div>}
      {refused.slice(0, 3).map((set) => <div key={set.join(' ')} className="muted small">{listed(set.map(nameOf), 4)} do not compose together, though any two of them go.</div>)}
      <div className="why-not-swap">
        <button type="button" className="button small" data-testid={ids.whyNotSwap} disabled={!stands}
          title={`Takes out ${leaves.map(nameOf).slice(0, SHOWN).join(', ')}; brings in ${comes.map(nameOf).slice(0, SHOWN).join(', ')}. One operation, which can be undone.`}
          onClick={() => { void suggesting.swapIn(reason, within); }}>
          Swap it in
        </button>
        <span className="muted small">{swapWords(reason, rule)}{stands ? '' : '; no such set was found to compose'}</span>
      </div>
    </>
  );
}
