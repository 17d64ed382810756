// How many ACUs are what to the composition, and at risk: each a filter.
import { useMemo } from 'react';
import { Glyph } from '../../components/Icon.tsx';
import { onlyState, useFilters } from '../../state/filters.ts';
import { markIndex } from '../../state/markIndex.ts';
import { useReplica } from '../../state/replica.ts';
import { countMarks, useVerdicts } from '../../state/verdicts.ts';
import { grouped } from '../../state/words.ts';
import { stateWords, valuesOf } from '../../../core/search/query.ts';
import type { StateName } from '../../../core/search/query.ts';
import { marks } from '../../../workers/client.ts';

/** In this order; what there is none of is not shown, but for what fits. */
const shown = [['in', 'in'], ['fits', 'fits'], ['needs', 'need others'], ['conflicts', 'conflicts'], ['unable', 'unable'], ['risk', 'risk'], ['stale', 'need a rebase'], ['inexact', 'not exact']] as const satisfies readonly (readonly [StateName, string])[];

export function Counts() {
  const known = useVerdicts((s) => s.marks), done = useVerdicts((s) => s.marksDone), risky = useReplica((s) => s.conflicts?.risky ?? null), asked = useFilters((s) => valuesOf(s.query, 'is').join(' ')).split(' ');
  const rows = useReplica((s) => s.rows);
  const counts = useMemo(() => {
    const all = countMarks(known, marks.length);
    // decisions are counted apart from ACUs, wherever they are counted
    rows.forEach(({ decided }, i) => { if (decided === true && known?.[i] !== undefined) all[known[i]!]!--; });
    return all;
  }, [known, rows]);
  const atRisk = useMemo(() => risky?.reduce((sum, one) => sum + one, 0) ?? 0, [risky]);
  const count = (state: (typeof shown)[number][0]): number => (state === 'risk' ? atRisk : counts[markIndex(state)]! + (state === 'conflicts' ? counts[markIndex('order')]! : 0));
  return (
    <div className="marks" role="group" aria-label="Show only ACUs that" aria-busy={!done}>
      <span className="marks-label" aria-hidden="true">ACUs</span>
      {shown.filter(([state]) => count(state) > 0 || state === 'fits' || asked.includes(state)).map(([state, name]) => (
        <button key={state} type="button" className="mark" aria-pressed={asked.includes(state)} title={`Show only ACUs that are: ${stateWords[state]}`} onClick={() => onlyState(state)}>
          <Glyph mark={state} size={10} /><span className="mark-count">{known === null ? '–' : grouped(count(state))}</span><span className="mark-name">{name}</span>
        </button>
      ))}
    </div>
  );
}
