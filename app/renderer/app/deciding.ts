// What a person does with conflicts that are decided by hand: keeps them open, goes through their places, answers, composes what was decided.
import type { AcuId } from '../../core/bytes.ts';
import type { GivenAnswer } from '../../contract/resolving.ts';
import { composedIn, useComposition } from '../state/composition.ts';
import { type Chosen, bytesOf, givenAnswers, leftIn, nextLeft, nothingDecided, placeAt, placesOf, unfit, useDeciding, withAsked } from '../state/deciding.ts';
import { complain, news } from '../state/notices.ts';
import { useOperations } from '../state/operations.ts';
import { nameOf, useReplica } from '../state/replica.ts';
import { showPane } from '../state/room.ts';
import { PAST, isPast } from '../state/time.ts';
import { say, useUi } from '../state/ui.ts';
import { listed, plural } from '../state/words.ts';
import { ids as testIds } from '../testids.ts';
import { undo } from './actions.ts';
import { attempt, isCancelled, operate } from './operating.ts';
import { byTestId, regainFocus } from './regainFocus.ts';
import { connected, service } from './session.ts';

const undoing = { title: 'Undo', run: (): void => { void undo(); } };

/** Keeps ACUs beside the composition until somebody decides: they conflict with it, or with the base. */
export async function keepOpen(ids: readonly AcuId[]): Promise<void> {
  if (await keep(ids)) regainFocus([`${byTestId(testIds.openConflict)}[data-acu="${ids[0]!}"] .open-actions button`]);
}

/** True where they are open now. */
async function keep(ids: readonly AcuId[]): Promise<boolean> {
  const names = listed(ids.map(nameOf)), result = await operate('keepOpen', { add: [...ids], drop: [] }, `Keep ${names} open`);
  if (result === null) return false;
  useComposition.setState({ confirmed: result.composition, proposal: null });
  await refreshOpen();
  say(`${names} ${ids.length === 1 ? 'is' : 'are'} kept open: decide when you like.`);
  return true;
}

export async function dropOpen(ids: readonly AcuId[]): Promise<void> {
  const names = listed(ids.map(nameOf)), result = await operate('keepOpen', { add: [], drop: [...ids] }, `Drop ${names}`);
  if (result === null) return;
  useComposition.setState({ confirmed: result.composition });
  if (ids.includes(useDeciding.getState().acu!)) leave();
  await refreshOpen();
  news(`${names} ${ids.length === 1 ? 'is' : 'are'} not kept open any more.`, undoing);
}

let turn = 0;

/** How what is kept open stands now. */
async function refreshOpen(): Promise<void> {
  const wanted = useComposition.getState().confirmed?.open ?? [], mine = ++turn;
  if (wanted.length === 0) { useDeciding.setState({ open: [] }); return; }
  if (!connected() || isPast()) return;
  try {
    const { open } = await service().call('openConflicts', {});
    if (mine === turn) useDeciding.setState({ open });
  } catch (error) {
    if (mine === turn && connected()) complain(error);
  }
}

/** Keeps what is open, and what is being decided, in step with operations and with the graph; returns what stops it. */
export function keepDeciding(): () => void {
  const again = (): void => {
    void refreshOpen();
    const { acu } = useDeciding.getState();
    if (acu !== null) void ask(acu);
  };
  const stops = [
    useOperations.subscribe((now, before) => { if (now.last?.id !== before.last?.id) again(); }),
    useReplica.subscribe((now, before) => { if (now.generation !== before.generation) again(); }),
    useComposition.subscribe((now, before) => { if (now.confirmed?.open !== before.confirmed?.open) void refreshOpen(); }),
  ];
  again();
  return () => { for (const stop of stops) stop(); };
}

/** Opens the places of one: kept open first, if it is neither that nor composed. */
export async function decide(acu: AcuId): Promise<void> {
  const { confirmed } = useComposition.getState();
  if (isPast()) { say(PAST); return; }
  if (composedIn(useComposition.getState()).includes(acu)) { say(`${nameOf(acu)} is composed: there is nothing to decide.`); return; }
  if (confirmed?.open?.includes(acu) !== true && !await keep([acu])) return;
  const shown = look(acu);
  useUi.setState({ tab: 'compose', inspector: 'decide', inspectorHidden: false, graphLarge: false });
  showPane('inspector');
  await shown;
  focusPlaces();
}

/** The places of one that is kept open, for whoever is where decisions are made already: the keyboard stays where it is. */
export function look(acu: AcuId): Promise<void> {
  useDeciding.setState(({ acu: now }) => ({ isLarge: true, ...now === acu ? {} : { ...nothingDecided, acu } }));
  return ask(acu);
}

let asking = 0;

async function ask(acu: AcuId): Promise<void> {
  if (!connected() || isPast()) return;
  const mine = ++asking;
  try {
    const asked = await service().call('toDecide', { acu });
    if (mine === asking && useDeciding.getState().acu === acu) useDeciding.setState((state) => withAsked(state, asked));
  } catch (error) {
    if (mine === asking && connected()) { useDeciding.setState(nothingDecided); complain(error); }
  }
}

let isWanted = false;

/** Puts the keyboard where J, K and the digits are heard, as soon as that is there. */
export function focusPlaces(): void {
  isWanted = true;
  requestAnimationFrame(() => takeFocus(document.querySelector('[data-decide]')));
}

