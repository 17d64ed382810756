// The danger: a controller that nobody calls, or whose decisions nobody can read afterwards.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tempDir } from '../../../../testkit/git.ts';
import { TelemetryFile, telemetryPath } from '../../storage/telemetry/file.ts';
import { query } from '../bus/log.ts';
import { LayeredCache } from '../cache/cache.ts';
import { openPlatform } from '../platform.ts';

let temp: ReturnType<typeof tempDir>;
beforeAll(() => { temp = tempDir('control'); });
afterAll(() => temp.remove());

test('in a whole platform it is asked each second, and what it decides is in the telemetry log with what came of it', async () => {
  let now = 1_700_000_000_000;
  const store = join(temp.path, 'store'), platform = await openPlatform({ store, what: 'test', manual: true, clock: { now: () => now } });
  const cache = new LayeredCache({ limit: 64 << 20 }), shelf = cache.shelf<Uint8Array>({ name: 'planted', sizeOf: () => 1 << 20 });
  const release = platform.controller!.addCache(cache);
  for (let n = 0; n < 64; n++) {
    for (let k = 0; k < 5; k++) if (shelf.get(`hot ${k}`) === undefined) shelf.set(`hot ${k}`, new Uint8Array(1), 1);
    for (let k = 0; k < 5; k++) shelf.set(`once ${n} ${k}`, new Uint8Array(1), 1);
    now += 1000;
    platform.monitor!.second(now);
  }
  expect(cache.limit).toBeLessThan(64 << 20);
  expect((await platform.report(now)).memory).toMatchObject({ stage: 'normal' });
  release();
  const after = cache.limit;
  for (let n = 0; n < 12; n++) platform.monitor!.second(now += 1000);
  expect(cache.limit).toBe(after);
  await platform.close();
  const file = TelemetryFile.open(telemetryPath(store))!, events = query(file, { kinds: ['decision', 'effect'], from: null, to: null, limit: 100 }).reverse();
  expect(events[0]).toMatchObject({ lane: 'normal', event: { kind: 'decision', id: 1, knob: 'cache L1', from: 64 << 20 } });
  expect(events.find(({ event }) => event.kind === 'effect')).toMatchObject({ event: { id: 1, knob: 'cache L1', metric: 'acumen_cache_bytes L1' } });
  expect(events.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq).sort((a, b) => a - b));
  file.close();
});
