// The cache as a part of the platform: with its two levels on disk beside the store, and what it tells once a second.
import type { CacheLevel, Telemetry } from '../../../core/telemetry.ts';
import { DiskCache } from '../../storage/cache/disk.ts';
import { dataFolder, version } from '../place.ts';
import type { Part } from '../platform.ts';
import { LayeredCache } from './cache.ts';
import { FORMS } from './kinds.ts';

export function openCache(store: string, telemetry: Telemetry, add: (part: Part) => unknown): LayeredCache {
  const disk = new DiskCache(store, { keys: dataFolder(), form: `${version()} ${FORMS}` });
  const cache = new LayeredCache({ disk, telemetry });
  const bytes = new Map((['L1', 'L2', 'L3'] as const satisfies CacheLevel[]).map((level) => [level as CacheLevel, telemetry.gauge('acumen_cache_bytes', level)]));
  add({
    name: 'cache',
    figures: () => ({ caches: cache.figures() }),
    knobs: () => cache.knobs(),
    second: () => { for (const figures of cache.figures()) bytes.get(figures.level)!.set(figures.bytes); },
    close: () => cache.close(),
  });
  return cache;
}
