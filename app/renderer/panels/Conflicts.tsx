// The Conflicts view: every conflict in a virtual list that pages from the replica's worker, and the chosen one in full.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { replica } from '../app/session.ts';
import { Empty } from '../components/atoms.tsx';
import { Name } from '../components/AcuLine.tsx';
import { Glyph, Icon } from '../components/Icon.tsx';
import { allConflicts, conflictKey, filterKey, useConflictQuery } from '../state/conflicts.ts';
import { complain } from '../state/notices.ts';
import { nameOf, useReplica } from '../state/replica.ts';
import { useSelection } from '../state/selection.ts';
import { markOfVerdict, verdictNames } from '../state/verdictWords.ts';
import { grouped, plural } from '../state/words.ts';
import { ids } from '../testids.ts';
import type { ConflictView } from '../../workers/client.ts';
import { verdictOrder } from '../../workers/client.ts';
import type { ConflictKind } from '../../core/model.ts';
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

const ROW = 40, PAGE = 100;
let nextKey = 1;

/** Pages of the current selection of conflicts, fetched as they come into view. */
function usePages(): { readonly count: number | null; row(i: number): ConflictView | null; want(from: number, to: number): void; fetch(i: number): Promise<ConflictView | null> } {
  const query = useConflictQuery(), generation = useReplica((s) => s.generation), ready = useReplica((s) => s.status === 'ready');
  const key = `${generation} ${filterKey(query)}`;
  const [count, setCount] = useState<number | null>(null), [, redraw] = useState(0);
  const held = useRef({ key: 0, pages: new Map<number, readonly ConflictView[] | 'asked'>() });
  useEffect(() => {
    if (!ready) return undefined;
    const mine = nextKey++;
    const { verdict, kind, acus, text, inherited } = useConflictQuery.getState();
    let wanted = true;
    replica().call((api) => api.selectConflicts(mine, { verdict, kind, acus, text, inherited })).then((n) => {
      if (!wanted) return;
      held.current = { key: mine, pages: new Map() };
      setCount(n);
      redraw((k) => k + 1);
    }, complain);
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
    count,
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
  const { count, row, want, fetch } = usePages();
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(0);
  const virtual = useVirtualizer({ count: count ?? 0, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 10 });
  const shown = virtual.getVirtualItems(), from = shown[0]?.index ?? 0, to = shown.at(-1)?.index ?? 0;
  useEffect(() => { if ((count ?? 0) > 0) want(from, to); });
  const filter = filterKey(query);
  useEffect(() => { setCursor(0); scroller.current?.scrollTo(0, 0); }, [filter]);
  const set = useConflictQuery.setState;
  const latest = useRef(-1);
  const choose = async (i: number): Promise<void> => {
    latest.current = i;
    setCursor(i);
    virtual.scrollToIndex(i, { align: 'auto' });
    // a jump may land on a page that is not here yet
    const found = row(i) ?? await fetch(i);
    if (found !== null && latest.current === i) set({ chosen: found });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = (count ?? 0) - 1, page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 1);
    const places: Readonly<Record<string, number>> = { ArrowDown: cursor + 1, ArrowUp: cursor - 1, PageDown: cursor + page, PageUp: cursor - page, Home: 0, End: last, Enter: cursor };
    const place = places[event.key];
    if (place === undefined || last < 0) return;
    event.preventDefault();
    void choose(Math.max(0, Math.min(last, place)));
  };
  const chosenKey = query.chosen === null ? null : conflictKey(query.chosen);
  return (
    <section className="panel conflicts" aria-label="Conflicts">
      <header className="panel-head">
        <h2>Conflicts</h2>
        <span className="muted">{count === null ? '' : grouped(count)}</span>
        <span className="spacer" />
        <label className="check small" title="Conflicts that a pair below already has at the same place"><input type="checkbox" checked={query.inherited} onChange={(event) => set({ inherited: event.target.checked })} />Inherited</label>
      </header>
      <div className="conflicts-head">
        <div className="search"><Icon name="search" /><input className="field" type="search" aria-label="Search conflicts" placeholder="Path or name" spellCheck={false} value={query.text} onChange={(event) => set({ text: event.target.value })} /></div>
        <select className="field" aria-label="Kind" value={query.kind ?? ''} onChange={(event) => set({ kind: (event.target.value || null) as ConflictKind | null })}>
          <option value="">Any kind</option>
          {counts?.byKind.map(({ kind, count: n }) => <option key={kind} value={kind}>{kind} ({grouped(n)})</option>)}
        </select>
      </div>
      <div className="marks" role="group" aria-label="Show only">
        {verdictOrder.filter((verdict) => (counts?.byVerdict[verdict] ?? 0) > 0).map((verdict) => (
          <button key={verdict} type="button" className="mark" aria-pressed={query.verdict === verdict} onClick={() => set({ verdict: query.verdict === verdict ? null : verdict })}>
            <Glyph mark={markOfVerdict[verdict]} size={10} /><span className="mark-count">{grouped(counts!.byVerdict[verdict])}</span><span className="mark-name">{verdictNames[verdict]}</span>
          </button>
        ))}
        <button type="button" className="mark" aria-pressed={query.acus !== null} disabled={query.acus === null && selected.size === 0} onClick={() => set({ acus: query.acus === null ? [...selected] : null })}>
          {query.acus === null ? 'of the selection' : query.acus.length === 1 ? `of ${nameOf(query.acus[0]!)}` : `of ${plural(query.acus.length, 'ACU')}`}{query.acus !== null && <Icon name="close" size={10} />}
        </button>
      </div>
      {count === 0
        ? counts?.conflicts === 0
          ? <Empty title="No conflicts">Everything in flight can stand together as far as text goes.</Empty>
          : <Empty title="No conflict fits these filters"><button type="button" className="button small" onClick={() => set(allConflicts)}>Clear filters</button></Empty>
        : (
          <div ref={scroller} className="grid" role="grid" tabIndex={0} aria-label="Conflicts" aria-rowcount={count ?? -1} aria-activedescendant={cursor >= from && cursor <= to && count !== null ? `conflict-${cursor}` : undefined} data-testid={ids.conflictList} onKeyDown={onKeyDown}>
            <div className="grid-body" role="presentation" style={{ height: virtual.getTotalSize() }}>
              {shown.map(({ index, start, key }) => {
                const found = row(index);
                return (
                  <div key={key} role="presentation" className="grid-line" style={{ transform: `translateY(${start}px)`, height: ROW }}>
                    <div id={`conflict-${index}`} role="row" aria-rowindex={index + 1} aria-selected={found !== null && conflictKey(found) === chosenKey} className={`conflict${index === cursor ? ' cursor' : ''}`} data-testid={ids.conflictRow} onClick={() => { void choose(index); }}>
                      {found === null ? <span role="gridcell" className="faint">…</span> : (
                        <>
                          <span role="gridcell" className="c-mark" title={verdictNames[found.verdict]}><Glyph mark={markOfVerdict[found.verdict]} label /></span>
                          <span role="gridcell" className="conflict-words">
                            <span className="row"><span className="mono truncate" title={found.detail}>{found.shown}</span><span className="spacer" />{found.inherited && <span className="badge">inherited</span>}<span className="tiny muted">{found.kind}</span></span>
                            <span className="conflict-sides small muted"><span className="truncate"><Name name={nameOf(found.a)} /></span><span aria-label="against">×</span><span className="truncate">{found.b === 'base' ? 'base' : <Name name={nameOf(found.b)} />}</span></span>
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
