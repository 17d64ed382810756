// A matrix to look at: its picture, drawn by a worker and steered here by pointer and keys; its twin, a list of the strongest cells; and how both are
// ordered and coloured. What a chosen cell means is shown by whoever placed it here.
import { useDeferredValue, useEffect, useEffectEvent, useId, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import type { Heat } from '../../../../core/collaboration/report.ts';
import { scaleKinds } from '../../../../workers/client.ts';
import type { Figures, HeatNames, ScaleKind, StrongestAsked } from '../../../../workers/client.ts';
import { Empty } from '../../../components/atoms.tsx';
import { Icon } from '../../../components/Icon.tsx';
import { ZoomButtons } from '../../../components/ZoomButtons.tsx';
import { complain } from '../../../state/notices.ts';
import { say } from '../../../state/ui.ts';
import { grouped } from '../../../state/words.ts';
import { ids } from '../../../testids.ts';
import { isAlike, isPaired, moved, namedOrders, placesOf } from './arranging.ts';
import type { Axis, Cell, NamedOrder, Order } from './arranging.ts';
import { HeatList } from './HeatList.tsx';
import { brief, counted, meanings, nothing, orderHints, orderNames, sizeWords, valueWords } from './heatWords.ts';
import { Legend, scaleWords } from './Legend.tsx';
import type { Point } from '../../grid/plan.ts';
import { HeatScreen } from './screen.ts';
import type { Hovered } from './screen.ts';
import './heatmap.css';

export interface HeatMapProps {
  readonly heat: Heat;
  /** What stands at a position of `heat.rows` or `heat.cols`, safe to look at. Another function: all names are asked for again. */
  readonly nameOf: (side: Axis, position: number) => string;
  readonly label: string;
  readonly chosen: Cell | null;
  onChoose(cell: (Cell & { readonly value: number }) | null): void;
}

/** 64 million cells: with what is drawn from, 350 MB. */
const MOST_CELLS = 2 ** 26;
const MOST_LISTED = 2000;
const HINT_MS = 2500;

export function HeatMap(props: HeatMapProps) {
  const { heat } = props, cells = heat.rows.length * heat.cols.length;
  if (cells === 0) return <Empty title="Nothing to show">{nothing[heat.kind]}</Empty>;
  if (cells > MOST_CELLS) {
    return (
      <Empty title="Too large to draw">
        {`${counted(heat.rows.length, heat.of[0])} × ${counted(heat.cols.length, heat.of[1])} are more than ${grouped(MOST_CELLS)} cells. Ask for fewer, or for directories in place of files.`}
      </Empty>
    );
  }
  return <Shown {...props} />;
}

function Shown({ heat, nameOf, label, chosen, onChoose }: HeatMapProps) {
  const host = useRef<HTMLDivElement>(null), screen = useRef<HeatScreen | null>(null);
  const [as, setAs] = useState<'picture' | 'list'>('picture');
  const [scale, setScale] = useState<ScaleKind>('log');
  const [ordered, setOrdered] = useState<{ readonly order: Order; readonly of: Heat }>({ order: { kind: 'clustered' }, of: heat });
  /** the tip, told past this component: the pointer moves more often than all of it could be drawn anew */
  const [hovering] = useState(hoverings);
  const [focused, setFocused] = useState<Cell | null>(null);
  const [figures, setFigures] = useState<Figures | null>(null), [settled, setSettled] = useState(false), [isStuck, setStuck] = useState(false);
  const [found, setFound] = useState<{ readonly of: Heat; readonly cells: Uint32Array } | null>(null), [find, setFind] = useState(''), only = useDeferredValue(find);
  const helpId = useId(), cellId = useId();

  const names = useMemo((): HeatNames => ({
    rows: Array.from(heat.rows, (_, i) => nameOf('row', i)), cols: Array.from(heat.cols, (_, i) => nameOf('col', i)),
  }), [heat, nameOf]);
  // what was sorted by one of them, or by hand, means nothing among others
  const order = useMemo((): Order => {
    const { order: wanted, of } = ordered;
    return of === heat || (wanted.kind !== 'by' && wanted.kind !== 'hand') || isAlike(of, heat) ? wanted : { kind: 'clustered' };
  }, [ordered, heat]);
  const paired = useMemo(() => isPaired(heat), [heat]), size = useMemo(() => sizeWords(heat), [heat]);
  const namesThatOrder = order.kind === 'name' ? names : null;
  const places = useMemo(() => placesOf(heat, namesThatOrder ?? { rows: [], cols: [] }, order), [heat, namesThatOrder, order]);

  const valueAt = (cell: Cell): number => heat.value[cell.row * heat.cols.length + cell.col]!;
  const choose = (cell: Cell | null): void => onChoose(cell === null ? null : { ...cell, value: valueAt(cell) });
  const put = (next: Order): void => setOrdered({ order: next, of: heat });
  const sortBy = (axis: Axis, index: number): void => {
    put({ kind: 'by', axis, index, from: places });
    say(`Sorted by ${(axis === 'row' ? names.rows : names.cols)[index]!}.`);
  };
  const onMove = useEffectEvent((axis: Axis, from: number, to: number) => {
    const next = moved(heat, places, axis, from, to);
    put({ kind: 'hand', places: next });
    say(`${(axis === 'row' ? names.rows[places.rows[from]!] : names.cols[places.cols[from]!])!} moved to place ${grouped((to > from ? to - 1 : to) + 1)}.`);
  });
  const onSort = useEffectEvent(sortBy), onChosen = useEffectEvent(choose);
  const stuckFor = useRef<ReturnType<typeof setTimeout> | null>(null);

  useEffect(() => {
    const mine = new HeatScreen(host.current!, {
      hover: hovering.tell, focus: setFocused, settled: setSettled, figures: setFigures,
      choose: (cell) => onChosen(cell), move: (axis, from, to) => onMove(axis, from, to), sort: (axis, index) => onSort(axis, index),
      stuck: () => {
        if (stuckFor.current !== null) clearTimeout(stuckFor.current);
        stuckFor.current = setTimeout(() => setStuck(false), HINT_MS);
        setStuck(true);
      },
    });
    screen.current = mine;
    return () => { screen.current = null; mine.end(); if (stuckFor.current !== null) clearTimeout(stuckFor.current); };
  }, [hovering]);
  const shownHeat = useRef<Heat | null>(null);
  useEffect(() => {
    if (shownHeat.current === heat) screen.current?.name(names); else screen.current?.show(heat, names);
    shownHeat.current = heat;
  }, [heat, names]);
  const begin = order.kind !== 'by' ? null : order.axis === 'row' ? 'col' : 'row';
  useEffect(() => { screen.current?.arrange(places, scale, begin); }, [heat, places, scale, begin]);
  useEffect(() => { if (screen.current !== null) screen.current.chosen = chosen; }, [chosen]);
  useEffect(() => {
    if (as !== 'list') return;
    let isWanted = true;
    screen.current?.strongest({ most: MOST_LISTED, half: paired, only: withName(names, only) }).then((cells) => { if (isWanted) setFound({ of: heat, cells }); }, complain);
    return () => { isWanted = false; };
  }, [as, heat, paired, names, only]);

  const at = (event: React.MouseEvent): Point => {
    const box = host.current!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const onPointerMove = (event: PointerEvent): void => {
    const point = at(event);
    screen.current?.point(point);
    event.currentTarget.setAttribute('data-cursor', event.buttons !== 0 ? 'held' : screen.current?.cursor(point) ?? 'default');
  };
  const onKeyDown = (event: KeyboardEvent): void => { if (screen.current?.key(event) === true) { event.preventDefault(); event.stopPropagation(); } };
  const show = (cell: Cell): void => {
    setAs('picture');
    setFind('');
    requestAnimationFrame(() => { host.current?.parentElement?.focus(); screen.current?.focus(cell, false); screen.current?.zoomTo(cell); });
  };
  /** The next row or column of that name, where its strongest value is. */
  const seek = (): void => {
    const fits = withName(names, find), width = heat.cols.length, height = heat.rows.length, after = focused?.row ?? -1;
    if (fits === null) return;
    const row = [...names.rows.keys()].map((i) => (i + after + 1) % height).find((i) => fits.rows[i] === 1);
    const col = row === undefined ? fits.cols.indexOf(1) : -1;
    if (row === undefined && col < 0) { say('No such name.'); return; }
    const line = Array.from({ length: row === undefined ? height : width }, (_, i): Cell => (row === undefined ? { row: i, col } : { row, col: i }));
    const best = line.reduce((a, b) => (valueAt(b) > valueAt(a) && !(paired && b.row === b.col) ? b : a));
    screen.current?.focus(best, false);
    screen.current?.zoomTo(best);
  };
  const [rowSide, colSide] = heat.of, spoken = focused ?? { row: places.rows[0]!, col: places.cols[0]! };
  const isByHand = order.kind === 'hand', by = order.kind === 'by' ? order : null;
  return (
    <section className="heat" aria-label={label}>
      <header className="heat-tools">
        <span className="row diff-switch" role="group" aria-label="Order">
          {namedOrders.map((kind: NamedOrder) => (
            <button key={kind} type="button" className="button quiet small" aria-pressed={order.kind === kind} title={orderHints[kind]}
              onClick={() => put({ kind })}>
              {orderNames[kind]}
            </button>
          ))}
        </span>
        {by !== null && <span className="heat-by truncate small">{`by ${(by.axis === 'row' ? names.rows : names.cols)[by.index]!}`}</span>}
        {isByHand && <span className="heat-by small">by hand</span>}
        <span className="heat-sorts row">
          <button type="button" className="button quiet small" disabled={focused === null} title="Sort columns by the focused row (S)"
            onClick={() => { if (focused !== null) sortBy('row', focused.row); }}>
            Sort by row
          </button>
          {!paired && (
            <button type="button" className="button quiet small" disabled={focused === null} title="Sort rows by the focused column (Shift+S)"
              onClick={() => { if (focused !== null) sortBy('col', focused.col); }}>
              Sort by column
            </button>
          )}
        </span>
        <span className="spacer" />
        <span className="search heat-find">
          <Icon name="search" size={13} />
          <input className="field" type="search" placeholder={as === 'list' ? 'Only names with' : 'Go to name'}
            aria-label={as === 'list' ? 'Show only names with' : 'Go to name'} data-testid={ids.heatFind} value={find}
            onChange={(event) => setFind(event.target.value)} onKeyDown={(event) => { if (event.key === 'Enter' && as === 'picture') { event.preventDefault(); seek(); } }} />
        </span>
        <select className="field heat-scale" aria-label="Colour scale"
          title="Colour scale: values differ by powers of ten, and a linear scale shows the largest alone" value={scale}
          onChange={(event) => setScale(event.target.value as ScaleKind)}>
          {scaleKinds.map((kind) => <option key={kind} value={kind}>{scaleWords[kind]}</option>)}
        </select>
        <span className="row diff-switch" role="group" aria-label="Show as">
          <button type="button" className="button quiet small icon" aria-label="Picture" title="Picture" aria-pressed={as === 'picture'}
            onClick={() => { setAs('picture'); setFind(''); }}>
            <Grid />
          </button>
          <button type="button" className="button quiet small icon" aria-label="List" title="The strongest cells as a list" aria-pressed={as === 'list'}
            onClick={() => { setAs('list'); setFind(''); }}>
            <Icon name="list" size={13} />
          </button>
        </span>
      </header>
      <div className="heat-plot" data-as={as}>
        <div className="heat-canvas" role="grid" tabIndex={0} aria-label={`${label}: ${size}`} aria-describedby={helpId} aria-rowcount={heat.rows.length}
          aria-colcount={heat.cols.length} aria-activedescendant={cellId}
          data-testid={ids.heat} data-settled={settled} data-focus={focused === null ? undefined : `${focused.row} ${focused.col}`}
          onPointerDown={(event) => { if (event.button === 0) { screen.current?.press(at(event), event.shiftKey); event.currentTarget.setPointerCapture(event.pointerId); } }}
          onPointerMove={onPointerMove} onPointerUp={(event) => { if (event.button === 0) screen.current?.release(at(event)); }} onPointerCancel={() => screen.current?.cancel()} onPointerLeave={() => screen.current?.leave()}
          onDoubleClick={(event) => screen.current?.doubleClick(at(event))} onKeyDown={onKeyDown}>
          <div ref={host} className="heat-stage" role="presentation" />
          <div role="row" className="sr-only" aria-rowindex={rankOf(places.rows, spoken.row)}>
            <div id={cellId} key={`${spoken.row} ${spoken.col}`} role="gridcell" aria-colindex={rankOf(places.cols, spoken.col)}
              aria-selected={chosen !== null && chosen.row === spoken.row && chosen.col === spoken.col}>
              {`${names.rows[spoken.row]!}, ${names.cols[spoken.col]!}: ${valueWords(valueAt(spoken), brief(heat.unit))}`}
            </div>
          </div>
        </div>
        <p id={helpId} className="sr-only">
          Arrow keys go from cell to cell, with Shift ten at a time, with Alt they move the row or column. Enter chooses and goes near, plus and minus zoom, 0
          shows all, S sorts by the row, Shift+S by the column.
        </p>
        {as === 'picture' && <Tip heat={heat} names={names} isPaired={paired} hovering={hovering} />}
        {isStuck && as === 'picture' && <div className="heat-hint small" role="status">All of it is on screen: Ctrl and the wheel, or a double click, go nearer.</div>}
        {heat.max === 0 && <div className="heat-hint heat-hint-zero small" role="status">{nothing[heat.kind]}</div>}
        {as === 'picture' && <div className="picture-tools"><ZoomButtons of={() => screen.current} /></div>}
        {as === 'list' && (found?.of === heat ? <HeatList heat={heat} names={names} cells={found.cells} isAll={only.trim() === ''} chosen={chosen} onChoose={choose} onShow={show} /> : <Empty title="Looking for the strongest cells" />)}
      </div>
      <footer className="heat-foot">
        <Legend scale={{ kind: scale, least: figures?.least ?? 0, most: heat.max }} unit={heat.unit} />
        <span className="truncate small muted heat-unit" title={heat.unit}>{heat.unit}</span>
        <span className="spacer" />
        <span className="truncate tiny faint" title="Where a pixel stands for several cells, it has the colour of the strongest of them">
          {`${size}${figures === null ? '' : `, ${grouped(figures.above)} above zero`}${as === 'picture' ? '; each pixel shows its strongest' : found !== null && found.cells.length === MOST_LISTED ? `; the ${grouped(MOST_LISTED)} strongest` : ''}`}
        </span>
        <span className="sr-only">{`${rowSide} by ${colSide}`}</span>
      </footer>
    </section>
  );
}

/** Which names have this in them; null where all do. */
function withName(names: HeatNames, part: string): StrongestAsked['only'] {
  const wanted = part.trim().toLocaleLowerCase('en');
  const fits = (name: string): number => Number(name.toLocaleLowerCase('en').includes(wanted));
  return wanted === '' ? null : { rows: Uint8Array.from(names.rows, fits), cols: Uint8Array.from(names.cols, fits) };
}

/** Counted from 1, as aria counts. */
const rankOf = (order: Uint32Array, index: number): number => order.indexOf(index) + 1;

function hoverings() {
  const listeners = new Set<() => void>();
  let now: Hovered | null = null;
  return {
    now: () => now,
    tell(hovered: Hovered | null): void { now = hovered; for (const listener of listeners) listener(); },
    listen(listener: () => void): () => void { listeners.add(listener); return () => { listeners.delete(listener); }; },
  };
}

/** What is under the pointer. */
function Tip({ heat, names, isPaired, hovering }: { heat: Heat; names: HeatNames; isPaired: boolean; hovering: ReturnType<typeof hoverings> }) {
  const hovered = useSyncExternalStore(hovering.listen, hovering.now);
  const value = hovered === null ? undefined : heat.value[hovered.cell.row * heat.cols.length + hovered.cell.col];
  if (hovered === null || value === undefined) return null;
  const { cell, of, x, y, width, height } = hovered, row = names.rows[cell.row] ?? '', col = names.cols[cell.col] ?? '';
  return (
    <div className="tip heat-tip" data-testid={ids.heatTip}
      style={{ ...(x > width / 2 ? { right: width - x + 14 } : { left: x + 14 }), ...(y > height * 0.6 ? { bottom: height - y + 14 } : { top: y + 14 }) }}>
      <div><strong>{row}</strong></div>
      <div>{isPaired && <span className="faint">and </span>}<strong>{col}</strong></div>
      {value > 0 && <div className="heat-tip-value">{valueWords(value, brief(heat.unit))}</div>}
      <div className="muted small">{meanings[heat.kind][value > 0 ? 0 : 1]}</div>
      {of > 1 && <div className="faint tiny">{`the strongest of ${grouped(of)} cells under the pointer`}</div>}
    </div>
  );
}

function Grid() {
  return (
    <svg width="13" height="13" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
      <path d="M2 2h3.4v3.4H2ZM6.3 6.3h3.4v3.4H6.3ZM10.6 2H14v3.4h-3.4ZM2 10.6h3.4V14H2ZM10.6 10.6H14V14h-3.4Z" />
      <path opacity="0.4" d="M6.3 2h3.4v3.4H6.3ZM2 6.3h3.4v3.4H2ZM10.6 6.3H14v3.4h-3.4ZM6.3 10.6h3.4V14H6.3Z" />
    </svg>
  );
}
