// Dangers: clients at once make what no order of their operations makes, an answer that stood on what was never committed, one bad operation that
// takes others with it, something acknowledged that a kill loses, a request that is never answered.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Generated, generate } from '../../../testkit/generate.ts';
import { Random } from '../../../testkit/random.ts';
import { storeProcess } from '../../../testkit/storeProcess.ts';
import { serviceScript } from '../../../testkit/crash.ts';
import type { AcuId, Oid } from '../../core/bytes.ts';
import { compositionChanged } from '../../core/composition.ts';
import type { Operation } from '../../core/events.ts';
import { connect } from '../../contract/client.ts';
import { decodeFrame, encodeFrame } from '../../contract/frames.ts';
import type { Push, Transport } from '../../contract/methods.ts';
import { Deadlines } from './deadlines.ts';
import { type Service, attachSession } from './session.ts';
import { Telling } from './telling.ts';
import { Workspace } from './workspace.ts';
import { removeFolder } from '../../../testkit/folder.ts';

let folder: string;
let repository: Generated;
let stores = 0;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'acumen-concurrent-'));
  repository = await generate({ seed: 31, mix: 'crowd', sources: 40 });
}, 120_000);
afterAll(() => { repository.remove(); removeFolder(folder); });

const settled = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

interface Gate { readonly opened: Promise<void>; readonly open: () => void }
function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

let store: string;
beforeEach(() => { store = path.join(folder, `store-${++stores}`); });

async function openWorkspace(): Promise<Workspace> {
  const workspace = await Workspace.open(store, { env: {}, git: 'embedded' });
  if (workspace.view.state.published === null) await workspace.call('import', { ticket: 'import', path: repository.dir, base: null, refs: [], grain: 'branch' });
  return workspace;
}

interface Did { readonly method: 'add' | 'remove' | 'compose'; readonly acus: readonly AcuId[]; readonly operation: Operation; readonly size: number }

/** Clients that add, take out and compose at random, all at once. */
async function clients(workspace: Workspace, count: number, each: number, seed: number): Promise<{ readonly done: Did[]; readonly refused: number; readonly idle: number }> {
  const ids = workspace.engine.acus.map(({ id }) => id), done: Did[] = [];
  let refused = 0, idle = 0;
  await Promise.all(Array.from({ length: count }, async (_, n) => {
    const random = new Random(seed * 1000 + n);
    for (let i = 0; i < each; i++) {
      const method = random.chance(0.1) ? 'compose' as const : random.chance(0.6) ? 'add' as const : 'remove' as const;
      const acus = Array.from({ length: method === 'compose' ? random.below(4) : 1 + random.below(2) }, () => random.pick(ids)), ticket = `${seed}-${n}-${i}`;
      const before = workspace.view.head.operation;
      try {
        if (method === 'compose') {
          const { operation, composition } = await workspace.call('compose', { acus, ticket });
          // the same set again answers the last operation
          if (operation.id > before && !done.some((d) => d.operation.id === operation.id)) done.push({ method, acus, operation, size: composition.acus.length }); else idle++;
        } else {
          const { operation, size } = await workspace.call(method, { acus, ticket });
          if (operation === null) idle++; else done.push({ method, acus, operation, size });
        }
      } catch (error) {
        if ((error as { code?: string }).code !== 'not-composable') throw error;
        refused++;
      }
    }
  }));
  return { done, refused, idle };
}

/** The slow twin: the same operations one after another, in the order of the log, each set looked at as a whole. */
async function replay(workspace: Workspace, done: readonly Did[]): Promise<void> {
  let now: readonly AcuId[] = [];
  for (const { method, acus, operation, size } of [...done].sort((a, b) => a.operation.id - b.operation.id)) {
    const chosen = new Set(acus);
    now = (method === 'compose' ? [...chosen] : method === 'add' ? [...new Set([...now, ...acus])] : now.filter((id) => !chosen.has(id))).sort();
    const { composition } = await workspace.store.stateAt(operation.id);
    expect(composition.acus, operation.description).toEqual(now);
    expect(size).toBe(now.length);
    const composed = await workspace.reading.composed(await workspace.moment(), now);
    expect('delta' in composed, `operation ${operation.id} made a set that does not stand`).toBe(true);
  }
  expect(workspace.view.state.composition.acus).toEqual(now);
}

