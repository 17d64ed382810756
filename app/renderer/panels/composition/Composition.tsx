// The composition: what is in it and who brought it, what someone tried to add and why that needs an answer, what is only looked at, and the way out to a
// branch.
import { Suspense, lazy, useCallback, useMemo, useState } from 'react';
import * as act from '../../app/actions.ts';
import { byTestId, regainFocus } from '../../app/regainFocus.ts';
import { toggleWhatIf } from '../../app/whatIf.ts';
import { Empty } from '../../components/atoms.tsx';
import { AcuGrid } from '../../components/AcuGrid.tsx';
import { AcuLine, ShortName } from '../../components/AcuLine.tsx';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Icon } from '../../components/Icon.tsx';
import { bySource, chosenIn, composedIn, useComposition } from '../../state/composition.ts';
import { useConnection } from '../../state/connection.ts';
import { nameOf, namedSource, useReplica } from '../../state/replica.ts';
import { useRecipes } from '../../state/recipes.ts';
import { useSuggestion } from '../../state/suggestion.ts';
import { useUi } from '../../state/ui.ts';
import { shortName } from '../../state/shortName.ts';
import type { Named } from '../../state/shortName.ts';
import { listed, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { AcuRow } from '../../../workers/client.ts';
import type { AcuId } from '../../../core/bytes.ts';
import { OpenConflicts } from '../decide/OpenConflicts.tsx';
import { DropHint } from './DropHint.tsx';
import { Largest } from './Largest.tsx';
import { Proposal } from './Proposal.tsx';
import { Rebound } from './Rebound.tsx';
import { Totals } from './Totals.tsx';
import { WhatIf } from './WhatIf.tsx';
import { WriteBranch } from './WriteBranch.tsx';
import './composition.css';

/** With all it compares with, when first opened. */
const Recipes = lazy(() => import('../recipes/Recipes.tsx'));

type Item =
  | { readonly key: string; readonly acu: null; readonly source: Named; readonly count: number; readonly whole: boolean }
  | { readonly key: string; readonly acu: AcuRow['id']; readonly row: AcuRow; readonly position: number; readonly nested: boolean };

/** What is in the composition, and while one looks at another set what would leave it, too. */
function useMembers(): { readonly chosen: readonly AcuId[]; readonly shown: readonly AcuId[]; readonly isWhatIf: boolean } {
  const chosen = useComposition(chosenIn), composed = useComposition(composedIn), isWhatIf = useComposition((s) => s.whatIf !== null);
  const shown = useMemo(() => (isWhatIf ? [...new Set([...chosen, ...composed])] : chosen), [chosen, composed, isWhatIf]);
  return { chosen, shown, isWhatIf };
}

/** Which of the two has the height where there is too little for both: what was asked last, until the list is brought back. */
function useFront(branching: boolean, isKeeping: boolean): readonly ['talk' | 'list', (front: 'talk' | 'list') => void] {
  const [before, setBefore] = useState<readonly unknown[] | null>(null);
  const proposal = useComposition((s) => s.proposal), rebound = useComposition((s) => s.rebound), isWhatIf = useComposition((s) => s.whatIf !== null);
  const isOpen = useSuggestion((s) => s.isOpen), isFolded = useSuggestion((s) => s.isFolded), search = useSuggestion((s) => s.search?.ticket);
  // the list stays in front until something else is asked than when it was brought there
  const asked = [branching, isKeeping, proposal, rebound, isWhatIf, isOpen, isFolded, search];
  return [before?.every((one, i) => one === asked[i]) === true ? 'list' : 'talk', (front) => setBefore(front === 'list' ? asked : null)];
}

export function Composition() {
  const { chosen, shown, isWhatIf } = useMembers(), pending = useComposition((s) => s.pending !== null);
  const byId = useReplica((s) => s.byId), sources = useReplica((s) => s.sources), dependants = useReplica((s) => s.dependants);
  const branching = useUi((s) => s.overlay === 'branch'), isKeeping = useRecipes((s) => s.isOpen), isSearching = useSuggestion((s) => s.isOpen);
  const [front, setFront] = useFront(branching, isKeeping);
  // the buttons' reasons depend on it
  useConnection((s) => s.state);
  const groups = useMemo(() => bySource(shown, byId, sources), [shown, byId, sources]), inside = useMemo(() => new Set(chosen), [chosen]);
  const items = useMemo(() => {
    const named = new Map(sources.map((source) => [source.name, source]));
    let position = 0;
    return groups.flatMap((group): Item[] => {
      // a source of one ACU that carries its name needs no heading
      const alone = group.rows.length === 1 && group.rows[0]!.name === group.source;
      const rows = group.rows.map((row): Item => ({ key: row.id, acu: row.id, row, position: position++, nested: !alone }));
      return alone ? rows : [{ key: `source ${group.source}`, acu: null, source: namedSource(named.get(group.source) ?? { name: group.source, acus: [] }, byId), count: group.rows.length, whole: group.whole }, ...rows];
    });
  }, [groups, sources, byId]);
  const line = useCallback((item: Item) => (item.acu === null
    ? <div role="row" className="group-line"><span role="rowheader" className="truncate"><Icon name="branch" size={12} /><span className="truncate" title={item.source.name}><ShortName of={item.source} /></span></span><span role="gridcell" className="tiny muted">{item.whole ? 'whole' : 'in part'} · {plural(item.count, 'ACU')}</span></div>
    : <Member item={item} inside={inside} dependants={dependants} isWhatIf={isWhatIf} />), [inside, dependants, isWhatIf]);
  return (
    <section className="panel composition" aria-label="Composition" data-drop="composition" data-pending={pending} data-empty={shown.length === 0} data-front={front}>
      <header className="panel-head">
        <h2>Composition</h2>
        {/* how many there are stands below, whole */}
        <span className="muted">{pending ? 'saving' : chosen.length === 0 && 'empty'}</span>
        <span className="spacer" />
        <CommandButton id="composition.whatIf" className="button quiet small">What if</CommandButton>
        <CommandButton id="composition.largest" className="button quiet small">Largest set</CommandButton>
        <CommandButton id="recipes.show" className="button quiet small">Recipes</CommandButton>
        {chosen.length > 0 && <CommandButton id="composition.clear" className="button quiet small clear">Clear</CommandButton>}
        <CommandButton id="composition.write" className="button primary small"><Icon name="branch" size={13} /><span>Write<span className="wide-only"> to branch</span></span></CommandButton>
      </header>
      {front === 'list' && <button type="button" className="composition-behind" onClick={() => { setFront('talk'); regainFocus(['.composition-said :is(button, select, input, [tabindex="0"])']); }}><Icon name="up" size={11} />What was asked<span className="spacer" />Show</button>}
      <div className="composition-talk">
        <div className="composition-said">
          {branching && <WriteBranch />}
          <WhatIf />
          <Proposal />
          <Largest />
          {isKeeping && <Suspense fallback={null}><Recipes /></Suspense>}
          <Rebound />
          <OpenConflicts />
        </div>
      </div>
      <div className="composition-list">
        {shown.length === 0
          ? (
            <div className="composition-empty" role="group" data-testid={ids.composition} tabIndex={0} aria-label="Composition, empty">
              <Empty title="Drag ACUs here to compose them">
                What fits together becomes one tree. Whatever is added is checked before it is dropped; nothing in your repository changes until you write a branch.
                {!isSearching && <span className="empty-actions"><CommandButton id="composition.largest" className="button small">Find the largest set</CommandButton></span>}
              </Empty>
            </div>
          )
          : <AcuGrid items={items} label={isWhatIf ? 'ACUs of what is only looked at' : 'ACUs in the composition'} testId={ids.composition} idPrefix="member-" drag="composition" onActivate={(id) => { if (isWhatIf) toggleWhatIf([id]); else void act.remove([id]); }} row={line} />}
        {shown.length > 0 && <button type="button" className="composition-behind" onClick={() => { setFront('list'); regainFocus([byTestId(ids.composition)]); }}><Icon name="down" size={11} />What is composed<span className="spacer" />Show</button>}
        <DropHint />
      </div>
      <Totals />
    </section>
  );
}

/** One ACU of it: who in it needs it, and the way out; while one looks at another set, whether it is in that. */
function Member({ item, inside, dependants, isWhatIf }: { item: Extract<Item, { acu: AcuId }>; inside: ReadonlySet<AcuId>; dependants: ReadonlyMap<AcuId, readonly AcuId[]>; isWhatIf: boolean }) {
  const { row, position, nested } = item, isIn = inside.has(row.id), needing = (dependants.get(row.id) ?? []).filter((id) => inside.has(id));
  const names = listed(needing.map(nameOf), 3);
  return (
    <AcuLine row={row} idPrefix="member-" testId={ids.member} position={position} showMark={false} nested={nested}>
      <span role="gridcell" className={`c-remove${isIn ? '' : ' is-out'}`}>
        {needing.length > 0 && <span className="needed tiny muted" title={`Needed by ${names}`}><Icon name="up" size={10} />{needing.length}<span className="sr-only"> need it: {names}</span></span>}
        {isWhatIf
          ? <button type="button" role="checkbox" className="tick c-check" tabIndex={-1} aria-checked={isIn} aria-label={`What if ${shortName(row)} were in it`} title={isIn ? 'In what is looked at: press to leave it out' : 'Left out of what is looked at: press to put it in'}>{isIn && <Icon name="check" size={11} />}</button>
          : <button type="button" className="button quiet small icon" tabIndex={-1} aria-label={`Remove ${shortName(row)}`} title={needing.length === 0 ? 'Remove' : `Remove, with ${names}`} onClick={() => { void act.remove([row.id]); }}><Icon name="close" size={12} /></button>}
      </span>
    </AcuLine>
  );
}
