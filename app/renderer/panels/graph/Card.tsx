// What lies under the pointer in the picture, in words: an ACU or a source with what it conflicts with, or a conflict with where it is and how it
// begins. It follows the pointer, or stays beside what it is about once that is pinned, and then says what can be done.
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { AcuId } from '../../../core/bytes.ts';
import { visible } from '../../../core/visible.ts';
import type { ConflictView } from '../../../workers/client.ts';
import { add, remove } from '../../app/actions.ts';
import { conflictFile } from '../../app/conflicts.ts';
import { keepOpen } from '../../app/deciding.ts';
import { replica } from '../../app/session.ts';
import { run } from '../../commands/registry.ts';
import { Ago, Spinner } from '../../components/atoms.tsx';
import { AcuLink } from '../../components/AcuLink.tsx';
import { Glyph, Icon } from '../../components/Icon.tsx';
import { useAnswer } from '../../components/useAnswer.ts';
import { chosenIn, useComposition } from '../../state/composition.ts';
import { allConflicts, conflictKey, useConflictQuery } from '../../state/conflicts.ts';
import { useConnection } from '../../state/connection.ts';
import { markOf } from '../../state/markIndex.ts';
import { usePicture } from '../../state/picture.ts';
import type { Pointed } from '../../state/picture.ts';
import { lookOf, nameOf, useReplica } from '../../state/replica.ts';
import { useSelection } from '../../state/selection.ts';
import { shortName } from '../../state/shortName.ts';
import { PAST, useTime } from '../../state/time.ts';
import { useUi } from '../../state/ui.ts';
import { useVerdicts } from '../../state/verdicts.ts';
import { grouped, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { edgeMark, edgeNames, markNames } from '../../../workers/client.ts';
import { firstPlace } from './firstPlace.ts';

/** Conflicts that a card names, pinned and not; lines of each side of a place. */
const NAMED = 6, GLIMPSED = 3, LINES = 3;
/** So long, in milliseconds, one looks at a conflict before its texts are asked for. */
const DWELL = 260;

/** Beside a point of its parent, on the side where there is room. `where` is asked again whenever the picture moved. */
export interface Anchor { where(): { readonly x: number; readonly y: number } | null; follow(moved: () => void): () => void }

export function Card({ pointed, pinned, anchor }: { pointed: Pointed; pinned: boolean; anchor: Anchor }) {
  const card = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const place = (): void => {
      const element = card.current, at = anchor.where(), parent = element?.parentElement;
      if (element === null || parent == null) return;
      const isIn = at !== null && at.x >= -20 && at.y >= -20 && at.x <= parent.clientWidth + 20 && at.y <= parent.clientHeight + 20;
      element.hidden = !isIn;
      if (!isIn) return;
      const { offsetWidth: w, offsetHeight: h } = element;
      const left = at.x + 14 + w > parent.clientWidth && at.x - 14 - w >= 0 ? at.x - 14 - w : Math.min(at.x + 14, parent.clientWidth - w - 4);
      const top = at.y + 12 + h > parent.clientHeight ? Math.max(4, Math.min(at.y - 12 - h, parent.clientHeight - h - 4)) : at.y + 12;
      element.style.transform = `translate(${Math.max(4, Math.round(left))}px, ${Math.round(Math.max(4, top))}px)`;
    };
    place();
    return anchor.follow(place);
  });
  return (
    <div ref={card} className={`tip${pinned ? ' pinned' : ''}`} data-testid={pinned ? ids.graphPinned : ids.graphTip} role={pinned ? 'dialog' : 'tooltip'}
      aria-label={titleOf(pointed)} aria-hidden={!pinned}>
      {pointed.kind === 'node'
        ? <Node acus={pointed.acus} name={pointed.name} pinned={pinned} />
        : <Edge key={`${pointed.sides[0][0]!} ${pointed.sides[1][0]!}`} pointed={pointed} pinned={pinned} />}
    </div>
  );
}

export const titleOf = (pointed: Pointed): string => (pointed.kind === 'node' ? pointed.name : `${pointed.names[0]} × ${pointed.names[1]}`);

/** Closes the pinned card; the picture has the keyboard again. */
export function unpin(): void {
  usePicture.setState({ pinned: null });
  focusPicture();
}

