// One forecast as a picture: from now along the trend, the interval that widens, the limit and when it may be reached. Its twin is the table of forecasts.
import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, XAxis, YAxis } from 'recharts';
import type { Forecast } from '../../../contract/performance.ts';
import { around, dashes, toneOf } from './Plot.tsx';
import { axisTime, digits, figure, timeTicks, unitTicks, wholeTime } from './figures.ts';
import type { Unit } from './figures.ts';
import { useWidth } from './useWidth.ts';

const HOUR = 3_600_000;

export function Outlook({ forecast, now, unit }: { forecast: Forecast; now: number; unit: Unit }) {
  const { name, metric, label, slope, at, value, low, high, limit } = forecast;
  const { host, width } = useWidth(), height = 188, begin = value - slope * ((at - now) / HOUR);
  const rows = [{ t: now, v: begin, band: [begin, begin] }, { t: at, v: value, band: [Math.max(0, low), high] }];
  const top = Math.max(begin, high), shownLimit = limit !== null && limit < top * 4 ? limit : null;
  const { ticks, per, name: inUnit } = unitTicks(unit, Math.max(top, shownLimit ?? 0) || 1), span = { from: now, to: at };
  const words = `${name}: ${figure(begin, unit)} now, ${figure(value, unit)} at ${wholeTime(at)}, between ${figure(low, unit)} and ${figure(high, unit)}`;
  return (
    <section className="chart" aria-label={`Forecast of ${name}`}>
      <div className="chart-head">
        <h3>{name}, ahead</h3>
        <span className="spacer" />
        <span className="chart-source tiny faint truncate">{metric}{label === null ? '' : `{${label}}`} · until {wholeTime(at)}</span>
      </div>
      <div className="chart-legend"><span className="chart-key muted">{words}{limit !== null && `; limit ${figure(limit, unit)}`}</span></div>
      <div ref={host} className="chart-picture" style={{ height }} role="img" aria-label={words}>
        <span className="chart-unit tiny faint">{inUnit}</span>
        {width > 0 && at > now && (
          <ComposedChart width={width} height={height} data={rows} accessibilityLayer={false} margin={{ left: 0, right: around.right, top: around.top, bottom: 0 }}>
            <CartesianGrid vertical={false} />
            <XAxis dataKey="t" type="number" scale="time" domain={[now, at]} height={around.bottom}
              ticks={timeTicks(span, Math.max(2, Math.floor((width - 130) / 90)))} tickFormatter={(t: number) => axisTime(t, at - now)} tickLine={false}
              interval={0} />
            <YAxis type="number" width={around.left} domain={[ticks[0]!, ticks.at(-1)!]} ticks={[...ticks]} allowDataOverflow
              tickFormatter={(v: number) => digits(v / per)} tickLine={false} axisLine={false} interval={0} />
            <Area dataKey="band" stroke="var(--line-strong)" strokeDasharray="2 2" className="chart-band" isAnimationActive={false} activeDot={false} />
            <Line dataKey="v" stroke={toneOf(0)} strokeWidth={1.5} strokeDasharray={dashes[1]} dot={false} activeDot={false} isAnimationActive={false} />
            {shownLimit !== null && <ReferenceLine y={shownLimit} className="chart-target" label={{ value: 'limit', position: 'right' }} />}
          </ComposedChart>
        )}
      </div>
    </section>
  );
}
