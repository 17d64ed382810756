// Who knows this: the people who know most of the places of a conflict or of an ACU, with what says so.
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import { ids } from '../../testids.ts';
import { useNames } from './names.ts';
import { Answer, Likely, Person } from './parts.tsx';
import { useAsked } from './useAsked.ts';
import { evidenceWords } from './words.ts';

const MOST = 5;

/** `path` null: of all its paths. */
export function Experts({ a, b, path, heading = true }: { a: AcuId; b: AcuId | 'base' | null; path: PathBytes | null; heading?: boolean }) {
  const { names, person } = useNames();
  const experts = useAsked('experts', JSON.stringify([a, b, path]), (api, asked) => api.experts(asked, a, b, path, MOST));
  return (
    <section aria-label="Who knows this" aria-busy={experts.waiting}>
      {heading && <h4 className="detail-head">Who knows this</h4>}
      <Answer of={experts} waitingFor="Asking the history">
        {(list) => list.length === 0
          ? <p className="none muted small">Nobody in the history has touched these places.</p>
          : (
            <ol className="experts">
              {list.map(({ person: index, score, evidence }) => (
                <li key={index} data-testid={ids.expert} data-person={index}>
                  <span className="line-head">
                    <Person index={index} />
                    <span className="spacer" />
                    <Likely value={score} what={`How well it fits ${person(index)}`} words={score.toFixed(2)} />
                  </span>
                  {evidence.slice(0, 3).map((one, i) => <span key={i} className="line-tail small muted">{evidenceWords(one, names)}</span>)}
                </li>
              ))}
            </ol>
          )}
      </Answer>
    </section>
  );
}
