// Changes of paths between two trees, and the three-way merge of registers and contents that merge-ort makes of them
// (gitformat: merge-ort.c's process_entry and handle_content_merge describe the cases; own code). Renames are delete + add.
import type { Oid, PathBytes } from './bytes.ts';
import type { Contents } from './contents.ts';
import type { ConflictKind } from './model.ts';
import { type Entry, Mode } from './repository.ts';

export interface Change { readonly before: Entry | null; readonly after: Entry | null }
/** path → change; only paths whose entries differ */
export type Changes = ReadonlyMap<PathBytes, Change>;

export interface PathConflict {
  readonly path: PathBytes;
  readonly kind: ConflictKind;
  /** conflicting regions in lines of the base version, flat [start, end]*; empty for registers */
  readonly regions: Int32Array;
}

export const sameEntry = (a: Entry | null, b: Entry | null): boolean =>
  a === b || (a !== null && b !== null && a.mode === b.mode && a.oid === b.oid);

const FORMAT = 0o170000;
export const formatOf = (mode: number): number => mode & FORMAT;
export const isRegular = (e: Entry | null): boolean => e !== null && formatOf(e.mode) === 0o100000;

const NONE = new Int32Array(0);

export type Registers =
  | { readonly decided: Entry | null }
  | { readonly conflict: ConflictKind }
  /** modes agree on `mode`; contents must be merged (base null: against the empty file) */
  | { readonly contents: { readonly base: Oid | null; readonly a: Oid; readonly b: Oid; readonly mode: number } };

/** What three entries of one path decide without looking at contents. Both sides may be unchanged. */
export function mergeRegisters(base: Entry | null, a: Entry | null, b: Entry | null): Registers {
  if (sameEntry(a, b) || sameEntry(b, base)) return { decided: a };
  if (sameEntry(a, base)) return { decided: b };
  if (a === null || b === null) return { conflict: 'modify/delete' };
  if (formatOf(a.mode) !== formatOf(b.mode)) return { conflict: base === null ? 'add/add' : 'type' };
  if (a.mode !== b.mode && a.mode !== base?.mode && b.mode !== base?.mode) return { conflict: 'mode' };
  const mode = a.mode === b.mode || a.mode === base?.mode ? b.mode : a.mode;
  if (a.oid === b.oid) return { decided: { mode, oid: a.oid } };
  const sameFormat = base !== null && formatOf(base.mode) === formatOf(a.mode);
  if (base !== null && a.oid === base.oid) return { decided: { mode, oid: b.oid } };
  if (base !== null && b.oid === base.oid) return { decided: { mode, oid: a.oid } };
  if (formatOf(a.mode) === formatOf(Mode.symlink)) return { conflict: 'symlink' };
  if (formatOf(a.mode) === formatOf(Mode.submodule)) return { conflict: 'submodule' };
  return { contents: { base: sameFormat ? base.oid : null, a: a.oid, b: b.oid, mode } };
}

export type Merged = { readonly entry: Entry | null } | { readonly conflict: ConflictKind; readonly regions: Int32Array };

export function mergeEntries(contents: Contents, base: Entry | null, a: Entry | null, b: Entry | null): Merged {
  const r = mergeRegisters(base, a, b);
  if ('decided' in r) return { entry: r.decided };
  if ('conflict' in r) return { conflict: r.conflict, regions: NONE };
  const m = contents.merge(r.contents.base, r.contents.a, r.contents.b);
  if (m.kind === 'clean') return { entry: { mode: r.contents.mode, oid: m.oid } };
  if (m.kind === 'binary') return { conflict: 'binary', regions: NONE };
  return { conflict: base === null ? 'add/add' : 'content', regions: m.regions };
}

/** The files a side adds, and every directory above them: answers directory/file questions. */
export class Added {
  readonly files = new Set<PathBytes>();
  readonly directories = new Map<PathBytes, PathBytes>();
  constructor(changes: Changes) {
    for (const [path, c] of changes) {
      if (c.before !== null || c.after === null) continue;
      this.files.add(path);
      for (const dir of ancestors(path)) if (!this.directories.has(dir)) this.directories.set(dir, path);
    }
  }
  /** A path of this side that cannot stand beside a file at `path`, or null. */
  against(path: PathBytes): PathBytes | null {
    const under = this.directories.get(path);
    if (under !== undefined) return under;
    for (const dir of ancestors(path)) if (this.files.has(dir)) return dir;
    return null;
  }
}

export function* ancestors(path: PathBytes): Iterable<PathBytes> {
  for (let i = path.indexOf('/'); i >= 0; i = path.indexOf('/', i + 1)) yield path.slice(0, i) as PathBytes;
}

/** The shorter of two paths of which one is an ancestor of the other: where file and directory meet. */
export const meeting = (a: PathBytes, b: PathBytes): PathBytes => (a.length < b.length ? a : b);

/**
 * Merges `theirs` into a tree that is `ours` away from the same base. Result: changes from OUR tree to the merged tree.
 * `oursAdded` may be given where it is used again and again. Stops as `Contents` does where texts are lacking.
 */
export function mergeInto(contents: Contents, ours: Changes, theirs: Changes, oursAdded = new Added(ours)):
{ readonly changes: Map<PathBytes, Change>; readonly conflicts: PathConflict[] } {
  const wanted: (Oid | null)[] = [];
  for (const [path, { before, after }] of theirs) {
    const ourChange = ours.get(path);
    const r = ourChange === undefined ? null : mergeRegisters(before, ourChange.after, after);
    if (r === null || !('contents' in r)) continue;
    wanted.push(r.contents.base, r.contents.a, r.contents.b);
    contents.related(path, [r.contents.base, r.contents.a, r.contents.b]);
  }
  contents.needTexts(wanted);
  const changes = new Map<PathBytes, Change>();
  const conflicts: PathConflict[] = [];
  for (const [path, theirChange] of theirs) {
    const ourChange = ours.get(path);
    if (ourChange === undefined) {
      changes.set(path, theirChange);
      if (theirChange.before === null) {
        const other = oursAdded.against(path);
        if (other !== null) conflicts.push({ path: meeting(path, other), kind: 'directory/file', regions: NONE });
      }
      continue;
    }
    const merged = mergeEntries(contents, theirChange.before, ourChange.after, theirChange.after);
    if ('conflict' in merged) conflicts.push({ path, kind: merged.conflict, regions: merged.regions });
    else if (!sameEntry(ourChange.after, merged.entry)) changes.set(path, { before: ourChange.after, after: merged.entry });
  }
  return { changes, conflicts };
}

/** first: base → x; second: base → y. Result: x → y. */
export function between(first: Changes, second: Changes): Map<PathBytes, Change> {
  const out = new Map<PathBytes, Change>();
  for (const [path, c] of first) {
    const after = second.has(path) ? second.get(path)!.after : c.before;
    if (!sameEntry(c.after, after)) out.set(path, { before: c.after, after });
  }
  for (const [path, c] of second) if (!first.has(path)) out.set(path, c);
  return out;
}

/** base → x followed by x → y gives base → y; what cancels out vanishes. */
export function followedBy(first: Changes, second: Changes): Map<PathBytes, Change> {
  const out = new Map(first);
  for (const [path, c] of second) {
    const before = first.has(path) ? first.get(path)!.before : c.before;
    if (sameEntry(before, c.after)) out.delete(path); else out.set(path, { before, after: c.after });
  }
  return out;
}
