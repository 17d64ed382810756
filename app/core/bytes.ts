// Byte strings: paths, ref names and other git text as one JavaScript character per byte (0–255), so that invalid
// UTF-8 survives, equality is byte equality and `<` is git's byte order. Decoding to Unicode is for display only (law 9).

declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: { readonly [K in B]: true } };

/** A string whose every code unit is one byte (0–255). */
export type ByteString = Brand<string, 'ByteString'>;
/** Object id: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits. */
export type Oid = Brand<string, 'Oid'>;
/** ACU id: 64 lower-case hex digits, SHA-256 (design.md §2, Identity). */
export type AcuId = Brand<string, 'AcuId'>;
/** A repository path, bytes, '/'-separated, relative to the root. */
export type PathBytes = Brand<ByteString, 'PathBytes'>;
/** Bytes of a path: no system has files called so, and trees may. */
export const MOST_PATH = 2 << 20;

const CHUNK = 8192;

export function fromBytes<T extends ByteString = ByteString>(bytes: Uint8Array): T {
  let out = '';
  for (let i = 0; i < bytes.length; i += CHUNK) {
    out += String.fromCharCode.apply(null, bytes.subarray(i, i + CHUNK) as unknown as number[]);
  }
  return out as T;
}

export function toBytes(text: ByteString): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

const encoder = new TextEncoder();
const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const lenient = new TextDecoder();

/** Text of bytes that say they are UTF-8; what is not becomes U+FFFD. */
export function utf8(bytes: Uint8Array): string { return lenient.decode(bytes); }

export function fromUtf8<T extends ByteString = ByteString>(text: string): T {
  return fromBytes<T>(encoder.encode(text));
}

/** For display only: UTF-8 where valid; otherwise each byte outside ASCII is shown as `\xHH`. */
export function display(text: ByteString): string {
  let ascii = true;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) { ascii = false; break; }
  if (ascii) return text;
  try {
    return fatal.decode(toBytes(text));
  } catch {
    return text.replace(/[\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  }
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let n = 0;
  for (const p of parts) n += p.length;
  const out = new Uint8Array(n);
  let at = 0;
  for (const p of parts) { out.set(p, at); at += p.length; }
  return out;
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

export function toHex(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i++) out += HEX[bytes[i]!];
  return out;
}

export function fromHex(hex: string): Uint8Array {
  const out = new Uint8Array(hex.length >> 1);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return out;
}