test('many clients at once make what the same operations one after another make', async () => {
  const workspace = await openWorkspace();
  const first = workspace.view.head.operation;
  const { done, refused, idle } = await clients(workspace, 16, 12, 1);
  expect(done.map(({ operation }) => operation.id).sort((a, b) => a - b)).toEqual(Array.from({ length: done.length }, (_, i) => first + 1 + i));
  await replay(workspace, done);
  expect(Math.min(done.length, refused, idle)).toBeGreaterThan(5);
  expect(await workspace.call('fsck', { ticket: 'fsck' })).toMatchObject({ ok: true });
  // and undone, one at a time, in between
  await Promise.all([workspace.call('undo', { ticket: 'u' }), clients(workspace, 4, 3, 2)]);
  expect(await workspace.call('fsck', { ticket: 'fsck-2' })).toMatchObject({ ok: true });
  await workspace.close();
});

test('two processes at it: whoever was overtaken plans anew, and every answer is in the log once', async () => {
  const one = await openWorkspace(), two = await openWorkspace();
  const before = one.view.head.operation;
  const [a, b] = await Promise.all([clients(one, 6, 8, 3), clients(two, 6, 8, 4)]);
  const done = [...a.done, ...b.done];
  await one.refold();
  expect(new Set(done.map(({ operation }) => operation.id)).size).toBe(done.length);
  expect(one.view.head.operation).toBe(before + done.length);
  await replay(one, done);
  await one.close();
  await two.close();
});

test('what was committed here while another process\'s operations are read is taken over once', async () => {
  const one = await openWorkspace(), two = await openWorkspace(), { store } = one;
  const [a, b] = one.engine.acus.filter(({ id }) => one.engine.check([id]).ok).map(({ id }) => id) as [AcuId, AcuId];
  // ours is in the store, and the answer on its way
  const answer = gate(), read = gate(), committed = gate();
  const { appendAll, stateAt } = store;
  store.appendAll = async (...args) => { const place = await appendAll.apply(store, args); committed.open(); await answer.opened; return place; };
  const ours = one.call('add', { acus: [a], ticket: 'ours' });
  await committed.opened;
  store.appendAll = appendAll;
  await two.call('add', { acus: [b], ticket: 'theirs' });
  // both are read, which takes a while; meanwhile the answer comes
  store.stateAt = async (...args) => { const state = await stateAt.apply(store, args); await read.opened; return state; };
  const folding = one.refold();
  await settled();
  answer.open();
  await settled();
  store.stateAt = stateAt;
  read.open();
  await Promise.all([ours, folding]);
  expect(one.log.map(({ id }) => id)).toEqual(Array.from({ length: two.view.head.operation }, (_, i) => i + 1));
  expect(one.view.state).toEqual(two.view.state);
  // theirs, then ours
  for (let n = 0; n < 2; n++) await one.call('undo', { ticket: `undo-${n}` });
  expect(one.view.state.composition.acus).toEqual([]);
  await one.close();
  await two.close();
});

test('what was being planned when those before it were refused is planned after them', async () => {
  const one = await openWorkspace(), two = await openWorkspace(), { store } = one;
  const [a, b, c] = one.engine.acus.filter(({ id }) => one.engine.check([id]).ok).map(({ id }) => id) as [AcuId, AcuId, AcuId];
  const sent = gate(), overtaken = gate(), planning = gate(), planned = gate(), refused = gate();
  const { appendAll, hasBlobs } = store;
  store.appendAll = async (...args) => {
    store.appendAll = appendAll;
    sent.open();
    await overtaken.opened;
    return appendAll.apply(store, args).finally(refused.open);
  };
  const first = one.call('add', { acus: [a], ticket: 'first' });
  await sent.opened;
  store.hasBlobs = async (oids) => {
    store.hasBlobs = hasBlobs;
    planning.open();
    await planned.opened;
    return hasBlobs.call(store, oids);
  };
  const second = one.call('compose', { acus: [b], ticket: 'second' });
  await planning.opened;
  await two.call('add', { acus: [c], ticket: 'theirs' });
  overtaken.open();
  await refused.opened;
  await settled();
  planned.open();
  expect((await first).operation!.id).toBeLessThan((await second).operation.id);
  expect(one.view.state.composition.acus).toEqual([b]);
  await one.close();
  await two.close();
});

