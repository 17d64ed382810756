// The conflict graph as a picture: drawn by a worker, pointed at here. A press on a node may lift it, beside nodes it pans, with Shift it draws a lasso.
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { add } from '../../app/actions.ts';
import { pointAt } from '../../app/asking.ts';
import { carryingAcus, draggable } from '../../app/drag.ts';
import { GraphScreen, onScreen } from '../../app/graphScreen.ts';
import { Spinner } from '../../components/atoms.tsx';
import { Icon } from '../../components/Icon.tsx';
import { ZoomButtons } from '../../components/ZoomButtons.tsx';
import { aimWith } from '../../state/menu.ts';
import { samePointed, usePicture } from '../../state/picture.ts';
import type { Pointed } from '../../state/picture.ts';
import { useReplica } from '../../state/replica.ts';
import { press, useSelection } from '../../state/selection.ts';
import { say, useUi } from '../../state/ui.ts';
import { useVerdicts } from '../../state/verdicts.ts';
import { grouped, pairsInWords, plural } from '../../state/words.ts';
import { PAST, isPast, useTime } from '../../state/time.ts';
import { ids } from '../../testids.ts';
import { MAX_EDGES } from '../../../workers/client.ts';
import { Card, unpin } from './Card.tsx';
import type { Anchor } from './Card.tsx';
import { Legend } from './Legend.tsx';

/** A pointer that goes further than this, in CSS pixels, drags; a lasso gets a corner as often. */
const TRAVEL = 3;

interface Point { readonly x: number; readonly y: number }

/** A picture whose worker died is a new one when drawn again. */
export function Picture() {
  const [life, setLife] = useState(0);
  return <Living key={life} onAgain={() => setLife(life + 1)} />;
}

