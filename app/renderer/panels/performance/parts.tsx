// Small parts that the sections share: tables of figures, bars in a cell, events of a range, words for states by shape as well as colour.
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { TimedEvent } from '../../../contract/performance.ts';
import type { TelemetryEvent, TelemetryKind } from '../../../core/telemetry.ts';
import { events } from '../../app/performance.ts';
import { useConnection } from '../../state/connection.ts';
import { NO_DATA, percent } from './figures.ts';
import type { Span } from '../../state/performance.ts';

export interface Column<T> { readonly title: string; readonly number?: boolean; readonly hint?: string; cell(row: T): ReactNode }

/** `rowKey` names a row; the first column heads it. */
export function FigureTable<T>({ label, columns, rows, rowKey, empty, chosen, onChoose }: {
  readonly label: string; readonly columns: readonly Column<T>[]; readonly rows: readonly T[]; rowKey(row: T): string; readonly empty: string;
  readonly chosen?: string | null; onChoose?(row: T): void;
}) {
  if (rows.length === 0) return <p className="none muted">{empty}</p>;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="figures" aria-label={label}>
        <thead><tr>{columns.map(({ title, number, hint }) => <th key={title} scope="col" className={number === true ? 'number' : undefined} title={hint}>{title}</th>)}</tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className={chosen === rowKey(row) ? 'chosen' : undefined} aria-current={chosen === rowKey(row) ? 'true' : undefined}>
              {columns.map(({ title, number, cell }, i) => {
                const content = cell(row);
                if (i > 0) return <td key={title} className={number === true ? 'number' : undefined}>{content}</td>;
                return (
                  <th key={title} scope="row">
                    {onChoose === undefined
                      ? content
                      : <button type="button" className="link" aria-pressed={chosen === rowKey(row)} onClick={() => onChoose(row)}>{content}</button>}
                  </th>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A share of 1 as a bar with its number; over the bound it is hatched too. */
export function Share({ value, bound = 1 }: { value: number | null; bound?: number }) {
  if (value === null) return <span className="muted">{NO_DATA}</span>;
  return (
    <span className="share" data-over={value > bound}>
      <span className="share-bar" aria-hidden="true"><span style={{ width: `${Math.min(100, value * 100)}%` }} /></span>{percent(value * 100)} %
    </span>
  );
}

export type Tone = 'good' | 'bad' | 'warn' | 'none';
const signs: Readonly<Record<Tone, string>> = { good: '✓', bad: '✕', warn: '▲', none: '–' };
/** A state by sign, colour and word. */
export function Standing({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`standing is-${tone}`}><span aria-hidden="true">{signs[tone]}</span> {children}</span>;
}

export type Of<K extends TelemetryKind> = TimedEvent & { readonly event: Extract<TelemetryEvent, { kind: K }> };

/** What is told a moment late is asked for again, in ms. */
const LATE = 5000;

/** Events of these kinds in a range, newest first; null before the first answer. As the range moves on, only what is new is asked for. */
export function useEvents<K extends TelemetryKind>(kinds: readonly K[], span: Span | null, limit: number): readonly Of<K>[] | null {
  const [found, setFound] = useState<readonly TimedEvent[] | null>(null),
    held = useRef<{ readonly key: string; readonly from: number; readonly to: number; readonly all: readonly TimedEvent[] } | null>(null),
    asking = useRef<string | null>(null);
  const online = useConnection((s) => s.state === 'open'), key = `${kinds.join(' ')} ${limit}`;
  const from = span?.from ?? null, to = span?.to ?? null;
  const ask = useEffectEvent(async (start: number, end: number): Promise<readonly TimedEvent[]> => {
    const has = held.current, grows = has !== null && has.key === key && start >= has.from && start <= has.to && end >= has.to;
    if (!grows) return events({ kinds, from: start, to: end, limit });
    const again = has.to - LATE, fresh = await events({ kinds, from: Math.max(start, again), to: end, limit });
    return [...fresh, ...has.all.filter(({ at }) => at >= start && at < again)].slice(0, limit);
  });
  useEffect(() => {
    // one question at a time: a slow answer is still an answer, and the next second asks for what it lacks
    if (from === null || to === null || !online || asking.current === key) return;
    asking.current = key;
    ask(from, to).then((all) => {
      if (asking.current !== key) return;
      held.current = { key, from, to, all };
      setFound(all);
    }, () => undefined) // what fails is asked again with the next second; the connection's state is on screen
      .finally(() => { if (asking.current === key) asking.current = null; });
  }, [key, from, to, online]);
  return found as readonly Of<K>[] | null;
}

export function Section({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section className="console-section">
      <h3 className="console-section-head">{title}{note !== undefined && <span className="tiny faint">{note}</span>}</h3>
      {children}
    </section>
  );
}
