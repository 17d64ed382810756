// What two versions of a text differ in, entity by entity. Every line that the texts' difference takes out or puts in belongs to exactly one
// piece: the innermost entity it is in, or what is in none. The pieces together are the difference (difference.test.ts).
import { diffLines } from '../diff/diff.ts';
import type { Entities, Entity, EntityKind } from './model.ts';

export type EntityFate = 'added' | 'removed' | 'changed' | 'moved';

export interface EntityChange {
  /** null for what is in no entity */
  readonly name: string | null;
  readonly kind: EntityKind | null;
  /** names of what it is in, outermost first */
  readonly within: readonly string[];
  /** `moved`: the same text at another place; `changed`: what is left of it is told by the lines */
  readonly fate: EntityFate;
  /** what it was called, or was in, before: where that is other than now */
  readonly was: { readonly name: string; readonly within: readonly string[] } | null;
  /** where it stands in each text, lines from 0; null where it is not in it */
  readonly before: { readonly start: number; readonly end: number } | null;
  readonly after: { readonly start: number; readonly end: number } | null;
  /** lines that are taken out of the first text and put into the second, ascending: its own, without those of entities in it */
  readonly removed: readonly number[];
  readonly inserted: readonly number[];
}

export interface EntityDifference {
  readonly changes: readonly EntityChange[];
  /** flat [start, end, from, to]*, as diffLines gives it */
  readonly script: Int32Array;
}

/** Lines of one text in numbers that equal lines share with the other. */
function numbered(before: readonly string[], after: readonly string[]): readonly [Uint32Array, Uint32Array] {
  const ids = new Map<string, number>();
  const of = (lines: readonly string[]): Uint32Array => Uint32Array.from(lines, (line) => {
    let id = ids.get(line);
    if (id === undefined) ids.set(line, id = ids.size);
    return id;
  });
  return [of(before), of(after)];
}

interface Side { readonly lines: readonly string[]; readonly outline: readonly Entity[]; readonly innermost: Int32Array; readonly names: readonly string[] }

function sideOf(lines: readonly string[], path: string, entities: Entities): Side {
  const outline = entities.outline(lines, path), innermost = new Int32Array(lines.length).fill(-1), names: string[] = [], seen = new Map<string, number>();
  for (const [i, { name, kind, parent, start, end }] of outline.entries()) {
    innermost.fill(i, start, end);
    const own = `${parent < 0 ? '' : names[parent]!}\n${kind} ${name}`, before = seen.get(own) ?? 0;
    seen.set(own, before + 1);
    // two of one name in one place are told apart by their order
    names.push(before === 0 ? own : `${own} ${before + 1}`);
  }
  return { lines, outline, innermost, names };
}

function withinOf(outline: readonly Entity[], i: number): string[] {
  const out: string[] = [];
  for (let at = outline[i]!.parent; at >= 0; at = outline[at]!.parent) out.unshift(outline[at]!.name);
  return out;
}

/** What an entity says, whatever it is called and however deep it stands. */
const bodyOf = ({ lines }: Side, { name, start, end }: Entity): string => lines.slice(start, end).map((line) => line.trim()).join('\n').replaceAll(name, '');

/** Entities taken for another name or place must say at least this much, in characters. */
const TELLING = 40;

