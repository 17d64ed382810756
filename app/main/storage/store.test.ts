// Danger: what is read is not what was written: a view that drifts from the log, an import seen half, an operation applied
// to a state it was not made for. Every read is compared with the slow twin (testkit/storeHistory.ts).
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { compositionOf, conflictOf, publishedOf, randomAcuId, randomOid, randomSegment, scratchFolder } from '../../../testkit/store.ts';
import { History, newBlob, newOperation } from '../../../testkit/storeHistory.ts';
import type { AcuId, ByteString, Oid } from '../../core/bytes.ts';
import type { DomainEvent } from '../../core/events.ts';
import { compositionChanged } from '../../core/composition.ts';
import { emptyState } from '../../core/fold.ts';
import { segmentKey } from '../../core/segmentKey.ts';
import { connectReader } from './connection.ts';
import { unpackNumbers } from './views.ts';
import { openStore, placed, type Head, type Store, type StoredEvent } from './store.ts';

const folder = scratchFolder('store');
const opened: Store[] = [];
let files = 0;
afterEach(async () => { await Promise.all(opened.splice(0).map((store) => store.close())); });
afterAll(() => folder.remove());

async function open(file = join(folder.path, `${++files}.sqlite`)): Promise<Store> {
  const store = await openStore(file);
  opened.push(store);
  return store;
}

async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}

const composed = (n: number): DomainEvent[] => [{ kind: 'composition-changed', composition: compositionOf([], n.toString(16).padStart(40, '0') as Oid) }];

/** Everything a store answers, against the twin. */
async function agree(store: Store, history: History): Promise<void> {
  const last = history.operations.length;
  expect(await store.state()).toEqual(history.stateAt(last));
  for (let id = 0; id <= last; id++) expect(await store.stateAt(id)).toEqual(history.stateAt(id));
  expect(await store.operations()).toEqual(history.operations.toReversed());
  expect(await store.operations({ before: 4, limit: 2 })).toEqual(history.operations.slice(0, 3).toReversed().slice(0, 2));
  const events = await listed(store.events());
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));
  for (const { id, firstEvent, lastEvent } of history.operations) {
    expect(events.slice(firstEvent - 1, lastEvent)).toEqual(history.events[id]!.map((event, n) => ({ seq: firstEvent + n, operation: id, draft: null, event })));
  }
  const keys = [...history.segments.keys()].toReversed();
  expect(await store.segments(keys)).toEqual(keys.map((key) => history.segments.get(key)));
  expect(keys.map((key) => segmentKey(history.segments.get(key)!))).toEqual(keys);
  expect(await store.hasSegments([...keys, 'unknown'])).toEqual(new Set(keys));
  expect(await listed(store.conflicts())).toEqual(history.conflicts);
  expect(await store.conflictCount()).toBe(history.conflicts.length);
  for (const [oid, bytes] of history.blobs) expect(await store.blob(oid)).toEqual(bytes);
}

/** The tables themselves, against the twin: fsck folds by the same function as the store, so it cannot tell a wrong fold. */
function agreeTables(file: string, history: History): void {
  const db = connectReader(file, 1000);
  const table = (sql: string): unknown[][] => (db.prepare(sql).raw().all() as unknown[][]).map((row) => row.map((v) => (Buffer.isBuffer(v) ? v.toString('latin1') : v)));
  const { published, composition, gitDir } = history.stateAt(history.operations.length);
  expect(table('SELECT key FROM published JOIN segment ON event = segment ORDER BY key').flat()).toEqual([...published?.segments ?? []].sort());
  const numbers = db.prepare('SELECT event, id FROM acu').all() as { event: number; id: AcuId }[], ids = new Map(numbers.map(({ event, id }) => [event, id]));
  const row = db.prepare('SELECT name, base, acus FROM composition').get() as { name: string; base: string; acus: Uint8Array } | undefined;
  expect(row === undefined ? emptyState.composition : { id: 'main', name: row.name, base: row.base, acus: unpackNumbers(row.acus).map((number) => ids.get(number)) }).toEqual(composition);
  expect(table('SELECT git_dir FROM workspace').flat()[0] ?? null).toBe(gitDir);
  const written = new Map(history.events.flat().flatMap((event) => (event.kind === 'branch-written' ? [[event.ref, [event.ref, event.before, event.after, event.tree]]] : [])));
  expect(table('SELECT ref, before, after, tree FROM branch ORDER BY ref')).toEqual([...written].toSorted().map(([, row]) => row));

  const segments = [...history.segments].toSorted(([a], [b]) => (a < b ? -1 : 1));
  expect(table('SELECT key, tip, acu.id, standing FROM segment LEFT JOIN acu ON acu.event = acu ORDER BY key')).toEqual(segments.map(([key, { tip, acu, standing }]) => [key, tip, acu, standing.kind]));
  const withAcu = segments.filter(([, { acu }]) => acu !== null);
  expect(table('SELECT key, acu.id, title, author_name, author_email, time, commits FROM provenance JOIN segment ON segment.event = segment JOIN acu ON acu.event = provenance.acu ORDER BY key'))
    .toEqual(withAcu.map(([key, { acu, title, author, time, commits }]) => [key, acu, title, author.name, author.email, time, commits]));
  expect(new Set(table('SELECT id FROM acu').flat())).toEqual(new Set(history.acus));
  db.close();
}

