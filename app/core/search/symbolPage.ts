// The symbols of some ACUs, packed: names once, and which of them each ACU has. Little-endian, 32 bits: how many ACUs and how many places; where
// the list of each ACU begins; the places, each a name; then the names.
import { bug } from '../errors.ts';
import { END, type Lists, joined, listsOf, parted } from './columns.ts';

export interface SymbolPage { readonly names: readonly string[]; readonly of: Lists }

const isLittle = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

export function packSymbols(lists: readonly (readonly string[])[]): Uint8Array {
  const numbers = new Map<string, number>();
  const { first, all } = listsOf(lists.map((names) => names.map((name) => {
    const plain = name.replaceAll(END, '\ufffd');
    let n = numbers.get(plain);
    if (n === undefined) numbers.set(plain, (n = numbers.size));
    return n;
  })));
  const text = joined([...numbers.keys()]), head = 4 * (2 + first.length + all.length), out = new Uint8Array(head + text.length), view = new DataView(out.buffer);
  [lists.length, all.length, ...first, ...all].forEach((n, i) => view.setInt32(4 * i, n, true));
  out.set(text, head);
  return out;
}

export function unpackSymbols(bytes: Uint8Array): SymbolPage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const acus = bytes.length < 8 ? -1 : view.getInt32(0, true), places = acus < 0 ? -1 : view.getInt32(4, true), head = 4 * (3 + acus + places);
  if (acus < 0 || places < 0 || head > bytes.length) throw bug('a page of symbols that is cut off', { bytes: bytes.length });
  const number = (i: number): number => view.getInt32(4 * i, true);
  const read = (from: number, length: number): Int32Array => (isLittle ? new Int32Array(bytes.slice(4 * from, 4 * (from + length)).buffer) : Int32Array.from({ length }, (_, i) => number(from + i)));
  const names = parted(bytes.subarray(head)), of = { first: read(2, acus + 1), all: read(3 + acus, places) };
  if (of.first.some((at, i) => at < 0 || at > places || (i > 0 && at < of.first[i - 1]!)) || of.all.some((n) => n < 0 || n >= names.length)) throw bug('a page of symbols that points outside itself');
  return { names, of };
}
