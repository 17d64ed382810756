// Every ACU that the set which was found leaves out, or what was composed of it, with the smallest reason and what a swap costs; of the row with the
// keyboard the whole of it below.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { CSSProperties, KeyboardEvent, RefObject } from 'react';
import type { AcuId } from '../../../core/bytes.ts';
import type { Reason } from '../../../core/suggestion.ts';
import { readLeftOut, wantReasons } from '../../app/leftOut.ts';
import { decide } from '../../app/deciding.ts';
import { swapLeftOut } from '../../app/suggesting.ts';
import { AcuLink } from '../../components/AcuLink.tsx';
import { ShortName } from '../../components/AcuLine.tsx';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Glyph } from '../../components/Icon.tsx';
import { arranged, needWords, reasonWords, useLeftOut } from '../../state/leftOut.ts';
import type { LeftOutSort } from '../../state/leftOut.ts';
import { nameOf, useReplica } from '../../state/replica.ts';
import { useSelection } from '../../state/selection.ts';
import { useRowHeight } from '../../state/settings.ts';
import { isStale, reasonNow } from '../../state/standing.ts';
import { type Asked, swapWords } from '../../state/suggestion.ts';
import { shortName } from '../../state/shortName.ts';
import { useUi } from '../../state/ui.ts';
import { grouped, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { AcuRow } from '../../../workers/client.ts';

const NAMED = 12;
/** Letters of a name for which the column of names has room: of all names, so that no column moves while one scrolls. */
const WIDEST = 26;

export function LeftOut({ asked, left, never }: { asked: Asked; left: readonly AcuId[]; never: readonly AcuId[] }) {
  const byId = useReplica((s) => s.byId), state = useLeftOut(), { reasons, sort, filter, cursor } = state;
  const list = useRef<HTMLDivElement>(null), head = useRef<HTMLDivElement>(null), answer = useRef<HTMLDivElement>(null), height = useRowHeight();
  const margin = useMargin(list);
  useEffect(() => readLeftOut(asked), [asked]);
  const all = useMemo(() => [...left, ...never].flatMap((id) => byId.get(id) ?? []), [left, never, byId]);
  const widest = useMemo(() => all.reduce((most, row) => Math.max(most, Math.min(WIDEST, shortName(row).length)), 0), [all]);
  const rows = useMemo(() => arranged(all, new Set(never), { reasons: sort === 'cost' ? reasons : new Map(), sort, filter }), [all, never, reasons, sort, filter]);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scrollerOf(list.current), scrollMargin: margin, estimateSize: () => height, overscan: 6, getItemKey: (i) => rows[i]!.id });
  useEffect(() => { virtual.measure(); }, [virtual, height]);
  const shown = virtual.getVirtualItems(), from = shown[0]?.index ?? 0, to = shown.at(-1)?.index ?? -1;
  // what is scrolled to first; sorted by cost all of them, for the cheapest may be anywhere
  useEffect(() => {
    const there = rows.slice(from, to + 1).map(({ id }) => id);
    wantReasons(asked, sort === 'cost' ? [...there, ...all.map(({ id }) => id)] : there);
  }, [asked, rows, all, from, to, sort]);
  const at = rows.findIndex(({ id }) => id === cursor);
  // row and answer are seen together: head and answer stay at the edges of what is in view (composition.css), the row between them
  const reveal = (place: number): void => {
    const box = scrollerOf(list.current), above = head.current?.offsetHeight ?? 0;
    if (box === null) return;
    const top = margin + place * height, room = Math.max(height, box.clientHeight - above - (answer.current?.offsetHeight ?? 0));
    if (top < box.scrollTop + above) box.scrollTop = top - above;
    else if (top + height > box.scrollTop + above + room) box.scrollTop = top + height - above - room;
  };
  const isTold = at >= 0 && reasons.has(cursor!), onTold = useEffectEvent(() => { if (at >= 0) reveal(at); });
  useEffect(() => { if (isTold) onTold(); }, [isTold, cursor]);
  const go = (place: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, place))];
    if (row === undefined) return;
    useLeftOut.setState({ cursor: row.id });
    useSelection.setState({ selected: new Set([row.id]), cursor: row.id, anchor: row.id });
    useUi.setState({ inspector: 'acu' });
    reveal(rows.indexOf(row));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== list.current || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((scrollerOf(list.current)?.clientHeight ?? 0) / height) - 1);
    const places: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at < 0 ? rows.length - 1 : at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1 };
    const place = places[event.key];
    if (place !== undefined) { event.preventDefault(); event.stopPropagation(); go(place); }
    if (event.key === 'Enter' && at >= 0) {
      event.preventDefault();
      event.stopPropagation();
      const reason = reasons.get(rows[at]!.id);
      if (reason !== undefined && canSwap(reason)) void swapLeftOut(reason, asked);
      else if (reason?.kind === 'never' && isStale(reason.acu)) void decide(reason.acu);
    }
  };
  const stale = never.reduce((sum, id) => sum + (isStale(id) ? 1 : 0), 0), known = sort === 'cost' && reasons.size < all.length ? `${grouped(reasons.size)} of ${grouped(all.length)} priced` : '';
  const about = [...left.length > 0 ? [`${grouped(left.length)} for others`] : [], ...stale > 0 ? [`${grouped(stale)} ${stale === 1 ? 'needs' : 'need'} a rebase`] : [], ...never.length > stale ? [`${grouped(never.length - stale)} can be in no set`] : []].join(', ');
  return (
    <div className="left-out" style={{ '--name': widest } as CSSProperties}>
      <div ref={head} className="left-out-head small">
        <strong>{grouped(all.length)} left out</strong>
        <span className="muted truncate" title={about}>{about}</span>
        <span className="muted tabular" role="status">{known}</span>
        <span className="row left-out-how">
          <input className="field" type="search" aria-label="Filter what is left out" placeholder="Filter" spellCheck={false} value={filter} onChange={(event) => useLeftOut.setState({ filter: event.target.value })} />
          <label className="row"><span className="muted">Sort</span>
            <select className="field" aria-label="Sort what is left out" value={sort} onChange={(event) => useLeftOut.setState({ sort: event.target.value as LeftOutSort })}>
              <option value="name">by name</option>
              <option value="cost">by cost</option>
            </select>
          </label>
        </span>
        <div className="left-out-line left-out-columns tiny muted" aria-hidden="true"><span /><span>ACU</span><span>why</span><span>swapped in</span></div>
      </div>
      <div ref={list} className="left-out-list" role="listbox" hidden={rows.length === 0} tabIndex={0} aria-label="Left out, and why" aria-activedescendant={at >= from && at <= to ? `left-${cursor!}` : undefined} onKeyDown={onKeyDown}>
        <div className="left-out-body" role="presentation" style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, start, key }) => (
            <div key={key} role="presentation" className={`left-out-row${rows[index]!.id === cursor ? ' cursor' : ''}`} style={{ transform: `translateY(${start - margin}px)`, height }}>
              <Line row={rows[index]!} rule={asked.rule} reason={reasons.get(rows[index]!.id)} isAt={rows[index]!.id === cursor} onPress={() => go(index)} place={index} of={rows.length} />
            </div>
          ))}
        </div>
      </div>
      {rows.length === 0 && <p className="muted small left-out-none">None of them is called that.</p>}
      {isTold && <div ref={answer} className="left-out-answer"><Whole row={rows[at]!} reason={reasons.get(cursor!)!} asked={asked} /></div>}
    </div>
  );
}

