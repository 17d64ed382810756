// The compose operation and what write-branch shares with it: a set that stands, the composition it makes, and the contents
// that must go into the store with it (design.md §2, Composition: a force-push and a gc must not empty it).
import type { AcuId, Oid } from '../../core/bytes.ts';
import { compositionEvents, withOpen, withSet } from '../../core/composition.ts';
import type { Engine } from '../../core/engine.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Operation } from '../../core/events.ts';
import { Mode } from '../../core/repository.ts';
import type { Entry } from '../../core/repository.ts';
import type { Composition } from '../../core/model.ts';
import type { StandingSet } from '../../core/sets/standing.ts';
import type { Methods } from '../../contract/methods.ts';
import { piecesOf } from '../storage/piece.ts';
import type { NewBlob } from '../storage/store.ts';
import { contentsOf } from './composer.ts';
import { adopt } from './live/adopting.ts';
import { notComposable } from './reading.ts';
import type { Composed, Moment } from './reading.ts';
import { composeCommand, describeChange } from './said.ts';
import type { View, Workspace } from './workspace.ts';

/** Changes of the composition's set by whoever asks, each planned on those before it though they are not committed yet. */
export class Composing {
  readonly #workspace: Workspace;
  /** the set as it was last planned, followed an ACU at a time; null where only looking at all of it tells whether it stands */
  #followed: { readonly engine: Engine; readonly acus: readonly AcuId[]; readonly set: StandingSet | null } | null = null;
  /** contents that the store is known to have: it never gives one back */
  readonly #stored = new Set<Oid>();

  constructor(workspace: Workspace) { this.#workspace = workspace; }

  /** Replaces the set, which must be closed and free of conflicts. The same set again records nothing. `as`: where it was kept before, and how that is told. */
  async compose(acus: readonly AcuId[], signal: AbortSignal, as?: Kept): Promise<Methods['compose']['result']> {
    const ids = [...new Set(acus)].sort();
    const { operation, composition } = await this.#amend(ids, signal, (view) => {
      const { acus: before } = view.state.composition;
      const old = new Set(before), next = new Set(ids);
      return { ids, added: ids.filter((id) => !old.has(id)), gone: before.filter((id) => !next.has(id)), longest: Infinity, ...as !== undefined && { as } };
    });
    return { composition, operation: operation ?? this.#workspace.log.at(-1)! };
  }

