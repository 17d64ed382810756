// What changed between two replicas, packed (design.md §5, Processes and truth): whole tables that differ, nothing where none
// does. Applying it gives the newer replica byte for byte, so that its digest can be compared with the service's.
import { decode, encode } from '@msgpack/msgpack';
import { equalBytes } from './bytes.ts';

type Packed = Record<string, unknown>;
type Difference =
  | { readonly kind: 'same' }
  | { readonly kind: 'tables'; readonly tables: Packed; readonly rest: Packed }
  /** as large as the replica itself: fetch that */
  | { readonly kind: 'snapshot' };

/** As encodeTables packs: sorted keys. */
const pack = (value: unknown): Uint8Array => encode(value, { sortKeys: true });
const isMap = (value: unknown): value is Packed => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

export function difference(before: Uint8Array, after: Uint8Array): Uint8Array {
  if (before === after || equalBytes(before, after)) return pack({ kind: 'same' } satisfies Difference);
  const old = decode(before) as Packed, next = decode(after) as Packed;
  const { rest: oldRest, ...oldTables } = old, { rest: nextRest, ...nextTables } = next;
  const tables = changed(oldTables, nextTables);
  const rest = isMap(oldRest) && isMap(nextRest) ? changed(oldRest, nextRest) : null;
  if (tables !== null && rest !== null) {
    const packed = pack({ kind: 'tables', tables, rest } satisfies Difference);
    if (packed.length < after.length) return packed;
  }
  return pack({ kind: 'snapshot' } satisfies Difference);
}

/** The newer replica, or null where it must be fetched. */
export function applyDifference(before: Uint8Array, packed: Uint8Array): Uint8Array | null {
  const d = decode(packed) as Difference;
  if (d.kind === 'same') return before;
  if (d.kind === 'snapshot') return null;
  const old = decode(before) as Packed;
  return pack({ ...old, ...d.tables, rest: { ...old['rest'] as Packed, ...d.rest } });
}

/** Values of `next` that differ; null where `old` has keys that `next` lacks, which a replacement of values cannot say. */
function changed(old: Packed, next: Packed): Packed | null {
  if (Object.keys(old).some((key) => !Object.hasOwn(next, key))) return null;
  return Object.fromEntries(Object.entries(next).filter(([key, value]) => !Object.hasOwn(old, key) || !equalBytes(pack(old[key]), pack(value))));
}
