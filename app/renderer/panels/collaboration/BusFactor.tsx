// Places of which few people hold most of what is known: where it would be missed, who holds it, and how much. Shares of knowledge, never of output.
import { useState } from 'react';
import type { BusRisk } from '../../../core/collaboration/report.ts';
import { Empty } from '../../components/atoms.tsx';
import { Icon } from '../../components/Icon.tsx';
import { grouped, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { Lines } from './Lines.tsx';
import { Answer, Likely, PartHead, Person } from './parts.tsx';
import { useAsked } from './useAsked.ts';
import { chance, factorWords, pathWords } from './words.ts';
import { MOST_LINES } from './Now.tsx';

export function BusFactor() {
  const risks = useAsked('bus', 'bus', (api, asked) => api.busFactor(asked, MOST_LINES)), [chosen, setChosen] = useState<string | null>(null),
    [only, setOnly] = useState<number | null>(null), [text, setText] = useState('');
  const wanted = text.trim().toLowerCase(),
    found = risks.value?.filter(({ path, factor }) => (only === null || Math.min(factor, 3) === only) && pathWords(path).toLowerCase().includes(wanted)) ?? [];
  const one = found.find(({ path }) => path === chosen) ?? found[0] ?? null;
  return (
    <div className="bus fill">
      <section className="panel" aria-labelledby="head-bus" aria-busy={risks.waiting}>
        <PartHead title="Places that few people know" headingId="head-bus"
          {...(risks.value === null ? {} : { count: risks.value.length >= MOST_LINES ? `the first ${grouped(risks.value.length)}` : grouped(risks.value.length) })} />
        <Answer of={risks} waitingFor="Weighing who knows what">
          {(list) => list.length === 0
            ? <Empty title="No place stands out">There is no directory of which so few people hold most of what is known, or the history has no files yet.</Empty>
            : (
              <>
                <div className="bus-filters">
                  <div className="search">
                    <Icon name="search" />
                    <input className="field" type="search" aria-label="Search places" placeholder="Place" spellCheck={false} value={text}
                      onChange={(event) => setText(event.target.value)} />
                  </div>
                  <div className="marks" role="group" aria-label="Show only">
                    {[0, 1, 2, 3].map((factor) => [factor, list.filter((risk) => Math.min(risk.factor, 3) === factor).length] as const).filter(([, n]) => n > 0).map(([factor, n]) => (
                      <button key={factor} type="button" className="mark" aria-pressed={only === factor}
                        onClick={() => setOnly(only === factor ? null : factor)}>
                        <span className="mark-count">{grouped(n)}</span> {factor === 3 ? '3 people or more' : factorWords(factor)}
                      </button>
                    ))}
                  </div>
                </div>
                {found.length === 0 && (
                  <Empty title="No place fits">
                    <button type="button" className="button small" onClick={() => { setOnly(null); setText(''); }}>Clear filters</button>
                  </Empty>
                )}
                <Lines items={found} label="Places that few people know" testId={ids.bus} rowHeight={46} keyOf={({ path }) => path} chosen={one?.path ?? null}
                  onChoose={({ path }) => setChosen(path)}
                  line={RiskLine} />
              </>
            )}
        </Answer>
      </section>
      <section className="panel" aria-labelledby="head-holders">
        <PartHead title="Who holds it" headingId="head-holders" />
        <div className="detail" tabIndex={0} role="region" aria-label="Who holds it">
          {one === null ? <Empty title="Nothing chosen">Choose a place to see who knows it.</Empty> : <Holders risk={one} />}
        </div>
      </section>
    </div>
  );
}

function RiskLine({ item: { path, factor, files, holders } }: { item: BusRisk }) {
  return (
    <>
      <span className="line-head">
        <span className="mono truncate">{pathWords(path)}</span>
        <span className="tiny muted">{plural(files, 'file')}</span>
        <span className="spacer" />
        <Factor factor={factor} />
      </span>
      <span className="line-tail small muted row">
        {holders.slice(0, 3).map(({ person, share }) => <span key={person} className="holder"><Person index={person} chip={false} /> {chance(share)}</span>)}
      </span>
    </>
  );
}

/** In words and by a number in a box: never by colour alone. */
function Factor({ factor }: { factor: number }) {
  return (
    <span className={`factor${factor === 0 ? ' is-none' : factor === 1 ? ' is-one' : ''}`}
      title={`The fewest people with whom more than half of what is known would go: ${factor}`}>
      <span className="factor-number">{factor}</span> {factorWords(factor)}
    </span>
  );
}

function Holders({ risk: { path, factor, holders, files } }: { risk: BusRisk }) {
  return (
    <>
      <h3 className="detail-title mono copyable">{pathWords(path)}</h3>
      <p>
        {factor === 0 ? 'Nobody who is still here knows it.' : factor === 1 ? 'If one person goes, more than half of what is known of it goes.' : `More than half of what is known of it goes with ${factorWords(factor)}.`} <span className="muted">{plural(files, 'file')}.</span>
      </p>
      {holders.length > 0 && <table className="figures" aria-label="Holders">
        <thead><tr><th scope="col">who</th><th scope="col" className="number">share of what is known</th></tr></thead>
        <tbody>
          {holders.map(({ person, share }) => (
            <tr key={person}><th scope="row"><Person index={person} /></th><td className="number"><Likely value={share} what="Share" /></td></tr>
          ))}
        </tbody>
      </table>}
    </>
  );
}
