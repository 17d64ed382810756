// Deciding conflicts by hand: the places of one ACU that conflicts, one by one, each with both sides, what either had before, and the result as one
// chooses; then all of it composed as one operation. Keys are commands of the registry (commands/deciding.ts).
import { Fragment, Suspense, lazy, useEffect, useRef } from 'react';
import * as deciding from '../../app/deciding.ts';
import { service } from '../../app/session.ts';
import { Ago, Empty, Spinner } from '../../components/atoms.tsx';
import { AcuLink } from '../../components/AcuLink.tsx';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Diff } from '../../components/Diff.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Keys } from '../../components/Keys.tsx';
import { useAnswer } from '../../components/useAnswer.ts';
import { useComposition } from '../../state/composition.ts';
import { useConnection } from '../../state/connection.ts';
import { type Chosen, type PlaceAt, givenAnswers, leftIn, placesOf, textOf, useDeciding } from '../../state/deciding.ts';
import { nameOf, useReplica } from '../../state/replica.ts';
import { useTime } from '../../state/time.ts';
import { bytesWords, listed, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { AcuId } from '../../../core/bytes.ts';
import { display } from '../../../core/bytes.ts';
import type { ConflictKind } from '../../../core/model.ts';
import { visible, visibleSentence } from '../../../core/visible.ts';
import type { Shown } from '../../../contract/methods.ts';
import type { FileToDecide, PlaceToDecide } from '../../../contract/resolving.ts';
import './decide.css';

const Part = lazy(() => import('./Part.tsx'));
const none: readonly AcuId[] = [];
const shownPath = (path: string): string => visible(display(path as never));

export default function Decide() {
  const { acu, asked } = useDeciding(), open = useComposition((s) => s.confirmed?.open ?? none), isPast = useTime((s) => s.at !== null);
  useReplica((s) => s.generation);
  useConnection((s) => s.state);
  const only = open.length === 1 && !isPast ? open[0]! : null;
  // of one there is nothing to choose; not asked again where it could not be read
  useEffect(() => { if (only !== null && useDeciding.getState().acu === null) void deciding.look(only); }, [only]);
  if (isPast) return <Empty title="Decisions are made now">What was open then is listed above the composition. Go back to now to decide.</Empty>;
  if (acu === null) {
    return open.length === 0
      ? <Empty title="Nothing is open">
          When an ACU conflicts with what is composed, keep it open: then you go through the places here, one by one, and take ours, theirs, both, or write the
          text. What you decide is composed as one step, and remembered for when the same conflict returns.
        </Empty>
      : <Empty title={`${plural(open.length, 'conflict')} kept open`}>
          <span className="empty-actions">
            {open.slice(0, 8).map((id) => (
              <button key={id} type="button" className="button small" onClick={() => { void deciding.decide(id); }}>Decide {nameOf(id)}</button>
            ))}
          </span>
        </Empty>;
  }
  if (asked === null) return <div className="empty" role="status"><Spinner />Looking at what is to be decided of {nameOf(acu)}</div>;
  if (asked.state === 'fits') return <Empty title={`${nameOf(acu)} fits now`}>Nothing stands against it any more: add it to the composition.</Empty>;
  if (asked.state === 'unable') return <Empty title={`${nameOf(acu)} cannot be decided here`}>{visibleSentence(asked.reason)}.</Empty>;
  return <Places />;
}

function Places() {
  const state = useDeciding(), { acu, asked, at, answers, isWriting, wholeFile, isLarge } = state, places = placesOf(asked), here = places[at] ?? null, left = leftIn(state);
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => deciding.takeFocus(host.current), []);
  const against = asked!.state === 'stale' ? 'the base' : listed(asked!.against.map(nameOf), 3), recorded = [...answers.values()].filter(({ from }) => from === 'earlier').length;
  return (
    <div ref={host} className="decide" data-decide tabIndex={-1} data-testid={ids.decide} data-acu={acu} data-left={left} data-at={at} role="group"
      aria-label={`Decide ${nameOf(acu!)}`}>
      <header className="decide-head">
        <div className="decide-title"><strong className="truncate">{nameOf(acu!)}</strong> <span className="muted">against</span> <span className="truncate">{against}</span></div>
        <span className="decide-left" role="status">{places.length === 0 ? 'no place to decide' : left === 0 ? 'all decided' : `${left} of ${places.length} left`}</span>
        <CommandButton id="decide.large" className="button quiet small icon"><Icon name={isLarge ? 'restore' : 'maximise'} size={13} /></CommandButton>
        <CommandButton id="decide.leave" className="button quiet small icon"><Icon name="close" size={12} /></CommandButton>
      </header>
      {recorded > 0 && (
        <p className="decide-recorded small">
          <Icon name="time" size={12} />{plural(recorded, 'place')} filled in from an earlier decision of the same conflict: look
          at {recorded === 1 ? 'it' : 'them'}, or compose as {recorded === 1 ? 'it was' : 'they were'}.
        </p>
      )}
      <div className="decide-body">
        {places.length > 0 && <Rail places={places} at={at} answers={answers} />}
        {here === null
          ? <div className="decide-place">
              <Empty title="Nothing is left to choose">
                They merge as they are when {nameOf(acu!)} comes last; in another order git may come to something else. Composing says that this order is meant.
              </Empty>
            </div>
          : <Place key={here.id} here={here} chosen={answers.get(here.id) ?? null} isWriting={isWriting} wholeFile={wholeFile} />}
      </div>
      <footer className="decide-foot">
        <CommandButton id="decide.previous" className="button quiet small icon"><Icon name="up" size={13} /></CommandButton>
        <CommandButton id="decide.next" className="button quiet small icon"><Icon name="down" size={13} /></CommandButton>
        <CommandButton id="decide.accept" className="button small">Accept, next <Keys keys="Enter" /></CommandButton>
        <CommandButton id="decide.compose" className={`button small${left === 0 ? ' primary' : ''}`} testId={ids.decideCompose}>Compose what was decided</CommandButton>
        <span className="spacer" />
        {left > 1 && (
          <>
            <CommandButton id="decide.restOurs" className="button quiet small">Ours for the rest</CommandButton>
            <CommandButton id="decide.restTheirs" className="button quiet small">Theirs for the rest</CommandButton>
          </>
        )}
      </footer>
    </div>
  );
}

