// Conflicts that a person decides (docs/decisions/0055): what is kept open beside the composition, what is to be decided of it with the answers
// given before, and the decision, which is an ACU that requires its sides and is composed with them in one undoable operation.
import { type AcuId, type PathBytes, display } from '../../core/bytes.ts';
import { type Changes, sameEntry } from '../../core/changes.ts';
import { compositionEvents, withOpen, withSet } from '../../core/composition.ts';
import { plural } from '../../core/counted.ts';
import { AcumenError } from '../../core/errors.ts';
import type { DomainEvent } from '../../core/events.ts';
import type { Composition } from '../../core/model.ts';
import { type Opened, answerOf, decidedBy, decidedTree, unfit } from '../../core/resolution/disputes.ts';
import { resolutionKey } from '../../core/resolution/key.ts';
import { type Piece, lineEndsOf } from '../../core/resolution/lines.ts';
import type { Answer, Place, Recorded } from '../../core/resolution/model.ts';
import type { Entry } from '../../core/repository.ts';
import { visible } from '../../core/visible.ts';
import type { Methods, Shown } from '../../contract/methods.ts';
import type { EarlierAnswer, FileToDecide, OpenConflict, PlaceAnswer, PlaceToDecide, ToDecide } from '../../contract/resolving.ts';
import type { Answered } from '../storage/store.ts';
import { type Standing, standing } from './composing.ts';
import { loadOne } from './importer.ts';
import { adopt } from './live/adopting.ts';
import { type Published1, nameOf, publishWith } from './resolvingCommit.ts';
import { type Meeting, type NoMeeting, meet } from './resolvingSides.ts';
import { commandLine } from './said.ts';
import { shownEntry, shownText } from './shown.ts';
import type { View, Workspace } from './workspace.ts';
import { signature } from './writeBack.ts';

/** Merged lines that are shown before and after a place. */
const AROUND = 6;
const MOVED = 'What was decided has changed meanwhile: its sides have moved.';

interface Place1 { readonly opened: Opened; readonly place: Place; readonly nth: number; readonly key: string }

export class Resolving {
  readonly #workspace: Workspace;
  /** answers by key, oldest first, as far as the log was read */
  readonly #answers = new Map<string, { readonly answer: Recorded; readonly seq: number }[]>();
  #read = 0;
  /** of one moment: the engine and the set that these are of */
  #met: { readonly engine: View['engine']; readonly acus: readonly AcuId[]; readonly by: Map<AcuId, Promise<Meeting | NoMeeting>> } | null = null;

