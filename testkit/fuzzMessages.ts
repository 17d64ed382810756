// Frames for the contract's door: by its grammar, by mutation, by chance. And its slow twin, written from methods.ts by hand
// on a MessagePack reader of its own, so that what a frame means is known without the decoder under test.
import { limits } from '../app/contract/methods.ts';
import { metrics } from '../app/core/telemetry.ts';
import { hostileMessages, packed } from './hostile/messages.ts';
import { hostileTexts, loneSurrogates } from './hostile/strings.ts';
import type { Random } from './random.ts';

/** What there is to ask about, so that some messages hit. */
export interface Known { readonly acus: readonly string[]; readonly paths: readonly string[]; readonly tickets: readonly string[] }

// ---- the twin ----

export type Reading =
  /** no message at all; `id` is read where there is one */
  | { readonly kind: 'bad'; readonly id: number | null }
  | { readonly kind: 'good'; readonly id: number; readonly method: string; readonly params: ReadonlyMap<string, unknown> }
  /** text in it is no UTF-8, and how that is read is the decoder's own affair */
  | { readonly kind: 'unsure' };

class NotPlain extends Error {}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  unsure = false;
  #lists = 0;
  constructor(bytes: Uint8Array) { this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length); }
  get ended(): boolean { return this.#at === this.#bytes.length; }

  #take(n: number): Buffer {
    if (n > this.#bytes.length - this.#at) throw new NotPlain();
    return this.#bytes.subarray(this.#at, this.#at += n);
  }
  #length(width: number): number { return this.#take(width).readUIntBE(0, width); }
  #text(n: number): string {
    const bytes = this.#take(n), text = bytes.toString('utf8');
    if (!Buffer.from(text).equals(bytes)) this.unsure = true;
    return text;
  }
  #list(n: number, depth: number): unknown[] {
    if (depth >= 32 || ++this.#lists > 1 << 20 || n > this.#bytes.length - this.#at) throw new NotPlain();
    return Array.from({ length: n }, () => this.value(depth + 1));
  }
  #map(n: number, depth: number): Map<string, unknown> {
    if (depth >= 32 || ++this.#lists > 1 << 20 || n > 1024) throw new NotPlain();
    const out = new Map<string, unknown>();
    for (let i = 0; i < n; i++) {
      const key = this.value(depth + 1), value = this.value(depth + 1);
      if (typeof key !== 'string' || key === '__proto__' || key === 'constructor' || key === 'prototype' || out.has(key)) throw new NotPlain();
      out.set(key, value);
    }
    return out;
  }

  value(depth = 0): unknown {
    const head = this.#take(1)[0]!;
    if (head < 0x80) return head;
    if (head >= 0xe0) return head - 256;
    if (head < 0x90) return this.#map(head & 15, depth);
    if (head < 0xa0) return this.#list(head & 15, depth);
    if (head < 0xc0) return this.#text(head & 31);
    switch (head) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return this.#take(this.#length(1));
      case 0xc5: return this.#take(this.#length(2));
      case 0xc6: return this.#take(this.#length(4));
      case 0xca: return this.#take(4).readFloatBE();
      case 0xcb: return this.#take(8).readDoubleBE();
      case 0xcc: return this.#length(1);
      case 0xcd: return this.#length(2);
      case 0xce: return this.#length(4);
      case 0xcf: return Number(this.#take(8).readBigUInt64BE());
      case 0xd0: return this.#take(1).readInt8();
      case 0xd1: return this.#take(2).readInt16BE();
      case 0xd2: return this.#take(4).readInt32BE();
      case 0xd3: return Number(this.#take(8).readBigInt64BE());
      case 0xd9: return this.#text(this.#length(1));
      case 0xda: return this.#text(this.#length(2));
      case 0xdb: return this.#text(this.#length(4));
      case 0xdc: return this.#list(this.#length(2), depth);
      case 0xdd: return this.#list(this.#length(4), depth);
      case 0xde: return this.#map(this.#length(2), depth);
      case 0xdf: return this.#map(this.#length(4), depth);
      default: throw new NotPlain();
    }
  }
}

