// The conflict graph packed: a quarter of a million edges cross to the writer, and lie in the store, as pages of numbers that
// point into the page's own list of strings, never as objects or rows.
import type { AcuId } from '../../core/bytes.ts';
import { bug } from '../../core/errors.ts';
import type { ConflictEdge, Verdict } from '../../core/model.ts';
import { pack, unpack } from '../../core/segmentKey.ts';

export interface ConflictPage { readonly count: number; readonly bytes: Uint8Array }
export interface PackedConflicts {
  /** the ACUs they are between, each once */
  readonly acus: readonly AcuId[];
  readonly pages: readonly ConflictPage[];
  /** packed ids of ACUs that have no conflicts any more but these; null: these are the whole graph */
  readonly gone: Uint8Array | null;
}

/** Conflicts per page: about a tenth of a megabyte. */
const PAGE = 4096;
/** Three numbers per conflict: places of a, b and verdict in `strings`. */
const FIELDS = 3;

export function packConflicts(conflicts: Iterable<ConflictEdge>, gone: readonly AcuId[] | null = null): PackedConflicts {
  const acus = new Set<AcuId>();
  const pages: ConflictPage[] = [];
  let strings: string[] = [];
  let places = new Map<string, number>();
  // most changes are a few dozen
  let numbers = new Uint32Array((gone === null ? PAGE : 64) * FIELDS);
  let at = 0;
  const place = (text: string): number => {
    let n = places.get(text);
    if (n === undefined) places.set(text, (n = strings.push(text) - 1));
    return n;
  };
  const turn = (): void => {
    pages.push({ count: at / FIELDS, bytes: pack({ strings, numbers: littleEndian(numbers.subarray(0, at)) }) });
    strings = [];
    places = new Map();
    at = 0;
  };
  for (const { a, b, verdict } of conflicts) {
    acus.add(a);
    if (b !== 'base') acus.add(b);
    numbers[at++] = place(a);
    numbers[at++] = place(b);
    numbers[at++] = place(verdict);
    if (at === PAGE * FIELDS) turn();
    else if (at === numbers.length) {
      const more = new Uint32Array(Math.min(PAGE * FIELDS, 2 * at));
      more.set(numbers);
      numbers = more;
    }
  }
  if (at > 0 || gone !== null && pages.length === 0) turn();
  // the others' sides are known: they were there before the change
  return { acus: gone === null ? [...acus] : [], pages, gone: gone === null ? null : pack(gone) };
}

export function unpackConflicts({ count, bytes }: ConflictPage): ConflictEdge[] {
  const { strings, numbers } = unpack(bytes) as { strings: string[]; numbers: Uint8Array };
  if (numbers.length !== 4 * count * FIELDS) throw bug('a page of conflicts has another length than it says', { count });
  const view = new DataView(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return Array.from({ length: count }, (_, n): ConflictEdge => {
    const number = (field: number): number => view.getUint32(4 * (n * FIELDS + field), true);
    const text = (field: number): string => {
      const found = strings[number(field)];
      if (found === undefined) throw bug('a page of conflicts points outside its strings', { count });
      return found;
    };
    return { a: text(0) as AcuId, b: text(1) as AcuId | 'base', verdict: text(2) as Verdict };
  });
}

const isLittle = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function littleEndian(numbers: Uint32Array): Uint8Array {
  if (isLittle) return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const out = new Uint8Array(numbers.byteLength);
  const view = new DataView(out.buffer);
  numbers.forEach((value, i) => view.setUint32(4 * i, value, true));
  return out;
}
