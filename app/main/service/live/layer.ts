// The passing layer: what lies over the published state while somebody looks, and nowhere else (docs/decisions/0050). The published state with the
// edits of working trees, and with refs where they are now, as an import of all of them would publish it; in memory, and at the cost of what moved.
import type { Oid } from '../../../core/bytes.ts';
import { plural } from '../../../core/counted.ts';
import { Engine } from '../../../core/engine.ts';
import { type KeptSnapshot, PATCH_REF, type Published, type SegmentKey } from '../../../core/events.ts';
import type { Segment } from '../../../core/model.ts';
import type { RefList, RepositoryReader } from '../../../core/repository.ts';
import type { Digest } from '../../../core/tables.ts';
import { Overlay } from '../../git/overlay.ts';
import type { Store } from '../../storage/store.ts';
import { type Beside, importRepository } from '../importer.ts';
import { contentsAreHere, writtenCommits } from '../importing.ts';
import type { Memory } from '../memory.ts';
import { gatherPatches } from '../patchFiles.ts';
import type { Diff } from '../pools/diffing.ts';
import { chooseSources } from '../sources.ts';
import type { View } from '../workspace.ts';
import { type Taken, besideOf } from './beside.ts';

/** What lies over one published state. */
export interface Laid {
  readonly over: Published;
  readonly published: Published;
  readonly engine: Engine;
  /** the sources that the repository's refs do not name */
  readonly beside: Beside;
  /** what is to be remembered of those from working trees if something of them is composed */
  readonly snapshots: readonly KeptSnapshot[];
  /** segments that the store does not have */
  readonly bodies: ReadonlyMap<SegmentKey, Segment>;
  /** contents that neither the repository nor the store has */
  blob(oid: Oid): Uint8Array | null;
}

/** What a layer needs of its workspace. */
export interface Ground { readonly store: Store; readonly digest: Digest; repository(): Promise<RepositoryReader>; readonly diff?: Diff | undefined }

/** Milliseconds that the last laying took, by what was done. */
export interface LayCost { readonly import: number; readonly tables: number }

/** Bytes of contents of snapshots that came and went, beyond which those that are there are put together anew. */
const MOST_PASSED = 64 << 20;