const focusPicture = (): void => document.querySelector<HTMLElement>(`[data-testid="${ids.graph}"]`)?.focus({ preventScroll: true });

interface Witnessed { readonly total: number; readonly rows: readonly ConflictView[] }
function useWitness(a: readonly AcuId[], b: readonly AcuId[] | null, limit: number): Witnessed | null {
  const generation = useReplica((s) => s.generation);
  return useAnswer<Witnessed>(`${generation} ${limit} ${a.join(' ')} × ${b?.join(' ') ?? ''}`, () => replica().call((api) => api.witness(a, b, limit))).value;
}

function Head({ children, pinned }: { children: ReactNode; pinned: boolean }) {
  return (
    <div className="tip-head">
      <strong>{children}</strong>
      {pinned && <button type="button" className="button quiet small icon" aria-label="Close" title="Close (Esc)" onClick={unpin}><Icon name="close" size={11} /></button>}
    </div>
  );
}

function Node({ acus, name, pinned }: { acus: readonly AcuId[]; name: string; pinned: boolean }) {
  const first = useReplica((s) => s.byId.get(acus[0]!)), marks = useVerdicts((s) => s.marks);
  const conflicts = useReplica((s) => s.conflicts), byId = useReplica((s) => s.byId);
  const witness = useWitness(acus, null, pinned ? NAMED : GLIMPSED);
  if (first === undefined) return <Head pinned={pinned}><span className="truncate">{name}</span></Head>;
  const degree = acus.reduce((sum, id) => { const row = byId.get(id); return sum + (row === undefined ? 0 : conflicts?.degree[row.index] ?? 0); }, 0);
  const mark = marks === null ? 'unknown' : markOf(marks[first.index]);
  return (
    <>
      <Head pinned={pinned}><span className="truncate">{name}</span></Head>
      <div className="muted small">
        {acus.length === 1 ? <><Glyph mark={mark} size={10} /> {markNames[mark]} · {first.author} · <Ago time={first.time} /></> : plural(acus.length, 'ACU')} · {degree === 0 ? 'no conflicts' : `conflicts with ${grouped(degree)}`}
      </div>
      {witness !== null && witness.rows.length > 0 && (
        <ul className="tip-list">
          {witness.rows.map((row) => <Line key={conflictKey(row)} row={row} own={acus} pinned={pinned} />)}
          {witness.total > witness.rows.length && <li className="faint tiny">and {plural(witness.total - witness.rows.length, 'more conflict')}</li>}
        </ul>
      )}
      {pinned && <NodeActions acus={acus} hasConflicts={degree > 0} />}
    </>
  );
}

/** With whom, where and how; pinned, it goes on to that conflict. */
function Line({ row, own, pinned }: { row: ConflictView; own: readonly AcuId[]; pinned: boolean }) {
  const isOwn = own.includes(row.a), other = isOwn ? row.b : row.a, mine = isOwn ? row.a : row.b;
  const look = useReplica((s) => lookOf(s, row));
  const words = <><Glyph mark={edgeMark[look]} size={10} /><span className="truncate">{other === 'base' ? 'the base' : nameShort(other)}</span><span className="truncate faint mono">{row.shown}</span><span className="faint tiny">{row.kind}</span></>;
  if (!pinned || other === 'base' || mine === 'base') return <li className="tip-line small">{words}</li>;
  return (
    <li>
      <button type="button" className="tip-line small" title="Look at this conflict"
        onClick={() => { usePicture.setState({ pinned: { kind: 'edge', names: [nameShort(mine), nameShort(other)], sides: [[mine], [other]] } }); focusPicture(); }}>
        {words}
      </button>
    </li>
  );
}

const nameShort = (id: AcuId): string => { const row = useReplica.getState().byId.get(id); return row === undefined ? nameOf(id) : shortName(row); };

function select(acus: readonly AcuId[]): void {
  useSelection.setState({ selected: new Set(acus), cursor: acus[0] ?? null, anchor: acus[0] ?? null });
}

