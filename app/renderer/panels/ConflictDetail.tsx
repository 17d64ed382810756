// One conflict in full: base, every side and the merged text, side by side; who made the sides and what can be done.
import { Suspense, useMemo, useState } from 'react';
import { byLines } from '../../core/entities/outline.ts';
import { pathIn } from '../../core/pathKey.ts';
import { visible } from '../../core/visible.ts';
import { add } from '../app/actions.ts';
import { conflictFile, pathOf } from '../app/conflicts.ts';
import { Author, Empty, Id, Spinner } from '../components/atoms.tsx';
import { CommandButton } from '../components/CommandButton.tsx';
import { TextView } from '../components/Diff.tsx';
import { MenuButton } from '../components/MenuButton.tsx';
import { Glyph, Icon } from '../components/Icon.tsx';
import { useAnswer } from '../components/useAnswer.ts';
import { conflictKey, useConflictQuery } from '../state/conflicts.ts';
import { useConnection } from '../state/connection.ts';
import { markOf } from '../state/markIndex.ts';
import { decisionOf, nameOf, useReplica } from '../state/replica.ts';
import { useSelection } from '../state/selection.ts';
import { shortName } from '../state/shortName.ts';
import { useUi } from '../state/ui.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { bytesWords, listed } from '../state/words.ts';
import { ids } from '../testids.ts';
import type { AcuId } from '../../core/bytes.ts';
import type { Methods, Shown } from '../../contract/methods.ts';
import { edgeMark, edgeNames } from '../../workers/client.ts';
import type { ConflictView } from '../../workers/client.ts';
import { WhoKnows } from './WhoKnows.tsx';

export function ConflictDetail() {
  const chosen = useConflictQuery((s) => s.chosen);
  return (
    <section className="panel conflict-detail" aria-label="Conflict">
      {chosen === null ? <Empty title="No conflict chosen">Choose one to read the base, what each side makes of it, and the merged text.</Empty> : <One key={conflictKey(chosen)} conflict={chosen} />}
    </section>
  );
}

type File = Methods['conflictFile']['result'];

function One({ conflict }: { conflict: ConflictView }) {
  const generation = useReplica((s) => s.generation), online = useConnection((s) => s.state === 'open');
  const decided = useReplica((s) => decisionOf(s, conflict));
  const { value, state } = useAnswer(online ? `${generation} ${conflictKey(conflict)}` : null, () => conflictFile(conflict));
  const told = pathIn(conflict.path), asked = useAnswer(told === null ? conflict.path : null, () => pathOf(conflict.path)).value, path = told ?? asked;
  return (
    <div className="stack fill" data-testid={ids.conflictDetail} data-kind={conflict.kind}>
      <header className="panel-head">
        <Glyph mark={edgeMark[decided === null ? conflict.verdict : 'decided']} size={13} />
        <h2 className="truncate mono copyable" title={conflict.shown}>{conflict.shown}</h2>
        <span className="muted small">{conflict.kind} · {edgeNames[conflict.verdict]}{decided !== null && ', decided'}</span>
        <span className="spacer" />
        {conflict.verdict !== 'risk' && <CommandButton id="conflict.decide" className="button small">Decide this…</CommandButton>}
        <MenuButton menu="conflict" of={conflict.shown} className="button quiet small icon" />
      </header>
      <div className="conflict-about">
        <p className="copyable">{conflict.detail.charAt(0).toUpperCase() + conflict.detail.slice(1)}.{value !== null && value.merged === null && ' There is no merged text for this kind of conflict.'}</p>
        {value !== null && <Named file={value} path={conflict.shown} />}
        <div className="conflict-parties"><Party id={conflict.a} /><span className="muted">×</span>{conflict.b === 'base' ? <span className="muted">the base</span> : <Party id={conflict.b} />}</div>
        {decided !== null && <div className="conflict-parties"><span className="muted">decided by hand in</span><Party id={decided.id} /></div>}
      </div>
      {path !== null && <WhoKnows a={conflict.a} b={conflict.b} path={path} />}
      {value === null
        ? <div className="diff-note">{!online ? <span className="muted">The texts come from the service, which is away.</span> : state === 'failed' ? <span className="muted">The texts could not be read.</span> : <Spinner />}</div>
        : <Sides file={value} path={conflict.shown} />}
    </div>
  );
}

