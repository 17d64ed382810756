// The dangers: an answer that differs from the one computed afresh; more memory than the bound; one question computed many times; and an answer that is
// lost though there was room for it on disk.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, statSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Generated, generate } from '../../../../testkit/generate.ts';
import { type Loaded, load } from '../../../../testkit/loaded.ts';
import { Random } from '../../../../testkit/random.ts';
import { START, Tiny, withLines } from '../../../../testkit/tiny.ts';
import type { AcuId } from '../../../core/bytes.ts';
import { Contents } from '../../../core/contents.ts';
import { editsOf } from '../../../core/edits.ts';
import type { TelemetryEvent } from '../../../core/telemetry.ts';
import { silent } from '../../../core/telemetry.ts';
import { settle } from '../../../core/waves.ts';
import { DiskCache } from '../../storage/cache/disk.ts';
import type { Moment } from '../reading.ts';
import { Reading } from '../reading.ts';
import { type Kind, LayeredCache } from './cache.ts';
import { importedFrom } from './imports.ts';
import { noHistory } from './lifetime.ts';
import { Memory, type Owner } from './memory.ts';
import type { Offer } from './prefetch.ts';
import { type Possible, Predictor } from './predictor.ts';
import type { PathBytes } from '../../../core/bytes.ts';
import { removeFolder } from '../../../../testkit/folder.ts';

const text: Kind<string> = { name: 'text', sizeOf: (s) => 2 * s.length, disk: { encode: (s) => Buffer.from(s), decode: (b) => Buffer.from(b).toString() } };
const passing: Kind<string> = { name: 'passing', sizeOf: (s) => 2 * s.length };
const later = (ms = 5): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

let place: string;
beforeEach(() => { place = mkdtempSync(join(tmpdir(), 'acumen-cache-')); });
afterEach(() => { removeFolder(place); });
const diskAt = (warm = 1 << 24, cold = 1 << 26): DiskCache => new DiskCache(join(place, 'store'), { keys: join(place, 'keys'), form: '1', limits: { warm, cold } });

describe('one computation for all who ask', () => {
  test('a thousand at once, one computation, one answer', async () => {
    const shelf = new LayeredCache().shelf(text);
    let computed = 0;
    const answers = await Promise.all(Array.from({ length: 1000 }, () => shelf.compute('a', async () => { computed++; await later(); return `answer ${computed}`; })));
    expect(computed).toBe(1);
    expect(new Set(answers)).toEqual(new Set(['answer 1']));
    expect(await shelf.compute('a', () => Promise.reject(new Error('asked again')))).toBe('answer 1');
  });

  test('what fails is not kept, and all who waited hear of it', async () => {
    const shelf = new LayeredCache().shelf(text);
    let n = 0;
    const fail = async (): Promise<string> => { await later(); if (n++ === 0) throw new Error('once'); return 'then'; };
    expect((await Promise.allSettled([shelf.compute('a', fail), shelf.compute('a', fail)])).map((r) => r.status)).toEqual(['rejected', 'rejected']);
    expect(await shelf.compute('a', fail)).toBe('then');
  });
});

test('in memory: never more than the bound, nothing but what was put, the same bytes as counted', () => {
  const kinds = [text, passing];
  fc.assert(fc.property(fc.integer({ min: 2000, max: 60_000 }), fc.array(fc.oneof(
    fc.record({ do: fc.constant('put' as const), kind: fc.nat(1), key: fc.nat(30), size: fc.oneof(fc.nat(300), fc.nat(6000), fc.nat(70_000)) }),
    fc.record({ do: fc.constant('get' as const), kind: fc.nat(1), key: fc.nat(30) }),
    fc.record({ do: fc.constant('limit' as const), to: fc.integer({ min: 500, max: 80_000 }) }),
    fc.record({ do: fc.constant('press' as const), stage: fc.constantFrom('normal' as const, 'shrinking' as const, 'throttling' as const) }),
  ), { maxLength: 120 }), (limit, acts) => {
    const cache = new LayeredCache({ limit }), put = new Map<string, string>();
    for (const act of acts) {
      if (act.do === 'limit') cache.resize(act.to, 'test');
      else if (act.do === 'press') cache.press(act.stage);
      else {
        const shelf = cache.shelf(kinds[act.kind]!), key = String(act.key), name = `${act.kind} ${key}`;
        if (act.do === 'put') { const value = 'x'.repeat(act.size); put.set(name, value); shelf.set(key, value); }
        else { const found = shelf.get(key); if (found !== undefined) expect(found).toBe(put.get(name)); }
      }
      const part = { normal: 1, shrinking: 0.5, throttling: 0.125 }[cache.stage];
      expect(cache.bytes).toBeLessThanOrEqual(cache.limit * part);
      const [{ bytes, entries, kinds: byKind }] = cache.figures() as [ReturnType<LayeredCache['figures']>[0]];
      expect(byKind.reduce((sum, k) => sum + k.bytes, 0)).toBe(bytes);
      expect(byKind.reduce((sum, k) => sum + k.entries, 0)).toBe(entries);
    }
  }), { numRuns: 60 });
});

