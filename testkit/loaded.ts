// A repository imported by the real importer into an engine, held in memory: for tests of the engine that need no store.
import type { Oid } from '../app/core/bytes.ts';
import { Engine } from '../app/core/engine.ts';
import type { Published } from '../app/core/events.ts';
import type { Grain, Segment } from '../app/core/model.ts';
import type { RepositoryReader } from '../app/core/repository.ts';
import { segmentKey } from '../app/core/segmentKey.ts';
import { openRepository } from '../app/main/git/open.ts';
import type { ReaderChoice } from '../app/main/git/open.ts';
import { type Progress, importRepository } from '../app/main/service/importer.ts';

export interface Loaded {
  readonly engine: Engine;
  readonly published: Published;
  readonly segments: readonly Segment[];
  readonly reader: RepositoryReader;
  readonly stored: (oid: Oid) => Promise<Uint8Array | null>;
  close(): Promise<void>;
}

export interface LoadOptions {
  readonly base?: string; readonly refs?: readonly string[]; readonly grain?: Grain;
  /** what an earlier import stored: the import is then incremental */
  readonly onTopOf?: Loaded;
  /** embedded if not given: what most tests are about does not depend on it */
  readonly reader?: ReaderChoice;
  /** what stands between the repository and the import */
  readonly through?: (reader: RepositoryReader) => RepositoryReader;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export async function load(dir: string, options: LoadOptions = {}): Promise<Loaded> {
  const reader = await openRepository(dir, { reader: options.reader ?? 'embedded' });
  const blobs = new Map<Oid, Uint8Array>();
  const stored = async (oid: Oid): Promise<Uint8Array | null> => blobs.get(oid) ?? await options.onTopOf?.stored(oid) ?? null;
  const byKey = new Map<string, Segment>((options.onTopOf?.segments ?? []).map((s) => [segmentKey(s), s]));
  const published = await importRepository(options.through?.(reader) ?? reader, { base: options.base ?? null, refs: options.refs ?? [], grain: options.grain ?? 'branch' }, {
    written: async () => new Set(),
    begin: async () => {},
    keyOf: segmentKey,
    earlier: async () => options.onTopOf?.published ?? null,
    known: async (tip) => (options.onTopOf?.segments ?? []).filter((s) => s.tip === tip),
    blob: stored,
    stage: async (segments, made) => {
      for (const s of segments) byKey.set(segmentKey(s), s);
      for (const b of made) blobs.set(b.oid, b.bytes);
    },
  }, options.progress ?? (() => {}), options.signal ?? new AbortController().signal);
  const segments = published.segments.map((key) => byKey.get(key)!);
  return {
    engine: Engine.from(published, segments), published, segments, reader,
    stored,
    close: () => reader.close(),
  };
}
