// The drawing of one chart by recharts: axes, grid, lines or bars, a target. No interaction and no animation: what moves with the pointer lies above it,
// in TimeChart, so that pointing costs no drawing here.
import { memo } from 'react';
import { Bar, CartesianGrid, ComposedChart, Line, ReferenceArea, ReferenceLine, XAxis, YAxis } from 'recharts';
import type { Span } from '../../state/performance.ts';
import { axisTime, digits, timeTicks } from './figures.ts';

/** Pixels around the plot; the pointer is placed by them. */
export const around = { left: 52, right: 74, top: 8, bottom: 22 } as const;

export interface Stroke { readonly key: string; readonly tone: number; readonly dash: number; readonly isBefore: boolean }
export type Row = Readonly<Record<string, number | null>> & { readonly t: number };

export interface PlotProps {
  readonly rows: readonly Row[];
  readonly strokes: readonly Stroke[];
  readonly as: 'line' | 'steps' | 'bars';
  readonly span: Span;
  readonly width: number; readonly height: number;
  readonly ticks: readonly number[]; readonly per: number;
  readonly target: number | null;
  /** times at which load was put on */
  readonly loads: readonly Span[];
}

/** One pattern each, so that lines differ without colour. */
export const dashes = ['', '5 3', '1.5 3', '8 3 1.5 3', '12 4', '2 2 6 2'] as const;
export const toneOf = (tone: number): string => `var(--series-${(tone % 6) + 1})`;

/** A point whose neighbours have no data would be a line without length: it is drawn once more, as a dot. */
export const alone = (key: string): string => `${key} alone`;

export const Plot = memo(function Plot({ rows, strokes, as, span, width, height, ticks, per, target, loads }: PlotProps) {
  const length = span.to - span.from, inner = width - around.left - around.right;
  return (
    <ComposedChart width={width} height={height} data={rows as Row[]} accessibilityLayer={false} margin={{ left: 0, right: around.right, top: around.top, bottom: 0 }} barCategoryGap={0} barGap={0}>
      <CartesianGrid vertical={false} />
      <XAxis dataKey="t" type="number" domain={[span.from, span.to]} allowDataOverflow scale="time" height={around.bottom} ticks={timeTicks(span, Math.max(2, Math.floor(inner / 90)))}
        tickFormatter={(t: number) => axisTime(t, length)} tickLine={false} interval={0} />
      <YAxis type="number" width={around.left} domain={[ticks[0]!, ticks.at(-1)!]} ticks={[...ticks]} allowDataOverflow tickFormatter={(v: number) => digits(v / per)} tickLine={false} axisLine={false} interval={0} />
      {loads.map(({ from, to }) => <ReferenceArea key={from} x1={Math.max(from, span.from)} x2={Math.min(to, span.to)} className="chart-load" />)}
      {target !== null && target <= ticks.at(-1)! && <ReferenceLine y={target} className="chart-target" />}
      {strokes.map(({ key, tone, dash, isBefore }) => (as === 'bars'
        ? <Bar key={key} dataKey={key} stackId="all" fill={toneOf(tone)} isAnimationActive={false} className={`chart-bar hatch-${tone % 6}`} />
        : <Line key={key} dataKey={key} type={as === 'steps' ? 'stepAfter' : 'linear'} dot={false} activeDot={false} isAnimationActive={false} connectNulls={false} stroke={isBefore ? 'var(--ink-3)' : toneOf(tone)}
          strokeWidth={isBefore ? 1 : 1.5} strokeLinecap={dash === 0 ? 'round' : 'butt'} {...(dashes[dash % 6] === '' ? {} : { strokeDasharray: dashes[dash % 6]! })} className={isBefore ? 'chart-before' : 'chart-line'} />))}
      {as === 'line' && strokes.filter(({ key, isBefore }) => !isBefore && rows.some((row) => row[alone(key)] != null)).map(({ key, tone }) => (
        <Line key={alone(key)} dataKey={alone(key)} type="linear" dot={false} activeDot={false} isAnimationActive={false} connectNulls={false} stroke={toneOf(tone)} strokeWidth={4} strokeLinecap="round" className="chart-alone" />
      ))}
    </ComposedChart>
  );
});
