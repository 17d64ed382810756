// Merging two trees over a third as git's merge-ort does (design.md §2: carried, verdict): renames, directory renames, then each
// path by its three versions. Contents and modes are merged as changes.ts says. Own code to git's documented behaviour.
import { type ByteString, type Oid, type PathBytes, toBytes } from '../bytes.ts';
import { type Change, type Changes, type PathConflict, formatOf, sameEntry } from '../changes.ts';
import type { Contents } from '../contents.ts';
import { AcumenError } from '../errors.ts';
import { MARKER_SIZE, mergeMarked } from '../merge3.ts';
import type { ConflictKind } from '../model.ts';
import { type Entry, Mode } from '../repository.ts';
import { collectRenames, type Renamed } from './directories.ts';
import { Similarities, findRenames } from './renames.ts';
import { BASE, type BaseTree, type Place, type SideIndex, LEFT, RIGHT, otherSide, walk } from './walk.ts';

export type { BaseTree };
export { Similarities };

export interface MergedTrees {
  /** base → merged tree; at conflicting paths of no meaning, unless the merge is one of merge bases */
  readonly changes: Map<PathBytes, Change>;
  readonly conflicts: PathConflict[];
  /** the versions that were merged at a path, renames followed; null where it is in no place of the merge */
  versions(path: PathBytes): readonly (Entry | null)[] | null;
  /** followed renames of either side */
  readonly renamed: readonly Pick<Renamed, 'from' | 'to'>[];
}

const NONE = new Int32Array(0);

/**
 * `left` and `right`: base → each side. Pure; stops as waves.ts describes where something is lacking, and is then to be run again.
 * `depth`: 0 for a merge that somebody asked for; 1 for merging its merge bases, 2 for merging the merge bases of those, and so on.
 * Then conflicts are written into the tree as git does there: ancestor.ts.
 */
export function mergeTrees(contents: Contents, base: BaseTree, left: Changes, right: Changes, similarities = new Similarities(contents), depth = 0): MergedTrees {
  const { places, taken, sides } = walk(left, right, base);
  const isTaken = (path: PathBytes): boolean => taken.has(path);
  const merging = new Merging(contents, places, depth, isTaken);
  let unclearPaths: readonly PathBytes[] = [], renamed: readonly Renamed[] = [];
  // one side with deleted files whose new names matter is enough to look at both
  if ([LEFT, RIGHT].some((s) => sides[s as SideIndex].pairs.length > 0 && sides[s as SideIndex].relevant.size > 0)) {
    const found = [null, findRenames(sides[LEFT], similarities), findRenames(sides[RIGHT], similarities)] as const;
    const { renames, conflicts, unclear } = collectRenames(places, found, base, depth === 0, isTaken);
    for (const path of conflicts) merging.conflict(path, 'directory rename');
    unclearPaths = unclear;
    renamed = renames;
    merging.renames(renames);
  }
  merging.entries(taken);
  // git leaves nothing unmerged there, so they are where the conflict is only if there is no other
  if (merging.conflicts.length === 0) for (const path of unclearPaths) merging.conflict(path, 'directory rename');
  similarities.trim();
  const changes = new Map<PathBytes, Change>();
  const was = (path: PathBytes): Entry | null => left.get(path)?.before ?? right.get(path)?.before ?? null;
  const put = (path: PathBytes, after: Entry | null): void => { if (!sameEntry(was(path), after)) changes.set(path, { before: was(path), after }); };
  for (const [path, after] of taken) put(path, after);
  for (const [path, place] of places) if (place.filemask !== 0 || place.done) put(path, merging.aside.has(path) ? null : place.result);
  for (const [path, to] of merging.aside) put(to, places.get(path)!.result);
  // a path that went away with its place still has to go
  for (const side of [left, right]) for (const path of side.keys()) if (!places.has(path) && !taken.has(path)) put(path, null);
  return { changes, conflicts: merging.conflicts, versions: (path) => places.get(path)?.files ?? null, renamed };
}

/** `entry` is null only where merge bases are merged, and what they had in common had nothing of the kind. */
type ContentMerge = { readonly clean: true; readonly entry: Entry } | { readonly clean: false; readonly entry: Entry | null; readonly kind: ConflictKind; readonly regions: Int32Array };

