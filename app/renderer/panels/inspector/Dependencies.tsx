// What an ACU requires and what requires it, as a small picture: those above it, those below it, conflicts with the composition marked. By
// keyboard: arrows go from one to the next, Enter selects, Space shows what is around it. The lists among the facts say the same.
import { useMemo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import type { AcuId } from '../../../core/bytes.ts';
import { markNames, shapes } from '../../../workers/client.ts';
import { markOf } from '../../state/markIndex.ts';
import { nameOf, useReplica } from '../../state/replica.ts';
import { useScaled } from '../../state/settings.ts';
import { useVerdicts } from '../../state/verdicts.ts';
import { plural } from '../../state/words.ts';
import { say } from '../../state/ui.ts';
import { ids } from '../../testids.ts';
import { MOST_NODES, type Direction, around, laidOut, towards } from './layout.ts';
import { chooseAcus } from './Owners.tsx';

const nobody: readonly AcuId[] = [];

export default function Dependencies({ id }: { id: AcuId }) {
  const byId = useReplica((s) => s.byId), dependants = useReplica((s) => s.dependants), marks = useVerdicts((s) => s.marks);
  const [opened, setOpened] = useState<ReadonlySet<AcuId>>(new Set()), [cursor, setCursor] = useState(id);
  const width = useScaled(196), height = useScaled(34);
  const laid = useMemo(() => {
    const above = (one: AcuId): readonly AcuId[] => (byId.get(one)?.requires ?? nobody).filter((other) => byId.has(other)), below = (one: AcuId): readonly AcuId[] => dependants.get(one) ?? nobody;
    return laidOut(around(id, opened, above, below), above, below, { width, height });
  }, [id, opened, byId, dependants, width, height]);
  const at = laid.nodes.find((node) => node.id === cursor) ?? laid.nodes.find((node) => node.id === id)!;
  const markAt = (one: AcuId): keyof typeof shapes => { const row = byId.get(one); return row === undefined || marks === null ? 'unknown' : markOf(marks[row.index]); };
  const open = (one: AcuId): void => setOpened((held) => (held.has(one) ? held.difference(new Set([one])) : new Set([...held, one])));
  if (laid.nodes.length === 1) return <p className="muted" data-testid={ids.dependencies}>It requires nothing, and nothing requires it.</p>;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') { event.preventDefault(); event.stopPropagation(); chooseAcus([at.id]); return; }
    if (event.key === ' ') { event.preventDefault(); event.stopPropagation(); open(at.id); return; }
    if (!event.key.startsWith('Arrow') || event.altKey) return;
    event.preventDefault();
    const next = towards(laid.nodes, at, event.key as Direction);
    if (next === null) return;
    setCursor(next.id);
    say(`${nameOf(next.id)}, ${markNames[markAt(next.id)]}.`);
    document.getElementById(`dep-${next.id}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  const isClash = (one: AcuId): boolean => markAt(one) === 'conflicts';
  return (
    <div className="dependencies" role="listbox" tabIndex={0} aria-label="What it requires above, what requires it below" aria-activedescendant={`dependency-${at.id}`} data-testid={ids.dependencies} onKeyDown={onKeyDown}>
      {laid.nodes.map(({ id: one, above, below }) => (
        <span key={one} id={`dependency-${one}`} role="option" aria-selected={one === at.id} className="sr-only">{nameOf(one)}, {markNames[markAt(one)]}{above + below > 0 && `, ${plural(above + below, 'more')} around it`}</span>
      ))}
      <svg width={Math.max(1, laid.width)} height={Math.max(1, laid.height)} aria-hidden="true">
        <defs><marker id="dep-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M1 1 7 4 1 7" fill="none" stroke="var(--edge)" strokeWidth="1.4" /></marker></defs>
        {laid.edges.map(({ from, to, points }) => <path key={`${from} ${to}`} className={`dep-edge${isClash(from) || isClash(to) ? ' clash' : ''}`} d={`M${points.map(({ x, y }) => `${x} ${y}`).join('L')}`} markerEnd="url(#dep-arrow)" />)}
        {laid.nodes.map(({ id: one, x, y, above, below }) => {
          const mark = markAt(one), name = nameOf(one);
          return (
            <g key={one} id={`dep-${one}`} className={`dep-node${one === id ? ' self' : ''}${one === at.id ? ' cursor' : ''}`} transform={`translate(${x - width / 2} ${y - height / 2})`}
              data-testid={ids.dependency} data-acu={one} data-mark={mark} onClick={() => { setCursor(one); if (one !== id) chooseAcus([one]); }}>
              <title>{`${name}\n${markNames[mark]}`}</title>
              <rect width={width} height={height} rx={4} />
              <g className={`glyph tone-${mark}`} transform={`translate(7 ${height / 2 - 11}) scale(0.85)`} fill="currentColor"><path d={shapes[mark]} fillRule="evenodd" /></g>
              <text x={22} y={height / 2 - 1}>{short(name, 26)}</text>
              <text className="dep-note" x={22} y={height / 2 + 11}>{[above > 0 ? `${above} above` : '', below > 0 ? `${below} below` : ''].filter(Boolean).join(', ') || markNames[mark]}</text>
            </g>
          );
        })}
      </svg>
      {laid.nodes.length >= MOST_NODES && <div className="tiny muted diff-note">The nearest {MOST_NODES}; the lists among the facts have all.</div>}
    </div>
  );
}

const short = (name: string, most: number): string => { const points = [...name.slice(0, 200)]; return points.length <= most ? name : `${points.slice(0, most - 1).join('')}…`; };
