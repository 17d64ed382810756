// Dangers: what a worker says of a history is not what the same code says without one; a question that waits for ever on a worker that died, or is answered from
// another history than the one given last; a GPU that everybody waits for, or that takes an answer with it.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { drawnHistory } from '../../testkit/peopleHistories.ts';
import type { AcuId, ByteString } from '../core/bytes.ts';
import { Collaboration } from '../core/collaboration/collaborate.ts';
import type { InFlight } from '../core/collaboration/model.ts';
import { packHistory, unpackHistory } from '../core/collaboration/packed.ts';
import { heatKinds } from '../core/collaboration/report.ts';
import { type Dense, Lost, type Triangle } from '../core/matrix/model.ts';
import type { CollaborationClient } from './collaborationClient.ts';
import { spawnCollaboration } from './collaborationClient.ts';
import { Multiplying } from './collaborationMultiply.ts';
import { Collaborator } from './collaborator.ts';
import type { GpuMultiplier } from './gpu/multiplier.ts';
import { type Supervised, type Thread, supervise } from './rpc.ts';
import { serve } from './serve.ts';
import { turn } from './turn.ts';

const asked = { asOf: null, halfLifeDays: 90 } as const;
const history = drawnHistory({ people: 40, files: 60, touches: 900 }, 'zipf', 3), bytes = packHistory(history), other = packHistory(drawnHistory({ people: 5, files: 4, touches: 30 }, 'uniform', 4));
const id = (n: number): AcuId => String(n).padStart(64, '0') as AcuId;
const inFlight: InFlight = {
  acus: [0, 1, 2].map((n) => ({
    id: id(n), name: `change ${n}` as ByteString, author: { name: `Person ${n}` as ByteString, email: `p${n}@example.org` as ByteString }, time: 1_600_000_000, standing: 'exact', commits: 1, requires: [],
    files: [n, 7].map((file) => ({ path: history.files[file]!.path, added: 1, deleted: 0, hunks: Uint32Array.of(0, 2) })),
  })),
  conflicts: [{ a: id(0), b: id(1), verdict: 'blocking', paths: [history.files[7]!.path] }], pairs: { a: Uint32Array.of(0), b: Uint32Array.of(1) },
};

/** A worker's two ends in one thread. */
function worker(api: object): { readonly supervised: Supervised<Collaborator>; fail(message: string): void } {
  const { port1, port2 } = new MessageChannel(), failing: ((event: { message: string }) => void)[] = [];
  serve(api, port2 as unknown as Parameters<typeof serve>[1]);
  const thread = {
    postMessage: (message: unknown, moved?: Transferable[]) => port1.postMessage(message, moved as never),
    addEventListener: (type: string, listener: never) => { if (type === 'message') port1.addEventListener(type, listener); else if (type === 'error') failing.push(listener); },
    removeEventListener: (type: string, listener: never) => port1.removeEventListener(type, listener),
    start: () => port1.start(), terminate: () => { port1.close(); port2.close(); },
  } as unknown as Thread;
  return { supervised: supervise<Collaborator>(thread, 'collaboration'), fail: (message) => { for (const listener of failing) listener({ message }); } };
}

const clients: CollaborationClient[] = [];
afterEach(() => { for (const client of clients.splice(0)) client.end(); });

function client(make: () => object = () => new Collaborator()): CollaborationClient & { readonly spawned: { fail(message: string): void }[] } {
  const spawned: { fail(message: string): void }[] = [];
  const one = spawnCollaboration('', null, () => { const it = worker(make()); spawned.push(it); return it.supervised; });
  clients.push(one);
  return Object.assign(one, { spawned });
}

