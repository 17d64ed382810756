// The columns that a chart draws: asked whole for a new range, then grown second by second while the range moves on.
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { visibleSentence } from '../../../core/visible.ts';
import type { SeriesName } from '../../../contract/performance.ts';
import { series } from '../../app/performance.ts';
import { useConnection } from '../../state/connection.ts';
import { shiftOf, shownSpan, usePerformance } from '../../state/performance.ts';
import type { Span } from '../../state/performance.ts';
import { POINTS, endOf, grown, nameKey } from './columns.ts';
import type { Columns } from './columns.ts';

export type Drawn =
  | { readonly state: 'waiting'; readonly columns: Columns | null }
  | { readonly state: 'here'; readonly columns: Columns }
  | { readonly state: 'failed'; readonly columns: Columns | null; readonly why: string };

/** What is on screen now, by what it is asked for, so that an export has what a person sees. */
const onScreen = new Map<symbol, Columns>();
export const columnsOnScreen = (): readonly Columns[] => [...onScreen.values()];

/** Ranges coarser than a second are asked again no sooner than this, in ms: their newest step changes slowly. */
const COARSE_AGAIN = 10_000;

/** The range on screen, and again at a distance where one is compared. */
export function useSpan(): { readonly span: Span | null; readonly shift: number | null } {
  const span = usePerformance((s) => shownSpan(s)?.to ?? null), from = usePerformance((s) => shownSpan(s)?.from ?? null);
  const shift = usePerformance((s) => { const shown = shownSpan(s); return shown === null ? null : shiftOf(s, shown); });
  return { span: span === null || from === null ? null : { from, to: span }, shift };
}

export function useSeries(names: readonly SeriesName[], span: Span | null, exported = true): Drawn {
  const [drawn, setDrawn] = useState<Drawn & { readonly key: string }>({ state: 'waiting', columns: null, key: '' });
  const online = useConnection((s) => s.state === 'open');
  const key = names.map(nameKey).join('|');
  const held = useRef<{ readonly key: string; readonly columns: Columns; readonly length: number; readonly asked: number } | null>(null), busy = useRef(false), wanted = useRef(0);
  const me = useRef(Symbol('chart'));
  const from = span?.from ?? null, to = span?.to ?? null;
  // `key` stands for `names`
  const ask = useEffectEvent((from: number, to: number): void => {
    const has = held.current, same = has !== null && has.key === key && has.length === to - from;
    const moves = same && to > endOf(has.columns) - has.columns.step * 1000 && from <= endOf(has.columns) && from >= has.columns.from;
    if (same && has.columns.step > 1 && moves && performance.now() - has.asked < COARSE_AGAIN) return;
    if (busy.current && same) return; // the next second asks for this one too
    const mine = ++wanted.current, tail = moves && has.columns.step === 1 ? endOf(has.columns) : null;
    if (tail !== null && tail >= to) return;
    busy.current = true;
    const take = (columns: Columns): void => {
      held.current = { key, columns, length: to - from, asked: performance.now() };
      if (exported) onScreen.set(me.current, columns);
      setDrawn({ state: 'here', columns, key });
    };
    series(names, tail ?? from, to, POINTS).then((answer) => {
      if (mine !== wanted.current) return undefined;
      const columns = tail === null || held.current === null ? answer : grown(held.current.columns, answer, from);
      if (columns !== null) { take(columns); return undefined; }
      return series(names, from, to, POINTS).then((all) => { if (mine === wanted.current) take(all); });
    }).catch((error: unknown) => {
      if (mine === wanted.current) setDrawn(({ columns }) => ({ state: 'failed', columns, why: visibleSentence(error instanceof Error ? error.message : String(error)), key }));
    }).finally(() => { if (mine === wanted.current) busy.current = false; });
  });
  useEffect(() => { if (from !== null && to !== null && online && key !== '') ask(from, to); }, [key, from, to, online]);
  useEffect(() => { const it = me.current; return () => { onScreen.delete(it); }; }, []);
  return drawn.key === key ? drawn : { state: 'waiting', columns: null };
}
