// The command palette: a view of the registry, with what was used last first. It also finds ACUs and sources by name, and copies a command's `acumen` line.
import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { visible } from '../../core/visible.ts';
import { copy } from '../app/actions.ts';
import { platform } from '../app/here.ts';
import { find, noFinds } from '../app/finding.ts';
import type { Finds } from '../app/finding.ts';
import { allCommands } from '../commands/registry.ts';
import type { Command } from '../commands/registry.ts';
import { byRank, rank } from '../commands/ranking.ts';
import { useRecent, used } from '../state/recent.ts';
import { namedSource, useReplica } from '../state/replica.ts';
import { type NamedRepository, meant, others, useRepositories } from '../state/repositories.ts';
import { showPane } from '../state/room.ts';
import { useSelection } from '../state/selection.ts';
import { calledOf } from '../state/shortName.ts';
import { afterPaint, measureToPaint } from '../state/timing.ts';
import { closeOverlay, say, useUi } from '../state/ui.ts';
import { plural } from '../state/words.ts';
import { ids } from '../testids.ts';
import type { AcuRow, SourceRow } from '../../workers/client.ts';
import { ShortName } from './AcuLine.tsx';
import { Author } from './atoms.tsx';
import { Keys } from './Keys.tsx';
import { Overlay } from './Overlay.tsx';

type Entry =
  | { readonly kind: 'command'; readonly key: string; readonly command: Command; readonly why: string | null }
  | { readonly kind: 'repository'; readonly key: string; readonly repository: NamedRepository; readonly why: string | null }
  | { readonly kind: 'acu'; readonly key: string; readonly row: AcuRow }
  | { readonly kind: 'source'; readonly key: string; readonly source: SourceRow };
interface Section { readonly name: string; readonly entries: readonly Entry[] }

/** Shown at once, and once that is painted: what is below can wait. */
const FIRST = 16, MOST = 60;
/** Milliseconds for which one stays on a command before its line is worked out: it names all that is composed. */
const REST = 120;

/** What neither is found nor begun by itself. */
const unlisted: ReadonlySet<string> = new Set(['help.escape', 'help.palette']);

function commandsFor(query: string, recent: readonly string[], most: number): readonly Section[] {
  const all = allCommands().filter(({ id }) => !unlisted.has(id)).flatMap((command) => {
    const score = rank(command.title, query);
    return score === null ? [] : [{ id: command.id, score, command, why: command.disabled() }];
  });
  const entry = ({ id, command, why }: typeof all[number]): Entry => ({ kind: 'command', key: id, command, why });
  if (query.trim() !== '') return [{ name: 'Commands', entries: byRank(all, recent).slice(0, most).map(entry) }];
  // what cannot be done now is found by its name, and shown after what can
  const last = recent.flatMap((id) => all.find((one) => one.id === id && one.why === null) ?? []), rest = all.filter((one) => !last.includes(one));
  return [
    { name: 'Used last', entries: last.map(entry) },
    { name: 'Commands', entries: rest.toSorted((a, b) => Number(a.why !== null) - Number(b.why !== null)).slice(0, most).map(entry) },
  ];
}

function select(acus: AcuRow['id'][]): void {
  useSelection.setState({ selected: new Set(acus), cursor: acus[0] ?? null, anchor: acus[0] ?? null });
  useUi.setState({ tab: 'compose', inspector: 'acu' });
  showPane('inspector');
}

