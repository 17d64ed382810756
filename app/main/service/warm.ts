// What composing takes from the cache and leaves in it, by object id: contents as they were read, texts with their lines, what versions make
// of their bases; and trees, beside it. Whatever the cache lets go of is read again.
import type { Oid, PathBytes } from '../../core/bytes.ts';
import { type Change, type Changes, isRegular } from '../../core/changes.ts';
import type { SegmentGraph } from '../../core/compose.ts';
import type { ContentSource } from '../../core/contents.ts';
import type { Engine } from '../../core/engine.ts';
import { AcumenError, bug } from '../../core/errors.ts';
import type { Edit, Segment } from '../../core/model.ts';
import { type Delta, type RepositoryReader } from '../../core/repository.ts';
import type { BaseTree } from '../../core/treeMerge/merge.ts';
import type { KeptTexts, Patch } from '../../core/weave/splice.ts';
import { type Held, settle } from '../../core/waves.ts';
import { type Grown, Trees } from '../git/trees.ts';
import { Turns } from '../git/turns.ts';
import { LayeredCache, type Shelf } from './cache/cache.ts';
import * as kinds from './cache/kinds.ts';
import { contentSource } from './importer.ts';

/** Bodies of segments that are read at once. */
const AT_ONCE = 256;

function unlearned(segment: number): never { throw bug('a set of one history is composed, and what its units change was not asked for', { segment }); }

export class Warm {
  readonly #contents: Shelf<Uint8Array>;
  readonly #sizes: Shelf<number>;
  readonly #patches: Shelf<Patch | 'none'>;
  readonly kept: KeptTexts;
  readonly #reader: RepositoryReader;
  #trees: Trees;
  #segments: { readonly engine: Engine; readonly graph: SegmentGraph; readonly own: Map<number, readonly Edit[]> } | null = null;

  readonly cache: LayeredCache;