describe('a store', () => {
  it('agrees with the fold of its events through random histories, before and after a restart', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const random = new Random(seed);
      const store = await open();
      const history = new History(store, random);
      for (let n = 0; n < 40; n++) {
        await history.step();
        agreeTables(store.file, history);
      }
      await agree(store, history);
      const digest = await store.digest();
      expect(await store.fsck(), `seed ${seed}`).toMatchObject({ ok: true, problems: [] });
      await store.close();
      const again = await open(store.file);
      await agree(again, history);
      expect(await again.digest()).toEqual(digest);
      expect(await again.head()).toMatchObject({ operation: history.operations.length, event: history.operations.at(-1)!.lastEvent });
    }
  }, 180_000);

  it('undoes and redoes after a restart', async () => {
    const store = await open();
    const history = new History(store, new Random(7));
    await history.open();
    await history.import();
    await history.compose();
    await store.close();
    const again = await open(store.file);
    const later = new History(again, new Random(8));
    later.operations.push(...(await again.operations()).toReversed());
    later.events.push(...history.events.slice(1));
    expect([await later.take('undo'), await later.take('undo'), await later.take('undo')]).toEqual([true, true, false]);
    expect(await again.state()).toEqual({ ...emptyState, gitDir: history.stateAt(1).gitDir, objectFormat: 'sha1' });
    expect([await later.take('redo'), await later.take('redo')]).toEqual([true, true]);
    expect(await again.state()).toEqual(history.stateAt(3));
  });

  it('gives equal logs equal views, and unequal ones unequal', async () => {
    const digests = [];
    for (const seed of [3, 3, 4]) {
      const store = await open();
      const history = new History(store, new Random(seed));
      for (let n = 0; n < 25; n++) await history.step();
      digests.push(await store.digest());
    }
    expect(digests[0]).toEqual(digests[1]);
    expect(digests[0]).not.toEqual(digests[2]);
  });

  it('is empty before anything happened', async () => {
    const store = await open();
    expect([await store.state(), await store.stateAt(0), await store.head(), await store.operations(), await listed(store.events())])
      .toEqual([emptyState, emptyState, { operation: 0, event: 0, written: 0 }, [], []]);
    expect([await store.conflictCount(), await store.conflictsAt(), await store.blob('0'.repeat(40) as Oid)]).toEqual([0, 0, null]);
  });
});

