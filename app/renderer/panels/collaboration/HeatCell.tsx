// What one cell of a matrix says: the value in words, both sides, and for people what the two have in common.
import type { Heat } from '../../../core/collaboration/report.ts';
import { useReplica } from '../../state/replica.ts';
import { digits } from '../performance/figures.ts';
import { Experts } from './Experts.tsx';
import { AcuButton, EvidenceList, Likely, Person } from './parts.tsx';
import { useAsked } from './useAsked.ts';
import { chance, pathWords } from './words.ts';
import { MOST_LINES } from './Now.tsx';
import { useNames } from './names.ts';

export interface Cell { readonly row: number; readonly col: number }

export function HeatCell({ heat, cell, nameOf }: { heat: Heat; cell: Cell; nameOf(side: 'row' | 'col', i: number): string }) {
  const value = heat.value[cell.row * heat.cols.length + cell.col] ?? 0, row = heat.rows[cell.row], col = heat.cols[cell.col];
  if (row === undefined || col === undefined) return null;
  const isDiagonal = heat.of[0] === heat.of[1] && row === col;
  return (
    <>
      <h3 className="detail-title">
        <Side heat={heat} side={0} index={row} name={nameOf('row', cell.row)} />
        {!isDiagonal && <><span className="muted">×</span><Side heat={heat} side={1} index={col} name={nameOf('col', cell.col)} /></>}
      </h3>
      <p><strong>{digits(value)}</strong> <span className="muted">{heat.unit}</span></p>
      {heat.max > 0 && <p className="small muted">{chance(value / heat.max)} of the largest of this map.</p>}
      {heat.of[0] === 'person' && heat.of[1] === 'person' && !isDiagonal && <Between a={row} b={col} />}
      {heat.of[0] === 'person' && heat.of[1] !== 'person' && <Place person={row} path={nameOf('col', cell.col)} />}
      {heat.of[0] === 'acu' && <AcuExperts index={row} />}
    </>
  );
}

function Side({ heat, side, index, name }: { heat: Heat; side: 0 | 1; index: number; name: string }) {
  const id = useReplica((s) => s.rows[index]?.id);
  switch (heat.of[side]) {
    case 'person': return <Person index={index} />;
    case 'acu': return id === undefined ? <span>{name}</span> : <AcuButton id={id} />;
    case 'file': case 'directory': return <span className="mono copyable">{name}</span>;
  }
}

/** Why two people should talk, where they should. */
function Between({ a, b }: { a: number; b: number }) {
  const talk = useAsked('talk', 'talk', (api, asked) => api.talk(asked, MOST_LINES)),
    pair = talk.value?.find((one) => (one.a === a && one.b === b) || (one.a === b && one.b === a));
  if (talk.value === null) return null;
  return pair === undefined ? <p className="small muted">Nothing in flight asks these two to talk.</p> : <><h4 className="detail-head">Why they should talk</h4><EvidenceList evidence={pair.evidence} label="Why they should talk" /></>;
}

/** Where else this person knows their way. */
function Place({ person, path }: { person: number; path: string }) {
  const { line, person: nameOf } = useNames(), places = line(person)?.places ?? [];
  if (places.length === 0) return null;
  return (
    <>
      <h4 className="detail-head">Where {nameOf(person)} knows most</h4>
      <ul className="places">
        {places.map((place) => (
          <li key={place.path} aria-current={pathWords(place.path) === path}>
            <span className="mono truncate">{pathWords(place.path)}</span>
            <span className="spacer" />
            <Likely value={place.share} what="Share of what they know" />
          </li>
        ))}
      </ul>
    </>
  );
}

function AcuExperts({ index }: { index: number }) {
  const id = useReplica((s) => s.rows[index]?.id);
  return id === undefined ? null : <Experts a={id} b={null} path={null} />;
}
