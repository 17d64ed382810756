// Goes to a moment of the log and back: what replica, composition and repository show is then that moment's, while what is so now goes on
// beside the screen (session.ts). The newest wish wins: whoever scrubs is shown moments as fast as they come, and the last one for certain.
import type { PathBytes } from '../../core/bytes.ts';
import type { Operation } from '../../core/events.ts';
import type { Methods } from '../../contract/methods.ts';
import { spawnReplica } from '../../workers/client.ts';
import type { Loaded, ReplicaClient } from '../../workers/client.ts';
import { quote } from '../state/commandLine.ts';
import { countWords, useComposition } from '../state/composition.ts';
import { useConnection } from '../state/connection.ts';
import { complain } from '../state/notices.ts';
import { useOperations } from '../state/operations.ts';
import { taken, useReplica } from '../state/replica.ts';
import { retain, useSelection } from '../state/selection.ts';
import { withNumbers } from '../state/shortName.ts';
import { isPast, useTime } from '../state/time.ts';
import { say, useUi } from '../state/ui.ts';
import { copy } from './actions.ts';
import { operate } from './operating.ts';
import { connected, countConflicts, inTurn, leaveNow, presentService, returnToNow, standInFor } from './session.ts';
import { pairingAddress, replicaAddress } from './workers.ts';

/** The replica of the past, and what it holds: one for all moments, for most of them are of one graph. */
let past: { readonly worker: ReplicaClient; digest: string; loaded: Loaded | null } | null = null;
let following = false;
/** How long its worker is kept for who comes again, in milliseconds. */
const KEPT_MS = 30_000;
/** what was selected when the window left for the past */
let selection: ReturnType<typeof useSelection.getState> | null = null;

/** Shows the state that an operation left; the last one is now. */
export async function goTo(operation: number): Promise<void> {
  if (operation >= useTime.getState().log.length) { goToNow(); return; }
  useTime.setState({ going: Math.max(1, operation) });
  if (following) return;
  following = true;
  try {
    for (let wish = useTime.getState().going; wish !== null; wish = useTime.getState().going) {
      await inTurn(() => show(wish!));
      useTime.setState(({ going }) => (going === wish ? { going: null } : {}));
    }
  } catch (error) {
    useTime.setState({ going: null });
    if (!isPast()) returnToNow();
    complain(error);
  } finally {
    following = false;
  }
}

async function show(id: number): Promise<void> {
  const { replica: { digest: held } } = leaveNow();
  const { operation, composition, repository, digest, bytes } = await presentService().call('moment', { operation: id, have: past === null ? [held] : [held, past.digest] });
  if (digest !== held && bytes !== null) await load(digest, bytes);
  // somebody went back meanwhile
  if (useTime.getState().going === null) { if (!isPast()) returnToNow(); return; }
  const { replica: present } = leaveNow(), before = useReplica.getState();
  const other = digest === present.digest ? null : past, rows = other?.loaded?.rows ?? present.rows;
  if (!isPast()) selection = useSelection.getState();
  standInFor(other?.worker ?? null);
  useTime.setState({ at: operation });
  if (!['compose', 'conflicts'].includes(useUi.getState().tab)) useUi.setState({ tab: 'compose' });
  useConnection.setState({ repository });
  useComposition.setState({ confirmed: composition, pending: null, proposal: null, rebound: null });
  if (before.rows !== rows) {
    const generation = before.generation + 1, state = other === null ? { ...present, generation, conflicts: null } : { ...taken(other.loaded!, generation), epoch: present.epoch };
    useReplica.setState(state);
    useSelection.setState((at) => retain(at, (acu) => state.byId.has(acu)));
    void countConflicts(generation);
  }
  // a slider that has the keyboard says so itself
  if (document.activeElement?.getAttribute('role') !== 'slider') say(`As operation ${operation.id} left it: ${withNumbers(operation.description)}. ${countWords(composition.acus, useReplica.getState().byId)} composed.`);
}

