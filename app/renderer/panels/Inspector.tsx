// The right pane: the selected ACU, what the composition amounts to, or the history.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { display } from '../../core/bytes.ts';
import type { AcuId, PathBytes } from '../../core/bytes.ts';
import { visible } from '../../core/visible.ts';
import * as act from '../app/actions.ts';
import { replica, service } from '../app/session.ts';
import { AcuLink } from '../components/AcuLink.tsx';
import { Ago, Author, Counts, Empty, Id, Spinner } from '../components/atoms.tsx';
import { Diff, DiffSwitch } from '../components/Diff.tsx';
import { FileList } from '../components/FileList.tsx';
import { Glyph } from '../components/Icon.tsx';
import { useAnswer } from '../components/useAnswer.ts';
import { chosenIn, setKey, totals, useComposition } from '../state/composition.ts';
import { useConnection } from '../state/connection.ts';
import { nameOf, useReplica } from '../state/replica.ts';
import { useSelection } from '../state/selection.ts';
import { useUi } from '../state/ui.ts';
import type { InspectorTab } from '../state/ui.ts';
import { duration, exactTime, grouped, listed, plural } from '../state/words.ts';
import { ids } from '../testids.ts';
import type { AcuRow } from '../../workers/client.ts';
import type { Methods } from '../../contract/methods.ts';
import { useConflictQuery } from '../state/conflicts.ts';
import { History } from './History.tsx';
import { WhoKnows } from './WhoKnows.tsx';
import { WhyNot } from './WhyNot.tsx';

const tabs: readonly (readonly [tab: InspectorTab, name: string])[] = [['acu', 'ACU'], ['composed', 'Composed'], ['history', 'History']];

export function Inspector() {
  const tab = useUi((s) => s.inspector);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = tabs[(tabs.findIndex(([t]) => t === tab) + step + tabs.length) % tabs.length]![0];
    useUi.setState({ inspector: next });
    document.getElementById(`inspector-${next}`)?.focus();
  };
  return (
    <section className="panel inspector" aria-label="Inspector">
      <header className="panel-head small-tabs">
        <div className="tabs" role="tablist" aria-label="Inspector" onKeyDown={onKeyDown}>
          {tabs.map(([id, name]) => (
            <button key={id} id={`inspector-${id}`} type="button" role="tab" aria-selected={tab === id} aria-controls="inspector-view" tabIndex={tab === id ? 0 : -1} className="tab" onClick={() => useUi.setState({ inspector: id })}>{name}</button>
          ))}
        </div>
        <span className="spacer" />
        {tab !== 'history' && <DiffSwitch />}
      </header>
      <div id="inspector-view" role="tabpanel" aria-labelledby={`inspector-${tab}`} className="inspector-view" tabIndex={-1} data-testid={ids.inspector} data-tab={tab}>
        {tab === 'acu' ? <SelectedAcu /> : tab === 'composed' ? <Composed /> : <History />}
      </div>
    </section>
  );
}

function SelectedAcu() {
  const cursor = useSelection((s) => s.cursor), selected = useSelection((s) => s.selected);
  const byId = useReplica((s) => s.byId);
  if (selected.size > 1) return <Several chosen={[...selected]} />;
  const row = byId.get([...selected][0] ?? cursor ?? ('' as AcuId));
  return row === undefined ? <Empty title="No ACU selected">Select one to see where it comes from, what it requires, what it conflicts with and what it changes.</Empty> : <OneAcu key={row.id} row={row} />;
}

function Several({ chosen }: { chosen: readonly AcuId[] }) {
  const byId = useReplica((s) => s.byId);
  const rows = chosen.flatMap((id) => byId.get(id) ?? []);
  const added = rows.reduce((n, row) => n + row.added, 0), deleted = rows.reduce((n, row) => n + row.deleted, 0);
  return (
    <div className="inspect">
      <div className="inspect-title"><strong>{plural(rows.length, 'ACU')}</strong><Counts added={added} deleted={deleted} /></div>
      <ul className="several">{rows.slice(0, 200).map((row) => <li key={row.id}><AcuLink id={row.id} /></li>)}{rows.length > 200 && <li className="muted">and {plural(rows.length - 200, 'more')}</li>}</ul>
    </div>
  );
}

