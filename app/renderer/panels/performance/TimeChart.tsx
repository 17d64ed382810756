// One chart over the shared range of time: what it draws and from where, its values at the moment pointed at, brushing by mouse and keyboard, and the
// same as a table. The drawing itself is Plot's.
import { memo, useDeferredValue, useId, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import type { SeriesName } from '../../../contract/performance.ts';
import { Icon } from '../../components/Icon.tsx';
import { Spinner } from '../../components/atoms.tsx';
import { usePerformance, zoomBack, zoomTo } from '../../state/performance.ts';
import type { Span } from '../../state/performance.ts';
import { say } from '../../state/ui.ts';
import { highest, indexAt, lengthOf, mean, newest, newestAt } from './columns.ts';
import type { Columns } from './columns.ts';
import { NO_DATA, clockTime, figure, lengthWords, spanWords, unitTicks, wholeTime } from './figures.ts';
import type { Unit } from './figures.ts';
import { Plot, around, dashes, toneOf } from './Plot.tsx';
import { useSeries, useSpan } from './useSeries.ts';
import { useWidth } from './useWidth.ts';

export interface LineOf {
  readonly label: string;
  readonly name: SeriesName;
  /** what one value is multiplied by; a count of a step becomes a rate by `perSecond` */
  readonly times?: number;
  readonly perSecond?: boolean;
}

/** Something that happened, shown above the plot where it did. */
export interface HappenedAt { readonly at: number; readonly sign: string; readonly what: string }

export interface TimeChartProps {
  readonly title: string;
  readonly unit: Unit;
  readonly lines: readonly LineOf[];
  readonly as?: 'line' | 'steps';
  readonly target?: number | null;
  readonly happened?: readonly HappenedAt[];
  readonly height?: number;
  readonly testId?: string;
  /** beside the title: what is chosen here */
  readonly children?: ReactNode;
}

const nothing: readonly HappenedAt[] = [];

export function TimeChart({ title, unit, lines: wanted, as = 'line', target = null, happened = nothing, height: given, testId, children }: TimeChartProps) {
  const { span, shift } = useSpan(), room = useRoom(), height = given ?? room;
  const names = wanted.map(({ name }) => name);
  const now = useSeries(names, span), before = useSeries(shift === null ? none : names, shift === null || span === null ? null : { from: span.from - shift, to: span.to - shift });
  // While other lines are on their way the old ones stay, so that nothing jumps.
  const [held, setHeld] = useState<{ readonly lines: readonly LineOf[]; readonly columns: Columns } | null>(null);
  if (now.columns !== null && now.columns !== held?.columns) setHeld({ lines: wanted, columns: now.columns });
  const lines = now.columns === null && held !== null ? held.lines : wanted, asked = now.columns ?? held?.columns ?? null;
  const asTable = usePerformance((s) => s.asTable), [own, setOwn] = useState<{ readonly as: boolean; readonly over: boolean } | null>(null);
  // chosen for this chart alone, until all of them are switched
  const shownAsTable = own !== null && own.over === asTable ? own.as : asTable, headId = useId();
  const columns = useMemo(() => scaled(asked, lines), [asked, lines]),
    past = useMemo(() => (shift === null ? null : scaled(before.columns, lines)), [before.columns, lines, shift]);
  const isEmpty = columns === null || columns.columns.every(({ values }) => newest(values) === null);
  const sources = [...new Set(lines.map(({ name }) => `${name.metric}${name.label === null ? '' : `{${name.label}}`}`))];
  const source = sources.length > 2 ? `${sources[0]} and ${sources.length - 1} more` : sources.join(', ');
  return (
    <section className="chart" aria-labelledby={headId} data-testid={testId} data-state={now.state} data-points={columns === null ? 0 : lengthOf(columns)}>
      <div className="chart-head">
        <h3 id={headId}>{title}</h3>{children}{now.state === 'waiting' && asked !== null && <Spinner />}
        <span className="spacer" />
        <span className="chart-source tiny faint truncate"
          title={`Source: ${sources.join(', ')}\nWindow: ${span === null ? '' : `${wholeTime(span.from)} to ${wholeTime(span.to)}`}\nStep: ${columns?.step ?? '?'} s\nUnit: ${unit}`}>
          {source} · {columns === null ? '' : `${lengthWords(columns.step)} steps`}{span === null ? '' : ` over ${lengthWords((span.to - span.from) / 1000)}`}
        </span>
        <button type="button" className="button quiet small icon" aria-pressed={shownAsTable} aria-label={`${title} as a table`}
          title="As a table (T: all charts)" onClick={() => setOwn({ as: !shownAsTable, over: asTable })}>
          <Icon name="list" size={13} />
        </button>
      </div>
      {now.state === 'failed' && <div className="chart-note" role="alert">The service did not answer for this chart: {now.why}</div>}
      {columns === null || span === null
        ? now.state !== 'failed' && <div className="chart-empty" style={{ height: height + 22 }}><Spinner /> <span className="muted">loading</span></div>
        : (
          <>
            <Legend lines={lines} unit={unit} columns={columns} past={past} />
            {shownAsTable ? <Table title={title} lines={lines} unit={unit} columns={columns} height={height} />
              : isEmpty ? <div className="chart-empty" style={{ height }}><span className="muted">{NO_DATA} for {spanWords(span)}</span></div>
                : <Picture title={title} unit={unit} as={as} lines={lines} columns={columns} past={past} shift={shift ?? 0} span={span} target={target}
                    happened={happened} height={height} />}
          </>
        )}
    </section>
  );
}
const none: readonly SeriesName[] = [];

/** Pixels of a chart: more where the window has them. */
function useRoom(): number {
  return useSyncExternalStore((changed) => { addEventListener('resize', changed); return () => removeEventListener('resize', changed); }, () => (innerHeight >= 1300 ? 300 : innerHeight >= 950 ? 240 : 188));
}


function scaled(columns: Columns | null, lines: readonly LineOf[]): Columns | null {
  if (columns === null || columns.columns.length !== lines.length) return null;
  return { ...columns, columns: columns.columns.map(({ name, values }, i) => {
    const factor = (lines[i]!.times ?? 1) / (lines[i]!.perSecond === true ? columns.step : 1);
    return { name, values: factor === 1 ? values : values.map((v) => v * factor) };
  }) };
}

/** Steps after which a newest figure says how old it is. */
const OLD = 3;

/** Each line's pattern, name and value: at the moment pointed at, else the newest. Compared: the means of both ranges. */
const Legend = memo(function Legend({ lines, unit, columns, past }: { lines: readonly LineOf[]; unit: Unit; columns: Columns; past: Columns | null }) {
  const cursor = usePerformance((s) => s.cursor), at = cursor === null ? -1 : indexAt(columns, cursor);
  return (
    <div className="chart-legend">
      {lines.map(({ label }, i) => {
        const { values } = columns.columns[i]!, last = newestAt(values), value = at < 0 ? newest(values) : values[at]!;
        // a figure of some time ago is not one of now
        const age = at < 0 && last >= 0 ? (values.length - 1 - last) * columns.step : 0;
        const then = past === null ? null : mean(past.columns[i]!.values), current = past === null ? null : mean(values);
        return (
          <span key={label} className="chart-key">
            <svg width="18" height="8" aria-hidden="true">
              <path d="M0 4h18" stroke={toneOf(i)} strokeWidth="2" {...(dashes[i % 6] === '' ? {} : { strokeDasharray: dashes[i % 6] })} />
            </svg>
            <span className="muted">{label}</span> <span className="chart-value">{figure(value, unit)}</span>{age > OLD * columns.step && <span className="tiny faint">{lengthWords(age)} ago</span>}
            {past !== null && (
              <span className="tiny muted" title="Means of the range on screen and of the one it is compared with">
                mean {figure(current, unit)},
                before {figure(then, unit)}{current !== null && then !== null && then !== 0 ? ` (×${(current / then).toFixed(2)})` : ''}
              </span>
            )}
          </span>
        );
      })}
      {cursor !== null && <span className="chart-moment tiny muted">{at < 0 ? '' : clockTime(columns.from + at * columns.step * 1000)}</span>}
    </div>
  );
});

const MOST_ROWS = 400;
/** The twin: the newest step first. */
const Table = memo(function Table({ title, lines, unit, columns, height }: { title: string; lines: readonly LineOf[]; unit: Unit; columns: Columns; height: number }) {
  const indices: number[] = [];
  for (let i = lengthOf(columns) - 1; i >= 0 && indices.length < MOST_ROWS; i--) if (columns.columns.some(({ values }) => !Number.isNaN(values[i]!))) indices.push(i);
  return (
    <div className="chart-table" style={{ height }} tabIndex={0} role="region" aria-label={`${title}, as a table`}>
      <table className="figures">
        <thead><tr><th scope="col">time</th>{lines.map(({ label }) => <th key={label} scope="col" className="number">{label}</th>)}</tr></thead>
        <tbody>
          {indices.map((i) => (
            <tr key={columns.from + i * columns.step * 1000}>
              <th scope="row">{wholeTime(columns.from + i * columns.step * 1000)}</th>
              {columns.columns.map(({ values }, n) => <td key={lines[n]!.label} className="number">{figure(values[i], unit)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
      {indices.length === 0 && <p className="muted">{NO_DATA}</p>}
      {indices.length === MOST_ROWS && <p className="muted tiny">The newest {MOST_ROWS} steps with data; the export has all.</p>}
    </div>
  );
});

interface PictureProps extends Required<Pick<TimeChartProps, 'title' | 'unit' | 'as' | 'lines' | 'happened' | 'height'>> {
  readonly columns: Columns; readonly past: Columns | null; readonly shift: number; readonly span: Span; readonly target: number | null;
}

function Picture({ title, unit, as, lines, columns, past, shift, span, target, happened, height }: PictureProps) {
  const { host, width } = useWidth();
  const loads = usePerformance((s) => s.loads);
  const drawing = useMemo(() => {
    const top = highest([...columns.columns, ...past?.columns ?? []].map(({ values }) => values));
    return { columns, past: past?.step === columns.step ? past : null, ...unitTicks(unit, Math.max(top, target !== null && target < top * 3 ? target : 0) || 1) };
  }, [columns, past, unit, target]);
  // drawn when the window has time: typing and pointing go first
  const later = useDeferredValue(drawing), laterSpan = useDeferredValue(span);
  const visible = loads.filter(({ from, to }) => to > laterSpan.from && from < laterSpan.to);
  return (
    <div ref={host} className="chart-picture" style={{ height }}>
      <span className="chart-unit tiny faint">{later.name}</span>
      {width > 0 && (
        <Plot columns={later.columns} past={later.past} shift={shift} as={as} span={laterSpan} width={width} height={height} ticks={later.ticks} per={later.per}
          target={target} loads={visible} />
      )}
      <EndLabels lines={lines} columns={columns} bottom={later.ticks[0]!} top={later.ticks.at(-1)!} height={height} target={target} />
      {width > 0 && <Pointer title={title} unit={unit} lines={lines} columns={columns} span={span} width={width} happened={happened} />}
    </div>
  );
}

/** Names at the ends of their lines, moved apart where they would lie on each other. */
function EndLabels({ lines, columns, bottom, top, height, target }: {
  lines: readonly LineOf[]; columns: Columns; bottom: number; top: number; height: number; target: number | null;
}) {
  const inner = height - around.top - around.bottom, y = (v: number): number => around.top + inner * (1 - (v - bottom) / (top - bottom));
  const ends = lines.flatMap(({ label }, i) => { const value = newest(columns.columns[i]!.values); return value === null ? [] : [{ label, tone: i, y: y(value) }]; });
  if (target !== null && target <= top) ends.push({ label: 'target', tone: -1, y: y(target) });
  ends.sort((a, b) => a.y - b.y);
  for (let i = 1; i < ends.length; i++) ends[i] = { ...ends[i]!, y: Math.max(ends[i]!.y, ends[i - 1]!.y + 13) };
  const over = (ends.at(-1)?.y ?? 0) - (height - 14);
  return (
    <div className="chart-ends" aria-hidden="true" style={{ width: around.right }}>
      {ends.map(({ label, tone, y: at }) => (
        <span key={label} className="truncate tiny" title={label}
          style={{ top: Math.max(7, at - (over > 0 ? over : 0)) - 7, color: tone < 0 ? 'var(--ink-2)' : toneOf(tone) }}>
          {label}
        </span>
      ))}
    </div>
  );
}

/** What moves with the pointer: the moment, the range that is brushed, what happened. A slider over the time for the keyboard. */
function Pointer({ title, unit, lines, columns, span, width, happened }: {
  title: string; unit: Unit; lines: readonly LineOf[]; columns: Columns; span: Span; width: number; happened: readonly HappenedAt[];
}) {
  const cursor = usePerformance((s) => s.cursor), [from, setFrom] = useState<number | null>(null), dragged = useRef(false);
  const inner = width - around.left - around.right, length = span.to - span.from, ms = columns.step * 1000;
  const x = (t: number): number => around.left + ((t - span.from) / length) * inner;
  const timeAt = (event: PointerEvent): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(span.to, Math.max(span.from, span.from + ((event.clientX - box.left) / box.width) * length));
  };
  const point = (t: number | null): void => usePerformance.setState({ cursor: t });
  const last = columns.from + (lengthOf(columns) - 1) * ms;
  const move = (steps: number, extend: boolean): void => {
    const at = cursor ?? last, to = Math.min(last, Math.max(columns.from, columns.from + (Math.round((at - columns.from) / ms) + steps) * ms));
    if (extend && from === null) setFrom(at); else if (!extend) setFrom(null);
    point(to);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageDown: -20, PageUp: 20, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) move(Number.isFinite(step) ? step : Math.sign(step) * lengthOf(columns), event.shiftKey);
    else if (event.key === 'Enter' && from !== null && cursor !== null) { zoomTo({ from, to: cursor }); setFrom(null); say(`Zoomed to ${spanWords({ from: Math.min(from, cursor), to: Math.max(from, cursor) })}.`); }
    else if (event.key === '+' || event.key === '=') { const middle = cursor ?? (span.from + span.to) / 2; zoomTo({ from: middle - length / 4, to: middle + length / 4 }); }
    else if (event.key === '-' || event.key === 'Backspace') zoomBack();
    else if (event.key === 'Escape' && (from !== null || cursor !== null)) { setFrom(null); point(null); }
    else return;
    event.preventDefault();
  };
  const at = cursor === null ? lengthOf(columns) - 1 : indexAt(columns, cursor);
  const words = at < 0 ? NO_DATA : `${clockTime(columns.from + at * ms)}: ${lines.map(({ label }, i) => `${label} ${figure(columns.columns[i]!.values[at], unit)}`).join(', ')}`;
  const brush = from !== null && cursor !== null ? { left: x(Math.min(from, cursor)), width: Math.abs(x(cursor) - x(from)) } : null;
  return (
    <>
      {happened.filter((one) => one.at >= span.from && one.at <= span.to).map((one) => (
        <span key={`${one.at} ${one.sign} ${one.what}`} className="chart-happened tiny" title={`${clockTime(one.at)} ${one.what}`} style={{ left: x(one.at) }}
          aria-hidden="true">
          {one.sign}
        </span>
      ))}
      {brush !== null && <div className="chart-brush" style={brush} />}
      {cursor !== null && cursor >= span.from && cursor <= span.to && <div className="chart-cursor" style={{ left: x(cursor) }} />}
      <div className="chart-pointer" style={{ left: around.left, right: around.right }} role="slider" tabIndex={0}
        aria-label={`${title}: moment. Arrows move, with Shift they brush, Enter zooms, minus zooms back`}
        aria-orientation="horizontal" aria-valuemin={0} aria-valuemax={Math.max(0, lengthOf(columns) - 1)} aria-valuenow={Math.max(0, at)} aria-valuetext={words} onKeyDown={onKeyDown}
        onPointerDown={(event) => { if (event.button !== 0) return; event.currentTarget.setPointerCapture(event.pointerId); dragged.current = true; const t = timeAt(event); setFrom(t); point(t); }}
        onPointerMove={(event) => point(timeAt(event))}
        onPointerUp={(event) => {
          if (!dragged.current) return;
          dragged.current = false;
          const to = timeAt(event);
          if (from !== null && Math.abs(x(to) - x(from)) > 6) zoomTo({ from, to });
          setFrom(null);
        }}
        onPointerCancel={() => { dragged.current = false; setFrom(null); }}
        onPointerLeave={() => { if (!dragged.current) point(null); }}
        onDoubleClick={zoomBack} />
    </>
  );
}
