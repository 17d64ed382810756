// The assignment board: who best takes which conflict or review, with a column for each person. Cards are dragged, or picked up by keyboard, to another
// person, which pins them there; the rest is shared out anew around it. Wide it has columns side by side, narrow one below the other.
import { useEffect, useEffectEvent, useState } from 'react';
import type { AssignmentAsked, Assignment } from '../../../core/collaboration/report.ts';
import { MOST_ITEMS } from '../../../core/collaboration/workItems.ts';
import { decide, leaveProposal, takeProposal } from '../../app/collaboration.ts';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Empty } from '../../components/atoms.tsx';
import { MOST_EVER, changeWords, clampLimit, columnsOf, costDifference, enough, movedItems, useBoard, withMost, withPin } from '../../state/board.ts';
import type { Column } from '../../state/board.ts';
import { useCollaboration } from '../../state/collaboration.ts';
import { useReplica } from '../../state/replica.ts';
import { say } from '../../state/ui.ts';
import { grouped, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { BoardColumn } from './BoardColumn.tsx';
import { BoardGhost, useCardDrags } from './boardDrag.tsx';
import { useNames } from './names.ts';
import { NothingThen } from './Nothing.tsx';
import { Answer, PartHead } from './parts.tsx';
import { useAsked } from './useAsked.ts';
import type { Answered } from './useAsked.ts';
import { pathsWords, sidesWords } from './words.ts';

/** With so few people all have a column; with more those who have nothing to do are folded away. */
const FEW = 8;

const useAssignment = (what: string, asked: AssignmentAsked | null): Answered<Assignment> => useAsked(what, asked === null ? null : JSON.stringify(asked), (api, at) => api.assign(at, asked!));

export function Board() {
  const decided = useBoard((s) => s.decided), proposed = useBoard((s) => s.proposed), carried = useBoard((s) => s.carried), ready = useReplica((s) => s.status === 'ready');
  const assignment = useAssignment('board', decided), then = useCollaboration((s) => s.asOf !== null && s.overview?.counts.flying === 0);
  const held = carried?.over == null ? null : withPin(decided, carried.item, carried.over), ifDropped = useAssignment('board, carried', held),
    ifTaken = useAssignment('board, what if', proposed?.after ?? null);
  const now = assignment.value, difference = now === null || ifDropped.value === null || ifDropped.waiting ? null : changeWords(now, ifDropped.value);
  return (
    <section className="panel board" aria-labelledby="head-board" aria-busy={assignment.waiting || !ready} data-testid={ids.board} data-board="" data-waiting={assignment.waiting}>
      <PartHead title="Sharing out the open work" headingId="head-board"
        {...(now === null ? {} : { count: now.items.length >= MOST_ITEMS ? `the first ${plural(now.items.length, 'item')}` : plural(now.items.length, 'item') })}>
        <CommandButton id="board.undo" className="button quiet small">Undo</CommandButton>
        <CommandButton id="board.redo" className="button quiet small">Redo</CommandButton>
        <CommandButton id="collaboration.copyBoard" className="button quiet small">Copy</CommandButton>
      </PartHead>
      <Answer of={assignment} waitingFor="Sharing out">
        {(answer) => answer.items.length === 0
          ? then ? <NothingThen /> : <Empty title="Nothing is open">Conflicts between branches and branches to review become cards here, and are shared out to the people who know their places.</Empty>
          : (
            <>
              <Summary answer={answer} most={decided.most} />
              {proposed !== null && <WhatIf title={proposed.title} now={answer} then={ifTaken} />}
              <Columns answer={answer} difference={difference} />
            </>
          )}
      </Answer>
    </section>
  );
}

/** What this costs, the proof that nothing is cheaper, and what comes next. */
function Summary({ answer, most }: { answer: Assignment; most: number }) {
  const { cost, bound, second, items } = answer, exact = Math.abs(cost - bound) <= 1e-6 * Math.max(1, Math.abs(cost)), open = items.filter(({ person }) => person === null).length;
  const least = enough(answer, { most }), names = useNames(), byId = new Map(items.map(({ item }) => [item.id, item]));
  const whose = (person: number | null): string => (person === null ? 'nobody' : names.person(person));
  return (
    <div className="board-summary small">
      <p>
        <strong data-testid={ids.boardCost} data-cost={cost}
          title={`Cost ${cost.toFixed(2)}, bound ${bound.toFixed(2)}: where both are equal no other way of sharing out is cheaper`}>
          {exact ? 'Shared out at the least cost, proven' : `At most ${(cost - bound).toFixed(2)} above the least cost`}
        </strong>
        <span className="muted">: to who knows its places, first what most people wait for</span>
        {open > 0 && <span className="tone-conflicts">{` · ▲ ${grouped(open)} beyond everybody's limit `}</span>}
        {least !== null && (
          <button type="button" className="button small"
            onClick={() => decide(`At most ${grouped(least)} for everybody`, withMost(useBoard.getState().decided, least))}>
            Raise it to {grouped(least)}
          </button>
        )}
      </p>
      {second !== null && second.changes.length > 0 && (
        <p className="muted second-best" title="The cheapest that differs">Second best {costDifference(cost, second.cost)}: {second.changes.slice(0, 2).map(({ item, from, to }) => {
          const it = byId.get(item);
          return `${it === undefined ? item : `${pathsWords(it.paths)} (${sidesWords(it, names.acu)})`} to ${whose(to)} instead of ${whose(from)}`;
        }).join('; ')}{second.changes.length > 2 && ` and ${plural(second.changes.length - 2, 'more change')}`}.</p>
      )}
      <p className="row board-tools">
        <Limit label="At most for everybody" value={most} onChange={(to) => decide(`At most ${grouped(to)} for everybody`, withMost(useBoard.getState().decided, to))} />
        <CommandButton id="board.clear" className="button quiet small">Forget all decisions</CommandButton>
      </p>
    </div>
  );
}

/** A number that is taken when it is complete: on Enter, or when the field is left. */
export function Limit({ label, value, onChange, hidden = false }: { label: string; value: number; onChange(to: number): void; hidden?: boolean }) {
  const [text, setText] = useState<string | null>(null);
  const take = (): void => {
    const to = text === null || text.trim() === '' ? value : clampLimit(Number(text));
    setText(null);
    if (to !== value) onChange(to);
  };
  return (
    <label className="row limit" title={label}>{hidden ? <span className="sr-only">{label}</span> : <span className="muted">{label}</span>}
      <input type="number" className="field small-field" min={0} max={MOST_EVER} value={text ?? value} onChange={(event) => setText(event.target.value)}
        onBlur={take} onKeyDown={(event) => { if (event.key === 'Enter') take(); }} />
    </label>
  );
}

/** What a decision would cost, before it is taken. */
function WhatIf({ title, now, then }: { title: string; now: Assignment; then: Answered<Assignment> }) {
  const { value, waiting, failure } = then;
  const words = failure !== null ? `${failure.sentence} ${failure.hint}` : value === null || waiting ? null : whatIfWords(now, value);
  const heard = useEffectEvent((said: string) => say(`${title}: ${said}`));
  useEffect(() => { if (words !== null) heard(words); }, [words]);
  return (
    <div className="proposal kind-needs what-if" role="group" aria-label="What if" data-testid={ids.whatIf} data-ready={words !== null}>
      <p className="proposal-words"><strong>{title}</strong>: {words ?? 'computing'}</p>
      <div className="proposal-actions">
        <button type="button" className="button small primary" disabled={value === null} onClick={takeProposal}>Take it</button>
        <button type="button" className="button small" onClick={leaveProposal}>Leave it</button>
      </div>
    </div>
  );
}

function whatIfWords(now: Assignment, then: Assignment): string {
  const moved = movedItems(now, then);
  return `${changeWords(now, then)}; ${moved === 0 ? 'nothing moves' : `${plural(moved, 'item')} would move`}`;
}

function Columns({ answer, difference }: { answer: Assignment; difference: string | null }) {
  const decided = useBoard((s) => s.decided), carried = useBoard((s) => s.carried), cursor = useBoard((s) => s.cursor), [all, setAll] = useState(false);
  const { line, person: nameOf } = useNames();
  const keyOf = (column: Column): string | null => (column.person === null ? null : line(column.person)?.key ?? null);
  const columns = columnsOf(answer), limited = new Set(decided.limits.map(({ key }) => key));
  const isIdle = (column: Column): boolean => column.cards.length === 0 && !column.away && !limited.has(keyOf(column) ?? '');
  const folds = columns.length > FEW && !all, shown = folds ? columns.filter((column) => !isIdle(column)) : columns, idle = columns.length - shown.length;
  const active = shown.find((column) => column.cards.some(({ item }) => item.id === cursor)) ?? shown.find((column) => column.cards.length > 0) ?? shown[0];
  useCardDrags();

  // one way to announce what is held over whom, whoever holds it
  const over = carried?.over == null ? null : columns.find((column) => keyOf(column) === carried.over) ?? null;
  const heard = useEffectEvent((words: string) => { if (carried?.by === 'carry') say(words); });
  const words = over?.person == null ? null : `${nameOf(over.person)}${difference === null ? '' : `: ${difference}`}`;
  useEffect(() => { if (words !== null) heard(words); }, [words]);
  // a card that was given to somebody keeps the keyboard there
  useEffect(() => {
    const board = document.querySelector(`[data-testid="${ids.board}"]`), focused = document.activeElement;
    if (cursor === null || board === null || !board.contains(focused) || focused?.getAttribute('role') !== 'listbox') return;
    const list = [...board.querySelectorAll<HTMLElement>(`[data-testid="${ids.boardColumn}"]`)].find((one) => one.dataset['cards']?.split('\n').includes(cursor))?.querySelector<HTMLElement>('[role="listbox"]');
    if (list !== undefined && list !== focused) list?.focus();
  }, [answer, cursor]);

  const reachable = shown.flatMap((column) => keyOf(column) ?? []);
  return (
    <>
      <div className="board-columns" data-carried={carried?.by ?? 'none'} tabIndex={-1}>
        {shown.map((column) => (
          <BoardColumn key={column.person ?? 'nobody'} column={column} personKey={keyOf(column)} active={column === active} reachable={reachable}
            held={carried !== null && carried.over !== null && carried.over === keyOf(column) ? difference ?? 'computing' : null} />
        ))}
        {columns.length > FEW && (
          <div className="board-more">
            <button type="button" className="button quiet small" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? 'Hide people who have nothing to do' : `Show ${plural(idle, 'more person', 'more people')} who have nothing to do`}
            </button>
          </div>
        )}
      </div>
      {carried?.by === 'drag' && <BoardGhost answer={answer} over={over?.person ?? null} difference={difference} />}
    </>
  );
}