const answered: Readonly<Record<Chosen['answer']['take'], string>> = { ours: 'ours', theirs: 'theirs', both: 'both', reversed: 'both, reversed', text: 'written' };

/** All places by file, each with what it was decided to be. */
function Rail({ places, at, answers }: { places: readonly PlaceAt[]; at: number; answers: ReadonlyMap<string, Chosen> }) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => { list.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' }); }, [at]);
  const files = Map.groupBy(places.map((place, n) => ({ place, n })), ({ place }) => place.file);
  return (
    <nav className="decide-rail" aria-label="Places" ref={list}>
      {[...files].slice(0, MOST_FILES).map(([file, some]) => (
        <Fragment key={file.path}>
          <div className="rail-file truncate mono" title={shownPath(file.path)}>{shownPath(file.path)}</div>
          <ul>
            {some.slice(0, MOST_PLACES).map(({ place, n }) => {
              const chosen = answers.get(place.id), said = chosen === undefined ? 'to decide' : answered[chosen.answer.take];
              return (
                <li key={place.id}>
                  <button type="button" className="rail-place" tabIndex={-1} aria-current={n === at} onClick={() => { deciding.go(n); deciding.focusPlaces(); }}>
                    <span className={`rail-mark${chosen === undefined ? '' : ' is-done'}`} aria-hidden="true">
                      {chosen === undefined ? null : <Icon name={chosen.from === 'earlier' ? 'time' : 'check'} size={11} />}
                    </span>
                    <span className="truncate">{placeName(place.place)}</span><span className="rail-said tiny">{said}{chosen?.from === 'earlier' ? ' before' : ''}</span>
                  </button>
                </li>
              );
            })}
            {some.length > MOST_PLACES && <li className="rail-more tiny muted">and {plural(some.length - MOST_PLACES, 'more place')}: J goes through all</li>}
          </ul>
        </Fragment>
      ))}
      {files.size > MOST_FILES && <div className="rail-more tiny muted">and {plural(files.size - MOST_FILES, 'more file')}: J goes through all</div>}
    </nav>
  );
}

