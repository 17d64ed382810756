// What a person can do, each in one function: behind buttons, keys, palette and drops alike (commands/list.ts names them).
import type { AcuId, PathBytes } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import { visibleSentence } from '../../core/visible.ts';
import type { Grain, Rebinding } from '../../core/model.ts';
import type { GivenPatch, Method, Methods } from '../../contract/methods.ts';
import { chosen, chosenIn, countWords, setKey, useComposition, withDependants } from '../state/composition.ts';
import { useConnection } from '../state/connection.ts';
import { grainWords, noteGrain } from '../state/grains.ts';
import { complain, news } from '../state/notices.ts';
import { begin, change, keepEnded, useOperations } from '../state/operations.ts';
import { nameOf, useReplica } from '../state/replica.ts';
import { useSelection } from '../state/selection.ts';
import { withNumbers } from '../state/shortName.ts';
import { PAST, isPast } from '../state/time.ts';
import { measureToPaint } from '../state/timing.ts';
import { say, useUi } from '../state/ui.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { listed, outcomesInWords, plural, sentence, verdictWords } from '../state/words.ts';
import { ids as testIds } from '../testids.ts';
import { decidedOn } from './asking.ts';
import type { VerdictView } from '../../workers/client.ts';
import { platform } from './here.ts';
import { byTestId, regainFocus } from './regainFocus.ts';
import { connected, replica, service } from './session.ts';

const aborts = new Map<string, AbortController>();

type Ticketed = { [M in Method]: Methods[M]['params'] extends { ticket: string } ? M : never }[Method];

/** Tickets that are remembered after they are over. */
const OVER = 50;

/** Runs one operation through its life, told of in the status line and to be cancelled there; rejects with why it failed. */
export async function attempt<M extends Ticketed>(method: M, params: Omit<Methods[M]['params'], 'ticket'>, title: string, ticket: string = crypto.randomUUID()): Promise<Methods[M]['result']> {
  const abort = new AbortController(), began = performance.now();
  aborts.set(ticket, abort);
  useOperations.setState((state) => ({ mine: begin(state.mine, ticket, title, began) }));
  const over = (stage: 'done' | 'failed' | 'cancelled', reason = '', result = ''): void => {
    const ended = performance.now();
    const again = stage === 'done' ? null : (): void => { void operate(method, params, title); };
    useOperations.setState((state) => ({ ended: keepEnded(state.ended, { ticket, title: visibleSentence(title), stage, at: Date.now(), took: ended - began, reason: visibleSentence(reason), result: visibleSentence(result), again }) }));
    useOperations.setState((state) => ({ mine: change(state.mine, ticket, { stage, ended }), over: new Set([...state.over, ticket].slice(-OVER)), ...(stage === 'done' ? { lastTook: ended - began } : {}) }));
  };
  try {
    const result = await service().call(method, { ...params, ticket } as unknown as Methods[M]['params'], { signal: abort.signal });
    over('done', '', resultWords(method, result));
    return result;
  } catch (error) {
    if (isCancelled(error)) over('cancelled'); else over('failed', error instanceof AcumenError ? `${error.message} ${error.hint}` : String(error));
    throw error;
  } finally {
    aborts.delete(ticket);
  }
}

/** What it came to, of those that the log says nothing of. */
const found: { readonly [M in Ticketed]?: (result: Methods[M]['result']) => string } = {
  import: ({ acus, sources, ms }) => `${plural(acus, 'ACU')} from ${plural(sources, 'source')} in ${(ms / 1000).toFixed(1)} s`,
  suggest: ({ acus, of, optimal }) => `${acus.length} of ${of.acus} ACUs${optimal ? ', proven to be the most' : ''}`,
  fsck: ({ ok, problems, events }) => (ok ? `sound: ${plural(events, 'event')} replayed` : plural(problems.length, 'problem')),
  history: () => 'read',
};

function resultWords<M extends Ticketed>(method: M, result: Methods[M]['result']): string {
  const words = found[method] as ((of: Methods[M]['result']) => string) | undefined;
  return words !== undefined ? words(result) : 'operation' in result && result.operation !== null ? withNumbers(result.operation.description) : '';
}

export const isCancelled = (error: unknown): boolean => error instanceof AcumenError && error.code === 'cancelled';