test('an undo that another process\'s operation is read amid is planned anew', async () => {
  const one = await openWorkspace(), two = await openWorkspace(), { store } = one;
  const [a, b] = one.engine.acus.filter(({ id }) => one.engine.check([id]).ok).map(({ id }) => id) as [AcuId, AcuId];
  await one.call('add', { acus: [a], ticket: 'ours' });
  const planning = gate(), read = gate(), { stateAt } = store;
  store.stateAt = async (...args) => {
    store.stateAt = stateAt;
    planning.open();
    await read.opened;
    return stateAt.apply(store, args);
  };
  const undone = one.call('undo', { ticket: 'undo' });
  await planning.opened;
  const { operation: theirs } = await two.call('add', { acus: [b], ticket: 'theirs' });
  await one.refold();
  read.open();
  expect((await undone).operation.target).toBe(theirs!.id);
  expect(one.view.state.composition.acus).toEqual([a]);
  await one.close();
  await two.close();
});

test('of another process only what it changed is read', async () => {
  const one = await openWorkspace(), two = await openWorkspace(), { published } = one.view.state;
  const [a] = one.engine.acus.filter(({ id }) => one.engine.check([id]).ok).map(({ id }) => id) as [AcuId];
  for (const [ask, isPublished] of [[() => two.call('add', { acus: [a], ticket: 't' }), false], [() => two.call('undo', { ticket: 't' }), false],
    [() => two.call('import', { ticket: 't', path: repository.dir, base: null, refs: ['refs/heads/*1'], grain: 'branch' }), true],
    [() => two.call('undo', { ticket: 't' }), true], [() => two.call('redo', { ticket: 't' }), true]] as const) {
    const before = one.view.head.event;
    await ask();
    expect(await one.store.isPublishedAfter(before)).toBe(isPublished);
    await one.refold();
    expect(one.view.state).toEqual(await one.store.stateAt(two.view.head.operation));
    expect(one.view.state).toEqual(two.view.state);
    if (!isPublished) expect(one.view.state.published).toBe(published);
  }
  await one.close();
  await two.close();
});

test('what of another process could not be read is read by whoever comes next', async () => {
  const one = await openWorkspace(), two = await openWorkspace(), { store } = one, { stateAt } = store;
  const [a] = one.engine.acus.filter(({ id }) => one.engine.check([id]).ok).map(({ id }) => id) as [AcuId];
  store.stateAt = async () => { store.stateAt = stateAt; throw new Error('not now'); };
  await two.call('add', { acus: [a], ticket: 'theirs' });
  await expect(one.refold()).rejects.toThrow('not now');
  expect((await one.call('hello', {})).composition.acus).toEqual([a]);
  await one.close();
  await two.close();
});

test('one that the store refuses takes no other with it, and those planned on it are planned anew', async () => {
  const workspace = await openWorkspace();
  const [a, b, c] = workspace.engine.acus.filter(({ id }) => workspace.engine.check([id]).ok).map(({ id }) => id) as [AcuId, AcuId, AcuId];
  const set = (acus: readonly AcuId[], blobs: readonly { oid: Oid; bytes: Uint8Array }[] = []) => workspace.amend(async (view) => {
    const before = view.state.composition, composition = { ...before, base: view.engine.base, acus: [...before.acus, ...acus] };
    return { operation: { kind: 'compose', target: null, command: null, description: acus.join(' ') }, events: [compositionChanged(before, composition)], composition, extra: { blobs } };
  });
  const bad = { oid: '1'.repeat(40) as Oid, bytes: new Uint8Array([1]) };
  const ended = await Promise.allSettled([set([a]), set([b], [bad]), set([c]), workspace.amend(async () => null), workspace.amend(async () => { throw new Error('planned in vain'); })]);
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'rejected']);
  expect(workspace.view.state.composition.acus).toEqual([a, c]);
  expect((await workspace.store.state()).composition.acus).toEqual([a, c]);
  await workspace.close();
});

