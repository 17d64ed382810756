// Whose lines a composed file has: what the letters beside them stand for, with counts; and who an ACU is, while one points at its lines.
import { useLayoutEffect, useRef, useState } from 'react';
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import type { Provenance } from '../../../contract/tracing.ts';
import { replica } from '../../app/session.ts';
import { AcuLink } from '../../components/AcuLink.tsx';
import { Ago, Author, Id } from '../../components/atoms.tsx';
import { type Owner, hueAt, letterOf } from '../../components/code/owners.ts';
import { useAnswer } from '../../components/useAnswer.ts';
import { setKey } from '../../state/composition.ts';
import { nameOf, useReplica } from '../../state/replica.ts';
import { useSelection } from '../../state/selection.ts';
import { useUi } from '../../state/ui.ts';
import { grouped, listed, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';

export function ownersOf({ acus }: Provenance): readonly Owner[] {
  return acus.map((id, place) => ({ letter: letterOf(place), hue: hueAt(place), name: nameOf(id) }));
}

const lines = (runs: Provenance['brought'], place: number): number => runs.reduce((sum, { start, end, by }) => (by.includes(place) ? sum + end - start : sum), 0);

/** Selects them, and shows them in the first tab where `isShown`. */
export function chooseAcus(chosen: readonly AcuId[], isShown = true): void {
  const [first] = chosen;
  if (first === undefined) return;
  useSelection.setState({ selected: new Set(chosen), cursor: first, anchor: first });
  if (isShown) useUi.setState({ inspector: 'acu' });
}

/** The same in a list, for who reads with the keyboard or by ear. */
export function Owners({ provenance, path, composed }: { provenance: Provenance; path: PathBytes; composed: readonly AcuId[] }) {
  const { acus, brought, taken, how, reason, isExact } = provenance;
  if (how === 'none') return <Changers key={path} reason={reason} path={path} composed={composed} />;
  if (acus.length === 0) return null;
  const unknown = brought.reduce((sum, { start, end, by }) => (by.length === 0 ? sum + end - start : sum), 0),
    together = brought.reduce((sum, { start, end, by }) => (by.length > 1 ? sum + end - start : sum), 0);
  return (
    <div className="owners" data-testid={ids.owners} data-how={how} data-exact={isExact}>
      <ul aria-label="Lines by ACU">
        {acus.slice(0, SHOWN).map((id, place) => {
          const added = lines(brought, place), gone = lines(taken, place);
          return (
            <li key={id}>
              <button type="button" className="owner-key" data-testid={ids.owner} data-acu={id}
                title={`${nameOf(id)}: brings ${plural(added, 'line')}, takes out ${plural(gone, 'line')}. Click to show it.`} onClick={() => chooseAcus([id])}>
                <span className="owner" style={{ '--hue': hueAt(place) } as React.CSSProperties}>{letterOf(place)}</span>
                <span className="truncate">{nameOf(id)}</span>
                <span className="counts">
                  <span className={added === 0 ? 'faint' : 'ins'}>+{grouped(added)}</span>
                  <span className={gone === 0 ? 'faint' : 'del'}>−{grouped(gone)}</span>
                </span>
              </button>
            </li>
          );
        })}
        {acus.length > SHOWN && <li className="tiny muted">and {plural(acus.length - SHOWN, 'more')}</li>}
      </ul>
      {(together > 0 || unknown > 0 || how === 'content') && (
        <p className="tiny muted">{[
          together > 0 ? `${plural(together, 'line')} ${together === 1 ? 'comes' : 'come'} with several, and ${together === 1 ? 'stays' : 'stay'} while one of them does` : '',
          how === 'content' ? `followed by content, for ${reason}` : '',
          unknown > 0 ? `${plural(unknown, 'line')} ${unknown === 1 ? 'is' : 'are'} nobody’s` : '',
        ].filter(Boolean).join('; ')}.</p>
      )}
    </div>
  );
}

const SHOWN = 24;

/** Who changes a file of which it is not told whose lines it has. */
function Changers({ reason, path, composed }: { reason: string; path: PathBytes; composed: readonly AcuId[] }) {
  const generation = useReplica((s) => s.generation),
    { value } = useAnswer(`${generation} ${setKey(composed)} ${path}`, () => replica().call((api) => api.changersOf(path, [...composed])));
  return (
    <div className="owners tiny muted" data-testid={ids.owners} data-how="none">
      {value !== null && value.length > 0 && (
        <div className="row owners-changers">
          Changed by {value.slice(0, SHOWN).map((id) => <AcuLink key={id} id={id} />)}{value.length > SHOWN && ` and ${plural(value.length - SHOWN, 'more')}`}
        </div>
      )}
      Whose lines these are is not told: {reason}.
    </div>
  );
}

/** Who brought the lines that are pointed at, beside them. */
export function OwnerCard({ acus, at }: { acus: readonly AcuId[]; at: DOMRect }) {
  const byId = useReplica((s) => s.byId), host = useRef<HTMLDivElement>(null), [place, setPlace] = useState<{ left: number; top: number } | null>(null);
  useLayoutEffect(() => {
    const { offsetWidth, offsetHeight } = host.current!;
    setPlace({ left: Math.max(8, Math.min(at.right + 8, innerWidth - offsetWidth - 8)), top: at.bottom + 4 + offsetHeight > innerHeight ? Math.max(8, at.top - offsetHeight - 4) : at.bottom + 4 });
  }, [at]);
  return (
    <div ref={host} className="owner-card" role="status" data-testid={ids.ownerCard} style={place ?? { visibility: 'hidden' }}>
      {acus.length > 1 && <div className="tiny muted">The same lines come with {listed(acus.map(nameOf), 4)}.</div>}
      {acus.slice(0, 3).map((id) => {
        const row = byId.get(id);
        return (
          <div key={id} className="owner-card-acu">
            <strong className="truncate">{nameOf(id)}</strong>
            {row !== undefined && (
              <>
                <span className="truncate muted">{row.title}</span>
                <span className="row small">
                  <Author name={row.author} email={row.email} full />
                  <Ago time={row.time} />
                  <span className="spacer" />
                  <Id id={id} what="ACU" />
                </span>
              </>
            )}
          </div>
        );
      })}
    </div>
  );
}
