// The conflict graph packed: a quarter of a million edges cross to the writer, and lie in the store, as pages of numbers that
// point into the page's own list of ACUs, never as objects or rows.
//   page   FORM, number of ACUs, each: its number in the store, or 0 and its id; then of each conflict: place of a, and place of b times four with
//          the verdict. Places count from 1; 0 is the base. Numbers are of seven bits to a byte, lowest first.
import type { AcuId } from '../../core/bytes.ts';
import { bug } from '../../core/errors.ts';
import type { ConflictEdge, Verdict } from '../../core/model.ts';
import { pack, unpack } from '../../core/segmentKey.ts';
import { Packing, Unpacking } from './packing.ts';
import type { IdOf, NumberOf } from './packing.ts';

/** `B`: bytes, or where they lie on their way (protocol.ts). */
export interface ConflictPage<B = Uint8Array> { readonly count: number; readonly bytes: B }
export interface PackedConflicts<B = Uint8Array> {
  /** the ACUs they are between, each once */
  readonly acus: readonly AcuId[];
  readonly pages: readonly ConflictPage<B>[];
  /** packed ids of ACUs that have no conflicts any more but these; null: these are the whole graph */
  readonly gone: B | null;
}

/** The first of a page's bytes; a page before format 11 begins as a map of two in MessagePack. */
const FORM = 2;
/** In this order for ever, and never more than four. */
const VERDICTS: readonly Verdict[] = ['blocking', 'resolvable', 'risk', 'partial'];
/** Conflicts per page: at most about a tenth of a megabyte. */
const PAGE = 4096;

/** Kept for the next page: its ACUs, its conflicts, and both together. */
const names = new Packing(1 << 12), edges = new Packing(1 << 12), page = new Packing(1 << 12), unnumbered: NumberOf = () => 0;

/** With `gone`, a change of the graph; `numberOf` answers the numbers of ACUs that are stored by now, and 0 for others. */
export function packConflicts(conflicts: Iterable<ConflictEdge>, gone: readonly AcuId[] | null = null, numberOf = unnumbered): PackedConflicts {
  const acus = new Set<AcuId>(), pages: ConflictPage[] = [];
  const places = new Map<string, number>();
  let count = 0;
  const place = (id: AcuId): number => {
    let n = places.get(id);
    if (n === undefined) {
      places.set(id, (n = places.size + 1));
      names.acu(id, numberOf);
      if (gone === null) acus.add(id);
    }
    return n;
  };
  const turn = (): void => {
    page.ensure(16);
    page.number(FORM);
    page.number(places.size);
    page.put(names.written);
    page.put(edges.written);
    pages.push({ count, bytes: page.take() });
    places.clear();
    names.cut(0);
    edges.cut(0);
    count = 0;
  };
  // whoever failed in the middle left something
  for (const one of [names, edges, page]) one.cut(0);
  for (const { a, b, verdict } of conflicts) {
    edges.ensure(16);
    edges.number(place(a));
    edges.number((b === 'base' ? 0 : place(b)) * VERDICTS.length + VERDICTS.indexOf(verdict));
    if (++count === PAGE) turn();
  }
  if (count > 0 || gone !== null && pages.length === 0) turn();
  // the others' sides are known: they were there before the change
  return { acus: [...acus], pages, gone: gone === null ? null : pack(gone) };
}

export function unpackConflicts({ count, bytes }: ConflictPage, idOf: IdOf): ConflictEdge[] {
  if (bytes[0] !== FORM) return unpackNamed({ count, bytes });
  const wrong = (why: string): Error => bug(`a page of conflicts ${why}`, { count });
  const read = new Unpacking(bytes, 1), length = read.number(), acus: AcuId[] = [];
  if (!(length <= bytes.length)) throw wrong('has another length than it says');
  for (let n = 0; n < length; n++) acus.push(read.acuBy(idOf));
  const acu = (place: number): AcuId => acus[place - 1] ?? raise(wrong('points outside its ACUs'));
  const found: ConflictEdge[] = [];
  for (let n = 0; n < count; n++) {
    const a = acu(read.number()), rest = read.number(), b = Math.floor(rest / VERDICTS.length);
    found.push({ a, b: b === 0 ? 'base' : acu(b), verdict: VERDICTS[rest % VERDICTS.length]! });
  }
  if (!read.isAtEnd) throw wrong('has another length than it says');
  return found;
}

/** Three numbers per conflict: places of a, b and verdict in `strings`. */
const FIELDS = 3;

/** As formats 7 to 10 wrote them. */
function unpackNamed({ count, bytes }: ConflictPage): ConflictEdge[] {
  const { strings, numbers } = unpack(bytes) as { strings: string[]; numbers: Uint8Array };
  if (numbers.length !== 4 * count * FIELDS) throw bug('a page of conflicts has another length than it says', { count });
  const view = new DataView(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return Array.from({ length: count }, (_, n): ConflictEdge => {
    const text = (field: number): string => strings[view.getUint32(4 * (n * FIELDS + field), true)] ?? raise(bug('a page of conflicts points outside its strings', { count }));
    return { a: text(0) as AcuId, b: text(1) as AcuId | 'base', verdict: text(2) as Verdict };
  });
}

function raise(error: Error): never { throw error; }
