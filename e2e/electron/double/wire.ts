// Values on the double's own wire between page and main: what structured clone carries, as one binary message. Self-contained, for
// its source also runs in the page. Values have been through structuredClone before, so functions and prototypes are gone.

/** From a page's preload world to main. */
export type FromPage =
  | { readonly kind: 'port'; readonly port: number; readonly value: unknown }
  | { readonly kind: 'close'; readonly port: number }
  | { readonly kind: 'invoke'; readonly id: number; readonly channel: string; readonly args: readonly unknown[] }
  | { readonly kind: 'send'; readonly channel: string; readonly args: readonly unknown[] }
  /** with ports of the page's own, which main numbers and answers by `adopted` */
  | { readonly kind: 'post'; readonly id: number; readonly channel: string; readonly message: unknown; readonly ports: number }
  | { readonly kind: 'title'; readonly title: string };
export type ToPage =
  | { readonly kind: 'port'; readonly port: number; readonly value: unknown }
  | { readonly kind: 'close'; readonly port: number }
  | { readonly kind: 'message'; readonly channel: string; readonly args: readonly unknown[]; readonly ports: readonly number[] }
  | { readonly kind: 'adopted'; readonly id: number; readonly numbers: readonly number[] }
  | { readonly kind: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string };

export interface Wire {
  encode(value: unknown): Uint8Array<ArrayBuffer>;
  decode(bytes: Uint8Array): unknown;
}

/** Plain values as JSON; everything else as {$: kind, …}; bytes behind the JSON, by offset. */
export function wire(): Wire {
  const views = { Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView };
  const errors = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

  function encode(value: unknown): Uint8Array<ArrayBuffer> {
    const parts: Uint8Array[] = [], path = new Set<object>();
    let size = 0;
    const bytes = (of: Uint8Array): [number, number] => { const at = size; parts.push(of); size += of.length; return [at, of.length]; };
    const walk = (v: unknown): unknown => {
      if (v === null || typeof v === 'string' || typeof v === 'boolean' || (typeof v === 'number' && Number.isFinite(v) && !Object.is(v, -0))) return v;
      if (v === undefined) return { $: 'undefined' };
      if (typeof v === 'number') return { $: 'number', v: Object.is(v, -0) ? '-0' : String(v) };
      if (typeof v === 'bigint') return { $: 'bigint', v: String(v) };
      if (typeof v !== 'object') throw new Error(`the double has no ${typeof v} in messages`);
      if (v instanceof ArrayBuffer) return { $: 'ArrayBuffer', v: bytes(new Uint8Array(v)) };
      if (ArrayBuffer.isView(v)) {
        if (!(v.buffer instanceof ArrayBuffer)) throw new Error('the double has no shared memory in messages');
        return { $: Object.prototype.toString.call(v).slice(8, -1), v: bytes(new Uint8Array(v.buffer, v.byteOffset, v.byteLength)) };
      }
      if (v instanceof Date) return { $: 'Date', v: v.getTime() };
      if (v instanceof RegExp) return { $: 'RegExp', v: [v.source, v.flags] };
      if (v instanceof Error) return { $: 'Error', name: v.name, message: v.message, stack: v.stack ?? '' };
      if (path.has(v)) throw new Error('the double has no circular messages');
      path.add(v);
      let as: unknown;
      if (Array.isArray(v)) as = v.map(walk);
      else if (v instanceof Map) as = { $: 'Map', v: [...v].map(([key, one]) => [walk(key), walk(one)]) };
      else if (v instanceof Set) as = { $: 'Set', v: [...v].map(walk) };
      else if (Object.prototype.toString.call(v) !== '[object Object]') throw new Error(`the double has no ${Object.prototype.toString.call(v)} in messages`);
      else if ('$' in v) as = { $: 'object', v: Object.entries(v).map(([key, one]) => [key, walk(one)]) };
      else as = Object.fromEntries(Object.entries(v).map(([key, one]) => [key, walk(one)]));
      path.delete(v);
      return as;
    };
    const head = new TextEncoder().encode(JSON.stringify(walk(value)));
    const all = new Uint8Array(4 + head.length + size);
    new DataView(all.buffer).setUint32(0, head.length);
    all.set(head, 4);
    let at = 4 + head.length;
    for (const part of parts) { all.set(part, at); at += part.length; }
    return all;
  }

  function decode(all: Uint8Array): unknown {
    const length = new DataView(all.buffer, all.byteOffset).getUint32(0), from = 4 + length;
    // Copied by hand: a Node Buffer's slice() is a view of the same memory.
    const bytes = ([at, size]: [number, number]): ArrayBuffer => {
      const copy = new Uint8Array(size);
      copy.set(all.subarray(from + at, from + at + size));
      return copy.buffer;
    };
    // eslint-disable-next-line typescript/no-explicit-any -- what walk() above wrote
    const back = (v: any): unknown => {
      if (v === null || typeof v !== 'object') return v;
      if (Array.isArray(v)) return v.map(back);
      switch (v.$ as string | undefined) {
        case undefined: return Object.fromEntries(Object.entries(v).map(([key, one]) => [key, back(one)]));
        case 'undefined': return undefined;
        case 'number': return Number(v.v);
        case 'bigint': return BigInt(v.v as string);
        case 'ArrayBuffer': return bytes(v.v);
        case 'Date': return new Date(v.v as number);
        case 'RegExp': return new RegExp(v.v[0] as string, v.v[1] as string);
        case 'Error': {
          const made = new (errors[v.name as keyof typeof errors] ?? Error)(v.message as string);
          made.stack = v.stack as string;
          return made;
        }
        case 'Map': return new Map(v.v.map(([key, one]: [unknown, unknown]) => [back(key), back(one)]));
        case 'Set': return new Set(v.v.map(back));
        case 'object': return Object.fromEntries(v.v.map(([key, one]: [string, unknown]) => [key, back(one)]));
        default: {
          const view = views[v.$ as keyof typeof views] as Uint8ArrayConstructor | undefined;
          if (view === undefined) throw new Error(`BUG: the double's wire has no ${v.$}`);
          return new view(bytes(v.v));
        }
      }
    };
    return back(JSON.parse(new TextDecoder().decode(all.subarray(4, from))));
  }

  return { encode, decode };
}
