// From the bytes of a file in a working tree to those `git add` stores: line ends and `$Id$` (gitattributes(5), Effects; git-config(1),
// core.autocrlf). What a program or another encoding would have to do is not done, and said.
import type { AttributeValue } from './attributes.ts';

export interface LineEnds { readonly autocrlf: 'true' | 'input' | 'false' }

export type Conversion =
  | { readonly kind: 'convert'; readonly lines: 'keep' | 'text' | 'guess'; readonly ident: boolean }
  | { readonly kind: 'not compared'; readonly reason: string };

const UTF8 = /^utf-?8$/i;

/** core.eol says what is written out, never what is stored: it is not asked. */
export function conversionOf(attributes: ReadonlyMap<string, AttributeValue | null>, { autocrlf }: LineEnds): Conversion {
  const filter = attributes.get('filter');
  if (typeof filter === 'string') return { kind: 'not compared', reason: `its content goes through the external filter '${filter}'` };
  const encoding = attributes.get('working-tree-encoding');
  if (typeof encoding === 'boolean' || (typeof encoding === 'string' && encoding !== '' && !UTF8.test(encoding))) {
    return { kind: 'not compared', reason: `its encoding in the working tree is ${typeof encoding === 'boolean' ? 'not named' : `'${encoding}'`}` };
  }
  return { kind: 'convert', lines: linesOf(attributes, autocrlf), ident: attributes.get('ident') === true };
}

function linesOf(attributes: ReadonlyMap<string, AttributeValue | null>, autocrlf: LineEnds['autocrlf']): 'keep' | 'text' | 'guess' {
  const says = (value: AttributeValue | null | undefined): 'keep' | 'text' | 'guess' | undefined =>
    (value === true || value === 'input' ? 'text' : value === false ? 'keep' : value === 'auto' ? 'guess' : undefined);
  // `crlf` is what `text` was called once.
  const said = says(attributes.get('text')) ?? says(attributes.get('crlf'));
  if (said !== undefined && said !== 'text') return said;
  const eol = attributes.get('eol');
  if (said === 'text' || eol === 'lf' || eol === 'crlf') return 'text';
  return autocrlf === 'false' ? 'keep' : 'guess';
}

interface Statistics { readonly crlf: number; readonly isBinary: boolean }

const CR = 13, LF = 10;

/** git's guess: a lone CR, a NUL, or more than one byte in 128 that nobody prints. */
function statistics(bytes: Uint8Array): Statistics {
  let crlf = 0, loneCr = 0, nul = 0, printable = 0, unprintable = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === CR) {
      if (bytes[i + 1] === LF) {
        crlf++;
        i++;
      } else {
        loneCr++;
      }
    } else if (byte === LF) {
      continue;
    } else if (byte === 0) {
      nul++;
    } else if (byte === 127 || (byte < 32 && byte !== 8 && byte !== 9 && byte !== 27 && byte !== 12)) {
      unprintable++;
    } else {
      printable++;
    }
  }
  // The end-of-file mark of old systems is no sign.
  if (bytes[bytes.length - 1] === 26) unprintable--;
  return { crlf, isBinary: loneCr > 0 || nul > 0 || Math.floor(printable / 128) < unprintable + nul };
}

/** Whether a content that is already stored keeps its CRs where line ends are guessed: git does not turn them over unasked. */
function keepsCrlf(stored: Uint8Array): boolean {
  if (!stored.includes(CR)) return false;
  const { crlf, isBinary } = statistics(stored);
  return !isBinary && crlf > 0;
}

/** Whether `stored` has a say: it is a read of an object, which most files do not need. */
export function asksStored(bytes: Uint8Array, conversion: Conversion & { readonly kind: 'convert' }): boolean {
  if (conversion.lines !== 'guess' || !bytes.includes(CR)) return false;
  const { crlf, isBinary } = statistics(bytes);
  return !isBinary && crlf > 0;
}

/** `stored`: what the index has at the path, null where nothing; asked for only where `asksStored`. */
export function converted(bytes: Uint8Array, conversion: Conversion & { readonly kind: 'convert' }, stored: Uint8Array | null): Uint8Array {
  const turns = conversion.lines === 'text' || (asksStored(bytes, conversion) && !(stored !== null && keepsCrlf(stored)));
  const lines = turns ? withoutCrlf(bytes) : bytes;
  return conversion.ident ? withoutIdent(lines) : lines;
}

function withoutCrlf(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(CR)) return bytes;
  const out = new Uint8Array(bytes.length);
  let n = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== CR || bytes[i + 1] !== LF) out[n++] = bytes[i]!;
  return n === bytes.length ? bytes : out.slice(0, n);
}

const DOLLAR = 0x24;

/** `$Id: anything on one line $` becomes `$Id$`. */
function withoutIdent(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let kept = 0, at = 0, length = 0;
  const keep = (to: number): void => { parts.push(bytes.subarray(kept, to)); length += to - kept; };
  for (;;) {
    const dollar = bytes.indexOf(DOLLAR, at);
    if (dollar < 0) break;
    at = dollar + 1;
    if (bytes[at] !== 0x49 || bytes[at + 1] !== 0x64 || bytes[at + 2] !== 0x3a) continue;
    const close = bytes.indexOf(DOLLAR, at + 3);
    if (close < 0) break;
    if (bytes.subarray(at + 3, close).includes(LF)) continue;
    keep(at + 2);
    kept = close;
    at = close + 1;
  }
  if (parts.length === 0) return bytes;
  keep(bytes.length);
  const out = new Uint8Array(length);
  let n = 0;
  for (const part of parts) {
    out.set(part, n);
    n += part.length;
  }
  return out;
}