export function Palette() {
  const [query, setQuery] = useState(''), [at, setAt] = useState(0), [finds, setFinds] = useState<Finds>(noFinds);
  const recent = useRecent((s) => s.ids), generation = useReplica((s) => s.generation);
  const typedAt = useRef<number | null>(null);
  useEffect(() => measureToPaint('acumen:palette-open', useUi.getState().overlaySince, {}), []);
  const repositories = useRepositories((s) => s.list);
  useEffect(() => { platform.recent?.ask(); }, []);
  useEffect(() => find(query, setFinds), [query, generation]);
  useEffect(() => {
    if (typedAt.current !== null) measureToPaint('acumen:palette-key', typedAt.current, { query });
    typedAt.current = null;
  }, [query]);
  const [most, setMost] = useState(FIRST);
  useEffect(() => afterPaint(() => setMost(MOST)), []);
  const commands = useMemo(() => commandsFor(query, recent, most), [query, recent, most]);
  const sections = useMemo((): readonly Section[] => [
    ...commands,
    { name: 'Repositories', entries: meant(others(repositories), query, rank).map((repository): Entry => ({ kind: 'repository', key: `repository ${repository.repository}`, repository, why: repository.isThere ? null : 'Its folder is not there any more.' })) },
    { name: 'Sources', entries: finds.sources.map((source): Entry => ({ kind: 'source', key: `source ${source.name}`, source })) },
    { name: 'ACUs', entries: finds.acus.map((row): Entry => ({ kind: 'acu', key: row.id, row })) },
  ].filter(({ entries }) => entries.length > 0), [commands, finds, repositories, query]);
  const entries = sections.flatMap((section) => section.entries), current = entries[Math.min(at, entries.length - 1)];
  const line = useLine(current?.kind === 'command' && current.why === null ? current.command : null);

  const take = (entry: Entry | undefined): void => {
    if (entry === undefined || isBarred(entry)) return;
    closeOverlay();
    if (entry.kind === 'command') { used(entry.command.id); entry.command.run(); } else if (entry.kind === 'repository') platform.recent?.open(entry.repository.repository); else if (entry.kind === 'acu') select([entry.row.id]); else select([...entry.source.acus].toReversed());
  };
  const copyLine = (entry: Entry | undefined): void => {
    if (entry?.kind !== 'command') return;
    const words = entry.why === null ? entry.command.line?.() ?? null : null;
    if (words === null) say(`“${entry.command.title}” has no command line now.`); else { closeOverlay(); void copy(words, 'the command line'); }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0, { selectionStart, selectionEnd } = event.currentTarget;
    if (step !== 0) {
      event.preventDefault();
      const next = (Math.min(at, entries.length - 1) + step + entries.length) % Math.max(1, entries.length);
      setAt(next);
      document.getElementById(`palette-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') { event.preventDefault(); if (event.altKey) copyLine(current); else take(current); }
    else if (event.key.toLowerCase() === 'c' && (event.ctrlKey || event.metaKey) && selectionStart === selectionEnd) { event.preventDefault(); copyLine(current); }
  };
  let n = -1;
  return (
    <Overlay label="Command palette" className="palette" ownClose testId={ids.palette}>
      <input autoFocus className="palette-input" role="combobox" aria-label="Command, ACU or source" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={current === undefined ? undefined : `palette-${Math.min(at, entries.length - 1)}`}
        placeholder="Command, ACU or source" value={query} data-testid={ids.paletteInput} spellCheck={false}
        onChange={(event) => { typedAt.current = event.timeStamp; setQuery(event.target.value); setAt(0); }} onKeyDown={onKeyDown} />
      <div id="palette-list" role="listbox" aria-label="Found" className="palette-list">
        {sections.map((section) => (
          <div key={section.name} role="group" aria-label={section.name}>
            {sections.length > 1 && <div className="palette-section" role="presentation">{section.name}</div>}
            {section.entries.map((entry) => {
              const i = ++n;
              return (
                <div key={entry.key} id={`palette-${i}`} role="option" aria-selected={entry === current} aria-disabled={isBarred(entry)}
                  className="palette-entry" onPointerMove={() => setAt(i)} onClick={(event) => { if (event.altKey) copyLine(entry); else take(entry); }}><Line entry={entry} /></div>
              );
            })}
          </div>
        ))}
        {entries.length === 0 && finds.done && <div className="palette-none muted">Nothing is called that.</div>}
      </div>
      <div className="palette-foot">
        {line === null ? <span className="muted">Letters that begin words will do: <span className="mono">gcon</span> goes to Conflicts</span> : <><span className="muted palette-terminal">The same in a terminal:</span><span className="mono truncate" title={visible(line, 2000)}>{visible(line, 300)}</span><span className="palette-hint"><Keys keys="Alt+Enter" /> copies it</span></>}
      </div>
    </Overlay>
  );
}

const isBarred = (entry: Entry): boolean => (entry.kind === 'command' || entry.kind === 'repository') && entry.why !== null;

function Line({ entry }: { entry: Entry }) {
  switch (entry.kind) {
    case 'command': return <><span className="palette-group">{entry.command.group}</span><span className="truncate">{entry.command.title}</span><span className="palette-why truncate">{entry.why}</span>{entry.command.keys[0] !== undefined && <Keys keys={entry.command.keys[0]} />}</>;
    case 'repository': return <><span className="palette-group">Repository</span><span className="truncate">{visible(entry.repository.name)}</span><span className="palette-why truncate">{entry.why ?? visible(entry.repository.repository)}</span></>;
    case 'acu': return <><span className="palette-group">ACU</span><span className="truncate"><ShortName of={entry.row} /></span><span className="palette-why truncate">{calledOf(entry.row).about}</span><Author name={entry.row.author} /></>;
    case 'source': return <><span className="palette-group">Source</span><span className="truncate"><ShortName of={namedSource(entry.source)} /></span><span className="palette-why truncate">{plural(entry.source.acus.length, 'ACU')}</span></>;
  }
}

/** The `acumen` line of the command one stays on. */
function useLine(command: Command | null): string | null {
  const [line, setLine] = useState<{ readonly of: Command; readonly text: string | null } | null>(null);
  useEffect(() => {
    if (command?.line === undefined) return;
    const rest = setTimeout(() => setLine({ of: command, text: command.line!() }), REST);
    return () => clearTimeout(rest);
  }, [command]);
  return line !== null && line.of === command ? line.text : null;
}
