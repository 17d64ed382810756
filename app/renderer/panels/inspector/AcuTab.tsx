// What is selected: one ACU in full, or several together. Both are loaded while nothing else is to do.
import { lazy } from 'react';
import type { AcuId } from '../../../core/bytes.ts';
import { Empty } from '../../components/atoms.tsx';
import { Keys } from '../../components/Keys.tsx';
import { useReplica } from '../../state/replica.ts';
import { useSelection } from '../../state/selection.ts';

const OneAcu = lazy(() => import('./OneAcu.tsx')), Several = lazy(() => import('./Several.tsx'));

/** What one does with it, by key. */
const firstKeys = [['ArrowDown', 'goes through the list'], ['Enter', 'adds it to the composition'], ['W', 'tells why it is not in it'], ['Shift+D', 'decides what conflicts']] as const;

function First() {
  return <dl className="empty-keys">{firstKeys.map(([keys, does]) => <div key={keys}><dt><Keys keys={keys} /></dt><dd>{does}</dd></div>)}</dl>;
}

export function AcuTab() {
  const cursor = useSelection((s) => s.cursor), selected = useSelection((s) => s.selected);
  const byId = useReplica((s) => s.byId);
  if (selected.size > 1) return <Several chosen={[...selected]} />;
  const row = byId.get([...selected][0] ?? cursor ?? ('' as AcuId));
  return row === undefined ? <Empty title="No ACU selected">Select one to see where it comes from, what it requires, what it conflicts with and what it changes.<First /></Empty> : <OneAcu key={row.id} row={row} />;
}
