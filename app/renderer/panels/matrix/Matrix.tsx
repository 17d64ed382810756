// The conflict graph as a matrix: every ACU that conflicts against every other, in an order in which blocks show. Drawn by a worker, steered here by
// pointer and keys; what has the cursor is said in words, and everything else the list beside it tells.
import { useEffect, useEffectEvent, useId, useRef, useState, useSyncExternalStore } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { carryingAcus, draggable } from '../../app/drag.ts';
import { pointAt } from '../../app/asking.ts';
import { Empty, Spinner } from '../../components/atoms.tsx';
import { Glyph, Icon } from '../../components/Icon.tsx';
import { ZoomButtons } from '../../components/ZoomButtons.tsx';
import { allConflicts, useConflictQuery } from '../../state/conflicts.ts';
import { aimWith } from '../../state/menu.ts';
import { lookOf, useReplica } from '../../state/replica.ts';
import { shortName } from '../../state/shortName.ts';
import { press, useSelection } from '../../state/selection.ts';
import { isPast, useTime } from '../../state/time.ts';
import { say, useUi } from '../../state/ui.ts';
import { grouped, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { edgeLooks, edgeMark, edgeNames, familyNames, familyShapes, NEEDS } from '../../../workers/client.ts';
import type { AcuRow, ConflictView, Family } from '../../../workers/client.ts';
import type { AcuId } from '../../../core/bytes.ts';
import type { Point } from '../grid/plan.ts';
import { orderingNames, orderings } from './orders.ts';
import type { Ordering } from './orders.ts';
import { MatrixScreen } from './screen.ts';
import type { Cell, Focused, Hovered } from './screen.ts';
import { useWitness } from './witness.ts';
import type { Witness } from './witness.ts';
import './matrix.css';

const HINT_MS = 2500;

export function Matrix() {
  const conflicts = useReplica((s) => s.conflicts), [life, setLife] = useState({ n: 0, dead: false });
  if (conflicts !== null && conflicts.degree.every((degree) => degree === 0)) return <Empty title="No conflicts">Everything in flight can stand together as far as text goes.</Empty>;
  if (life.dead) return <Empty title="The matrix stopped"><button type="button" className="button small" onClick={() => setLife(({ n }) => ({ n: n + 1, dead: false }))}>Draw again</button></Empty>;
  return <Drawn key={life.n} onDead={() => setLife(({ n }) => ({ n, dead: true }))} />;
}

function Drawn({ onDead }: { onDead(): void }) {
  const host = useRef<HTMLDivElement>(null), screen = useRef<MatrixScreen | null>(null);
  const [ordering, setOrdering] = useState<Ordering>('blocks'), [done, setDone] = useState(0), [shown, setShown] = useState<number | null>(null), [present, setPresent] = useState<{ readonly verdicts: readonly number[]; readonly about: readonly Family[] }>({ verdicts: [], about: [] });
  const [focused, setFocused] = useState<Focused | null>(null), [pinned, setPinned] = useState<Cell | null>(null), [isStuck, setStuck] = useState(false);
  /** the tip, told past this component: the pointer moves more often than all of it could be drawn anew */
  const [hovering] = useState(hoverings);
  const rows = useReplica((s) => s.rows), past = useTime((s) => s.at !== null);
  const helpId = useId(), cellId = useId(), stuckFor = useRef<ReturnType<typeof setTimeout> | null>(null);

  const idsOf = (indices: readonly number[]): AcuId[] => indices.flatMap((i) => rows[i]?.id ?? []);
  const onSelect = useEffectEvent((indices: readonly number[], how: 'set' | 'add') => {
    const chosen = idsOf(indices);
    useSelection.setState((at) => ({ selected: new Set(how === 'add' ? [...at.selected, ...chosen] : chosen), cursor: chosen[0] ?? at.cursor, anchor: chosen[0] ?? at.anchor }));
    say(`${plural(chosen.length, 'ACU')} selected.`);
  });
  const onPress = useEffectEvent((index: number, how: 'none' | 'toggle' | 'range', order: readonly number[]) => {
    const id = rows[index]?.id;
    if (id === undefined) return;
    useSelection.setState((at) => press(at, id, how, how === 'range' ? idsOf(order) : []));
    useUi.setState({ inspector: 'acu' });
  });
  const onName = useEffectEvent((index: number | null) => pointAt(index === null ? null : rows[index]?.id ?? null, performance.now()));
  const onDied = useEffectEvent(onDead);

  useEffect(() => {
    const mine = new MatrixScreen(host.current!, {
      hover: hovering.tell, name: (index) => onName(index), focus: setFocused, pin: setPinned, settled: setDone, shown: (n, verdicts, about) => { setShown(n); setPresent({ verdicts, about }); }, died: () => onDied(),
      select: (indices, how) => onSelect(indices, how), press: (index, how, order) => onPress(index, how, order),
      stuck: () => {
        if (stuckFor.current !== null) clearTimeout(stuckFor.current);
        stuckFor.current = setTimeout(() => setStuck(false), HINT_MS);
        setStuck(true);
      },
    });
    screen.current = mine;
    return () => { screen.current = null; mine.end(); pointAt(null, 0); if (stuckFor.current !== null) clearTimeout(stuckFor.current); };
  }, [hovering]);
  useEffect(() => { screen.current?.order(ordering); }, [ordering]);

  const at = (event: { readonly clientX: number; readonly clientY: number }): Point => {
    const box = host.current!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  useEffect(() => draggable((target, event) => {
    if (host.current?.contains(target) !== true || event.button !== 0 || event.altKey || isPast()) return null;
    const lifted = screen.current?.grip(at(event)) ?? null;
    return lifted === null ? null : carryingAcus('matrix', () => lifted);
  }), []);
  const aim = useEffectEvent((_: Element, point: { readonly x: number; readonly y: number } | null): string | null => {
    const cell = screen.current?.focused ?? null;
    const about = point === null ? (cell === null ? [] : [cell.row, cell.col]) : screen.current?.about(at({ clientX: point.x, clientY: point.y })) ?? [];
    const chosen = idsOf(about), { selected } = useSelection.getState();
    if (chosen.length === 0) return null;
    if (!chosen.every((id) => selected.has(id))) useSelection.setState({ selected: new Set(chosen), cursor: chosen[0]!, anchor: chosen[0]! });
    const { size } = useSelection.getState().selected;
    return size > 2 ? plural(size, 'ACU') : about.map((i) => rows[i]!.name).join(' × ');
  });
  useEffect(() => aimWith('matrix', (target, point) => aim(target, point)), []);

  const open = (cell: Cell, places: Witness | null): void => {
    const pair = idsOf([cell.row, cell.col]);
    if (pair.length < 2 || cell.edge === NEEDS) return;
    useConflictQuery.setState({ ...allConflicts, acus: pair, chosen: places?.rows[0] ?? null });
    useUi.setState({ tab: 'conflicts' });
  };
  const focusedPlaces = useWitness(focused === null || focused.edge === NEEDS ? undefined : rows[focused.row], focused === null ? undefined : rows[focused.col]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    if (focused !== null && !altKey && !ctrlKey && !metaKey && key === 'Enter') { if (shiftKey) screen.current?.pin(focused); else open(focused, focusedPlaces); }
    else if (focused !== null && !altKey && !ctrlKey && !metaKey && key === ' ') onToggle(shiftKey ? focused.col : focused.row);
    else if (screen.current?.key(event) !== true) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onToggle = (index: number): void => {
    const row = rows[index];
    if (row === undefined) return;
    useSelection.setState((now) => press(now, row.id, 'toggle', []));
    say(`${shortName(row)} ${useSelection.getState().selected.has(row.id) ? 'selected' : 'no longer selected'}; ${plural(useSelection.getState().selected.size, 'ACU')} in all.`);
  };
  const onPointerMove = (event: PointerEvent): void => {
    const point = at(event);
    screen.current?.move(point, event.shiftKey);
    event.currentTarget.setAttribute('data-cursor', event.buttons !== 0 ? 'held' : screen.current?.cursor(point) ?? 'default');
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button > 1) return;
    const point = at(event), pan = event.button === 1 || event.altKey || event.pointerType === 'touch';
    screen.current?.down(point, pan);
    // what drag.ts carries keeps the pointer to itself
    if (pan || screen.current?.grip(point) === null) event.currentTarget.setPointerCapture(event.pointerId);
    if (event.button === 1) event.preventDefault();
  };

  const words = focused === null ? 'No conflict has the cursor: an arrow key goes to the first.' : wordsOf(rows[focused.row], rows[focused.col], focused, focusedPlaces);
  const total = rows.length, label = `Conflicts as a matrix: ${shown === null ? plural(total, 'ACU') : `${grouped(shown)} of ${plural(total, 'ACU')} have any`}`;
  return (
    <div className={past ? 'matrix past' : 'matrix'}>
      <div className="matrix-plot">
        <div className="matrix-canvas" role="grid" tabIndex={0} aria-label={label} aria-describedby={helpId} aria-rowcount={shown ?? -1} aria-colcount={shown ?? -1} aria-multiselectable="true" aria-activedescendant={cellId}
          data-testid={ids.matrix} data-menu="matrix" data-settled={done === 1} data-ordering={ordering} data-rows={shown ?? undefined} data-focus={focused === null ? undefined : `${focused.row} ${focused.col}`}
          onPointerDown={onPointerDown} onPointerMove={onPointerMove}
          onPointerUp={(event) => { if (event.button <= 1) screen.current?.up(at(event), event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'none'); }}
          onPointerCancel={() => screen.current?.cancel()} onPointerLeave={() => screen.current?.leave()} onDoubleClick={(event) => screen.current?.doubleClick(at(event))} onKeyDown={onKeyDown}>
          <div ref={host} className="matrix-stage" role="presentation" />
          <div role="row" className="sr-only" aria-rowindex={(focused?.at.row ?? 0) + 1}>
            <div id={cellId} key={focused === null ? '' : `${focused.row} ${focused.col}`} role="gridcell" aria-colindex={(focused?.at.col ?? 0) + 1} aria-selected={focused !== null && pinned !== null && pinned.row === focused.row && pinned.col === focused.col}>{words}</div>
          </div>
        </div>
        <p id={helpId} className="sr-only">Arrow keys go from conflict to conflict, with Shift ten at a time. Enter opens the conflict, Space selects the row's ACU, with Shift the column's. Plus and minus zoom, 0 shows all. G shows the same as a list.</p>
        {done < 1 && <div className="matrix-state small" role="status"><Spinner />{shown === null ? 'Looking for blocks' : 'Ordering'}{done > 0 ? ` ${Math.floor(done * 100)} %` : ''}</div>}
        {pinned === null ? <Tip rows={rows} hovering={hovering} /> : <Pinned cell={pinned} rows={rows} onOpen={open} onClose={() => screen.current?.pin(null)} />}
        {isStuck && <div className="matrix-state small" role="status">All of it is on screen: Ctrl and the wheel, or a double click, go nearer.</div>}
        <div className="picture-tools"><ZoomButtons of={() => screen.current} /></div>
      </div>
      <footer className="matrix-foot">
        <label className="row small">Order<select className="field" value={ordering} data-testid={ids.matrixOrder} onChange={(event) => setOrdering(event.target.value as Ordering)}>{orderings.map((one) => <option key={one} value={one}>{orderingNames[one]}</option>)}</select></label>
        <span className="matrix-legend small muted">
          {edgeLooks.filter((_, i) => present.verdicts.includes(i)).map((look) => <span key={look} className="row"><Glyph mark={edgeMark[look]} size={10} />{edgeNames[look]}</span>)}
          {present.about.map((family) => familyShapes[family] !== null && <span key={family} className="row"><svg width="10" height="10" viewBox="0 0 12 12" fill="currentColor" aria-hidden="true"><path d={familyShapes[family]} fillRule="evenodd" /></svg>{familyNames[family]}</span>)}
          <span className="row"><svg width="10" height="10" viewBox="0 0 10 10" fill="none" stroke="currentColor" strokeWidth="1.25" aria-hidden="true"><circle cx="5" cy="5" r="3" /></svg>row needs column</span>
        </span>
        <span className="spacer" />
        <span className="truncate tiny faint" title="ACUs without any conflict have no row">{shown === null ? '' : `${grouped(shown)} of ${plural(total, 'ACU')}`}</span>
      </footer>
    </div>
  );
}

function wordsOf(row: AcuRow | undefined, col: AcuRow | undefined, cell: Cell, places: Witness | null): string {
  if (row === undefined || col === undefined) return '';
  if (cell.edge === NEEDS) return `${shortName(row)} needs ${shortName(col)}`;
  const first = places?.rows[0];
  return `${shortName(row)} and ${shortName(col)}${first === undefined ? '' : `: ${edgeNames[lookOf(useReplica.getState(), first)]}, ${first.kind} in ${first.shown}${places!.total > 1 ? ` and ${plural(places!.total - 1, 'more conflict')}` : ''}`}`;
}

function hoverings() {
  const listeners = new Set<() => void>();
  let now: Hovered | null = null;
  return {
    now: () => now,
    tell(hovered: Hovered | null): void { if (hovered === null && now === null) return; now = hovered; for (const listener of listeners) listener(); },
    listen(listener: () => void): () => void { listeners.add(listener); return () => { listeners.delete(listener); }; },
  };
}

function Look({ of }: { of: ConflictView }) {
  const look = useReplica((s) => lookOf(s, of));
  return <><Glyph mark={edgeMark[look]} size={10} /><span>{edgeNames[look]}</span></>;
}

/** Where two conflict, as the list of conflicts says it. */
function Places({ places, most }: { places: Witness | null; most: number }) {
  if (places === null) return <div className="faint small">…</div>;
  return (
    <>
      {places.rows.slice(0, most).map((place, i) => (
        <div key={i} className="matrix-place small"><Look of={place} /><span className="muted">{place.kind}</span><span className="mono truncate" title={place.detail}>{place.shown}</span></div>
      ))}
      {places.total > most && <div className="faint tiny">and {plural(places.total - most, 'more conflict')}</div>}
    </>
  );
}

/** What is under the pointer. */
function Tip({ rows, hovering }: { rows: readonly AcuRow[]; hovering: ReturnType<typeof hoverings> }) {
  const hovered = useSyncExternalStore(hovering.listen, hovering.now);
  const row = hovered === null ? undefined : rows[hovered.cell.row], col = hovered === null ? undefined : rows[hovered.cell.col], needs = hovered?.cell.edge === NEEDS;
  const places = useWitness(needs ? undefined : row, col);
  if (hovered === null || row === undefined || col === undefined) return null;
  const { x, y, width, height } = hovered;
  return (
    <div className="tip matrix-tip" data-testid={ids.matrixTip} style={{ ...(x > width / 2 ? { right: width - x + 14 } : { left: x + 14 }), ...(y > height * 0.55 ? { bottom: height - y + 14 } : { top: y + 14 }) }}>
      <div className="truncate"><strong>{shortName(row)}</strong> <span className="faint small">{row.author}</span></div>
      <div className="truncate"><span className="faint">{needs ? 'needs' : '×'}</span> <strong>{shortName(col)}</strong> <span className="faint small">{col.author}</span></div>
      {!needs && <Places places={places} most={3} />}
    </div>
  );
}

/** What was clicked stays, with what can be done about it. */
function Pinned({ cell, rows, onOpen, onClose }: { cell: Cell; rows: readonly AcuRow[]; onOpen(cell: Cell, places: Witness | null): void; onClose(): void }) {
  const row = rows[cell.row], col = rows[cell.col], needs = cell.edge === NEEDS, places = useWitness(needs ? undefined : row, col);
  if (row === undefined || col === undefined) return null;
  const both = (): void => { useSelection.setState({ selected: new Set([row.id, col.id]), cursor: row.id, anchor: row.id }); };
  return (
    <aside className="matrix-pinned" aria-label="Pinned cell" data-testid={ids.matrixPinned}>
      <div className="row"><strong className="truncate">{shortName(row)}</strong><span className="spacer" /><button type="button" className="button quiet small icon" aria-label="Unpin" title="Unpin (Escape)" onClick={onClose}><Icon name="close" size={11} /></button></div>
      <div className="truncate"><span className="faint">{needs ? 'needs' : '×'}</span> <strong>{shortName(col)}</strong></div>
      {!needs && <Places places={places} most={5} />}
      <div className="row matrix-actions">
        {!needs && <button type="button" className="button small" onClick={() => onOpen(cell, places)}>Open the conflict</button>}
        <button type="button" className="button small" onClick={both}>Select both</button>
      </div>
    </aside>
  );
}

