// Frames that a client of ours would never send, built byte by byte: each is answered once as a bad message and changes
// nothing. Beside them what looks odd and is a good message all the same.
import { limits } from '../../app/contract/methods.ts';
import { hostileTexts, loneSurrogates } from './strings.ts';

export interface HostileMessage {
  readonly name: string;
  /** made when asked for: some are large */
  frame(): Uint8Array;
  /** the id to answer to; null where none can be read */
  readonly id: number | null;
}

type Packed = readonly number[] | Uint8Array;

/** MessagePack by hand (msgpack.org, spec): the longest form of each, so that no encoder's habits hide anything. */
export const raw = {
  nil: [0xc0] as Packed,
  bool: (x: boolean): Packed => [x ? 0xc3 : 0xc2],
  u64(x: number | bigint): Packed { const b = Buffer.alloc(9); b[0] = 0xcf; b.writeBigUInt64BE(BigInt(x), 1); return b; },
  i64(x: number | bigint): Packed { const b = Buffer.alloc(9); b[0] = 0xd3; b.writeBigInt64BE(BigInt(x), 1); return b; },
  f32(x: number): Packed { const b = Buffer.alloc(5); b[0] = 0xca; b.writeFloatBE(x, 1); return b; },
  f64(x: number): Packed { const b = Buffer.alloc(9); b[0] = 0xcb; b.writeDoubleBE(x, 1); return b; },
  str(x: string | Uint8Array): Packed { const s = Buffer.from(x as string); const b = Buffer.alloc(5); b[0] = 0xdb; b.writeUInt32BE(s.length, 1); return Buffer.concat([b, s]); },
  bin(x: Uint8Array): Packed { const b = Buffer.alloc(5); b[0] = 0xc6; b.writeUInt32BE(x.length, 1); return Buffer.concat([b, x]); },
  /** `claim`: how many items the header says there are */
  list(items: readonly Packed[], claim = items.length): Packed { const b = Buffer.alloc(5); b[0] = 0xdd; b.writeUInt32BE(claim, 1); return Buffer.concat([b, ...items.map((i) => Buffer.from(i))]); },
  map(entries: readonly (readonly [Packed, Packed])[], claim = entries.length): Packed {
    const b = Buffer.alloc(5);
    b[0] = 0xdf;
    b.writeUInt32BE(claim, 1);
    return Buffer.concat([b, ...entries.flat().map((i) => Buffer.from(i))]);
  },
};