type Is = (x: unknown) => boolean;
const whole: Is = (x) => typeof x === 'number' && Number.isInteger(x) && x >= 0 && x <= Number.MAX_SAFE_INTEGER;
const bool: Is = (x) => x === true || x === false;
const finite: Is = (x) => typeof x === 'number' && Number.isFinite(x);
const acu: Is = (x) => typeof x === 'string' && x.length === 64 && [...x].every((c) => '0123456789abcdef'.includes(c));
const acus: Is = (x) => Array.isArray(x) && x.length <= limits.acus && x.every(acu);
const text = (most: number): Is => (x) => typeof x === 'string' && x.length > 0 && x.length <= most && x.isWellFormed();
const ticket = text(128);
const name: Is = (x) => text(limits.name)(x) && !(x as string).includes('\0');
const path: Is = (x) => typeof x === 'string' && x.length > 0 && x.length <= limits.path && [...x].every((c) => c > '\0' && c <= '\xff');
const nullOr = (is: Is): Is => (x) => x === null || is(x);

const givenPatch: Is = (x) => fits(x, { path: name }) || fits(x, { name, text: (bytes) => bytes instanceof Uint8Array && bytes.length <= limits.patchText });
const patches: Is = (x) => fits(x, { add: (list) => Array.isArray(list) && list.length <= 1000 && list.every(givenPatch), drop: bool });

const one = (...words: readonly string[]): Is => (x) => typeof x === 'string' && words.includes(x);
const list = (most: number, is: Is): Is => (x) => Array.isArray(x) && x.length <= most && x.every(is);
const within = (least: number, most: number): Is => (x) => typeof x === 'number' && x >= least && x <= most;
const wholeWithin = (least: number, most: number): Is => (x) => whole(x) && within(least, most)(x);
const given: Is = (x) => typeof x === 'string' && x.length > 0 && x.length <= 200;
const called: Is = (x) => given(x) && (x as string).isWellFormed() && (x as string).trim() === x && ![...x as string].some((c) => /\p{Cc}/u.test(c));
const digits = (n: number): Is => (x) => typeof x === 'string' && x.length === n && [...x].every((c) => '0123456789abcdef'.includes(c));
const LAST = 8.64e15;
const shape = (fields: Readonly<Record<string, Is>>): Is => (x) => fits(x, fields);
const seriesName = shape({
  metric: one(...Object.keys(metrics)), label: nullOr((x) => typeof x === 'string' && x.length <= 65_536), quantity: one('value', 'count', 'sum', 'p50', 'p95', 'p99', 'max'),
});
const eventKinds = ['operation', 'decision', 'effect', 'breaker', 'worker', 'memory', 'cache', 'anomaly', 'regression', 'alert', 'product'];
const matrixKinds = ['knowledge', 'interaction', 'overlap', 'flying', 'coChange'];
const key = digits(16), text64 = (x: unknown): boolean => typeof x === 'string' && x.length <= 65_536;

const weighing: Is = (x) => one('unit', 'lines', 'age')(x) || fits(x, { named: list(limits.acus, shape({ acu, weight: within(0, 1e9) })) });

const answer: Is = (x) => fits(x, { take: one('ours', 'theirs', 'both', 'reversed') }) || fits(x, { take: one('text'), text: (bytes) => bytes instanceof Uint8Array && bytes.length <= 2 << 20 });
const answers = list(10_000, shape({ path, nth: whole, key: digits(64), answer }));

