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
  /** what its thread counted of the levels on disk, as far as it has been told */
  const counted = (['L2', 'L3'] as const).map((level) => ({
    level, evictions: 0, demotions: 0, evicted: telemetry.counter('acumen_cache_evictions_total', level), demoted: telemetry.counter('acumen_cache_demotions_total', level),
  }));
  add({
    name: 'cache',
    figures: () => ({ caches: cache.figures() }),
    knobs: () => cache.knobs(),
    second: () => {
      const figures = cache.figures();
      for (const one of figures) bytes.get(one.level)!.set(one.bytes);
      for (const one of counted) {
        const now = figures.find(({ level }) => level === one.level);
        if (now === undefined) continue;
        one.evicted.add(now.evictions - one.evictions);
        // what went down to the warm level is told as it goes
        if (one.level === 'L3') one.demoted.add(now.demotions - one.demotions);
        one.evictions = now.evictions;
        one.demotions = now.demotions;
      }
    },
    close: () => cache.close(),
  });
  return cache;
}
