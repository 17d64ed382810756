// How conflicts look in the picture, how many of each there are, and which are shown: a legend that is a filter. And what nodes are.
import { dashes, edgeLooks, edgeMark, edgeNames, families, familyNames, familyShapes } from '../../../workers/client.ts';
import type { EdgeLook, Family, LevelChoice } from '../../../workers/client.ts';
import { toggled, usePicture } from '../../state/picture.ts';
import { grouped, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';

export function Legend() {
  const { verdicts, families: byFamily } = usePicture((s) => s.counts), filter = usePicture((s) => s.filter);
  const haveVerdicts = edgeLooks.reduce((bits, _, v) => ((verdicts[v] ?? 0) > 0 ? bits | (1 << v) : bits), 0),
    haveFamilies = families.reduce((bits, _, f) => ((byFamily[f] ?? 0) > 0 ? bits | (1 << f) : bits), 0);
  return (
    <div className="legend" data-testid={ids.graphLegend}>
      {verdicts.some((count) => count > 0) && <span className="muted" title="Pairs of ACUs, each counted once, however many conflicts it has">Pairs</span>}
      <span className="legend-part" role="group" aria-label="Conflicts shown, by verdict">
        {edgeLooks.map((look, v) => (verdicts[v] ?? 0) > 0 && (
          <Chip key={look} name={edgeNames[look]} count={verdicts[v]!} on={(filter.verdicts >> v & 1) === 1}
            onToggle={() => usePicture.setState({ filter: { ...filter, verdicts: toggled(filter.verdicts & haveVerdicts, v, haveVerdicts) } })}>
            <Line look={look} />
          </Chip>
        ))}
      </span>
      {byFamily.filter((count) => count > 0).length > 1 && (
        <span className="legend-part" role="group" aria-label="Conflicts shown, by kind">
          {families.map((family, f) => (byFamily[f] ?? 0) > 0 && (
            <Chip key={family} name={familyNames[family]} count={byFamily[f]!} on={(filter.families >> f & 1) === 1}
              onToggle={() => usePicture.setState({ filter: { ...filter, families: toggled(filter.families & haveFamilies, f, haveFamilies) } })}>
              <Mark family={family} />
            </Chip>
          ))}
        </span>
      )}
      <Levels />
    </div>
  );
}

function Chip({ name, count, on, onToggle, children }: { name: string; count: number; on: boolean; onToggle: () => void; children: React.ReactNode }) {
  return (
    <button type="button" className="legend-chip" aria-pressed={on} title={`${plural(count, 'pair')} of ACUs: ${name}. ${on ? 'Hide' : 'Show'} them.`} onClick={onToggle}>
      {children}<span className="legend-name">{name}</span><span className="legend-count">{grouped(count)}</span>
    </button>
  );
}

function Line({ look }: { look: EdgeLook }) {
  return (
    <svg className={`glyph tone-${edgeMark[look]}`} width="20" height="10" viewBox="0 0 20 10" aria-hidden="true">
      <path d="M0 5h20" stroke="currentColor" strokeWidth="1.6" strokeDasharray={dashes[look].join(' ')} />
    </svg>
  );
}

function Mark({ family }: { family: Family }) {
  const shape = familyShapes[family];
  return (
    <svg width="20" height="10" viewBox="0 0 20 10" aria-hidden="true">
      <path d="M0 5h20" stroke="currentColor" strokeWidth="1" opacity="0.5" />
      {shape !== null && <><path className="legend-ground" d="M5 0h10v10H5Z" /><path d={shape} transform="translate(4 -1)" fill="currentColor" fillRule="evenodd" /></>}
    </svg>
  );
}

const choices: Readonly<Record<LevelChoice, string>> = { auto: 'auto', acus: 'ACUs', sources: 'sources' };

function Levels() {
  const choice = usePicture((s) => s.choice), level = usePicture((s) => s.level), nodes = usePicture((s) => s.nodes);
  const same = nodes.sources >= nodes.acus;
  return (
    <label className="legend-level" title={same ? 'Every source is one ACU here.' : `${grouped(nodes.acus)} ACUs of ${grouped(nodes.sources)} sources or stacks`}>
      <span className="muted">Nodes</span>
      <select className="field" value={choice} disabled={same} onChange={(event) => usePicture.setState({ choice: event.target.value as LevelChoice })}>
        {Object.entries(choices).map(([value, name]) => <option key={value} value={value}>{value === 'auto' ? `${name}: ${choices[level]}` : name}</option>)}
      </select>
    </label>
  );
}
