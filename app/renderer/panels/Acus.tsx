// The left pane: every ACU, searched, filtered and marked against the composition, with the verdict on what is pointed at.
import { useCallback, useMemo, useState } from 'react';
import { add } from '../app/actions.ts';
import { showing } from '../app/asking.ts';
import { Empty } from '../components/atoms.tsx';
import { AcuGrid } from '../components/AcuGrid.tsx';
import { AcuLine } from '../components/AcuLine.tsx';
import { CommandButton } from '../components/CommandButton.tsx';
import { Glyph, Icon } from '../components/Icon.tsx';
import { isFiltered, noFilters, sorts, useFilters } from '../state/filters.ts';
import type { Sort } from '../state/filters.ts';
import { markIndex } from '../state/markIndex.ts';
import { useReplica } from '../state/replica.ts';
import { useSelection } from '../state/selection.ts';
import { countMarks, useVerdicts } from '../state/verdicts.ts';
import { useVisible } from '../state/visible.ts';
import { grouped, plural } from '../state/words.ts';
import { ids } from '../testids.ts';
import { markNames, marks } from '../../workers/client.ts';
import type { AcuRow, Mark } from '../../workers/client.ts';
import { VerdictLine } from './composition/VerdictLine.tsx';

interface Item { readonly key: string; readonly acu: AcuRow['id']; readonly row: AcuRow; readonly position: number }

export function Acus() {
  const rows = useVisible((s) => s.rows), all = useReplica((s) => s.rows.length), status = useReplica((s) => s.status);
  const selected = useSelection((s) => s.selected.size);
  const filtered = useFilters(isFiltered);
  const items = useMemo(() => rows.map((row, position): Item => ({ key: row.id, acu: row.id, row, position })), [rows]);
  const line = useCallback((item: Item) => <AcuLine row={item.row} idPrefix="acu-" testId={ids.acuRow} position={item.position} />, []);
  return (
    <section className="panel acus" aria-label="ACUs" data-drop="list">
      <Search />
      <Marks />
      <div className="acus-list">
        {rows.length > 0 || status === 'loading'
          ? <AcuGrid items={items} label="ACUs" testId={ids.acuList} idPrefix="acu-" drag="list" onRange={showing} row={line} />
          : filtered
            ? <Empty title="No ACU fits these filters"><CommandButton id="view.unfiltered" className="button small">Clear all filters</CommandButton></Empty>
            : <Empty title="Nothing in flight">Every branch of this repository is in the base already. Make a branch, commit to it, and import again (<kbd>R</kbd>).</Empty>}
      </div>
      <div className="acus-foot">
        <span className="tiny muted" data-testid={ids.visibleCount}>{rows.length === all ? plural(all, 'ACU') : `${grouped(rows.length)} of ${plural(all, 'ACU')}`}{selected > 0 && <> · <strong>{grouped(selected)} selected</strong></>}</span>
        <span className="spacer" />
        {selected > 1 && <CommandButton id="composition.addFitting" className="button quiet small">Add what fits</CommandButton>}
        <button type="button" className="button small" disabled={selected === 0} onClick={(event) => { void add([...useSelection.getState().selected], event.timeStamp); }}>
          <Icon name="plus" size={12} />Add{selected > 1 ? ` ${grouped(selected)}` : ''}
        </button>
      </div>
      <VerdictLine />
    </section>
  );
}