  /** `reuses`: takes what versions of a file together make of it from earlier sets that have the same; a benchmark of the work does not. */
  constructor(reader: RepositoryReader, cache: LayeredCache = new LayeredCache(), reuses = true) {
    this.cache = cache;
    this.#contents = cache.shelf(kinds.content);
    this.#sizes = cache.shelf(kinds.size);
    this.#patches = cache.shelf(kinds.patch);
    this.kept = { lined: cache.shelf(kinds.lined), patches: this.#patches, ...reuses && { spliced: cache.shelf(kinds.spliced) } };
    this.#reader = reader;
    this.#trees = new Trees(reader);
  }

  /** Bytes of trees held beside the cache, which have a bound of their own (git/trees.ts). */
  get heldTrees(): number { return this.#trees.heldBytes; }

  /** What a delta makes of a tree. */
  async grow(root: Oid, delta: Delta): Promise<Grown> {
    const trees = this.#trees;
    trees.trim();
    try {
      return await settle(trees, () => trees.grow(root, delta));
    } catch (error) {
      // It holds why a tree could not be read, and that may change.
      this.#trees = new Trees(this.#reader);
      throw error;
    }
  }

  /** The result of work on contents and on the base's tree as `segments` has it: what it lacks of both comes in waves. */
  async settle<T>(contents: Held, work: () => T, signal?: AbortSignal): Promise<T> {
    const turns = new Turns();
    this.#trees.trim();
    try {
      return await settle({
        load: async () => {
          await Promise.all([this.#trees.load(), contents.load(), turns.turn()]);
          signal?.throwIfAborted();
        },
      }, work);
    } catch (error) {
      this.#trees = new Trees(this.#reader);
      throw error;
    }
  }

  #base(root: Oid): BaseTree {
    return {
      isDirectory: (path) => this.#trees.isDirectory(root, path),
      filesUnder: (path) => this.#trees.filesUnder(root, path),
    };
  }

  /** Contents of the repository, and `stored` ones that it does not have. */
  source(stored: (oid: Oid) => Promise<Uint8Array | null>): ContentSource {
    const source = contentSource(this.#reader, stored);
    const atHand = (oid: Oid): Uint8Array | undefined => (this.#contents.has(oid) ? this.#contents.get(oid) : undefined);
    return {
      ...source,
      held: (oid, most) => {
        const bytes = atHand(oid);
        return bytes !== undefined && bytes.length <= most ? bytes : undefined;
      },
      heldSize: (oid) => atHand(oid)?.length ?? this.#sizes.get(oid),
      sizes: async (oids) => {
        const found = await source.sizes(oids);
        for (const [i, size] of found.entries()) if (!(size instanceof AcumenError)) this.#sizes.set(oids[i]!, size);
        return found;
      },
      load: async (oids, most) => {
        const usable = (bytes: Uint8Array | undefined): Uint8Array | undefined => (bytes !== undefined && bytes.length <= most ? bytes : undefined);
        const out: (Uint8Array | AcumenError | undefined)[] = oids.map((oid) => usable(this.#contents.get(oid)));
        await Promise.all(out.map(async (one, i) => { if (one === undefined) out[i] = usable(await this.#contents.cold(oids[i]!)); }));
        const asked = oids.filter((_, i) => out[i] === undefined);
        if (asked.length === 0) return out as Uint8Array[];
        const began = performance.now();
        const found = await source.load(asked, most);
        const each = (performance.now() - began) / asked.length;
        let n = 0;
        return out.map((one, i) => {
          if (one !== undefined) return one;
          const given = found[n++]!;
          if (given instanceof AcumenError) return given;
          const bytes = kinds.apart(given);
          this.#contents.set(oids[i]!, bytes, each);
          return bytes;
        });
      },
    };
  }

  /**
   * Takes what these segments change in texts that several of them change from their bodies, where it is not known yet: no version
   * need be read and compared for it.
   */
  async learn(segments: readonly number[], graph: SegmentGraph, bodies: (segments: readonly number[]) => Promise<readonly Segment[]>): Promise<void> {
    const writers = new Map<PathBytes, number>();
    for (const s of segments) for (const path of graph.changes(s).keys()) writers.set(path, (writers.get(path) ?? 0) + 1);
    const isUnknown = ([path, { before, after }]: readonly [PathBytes, Change]): boolean =>
      writers.get(path)! > 1 && isRegular(before) && isRegular(after) && !this.#patches.has(`${before!.oid} ${after!.oid}`);
    const unknown = segments.filter((s) => graph.changes(s).entries().some(isUnknown));
    if (unknown.length === 0) return;
    for (const { contexts } of await bodies(unknown)) {
      for (const { context, edits } of contexts) if (context === 'base') for (const edit of edits) this.#keep(edit);
    }
  }

  #keep({ before, after, hunks }: Edit): void {
    if (before === null || after === null || hunks === null) return;
    const began = performance.now();
    const ranges = new Int32Array(2 * hunks.length);
    hunks.forEach(({ start, end }, i) => { ranges[2 * i] = start; ranges[2 * i + 1] = end; });
    this.#patches.derive(`${before.oid} ${after.oid}`, { ranges, inserted: hunks.map(({ inserted }) => inserted.slice()) }, performance.now() - began);
  }

  /**
   * What these segments change of their own, which weaving sets of one history asks for (finer grains): of those in whose family there are
   * several, with all that they stand on.
   */
  async learnOwn(engine: Engine, tops: readonly number[], bodies: (segments: readonly number[]) => Promise<readonly Pick<Segment, 'edits'>[]>): Promise<void> {
    const { index } = engine, own = this.#segments?.engine === engine ? this.#segments.own : null;
    if (own === null || !index.hasHistories) return;
    const families = Map.groupBy(tops, (s) => index.familyOf(s)), wanted = new Set<number>();
    for (const family of families.values()) if (family.length > 1) for (const top of family) for (const s of index.closure(top)) if (!own.has(s)) wanted.add(s);
    const list = [...wanted];
    for (let at = 0; at < list.length; at += AT_ONCE) {
      const some = list.slice(at, at + AT_ONCE);
      for (const [i, { edits }] of (await bodies(some)).entries()) own.set(some[i]!, edits);
    }
  }

  /** What composing asks of an engine's segments; kept for the newest engine. */
  segments(engine: Engine, changesOf: (segment: number) => Changes): SegmentGraph {
    if (this.#segments?.engine !== engine) {
      const changes = new Map<number, Changes>(), closures = new Map<number, ReadonlySet<number>>();
      const once = <T>(known: Map<number, T>, of: (segment: number) => T) => (segment: number): T => {
        let one = known.get(segment);
        if (one === undefined) known.set(segment, one = of(segment));
        return one;
      };
      const own = new Map<number, readonly Edit[]>();
      this.#segments = { engine, own, graph: {
        base: this.#base(engine.tables.baseTree), tip: (s) => engine.tables.segments[s]!.tip,
        changes: once(changes, changesOf), closure: once(closures, (s) => new Set(engine.index.closure(s))),
        ...engine.index.hasHistories && { family: (s: number) => engine.index.familyOf(s), own: (s: number) => own.get(s) ?? unlearned(s) },
      } };
    }
    return this.#segments.graph;
  }
}
