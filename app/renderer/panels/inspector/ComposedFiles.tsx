// Every file in which the composed tree differs from the base, with its difference and whose lines it has; or why there is no tree.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import { visible } from '../../../core/visible.ts';
import { chooseFile, composedFile, composedPainted } from '../../app/composed.ts';
import { service } from '../../app/session.ts';
import { Counts, Empty, Id, Spinner } from '../../components/atoms.tsx';
import type { OwnedRun, Owning } from '../../components/code/owners.ts';
import { FileList } from '../../components/FileList.tsx';
import { useAnswer } from '../../components/useAnswer.ts';
import { setKey, totals, useComposition } from '../../state/composition.ts';
import type { Composed } from '../../state/composition.ts';
import { useDiff } from '../../state/diff.ts';
import { nameOf } from '../../state/replica.ts';
import { duration, listed, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { Methods } from '../../../contract/methods.ts';
import type { Provenance } from '../../../contract/tracing.ts';
import { FileDiff, PathHead, Tool } from './FileDiff.tsx';
import { OwnerCard, Owners, chooseAcus, ownersOf } from './Owners.tsx';

type Preview = Methods['preview']['result'];

export default function ComposedFiles({ composed: { result, key, status }, acus }: { composed: Composed & { readonly result: Preview }; acus: readonly AcuId[] }) {
  const file = useComposition((s) => s.file), owners = useDiff((s) => s.owners);
  const layout = useDefaultLayout({ id: 'acumen.composed', storage: localStorage });
  const sums = totals(result.files);
  return (
    <div className="stack fill" data-testid={ids.composed} data-key={key} data-status={status}>
      <div className="composed-head">
        <span><strong>{plural(result.files.length, 'file')}</strong> <Counts added={sums.added} deleted={sums.deleted} /></span>
        <span className="spacer" />
        {result.tree !== null && <span className="tiny muted">tree <Id id={result.tree} what="tree" /> · {duration(result.ms)}</span>}
        {status === 'loading' && <Spinner />}
        <Tool id="diff.owners" icon="people" isOn={owners} />
      </div>
      {result.tree === null && result.files.length === 0
        ? <NoTree result={result} />
        : (
          <Group orientation="vertical" className="fill" {...layout}>
            <Panel id="pane-composed-files" defaultSize="30%" minSize="60px">
              <FileList files={result.files} chosen={file} label="Files of the composition" testId={ids.composedFile} onChoose={chooseFile} />
            </Panel>
            <Separator className="split-h" />
            <Panel id="pane-composed-diff" minSize="80px"><div className="stack fill">{file !== null && <ComposedDiff acus={acus} path={file} setKey={key} />}</div></Panel>
          </Group>
        )}
    </div>
  );
}

/** Why a set denotes no tree: what it lacks, or the smallest parts of it that cannot stand together. */
function NoTree({ result: { missing, conflicts } }: { result: Preview }) {
  if (missing.length > 0) return <Empty title="No tree">{plural(missing.length, 'required ACU is', 'required ACUs are')} missing.</Empty>;
  const ordered = conflicts.some((c) => c.verdict === 'order-sensitive');
  return (
    <Empty title={ordered ? 'No tree: it depends on the order of merging' : 'No tree'}>
      <ul className="plain">
        {conflicts.slice(0, 8).map((c, i) => (
          <li key={i}>{listed((c.sides.length > 0 ? c.sides : [c.a, c.b]).map((id) => (id === 'base' ? 'the base' : nameOf(id))), 4)}: {visible(c.detail)}</li>
        ))}
        {conflicts.length > 8 && <li className="muted">and {plural(conflicts.length - 8, 'more conflict')}</li>}
      </ul>
      {ordered && 'Take out one of them, or merge them in git in the order you mean and import that branch.'}
    </Empty>
  );
}


function ComposedDiff({ acus, path, setKey: of }: { acus: readonly AcuId[]; path: PathBytes; setKey: string }) {
  const current = of === setKey(acus), isTold = useDiff((s) => s.owners);
  const { value, state } = useAnswer(current ? `${of} ${path}` : null, () => composedFile(acus, of, path));
  const shown = useShown(of, state === 'here');
  // told after the difference is there: nobody waits for it
  const told = useAnswer(isTold && current && state === 'here' ? `${of} ${path}` : null, () => service().call('provenance', { acus: [...acus], path }));
  const provenance = isTold && told.state === 'here' ? told.value : null, { owning, card } = useOwning(provenance);
  if (value === null) return (
    <>
      <PathHead path={path} />
      <div className="diff-note">{state === 'failed' ? <span className="muted">This file could not be read.</span> : <Spinner />}</div>
    </>
  );
  return (
    <>
      {provenance !== null && <Owners provenance={provenance} path={path} composed={acus} />}
      <FileDiff path={path} before={value.before} after={value.after} owning={owning} sides={SIDES} onShown={shown} />
      {card}
    </>
  );
}

const SIDES = ['base', 'composed'] as const;

function useOwning(provenance: Provenance | null) {
  const [pointed, setPointed] = useState<{ readonly acus: readonly AcuId[]; readonly at: DOMRect } | null>(null);
  const owning = useMemo((): Owning | null => {
    if (provenance === null || provenance.how === 'none' || provenance.acus.length === 0) return null;
    const runs = (list: Provenance['brought']): OwnedRun[] => list.map(({ start, end, by, isBack }) => ({ start, end, owners: by, isBack }));
    const acusOf = (places: readonly number[]): AcuId[] => places.map((place) => provenance.acus[place]!);
    return {
      owners: ownersOf(provenance), brought: runs(provenance.brought), taken: provenance.from === null ? runs(provenance.taken) : [],
      onPoint: (places, at) => setPointed((held) => (places.length === 0 || at === null ? null : held !== null && held.acus.join() === acusOf(places).join() ? held : { acus: acusOf(places), at })),
      onChoose: (places) => chooseAcus(acusOf(places)),
    };
  }, [provenance]);
  return { owning, card: pointed === null ? null : <OwnerCard acus={pointed.acus} at={pointed.at} /> };
}

/** Reports the difference of set `key` as given to the screen, once it is the right one and its views stand. */
function useShown(key: string, here: boolean): () => void {
  const report = useRef({ key: '', here: false, shown: false });
  // before the viewer's own effect, which reports
  useLayoutEffect(() => { report.current = { ...report.current, key, here }; }, [key, here]);
  // the viewer says nothing where the texts are the same as before
  useEffect(() => { if (here && report.current.shown) composedPainted(key); }, [key, here]);
  return useCallback(() => {
    report.current.shown = true;
    if (report.current.here) composedPainted(report.current.key);
  }, []);
}
