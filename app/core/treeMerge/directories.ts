// Directory renames: where most of a removed directory's files went, what the other side adds there is meant to follow. git's
// default only suggests it (merge.directoryRenames=conflict), so each application is a conflict; which ones apply is decided here.
import type { PathBytes } from '../bytes.ts';
import type { FoundRenames } from './renames.ts';
import { directoryOf } from './renames.ts';
import { type BaseTree, type Pair, type Place, type SideIndex, LEFT, RIGHT, otherSide } from './walk.ts';

type DirectoryRenames = ReadonlyMap<string, string>;

/** A file's rename by one side, or its following the other side's directory rename. */
export interface Renamed extends Pair { readonly side: SideIndex }

/** Per side the directories whose files mostly went to one place; those that both sides moved are left out. */
function directoryRenames(found: readonly [null, FoundRenames, FoundRenames], conflicts: PathBytes[]): [null, Map<string, string>, Map<string, string>] {
  const of = (side: SideIndex): Map<string, string> => {
    const out = new Map<string, string>();
    for (const [from, counts] of found[side].moved) {
      let most = 0, best: string | null = null, tied = false;
      for (const [to, count] of counts) {
        if (count === most) tied = true;
        else if (count > most) { most = count; best = to; tied = false; }
      }
      if (best === null) continue;
      if (tied) conflicts.push(from as PathBytes); // no place has most of them
      else out.set(from, best);
    }
    return out;
  };
  const left = of(LEFT), right = of(RIGHT);
  for (const from of [...left.keys()]) if (right.has(from)) { left.delete(from); right.delete(from); }
  return [null, left, right];
}

/** The nearest directory above a path that was renamed. */
function renamedAbove(path: string, renames: DirectoryRenames): string | null {
  for (let dir = directoryOf(path); dir !== ''; dir = directoryOf(dir)) if (renames.has(dir)) return dir;
  return null;
}

const moveTo = (path: string, from: string, to: string): PathBytes => (to === '' ? path.slice(from.length + 1) : to + path.slice(from.length)) as PathBytes;

interface Collision { readonly sources: Set<PathBytes>; reported: boolean }

/** Where the added and renamed files of each side would follow the other side's directory renames to. */
function collisionsOf(pairs: readonly Pair[], renames: DirectoryRenames): Map<string, Collision> {
  const out = new Map<string, Collision>();
  if (renames.size === 0) return out;
  for (const pair of pairs) {
    if (pair.after === null) continue;
    const dir = renamedAbove(pair.to, renames);
    if (dir === null) continue;
    const to = moveTo(pair.to, dir, renames.get(dir)!);
    const known = out.get(to);
    if (known) known.sources.add(pair.to); else out.set(to, { sources: new Set([pair.to]), reported: false });
  }
  return out;
}

export interface Collected {
  /** of both sides, ordered by source */
  readonly renames: Renamed[];
  /** targets that have gone on to another name: docs/decisions/0014 */
  readonly conflicts: PathBytes[];
  /** directories that went nobody knows where, and targets with something in the way: conflicts at which git leaves nothing unmerged */
  readonly unclear: PathBytes[];
}

/**
 * Files that follow a directory are moved in `places` and marked torn there. `follow` false: none does, as where git merges merge bases. `isTaken`: the
 * path is in a directory that one side's version decides as a whole; to git nothing is known of it, and nothing in the way.
 */
export function collectRenames(
  places: Map<PathBytes, Place>, found: readonly [null, FoundRenames, FoundRenames], base: BaseTree, follow: boolean, isTaken: (path: PathBytes) => boolean,
): Collected {
  const conflicts: PathBytes[] = [], unclear: PathBytes[] = [];
  const directories = follow ? directoryRenames(found, unclear) : [null, new Map<string, string>(), new Map<string, string>()] as const;
  const collisions = [null, collisionsOf(found[LEFT].pairs, directories[RIGHT]), collisionsOf(found[RIGHT].pairs, directories[LEFT])] as const;
  const renames: Renamed[] = [];

  /** Neither side touched it. A file at the root is not looked for: that would be to list the whole tree. */
  const standsInBase = (path: PathBytes): boolean => {
    if (base.isDirectory(path)) return true;
    const directory = directoryOf(path) as PathBytes;
    return directory !== '' && [...base.filesUnder(directory)].includes(path);
  };

  const destination = ({ from, to: path }: Pair, side: SideIndex): PathBytes | null => {
    const theirs = directories[otherSide(side)], ours = directories[side];
    if (theirs.size === 0 || collisions[otherSide(side)].has(path)) return null;
    const dir = renamedAbove(path, theirs);
    if (dir === null) return null;
    const to = theirs.get(dir)!;
    if (ours.has(to)) return null; // it would then be moved again
    const target = moveTo(path, dir, to);
    const collision = collisions[side].get(target)!;
    if (collision.reported) return null;
    const there = places.get(target);
    const inWay = there === undefined ? !isTaken(target) && standsInBase(target) : there.done || ((there.filemask | there.dirmask) & (1 << side)) !== 0;
    // a file of the base there may be on its way elsewhere, unless it is this one
    const goneOn = there !== undefined && (there.filemask & 1) !== 0 && from !== target;
    if (!inWay && !goneOn && collision.sources.size === 1) return target;
    collision.reported = true;
    (inWay || collision.sources.size > 1 ? unclear : conflicts).push(target);
    return null;
  };

  for (const side of [LEFT, RIGHT] as const) {
    for (const pair of found[side].pairs) {
      if (pair.after === null) continue;
      const to = destination(pair, side);
      if (pair.before === null && to === null) continue;
      if (to !== null) movePlace(places, pair.to, to);
      renames.push({ ...pair, to: to ?? pair.to, side });
    }
  }
  renames.sort((x, y) => (x.from < y.from ? -1 : x.from > y.from ? 1 : 0));
  return { renames, conflicts, unclear };
}

function movePlace(places: Map<PathBytes, Place>, from: PathBytes, to: PathBytes): void {
  let place = places.get(from)!;
  for (let dir = directoryOf(to) as PathBytes; dir !== '' && !places.has(dir); dir = directoryOf(dir) as PathBytes) {
    places.set(dir, { files: [null, null, null], names: [dir, dir, dir], filemask: 0, dirmask: place.filemask, match: 0, directoryInWay: false, torn: null, collided: false, done: false, result: null });
  }
  if (place.dirmask === 0) places.delete(from);
  else {
    // a directory of the base stays behind under the old name until all below it is decided
    const file = { ...place, files: [null, place.files[1]!, place.files[2]!], names: [...place.names], dirmask: 0, directoryInWay: false };
    place.filemask = 0;
    place.done = true;
    place.result = null;
    place.files = [null, null, null];
    place = file;
  }
  const there = places.get(to);
  if (there === undefined) places.set(to, place);
  else {
    const version = place.filemask >> 1;
    there.filemask |= place.filemask;
    if (there.dirmask !== 0) there.directoryInWay = true;
    there.names[version] = place.names[version]!;
    there.files[version] = place.files[version]!;
    place = there;
  }
  place.torn = 'directory rename';
}
