// What a workspace answers without changing anything: composed sets, their files, texts of ACUs and of conflicts. Results are kept by
// content in the cache (cache/), a question that is being answered is not asked twice, and what is likely to be asked next is got ready.
import type { AcuId, Oid, PathBytes } from '../../core/bytes.ts';
import { Contents } from '../../core/contents.ts';
import { editsOf } from '../../core/edits.ts';
import type { Engine } from '../../core/engine.ts';
import { AcumenError } from '../../core/errors.ts';
import { type Change, sameEntry } from '../../core/changes.ts';
import type { SegmentKey } from '../../core/events.ts';
import type { Edit, Segment, SetConflict } from '../../core/model.ts';
import type { Entry, RepositoryReader } from '../../core/repository.ts';
import { settle } from '../../core/waves.ts';
import { type Telemetry, type Timer, silent } from '../../core/telemetry.ts';
import type { FileChange, Methods } from '../../contract/methods.ts';
import { Bringing } from './cache/bringing.ts';
import { LayeredCache, type Shelf } from './cache/cache.ts';
import type { PreviewFiles, Sketch } from './cache/kinds.ts';
import * as kinds from './cache/kinds.ts';
import { Prefetch } from './cache/prefetch.ts';
import { composeSet, conflictTexts } from './composer.ts';
import type { Bodies, ComposedSet, NotComposed } from './composer.ts';
import { loadOne } from './importer.ts';
import { contentKey, setKey } from './keys.ts';
import { Lookup } from './lookup.ts';
import { span } from './monitor/spans.ts';
import { Onward } from './onward.ts';
import type { Diff } from './pools/diffing.ts';
import { previewConflicts, shownEntry, shownText } from './shown.ts';
import { Warm } from './warm.ts';

/** One moment of a workspace: everything below is asked of it. */
export interface Moment {
  readonly engine: Engine;
  readonly reader: RepositoryReader;
  /** contents that the repository does not have, or has no more */
  stored(oid: Oid): Promise<Uint8Array | null>;
  /** under which a published segment is stored */
  key(segment: number): SegmentKey;
  /** the body of a published segment, by its place among them */
  edits(segment: number): Promise<readonly Edit[]>;
  /** the bodies of some, in the order asked */
  readonly bodies: Bodies;
  /** where differences of long texts are worked out */
  readonly diff?: Diff;
  /** what is composed now: what is looked at may join it */
  readonly chosen?: readonly AcuId[];
}

export interface Composed extends ComposedSet {
  readonly tree: Oid;
  /** trees that were not there before, as their bytes */
  readonly trees: ReadonlyMap<Oid, Uint8Array>;
}
type Answer = Composed | NotComposed;

/** Sets whose keys are remembered, for each engine: naming one goes over all that is below it. */
const MOST_NAMED = 500;
/** What laying out a graph takes at least, in milliseconds: it is worth being kept on disk. */
const LAID_OUT = 10;

export class Reading {
  readonly cache: LayeredCache;
  readonly prefetch: Prefetch;
  readonly onward: Onward;
  readonly #merges: Timer;
  readonly #composed: Shelf<Sketch>;
  readonly #made: Shelf<Uint8Array>;
  readonly #changes: Shelf<FileChange>;
  readonly #previews: Shelf<PreviewFiles>;
  readonly #refused: Shelf<NotComposed>;
  readonly #conflicts: Shelf<Methods['conflictFile']['result']>;
  readonly #segments: Shelf<Segment>;
  readonly #layouts: Shelf<Uint8Array>;
  /** what somebody still holds with its contents */
  readonly #whole = new WeakMap<Sketch, WeakRef<Composed>>();
  readonly #keys = new WeakMap<Engine, Map<string, string | null>>();
  readonly #warm = new WeakMap<RepositoryReader, Warm>();

  constructor(cache: LayeredCache = new LayeredCache(), telemetry: Telemetry = silent) {
    this.cache = cache;
    this.#merges = telemetry.timer('acumen_merge_execution_seconds');
    this.prefetch = new Prefetch(cache, telemetry);
    this.onward = new Onward(this.prefetch, {
      preview: (moment, ids) => this.#keptPreview(moment, ids), composedFile: (moment, ids, path) => this.#composedFile(moment, ids, path),
      acuFile: (moment, acu, path) => this.#acuFile(moment, acu, path), conflict: (moment, a, b, path) => this.#keptConflict(moment, a, b, path),
    });
    this.#composed = cache.shelf(kinds.composed);
    this.#made = cache.shelf(kinds.made);
    this.#changes = cache.shelf(kinds.change);
    this.#previews = cache.shelf(kinds.preview);
    this.#refused = cache.shelf(kinds.refused);
    this.#conflicts = cache.shelf(kinds.conflict);
    this.#segments = cache.shelf(kinds.segment);
    this.#layouts = cache.shelf(kinds.layout);
  }