  /** Adds to the set, or takes out of it. What is there already, or is not, stays so. */
  async change({ add, remove }: { readonly add: readonly AcuId[]; readonly remove: readonly AcuId[] }, signal: AbortSignal): Promise<Methods['add']['result']> {
    const { operation, composition } = await this.#amend(add, signal, (view) => {
      const before = view.state.composition.acus;
      for (const id of [...add, ...remove]) if (view.engine.acu(id) === undefined && !has(before, id)) view.engine.segmentOf(id); // throws: there is no such ACU
      const added = [...new Set(add)].filter((id) => !has(before, id)), gone = [...new Set(remove)].filter((id) => has(before, id));
      return { ids: changed(before, added, gone), added, gone, longest: MAX_TOLD };
    });
    return { operation, size: composition.acus.length };
  }

  /** `wanted`: what is to be in it, among which may be what only passes. */
  async #amend(wanted: readonly AcuId[], signal: AbortSignal, change: (view: View) => Change): Promise<{ readonly operation: Operation | null; readonly composition: Composition }> {
    const workspace = this.#workspace;
    const adopted = workspace.live.passing(wanted) === null ? null : await this.#adopt(wanted, signal, change);
    if (adopted !== null) return adopted;
    let composition: Composition, blobs: readonly NewBlob[] = [];
    const operation = await workspace.amend(async (view) => {
      signal.throwIfAborted();
      const { ids, added, gone, longest, as } = change(view), { engine } = view;
      composition = view.state.composition;
      const isHere = composition.base === engine.base;
      if (isHere && added.length === 0 && gone.length === 0 && view.head.operation > 0) return null;
      const before = composition;
      if (isHere && this.#proves(view, ids, added, gone)) {
        composition = setOf(before, ids, as);
        blobs = await this.#contents(view, added);
      } else {
        this.#followed = null;
        const whole = await standing(workspace, view, ids, signal);
        composition = setOf(whole.composition, ids, as);
        blobs = whole.blobs;
        this.#followed = { engine, acus: ids, set: engine.standing(ids) };
      }
      return {
        operation: {
          kind: 'compose', target: null, description: as?.description ?? describeChange(engine, { added, gone, before: before.acus.length, after: ids }),
          command: as !== undefined ? as.command : ids.length > longest ? null : composeCommand(engine, ids),
        },
        events: compositionEvents(before, composition), composition,
        ...blobs.length > 0 && { extra: { blobs } },
      };
    });
    if (operation !== null) for (const { oid } of blobs) this.#note(oid);
    return { operation, composition: composition! };
  }

  /** The same where some of it passes: that is published in the same operation. Null where it has passed, or is published, meanwhile. */
  async #adopt(wanted: readonly AcuId[], signal: AbortSignal, change: (view: View) => Change): Promise<{ readonly operation: Operation | null; readonly composition: Composition } | null> {
    const workspace = this.#workspace;
    let composition = workspace.view.state.composition;
    const operation = await workspace.commit(async (view) => {
      signal.throwIfAborted();
      const laid = workspace.live.passing(wanted);
      if (laid === null || laid.over !== view.state.published) return null;
      const adopted = await adopt(workspace, view, laid, [...view.state.composition.acus, ...wanted], signal);
      const { published, engine } = adopted, on: View = { head: view.head, state: { ...view.state, published }, engine };
      const { ids, added, gone, longest, as } = change(on), before = composition = view.state.composition;
      const whole = await standing(workspace, on, ids, signal, adopted.blobs), command = as !== undefined ? as.command : ids.length > longest ? null : composeCommand(engine, ids)?.concat(piecesOf(['--worktrees'])) ?? null;
      composition = setOf(whole.composition, ids, as);
      return {
        operation: {
          // an import, for it publishes
          kind: 'import', target: null, description: as?.description ?? describeChange(engine, { added, gone, before: before.acus.length, after: ids }),
          command,
        },
        events: [adopted.event, ...compositionEvents(before, composition)], published, composition,
        extra: { blobs: [...adopted.blobs, ...whole.blobs] },
      };
    });
    return operation === null ? null : { operation, composition };
  }

  /** Does the view's set stand when changed so? Follows it there. False where that does not tell. */
  #proves(view: View, ids: readonly AcuId[], added: readonly AcuId[], gone: readonly AcuId[]): boolean {
    const { engine, state: { composition: { acus } } } = view;
    const set = this.#followed?.engine === engine && this.#followed.acus === acus ? this.#followed.set : this.#follow(engine, acus);
    this.#followed = { engine, acus, set };
    if (set === null) return false;
    this.#followed = null;
    for (const id of upwards(engine, gone).reverse()) if (!set.remove(id)) return false;
    for (const id of upwards(engine, added)) if (!set.add(id)) return false;
    this.#followed = { engine, acus: ids, set };
    return true;
  }

  /** From nothing: a set that an import left may not stand. */
  #follow(engine: Engine, acus: readonly AcuId[]): StandingSet | null {
    const set = engine.standing([]);
    if (set !== null) for (const id of upwards(engine, acus)) if (!set.add(id)) return null;
    return set;
  }

  /**
   * What composing any set with these needs of them: the base's contents at their paths and their own. What composing makes of those is not
   * kept: it makes it again.
   */
  async #contents(view: View, added: readonly AcuId[]): Promise<NewBlob[]> {
    const unknown = new Set<Oid>();
    for (const id of added) for (const oid of contentsOf(view.engine, view.engine.segmentOf(id))) if (!this.#stored.has(oid)) unknown.add(oid);
    if (unknown.size === 0) return [];
    for (const oid of await this.#workspace.store.hasBlobs([...unknown])) {
      unknown.delete(oid);
      this.#note(oid);
    }
    if (unknown.size === 0) return [];
    const lacking = [...unknown], { reader, stored } = await this.#workspace.moment(view);
    const found = await this.#workspace.reading.warm(reader).source(stored).load(lacking, Infinity);
    return lacking.map((oid, i) => {
      const bytes = found[i]!;
      if (bytes instanceof AcumenError) throw bytes;
      return { oid, bytes };
    });
  }

  #note(oid: Oid): void {
    if (this.#stored.size >= MAX_NOTED) this.#stored.clear();
    this.#stored.add(oid);
  }
}

/** Contents noted as stored: some 100 bytes each. */
const MAX_NOTED = 200_000;
/** Of larger sets, adding one says no command line: nobody copies it, and each would be longer than the operation. */
const MAX_TOLD = 24;

