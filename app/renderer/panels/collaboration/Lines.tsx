// A virtual list of one choice: arrows walk and choose, Enter goes where the line leads. Used for everything the tab lists.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { ComponentType, KeyboardEvent } from 'react';
import { useScaled } from '../../state/settings.ts';

export interface LinesProps<T> {
  readonly items: readonly T[];
  readonly label: string;
  readonly testId: string;
  /** pixels at a text size of 100 % */
  readonly rowHeight: number;
  /** names an item among the others */
  keyOf(item: T): string;
  readonly chosen: string | null;
  onChoose(item: T): void;
  onEnter?(item: T): void;
  /** hears keys first, with the item they are about; true: that was it */
  onKey?(event: KeyboardEvent, item: T | undefined): boolean;
  /** the keyboard has come, to this item */
  onFocus?(item: T): void;
  /** hooks on a row */
  attributes?(item: T): Readonly<Record<`data-${string}`, string | boolean>>;
  readonly tabIndex?: 0 | -1;
  readonly line: ComponentType<{ readonly item: T }>;
}

let lists = 0;

export function Lines<T>({ items, label, testId, rowHeight: pixels, keyOf, chosen, onChoose, onEnter, onKey, onFocus, attributes, tabIndex = 0, line: Line }: LinesProps<T>) {
  const scroller = useRef<HTMLDivElement>(null), [prefix] = useState(() => `lines-${++lists}-`), [cursor, setCursor] = useState(0);
  const rowHeight = useScaled(pixels);
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8 });
  useEffect(() => virtual.measure(), [virtual, rowHeight]);
  const shown = virtual.getVirtualItems(), at = Math.min(cursor, items.length - 1);
  // what is chosen elsewhere has the cursor too
  const place = chosen === null ? -1 : items.findIndex((item) => keyOf(item) === chosen);
  useEffect(() => { if (place >= 0) setCursor(place); }, [place]);
  const go = (to: number): void => {
    const next = Math.max(0, Math.min(items.length - 1, to)), item = items[next];
    if (item === undefined) return;
    setCursor(next);
    virtual.scrollToIndex(next, { align: 'auto' });
    onChoose(item);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (onKey?.(event, items[at]) === true) { event.preventDefault(); return; }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const places: Readonly<Record<string, number>> = { ArrowDown: place < 0 ? at : at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: items.length - 1, ' ': at };
    const to = places[event.key];
    if (to !== undefined) { event.preventDefault(); go(to); return; }
    const item = items[at];
    if (event.key !== 'Enter' || item === undefined) return;
    event.preventDefault();
    if (place !== at || onEnter === undefined) go(at); else onEnter(item);
  };
  const first = shown[0]?.index ?? 0, last = shown.at(-1)?.index ?? -1;
  return (
    <div ref={scroller} className="grid lines" role="listbox" tabIndex={tabIndex} aria-label={label}
      aria-activedescendant={at >= first && at <= last ? `${prefix}${at}` : undefined} data-testid={testId} onKeyDown={onKeyDown}
      onFocus={() => { const item = items[at]; if (item !== undefined) onFocus?.(item); }}>
      <div className="grid-body" role="presentation" style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, start, key }) => {
          const item = items[index]!, name = keyOf(item);
          return (
            <div key={key} id={`${prefix}${index}`} role="option" aria-selected={name === chosen} aria-setsize={items.length} aria-posinset={index + 1}
              data-line={name} {...attributes?.(item)} className={`line${index === at ? ' cursor' : ''}`}
              style={{ transform: `translateY(${start}px)`, height: rowHeight }} onClick={() => go(index)} onDoubleClick={() => onEnter?.(item)}>
              <Line item={item} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
