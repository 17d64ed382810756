// Matrices to look at: which one, the map itself (heatmap/), and beside it what the chosen cell says.
import { useCallback, useEffect, useState } from 'react';
import type { Heat, HeatKind } from '../../../core/collaboration/report.ts';
import { heatKinds } from '../../../core/collaboration/report.ts';
import { Empty } from '../../components/atoms.tsx';
import { useCollaboration } from '../../state/collaboration.ts';
import { Switch } from './Header.tsx';
import { HeatCell } from './HeatCell.tsx';
import type { Cell } from './HeatCell.tsx';
import { HeatMap } from './heatmap/HeatMap.tsx';
import { sideNamer } from './heatNames.ts';
import { useNames } from './names.ts';
import { Answer } from './parts.tsx';
import { useAsked } from './useAsked.ts';

const heatNames: Readonly<Record<HeatKind, readonly [title: string, what: string]>> = {
  knowledge: ['Who knows what', 'how much each person knows of each place'],
  interaction: ['Who knows the same', 'how much two people know of the same places'],
  overlap: ['Who works on the same', 'how much the work in flight of two people lies in the same places'],
  flying: ['Whose are these ACUs', 'how much each person has to do with the places of each ACU'],
  coChange: ['What changes together', 'how often two places change in one commit'],
};

/** Rows and columns of the largest map. */
const MOST = 5000;

export function HeatView() {
  const kind = useCollaboration((s) => s.heat), by = useCollaboration((s) => s.by);
  const heat = useAsked('heat', JSON.stringify([kind, by]), (api, asked) => api.heat(kind, asked, by, MOST));
  const { value } = heat;
  useEffect(() => { if (value !== null) useCollaboration.setState({ computed: value.computed }); }, [value]);
  return (
    <div className="heat-view fill" data-kind={value?.kind ?? ''} data-waiting={heat.waiting}>
      <div className="heat-kinds" role="group" aria-label="Matrix">
        {heatKinds.map((one) => (
          <button key={one} type="button" className="switch-part" aria-pressed={one === kind} title={heatNames[one][1]}
            onClick={() => useCollaboration.setState({ heat: one })}>
            {heatNames[one][0]}
          </button>
        ))}
        <Switch label="Places by" value={by} options={[['directories', 'Directories'], ['files', 'Files']]} onChange={(next) => useCollaboration.setState({ by: next })} />
      </div>
      <Answer of={heat} waitingFor="Multiplying">
        {(matrix) => (matrix.rows.length === 0 || matrix.cols.length === 0 ? <None kind={matrix.kind} /> : <Mapped key={`${matrix.kind} ${matrix.of.join(' ')}`} heat={matrix} />)}
      </Answer>
    </div>
  );
}

function Mapped({ heat }: { heat: Heat }) {
  const [chosen, setChosen] = useState<Cell | null>(null), names = useNames();
  const nameOf = useCallback((side: 'row' | 'col', i: number) => sideNamer(heat, names)(side, i), [heat, names]);
  return (
    <div className="heat-body">
      <div className="heat-picture"><HeatMap heat={heat} nameOf={nameOf} label={heatNames[heat.kind][0]} chosen={chosen} onChoose={setChosen} /></div>
      <aside className="detail" aria-label="Chosen cell">
        {chosen === null
          ? <Empty title="No cell chosen">Choose one to see what it says and where it comes from.</Empty>
          : <HeatCell heat={heat} cell={chosen} nameOf={nameOf} />}
      </aside>
    </div>
  );
}

function None({ kind }: { kind: HeatKind }) {
  const isFlying = kind === 'overlap' || kind === 'flying';
  return <Empty title="There is nothing to map">{isFlying ? 'No work is in flight: import branches or patches.' : 'No commit of this history touched a file by then.'}</Empty>;
}