test('a process killed amid many clients: all that was acknowledged is there, in its order', async () => {
  await (await openWorkspace()).close();
  const victim = storeProcess(['many', store, '5', '12'], { script: serviceScript });
  expect(await victim.next()).toBe('ready');
  while (victim.lines.length < 60) await victim.next();
  victim.child.kill('SIGKILL');
  await victim.ended;
  const said = victim.lines.slice(1) as { ticket: string; id: number }[];
  const workspace = await Workspace.open(store, { env: {} });
  const ids = said.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(workspace.view.head.operation).toBeGreaterThanOrEqual(Math.max(...ids));
  expect(workspace.log.map(({ id }) => id)).toEqual(Array.from({ length: workspace.log.length }, (_, i) => i + 1));
  expect(await workspace.call('fsck', { ticket: 'fsck' })).toMatchObject({ ok: true });
  await workspace.close();
}, 60_000);

describe('answers', () => {
  test('many who ask the same get the same answer, worked out once; what is published anew is answered anew', async () => {
    const workspace = await openWorkspace(), { answers } = workspace;
    const acus = workspace.engine.acus.slice(0, 3).map(({ id }) => id);
    const asked = await Promise.all(Array.from({ length: 20 }, (_, i) => workspace.call('check', { acus: i % 2 ? acus : acus.toReversed() })));
    expect(new Set(asked).size).toBe(1);
    const off = await Workspace.open(store, { env: {}, readOnly: true, caches: false });
    expect(await off.call('check', { acus })).toEqual(asked[0]);
    expect(await off.call('check', { acus })).not.toBe(await off.call('check', { acus }));
    const pages = [];
    for (let from = 0; from < workspace.engine.acus.length; from += 7) pages.push(...(await workspace.call('list', { from, limit: 7 })).acus);
    expect(pages.map(({ id }) => id)).toEqual(workspace.engine.acus.map(({ id }) => id));
    expect((await off.call('list', { from: 0, limit: 1000 })).acus).toEqual(pages);
    const before = await workspace.call('list', { from: 0, limit: 7 }), { hits } = answers;
    await workspace.call('import', { ticket: 'fewer', path: repository.dir, base: null, refs: [`refs/heads/*1`], grain: 'branch' });
    const after = await workspace.call('list', { from: 0, limit: 7 });
    expect(after.digest).not.toBe(before.digest);
    expect(answers.hits).toBe(hits);
    expect(answers.bytes).toBeGreaterThan(0);
    await off.close();
    await workspace.close();
  });

  /** A session whose service answers when told, on a clock that stands. */
  function session(call: Service['call']) {
    let now = 0;
    const deadlines = new Deadlines(() => now);
    let toService = (_: Uint8Array): void => {}, toClient = (_: Uint8Array): void => {};
    const service: Transport = { send: (frame) => toClient(frame), onFrame: (l) => { toService = l; }, onClose: () => undefined, close: () => undefined };
    attachSession({ call, subscribe: () => () => undefined }, service, deadlines);
    const said: unknown[] = [];
    toClient = (frame) => { said.push(decodeFrame(frame)); };
    return { said, ask: (message: unknown) => toService(encodeFrame(message)), at: (ms: number) => { now = ms; deadlines.look(); } };
  }

  test('what only reads is given up at its deadline; what comes later goes nowhere', async () => {
    let answer = (_: unknown): void => {};
    const s = session((() => new Promise((resolve) => { answer = resolve as (_: unknown) => void; })) as Service['call']);
    s.ask({ id: 1, method: 'list', params: { from: 0, limit: 1 }, within: 50 });
    s.at(49);
    expect(s.said).toEqual([]);
    s.at(50);
    expect(s.said).toMatchObject([{ id: 1, error: { code: 'late' } }]);
    answer({ digest: '', total: 0, acus: [] });
    await settled();
    expect(s.said).toHaveLength(1);
  });

  test('what changes something is taken out of the line at its deadline, and says itself what became of it', async () => {
    const cancelled: string[] = [];
    let fail = (_: unknown): void => {}, resolve = (_: unknown): void => {};
    const s = session(((method: string, params: { ticket: string }) => {
      if (method === 'cancel') { cancelled.push(params.ticket); return Promise.resolve({ cancelled: true }); }
      return new Promise((ok, no) => { resolve = ok as (_: unknown) => void; fail = no; });
    }) as Service['call']);
    s.ask({ id: 1, method: 'add', params: { acus: [], ticket: 'a' }, within: 50 });
    s.at(60);
    expect([cancelled, s.said]).toEqual([['a'], []]);
    fail(Object.assign(new Error('cancelled'), { code: 'cancelled', hint: '' }));
    await settled();
    expect(s.said).toMatchObject([{ id: 1, error: { code: 'late', message: expect.stringContaining('nothing was changed') as string } }]);
    // one that had committed already is told as done
    s.ask({ id: 2, method: 'add', params: { acus: [], ticket: 'b' }, within: 50 });
    s.at(200);
    resolve({ operation: null, size: 0 });
    await settled();
    expect(s.said[1]).toMatchObject({ id: 2, ok: { size: 0 } });
  });
});

