// The engines of a workspace, one for each published state that is among the newest, and the tables that the store keeps so that the next
// opening need not build them from every segment.
import { hash } from 'node:crypto';
import type { Oid } from '../../core/bytes.ts';
import { Engine } from '../../core/engine.ts';
import type { Published, SegmentKey } from '../../core/events.ts';
import type { Segment } from '../../core/model.ts';
import { type Digest, VERSION as TABLES_VERSION } from '../../core/tables.ts';
import type { Extra } from '../storage/store.ts';
import { pairInThreads } from './pairing.ts';
import type { View, Workspace } from './workspace.ts';

export const digest: Digest = (bytes) => hash('sha256', bytes, 'hex');

const NOTHING_PUBLISHED: Published = {
  base: '' as Oid, baseTree: '' as Oid, baseName: '', grain: 'branch', globs: [], sources: [], segments: [], skipped: [],
};
/** Conflicts beyond which the store keeps no copy of the graph: the engine computes it faster than it could be read back. */
const MAX_STORED_CONFLICTS = 250_000;
/** Bytes of tables beyond which none are kept; 5,000 branches have some 10 MB. */
const MAX_STORED_REPLICA = 256 << 20;

/** How long nothing is committed before tables are stored for the next opening, in milliseconds. */
const KEEP_AFTER = 1000;
/** Changes behind the stored conflict graph from which it is stored whole again. */
const MOST_CHANGES = 64;

export class Engines {
  readonly #workspace: Workspace;
  /** of nothing */
  static nothing(): Engine { return Engine.from(NOTHING_PUBLISHED, [], digest); }
  /** the newest by what they were built from: undo and redo go back and forth between them */
  #engines: { readonly published: Published; readonly engine: Engine }[] = [];
  /** whether the store has the tables of what is published */
  #isKept = true;
  #keeping: NodeJS.Timeout | undefined;

  constructor(workspace: Workspace) { this.#workspace = workspace; }

  /**
   * The engine over a published state: the same object for the same state while it is among the newest. From the `segments` where
   * the caller has them, else from the tables the store keeps, else from the segments it holds.
   */
  async of(published: Published | null, segments?: ReadonlyMap<SegmentKey, Segment>): Promise<Engine> {
    const wanted = published ?? NOTHING_PUBLISHED;
    const same = this.#engines.find((e) => e.published === wanted);
    if (same !== undefined) return same.engine;
    const { store, memory } = this.#workspace;
    // naming a state reads all of it: not where it is known to be new
    const isNew = segments !== undefined && memory?.hasMovedTo(wanted) === true;
    const kept = isNew ? undefined : this.#engines.find((e) => store.publishedKey(e.published) === store.publishedKey(wanted));
    if (kept !== undefined) return kept.engine;
    const engine = await this.#build(wanted, segments);
    this.#engines = [{ published: wanted, engine }, ...this.#engines.slice(0, 2)];
    return engine;
  }

  /** One that was built elsewhere (moments.ts), for a state that is about to be the present one. */
  give(published: Published, engine: Engine): void {
    if (this.#engines.every((e) => e.published !== published)) this.#engines = [{ published, engine }, ...this.#engines.slice(0, 2)];
  }

  async #build(published: Published, segments?: ReadonlyMap<SegmentKey, Segment>): Promise<Engine> {
    const { store, view: { engine } } = this.#workspace;
    if (segments === undefined) {
      const tables = await store.replica(TABLES_VERSION, store.publishedKey(published));
      if (tables !== null) return Engine.decode(tables, digest);
    }
    const next = engine.next(published, (k) => segments?.get(k));
    if (next !== null) return next;
    const missing = published.segments.filter((k) => !segments?.has(k));
    const stored = new Map<SegmentKey, Segment>();
    for (const [i, segment] of (await store.segments(missing)).entries()) stored.set(missing[i]!, segment);
    return Engine.from(published, published.segments.map((k) => segments?.get(k) ?? stored.get(k)!), digest);
  }

  /** What the engine computes from a newly published state and the store keeps with it. `lastPublishing`: the operation that published what `view` has. */
  async derived(view: View, published: Published | null, lastPublishing: number): Promise<Pick<Extra, 'conflicts' | 'changed' | 'replica'>> {
    const { store } = this.#workspace;
    const engine = await this.of(published);
    const changed = engine.changedFrom(view.engine);
    if (changed !== null && await store.conflictsAt() >= lastPublishing) {
      this.#keepLater();
      return { changed };
    }
    await pairInThreads(engine, this.#workspace.platform.pools, this.#workspace.store.file);
    const { blocking, resolvable, risk, partial } = engine.pairCounts();
    const bytes = engine.encode();
    return {
      ...blocking + resolvable + risk + partial <= MAX_STORED_CONFLICTS && { conflicts: engine.edges() },
      ...published !== null && bytes.length <= MAX_STORED_REPLICA && { replica: { version: TABLES_VERSION, state: store.publishedKey(published), bytes } },
    };
  }

  /** Operations that changed little leave tables for the next opening to be stored when nothing else is done. */
  #keepLater(): void {
    this.#isKept = false;
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => { this.keep().catch(() => undefined); }, KEEP_AFTER).unref();
  }

  /** Stores what is left to be stored. What cannot be stored now is built from the segments at the next opening. */
  async keep(): Promise<void> {
    clearTimeout(this.#keeping);
    const { store, view: { head, state: { published }, engine } } = this.#workspace;
    if (this.#isKept || published === null) return;
    this.#isKept = true;
    const bytes = engine.encode();
    if (bytes.length > MAX_STORED_REPLICA) return;
    const isLong = await store.conflictChanges() > MOST_CHANGES;
    // where another process was faster, the next operation leaves it to be done
    await store.keep(head.operation, { version: TABLES_VERSION, state: store.publishedKey(published), bytes }, isLong ? engine.edges() : null).catch((error: unknown) => { this.#isKept = false; throw error; });
  }
}
