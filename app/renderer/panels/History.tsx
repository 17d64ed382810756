// The operation log, newest first: what was done, each as a command line to copy, and the ways from there: show everything as it was then, or
// compare it with now. The operation at the cursor is what its menu is about.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import type { Operation, OperationKind } from '../../core/events.ts';
import { visible, visibleSentence } from '../../core/visible.ts';
import { copy } from '../app/actions.ts';
import { service } from '../app/session.ts';
import { Ago, Empty } from '../components/atoms.tsx';
import { CommandButton } from '../components/CommandButton.tsx';
import { Icon } from '../components/Icon.tsx';
import type { IconName } from '../components/Icon.tsx';
import { MenuButton } from '../components/MenuButton.tsx';
import { run } from '../commands/registry.ts';
import { useConnection } from '../state/connection.ts';
import { aimWith, useMenu } from '../state/menu.ts';
import { complain } from '../state/notices.ts';
import { useOperations } from '../state/operations.ts';
import { withNumbers } from '../state/shortName.ts';
import { useScaled } from '../state/settings.ts';
import { takenBack, useTime } from '../state/time.ts';
import { ids } from '../testids.ts';
import './history.css';

const PAGE = 100;
const icons: Readonly<Record<OperationKind, IconName>> = { open: 'right', import: 'refresh', compose: 'plus', 'write-branch': 'branch', undo: 'undo', redo: 'redo', return: 'time', recipe: 'bookmark' };

/** Runs a command about this operation. */
function about(id: number, command: string): void {
  useTime.setState({ marked: id });
  run(command);
  useTime.setState({ marked: null });
}

export function History() {
  const last = useOperations((s) => s.last?.id ?? null), canUndo = useOperations((s) => s.canUndo), canRedo = useOperations((s) => s.canRedo);
  const online = useConnection((s) => s.state === 'open'), at = useTime((s) => s.at?.id ?? null), rowHeight = useScaled(46);
  const [log, setLog] = useState<readonly Operation[] | null>(null), [ended, setEnded] = useState(false), [cursor, setCursor] = useState<number | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!online) return;
    service().call('log', { before: null, limit: PAGE }).then(({ operations }) => { setLog(operations); setEnded(operations.length < PAGE); }, complain);
  }, [last, online]);
  // the menu is about the operation it was opened on, until it has closed
  useEffect(() => {
    const ends = [
      aimWith('operation', (target) => {
        const id = Number(target.closest<HTMLElement>('[data-operation]')?.dataset['operation'] ?? Number.NaN);
        if (Number.isNaN(id)) return null;
        setCursor(id);
        useTime.setState({ marked: id });
        return `Operation ${id}`;
      }),
      useMenu.subscribe(({ open }, before) => { if (open === null && before.open?.menu === 'operation') setTimeout(() => useTime.setState({ marked: null }), 0); }),
    ];
    return () => { for (const end of ends) end(); };
  }, []);
  const list = log ?? [], gone = takenBack(list), place = list.findIndex(({ id }) => id === cursor);
  const virtual = useVirtualizer({ count: list.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8, getItemKey: (i) => list[i]!.id });
  useEffect(() => virtual.measure(), [virtual, rowHeight]);
  const shown = virtual.getVirtualItems(), atEnd = (shown.at(-1)?.index ?? 0) >= list.length - 1, oldest = list.at(-1)?.id ?? null;
  useEffect(() => {
    if (!atEnd || ended || oldest === null) return;
    service().call('log', { before: oldest, limit: PAGE }).then(({ operations }) => { setLog((held) => (held?.at(-1)?.id === oldest ? [...held, ...operations] : held)); setEnded(operations.length < PAGE); }, complain);
  }, [atEnd, ended, oldest]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const places: Readonly<Record<string, number>> = { ArrowDown: place + 1, ArrowUp: place - 1, PageDown: place + 10, PageUp: place - 10, Home: 0, End: list.length - 1 };
    const next = places[event.key] === undefined ? undefined : list[Math.max(0, Math.min(list.length - 1, places[event.key]!))];
    if (event.key === 'Enter' && cursor !== null) { event.preventDefault(); about(cursor, 'time.go'); }
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    setCursor(next.id);
    virtual.scrollToIndex(list.indexOf(next), { align: 'auto' });
  };
  return (
    <div className="stack fill">
      <div className="history-head">
        <CommandButton id="history.undo" className="button small" note={canUndo}><Icon name="undo" size={13} />Undo</CommandButton>
        <CommandButton id="history.redo" className="button small" note={canRedo}><Icon name="redo" size={13} />Redo</CommandButton>
        <span className="truncate small muted">{canUndo === null ? '' : `undoes: ${withNumbers(visibleSentence(canUndo))}`}</span>
        <span className="spacer" />
        <CommandButton id="time.toggle" className="button small"><Icon name="time" size={13} />Time</CommandButton>
      </div>
      {log !== null && list.length === 0 && <Empty title="Nothing done yet">Every change of this workspace is listed here and can be undone, also after a restart.</Empty>}
      {list.length > 0 && (
        <div ref={scroller} className="history" tabIndex={0} role="grid" aria-label="Operations, newest first" aria-rowcount={ended ? list.length : -1} aria-activedescendant={place < 0 ? undefined : `operation-${cursor}`} onKeyDown={onKeyDown} onFocus={(event) => { if (event.target === event.currentTarget && cursor === null) setCursor(at ?? list[0]!.id); }}>
          <div className="grid-body" role="presentation" style={{ height: virtual.getTotalSize() }}>
            {shown.map(({ index, start, key }) => {
              const operation = list[index]!, { id } = operation, what = withNumbers(visibleSentence(operation.description)), isGone = gone.has(id);
              return (
                <div key={key} id={`operation-${id}`} role="row" aria-rowindex={index + 1} aria-selected={id === cursor} className={`operation${isGone ? ' gone' : ''}${id === at ? ' shown' : ''}`} style={{ transform: `translateY(${start}px)`, height: rowHeight }} data-menu="operation" data-operation={id} data-testid={ids.historyRow} data-kind={operation.kind} data-undone={isGone} onClick={() => setCursor(id)} onDoubleClick={() => about(id, 'time.go')}>
                  <span className="operation-icon" role="gridcell"><Icon name={icons[operation.kind]} size={13} /></span>
                  <div className="operation-words" role="gridcell">
                    <div className="row"><span className="truncate operation-what" title={what}>{what}</span>{isGone && <span className="badge">undone</span>}{id === at && <span className="badge">shown</span>}<span className="spacer" /><Ago time={Math.floor(operation.time / 1000)} /></div>
                    <div className="row">
                      {operation.command === null
                        ? <span className="tiny faint truncate">operation {id}</span>
                        : <><span className="tiny muted operation-terminal">in a terminal:</span><button type="button" tabIndex={-1} className="operation-line mono truncate" title={`${visible(operation.command)}\nClick to copy`} onClick={() => { void copy(operation.command!, 'the command line'); }}>{visible(operation.command)}</button></>}
                      <span className="spacer" />
                      <span className="operation-ways">
                        <button type="button" tabIndex={-1} className="button quiet small" title="Show everything as this operation left it (Enter)" onClick={() => about(id, 'time.go')}>Go there</button>
                        <button type="button" tabIndex={-1} className="button quiet small" disabled={id === last} title="What came, left and moved since" onClick={() => about(id, 'time.compare')}>Compare with now</button>
                        <MenuButton menu="operation" of={`operation ${id}`} tabIndex={-1} />
                      </span>
                    </div>
                  </div>
                </div>
              );
            })}
          </div>
        </div>
      )}
    </div>
  );
}
