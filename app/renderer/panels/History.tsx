// The operation log: what was done, what undo and redo would do, and each operation as a command line to copy.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { Operation, OperationKind } from '../../core/events.ts';
import { visible, visibleSentence } from '../../core/visible.ts';
import { copy } from '../app/actions.ts';
import { service } from '../app/session.ts';
import { Ago, Empty } from '../components/atoms.tsx';
import { CommandButton } from '../components/CommandButton.tsx';
import { Icon } from '../components/Icon.tsx';
import type { IconName } from '../components/Icon.tsx';
import { useConnection } from '../state/connection.ts';
import { complain } from '../state/notices.ts';
import { useOperations } from '../state/operations.ts';
import { takenBack } from '../state/time.ts';
import { ids } from '../testids.ts';

const PAGE = 100;
const icons: Readonly<Record<OperationKind, IconName>> = { open: 'right', import: 'refresh', compose: 'plus', 'write-branch': 'branch', undo: 'undo', redo: 'redo', return: 'undo', recipe: 'bookmark' };

export function History() {
  const last = useOperations((s) => s.last?.id ?? null), canUndo = useOperations((s) => s.canUndo), canRedo = useOperations((s) => s.canRedo);
  const online = useConnection((s) => s.state === 'open');
  const [log, setLog] = useState<readonly Operation[] | null>(null), [ended, setEnded] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!online) return;
    service().call('log', { before: null, limit: PAGE }).then(({ operations }) => { setLog(operations); setEnded(operations.length < PAGE); }, complain);
  }, [last, online]);
  const list = log ?? [], gone = takenBack(list);
  const virtual = useVirtualizer({ count: list.length, getScrollElement: () => scroller.current, estimateSize: () => 44, overscan: 8, getItemKey: (i) => list[i]!.id });
  const shown = virtual.getVirtualItems(), atEnd = (shown.at(-1)?.index ?? 0) >= list.length - 1;
  const oldest = list.at(-1)?.id ?? null;
  useEffect(() => {
    if (!atEnd || ended || oldest === null) return;
    service().call('log', { before: oldest, limit: PAGE }).then(({ operations }) => { setLog((held) => (held?.at(-1)?.id === oldest ? [...held, ...operations] : held)); setEnded(operations.length < PAGE); }, complain);
  }, [atEnd, ended, oldest]);
  return (
    <div className="stack fill" data-testid={ids.history}>
      <div className="history-head">
        <CommandButton id="history.undo" className="button small" note={canUndo}><Icon name="undo" size={13} />Undo</CommandButton>
        <CommandButton id="history.redo" className="button small" note={canRedo}><Icon name="redo" size={13} />Redo</CommandButton>
        <span className="truncate small muted">{canUndo === null ? '' : `undoes: ${visibleSentence(canUndo)}`}</span>
      </div>
      {log !== null && list.length === 0 && <Empty title="Nothing done yet">Every change of this workspace is listed here and can be undone, also after a restart.</Empty>}
      <div ref={scroller} className="history" tabIndex={0} role="list" aria-label="Operations, newest first">
        <div className="grid-body" role="presentation" style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, start, key }) => {
            const operation = list[index]!, what = visibleSentence(operation.description);
            return (
              <div key={key} role="listitem" className={`operation${gone.has(operation.id) ? ' gone' : ''}`} style={{ transform: `translateY(${start}px)` }} data-testid={ids.historyRow} data-kind={operation.kind} data-undone={gone.has(operation.id)}>
                <span className="operation-icon"><Icon name={icons[operation.kind]} size={13} /></span>
                <div className="operation-words">
                  <div className="row"><span className="truncate operation-what" title={what}>{what}</span>{gone.has(operation.id) && <span className="badge">undone</span>}<span className="spacer" /><Ago time={Math.floor(operation.time / 1000)} /></div>
                  {operation.command === null
                    ? <div className="tiny faint">operation {operation.id}</div>
                    : <button type="button" className="operation-line mono truncate" title={`${visible(operation.command)}\nClick to copy`} onClick={() => { void copy(operation.command!, 'the command line'); }}>{visible(operation.command)}</button>}
                </div>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