  warm(reader: RepositoryReader): Warm {
    let warm = this.#warm.get(reader);
    if (warm === undefined) this.#warm.set(reader, warm = new Warm(reader, this.cache));
    return warm;
  }

  /** Takes what an import has in hand when it is done; null where nobody asks for it next. */
  bringing(): Bringing | null {
    return (this.prefetch.enabled || this.cache.recorder !== null) && this.cache.stage === 'normal' ? new Bringing(this.cache) : null;
  }

  /** Bodies of published segments, in the order asked; `load` brings those that are not kept. */
  async bodies(keys: readonly SegmentKey[], load: (keys: readonly SegmentKey[]) => Promise<readonly Segment[]>): Promise<Segment[]> {
    const out = keys.map((key) => this.#segments.get(key));
    const missing = keys.filter((_, i) => out[i] === undefined);
    if (missing.length === 0) return out as Segment[];
    const began = performance.now(), found = await load(missing), each = (performance.now() - began) / missing.length;
    let n = 0;
    return out.map((one, i) => {
      if (one !== undefined) return one;
      const body = found[n++]!;
      this.#segments.set(keys[i]!, body, each);
      return body;
    });
  }

  /** The composed tree of a set, or what stands against it. The order of `ids` does not matter. */
  async composed(moment: Moment, ids: readonly AcuId[], signal?: AbortSignal): Promise<Answer> {
    const set = setKey(ids), key = this.#keyOf(moment, set, ids);
    if (key === null) return this.#compose(moment, ids, null, signal);
    const why = `${moment.engine.digest} ${set}`;
    const refused = this.#refused.get(why);
    if (refused !== undefined) return refused;
    const work = async (stop: AbortSignal): Promise<Sketch> => {
      const answer = await this.#compose(moment, ids, key, stop);
      if (!('delta' in answer)) { this.#refused.set(why, answer); throw new Refusal(answer); }
      const sketch = sketchOf(answer);
      this.#whole.set(sketch, new WeakRef(answer));
      return sketch;
    };
    try {
      const sketch = await this.#composed.compute(key, work, signal);
      return this.#whole.get(sketch)?.deref() ?? this.#assembled(sketch) ?? await this.#compose(moment, ids, key, signal);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  }

  /** With its contents, if all of them are still kept. */
  #assembled(sketch: Sketch): Composed | null {
    const part = (oids: readonly Oid[]): Map<Oid, Uint8Array> | null => {
      const out = new Map<Oid, Uint8Array>();
      for (const oid of oids) {
        const bytes = this.#made.get(oid);
        if (bytes === undefined) return null;
        out.set(oid, bytes);
      }
      return out;
    };
    const blobs = part(sketch.blobs), trees = blobs && part(sketch.trees);
    if (blobs === null || trees === null) return null;
    const changes = new Map(sketch.changes), delta = new Map(sketch.changes.map(([path, { after }]) => [path, after]));
    const whole: Composed = { tree: sketch.tree, changes, delta, blobs, trees };
    this.#whole.set(sketch, new WeakRef(whole));
    return whole;
  }

  /** `key`: what it is kept under, if it is. */
  async #compose(moment: Moment, ids: readonly AcuId[], key: string | null, signal?: AbortSignal): Promise<Answer> {
    const { engine, reader } = moment, began = performance.now();
    const set = await span('merge', () => composeSet(engine, reader, [...new Set(ids)].sort(), (oid) => moment.stored(oid), signal, this.warm(reader), moment.bodies));
    this.#merges.record((performance.now() - began) / 1000);
    if (!('delta' in set)) return set;
    const { tree, made } = await this.warm(reader).grow(engine.tables.baseTree, set.delta);
    const ms = performance.now() - began;
    if (key !== null) for (const [oid, bytes] of [...set.blobs, ...made]) if (!this.#made.has(oid)) this.#made.setPart(oid, bytes, ms);
    return { ...set, tree, trees: made };
  }

  /** The set by content: the base and every segment it consists of. Null where it lacks what it needs, or names what is not there. */
  #keyOf(moment: Moment, set: string, ids: readonly AcuId[]): string | null {
    const { engine } = moment;
    let known = this.#keys.get(engine);
    if (known === undefined) this.#keys.set(engine, known = new Map());
    let key = known.get(set);
    if (key === undefined) {
      if (known.size >= MOST_NAMED) known.clear();
      known.set(set, key = engine.missing(ids).length > 0 ? null : contentKey(moment, engine.tops(ids), ['set']));
    }
    return key;
  }

  /**
   * Kinds and line counts against the base; a path's are computed once for its two contents, and taken over from the change that alone makes
   * the one of the other: nearly all are, and no content is read for those.
   */
  async #changesOf(moment: Moment, set: ComposedSet, ids: readonly AcuId[]): Promise<FileChange[]> {
    const name = (e: Entry | null): string => (e === null ? '' : `${e.mode} ${e.oid}`);
    const found = new Map<PathBytes, FileChange>(), unknown = new Map<PathBytes, Change>();
    const keyOfChange = (path: PathBytes, { before, after }: Change): string => `${path}\0${name(before)}\0${name(after)}`;
    for (const [path, change] of set.changes) {
      const kept = this.#changes.get(keyOfChange(path, change));
      if (kept === undefined) unknown.set(path, change); else found.set(path, kept);
    }
    if (unknown.size > 0) {
      for (const { contexts } of await moment.bodies(moment.engine.tops(ids))) for (const { context, edits } of contexts) for (const edit of context === 'base' ? edits : []) {
        const change = unknown.get(edit.path);
        if (change === undefined || !sameEntry(edit.before, change.before) || !sameEntry(edit.after, change.after)) continue;
        unknown.delete(edit.path);
        found.set(edit.path, fileChange(edit));
      }
    }
    if (unknown.size > 0) {
      const began = performance.now(), contents = new Contents({ ...this.warm(moment.reader).source((oid) => moment.stored(oid)), ...moment.diff !== undefined && { diff: moment.diff } });
      for (const [oid, bytes] of set.blobs) contents.made.set(oid, bytes);
      const edits = await settle(contents, () => editsOf(contents, unknown)), each = (performance.now() - began) / unknown.size;
      for (const edit of edits) {
        const change = fileChange(edit);
        found.set(edit.path, change);
        this.#changes.set(keyOfChange(edit.path, unknown.get(edit.path)!), change, each);
      }
    }
    return [...set.changes.keys()].sort().map((path) => found.get(path)!);
  }

  #keptPreview(moment: Moment, ids: readonly AcuId[], set = setKey(ids)): Promise<PreviewFiles> {
    const key = this.#keyOf(moment, set, ids);
    const work = async (): Promise<PreviewFiles> => {
      const answer = await this.composed(moment, ids);
      if (!('delta' in answer)) throw new Refusal(answer);
      return { tree: answer.tree, files: await this.#changesOf(moment, answer, ids) };
    };
    return key === null ? work() : this.#previews.compute(key, work);
  }

  async preview(moment: Moment, ids: readonly AcuId[]): Promise<Methods['preview']['result']> {
    const start = performance.now(), set = setKey(ids);
    let refusal: NotComposed | null = null;
    try {
      const { tree, files } = await this.#keptPreview(moment, ids, set);
      this.onward.preview(moment, ids, set, files);
      return { tree, files, missing: [], conflicts: [], ms: performance.now() - start };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal = error.answer;
    }
    return { tree: null, files: [], missing: refusal.missing, conflicts: previewConflicts(refusal.conflicts), ms: performance.now() - start };
  }

  #blobsOf(moment: Moment, made?: ReadonlyMap<Oid, Uint8Array>): (oid: Oid) => Promise<Uint8Array> {
    const source = this.warm(moment.reader).source((oid) => moment.stored(oid));
    return async (oid) => made?.get(oid) ?? loadOne(source, oid);
  }

