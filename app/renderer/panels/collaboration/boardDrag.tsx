// Dragging a card to another person by pointer: what is lifted, where it may go, and what is written beside the pointer.
import { useEffect } from 'react';
import type { Assignment } from '../../../core/collaboration/report.ts';
import { dropCard } from '../../app/collaboration.ts';
import { draggable } from '../../app/drag.ts';
import { Ghost } from '../../components/Ghost.tsx';
import { useBoard } from '../../state/board.ts';
import { nameOfLine, useCollaboration } from '../../state/collaboration.ts';
import { ids } from '../../testids.ts';
import { useNames } from './names.ts';
import { pathsWords, sidesWords } from './words.ts';

const ZONE = 'person ';
const keyOfZone = (zone: string | null): string | null => (zone?.startsWith(ZONE) === true ? zone.slice(ZONE.length) : null);

/** While the board is on screen its cards can be dragged. */
export function useCardDrags(): void {
  useEffect(() => draggable((target) => {
    const item = target.closest<HTMLElement>('[data-card]')?.dataset['card'];
    if (item === undefined || target.closest('[data-drag="board"]') === null) return null;
    return {
      from: 'board',
      lift: () => useBoard.setState({ cursor: item, carried: { item, by: 'drag', over: null } }),
      over: (zone) => useBoard.setState(({ carried }) => ({ carried: carried === null ? null : { ...carried, over: keyOfZone(zone) } })),
      drop() {
        const { carried } = useBoard.getState(), { overview, names } = useCollaboration.getState();
        if (carried !== null) dropCard(nameOfLine(overview?.people.find(({ key }) => key === carried.over), names));
      },
      putBack: () => useBoard.setState({ carried: null }),
    };
  }), []);
}

/** `over`: the person below the pointer; `difference`: what it would cost to let go here. */
export function BoardGhost({ answer, over, difference }: { answer: Assignment; over: number | null; difference: string | null }) {
  const item = useBoard((s) => s.carried?.item ?? null), { person, acu } = useNames(), card = answer.items.find((one) => one.item.id === item);
  if (card === undefined) return null;
  const stays = over !== null && over === card.person && card.pinned;
  return (
    <Ghost testId={ids.ghost} kind={over === null ? 'unknown' : 'fits'}>
      <div className="ghost-names"><div className="truncate">{pathsWords(card.item.paths)}</div><div className="muted">{sidesWords(card.item, acu)}</div></div>
      <div>{over === null ? 'Let go over a person to give it to them.' : stays ? `Is pinned to ${person(over)} already.` : `${person(over)}: ${difference ?? 'computing'}`}</div>
    </Ghost>
  );
}