describe('appending', () => {
  it('answers in order, many in one commit, and one refused takes no other with it', async () => {
    const store = await open();
    const heard = vi.spyOn(Worker.prototype, 'emit');
    const results = await Promise.allSettled(Array.from({ length: 300 }, (_, n) => {
      const events: DomainEvent[] = n % 50 === 7 ? [{ kind: 'composition-changed', composition: compositionOf([randomAcuId(new Random(n))], '' as Oid) }] : composed(n);
      return store.append(newOperation('compose', `number ${n}`), events);
    }));
    const good = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(6);
    expect(good.map(({ id }) => id)).toEqual(good.map((_, n) => n + 1));
    expect(good.map(({ description }) => Number(description.slice(7)))).toEqual(good.map(({ description }) => Number(description.slice(7))).toSorted((a, b) => a - b));
    expect(await store.operations()).toEqual(good.toReversed());
    const commits = heard.mock.calls.filter(([event, message]) => event === ('message' as string) && (message as { kind?: string }).kind === 'committed').length;
    heard.mockRestore();
    expect(commits).toBeGreaterThan(0);
    expect(commits, 'commits for 300 calls').toBeLessThan(100);
    expect(await store.fsck()).toMatchObject({ ok: true, events: 294 });
  });

  it('on a head that has moved is refused, and changes nothing', async () => {
    const store = await open();
    await store.append(newOperation('compose'), composed(1), {}, 0);
    const { event } = await store.head();
    await store.append(newOperation('compose'), composed(2), {}, event);
    const before = await store.digest();
    await expect(store.append(newOperation('compose'), composed(3), { blobs: [newBlob(new Uint8Array(9))] }, event)).rejects.toMatchObject({ code: 'store-moved', data: { expected: 1, found: 2 } });
    expect(await store.digest()).toEqual(before);
    expect(await store.blob(newBlob(new Uint8Array(9)).oid)).toBeNull();
  });

  it('on what is not committed yet goes with it, and where that is refused is refused, too, and all behind it', async () => {
    const store = await open();
    const other = await open(store.file);
    for (let round = 0; round < 6; round++) {
      const { operation, event } = await store.head();
      const chain = [store.append(newOperation('compose', '0'), composed(0), {}, round % 2 === 0 ? event : event - 1)];
      for (let n = 1; n < 30; n++) chain.push(store.append(newOperation('compose', String(n)), composed(n), {}, chain.at(-1)));
      const outcomes = await Promise.allSettled(chain);
      if (round % 2 === 0) expect(outcomes.map((o) => (o.status === 'fulfilled' ? o.value.id : 0))).toEqual(outcomes.map((_, n) => operation + 1 + n));
      else for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store-moved' } });
    }
    // One amid them that cannot be stored, and another process between two of them.
    const random = new Random(9), { event } = await store.head();
    const unknown: DomainEvent[] = [{ kind: 'composition-changed', composition: compositionOf([randomAcuId(random)], '' as Oid) }];
    const first = store.append(newOperation('compose'), composed(1), {}, event), bad = store.append(newOperation('compose'), unknown, {}, first);
    const outcomes = await Promise.allSettled([first, bad, store.append(newOperation('compose'), composed(2), {}, bad), store.append(newOperation('compose'), composed(2), {}, first)]);
    expect(outcomes.map((o) => (o.status === 'fulfilled' ? 'done' : (o.reason as { code: string }).code))).toEqual(['done', 'bug', 'store-moved', 'done']);
    const mine = store.append(newOperation('compose'), composed(3));
    await mine;
    await other.append(newOperation('compose'), composed(4));
    await expect(store.append(newOperation('compose'), composed(5), {}, mine)).rejects.toMatchObject({ code: 'store-moved' });
    expect(await store.fsck()).toMatchObject({ ok: true });
  });

  it('many at once are all stored, or none', async () => {
    const store = await open();
    const random = new Random(10);
    const many = Array.from({ length: 50 }, (_, n) => ({ operation: newOperation('compose', String(n)), events: composed(n) }));
    const done = store.appendAll(many, 0);
    const after = store.append(newOperation('compose'), composed(50), {}, done);
    expect(placed(many, await done)).toEqual((await store.operations({ limit: 50, before: 51 })).toReversed());
    expect(placed(many, await done).map(({ id, description }) => [id, description])).toEqual(many.map(({ operation: { description } }, n) => [n + 1, description]));
    expect((await after).id).toBe(51);
    const unknown: DomainEvent[] = [{ kind: 'composition-changed', composition: compositionOf([randomAcuId(random)], '' as Oid) }];
    await expect(store.appendAll([...many, { operation: newOperation('compose'), events: unknown }])).rejects.toMatchObject({ code: 'bug' });
    expect(await store.head()).toEqual({ operation: 51, event: 51, written: 51 });
    expect(await store.state()).toEqual(await store.stateAt(51));
    expect(await store.fsck()).toMatchObject({ ok: true, events: 51 });
  });

  it('more than crosses at once in one turn comes in order, and a refused call in the middle takes only what was planned on it', async () => {
    const store = await open();
    const long = (from: number) => Array.from({ length: 400 }, (_, n) => ({ operation: newOperation('compose', `${from + n} ${'x'.repeat(300)}`), events: composed(from + n) }));
    const unknown: DomainEvent[] = [{ kind: 'composition-changed', composition: compositionOf([randomAcuId(new Random(11))], '' as Oid) }];
    const first = store.appendAll(long(0), 0), bad = store.appendAll([...long(400), { operation: newOperation('compose'), events: unknown }], first);
    const outcomes = await Promise.allSettled([first, bad, store.appendAll(long(800), bad), store.appendAll(long(1200), first), store.append(newOperation('compose', 'last'), composed(9))]);
    expect(outcomes.map((o) => (o.status === 'fulfilled' ? 'done' : (o.reason as { code: string }).code))).toEqual(['done', 'bug', 'store-moved', 'done', 'done']);
    const said = (await store.operations()).toReversed().map(({ description }) => description.split(' ')[0]);
    expect(said).toEqual([...long(0), ...long(1200)].map(({ operation }) => String(operation.description).split(' ')[0]).concat('last'));
    expect(await store.fsck()).toMatchObject({ ok: true, events: 801 });
  });

  it('of two on the same head lets one through, however they race', async () => {
    const store = await open();
    const other = await open(store.file);
    for (let n = 0; n < 20; n++) {
      const { event } = await store.head();
      const outcomes = await Promise.allSettled([store, other, store].map((s) => s.append(newOperation('compose'), composed(n), {}, event)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
    expect((await other.head()).operation).toBe(20);
  });

  it('refuses what the log could not bear: no events, a segment or an ACU never stored, a blob that is not its id', async () => {
    const store = await open();
    const random = new Random(1);
    const segment = randomSegment(random);
    const refused: [DomainEvent[], object][] = [
      [[], {}],
      [[{ kind: 'published', published: publishedOf(random, [segment], [segmentKey(segment)]) }], {}],
      [[{ kind: 'composition-changed', composition: compositionOf([randomAcuId(random)], randomOid(random)) }], {}],
      [composed(1), { blobs: [{ oid: randomOid(random), bytes: new Uint8Array(3) }] }],
      [composed(1), { conflicts: [conflictOf(random, [randomAcuId(random)])] }],
    ];
    for (const [events, extra] of refused) await expect(store.append(newOperation('compose'), events, extra)).rejects.toMatchObject({ code: 'bug' });
    expect(await store.head()).toEqual({ operation: 0, event: 0, written: 0 });
    expect(await store.fsck()).toMatchObject({ ok: true, events: 0 });
  });

  it('leaves the caller its bytes', async () => {
    const store = await open();
    const bytes = new Uint8Array(1000).subarray(10, 20).fill(7);
    const blob = newBlob(bytes);
    await store.append(newOperation('compose'), composed(1), { blobs: [blob, blob] });
    expect(blob.bytes).toEqual(new Uint8Array(10).fill(7));
    expect(await store.blob(blob.oid)).toEqual(bytes);
    expect(await store.hasBlobs([blob.oid, '0'.repeat(40) as Oid])).toEqual(new Set([blob.oid]));
  });

  it('after the thread died is refused, and those who waited hear of it', async () => {
    const post = vi.spyOn(Worker.prototype, 'postMessage');
    const store = await open();
    await store.append(newOperation('compose'), composed(0));
    // more than the thread can write before it dies; what it does acknowledge must be there
    const waiting = Promise.allSettled(Array.from({ length: 2000 }, (_, n) => store.append(newOperation('compose'), composed(n))));
    const [thread] = post.mock.contexts as Worker[];
    post.mockRestore();
    await thread!.terminate();
    const results = await waiting;
    const acknowledged = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.id] : []));
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'worker-died' });
    expect(acknowledged.length).toBeLessThan(2000);
    await expect(store.append(newOperation('compose'), composed(0))).rejects.toMatchObject({ code: 'worker-died' });
    expect((await store.operations()).at(-1), 'reading goes on').toMatchObject({ id: 1 });
    await store.close();
    const again = await open(store.file);
    expect((await again.append(newOperation('compose'), composed(0))).id).toBeGreaterThan(Math.max(1, ...acknowledged));
    expect(await again.fsck()).toMatchObject({ ok: true });
  });

  it('that moves a branch leaves it where it is when the thread dies before it answers: it may have been recorded', async () => {
    const post = vi.spyOn(Worker.prototype, 'postMessage'), store = await open();
    await store.append(newOperation('compose'), composed(0));
    const [thread] = post.mock.contexts as Worker[], [before, after] = ['1'.repeat(40) as Oid, '2'.repeat(40) as Oid];
    post.mockRestore();
    let branch = before;
    const written: DomainEvent = { kind: 'branch-written', ref: 'refs/heads/out' as ByteString, before, after, tree: null, acus: [] };
    const moved = store.appendMoving(newOperation('write-branch'), [written], {}, (await store.head()).event, { ref: 'refs/heads/out', expected: before, next: after }, async () => {
      branch = after;
      // what it commits from now on is not heard of
      thread!.emit = (event: string | symbol, ...args: unknown[]) => { if (event !== 'message') return Worker.prototype.emit.call(thread, event as never, ...args as never[]); void thread!.terminate(); return true; };
      return async () => { branch = before; };
    });
    await expect(moved).rejects.toMatchObject({ code: 'worker-died' });
    await store.close();
    const again = await open(store.file);
    await again.settleMoves(async () => branch);
    expect(branch).toBe((await again.operations())[0]!.kind === 'write-branch' ? after : before);
    expect(await again.fsck()).toMatchObject({ ok: true });
  });

  it('closing waits for what was called before', async () => {
    const store = await open();
    const calls = Array.from({ length: 50 }, (_, n) => store.append(newOperation('compose'), composed(n)));
    await store.close();
    expect(await Promise.all(calls)).toHaveLength(50);
    await expect(store.append(newOperation('compose'), composed(0))).rejects.toMatchObject({ code: 'bug' });
    await expect(store.state()).rejects.toMatchObject({ code: 'bug' });
    await store.close();
  });
});