  async composedFile(moment: Moment, ids: readonly AcuId[], path: PathBytes): Promise<Methods['composedFile']['result']> {
    const { paths, ...shown } = await this.#composedFile(moment, ids, path);
    this.onward.composedFile(moment, ids, path, shown.after, paths);
    return shown;
  }

  async #composedFile(moment: Moment, ids: readonly AcuId[], path: PathBytes): Promise<Methods['composedFile']['result'] & { paths(): PathBytes[] }> {
    const answer = await this.composed(moment, ids);
    if (!('delta' in answer)) throw notComposable(answer);
    const blobOf = this.#blobsOf(moment, answer.blobs);
    const change = answer.changes.get(path);
    const before = change === undefined ? await new Lookup(moment.reader).file(moment.engine.tables.baseTree, path) : change.before;
    return {
      before: await shownEntry(before, blobOf), after: await shownEntry(change === undefined ? before : change.after, blobOf),
      paths: () => [...answer.changes.keys()].sort(),
    };
  }

  async acuFiles(moment: Moment, acu: AcuId): Promise<Methods['acuFiles']['result']> {
    const files = (await moment.edits(moment.engine.segmentOf(acu))).map(fileChange);
    this.onward.acuFiles(moment, acu, files);
    return { files };
  }

  async acuFile(moment: Moment, acu: AcuId, path: PathBytes): Promise<Methods['acuFile']['result']> {
    const { edits, ...shown } = await this.#acuFile(moment, acu, path);
    this.onward.acuFile(moment, acu, path, shown.after, () => edits.map((e) => e.path));
    return shown;
  }

  async #acuFile(moment: Moment, acu: AcuId, path: PathBytes): Promise<Methods['acuFile']['result'] & { readonly edits: readonly Edit[] }> {
    const edits = await moment.edits(moment.engine.segmentOf(acu)), edit = edits.find((e) => e.path === path);
    if (edit === undefined) throw new AcumenError('unknown-name', 'This change does not touch that file.', 'Choose a file of its list.', { acu, path });
    const blobOf = this.#blobsOf(moment);
    return { before: await shownEntry(edit.before, blobOf), after: await shownEntry(edit.after, blobOf), edits };
  }

  async conflictFile(moment: Moment, a: AcuId, b: AcuId | 'base', path: PathBytes): Promise<Methods['conflictFile']['result']> {
    const answer = await this.#keptConflict(moment, a, b, path);
    this.onward.conflictFile(moment, a, b, path);
    return answer;
  }

  /** What a window worked out is kept for the next one; null where nobody has yet. */
  async layout(graph: string, positions: Uint8Array | null): Promise<Methods['layout']['result']> {
    if (positions === null) return { positions: this.#layouts.get(graph) ?? await this.#layouts.cold(graph) ?? null };
    this.#layouts.set(graph, positions, LAID_OUT);
    return { positions: null };
  }

  #keptConflict(moment: Moment, a: AcuId, b: AcuId | 'base', path: PathBytes): Promise<Methods['conflictFile']['result']> {
    const { engine } = moment, sides = [a, ...b === 'base' ? [] : [b]];
    const names = [a, b, path, engine.tables.baseName, ...sides.map((id) => engine.acu(id)?.name ?? '')];
    return this.#conflicts.compute(contentKey(moment, sides.map((id) => engine.segmentOf(id)), ['conflict', ...names]), () => this.#conflictFile(moment, a, b, path));
  }

  async #conflictFile(moment: Moment, a: AcuId, b: AcuId | 'base', path: PathBytes): Promise<Methods['conflictFile']['result']> {
    const texts = await conflictTexts(moment.engine, moment.reader, a, b, path, (oid) => moment.stored(oid), (segment) => moment.edits(segment), this.warm(moment.reader));
    const shown = (bytes: Uint8Array | null) => (bytes === null ? null : shownText(bytes));
    return {
      kind: texts.kind, base: shown(texts.base), merged: shown(texts.merged), places: texts.places,
      sides: texts.sides.map(({ acu, bytes }) => ({ acu, shown: shown(bytes) })),
    };
  }
}

