// What the composition amounts to. What shows its files is loaded while nothing else is to do.
import { lazy } from 'react';
import { refreshComposed } from '../../app/composed.ts';
import { Empty, Spinner } from '../../components/atoms.tsx';
import { chosenIn, useComposition } from '../../state/composition.ts';

const ComposedFiles = lazy(() => import('./ComposedFiles.tsx'));

export function ComposedTab() {
  const composed = useComposition((s) => s.composed), chosen = useComposition(chosenIn);
  if (chosen.length === 0) return (
    <Empty title="Nothing composed yet">Here you see the tree the composition denotes: every file that differs from the base, with its difference.</Empty>
  );
  if (composed?.status === 'failed') return (
    <Empty title="The composed tree could not be fetched">
      <button type="button" className="button small" onClick={() => { useComposition.setState({ composed: null }); void refreshComposed(); }}>Try again</button>
    </Empty>
  );
  if (composed === null || composed.result === null) return <div className="diff-note"><Spinner /></div>;
  return <ComposedFiles composed={{ ...composed, result: composed.result }} acus={chosen} />;
}