/** Any plain value, in those long forms. `undefined` fields are left out. */
export function packed(value: unknown): Packed {
  if (value === null || value === undefined) return raw.nil;
  if (typeof value === 'boolean') return raw.bool(value);
  if (typeof value === 'bigint') return value < 0n ? raw.i64(value) : raw.u64(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? (value < 0 ? raw.i64(value) : raw.u64(value)) : raw.f64(value);
  if (typeof value === 'string') return raw.str(value);
  if (value instanceof Uint8Array) return raw.bin(value);
  if (Array.isArray(value)) return raw.list(value.map(packed));
  if (value instanceof Map) return raw.map([...value].map(([k, v]) => [packed(k), packed(v)]));
  return raw.map(Object.entries(value as object).filter(([, v]) => v !== undefined).map(([k, v]) => [raw.str(k), packed(v)]));
}

const bytes = (p: Packed): Uint8Array => new Uint8Array(p);
const key = raw.str;
const ACU = 'a'.repeat(64);
const hello = (id: Packed, ...more: (readonly [Packed, Packed])[]): Uint8Array => bytes(raw.map([[key('id'), id], [key('method'), key('hello')], [key('params'), raw.map([])], ...more]));
const message = (name: string, value: unknown, id: number | null = 7): HostileMessage => ({ name, frame: () => bytes(packed(value)), id });
const request = (name: string, method: string, params: unknown): HostileMessage => message(name, { id: 7, method, params });
const frame = (name: string, make: () => Packed, id: number | null = null): HostileMessage => ({ name, frame: () => bytes(make()), id });

const good = bytes(packed({ id: 7, method: 'acuFiles', params: { acu: ACU } }));

export const hostileMessages: readonly HostileMessage[] = [
  frame('nothing', () => []),
  frame('one byte that MessagePack never uses', () => [0xc1]),
  frame('lists nested without end', () => new Uint8Array(limits.requestBytes).fill(0x91)),
  frame('maps nested without end', () => new Uint8Array(1 << 20).fill(0x81)),
  frame('a list that claims four thousand million items', () => raw.list([], 0xffffffff)),
  frame('a map that claims four thousand million entries', () => raw.map([], 0xffffffff)),
  frame('a map that claims one entry more than it has', () => raw.map([[key('id'), raw.u64(7)]], 2)),
  frame('text that claims four thousand million bytes', () => [0xdb, 0xff, 0xff, 0xff, 0xff, 0x61]),
  frame('bytes that claim four thousand million', () => [0xc6, 0xff, 0xff, 0xff, 0xff, 0x61]),
  frame('eight million empty lists', () => Buffer.concat([Buffer.from([0xdd, 0, 0x7f, 0xff, 0x00]), Buffer.alloc(0x7fff00, 0x90)])),
  frame('a million keys', () => { // distinct, so that each is stored
    const out = Buffer.alloc(5 + 1_000_000 * 6, 0xc0);
    out.set([0xdf, 0, 0x0f, 0x42, 0x40]);
    for (let i = 0; i < 1_000_000; i++) out.write(`\xa4${i.toString(36).padStart(4, '_')}`, 5 + 6 * i, 'latin1');
    return out;
  }),
  frame('a frame over the limit', () => Buffer.alloc(limits.requestBytes + 1, 0xc0)),
  frame('a message that is cut off', () => good.subarray(0, good.length - 1)),
  frame('a message with something after it', () => Buffer.concat([good, Buffer.from([0xc0])])),
  frame('two messages in one frame', () => Buffer.concat([good, good])),
  frame('an extension type', () => [0xd4, 0x01, 0x00]),
  frame('a timestamp', () => [0xd6, 0xff, 0, 0, 0, 0]),
  frame('a long timestamp', () => [0xc7, 12, 0xff, ...new Array<number>(12).fill(0)]),
  frame('an extension that claims four thousand million bytes', () => [0xc9, 0xff, 0xff, 0xff, 0xff, 0x01]),
  frame('a timestamp as id', () => raw.map([[key('id'), [0xd6, 0xff, 0, 0, 0, 0]], [key('method'), key('hello')], [key('params'), raw.map([])]])),
  frame('a key that is a number', () => raw.map([[raw.u64(1), raw.u64(1)]])),
  frame('a key that is a list', () => raw.map([[raw.list([]), raw.u64(1)]])),
  frame('a key that is nothing', () => raw.map([[raw.nil, raw.u64(1)]])),
  frame('__proto__ as key', () => hello(raw.u64(7), [key('__proto__'), raw.map([[key('admin'), raw.bool(true)]])])),
  frame('constructor as key', () => hello(raw.u64(7), [key('constructor'), raw.map([])])),
  frame('prototype as key, inside', () => packed({ id: 7, method: 'hello', params: new Map<unknown, unknown>([['prototype', 1]]) })),
  frame('a key twice, the last one bad', () => hello(raw.u64(7), [key('id'), raw.i64(-1)])),
  frame('a key twice, both good', () => hello(raw.u64(7), [key('id'), raw.u64(8)])),
  message('nothing at all', null, null), message('a number', 7, null), message('a text', 'hello', null), message('a list', [7, 'hello', {}], null), message('bytes', new Uint8Array(9), null),
  message('an empty map', {}, null), message('no id', { method: 'hello', params: {} }, null), message('no method', { id: 7, params: {} }), message('no params', { id: 7, method: 'hello' }),
  message('a field too many', { id: 7, method: 'hello', params: {}, admin: true }), message('a field in capitals', { id: 7, Method: 'hello', params: {} }),
  message('id −1', { id: -1, method: 'hello', params: {} }, null), message('id 1.5', { id: 1.5, method: 'hello', params: {} }, null), message('id 2⁵³', { id: 2 ** 53, method: 'hello', params: {} }, null),
  message('id 2⁶⁴−1', { id: 2n ** 64n - 1n, method: 'hello', params: {} }, null), message('id −2⁶³', { id: -(2n ** 63n), method: 'hello', params: {} }, null),
  message('id NaN', { id: Number.NaN, method: 'hello', params: {} }, null), message('id ∞', { id: Infinity, method: 'hello', params: {} }, null),
  message('id as text', { id: '7', method: 'hello', params: {} }, null), message('id in a list', { id: [7], method: 'hello', params: {} }, null), message('id true', { id: true, method: 'hello', params: {} }, null),
  ...['', 'hullo', 'HELLO', 'hello ', 'hello\0', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', 'then', 'push', 'x'.repeat(100_000)].map((method) => message(`method ${JSON.stringify(method.slice(0, 20))}`, { id: 7, method, params: {} })),
  message('method 0', { id: 7, method: 0, params: {} }), message('a list of methods', { id: 7, method: ['hello'], params: {} }),
  message('params null', { id: 7, method: 'hello', params: null }), message('params a list', { id: 7, method: 'hello', params: [] }), message('params bytes', { id: 7, method: 'hello', params: new Uint8Array(1) }),
  message('an answer', { id: 7, ok: {} }), message('an error', { id: 7, error: { code: 'bug', message: '', hint: '', data: {} } }), message('an answer with a method', { id: 7, method: 'hello', params: {}, ok: {} }),
  message('a push', { push: 'state', composition: { id: '', name: '', base: '', acus: [] }, canUndo: null, canRedo: null, repository: null, lastOperation: null }, null),
  message('an epoch pushed by a client', { push: 'epoch', from: 0, to: 1, digest: '', bytes: new Uint8Array(3) }, null), message('a push with an id', { id: 7, push: 'queue' }),
  request('too many params', 'hello', { extra: 1 }), request('a param missing', 'compose', { acus: [] }), request('an empty ticket', 'undo', { ticket: '' }), request('a long ticket', 'undo', { ticket: 't'.repeat(129) }),
  request('a ticket of bytes', 'undo', { ticket: new Uint8Array(3) }), request('a ticket of nothing', 'undo', { ticket: null }), request('a ticket that is a number', 'undo', { ticket: 1 }),
  ...loneSurrogates.flatMap((s, i) => [
    frame(`half a character in a ticket (${i})`, () => halves('cancel', { ticket: s }), 7), frame(`half a character in a path (${i})`, () => halves('import', { path: s, base: null, refs: [], grain: 'branch', ticket: 't' }), 7),
    frame(`half a character in a branch (${i})`, () => halves('writeBranch', { name: s, acus: [], ticket: 't' }), 7),
  ]),
  request('an ACU that is no id', 'acuFiles', { acu: 'main' }), request('an ACU in capitals', 'acuFiles', { acu: 'A'.repeat(64) }), request('an ACU with a line after it', 'acuFiles', { acu: `${ACU}\n` }),
  request('an ACU too short', 'acuFiles', { acu: 'a'.repeat(63) }), request('an ACU of bytes', 'acuFiles', { acu: new Uint8Array(32) }), request('base as an ACU', 'acuFiles', { acu: 'base' }),
  request('base twice', 'conflictFile', { a: 'base', b: 'base', path: 'a' }), request('ACUs in a map', 'preview', { acus: { 0: ACU, length: 1 } }), request('ACUs as text', 'preview', { acus: ACU }),
  request('a hole among ACUs', 'preview', { acus: [ACU, null] }), request('one bad ACU among good ones', 'preview', { acus: [...new Array<string>(50).fill(ACU), 'x'] }),
  { name: 'too many ACUs', frame: () => bytes(packed({ id: 7, method: 'preview', params: { acus: new Array<string>(limits.acus + 1).fill(ACU) } })), id: 7 },
  { name: 'lists of lists in place of ACUs', frame: () => bytes(packed({ id: 7, method: 'preview', params: { acus: Array.from({ length: 300_000 }, () => []) } })), id: 7 },
  request('an empty path', 'acuFile', { acu: ACU, path: '' }), request('a path with NUL', 'acuFile', { acu: ACU, path: 'a\0b' }), request('a path that is not bytes', 'acuFile', { acu: ACU, path: 'ā' }),
  request('a path too long', 'acuFile', { acu: ACU, path: 'p'.repeat(limits.path + 1) }), request('a path in pieces', 'acuFile', { acu: ACU, path: ['a', 'b'] }),
  request('a name with NUL', 'writeBranch', { name: 'a\0b', acus: [], ticket: 't' }), request('an empty name', 'writeBranch', { name: '', acus: [], ticket: 't' }), request('a name too long', 'writeBranch', { name: 'n'.repeat(limits.name + 1), acus: [], ticket: 't' }),
  request('an unknown grain', 'import', { path: null, base: null, refs: [], grain: 'line', ticket: 't' }), request('a grain of the prototype', 'import', { path: null, base: null, refs: [], grain: 'constructor', ticket: 't' }),
  request('refs as text', 'import', { path: null, base: null, refs: '*', grain: 'branch', ticket: 't' }), request('too many refs', 'import', { path: null, base: null, refs: new Array<string>(1001).fill('x'), grain: 'branch', ticket: 't' }),
  request('an empty ref', 'import', { path: null, base: null, refs: [''], grain: 'branch', ticket: 't' }), request('a path with NUL to import', 'import', { path: '/\0', base: null, refs: [], grain: 'branch', ticket: 't' }),
  request('an empty path to import', 'import', { path: '', base: null, refs: [], grain: 'branch', ticket: 't' }), request('undefined as nothing', 'import', { base: null, refs: [], grain: 'branch', ticket: 't' }),
  ...[0, -1, 1.5, 10_001, Infinity, Number.NaN, 2n ** 60n, '5', null].map((limit) => request(`a log of ${String(limit)} operations`, 'log', { before: null, limit })),
  ...[0, -1, 0.5, Number.NaN, 2n ** 63n, '1', true].map((before) => request(`a log before ${String(before)}`, 'log', { before, limit: 1 })),
  ...[0, 1, 'true', null, []].map((paused) => request(`paused ${JSON.stringify(paused)}`, 'pause', { paused })),
];

/** Half characters as three bytes each, as a lax encoder writes them. */
function halves(method: string, params: Readonly<Record<string, unknown>>): Packed {
  const text = (s: string): Packed => raw.str(Buffer.concat(s.split('').map((c) => {
    const code = c.charCodeAt(0);
    return code < 0xd800 || code > 0xdfff ? Buffer.from(c) : Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)]);
  })));
  return raw.map([[key('id'), raw.u64(7)], [key('method'), key(method)], [key('params'), raw.map(Object.entries(params).map(([k, v]) => [key(k), typeof v === 'string' ? text(v) : packed(v)]))]]);
}