/** By what hears the keys, once it is there: it gets the keyboard if somebody meant to decide. */
export function takeFocus(places: HTMLElement | null): void {
  if (places === null || !isWanted) return;
  isWanted = false;
  places.focus();
}

/** Back to the composition; what was answered is kept until another is decided. */
export function leave(): void {
  useDeciding.setState(nothingDecided);
  useUi.setState({ inspector: 'composed' });
}

export function go(at: number): void {
  const { length } = placesOf(useDeciding.getState().asked);
  if (length > 0) useDeciding.setState({ at: Math.max(0, Math.min(length - 1, at)), isWriting: false });
}

export const step = (by: 1 | -1): void => go(useDeciding.getState().at + by);

function put(id: string, chosen: Chosen): void { useDeciding.setState(({ answers }) => ({ answers: new Map(answers).set(id, chosen) })); }

/** Answers the place that is looked at; the result is seen before one goes on. */
export function take(how: Exclude<GivenAnswer['take'], 'text'>): void {
  const here = placeAt(useDeciding.getState());
  if (here === null) return;
  const why = unfit(here.place, how);
  if (why !== null) { say(why); return; }
  put(here.id, { answer: { take: how }, from: 'person' });
  useDeciding.setState({ isWriting: false });
  say(`${takeNames[how]}. ${leftWords(leftIn(useDeciding.getState()))}`);
}

const takeNames: Readonly<Record<GivenAnswer['take'], string>> = { ours: 'Ours', theirs: 'Theirs', both: 'Both, ours first', reversed: 'Both, theirs first', text: 'Written by hand' };
export const leftWords = (left: number): string => (left === 0 ? 'Every place is decided.' : `${plural(left, 'place')} left.`);

/** Begins to write the text of the place, or says why that cannot be. */
export function write(): void {
  const here = placeAt(useDeciding.getState());
  if (here === null) return;
  const why = unfit(here.place, 'text');
  if (why !== null) { say(why); return; }
  useDeciding.setState({ isWriting: true, wholeFile: false });
}

/** Takes over what was written so far. */
export function written(text: string): void {
  const here = placeAt(useDeciding.getState());
  if (here !== null) put(here.id, { answer: { take: 'text', text: bytesOf(text, here.place.ends) }, from: 'person' });
}

export function doneWriting(): void {
  useDeciding.setState({ isWriting: false });
  focusPlaces();
}

/** Accepts what the place is decided to be, a recorded answer too, and goes on to the next that is left. */
export function accept(): void {
  const state = useDeciding.getState(), here = placeAt(state), chosen = here === null ? undefined : state.answers.get(here.id);
  if (here === null) return;
  if (chosen === undefined) {
    const { earlier } = here.place;
    if (earlier === null) { say('Choose ours, theirs, both, or write the text first.'); return; }
    put(here.id, { answer: earlier.answer, from: 'person' });
  } else if (chosen.from === 'earlier') put(here.id, { ...chosen, from: 'person' });
  const now = useDeciding.getState(), next = nextLeft(now);
  if (next !== now.at) { go(next); return; }
  if (leftIn(now) > 0) return;
  if (now.at + 1 < placesOf(now.asked).length) { go(now.at + 1); return; }
  // nothing is left: Enter again composes
  say('Every place is decided: compose what was decided.');
  document.querySelector<HTMLElement>(byTestId(testIds.decideCompose))?.focus();
}

/** All places that nobody has answered yet. */
export function takeRest(how: 'ours' | 'theirs'): void {
  const state = useDeciding.getState(), answers = new Map(state.answers);
  let n = 0;
  for (const { id, place } of placesOf(state.asked)) if (!answers.has(id) && unfit(place, how) === null) { answers.set(id, { answer: { take: how }, from: 'person' }); n++; }
  useDeciding.setState({ answers });
  say(`${takeNames[how]} for ${plural(n, 'place')}. ${leftWords(leftIn(useDeciding.getState()))}`);
}

/** Composes what was decided: one operation. */
export async function compose(): Promise<void> {
  const state = useDeciding.getState(), answers = givenAnswers(state), { acu } = state;
  if (acu === null || answers === null) { const left = leftIn(state); go(nextLeft(state)); say(`${plural(left, 'place')} left: decide ${left === 1 ? 'it' : 'them'} first.`); return; }
  const name = nameOf(acu);
  try {
    const { composition, resolution } = await attempt('decide', { acu, answers }, `Decide ${name}`);
    useDeciding.setState(nothingDecided);
    useComposition.setState({ confirmed: composition, proposal: null });
    useUi.setState({ inspector: 'composed' });
    await refreshOpen();
    regainFocus([byTestId(testIds.composition), byTestId(testIds.inspector)]);
    const isOpen = resolution !== null && composition.open?.includes(resolution) === true;
    news(resolution === null ? `Nothing is left of ${name} but what was there: it is not composed.` : isOpen ? `${name} is decided, and conflicts with others still: that is open now.` : `${name} is decided and composed.`, undoing);
  } catch (error) {
    if (!isCancelled(error)) complain(error);
    await ask(acu);
  }
}

/** Decides one as it was decided before, where every place of it has an answer recorded for it. */
export async function decideAsBefore(acu: AcuId): Promise<void> {
  await decide(acu);
  const state = useDeciding.getState();
  if (state.acu === acu && givenAnswers(state) !== null) await compose();
}
