// Two moments of the log: what came, what left, what moved, and the files that differ between the two composed trees.
import { useState } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { display } from '../../../core/bytes.ts';
import type { PathBytes } from '../../../core/bytes.ts';
import { visible, visibleSentence } from '../../../core/visible.ts';
import type { MomentAcu, MomentsCompared, Parted } from '../../../contract/moments.ts';
import { comparedFile, compareMoments, compareLine } from '../../app/past.ts';
import { Counts, Empty, Id, Spinner, TerminalLine } from '../../components/atoms.tsx';
import { DiffSwitch } from '../../components/Diff.tsx';
import { FileList } from '../../components/FileList.tsx';
import { useAnswer } from '../../components/useAnswer.ts';
import { totals } from '../../state/composition.ts';
import { FileDiff } from '../inspector/FileDiff.tsx';
import { nameThen } from '../../state/replica.ts';
import { withNumbers } from '../../state/shortName.ts';
import { useConnection } from '../../state/connection.ts';
import { plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';

/** Names shown of each list; the rest is counted. */
const MOST = 200;

export function Compared({ a, b }: { a: number; b: number }) {
  const layout = useDefaultLayout({ id: 'acumen.time.compare', storage: localStorage }), online = useConnection((s) => s.state === 'open');
  const { value, state } = useAnswer(online ? `${a} ${b}` : null, () => compareMoments(a, b));
  const [wanted, setWanted] = useState<PathBytes | null>(null);
  const files = value?.files ?? [], file = files.some(({ path }) => path === wanted) ? wanted : files[0]?.path ?? null;
  return (
    <div className="time-compare" data-testid={ids.timeCompare} data-a={a} data-b={b} data-status={value === null ? 'loading' : 'ready'}>
      {value === null
        ? <div className="diff-note">{state === 'failed' ? <span className="muted">These two could not be compared.</span> : !online ? <span className="muted">The service is away.</span> : <Spinner />}</div>
        : (
          <Group orientation="horizontal" className="fill" {...layout}>
            <Panel id="pane-time-what" defaultSize="26%" minSize="180px"><What said={value} /></Panel>
            <Separator className="split-v" />
            <Panel id="pane-time-files" defaultSize="24%" minSize="160px">
              <div className="stack fill">
                <div className="section-head time-files-head">{value.files === null ? 'Files' : plural(files.length, 'file')} <Counts {...totals(files)} /><span className="spacer" /><DiffSwitch /></div>
                {value.files === null ? <Empty title="The composed trees are not compared">{visibleSentence(value.why)}</Empty>
                  : files.length === 0 ? <Empty title="The same tree">What was composed comes to the same files at both.</Empty>
                    : <FileList files={files} chosen={file} label="Files that differ between the two moments" testId={ids.timeFile} onChoose={setWanted} />}
              </div>
            </Panel>
            <Separator className="split-v" />
            <Panel id="pane-time-diff" minSize="220px"><div className="stack fill">{file !== null && <File key={file} a={a} b={b} path={file} />}</div></Panel>
          </Group>
        )}
    </div>
  );
}

function File({ a, b, path }: { a: number; b: number; path: PathBytes }) {
  const { value, state } = useAnswer(`${a} ${b} ${path}`, () => comparedFile(a, b, path));
  if (value === null) return <div className="diff-note">{state === 'failed' ? <span className="muted">This file could not be read.</span> : <Spinner />}</div>;
  return <FileDiff path={path} before={value.before} after={value.after} sides={[`operation ${a}`, `operation ${b}`]} />;
}

function What({ said }: { said: MomentsCompared }) {
  const { a, b, composed, inFlight, sources, base } = said, moved = base.before?.oid !== base.after?.oid;
  return (
    <div className="time-what" tabIndex={0} role="region" aria-label="What the two moments differ in">
      <h3 className="time-pair small"><span><strong>A</strong> {a.id} <q>{withNumbers(visibleSentence(a.description))}</q></span><span><strong>B</strong> {b.id} <q>{withNumbers(visibleSentence(b.description))}</q></span></h3>
      <Part title="Composed" part={composed} />
      <Part title="In flight" part={inFlight} />
      {moved && (
        <section><h4 className="time-head small">Base moved</h4>
          <div className="small">{base.before === null ? 'nothing' : <>{visible(base.before.name, 80)} <Id id={base.before.oid} what="base" /></>} → {base.after === null ? 'nothing' : <>{visible(base.after.name, 80)} <Id id={base.after.oid} what="base" /></>}</div>
        </section>
      )}
      {sources.length > 0 && (
        <section><h4 className="time-head small">{plural(sources.length, 'source')} moved</h4>
          <ul className="time-list">{sources.slice(0, MOST).map((source, i) => (
            <li key={i} className="small"><span className="truncate">{withNumbers(visible(display(source.name), 80))}</span><span className="muted">{source.before === null ? 'new' : source.before.slice(0, 8)} → {source.after === null ? 'gone' : source.after.slice(0, 8)}</span></li>
          ))}</ul>
          {sources.length > MOST && <div className="small muted">and {sources.length - MOST} more</div>}
        </section>
      )}
      <TerminalLine text={compareLine(a.id, b.id)} />
    </div>
  );
}

function Part({ title, part: { left, came, both } }: { title: string; part: Parted }) {
  const lines: readonly (readonly [string, string, readonly MomentAcu[]])[] = [['+', 'came', came], ['−', 'left', left]];
  return (
    <section>
      <h4 className="time-head small">{title}: {came.length} came, {left.length} left <span className="muted">{both} in both</span></h4>
      <ul className="time-list">{lines.flatMap(([sign, word, acus]) => [
        ...acus.slice(0, MOST).map(({ id, name }) => <li key={`${sign}${id}`} className="small"><span className={sign === '+' ? 'ins' : 'del'} aria-label={word}>{sign}</span> <span className="truncate">{nameThen(id, name)}</span><Id id={id} /></li>),
        ...acus.length > MOST ? [<li key={sign} className="small muted">and {acus.length - MOST} more that {word}</li>] : [],
      ])}</ul>
    </section>
  );
}
