// Reads the history for the Collaboration tab, holds the worker that answers from it, and keeps both in step with the repository: history and work in
// flight are handed over once for each state; what is asked of them needs no round trip. Also what the tab gives away: exports and command lines.
import type { Remote } from 'comlink';
import type { AcuId, PathBytes } from '../../core/bytes.ts';
import type { Asked, AssignmentAsked } from '../../core/collaboration/report.ts';
import { pathKey } from '../../core/pathKey.ts';
import { visibleSentence } from '../../core/visible.ts';
import type { Methods } from '../../contract/methods.ts';
import type { CollaborationApi, CollaborationClient } from '../../workers/client.ts';
import { spawnCollaboration } from '../../workers/client.ts';
import { noDecisions, openBoard, steppedBack, steppedOn, taken, useBoard, withPin } from '../state/board.ts';
import { askedNow, placeNames, places, useCollaboration } from '../state/collaboration.ts';
import type { Failure } from '../state/collaboration.ts';
import { allConflicts, useConflictQuery } from '../state/conflicts.ts';
import { useConnection } from '../state/connection.ts';
import { complain, describe, news } from '../state/notices.ts';
import { useReplica } from '../state/replica.ts';
import { useSelection } from '../state/selection.ts';
import { say, useUi } from '../state/ui.ts';
import { copy } from './actions.ts';
import { attempt, cancel, isCancelled } from './operating.ts';
import { letGo } from './drag.ts';
import { keepFile } from './performance.ts';
import { connected, replica } from './session.ts';
import { collaborationAddress, gpuAddress } from './workers.ts';

let worker: CollaborationClient | null = null;
/** What the worker was given; one that takes the place of a dead one is given the same. `base`: null where it is a part of the history alone. */
let held: { readonly repository: string; readonly base: string | null; readonly digest: string } | null = null;
let flown = -1;
/** One reading at a time, each seeing what is wanted when it begins. */
let chain: Promise<void> = Promise.resolve();
let lookers = 0;

function client(): CollaborationClient {
  if (worker === null) {
    worker = spawnCollaboration(collaborationAddress, new URL(gpuAddress, document.baseURI).href);
    // another is there with the next question; what is on screen asks again
    worker.onDeath((reason) => {
      complain(reason);
      useCollaboration.setState((state) => ({ generation: state.generation + 1 }));
    });
  }
  return worker;
}

export function failureOf(error: unknown): Failure {
  const { sentence, hint, details } = describe(error);
  return { sentence: visibleSentence(sentence), hint: visibleSentence(hint), details };
}

/** Asks the worker; the answer is of what was last loaded. */
export function askWorker<T>(ask: (api: Remote<CollaborationApi>, asked: Asked) => Promise<T>, signal?: AbortSignal): Promise<T> {
  const asked = askedNow(useCollaboration.getState());
  if (questions++ === 0) useCollaboration.setState({ busy: performance.now() });
  return client().call((api) => ask(api, asked), signal).finally(() => { if (--questions === 0) useCollaboration.setState({ busy: null }); });
}
let questions = 0;

/** Gives up what is being worked out; who asked hears that it was cancelled. */
export const stopComputing = (): void => client().cancel();

/** While somebody looks, history and work in flight follow the repository; returns what ends that. */
export function look(): () => void {
  lookers++;
  follow();
  const stops = [
    useReplica.subscribe((now, before) => { if (now.generation !== before.generation || now.status !== before.status) follow(); }),
    useConnection.subscribe((now, before) => { if (now.state === 'open' && before.state !== 'open') follow(); }),
  ];
  return () => {
    for (const stop of stops) stop();
    lookers--;
  };
}

/** Reads again what was stopped or failed. */
export function readAgain(): void {
  useCollaboration.setState({ status: 'idle', failure: null });
  follow();
}

export function stopReading(): void {
  const { ticket } = useCollaboration.getState();
  if (ticket !== null) cancel(ticket);
}

function follow(): void {
  chain = chain.then(step, step);
}

/** `part`: of the newest commits where all of them take long. */
async function readHistory(part: boolean): Promise<Methods['history']['result']> {
  const ticket = crypto.randomUUID();
  useCollaboration.setState({ status: 'reading', ticket, failure: null });
  return attempt('history', { part }, 'Read the history', ticket);
}

async function fly(): Promise<void> { await client().fly(await replica().call((api) => api.inFlight())); }

async function step(): Promise<void> {
  const { status, generation, base } = useReplica.getState(), repository = useConnection.getState().repository?.path, now = useCollaboration.getState();
  if (lookers === 0 || status !== 'ready' || base === null || repository === undefined || now.status === 'stopped' || now.status === 'failed') return;
  openBoard(repository);
  const known = held !== null && held.repository === repository && held.base === base;
  if (known && flown === generation) return;
  if (!known && !connected()) { if (held === null) useCollaboration.setState({ status: 'away' }); return; }
  if (held !== null && held.repository !== repository) useCollaboration.setState({ overview: null, chosen: null, computed: null, asOf: null, part: null });
  try {
    if (!known) {
      let read = await readHistory(held?.repository !== repository);
      if (read.newest !== null) {
        await client().load(read.bytes);
        held = { repository, base: null, digest: read.digest };
        await fly();
        useCollaboration.setState((state) => ({ part: read.newest, generation: state.generation + 1, chosen: null }));
        read = await readHistory(false);
      }
      if (held?.digest !== read.digest) await client().load(read.bytes);
      held = { repository, base, digest: read.digest };
    }
    await fly();
    flown = generation;
    useCollaboration.setState((state) => ({ status: 'ready', ticket: null, part: null, generation: state.generation + 1, chosen: null }));
  } catch (error) {
    if (isCancelled(error)) { useCollaboration.setState({ status: 'stopped', ticket: null }); say('Reading the history was cancelled.'); return; }
    if (!connected() && held === null) { useCollaboration.setState({ status: 'away', ticket: null }); return; }
    useCollaboration.setState({ status: 'failed', ticket: null, failure: failureOf(error) });
  }
}