test('one large answer does not push out the small ones, as it would from one list', () => {
  const owner = (): Owner => ({ entries: new Map(), bytes: 0, history: noHistory() });
  for (const [bucketed, left] of [[true, 50], [false, 0]] as const) {
    const memory = new Memory(1_000_000, { bucketed, lifetimes: false }), mine = owner();
    for (let n = 0; n < 50; n++) memory.set(mine, `small ${n}`, n, 1000, false);
    for (let n = 0; n < 10; n++) memory.set(mine, `large ${n}`, n, 240_000, false);
    expect([...mine.entries.keys()].filter((key) => key.startsWith('small')).length).toBe(left);
    expect(memory.peak).toBeLessThanOrEqual(1_000_000);
  }
});

describe('on disk', () => {
  test('what memory lets go of is found there, and after a restart; what is not worth it is not written', async () => {
    const cache = new LayeredCache({ limit: 200_000, disk: diskAt() }), shelf = cache.shelf(text);
    await cache.flush();
    for (let n = 0; n < 100; n++) { shelf.set(String(n), `value ${n} ${'y'.repeat(4000)}`, 1); await cache.flush(); }
    shelf.set('cheap', 'cheap', 0.0001);
    cache.shelf(passing).set('p', 'p', 100);
    for (let n = 0; n < 100; n++) expect(shelf.get(String(n))?.startsWith(`value ${n} y`)).toBe(true);
    const [l1, l2] = cache.figures();
    expect(l1!.evictions).toBeGreaterThan(50);
    expect(l2!.hits).toBeGreaterThan(50);
    expect(l1!.bytes).toBeLessThanOrEqual(200_000);
    await cache.close();
    const again = new LayeredCache({ disk: diskAt() });
    await again.flush();
    for (let n = 0; n < 100; n++) expect(again.shelf(text).get(String(n))?.startsWith(`value ${n} y`)).toBe(true);
    expect(again.shelf(text).get('cheap')).toBeUndefined();
    expect(again.shelf(passing).get('p')).toBeUndefined();
    await again.close();
  });

  test('from the cold too, and back up', async () => {
    const cache = new LayeredCache({ limit: 60_000, disk: diskAt(100_000, 1 << 24) }), shelf = cache.shelf(text);
    for (let n = 0; n < 60; n++) { shelf.set(String(n), `value ${n} ${'z'.repeat(4000)}`, 1); await cache.flush(); }
    expect(shelf.get('0')).toBeUndefined();
    expect(await shelf.cold('0')).toMatch(/^value 0 z/);
    await cache.flush();
    expect(shelf.get('0')).toMatch(/^value 0 z/);
    let computed = 0;
    for (let n = 0; n < 60; n++) expect(await shelf.compute(String(n), async () => { computed++; return 'lost'; })).toMatch(new RegExp(`^value ${n} z`));
    expect(computed).toBe(0);
    const [, , l3] = cache.figures();
    expect(l3!.hits).toBeGreaterThan(10);
    await cache.close();
  });

  test('writes are gathered: many puts, few transactions, each key once', async () => {
    const disk = diskAt(), calls: number[] = [], write = disk.write.bind(disk);
    disk.write = (rows) => { calls.push(rows.length); return write(rows); };
    const cache = new LayeredCache({ disk }), shelf = cache.shelf(text);
    for (let n = 0; n < 500; n++) shelf.set(String(n % 50), `value ${n}`, 1);
    await cache.flush();
    expect(calls.length).toBeLessThanOrEqual(2);
    expect(calls.reduce((x, y) => x + y, 0)).toBe(50);
    await cache.close();
  });

  test('under pressure it shrinks in stages, says so, and nothing is lost that is on disk', async () => {
    const told: TelemetryEvent[] = [];
    const cache = new LayeredCache({ limit: 400_000, disk: diskAt(), telemetry: { ...silent, tell: (event) => { told.push(event); } } }), shelf = cache.shelf(text);
    for (let n = 0; n < 60; n++) shelf.set(String(n), `value ${n} ${'w'.repeat(2000)}`, 1);
    await cache.flush();
    const before = cache.bytes;
    cache.press('shrinking');
    const half = cache.bytes;
    cache.press('throttling');
    expect([half < before, cache.bytes < half, cache.bytes <= 50_000]).toEqual([true, true, true]);
    for (let n = 0; n < 60; n++) expect(shelf.get(String(n))).toMatch(new RegExp(`^value ${n} w`));
    cache.press('normal');
    expect(told.map((e) => e.kind === 'cache' && e.what)).toEqual(['shrunk', 'shrunk', 'grown']);
    await cache.close();
  });
});