describe('a collaboration worker', () => {
  test('says what the same code says without one', async () => {
    const direct = new Collaboration(unpackHistory(bytes), { multiply: new Multiplying({ gpu: () => null, turn, now: () => 0 }), turn, now: () => 0 }), there = client();
    direct.fly(inFlight);
    await there.load(bytes);
    await there.fly(inFlight);
    expect(await there.call((api) => api.overview(asked))).toEqual(await direct.overview(asked));
    for (const kind of heatKinds) {
      const { computed: _there, ...heat } = await there.call((api) => api.heat(kind, asked, 'files', 20)), { computed: _here, ...wanted } = await direct.heat(kind, asked, 'files', 20);
      expect(heat).toEqual(wanted);
    }
    expect(await there.call((api) => api.talk(asked, 10))).toEqual(await direct.talk(asked, 10));
    expect(await there.call((api) => api.busFactor(asked, 10))).toEqual(await direct.busFactor(asked, 10));
    expect(await there.call((api) => api.predictions(asked, 10))).toEqual(await direct.predictions(asked, 10));
    expect(await there.call((api) => api.experts(asked, id(0), id(1), null, 5))).toEqual(await direct.experts(asked, id(0), id(1), null, 5));
    const assignment = { away: [], limits: [], most: 2, pinned: [] };
    expect({ ...await there.call((api) => api.assign(asked, assignment)), ms: 0 }).toEqual({ ...await direct.assign(asked, assignment), ms: 0 });
  });

  test('that dies rejects what waits; the next question starts another, which holds what was given last', async () => {
    const there = client(), reasons: string[] = [];
    there.onDeath((reason) => reasons.push(reason.message));
    await there.load(other);
    await there.load(bytes);
    await there.fly(inFlight);
    const before = await there.call((api) => api.overview(asked));
    const waiting = there.call((api) => api.heat('interaction', asked, 'files', 20));
    there.spawned[0]!.fail('out of memory');
    await expect(waiting).rejects.toThrow('out of memory');
    expect(await there.call((api) => api.overview(asked))).toEqual(before);
    expect(there.spawned.length).toBe(2);
    expect(reasons).toEqual(['The collaboration worker stopped: out of memory']);
    // what is given while there is none is held, too
    there.spawned[1]!.fail('again');
    await there.load(other);
    expect((await there.call((api) => api.overview(asked))).counts.files).toBeLessThanOrEqual(4);
    there.end();
    await expect(there.call((api) => api.overview(asked))).rejects.toThrow('ended');
  });

  test('refuses damaged bytes with a code and a hint, and then has no history', async () => {
    const there = client();
    await expect(there.load(bytes.subarray(0, bytes.length >> 1))).rejects.toMatchObject({ code: 'bad-message', hint: expect.any(String) as string });
    await expect(there.call((api) => api.overview(asked))).rejects.toThrow();
    await there.load(bytes);
    expect((await there.call((api) => api.overview(asked))).counts.commits).toBe(history.time.length);
  });

  test('is told to stop between two steps', async () => {
    const there = client();
    await there.load(bytes);
    const waiting = there.call((api) => api.heat('interaction', asked, 'files', 20));
    there.cancel();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect((await there.call((api) => api.heat('interaction', asked, 'files', 20))).rows.length).toBe(20);
  });
});

describe('a GPU', () => {
  /** Some 220 ms of multiplications by the usual costs, which is where looking begins. */
  const large = (): Dense => ({ rows: 1000, cols: 1000, value: new Float32Array(1_000_000).fill(1) }), small: Dense = { rows: 2, cols: 2, value: Float32Array.of(1, 2, 3, 4) };
  const figures = { adapter: { vendor: '', architecture: '', device: '', description: 'A card', isSoftware: false }, kernel: 'tiles', why: '', multiplyAddsPerSecond: 1e12, bytesPerSecond: 1e10, startMs: 1 };
  const marked: Triangle = { n: 1000, value: new Float32Array(1000 * 1001 / 2).fill(7) };
  const fake = (some: Partial<GpuMultiplier>): GpuMultiplier => ({ by: 'gpu', open: async () => figures, gram: async () => marked, end: () => undefined, ...some }) as GpuMultiplier;

  test('is not looked for where the processor takes no time, and not waited for where it takes little', async () => {
    const open = vi.fn<() => GpuMultiplier>(() => fake({})), multiply = new Multiplying({ gpu: open, turn, now: () => 0 });
    expect((await multiply.gram(small)).why).toContain('a GPU was not looked for');
    expect(open).not.toHaveBeenCalled();
    const first = await multiply.gram(large());
    expect(first.by).not.toBe('gpu');
    expect(first.of.value[0]).toBe(1000);
    const second = await multiply.gram(large());
    expect(second.by).toBe('gpu');
    expect(second.why).toContain('(A card, tiles)');
    expect(open).toHaveBeenCalledTimes(1);
    // what is small stays where it is
    expect((await multiply.gram(small)).by).not.toBe('gpu');
  });

  test('that is lost amid a product is made up for, and it is said', async () => {
    const multiply = new Multiplying({ gpu: () => fake({ gram: async () => { throw new Lost('vanished', 'The GPU was lost.'); } }), turn, now: () => 0 });
    await multiply.gram(large());
    const done = await multiply.gram(large());
    expect([done.fallen, done.by === 'gpu', done.of.value[0]]).toEqual([true, false, 1000]);
    expect(done.why).toContain('The GPU was lost.');
  });

  test.each<readonly [what: string, gpu: () => GpuMultiplier | null, why: string]>([
    ['is not there', () => null, 'there is no GPU here'],
    ['cannot be opened', () => fake({ open: async () => { throw new Lost('absent', 'This browser has no WebGPU.'); } }), 'This browser has no WebGPU'],
    ['cannot even be asked', () => { throw new TypeError('no worker'); }, 'no worker'],
  ])('that %s is no harm', async (_what, gpu, why) => {
    const multiply = new Multiplying({ gpu, turn, now: () => 0 });
    await multiply.gram(large());
    const done = await multiply.gram(small);
    expect(done.by).not.toBe('gpu');
    expect(done.why).toContain(why);
  });

  test('costs of this machine are found out once, after the first product that is worth it', async () => {
    const costs = vi.fn<() => Promise<never>>(async () => { throw new Error('no timer'); }), multiply = new Multiplying({ gpu: () => null, costs, turn, now: () => 0 });
    await multiply.gram(small);
    expect(costs).not.toHaveBeenCalled();
    await multiply.gram(large());
    await multiply.gram(small);
    expect(costs).toHaveBeenCalledTimes(1);
  });
});
