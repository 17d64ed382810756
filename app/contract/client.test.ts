// Dangers: calls left hanging when the channel goes, an answer given to another call, a refusal that loses its code, a service that is asked again without end.
import { expect, test } from 'vitest';
import { AcumenError } from '../core/errors.ts';
import { connect } from './client.ts';
import { decodeRequest } from './decode.ts';
import { decodeFrame, encodeFrame, toWireError } from './frames.ts';
import type { Request, Transport } from './methods.ts';

/** Two ends in one process; frames arrive in order, on a later turn. */
function pair(): { near: Transport; far: Transport } {
  const ends = [0, 1].map(() => ({ frame: (_: Uint8Array) => {}, close: (_: string) => {} }));
  let open = true;
  const end = (mine: number, other: number): Transport => ({
    send(frame) { if (open) queueMicrotask(() => ends[other]!.frame(frame)); },
    onFrame(listener) { ends[mine]!.frame = listener; },
    onClose(listener) { ends[mine]!.close = listener; },
    close() { if (open) { open = false; for (const e of ends) e.close('the other side closed'); } },
  });
  return { near: end(0, 1), far: end(1, 0) };
}

test('answers reach their calls, in any order', async () => {
  const { near, far } = pair();
  const client = connect(near);
  const seen: Request[] = [];
  far.onFrame((frame) => {
    seen.push(decodeRequest(decodeFrame(frame)));
    if (seen.length === 2) for (const r of [...seen].reverse()) far.send(encodeFrame({ id: r.id, ok: { paused: (r.params as { paused: boolean }).paused } }));
  });
  const [a, b] = await Promise.all([client.call('pause', { paused: true }), client.call('pause', { paused: false })]);
  expect([a.paused, b.paused]).toEqual([true, false]);
});

test('an error arrives as an AcumenError', async () => {
  const { near, far } = pair();
  const client = connect(near);
  far.onFrame((frame) => far.send(encodeFrame({ id: decodeRequest(decodeFrame(frame)).id, error: toWireError(new AcumenError('nothing-to-undo', 'There is nothing.', 'Do something.')) })));
  await expect(client.call('undo', { ticket: 't' })).rejects.toMatchObject({ code: 'nothing-to-undo', hint: 'Do something.' });
});

test('closing rejects what is pending and all that follows', async () => {
  const { near, far } = pair();
  const client = connect(near);
  const reasons: string[] = [];
  client.onClose((reason) => reasons.push(reason));
  const call = client.call('hello', {});
  far.close();
  await expect(call).rejects.toMatchObject({ code: 'io' });
  await expect(client.call('hello', {})).rejects.toMatchObject({ code: 'io' });
  expect(reasons).toEqual(['the other side closed']);
  expect(client.closed).not.toBeNull();
});

test('a service that speaks nonsense ends the connection and every call on it', async () => {
  const { near, far } = pair();
  const client = connect(near);
  const call = client.call('hello', {});
  far.send(Uint8Array.of(0xc1));
  await expect(call).rejects.toMatchObject({ code: 'io' });
});

test('aborting lets a read go at once, and asks the service about an operation', async () => {
  const { near, far } = pair();
  const client = connect(near);
  const methods: string[] = [];
  far.onFrame((frame) => {
    const r = decodeRequest(decodeFrame(frame));
    methods.push(r.method);
    if (r.method === 'cancel') {
      far.send(encodeFrame({ id: r.id, ok: { cancelled: true } }));
      far.send(encodeFrame({ id: 2, error: toWireError(new AcumenError('cancelled', 'It was cancelled.', '')) }));
    }
  });
  const read = new AbortController();
  const reading = client.call('snapshot', {}, { signal: read.signal });
  read.abort();
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  const stop = new AbortController();
  const importing = client.call('import', { path: null, base: null, refs: [], grain: 'branch', ticket: 'i' }, { signal: stop.signal });
  stop.abort();
  await expect(importing).rejects.toMatchObject({ code: 'cancelled', message: 'It was cancelled.' });
  expect(methods).toEqual(['snapshot', 'import', 'cancel']);
  await expect(client.call('hello', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
});

test('how long an answer may take travels with its request, and only where it was said', async () => {
  const { near, far } = pair();
  const client = connect(near);
  const seen: Request[] = [];
  far.onFrame((frame) => { const r = decodeRequest(decodeFrame(frame)); seen.push(r); far.send(encodeFrame({ id: r.id, ok: { paused: true } })); });
  await client.call('pause', { paused: true }, { within: 250 });
  await client.call('pause', { paused: true });
  expect(seen.map(({ within }) => within)).toEqual([250, undefined]);
});

test('what the service was too busy to begin is asked again after the wait it named, a few times; nothing else is', async () => {
  const { near, far } = pair();
  const waits: number[] = [], client = connect(near, { pause: async (ms) => { waits.push(ms); } });
  let refusals = 2, error = new AcumenError('overloaded', 'Too much.', 'Wait.', { retryAfterMs: 20 });
  let asked = 0;
  far.onFrame((frame) => {
    const { id } = decodeRequest(decodeFrame(frame));
    asked++;
    far.send(encodeFrame(refusals-- > 0 ? { id, error: toWireError(error) } : { id, ok: { paused: true } }));
  });
  expect(await client.call('pause', { paused: true })).toEqual({ paused: true });
  expect([asked, waits]).toEqual([3, [20, 40]]);
  refusals = 99;
  await expect(client.call('pause', { paused: true })).rejects.toMatchObject({ code: 'overloaded' });
  expect(asked).toBe(3 + 4);
  for (const other of [new AcumenError('overloaded', 'Left alone.', 'Later.'), new AcumenError('overloaded', 'Long.', 'Later.', { retryAfterMs: 60_000 }), new AcumenError('io', 'No.', 'No.', { retryAfterMs: 1 })]) {
    error = other;
    asked = 0;
    await expect(client.call('pause', { paused: true })).rejects.toMatchObject({ message: other.message });
    expect(asked).toBe(1);
  }
  await expect(connect(near).call('pause', { paused: true })).rejects.toMatchObject({ code: 'io' });
});

test('pushes reach their listeners until these go', async () => {
  const { near, far } = pair();
  const client = connect(near);
  const heard: number[] = [];
  const stop = client.on('progress', (p) => heard.push(p.done));
  const progress = (done: number) => far.send(encodeFrame({ push: 'progress', ticket: 't', phase: 'Reading', done, total: null }));
  progress(1); progress(2);
  await new Promise((r) => setTimeout(r));
  stop();
  progress(3);
  await new Promise((r) => setTimeout(r));
  expect(heard).toEqual([1, 2]);
});
