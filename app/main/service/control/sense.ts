// How much memory the process uses. What it has let go of stays resident for long where its pieces were small (glibc keeps holes): that is free to
// be used again, and does not count.
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

export interface MemorySense { (): { readonly bytes: number; readonly limit: number } }

/** The process stays within this, or within that share of the machine's (or its container's) memory. docs/LIMITS.md is held to it. */
const LIMIT = { bytes: 2000 * 2 ** 20, share: 0.6 } as const;

export interface Usage { readonly rss: number; readonly heapUsed: number; readonly external: number }

/** Resident bytes less those that were let go since the most was in use, and are resident still. */
export class InUse {
  #most = { live: 0, rss: 0 };
  of({ rss, heapUsed, external }: Usage): number {
    const live = heapUsed + external;
    if (live >= this.#most.live) this.#most = { live, rss };
    const gone = this.#most.live - live;
    return rss - Math.min(gone, Math.max(0, rss - (this.#most.rss - gone)));
  }
}

/** Of all memory and of V8's heap, the one that is nearer to its limit. */
export function memorySense(limit: number = memoryLimit(), read: () => Usage = () => process.memoryUsage()): MemorySense {
  const inUse = new InUse(), heapLimit = getHeapStatistics().heap_size_limit;
  return () => {
    const usage = read(), bytes = inUse.of(usage);
    return usage.heapUsed / heapLimit > bytes / limit ? { bytes: usage.heapUsed, limit: heapLimit } : { bytes, limit };
  };
}

export function memoryLimit(): number {
  const constrained = process.constrainedMemory();
  const machine = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
  return Math.min(LIMIT.bytes, LIMIT.share * machine);
}