describe('telling', () => {
  const queue = (waiting: number): Push => ({ push: 'queue', running: null, waiting, paused: false, work: [] });

  test('one client hears everything at once; a crowd the newest, and never less than that', async () => {
    for (const [listeners, least, most] of [[1, 5, 5], [20, 1, 1]] as const) {
      let now = 1000;
      const telling = new Telling(() => now), heard: Push[] = [];
      telling.subscribe((push) => heard.push(push));
      for (let i = 1; i < listeners; i++) telling.subscribe(() => undefined);
      telling.latest('queue', () => [queue(0)]);
      for (let i = 1; i <= 5; i++) telling.latest('queue', () => [queue(i)]);
      telling.now(queue(-1));
      now += 1000;
      telling.flush();
      const latest = heard.filter((push) => push.push === 'queue' && push.waiting > 0);
      expect(latest.length).toBeGreaterThanOrEqual(least);
      expect(latest.length).toBeLessThanOrEqual(most);
      expect(latest.at(-1)).toEqual(queue(5));
    }
  });

  test('clients over sockets of frames end with the state of the service', async () => {
    const workspace = await openWorkspace();
    const ends = Array.from({ length: 12 }, () => {
      let toService = (_: Uint8Array): void => {}, toClient = (_: Uint8Array): void => {};
      attachSession(workspace, { send: (frame) => { setImmediate(() => toClient(frame)); }, onFrame: (l) => { toService = l; }, onClose: () => undefined, close: () => undefined });
      const client = connect({ send: (frame) => { setImmediate(() => toService(frame)); }, onFrame: (l) => { toClient = l; }, onClose: () => undefined, close: () => undefined });
      const told = { acus: [] as readonly AcuId[], epoch: 0 };
      client.on('state', ({ composition }) => { told.acus = composition.acus; });
      client.on('epoch', ({ from, to }) => { expect(told.epoch === 0 || from === told.epoch).toBe(true); told.epoch = to; });
      return { client, told };
    });
    const fit = workspace.engine.acus.filter(({ id }) => workspace.engine.check([id]).ok).slice(0, 8);
    await Promise.all(ends.map(({ client }, n) => client.call('add', { acus: [fit[n % fit.length]!.id], ticket: `t${n}` }).catch((error: { code: string }) => { if (error.code !== 'not-composable') throw error; })));
    const end = Date.now() + 20_000;
    while (ends.some(({ told }) => told.epoch !== workspace.view.head.operation) && Date.now() < end) await new Promise((resolve) => { setTimeout(resolve, 5); });
    for (const { told } of ends) expect(told.acus).toEqual(workspace.view.state.composition.acus);
    await workspace.close();
  });
});
