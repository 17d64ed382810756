// How the list is read: what a row is, in which groups and order.
import { groupingNames, sortNames, useFilters } from '../../state/filters.ts';
import { ids } from '../../testids.ts';
import { groupings, sorts } from '../../../workers/client.ts';
import type { Grouping, Sort } from '../../../workers/client.ts';

export function ViewBar() {
  const by = useFilters((s) => s.by), group = useFilters((s) => s.group), sort = useFilters((s) => s.sort), set = useFilters.setState;
  return (
    <div className="view-bar">
      <div className="segmented" role="group" aria-label="A row is">
        <button type="button" aria-pressed={by === 'row'} title="An ACU, atomic change unit, is the smallest set of edits that makes sense by itself: as the grain says, a branch, a commit or a part of one" onClick={() => set({ by: 'row' })}>ACUs</button>
        <button type="button" aria-pressed={by === 'source'} title="What the ACUs are cut from: branches, patches and working trees" onClick={() => set({ by: 'source' })}>Sources</button>
      </div>
      <select className="field" aria-label="Groups" value={group} data-testid={ids.grouping} onChange={(event) => set({ group: event.target.value as Grouping })}>
        {groupings.map((one) => <option key={one} value={one}>{groupingNames[one]}</option>)}
      </select>
      <select className="field" aria-label="Sort" value={sort} onChange={(event) => set({ sort: event.target.value as Sort })}>
        {sorts.map((one) => <option key={one} value={one}>{sortNames[one]}</option>)}
      </select>
    </div>
  );
}
