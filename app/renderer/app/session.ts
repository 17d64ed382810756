// Keeps this window in touch with the service: connects and connects again, holds the replica at the service's epoch, and
// writes what is pushed into the stores. What people do is in actions.ts.
import { visibleSentence } from '../../core/visible.ts';
import { connect } from '../../contract/client.ts';
import type { Client } from '../../contract/client.ts';
import type { Methods, Push } from '../../contract/methods.ts';
import { spawnReplica } from '../../workers/client.ts';
import type { Applied, Loaded, PoolState, ReplicaClient } from '../../workers/client.ts';
import { useComposition } from '../state/composition.ts';
import { backoff, useConnection } from '../state/connection.ts';
import { changedSince, clashNews, looked, savedAgain, useLive } from '../state/live.ts';
import { complain, news } from '../state/notices.ts';
import { begun, heard, progressed, useOperations } from '../state/operations.ts';
import { heardLoad, heardReport, usePerformance } from '../state/performance.ts';
import { emptyReplica, epochStep, taken, useReplica } from '../state/replica.ts';
import type { ReplicaState } from '../state/replica.ts';
import { retain, useSelection } from '../state/selection.ts';
import { useSuggestion } from '../state/suggestion.ts';
import { isPast, useTime } from '../state/time.ts';
import { say, useUi } from '../state/ui.ts';
import { useVisible } from '../state/visible.ts';
import { asOf } from './asOf.ts';
import { platform } from './here.ts';
import { Refused } from './platform.ts';
import { pairingAddress, replicaAddress } from './workers.ts';

let client: Client | null = null;
let worker: ReplicaClient | null = null;
let retry: ReturnType<typeof setTimeout> | null = null;
let token: string | null = null;
let windowDrawn: Promise<unknown> = Promise.resolve();
/** Replica work in order: a difference is never applied before the snapshot it follows. */
let chain: Promise<void> = Promise.resolve();

/** The service as it is now, or a refusal that says it is away. */
export function presentService(): Client {
  if (client === null) throw new Error('BUG: the service was called before it was there');
  return client;
}

/** The service; while the past is shown its reads are of that moment, and what would change something is refused. */
export function service(): Client { return isPast() ? asOf(presentService(), useTime.getState().at!.id) : presentService(); }
/** It has greeted this window: one that is only reached may still be starting, or never come, and what it is sent be done long after it was wanted. */
export const connected = (): boolean => client !== null && client.closed === null && useConnection.getState().state === 'open';

/** The replica of the moment shown, where it is not the present one: app/past.ts gives and takes it. */
let standIn: ReplicaClient | null = null;
export function standInFor(other: ReplicaClient | null): void { standIn = other; }

/** The replica of what is shown. */
export function replica(): ReplicaClient { return standIn ?? presentReplica(); }

/** The present replica's worker; a new one takes the place of one that died. */
function presentReplica(): ReplicaClient {
  if (worker === null) {
    const mine = spawnReplica(replicaAddress);
    mine.onDeath((reason) => {
      if (worker !== mine) return;
      worker = null;
      showNow({ replica: { ...emptyReplica, status: 'failed' } });
      complain(reason, { title: 'Load again', run: () => { void fetchSnapshot(); } });
    });
    worker = mine;
  }
  return worker;
}

export function replicaFigures(): PoolState | null { return worker?.figures() ?? null; }

/** `drawn`: resolves when the window shows what is there by then. */
export function start(withToken: string | null, drawn: Promise<unknown>): void {
  token = withToken;
  windowDrawn = drawn;
  // its code is read while the service is reached
  presentReplica().call((api) => api.awake()).catch(() => undefined); // one that died is told of when it is needed
  void tryConnect();
}

export function tryNow(withToken: string | null = token): void {
  token = withToken;
  if (retry !== null) clearTimeout(retry);
  retry = null;
  useConnection.setState({ attempt: 0 });
  void tryConnect();
}

