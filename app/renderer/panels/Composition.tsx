// The composition: what is in it, what someone tried to add and why that needs an answer, and the way out to a branch.
import { useCallback, useMemo } from 'react';
import * as act from '../app/actions.ts';
import { Empty } from '../components/atoms.tsx';
import { AcuGrid } from '../components/AcuGrid.tsx';
import { AcuLine } from '../components/AcuLine.tsx';
import { CommandButton } from '../components/CommandButton.tsx';
import { Glyph, Icon } from '../components/Icon.tsx';
import { useConflictQuery } from '../state/conflicts.ts';
import { bySource, chosenIn, useComposition } from '../state/composition.ts';
import { useConnection } from '../state/connection.ts';
import { nameOf, useReplica } from '../state/replica.ts';
import { useUi } from '../state/ui.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { conflictWords, listed, plural, verdictWords } from '../state/words.ts';
import { ids } from '../testids.ts';
import type { AcuRow } from '../../workers/client.ts';
import { subjectWords } from './VerdictLine.tsx';
import { Largest } from './Largest.tsx';
import { Rebound } from './Rebound.tsx';
import { WriteBranch } from './WriteBranch.tsx';

type Item =
  | { readonly key: string; readonly acu: null; readonly source: string; readonly count: number; readonly whole: boolean }
  | { readonly key: string; readonly acu: AcuRow['id']; readonly row: AcuRow; readonly position: number; readonly nested: boolean };

export function Composition() {
  const chosen = useComposition(chosenIn), pending = useComposition((s) => s.pending !== null);
  const byId = useReplica((s) => s.byId), sources = useReplica((s) => s.sources);
  const branching = useUi((s) => s.overlay === 'branch');
  // the buttons' reasons depend on it
  useConnection((s) => s.state);
  const groups = useMemo(() => bySource(chosen, byId, sources), [chosen, byId, sources]);
  const items = useMemo(() => {
    let position = 0;
    return groups.flatMap((group): Item[] => {
      // a source of one ACU that carries its name needs no heading
      const alone = group.rows.length === 1 && group.rows[0]!.name === group.source;
      const rows = group.rows.map((row): Item => ({ key: row.id, acu: row.id, row, position: position++, nested: !alone }));
      return alone ? rows : [{ key: `source ${group.source}`, acu: null, source: group.source, count: group.rows.length, whole: group.whole }, ...rows];
    });
  }, [groups]);
  const line = useCallback((item: Item) => (item.acu === null
    ? <div role="row" className="group-line"><span role="rowheader" className="truncate"><Icon name="branch" size={12} /><span className="truncate">{item.source}</span></span><span role="gridcell" className="tiny muted">{item.whole ? 'whole' : 'in part'} · {plural(item.count, 'ACU')}</span></div>
    : (
      <AcuLine row={item.row} idPrefix="member-" testId={ids.member} position={item.position} showMark={false} nested={item.nested}>
        <span role="gridcell" className="c-remove"><button type="button" className="button quiet small icon" tabIndex={-1} aria-label={`Remove ${item.row.name}`} title="Remove" onClick={() => { void act.remove([item.row.id]); }}><Icon name="close" size={12} /></button></span>
      </AcuLine>
    )), []);
  return (
    <section className="panel composition" aria-label="Composition" data-drop="composition" data-pending={pending}>
      <header className="panel-head">
        <h2>Composition</h2>
        <span className="muted">{chosen.length === 0 ? 'empty' : plural(chosen.length, 'ACU')}{pending && ' · saving'}</span>
        <span className="spacer" />
        <CommandButton id="composition.largest" className="button quiet small">Largest set</CommandButton>
        {chosen.length > 0 && <CommandButton id="composition.clear" className="button quiet small">Clear</CommandButton>}
        <CommandButton id="composition.write" className="button primary small" testId={ids.branchWrite}><Icon name="branch" size={13} />Write to branch</CommandButton>
      </header>
      {branching && <WriteBranch />}
      <Proposal />
      <Largest />
      <Rebound />
      <div className="composition-list">
        {chosen.length === 0
          ? <div className="composition-empty" data-testid={ids.composition} tabIndex={0} aria-label="Composition, empty"><Empty title="Drag ACUs here to compose them">What fits together becomes one tree. Whatever is added is checked before it is dropped; nothing in your repository changes until you write a branch.</Empty></div>
          : <AcuGrid items={items} label="ACUs in the composition" testId={ids.composition} idPrefix="member-" drag="composition" onActivate={(id) => { void act.remove([id]); }} row={line} />}
        <DropHint />
      </div>
    </section>
  );
}