function OneAcu({ row }: { row: AcuRow }) {
  const dependants = useReplica((s) => s.dependants.get(row.id)), generation = useReplica((s) => s.generation);
  const online = useConnection((s) => s.state === 'open');
  const conflicts = useAnswer(`${generation} ${row.id}`, () => replica().call((api) => api.conflictsOf(row.id, 40)));
  const files = useAnswer(online ? `${generation} ${row.id}` : null, () => service().call('acuFiles', { acu: row.id }));
  const [path, setPath] = useState<PathBytes | null>(null);
  const list = files.value?.files ?? [];
  const chosen = path ?? list[0]?.path ?? null;
  const layout = useDefaultLayout({ id: 'acumen.acu', storage: localStorage });
  return (
    <Group orientation="vertical" className="fill" {...layout}>
      <Panel id="pane-facts" defaultSize="42%" minSize="80px">
        <div className="inspect">
          <div className="inspect-title"><strong className="copyable">{row.name}</strong><Counts added={row.added} deleted={row.deleted} /></div>
          {row.title !== row.name && <p className="inspect-text">{row.title}</p>}
          {row.standing !== 'exact' && <p className={`inspect-standing tone-${row.standing}`}><Glyph mark={row.standing} /> <span><strong>{row.standing === 'stale' ? 'Stale' : 'Not yet exact'}</strong> {row.reason !== '' && <span className="muted">{row.reason}</span>}</span></p>}
          <dl className="facts">
            <dt>Id</dt><dd><Id id={row.id} what="ACU" length={16} /></dd>
            <dt>Author</dt><dd><Author name={row.author} email={row.email} full /></dd>
            <dt>Time</dt><dd><Ago time={row.time} /> <span className="faint">{exactTime(row.time)}</span></dd>
            <dt>{row.sources.length === 1 ? 'Source' : 'Sources'}</dt><dd>{row.sources.slice(0, 12).map((source) => <div key={source} className="truncate copyable">{source}</div>)}{row.sources.length > 12 && <div className="muted">and {plural(row.sources.length - 12, 'more')}</div>}</dd>
            <dt>Requires</dt><dd>{row.requires.length === 0 ? <span className="faint">nothing</span> : row.requires.map((id) => <AcuLink key={id} id={id} />)}</dd>
            {dependants !== undefined && <><dt>Required by</dt><dd>{dependants.slice(0, 20).map((id) => <AcuLink key={id} id={id} />)}{dependants.length > 20 && <div className="muted">and {plural(dependants.length - 20, 'more')}</div>}</dd></>}
            <dt>Conflicts</dt>
            <dd>{conflicts.value === null ? <Spinner /> : conflicts.value.total === 0 ? <span className="faint">none</span> : (
              <>
                {conflicts.value.rows.slice(0, 12).map((conflict, i) => {
                  const other = conflict.a === row.id ? conflict.b : conflict.a;
                  return <div key={i} className="inspect-conflict" title={conflict.detail}><Glyph mark={conflict.verdict === 'blocking' ? 'conflicts' : conflict.verdict === 'partial' ? 'stale' : conflict.verdict} size={10} /><span className="truncate">{other === 'base' ? 'the base' : nameOf(other)}</span><span className="mono truncate faint">{conflict.shown}</span></div>;
                })}
                {conflicts.value.total > 1 && <button type="button" className="button quiet small" onClick={() => { useConflictQuery.setState({ acus: [row.id] }); useUi.setState({ tab: 'conflicts' }); }}>Show all {grouped(conflicts.value.total)}</button>}
              </>
            )}</dd>
            <WhyNot row={row} />
          </dl>
          <WhoKnows a={row.id} b={null} path={null} />
        </div>
      </Panel>
      <Separator className="split-h" />
      <Panel id="pane-files" minSize="120px">
        <div className="stack fill">
          <div className="section-head">{plural(row.paths, 'file')}</div>
          <div className="files-part" style={{ height: Math.min(6, Math.max(1, row.paths)) * 24 }}><FileList files={list} chosen={chosen} label="Files of this ACU" testId={ids.acuFile} onChoose={setPath} /></div>
          {chosen !== null && <AcuDiff acu={row.id} path={chosen} />}
          {!online && <div className="diff-note muted">Files come from the service, which is away.</div>}
        </div>
      </Panel>
    </Group>
  );
}

function AcuDiff({ acu, path }: { acu: AcuId; path: PathBytes }) {
  const { value, state } = useAnswer(`${acu} ${path}`, () => service().call('acuFile', { acu, path }));
  return (
    <>
      <div className="section-head mono truncate">{visible(display(path))}</div>
      {value === null ? <div className="diff-note">{state === 'failed' ? <span className="muted">This file could not be read.</span> : <Spinner />}</div> : <Diff name={visible(display(path))} before={value.before} after={value.after} />}
    </>
  );
}