function Party({ id }: { id: AcuId }) {
  const row = useReplica((s) => s.byId.get(id));
  const mark = useVerdicts((s) => (row === undefined || s.marks === null ? 'unknown' : markOf(s.marks[row.index])));
  if (row === undefined) return <span className="muted">{nameOf(id)}</span>;
  return (
    <span className="party">
      <button type="button" className="acu-link" title={`${row.name}: show this ACU`} onClick={() => { useSelection.setState({ selected: new Set([id]), cursor: id, anchor: id }); useUi.setState({ tab: 'compose', inspector: 'acu' }); }}><Glyph mark={mark} size={10} /><span className="truncate">{shortName(row)}</span></button>
      <Author name={row.author} email={row.email} /><Id id={id} what="ACU" />
      {mark !== 'in' && row.standing === 'exact' && <button type="button" className="button quiet small" onClick={(event) => { useUi.setState({ tab: 'compose' }); void add([id], event.timeStamp); }}><Icon name="plus" size={11} />Add</button>}
    </span>
  );
}

/** What is named where the places are: told from the base's text. */
function Named({ file: { base, places }, path }: { file: File; path: string }) {
  const names = useMemo(() => {
    const text = textOf(base);
    if (text === null || places.length === 0 || text.length > MOST_OUTLINED) return [];
    const outline = byLines.outline(text.split('\n'), path), innermost = (line: number) => outline.findLast(({ start, end }) => start <= line && line < end);
    const nameAt = (line: number): string | null => {
      const names: string[] = [];
      for (let at = innermost(line); at !== undefined; at = outline[at.parent]) names.unshift(visible(at.name));
      return names.length === 0 ? null : names.join(' › ');
    };
    return [...new Set(places.flatMap(({ start }) => nameAt(start) ?? []))];
  }, [base, places, path]);
  return names.length === 0 ? null : <p className="conflict-entities small">In <span className="mono">{listed(names, 3)}</span>.</p>;
}

const MOST_OUTLINED = 2_000_000;

function Sides({ file, path }: { file: File; path: string }) {
  const base = textOf(file.base);
  // Equal names of the parties would be told apart by nothing else.
  const [names] = useState(() => file.sides.map((side) => (side.acu === 'base' ? 'The base now' : nameOf(side.acu))));
  return (
    <div className="sides" data-merged={file.merged !== null}>
      <Column path={path} side="base" title="Base" shown={file.base} places={file.places} />
      {file.sides.map((side, i) => <Column key={i} path={path} side={names[i]!} title={names[i]!} shown={side.shown} against={base} about={file.places} />)}
      {file.merged !== null && <Column path={path} side="merged" title="Merged" shown={file.merged} markers />}
    </div>
  );
}

const textOf = (shown: Shown | null): string | null => (shown === null || shown.binary ? null : shown.text);

interface ColumnProps {
  readonly path: string;
  readonly side: string; readonly title: string;
  readonly shown: Shown | null;
  readonly against?: string | null;
  readonly about?: File['places'];
  readonly places?: File['places'];
  readonly markers?: boolean;
}

function Column({ path, side, title, shown, against = null, about, places, markers = false }: ColumnProps) {
  return (
    <section className="side" aria-label={title} data-testid={ids.side} data-side={side}>
      <div className="section-head truncate" title={title}>{title}{shown?.truncated === true && <span className="muted"> · first part of {bytesWords(shown.bytes)}</span>}</div>
      {shown === null ? <div className="diff-note muted">The file does not exist here.</div>
        : shown.binary ? <div className="diff-note muted">Binary, {bytesWords(shown.bytes)}.</div>
        : (
          <Suspense fallback={<div className="diff-note"><Spinner /></div>}>
            <TextView text={shown.text} label={title} path={path} against={against} {...(about === undefined ? {} : { about })} {...(places === undefined ? {} : { places })} markers={markers} />
          </Suspense>
        )}
    </section>
  );
}
