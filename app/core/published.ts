// What two published states differ in, so that an operation that moved one branch says that, and not a thousand others again. Base and
// grain are the same in both. Applying the change to the first gives the second.
import type { ByteString } from './bytes.ts';
import { bug } from './errors.ts';
import type { Published, SegmentKey } from './events.ts';
import type { Source } from './model.ts';

/** `at`: the places that those which came have in the new list, ascending. */
export interface PublishedChange {
  readonly segments: { readonly gone: readonly SegmentKey[]; readonly come: readonly SegmentKey[]; readonly at: readonly number[] };
  readonly sources: { readonly gone: readonly ByteString[]; readonly come: readonly Source[]; readonly at: readonly number[] };
  /** what else is not as it was */
  readonly rest: Partial<Pick<Published, 'globs' | 'skipped' | 'decided'>>;
}

/** Null where that says less than saying all of it. */
export function changeOf(before: Published, now: Published): PublishedChange | null {
  if (before.base !== now.base || before.baseTree !== now.baseTree || before.baseName !== now.baseName || before.grain !== now.grain) return null;
  if (before.patches !== undefined || now.patches !== undefined) return null;
  if (before.snapshots !== undefined || now.snapshots !== undefined) return null;
  const segments = listChange(before.segments, now.segments, (key) => key, sameKey), sources = listChange(before.sources, now.sources, (s) => s.ref, sameSource);
  if (segments === null || sources === null || 4 * (segments.gone.length + segments.come.length) > now.segments.length + 64) return null;
  return {
    segments, sources,
    rest: {
      ...before.globs.join('\0') !== now.globs.join('\0') && { globs: now.globs },
      ...!sameSkipped(before.skipped, now.skipped) && { skipped: now.skipped },
      ...before.decided !== now.decided && now.decided !== undefined && { decided: now.decided },
    },
  };
}

const sameSkipped = (a: Published['skipped'], b: Published['skipped']): boolean => a.length === b.length && a.every((s, i) => s.name === b[i]!.name && s.reason === b[i]!.reason);

const sameKey = (a: SegmentKey, b: SegmentKey): boolean => a === b;
const sameSource = (a: Source, b: Source): boolean => a === b
  || (a.ref === b.ref && a.oid === b.oid && a.name === b.name && a.segments.length === b.segments.length && a.segments.every((tip, i) => tip === b.segments[i]));

interface Change<T, K> { readonly gone: K[]; readonly come: T[]; readonly at: number[] }

/** What is the same stays; null where what stays does not stand in the same order. */
function listChange<T, K>(before: readonly T[], now: readonly T[], keyOf: (value: T) => K, same: (a: T, b: T) => boolean): Change<T, K> | null {
  return sideBySide(before, now, keyOf, same) ?? byKey(before, now, keyOf, same);
}

/** Going through both at once: few go or come at one place, and what is behind them tells which. Null where it does not. */
function sideBySide<T, K>(before: readonly T[], now: readonly T[], keyOf: (value: T) => K, same: (a: T, b: T) => boolean): Change<T, K> | null {
  const gone: T[] = [], come: T[] = [], at: number[] = [];
  let i = 0, j = 0;
  while (i < before.length && j < now.length) {
    if (same(before[i]!, now[j]!)) { i++; j++; continue; }
    let goes = -1, comes = 0;
    for (let both = 1; both <= NEAR && goes < 0; both++) {
      for (let n = 0; n <= both; n++) {
        if (i + n >= before.length || j + both - n >= now.length || !same(before[i + n]!, now[j + both - n]!)) continue;
        goes = n;
        comes = both - n;
        break;
      }
    }
    if (goes < 0) break;
    for (; goes > 0; goes--) gone.push(before[i++]!);
    for (; comes > 0; comes--) { at.push(j); come.push(now[j++]!); }
  }
  for (; i < before.length; i++) gone.push(before[i]!);
  for (; j < now.length; j++) { at.push(j); come.push(now[j]!); }
  // One that only moved is not told by this.
  if (gone.length > 0 && come.length > 0) {
    if (gone.length * come.length > FEW) return null;
    for (const old of gone) for (const fresh of come) if (same(old, fresh)) return null;
  }
  return { gone: gone.map(keyOf), come, at };
}

/** So many that go or come at one place are looked behind, and so many pairs compared one by one. */
const NEAR = 8, FEW = 1024;

function byKey<T, K>(before: readonly T[], now: readonly T[], keyOf: (value: T) => K, same: (a: T, b: T) => boolean): Change<T, K> | null {
  let head = 0, tail = 0;
  const least = Math.min(before.length, now.length);
  while (head < least && same(before[head]!, now[head]!)) head++;
  while (tail < least - head && same(before[before.length - 1 - tail]!, now[now.length - 1 - tail]!)) tail++;
  const old = before.slice(head, before.length - tail), fresh = now.slice(head, now.length - tail);
  const was = new Map(old.map((value) => [keyOf(value), value])), is = new Map(fresh.map((value) => [keyOf(value), value]));
  const isIn = (values: ReadonlyMap<K, T>, value: T): boolean => { const other = values.get(keyOf(value)); return other !== undefined && same(value, other); };
  const kept = old.filter((value) => isIn(is, value));
  const come: T[] = [], at: number[] = [];
  let next = 0;
  for (const [i, value] of fresh.entries()) {
    if (!isIn(was, value)) { come.push(value); at.push(head + i); } else if (keyOf(kept[next++]!) !== keyOf(value)) return null;
  }
  return { gone: old.filter((value) => !isIn(is, value)).map(keyOf), come, at };
}

export function applyChange(before: Published, { segments, sources, rest }: PublishedChange): Published {
  return { ...before, ...rest, segments: listAfter(before.segments, segments, (key) => key), sources: listAfter(before.sources, sources, (s) => s.ref) };
}

function listAfter<T, K>(before: readonly T[], { gone, come, at }: { readonly gone: readonly K[]; readonly come: readonly T[]; readonly at: readonly number[] }, keyOf: (value: T) => K): readonly T[] {
  if (gone.length === 0 && come.length === 0) return before;
  const out = before.slice();
  if (gone.length === 1) {
    const i = out.findIndex((value) => keyOf(value) === gone[0]);
    if (i >= 0) out.splice(i, 1);
  } else if (gone.length > 1) {
    const lost = new Set(gone);
    let to = 0;
    for (const value of out) if (!lost.has(keyOf(value))) out[to++] = value;
    out.length = to;
  }
  if (out.length !== before.length - gone.length) throw bug('a change takes away what is not published');
  if (come.length < 8) come.forEach((value, i) => out.splice(at[i]!, 0, value));
  else {
    const all: T[] = [];
    let next = 0;
    for (let from = 0; from < out.length || next < come.length;) if (next < come.length && at[next] === all.length) all.push(come[next++]!); else all.push(out[from++]!);
    return all;
  }
  return out;
}
