// A virtual list of ACUs with one keyboard and one pointer behaviour wherever it stands: in the left pane, in the composition, as the graph's twin. Rows that
// only look are rendered by the caller; selection and cursor are shared. What it does costs what is on screen, however long the list is.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, MouseEvent, PointerEvent, ReactNode } from 'react';
import type { AcuId } from '../../core/bytes.ts';
import { add } from '../app/actions.ts';
import { pointAt } from '../app/asking.ts';
import { moveTo, press, useSelection } from '../state/selection.ts';
import type { Order } from '../state/selection.ts';
import { useRowHeight } from '../state/settings.ts';
import { useUi } from '../state/ui.ts';
import { useVerdicts } from '../state/verdicts.ts';

/** One line: an ACU, or a heading that belongs to none. */
export interface GridItem {
  readonly key: string;
  readonly acu: AcuId | null;
  /** it can be opened and closed, and is; a heading of that kind can have the cursor */
  readonly expanded?: boolean;
}

/** Lines that are made as they are shown; an array is turned into this. Places are of lines, headings included. */
export interface GridLines<Item extends GridItem> {
  readonly length: number;
  at(line: number): Item;
  /** the ACUs by line, headings without */
  readonly order: Order;
  /** the line of a heading; -1 */
  placeOfKey(key: string): number;
}

export interface AcuGridProps<Item extends GridItem> {
  readonly items: readonly Item[] | GridLines<Item>;
  readonly label: string;
  readonly testId: string;
  readonly idPrefix: string;
  readonly drag?: 'list' | 'composition';
  readonly rowHeight?: number;
  /** lines open and close */
  readonly tree?: boolean;
  readonly onRange?: (from: number, to: number) => void;
  readonly onActivate?: (id: AcuId, at: number) => void;
  readonly onToggle?: (item: Item) => void;
  /** `isCursor`: of a heading, that it has the keyboard */
  row(item: Item, line: number, isCursor: boolean): ReactNode;
}

/** Lines that are rendered above and below what is seen, once one scrolls; and the window moves in steps of so many, so that most scrolling renders nothing. */
const OVERSCAN = 8, STEP = 4;
/** Milliseconds without scrolling after which a list rests. */
const REST = 150;

function linesOf<Item extends GridItem>(items: readonly Item[]): GridLines<Item> {
  let places: Map<AcuId, number> | null = null, keys: Map<string, number> | null = null;
  return {
    length: items.length,
    at: (line) => items[line]!,
    placeOfKey: (key) => (keys ??= new Map(items.map((item, i) => [item.key, i]))).get(key) ?? -1,
    order: {
      length: items.length,
      at: (i) => items[i]?.acu ?? undefined,
      // of an ACU that is listed twice the first
      indexOf: (id) => (places ??= new Map(items.flatMap((item, i) => (item.acu === null ? [] : [[item.acu, i] as const])).toReversed())).get(id) ?? -1,
      slice: (from, to) => items.slice(Math.max(0, from), Math.max(0, to)).flatMap((item) => item.acu ?? []),
    },
  };
}

/** The first line on screen, in steps. */
const firstIn = (box: HTMLElement, rowHeight: number): number => Math.floor(box.scrollTop / rowHeight / STEP) * STEP;

const rowAt = (target: EventTarget | null): HTMLElement | null => (target instanceof Element ? target.closest<HTMLElement>('[data-line]') : null);
const isButton = (target: EventTarget | null): boolean => (target as Element).closest('button') !== null;
const acuAt = (target: EventTarget | null): AcuId | null =>
  (target instanceof Element ? target.closest<HTMLElement>('[data-acu]')?.dataset['acu'] as AcuId | undefined : undefined) ?? null;