/** What the list is scrolled in, with all else that is talked about: one bar for both. */
const scrollerOf = (list: HTMLElement | null): HTMLElement | null => list?.closest<HTMLElement>('.composition-talk') ?? null;

/** Pixels of what lies above the list where it is scrolled. */
function useMargin(list: RefObject<HTMLElement | null>): number {
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const box = scrollerOf(list.current);
    if (box === null) return undefined;
    const watch = new ResizeObserver(() => { if (list.current !== null) setMargin(Math.round(list.current.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop)); });
    watch.observe(box.firstElementChild!);
    return () => watch.disconnect();
  }, [list]);
  return margin;
}

const canSwap = ({ kind, stands }: Reason): boolean => (kind === 'kept' || kind === 'free') && stands;

function Line({ row, rule, reason, isAt, onPress, place, of }: { row: AcuRow; rule: Asked['rule']; reason: Reason | undefined; isAt: boolean; onPress(): void; place: number; of: number }) {
  const words = reason === undefined ? null : reasonWords(reason, nameOf, isStale, rule);
  return (
    <div id={`left-${row.id}`} role="option" aria-selected={isAt} aria-posinset={place + 1} aria-setsize={of} className="left-out-line" data-testid={ids.leftOutRow} data-acu={row.id} data-name={row.name} data-kind={reason?.kind ?? 'asking'} data-menu="acu" onClick={onPress}>
      <Glyph mark={reason === undefined ? 'unknown' : reason.kind === 'never' ? 'unable' : reason.kind === 'kept' ? 'conflicts' : 'fits'} size={10} />
      <span className="truncate" title={`${row.name}\n${row.title}`}><ShortName of={row} /></span>
      <span className="muted small truncate" title={words?.why ?? ''}>{words?.why ?? ''}</span>
      <span className="muted small tabular">{words?.price ?? ''}</span>
    </div>
  );
}

/** The whole reason of one, and the swap. */
function Whole({ row, reason, asked }: { row: AcuRow; reason: Reason; asked: Asked }) {
  const { kind, never, blockers, leaves } = reason, needing = leaves.filter((id) => !blockers.includes(id));
  return (
    <div className="left-out-more small" role="group" aria-label={`Why ${shortName(row)} is left out`}>
      <strong className="truncate"><ShortName of={row} /></strong>
      <span className="muted">{kind === 'kept' ? blockers.length === 0 ? 'was not found to compose with the rest' : 'is kept out by' : kind === 'never' ? row.standing === 'stale' ? `needs a rebase: ${reasonNow(row)}` : `can be in no set${row.reason === '' ? '' : `: ${row.reason}`}` : 'is kept out by nothing'}</span>
      {(kind === 'never' ? never.filter((id) => id !== row.id) : blockers).slice(0, NAMED).map((id) => <AcuLink key={id} id={id} />)}
      {blockers.length > NAMED && <span className="muted">and {grouped(blockers.length - NAMED)} more</span>}
      {kind === 'kept' && needing.length > 0 && <><span className="muted">and {grouped(needing.length)} that {needWords(needing.length, blockers.length)} would leave too:</span>{needing.slice(0, NAMED).map((id) => <AcuLink key={id} id={id} />)}{needing.length > NAMED && <span className="muted">and {grouped(needing.length - NAMED)} more</span>}</>}
      {kind === 'never' && row.standing === 'stale' && <CommandButton id="acu.decide" className="button small" testId={ids.leftOutDecide}>Decide…</CommandButton>}
      {canSwap(reason) && (
        <span className="left-out-does">
          <button type="button" className="button small" data-testid={ids.leftOutSwap} onClick={() => { void swapLeftOut(reason, asked); }}>{leaves.length === 0 ? 'Compose it too' : `Compose it in place of ${plural(leaves.length, 'ACU')}`}</button>
          <span className="muted">{swapWords(reason, asked.rule)}</span>
        </span>
      )}
    </div>
  );
}
