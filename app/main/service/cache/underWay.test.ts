// The dangers: one question computed many times; work that goes on for nobody, or is stopped for all because one gave up.
import { setTimeout as later } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { UnderWay } from './underWay.ts';

test('who gives up gives up alone; when the last has, the work stops, and the next begins again', async () => {
  const underWay = new UnderWay(), stops = [new AbortController(), new AbortController(), new AbortController()];
  let stopped = 0, begun = 0;
  const work = async (signal: AbortSignal): Promise<string> => {
    begun++;
    await new Promise((resolve, reject) => { setTimeout(resolve, 60); signal.addEventListener('abort', () => { stopped++; reject(signal.reason as Error); }); });
    return 'done';
  };
  const three = stops.map(({ signal }) => underWay.run('a', work, signal));
  stops[0]!.abort(new Error('first'));
  stops[1]!.abort(new Error('second'));
  expect((await Promise.allSettled(three)).map((r) => (r.status === 'fulfilled' ? r.value : (r.reason as Error).message))).toEqual(['first', 'second', 'done']);
  expect([begun, stopped]).toEqual([1, 0]);

  const stop = new AbortController(), alone = underWay.run('b', work, stop.signal);
  await later(5);
  stop.abort(new Error('nobody'));
  await expect(alone).rejects.toThrow('nobody');
  expect(stopped).toBe(1);
  expect(await underWay.run('b', work, undefined)).toBe('done');
  await expect(underWay.run('c', work, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  expect(begun).toBe(3);
});