  constructor(workspace: Workspace) { this.#workspace = workspace; }

  async keepOpen({ add, drop }: { readonly add: readonly AcuId[]; readonly drop: readonly AcuId[] }, signal: AbortSignal): Promise<Methods['keepOpen']['result']> {
    const workspace = this.#workspace;
    let composition: Composition = workspace.view.state.composition;
    const operation = await workspace.commit(async (view) => {
      signal.throwIfAborted();
      const before = view.state.composition, laid = workspace.live.passing(add);
      const adopted = laid === null || laid.over !== view.state.published ? null : await adopt(workspace, view, laid, [...before.acus, ...before.open ?? [], ...add], signal);
      const engine = adopted?.engine ?? view.engine;
      for (const id of add) engine.segmentOf(id); // throws: there is no such ACU
      const gone = new Set(drop), set = new Set(before.acus), open = (before.open ?? []).filter((id) => !gone.has(id));
      for (const id of add) if (!set.has(id) && !gone.has(id) && !open.includes(id)) open.push(id);
      composition = withOpen(before, open);
      const come = open.filter((id) => before.open?.includes(id) !== true), left = (before.open ?? []).filter((id) => !open.includes(id));
      if (come.length === 0 && left.length === 0) return null;
      const told = (ids: readonly AcuId[]): string => (ids.length > 3 ? plural(ids.length, 'conflict') : ids.map((id) => visible(display(engine.acu(id)?.name ?? id.slice(0, 12) as never), 80)).join(', '));
      const done = [...come.length > 0 ? [`Kept ${told(come)} open`] : [], ...left.length > 0 ? [`${come.length > 0 ? 'dropped' : 'Dropped'} ${told(left)} from what is open`] : []].join(', ');
      return {
        operation: { kind: adopted === null ? 'compose' as const : 'import' as const, target: null, description: done, command: null },
        events: [...adopted === null ? [] : [adopted.event], ...compositionEvents(before, composition)], composition,
        ...adopted !== null && { published: adopted.published, extra: { blobs: adopted.blobs } },
      };
    });
    return { composition, operation };
  }

  async openConflicts(): Promise<Methods['openConflicts']['result']> {
    const view = this.#workspace.shown, open: OpenConflict[] = [];
    for (const acu of view.state.composition.open ?? []) {
      const met = await this.#meet(view, acu);
      if (!('opened' in met)) { open.push({ ...met, places: 0, answered: 0 }); continue; }
      const places = placesOf(met);
      const earlier = await Promise.all(places.map((one) => this.#earlier(one)));
      open.push({ acu, state: met.state, reason: '', against: met.against, places: places.length, answered: earlier.filter((one) => one?.here === true).length });
    }
    return { open };
  }

  async toDecide(acu: AcuId): Promise<ToDecide> {
    const met = await this.#meet(this.#workspace.shown, acu);
    if (!('opened' in met)) return { ...met, files: [] };
    const files: FileToDecide[] = [];
    for (const one of met.opened) {
      const { dispute } = one, paths = dispute.shape === 'lines' ? [dispute.path] : dispute.place.paths.map(({ path }) => path);
      const places: PlaceToDecide[] = [];
      for (const place of placesOf(met, one)) places.push(await this.#told(met, place));
      files.push({ path: dispute.path, kind: dispute.shape === 'lines' ? dispute.kind : dispute.place.kind, ...met.writers(paths), places });
    }
    return { acu, state: met.state, reason: '', against: met.against, files };
  }

  async decidedFile({ acu, path, answers }: Methods['decidedFile']['params']): Promise<Methods['decidedFile']['result']> {
    const view = this.#workspace.shown, met = await this.#meet(view, acu);
    if (!('opened' in met)) throw new AcumenError('not-composable', MOVED, 'Look at what is to be decided again.');
    const some = met.opened.filter(({ dispute }) => (dispute.shape === 'lines' ? dispute.path === path : dispute.place.paths.some((p) => p.path === path)));
    if (some.length === 0) throw new AcumenError('unknown-name', 'Nothing is to be decided in that file.', 'Choose a file of the list.', { path });
    const change = decidedTree(met.contents, met.disputed, answered(met, some, answers), met.was).get(path);
    const before = met.was(path), after = change === undefined ? before : change.after;
    const blobOf = await this.#blobOf(met);
    return { before: await shownEntry(before, blobOf), after: await shownEntry(after, blobOf) };
  }

  async decide({ acu, answers }: { readonly acu: AcuId; readonly answers: readonly PlaceAnswer[] }, signal: AbortSignal): Promise<Methods['decide']['result']> {
    const workspace = this.#workspace;
    if (workspace.live.passing([acu]) !== null) await this.keepOpen({ add: [acu], drop: [] }, signal);
    let composition: Composition = workspace.view.state.composition, resolution: AcuId | null = null;
    const operation = await workspace.commit(async (view) => {
      signal.throwIfAborted();
      const met = await this.#meet(view, acu), before = view.state.composition;
      if (!('opened' in met)) throw new AcumenError('not-composable', met.state === 'fits' ? 'There is nothing to decide: it fits as it is.' : `It cannot be decided: ${met.reason}.`, met.state === 'fits' ? 'Compose it.' : 'Look at what is to be decided again.', { acu });
      const given = answered(met, met.opened, answers), places = placesOf(met);
      const changes = decidedTree(met.contents, met.disputed, given, met.was);
      const recorded: DomainEvent = { kind: 'answers-recorded', answers: places.map(({ place, key, nth, opened }) => ({ key, kind: place.kind, path: pathOf(opened), decided: decidedBy(place, given.find((g) => g.dispute === opened.dispute)!.answers[nth]!) })) };
      const name = nameOf(view.engine, [...met.against, acu], met.state === 'stale' ? view.state.published!.baseName : null);
      const who = signature(workspace.env, workspace.clock.now(), workspace.clock.offset());
      const made = await publishWith(workspace, view, {
        name, parents: met.parents, changes, blobs: met.contents.made, said: { author: who, committer: who, message: `${name}\n` as never },
      }, signal);
      const description = `Decided ${name.replace(/, decided$/, '')}: ${plural(places.length, 'place')}`, command = this.#command(view, acu, given);
      const answersEvent = places.length > 0 ? [recorded] : [];
      ({ acu: resolution } = made);
      const rest = (before.open ?? []).filter((id) => id !== acu);
      if (resolution === null && !isSame(changes, met.ours)) throw new AcumenError('not-composable', 'So decided it differs by no path from what its sides make of each other, and could not be told from them.', 'Decide it otherwise, or merge these branches in git and import that.');
      if (resolution === null) {
        // nothing of it is left: it is simply no longer open
        composition = withOpen(before, rest);
        return { operation: { kind: 'compose', target: null, description: `${description}; nothing of it is left`, command }, events: [...compositionEvents(before, composition), ...answersEvent], composition };
      }
      const on: View = { head: view.head, state: { ...view.state, published: made.published }, engine: made.engine };
      const whole = await this.#standing(on, [...before.acus, ...made.engine.closed([resolution])], made, signal);
      composition = whole === null ? withOpen({ ...before, base: made.engine.base }, [...rest, resolution]) : withSet(withOpen(whole.composition, rest), whole.composition.acus);
      return {
        // an import, for it publishes
        operation: { kind: 'import', target: null, description: whole === null ? `${description}; it still conflicts with others and is open` : description, command },
        events: [made.event, ...compositionEvents(before, composition), ...answersEvent], published: made.published, composition,
        extra: { blobs: [...made.blobs, ...whole?.blobs ?? []] },
      };
    });
    return { composition, operation: operation!, resolution };
  }

  /** Null where it conflicts with others of the set: then it is decided against those, too, and is open until it is. */
  async #standing(on: View, acus: readonly AcuId[], made: Published1, signal: AbortSignal): Promise<Standing | null> {
    try {
      return await standing(this.#workspace, on, acus, signal, made.blobs);
    } catch (error) {
      if (error instanceof AcumenError && error.code === 'not-composable') return null;
      throw error;
    }
  }

  /** Where one word says it all. */
  #command({ engine }: View, acu: AcuId, given: readonly { readonly answers: readonly Answer[] }[]): string | null {
    const takes = new Set(given.flatMap(({ answers }) => answers.map(({ take }) => take)));
    const [take] = takes, it = engine.acu(acu);
    if (takes.size !== 1 || (take !== 'ours' && take !== 'theirs' && take !== 'both') || it === undefined) return null;
    return commandLine('resolve', it.sources.length === 1 && engine.named(it.sources[0]!).length === 1 ? display(it.sources[0]!) : acu.slice(0, 16), '--take', take);
  }

  #meet(view: Pick<View, 'engine' | 'state'>, acu: AcuId): Promise<Meeting | NoMeeting> {
    const { engine, state: { composition: { acus } } } = view;
    if (this.#met?.engine !== engine || this.#met.acus !== acus) this.#met = { engine, acus, by: new Map() };
    const { by } = this.#met;
    let met = by.get(acu);
    if (met === undefined) {
      if (by.size >= MOST_MET) by.clear();
      by.set(acu, met = this.#workspace.moment(view as View).then((moment) => meet(this.#workspace.reading, moment, acus, acu)));
      met.catch(() => { by.delete(acu); });
    }
    return met;
  }

  async #told(met: Meeting, one: Place1): Promise<PlaceToDecide> {
    const { place, opened, key } = one, earlier = await this.#earlier(one);
    if (place.shape === 'lines') {
      const { pieces } = opened, at = pieces!.indexOf(place);
      const texts = { base: shownText(place.base), ours: shownText(place.ours), theirs: shownText(place.theirs) };
      return {
        key, kind: place.kind, shape: 'lines', ...texts, lead: linesAt(pieces![at - 1], 'last'), tail: linesAt(pieces![at + 1], 'first'), at: place.at, ends: lineEndsOf(place),
        paths: [], both: true, writable: [place.ours, place.theirs].every(isPlain), earlier,
      };
    }
    const blobOf = await this.#blobOf(met), single = place.paths.length === 1 ? place.paths[0]! : null;
    const shown = async (entry: Entry | null | undefined): Promise<Shown | null> => (entry == null ? null : shownEntry(entry, blobOf));
    const texts = { base: await shown(single?.base), ours: await shown(single?.ours), theirs: await shown(single?.theirs) };
    const regular = [texts.ours, texts.theirs].filter((text) => text !== null);
    return {
      key, kind: place.kind, shape: 'files', ...texts, lead: '', tail: '', at: [0, 0, 0], ends: 'none', paths: place.paths, both: place.bothStand,
      writable: place.writable && regular.every(({ binary, truncated, text }) => !binary && !truncated && !text.includes('\ufffd')), earlier,
    };
  }

  async #blobOf(met: Meeting): Promise<(oid: Entry['oid']) => Promise<Uint8Array>> {
    const { reader, stored } = await this.#workspace.moment();
    const source = this.#workspace.reading.warm(reader).source(stored);
    return async (oid) => met.contents.made.get(oid) ?? loadOne(source, oid);
  }

  /** The last answer to the same conflict in the same file; else the last elsewhere. */
  async #earlier({ place, key, opened }: Place1): Promise<EarlierAnswer | null> {
    const { answers, last } = await this.#workspace.store.answers(this.#read);
    for (const { seq, answer } of answers satisfies readonly Answered[]) if (seq > this.#read) {
      const list = this.#answers.get(answer.key);
      if (list === undefined) this.#answers.set(answer.key, [{ answer, seq }]); else list.push({ answer, seq });
    }
    this.#read = Math.max(this.#read, last);
    const path = pathOf(opened), all = this.#answers.get(key) ?? [];
    const found = all.findLast(({ answer }) => answer.path === path) ?? all.at(-1);
    const answer = found === undefined ? null : answerOf(place, found.answer.decided);
    if (found === undefined || answer === null) return null;
    const operation = this.#workspace.log.findLast(({ firstEvent }) => firstEvent <= found.seq);
    return { answer, here: found.answer.path === path, path: found.answer.path, time: operation?.time ?? 0 };
  }
}

function isSame(a: Changes, b: Changes): boolean {
  return a.size === b.size && [...a].every(([path, { after }]) => { const other = b.get(path); return other !== undefined && sameEntry(after, other.after); });
}

/** ACUs whose places are kept worked out, of one moment. */
const MOST_MET = 64;

const pathOf = ({ dispute }: Opened): PathBytes => dispute.path;

/** Every place, in the order in which they are shown; `nth` counts those of a file. */
function placesOf(met: Meeting, only?: Opened): Place1[] {
  return (only === undefined ? met.opened : [only]).flatMap((opened) => opened.places.map((place, nth) => ({ opened, place, nth, key: resolutionKey(place) })));
}

/** Each dispute with an answer for each of its places, or why that is not so. */
function answered(met: Meeting, some: readonly Opened[], answers: readonly PlaceAnswer[]): (Opened & { readonly answers: readonly Answer[] })[] {
  const by = new Map(answers.map((one) => [`${one.nth} ${one.path}`, one]));
  let left = 0;
  const out = some.map((opened) => ({
    ...opened,
    answers: placesOf(met, opened).map(({ place, nth, key }): Answer => {
      const given = by.get(`${nth} ${pathOf(opened)}`);
      if (given === undefined) { left++; return { take: 'ours' }; }
      if (given.key !== key) throw new AcumenError('not-composable', MOVED, 'Look at what is to be decided again: answers that still fit are filled in.', { path: display(given.path) });
      const why = unfit(place, given.answer);
      if (why !== null) throw new AcumenError('usage', `${display(pathOf(opened))} ${why}.`, 'Give another answer for it.', { path: display(pathOf(opened)) });
      return given.answer;
    }),
  }));
  if (left > 0) throw new AcumenError('not-composable', `${plural(left, 'place is', 'places are')} not decided yet.`, 'Decide every place first.', { left });
  return out;
}

/** A few lines of a merged piece beside a place, for display. */
function linesAt(piece: Piece | undefined, end: 'first' | 'last'): string {
  if (!(piece instanceof Uint8Array)) return '';
  let from = 0, to = piece.length;
  if (end === 'last') {
    from = to;
    for (let n = 0; n < AROUND && from > 0; n++) from = from < 2 ? 0 : piece.lastIndexOf(10, from - 2) + 1;
  } else {
    to = 0;
    for (let n = 0; n < AROUND && to < piece.length; n++) { const next = piece.indexOf(10, to); to = next < 0 ? piece.length : next + 1; }
  }
  return shownText(piece.subarray(from, to)).text;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Shown as it is, so that it can be edited without losing a byte. */
function isPlain(bytes: Uint8Array): boolean {
  const { binary, truncated } = shownText(bytes);
  if (binary || truncated) return false;
  try { strict.decode(bytes); return true; } catch { return false; }
}

