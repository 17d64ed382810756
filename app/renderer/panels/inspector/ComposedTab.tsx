// What the composition amounts to: every file that differs from the base, with its difference; or why there is no tree.
import { useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { display } from '../../../core/bytes.ts';
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import { visible } from '../../../core/visible.ts';
import * as act from '../../app/actions.ts';
import { Counts, Empty, Id, Spinner } from '../../components/atoms.tsx';
import { Diff } from '../../components/Diff.tsx';
import { FileList } from '../../components/FileList.tsx';
import { useAnswer } from '../../components/useAnswer.ts';
import { chosenIn, setKey, totals, useComposition } from '../../state/composition.ts';
import { nameOf } from '../../state/replica.ts';
import { duration, listed, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { Methods } from '../../../contract/methods.ts';

export function ComposedTab() {
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