/** What each says by itself; `also`: of all together. */
interface Shape { readonly fields: Readonly<Record<string, Is>>; also?(params: ReadonlyMap<string, unknown>): boolean }
const newer: Readonly<Record<string, Shape>> = {
  add: { fields: { acus, ticket } }, remove: { fields: { acus, ticket } }, check: { fields: { acus } }, list: { fields: { from: whole, limit: wholeWithin(1, 1000) } },
  layout: { fields: { graph: digits(64), positions: nullOr((x) => x instanceof Uint8Array && x.length % 8 === 0 && x.length <= 8 * limits.acus) } },
  stats: { fields: { at: nullOr(within(0, Number.MAX_VALUE)) } }, watch: { fields: { on: bool } }, trials: { fields: {} },
  series: {
    fields: { names: list(256, seriesName), from: within(0, Number.MAX_VALUE), to: within(-Number.MAX_VALUE, LAST), points: wholeWithin(1, 20_000) },
    also: (params) => (params.get('from') as number) <= (params.get('to') as number),
  },
  events: { fields: { kinds: list(eventKinds.length, one(...eventKinds)), from: nullOr(finite), to: nullOr(finite), limit: wholeWithin(1, 10_000) } },
  alert: { fields: { id: given, to: one('acknowledged', 'silenced', 'raised'), until: nullOr(within(0, LAST)) } },
  responses: { fields: { set: list(100, shape({ id: given, on: bool })) } },
  baselines: { fields: { save: nullOr(called), drop: nullOr(given) } },
  history: { fields: { ticket } },
  suggest: { fields: { weight: weighing, budget: within(0, 3_600_000), ticket } },
  whyNot: { fields: { acus: (x) => acus(x) && (x as unknown[]).length <= 1000, within: acus, weight: weighing } },
  keepOpen: { fields: { add: acus, drop: acus, ticket } }, openConflicts: { fields: {} }, toDecide: { fields: { acu } },
  decidedFile: { fields: { acu, path, answers } }, decide: { fields: { acu, answers, ticket } },
  collaborate: {
    fields: {
      asOf: nullOr(within(0, Number.MAX_VALUE)), halfLifeDays: within(5e-324, 36_500), matrices: list(matrixKinds.length, one(...matrixKinds)), by: one('files', 'directories'),
      most: wholeWithin(1, 5000), rows: wholeWithin(1, 5000), ticket,
      assignment: shape({ away: list(limits.acus, key), limits: list(limits.acus, shape({ key, most: whole })), most: whole, pinned: list(limits.acus, shape({ item: text64, key })) }),
    },
  },
};
/** The load generator's, by what is asked of it. */
const load: Is = (x) => fits(x, { action: one('look', 'stop') }) || fits(x, { action: one('start'), rate: wholeWithin(1, 5000), seconds: wholeWithin(1, 600) });

/** By hand from `Methods` in methods.ts. A field that need not be there ends in '?'. */
const methods: Readonly<Record<string, Readonly<Record<string, Is>>>> = {
  hello: {}, snapshot: {}, cancel: { ticket }, undo: { ticket }, redo: { ticket }, fsck: { ticket }, pause: { paused: bool },
  import: { path: nullOr(name), base: nullOr(name), refs: (x) => Array.isArray(x) && x.length <= 1000 && x.every(name), grain: (x) => x === 'branch' || x === 'commit' || x === 'atom', 'patches?': patches, ticket },
  compose: { acus, ticket }, preview: { acus }, composedFile: { acus, path }, acuFiles: { acu }, acuFile: { acu, path },
  conflictFile: { a: acu, b: (x) => x === 'base' || acu(x), path }, writeBranch: { name, acus, ticket },
  log: { before: nullOr((x) => whole(x) && (x as number) >= 1), limit: (x) => whole(x) && (x as number) >= 1 && (x as number) <= 10_000 },
};
/** Methods whose good messages may change the workspace. */
export const mutating: ReadonlySet<string> = new Set(['import', 'compose', 'add', 'remove', 'writeBranch', 'undo', 'redo', 'keepOpen', 'decide']);

/** These fields and no others, each as it should be. */
function fits(value: unknown, shape: Readonly<Record<string, Is>>): value is ReadonlyMap<string, unknown> {
  if (!(value instanceof Map)) return false;
  const known = new Set<unknown>(Object.keys(shape).map((key) => key.replace('?', '')));
  return [...value.keys()].every((key) => known.has(key)) && Object.entries(shape).every(([key, is]) => {
    const bare = key.replace('?', '');
    return value.has(bare) ? is(value.get(bare)) : bare !== key;
  });
}

