// Saved filters as chips: one press applies, another takes it back. A person's own are kept, renamed and deleted here; F2 and Delete do it by keyboard.
import { useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { visible } from '../../../core/visible.ts';
import { Icon } from '../../components/Icon.tsx';
import { noFilters, useFilters } from '../../state/filters.ts';
import { builtIn, forget, isApplied, keep, keepProblem, nameProblem, rename, savedLimits, useSaved } from '../../state/savedFilters.ts';
import type { SavedFilter } from '../../state/savedFilters.ts';
import { say } from '../../state/ui.ts';
import { ids } from '../../testids.ts';

export function SavedFilters() {
  const own = useSaved((s) => s.filters), all = [...own, ...builtIn];
  // as few as say what is shown: each key of a search is another state
  const applied = useFilters((now) => all.find((filter) => isApplied(filter, now)) ?? null), searches = useFilters(({ query }) => query.trim() !== ''), problem = useFilters(keepProblem);
  /** the filter that is being named; '' is a new one */
  const [naming, setNaming] = useState<string | null>(null);
  const row = useRef<HTMLDivElement>(null);
  const toChip = (name: string): void => {
    requestAnimationFrame(() => {
      const chip = [...row.current?.querySelectorAll<HTMLElement>('[data-filter]') ?? []].find((one) => one.dataset['filter'] === name) ?? row.current?.querySelector<HTMLElement>('button');
      chip?.focus({ preventScroll: true });
      // shown with what renames and deletes it
      (chip?.closest('.saved-one') ?? chip)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    });
  };
  const onKeyDown = (event: KeyboardEvent, filter: SavedFilter): void => {
    if (filter.builtIn === true) return;
    if (event.key === 'F2') { event.preventDefault(); setNaming(filter.name); }
    if (event.key === 'Delete' || event.key === 'Backspace') { event.preventDefault(); remove(filter); }
  };
  const remove = (filter: SavedFilter): void => { forget(filter.name); say(`Filter ${filter.name} deleted.`); toChip(all[0]?.name ?? ''); };
  const apply = (filter: SavedFilter): void => {
    const { query, sort, group, by } = filter;
    useFilters.setState(filter === applied ? { query: '', sort: noFilters.sort, group: noFilters.group, by: noFilters.by } : { query, sort, group, by });
  };
  return (
    <div className="saved" ref={row} role="group" aria-label="Saved filters">
      {all.map((filter) => (naming === filter.name && filter.builtIn !== true
        ? <Naming key={filter.name} first={filter.name} taken={own.filter((other) => other !== filter).map((other) => other.name)} done={(name) => { if (name !== null) rename(filter.name, name); setNaming(null); toChip(name ?? filter.name); }} />
        : (
          <span key={filter.name} className="saved-one">
            <button type="button" className="chip" aria-pressed={filter === applied} data-filter={filter.name} data-testid={ids.savedFilter} title={`${visible(filter.query, savedLimits.query)}${filter.builtIn === true ? '' : '\nF2 renames it, Delete deletes it'}`}
              onClick={() => apply(filter)} onKeyDown={(event) => onKeyDown(event, filter)}>{visible(filter.name)}</button>
            {filter === applied && filter.builtIn !== true && (
              <>
                <button type="button" className="button quiet small icon" aria-label={`Rename the filter ${visible(filter.name)}`} title="Rename (F2)" onClick={() => setNaming(filter.name)}><Icon name="pencil" size={12} /></button>
                <button type="button" className="button quiet small icon" aria-label={`Delete the filter ${visible(filter.name)}`} title="Delete (Delete)" onClick={() => remove(filter)}><Icon name="close" size={12} /></button>
              </>
            )}
          </span>
        )))}
      {naming === ''
        ? <Naming first="" taken={own.map((other) => other.name)} done={(name) => { if (name !== null) { keep(name, useFilters.getState()); say(`Filter ${name} kept.`); } setNaming(null); toChip(name ?? ''); }} />
        : searches && applied === null && <button type="button" className="chip keep" aria-disabled={problem !== null} title={problem ?? 'Keep this search under a name'} data-testid={ids.keepFilter} onClick={() => { if (problem === null) setNaming(''); }}><Icon name="plus" size={11} />Keep filter</button>}
    </div>
  );
}

function Naming({ first, taken, done }: { first: string; taken: readonly string[]; done(name: string | null): void }) {
  const [name, setName] = useState(first), problem = name === '' ? null : nameProblem(name, taken);
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') { event.preventDefault(); event.nativeEvent.stopImmediatePropagation(); done(null); }
    if (event.key === 'Enter') { event.preventDefault(); if (nameProblem(name, taken) === null) done(name.trim()); }
  };
  return (
    <span className="naming">
      <input autoFocus className="field" aria-label="Name of the filter" aria-invalid={problem !== null} placeholder="Name, Enter keeps it" maxLength={savedLimits.name} value={name} data-testid={ids.filterName} title={problem ?? undefined} spellCheck={false}
        onChange={(event) => setName(event.target.value)} onKeyDown={onKeyDown} onBlur={() => done(null)} onFocus={(event) => event.target.select()} />
      {problem !== null && <span className="naming-problem" role="alert">{problem}</span>}
    </span>
  );
}