function Composed() {
  const composed = useComposition((s) => s.composed), file = useComposition((s) => s.file), chosen = useComposition(chosenIn);
  const layout = useDefaultLayout({ id: 'acumen.composed', storage: localStorage });
  if (chosen.length === 0) return <Empty title="Nothing composed yet">Here you see the tree the composition denotes: every file that differs from the base, with its difference.</Empty>;
  if (composed?.status === 'failed') return <Empty title="The composed tree could not be fetched"><button type="button" className="button small" onClick={() => { useComposition.setState({ composed: null }); void act.refreshComposed(); }}>Try again</button></Empty>;
  if (composed === null || composed.result === null) return <div className="diff-note"><Spinner /></div>;
  const { result, key, status } = composed;
  const sums = totals(result.files);
  return (
    <div className="stack fill" data-testid={ids.composed} data-key={key} data-status={status}>
      <div className="composed-head">
        <span><strong>{plural(result.files.length, 'file')}</strong> <Counts added={sums.added} deleted={sums.deleted} /></span>
        <span className="spacer" />
        {result.tree !== null && <span className="tiny muted">tree <Id id={result.tree} what="tree" /> · {duration(result.ms)}</span>}
        {status === 'loading' && <Spinner />}
      </div>
      {result.tree === null && result.files.length === 0
        ? <NoTree result={result} />
        : (
          <Group orientation="vertical" className="fill" {...layout}>
            <Panel id="pane-composed-files" defaultSize="30%" minSize="60px"><FileList files={result.files} chosen={file} label="Files of the composition" testId={ids.composedFile} onChoose={act.chooseFile} /></Panel>
            <Separator className="split-h" />
            <Panel id="pane-composed-diff" minSize="80px"><div className="stack fill">{file !== null && <ComposedDiff acus={chosen} path={file} setKey={key} />}</div></Panel>
          </Group>
        )}
    </div>
  );
}

/** Why a set denotes no tree: what it lacks, or the smallest parts of it that cannot stand together. */
function NoTree({ result: { missing, conflicts } }: { result: Methods['preview']['result'] }) {
  if (missing.length > 0) return <Empty title="No tree">{plural(missing.length, 'required ACU is', 'required ACUs are')} missing.</Empty>;
  const ordered = conflicts.some((c) => c.verdict === 'order-sensitive');
  return (
    <Empty title={ordered ? 'No tree: it depends on the order of merging' : 'No tree'}>
      <ul className="plain" data-testid={ids.refused} data-kind={ordered ? 'order-sensitive' : 'conflicts'}>
        {conflicts.slice(0, 8).map((c, i) => <li key={i}>{listed((c.sides.length > 0 ? c.sides : [c.a, c.b]).map((id) => (id === 'base' ? 'the base' : nameOf(id))), 4)}: {visible(c.detail)}</li>)}
        {conflicts.length > 8 && <li className="muted">and {plural(conflicts.length - 8, 'more place')}</li>}
      </ul>
      {ordered && 'Take out one of them, or merge them in git in the order you mean and import that branch.'}
    </Empty>
  );
}

function ComposedDiff({ acus, path, setKey: of }: { acus: readonly AcuId[]; path: PathBytes; setKey: string }) {
  const current = of === setKey(acus);
  const { value, state } = useAnswer(current ? `${of} ${path}` : null, () => act.composedFile(acus, of, path));
  const shown = useShown(of, state === 'here');
  return (
    <>
      <div className="section-head mono truncate">{visible(display(path))}</div>
      {value === null ? <div className="diff-note">{state === 'failed' ? <span className="muted">This file could not be read.</span> : <Spinner />}</div> : <Diff name={visible(display(path))} before={value.before} after={value.after} onShown={shown} />}
    </>
  );
}

/** Reports the difference of set `key` as given to the screen, once it is the right one and its views stand. */
function useShown(key: string, here: boolean): () => void {
  const report = useRef({ key: '', here: false, shown: false });
  // before the viewer's own effect, which reports
  useLayoutEffect(() => { report.current = { ...report.current, key, here }; }, [key, here]);
  // the viewer says nothing where the texts are the same as before
  useEffect(() => { if (here && report.current.shown) act.composedPainted(key); }, [key, here]);
  return useCallback(() => {
    report.current.shown = true;
    if (report.current.here) act.composedPainted(report.current.key);
  }, []);
}