// ---- going elsewhere

/** To the very conflict in the Conflicts tab. */
export async function openConflict(a: AcuId, b: AcuId | 'base', path: PathBytes): Promise<void> {
  try {
    const { rows } = await replica().call((api) => api.conflictsOf(a, Number.MAX_SAFE_INTEGER));
    const key = pathKey(path), found = rows.find((row) => row.path === key && (row.b === b || row.a === b)) ?? rows.find((row) => row.b === b || row.a === b) ?? null;
    useConflictQuery.setState({ ...allConflicts, inherited: found?.inherited ?? false, acus: [a], chosen: found });
    useUi.setState({ tab: 'conflicts' });
  } catch (error) {
    complain(error);
  }
}

/** Selects ACUs in the Compose tab and shows them. */
export function openAcus(ids: readonly AcuId[]): void {
  const first = ids[0];
  if (first === undefined) return;
  useSelection.setState({ selected: new Set(ids), cursor: first, anchor: first });
  useUi.setState({ tab: 'compose', inspector: 'acu' });
}

// ---- commands

export function nextPlace(step: 1 | -1): void {
  useCollaboration.setState(({ place }) => ({ place: places[(places.indexOf(place) + step + places.length) % places.length]! }));
  const { place } = useCollaboration.getState();
  say(placeNames[place]);
  document.getElementById(`place-${place}`)?.focus();
}

export function switchNames(): void {
  useCollaboration.setState(({ names }) => ({ names: names === 'names' ? 'roles' : 'names' }));
  say(useCollaboration.getState().names === 'roles' ? 'Roles in place of names.' : 'Names.');
}

/** Takes a step on the board that can be taken back. */
export function decide(title: string, after: AssignmentAsked): void {
  useBoard.setState((state) => taken(state, title, after));
  say(`${title}.`);
}

export function undoBoard(): void {
  const last = useBoard.getState().done.at(-1);
  if (last === undefined) return;
  useBoard.setState(steppedBack);
  say(`Taken back: ${last.title}.`);
}

export function redoBoard(): void {
  const next = useBoard.getState().undone.at(-1);
  if (next === undefined) return;
  useBoard.setState(steppedOn);
  say(`Again: ${next.title}.`);
}

/** What the tab shows, as JSON, with roles where roles are shown. Made by what draws it, which is loaded with the tab. */
export async function exportShown(): Promise<void> {
  try {
    const { exportOf } = await import('../panels/collaboration/exports.ts');
    const { name, text } = await exportOf();
    keepFile(name, text, 'application/json');
  } catch (error) {
    complain(error);
  }
}

/** The line that prints the same, to copy. */
export async function copyCommandLine(): Promise<void> {
  const { commandLine } = await import('../panels/collaboration/exports.ts');
  await copy(commandLine(), 'the command line');
}

export async function copyBoard(): Promise<void> {
  try {
    const { boardText } = await import('../panels/collaboration/exports.ts');
    const text = await boardText();
    if (text === null) { news('The board is empty: nothing is open.'); return; }
    await copy(text, 'the board as Markdown');
  } catch (error) {
    complain(error);
  }
}

// ---- the board by hand

export const isDecided = (): boolean => { const { away, limits, most, pinned } = useBoard.getState().decided; return away.length + limits.length + pinned.length > 0 || most !== noDecisions.most; };
export const clearBoard = (): void => decide('Everything decided on the board is forgotten', noDecisions);
export const isPinned = (): boolean => { const { decided, cursor } = useBoard.getState(); return decided.pinned.some(({ item }) => item === cursor); };

export function unpinCard(): void {
  const { cursor, decided } = useBoard.getState();
  if (cursor !== null) decide('The card goes where it costs least', withPin(decided, cursor, null));
}

/** With the keyboard: left and right choose a person, Enter puts the card there, Escape back. */
export function pickUpCard(): void {
  const { cursor } = useBoard.getState();
  if (cursor === null) return;
  useBoard.setState({ carried: { item: cursor, by: 'carry', over: null } });
  say('Picked up. Left and right choose a person, Enter gives the card to them, Escape puts it back.');
}

export function putBack(): void {
  useBoard.setState({ carried: null });
  letGo();
  say('Put back.');
}

/** Gives what is carried to the person it is held over: a pin. `name`: as it is shown. */
export function dropCard(name: string): void {
  const { carried, decided } = useBoard.getState();
  useBoard.setState({ carried: null });
  if (carried?.over != null) decide(`Pinned to ${name}`, withPin(decided, carried.item, carried.over));
}

/** Shows what a decision would cost before it is taken. */
export const propose = (title: string, after: AssignmentAsked): void => useBoard.setState(({ decided }) => ({ proposed: { title, before: decided, after } }));
export const leaveProposal = (): void => { useBoard.setState({ proposed: null }); say('Left as it was.'); };
export function takeProposal(): void {
  const { proposed } = useBoard.getState();
  if (proposed !== null) decide(proposed.title, proposed.after);
}
