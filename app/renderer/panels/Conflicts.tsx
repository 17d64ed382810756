// The Conflicts view: every conflict in a virtual list that pages from the replica's worker, and the chosen one in full.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { replica } from '../app/session.ts';
import { Empty } from '../components/atoms.tsx';
import { Name } from '../components/AcuLine.tsx';
import { Glyph, Icon } from '../components/Icon.tsx';
import { allConflicts, conflictKey, filterKey, placeIn, placeOfRow, useConflictQuery } from '../state/conflicts.ts';
import { aimWith } from '../state/menu.ts';
import { complain } from '../state/notices.ts';
import { decisionOf, lookOf, nameOf, useReplica } from '../state/replica.ts';
import { shortName } from '../state/shortName.ts';
import { useSelection } from '../state/selection.ts';
import { useScaled } from '../state/settings.ts';
import { grouped, plural, whatConflictsCount } from '../state/words.ts';
import { ids } from '../testids.ts';
import type { ConflictGrouping, ConflictView } from '../../workers/client.ts';
import { edgeMark, edgeNames, verdictOrder } from '../../workers/client.ts';
import './inspector/conflicts.css';
import { ConflictDetail } from './ConflictDetail.tsx';

export function Conflicts() {
  const layout = useDefaultLayout({ id: 'acumen.conflicts', storage: localStorage });
  return (
    <Group orientation="horizontal" className="fill" {...layout}>
      <Panel id="pane-conflict-list" defaultSize="34%" minSize="260px"><ConflictList /></Panel>
      <Separator className="split-v" />
      <Panel id="pane-conflict-detail" minSize="320px"><ConflictDetail /></Panel>
    </Group>
  );
}

const ROW = 40, HEAD = 26, PAGE = 100;
const groupings: Readonly<Record<ConflictGrouping, string>> = { none: 'No groups', path: 'By path', pair: 'By pair', partition: 'By partition' };
const groupWords: Readonly<Record<ConflictGrouping, string>> = { none: 'group', path: 'file', pair: 'pair', partition: 'partition' };
const NONE = new Int32Array(0);
let nextKey = 1;

interface Pages {
  /** rows, headings apart; null while they are selected */
  readonly count: number | null;
  /** the first row of each group */
  readonly starts: Int32Array;
  row(i: number): ConflictView | null;
  want(from: number, to: number): void;
  fetch(i: number): Promise<ConflictView | null>;
}

/** Pages of the current selection of conflicts, fetched as they come into view. */
function usePages(): Pages {
  const query = useConflictQuery(), generation = useReplica((s) => s.generation), ready = useReplica((s) => s.status === 'ready');
  const key = `${generation} ${query.grouping} ${filterKey(query)}`;
  const [{ count, starts }, setSelected] = useState<{ count: number | null; starts: Int32Array }>({ count: null, starts: NONE }), [, redraw] = useState(0);
  const held = useRef({ key: 0, pages: new Map<number, readonly ConflictView[] | 'asked'>() });
  useEffect(() => {
    if (!ready) return undefined;
    const mine = nextKey++;
    const { verdict, kind, acus, text, inherited, grouping } = useConflictQuery.getState();
    let wanted = true;
    const select = async (): Promise<void> => {
      const n = await replica().call((api) => api.selectConflicts(mine, { verdict, kind, acus, text, inherited }));
      const cut = grouping === 'none' ? NONE : await replica().call((api) => api.groupConflicts(mine, grouping));
      if (!wanted || cut === null) return;
      held.current = { key: mine, pages: new Map() };
      setSelected({ count: n, starts: cut });
    };
    select().catch(complain);
    return () => { wanted = false; };
  }, [key, ready]);
  const fetchPage = async (page: number): Promise<readonly ConflictView[] | null> => {
    const { key: mine, pages } = held.current;
    pages.set(page, 'asked');
    try {
      const rows = await replica().call((api) => api.conflictPage(mine, page * PAGE, (page + 1) * PAGE));
      if (rows === null || held.current.key !== mine) return null;
      pages.set(page, rows);
      redraw((k) => k + 1);
      return rows;
    } catch (error) {
      complain(error);
      return null;
    }
  };
  return {
    count, starts,
    async fetch(i) { return (await fetchPage(Math.floor(i / PAGE)))?.[i % PAGE] ?? null; },
    row(i) {
      const page = held.current.pages.get(Math.floor(i / PAGE));
      return page === undefined || page === 'asked' ? null : page[i % PAGE] ?? null;
    },
    want(from, to) {
      for (let page = Math.floor(from / PAGE); page <= Math.floor(to / PAGE); page++) if (!held.current.pages.has(page)) void fetchPage(page);
    },
  };
}

