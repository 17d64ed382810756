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

export function Slowest(_: { report: StatsReport }) {
  const { span } = useSpan(), found = useEvents(['operation'], span, 2000) as readonly Of<'operation'>[] | null;
  const [chosen, setChosen] = useState<string | null>(null);
  if (found === null) return <p className="none muted">loading</p>;
  const slowest = [...found].sort((a, b) => b.event.ms - a.event.ms).slice(0, MOST);
  if (slowest.length === 0) return <Section title="Slowest operations"><p className="none muted">No operation was told of in this range. The slowest of each second are, while the service works.</p></Section>;
  const key = ({ at, seq }: Of<'operation'>): string => `${at} ${seq}`;
  const one = slowest.find((s) => key(s) === chosen) ?? slowest[0]!;
  const names = [...new Set(slowest.flatMap(({ event }) => partsOf(event).map(([name]) => name)))].filter((name) => name !== ELSEWHERE).sort();
  const ticks = ticksFor(slowest[0]!.event.ms), top = ticks.at(-1)!;
  return (
    <>
      <Section title="Slowest operations" note="of the range on screen; choose one for its parts in figures">
        <div className="flames">
          <div className="flame-scale" aria-hidden="true">{ticks.map((tick) => <span key={tick} className="tiny faint" style={{ left: `${(tick / top) * 100}%` }}>{figure(tick, 'ms')}</span>)}</div>
          <ul aria-label="Slowest operations">
            {slowest.map((it) => {
              const { event, at } = it;
              return (
                <li key={key(it)}>
                  <button type="button" className="flame" aria-pressed={key(it) === key(one)} data-testid={ids.flame} onClick={() => setChosen(key(it))}>
                    <span className="flame-name truncate"><Standing tone={tones[event.outcome]}>{event.operation}</Standing><span className="sr-only"> {event.outcome}: </span></span>
                    <span className="flame-bar">
                      {partsOf(event).map(([name, ms], i) => <span key={`${i} ${name}`} className={`flame-part ${name === ELSEWHERE ? 'elsewhere' : `hatch-${names.indexOf(name) % 6}`}`} style={{ width: `${(ms / top) * 100}%` }} title={`${name}: ${figure(ms, 'ms')}`}><span className="flame-label">{name}<span className="sr-only"> {figure(ms, 'ms')}, </span></span></span>)}
                    </span>
                    <span className="number">{figure(event.ms, 'ms')}</span>
                    <span className="tiny muted">{clockTime(at)}</span>
                  </button>
                </li>
              );
            })}
          </ul>
        </div>
      </Section>
      <Section title={`${one.event.operation} at ${clockTime(one.at)}: ${figure(one.event.ms, 'ms')}`} note={visible(one.event.detail, 300)}>
        <FigureTable label="Parts" rows={partsOf(one.event).map(([name, ms], i) => ({ name, ms, i }))} rowKey={({ i }) => String(i)} empty="It told no parts." columns={[
          { title: 'part', cell: ({ name }) => name }, { title: 'time', number: true, cell: ({ ms }) => figure(ms, 'ms') }, { title: 'share', number: true, cell: ({ ms }) => (one.event.ms > 0 ? `${digits((ms / one.event.ms) * 100)} %` : '–') },
        ]} />
      </Section>
    </>
  );
}
