// Small parts of the tab: people with their kind, ACUs to go to, likelihoods as number and bar, evidence in rows, and what stands where there is nothing.
import type { ReactNode } from 'react';
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import type { Evidence, PersonLine } from '../../../core/collaboration/report.ts';
import { visible, visibleSentence } from '../../../core/visible.ts';
import { markNames } from '../../../workers/client.ts';
import { openAcus, openConflict } from '../../app/collaboration.ts';
import { Author, Spinner } from '../../components/atoms.tsx';
import { Glyph } from '../../components/Icon.tsx';
import type { Failure } from '../../state/collaboration.ts';
import { markOf } from '../../state/markIndex.ts';
import { useReplica } from '../../state/replica.ts';
import { useVerdicts } from '../../state/verdicts.ts';
import { grouped } from '../../state/words.ts';
import { useNames } from './names.ts';
import type { Answered } from './useAsked.ts';
import { chance, evidenceWords, fileAndFolder, pathWords, subjectOf } from './words.ts';

const kindNames: Readonly<Record<PersonLine['kind'], string | null>> = { person: null, bot: 'bot', agent: 'agent' };

/** A person by name, or by role. The tooltip says no more than the switch allows. */
export function Person({ index, chip = true }: { index: number; chip?: boolean }) {
  const { person, line, showsNames } = useNames(), name = person(index), of = line(index), kind = of === undefined ? null : kindNames[of.kind];
  const title = of === undefined || !showsNames || of.email === '' ? name : `${name} <${of.email}>`;
  return (
    <span className="who" title={title}>
      {chip && <span aria-hidden="true"><Author name={name} /></span>}
      <span className="truncate">{name}</span>
      {kind !== null && <span className="badge">{kind}</span>}
    </span>
  );
}

/** Paths with the file's name first, for it is the folder that may be cut off. */
export function Paths({ paths }: { paths: readonly PathBytes[] }) {
  const [first] = paths;
  if (first === undefined) return <span className="muted">paths not known</span>;
  const [file, folder] = fileAndFolder(first);
  return (
    <span className="paths truncate" title={paths.slice(0, 30).map(pathWords).join('\n')}>
      <span className="mono">{file}</span>
      {paths.length > 1 && <span className="muted"> +{grouped(paths.length - 1)}</span>}
      {folder !== '' && <span className="mono faint"> {folder}</span>}
    </span>
  );
}

/** An ACU by name with its verdict against the composition, to be gone to. */
export function AcuButton({ id }: { id: AcuId }) {
  const row = useReplica((s) => s.byId.get(id)), { acu } = useNames();
  const mark = useVerdicts((s) => (row === undefined || s.marks === null ? 'unknown' : markOf(s.marks[row.index])));
  return (
    <button type="button" className="acu-link" title={`Show this ACU (${markNames[mark]})`} onClick={() => openAcus([id])}>
      <Glyph mark={mark} size={10} /><span className="truncate">{acu(id)}</span>
    </button>
  );
}

/** A likelihood or share in 0…1 as a number, and as a bar for the eye alone. */
export function Likely({ value, what, words = chance(value) }: { value: number; what: string; words?: string }) {
  return (
    <span className="likely" title={`${what}: ${words}`}>
      <span className="likely-bar" aria-hidden="true"><span style={{ width: `${Math.max(0, Math.min(100, value * 100))}%` }} /></span>
      <span className="likely-number"><span className="sr-only">{what} </span>{words}</span>
    </span>
  );
}

const signs: Readonly<Record<Evidence['kind'], string>> = { 'conflict': '✕', 'predicted': '◔', 'same file': '≍', 'knows': '●', 'wrote': '✎', 'changes together': '⇄', 'seen': '↔' };

/** Evidence, one sentence a row, each leading to what it speaks of. */
export function EvidenceList({ evidence, label }: { evidence: readonly Evidence[]; label: string }) {
  const { names } = useNames();
  if (evidence.length === 0) return <p className="none muted small">No single thing stands out.</p>;
  return (
    <ul className="evidence" aria-label={label}>
      {evidence.map((one, i) => {
        const subject = subjectOf(one), words = evidenceWords(one, names);
        return (
          <li key={i} data-evidence={one.kind}>
            <span className="evidence-sign" aria-hidden="true">{signs[one.kind]}</span>
            <span className="copyable">{words}</span>
            {subject !== null && (
              <button type="button" className="button quiet small" aria-label={subject.kind === 'conflict' ? `Open the conflict: ${words}` : `Show both ACUs: ${words}`}
                onClick={() => { if (subject.kind === 'conflict') void openConflict(subject.a, subject.b, subject.path); else openAcus(subject.ids); }}>
                {subject.kind === 'conflict' ? 'Open' : 'Show'}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** A sentence, what to do, and on demand all that is known. */
export function Failed({ failure: { sentence, hint, details }, children }: { failure: Failure; children?: ReactNode }) {
  return (
    <div className="console-note is-bad" role="alert">
      {visibleSentence(sentence)} {visibleSentence(hint)} {children}
      {details !== '' && <details><summary>Details</summary><pre className="copyable failure-details">{visibleLines(details)}</pre></details>}
    </div>
  );
}
const visibleLines = (text: string): string => text.split('\n').map((line) => visible(line, 2000)).join('\n');

/** What an answer is until it is there: a sign that it is computed, why it failed, or what is shown of it. */
export function Answer<T>({ of, waitingFor, children }: { of: Answered<T>; waitingFor: string; children: (value: T) => ReactNode }) {
  if (of.failure !== null) return <Failed failure={of.failure}><button type="button" className="button small" onClick={of.again}>Ask again</button></Failed>;
  if (of.value === null) return <div className="part-waiting muted" role="status"><Spinner /> {waitingFor}</div>;
  return children(of.value);
}

export function PartHead({ title, headingId, count, children }: { title: string; headingId?: string; count?: string; children?: ReactNode }) {
  return (
    <header className="panel-head">
      <h2 id={headingId} className="truncate">{title}</h2>
      {count !== undefined && <span className="muted small truncate">{count}</span>}
      <span className="spacer" />
      {children}
    </header>
  );
}