/** What a frame says, as methods.ts has it. */
export function read(frame: Uint8Array): Reading {
  if (frame.length > limits.requestBytes) return { kind: 'bad', id: null };
  const reader = new Reader(frame);
  let value: unknown;
  try {
    value = reader.value();
    if (!reader.ended) throw new NotPlain();
  } catch (error) {
    if (!(error instanceof NotPlain)) throw error;
    return reader.unsure ? { kind: 'unsure' } : { kind: 'bad', id: null };
  }
  if (reader.unsure) return { kind: 'unsure' };
  const id = value instanceof Map && whole(value.get('id')) ? value.get('id') as number : null;
  const method = value instanceof Map ? value.get('method') : undefined;
  const params = typeof method === 'string' ? paramsOf(method) : undefined;
  if (params === undefined || id === null || !fits(value, { id: whole, method: () => true, params, 'within?': within(1, 86_400_000) })) return { kind: 'bad', id };
  return { kind: 'good', id, method: method as string, params: (value as ReadonlyMap<string, unknown>).get('params') as ReadonlyMap<string, unknown> };
}

function paramsOf(method: string): Is | undefined {
  if (method === 'load') return load;
  if (Object.hasOwn(methods, method)) return shape(methods[method]!);
  if (!Object.hasOwn(newer, method)) return undefined;
  const { fields, also } = newer[method]!;
  return (x) => fits(x, fields) && (also === undefined || also(x));
}

// ---- the frames ----

/** How often each method is asked where the message is good: an import costs a thousand reads. */
const weights: Readonly<Record<string, number>> = {
  hello: 8, snapshot: 2, cancel: 6, undo: 3, redo: 3, fsck: 1, pause: 4, import: 1, compose: 6, preview: 10, composedFile: 10, acuFiles: 10, acuFile: 10, conflictFile: 10, writeBranch: 1, log: 10,
  add: 4, remove: 4, check: 6, list: 8, layout: 3, load: 1, stats: 2, series: 3, events: 3, watch: 2, trials: 1, alert: 2, responses: 2, baselines: 2, history: 2, collaborate: 2, suggest: 2, whyNot: 3, keepOpen: 4, openConflicts: 3, toDecide: 5, decidedFile: 3, decide: 3,
};
const drawn = Object.entries(weights).flatMap(([method, weight]) => new Array<string>(weight).fill(method));
const plainTable = hostileMessages.map(({ frame }) => frame).filter((frame) => frame().length < 1 << 16);

const oddNumbers: readonly unknown[] = [-1, 0, -0, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 2n ** 64n - 1n, -(2n ** 63n), Number.NaN, Infinity, -Infinity, 5e-324, 1e308];