/** Lines without their terminators. */
export function entityDifference(before: readonly string[], after: readonly string[], path: string, entities: Entities): EntityDifference {
  const [x, y] = numbered(before, after), script = diffLines(x, y), a = sideOf(before, path, entities), b = sideOf(after, path, entities);
  const there = new Map(a.names.map((name, i) => [name, i])), partner = new Int32Array(b.outline.length).fill(-1), taken = new Set<number>();
  for (const [i, name] of b.names.entries()) {
    const at = there.get(name);
    if (at !== undefined) { partner[i] = at; taken.add(at); }
  }
  // what has no partner by name may have one by what it says
  const loose = new Map<string, number>();
  for (const [i, entity] of a.outline.entries()) {
    if (taken.has(i)) continue;
    const body = bodyOf(a, entity);
    if (body.length >= TELLING && !loose.has(`${entity.kind} ${body}`)) loose.set(`${entity.kind} ${body}`, i);
  }
  for (const [i, entity] of b.outline.entries()) {
    if (partner[i]! >= 0) continue;
    const key = `${entity.kind} ${bodyOf(b, entity)}`, at = loose.get(key);
    if (at === undefined) continue;
    partner[i] = at;
    taken.add(at);
    loose.delete(key);
  }
  const removed = new Map<number, number[]>(), inserted = new Map<number, number[]>();
  const put = (map: Map<number, number[]>, key: number, line: number): void => { const list = map.get(key); if (list === undefined) map.set(key, [line]); else list.push(line); };
  for (let i = 0; i < script.length; i += 4) {
    for (let line = script[i]!; line < script[i + 1]!; line++) put(removed, a.innermost[line]!, line);
    for (let line = script[i + 2]!; line < script[i + 3]!; line++) put(inserted, b.innermost[line]!, line);
  }
  const changes: EntityChange[] = [], none: readonly number[] = [], rangeOf = ({ start, end }: Entity) => ({ start, end });
  const change = (old: number, now: number): void => {
    const from = (old < 0 ? undefined : removed.get(old)) ?? none, to = (now < 0 ? undefined : inserted.get(now)) ?? none;
    const was = old < 0 ? null : a.outline[old]!, is = now < 0 ? null : b.outline[now]!;
    const within = is === null ? was === null ? [] : withinOf(a.outline, old) : withinOf(b.outline, now), withinBefore = was === null ? [] : withinOf(a.outline, old);
    const isElsewhere = was !== null && is !== null && (was.name !== is.name || withinBefore.join('\n') !== within.join('\n'));
    if (from.length === 0 && to.length === 0 && !isElsewhere) return;
    const isSame = was !== null && is !== null && bodyOf(a, was) === bodyOf(b, is);
    changes.push({
      name: is?.name ?? was?.name ?? null, kind: is?.kind ?? was?.kind ?? null, within,
      fate: was === null && is !== null ? 'added' : is === null && was !== null ? 'removed' : isSame ? 'moved' : 'changed',
      was: isElsewhere ? { name: was.name, within: withinBefore } : null,
      before: was && rangeOf(was), after: is && rangeOf(is), removed: from, inserted: to,
    });
  };
  for (const i of b.outline.keys()) change(partner[i]!, i);
  for (const i of a.outline.keys()) if (!taken.has(i)) change(i, -1);
  const rest = { removed: removed.get(-1) ?? none, inserted: inserted.get(-1) ?? none };
  if (rest.removed.length > 0 || rest.inserted.length > 0) {
    changes.push({ name: null, kind: null, within: [], fate: 'changed', was: null, before: null, after: null, ...rest });
  }
  const place = ({ after: to, before: from, inserted: into, removed: out }: EntityChange): number => to?.start ?? into[0] ?? from?.start ?? out[0] ?? 0;
  return { changes: changes.sort((p, q) => place(p) - place(q)), script };
}

/** What one entity was and is, to be shown as a small difference: its own lines, with a line for each stretch of others that is left out. */
export function excerpts(change: EntityChange, before: readonly string[], after: readonly string[], context = 3): { readonly before: string; readonly after: string } {
  const cut = (lines: readonly string[], range: { readonly start: number; readonly end: number } | null, own: readonly number[]): string => {
    if (range !== null) return lines.slice(range.start, range.end).join('\n');
    const shown: string[] = [];
    let last = -1;
    for (const line of own) {
      const from = Math.max(last + 1, line - context);
      if (last >= 0 && from > last + 1) shown.push('⋯');
      for (let at = from; at <= line; at++) shown.push(lines[at]!);
      last = line;
    }
    return shown.join('\n');
  };
  return { before: cut(before, change.before, change.removed), after: cut(after, change.after, change.inserted) };
}