/** The same for what people change; null where it failed or was cancelled, after telling why. */
export async function operate<M extends Ticketed>(method: M, params: Omit<Methods[M]['params'], 'ticket'>, title: string): Promise<Methods[M]['result'] | null> {
  if (isPast() && method !== 'branchOff') { news(PAST); return null; }
  if (!connected()) {
    complain(new AcumenError('io', 'The service is away; this change was not made.', 'Do it again when the connection is back: this window keeps trying, and verdicts work meanwhile.', {}));
    return null;
  }
  try {
    return await attempt(method, params, title);
  } catch (error) {
    if (isCancelled(error)) say(`${title}: cancelled.`); else complain(error, wayOut(error));
    return null;
  }
}

/** One window shows one repository: where there are windows, another gets its own. */
function wayOut(error: unknown): { readonly title: string; run(): void } | null {
  const { chooseFolder } = platform;
  if (chooseFolder === null || !(error instanceof AcumenError) || error.code !== 'store-other-repository') return null;
  return { title: 'Open a folder in its own window…', run: chooseFolder };
}

export function cancel(ticket: string): void {
  useOperations.setState((state) => ({ mine: change(state.mine, ticket, { cancelling: true }) }));
  const abort = aborts.get(ticket);
  if (abort !== undefined) abort.abort(); else if (connected()) service().call('cancel', { ticket }).catch(complain);
}

// ---- composing

let droppedAt: number | null = null;

/** What dropping would do as the screen shows it, while something is carried and that is known; null else. */
export function previewed(): VerdictView | null {
  const { carried, subject, answer } = useVerdicts.getState();
  return carried !== null && subject?.ids === carried.ids ? answer : null;
}

/**
 * Adds ACUs if they fit; otherwise shows what stands in the way and what can be done. `at`: when they were dropped. `seen`: what the screen showed
 * that dropping would do: what they need comes along where that was seen before, for nothing is added that nobody was told of. `isDropped`: by a pointer,
 * whose focus stays where it is.
 */
export async function add(ids: readonly AcuId[], at: number = performance.now(), seen: VerdictView | null = null, isDropped = false): Promise<void> {
  const inside = new Set(chosen());
  const fresh = ids.filter((id) => !inside.has(id));
  if (fresh.length === 0) { say(useComposition.getState().whatIf === null ? 'Already in the composition.' : 'Already in it.'); return; }
  try {
    const verdict = await decidedOn(fresh);
    if (verdict.kind === 'fits') await replaceSet([...chosen(), ...fresh], `Add ${listed(fresh.map(nameOf))}`, at);
    else if (verdict.kind === 'needs' && seen?.kind === 'needs') await addAlong(fresh, verdict.acus, at);
    else propose(fresh, verdict, !isDropped);
  } catch (error) {
    complain(error);
  }
}

/** Shows why these cannot simply be added, and what can be done. */
function propose(ids: readonly AcuId[], verdict: VerdictView, takesFocus = true): void {
  useComposition.setState({ proposal: { ids, verdict, takesFocus } });
  useUi.setState({ tab: 'compose' });
  say(sentence(verdictWords(verdict, ids, nameOf)));
}

/** Adds ACUs with those they need, and says so. */
async function addAlong(ids: readonly AcuId[], needs: readonly AcuId[], at: number): Promise<void> {
  const all = [...needs, ...ids], verdict = await decidedOn(all), who = listed(ids.map(nameOf));
  if (verdict.kind !== 'fits') { propose(all, verdict); return; }
  if (await replaceSet([...chosen(), ...all], `Add ${who} with ${plural(needs.length, 'ACU')} needed`, at)) news(`${who} came with ${listed(needs.map(nameOf), 3)}, which ${ids.length === 1 ? 'it needs' : 'they need'}.`, undoing());
}

/** The way back that news of an operation offer; none from what is only looked at. */
function undoing(): { readonly title: string; run(): void } | null {
  return useComposition.getState().whatIf === null ? { title: 'Undo', run: () => { void undo(); } } : null;
}

/** Adds the proposed ACUs with all they need. */
export async function addWithNeeds(): Promise<void> {
  const { proposal } = useComposition.getState();
  if (proposal?.verdict.kind !== 'needs') return;
  try { await addAlong(proposal.ids, proposal.verdict.acus, performance.now()); } catch (error) { complain(error); }
}