async function load(digest: string, bytes: Uint8Array): Promise<void> {
  if (past === null) {
    const worker = spawnReplica(replicaAddress), mine = past = { worker, digest: '', loaded: null };
    worker.onDeath((reason) => { if (past === mine) { past = null; goToNow(); complain(reason); } });
  }
  const mine = past;
  mine.loaded = await mine.worker.call((api) => api.load(0, digest, bytes));
  mine.digest = digest;
  await mine.worker.call((api) => api.pairAhead(new URL(pairingAddress, document.baseURI).href, navigator.hardwareConcurrency));
}

export function goToNow(): void {
  useTime.setState({ going: null });
  if (!isPast()) return;
  useTime.setState({ at: null, branching: false });
  standInFor(null);
  setTimeout(() => { if (!isPast() && !following) { past?.worker.end(); past = null; } }, KEPT_MS);
  const { rows } = useReplica.getState();
  returnToNow();
  const { byId } = useReplica.getState(), before = selection;
  if (before !== null && useReplica.getState().rows !== rows) useSelection.setState(retain(before, (acu) => byId.has(acu)));
  selection = null;
  say('Back to now.');
}

// ---- the strip and its log

const PAGE = 10_000;

/** Shows the strip, with the log read as far as it is not; hides it and goes back to now. */
export function toggleTime(): void {
  const { open } = useTime.getState();
  if (open) goToNow();
  useTime.setState({ open: !open, compared: null, branching: false });
  if (!open) readLog().catch(complain);
}

export function openTime(): void { if (!useTime.getState().open) toggleTime(); }

let reading: Promise<void> | null = null;

/** The log up to its end, oldest first. */
export function readLog(): Promise<void> {
  reading ??= read().finally(() => { reading = null; });
  return reading;
}

async function read(): Promise<void> {
  if (!connected()) return;
  const { log } = useTime.getState(), fresh: Operation[] = [];
  for (let before: number | null = null; ;) {
    const { operations }: Methods['log']['result'] = await presentService().call('log', { before, limit: PAGE });
    fresh.push(...operations);
    const oldest: number | undefined = operations.at(-1)?.id;
    if (oldest === undefined || oldest <= log.length + 1) break;
    before = oldest;
  }
  const known = new Map(fresh.map((operation) => [operation.id, operation])), all = [...log];
  for (let id = log.length + 1; known.has(id); id++) all.push(known.get(id)!);
  useTime.setState({ log: all });
}

/** Another repository has another log; a new operation is one more tick. */
useOperations.subscribe(({ last }, before) => {
  const { open, log } = useTime.getState();
  if (last === null || last.id === before.last?.id || !open) return;
  if (last.id < log.length) useTime.setState({ log: [] });
  if (last.id === log.length + 1) useTime.setState({ log: [...log, last] }); else readLog().catch(complain);
});

// ---- what can be done from there

/** Goes back to now and makes it as it was then: one operation, undone like any other. */
export async function bringBack(id: number): Promise<void> {
  goToNow();
  const result = await operate('returnTo', { operation: id }, `Return to operation ${id}`);
  if (result !== null) say(result.operation === null ? 'Everything is as it was then already.' : withNumbers(result.operation.description));
}

/** Writes the composition of then as a branch. */
export function branchOff(id: number, name: string): Promise<Methods['branchOff']['result'] | null> { return operate('branchOff', { operation: id, name }, `Write branch ${name} of operation ${id}`); }

/** Differences between two moments, the earlier one first. */
export function compare(one: number, other: number): void {
  openTime();
  useTime.setState({ compared: { a: Math.min(one, other), b: Math.max(one, other) } });
}

export const copyLine = (operation: Operation): void => { if (operation.command !== null) void copy(operation.command, 'the command line'); };

/** The last operation: what comparing with now means. */
export const lastOperation = (): number => useOperations.getState().last?.id ?? useTime.getState().log.length;

export function compareMoments(a: number, b: number): Promise<Methods['compareMoments']['result']> { return presentService().call('compareMoments', { a, b }); }

export function comparedFile(a: number, b: number, path: PathBytes): Promise<Methods['comparedFile']['result']> { return presentService().call('comparedFile', { a, b, path }); }

/** The same on the command line. */
export function compareLine(a: number, b: number): string {
  return ['acumen', 'compare', String(a), String(b), '--repo', useConnection.getState().repository?.path ?? '.'].map(quote).join(' ');
}
