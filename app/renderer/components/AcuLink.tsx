// An ACU by name that shows itself in the inspector, with what it is to the composition.
import type { AcuId } from '../../core/bytes.ts';
import { markOf } from '../state/markIndex.ts';
import { nameOf, useReplica } from '../state/replica.ts';
import { useSelection } from '../state/selection.ts';
import { shortName } from '../state/shortName.ts';
import { useUi } from '../state/ui.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { Glyph } from './Icon.tsx';

export function AcuLink({ id }: { id: AcuId }) {
  const row = useReplica((s) => s.byId.get(id));
  const mark = useVerdicts((s) => (row === undefined || s.marks === null ? 'unknown' : markOf(s.marks[row.index])));
  const show = (): void => {
    useSelection.setState({ selected: new Set([id]), cursor: id, anchor: id });
    useUi.setState({ inspector: 'acu' });
  };
  return (
    <button type="button" className="acu-link" title={row?.name} onClick={show}>
      <Glyph mark={mark} size={10} /><span className="truncate">{row === undefined ? nameOf(id) : shortName(row)}</span>
    </button>
  );
}