/** Why a set does not stand, on its way past what keeps sets that do. */
class Refusal extends Error {
  readonly answer: NotComposed;
  constructor(answer: NotComposed) { super('a set that does not stand'); this.answer = answer; }
}

const sketchOf = ({ tree, changes, blobs, trees }: Composed): Sketch => ({ tree, changes: [...changes], blobs: [...blobs.keys()], trees: [...trees.keys()] });

export function notComposable({ conflicts, missing }: NotComposed): AcumenError {
  const ordered = conflicts.find((c) => c.verdict === 'order-sensitive');
  const [sentence, hint] = missing.length > 0
    ? [`This set needs ${missing.length === 1 ? 'another change' : `${missing.length} other changes`} to stand.`, 'Add what it needs, or take out what needs it.']
    : ordered !== undefined ? [orderSentence(ordered), ORDER_HINT]
    : [`This set conflicts in ${conflicts.length === 1 ? 'one place' : `${conflicts.length} places`}.`, 'Take out one side of each conflict.'];
  return new AcumenError('not-composable', sentence, hint, {
    missing: missing.slice(0, 100),
    conflicts: previewConflicts(conflicts.slice(0, 100)),
  });
}

const orderSentence = ({ sides, detail }: SetConflict): string => `What this set becomes depends on the order in which ${sides?.length ?? 2} of its changes are merged: ${detail}.`;
export const ORDER_HINT = 'Take out one of them, or merge them in git in the order you mean and import that branch.';

const fileChange = ({ path, kind, added, deleted }: Edit): FileChange => ({ path, kind, added, deleted });
