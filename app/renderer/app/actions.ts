// What a person can do, each in one function: behind buttons, keys, palette and drops alike (commands/list.ts names them).
import type { AcuId } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Grain, Rebinding } from '../../core/model.ts';
import type { GivenPatch, Methods } from '../../contract/methods.ts';
import { chosen, countWords, useComposition, withDependants } from '../state/composition.ts';
import { useConnection } from '../state/connection.ts';
import { grainWords, noteGrain } from '../state/grains.ts';
import { complain, news } from '../state/notices.ts';
import { nameOf, useReplica } from '../state/replica.ts';
import { useSelection } from '../state/selection.ts';
import { withNumbers } from '../state/shortName.ts';
import { say, useUi } from '../state/ui.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { acusInWords, listed, outcomesInWords, plural, sentence, verdictWords } from '../state/words.ts';
import { ids as testIds } from '../testids.ts';
import { decidedOn } from './asking.ts';
import type { VerdictView } from '../../workers/client.ts';
import { awaitPaint } from './composed.ts';
import { operate } from './operating.ts';
import { byTestId, regainFocus } from './regainFocus.ts';
import { replica, service } from './session.ts';

// ---- composing

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
  if (verdict.kind === 'fits' || verdict.kind === 'needs') await replaceSet([...kept, ...verdict.acus, ...wanted], `Replace ${listed([...out].map(nameOf))} with ${listed(wanted.map(nameOf))}`, performance.now(), wanted);
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

/** After a change what it came to is looked at, but what was swapped in stays in view. */
function lookAt(brought: readonly AcuId[]): void {
  const first = brought[0];
  if (first !== undefined) useSelection.setState({ selected: new Set(brought), cursor: first, anchor: first });
  useUi.setState({ inspector: first === undefined ? 'composed' : 'acu' });
}

/**
 * Makes this set the composition: one operation, shown at once; while one looks at a set that is none, that set. True where it was made so.
 * `brought`: what was asked for by name and came in the place of others.
 */
export async function replaceSet(acus: readonly AcuId[], title: string, at: number = performance.now(), brought: readonly AcuId[] = []): Promise<boolean> {
  awaitPaint(at);
  if (useComposition.getState().whatIf !== null) {
    useComposition.setState({ whatIf: acus, proposal: null });
    lookAt(brought);
    say(`What if: ${title}.`);
    return true;
  }
  useComposition.setState({ pending: acus, proposal: null });
  lookAt(brought);
  const result = await operate('compose', { acus: [...acus] }, title);
  // Only the newest wish may be withdrawn here: another may be on its way already.
  if (useComposition.getState().pending === acus) useComposition.setState(result === null ? { pending: null } : { pending: null, confirmed: result.composition });
  if (result !== null) say(`${title}: ${countWords(acus, useReplica.getState().byId)} in the composition.`);
  return result !== null;
}

// ---- operations of the workspace

export async function importRepository(path: string | null, base: string | null, refs: readonly string[], patches: readonly GivenPatch[] = [], title?: string, grain: Grain = useConnection.getState().repository?.grain ?? 'branch'): Promise<boolean> {
  const summary = await operate('import', {
    path, base, refs: [...refs], grain, ...(patches.length > 0 ? { patches: { add: patches, drop: false } } : {}),
  }, title ?? (path === null ? 'Import again' : `Import ${path}`));
  if (summary === null) return false;
  showRebound(summary.rebound);
  noteGrain(`${summary.base} ${summary.sources}`, grain, summary.acus);
  news(`Imported ${acusInWords(summary.acus, summary.decisions)} from ${plural(summary.sources - summary.decisions, 'source')} in ${(summary.ms / 1000).toFixed(1)} s.`);
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
  if (result !== null) say(`${withNumbers(result.operation.description)}.`);
}

export async function redo(): Promise<void> {
  const result = await operate('redo', {}, 'Redo');
  if (result !== null) say(`${withNumbers(result.operation.description)}.`);
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

/** As the repository has them, where rows show as much as anybody reads. */
export async function copyWhole(ids: readonly AcuId[], what: 'names' | 'titles'): Promise<void> {
  const texts = await replica().call((api) => api.whole(ids)).catch((error: unknown) => { complain(error); return null; });
  if (texts !== null) await copy(texts.map(({ name, title, author, email }) => (what === 'names' ? name : `${title} (${author} <${email}>)`)).join('\n'), texts.length === 1 ? `the ${what === 'names' ? 'name' : 'title and author'}` : what === 'names' ? plural(texts.length, 'name') : plural(texts.length, 'title'));
}

/** How many those are: who only asks that, as most commands do, need not have all of them. */
export function targetCount(): number {
  const { selected, cursor } = useSelection.getState();
  return selected.size > 0 ? selected.size : Number(cursor !== null);
}

/** The selection, or the row with the cursor. */
export function targets(): readonly AcuId[] {
  const { selected, cursor } = useSelection.getState();
  if (selected.size > 0) return [...selected];
  return cursor === null ? [] : [cursor];
}