/** Adds those of the proposed ACUs that fit, one after the other; the rest stays proposed with its reason. */
export async function addFitting(ids: readonly AcuId[] = useComposition.getState().proposal?.ids ?? []): Promise<void> {
  try {
    const { add: fitting, left } = await replica().call((api) => api.fitting(chosen(), ids));
    useComposition.setState({ proposal: null });
    if (fitting.length === 0) { say('None of them fits.'); news('None of them fits.'); return; }
    // two by two they do; what renames among them do, composing tells
    const verdict = await decidedOn(fitting);
    if (verdict.kind !== 'fits') { propose(fitting, verdict); return; }
    await replaceSet([...chosen(), ...fitting], `Add ${plural(fitting.length, 'ACU')}`);
    if (left.length > 0) news(`${plural(left.length, 'ACU was', 'ACUs were')} left out: ${listed(left.map(nameOf), 3)}.`);
  } catch (error) {
    complain(error);
  }
}

/** Puts the proposed ACUs in place of those they conflict with. */
export async function swap(): Promise<void> {
  const { proposal } = useComposition.getState();
  if (proposal?.verdict.kind !== 'conflicts' && proposal?.verdict.kind !== 'order-sensitive') return;
  const out = new Set(withDependants(proposal.verdict.against, chosen(), useReplica.getState().dependants));
  const kept = chosen().filter((id) => !out.has(id));
  useComposition.setState({ proposal: null });
  const inside = new Set(kept);
  const wanted = proposal.ids.filter((id) => !inside.has(id));
  const verdict = await replica().call((api) => api.verdict(kept, wanted)).catch((error: unknown) => { complain(error); return null; });
  if (verdict === null) return;
  if (verdict.kind === 'fits' || verdict.kind === 'needs') await replaceSet([...kept, ...verdict.acus, ...wanted], `Replace ${listed([...out].map(nameOf))} with ${listed(wanted.map(nameOf))}`);
  else propose(wanted, verdict);
}

export const dismissProposal = (): void => useComposition.setState({ proposal: null });

/** Takes ACUs out, with what requires them. */
export async function remove(ids: readonly AcuId[]): Promise<void> {
  const out = new Set(withDependants(ids, chosen(), useReplica.getState().dependants));
  if (out.size === 0) return;
  const also = [...out].filter((id) => !ids.includes(id));
  await replaceSet(chosen().filter((id) => !out.has(id)), `Remove ${listed([...ids].map(nameOf))}`);
  if (also.length > 0) news(`${listed(also.map(nameOf), 3)} went with ${ids.length === 1 ? 'it' : 'them'}, requiring what was removed.`, undoing());
}

export async function clear(): Promise<void> {
  if (chosen().length > 0) await replaceSet([], 'Clear the composition');
}

/** Makes this set the composition: one operation, shown at once; while one looks at a set that is none, that set. True where it was made so. */
export async function replaceSet(acus: readonly AcuId[], title: string, at: number = performance.now()): Promise<boolean> {
  droppedAt = at;
  if (useComposition.getState().whatIf !== null) {
    useComposition.setState({ whatIf: acus, proposal: null });
    useUi.setState({ inspector: 'composed' });
    say(`What if: ${title}.`);
    return true;
  }
  useComposition.setState({ pending: acus, proposal: null });
  useUi.setState({ inspector: 'composed' });
  const result = await operate('compose', { acus: [...acus] }, title);
  // Only the newest wish may be withdrawn here: another may be on its way already.
  if (useComposition.getState().pending === acus) useComposition.setState(result === null ? { pending: null } : { pending: null, confirmed: result.composition });
  if (result !== null) say(`${title}: ${countWords(acus, useReplica.getState().byId)} in the composition.`);
  return result !== null;
}

// ---- the composed difference

let latest = 0;