describe('edits of the composition', () => {
  it('refused amid a commit leave what came before and after as it was told', async () => {
    const store = await open(), random = new Random(12);
    const segments = Array.from({ length: 30 }, () => ({ ...randomSegment(random), acu: randomAcuId(random) }));
    const keys = await store.stage(await store.beginImport({ base: randomOid(random), grain: 'branch', globs: [] }), segments);
    await store.append(newOperation('import'), [{ kind: 'published', published: publishedOf(random, segments, keys) }]);
    const told: AcuId[][] = [];
    let acus: AcuId[] = [];
    const calls = Array.from({ length: 1200 }, (_, n) => {
      if (n % 7 === 3) return store.append(newOperation('compose'), [{ kind: 'composition-edited', change: { gone: [99], come: [], at: [] } }], n % 2 === 0 ? { blobs: [newBlob(new Uint8Array([n]))] } : {});
      const one = random.pick(segments).acu, next = acus.includes(one) ? acus.filter((id) => id !== one) : [...acus, one].sort();
      const event = compositionChanged(compositionOf(acus, '' as Oid), compositionOf(next, '' as Oid));
      acus = next;
      told.push(acus);
      return store.append(newOperation('compose'), [event]);
    });
    const outcomes = await Promise.allSettled(calls), done = outcomes.flatMap((o) => (o.status === 'fulfilled' ? [o.value.id] : []));
    expect(done).toEqual(told.map((_, n) => n + 2));
    for (const n of [0, 1, 500, 511, 512, 513, 700, told.length - 1]) expect((await store.stateAt(done[n]!)).composition.acus).toEqual(told[n]);
    expect((await store.state()).composition.acus).toEqual(acus);
    expect(await store.fsck()).toMatchObject({ ok: true, problems: [] });
  });

  it('all reach a consumer that is slower than they come, each once and in order', async () => {
    const store = await open(), heard: number[] = [];
    const writing = (async () => { for (let n = 0; n < 12; n++) await store.appendAll(Array.from({ length: 100 }, (_, i) => ({ operation: newOperation('compose'), events: composed(100 * n + i) }))); })();
    for (let next = 1; next <= 1200;) {
      for await (const { seq } of store.events({ from: next })) {
        heard.push(seq);
        next = seq + 1;
        if (seq % 60 === 0) await sleep(2);
      }
      await sleep(1);
    }
    await writing;
    expect(heard).toEqual(Array.from({ length: 1200 }, (_, n) => n + 1));
  });
});

