// The slowest operations of the range on screen, each a flame of where its time went, on one scale.
import { useState } from 'react';
import type { StatsReport } from '../../../contract/performance.ts';
import { visible } from '../../../core/visible.ts';
import { ids } from '../../testids.ts';
import { clockTime, digits, figure, ticksFor } from './figures.ts';
import { FigureTable, Section, Standing, useEvents } from './parts.tsx';
import type { Of, Tone } from './parts.tsx';
import { useSpan } from './useSeries.ts';

const MOST = 30, ELSEWHERE = 'rest';
const tones: Readonly<Record<Of<'operation'>['event']['outcome'], Tone>> = { ok: 'good', refused: 'none', failed: 'bad', late: 'warn', cancelled: 'none' };

/** The parts in order, and what is left to none of them. */
export function partsOf({ ms, parts }: Pick<Of<'operation'>['event'], 'ms' | 'parts'>): readonly (readonly [name: string, ms: number])[] {
  const left = ms - parts.reduce((sum, [, part]) => sum + part, 0);
  return left > ms * 0.001 ? [...parts, [ELSEWHERE, left]] : parts;
}

/** `full`: milliseconds of the whole width. */
function Flame({ it: { event, at }, isChosen, full, names, onChoose }: { it: Of<'operation'>; isChosen: boolean; full: number; names: readonly string[]; onChoose: () => void }) {
  return (
    <button type="button" className="flame" aria-pressed={isChosen} data-testid={ids.flame} onClick={onChoose}>
      <span className="flame-name truncate"><Standing tone={tones[event.outcome]}>{event.operation}</Standing><span className="sr-only"> {event.outcome}: </span></span>
      <span className="flame-bar">
        {partsOf(event).map(([name, ms], i) => (
          <span key={`${i} ${name}`} className={`flame-part ${name === ELSEWHERE ? 'elsewhere' : `hatch-${names.indexOf(name) % 6}`}`}
            style={{ width: `${full > 0 ? (ms / full) * 100 : 0}%` }} title={`${name}: ${figure(ms, 'ms')}`}>
            <span className="flame-label">{name}<span className="sr-only"> {figure(ms, 'ms')}, </span></span>
          </span>
        ))}
      </span>
      <span className="number">{figure(event.ms, 'ms')}</span>
      <span className="tiny muted">{clockTime(at)}</span>
    </button>
  );
}

export function Slowest(_: { report: StatsReport }) {
  const { span } = useSpan(), found = useEvents(['operation'], span, 2000) as readonly Of<'operation'>[] | null;
  const [chosen, setChosen] = useState<string | null>(null), [only, setOnly] = useState(''), [whole, setWhole] = useState(false);
  if (found === null) return <p className="none muted">loading</p>;
  const operations = [...new Set(found.map(({ event }) => event.operation))].sort(), wanted = operations.includes(only) ? only : '';
  const slowest = found.filter(({ event }) => wanted === '' || event.operation === wanted).sort((a, b) => b.event.ms - a.event.ms).slice(0, MOST);
  if (slowest.length === 0) return (
    <Section title="Slowest requests">
      <p className="none muted">No request was told of in this range. The slowest of each second are, while the service works.</p>
    </Section>
  );
  const key = ({ at, seq }: Of<'operation'>): string => `${at} ${seq}`;
  const one = slowest.find((s) => key(s) === chosen) ?? slowest[0]!;
  const names = [...new Set(slowest.flatMap(({ event }) => partsOf(event).map(([name]) => name)))].filter((name) => name !== ELSEWHERE).sort();
  const ticks = ticksFor(slowest[0]!.event.ms), top = ticks.at(-1)!;
  return (
    <>
      <Section title="Slowest requests"
        note={`${slowest.length} of ${found.length} told of in the range on screen (the slowest of each second); choose one for its parts in figures`}>
        <div className="row flame-choice">
          <select className="field small-field" aria-label="Which operation" value={wanted} onChange={(event) => setOnly(event.target.value)}>
            <option value="">all operations</option>
            {operations.map((name) => <option key={name} value={name}>{name}</option>)}
          </select>
          <label className="check"><input type="checkbox" checked={whole} onChange={() => setWhole(!whole)} />each as a whole</label>
        </div>
        <div className="flames">
          {!whole && (
            <div className="flame-scale" aria-hidden="true">
              {ticks.map((tick) => <span key={tick} className="tiny faint" style={{ left: `${(tick / top) * 100}%` }}>{figure(tick, 'ms')}</span>)}
            </div>
          )}
          <ul aria-label="Slowest requests">
            {slowest.map((it) => (
              <li key={key(it)}>
                <Flame it={it} isChosen={key(it) === key(one)} full={whole ? it.event.ms : top} names={names} onChoose={() => setChosen(key(it))} />
              </li>
            ))}
          </ul>
        </div>
      </Section>
      <Section title={`${one.event.operation} at ${clockTime(one.at)}: ${figure(one.event.ms, 'ms')}`} note={visible(one.event.detail, 300)}>
        <FigureTable label="Parts" rows={partsOf(one.event).map(([name, ms], i) => ({ name, ms, i }))} rowKey={({ i }) => String(i)} empty="It told no parts." columns={[
          { title: 'part', cell: ({ name }) => name },
          { title: 'time', number: true, cell: ({ ms }) => figure(ms, 'ms') },
          { title: 'share', number: true, cell: ({ ms }) => (one.event.ms > 0 ? `${digits((ms / one.event.ms) * 100)} %` : '–') },
        ]} />
      </Section>
    </>
  );
}
