// One line below the composition: what it amounts to.
import { chosenIn, countWords, setKey, totals, useComposition } from '../../state/composition.ts';
import { useReplica } from '../../state/replica.ts';
import { grouped, plural } from '../../state/words.ts';
import { Counts } from '../../components/atoms.tsx';

export function Totals() {
  const chosen = useComposition(chosenIn), composed = useComposition((s) => s.composed), open = useComposition((s) => s.confirmed?.open?.length ?? 0),
    isWhatIf = useComposition((s) => s.whatIf !== null), byId = useReplica((s) => s.byId);
  if (chosen.length === 0 && open === 0) return null;
  const here = composed !== null && composed.key === setKey(chosen) && composed.result !== null ? composed.result : null, { added, deleted } = totals(here?.files ?? []);
  return (
    <footer className="composition-totals small muted">
      <span className="tabular">{isWhatIf && 'what if: '}{countWords(chosen, byId)}</span>
      {here === null ? <span>composing</span>
        : here.tree === null ? <span className="tone-conflicts">no tree: {plural(here.conflicts.length, 'conflict')}</span>
        : <span className="tabular">{plural(here.files.length, 'file')} <Counts added={added} deleted={deleted} /></span>}
      {open > 0 && <span className="tabular">{grouped(open)} open</span>}
      <span className="spacer" />
      <span title="Gates are commands, such as tests, that must succeed on the composed tree. This version has none: that it composes says that the texts go together, not that it works">
        no gates
      </span>
    </footer>
  );
}