export function AcuGrid<Item extends GridItem>({ items, label, testId, idPrefix, drag, rowHeight: given, tree = false, onRange, onActivate, onToggle, row }: AcuGridProps<Item>) {
  const usual = useRowHeight(), rowHeight = given ?? usual;
  const lines = useMemo(() => ('order' in items ? items : linesOf(items)), [items]);
  const scroller = useRef<HTMLDivElement>(null);
  const [first, setFirst] = useState(0), [seen, setSeen] = useState(30);
  const follow = useCallback(() => { if (scroller.current !== null) setFirst(firstIn(scroller.current, rowHeight)); }, [rowHeight]);
  const [scrolls, setScrolls] = useState(false), resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** the lines that were scrolled last, by less than what is seen of them at once */
  const [scrolled, setScrolled] = useState<GridLines<Item> | null>(null);
  const onScroll = (): void => {
    setScrolled(Math.abs(firstIn(scroller.current!, rowHeight) - first) < seen ? lines : null);
    follow();
    setScrolls(true);
    clearTimeout(resting.current);
    resting.current = setTimeout(() => setScrolls(false), REST);
  };
  useEffect(() => () => clearTimeout(resting.current), []);
  useLayoutEffect(() => {
    const box = scroller.current!, measure = (): void => { setSeen(Math.ceil(box.clientHeight / rowHeight)); follow(); };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, [rowHeight, follow]);
  // of what was found anew, and where one leaps to, what is seen is shown soon; what lies around that is made once one scrolls from there
  const around = scrolled === lines ? OVERSCAN : 0;
  // a list that got shorter is shown from nearer its end
  const top = Math.max(0, Math.min(first, lines.length - seen)), from = Math.max(0, top - around), to = Math.min(lines.length - 1, top + seen + STEP + around);
  useEffect(() => onRange?.(from, to), [onRange, from, to]);

  const cursor = useSelection((s) => s.cursor);
  /** a heading that has the keyboard; and the line the cursor was last moved to, where two lines are about the same ACU */
  const [heading, setHeading] = useState<string | null>(null);
  const [last, setLast] = useState(-1);
  const headingAt = heading === null ? -1 : lines.placeOfKey(heading);
  const at = headingAt >= 0 ? headingAt : cursor === null ? -1 : last >= 0 && lines.order.at(last) === cursor ? last : lines.order.indexOf(cursor);
  const onScreen = at >= from && at <= to;

  const reveal = (line: number): void => {
    const box = scroller.current!, top = line * rowHeight;
    if (top < box.scrollTop) box.scrollTop = top; else if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight - box.clientHeight;
  };
  const go = (wanted: number, step: 1 | -1, how: 'select' | 'extend' | 'keep'): void => {
    const stops = (line: number): boolean => { const item = lines.at(line); return item.acu !== null || item.expanded !== undefined; };
    let line = Math.max(0, Math.min(lines.length - 1, wanted));
    while (line >= 0 && line < lines.length && !stops(line)) line += step;
    if (line < 0 || line >= lines.length) return;
    const item = lines.at(line);
    setLast(line);
    setHeading(item.acu === null ? item.key : null);
    if (item.acu !== null) useSelection.setState((s) => moveTo(s, line, lines.order, how));
    reveal(line);
  };
  const toggle = (line: number): void => { const item = lines.at(line); if (item.expanded !== undefined) onToggle?.(item); };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current || event.altKey || lines.length === 0) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const how = event.shiftKey ? 'extend' : event.ctrlKey || event.metaKey ? 'keep' : 'select';
    const places: Readonly<Record<string, readonly [number, 1 | -1]>> = {
      ArrowDown: [at + 1, 1], ArrowUp: [at < 0 ? lines.length - 1 : at - 1, -1], PageDown: [at + page, -1], PageUp: [at - page, 1], Home: [0, 1], End: [lines.length - 1, -1],
    };
    const place = places[event.key];
    if (place !== undefined) { event.preventDefault(); go(...place, how); return; }
    if (at < 0 || at >= lines.length) return;
    const item = lines.at(at);
    if (event.key === ' ' && (event.ctrlKey || event.metaKey) && item.acu !== null) {
      event.preventDefault();
      useSelection.setState((s) => press(s, item.acu!, 'toggle', lines.order, lines.order.slice(at, at + 1)));
    } else if (tree && event.key === 'ArrowRight') {
      event.preventDefault();
      if (item.expanded === false) toggle(at); else if (item.expanded === true) go(at + 1, 1, 'select');
    } else if (tree && event.key === 'ArrowLeft') {
      event.preventDefault();
      if (item.expanded === true) { toggle(at); return; }
      // to what it is under
      for (let line = at - 1; line >= 0; line--) if (lines.at(line).expanded !== undefined) { go(line, -1, 'select'); return; }
    } else if (item.acu === null && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      toggle(at);
    }
  };
  const lineOf = (target: EventTarget | null): number => Number(rowAt(target)?.dataset['line'] ?? -1);
  const onClick = (event: MouseEvent): void => {
    const line = lineOf(event.target);
    if (line < 0 || line >= lines.length || isButton(event.target)) return;
    const item = lines.at(line), id = item.acu;
    setLast(line);
    if (id === null) { if (item.expanded !== undefined) { setHeading(item.key); toggle(line); } return; }
    setHeading(null);
    const how = event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'none';
    useSelection.setState((s) => (how === 'range' ? moveTo(s, line, lines.order, 'extend') : press(s, id, how, lines.order, lines.order.slice(line, line + 1))));
    // the inspector shows what was touched last: an ACU, or what the composition became
    useUi.setState({ inspector: 'acu' });
  };
  /** What stands for several is selected as one before it is dragged or its menu opens. */
  const onPointerDown = (event: PointerEvent): void => {
    const line = lineOf(event.target);
    if (line < 0 || line >= lines.length || isButton(event.target) || event.shiftKey || event.ctrlKey || event.metaKey) return;
    const id = lines.at(line).acu, together = lines.order.slice(line, line + 1);
    if (id === null || together.length < 2 || together.every((one) => useSelection.getState().selected.has(one))) return;
    setLast(line);
    useSelection.setState((s) => press(s, id, 'none', lines.order, together));
  };
  const onDoubleClick = (event: MouseEvent): void => {
    const id = acuAt(event.target);
    if (id !== null && !isButton(event.target)) (onActivate ?? ((one) => { const together = lines.order.slice(lineOf(event.target), lineOf(event.target) + 1); void add(together.length > 1 ? together : [one], event.timeStamp); }))(id, event.timeStamp);
  };
  const onPointerOver = (event: PointerEvent): void => {
    if (useVerdicts.getState().carried === null && event.buttons === 0) pointAt(acuAt(event.target), event.timeStamp);
  };

  // a line takes the elements of one that went: changing a text costs less than making a row, for each key and each step
  const shown: ReactNode[] = [], slots = seen + STEP + 2 * OVERSCAN + 2, slot = (line: number): number => line % slots;
  const places = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  // while one scrolls, none is moved to where its line stands among the others, which would make it anew; they are put in order for who reads them when the list rests
  for (const line of scrolls ? places.sort((a, b) => slot(a) - slot(b)) : places) {
    shown.push(<div key={slot(line)} role="presentation" className="grid-line" style={{ transform: `translateY(${line * rowHeight}px)`, height: rowHeight }} data-line={line}>{row(lines.at(line), line, line === headingAt)}</div>);
  }
  const active = onScreen ? `${idPrefix}${lines.at(at).key}` : undefined;
  return (
    <div ref={scroller} className="grid" role="grid" {...(tree ? { role: 'treegrid' } : {})} tabIndex={0} aria-label={label} aria-multiselectable="true" aria-rowcount={lines.length} aria-activedescendant={active}
      data-testid={testId} data-acus="" data-heading={headingAt >= 0} {...(drag === undefined ? {} : { 'data-drag': drag })} onScroll={onScroll}
      onKeyDown={onKeyDown} onClick={onClick} onDoubleClick={onDoubleClick} onPointerDown={onPointerDown} onPointerOver={onPointerOver} onPointerLeave={() => pointAt(null, 0)}>
      <div className="grid-body" role="presentation" style={{ height: lines.length * rowHeight }}>{shown}</div>
    </div>
  );
}