/** The repository with refs as they were last listed, and the commits of working trees. */
class Beheld extends Overlay {
  readonly #listed: RefList;
  constructor(under: RepositoryReader, listed: RefList) {
    super(under);
    this.#listed = listed;
  }
  override refs(): Promise<RefList> { return Promise.resolve(this.#listed); }
}

export class Layer {
  readonly #ground: Ground;
  #memory: Memory | null = null;
  /** what the memory is of, as it was imported, and the engine over it */
  #imported: Published | null = null;
  #engine: Engine | null = null;
  #overlay: Beheld | null = null;
  #passed = 0;
  #isWhole = false;
  #listed: RefList | null = null;
  #bodies: ReadonlyMap<SegmentKey, Segment> = new Map();
  #made: ReadonlyMap<Oid, Uint8Array> = new Map();
  #written: { readonly head: number; readonly commits: ReadonlySet<Oid> } | null = null;
  /** compositions that branches are being moved to: the log says so when they have been */
  readonly #moving = new Set<Oid>();
  /** it is made although nothing passes, so that the first save need not wait for it */
  isWanted = false;
  cost: LayCost = { import: 0, tables: 0 };

  constructor(ground: Ground) { this.#ground = ground; }

  /** Was the last one made from everything, and not from what moved? Then the next will be, too. */
  get isWhole(): boolean { return this.#isWhole; }

  /** An operation writes this commit to a branch: it is a composition from now on, and no change in flight; unless what is answered is called. */
  writes(commit: Oid): () => void {
    this.#moving.add(commit);
    return () => { this.#moving.delete(commit); };
  }

  /** Refs are elsewhere, or may be: they are listed anew. */
  forgetRefs(): void {
    this.#listed = null;
    this.#overlay = null;
  }

  /** What lies over `view`; null: nothing does. A sentence: it cannot be laid without taking apart what is composed. */
  async lay(view: View, taken: readonly Taken[], signal: AbortSignal): Promise<Laid | string | null> {
    const { published: over, composition } = view.state;
    if (over === null) return null;
    const reader = await this.#ground.repository(), began = performance.now();
    const overlay = await this.#overlayOf(reader, taken);
    const { beside, snapshots } = await besideOf(overlay, view, taken);
    // Whoever only opens a window should not wait for a second engine.
    if (this.#engine === null && !this.isWanted && beside.sources.length === 0 && await this.#isAsPublished(overlay, over)) return null;
    const { published, bodies, made } = await this.#import(overlay, over, beside, signal);
    const imported = performance.now();
    const engine = await this.#engineOf(published, bodies);
    this.cost = { import: imported - began, tables: performance.now() - imported };
    if (isSame(published, over)) return null;
    const lost = composition.acus.filter((id) => engine.acu(id) === undefined);
    if (lost.length > 0) return `${lost.length === 1 ? 'an ACU' : plural(lost.length, 'ACU')} of the composition would be cut otherwise: import again to follow`;
    const durable = new Set(over.segments), fresh = new Map<SegmentKey, Segment>();
    for (const key of published.segments) {
      const body = durable.has(key) ? undefined : bodies.get(key) ?? this.#bodies.get(key);
      if (body !== undefined) fresh.set(key, body);
    }
    const wanted = contentsOf(fresh.values());
    this.#bodies = fresh;
    this.#made = new Map([...this.#made, ...made].filter(([oid]) => wanted.has(oid)));
    const contents = this.#made, { blobs } = overlay;
    return { over, published, engine, beside, snapshots, bodies: fresh, blob: (oid) => contents.get(oid) ?? blobs.get(oid) ?? null };
  }

  /** Does every ref stand where it stood when it was published? */
  async #isAsPublished(overlay: Beheld, { sources, skipped, globs }: Published): Promise<boolean> {
    const { refs } = await overlay.refs(), chosen = await chooseSources(overlay, refs, globs, await this.#writtenAt());
    const known = new Map(sources.filter((s) => !s.ref.startsWith(PATCH_REF)).map((s) => [s.ref, s]));
    return skipped.length === 0 && known.size === chosen.length && chosen.every(({ name, ref, oid }) => { const was = known.get(ref); return was?.oid === oid && was.name === name; });
  }

  async #overlayOf(reader: RepositoryReader, taken: readonly Taken[]): Promise<Beheld> {
    this.#passed += taken.reduce((sum, { bytes }) => sum + bytes, 0);
    if (this.#overlay !== null && this.#passed < MOST_PASSED) return this.#overlay;
    this.#passed = 0;
    this.#listed ??= await reader.refs();
    return this.#overlay = new Beheld(reader, this.#listed);
  }

  async #import(overlay: Overlay, over: Published, beside: Beside, signal: AbortSignal): Promise<{ published: Published; bodies: Map<SegmentKey, Segment>; made: Map<Oid, Uint8Array> }> {
    const { store, diff } = this.#ground;
    const bodies = new Map<SegmentKey, Segment>(), made = new Map<Oid, Uint8Array>();
    let earlier: Promise<ReadonlyMap<Oid, readonly SegmentKey[]>> | null = null;
    const patches = over.patches === undefined ? undefined : await gatherPatches(over.patches, { add: [], drop: false }, over.sources, (oid) => store.blob(oid), overlay.objectFormat);
    let isRemembered = false;
    const published = await importRepository(overlay, { base: over.base, called: over.baseName, refs: over.globs, grain: over.grain, beside, ...patches !== undefined && { patches } }, {
      written: () => this.#writtenAt(),
      begin: async () => {},
      known: async (tip, key) => {
        const here = key === undefined ? undefined : this.#bodies.get(key);
        if (here !== undefined) return [here];
        const usable: Segment[] = [];
        for (const segment of await store.segments(key === undefined ? (await (earlier ??= store.reusable(over.base, over.grain))).get(tip) ?? [] : [key])) {
          if (await contentsAreHere(segment, store, overlay)) usable.push(segment);
        }
        return usable;
      },
      keyOf: (segment) => {
        const key = store.keyOf(segment);
        bodies.set(key, segment);
        return key;
      },
      earlier: async () => this.#imported ?? over,
      blob: async (oid) => made.get(oid) ?? this.#made.get(oid) ?? store.blob(oid),
      stage: async (_, blobs) => { for (const { oid, bytes } of blobs) made.set(oid, bytes); },
      memory: () => (this.#memory !== null && this.#memory.published === this.#imported && this.#engine !== null ? { memory: this.#memory, tables: this.#engine.tables } : null),
      remember: (memory) => { this.#memory = memory; isRemembered = true; },
      diff,
    }, () => {}, signal);
    if (!isRemembered && this.#memory?.published !== published) this.#memory = null;
    this.#isWhole = this.#memory === null;
    return { published, bodies, made };
  }

  async #engineOf(published: Published, bodies: ReadonlyMap<SegmentKey, Segment>): Promise<Engine> {
    if (published === this.#imported && this.#engine !== null) return this.#engine;
    const { store, digest } = this.#ground;
    const body = (key: SegmentKey): Segment | undefined => bodies.get(key) ?? this.#bodies.get(key);
    let engine = this.#engine?.next(published, body) ?? null;
    if (engine === null) {
      const missing = published.segments.filter((key) => body(key) === undefined), stored = await store.segments(missing);
      const rest = new Map(missing.map((key, i) => [key, stored[i]!]));
      engine = Engine.from(published, published.segments.map((key) => body(key) ?? rest.get(key)!), digest);
    }
    this.#imported = published;
    return this.#engine = engine;
  }

  async #writtenAt(): Promise<ReadonlySet<Oid>> {
    const { operation } = await this.#ground.store.head();
    if (this.#written?.head !== operation) {
      this.#written = { head: operation, commits: await writtenCommits(this.#ground.store) };
      for (const commit of this.#moving) if (this.#written.commits.has(commit)) this.#moving.delete(commit);
    }
    return this.#moving.size === 0 ? this.#written.commits : new Set([...this.#written.commits, ...this.#moving]);
  }
}

/** Nobody sees a difference between the two. */
function isSame(a: Published, b: Published): boolean {
  return a.segments.length === b.segments.length && a.segments.every((key, i) => key === b.segments[i]) && a.sources.length === b.sources.length
    && a.sources.every((s, i) => { const t = b.sources[i]!; return s.ref === t.ref && s.oid === t.oid && s.name === t.name; })
    && a.skipped.length === b.skipped.length && a.skipped.every((s, i) => s.name === b.skipped[i]!.name && s.reason === b.skipped[i]!.reason);
}

function contentsOf(segments: Iterable<Segment>): Set<Oid> {
  const out = new Set<Oid>();
  for (const { edits, contexts } of segments) {
    for (const list of [edits, ...contexts.map((c) => c.edits)]) for (const { before, after } of list) for (const entry of [before, after]) if (entry !== null) out.add(entry.oid);
  }
  return out;
}
