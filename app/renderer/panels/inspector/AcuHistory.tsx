// What became of an ACU: each operation that touched it or an earlier id of it, and its commits. The log is the service's.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import type { AcuId } from '../../../core/bytes.ts';
import { visible, visibleSentence } from '../../../core/visible.ts';
import { display } from '../../../core/bytes.ts';
import { service } from '../../app/session.ts';
import { Ago, Author, Id, Spinner } from '../../components/atoms.tsx';
import { useAnswer } from '../../components/useAnswer.ts';
import { useConnection } from '../../state/connection.ts';
import { useOperations } from '../../state/operations.ts';
import { useReplica } from '../../state/replica.ts';
import { useScaled } from '../../state/settings.ts';
import { withNumbers } from '../../state/shortName.ts';
import { plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { AcuMoment } from '../../../contract/tracing.ts';

const words: Readonly<Record<AcuMoment['what'], string>> = { imported: 'read', gone: 'gone', composed: 'composed', 'taken out': 'taken out', rebound: 'rebound', written: 'written' };

export function AcuHistory({ id }: { id: AcuId }) {
  const online = useConnection((s) => s.state === 'open'), generation = useReplica((s) => s.generation), last = useOperations((s) => s.last?.id ?? 0);
  const { value, state } = useAnswer(online ? `${generation} ${last} ${id}` : null, () => service().call('acuHistory', { acu: id }));
  const scroller = useRef<HTMLDivElement>(null), row = useScaled(38), moments = value?.moments ?? [], commits = value?.commits ?? [];
  const count = moments.length + commits.length;
  const virtual = useVirtualizer({ count, getScrollElement: () => scroller.current, estimateSize: () => row, overscan: 8 });
  if (value === null) return <div className="diff-note">{!online ? <span className="muted">The log is the service’s, which is away.</span> : state === 'failed' ? <span className="muted">The log could not be read.</span> : <Spinner />}</div>;
  return (
    <>
      <div ref={scroller} className="acu-history" role="list" tabIndex={0} aria-label="What became of this ACU, newest first; then its commits" style={{ height: Math.min(count, 8) * row + 2 }}>
        <div className="grid-body" role="presentation" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const moment = moments[index];
            const style = { transform: `translateY(${start}px)`, height: row };
            if (moment !== undefined) {
              return (
                <div key={index} role="listitem" className="acu-moment" style={style} data-testid={ids.acuMoment} data-what={moment.what} data-id={moment.id}>
                  <span className="small">{words[moment.what]}</span>
                  <span className="words">
                    <span className="truncate" title={visibleSentence(moment.description)} style={{ display: 'block' }}>{moment.what === 'written' ? <span className="mono">{visible(moment.ref)}</span> : withNumbers(visibleSentence(moment.description))}</span>
                    <span className="tiny muted">operation {moment.operation}{moment.id !== id && <> · then <Id id={moment.id} what="ACU" /></>}{moment.from.length > 0 && <> · from {moment.from.slice(0, 3).map((one) => <Id key={one} id={one} what="ACU" />)}</>}</span>
                  </span>
                  <Ago time={Math.floor(moment.time / 1000)} />
                </div>
              );
            }
            const commit = commits[index - moments.length]!;
            return (
              <div key={index} role="listitem" className="acu-moment" style={style}>
                <Id id={commit.oid} what="commit" />
                <span className="words"><span className="truncate" style={{ display: 'block' }}>{visible(display(commit.title))}</span><span className="tiny muted truncate" style={{ display: 'block' }}>{visible(display(commit.author.name))}</span></span>
                <span className="row"><Author name={visible(display(commit.author.name))} email={visible(display(commit.author.email))} /><Ago time={commit.time} /></span>
              </div>
            );
          })}
        </div>
      </div>
      <div className="tiny muted">{plural(moments.length, 'operation')}, {plural(commits.length, 'commit')}{value.more > 0 && ` and ${plural(value.more, 'more')}`}</div>
    </>
  );
}
