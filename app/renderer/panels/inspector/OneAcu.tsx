// One ACU: where it comes from, what it requires, what it conflicts with, what it changes.
import { Suspense, lazy, useState } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import { replica, service } from '../../app/session.ts';
import { AcuLink } from '../../components/AcuLink.tsx';
import { ShortName } from '../../components/AcuLine.tsx';
import { Ago, Author, Counts, Id, Spinner } from '../../components/atoms.tsx';
import { FileList } from '../../components/FileList.tsx';
import { Glyph } from '../../components/Icon.tsx';
import { useAnswer } from '../../components/useAnswer.ts';
import { useConflictQuery } from '../../state/conflicts.ts';
import { useConnection } from '../../state/connection.ts';
import { useInspecting } from '../../state/inspecting.ts';
import type { AcuPart } from '../../state/inspecting.ts';
import { nameOf, useReplica } from '../../state/replica.ts';
import { useScaled } from '../../state/settings.ts';
import { reasonNow } from '../../state/standing.ts';
import { numberOf } from '../../state/shortName.ts';
import { useUi } from '../../state/ui.ts';
import { exactTime, grouped, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { AcuRow } from '../../../workers/client.ts';
import { WhoKnows } from '../WhoKnows.tsx';
import { AcuHistory } from './AcuHistory.tsx';
import { FileDiff, PathHead } from './FileDiff.tsx';
import { WhyNot } from '../composition/WhyNot.tsx';

const Dependencies = lazy(() => import('./Dependencies.tsx'));
const parts: readonly (readonly [part: AcuPart, name: string])[] = [['facts', 'Facts'], ['dependencies', 'Dependencies'], ['history', 'History']];

export default function OneAcu({ row }: { row: AcuRow }) {
  const dependants = useReplica((s) => s.dependants.get(row.id)), generation = useReplica((s) => s.generation);
  const online = useConnection((s) => s.state === 'open');
  const conflicts = useAnswer(`${generation} ${row.id}`, () => replica().call((api) => api.conflictsOf(row.id, 40)));
  const files = useAnswer(online ? `${generation} ${row.id}` : null, () => service().call('acuFiles', { acu: row.id }));
  const [path, setPath] = useState<PathBytes | null>(null);
  const list = files.value?.files ?? [];
  const chosen = path ?? list[0]?.path ?? null;
  const view = useInspecting((s) => s.view), fileHeight = useScaled(24);
  const layout = useDefaultLayout({ id: 'acumen.acu', storage: localStorage });
  return (
    <Group orientation="vertical" className="fill" {...layout}>
      <Panel id="pane-facts" defaultSize="42%" minSize="80px">
        <div className="inspect">
          <div className="inspect-title"><strong className="copyable"><ShortName of={row} /></strong><Counts added={row.added} deleted={row.deleted} /></div>
          {row.title !== row.name && <p className="inspect-text copyable">{numberOf(row.name) === null ? row.title : row.name}</p>}
          {row.standing !== 'exact' && <p className={`inspect-standing tone-${row.standing}`}><Glyph mark={row.standing} /> <span><strong>{row.standing === 'stale' ? 'Needs a rebase' : 'Not yet exact'}</strong> {row.reason !== '' && <span className="muted">{reasonNow(row)}</span>}</span></p>}
          <div className="acu-views" role="group" aria-label="Of this ACU">
            {parts.map(([part, name]) => <button key={part} type="button" className="button quiet small" aria-pressed={view === part} onClick={() => useInspecting.setState({ view: part })}>{name}</button>)}
          </div>
          {view === 'dependencies' && <Suspense fallback={<Spinner />}><Dependencies id={row.id} /></Suspense>}
          {view === 'history' && <AcuHistory id={row.id} />}
          {view === 'facts' && <dl className="facts">
            <dt>Id</dt><dd><Id id={row.id} what="ACU" length={16} /></dd>
            <dt>Author</dt><dd>{row.author === '' ? <span className="faint">not known before it is committed</span> : <Author name={row.author} email={row.email} full />}</dd>
            <dt>Time</dt><dd>{row.worktree === true ? <>now <span className="faint">not committed</span></> : <><Ago time={row.time} /> <span className="faint">{exactTime(row.time)}</span></>}</dd>
            <dt>{row.sources.length === 1 ? 'Source' : 'Sources'}</dt><dd>{row.sources.slice(0, 12).map((source) => <div key={source} className="truncate copyable">{source}</div>)}{row.sources.length > 12 && <div className="muted">and {plural(row.sources.length - 12, 'more')}</div>}</dd>
            <dt>Requires</dt><dd>{row.requires.length === 0 ? <span className="faint">nothing</span> : row.requires.map((id) => <AcuLink key={id} id={id} />)}</dd>
            {dependants !== undefined && <><dt>Required by</dt><dd>{dependants.slice(0, 20).map((id) => <AcuLink key={id} id={id} />)}{dependants.length > 20 && <div className="muted">and {plural(dependants.length - 20, 'more')}</div>}</dd></>}
            <WhyNot row={row} />
            <dt>Conflicts</dt>
            <dd>{conflicts.value === null ? <Spinner /> : conflicts.value.total === 0 ? <span className="faint">none</span> : (
              <>
                {conflicts.value.rows.slice(0, 12).map((conflict, i) => {
                  const other = conflict.a === row.id ? conflict.b : conflict.a;
                  return <div key={i} className="inspect-conflict" title={conflict.detail}><Glyph mark={conflict.verdict === 'blocking' ? 'conflicts' : conflict.verdict === 'partial' ? 'stale' : conflict.verdict} size={10} /><span className="truncate">{other === 'base' ? 'the base' : nameOf(other)}</span><button type="button" className="link mono truncate faint" onClick={() => { useConflictQuery.setState({ chosen: conflict }); useUi.setState({ tab: 'conflicts' }); }}>{conflict.shown}</button></div>;
                })}
                {conflicts.value.total > 12 && <button type="button" className="button quiet small" onClick={() => { useConflictQuery.setState({ acus: [row.id] }); useUi.setState({ tab: 'conflicts' }); }}>Show all {grouped(conflicts.value.total)}</button>}
              </>
            )}</dd>
          </dl>}
          <WhoKnows a={row.id} b={null} path={null} />
        </div>
      </Panel>
      <Separator className="split-h" />
      <Panel id="pane-files" minSize="120px">
        <div className="stack fill">
          <div className="section-head">{plural(row.paths, 'file')}</div>
          <div className="files-part" style={{ height: Math.min(6, Math.max(1, row.paths)) * fileHeight }}><FileList files={list} chosen={chosen} label="Files of this ACU" testId={ids.acuFile} onChoose={setPath} /></div>
          {chosen !== null && <AcuDiff acu={row.id} path={chosen} />}
          {!online && <div className="diff-note muted">Files come from the service, which is away.</div>}
        </div>
      </Panel>
    </Group>
  );
}

function AcuDiff({ acu, path }: { acu: AcuId; path: PathBytes }) {
  const { value, state } = useAnswer(`${acu} ${path}`, () => service().call('acuFile', { acu, path }));
  return value === null
    ? <><PathHead path={path} /><div className="diff-note">{state === 'failed' ? <span className="muted">This file could not be read.</span> : <Spinner />}</div></>
    : <FileDiff path={path} before={value.before} after={value.after} />;
}
