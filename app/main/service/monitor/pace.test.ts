// Dangers: a reference that a cache answers, or that a compiler leaves out; one that costs something where nobody asks anything.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { references, walk } from './pace.ts';
import { Registry } from './registry.ts';
import { SystemMetrics } from './system.ts';

test('the walk comes by every place before it is back', () => {
  for (const places of [8, 1024, 2 ** 20]) {
    const next = walk(places);
    let place = 0, steps = 0;
    do { place = next[place]!; steps++; } while (place !== 0 && steps <= places);
    expect(steps).toBe(places);
  }
});

test('each takes a while, which a compiler does not make nothing of', async () => {
  for (const work of Object.values(references())) {
    const took: number[] = [];
    for (let i = 0; i < 3000; i++) {
      const start = performance.now();
      await work();
      took.push(performance.now() - start);
    }
    expect(took.sort((a, b) => a - b)[took.length >> 1]).toBeGreaterThan(0.001);
  }
});

test('they are looked at while the engine is asked something, each as often, and not while it rests', async () => {
  const registry = new Registry(), system = new SystemMetrics(registry, join(tmpdir(), 'acumen-no-store'));
  const counts = (): number[] => {
    registry.take();
    return registry.cells.flatMap(({ metric, cell }) => (metric === 'acumen_reference_seconds' && cell.kind === 'seconds' ? [cell.taken.count] : []));
  };
  try {
    counts();
    await sleep(1500);
    const busy = counts();
    expect(busy).toHaveLength(3);
    expect(Math.min(...busy)).toBeGreaterThan(0);
    expect(Math.max(...busy) - Math.min(...busy)).toBeLessThanOrEqual(1);
    system.sample(false);
    counts();
    await sleep(1200);
    expect(counts()).toEqual([0, 0, 0]);
  } finally {
    await system.close();
  }
});
