// The largest compatible composition: by which weight, the search as it goes, and what was found with its proof, before anything is changed.
import { useEffect, useMemo, useRef } from 'react';
import type { AcuId } from '../../../core/bytes.ts';
import { type WeightRule, weightRules } from '../../../core/weights.ts';
import * as suggesting from '../../app/suggesting.ts';
import { AcuLink } from '../../components/AcuLink.tsx';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Icon } from '../../components/Icon.tsx';
import { chosenIn, useComposition } from '../../state/composition.ts';
import { useReplica } from '../../state/replica.ts';
import { askedOf, between, leftOut, proofWords, ruleNames, searchWords, useSuggestion, weightWords } from '../../state/suggestion.ts';
import type { Found, Search } from '../../state/suggestion.ts';
import { duration, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { LeftOut } from './LeftOut.tsx';

export function Largest() {
  const { isOpen, isFolded, rule, search, found, failed } = useSuggestion();
  const generation = useReplica((s) => s.generation), acus = useReplica((s) => s.rows.length);
  const choice = useRef<HTMLSelectElement>(null), isChoosing = useRef(false), ticket = search?.ticket ?? null;
  // the keyboard is where the question can be changed while it is searched, then where what was found is taken; who changes the question stays there
  useEffect(() => {
    if (!isOpen) return;
    if (ticket !== null) { if (!isChoosing.current) choice.current?.focus(); return; }
    const panel = choice.current?.closest('section'), { activeElement } = document;
    if (!isChoosing.current && (activeElement === choice.current || activeElement === document.body)) panel?.querySelector<HTMLElement>(`[data-testid="${ids.largestTake}"]`)?.focus();
    isChoosing.current = false;
  }, [isOpen, ticket]);
  if (!isOpen) return null;
  const old = found !== null && (found.generation !== generation || found.rule !== rule);
  const panel = { className: 'proposal largest', 'aria-label': 'Largest compatible composition', 'data-testid': ids.largest, 'data-state': search !== null ? 'searching' : failed !== null ? 'failed' : found === null ? 'none' : old ? 'old' : 'found' };
  if (isFolded && search === null && failed === null && found !== null) return <section {...panel}><Folded found={found} isOld={old} /></section>;
  return (
    <section {...panel}>
      <div className="largest-head">
        <strong>Largest compatible</strong>
        <select ref={choice} className="field" aria-label="What an ACU is worth" value={rule} data-testid={ids.largestRule}
          onChange={(event) => { isChoosing.current = true; void suggesting.searchLargest(event.target.value as WeightRule); }}>
          {weightRules.map((one) => <option key={one} value={one}>{ruleNames[one]}</option>)}
        </select>
        <span className="spacer" />
        <button type="button" className="button quiet small icon" aria-label="Close" title="Close" onClick={suggesting.closeLargest}><Icon name="close" size={12} /></button>
      </div>
      {search !== null ? <Searching search={search} />
        : failed !== null ? <div className="largest-line">
            <Icon name="warning" />
            <span>{failed}</span>
            <button type="button" className="button small" onClick={() => { void suggesting.searchLargest(); }}>Try again</button>
          </div>
        : found === null ? <div className="largest-line muted">
            <span>The search was cancelled.</span>
            <button type="button" className="button small" onClick={() => { void suggesting.searchLargest(); }}>Search</button>
          </div>
        : acus === 0 ? <div className="largest-line muted">Nothing is in flight: there is nothing to choose from.</div>
        : <Outcome found={found} isOld={old} />}
    </section>
  );
}

/** Once it was taken: what it was, and whether that is composed still. */
function Folded({ found, isOld }: { found: Found; isOld: boolean }) {
  const { suggestion, rule } = found, chosen = useComposition(chosenIn), { comes, leaves } = useMemo(() => between(chosen, suggestion.acus), [chosen, suggestion]);
  const moves = [...comes.length > 0 ? [plural(comes.length, 'comes', 'come')] : [], ...leaves.length > 0 ? [plural(leaves.length, 'leaves', 'leave')] : []].join(', ');
  return (
    <div className="largest-line is-folded" data-testid={ids.largestProof} data-optimal={suggestion.optimal}>
      <strong>Largest compatible</strong>
      {isOld
        ? <>
            <span className="muted">The graph has changed since.</span>
            <button type="button" className="button small" onClick={() => { void suggesting.searchLargest(); }}>Search again</button>
          </>
        : <>
            <span className="muted small tabular">{proofWords(suggestion, rule)}</span>
            {moves === ''
              ? <span className="muted">Composed</span>
              : <>
                  <span className="muted small tabular">{moves}</span>
                  <CommandButton id="composition.takeLargest" className="button small" testId={ids.largestTake}>Compose it</CommandButton>
                </>}
          </>}
      <span className="largest-ends">
        <button type="button" className="button quiet small" aria-expanded="false" title="What was left out and why, and what an ACU is worth"
          onClick={() => suggesting.foldLargest(false)}>
          Show
        </button>
        <button type="button" className="button quiet small icon" aria-label="Close" title="Close" onClick={suggesting.closeLargest}><Icon name="close" size={12} /></button>
      </span>
    </div>
  );
}

function Searching({ search }: { search: Search }) {
  const { weight, bound } = search;
  return (
    <div className="largest-line">
      <span className="spinner" aria-hidden="true" />
      <span className="tabular" role="status">{searchWords(search)}</span>
      {bound !== null && <progress aria-label="Found, of what is possible at most" max={bound} value={weight} />}
      <span className="spacer" />
      <button type="button" className="button small" onClick={suggesting.stopSearch}>Cancel</button>
    </div>
  );
}

function Outcome({ found, isOld }: { found: Found; isOld: boolean }) {
  const { suggestion, rule, budget } = found, { acus, bound, optimal, refused, of, rounds } = suggestion;
  const chosen = useComposition(chosenIn), rows = useReplica((s) => s.rows), isTaken = useSuggestion((s) => s.isTaken);
  const { comes, leaves } = useMemo(() => between(chosen, acus), [chosen, acus]);
  const asked = useMemo(() => askedOf(found, isTaken, chosen), [found, isTaken, chosen]);
  const { possible, never } = useMemo(() => leftOut(rows, asked.within), [rows, asked]);
  if (isOld) return (
    <div className="largest-line muted">
      <Icon name="warning" />
      <span>The graph has changed since this was found.</span>
      <button type="button" className="button small" onClick={() => { void suggesting.searchLargest(); }}>Search again</button>
    </div>
  );
  const isComposed = acus.length > 0 && comes.length === 0 && leaves.length === 0;
  return (
    <>
      <div className="largest-line" data-testid={ids.largestProof} data-optimal={optimal}>
        <span className={`chip ${optimal ? 'is-proven' : ''}`}
          title={optimal ? 'Nothing that composes weighs more: every other set was ruled out.' : `Nothing that composes weighs more than ${weightWords(bound)}. Whether anything weighs more than this set is not known yet.`}>
          <Icon name={optimal ? 'check' : 'warning'} size={12} />{proofWords(suggestion, rule)}
        </span>
        {!optimal && <button type="button" className="button quiet small" onClick={suggesting.searchLonger}>Search for {duration(suggesting.longer(budget))}</button>}
        <span className="muted small tabular"
          title="Weight: what the ACUs of a set are worth together, counted as chosen above. Bound: what no set that composes can exceed.">
          {optimal ? `weight ${weightWords(suggestion.weight)} of ${weightWords(of.weight)}` : `weight ${weightWords(suggestion.weight)}, bound ${weightWords(bound)}`} · {duration(suggestion.ms)}
        </span>
        <span className="spacer" />
        {isComposed
          ? <>
              <span className="muted">Composed</span>
              <button type="button" className="button quiet small" aria-expanded="true" onClick={() => suggesting.foldLargest(true)}>Fold</button>
            </>
          : <CommandButton id="composition.takeLargest" className="button primary small" testId={ids.largestTake}>Compose it</CommandButton>}
      </div>
      {acus.length === 0 ? <p className="muted small">None of {plural(of.acus, 'ACU')} can be composed: all need a rebase, are not yet exact, or stand on one that does or is.</p>
        : <><Names title={plural(comes.length, 'comes', 'come')} all={comes} open /><Names title={plural(leaves.length, 'leaves', 'leave')} all={leaves} open /></>}
      {possible.length + never.length > 0 && <LeftOut asked={asked} left={possible} never={never} />}
      {refused.length > 0 && (
        <details className="largest-names">
          <summary>
            {plural(refused.length, 'set')} did not compose although any two of {refused.length === 1 ? 'it' : 'each'} go
            together{rounds > 2 ? ` (searched ${rounds} times)` : ''}
          </summary>
          <ul>
            {refused.slice(0, SHOWN).map((set) => <li key={set.join(' ')} className="largest-set">{set.map((id) => <AcuLink key={id} id={id} />)}</li>)}
            {refused.length > SHOWN && <li className="muted">and {plural(refused.length - SHOWN, 'more')}</li>}
          </ul>
        </details>
      )}
    </>
  );
}

/** Of a long list the first: the rest is in the list of all ACUs. */
const SHOWN = 60;

function Names({ title, all, open }: { title: string; all: readonly AcuId[]; open: boolean }) {
  if (all.length === 0) return null;
  return (
    <details className="largest-names" open={open && all.length <= 12}>
      <summary>{title}</summary>
      <ul>{all.slice(0, SHOWN).map((id) => <li key={id}><AcuLink id={id} /></li>)}{all.length > SHOWN && <li className="muted">and {plural(all.length - SHOWN, 'more')}</li>}</ul>
    </details>
  );
}
