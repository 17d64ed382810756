// The inspector: what speaks for what is chosen, in words, and who knows the place. From here everything can be gone to.
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import type { PersonLine, Reason } from '../../../core/collaboration/report.ts';
import { decide, openAcus, openConflict } from '../../app/collaboration.ts';
import { Empty } from '../../components/atoms.tsx';
import { useBoard, withPin } from '../../state/board.ts';
import { useCollaboration } from '../../state/collaboration.ts';
import type { Chosen } from '../../state/collaboration.ts';
import { ids } from '../../testids.ts';
import { Experts } from './Experts.tsx';
import { useNames } from './names.ts';
import { AcuButton, EvidenceList, Likely, PartHead, Person } from './parts.tsx';
import { chance, pathWords, pathsWords, reasonWords, subjectOf } from './words.ts';

export function Detail({ chosen }: { chosen: Chosen | null }) {
  return (
    <section className="panel" aria-labelledby="head-detail">
      <PartHead title="Why, and who knows this" headingId="head-detail" />
      <div className="detail" tabIndex={0} role="region" aria-label="Why, and who knows this" data-testid={ids.detail} data-kind={chosen?.kind ?? 'none'}>
        {chosen === null ? <Empty title="Nothing chosen">Choose two people, a predicted conflict or a card to see what speaks for it and who knows the place.</Empty>
          : chosen.kind === 'talk' ? <Pair chosen={chosen} /> : chosen.kind === 'predicted' ? <Likelihood chosen={chosen} /> : <Item chosen={chosen} />}
      </div>
    </section>
  );
}

function Pair({ chosen: { a, b, need, evidence } }: { chosen: Extract<Chosen, { kind: 'talk' }> }) {
  const subject = evidence.map(subjectOf).find((one) => one !== null) ?? null;
  const [first, second] = subject === null ? [] : subject.kind === 'conflict' ? [subject.a, subject.b] : subject.ids;
  return (
    <>
      <h3 className="detail-title"><Person index={a} /><span className="muted">and</span><Person index={b} /></h3>
      <p className="row"><span className="muted small">Need to talk</span><Likely value={need} what="Need to talk" words={need.toFixed(2)} /></p>
      <EvidenceList evidence={evidence} label="Why they should talk" />
      {first !== undefined && (
        <Experts a={first} b={second === undefined || second === first ? null : second as AcuId | 'base'}
          path={subject?.kind === 'conflict' ? subject.path : null} />
      )}
    </>
  );
}

/** Giving a card to somebody without dragging it, and taking that back. */
function Giving({ item }: { item: string }) {
  const pin = useBoard((s) => s.decided.pinned.find((one) => one.item === item)), people = useCollaboration((s) => s.overview?.people ?? noPeople), { person: nameOf } = useNames();
  return (
    <p className="row small">
      <label className="row"><span className="muted">Give to</span>
        <select className="field small-field give-to" value={pin?.key ?? ''} onChange={({ target }) => {
          const line = people.find(({ key }) => key === target.value), { decided } = useBoard.getState();
          if (line === undefined) decide('The card goes where it costs least', withPin(decided, item, null)); else decide(`Pinned to ${nameOf(line.person)}`, withPin(decided, item, line.key));
        }}>
          <option value="">whoever it costs least with</option>
          {people.map(({ key, person, kind }) => <option key={key} value={key}>{nameOf(person)}{kind === 'person' ? '' : ` (${kind})`}</option>)}
        </select>
      </label>
      {pin !== undefined && <span className="badge">pinned</span>}
    </p>
  );
}

const noPeople: readonly PersonLine[] = [];

function Likelihood({ chosen: { a, b, probability, reasons } }: { chosen: Extract<Chosen, { kind: 'predicted' }> }) {
  return (
    <>
      <h3 className="detail-title"><AcuButton id={a} /><span className="muted">×</span><AcuButton id={b} /></h3>
      <p className="row">
        <Likely value={probability} what="Likely to conflict" words={chance(probability)} />
        <span className="muted small">likely to conflict before both are done</span>
      </p>
      <p className="small muted">Calibrated on how pairs like this went: of 100 such pairs about {Math.round(probability * 100)} conflicted.</p>
      <Reasons reasons={reasons} />
      <div className="row"><button type="button" className="button small" onClick={() => openAcus([a, b])}>Show both ACUs</button></div>
      <Experts a={a} b={b} path={null} />
    </>
  );
}

/** What speaks for and against, strongest first, by sign and length. */
function Reasons({ reasons }: { reasons: readonly Reason[] }) {
  const sorted = reasons.toSorted((x, y) => Math.abs(y.weight) - Math.abs(x.weight)), largest = Math.max(1e-9, ...sorted.map(({ weight }) => Math.abs(weight)));
  if (sorted.length === 0) return null;
  return (
    <table className="figures reasons" aria-label="Reasons">
      <thead><tr><th scope="col">reason</th><th scope="col" className="number" title="in log-odds: positive speaks for a conflict, negative against">weight</th></tr></thead>
      <tbody>
        {sorted.map(({ kind, text, weight, path }) => (
          <tr key={`${kind} ${text} ${path ?? ''}`}>
            <th scope="row">{reasonWords({ text, path })}</th>
            <td className="number">
              <span className="weight" data-for={weight >= 0} title={weight >= 0 ? 'speaks for a conflict' : 'speaks against'}>
                <span aria-hidden="true" className="weight-bar" style={{ width: `${Math.round((Math.abs(weight) / largest) * 40)}px` }} />
                {weight >= 0 ? '+' : '−'}
                {Math.abs(weight).toFixed(2)}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Item({ chosen: { id, a, b, paths, person, evidence } }: { chosen: Extract<Chosen, { kind: 'item' }> }) {
  const { person: nameOf } = useNames(), path: PathBytes | undefined = paths[0];
  return (
    <>
      <h3 className="detail-title">
        <AcuButton id={a} />
        {b !== null && <><span className="muted">×</span>{b === 'base' ? <span className="muted">base</span> : <AcuButton id={b} />}</>}
      </h3>
      <p className="small">
        <span className="muted">{b === null ? 'To be reviewed:' : 'To be resolved on'}</span> <span className="mono copyable" title={paths.map(pathWords).join('\n')}>{pathsWords(paths)}</span>
      </p>
      {b !== null && path !== undefined && (
        <div className="row"><button type="button" className="button small" onClick={() => { void openConflict(a, b, path); }}>Open the conflict</button></div>
      )}
      <Giving item={id} />
      {person === null ? <p className="small">Nobody who is there may take this.</p> : (
        <>
          <h4 className="detail-head">Why {nameOf(person)}</h4>
          <EvidenceList evidence={evidence} label={`Why ${nameOf(person)}`} />
        </>
      )}
      <Experts a={a} b={b} path={null} />
    </>
  );
}