/** Fetches what the set on screen composes to. Reads do not queue behind operations, so it comes while one is on its way. */
export async function refreshComposed(): Promise<void> {
  const acus = chosen(), key = setKey(acus), mine = ++latest;
  const { composed } = useComposition.getState();
  if (composed?.key === key && composed.status === 'ready') return;
  if (acus.length === 0) { useComposition.setState({ composed: { key, status: 'ready', result: { tree: null, files: [], missing: [], conflicts: [], ms: 0 } }, file: null }); droppedAt = null; return; }
  const ahead = prefetched?.key === key ? prefetched.result : null;
  // a set that is only looked at may not compose: no file of it is asked for before that is known
  useComposition.setState(({ whatIf }) => ({ composed: { key: whatIf === null ? key : '', status: 'loading', result: composed?.result ?? null } }));
  try {
    const result = await (ahead ?? service().call('preview', { acus: [...acus] }));
    if (mine !== latest) return;
    useComposition.setState(({ file }) => ({
      composed: { key, status: 'ready', result },
      file: file !== null && result.files.some((f) => f.path === file) ? file : result.files[0]?.path ?? null,
    }));
    if (result.files.length === 0) composedPainted(key);
  } catch (error) {
    if (mine !== latest) return;
    useComposition.setState({ composed: { key, status: 'failed', result: null } });
    if (connected()) complain(error);
  }
}

/** Keeps the composed difference in step with the set on screen and with the graph; returns what stops it. */
export function keepComposed(): () => void {
  const stops = [
    useComposition.subscribe((now, before) => { if (chosenIn(now) !== chosenIn(before)) void refreshComposed(); }),
    useReplica.subscribe((now, before) => {
      if (now.generation === before.generation) return;
      prefetched = null;
      files.clear();
      useComposition.setState(({ composed }) => ({ composed: composed === null ? null : { ...composed, key: '' }, proposal: null }));
      void refreshComposed();
    }),
  ];
  return () => { for (const stop of stops) stop(); };
}

let prefetched: { readonly key: string; readonly result: Promise<Methods['preview']['result']> } | null = null;

/** While something that fits is carried, what it would become is fetched already. */
export function prefetch(ids: readonly AcuId[]): void {
  const inside = new Set(chosen());
  const acus = [...inside, ...ids.filter((id) => !inside.has(id))], key = setKey(acus);
  if (prefetched?.key === key || !connected()) return;
  const result = service().call('preview', { acus });
  prefetched = { key, result };
  const { file } = useComposition.getState();
  result.then(({ files: list }) => {
    const first = list.find((one) => one.path === file) ?? list[0];
    return first === undefined ? null : composedFile(acus, key, first.path);
  })
    .catch(() => { if (prefetched?.key === key) prefetched = null; });
}

type ComposedFile = Methods['composedFile']['result'];
const files = new Map<string, Promise<ComposedFile>>();
const FILES = 40;

/** One file of set `key`, asked once. */
export function composedFile(acus: readonly AcuId[], key: string, path: PathBytes): Promise<ComposedFile> {
  const known = files.get(`${key} ${path}`);
  if (known !== undefined) return known;
  const asked = service().call('composedFile', { acus: [...acus], path });
  if (files.size >= FILES) files.delete(files.keys().next().value!);
  files.set(`${key} ${path}`, asked);
  asked.catch(() => files.delete(`${key} ${path}`));
  return asked;
}

/** The composed difference of set `key` has been given to the screen: closes the measure that the drop began. */
export function composedPainted(key: string): void {
  if (droppedAt === null || key !== setKey(chosen())) return;
  measureToPaint('acumen:drop-composed', droppedAt, { acus: chosen().length });
  droppedAt = null;
}

export const chooseFile = (file: PathBytes): void => useComposition.setState({ file });

// ---- operations of the workspace

export async function importRepository(path: string | null, base: string | null, refs: readonly string[], patches: readonly GivenPatch[] = [], title?: string, grain: Grain = useConnection.getState().repository?.grain ?? 'branch'): Promise<boolean> {
  const summary = await operate('import', {
    path, base, refs: [...refs], grain, ...(patches.length > 0 ? { patches: { add: patches, drop: false } } : {}),
  }, title ?? (path === null ? 'Import again' : `Import ${path}`));
  if (summary === null) return false;
  showRebound(summary.rebound);
  noteGrain(`${summary.base} ${summary.sources}`, grain, summary.acus);
  news(`Imported ${plural(summary.acus, 'ACU')} from ${plural(summary.sources, 'source')} in ${(summary.ms / 1000).toFixed(1)} s.`);
  return true;
}

/** What an import did to the composition, to be read; nothing where all of it stayed. */
function showRebound(rebound: readonly Rebinding[]): void {
  if (rebound.every(({ outcome }) => outcome === 'kept')) { useComposition.setState({ rebound: null }); return; }
  useComposition.setState({ rebound });
  useUi.setState({ tab: 'compose' });
  say(`The composition has changed: ${outcomesInWords(rebound)}.`);
}

