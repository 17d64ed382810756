// What the overview shows: searching, filters, groups and rows. Nothing here changes the workspace.
import { isFiltered, search, toggleState, groupingNames, useFilters } from '../state/filters.ts';
import { builtIn } from '../state/savedFilters.ts';
import { useVisible } from '../state/visible.ts';
import { ids } from '../testids.ts';
import { groupings } from '../../workers/client.ts';
import { focusOn } from './focus.ts';
import { verbLine } from './lines.ts';
import { always } from './reasons.ts';
import type { Command } from './registry.ts';

const noGroups = (): string | null => (useFilters.getState().group === 'none' ? 'The list has no groups.' : null);
const searched = (): string | null => (isFiltered(useFilters.getState()) ? verbLine('list', '--search', useFilters.getState().query.trim()) : null);

export const overviewCommands: readonly Command[] = [
  { id: 'view.search', title: 'Search ACUs', group: 'View', keys: ['/', 'Mod+F'], scope: 'window', disabled: always, line: searched, run: () => focusOn(ids.search) },
  { id: 'view.conflicted', title: 'Show only conflicted ACUs', group: 'View', keys: [], scope: 'window', disabled: always, run: () => toggleState('conflicted') },
  { id: 'view.stale', title: 'Show only ACUs that need a rebase', group: 'View', keys: [], scope: 'window', disabled: always, run: () => toggleState('stale') },
  { id: 'view.unfiltered', title: 'Clear all filters', group: 'View', keys: [], scope: 'window',
    disabled: () => (isFiltered(useFilters.getState()) ? null : 'Nothing is filtered.'), run: () => search('') },
  { id: 'overview.rows', title: 'Rows: sources, or ACUs', group: 'View', keys: ['S'], scope: 'window', disabled: always,
    run: () => useFilters.setState(({ by }) => ({ by: by === 'row' ? 'source' : 'row' })) },
  ...groupings.map((group): Command => ({
    id: `overview.group.${group}`, title: `Groups: ${group === 'none' ? 'none' : groupingNames[group].toLowerCase()}`, group: 'View', keys: [], scope: 'window',
    disabled: () => (useFilters.getState().group === group ? 'The list is so already.' : null), run: () => useFilters.setState({ group }),
  })),
  { id: 'overview.closeGroups', title: 'Close all groups', group: 'View', keys: [], scope: 'window', menu: ['source'], disabled: noGroups,
    run: () => useFilters.setState({ closed: useVisible.getState().arrangement?.groups.keys ?? [] }) },
  { id: 'overview.openGroups', title: 'Open all groups', group: 'View', keys: [], scope: 'window', menu: ['source'], disabled: noGroups,
    run: () => useFilters.setState({ closed: [] }) },
  ...builtIn.map(({ name, query, sort, group, by }, i): Command => ({
    id: `overview.filter.${i}`, title: `Filter: ${name}`, group: 'View', keys: [], scope: 'window', line: () => verbLine('list', '--search', query),
    disabled: () => (useFilters.getState().query === query ? 'This filter is on.' : null),
    run: () => useFilters.setState({ query, sort, group, by }),
  })),
];
