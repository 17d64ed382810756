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
  const counts = useMemo(() => countMarks(known, marks.length), [known]);
  const atRisk = useMemo(() => risky?.reduce((sum, one) => sum + one, 0) ?? 0, [risky]);
  const count = (state: (typeof shown)[number][0]): number => (state === 'risk' ? atRisk : counts[markIndex(state)]! + (state === 'conflicts' ? counts[markIndex('order')]! : 0));
  return (
    <div className="marks" role="group" aria-label="Show only ACUs that" aria-busy={!done}>
      {shown.filter(([state]) => count(state) > 0 || state === 'fits' || asked.includes(state)).map(([state, name]) => (
        <button key={state} type="button" className="mark" aria-pressed={asked.includes(state)} title={`ACUs, not places. Show only: ${stateWords[state]}`} onClick={() => onlyState(state)}>
          <Glyph mark={state} size={10} /><span className="mark-count">{known === null ? '–' : grouped(count(state))}</span><span className="mark-name">{name}</span>
        </button>
      ))}
    </div>
  );
}