/** Odd, and good: what each says is known without the decoder. */
export const allowedMessages: readonly { readonly name: string; frame(): Uint8Array; readonly says: { readonly id: number; readonly method: string; readonly params: unknown } }[] = [
  { name: 'everything in its longest form', frame: () => good, says: { id: 7, method: 'acuFiles', params: { acu: ACU } } },
  { name: 'everything in its shortest form', frame: () => Buffer.from('83a2696407a66d6574686f64a568656c6c6fa6706172616d7380', 'hex'), says: { id: 7, method: 'hello', params: {} } },
  { name: 'fields in another order', frame: () => bytes(packed({ params: {}, method: 'hello', id: 7 })), says: { id: 7, method: 'hello', params: {} } },
  { name: 'an id written as a fraction', frame: () => hello(raw.f64(7)), says: { id: 7, method: 'hello', params: {} } },
  { name: 'an id written as a short fraction', frame: () => hello(raw.f32(7)), says: { id: 7, method: 'hello', params: {} } },
  { name: 'an id written as signed', frame: () => hello(raw.i64(7)), says: { id: 7, method: 'hello', params: {} } },
  { name: 'id 0', frame: () => hello(raw.u64(0)), says: { id: 0, method: 'hello', params: {} } },
  { name: 'the largest id', frame: () => hello(raw.u64(Number.MAX_SAFE_INTEGER)), says: { id: Number.MAX_SAFE_INTEGER, method: 'hello', params: {} } },
  { name: 'one ACU many times', frame: () => bytes(packed({ id: 7, method: 'preview', params: { acus: new Array<string>(1000).fill(ACU) } })), says: { id: 7, method: 'preview', params: { acus: new Array<string>(1000).fill(ACU) } } },
  { name: 'as many ACUs as may be', frame: () => bytes(packed({ id: 7, method: 'preview', params: { acus: new Array<string>(limits.acus).fill(ACU) } })), says: { id: 7, method: 'preview', params: { acus: new Array<string>(limits.acus).fill(ACU) } } },
  { name: 'a path of every byte but NUL', frame: () => bytes(packed({ id: 7, method: 'acuFile', params: { acu: ACU, path: String.fromCharCode(...Array.from({ length: 255 }, (_, i) => i + 1)) } })), says: { id: 7, method: 'acuFile', params: { acu: ACU, path: String.fromCharCode(...Array.from({ length: 255 }, (_, i) => i + 1)) } } },
  ...hostileTexts.filter(({ text }) => text.length <= limits.name).map(({ name, text }) => ({
    name: `a branch called ${name}`, frame: () => bytes(packed({ id: 7, method: 'writeBranch', params: { name: text, acus: [], ticket: 't' } })), says: { id: 7, method: 'writeBranch', params: { name: text, acus: [], ticket: 't' } },
  })),
];
