// ACUs that cannot simply be added: why, and every way on, each with what it would do before it is done.
import type { AcuId } from '../../../core/bytes.ts';
import { useEffect, useLayoutEffect, useRef } from 'react';
import * as act from '../../app/actions.ts';
import { keepOpen } from '../../app/deciding.ts';
import { previewSwap, takeSwap } from '../../app/swapping.ts';
import { toggleWhatIf } from '../../app/whatIf.ts';
import { Glyph, Icon } from '../../components/Icon.tsx';
import { Spinner } from '../../components/atoms.tsx';
import { useComposition } from '../../state/composition.ts';
import type { Proposal as Proposed } from '../../state/composition.ts';
import { useConflictQuery } from '../../state/conflicts.ts';
import { nameOf, useReplica } from '../../state/replica.ts';
import { isStale } from '../../state/standing.ts';
import { needWords } from '../../state/leftOut.ts';
import { swapWords } from '../../state/suggestion.ts';
import { useSwaps } from '../../state/swaps.ts';
import type { SwapOption } from '../../state/swaps.ts';
import { useUi } from '../../state/ui.ts';
import { conflictWords, grouped, listed, plural, saidOf, verdictWords } from '../../state/words.ts';
import { ids } from '../../testids.ts';

/** Places and swaps shown of many. */
const PLACES = 6, SWAPS = 5;

export function Proposal() {
  const proposal = useComposition((s) => s.proposal);
  return proposal === null ? null : <Asked proposal={proposal} />;
}

function Asked({ proposal }: { proposal: Proposed }) {
  const { ids: asked, verdict } = proposal, card = useSeen(proposal);
  const words = verdictWords(verdict, asked, nameOf), many = asked.length > 1, fitting = useSwaps((s) => s.fitting), isWhatIf = useComposition((s) => s.whatIf !== null);
  const isStuck = verdict.kind === 'conflicts' || verdict.kind === 'order-sensitive';
  return (
    <div ref={card} tabIndex={-1} className={`proposal kind-${verdict.kind}`} data-testid={ids.proposal} data-kind={verdict.kind} role="group" aria-label="Cannot simply be added">
      <div className="proposal-head">
        <Glyph mark={words.mark} size={14} />
        <div className="proposal-words"><strong>{listed(asked.map(nameOf), 3)}</strong> <span className={`tone-${words.mark}`}>{saidOf(words.head)}</span> {words.tail}</div>
        <button type="button" className="button quiet small icon" aria-label="Dismiss" onClick={act.dismissProposal}><Icon name="close" size={12} /></button>
      </div>
      {verdict.kind === 'needs' && <ul className="proposal-list" aria-label="Comes along">{verdict.acus.slice(0, 8).map((id) => <li key={id} className="truncate"><Icon name="plus" size={11} />{nameOf(id)}</li>)}{verdict.acus.length > 8 && <li className="muted">and {plural(verdict.acus.length - 8, 'more', 'more')}</li>}</ul>}
      {verdict.kind === 'order-sensitive' && <p className="proposal-note small muted">Each two of them go together, but merged in another order git comes to another tree, or conflicts: which of them is meant only a person can say.</p>}
      {verdict.risks.length > 0 && <p className="proposal-note small muted">They would stand, and some file systems take two of their names for one.</p>}
      {(isStuck || verdict.kind === 'unable') && <Swaps fallback={verdict.against.length} many={many} />}
      <div className="proposal-actions">
        {verdict.kind === 'needs' && <button type="button" className="button primary small" data-first data-testid={ids.proposalAccept} onClick={() => { void act.addWithNeeds(); }}>Add {many ? 'them' : 'it'} with {verdict.acus.length === 1 ? 'the one needed' : `the ${verdict.acus.length} needed`}</button>}
        {many && <button type="button" className="button small" disabled={fitting === 0} onClick={() => { void act.addFitting(); }}>{fitting === null ? 'Add those that fit' : fitting === 0 ? 'None of them fits' : `Add the ${fitting} that ${fitting === 1 ? 'fits' : 'fit'}`}</button>}
        {!isWhatIf && (isStuck || verdict.kind === 'unable') && <button type="button" className="button small" data-testid={ids.proposalKeepOpen} title="Kept beside the composition, not in its tree, until you decide its places by hand" onClick={() => { void keepOpen(asked); }}>Keep {many ? 'them' : 'it'} open to decide</button>}
        {isWhatIf && isStuck && <button type="button" className="button small" onClick={() => toggleWhatIf(asked)}>Put {many ? 'them' : 'it'} in all the same</button>}
        <button type="button" className="button quiet small" onClick={act.dismissProposal}>Leave out</button>
      </div>
      {isStuck && verdict.conflicts.length > 0 && (
        <details className="places" open={verdict.total <= 3}>
          <summary>Where: {plural(verdict.total, 'conflict')}</summary>
          <ul className="proposal-list" aria-label="Where they conflict">
            {verdict.conflicts.slice(0, PLACES).map((conflict, i) => (
              verdict.look
                // of more than two: there is no pair to look at
                ? <li key={i} className="truncate mono" title={conflict.detail}>{conflictWords(conflict)}</li>
                : <li key={i} className="truncate" title={conflict.detail}><button type="button" className="link mono" onClick={() => { useConflictQuery.setState({ chosen: conflict }); useUi.setState({ tab: 'conflicts' }); }}>{conflictWords(conflict)}</button> <span className="muted">{partiesWords(conflict, asked)}</span></li>
            ))}
            {verdict.total > PLACES && <li className="muted">and {plural(verdict.total - PLACES, 'more conflict')}</li>}
          </ul>
        </details>
      )}
    </div>
  );
}