export const dismissRebound = (): void => useComposition.setState({ rebound: null });

/** The same sources on another base. */
export async function moveBase(base: string): Promise<boolean> {
  return await importRepository(null, base, [], [], `Move the base to ${base}`);
}

/** The same sources on the same base, cut finer or coarser. */
export async function changeGrain(grain: Grain): Promise<boolean> {
  noteGrainNow();
  return await importRepository(null, null, [], [], `Cut ${grainWords[grain].title}`, grain);
}

/** How many ACUs there are at the grain that is shown. */
export function noteGrainNow(): void {
  const { status, base, sources, rows } = useReplica.getState(), { repository } = useConnection.getState();
  if (status === 'ready' && base !== null && repository !== null) noteGrain(`${base} ${sources.length}`, repository.grain, rows.length);
}

/** Patch files beside what was imported before; from now on they are read with every import. */
export async function addPatches(patches: readonly GivenPatch[]): Promise<boolean> {
  return await importRepository(null, null, [], patches, `Add ${plural(patches.length, 'patch file')}`);
}

export async function undo(): Promise<void> {
  const result = await operate('undo', {}, 'Undo');
  if (result !== null) dismissRebound();
  if (result !== null) say(`Undone: ${withNumbers(result.operation.description)}`);
}

export async function redo(): Promise<void> {
  const result = await operate('redo', {}, 'Redo');
  if (result !== null) say(`Done again: ${withNumbers(result.operation.description)}`);
}

/** `message`: null for what the service says of the set. */
export async function writeBranch(name: string, message: string | null): Promise<Methods['writeBranch']['result'] | null> {
  const result = await operate('writeBranch', { name, acus: [...chosen()], ...message !== null && { message } }, `Write branch ${name}`);
  if (result !== null) {
    say(`Wrote ${result.ref} as ${result.commit.slice(0, 12)}.`);
    // its last button puts the card away: a second Enter does no harm
    regainFocus([`${byTestId(testIds.branchResult)} > button:last-of-type`]);
  }
  return result;
}

export async function fsck(): Promise<void> {
  const result = await operate('fsck', {}, 'Check the store');
  if (result === null) return;
  if (result.ok) news(`The store is sound: ${plural(result.events, 'event')} replayed and compared.`);
  else complain(new AcumenError('store-corrupt', `The store has ${plural(result.problems.length, 'problem')}.`, 'Keep a copy of it before doing anything else.', { problems: result.problems }));
}

export async function setPaused(paused: boolean): Promise<void> {
  try { await service().call('pause', { paused }); } catch (error) { complain(error); }
}

// ---- carrying by keyboard: what a drag does, in words

export function pickUp(ids: readonly AcuId[]): void {
  if (ids.length === 0) return;
  useVerdicts.setState({ carried: { ids, by: 'carry', over: true } });
  useUi.setState({ tab: 'compose' });
  const stop = useVerdicts.subscribe(({ carried, subject, answer }) => {
    if (carried?.ids !== ids) { stop(); return; }
    if (subject?.ids !== ids || answer === null) return;
    stop();
    say(`Picked up ${listed(ids.map(nameOf))}. ${sentence(verdictWords(answer, ids, nameOf))} Enter drops it into the composition, Escape puts it back.`);
  });
}

export async function drop(at: number = performance.now()): Promise<void> {
  const { carried } = useVerdicts.getState(), seen = previewed();
  if (carried === null) return;
  useVerdicts.setState({ carried: null });
  await add(carried.ids, at, seen);
}

export function putBack(): void {
  if (useVerdicts.getState().carried === null) return;
  useVerdicts.setState({ carried: null });
  say('Put back.');
}

// ---- small things

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copied ${what}.`);
    news(`Copied ${what}.`, null, text.length > 80 ? '' : text);
  } catch (error) {
    complain(new AcumenError('io', 'The clipboard refused the text.', 'Select it and copy it by hand.', { text, reason: String(error) }));
  }
}

/** The selection, or the row with the cursor. */
export function targets(): readonly AcuId[] {
  const { selected, cursor } = useSelection.getState();
  if (selected.size > 0) return [...selected];
  return cursor === null ? [] : [cursor];
}