/** What git calls the sides when it merges merge bases; shows in file names and conflict markers. */
const TEMPORARY = ['', 'Temporary merge branch 1', 'Temporary merge branch 2'] as const;

class Merging {
  readonly conflicts: PathConflict[] = [];
  readonly #contents: Contents;
  readonly #places: Map<PathBytes, Place>;
  /** stand for contents with conflict markers in them: like no other content, and never read */
  readonly #torn = new Set<Oid>();
  /** between merge bases: files that a directory is in the way of, and the names they get */
  readonly aside = new Map<PathBytes, PathBytes>();
  readonly #depth: number;
  readonly #isTaken: (path: PathBytes) => boolean;

  constructor(contents: Contents, places: Map<PathBytes, Place>, depth: number, isTaken: (path: PathBytes) => boolean) {
    this.#contents = contents;
    this.#places = places;
    this.#depth = depth;
    this.#isTaken = isTaken;
  }

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
          if (r.from === r.to) continue;
          // both renamed alike: an ordinary merge under the new name, and git forgets the old one
          const place = this.#places.get(r.to)!;
          place.files[BASE] = old.files[BASE]!;
          place.filemask |= 1;
          vanish(old);
        } else {
          const one = this.#places.get(r.to)!, two = this.#places.get(next.to)!;
          old.torn = one.torn = two.torn = 'rename/rename';
          if (this.#depth > 0) {
            const merged = this.#content(old.files[BASE]!, one.files[LEFT]!, two.files[RIGHT]!, [r.from, r.to, next.to], 1);
            one.files[LEFT] = two.files[RIGHT] = merged.entry;
          }
        }
        continue;
      }
      // Where a directory rename takes a file back to its old name there is nothing to follow, and git 2.39 loses it: docs/decisions/0014.
      if (r.from !== r.to) this.#rename(r, old, this.#places.get(r.to)!);
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
      const merged = this.#content(old.files[BASE]!, l, e, mine === LEFT ? [r.from, r.to, r.from] : [r.from, r.from, r.to], 1);
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
    this.#needTexts();
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
        if (this.#depth > 0) this.aside.set(path, this.#unusedName(path, (place.dirmask & (1 << LEFT)) !== 0 ? RIGHT : LEFT));
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
      place.result = this.#depth > 0 ? base : left;
      this.conflict(path, base === null ? 'add/add' : 'type');
    } else if (place.filemask >= 6) {
      const merged = this.#content(base, left!, right!, place.names, 0);
      place.result = merged.entry;
      if (!merged.clean) this.conflict(path, place.torn ?? (place.collided ? 'rename/add' : merged.kind), merged.regions);
      else if (isTorn) this.conflict(path, tornKind);
    } else if (place.filemask === 3 || place.filemask === 5) {
      // what was changed is kept, and so stands in the way of a file
      place.result = this.#depth > 0 ? base : (left ?? right);
      this.conflict(path, place.torn ?? 'modify/delete');
    } else if (place.filemask === 1) {
      place.result = null;
      if (place.torn !== null) this.conflict(path, place.torn);
    } else {
      place.result = place.filemask === 2 ? left : right;
      if (isTorn) this.conflict(path, tornKind);
    }
  }

  #unusedName(path: PathBytes, side: SideIndex): PathBytes {
    const wanted = `${path}~${TEMPORARY[side]}`;
    const names = new Set(this.aside.values());
    let name = wanted as PathBytes;
    for (let n = 0; this.#places.has(name) || this.#isTaken(name) || names.has(name); n++) name = `${wanted}_${n}` as PathBytes;
    return name;
  }

  /** Names every text that merging these places will take, so that they come in one wave. */
  #needTexts(): void {
    const wanted: Oid[] = [];
    for (const { done, match, filemask, files: [base, left, right] } of this.#places.values()) {
      if (done || match !== 0 || filemask < 6 || !isRegularMode(left) || !isRegularMode(right) || left!.oid === right!.oid) continue;
      if (base != null && (base.oid === left!.oid || base.oid === right!.oid)) continue;
      if (this.#torn.has(left!.oid) || this.#torn.has(right!.oid)) continue;
      wanted.push(left!.oid, right!.oid);
      if (isRegularMode(base)) wanted.push(base!.oid);
    }
    this.#contents.needTexts(wanted);
  }

  /**
   * Two versions of one kind over a base of any kind. Where they conflict, the entry is like no other; between merge bases it is what
   * git takes there. `names`: the path in each version; `nested`: 1 where the result is to be merged again under another name.
   */
  #content(base: Entry | null, a: Entry, b: Entry, names: readonly PathBytes[], nested: 0 | 1): ContentMerge {
    const modeIsClean = a.mode === b.mode || a.mode === base?.mode || b.mode === base?.mode;
    const mode = a.mode === b.mode || a.mode === base?.mode ? b.mode : a.mode;
    const done = (oid: Oid): ContentMerge => (modeIsClean ? { clean: true, entry: { mode, oid } } : { clean: false, entry: { mode, oid }, kind: 'mode', regions: NONE });
    if (a.oid === b.oid || a.oid === base?.oid) return done(b.oid);
    if (b.oid === base?.oid) return done(a.oid);
    const sameKind = base !== null && formatOf(base.mode) === formatOf(a.mode);
    if (this.#depth > 0) {
      if (formatOf(a.mode) === formatOf(Mode.symlink)) return { clean: false, entry: base, kind: 'symlink', regions: NONE };
      if (formatOf(a.mode) === formatOf(Mode.submodule)) return { clean: false, entry: sameKind ? { mode, oid: base.oid } : base, kind: 'submodule', regions: NONE };
      const { oid, regions } = this.#ancestral(sameKind ? base.oid : null, a.oid, b.oid, names, nested);
      return regions === null ? done(oid) : { clean: false, entry: { mode, oid }, kind: base === null ? 'add/add' : 'content', regions };
    }
    const torn = (kind: ConflictKind, regions: Int32Array = NONE): ContentMerge => {
      const oid = `${a.oid} ${b.oid}` as Oid;
      this.#torn.add(oid);
      return { clean: false, entry: { mode, oid }, kind, regions };
    };
    if (this.#torn.has(a.oid) || this.#torn.has(b.oid)) return torn('rename/add');
    if (formatOf(a.mode) === formatOf(Mode.symlink)) return torn('symlink');
    if (formatOf(a.mode) === formatOf(Mode.submodule)) return torn('submodule');
    const merged = this.#contents.merge(sameKind ? base.oid : null, a.oid, b.oid);
    if (merged.kind === 'clean') return done(merged.oid);
    if (merged.kind === 'binary') return torn('binary');
    return torn(base === null ? 'add/add' : 'content', merged.regions);
  }

  /** The content that stands for both where merge bases are merged: conflicts between markers, and of binaries their base's. */
  #ancestral(base: Oid | null, a: Oid, b: Oid, names: readonly PathBytes[], nested: 0 | 1): { oid: Oid; regions: Int32Array | null } {
    const contents = this.#contents;
    const merged = contents.merge(base, a, b);
    if (merged.kind === 'clean') return { oid: merged.oid, regions: null };
    if (merged.kind === 'binary') {
      const large = [base, a, b].find((oid) => oid !== null && contents.tooLarge.has(oid));
      if (large != null) throw new AcumenError('too-large', `Content ${large} is too large to be merged as one of several merge bases.`, 'Merge the base into the branch.', { oid: large });
      return { oid: base ?? contents.make(new Uint8Array(0), true), regions: null };
    }
    const renamed = names.some((name) => name !== names[BASE]);
    const label = (side: SideIndex): Uint8Array => toBytes((renamed ? `${TEMPORARY[side]}:${names[side]!}` : TEMPORARY[side]) as ByteString);
    const { bytes } = mergeMarked(contents.text(base)!, contents.text(a)!, contents.text(b)!, contents.interner, { a: label(LEFT), b: label(RIGHT) }, MARKER_SIZE + 2 * this.#depth + nested);
    return { oid: contents.make(bytes, true), regions: merged.regions };
  }
}

const REGULAR = 0o100000;
const isRegularMode = (e: Entry | null | undefined): boolean => e != null && formatOf(e.mode) === REGULAR;

function vanish(place: Place): void {
  place.result = null;
  place.done = true;
}
