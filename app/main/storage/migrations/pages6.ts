// Pages of conflicts as format 6 had them, with their places: for its own migration and the next one.
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import type { Conflict, ConflictKind, Verdict } from '../../../core/model.ts';
import { pack, unpack } from '../../../core/segmentKey.ts';
import type { ConflictPage } from '../conflictPages.ts';

const PAGE = 4096;
/** Places of a, b, kind, verdict, path and detail in the page's strings, and inherited. */
const FIELDS = 7;

export function packPages6(conflicts: Iterable<Conflict>): ConflictPage[] {
  const pages: ConflictPage[] = [];
  let strings = new Map<string, number>(), numbers: number[] = [];
  const place = (text: string): number => {
    const n = strings.get(text) ?? strings.size;
    strings.set(text, n);
    return n;
  };
  const turn = (): void => {
    const bytes = new Uint8Array(4 * numbers.length), view = new DataView(bytes.buffer);
    numbers.forEach((value, i) => view.setUint32(4 * i, value, true));
    pages.push({ count: numbers.length / FIELDS, bytes: pack({ strings: [...strings.keys()], numbers: bytes }) });
    strings = new Map();
    numbers = [];
  };
  for (const { a, b, kind, verdict, path, detail, inherited } of conflicts) {
    numbers.push(place(a), place(b), place(kind), place(verdict), place(path), place(detail), inherited ? 1 : 0);
    if (numbers.length === PAGE * FIELDS) turn();
  }
  if (numbers.length > 0) turn();
  return pages;
}

export function unpackPage6({ count, bytes }: ConflictPage): Conflict[] {
  const { strings, numbers } = unpack(bytes) as { strings: string[]; numbers: Uint8Array };
  const view = new DataView(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return Array.from({ length: count }, (_, n): Conflict => {
    const number = (field: number): number => view.getUint32(4 * (n * FIELDS + field), true);
    const text = (field: number): string => strings[number(field)]!;
    return {
      a: text(0) as AcuId, b: text(1) as AcuId | 'base', kind: text(2) as ConflictKind, verdict: text(3) as Verdict,
      path: text(4) as PathBytes, detail: text(5), inherited: number(6) === 1,
    };
  });
}