describe('an import', () => {
  const random = new Random(11);
  const segments = Array.from({ length: 7 }, () => randomSegment(random));
  const start = { base: randomOid(random), grain: 'branch', globs: ['refs/heads/*'] } as const;

  it('is invisible until published, and a killed one spares the next its work', async () => {
    const store = await open();
    await store.append(newOperation('compose'), composed(1));
    const [before, state] = [await store.head(), await store.state()];
    const keys = await store.stage(await store.beginImport(start), segments.slice(0, 4));
    expect(keys).toEqual(segments.slice(0, 4).map(segmentKey));
    expect(await store.state()).toEqual(state);
    expect(await store.head()).toEqual({ ...before, written: before.written + 5 });
    expect(await store.operations()).toHaveLength(1);
    // An operation made on the state before is not disturbed by it.
    await store.append(newOperation('compose'), composed(2), {}, before.event);
    await store.close();

    const again = await open(store.file);
    expect(await again.hasSegments(segments.map(segmentKey))).toEqual(new Set(keys));
    expect(await again.reusable(start.base, 'branch')).toEqual(new Map(segments.slice(0, 4).map((s) => [s.tip, [segmentKey(s)]])));
    expect(await again.reusable(randomOid(random), 'branch')).toEqual(new Map());
    expect(await again.reusable(start.base, 'commit')).toEqual(new Map());
    const all = await again.stage(await again.beginImport(start), segments);
    expect(all).toEqual(segments.map(segmentKey));
    expect(await listed(again.events({ kinds: ['segment-added'] }))).toHaveLength(7);
    const published = { ...publishedOf(random, segments, all), base: start.base };
    await again.append(newOperation('import'), [{ kind: 'published', published }]);
    expect((await again.state()).published).toEqual(published);
    expect([...(await again.reusable(start.base, 'branch')).keys()].toSorted()).toEqual(segments.map((s) => s.tip).toSorted());
  });

  it('finds what is published now reusable on its base, whatever import stored it', async () => {
    const store = await open();
    const keys = await store.stage(await store.beginImport(start), segments);
    const later = { ...publishedOf(random, segments.slice(0, 2), keys.slice(0, 2)), base: randomOid(random) };
    await store.append(newOperation('import'), [{ kind: 'published', published: later }]);
    expect(await store.reusable(later.base, 'branch')).toEqual(new Map(segments.slice(0, 2).map((s, n) => [s.tip, [keys[n]]])));
  });

  it('refuses segments under what is not an import', async () => {
    const store = await open();
    await store.append(newOperation('compose'), composed(1));
    for (const draft of [0, 1, 2]) await expect(store.stage(draft, segments)).rejects.toMatchObject({ code: 'bug' });
  });

  it('whose steps do not wait for each other stores what one stores whose steps do', async () => {
    const [one, other] = [await open(), await open()], keys = segments.map(segmentKey);
    const published = { ...publishedOf(random, segments, keys), base: start.base }, operation = newOperation('import');
    const draft = await one.beginImport(start, segments.slice(0, 3));
    await one.stage(draft, segments.slice(3, 5));
    await one.stage(draft, segments.slice(5));
    await one.append(operation, [{ kind: 'published', published }]);
    const begun = other.beginImport(start, segments.slice(0, 3));
    const steps = [begun, other.stage(begun, segments.slice(3, 5)), other.stage(begun, segments.slice(5)), other.append(operation, [{ kind: 'published', published }])];
    expect(await Promise.all(steps)).toEqual([draft, keys.slice(3, 5), keys.slice(5), expect.objectContaining({ id: 1 })]);
    expect(await other.digest()).toEqual(await one.digest());
    expect(await listed(other.events())).toEqual(await listed(one.events()));
    expect(await other.fsck()).toMatchObject({ ok: true });
  });

  it('that could not begin takes no segments, and what it would have published is refused', async () => {
    const store = await open();
    const begun = store.beginImport({ ...start, globs: [1n as unknown as string] }), staged = store.stage(begun, segments);
    const appended = store.append(newOperation('import'), [{ kind: 'published', published: publishedOf(random, segments, segments.map(segmentKey)) }]);
    const became = await Promise.allSettled([begun, staged, appended]);
    expect(became.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(became[1]).toMatchObject({ reason: { code: 'store-moved' } });
    expect([await store.hasSegments(segments.map(segmentKey)), await listed(store.events())]).toEqual([new Set(), []]);
    const again = store.beginImport(start);
    expect(await store.stage(again, segments)).toEqual(segments.map(segmentKey));
    expect(await store.fsck()).toMatchObject({ ok: true });
  });

  it('stores one segment once, however often it is given', async () => {
    const store = await open();
    const draft = await store.beginImport(start);
    const [one] = segments as [(typeof segments)[0]];
    const [many] = await Promise.all([store.stage(draft, [one, one]), store.stage(draft, [one])]);
    expect(many).toEqual([segmentKey(one), segmentKey(one)]);
    // The same may come inside an operation; the first one stands.
    await store.append(newOperation('import'), [{ kind: 'segment-added', key: segmentKey(one), segment: one }, { kind: 'published', published: publishedOf(random, [one], [segmentKey(one)]) }]);
    expect(await listed(store.events({ kinds: ['segment-added'] }))).toHaveLength(2);
    expect(await store.fsck()).toMatchObject({ ok: true });
  });
});

describe('conflicts', () => {
  it('are replaced whole, with the operation they belong to', async () => {
    const store = await open();
    const random = new Random(5);
    const segments = Array.from({ length: 5 }, () => ({ ...randomSegment(random), acu: randomAcuId(random) }));
    const keys = await store.stage(await store.beginImport({ base: randomOid(random), grain: 'branch', globs: [] }), segments);
    const graph = Array.from({ length: 2000 }, () => conflictOf(random, segments.map(({ acu }) => acu as AcuId)));
    await store.append(newOperation('import'), [{ kind: 'published', published: publishedOf(random, segments, keys) }], { conflicts: graph });
    expect(await listed(store.conflicts())).toEqual(graph);
    expect(await store.conflictsAt()).toBe(1);
    await store.append(newOperation('compose'), composed(1));
    expect([await store.conflictCount(), await store.conflictsAt()]).toEqual([2000, 1]);
    await store.append(newOperation('compose'), composed(2), { conflicts: graph.values().take(3) as Iterable<(typeof graph)[0]> });
    expect([await listed(store.conflicts()), await store.conflictsAt()]).toEqual([graph.slice(0, 3), 3]);
  });
});

describe('events', () => {
  it('come by range and kind, in order, over many pages, while others write', async () => {
    const store = await open();
    await Promise.all(Array.from({ length: 700 }, (_, n) => store.append(newOperation('compose'), [...composed(n), { kind: 'branch-written', ref: `r${n}`, before: null, after: null, tree: null, acus: [] }])));
    const seqs = async (range: Parameters<Store['events']>[0]): Promise<number[]> => (await listed(store.events(range))).map(({ seq }) => seq);
    const counted = (from: number, to: number, step = 1): number[] => Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, n) => from + n * step);
    expect(await seqs({})).toEqual(counted(1, 1400));
    expect(await seqs({ from: 300, to: 900 })).toEqual(counted(300, 900));
    expect(await seqs({ kinds: ['branch-written'] })).toEqual(counted(2, 1400, 2));
    expect(await seqs({ from: 10, to: 20, kinds: ['composition-changed', 'import-started'] })).toEqual(counted(11, 19, 2));
    expect(await seqs({ kinds: [] })).toEqual([]);
    const seen: StoredEvent[] = [];
    for await (const event of store.events({ kinds: ['composition-changed', 'published'] })) {
      if (seen.push(event) === 1) await store.append(newOperation('compose'), composed(999));
    }
    expect(seen.map(({ seq }) => seq)).toEqual([...counted(1, 1399, 2), 1401]);
  });
});

describe("other processes' changes", () => {
  it('are told once, ours are not', async () => {
    const mine = await open();
    const theirs = await open(mine.file);
    const told: Head[] = [];
    const stop = mine.onExternalChange((head) => told.push(head));
    const version = mine.dataVersion();
    await mine.append(newOperation('compose'), composed(1));
    await theirs.beginImport({ base: '' as Oid, grain: 'branch', globs: [] });
    await sleep(400);
    expect(told, 'our own operation and a staged event are no news').toEqual([]);
    await theirs.append(newOperation('compose'), composed(2));
    expect(mine.dataVersion()).not.toBe(version);
    await sleep(400);
    expect(told).toEqual([{ operation: 2, event: 3, written: 3 }]);
    // Between two of ours, found by the gap and not by the clock.
    await theirs.append(newOperation('compose'), composed(3));
    await mine.append(newOperation('compose'), composed(4));
    expect(told).toHaveLength(2);
    expect(told[1]).toMatchObject({ operation: 4 });
    await sleep(400);
    expect(told).toHaveLength(2);
    stop();
    await theirs.append(newOperation('compose'), composed(5));
    await sleep(400);
    expect(told).toHaveLength(2);
  });
});
