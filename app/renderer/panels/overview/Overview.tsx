// The left pane, what a tired person reads first: what is in flight, whose, how old, and what of it fits. One search over names, authors, paths and symbols;
// saved filters; groups with their counts; rows that are ACUs or sources.
import { useCallback, useEffect, useMemo } from 'react';
import type { ReactNode } from 'react';
import { add } from '../../app/actions.ts';
import { showing } from '../../app/asking.ts';
import { explain } from '../../app/searching.ts';
import { AcuGrid } from '../../components/AcuGrid.tsx';
import { AcuLine } from '../../components/AcuLine.tsx';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Icon } from '../../components/Icon.tsx';
import { countRows } from '../../state/composition.ts';
import { flipGroup, flipSource, isFiltered, useFilters } from '../../state/filters.ts';
import { aimWith } from '../../state/menu.ts';
import { useReplica } from '../../state/replica.ts';
import { useSelection } from '../../state/selection.ts';
import { membersOf, useVisible } from '../../state/visible.ts';
import { grouped, plural } from '../../state/words.ts';
import { PAST, useTime } from '../../state/time.ts';
import { ids } from '../../testids.ts';
import { VerdictLine } from '../composition/VerdictLine.tsx';
import { Counts } from './Counts.tsx';
import { GroupLine } from './GroupLine.tsx';
import { linesOf } from './lines.ts';
import type { OverviewItem } from './lines.ts';
import { NoMatch, Nothing } from './Nothing.tsx';
import { SavedFilters } from './SavedFilters.tsx';
import { SearchField } from './SearchField.tsx';
import { SourceLine } from './SourceLine.tsx';
import { ViewBar } from './ViewBar.tsx';
import './overview.css';

const onRange = (from: number, to: number): void => { showing(from, to); void explain(from, to); };
const onToggle = (item: OverviewItem): void => {
  if (item.kind === 'group') flipGroup(useVisible.getState().arrangement!.groups.keys[item.group]!);
  else if (item.kind === 'source') flipSource(item.source.name);
};

export function Overview() {
  const rows = useVisible((s) => s.rows), sources = useVisible((s) => s.sources), arrangement = useVisible((s) => s.arrangement), search = useVisible((s) => s.text);
  const status = useReplica((s) => s.status), open = useFilters((s) => s.open);
  const lines = useMemo(() => linesOf({ rows, sources, arrangement }, new Set(open)), [rows, sources, arrangement, open]);
  useEffect(() => aimWith('source', aim), []);
  const line = useCallback((item: OverviewItem, at: number, isCursor: boolean) => {
    switch (item.kind) {
      case 'group': return <GroupLine group={item.group} open={item.expanded === true} position={at} isCursor={isCursor} />;
      case 'source': return <SourceLine source={item.source} index={item.index} open={item.expanded ?? null} level={item.level} position={at} search={search} />;
      case 'row': return <AcuLine row={item.row} idPrefix="acu-" elementId={`acu-${item.key}`} testId={ids.acuRow} position={at} nested={item.nested} search={search} {...(arrangement?.by === 'source' || item.level > 1 ? { level: item.level } : {})} />;
    }
  }, [search, arrangement]);
  const isTree = arrangement !== null && (arrangement.by === 'source' || (lines.length > 0 && lines.at(0).kind === 'group'));
  return (
    <section className="panel acus overview" aria-label="ACUs" data-drop="list">
      <div className="overview-head" role="search">
        <SearchField />
        <ViewBar />
      </div>
      <SavedFilters />
      <Counts />
      <Listed>
        {lines.length > 0 || arrangement === null || status === 'loading'
          ? <AcuGrid items={lines} label={arrangement?.by === 'source' ? 'Sources' : 'ACUs'} testId={ids.acuList} idPrefix="acu-" drag="list" tree={isTree} onRange={onRange} onToggle={onToggle} row={line} />
          : search.trim() === '' ? <Nothing /> : <NoMatch text={search} />}
      </Listed>
      <Foot />
      <VerdictLine />
    </section>
  );
}

/** The list says of itself that it is being found anew, without being rendered for it. */
function Listed({ children }: { readonly children: ReactNode }) {
  const isBusy = useVisible((s) => s.busy);
  return <div className="acus-list" aria-busy={isBusy}>{children}</div>;
}

/** A group or a source is aimed at by selecting all of it. */
function aim(target: Element): string | null {
  const shown = useVisible.getState(), heading = target.closest<HTMLElement>('[data-group]'), source = target.closest<HTMLElement>('[data-source]');
  const all = heading !== null ? membersOf(shown, Number(heading.dataset['group'])) : shown.sources[Number(source?.dataset['source'] ?? -1)]?.acus ?? [];
  const { selected } = useSelection.getState();
  if (all.length > 0 && (heading !== null || !all.every((id) => selected.has(id)))) useSelection.setState({ selected: new Set(all), cursor: all.at(-1)!, anchor: all[0]! });
  return heading?.dataset['name'] ?? source?.dataset['name'] ?? null;
}

function Foot() {
  const rows = useReplica((s) => s.rows), all = useMemo(() => countRows(rows), [rows]), found = useVisible((s) => s.at.size), selected = useSelection((s) => s.selected.size), filtered = useFilters(isFiltered);
  const past = useTime((s) => s.at !== null), symbols = useVisible((s) => s.symbols), sources = useVisible((s) => (s.arrangement?.by === 'source' ? s.arrangement.members.length : -1));
  return (
    <div className="acus-foot">
      <span className="tiny muted truncate" role="status">
        <span data-testid={ids.visibleCount}>{found === rows.length ? all : `${grouped(found)} of ${all}`}</span>
        {sources >= 0 && <> in {plural(sources, 'source')}</>}
        {selected > 0 && <> · <strong>{grouped(selected)} selected</strong></>}
        {filtered && symbols < rows.length && <span data-testid={ids.symbolsRead} title="Names of what changes are about are read in the background; what is found by them comes as they are."> · symbols: reading {grouped(symbols)} of {grouped(rows.length)}</span>}
      </span>
      <span className="spacer" />
      {filtered && found > 0 && selected < found && <CommandButton id="selection.all" className="button quiet small">Select {found === 1 ? 'it' : `all ${grouped(found)}`}</CommandButton>}
      {selected > 1 && <CommandButton id="composition.addFitting" className="button quiet small">Add what fits</CommandButton>}
      <button type="button" className="button small" disabled={selected === 0} aria-disabled={past} title={past ? PAST : undefined} onClick={(event) => { if (!past) void add([...useSelection.getState().selected], event.timeStamp); }}>
        <Icon name="plus" size={12} />Add{selected > 1 ? ` ${grouped(selected)}` : ''}
      </button>
    </div>
  );
}