/** Files, and places of one, that are listed: beyond that one goes through them. */
const MOST_FILES = 200, MOST_PLACES = 200;

const linesIn = (text: string): number => (text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0));

function placeName({ shape, kind, at, ours }: PlaceToDecide): string {
  if (shape === 'files') return kind;
  const n = linesIn(ours?.text ?? '');
  return n > 1 ? `lines ${at[0] + 1}–${at[0] + n}` : n === 1 ? `line ${at[0] + 1}` : at[0] === 0 ? 'at the start' : `after line ${at[0]}`;
}

function Place({ here: { file, place, id }, chosen, isWriting, wholeFile }: { here: PlaceAt; chosen: Chosen | null; isWriting: boolean; wholeFile: boolean }) {
  const isStale = useDeciding((s) => s.asked?.state === 'stale'), name = shownPath(file.path);
  return (
    <section className="decide-place" aria-label={`${name}, ${placeName(place)}`}>
      <h3 className="decide-where">
        <span className="mono truncate" title={name}>{name}</span>
        <span className="muted">{place.shape === 'lines' ? placeName(place) : kindWords[place.kind] ?? place.kind}</span>
        {place.ends === 'crlf' && <span className="badge" title="Its lines end in CR LF; so will those that you write">CRLF</span>}
        {place.ends === 'mixed' && <span className="badge" title="Its lines end in LF and in CR LF">mixed line ends</span>}
      </h3>
      <div className="decide-sides" data-shape={place.shape}
        data-before={place.shape === 'lines' && (place.base === null || (place.base.text === '' && !place.base.binary)) ? 'nothing' : 'lines'}>
        <Side side="base" title="Before" who={null} shown={place.base} place={place} file={file} against={place.ours?.text ?? null} also={place.theirs?.text ?? null} />
        <Side side="ours" title="Ours" who={isStale ? 'the base now' : null} acus={file.ours} shown={place.ours} place={place} file={file}
          against={place.base?.text ?? null} isTaken={chosen !== null && ['ours', 'both', 'reversed'].includes(chosen.answer.take)} />
        <Side side="theirs" title="Theirs" who={null} acus={file.theirs} shown={place.theirs} place={place} file={file} against={place.base?.text ?? null}
          isTaken={chosen !== null && ['theirs', 'both', 'reversed'].includes(chosen.answer.take)} />
      </div>
      <div className="decide-choice" role="toolbar" aria-label="What it becomes">
        {([['decide.ours', 'Ours', '1', 'ours'], ['decide.theirs', 'Theirs', '2', 'theirs'], ['decide.both', 'Both', '3', 'both'], ['decide.reversed', 'Theirs, then ours', '4', 'reversed'], ['decide.write', 'Write', 'E', 'text']] as const).map(([command, label, key, take]) => (
          <span key={command} className={chosen?.answer.take === take ? 'choice is-taken' : 'choice'}>
            <CommandButton id={command} className="button small">{label} <Keys keys={key} /></CommandButton>
          </span>
        ))}
        <span className="spacer" />
        <CommandButton id="decide.file" className="button quiet small">{wholeFile ? 'The place' : 'Whole file'} <Keys keys="W" /></CommandButton>
      </div>
      {place.earlier !== null && <Earlier place={place} chosen={chosen} />}
      <div className="decide-result" data-testid={ids.decideResult} data-take={chosen?.answer.take ?? ''}>
        {wholeFile ? <WholeFile file={file} /> : <Result file={file} place={place} id={id} chosen={chosen} isWriting={isWriting} />}
      </div>
    </section>
  );
}

/** What is the matter with a file that cannot be merged by lines. */
const kindWords: Readonly<Partial<Record<ConflictKind, string>>> = {
  'modify/delete': 'one deletes it, the other changes it', 'add/add': 'both add it with different content', 'mode': 'both change its mode', 'binary': 'both change this binary file', 'symlink': 'both point this link elsewhere',
  'submodule': 'both move this submodule', 'directory/file': 'one has a file here, the other a directory', 'type': 'both change what it is', 'rename/rename': 'both rename it, to different names',
  'rename/delete': 'one renames it, the other deletes it', 'rename/add': 'one renames a file to this name, the other adds one', 'directory rename': 'one adds it to a directory that the other renames',
};