describe('cached = computed', () => {
  let repository: Generated, loaded: Loaded;
  beforeAll(async () => { repository = await generate({ seed: 91, mix: 'kinds', sources: 30 }); loaded = await load(repository.dir); }, 120_000);
  afterAll(async () => { await loaded.close(); repository.remove(); });

  const momentOf = (reading: Reading, of = loaded): Moment => {
    const keys = of.published.segments, key = (s: number) => keys[of.engine.tables.order.indexOf(s)]!;
    const bodies: Moment['bodies'] = (segments) => reading.bodies(segments.map(key), async (missing) => missing.map((one) => of.segments[keys.indexOf(one)]!));
    return { engine: of.engine, reader: of.reader, stored: of.stored, key, bodies, edits: async (s) => (await bodies([s]))[0]!.edits };
  };
  /** Short, so that a difference can be read. */
  const plainly = (value: unknown): string => { const text = JSON.stringify(canonical(value)); return `${text.slice(0, 80)} ${createHash('sha256').update(text).digest('hex')}`; };
  const canonical = (one: unknown): unknown => {
    if (one instanceof Uint8Array) return Buffer.from(one).toString('hex');
    if (one instanceof Map) return [...one].map(canonical).sort();
    if (Array.isArray(one)) return one.map(canonical);
    if (one === null || typeof one !== 'object') return one;
    return Object.fromEntries(Object.entries(one).filter(([key]) => key !== 'ms').sort(([x], [y]) => (x < y ? -1 : 1)).map(([key, value]) => [key, canonical(value)]));
  };

  /** What people ask, in the order of a seed; the same question comes again and again. */
  async function* answers(reading: Reading, seed: number, asks: number): AsyncGenerator<string> {
    const random = new Random(seed), moment = momentOf(reading), { engine } = loaded;
    const sets = Array.from({ length: 6 }, () => { let set: AcuId[] = []; for (const acu of random.shuffle(engine.acus).slice(0, 14)) { const next = [...set, acu.id]; if (random.chance(0.05) || engine.check(next).ok) set = next; } return set; });
    const conflicts = [...engine.conflicts()].slice(0, 30);
    for (let n = 0; n < asks; n++) {
      const set = random.pick(sets), acu = random.pick(engine.acus), c = random.pick(conflicts), what = random.below(6);
      const file = random.below(1000);
      const ask = async (): Promise<unknown> => {
        if (what === 0) return reading.preview(moment, random.shuffle([...set]));
        if (what === 1) return reading.composed(moment, set);
        if (what === 2) return reading.acuFiles(moment, acu.id);
        if (what === 3) return reading.acuFile(moment, acu.id, acu.paths[file % acu.paths.length]!);
        if (what === 4) return reading.conflictFile(moment, c.a, c.b, c.path);
        const { files } = await reading.preview(moment, set);
        return files.length === 0 ? null : reading.composedFile(moment, set, files[file % files.length]!.path);
      };
      yield plainly(await ask().catch((error: unknown) => ({ code: (error as { code?: string }).code, message: (error as Error).message })));
    }
  }
  const all = async (reading: Reading, seed: number, asks: number): Promise<string[]> => { const out: string[] = []; for await (const one of answers(reading, seed, asks)) out.push(one); return out; };

  test('with all levels, with no room, after restarts, ahead of time, with another beside it and with damage: what is answered is what is computed', async () => {
    const asks = 60;
    for (const seed of [1, 2]) {
      // no cache at all: nothing fits
      const expected = await all(new Reading(new LayeredCache({ limit: 1 })), seed, asks);
      expect(new Set(expected).size).toBeGreaterThan(25);
      const open = (limit: number): Reading => {
        const reading = new Reading(new LayeredCache({ limit, disk: diskAt(300_000, 1 << 24) }));
        reading.prefetch.enabled = true;
        return reading;
      };
      const close = async ({ prefetch, cache }: Reading): Promise<void> => { await prefetch.close(); await cache.close(); };
      expect(await all(new Reading(), seed, asks)).toEqual(expected);
      const first = open(200_000), beside = open(10 << 20);
      const [one, other] = await Promise.all([all(first, seed, asks), all(beside, seed, asks)]);
      expect(one).toEqual(expected);
      expect(other).toEqual(expected);
      await close(first);
      await close(beside);
      const again = open(10 << 20);
      await again.cache.flush();
      expect(await all(again, seed, asks)).toEqual(expected);
      expect(again.cache.figures()[1]!.hits).toBeGreaterThan(10);
      await close(again);
      const file = join(place, 'store.cache'), bytes = readFileSync(file), random = new Random(seed);
      for (let i = 0; i < 60; i++) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
      writeFileSync(file, bytes);
      const damaged = open(10 << 20);
      await damaged.cache.flush();
      expect(await all(damaged, seed, asks)).toEqual(expected);
      await close(damaged);
    }
  }, 120_000);

  test('what is offered is named as it is asked for, and once it was got ready nothing more is made for it', async () => {
    const reading = new Reading(), { engine } = loaded, chosen = engine.acus.find(({ standing, requires }) => standing === 'exact' && requires.length === 0)!;
    reading.prefetch.enabled = true;
    const moment: Moment = { ...momentOf(reading), chosen: [chosen.id] }, seen = new Map<string, number>();
    const whyNot = (acus: readonly AcuId[], within: readonly AcuId[]): Promise<unknown> => reading.composed(moment, [...within, ...engine.missing([...within, ...acus]), ...acus]);
    reading.onward.whyNot([chosen.id], [chosen.id], whyNot);
    const offered = async (ask: () => Promise<unknown>): Promise<readonly Offer[]> => { await ask(); return reading.prefetch.taken(); };
    for (const acu of engine.acus) {
      const joining = [...new Set([chosen.id, acu.id, ...engine.missing([chosen.id, acu.id])])];
      const asked: Record<string, () => Promise<unknown>> = { [`preview`]: () => reading.preview(moment, joining) };
      for (const other of engine.acus) asked[`acuFiles ${other.id}`] = () => reading.acuFiles(moment, other.id);
      asked['whyNot'] = () => whyNot([engine.acus[engine.acus.indexOf(acu) + 1]!.id], [chosen.id]);
      for (const path of acu.paths) asked[`acuFile ${acu.id} ${path}`] = () => reading.acuFile(moment, acu.id, path);
      for (const { a, b, path } of engine.conflicts({ acu: acu.id })) asked[`conflictFile ${a} ${b} ${path}`] = () => reading.conflictFile(moment, a, b, path);
      const offers = await offered(() => reading.acuFiles(moment, acu.id));
      for (const { step, request, run } of [...offers, ...await offered(() => reading.acuFile(moment, acu.id, acu.paths[0]!))]) {
        await run();
        const { made } = reading.cache, ask = asked[request] ?? asked[request.slice(0, request.indexOf(' '))]!;
        await ask();
        expect([request, reading.cache.made - made]).toEqual([request, 0]);
        reading.prefetch.taken();
        seen.set(step, (seen.get(step) ?? 0) + 1);
      }
    }
    await reading.prefetch.close();
    for (const step of ['first file', 'next file', 'next change', 'why next', 'previous change', 'joining', 'conflict 1', 'conflict 2']) expect([step, (seen.get(step) ?? 0) > 3]).toEqual([step, true]);
  });

  test('once a set is composed it is offered why the ACU after the one that was looked at is not in it; of another set it is not', async () => {
    const reading = new Reading(), { acus } = loaded.engine, [first, next] = acus, set = acus.find(({ standing, requires }, at) => at > 1 && standing === 'exact' && requires.length === 0)!;
    reading.prefetch.enabled = true;
    const asked: (readonly AcuId[])[] = [], whyNot = async (acus: readonly AcuId[], within: readonly AcuId[]): Promise<void> => { asked.push(acus, within); };
    const moment: Moment = { ...momentOf(reading), chosen: [set.id] };
    reading.onward.whyNot([first!.id], [set.id], whyNot);
    await reading.acuFiles(moment, first!.id);
    reading.prefetch.taken();
    await reading.preview(moment, [set.id]);
    const offer = reading.prefetch.taken().find(({ step }) => step === 'why next');
    await offer?.run();
    expect(asked).toEqual([[next!.id], [set.id]]);
    await reading.preview({ ...moment, chosen: [] }, [set.id]);
    expect(reading.prefetch.taken().some(({ step }) => step === 'why next')).toBe(false);
    await reading.prefetch.close();
  });

  test('every place of a pair has its own texts, and each order of its sides its own answer', async () => {
    const tiny = new Tiny(), files = ['f', 'g', 'h'];
    const with3 = (line: string): Record<string, readonly string[]> => Object.fromEntries(files.map((file) => [file, withLines(START, { 3: `${line} ${file}\n` })]));
    const base = tiny.commit([], Object.fromEntries(files.map((file) => [file, START])));
    tiny.refs({ main: base, a: tiny.commit([base], with3('a')), b: tiny.commit([base], with3('b')) });
    const of = await load(tiny.dir);
    try {
      const reading = new Reading(), [a, b] = of.engine.acus.map(({ id }) => id), answered = new Set<string>();
      for (const file of files as PathBytes[]) for (const [x, y] of [[a!, b!], [b!, a!]] as const) {
        const alone = new Reading(new LayeredCache({ limit: 1 }));
        const said = plainly(await reading.conflictFile(momentOf(reading, of), x, y, file));
        expect(said).toBe(plainly(await alone.conflictFile(momentOf(alone, of), x, y, file)));
        answered.add(said);
      }
      expect(answered.size).toBe(6);
    } finally {
      await of.close();
      tiny.remove();
    }
  });

  test('counts of a preview are those of its contents, wherever they were taken from', async () => {
    const random = new Random(3), { engine } = loaded, reading = new Reading(), moment = momentOf(reading);
    let seen = 0;
    for (let n = 0; n < 8; n++) {
      let set: AcuId[] = [];
      for (const acu of random.shuffle(engine.acus).slice(0, 16)) if (engine.check([...set, acu.id]).ok) set = [...set, acu.id];
      const composed = await reading.composed(moment, set);
      if (!('changes' in composed)) continue;
      const contents = new Contents(reading.warm(loaded.reader).source(loaded.stored));
      for (const [oid, bytes] of composed.blobs) contents.made.set(oid, bytes);
      const edits = await settle(contents, () => editsOf(contents, composed.changes));
      const { files } = await reading.preview(moment, set);
      expect(files).toEqual(edits.map(({ path, kind, added, deleted }) => ({ path, kind, added, deleted })));
      seen += files.length;
    }
    expect(seen).toBeGreaterThan(30);
  });

  test('an answer by content is taken over by every set that has the same below it', async () => {
    const reading = new Reading(), moment = momentOf(reading);
    const [a, b] = loaded.engine.acus.filter(({ standing, requires }) => standing === 'exact' && requires.length === 0);
    const set = [a!.id];
    await reading.composed(moment, set);
    const { hits } = reading.cache.figures()[0]!;
    const again = await reading.composed({ ...moment }, [...set, ...set]);
    expect('tree' in again && again.tree).toBeTruthy();
    expect(reading.cache.figures()[0]!.hits).toBeGreaterThan(hits);
    expect(b).toBeDefined();
  });
});

