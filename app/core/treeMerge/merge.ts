// Merging two trees over a third as git's merge-ort does (design.md §2: carried, verdict): renames, directory renames, then each
// path by its three versions. Contents and modes are merged as changes.ts says. Own code to git's documented behaviour.
import type { Oid, PathBytes } from '../bytes.ts';
import { type Change, type Changes, type PathConflict, formatOf, sameEntry } from '../changes.ts';
import type { Contents } from '../contents.ts';
import type { ConflictKind } from '../model.ts';
import { type Entry, Mode } from '../repository.ts';
import { collectRenames, type Renamed } from './directories.ts';
import { Similarities, findRenames } from './renames.ts';
import { BASE, type BaseTree, type Place, type SideIndex, LEFT, RIGHT, otherSide, walk } from './walk.ts';

export type { BaseTree };
export { Similarities };

export interface MergedTrees {
  /** base → merged tree; at conflicting paths of no meaning */
  readonly changes: Map<PathBytes, Change>;
  readonly conflicts: PathConflict[];
}

const NONE = new Int32Array(0);

/**
 * `left` and `right`: base → each side. Pure; stops as waves.ts describes where something is lacking, and is then to be run again.
 */
export function mergeTrees(contents: Contents, base: BaseTree, left: Changes, right: Changes, similarities = new Similarities(contents)): MergedTrees {
  const { places, taken, sides } = walk(left, right, base);
  const merging = new Merging(contents, places);
  // one side with deleted files whose new names matter is enough to look at both
  if ([LEFT, RIGHT].some((s) => sides[s as SideIndex].pairs.length > 0 && sides[s as SideIndex].relevant.size > 0)) {
    const found = [null, findRenames(sides[LEFT], similarities), findRenames(sides[RIGHT], similarities)] as const;
    const { renames, conflicts } = collectRenames(places, found);
    for (const c of conflicts) merging.conflict(c.path, 'directory rename');
    merging.renames(renames);
  }
  merging.entries(taken);
  const changes = new Map<PathBytes, Change>();
  const was = (path: PathBytes): Entry | null => left.get(path)?.before ?? right.get(path)?.before ?? null;
  const put = (path: PathBytes, after: Entry | null): void => { if (!sameEntry(was(path), after)) changes.set(path, { before: was(path), after }); };
  for (const [path, after] of taken) put(path, after);
  for (const [path, place] of places) if (place.filemask !== 0 || place.done) put(path, place.result);
  // a path that went away with its place still has to go
  for (const side of [left, right]) for (const path of side.keys()) if (!places.has(path) && !taken.has(path)) put(path, null);
  return { changes, conflicts: merging.conflicts };
}

type ContentMerge = { readonly clean: true; readonly entry: Entry } | { readonly clean: false; readonly entry: Entry; readonly kind: ConflictKind; readonly regions: Int32Array };

class Merging {
  readonly conflicts: PathConflict[] = [];
  readonly #contents: Contents;
  readonly #places: Map<PathBytes, Place>;
  /** stand for contents with conflict markers in them: like no other content, and never read */
  readonly #torn = new Set<Oid>();

  constructor(contents: Contents, places: Map<PathBytes, Place>) { this.#contents = contents; this.#places = places; }

  conflict(path: PathBytes, kind: ConflictKind, regions: Int32Array = NONE): void { this.conflicts.push({ path, kind, regions }); }

  renames(renames: readonly Renamed[]): void {
    for (let i = 0; i < renames.length; i++) {
      const r = renames[i]!;
      const old = this.#places.get(r.from);
      if (old === undefined || old.done) continue;
      const next = renames[i + 1];
      if (next !== undefined && next.from === r.from) {
        i++;
        if (r.to === next.to) {
          // both renamed alike: an ordinary merge under the new name
          const place = this.#places.get(r.to)!;
          place.files[BASE] = old.files[BASE]!;
          place.filemask |= 1;
          place.names[BASE] = r.from;
          vanish(old);
        } else {
          old.torn = this.#places.get(r.to)!.torn = this.#places.get(next.to)!.torn = 'rename/rename';
        }
        continue;
      }
      this.#rename(r, old, this.#places.get(r.to)!);
    }
  }

  #rename(r: Renamed, old: Place, place: Place): void {
    const mine = r.side, other = otherSide(mine);
    const sourceDeleted = old.filemask === 1;
    let collision = (place.filemask & (1 << other)) !== 0;
    const typeChanged = !sourceDeleted && isRegularMode(old.files[other]) !== isRegularMode(place.files[mine]);
    if (typeChanged) collision = false;
    if (collision && !sourceDeleted) {
      // rename/add: the renamed file's merge stands against what is in its way
      const [l, e] = mine === LEFT ? [place.files[mine]!, old.files[other]!] : [old.files[other]!, place.files[mine]!];
      const merged = this.#content(old.files[BASE]!, l, e);
      place.files[mine] = merged.entry;
      place.collided = true;
    } else if (collision) {
      place.torn = 'rename/delete';
    } else {
      place.files[BASE] = old.files[BASE]!;
      place.filemask |= 1;
      place.names[BASE] = r.from;
      if (typeChanged) {
        old.files[BASE] = null;
        old.filemask &= 6;
      } else if (sourceDeleted) {
        place.torn = 'rename/delete';
      } else {
        place.files[other] = old.files[other]!;
        place.filemask |= 1 << other;
        place.names[other] = r.from;
      }
    }
    if (!typeChanged) vanish(old);
  }