async function tryConnect(): Promise<void> {
  useConnection.setState({ state: 'connecting', nextTry: null });
  try {
    if (token !== null) {
      await platform.enter(token);
      token = null; // the session's cookie opens the socket from now on
    }
    const transport = await platform.connect();
    const mine = connect(transport, { pause: (ms) => new Promise((done) => { setTimeout(done, ms); }) });
    client = mine;
    mine.onClose((reason) => { if (client === mine) lost(reason); });
    mine.on('state', onState);
    mine.on('queue', ({ running, waiting, paused, work }) => {
      const now = performance.now();
      useOperations.setState((state) => ({ queue: { running, waiting, paused, work }, mine: begun(heard(state.mine, running, now), work, now) }));
    });
    mine.on('progress', ({ ticket, phase, done, total }) => useOperations.setState((state) => {
      if (state.over.has(ticket)) return {};
      const now = performance.now(), kind = state.queue.work.find((item) => item.ticket === ticket)?.kind ?? 'import';
      const mine = state.mine.some((operation) => operation.ticket === ticket) ? state.mine : heard(state.mine, { ticket, kind }, now);
      return { mine: progressed(mine, ticket, { phase, done, total }, now) };
    }));
    mine.on('search', ({ ticket, weight, bound }) => useSuggestion.setState(({ search }) => (search?.ticket === ticket ? { search: { ticket, weight, bound } } : {})));
    mine.on('stats', ({ report }) => usePerformance.setState((state) => heardReport(state, report)));
    mine.on('load', ({ load }) => usePerformance.setState((state) => heardLoad(state, load)));
    mine.on('live', ({ live }) => useLive.setState({ state: live }));
    mine.on('epoch', onEpoch);
    // in one breath: what the rows are made of is on its way while the window still learns who it talks to
    const greeting = mine.call('hello', {}), asked = mine.call('snapshot', {});
    let moved = false;
    const stop = mine.on('epoch', () => { moved = true; });
    asked.catch(() => undefined); // what was not there to be had is asked again, and told of then
    const hello = await greeting;
    stop();
    useConnection.setState({ state: 'open', reason: '', attempt: 0, nextTry: null, version: hello.version });
    showNow({ repository: hello.repository, composition: hello.composition });
    useOperations.setState({ canUndo: hello.canUndo, canRedo: hello.canRedo });
    // rows come first: what else is to be known is asked beside them, and working trees are read when they are there
    const log = mine.call('log', { before: null, limit: 1 }).then(({ operations: [last] }) => useOperations.setState((state) => ({ last: last ?? state.last })));
    // an epoch told meanwhile would have to follow this snapshot, and is in the chain before it: then it is asked anew
    if (hello.repository !== null) await fetchSnapshot(moved ? null : asked);
    askLive(mine);
    await log;
  } catch (error) {
    if (error instanceof Refused) { token = null; useConnection.setState({ state: 'refused', reason: visibleSentence(error.message) }); return; }
    if (client !== null && client.closed === null) { complain(error); return; }
    if (await platform.unknown()) {
      // It is there and does not know this window: nobody gave it the token, or it was started again since.
      useConnection.setState(({ version }) => ({ state: 'refused', reason: version === '' ? '' : 'Acumen was started again since.', nextTry: null }));
      return;
    }
    lost(error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
  }
}

/** Whether working trees are looked at is the window's to remember: the service is told when it connects, and when one switches. */
function askLive(mine: Client): void {
  mine.call('live', { on: useUi.getState().live }).then((state) => useLive.setState({ state }), () => undefined); // whoever waits for it sees that it is away
}
useUi.subscribe(({ live }, before) => { if (live !== before.live && client !== null && client.closed === null) askLive(client); });
useSelection.subscribe(({ selected, cursor }) => looked(cursor === null ? selected : [...selected, cursor]));

/** Says what began to conflict between working trees since the last time, and what does no more. */
async function noteClashes(): Promise<void> {
  const pairs = await replica().call((api) => api.clashes()), { clashes: before } = useLive.getState();
  const { clashes, begun, ended } = clashNews(before, pairs);
  useLive.setState({ clashes });
  for (const sentence of begun) news(sentence, null, '', 'warning');
  for (const sentence of ended) news(sentence);
}

function lost(reason: string): void {
  const attempt = useConnection.getState().attempt + 1;
  client = null;
  const wait = backoff(attempt, Math.random());
  useConnection.setState({ state: 'lost', reason: visibleSentence(reason), attempt, nextTry: performance.now() + wait });
  useOperations.setState({ queue: { running: null, waiting: 0, paused: false, work: [] } });
  if (attempt === 1) say('The connection to the service was lost. Verdicts still work; changes wait until it is back.');
  if (retry !== null) clearTimeout(retry);
  retry = setTimeout(() => { retry = null; void tryConnect(); }, wait);
}

/** What is so now: on screen at once, or once the window is back from the past (app/past.ts). */
export interface Now { readonly repository: ReturnType<typeof useConnection.getState>['repository']; readonly composition: ReturnType<typeof useComposition.getState>['confirmed']; readonly replica: ReplicaState }
let now: Now | null = null;

function showNow(changed: Partial<Now>): void {
  if (now !== null) { now = { ...now, ...changed }; return; }
  if (changed.repository !== undefined) useConnection.setState({ repository: changed.repository });
  if (changed.composition !== undefined) useComposition.setState({ confirmed: changed.composition });
  if (changed.replica !== undefined) useReplica.setState(({ generation }) => ({ ...changed.replica, generation }));
}

/** Keeps what is so now beside the screen, as it goes on; answers it. */
export function leaveNow(): Now {
  return now ??= { repository: useConnection.getState().repository, composition: useComposition.getState().confirmed, replica: useReplica.getState() };
}

/** Puts it back, with all that was told meanwhile. */
export function returnToNow(): void {
  if (now === null) return;
  const { repository, composition, replica: present } = now, shown = useReplica.getState();
  now = null;
  useConnection.setState({ repository });
  useComposition.setState({ confirmed: composition, pending: null, proposal: null });
  // the same rows are the same graph: what is drawn of them stays
  if (shown.rows !== present.rows) { useReplica.setState({ ...present, generation: shown.generation + 1, conflicts: null }); void countConflicts(shown.generation + 1); }
  const late = held;
  held = [];
  if (late === null) void fetchSnapshot(); else for (const push of late) onEpoch(push);
}

/** Does it between two epochs. */
export function inTurn(work: () => Promise<void>): Promise<void> {
  const done = chain.then(work);
  chain = done.catch(() => undefined);
  return done;
}

/** Epochs told while the past is shown; null: so many that the whole is fetched instead. */
let held: Extract<Push, { push: 'epoch' }>[] | null = [];
const MOST_HELD = 64;

function onState(push: Extract<Push, { push: 'state' }>): void {
  const before = now === null ? useConnection.getState().repository : now.repository;
  showNow({ repository: push.repository, composition: push.composition });
  useOperations.setState({ canUndo: push.canUndo, canRedo: push.canRedo, last: push.lastOperation });
  if (push.repository !== null && (before === null || before.path !== push.repository.path)) void fetchSnapshot();
  if (push.repository === null) showNow({ replica: emptyReplica });
}

function onEpoch({ from, to, digest, bytes }: Extract<Push, { push: 'epoch' }>): void {
  chain = chain.then(async () => {
    if (now !== null) {
      if (held !== null && held.push({ push: 'epoch', from, to, digest, bytes }) > MOST_HELD) held = null;
      return;
    }
    const step = epochStep(useReplica.getState().epoch, from, to);
    if (step === 'ignore') return;
    const applied: Applied = step === 'apply' ? await replica().call<Applied>(async (api) => await api.apply(from, to, digest, bytes)) : { kind: 'gap' };
    if (applied.kind === 'gap') await takeSnapshot();
    else if (applied.kind === 'same') useReplica.setState({ epoch: applied.epoch });
    else await take(applied.loaded);
  }).catch(complain);
}

/** Loads the whole replica again, after whatever is under way. `asked`: of the service already, and no epoch was told since. */
export function fetchSnapshot(asked: Promise<Snapshot> | null = null): Promise<void> {
  chain = chain.then(() => takeSnapshot(asked)).catch(complain);
  return chain;
}

type Snapshot = Methods['snapshot']['result'];

async function takeSnapshot(asked: Promise<Snapshot> | null = null): Promise<void> {
  if (now !== null) { held = null; return; }
  if (useReplica.getState().status === 'none') useReplica.setState({ status: 'loading' });
  const { epoch, digest, bytes } = await (asked?.catch(() => null) ?? null) ?? await presentService().call('snapshot', {});
  await take(await replica().call((api) => api.load(epoch, digest, bytes)));
}

let pairing: Promise<void> = Promise.resolve();
/** Resolves when the pairs of what is on screen are known: who asks for pairs before that has them made a second time, in one worker. */
export async function paired(): Promise<void> { await pairing; }

/** Milliseconds that pairing waits for the list: one that fails to come says so itself. */
const LISTED_WITHIN = 10_000;

/** Resolves when the list has these rows: pairing takes all processors, and the list needs one. */
function listed(rows: ReplicaState['rows']): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => { stop(); clearTimeout(late); resolve(); };
    const stop = useVisible.subscribe((now) => { if (now.rows === rows) done(); }), late = setTimeout(done, LISTED_WITHIN);
  });
}

