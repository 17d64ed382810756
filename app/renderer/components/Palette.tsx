// The command palette: a view of the registry. It also finds ACUs by name.
import { useMemo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { allCommands, rank } from '../commands/registry.ts';
import type { Command } from '../commands/registry.ts';
import { useReplica } from '../state/replica.ts';
import { useSelection } from '../state/selection.ts';
import { closeOverlay, useUi } from '../state/ui.ts';
import { ids } from '../testids.ts';
import type { AcuRow } from '../../workers/client.ts';
import { Author } from './atoms.tsx';
import { Keys } from './Keys.tsx';
import { Overlay } from './Overlay.tsx';

type Entry = { readonly kind: 'command'; readonly command: Command; readonly why: string | null } | { readonly kind: 'acu'; readonly row: AcuRow };

const MOST = 60, MOST_ACUS = 12;

function entriesFor(query: string, rows: readonly AcuRow[]): readonly Entry[] {
  const ranked = allCommands().filter((command) => command.id !== 'help.escape' && command.id !== 'help.palette')
    .flatMap((command) => { const score = rank(command.title, query); return score === null ? [] : [{ command, score, why: command.disabled() }]; })
    .sort((x, y) => x.score - y.score || Number(x.why !== null) - Number(y.why !== null));
  const wanted = query.trim().toLowerCase();
  const acus = wanted.length < 2 ? [] : rows.filter((row) => row.text.includes(wanted)).slice(0, MOST_ACUS);
  return [...ranked.slice(0, MOST).map(({ command, why }): Entry => ({ kind: 'command', command, why })), ...acus.map((row): Entry => ({ kind: 'acu', row }))];
}

export function Palette() {
  const [query, setQuery] = useState(''), [at, setAt] = useState(0);
  const rows = useReplica((s) => s.rows);
  const entries = useMemo(() => entriesFor(query, rows), [query, rows]);
  const current = entries[Math.min(at, entries.length - 1)];
  const take = (entry: Entry | undefined): void => {
    if (entry === undefined || (entry.kind === 'command' && entry.why !== null)) return;
    closeOverlay();
    if (entry.kind === 'command') { entry.command.run(); return; }
    useSelection.setState({ selected: new Set([entry.row.id]), cursor: entry.row.id, anchor: entry.row.id });
    useUi.setState({ inspector: 'acu' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      const next = (Math.min(at, entries.length - 1) + step + entries.length) % Math.max(1, entries.length);
      setAt(next);
      document.getElementById(`palette-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') { event.preventDefault(); take(current); }
  };
  return (
    <Overlay label="Command palette" className="palette" testId={ids.palette}>
      <input autoFocus className="palette-input" role="combobox" aria-label="Command or ACU" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={current === undefined ? undefined : `palette-${Math.min(at, entries.length - 1)}`}
        placeholder="Command or ACU" value={query} data-testid={ids.paletteInput} spellCheck={false}
        onChange={(event) => { setQuery(event.target.value); setAt(0); }} onKeyDown={onKeyDown} />
      <div id="palette-list" role="listbox" aria-label="Found" className="palette-list">
        {entries.map((entry, i) => (
          <div key={entry.kind === 'command' ? entry.command.id : entry.row.id} id={`palette-${i}`} role="option" aria-selected={entry === current} aria-disabled={entry.kind === 'command' && entry.why !== null}
            className="palette-entry" onPointerMove={() => setAt(i)} onClick={() => take(entry)}>
            {entry.kind === 'command'
              ? <><span className="palette-group">{entry.command.group}</span><span className="truncate">{entry.command.title}</span><span className="palette-why truncate">{entry.why}</span>{entry.command.keys[0] !== undefined && <Keys keys={entry.command.keys[0]} />}</>
              : <><span className="palette-group">ACU</span><span className="truncate">{entry.row.name}</span><span className="palette-why truncate">{entry.row.title === entry.row.name ? '' : entry.row.title}</span><Author name={entry.row.author} /></>}
          </div>
        ))}
        {entries.length === 0 && <div className="palette-none muted">Nothing is called that.</div>}
      </div>
    </Overlay>
  );
}
