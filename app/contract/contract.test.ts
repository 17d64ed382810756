// Dangers: a hostile or broken peer (frames cut off, nested without end, claiming gigabytes, poisoned keys), two sides that
// disagree on a message.
import { Decoder } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AcuId, Oid, PathBytes } from '../core/bytes.ts';
import { AcumenError } from '../core/errors.ts';
import type { Operation } from '../core/events.ts';
import { MOST_ROWS, heatKinds } from '../core/collaboration/report.ts';
import { type MetricName, metrics } from '../core/telemetry.ts';
import { LARGEST_WEIGHT, type Weighing, weightRules } from '../core/weights.ts';
import { decodeFromService, decodeRequest, decodeResult, requestId } from './decode.ts';
import { decodeFrame, encodeAnswer, encodeFrame, fromWireError, toWireError } from './frames.ts';
import { limits } from './methods.ts';
import { historyLimits } from './performance.ts';
import { allowedMessages, hostileMessages } from '../../testkit/hostile/messages.ts';
import type { Method, Methods, Push, Request } from './methods.ts';

const hex = (n: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${n}}$`));
const oid = hex(40) as fc.Arbitrary<Oid>;
const acu = hex(64) as fc.Arbitrary<AcuId>;
const acus = fc.array(acu, { maxLength: 5 });
const path = fc.array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 20 }).map((b) => String.fromCharCode(...b) as PathBytes);
const text = fc.string({ unit: 'binary', maxLength: 30 }).map((s) => s.toWellFormed());
const name = fc.string({ minLength: 1, maxLength: 30 }).filter((s) => !s.includes('\0'));
const ticket = fc.string({ minLength: 1, maxLength: 30 });
const count = fc.nat();
const grain = fc.constantFrom('branch' as const, 'commit' as const, 'atom' as const);
const nullable = <T>(a: fc.Arbitrary<T>) => fc.option(a, { nil: null });
const weight: fc.Arbitrary<Weighing> = fc.oneof(fc.constantFrom(...weightRules), fc.record({ named: fc.array(fc.record({ acu, weight: fc.double({ min: 0, max: LARGEST_WEIGHT, noNaN: true }).map((n) => n + 0) }), { maxLength: 3 }) }));

const answers = fc.array(fc.record({
  path, nth: fc.nat(), key: hex(64),
  answer: fc.oneof(fc.record({ take: fc.constantFrom('ours' as const, 'theirs' as const, 'both' as const, 'reversed' as const) }), fc.record({ take: fc.constant('text' as const), text: fc.uint8Array({ maxLength: 20 }) })),
}), { maxLength: 3 });

/** An operation, and a read that may be of what it left. */
const at = fc.integer({ min: 1 });
const past = <T extends object>(of: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T & { at?: number }> => fc.record({ ...of, at }, { requiredKeys: Object.keys(of) as never }) as never;

const paramsOf: { [M in Method]: fc.Arbitrary<Methods[M]['params']> } = {
  hello: fc.constant({}), snapshot: fc.constant({}),
  import: fc.record({ path: nullable(name), base: nullable(name), refs: fc.array(name, { maxLength: 3 }), grain, ticket }),
  cancel: fc.record({ ticket }), undo: fc.record({ ticket }), redo: fc.record({ ticket }), fsck: fc.record({ ticket }),
  compose: fc.record({ acus, ticket }), preview: past({ acus }), composedFile: past({ acus, path }),
  acuFiles: past({ acu }), acuFile: past({ acu, path }),
  conflictFile: past({ a: acu, b: fc.oneof(acu, fc.constant('base' as const)), path }),
  moment: fc.record({ operation: at, have: fc.array(text, { maxLength: 8 }) }), compareMoments: fc.record({ a: at, b: at }), comparedFile: fc.record({ a: at, b: at, path }),
  returnTo: fc.record({ operation: at, ticket }), branchOff: fc.record({ operation: at, name, ticket }),
  layout: fc.record({ graph: fc.stringMatching(/^[0-9a-f]{64}$/), positions: nullable(fc.nat(20).map((n) => new Uint8Array(8 * n))) }),
  writeBranch: fc.record({ name, acus, message: text, ticket }, { requiredKeys: ['name', 'acus', 'ticket'] }) as never,
  keepOpen: fc.record({ add: acus, drop: acus, ticket }), openConflicts: fc.constant({}), toDecide: fc.record({ acu }),
  decidedFile: fc.record({ acu, path, answers }), decide: fc.record({ acu, answers, ticket }),
  provenance: past({ acus, path }), acuHistory: past({ acu }), symbols: fc.record({ acus }),
  recipes: fc.constant({}), recipe: fc.record({ name }), keepRecipe: fc.record({ name, replace: fc.boolean(), ticket }), dropRecipe: fc.record({ name, ticket }),
  applyRecipe: fc.record({ name, ticket }), compareRecipes: fc.record({ a: nullable(name), b: nullable(name) }),
  add: fc.record({ acus, ticket }), remove: fc.record({ acus, ticket }), check: fc.record({ acus }),
  list: fc.record({ from: count, limit: fc.integer({ min: 1, max: limits.page }) }),
  log: fc.record({ before: nullable(fc.integer({ min: 1 })), limit: fc.integer({ min: 1, max: 10_000 }) }),
  pause: fc.record({ paused: fc.boolean() }),
  stats: fc.record({ at: nullable(count) }), watch: fc.record({ on: fc.boolean() }), trials: fc.constant({}),
  alert: fc.record({ id: name, to: fc.constantFrom('acknowledged' as const, 'silenced' as const, 'raised' as const), until: nullable(count) }),
  responses: fc.record({ set: fc.array(fc.record({ id: name, on: fc.boolean() }), { maxLength: 3 }) }),
  baselines: fc.record({ save: nullable(fc.stringMatching(/^[a-zé][a-zé ]{0,20}[a-zé]$/)), drop: nullable(name) }),
  series: fc.record({ names: fc.array(fc.record({ metric: fc.constantFrom(...Object.keys(metrics) as MetricName[]), label: nullable(text), quantity: fc.constantFrom('value' as const, 'p99' as const) }), { maxLength: 3 }), from: fc.constant(0), to: count, points: fc.integer({ min: 1, max: historyLimits.points }) }),
  events: fc.record({ kinds: fc.subarray(['operation', 'alert', 'cache'] as const), from: nullable(count), to: nullable(count), limit: fc.integer({ min: 1, max: historyLimits.events }) }),
  history: fc.record({ part: fc.boolean(), ticket }, { requiredKeys: ['ticket'] }),
  live: fc.record({ on: nullable(fc.boolean()) }),
  workspace: fc.record({ globs: nullable(fc.array(fc.constantFrom('refs/heads/*', 'refs/pull/*/head'), { maxLength: 3 })) }),
  suggest: fc.record({ weight, budget: fc.integer({ min: 0, max: limits.budgetMs }), ticket }),
  whyNot: fc.record({ acus, within: acus, weight }),
  collaborate: fc.record({
    asOf: nullable(fc.double({ min: 0, max: 1e10, noNaN: true }).map((n) => n + 0)), halfLifeDays: fc.double({ min: 1e-3, max: 36_500, noNaN: true }), matrices: fc.subarray([...heatKinds]), by: fc.constantFrom('files' as const, 'directories' as const),
    most: fc.integer({ min: 1, max: MOST_ROWS }), rows: fc.integer({ min: 1, max: MOST_ROWS }), ticket,
    assignment: fc.record({
      away: fc.array(hex(16), { maxLength: 3 }), limits: fc.array(fc.record({ key: hex(16), most: count }), { maxLength: 3 }), most: count, pinned: fc.array(fc.record({ item: text, key: hex(16) }), { maxLength: 3 }),
    }),
  }),
  load: fc.oneof(fc.constantFrom({ action: 'look' as const }, { action: 'stop' as const }), fc.record({ action: fc.constant('start' as const), rate: fc.integer({ min: 1, max: 5000 }), seconds: fc.integer({ min: 1, max: 600 }) })),
};
const request: fc.Arbitrary<Request> = fc.constantFrom(...Object.keys(paramsOf) as Method[])
  .chain((method) => fc.record({ id: count, method: fc.constant(method), params: paramsOf[method] as fc.Arbitrary<never>, within: fc.integer({ min: 1, max: limits.withinMs }) }, { requiredKeys: ['id', 'method', 'params'] })) as fc.Arbitrary<Request>;

const composition = fc.record({ id: text, name: text, base: oid, acus });
const operation: fc.Arbitrary<Operation> = fc.record({
  id: count, kind: fc.constantFrom('compose' as const, 'undo' as const), description: text, time: count,
  target: nullable(count), command: nullable(text), firstEvent: count, lastEvent: count,
});
const repository = fc.record({ path: name, name, base: nullable(oid), baseName: text, grain });
const liveTree = fc.record({
  name: text, how: fc.constantFrom('watching' as const, 'polling' as const, 'unusable' as const), reason: text, files: count,
  left: fc.array(fc.record({ path: text, reason: text }), { maxLength: 3 }), notCompared: count,
});
const push: fc.Arbitrary<Push> = fc.oneof(
  fc.record({ push: fc.constant('live' as const), live: fc.record({ on: fc.boolean(), polling: text, every: count, note: text, watches: count, trees: fc.array(liveTree, { maxLength: 3 }) }) }),
  fc.record({ push: fc.constant('progress' as const), ticket, phase: text, done: count, total: nullable(count) }),
  fc.record({ push: fc.constant('queue' as const), running: nullable(fc.record({ ticket, kind: text, since: count })), waiting: count, paused: fc.boolean(), work: fc.array(fc.record({ ticket, kind: text, client: count, asked: count, since: nullable(count), beside: fc.boolean() }), { maxLength: 5 }) }),
  fc.record({ push: fc.constant('search' as const), ticket, weight: fc.nat(), bound: nullable(fc.nat()) }),
  fc.record({ push: fc.constant('epoch' as const), from: count, to: count, digest: text, bytes: fc.uint8Array({ maxLength: 100 }) }),
  fc.record({ push: fc.constant('state' as const), composition, canUndo: nullable(text), canRedo: nullable(text), repository: nullable(repository), lastOperation: nullable(operation) }),
);

/** Whatever `run` meets, the only thing that it may throw is a `bad-message`. */
function refusesOnly(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof AcumenError && error.code === 'bad-message') return false;
    throw error;
  }
}

describe('frames', () => {
  test('decode(encode(x)) = x for plain data', () => {
    // MessagePack has one zero, so there is no −0 here
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ depthSize: 'small' }, fc.constant(null), fc.boolean(), fc.integer(), fc.double({ noNaN: true }).map((n) => n + 0), text, fc.uint8Array({ maxLength: 300 }),
        fc.array(tie('any'), { maxLength: 20 }),
        fc.dictionary(fc.string({ maxLength: 40 }).filter((k) => !['__proto__', 'constructor', 'prototype'].includes(k)), tie('any'), { noNullPrototype: true })),
    })).any;
    fc.assert(fc.property(value, (x) => {
      expect(decodeFrame(encodeFrame(x))).toEqual(x);
    }), { numRuns: 1000 });
  });

  test('what is read of a frame is what the library reads of it', () => {
    const library = new Decoder(), seen = { both: 0, neither: 0 };
    const one = (frame: Uint8Array): void => {
      let ours: unknown = refused, theirs: unknown = refused;
      try { ours = decodeFrame(frame); } catch { /* told apart by what is read */ }
      try { theirs = library.decode(frame); } catch { /* likewise */ }
      if (ours === refused) { seen.neither++; return; }
      // it may refuse more: poisoned and double keys, types that the contract has none of
      seen.both++;
      expect(ours).toEqual(theirs);
    };
    const refused = Symbol('refused');
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 12 }), (bytes) => one(bytes)), { numRuns: 3000 });
    // text of every width and of broken bytes, short and long
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => one(Uint8Array.from([0xda, bytes.length >> 8, bytes.length & 255, ...bytes]))), { numRuns: 1000 });
    fc.assert(fc.property(fc.array(fc.oneof(text, hex(64), hex(40), fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }).map(Number), fc.double({ noNaN: true }))), (values) => one(encodeFrame(values))), { numRuns: 1000 });
    expect(seen.both).toBeGreaterThan(2000);
    expect(seen.neither).toBeGreaterThan(100);
  });

  test('an answer encoded before goes into its frame as it is', () => {
    fc.assert(fc.property(count, fc.jsonValue(), (id, ok) => {
      expect(encodeAnswer(id, ok, encodeFrame(ok))).toEqual(encodeFrame({ id, ok }));
      expect(encodeAnswer(id, ok)).toEqual(encodeFrame({ id, ok }));
    }));
  });

  test('long lists, strings and bytes come through each width of length', () => {
    for (const n of [0, 15, 16, 31, 32, 255, 256, 65_535, 65_536]) {
      const value = { list: new Array<number>(n).fill(7), text: 'é'.repeat(n), bytes: new Uint8Array(n), map: Object.fromEntries(Array.from({ length: Math.min(n, 1024) }, (_, i) => [`k${i}`, i])) };
      expect(decodeFrame(encodeFrame(value))).toEqual(value);
    }
  });

  test('garbage is refused as a bad message and as nothing else', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      refusesOnly(() => decodeRequest(decodeFrame(bytes)));
      refusesOnly(() => decodeFromService(decodeFrame(bytes)));
    }), { numRuns: 5000 });
  });

  test('a cut or changed message is refused as a bad message, or is another message', () => {
    let refused = 0, runs = 0;
    fc.assert(fc.property(request, fc.nat(), fc.integer({ min: 0, max: 255 }), (message, at, byte) => {
      const frame = encodeFrame(message);
      runs++;
      if (!refusesOnly(() => decodeFrame(frame.subarray(0, at % frame.length)))) refused++;
      const changed = frame.slice();
      changed[at % frame.length] = byte;
      refusesOnly(() => decodeRequest(decodeFrame(changed)));
    }), { numRuns: 3000 });
    expect(refused).toBe(runs);
  });

  test.each([
    ['nested without end', new Uint8Array(1 << 20).fill(0x91)],
    ['maps nested without end', new Uint8Array(1 << 20).fill(0x81)],
    ['a list that claims four thousand million items', Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff, 0xc0)],
    ['a map that claims as many', Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff, 0xc0)],
    ['bytes that claim as many', Uint8Array.of(0xc6, 0xff, 0xff, 0xff, 0xff, 0xc0)],
    ['a million empty maps', Uint8Array.from([0xdd, 0, 0x18, 0, 0, ...new Array<number>(0x180000).fill(0x80)])],
    ['an extension type', Uint8Array.of(0xd4, 0x01, 0x00)],
    ['a timestamp', Uint8Array.of(0xd6, 0xff, 0, 0, 0, 0)],
    ['the byte that MessagePack never uses', Uint8Array.of(0xc1)],
    ['two values', Uint8Array.of(0xc0, 0xc0)],
    ['nothing', new Uint8Array()],
    ['a key that is a number', Uint8Array.of(0x81, 0x01, 0x01)],
    ['__proto__', Uint8Array.of(0x81, 0xa9, ...new TextEncoder().encode('__proto__'), 0x80)],
    ['constructor', Uint8Array.of(0x81, 0xab, ...new TextEncoder().encode('constructor'), 0x80)],
  ])('%s is refused', (_name, frame) => {
    expect(refusesOnly(() => decodeFrame(frame))).toBe(false);
  });

  test('a frame over its limit is refused before it is read', () => {
    expect(refusesOnly(() => decodeFrame(new Uint8Array(11), 10))).toBe(false);
  });

  test('errors cross the wire with code, sentence, hint and plain data', () => {
    const error = new AcumenError('would-lose-commits', 'It would.', 'Choose another name.', { oid: 'a', odd: () => 1, nested: { n: Number.NaN }, none: undefined });
    const back = fromWireError(decodeFrame(encodeFrame(toWireError(error))) as never);
    expect(back).toMatchObject({ code: 'would-lose-commits', message: 'It would.', hint: 'Choose another name.', exitCode: 2 });
    expect(back.data['nested']).toEqual({ n: 'NaN' });
    expect(toWireError(new TypeError('x')).code).toBe('bug');
    expect(toWireError(Object.assign(new Error('EACCES: denied'), { code: 'EACCES', syscall: 'open' })).code).toBe('io');
    expect(toWireError('thrown text').code).toBe('bug');
    // a sentence that names what has a million letters: whoever cannot read an answer closes the connection
    const long = toWireError(new AcumenError('io', `There is no ${'n'.repeat(1_000_000)}.`, 'n'.repeat(1_000_000)));
    expect(decodeFromService(decodeFrame(encodeFrame({ id: 1, error: long })))).toEqual({ id: 1, error: long });
    expect(long.message).toMatch(/^There is no n+…\([\d,]+ more letters\)…n+\.$/);
  });
});

describe('messages', () => {
  test('decode(encode(x)) = x for every request and push', () => {
    fc.assert(fc.property(request, push, (r, p) => {
      expect(decodeRequest(decodeFrame(encodeFrame(r)))).toEqual(r);
      expect(decodeFromService(decodeFrame(encodeFrame(p)))).toEqual(p);
    }), { numRuns: 2000 });
  });

  test('values of any other shape are refused as bad messages', () => {
    let accepted = 0;
    fc.assert(fc.property(fc.anything({ maxDepth: 4 }), fc.constantFrom(...Object.keys(paramsOf) as Method[]), (x, method) => {
      refusesOnly(() => decodeRequest(x));
      refusesOnly(() => decodeFromService(x));
      if (refusesOnly(() => decodeRequest({ id: 1, method, params: x }))) accepted++;
    }), { numRuns: 3000 });
    expect(accepted).toBeLessThan(1000); // only `{}` for the two methods that take nothing
  });

  test.each(hostileMessages)('$name is a bad message, and its id is read where it has one', ({ frame, id }) => {
    const bytes = frame();
    let value: unknown;
    expect(refusesOnly(() => { value = decodeFrame(bytes, limits.requestBytes); decodeRequest(value); })).toBe(false);
    expect(requestId(value)).toBe(id);
  });

  test.each(allowedMessages)('$name is a good message', ({ frame, says }) => {
    expect(decodeRequest(decodeFrame(frame(), limits.requestBytes))).toEqual(says);
  });

  const refused: readonly (readonly [string, unknown])[] = [
    ['an unknown method', { id: 1, method: 'toString', params: {} }],
    ['a method of the prototype', { id: 1, method: '__proto__', params: {} }],
    ['an id that is no whole number', { id: 1.5, method: 'hello', params: {} }],
    ['a parameter too many', { id: 1, method: 'hello', params: { extra: 1 } }],
    ['an ACU id in capitals', { id: 1, method: 'acuFiles', params: { acu: 'A'.repeat(64) } }],
    ['an ACU id with a line after it', { id: 1, method: 'acuFiles', params: { acu: `${'a'.repeat(64)}\n` } }],
    ['a path with NUL', { id: 1, method: 'acuFile', params: { acu: 'a'.repeat(64), path: 'a\0b' } }],
    ['a path that is not bytes', { id: 1, method: 'acuFile', params: { acu: 'a'.repeat(64), path: 'ā' } }],
    ['an empty path', { id: 1, method: 'acuFile', params: { acu: 'a'.repeat(64), path: '' } }],
    ['a path too long', { id: 1, method: 'acuFile', params: { acu: 'a'.repeat(64), path: 'a'.repeat(limits.path + 1) } }],
    ['more ACUs than the limit', { id: 1, method: 'preview', params: { acus: new Array(limits.acus + 1).fill('a'.repeat(64)) } }],
    ['an empty ticket', { id: 1, method: 'undo', params: { ticket: '' } }],
    ['a page without an end', { id: 1, method: 'list', params: { from: 0, limit: limits.page + 1 } }],
    ['a page that begins before the first', { id: 1, method: 'list', params: { from: -1, limit: 10 } }],
    ['an answer wanted before it was asked for', { id: 1, method: 'hello', params: {}, within: 0 }],
    ['an answer that may wait for ever', { id: 1, method: 'hello', params: {}, within: Number.POSITIVE_INFINITY }],
    ['a log without a limit', { id: 1, method: 'log', params: { before: null, limit: 0 } }],
  ];
  test.each(refused)('%s is refused', (_name, value) => {
    expect(refusesOnly(() => decodeRequest(value))).toBe(false);
  });

  test('the largest set of ACUs fits a request frame', () => {
    const frame = encodeFrame({ id: 1, method: 'compose', params: { acus: new Array(limits.acus).fill('a'.repeat(64)), ticket: 't' } });
    expect(frame.length).toBeLessThanOrEqual(limits.requestBytes);
    expect(decodeRequest(decodeFrame(frame, limits.requestBytes))).toMatchObject({ method: 'compose' });
  });

  test('a result that does not fit its method is refused', () => {
    expect(refusesOnly(() => decodeResult('pause', { paused: 'yes' }))).toBe(false);
    expect(decodeResult('pause', { paused: true })).toEqual({ paused: true });
    const line = { id: 'a'.repeat(64), name: 'n', sources: ['s'], author: { name: 'A', email: 'a@b' }, time: 1, files: 1, added: 2, deleted: 3, requires: ['b'.repeat(64)], standing: 'exact' };
    const page = (...acus: unknown[]): unknown => ({ digest: 'd', total: 1, acus });
    expect(decodeResult('list', page(line, line))).toEqual(page(line, line));
    const wrong: unknown[] = [null, [], { ...line, more: 1 }, { ...line, id: 'A'.repeat(64) }, { ...line, name: 'ā' }, { ...line, sources: [1] }, { ...line, author: { name: 'A' } }, { ...line, author: { name: 'A', email: 1 } },
      { ...line, time: Number.NaN }, { ...line, files: -1 }, { ...line, added: 0.5 }, { ...line, deleted: '1' }, { ...line, requires: ['x'] }, { ...line, standing: 'gone' }];
    for (const one of wrong) expect(refusesOnly(() => decodeResult('list', page(line, one))), JSON.stringify(one)).toBe(false);
  });
});