export class Frames {
  readonly #random: Random;
  readonly #known: Known;
  #id = 1;
  constructor(random: Random, known: Known) { this.#random = random; this.#known = known; }

  next(): Uint8Array {
    const r = this.#random, p = r.below(100);
    if (p < 25) return this.#frame(this.#good());
    if (p < 55) return this.#bytes(this.#frame(this.#good()));
    if (p < 85) return this.#frame(this.#shape(this.#good(), 4));
    if (p < 92) return this.#grammar();
    if (p < 96) return this.#bytes(r.pick(plainTable)());
    if (p < 98) return r.pick(plainTable)();
    return Uint8Array.from({ length: r.below(200) }, () => r.below(256));
  }

  #frame(value: unknown): Uint8Array { return new Uint8Array(packed(value)); }

  #good(): unknown {
    const method = this.#random.pick(drawn);
    return { id: this.#id++, method, params: this.#params(method), ...this.#random.chance(0.1) && { within: 60_000 + this.#random.below(60_000) } };
  }

  #params(method: string): unknown {
    const r = this.#random, k = this.#known;
    const acu = (): string => (r.chance(0.9) ? r.pick(k.acus) : r.hex(64));
    const some = (): string[] => Array.from({ length: r.below(4) }, acu);
    const path = (): string => (r.chance(0.8) ? r.pick(k.paths) : String.fromCharCode(...Array.from({ length: 1 + r.below(20) }, () => 1 + r.below(255))));
    const ticket = (): string => (r.chance(0.5) ? r.pick(k.tickets) : `t${r.hex(10)}`);
    const text = (): string => (r.chance(0.6) ? `n${r.hex(4)}` : r.pick(hostileTexts).text.slice(0, 4000).replaceAll('\0', '') || 'x').toWellFormed();
    const weigh = (): unknown => (r.chance(0.7) ? r.pick(['unit', 'lines', 'age']) : { named: some().map((id) => ({ acu: id, weight: r.below(9) / 2 })) });
    const answered = (): unknown => Array.from({ length: r.below(3) }, () => ({ path: path(), nth: r.below(3), key: r.hex(64), answer: r.chance(0.5) ? { take: r.pick(['ours', 'theirs', 'both', 'reversed']) } : { take: 'text', text: new Uint8Array(r.below(9)) } }));
    switch (method) {
      case 'cancel': case 'undo': case 'redo': case 'fsck': case 'history': return { ticket: ticket() };
      case 'add': case 'remove': return { acus: some(), ticket: ticket() };
      case 'check': return { acus: some() };
      case 'list': return { from: r.below(20), limit: 1 + r.below(1000) };
      case 'layout': return { graph: r.chance(0.5) ? '0'.repeat(64) : r.hex(64), positions: r.chance(0.6) ? null : new Uint8Array(8 * r.below(5)) };
      // a load that is started copies the store and asks thousands of things: that has tests of its own
      case 'load': return { action: r.pick(['look', 'stop']) };
      case 'stats': return { at: r.chance(0.5) ? null : r.below(2 ** 31) };
      case 'series': return { names: Array.from({ length: r.below(3) }, () => ({ metric: r.pick(Object.keys(metrics)), label: r.chance(0.5) ? null : text(), quantity: r.pick(['value', 'p99', 'count']) })), from: r.below(1000), to: 1000 + r.below(2 ** 31), points: 1 + r.below(1000) };
      case 'events': return { kinds: r.chance(0.5) ? [] : [r.pick(eventKinds)], from: null, to: r.chance(0.5) ? null : r.below(2 ** 31), limit: 1 + r.below(100) };
      case 'watch': return { on: r.chance(0.5) };
      case 'alert': return { id: `a${r.hex(6)}`, to: r.pick(['acknowledged', 'silenced', 'raised']), until: r.chance(0.5) ? null : r.below(2 ** 31) };
      case 'responses': return { set: Array.from({ length: r.below(3) }, () => ({ id: `r${r.hex(4)}`, on: r.chance(0.5) })) };
      case 'baselines': return { save: r.chance(0.7) ? null : `quiet ${r.hex(3)}`, drop: r.chance(0.7) ? null : `b${r.hex(3)}` };
      case 'collaborate': return {
        asOf: r.chance(0.5) ? null : r.below(2 ** 31), halfLifeDays: 1 + r.below(400), matrices: r.chance(0.3) ? matrixKinds : [r.pick(matrixKinds)], by: r.pick(['files', 'directories']), most: 1 + r.below(50), rows: 1 + r.below(50),
        assignment: { away: r.chance(0.5) ? [] : [r.hex(16)], limits: r.chance(0.7) ? [] : [{ key: r.hex(16), most: r.below(5) }], most: r.below(6), pinned: r.chance(0.7) ? [] : [{ item: text(), key: r.hex(16) }] },
        ticket: ticket(),
      };
      case 'keepOpen': return { add: some(), drop: some(), ticket: ticket() };
      case 'toDecide': return { acu: acu() };
      case 'decidedFile': return { acu: acu(), path: path(), answers: answered() };
      case 'decide': return { acu: acu(), answers: answered(), ticket: ticket() };
      case 'suggest': return { weight: weigh(), budget: r.below(30), ticket: ticket() };
      case 'whyNot': return { acus: some(), within: some(), weight: weigh() };
      case 'pause': return { paused: r.chance(0.3) };
      // Relative to nothing that exists: the only repository it may find is the workspace's own.
      case 'import': return { path: r.chance(0.6) ? null : `/nowhere/${text()}`.slice(0, 4000).toWellFormed(), base: r.chance(0.7) ? null : text(), refs: r.chance(0.6) ? [] : [text()], grain: r.pick(['branch', 'branch', 'commit', 'atom']), ticket: ticket() };
      case 'compose': return { acus: some(), ticket: ticket() };
      case 'preview': return { acus: some() };
      case 'composedFile': return { acus: some(), path: path() };
      case 'acuFiles': return { acu: acu() };
      case 'acuFile': return { acu: acu(), path: path() };
      case 'conflictFile': return { a: acu(), b: r.chance(0.2) ? 'base' : acu(), path: path() };
      case 'writeBranch': return { name: text(), acus: some(), ticket: ticket() };
      case 'log': return { before: r.chance(0.5) ? null : 1 + r.below(50), limit: 1 + r.below(r.chance(0.2) ? 10_000 : 20) };
      default: return {};
    }
  }

