// What a workspace answers without changing anything: composed sets, their files, texts of ACUs and of conflicts. Results are
// kept by content, bounded in bytes, and a question that is being answered is not asked twice.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { AcuId, Oid, PathBytes } from '../../core/bytes.ts';
import { Contents } from '../../core/contents.ts';
import { editsOf } from '../../core/edits.ts';
import type { Engine } from '../../core/engine.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Edit, SetConflict } from '../../core/model.ts';
import type { Entry, RepositoryReader } from '../../core/repository.ts';
import { settle } from '../../core/waves.ts';
import type { FileChange, Methods } from '../../contract/methods.ts';
import { composeSet, conflictTexts } from './composer.ts';
import type { Bodies, ComposedSet, NotComposed } from './composer.ts';
import { loadOne } from './importer.ts';
import { Lookup } from './lookup.ts';
import { shownEntry, shownText } from './shown.ts';
import { Warm } from './warm.ts';

/** One moment of a workspace: everything below is asked of it. */
export interface Moment {
  readonly engine: Engine;
  readonly reader: RepositoryReader;
  /** contents that the repository does not have, or has no more */
  stored(oid: Oid): Promise<Uint8Array | null>;
  /** the body of a published segment, by its place among them */
  edits(segment: number): Promise<readonly Edit[]>;
  /** the bodies of some, in the order asked */
  readonly bodies: Bodies;
}

export interface Composed extends ComposedSet {
  readonly tree: Oid;
  /** trees that were not there before, as their bytes */
  readonly trees: ReadonlyMap<Oid, Uint8Array>;
}
type Answer = Composed | NotComposed;

const MEGABYTE = 1 << 20;

export class Reading {
  readonly #composed = new LRUCache<string, Answer>({ maxSize: 64 * MEGABYTE, sizeCalculation: sizeOf });
  // Not `max`, for which the cache would be laid out in full: 5 ms of every opening.
  readonly #files = new LRUCache<string, FileChange>({ maxSize: 50_000, sizeCalculation: () => 1 });
  readonly #underWay = new Map<string, Promise<Answer>>();
  readonly #warm = new WeakMap<RepositoryReader, Warm>();

  warm(reader: RepositoryReader): Warm {
    let warm = this.#warm.get(reader);
    if (warm === undefined) this.#warm.set(reader, warm = new Warm(reader));
    return warm;
  }

