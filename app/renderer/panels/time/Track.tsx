// The line itself: a tick for each operation, its kind by shape, and one handle for the moment shown, or two for those compared. Each handle is a
// slider to the keyboard: arrows step, Shift ten at a time, Page keys from import to import.
import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import type { Operation, OperationKind } from '../../../core/events.ts';
import { visibleSentence } from '../../../core/visible.ts';
import { goTo, goToNow } from '../../app/past.ts';
import { useScaled } from '../../state/settings.ts';
import { withNumbers } from '../../state/shortName.ts';
import { nextImport, operationAt, placeOf, takenBack, ticksOf, useTime } from '../../state/time.ts';
import { exactTime } from '../../state/words.ts';
import { ids } from '../../testids.ts';

/** Pixels at the text size of 100 %: of the line with its words, from the top to it, to its end on either side, and between two ticks that are told apart. */
const HEIGHT = 30, LINE = 10.5, INSET = 10, LEAST = 7;

/** About (0, 0), some 10 pixels high. */
const shapes: Readonly<Record<OperationKind, string>> = {
  import: 'M0-6 5 0 0 6-5 0Z', 'write-branch': 'M-4 5V-5L5 0Z', compose: 'M0-2.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5Z', open: 'M-1-4h2v8h-2Z',
  undo: 'M4-4-4 0 4 4ZM1.8-1v2L-.4 0Z', redo: 'M-4-4 4 0-4 4ZM-1.8-1v2L.4 0Z', return: 'M-4-4h8v8h-8ZM-2-2h4v4h-4Z', recipe: 'M-3-5h6v10L0 2-3 5Z',
};

export function Track({ log }: { log: readonly Operation[] }) {
  const host = useRef<HTMLDivElement>(null), [whole, setWidth] = useState(0), px = useScaled(100) / 100, inset = INSET * px, width = Math.max(0, whole - 2 * inset), [pointed, setPointed] = useState<number | null>(null);
  const at = useTime((s) => s.at?.id ?? null), going = useTime((s) => s.going), compared = useTime((s) => s.compared);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(host.current!);
    return () => observer.disconnect();
  }, []);
  const shown = going ?? at ?? log.length, gone = useMemo(() => takenBack(log), [log]);
  const under = (event: PointerEvent): number => operationAt(event.clientX - host.current!.getBoundingClientRect().left - inset, log.length, width);
  const drag = useRef<Handle>('shown');
  const put = (id: number): void => move(drag.current, id, log.length);
  return (
    <div ref={host} className="time-track" role="presentation"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        const id = under(event);
        drag.current = compared === null ? 'shown' : Math.abs(id - compared.a) <= Math.abs(id - compared.b) ? 'a' : 'b';
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.querySelector<HTMLElement>(`[data-handle="${drag.current}"]`)?.focus({ preventScroll: true });
        event.preventDefault();
        put(id);
      }}
      onPointerMove={(event) => { const id = under(event); setPointed(id); if (event.currentTarget.hasPointerCapture(event.pointerId)) put(id); }}
      onPointerLeave={() => setPointed(null)}>
      <Ticks log={log} gone={gone} width={width} px={px} />
      {compared === null
        ? <Thumb handle="shown" id={shown} log={log} width={width} inset={inset} label="Moment shown" />
        : <><Thumb handle="a" id={compared.a} log={log} width={width} inset={inset} label="First moment" /><Thumb handle="b" id={compared.b} log={log} width={width} inset={inset} label="Second moment" /></>}
      {pointed !== null && log[pointed - 1] !== undefined && <Tip operation={log[pointed - 1]!} left={inset + placeOf(pointed - 1, log.length, width)} right={whole} px={px} gone={gone.has(pointed)} />}
    </div>
  );
}

type Handle = 'shown' | 'a' | 'b';

function move(handle: Handle, id: number, last: number): void {
  if (handle === 'shown') { if (id >= last) goToNow(); else void goTo(id); return; }
  // the two keep their order
  useTime.setState(({ compared }) => (compared === null ? {} : { compared: handle === 'a' ? { a: Math.min(id, compared.b), b: compared.b } : { a: compared.a, b: Math.max(id, compared.a) } }));
}