  /** One part of a good message made into something else. */
  #shape(value: unknown, depth: number): unknown {
    const r = this.#random;
    if (depth === 0 || r.chance(0.25) || typeof value !== 'object' || value === null || value instanceof Uint8Array) return this.#odd();
    if (Array.isArray(value)) {
      const at = r.below(value.length + 1), copy = value.slice();
      if (r.chance(0.2)) copy.push(this.#odd());
      else if (at < copy.length) copy[at] = this.#shape(copy[at], depth - 1);
      return copy;
    }
    const map = new Map<unknown, unknown>(Object.entries(value));
    const key = r.pick([...map.keys()].concat(map.size === 0 ? ['id'] : []));
    switch (r.below(8)) {
      case 0: map.delete(key); break;
      case 1: map.set(r.pick<unknown>(['extra', '__proto__', 'constructor', 'toString', '', 'ok', 'error', 'push', 1, null, true]), this.#odd()); break;
      case 2: map.delete(key); map.set(typeof key === 'string' ? key.toUpperCase() : 'x', value[key as keyof typeof value]); break;
      case 3: map.set('method', r.pick([...Object.keys(weights), 'hullo', 'toString'])); break;
      default: map.set(key, this.#shape(map.get(key), depth - 1));
    }
    return map;
  }

  #odd(): unknown {
    const r = this.#random;
    switch (r.below(10)) {
      case 0: return null;
      case 1: return r.chance(0.5);
      case 2: return r.pick(oddNumbers);
      case 3: return r.pick(hostileTexts).text.slice(0, 5000);
      case 4: return r.pick(loneSurrogates);
      case 5: return [];
      case 6: return {};
      case 7: return new Uint8Array(r.below(40));
      case 8: return Array.from({ length: r.below(20) }, () => r.pick(this.#known.acus));
      default: { let nested: unknown = []; for (let n = r.below(40); n > 0; n--) nested = r.chance(0.5) ? [nested] : { a: nested }; return nested; }
    }
  }

  /** Bytes changed, put in, taken out, doubled or cut off. */
  #bytes(frame: Uint8Array): Uint8Array {
    const r = this.#random;
    let out = [...frame];
    for (let n = 1 + r.below(3); n > 0 && out.length > 0; n--) {
      const at = r.below(out.length);
      switch (r.below(6)) {
        case 0: out[at]! ^= 1 << r.below(8); break;
        case 1: out[at] = r.below(256); break;
        case 2: out.splice(at, 0, r.below(256)); break;
        case 3: out.splice(at, 1 + r.below(4)); break;
        case 4: out.splice(at, 0, ...out.slice(at, at + r.below(12))); break;
        default: out = out.slice(0, at);
      }
    }
    return Uint8Array.from(out);
  }

  /** MessagePack that is only now and then well formed: lengths lie. */
  #grammar(): Uint8Array {
    const r = this.#random, out: number[] = [];
    const value = (depth: number): void => {
      const head = r.chance(0.5) ? 0xc0 + r.below(32) : r.below(256);
      out.push(head);
      if (head >= 0xc4 && head < 0xe0) for (let n = r.below(6); n > 0; n--) out.push(r.chance(0.6) ? 0 : r.below(256));
      if (depth > 0) for (let n = r.below(5); n > 0; n--) value(depth - 1);
    };
    value(4);
    return Uint8Array.from(out);
  }
}
