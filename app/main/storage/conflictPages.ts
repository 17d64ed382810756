// The conflict graph packed: a quarter of a million edges cross to the writer, and lie in the store, as pages of numbers that
// point into the page's own list of ACUs, never as objects or rows.
//   page   FORM, number of ACUs, each: its number in the store, or 0 and its id; then of each conflict: place of a, and place of b times four with
//          the verdict. Places count from 1; 0 is the base. Numbers are of seven bits to a byte, lowest first.
import type { AcuId } from '../../core/bytes.ts';
import { EDGE, EdgeList, THE_BASE, VERDICTS } from '../../core/edgeList.ts';
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
/** Conflicts per page: at most about a tenth of a megabyte. */
const PAGE = 4096;

/** Kept for the next page: its ACUs, its conflicts, and both together. */
const names = new Packing(1 << 12), edges = new Packing(1 << 12), page = new Packing(1 << 12), unnumbered: NumberOf = () => 0;
/** By an ACU's number in an engine, its place in the page that is written, all 0 between two; and the numbers that have one. */
let placed = new Int32Array(1 << 10);
const placedNow: number[] = [];

/**
 * With `gone`, a change of the graph; `numberOf` answers the numbers of ACUs that are stored by now, and 0 for others. `numbersIn` keeps them by
 * an engine's own numbers, of its list of ids: they never change.
 */
export function packConflicts(conflicts: Iterable<ConflictEdge>, gone: readonly AcuId[] | null = null, numberOf = unnumbered, numbersIn = (_: readonly AcuId[]): number[] => []): PackedConflicts {
  // whoever failed in the middle left something
  for (const one of [names, edges, page]) one.cut(0);
  const acus = new Set<AcuId>(), pages = conflicts instanceof EdgeList && gone !== null ? packList(conflicts, numberOf, numbersIn(conflicts.ids)) : packEach(conflicts, gone === null ? acus : null, numberOf);
  if (gone !== null && pages.length === 0) pages.push(turned(0, 0));
  // the others' sides are known: they were there before the change
  return { acus: [...acus], pages, gone: gone === null ? null : pack(gone) };
}

/** The page of what was written of it: so many conflicts between so many ACUs. */
function turned(count: number, places: number): ConflictPage {
  page.ensure(16);
  page.number(FORM);
  page.number(places);
  page.put(names.written);
  page.put(edges.written);
  names.cut(0);
  edges.cut(0);
  return { count, bytes: page.take() };
}

/** `acus` takes those that they are between. */
function packEach(conflicts: Iterable<ConflictEdge>, acus: Set<AcuId> | null, numberOf: NumberOf): ConflictPage[] {
  const pages: ConflictPage[] = [], places = new Map<string, number>();
  let count = 0;
  const place = (id: AcuId): number => {
    let n = places.get(id);
    if (n === undefined) {
      places.set(id, (n = places.size + 1));
      names.acu(id, numberOf);
      acus?.add(id);
    }
    return n;
  };
  for (const { a, b, verdict } of conflicts) {
    edges.ensure(16);
    edges.number(place(a));
    edges.number((b === 'base' ? 0 : place(b)) * VERDICTS.length + VERDICTS.indexOf(verdict));
    if (++count < PAGE) continue;
    pages.push(turned(count, places.size));
    places.clear();
    count = 0;
  }
  if (count > 0) pages.push(turned(count, places.size));
  return pages;
}

/** The same pages of edges that are numbers already. */
function packList({ ids, numbers, length }: EdgeList, numberOf: NumberOf, known: number[]): ConflictPage[] {
  while (known.length < ids.length) known.push(0);
  if (placed.length < ids.length) placed = new Int32Array(2 * ids.length);
  const pages: ConflictPage[] = [];
  try {
    for (let from = 0; from < length; from += PAGE) {
      const end = Math.min(from + PAGE, length);
      for (let i = from; i < end; i++) {
        const b = numbers[EDGE * i + 1]!;
        edges.ensure(16);
        edges.number(placeOf(numbers[EDGE * i]!, ids, numberOf, known));
        edges.number((b === THE_BASE ? 0 : placeOf(b, ids, numberOf, known)) * VERDICTS.length + numbers[EDGE * i + 2]!);
      }
      pages.push(turned(end - from, placedNow.length));
      clearPlaces();
    }
  } finally {
    clearPlaces();
  }
  return pages;
}

function placeOf(acu: number, ids: readonly AcuId[], numberOf: NumberOf, known: number[]): number {
  const place = placed[acu]!;
  if (place !== 0) return place;
  if (known[acu] === 0) known[acu] = numberOf(ids[acu]!);
  names.ensure(48);
  names.number(known[acu]!);
  if (known[acu] === 0) names.hash(ids[acu]!);
  return placed[acu] = placedNow.push(acu);
}

function clearPlaces(): void {
  for (let i = 0; i < placedNow.length; i++) placed[placedNow[i]!] = 0;
  placedNow.length = 0;
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