/** A set that was kept, with what waited for a decision beside it, and what the operation that composes it again says. */
export interface Kept { readonly open: readonly AcuId[]; readonly description: string; readonly command: string | null }

interface Change { readonly as?: Kept; /** sorted */ readonly ids: readonly AcuId[]; readonly added: readonly AcuId[]; readonly gone: readonly AcuId[]; /** set of which the command line is told */ readonly longest: number }

/** What is open and comes in is open no more; of a set that was kept only that is open which was kept so. */
function setOf(before: Composition, ids: readonly AcuId[], as: Kept | undefined): Composition { return withSet(as === undefined ? before : withOpen(before, as.open), ids); }

/** Where it is in a sorted list, or would be. */
function placeOf(acus: readonly AcuId[], id: AcuId): number {
  let low = 0, high = acus.length;
  while (low < high) { const mid = (low + high) >>> 1; if (acus[mid]! < id) low = mid + 1; else high = mid; }
  return low;
}
const has = (acus: readonly AcuId[], id: AcuId): boolean => acus[placeOf(acus, id)] === id;

function changed(acus: readonly AcuId[], added: readonly AcuId[], gone: readonly AcuId[]): readonly AcuId[] {
  if (added.length === 0 && gone.length === 0) return acus;
  if (gone.length === 0 && added.length === 1) return acus.toSpliced(placeOf(acus, added[0]!), 0, added[0]!);
  if (added.length === 0 && gone.length === 1) return acus.toSpliced(placeOf(acus, gone[0]!), 1);
  const lost = new Set(gone);
  return [...acus.filter((id) => !lost.has(id)), ...added].sort();
}

/** What stands on others after them. */
function upwards(engine: Engine, ids: readonly AcuId[]): AcuId[] {
  return ids.length < 2 ? [...ids] : ids.map((id) => [engine.segmentOf(id), id] as const).sort(([a], [b]) => a - b).map(([, id]) => id);
}

export interface Standing { readonly composition: Composition; readonly composed: Composed; readonly moment: Moment; readonly blobs: readonly NewBlob[] }

/** The set as a composition of this view, or `not-composable` with what stands against it. `made`: contents that are stored with it, and not yet. */
export async function standing(workspace: Workspace, view: View, acus: readonly AcuId[], signal: AbortSignal, made: readonly NewBlob[] = []): Promise<Standing> {
  const ids = [...new Set(acus)].sort();
  const now = await workspace.moment(view), pending = new Map(made.map(({ oid, bytes }) => [oid, bytes]));
  const moment = made.length === 0 ? now : { ...now, stored: async (oid: Oid) => pending.get(oid) ?? now.stored(oid) };
  const composed = await workspace.reading.composed(moment, ids, signal);
  if (!('delta' in composed)) throw notComposable(composed);
  const composition = withSet({ ...view.state.composition, base: view.engine.base }, ids);
  const blobs = isCurrent(view, composition) ? [] : await neededContents(workspace, moment, composed, ids);
  signal.throwIfAborted();
  return { composition, composed, moment, blobs };
}

export function isCurrent(view: View, composition: Composition): boolean {
  const now = view.state.composition;
  return now.base === composition.base && now.acus.length === composition.acus.length && now.acus.every((id, i) => id === composition.acus[i]);
}

/** Composed contents, the base's at the same paths, and both sides of every edit of the set; those the store has are left out. */
export async function neededContents(workspace: Workspace, moment: Moment, composed: Composed, ids: readonly AcuId[]): Promise<NewBlob[]> {
  const wanted = new Set<Oid>();
  const want = (entry: Entry | null): void => { if (entry !== null && entry.mode !== Mode.submodule) wanted.add(entry.oid); };
  for (const { before, after } of composed.changes.values()) { want(before); want(after); }
  for (const { edits } of await moment.bodies(ids.map((id) => moment.engine.segmentOf(id)))) for (const { before, after } of edits) { want(before); want(after); }
  const stored = await workspace.store.hasBlobs([...wanted]);
  const lacking = [...wanted].filter((oid) => !stored.has(oid)), others = lacking.filter((oid) => !composed.blobs.has(oid));
  const found = await workspace.reading.warm(moment.reader).source((oid) => moment.stored(oid)).load(others, Infinity);
  const read = new Map(others.map((oid, i) => [oid, found[i]!]));
  return lacking.map((oid) => {
    const bytes = composed.blobs.get(oid) ?? read.get(oid)!;
    if (bytes instanceof AcumenError) throw bytes;
    return { oid, bytes };
  });
}