test('a chain of order 2 learns what is asked next in each place, puts off what can wait, and unlearns what is not so', () => {
  const predictor = new Predictor(), saw = (request: string, method: string, offers: readonly Possible[]): void => { predictor.asked(request, method); predictor.offered(offers); };
  const besides = (n: number): Possible[] => [{ step: 'next change', request: `change ${n + 1}` }, { step: 'why next', request: `why ${n + 1}` }, { step: 'joining', request: `joined ${n}` }];
  const change = (n: number): void => { saw(`change ${n}`, 'acuFiles', [{ step: 'first file', request: `file ${n} 0` }, ...besides(n)]); predictor.askedBeside(`why ${n}`); };
  const file = (n: number, at: number, of = 2): void => saw(`file ${n} ${at}`, 'acuFile', [...at + 1 < of ? [{ step: 'next file', request: `file ${n} ${at + 1}` }] : [], ...besides(n)]);
  expect(predictor.likely('first file')).toBeGreaterThan(predictor.likely('joining'));
  // two files of each change, then the next change, and beside it why it is not composed
  for (let n = 0; n < 40; n++) { change(n); file(n, 0); file(n, 1); }
  expect([predictor.likely('next change') > 0.9, predictor.likely('why next') > 0.9, predictor.likely('joining') < 0.05]).toEqual([true, true, true]);
  change(40);
  // it will be offered again before it comes
  expect([predictor.likely('first file') > 0.9, predictor.likely('next change') < 0.05, predictor.likely('why next') < 0.05]).toEqual([true, true, true]);
  file(40, 0);
  expect([predictor.likely('next file') > 0.9, predictor.likely('next change') < 0.05]).toEqual([true, true]);
  // what is so of files of a change is not so of texts of a conflict
  for (let n = 0; n < 20; n++) saw(`conflict ${n}`, 'conflictFile', [{ step: 'next file', request: `conflict ${n} on` }]);
  expect(predictor.likely('next file')).toBeLessThan(0.15);
  // somebody who reads one file of each and joins it
  for (let n = 41; n < 400; n++) { change(n); file(n, 0); saw(`joined ${n}`, 'preview', []); }
  change(400);
  file(400, 0);
  expect([predictor.likely('next file') < 0.1, predictor.likely('joining') > 0.9]).toEqual([true, true]);
});

