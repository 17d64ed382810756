// Danger: a replica that is ended with nobody told: what is asked next is asked of an empty one.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { spawnReplica } from './client.ts';

const MINUTES = 60_000;
/** Workers that never answer. */
let made: Silent[];
class Silent extends EventTarget {
  ended = false;
  constructor() { super(); made.push(this); }
  postMessage(): void {}
  terminate(): void { this.ended = true; }
}
beforeEach(() => { made = []; vi.useFakeTimers(); vi.stubGlobal('Worker', Silent); });
afterEach(() => { vi.useRealTimers(); vi.unstubAllGlobals(); });

test('a question that is let go does not end the replica that is at it', async () => {
  const replica = spawnReplica('replica'), stop = new AbortController();
  const asked = replica.call((api) => api.graph(), stop.signal).catch((error: unknown) => (error as Error).name);
  stop.abort();
  await vi.advanceTimersByTimeAsync(1 * MINUTES);
  expect([await asked, made.length, made[0]!.ended]).toEqual(['AbortError', 1, false]);
  replica.end();
  expect(made[0]!.ended).toBe(true);
});

test('of a replica that hangs one is told, once, and no empty one takes its place', async () => {
  const replica = spawnReplica('replica'), told: string[] = [];
  replica.onDeath((reason) => told.push(reason.name));
  const asked = replica.call((api) => api.graph()).catch((error: unknown) => (error as Error).name);
  await vi.advanceTimersByTimeAsync(20 * MINUTES);
  expect([await asked, told]).toEqual(['WorkerDied', ['WorkerDied']]);
  await expect(replica.call((api) => api.graph())).rejects.toMatchObject({ name: 'WorkerDied' });
  expect(made).toHaveLength(1);
});

test('of one that is ended nobody is told', async () => {
  const replica = spawnReplica('replica'), told: string[] = [];
  replica.onDeath((reason) => told.push(reason.name));
  const asked = replica.call((api) => api.graph()).catch((error: unknown) => (error as Error).name);
  replica.end();
  expect([await asked, told, made.map(({ ended }) => ended)]).toEqual(['WorkerDied', [], [true]]);
});