/** Begins after what was asked of the replica before. */
function pair(): Promise<unknown> {
  return replica().call((api) => api.pairAhead(new URL(pairingAddress, document.baseURI).href, navigator.hardwareConcurrency));
}

async function take(loaded: Loaded): Promise<void> {
  // rows that are there stay until pairs are known of the new ones; where there are none, rows come first
  const isFirst = useReplica.getState().status !== 'ready';
  if (!isFirst) await pair();
  const before = useReplica.getState(), state = taken(loaded, before.generation + 1);
  const known = Promise.withResolvers<void>();
  if (isFirst) pairing = known.promise;
  useReplica.setState(state);
  if (isFirst) Promise.all([listed(state.rows), windowDrawn]).then(pair).catch(() => undefined).then(() => known.resolve()); // counting, which follows, says why there are none
  useSelection.setState((selection) => retain(selection, (id) => state.byId.has(id), savedAgain(before.rows, state.rows)));
  // after the selection, which follows a save and has not looked at it yet
  if (before.status === 'ready') useLive.setState(({ changed }) => ({ changed: changedSince(before.rows, state.rows, changed, performance.now()) }));
  if (state.mismatch !== null) say('Warning: this window shows other data than the service has.');
  void countConflicts(state.generation);
}

/** Of the graph that is shown as this generation. */
export async function countConflicts(generation: number): Promise<void> {
  try {
    await paired();
    const conflicts = await replica().call((api) => api.conflictIndex());
    if (useReplica.getState().generation === generation) useReplica.setState({ conflicts });
    if (now === null) await noteClashes();
  } catch (error) {
    complain(error);
  }
}