test('imports are found among the files beside', () => {
  const paths = ['src/a.ts', 'src/b.ts', 'src/deep/index.ts', 'lib/c.js', 'core/src/lib.rs', 'core/src/store.rs', 'p/x.py', 'p/y.py'] as PathBytes[];
  expect(importedFrom("import { b } from './b';\nimport './deep';\nconst c = require('../lib/c.js');\nimport x from 'react';", 'src/a.ts' as PathBytes, paths)).toEqual(['src/b.ts', 'src/deep/index.ts', 'lib/c.js']);
  expect(importedFrom('mod store;\nuse crate::store::Store;', 'core/src/lib.rs' as PathBytes, paths)).toEqual(['core/src/store.rs']);
  expect(importedFrom('from .y import z', 'p/x.py' as PathBytes, paths)).toEqual(['p/y.py']);
  expect(importedFrom('no imports', 'src/a.ts' as PathBytes, paths)).toEqual([]);
});

test('nothing of a cache is left open or lying about', async () => {
  const cache = new LayeredCache({ disk: diskAt() });
  cache.shelf(text).set('a', 'b', 1);
  await cache.close();
  expect(readdirSync(place).sort()).toEqual(['keys', 'store.cache']);
  expect(existsSync(join(place, 'store.cache-wal'))).toBe(false);
  expect(statSync(join(place, 'store.cache')).mode & 0o777).toBe(0o600);
});