function Living({ onAgain }: { onAgain: () => void }) {
  const host = useRef<HTMLDivElement>(null), screen = useRef<GraphScreen | null>(null);
  const pointed = usePicture((s) => s.pointed), pinned = usePicture((s) => s.pinned), lassoing = usePicture((s) => s.lassoing), level = usePicture((s) => s.level);
  const progress = usePicture((s) => s.progress), conflicts = useReplica((s) => s.conflicts), past = useTime((s) => s.at !== null);
  const gesture = useRef<{ at: Point; moved: boolean; readonly lasso: number[] | null; readonly on: Pointed | null } | null>(null), pointer = useRef<Point | null>(null);
  const movers = useRef(new Set<() => void>());

  const point = ({ x, y }: Point, at: number): void => {
    const next = screen.current?.hit(x, y) ?? null;
    // the verdict line tells of one ACU; of a source its first would say too little
    pointAt(next?.kind === 'node' && next.acus.length === 1 ? next.acus[0]! : null, at);
    if (!samePointed(next, usePicture.getState().pointed)) usePicture.setState({ pointed: next });
  };
  const onView = useEffectEvent(() => {
    if (gesture.current === null && pointer.current !== null) point(pointer.current, performance.now());
    for (const moved of movers.current) moved();
  });
  useEffect(() => {
    const mine = new GraphScreen(host.current!, () => onView());
    screen.current = onScreen.picture = mine;
    return () => { screen.current = onScreen.picture = null; mine.end(); };
  }, []);

  // what had the keyboard in a card that closed: the picture has it
  useEffect(() => (pinned === null ? undefined : () => { if (usePicture.getState().pinned === null && document.activeElement === document.body) host.current?.focus({ preventScroll: true }); }), [pinned]);

  const inside = useCallback(({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }): Point => {
    const box = host.current!.getBoundingClientRect();
    return { x: clientX - box.left, y: clientY - box.top };
  }, []);
  // what a press on a node lifts: all that is selected where the node is, as in lists
  useEffect(() => draggable((target, press) => {
    if (host.current === null || !host.current.contains(target) || press.shiftKey || usePicture.getState().lassoing || isPast()) return null;
    const { x, y } = inside(press), hit = screen.current?.hit(x, y);
    if (hit?.kind !== 'node') return null;
    return carryingAcus('graph', () => { const { selected } = useSelection.getState(); return hit.acus.some((id) => selected.has(id)) ? [...selected] : hit.acus; });
  }), [inside]);
  // a menu is of what lies under the press; by keyboard of what is selected
  useEffect(() => aimWith('graph', (_, at) => {
    if (at !== null) {
      const { x, y } = inside({ clientX: at.x, clientY: at.y }), hit = screen.current?.hit(x, y), { selected } = useSelection.getState();
      if (hit != null) { const acus = hit.kind === 'node' ? hit.acus : hit.sides.flat(); if (!acus.some((id) => selected.has(id))) selectAll(acus); }
    }
    const { selected } = useSelection.getState();
    return selected.size === 1 ? useReplica.getState().byId.get([...selected][0]!)?.name ?? '' : selected.size > 1 ? plural(selected.size, 'ACU') : '';
  }), [inside]);

  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const at = inside(event), isLasso = event.shiftKey || lassoing, on = isLasso ? null : screen.current?.hit(at.x, at.y) ?? null;
    gesture.current = { at, moved: false, lasso: isLasso ? [at.x, at.y] : null, on };
    // what drag.ts may lift keeps the pointer to itself
    if (on?.kind !== 'node' || past) event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent): void => {
    const at = inside(event), now = gesture.current;
    if (useVerdicts.getState().carried !== null) return;
    if (now === null) {
      pointer.current = at;
      point(at, event.timeStamp);
      return;
    }
    const dx = at.x - now.at.x, dy = at.y - now.at.y;
    if (!now.moved && Math.hypot(dx, dy) < TRAVEL) return;
    if (now.lasso !== null) { now.lasso.push(at.x, at.y); screen.current?.draw(now.lasso); }
    else if (now.on?.kind !== 'node' || past) { screen.current?.pan(dx, dy); usePicture.setState({ pointed: null }); }
    gesture.current = { ...now, at, moved: true };
  };
  const onPointerUp = (event: PointerEvent): void => {
    const was = gesture.current;
    gesture.current = null;
    if (was === null || useVerdicts.getState().carried !== null) return;
    const isMore = event.ctrlKey || event.metaKey;
    if (was.lasso !== null && was.moved) {
      const caught = screen.current?.catch(event.altKey ? 'subtract' : isMore ? 'add' : 'replace') ?? 0;
      say(`${plural(caught, 'ACU')} in the lasso; ${plural(useSelection.getState().selected.size, 'ACU')} selected.`);
      return;
    }
    if (was.moved) return;
    const hit = screen.current?.hit(was.at.x, was.at.y) ?? null;
    if (hit?.kind === 'node') {
      if (isMore || event.shiftKey) for (const id of hit.acus) useSelection.setState((s) => press(s, id, 'toggle', []));
      else selectAll(hit.acus);
      useUi.setState({ inspector: 'acu' });
    }
    usePicture.setState({ pinned: isMore || event.shiftKey ? usePicture.getState().pinned : hit });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const pans: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
    const pan = pans[event.key];
    if (pan !== undefined) screen.current?.pan(pan[0], pan[1]);
    else if (event.key === '+' || event.key === '=') screen.current?.zoom(1.25);
    else if (event.key === '-') screen.current?.zoom(0.8);
    else if (event.key === '0') screen.current?.fit();
    else if (event.key === 'Escape' && pinned !== null && useVerdicts.getState().carried === null) unpin();
    else if (event.key === 'Escape' && lassoing) usePicture.setState({ lassoing: false });
    else return;
    event.preventDefault();
  };

  const anchored = useMemo((): { readonly pointer: Anchor; readonly pinned: Anchor } => {
    const follow: Anchor['follow'] = (moved) => { movers.current.add(moved); return () => { movers.current.delete(moved); }; };
    return {
      pointer: { where: () => pointer.current, follow },
      pinned: { where: () => { const it = usePicture.getState().pinned; return it === null ? null : screen.current?.placeOf(it) ?? null; }, follow },
    };
  }, []);
  const label = conflicts === null ? 'Conflict graph' : `Conflict graph: ${plural(conflicts.degree.length, 'ACU')}, ${pairsInWords(conflicts.counts).join('')}. Press G for the same as a matrix, and again as a list.`;
  const isSettled = progress.state === 'settled';
  return (
    <div className={`picture${past ? ' past' : ''}`} data-menu="graph">
      <div className="picture-plot">
        <div ref={host} className="picture-canvas" role="img" tabIndex={0} aria-label={label} data-testid={ids.graph} data-acus="" data-settled={isSettled} data-level={level}
          data-cursor={lassoing ? 'lasso' : pointed === null ? 'pan' : 'point'}
          onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={onPointerUp} onPointerCancel={() => { gesture.current = null; screen.current?.draw([]); }}
          onPointerLeave={() => { if (gesture.current !== null) return; pointer.current = null; pointAt(null, 0); usePicture.setState({ pointed: null }); }}
          onDoubleClick={(event) => { const { x, y } = inside(event), hit = screen.current?.hit(x, y) ?? null; if (hit?.kind !== 'node') return; if (isPast()) say(PAST); else void add(hit.acus, event.timeStamp); }}
          onKeyDown={onKeyDown} />
        <Notes onAgain={onAgain} />
        {pinned !== null && <Card pointed={pinned} pinned anchor={anchored.pinned} />}
        {pointed !== null && !samePointed(pointed, pinned) && <Card pointed={pointed} pinned={false} anchor={anchored.pointer} />}
        <Tools screen={() => screen.current} />
      </div>
      <Legend />
    </div>
  );
}