function Earlier({ place: { earlier }, chosen }: { place: PlaceToDecide; chosen: Chosen | null }) {
  const { here, path, time, answer } = earlier!;
  if (here && chosen?.from !== 'earlier') return null;
  return (
    <p className="decide-earlier small">
      <Icon name="time" size={12} />
      {here
        ? <>Filled in: decided so <Ago time={time / 1000} /> in this file.</>
        : <>The same conflict was decided as “{answered[answer.take]}” <Ago time={time / 1000} /> in <span className="mono">{shownPath(path)}</span>.</>}
      {!here && chosen === null && <button type="button" className="link" onClick={deciding.accept}>Take that answer</button>}
    </p>
  );
}

/** What one side has there: its lines, or what it makes of the file. */
function Side({ side, title, who, acus = none, shown, place, file, against, also = null, isTaken = false }: {
  side: 'base' | 'ours' | 'theirs'; title: string; who: string | null; acus?: readonly AcuId[]; shown: Shown | null; place: PlaceToDecide; file: FileToDecide;
  against: string | null; also?: string | null; isTaken?: boolean;
}) {
  return (
    <div className={`decide-side side-${side}${isTaken ? ' is-taken' : ''}`}>
      <div className="decide-side-head">
        <span className="decide-side-name">{title}</span>
        {who !== null && <span className="muted truncate">{who}</span>}
        {acus.slice(0, 2).map((id) => <AcuLink key={id} id={id} />)}
        {acus.length > 2 && <span className="tiny muted" title={acus.slice(2).map(nameOf).join(', ')}>+{acus.length - 2}</span>}
      </div>
      <Text shown={shown} empty={emptyWords(side, place)} label={`${title}, ${shownPath(file.path)}`} path={shownPath(file.path)}
        first={place.at[side === 'ours' ? 0 : side === 'theirs' ? 1 : 2] + 1} against={against} also={also} isBefore={side === 'base'} />
      {place.paths.length > 0 && (place.paths.length > 1 || shown === null) && (
        <ul className="decide-paths small">
          {place.paths.map((one) => (
            <li key={one.path} className="truncate" title={shownPath(one.path)}>
              {one[side] === null
                ? <span className="muted">no <span className="mono">{shownPath(one.path)}</span></span>
                : <span className="mono">{shownPath(one.path)}</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function emptyWords(side: 'base' | 'ours' | 'theirs', { shape, paths }: PlaceToDecide): string {
  if (shape === 'files') return paths.length > 1 ? '' : side === 'base' ? 'There was no such file.' : 'It is deleted.';
  return side === 'base' ? 'Nothing was here.' : 'Nothing is left here.';
}

function Text({ shown, empty, label, path, first, against, also = null, isBefore = false, stands }: {
  shown: Shown | null; empty: string; label: string; path: string; first: number; against?: string | null; also?: string | null; isBefore?: boolean;
  stands?: readonly [number, number];
}) {
  if (shown === null || (shown.text === '' && !shown.binary)) return empty === '' ? null : <div className="decide-note muted">{empty}</div>;
  if (shown.binary) return <div className="decide-note muted">A binary file of {bytesWords(shown.bytes)}.</div>;
  return (
    <>
      <Suspense fallback={<div className="decide-note"><Spinner /></div>}>
        <Part text={trimmed(shown.text)} label={label} path={path} first={first}
          {...(against === undefined ? {} : { against: against === null ? null : trimmed(against), also: also === null ? null : trimmed(also), isBefore })}
          {...(stands === undefined ? {} : { place: stands })} />
      </Suspense>
      {shown.truncated && <div className="decide-note tiny muted">Only the first part is shown: it has {bytesWords(shown.bytes)}.</div>}
    </>
  );
}

/** An editor shows a last line end as an empty line more. */
const trimmed = (text: string): string => (text.endsWith('\n') ? text.slice(0, text.endsWith('\r\n') ? -2 : -1) : text).replaceAll('\r\n', '\n');

/** The place as it will be, among the lines around it. */
function Result({ file, place, id, chosen, isWriting }: { file: FileToDecide; place: PlaceToDecide; id: string; chosen: Chosen | null; isWriting: boolean }) {
  const path = shownPath(file.path), text = chosen === null ? null : textOf(place, chosen.answer);
  if (isWriting) {
    // begun with what was chosen, else with both
    const from = (text ?? textOf(place, { take: 'both' }) ?? '').replaceAll('\r\n', '\n');
    return (
      <>
        <div className="decide-result-head small muted">
          Writing · <Keys keys="Escape" /> keeps it · <Keys keys="Mod+Enter" /> keeps it and goes on{place.ends === 'crlf' && ' · lines end in CR LF'}
        </div>
        <Suspense fallback={<div className="decide-note"><Spinner /></div>}>
          <Part key={id} text={from} label={`The text of ${path}, to be written`} path={path} first={place.at[0] + 1} onWrite={deciding.written}
            done={(how) => { deciding.doneWriting(); if (how === 'accept') deciding.accept(); }} />
        </Suspense>
      </>
    );
  }
  if (chosen === null) return <div className="decide-note muted">Choose a side: the result is shown here before anything is composed.</div>;
  if (place.shape === 'files' && (text === null || place.paths.length > 1)) return <div className="decide-note">{filesWords(place, chosen)}</div>;
  const around = { lead: place.lead, tail: place.tail }, body = text ?? '';
  const before = linesIn(around.lead), inside = linesIn(body), all = `${around.lead}${body}${body !== '' && !body.endsWith('\n') && around.tail !== '' ? '\n' : ''}${around.tail}`;
  return (
    <>
      <div className="decide-result-head small muted">Result{inside === 0 ? ': these lines are gone' : ''}</div>
      <Text shown={{ text: all, binary: false, bytes: all.length, truncated: false }} empty="The file is empty then." label={`The result in ${path}`}
        path={path} first={place.at[0] + 1 - before} stands={[before, before + inside]} />
    </>
  );
}


function filesWords({ paths, kind }: PlaceToDecide, { answer: { take } }: Chosen): string {
  const has = paths.map((one) => ({ path: shownPath(one.path), entry: take === 'theirs' ? one.theirs : take === 'ours' ? one.ours : one.ours ?? one.theirs }));
  const there = has.filter(({ entry }) => entry !== null).map(({ path }) => path), gone = has.filter(({ entry }) => entry === null).map(({ path }) => path);
  const who = take === 'ours' ? 'As ours has it' : take === 'theirs' ? 'As theirs has it' : 'Both';
  return kind === 'mode' ? `${who}: mode ${(has[0]!.entry?.mode ?? 0).toString(8)}.` : `${who}: ${[...there.length > 0 ? [`${listed(there, 4)} ${there.length === 1 ? 'stands' : 'stand'}`] : [], ...gone.length > 0 ? [`${listed(gone, 4)} ${gone.length === 1 ? 'is' : 'are'} gone`] : []].join('; ')}.`;
}

/** The file with all its places as they are decided, against the base. */
function WholeFile({ file }: { file: FileToDecide }) {
  const state = useDeciding(), given = givenAnswers({ ...state, asked: { ...state.asked!, files: [file] } });
  const key = given === null ? null : `${state.acu} ${file.path} ${given.map(({ key: of, answer }) => `${of} ${answer.take} ${answer.take === 'text' ? new TextDecoder().decode(answer.text) : ''}`).join(' ')}`;
  const { state: how, value } = useAnswer(key, () => service().call('decidedFile', { acu: state.acu!, path: file.path, answers: given! }));
  if (given === null) return <div className="decide-note muted">Decide every place of this file to see all of it.</div>;
  if (value === null) return <div className="decide-note">{how === 'failed' ? 'It could not be worked out.' : <Spinner />}</div>;
  return <div className="decide-file"><Diff path={display(file.path)} before={value.before} after={value.after} sides={['base', 'decided']} /></div>;
}
