// One person's column of the board: how much they have and may take, whether they are there, and their cards.
import { useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { decide, dropCard, propose } from '../../app/collaboration.ts';
import { Glyph, Icon } from '../../components/Icon.tsx';
import { loadWords, useBoard, withAway, withLimit } from '../../state/board.ts';
import type { Card, Column } from '../../state/board.ts';
import { useCollaboration } from '../../state/collaboration.ts';
import { grouped, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { Limit } from './Board.tsx';
import { Lines } from './Lines.tsx';
import { useNames } from './names.ts';
import { Paths, Person } from './parts.tsx';
import { sidesWords } from './words.ts';

/** Pixels. */
const CARD = 44;

/** `personKey` null: the column of what nobody may take. `held`: what it would cost to put here what is carried over it. `reachable`: keys of the columns, in order. */
export function BoardColumn({ column, personKey, active, reachable, held }: {
  column: Column; personKey: string | null; active: boolean; reachable: readonly string[]; held: string | null;
}) {
  const { person, cards, most, away } = column, { person: nameOf } = useNames(), name = person === null ? 'Beyond the limits' : nameOf(person);
  const carried = useBoard((s) => s.carried), cursor = useBoard((s) => s.cursor), limits = useBoard((s) => s.decided.limits);
  const element = useRef<HTMLElement>(null);
  const choose = ({ item, evidence }: Card): void => {
    useBoard.setState({ cursor: item.id });
    useCollaboration.setState({ chosen: { kind: 'item', id: item.id, a: item.a, b: item.b, paths: item.paths, person, evidence } });
  };
  /** The list beside this one; its own card becomes the one with the keyboard. */
  const walk = (step: 1 | -1): void => {
    const lists = [...element.current?.parentElement?.querySelectorAll<HTMLElement>('[role="listbox"]') ?? []], at = lists.findIndex((list) => element.current!.contains(list));
    lists[at + step]?.focus();
  };
  const onKey = (event: KeyboardEvent): boolean => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    if (carried?.by !== 'carry') { if (step !== 0) walk(step); return step !== 0; }
    if (event.key === 'Enter' || event.key === ' ') { dropCard(overName() ?? ''); return true; }
    if (step === 0) return event.key !== 'Escape' && event.key !== 'Tab' && event.key !== 'F6';
    const at = reachable.indexOf(carried.over ?? personKey ?? ''), next = reachable[Math.max(0, Math.min(reachable.length - 1, at + step))];
    if (next !== undefined) useBoard.setState({ carried: { ...carried, over: next } });
    return true;
  };
  const overName = (): string | null => {
    const line = useCollaboration.getState().overview?.people.find(({ key }) => key === useBoard.getState().carried?.over);
    return line === undefined ? null : nameOf(line.person);
  };
  const limit = personKey === null ? undefined : limits.find(({ key }) => key === personKey);
  return (
    <section ref={element} className={`board-column${away ? ' is-away' : ''}${held === null ? '' : ' is-over'}`}
      aria-label={`${name}: ${loadWords(cards.length, most)}${away ? ', away' : ''}`} data-testid={ids.boardColumn} data-person={person ?? 'nobody'}
      data-cards={cards.map(({ item }) => item.id).join('\n')}
      {...(personKey === null ? {} : { 'data-drop': `person ${personKey}` })} style={{ '--cards': Math.min(Math.max(cards.length, 1), 6) } as React.CSSProperties}>
      <header className="board-head">
        {person === null ? <strong className="tone-conflicts">▲ {name}</strong> : <strong className="truncate"><Person index={person} /></strong>}
        <span className={`board-load small${cards.length >= most && person !== null ? ' is-full' : ' muted'}`}>
          {away ? 'away' : personKey === null ? loadWords(cards.length, most) : `${grouped(cards.length)} of`}
        </span>
        {personKey !== null && (
          <span className="board-own">
            {!away && (
              <Limit hidden label={`Most items for ${name}`} value={most}
                onChange={(to) => decide(`At most ${to} for ${name}`, withLimit(useBoard.getState().decided, personKey, to))} />
            )}
            {limit !== undefined && (
              <button type="button" className="button quiet small" title={`As many as everybody for ${name}`} aria-label={`As many as everybody for ${name}`}
                onClick={() => decide(`As many as everybody for ${name}`, withLimit(useBoard.getState().decided, personKey, null))}>
                <Icon name="undo" size={11} />
              </button>
            )}
            <button type="button" className="button quiet small" role="switch" aria-checked={away} aria-label={`${name} is away`}
              onClick={() => propose(away ? `${name} is back` : `${name} is away`, withAway(useBoard.getState().decided, personKey, !away))}>
              {away ? 'Back' : 'Away'}
            </button>
          </span>
        )}
      </header>
      {held !== null && <p className="board-held small"><span aria-hidden="true">→ </span>{held}</p>}
      <div className="board-list" data-drag="board">
        {cards.length === 0 && <span className="board-none small faint">{away ? 'is away' : 'nothing'}</span>}
        <Lines items={cards} label={`${name}, ${plural(cards.length, 'card')}`} testId={`${ids.boardColumn}-list`} rowHeight={CARD}
          keyOf={({ item }) => item.id} chosen={cursor} tabIndex={active || cards.length > 0 ? 0 : -1}
          onChoose={choose} onFocus={choose} onKey={onKey} attributes={({ item, pinned }) => ({ 'data-testid': ids.boardCard, 'data-card': item.id, 'data-pinned': pinned, 'data-carried': carried?.item === item.id })}
          line={CardLine} />
      </div>
    </section>
  );
}

function CardLine({ item: { item, pinned } }: { item: Card }) {
  const { acu } = useNames(), isReview = item.kind === 'review';
  return (
    <>
      <span className="line-head">
        {isReview ? <Icon name="check" size={10} /> : <Glyph mark="conflicts" size={10} />}
        {isReview ? <span className="truncate">{acu(item.a)}</span> : <Paths paths={item.paths} />}
        <span className="spacer" />
        {pinned && <span className="badge" title="Given to them by hand; the rest is shared out around it">pinned</span>}
      </span>
      <span className="line-tail small muted truncate">{isReview ? <>review · <Paths paths={item.paths} /></> : sidesWords(item, acu)}</span>
    </>
  );
}