function selectAll(acus: readonly string[]): void {
  const list = acus as Parameters<typeof press>[1][];
  useSelection.setState({ selected: new Set(list), cursor: list[0] ?? null, anchor: list[0] ?? null });
}

/** What the picture cannot show by itself: that it is being made, that it is not whole, that it stopped. */
function Notes({ onAgain }: { onAgain: () => void }) {
  const { state, done, why } = usePicture((s) => s.progress), edges = usePicture((s) => s.counts.all), nodes = usePicture((s) => s.nodes), level = usePicture((s) => s.level);
  const past = useTime((s) => s.at !== null);
  if (state === 'dead') return (
    <div className="picture-dead empty" role="alert">
      <div className="empty-title">The picture stopped</div>
      <div className="empty-text">{why}</div>
      <button type="button" className="button small" onClick={onAgain}>Draw again</button>
    </div>
  );
  return (
    <div className="picture-notes small" role="status">
      {state !== 'settled' && (
        <span className="picture-note">
          <Spinner />
          {state === 'waiting' ? 'Waiting for the conflicts' : `Laying out ${plural(nodes.acus, 'ACU')} and ${plural(edges, 'pair')} that conflict: ${Math.floor(done * 100)} %`}
        </span>
      )}
      {state === 'settled' && edges === 0 && <span className="picture-note">No conflicts: any of {plural(nodes.acus, 'ACU')} goes with any other.</span>}
      {state === 'settled' && level === 'acus' && edges > MAX_EDGES && (
        <span className="picture-note">{grouped(MAX_EDGES)} of {plural(edges, 'pair')} that conflict are drawn, and all of what is pointed at or selected.</span>
      )}
      {past && <span className="picture-note">As it was then: nothing can be dragged from here.</span>}
    </div>
  );
}

function Tools({ screen }: { screen: () => GraphScreen | null }) {
  const lassoing = usePicture((s) => s.lassoing), outlines = usePicture((s) => s.outlines);
  return (
    <div className="picture-tools" role="group" aria-label="Picture">
      <button type="button" className="button small icon" aria-label="Lasso"
        title="Lasso: drag around ACUs to select them (Shift and drag; with Ctrl they are added, with Alt taken out)" aria-pressed={lassoing}
        onClick={() => usePicture.setState({ lassoing: !lassoing })}>
        <Icon name="lasso" size={13} />
      </button>
      <button type="button" className="button small icon" aria-label="Outline partitions" title="Outline partitions: what conflicts only among itself"
        aria-pressed={outlines} onClick={() => usePicture.setState({ outlines: !outlines })}>
        <Icon name="outline" size={13} />
      </button>
      <ZoomButtons of={screen} />
    </div>
  );
}