function NodeActions({ acus, hasConflicts }: { acus: readonly AcuId[]; hasConflicts: boolean }) {
  const inside = useComposition((s) => { const chosen = new Set(chosenIn(s)); return acus.every((id) => chosen.has(id)); });
  const past = useTime((s) => s.at !== null);
  return (
    <div className="tip-actions">
      {past ? <span className="small muted">{PAST}</span> : inside
        ? <button type="button" className="button small" onClick={() => { void remove(acus); }}>Remove</button>
        : <button type="button" className="button small" onClick={(event) => { void add(acus, event.timeStamp); }}>
            <Icon name="plus" size={11} />Add{acus.length > 1 ? ` ${grouped(acus.length)}` : ''}
          </button>}
      {!inside && <button type="button" className="button quiet small" onClick={() => { select(acus); run('composition.whyNot'); }}>Why not</button>}
      {!inside && !past && hasConflicts && (
        <button type="button" className="button quiet small" title="Want it although it conflicts: kept open, to be decided by hand"
          onClick={() => { void keepOpen(acus); }}>
          Keep it open
        </button>
      )}
      <button type="button" className="button quiet small"
        onClick={() => { select(acus); useConflictQuery.setState({ ...allConflicts, acus: [...acus], chosen: null }); useUi.setState({ tab: 'conflicts' }); }}>
        Open in Conflicts
      </button>
    </div>
  );
}

function Edge({ pointed, pinned }: { pointed: Pointed & { readonly kind: 'edge' }; pinned: boolean }) {
  const [a, b] = pointed.sides, witness = useWitness(a, b, pinned ? NAMED : GLIMPSED), held = useReplica();
  const [dwelt, setDwelt] = useState(pinned);
  useEffect(() => {
    const timer = setTimeout(() => setDwelt(true), DWELL);
    return () => clearTimeout(timer);
  }, []);
  const first = witness?.rows[0];
  return (
    <>
      <Head pinned={pinned}>
        {pointed.sides.map((side, i) => (pinned && side.length === 1 ? <AcuLink key={i} id={side[0]!} /> : <span key={i} className="truncate">{pointed.names[i]}</span>))}
      </Head>
      {witness === null ? <div className="small"><Spinner /></div> : (
        <ul className="tip-list">
          {witness.rows.map((row) => (
            <li key={conflictKey(row)} className="tip-line small">
              <Glyph mark={edgeMark[lookOf(held, row)]} size={10} />
              <span className="truncate mono">{row.shown}</span>
              <span className="faint tiny">{row.kind} · {edgeNames[lookOf(held, row)]}</span>
            </li>
          ))}
          {witness.total > witness.rows.length && <li className="faint tiny">and {plural(witness.total - witness.rows.length, 'more conflict')}</li>}
        </ul>
      )}
      {first !== undefined && (dwelt || pinned) && <Begins conflict={first} />}
      {pinned && first !== undefined && (
        <div className="tip-actions">
          <button type="button" className="button small"
            onClick={() => { useConflictQuery.setState({ ...allConflicts, acus: [...a, ...b], chosen: first }); useUi.setState({ tab: 'conflicts' }); }}>
            Open in Conflicts
          </button>
          <button type="button" className="button quiet small" onClick={() => select([...a, ...b])}>Select both</button>
        </div>
      )}
    </>
  );
}

/** How a conflict begins: a few lines of each side, where there are lines and the service is there to ask. */
function Begins({ conflict }: { conflict: ConflictView }) {
  const online = useConnection((s) => s.state === 'open'), generation = useReplica((s) => s.generation);
  const { value } = useAnswer(online ? `${generation} ${conflictKey(conflict)}` : null, () => conflictFile(conflict));
  const place = value?.merged == null || value.merged.binary ? null : firstPlace(value.merged.text, LINES);
  if (place === null) return <div className="tip-detail small muted">{conflict.detail}</div>;
  return (
    <div className="tip-place">
      {place.sides.map((side, i) => (
        <pre key={i} className="tip-side">
          {side.name !== '' && <div className="tip-whose truncate">{visible(side.name, 80)}</div>}
          {side.lines.length === 0
            ? <span className="faint">deleted here</span>
            : side.lines.map((line, k) => <div key={k} className="truncate">{line === '' ? ' ' : visible(line, 160)}</div>)}
          {side.more > 0 && <div className="faint">{plural(side.more, 'more line')}</div>}
        </pre>
      ))}
    </div>
  );
}
