// An importer with its engine in memory, and no store: what a process holds that looks at one repository again and again.
import { Engine } from '../app/core/engine.ts';
import type { Published, SegmentKey } from '../app/core/events.ts';
import type { Segment } from '../app/core/model.ts';
import type { RepositoryReader } from '../app/core/repository.ts';
import { packSegment } from '../app/core/segmentKey.ts';
import { importRepository } from '../app/main/service/importer.ts';
import type { Memory } from '../app/main/service/memory.ts';
import { segmentKeyOf } from '../app/main/storage/log.ts';

/** An importer and an engine that stay, without a store. */
export class Resident {
  readonly bodies = new Map<SegmentKey, Segment>();
  readonly #keys = new WeakMap<Segment, SegmentKey>();
  readonly #refs: readonly string[];
  readonly #reader: RepositoryReader;
  readonly #refsOf: RepositoryReader['refs'];
  #listed: Awaited<ReturnType<RepositoryReader['refs']>> | null = null;
  #memory: Memory | null = null;
  #engine: Engine | null = null;
  published: Published | null = null;
  /** imports that had to look at everything */
  whole = 0;

  constructor(reader: RepositoryReader, refs: readonly string[]) {
    this.#reader = reader;
    this.#refs = refs;
    this.#refsOf = reader.refs.bind(reader);
    Object.defineProperty(reader, 'refs', { value: async () => this.#listed });
  }

  get engine(): Engine { return this.#engine!; }

  /** Reads which refs there are, for the next import. */
  async list(): Promise<void> {
    this.#listed = await this.#refsOf();
  }

  async import(): Promise<void> {
    const published = this.published = await importRepository(this.#reader, { base: null, refs: this.#refs, grain: 'branch' }, {
      written: async () => new Set(), begin: async () => {}, earlier: async () => null, blob: async () => null, stage: async () => {},
      known: async (_, key) => (key === undefined ? [] : [this.bodies.get(key)!]),
      keyOf: (segment) => {
        let key = this.#keys.get(segment);
        if (key === undefined) {
          this.#keys.set(segment, (key = segmentKeyOf(packSegment(segment))));
          this.bodies.set(key, segment);
        }
        return key;
      },
      memory: () => (this.#memory === null ? null : { memory: this.#memory, tables: this.engine.tables }),
      remember: (memory) => { this.#memory = memory; this.whole++; },
    }, () => {}, new AbortController().signal);
    this.#engine = this.#engine?.next(published, (key) => this.bodies.get(key)) ?? Engine.from(published, published.segments.map((key) => this.bodies.get(key)!));
    void this.#engine.index;
  }

  /** The conflicts of the ACUs of a ref. */
  conflictsOf(ref: string): number {
    const { sources, segments } = this.engine.tables, source = sources.find((s) => s.ref === ref)!;
    let count = 0;
    for (const s of source.segments) { const { acu } = segments[s]!; if (acu !== null) for (const _ of this.engine.conflicts({ acu })) count++; }
    return count;
  }

  close(): Promise<void> { return this.#reader.close(); }
}
