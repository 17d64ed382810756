// The drawing of one chart: recharts has its axes, grid, target and shaded ranges; its lines are paths of our own within, because recharts makes several
// objects for every point of a line at every change. No interaction and no animation: what moves with the pointer lies above it, in TimeChart.
import { memo } from 'react';
import { CartesianGrid, ComposedChart, ReferenceArea, ReferenceLine, XAxis, YAxis, usePlotArea } from 'recharts';
import type { Span } from '../../state/performance.ts';
import type { Columns } from './columns.ts';
import { axisTime, digits, timeTicks } from './figures.ts';
import { linePaths } from './paths.ts';

/** Pixels around the plot; the pointer is placed by them. */
export const around = { left: 52, right: 74, top: 8, bottom: 22 } as const;

export interface PlotProps {
  readonly columns: Columns;
  /** of the compared range, which began `shift` ms earlier */
  readonly past: Columns | null; readonly shift: number;
  readonly as: 'line' | 'steps';
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

/** Axes draw where there is something to draw for. */
const corners = (span: Span) => [{ t: span.from, v: 0 }, { t: span.to, v: 0 }];

export const Plot = memo(function Plot(props: PlotProps) {
  const { span, width, height, ticks, per, target, loads } = props;
  const length = span.to - span.from, inner = width - around.left - around.right;
  return (
    <ComposedChart width={width} height={height} data={corners(span)} accessibilityLayer={false} margin={{ left: 0, right: around.right, top: around.top, bottom: 0 }}>
      <CartesianGrid vertical={false} />
      <XAxis dataKey="t" type="number" domain={[span.from, span.to]} allowDataOverflow scale="time" height={around.bottom}
        ticks={timeTicks(span, Math.max(2, Math.floor(inner / 90)))}
        tickFormatter={(t: number) => axisTime(t, length)} tickLine={false} interval={0} />
      <YAxis dataKey="v" type="number" width={around.left} domain={[ticks[0]!, ticks.at(-1)!]} ticks={[...ticks]} allowDataOverflow
        tickFormatter={(v: number) => digits(v / per)} tickLine={false} axisLine={false} interval={0} />
      {loads.map(({ from, to }) => <ReferenceArea key={from} x1={Math.max(from, span.from)} x2={Math.min(to, span.to)} className="chart-load" />)}
      {target !== null && target <= ticks.at(-1)! && <ReferenceLine y={target} className="chart-target" />}
      <Lines {...props} />
    </ComposedChart>
  );
});

function Lines({ columns, past, shift, as, span, ticks }: PlotProps) {
  const area = usePlotArea();
  if (area === undefined) return null;
  const frame = { ...area, from: span.from, to: span.to, low: ticks[0]!, high: ticks.at(-1)! };
  return (
    <>
      {past !== null && past.columns.map(({ values }, i) => { const { line } = linePaths(values, past.from + shift, past.step, as === 'steps', frame); return <path key={`before ${i}`} className="chart-before" d={line} fill="none" stroke="var(--ink-3)" strokeWidth={1} strokeDasharray={dashes[5]} />; })}
      {columns.columns.map(({ values }, i) => {
        const { line, dots } = linePaths(values, columns.from, columns.step, as === 'steps', frame), dash = dashes[i % 6]!;
        return (
          <g key={i} fill="none" stroke={toneOf(i)}>
            <path className="chart-line" d={line} strokeWidth={1.5} strokeLinejoin="round" {...(dash === '' ? {} : { strokeDasharray: dash })} />
            {dots !== '' && <path className="chart-alone" d={dots} strokeWidth={4} strokeLinecap="round" />}
          </g>
        );
      })}
    </>
  );
}