/** Over the list while something is carried: what dropping it here would do. */
function DropHint() {
  const carried = useVerdicts((s) => s.carried), subject = useVerdicts((s) => s.subject), answer = useVerdicts((s) => s.answer);
  const chosen = useComposition(chosenIn);
  if (carried === null) return null;
  const inside = carried.ids.every((id) => chosen.includes(id));
  const words = answer !== null && subject !== null && (subject.cause === 'drag' || subject.cause === 'carry') ? subjectWords(subject, answer, chosen) : null;
  return (
    <div className={`drop-hint${carried.over ? ' over' : ''} kind-${words?.mark ?? 'unknown'}`} data-kind={words?.mark ?? 'unknown'}>
      {carried.by === 'carry' && words !== null && (
        <div className="drop-words">
          <div className="muted small truncate">Carrying {listed(carried.ids.map(nameOf))}</div>
          <div className="drop-verdict"><Glyph mark={words.mark} size={14} /><span><strong className={`tone-${words.mark}`}>{words.head}</strong> {words.tail}</span></div>
          <div className="small muted"><kbd>Enter</kbd> {inside ? 'leaves it' : answer?.kind === 'fits' ? 'adds it' : 'shows what can be done'} · <kbd>Esc</kbd> puts it back</div>
        </div>
      )}
    </div>
  );
}

/** ACUs that cannot simply be added: why, and every way on. */
function Proposal() {
  const proposal = useComposition((s) => s.proposal);
  if (proposal === null) return null;
  const { ids: asked, verdict } = proposal;
  const words = verdictWords(verdict, asked, nameOf);
  const many = asked.length > 1;
  return (
    <div className={`proposal kind-${verdict.kind}`} data-testid={ids.proposal} data-kind={verdict.kind} role="group" aria-label="Cannot simply be added">
      <div className="proposal-head">
        <Glyph mark={words.mark} size={14} />
        <div className="proposal-words"><strong>{listed(asked.map(nameOf), 3)}</strong> <span className={`tone-${words.mark}`}>{words.head.charAt(0).toLowerCase() + words.head.slice(1).replace(/^hey /, '')}</span> {words.tail}</div>
        <button type="button" className="button quiet small icon" aria-label="Dismiss" onClick={act.dismissProposal}><Icon name="close" size={12} /></button>
      </div>
      {verdict.kind === 'needs' && verdict.acus.length > 2 && <ul className="proposal-list">{verdict.acus.slice(0, 8).map((id) => <li key={id} className="truncate"><Icon name="plus" size={11} />{nameOf(id)}</li>)}{verdict.acus.length > 8 && <li className="muted">and {plural(verdict.acus.length - 8, 'more')}</li>}</ul>}
      {(verdict.kind === 'conflicts' || verdict.kind === 'order-sensitive') && verdict.conflicts.length > 0 && (
        <ul className="proposal-list">
          {verdict.conflicts.slice(0, 6).map((conflict, i) => (
            verdict.look
              // of more than two: there is no pair to look at
              ? <li key={i} className="truncate mono" title={conflict.detail}>{conflictWords(conflict)}</li>
              : <li key={i} className="truncate" title={conflict.detail}><button type="button" className="link mono" onClick={() => { useConflictQuery.setState({ chosen: conflict }); useUi.setState({ tab: 'conflicts' }); }}>{conflictWords(conflict)}</button> <span className="muted">{conflict.b === 'base' ? 'with the base' : `${nameOf(conflict.a)} × ${nameOf(conflict.b)}`}</span></li>
          ))}
          {verdict.total > 6 && <li className="muted">and {plural(verdict.total - 6, 'more place')}</li>}
        </ul>
      )}
      <div className="proposal-actions">
        {verdict.kind === 'needs' && <button type="button" className="button primary small" data-testid={ids.proposalAccept} onClick={() => { void act.addWithNeeds(); }}>Add {verdict.acus.length === 1 ? 'it' : `these ${verdict.acus.length}`} too</button>}
        {(verdict.kind === 'conflicts' || verdict.kind === 'order-sensitive') && verdict.against.length > 0 && <button type="button" className="button small" data-testid={ids.proposalAccept} onClick={() => { void act.swap(); }}>Replace {verdict.against.length === 1 ? 'it' : `those ${verdict.against.length}`}</button>}
        {many && <button type="button" className="button small" onClick={() => { void act.addFitting(); }}>Add those that fit</button>}
        <button type="button" className="button quiet small" onClick={act.dismissProposal}>Leave out</button>
      </div>
    </div>
  );
}
