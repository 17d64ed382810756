// Which ACU brought which line and which path, down a stack of segments: what an ACU requires and, in its id, what its
// anchors stand on (design.md §2, Requires and Identity). Segments are told lower ones first.
import type { AcuId, Oid, PathBytes } from './bytes.ts';
import type { Contents } from './contents.ts';
import { type IdentityEdit, type IdentityHunk, acuId, placeOrdinals } from './identity.ts';
import type { Edit } from './model.ts';
import { type Entry, Mode } from './repository.ts';

interface Told { readonly acu: AcuId | null; readonly closure: ReadonlySet<number>; readonly edits: ReadonlyMap<PathBytes, Edit> }

/** Per line of a version the ACU that brought it; null for the base's lines. */
type Owners = readonly (AcuId | null)[];

export class Attribution {
  readonly #contents: Contents;
  readonly #told = new Map<number, Told>();
  readonly #owners = new Map<string, Owners>();

  constructor(contents: Contents) { this.#contents = contents; }

  add(segment: number, acu: AcuId | null, edits: readonly Edit[], closure: ReadonlySet<number>): void {
    this.#told.set(segment, { acu, closure, edits: new Map(edits.map((e) => [e.path, e])) });
  }

  /** The id of a segment's edits and the ACUs they stand on; tells the segment too. `closure` includes the segment. Stops as `Contents` does. */
  identify(segment: number, edits: readonly Edit[], closure: ReadonlySet<number>): { id: AcuId | null; needs: AcuId[] } {
    const needs = new Set<AcuId>();
    const identity: IdentityEdit[] = [];
    for (const e of edits) {
      const writers = this.#writers(closure, segment, e.path);
      const hunks = e.hunks === null || e.kind === 'type' ? null : this.#hunks(e, writers, needs);
      // without lines the edit stands on whoever last wrote the path; with lines, on whoever brought the path itself
      for (const w of writers) {
        const theirs = this.#told.get(w)!;
        if (theirs.acu !== null && (hunks === null || theirs.edits.get(e.path)!.before === null)) needs.add(theirs.acu);
      }
      identity.push({
        kind: e.kind, oldPath: e.before === null ? null : e.path, newPath: e.after === null ? null : e.path,
        oldMode: e.before?.mode ?? null, newMode: e.after?.mode ?? null,
        oldContent: hunks === null ? e.before?.oid ?? null : null, newContent: hunks === null ? e.after?.oid ?? null : null, hunks,
      });
    }
    const id = edits.length === 0 ? null : acuId(identity, (bytes) => this.#contents.digest(bytes));
    this.add(segment, id, edits, closure);
    return { id, needs: [...needs].sort() };
  }

  /** Lower segments whose own edits touch the path. */
  #writers(closure: ReadonlySet<number>, self: number, path: PathBytes): number[] {
    return [...closure].filter((s) => s !== self && this.#told.get(s)?.edits.has(path));
  }

  #hunks(e: Edit, writers: readonly number[], needs: Set<AcuId>): IdentityHunk[] {
    const pre = this.#contents.text(e.before?.oid ?? null) ?? new Uint32Array(0);
    const owners = writers.length === 0 ? null : this.#ownersOf(writers, e.before?.oid ?? null, e.path, pre);
    const line = (i: number): Uint8Array | null => (i < 0 || i >= pre.length ? null : this.#contents.interner.bytesOf(pre[i]!));
    const ordinals = placeOrdinals(pre, e.hunks!);
    return e.hunks!.map((h, n) => {
      const anchors = new Set<AcuId>();
      for (let i = Math.max(0, h.start - 1); i <= Math.min(h.end, pre.length - 1); i++) {
        const owner = owners?.[i];
        if (owner) { anchors.add(owner); needs.add(owner); }
      }
      return { before: line(h.start - 1), removed: h.removed, inserted: h.inserted, after: line(h.end), ordinal: ordinals[n]!, anchors: [...anchors] };
    });
  }

  /** Owners of a version that `writers` and nobody else made: through the version of each top writer, first found wins. */
  #ownersOf(writers: readonly number[], oid: Oid | null, path: PathBytes, lines: Uint32Array): Owners {
    const tops = writers.filter((s) => !writers.some((o) => o !== s && this.#told.get(o)!.closure.has(s)));
    const out: (AcuId | null)[] = new Array<AcuId | null>(lines.length).fill(null);
    for (const s of tops) {
      const version = contentOf(this.#told.get(s)!.edits.get(path)!.after);
      const theirs = this.#ownersAt(s, path);
      const script = this.#contents.script(version, oid);
      if (!script) continue;
      forEachKept(script, theirs.length, (from, to) => { out[to] ??= theirs[from] ?? null; });
    }
    return out;
  }

  #ownersAt(segment: number, path: PathBytes): Owners {
    const key = `${segment} ${path}`;
    let owners = this.#owners.get(key);
    if (!owners) { owners = this.#computeOwners(segment, path); this.#owners.set(key, owners); }
    return owners;
  }

  #computeOwners(segment: number, path: PathBytes): Owners {
    const told = this.#told.get(segment)!;
    const e = told.edits.get(path)!;
    const before = contentOf(e.before), after = contentOf(e.after);
    const post = this.#contents.text(after) ?? new Uint32Array(0);
    const pre = this.#contents.text(before) ?? new Uint32Array(0);
    const writers = this.#writers(told.closure, segment, path);
    const below = writers.length === 0 ? null : this.#ownersOf(writers, before, path, pre);
    const out: (AcuId | null)[] = new Array<AcuId | null>(post.length).fill(told.acu);
    const script = this.#contents.script(before, after);
    if (script) forEachKept(script, pre.length, (from, to) => { out[to] = below?.[from] ?? null; });
    return out;
  }
}

/** A submodule's commit has no lines, and is not here to be read. */
const contentOf = (entry: Entry | null): Oid | null => (entry === null || entry.mode === Mode.submodule ? null : entry.oid);

/** Visits the lines a script [aStart, aEnd, bStart, bEnd]* keeps: line `from` of a is line `to` of b. */
function forEachKept(script: Int32Array, length: number, visit: (from: number, to: number) => void): void {
  let from = 0, to = 0;
  for (let i = 0; i < script.length; i += 4) {
    for (; from < script[i]!; from++, to++) visit(from, to);
    from = script[i + 1]!;
    to = script[i + 3]!;
  }
  for (; from < length; from++, to++) visit(from, to);
}