  /** The composed tree of a set, or what stands against it. The order of `ids` does not matter. */
  async composed(moment: Moment, ids: readonly AcuId[], signal?: AbortSignal): Promise<Answer> {
    const key = keyOf(moment.engine, ids);
    const kept = this.#composed.get(key);
    if (kept !== undefined) return kept;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined && signal === undefined) return underWay;
    const answer = this.#compose(moment, ids, signal).then((result) => {
      this.#composed.set(key, result);
      return result;
    });
    if (signal !== undefined) return answer;
    this.#underWay.set(key, answer);
    return answer.finally(() => this.#underWay.delete(key));
  }

  async #compose(moment: Moment, ids: readonly AcuId[], signal?: AbortSignal): Promise<Answer> {
    const { engine, reader } = moment;
    const set = await composeSet(engine, reader, [...new Set(ids)].sort(), (oid) => moment.stored(oid), signal, this.warm(reader), moment.bodies);
    if (!('delta' in set)) return set;
    const { tree, made } = await this.warm(reader).grow(engine.tables.baseTree, set.delta);
    return { ...set, tree, trees: made };
  }

  /** Kinds and line counts against the base; a path's are computed once for its two contents. */
  async #changes(moment: Moment, set: ComposedSet): Promise<FileChange[]> {
    const name = (e: Entry | null): string => (e === null ? '' : `${e.mode} ${e.oid}`);
    const keyOfChange = (path: PathBytes): string => { const c = set.changes.get(path)!; return `${path}\0${name(c.before)}\0${name(c.after)}`; };
    const unknown = new Map([...set.changes].filter(([path]) => !this.#files.has(keyOfChange(path))));
    if (unknown.size > 0) {
      const contents = new Contents(this.warm(moment.reader).source((oid) => moment.stored(oid)));
      for (const [oid, bytes] of set.blobs) contents.made.set(oid, bytes);
      for (const edit of await settle(contents, () => editsOf(contents, unknown))) this.#files.set(keyOfChange(edit.path), fileChange(edit));
    }
    return [...set.changes.keys()].sort().map((path) => this.#files.get(keyOfChange(path))!);
  }

  async preview(moment: Moment, ids: readonly AcuId[]): Promise<Methods['preview']['result']> {
    const start = performance.now();
    const answer = await this.composed(moment, ids);
    const files = 'delta' in answer ? await this.#changes(moment, answer) : [];
    const ms = performance.now() - start;
    if ('delta' in answer) return { tree: answer.tree, files, missing: [], conflicts: [], ms };
    return { tree: null, files: [], missing: answer.missing, conflicts: answer.conflicts.map(({ a, b, path, kind, verdict, detail, sides = [] }) => ({ a, b, path, kind, verdict, detail, sides })), ms };
  }

  #blobsOf(moment: Moment, made?: ReadonlyMap<Oid, Uint8Array>): (oid: Oid) => Promise<Uint8Array> {
    const source = this.warm(moment.reader).source((oid) => moment.stored(oid));
    return async (oid) => made?.get(oid) ?? loadOne(source, oid);
  }

  async composedFile(moment: Moment, ids: readonly AcuId[], path: PathBytes): Promise<Methods['composedFile']['result']> {
    const answer = await this.composed(moment, ids);
    if (!('delta' in answer)) throw notComposable(answer);
    const blobOf = this.#blobsOf(moment, answer.blobs);
    const change = answer.changes.get(path);
    const before = change === undefined ? await new Lookup(moment.reader).file(moment.engine.tables.baseTree, path) : change.before;
    return { before: await shownEntry(before, blobOf), after: await shownEntry(change === undefined ? before : change.after, blobOf) };
  }

  async acuFiles(moment: Moment, acu: AcuId): Promise<Methods['acuFiles']['result']> {
    return { files: (await moment.edits(moment.engine.segmentOf(acu))).map(fileChange) };
  }

  async acuFile(moment: Moment, acu: AcuId, path: PathBytes): Promise<Methods['acuFile']['result']> {
    const edit = (await moment.edits(moment.engine.segmentOf(acu))).find((e) => e.path === path);
    if (edit === undefined) throw new AcumenError('unknown-name', 'This change does not touch that file.', 'Choose a file of its list.', { acu, path });
    const blobOf = this.#blobsOf(moment);
    return { before: await shownEntry(edit.before, blobOf), after: await shownEntry(edit.after, blobOf) };
  }

  async conflictFile(moment: Moment, a: AcuId, b: AcuId | 'base', path: PathBytes): Promise<Methods['conflictFile']['result']> {
    const texts = await conflictTexts(moment.engine, moment.reader, a, b, path, (oid) => moment.stored(oid), (segment) => moment.edits(segment), this.warm(moment.reader));
    const shown = (bytes: Uint8Array | null) => (bytes === null ? null : shownText(bytes));
    return {
      kind: texts.kind, base: shown(texts.base), merged: shown(texts.merged), places: texts.places,
      sides: texts.sides.map(({ acu, bytes }) => ({ acu, shown: shown(bytes) })),
    };
  }
}

export function notComposable({ conflicts, missing }: NotComposed): AcumenError {
  const ordered = conflicts.find((c) => c.verdict === 'order-sensitive');
  const [sentence, hint] = missing.length > 0
    ? [`This set needs ${missing.length === 1 ? 'another change' : `${missing.length} other changes`} to stand.`, 'Add what it needs, or take out what needs it.']
    : ordered !== undefined ? [orderSentence(ordered), ORDER_HINT]
    : [`This set conflicts in ${conflicts.length === 1 ? 'one place' : `${conflicts.length} places`}.`, 'Take out one side of each conflict.'];
  return new AcumenError('not-composable', sentence, hint, {
    missing: missing.slice(0, 100),
    conflicts: conflicts.slice(0, 100).map(({ a, b, kind, path, detail, verdict, sides }) => ({ a, b, kind, path, detail, verdict, ...sides && { sides } })),
  });
}

const orderSentence = ({ sides, detail }: SetConflict): string => `What this set becomes depends on the order in which ${sides?.length ?? 2} of its changes are merged: ${detail}.`;
export const ORDER_HINT = 'Take out one of them, or merge them in git in the order you mean and import that branch.';

const fileChange = ({ path, kind, added, deleted }: Edit): FileChange => ({ path, kind, added, deleted });

/** A set by content: the replica it is of, and its ids in order. */
function keyOf(engine: Engine, ids: readonly AcuId[]): string {
  const hash = createHash('sha256').update(engine.digest);
  for (const id of [...new Set(ids)].sort()) hash.update(id);
  return hash.digest('base64');
}

function sizeOf(answer: Answer): number {
  if (!('delta' in answer)) return 200 + 400 * answer.conflicts.length + 80 * answer.missing.length;
  let bytes = 1000 + 600 * answer.changes.size;
  for (const object of [...answer.blobs.values(), ...answer.trees.values()]) bytes += object.length;
  return bytes;
}