function ConflictList() {
  const query = useConflictQuery(), counts = useReplica((s) => s.conflicts?.counts ?? null);
  const selected = useSelection((s) => s.selected);
  const { count, starts, row, want, fetch } = usePages();
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(0);
  const rowHeight = useScaled(ROW), headHeight = useScaled(HEAD), places = (count ?? 0) + starts.length;
  const virtual = useVirtualizer({ count: places, getScrollElement: () => scroller.current, estimateSize: (place) => ('heading' in placeIn(starts, place) ? headHeight : rowHeight), overscan: 10 });
  // sizes are by place, and places have moved
  useEffect(() => { virtual.measure(); }, [virtual, starts, rowHeight, headHeight]);
  const shown = virtual.getVirtualItems(), rowNear = (place: number): number => { const at = placeIn(starts, place); return 'row' in at ? at.row : starts[at.heading]!; };
  const from = shown.length === 0 ? 0 : rowNear(shown[0]!.index), to = shown.length === 0 ? 0 : rowNear(shown.at(-1)!.index);
  useEffect(() => { if ((count ?? 0) > 0) want(from, to); });
  const filter = `${query.grouping} ${filterKey(query)}`;
  useEffect(() => { setCursor(0); scroller.current?.scrollTo(0, 0); }, [filter]);
  const set = useConflictQuery.setState;
  const latest = useRef(-1);
  const choose = async (i: number): Promise<void> => {
    latest.current = i;
    setCursor(i);
    virtual.scrollToIndex(placeOfRow(starts, i), { align: 'auto' });
    // a jump may land on a page that is not here yet
    const found = row(i) ?? await fetch(i);
    if (found !== null && latest.current === i) set({ chosen: found });
  };
  const current = useRef({ row, choose });
  useEffect(() => { current.current = { row, choose }; });
  // a menu is about the row under the pointer, which it chooses; the keyboard's about the one chosen
  useEffect(() => aimWith('conflict', (target) => {
    const place = target.closest<HTMLElement>('[data-row]')?.dataset['row'], found = place === undefined ? useConflictQuery.getState().chosen : current.current.row(Number(place));
    if (place !== undefined && found !== null) void current.current.choose(Number(place));
    return found === null ? null : found.shown;
  }), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = (count ?? 0) - 1, page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1),
      next = starts.find((start) => start > cursor) ?? last, before = starts.findLast((start) => start < cursor) ?? 0;
    const steps: Readonly<Record<string, number>> = { ArrowDown: cursor + 1, ArrowUp: cursor - 1, PageDown: cursor + page, PageUp: cursor - page, Home: 0, End: last, Enter: cursor, ...starts.length > 0 ? { ArrowRight: next, ArrowLeft: before } : {} };
    const place = event.altKey || event.ctrlKey || event.metaKey ? undefined : steps[event.key];
    if (place === undefined || last < 0) return;
    event.preventDefault();
    void choose(Math.max(0, Math.min(last, place)));
  };
  const inherited = query.inherited ? counts?.inherited ?? 0 : 0, all = (counts?.conflicts ?? 0) + inherited;
  const chosenKey = query.chosen === null ? null : conflictKey(query.chosen);
  const isShown = shown.some(({ index }) => { const at = placeIn(starts, index); return 'row' in at && at.row === cursor; });
  return (
    <section className="panel conflicts" aria-label="Conflicts">
      <header className="panel-head">
        <h2>Conflicts</h2>
        <span className="muted truncate" title={whatConflictsCount}>
          {count !== null && counts !== null && (count < all ? `${grouped(count)} of ${grouped(all)}` : `${grouped(counts.conflicts)}${inherited === 0 ? '' : ` + ${grouped(inherited)} inherited`}`)}
          {starts.length > 0 && ` in ${plural(starts.length, groupWords[query.grouping])}`}
        </span>
        <span className="spacer" />
        <label className="check small"
          title="Inherited: the same place conflicts already between ACUs that these two stand on, so it is neither shown nor counted unless you ask">
          <input type="checkbox" checked={query.inherited} onChange={(event) => set({ inherited: event.target.checked })} />Inherited
        </label>
      </header>
      <div className="conflicts-head">
        <div className="search">
          <Icon name="search" />
          <input className="field" type="search" aria-label="Search conflicts" placeholder="Path or name" spellCheck={false} value={query.text}
            onChange={(event) => set({ text: event.target.value })} />
        </div>
        <select className="field" aria-label="Groups" value={query.grouping} data-testid={ids.conflictGroups}
          onChange={(event) => set({ grouping: event.target.value as ConflictGrouping })}>
          {Object.entries(groupings).map(([by, name]) => <option key={by} value={by}>{name}</option>)}
        </select>
      </div>
      <div className="marks" role="group" aria-label="Show only">
        <span className="marks-label">Verdict</span>
        {verdictOrder.filter((verdict) => (counts?.byVerdict[verdict] ?? 0) > 0).map((verdict) => (
          <button key={verdict} type="button" className="mark" aria-pressed={query.verdict === verdict}
            title={verdict === 'partial' ? 'Conflicts of an ACU that needs a rebase with the base' : `Conflicts that are ${edgeNames[verdict]}`}
            onClick={() => set({ verdict: query.verdict === verdict ? null : verdict })}>
            <Glyph mark={edgeMark[verdict]} size={10} />
            <span className="mark-count">{grouped(counts!.byVerdict[verdict])}</span>
            <span className="mark-name">{verdict === 'partial' ? 'with the base' : edgeNames[verdict]}</span>
          </button>
        ))}
        <button type="button" className="mark" aria-pressed={query.acus !== null} disabled={query.acus === null && selected.size === 0}
          title={query.acus === null && selected.size === 0 ? 'Select ACUs first.' : undefined}
          onClick={() => set({ acus: query.acus === null ? [...selected] : null })}>
          {query.acus === null ? 'of the selection' : query.acus.length === 1 ? `of ${nameOf(query.acus[0]!)}` : `of ${plural(query.acus.length, 'ACU')}`}
          {query.acus !== null && <Icon name="close" size={10} />}
        </button>
        {(counts?.byKind.length ?? 0) > 1 && <><span className="marks-break" /><span className="marks-label">Kind</span></>}
        {(counts?.byKind.length ?? 0) > 1 && counts?.byKind.map(({ kind, count: n }) => (
          <button key={kind} type="button" className="mark" aria-pressed={query.kind === kind} onClick={() => set({ kind: query.kind === kind ? null : kind })}>
            <span className="mark-count">{grouped(n)}</span>
            <span>{kind}</span>
          </button>
        ))}
      </div>
      {count === 0
        ? counts?.conflicts === 0
          ? <Empty title="No conflicts">Everything in flight can stand together as far as text goes.</Empty>
          : <Empty title="No conflict fits these filters"><button type="button" className="button small" onClick={() => set(allConflicts)}>Clear filters</button></Empty>
        : (
          <div ref={scroller} className="grid" role="grid" tabIndex={0} aria-label="Conflicts" aria-rowcount={count === null ? -1 : places}
            aria-activedescendant={isShown && count !== null ? `conflict-${cursor}` : undefined} data-testid={ids.conflictList} onKeyDown={onKeyDown}>
            <div className="grid-body" role="presentation" style={{ height: virtual.getTotalSize() }}>
              {shown.map(({ index, start, key, size }) => {
                const at = placeIn(starts, index), line = { transform: `translateY(${start}px)`, height: size };
                if ('heading' in at) {
                  const first = row(starts[at.heading]!), length = (starts[at.heading + 1] ?? count ?? 0) - starts[at.heading]!;
                  return (
                    <div key={key} role="presentation" className="grid-line" style={line}>
                      <div role="row" aria-rowindex={index + 1} className="conflict-group" data-testid={ids.conflictGroup}>
                        <span role="gridcell" className="truncate">
                          {first === null ? '…' : <GroupName grouping={query.grouping} first={first} nth={at.heading} />}
                        </span>
                        <span role="gridcell" className="tiny muted">{grouped(length)}</span>
                      </div>
                    </div>
                  );
                }
                const found = row(at.row);
                return (
                  <div key={key} role="presentation" className="grid-line" style={line}>
                    <div id={`conflict-${at.row}`} role="row" aria-rowindex={index + 1} aria-selected={found !== null && conflictKey(found) === chosenKey}
                      className={`conflict${at.row === cursor ? ' cursor' : ''}`} data-testid={ids.conflictRow} data-menu="conflict" data-row={at.row}
                      onClick={() => { void choose(at.row); }}>
                      {found === null ? <span role="gridcell" className="faint">…</span> : (
                        <>
                          <Mark of={found} />
                          <span role="gridcell" className="conflict-words">
                            <span className="row">
                              <span className="mono truncate path-end" title={found.detail}><bdi>{found.shown}</bdi></span>
                              <span className="spacer" />
                              {found.inherited && <span className="badge">inherited</span>}
                              <Decided conflict={found} />
                              <span className="tiny muted">{found.kind}</span>
                            </span>
                            <span className="conflict-sides small muted">
                              <span className="truncate"><Name name={nameOf(found.a)} /></span>
                              <span aria-label="against">×</span>
                              <span className="truncate">{found.b === 'base' ? 'base' : <Name name={nameOf(found.b)} />}</span>
                            </span>
                          </span>
                        </>
                      )}
                    </div>
                  </div>
                );
              })}
            </div>
          </div>
        )}
    </section>
  );
}

function Mark({ of }: { of: ConflictView }) {
  const look = useReplica((s) => lookOf(s, of));
  return <span role="gridcell" className="c-mark" title={look === 'decided' ? `decided; by themselves ${edgeNames[of.verdict]}` : edgeNames[look]}><Glyph mark={edgeMark[look]} label /></span>;
}

/** Its verdict is that of the two by themselves; somebody has answered it. */
function Decided({ conflict }: { conflict: ConflictView }) {
  const by = useReplica((s) => decisionOf(s, conflict));
  return by !== null && <span className="badge" title={`Decided by hand: ${shortName(by)}`}>decided</span>;
}

function GroupName({ grouping, first, nth }: { grouping: ConflictGrouping; first: ConflictView; nth: number }) {
  if (grouping === 'path') return <span className="mono">{first.shown}</span>;
  if (grouping === 'pair') return <>{nameOf(first.a)} × {first.b === 'base' ? 'the base' : nameOf(first.b)}</>;
  return <>Partition {nth + 1}, with {nameOf(first.a)}</>;
}
