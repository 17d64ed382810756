// A file's difference by what is named in it: which functions, classes, keys or sections came, went, changed or moved, and each by itself.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { type EntityChange, entityDifference, excerpts } from '../../../core/entities/difference.ts';
import type { EntityKind } from '../../../core/entities/model.ts';
import { MOST_LINES, byLines } from '../../../core/entities/outline.ts';
import { visible } from '../../../core/visible.ts';
import DiffView from '../../components/code/DiffView.tsx';
import { Counts } from '../../components/atoms.tsx';
import { useDiff } from '../../state/diff.ts';
import { useRowHeight } from '../../state/settings.ts';
import { plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';

const kinds: Readonly<Record<EntityKind, string>> = { function: 'function', class: 'type', type: 'type', value: 'value', key: 'key', section: 'section', rule: 'rule', test: 'test', imports: 'imports' };
const fates: Readonly<Record<EntityChange['fate'], readonly [letter: string, words: string]>> = { added: ['A', 'added'], removed: ['D', 'removed'], changed: ['M', 'changed'], moved: ['R', 'moved'] };

const nameOf = ({ name }: EntityChange): string => (name === null ? 'outside of what is named' : visible(name));

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

export default function ByEntity({ path, before, after }: { path: string; before: string; after: string }) {
  const [a, b] = useMemo(() => [linesOf(before), linesOf(after)] as const, [before, after]);
  const isLong = Math.max(a.length, b.length) > MOST_LINES;
  const { changes } = useMemo(() => (isLong ? { changes: [] } : entityDifference(a, b, path, byLines)), [a, b, path, isLong]);
  const [at, setAt] = useState(0), scroller = useRef<HTMLDivElement>(null), row = useRowHeight();
  const layout = useDefaultLayout({ id: 'acumen.entities', storage: localStorage });
  const virtual = useVirtualizer({ count: changes.length, getScrollElement: () => scroller.current, estimateSize: () => row, overscan: 8 });
  if (isLong) return <div className="diff-note muted">Not told apart by name: the file has {plural(Math.max(a.length, b.length), 'line')}.</div>;
  if (changes.length === 0) return <div className="diff-note muted">The lines are the same.</div>;
  const chosen = changes[Math.min(at, changes.length - 1)]!;
  const onKeyDown = (event: KeyboardEvent): void => {
    const places: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: changes.length - 1 };
    const place = places[event.key];
    if (place === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(changes.length - 1, place));
    setAt(next);
    virtual.scrollToIndex(next, { align: 'auto' });
  };
  return (
    <Group orientation="vertical" className="fill" {...layout}>
      <Panel id="pane-entities" defaultSize="34%" minSize="52px">
        <div ref={scroller} className="entities" role="listbox" tabIndex={0} aria-label="What is named in this file and differs"
          aria-activedescendant={`entity-${at}`} data-testid={ids.entities} onKeyDown={onKeyDown}>
          <div className="grid-body" role="presentation" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, start }) => {
              const change = changes[index]!, [letter, words] = fates[change.fate];
              return (
                <div key={index} id={`entity-${index}`} role="option" aria-selected={index === at} className="entity"
                  style={{ transform: `translateY(${start}px)`, height: row }} data-testid={ids.entity} data-fate={change.fate} data-name={change.name ?? ''}
                  title={`${nameOf(change)}: ${words}`} onClick={() => setAt(index)}>
                  <span className={`file-kind fate-${change.fate}`} aria-label={words}>{letter}</span>
                  <span className="truncate mono">
                    {change.within.length > 0 && <span className="folder">{change.within.map((name) => visible(name)).join(' › ')} › </span>}
                    {nameOf(change)}
                  </span>
                  {change.was !== null && (
                    <span className="tiny muted truncate">
                      {change.was.name === change.name ? `was in ${change.was.within.length === 0 ? 'the file itself' : visible(change.was.within.at(-1)!)}` : `was ${visible(change.was.name)}`}
                    </span>
                  )}
                  <span className="spacer" />
                  {change.kind !== null && <span className="tiny muted">{kinds[change.kind]}</span>}
                  <Counts added={change.inserted.length} deleted={change.removed.length} />
                </div>
              );
            })}
          </div>
        </div>
      </Panel>
      <Separator className="split-h" />
      <Panel id="pane-entity" minSize="60px"><One key={`${at} ${nameOf(chosen)}`} change={chosen} path={path} before={a} after={b} /></Panel>
    </Group>
  );
}

function One({ change, path, before, after }: { change: EntityChange; path: string; before: readonly string[]; after: readonly string[] }) {
  const whitespace = useDiff((s) => s.whitespace), text = useMemo(() => excerpts(change, before, after), [change, before, after]);
  const from = useMemo(() => [(change.before?.start ?? 0) + 1, (change.after?.start ?? 0) + 1] as const, [change]);
  return (
    <div className="stack fill" data-testid={ids.entityDiff}>
      {text.before === text.after
        ? <div className="diff-note muted">The same text, from line {from[0]} to line {from[1]}.</div>
        : <div className="diff">
            <DiffView path={path} before={text.before} after={text.after} split={false} whole={false} whitespace={whitespace} owning={null} from={from}
              isPart={change.before === null || change.after === null} />
          </div>}
    </div>
  );
}