/** With whom; both where neither was asked for. */
function partiesWords({ a, b }: { readonly a: AcuId; readonly b: AcuId | 'base' }, asked: readonly AcuId[]): string {
  if (b === 'base') return 'with the base';
  return asked.includes(a) === asked.includes(b) ? `${nameOf(a)} × ${nameOf(b)}` : `with ${nameOf(asked.includes(a) ? b : a)}`;
}

/** Brings the answer into view, whatever was scrolled to; where it takes the keyboard, gives it back when it goes, but to what is kept open, which takes it on (app/deciding.ts). */
function useSeen(proposal: Proposed) {
  const card = useRef<HTMLDivElement>(null), before = useRef<HTMLElement | null>(null);
  useEffect(() => {
    card.current?.scrollIntoView({ block: 'nearest' });
    if (!proposal.takesFocus || card.current === null) return;
    const now = document.activeElement;
    if (now instanceof HTMLElement && now !== document.body && !card.current.contains(now)) before.current = now;
    (card.current.querySelector<HTMLElement>('[data-first]') ?? card.current).focus({ preventScroll: true });
  }, [proposal]);
  useLayoutEffect(() => {
    const it = card.current, count = (): number => useComposition.getState().confirmed?.open?.length ?? 0, open = count();
    // before it is taken away
    return () => { if (count() === open && it?.contains(document.activeElement) === true && before.current?.isConnected === true) before.current.focus({ preventScroll: true }); };
  }, []);
  return card;
}

/** The ways to make room: what leaves, what comes, what it costs. Pointed at or focused, the rows show it. */
function Swaps({ fallback, many }: { fallback: number; many: boolean }) {
  const { status, options, never } = useSwaps();
  if (status === 'asking') return <div className="swaps small muted"><Spinner />Looking for swaps that would make it fit</div>;
  if (options.length > 0) {
    return (
      <ul className="swaps" aria-label="Swaps that would make it fit">
        {options.slice(0, SWAPS).map((option, i) => <SwapLine key={`${option.wanted.join()} ${option.leaves.join()}`} option={option} many={many} isFirst={i === 0} />)}
        {options.length > SWAPS && <li className="small muted">and {plural(options.length - SWAPS, 'more way', 'more ways')}: select fewer to see them</li>}
      </ul>
    );
  }
  const stale = never.filter(isStale), others = never.filter((id) => !isStale(id));
  return (
    <>
      {stale.length > 0 && <p className="proposal-note small muted">{listed(stale.map(nameOf))} {stale.length === 1 ? 'needs' : 'need'} a rebase: {stale.length === 1 ? 'it conflicts' : 'they conflict'} with the base. Kept open, {stale.length === 1 ? 'its' : 'their'} places can be decided by hand.</p>}
      {others.length > 0 && <p className="proposal-note small muted">{listed(others.map(nameOf))} can be in no set as {others.length === 1 ? 'it is' : 'they are'}{others.every(standsOn) ? `: what ${others.length === 1 ? 'it stands' : 'they stand'} on cannot be composed` : ''}.</p>}
      {never.length === 0 && fallback > 0 && (status === 'none' || status === 'failed' || status === 'here') && <div className="swaps"><button type="button" className="button small" data-testid={ids.proposalAccept} onClick={() => { void act.swap(); }}>Replace {fallback === 1 ? 'it' : `those ${fallback}`}</button></div>}
    </>
  );
}

const standsOn = (id: AcuId): boolean => (useReplica.getState().byId.get(id)?.requires.length ?? 0) > 0;

const because: Readonly<Record<SwapOption['rules'][number], string>> = { unit: 'fewest ACUs leave', lines: 'fewest lines leave', age: 'the oldest leave' };

/** `many`: several were asked for, and who comes is said. */
function SwapLine({ option, many, isFirst }: { option: SwapOption; many: boolean; isFirst: boolean }) {
  const { wanted, leaves, comes, rules } = option, show = (): void => previewSwap(option), hide = (): void => previewSwap(null);
  // what keeps it out, and what leaves for standing on that
  const byId = useReplica((s) => s.byId), gone = new Set(leaves), needing = leaves.filter((id) => byId.get(id)?.requires.some((lower) => gone.has(lower)) === true), first = leaves.filter((id) => !needing.includes(id));
  const leaving = leaves.map(nameOf), coming = comes.map(nameOf);
  return (
    <li className="swap" data-testid={ids.swap} onPointerEnter={show} onPointerLeave={hide} onFocus={show} onBlur={hide}>
      <button type="button" className="button small" {...(isFirst ? { 'data-testid': ids.proposalAccept } : {})} title={`Takes out ${leaving.slice(0, 12).join(', ')}; brings in ${coming.slice(0, 12).join(', ')}. One operation, which can be undone.`} onClick={() => { hide(); void takeSwap(option); }}>
        Swap {wanted.length === 1 ? '' : 'all '}in
      </button>
      <span className="swap-words">
        {many || comes.length > 1 ? <><span className="tone-fits">+ {listed(coming, 3)}</span> </> : null}
        <span className="tone-conflicts">− {listed(first.map(nameOf), 3)}{needing.length > 0 && ` and ${grouped(needing.length)} that ${needWords(needing.length, first.length)}`}</span>
        <span className="muted small swap-price">{swapWords(option, rules[0]!)}{rules.length < 3 && wanted.length === 1 ? ` · ${rules.map((rule) => because[rule]).join(', ')}` : ''}</span>
      </span>
    </li>
  );
}
