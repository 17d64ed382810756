// The conflict graph as a picture: drawn by a worker, pointed at here.
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { add } from '../../app/actions.ts';
import { pointAt } from '../../app/asking.ts';
import { GraphScreen } from '../../app/graphScreen.ts';
import { Icon } from '../../components/Icon.tsx';
import { useReplica } from '../../state/replica.ts';
import { press, useSelection } from '../../state/selection.ts';
import { useUi } from '../../state/ui.ts';
import { conflictsInPartitions, grouped, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { AcuRow } from '../../../workers/client.ts';

export function Picture() {
  const host = useRef<HTMLDivElement>(null), screen = useRef<GraphScreen | null>(null);
  const [hover, setHover] = useState<{ readonly row: AcuRow; readonly x: number; readonly y: number; readonly width: number } | null>(null);
  const [settled, setSettled] = useState(false);
  const conflicts = useReplica((s) => s.conflicts);
  const drag = useRef<{ x: number; y: number; moved: boolean } | null>(null), pointer = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const look = (x: number, y: number, at: number): void => {
    const row = screen.current?.hit(x, y) ?? null;
    pointAt(row?.id ?? null, at);
    setHover(row === null ? null : { row, x, y, width: host.current?.clientWidth ?? 0 });
  };
  const onView = useEffectEvent(() => { if (drag.current === null && pointer.current !== null) look(pointer.current.x, pointer.current.y, performance.now()); });
  useEffect(() => {
    const mine = new GraphScreen(host.current!, setSettled, () => onView());
    screen.current = mine;
    return () => { screen.current = null; mine.end(); };
  }, []);
  const at = (event: PointerEvent | React.MouseEvent): { x: number; y: number } => {
    const box = host.current!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const onPointerMove = (event: PointerEvent): void => {
    const { x, y } = at(event);
    if (drag.current !== null) {
      const dx = x - drag.current.x, dy = y - drag.current.y;
      if (!drag.current.moved && Math.hypot(dx, dy) < 3) return;
      drag.current = { x, y, moved: true };
      screen.current?.pan(dx, dy);
      setHover(null);
      return;
    }
    pointer.current = { x, y };
    look(x, y, event.timeStamp);
  };
  const onPointerUp = (event: PointerEvent): void => {
    const was = drag.current;
    drag.current = null;
    if (was === null || was.moved) return;
    const { x, y } = at(event), row = screen.current?.hit(x, y) ?? null;
    if (row === null) return;
    useSelection.setState((s) => press(s, row.id, event.ctrlKey || event.metaKey || event.shiftKey ? 'toggle' : 'none', []));
    useUi.setState({ inspector: 'acu' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const pans: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
    const pan = pans[event.key];
    if (pan !== undefined) screen.current?.pan(pan[0], pan[1]);
    else if (event.key === '+' || event.key === '=') screen.current?.zoom(1.25);
    else if (event.key === '-') screen.current?.zoom(0.8);
    else if (event.key === '0') screen.current?.fit();
    else return;
    event.preventDefault();
  };
  const label = conflicts === null ? 'Conflict graph' : `Conflict graph: ${plural(conflicts.degree.length, 'ACU')}, ${conflictsInPartitions(conflicts.counts, conflicts.partitions)}. Press G for the same as a list.`;
  return (
    <div className="picture">
      <div ref={host} className="picture-canvas" role="img" tabIndex={0} aria-label={label} data-testid={ids.graph} data-settled={settled}
        onPointerDown={(event) => { if (event.button === 0) { drag.current = { ...at(event), moved: false }; event.currentTarget.setPointerCapture(event.pointerId); } }}
        onPointerMove={onPointerMove} onPointerUp={onPointerUp} onPointerCancel={() => { drag.current = null; }}
        onPointerLeave={() => { pointer.current = null; pointAt(null, 0); setHover(null); }}
        onDoubleClick={(event) => { const { x, y } = at(event), row = screen.current?.hit(x, y) ?? null; if (row !== null) void add([row.id], event.timeStamp); }}
        onKeyDown={onKeyDown} />
      {hover !== null && <Tip {...hover} />}
      <div className="picture-tools">
        <button type="button" className="button small icon" aria-label="Zoom in" title="Zoom in (+)" onClick={() => screen.current?.zoom(1.4)}><Icon name="plus" size={13} /></button>
        <button type="button" className="button small icon" aria-label="Zoom out" title="Zoom out (−)" onClick={() => screen.current?.zoom(1 / 1.4)}><svg width="13" height="13" viewBox="0 0 16 16" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" aria-hidden="true"><path d="M3 8h10" /></svg></button>
        <button type="button" className="button small icon" aria-label="Show all" title="Show all (0)" onClick={() => screen.current?.fit()}><Icon name="fit" size={13} /></button>
      </div>
    </div>
  );
}

function Tip({ row, x, y, width }: { row: AcuRow; x: number; y: number; width: number }) {
  const degree = useReplica((s) => s.conflicts?.degree[row.index] ?? 0);
  return (
    <div className="tip" style={x > width / 2 ? { right: width - x + 12, top: y + 12 } : { left: x + 12, top: y + 12 }}>
      <div className="truncate"><strong>{row.name}</strong></div>
      <div className="muted small">{row.author} · {degree === 0 ? 'no conflicts' : `conflicts with ${grouped(degree)}`}</div>
    </div>
  );
}
