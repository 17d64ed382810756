// Earlier moments of a workspace (docs/decisions/0057): the state that any operation left, with an engine over it, to be read like the
// present; what two of them differ in; and going back to one. Engines of the past are few and bounded in bytes: what one scrubs over are
// compositions, nearly all of them of one published state.
import { setImmediate as turn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { AcuId } from '../../core/bytes.ts';
import { between, followedBy } from '../../core/changes.ts';
import { Contents } from '../../core/contents.ts';
import { editsOf } from '../../core/edits.ts';
import { Engine } from '../../core/engine.ts';
import { AcumenError } from '../../core/errors.ts';
import { type Operation, type Published, type WorkspaceState, publishesNothing } from '../../core/events.ts';
import type { Composition, Segment, Source } from '../../core/model.ts';
import { VERSION as TABLES_VERSION } from '../../core/tables.ts';
import { planReturn } from '../../core/undo.ts';
import { settle } from '../../core/waves.ts';
import type { FileChange, Methods, RepositoryInfo, Shown } from '../../contract/methods.ts';
import type { MomentAcu, MomentsCompared, MovedSource, Parted } from '../../contract/moments.ts';
import { treeDiff } from '../git/trees.ts';
import { digest, Engines } from './engines.ts';
import { pairInThreads } from './pairing.ts';
import { type Composed, type Moment, notComposable } from './reading.ts';
import type { Readable } from './reports.ts';
import { commandLine } from './said.ts';
import type { View, Workspace } from './workspace.ts';

/** Bytes of packed tables that the engines of the past may have together; as engines, with their pairs, they are some eight times as much. One is kept whatever it has. */
const MOST_BYTES = 24 << 20;
/** Segments read from the store between two turns of the others: each is some tens of microseconds. */
const AT_ONCE = 256;
/** Longer descriptions are cut where another one quotes them. */
const QUOTED = 120;

/** What an operation that publishes left, until the next one does. */
interface World { readonly published: Published | null; readonly engine: Engine }

/** A moment for whoever asks about sets, with the composition of then. */
export type PastReadable = Readable & { readonly composition: Composition };

export class Moments {
  readonly #workspace: Workspace;
  /** by the last operation that can have published */
  readonly #worlds: LRUCache<number, World>;
  /** those being built */
  readonly #coming = new Map<number, Promise<World>>();

  constructor(workspace: Workspace, most = MOST_BYTES) {
    this.#workspace = workspace;
    // what alone is larger takes all the place there is: the cache would not hold it otherwise
    this.#worlds = new LRUCache({ maxSize: most, sizeCalculation: ({ engine }) => Math.min(most, Math.max(1, engine.encode().length)) });
  }

  /** Bytes of packed tables held. */
  get bytes(): number { return this.#worlds.calculatedSize; }

  operation(id: number): Operation {
    const found = this.#workspace.log[id - 1];
    if (found === undefined) throw new AcumenError('unknown-name', `There is no operation ${id}.`, '`acumen log` lists the operations there are.', { operation: id });
    return found;
  }

  /** The workspace as that operation left it. */
  async view(id: number): Promise<View> {
    const { store, view: now } = this.#workspace, { lastEvent } = this.operation(id);
    if (id === now.head.operation) return now;
    const world = await this.#world(id);
    return { head: { operation: id, event: lastEvent, written: lastEvent }, state: await store.stateAt(id, world.published), engine: world.engine };
  }

  async #world(id: number): Promise<World> {
    const publishing = this.#workspace.log.slice(0, id).findLast(({ kind }) => !publishesNothing.has(kind))?.id ?? 0;
    const held = this.#worlds.get(publishing);
    if (held !== undefined) return held;
    let coming = this.#coming.get(publishing);
    if (coming === undefined) {
      this.#coming.set(publishing, coming = this.#build(publishing));
      coming.then((world) => { this.#worlds.set(publishing, world); }, () => undefined).finally(() => this.#coming.delete(publishing));
    }
    return coming;
  }

  async #build(publishing: number): Promise<World> {
    const { store, view: now } = this.#workspace, { published } = await store.stateAt(publishing);
    if (published === null) return { published, engine: Engines.nothing() };
    const key = store.publishedKey(published);
    const same = [{ published: now.state.published, engine: now.engine }, ...this.#worlds.values()].find((world) => world.published !== null && store.publishedKey(world.published) === key);
    if (same !== undefined) return same;
    const tables = await store.replica(TABLES_VERSION, key);
    if (tables !== null) return { published, engine: Engine.decode(tables, digest) };
    const segments: Segment[] = [];
    for (let from = 0; from < published.segments.length; from += AT_ONCE) {
      segments.push(...await store.segments(published.segments.slice(from, from + AT_ONCE)));
      await turn();
    }
    return { published, engine: Engine.from(published, segments, digest) };
  }

  async moment({ operation, have }: Methods['moment']['params']): Promise<Methods['moment']['result']> {
    const view = await this.view(operation), { engine, state } = view, { digest: is } = engine;
    return { operation: this.operation(operation), composition: state.composition, repository: this.#infoOf(state), digest: is, bytes: have.includes(is) ? null : engine.encode() };
  }

  #infoOf({ published }: WorkspaceState): RepositoryInfo | null {
    const now = this.#workspace.info();
    return now === null ? null : { ...now, base: published?.base ?? null, baseName: published?.baseName ?? '', grain: published?.grain ?? 'branch' };
  }

  async compare({ a, b }: Methods['compareMoments']['params']): Promise<MomentsCompared> {
    const before = await this.view(a), after = await this.view(b);
    return {
      a: this.operation(a), b: this.operation(b), ...partsOf(before, after), sources: movedSources(before.engine.sources, after.engine.sources),
      base: { before: baseOf(before.state), after: baseOf(after.state) }, ...await this.#files(before, after),
    };
  }

  /** What was composed of one path at both. */
  async comparedFile({ a, b, path }: Methods['comparedFile']['params']): Promise<Methods['comparedFile']['result']> {
    const [before, after] = [await this.readable(a), await this.readable(b)];
    const shown = async ({ moment, reading, composition }: typeof before): Promise<Shown | null> => (await reading.composedFile(await moment(), composition.acus, path)).after;
    return { before: await shown(before), after: await shown(after) };
  }

  async #files(before: View, after: View): Promise<Pick<MomentsCompared, 'files' | 'why'>> {
    if (before.state.published === null || after.state.published === null) return { files: null, why: 'Nothing was imported at one of them.' };
    try {
      return { files: await this.#between(await this.#composedOf(before), await this.#composedOf(after)), why: '' };
    } catch (error) {
      if (error instanceof AcumenError && error.code !== 'bug') return { files: null, why: error.message };
      throw error;
    }
  }

  async #composedOf(view: View): Promise<{ readonly moment: Moment; readonly composed: Composed }> {
    const moment = await this.#readable(view), composed = await this.#workspace.reading.composed(moment, view.state.composition.acus);
    if (!('delta' in composed)) throw notComposable(composed);
    return { moment, composed };
  }

  /** The first tree → the second, each a base with changes of its own. */
  async #between(first: { readonly moment: Moment; readonly composed: Composed }, second: typeof first): Promise<FileChange[]> {
    const { reading } = this.#workspace, { moment } = second, [from, to] = [first.moment.engine.tables.baseTree, moment.engine.tables.baseTree];
    const bases = from === to ? null : await treeDiff(moment.reader, from, to);
    const changes = between(first.composed.changes, bases === null ? second.composed.changes : followedBy(bases, second.composed.changes));
    const contents = new Contents({ ...reading.warm(moment.reader).source((oid) => moment.stored(oid)), ...moment.diff !== undefined && { diff: moment.diff } });
    for (const { composed } of [first, second]) for (const [oid, bytes] of composed.blobs) contents.made.set(oid, bytes);
    return (await settle(contents, () => editsOf(contents, changes))).map(({ path, kind, added, deleted }) => ({ path, kind, added, deleted }));
  }

  /** Goes back to composition and publication of then. Undone like any other operation; an import again reads where refs are by now. */
  async returnTo(id: number, signal: AbortSignal): Promise<Methods['returnTo']['result']> {
    const { kind, description } = this.operation(id), { state: then, engine } = await this.view(id);
    // its engine is there already: building another would be most of the work
    if (then.published !== null) this.#workspace.giveEngine(then.published, engine);
    const quoted = description.length > QUOTED ? `${description.slice(0, QUOTED)}…` : description;
    const operation = await this.#workspace.commit(async (view) => {
      const events = planReturn(view.state, then);
      signal.throwIfAborted();
      if (events === null) return null;
      return {
        operation: { kind: 'return', target: id, description: kind === 'return' ? quoted : `Returned to operation ${id}: ${quoted}`, command: commandLine('return', String(id)) },
        events, ...then.published !== null && then.published !== view.state.published && { published: then.published },
      };
    });
    return { operation, composition: this.#workspace.view.state.composition };
  }

  /** What reads are asked of, its pairs swept in threads where there are many. */
  async read(at: number): Promise<Moment> { return this.#readable(await this.view(at)); }

  /** The same for whoever asks about sets, with the composition of then. */
  async readable(at: number): Promise<PastReadable> {
    const view = await this.view(at), moment = await this.#readable(view);
    return { engine: view.engine, reading: this.#workspace.reading, moment: async () => moment, composition: view.state.composition };
  }

  async #readable(view: View): Promise<Moment> {
    await pairInThreads(view.engine, this.#workspace.platform.pools, this.#workspace.store.file);
    return this.#workspace.moment(view);
  }
}

const baseOf = ({ published }: WorkspaceState): { name: string; oid: Published['base'] } | null => (published === null ? null : { name: published.baseName, oid: published.base });

function partsOf(before: View, after: View): Pick<MomentsCompared, 'inFlight' | 'composed'> {
  const names = new Map<AcuId, MomentAcu>();
  for (const { engine } of [before, after]) for (const { id, name } of engine.acus) names.set(id, { id, name });
  const named = (id: AcuId): MomentAcu => names.get(id) ?? { id, name: id.slice(0, 12) as MomentAcu['name'] };
  const parted = (a: readonly AcuId[], b: readonly AcuId[]): Parted => {
    const was = new Set(a), is = new Set(b);
    return { left: [...was].filter((id) => !is.has(id)).map(named), came: [...is].filter((id) => !was.has(id)).map(named), both: was.intersection(is).size };
  };
  return {
    inFlight: parted(before.engine.acus.map(({ id }) => id), after.engine.acus.map(({ id }) => id)),
    composed: parted(before.state.composition.acus, after.state.composition.acus),
  };
}

/** By name, in byte order. */
function movedSources(before: readonly Source[], after: readonly Source[]): MovedSource[] {
  const was = new Map(before.map((source) => [source.ref, source])), is = new Map(after.map((source) => [source.ref, source]));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((ref) => {
    const old = was.get(ref), now = is.get(ref);
    return old?.oid === now?.oid ? [] : [{ name: (now ?? old)!.name, before: old?.oid ?? null, after: now?.oid ?? null }];
  }).sort((x, y) => (x.name < y.name ? -1 : 1));
}