function Ticks({ log, gone, width, px }: { log: readonly Operation[]; gone: ReadonlySet<number>; width: number; px: number }) {
  const ticks = useMemo(() => ticksOf(log, width, LEAST * px), [log, width, px]), inset = INSET * px, line = LINE * px;
  const days = useMemo(() => daysOf(log, width, DAY * px), [log, width, px]);
  return (
    <svg className="time-ticks" width={width + 2 * inset} height={HEIGHT * px} aria-hidden="true">
      <path className="time-line" d={`M${inset} ${line}h${width}`} />
      {ticks.map(({ x, from, to, kind }) => (
        <path key={from} className={`tick tick-${kind}${gone.has(from) && from === to ? ' gone' : ''}${to > from ? ' many' : ''}`} transform={`translate(${(inset + x).toFixed(1)} ${line}) scale(${px})`} d={shapes[kind]} fillRule="evenodd" />
      ))}
      {days.map(({ x, word }) => <text key={word} className="time-day" x={inset + x - 5 * px} y={29 * px}>{word}</text>)}
    </svg>
  );
}

const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
/** A word of a day has so many pixels. */
const DAY = 56;

/** Where a new day begins, as far as the words do not touch. */
function daysOf(log: readonly Operation[], width: number, apart: number): readonly { readonly x: number; readonly word: string }[] {
  const out: { x: number; word: string }[] = [];
  let last = '';
  for (const [index, { time }] of log.entries()) {
    const word = day.format(time), x = placeOf(index, log.length, width);
    if (word === last) continue;
    last = word;
    if (x - (out.at(-1)?.x ?? -apart) >= apart && x <= width - apart) out.push({ x, word });
  }
  return out;
}

function Thumb({ handle, id, log, width, inset, label }: { handle: Handle; id: number; log: readonly Operation[]; width: number; inset: number; label: string }) {
  const operation = log[Math.min(id, log.length) - 1]!, last = log.length;
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? 10 : 1;
    const to: Readonly<Record<string, () => number>> = {
      ArrowLeft: () => id - step, ArrowDown: () => id - step, ArrowRight: () => id + step, ArrowUp: () => id + step,
      Home: () => 1, End: () => last, PageUp: () => nextImport(log, id, -1), PageDown: () => nextImport(log, id, 1),
    };
    if (event.key === 'Escape') { event.preventDefault(); if (handle === 'shown') goToNow(); else useTime.setState({ compared: null }); return; }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move(handle, Math.max(1, Math.min(last, next())), last);
  };
  const isNow = handle === 'shown' && id >= last;
  return (
    <div className="time-thumb" role="slider" tabIndex={0} data-handle={handle} data-testid={handle === 'shown' ? ids.timeSlider : handle === 'a' ? ids.timeA : ids.timeB} aria-label={label} aria-valuemin={1} aria-valuemax={last} aria-valuenow={Math.min(id, last)} aria-orientation="horizontal"
      aria-valuetext={isNow ? 'now' : `operation ${operation.id} of ${last}, ${exactTime(operation.time / 1000)}: ${withNumbers(visibleSentence(operation.description))}`}
      style={{ transform: `translateX(${inset + placeOf(Math.min(id, last) - 1, last, width)}px)` }} onKeyDown={onKeyDown}><span aria-hidden="true">{handle === 'shown' ? '' : handle.toUpperCase()}</span></div>
  );
}

/** Pixels at the text size of 100 % that the words under the pointer may take. */
const TIP = 320;

function Tip({ operation, left, right, px, gone }: { operation: Operation; left: number; right: number; px: number; gone: boolean }) {
  const width = Math.min(right, TIP * px);
  return (
    <div className="time-tip small" style={{ left: Math.max(0, Math.min(left - width / 2, right - width)), width }} aria-hidden="true">
      <div><strong>{operation.id}</strong> <span className="muted">{exactTime(operation.time / 1000)}</span>{gone && <span className="badge">undone</span>}</div>
      <div className="time-tip-what">{withNumbers(visibleSentence(operation.description))}</div>
    </div>
  );
}