  /** Every path, what is below a directory before the directory itself. */
  entries(taken: ReadonlyMap<PathBytes, Entry | null>): void {
    const ordered = [...this.#places.entries()].map(([path, place]) => ({ path, place, key: `${path}/` })).sort((x, y) => (x.key < y.key ? 1 : -1));
    /** directories below which something is left */
    const alive = new Set<string>();
    const keep = (path: string): void => { for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) alive.add(path.slice(0, at)); };
    for (const [path, entry] of taken) if (entry !== null) keep(path);
    for (const { path, place } of ordered) {
      if (!place.done) this.#entry(path, place, alive);
      if (place.result !== null) keep(path);
    }
  }

  #entry(path: PathBytes, place: Place, alive: ReadonlySet<string>): void {
    if (place.filemask === 0) return;
    let blocked = false;
    if (place.directoryInWay) {
      place.match &= ~place.dirmask;
      if (alive.has(path)) {
        if (place.filemask === 1) { place.result = null; return; }
        blocked = true;
      }
    }
    const [base, left, right] = place.files as [Entry | null, Entry | null, Entry | null];
    const isTorn = blocked || place.torn !== null;
    const tornKind: ConflictKind = place.torn ?? 'directory/file';
    if (place.match !== 0) {
      place.result = place.match === 6 ? left : place.match === 5 ? left : right;
      if (place.match !== 6 && place.result === null) return;
      // Both added the same file where one renamed another to. git keeps what `left` makes of it, conflict markers included, and
      // so answers differently when the sides change places: docs/decisions/0014.
      if (place.match === 6 && place.collided && !sameEntry(left, right)) this.conflict(path, 'rename/add');
      else if (isTorn) this.conflict(path, tornKind);
    } else if (place.filemask >= 6 && formatOf(left!.mode) !== formatOf(right!.mode)) {
      place.result = left;
      this.conflict(path, base === null ? 'add/add' : 'type');
    } else if (place.filemask >= 6) {
      const merged = this.#content(base, left!, right!);
      place.result = merged.entry;
      if (!merged.clean) this.conflict(path, place.torn ?? (place.collided ? 'rename/add' : merged.kind), merged.regions);
      else if (isTorn) this.conflict(path, tornKind);
    } else if (place.filemask === 3 || place.filemask === 5) {
      // what was changed is kept, and so stands in the way of a file
      place.result = left ?? right;
      this.conflict(path, place.torn ?? 'modify/delete');
    } else if (place.filemask === 1) {
      place.result = null;
      if (place.torn !== null) this.conflict(path, place.torn);
    } else {
      place.result = place.filemask === 2 ? left : right;
      if (isTorn) this.conflict(path, tornKind);
    }
  }

  /** Two versions of one kind over a base of any kind. Where they conflict, the entry is like no other. */
  #content(base: Entry | null, a: Entry, b: Entry): ContentMerge {
    const modeIsClean = a.mode === b.mode || a.mode === base?.mode || b.mode === base?.mode;
    const mode = a.mode === b.mode || a.mode === base?.mode ? b.mode : a.mode;
    const done = (oid: Oid): ContentMerge => (modeIsClean ? { clean: true, entry: { mode, oid } } : { clean: false, entry: { mode, oid }, kind: 'mode', regions: NONE });
    if (a.oid === b.oid || a.oid === base?.oid) return done(b.oid);
    if (b.oid === base?.oid) return done(a.oid);
    const torn = (kind: ConflictKind, regions: Int32Array = NONE): ContentMerge => {
      const oid = `${a.oid} ${b.oid}` as Oid;
      this.#torn.add(oid);
      return { clean: false, entry: { mode, oid }, kind, regions };
    };
    if (this.#torn.has(a.oid) || this.#torn.has(b.oid)) return torn('rename/add');
    if (formatOf(a.mode) === formatOf(Mode.symlink)) return torn('symlink');
    if (formatOf(a.mode) === formatOf(Mode.submodule)) return torn('submodule');
    const sameKind = base !== null && formatOf(base.mode) === formatOf(a.mode);
    const merged = this.#contents.merge(sameKind ? base.oid : null, a.oid, b.oid);
    if (merged.kind === 'clean') return done(merged.oid);
    if (merged.kind === 'binary') return torn('binary');
    return torn(base === null ? 'add/add' : 'content', merged.regions);
  }
}

const REGULAR = 0o100000;
const isRegularMode = (e: Entry | null | undefined): boolean => e != null && formatOf(e.mode) === REGULAR;

function vanish(place: Place): void {
  place.result = null;
  place.done = true;
}