function Search() {
  const filters = useFilters();
  const sources = useReplica((s) => s.sources), rows = useReplica((s) => s.rows);
  const fields = filters.source !== null || filters.author !== null || filters.path !== '' || filters.conflicted || filters.stale;
  const [open, setOpen] = useState(fields);
  const authors = useMemo(() => [...new Set(rows.map((row) => row.author))].sort((a, b) => a.localeCompare(b)), [rows]);
  const set = useFilters.setState;
  return (
    <div className="acus-head" role="search">
      <div className="row">
        <div className="search">
          <Icon name="search" />
          <input className="field" type="search" aria-label="Search ACUs" placeholder="Search by name, title, author, id" spellCheck={false} data-testid={ids.search}
            value={filters.search} onChange={(event) => set({ search: event.target.value })}
            onKeyDown={(event) => { if (event.key === 'ArrowDown' || event.key === 'Enter') { event.preventDefault(); document.querySelector<HTMLElement>(`[data-testid="${ids.acuList}"]`)?.focus(); } }} />
        </div>
        <select className="field sort" aria-label="Sort" value={filters.sort} onChange={(event) => set({ sort: event.target.value as Sort })}>
          {Object.entries(sorts).map(([sort, name]) => <option key={sort} value={sort}>{name}</option>)}
        </select>
        <button type="button" className="button quiet icon" aria-label="Filters" title="Filters" aria-expanded={open || fields} onClick={() => setOpen(!open)}>
          <svg width="14" height="14" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinejoin="round" aria-hidden="true"><path d="M2 3h12l-4.5 5.5V13l-3-1.5v-3Z" /></svg>
          {fields && <span className="dot" aria-hidden="true" />}
        </button>
      </div>
      {(open || fields) && (
        <div className="filters">
          <input className="field" aria-label="Source" placeholder="Source" list="sources" spellCheck={false} data-testid={ids.filterSource}
            key={filters.source ?? ''} defaultValue={filters.source ?? ''}
            onChange={(event) => { const { value } = event.target; if (value === '' || sources.some((s) => s.name === value)) set({ source: value === '' ? null : value }); }} />
          <datalist id="sources">{sources.slice(0, 2000).map((source) => <option key={source.name} value={source.name} />)}</datalist>
          <select className="field" aria-label="Author" value={filters.author ?? ''} data-testid={ids.filterAuthor} onChange={(event) => set({ author: event.target.value || null })}>
            <option value="">Any author</option>
            {authors.map((author) => <option key={author} value={author}>{author}</option>)}
          </select>
          <input className="field" aria-label="Path" placeholder="Path" spellCheck={false} value={filters.path} data-testid={ids.filterPath} onChange={(event) => set({ path: event.target.value })} />
          <div className="row filters-checks">
            <label className="check"><input type="checkbox" checked={filters.conflicted} data-testid={ids.filterConflicted} onChange={(event) => set({ conflicted: event.target.checked })} />Conflicted</label>
            <label className="check"><input type="checkbox" checked={filters.stale} data-testid={ids.filterStale} onChange={(event) => set({ stale: event.target.checked })} />Stale</label>
            <span className="spacer" />
            <button type="button" className="button quiet small" disabled={!isFiltered(filters)} onClick={() => set(({ sort }) => ({ ...noFilters, sort }))}>Clear</button>
          </div>
        </div>
      )}
    </div>
  );
}

const shownMarks: readonly Mark[] = ['in', 'fits', 'needs', 'conflicts', 'unable', 'stale', 'inexact'];

/** How many ACUs are what to the composition; each a filter. */
function Marks() {
  const known = useVerdicts((s) => s.marks), done = useVerdicts((s) => s.marksDone), mark = useFilters((s) => s.mark);
  const counts = useMemo(() => countMarks(known, marks.length), [known]);
  const short: Partial<Record<Mark, string>> = { in: 'in', unable: 'unable', needs: 'need others', inexact: 'not exact' };
  return (
    <div className="marks" role="group" aria-label="Show only ACUs that" aria-busy={!done}>
      {shownMarks.filter((one) => counts[markIndex(one)]! > 0 || one === 'fits' || one === mark).map((one) => (
        <button key={one} type="button" className="mark" aria-pressed={mark === one} title={`Show only: ${markNames[one]}`} onClick={() => useFilters.setState({ mark: mark === one ? null : one })}>
          <Glyph mark={one} size={10} /><span className="mark-count">{grouped(counts[markIndex(one)]!)}</span><span className="mark-name">{short[one] ?? markNames[one]}</span>
        </button>
      ))}
    </div>
  );
}
