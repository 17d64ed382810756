// The first part of a merge of trees: which paths need a decision, which files each side deleted and added, and for which of
// those renames could matter. Follows the rules of git's merge-ort (its "relevant" renames) in one walk over changed paths only.
import type { PathBytes } from '../bytes.ts';
import { type Changes, sameEntry } from '../changes.ts';
import type { Entry } from '../repository.ts';
import { inHashOrder } from './hashOrder.ts';

/** Index into the three versions; bits of a mask are 1 << version. */
export const BASE = 0, LEFT = 1, RIGHT = 2;
export type SideIndex = 1 | 2;
export const otherSide = (side: SideIndex): SideIndex => (side === LEFT ? RIGHT : LEFT);
const ALL = 7;

/** What the walk asks of the base tree beyond the changes; may stop as waves.ts describes. */
export interface BaseTree {
  isDirectory(path: PathBytes): boolean;
  /** all files below a directory of the base */
  filesUnder(directory: PathBytes): Iterable<PathBytes>;
}

/** One path that is not the same in all three trees. */
export interface Place {
  /** by version; null where there is no file */
  files: (Entry | null)[];
  /** by version: the path that the file had there */
  readonly names: PathBytes[];
  filemask: number;
  dirmask: number;
  /** versions that agree (3, 5 or 6), 0 where none do */
  match: number;
  /** a file in one version, a directory in another */
  directoryInWay: boolean;
  /** conflicts whatever its contents */
  torn: null | Torn;
  /** a renamed file met another at its new name: what they conflict in is called rename/add */
  collided: boolean;
  /** decided: `result` holds */
  done: boolean;
  result: Entry | null;
}
export type Torn = 'rename/delete' | 'rename/rename' | 'directory rename';

/** Why a deleted file's new name could matter: for its content, for where its directory went, or no more. */
export type Relevance = 'content' | 'location' | 'no more';
/** Why the new place of a directory that a side removed could matter. */
export type DirectoryRelevance = 'not' | 'ancestor' | 'self';

/** A file that a side deleted (only `before`) or added (only `after`); both where it was renamed. */
export interface Pair {
  readonly from: PathBytes;
  readonly to: PathBytes;
  readonly before: Entry | null;
  readonly after: Entry | null;
}

export interface SideFacts {
  readonly pairs: Pair[];
  readonly relevant: Map<PathBytes, Relevance>;
  readonly removed: Map<PathBytes, DirectoryRelevance>;
}

export interface Walked {
  readonly places: Map<PathBytes, Place>;
  /** files of directories that one side's version decides as a whole: nothing looks for renames among them */
  readonly taken: ReadonlyMap<PathBytes, Entry | null>;
  readonly sides: readonly [null, SideFacts, SideFacts];
}

interface Node {
  readonly path: PathBytes;
  readonly name: string;
  readonly children: Map<string, Node>;
  /** the side changes this path or one below */
  readonly touched: [boolean, boolean, boolean];
  /** the sides differ here or below */
  differ: boolean;
  files: [Entry | null, Entry | null, Entry | null];
  directories: [boolean, boolean, boolean];
}

const newNode = (path: PathBytes, name: string): Node =>
  ({ path, name, children: new Map(), touched: [false, false, false], differ: false, files: [null, null, null], directories: [false, false, false] });

/** All changed paths as a tree; a path that only one side changes is the base's on the other. */
function grow(left: Changes, right: Changes): Node {
  const root = newNode('' as PathBytes, '');
  const add = (path: PathBytes, base: Entry | null, l: Entry | null, r: Entry | null): void => {
    const differ = !sameEntry(l, r), inLeft = !sameEntry(base, l), inRight = !sameEntry(base, r);
    let node = root;
    for (let at = 0; ;) {
      if (differ) node.differ = true;
      if (inLeft) node.touched[LEFT] = true;
      if (inRight) node.touched[RIGHT] = true;
      if (at > path.length) break;
      const slash = path.indexOf('/', at);
      const end = slash < 0 ? path.length : slash;
      const name = path.slice(at, end);
      let child = node.children.get(name);
      if (child === undefined) { child = newNode(path.slice(0, end) as PathBytes, name); node.children.set(name, child); }
      node = child;
      at = end + 1;
    }
    node.files = [base, l, r];
  };
  for (const [path, c] of left) add(path, c.before, c.after, right.has(path) ? right.get(path)!.after : c.before);
  for (const [path, c] of right) if (!left.has(path)) add(path, c.before, c.before, c.after);
  return root;
}

/** Which versions have a directory here. Only where a side deleted all that is known below is the base asked. */
function findDirectories(node: Node, changes: readonly [null, Changes, Changes], base: BaseTree): void {
  if (node.children.size === 0) return;
  for (const child of node.children.values()) findDirectories(child, changes, base);
  const below = (version: number): boolean => [...node.children.values()].some((child) => child.files[version] !== null || child.directories[version]);
  const inBase = below(BASE) || (node.files[BASE] === null && base.isDirectory(node.path));
  node.directories[BASE] = inBase;
  for (const side of [LEFT, RIGHT] as const) {
    node.directories[side] = below(side) || (inBase && keepsSome(node.path, changes[side], base));
  }
}

function keepsSome(directory: PathBytes, changes: Changes, base: BaseTree): boolean {
  for (const path of base.filesUnder(directory)) if (!changes.has(path)) return true;
  return false;
}

/** git's order of a tree's entries: a directory sorts as if its name ended in a slash. */
function inOrder(children: ReadonlyMap<string, Node>): Node[] {
  const key = (node: Node): string => (node.directories.includes(true) ? `${node.name}/` : node.name);
  return [...children.values()].map((node) => ({ node, at: key(node) })).sort((x, y) => (x.at < y.at ? -1 : x.at > y.at ? 1 : 0)).map(({ node }) => node);
}

export function walk(left: Changes, right: Changes, base: BaseTree): Walked {
  const root = grow(left, right);
  findDirectories(root, [null, left, right], base);
  const sides = [null, { pairs: [], relevant: new Map(), removed: new Map() }, { pairs: [], relevant: new Map(), removed: new Map() }] as [null, SideFacts, SideFacts];
  const places = new Map<PathBytes, Place>();
  const taken = new Map<PathBytes, Entry | null>();
  /** sides on which a directory may still be taken over whole, without looking for renames in it */
  const mayDefer = [false, true, true];
  const deferred: [null, { node: Node; mask: number }[], { node: Node; mask: number }[]] = [null, [], []];

  const enter = (node: Node, mask: number): void => {
    const ordered = inOrder(node.children);
    // A directory gone on one side, to which the other adds a file: where it went matters for all that was in it.
    if (mask !== 0 && mask !== ALL && ordered.some((child) => filemaskOf(child) === mask)) mask = ALL;
    for (const child of ordered) visit(child, node.path, mask);
  };

  const visit = (node: Node, directory: PathBytes, mask: number): void => {
    const filemask = filemaskOf(node);
    const dirmask = dirmaskOf(node);
    const all = filemask | dirmask;
    const leftIsBase = (all & 3) === 3 && !node.touched[LEFT], rightIsBase = (all & 5) === 5 && !node.touched[RIGHT];
    const sidesAgree = (all & 6) === 6 && !node.differ;
    if (leftIsBase && rightIsBase) return;
    const match = leftIsBase ? 3 : rightIsBase ? 5 : sidesAgree ? 6 : 0;
    if (filemask === ALL && match !== 0) {
      places.set(node.path, placeOf(node, filemask, 0, match, leftIsBase ? node.files[RIGHT] : node.files[LEFT]));
      return;
    }
    // what a rename could matter for
    if (mask !== ALL && (dirmask === 3 || dirmask === 5)) mask = dirmask & ~1;
    if (dirmask === 1 || dirmask === 3 || dirmask === 5) {
      const relevance: DirectoryRelevance = mask === ALL ? 'ancestor' : 'not';
      if ((dirmask & 2) === 0) sides[LEFT].removed.set(node.path, relevance);
      if ((dirmask & 4) === 0) sides[RIGHT].removed.set(node.path, relevance);
    }
    if (mask === ALL && (filemask === 2 || filemask === 4)) sides[filemask === 4 ? LEFT : RIGHT].removed.set(directory, 'self');
    if (filemask !== 0 && filemask !== ALL) {
      for (const side of [LEFT, RIGHT] as const) {
        const here = (filemask & (1 << side)) !== 0;
        if ((filemask & 1) !== 0 && !here) {
          const content = (match & filemask) === 0;
          if (content || mask === ALL) sides[side].relevant.set(node.path, content ? 'content' : 'location');
          sides[side].pairs.push({ from: node.path, to: node.path, before: node.files[BASE], after: null });
        } else if ((filemask & 1) === 0 && here) {
          sides[side].pairs.push({ from: node.path, to: node.path, before: null, after: node.files[side] });
        }
      }
    }
    const place = placeOf(node, filemask, dirmask, match, undefined);
    places.set(node.path, place);
    if (dirmask === 0) return;
    let side = leftIsBase ? RIGHT : rightIsBase ? LEFT : BASE;
    if (filemask === 0 && (dirmask === 2 || dirmask === 4)) { place.match = ALL - dirmask; side = dirmask >> 1; }
    if (mask !== ALL && side !== BASE && mayDefer[side]) { deferred[side as SideIndex].push({ node, mask }); return; }
    place.match &= filemask;
    enter(node, mask);
  };

  const takeOver = (node: Node, side: SideIndex): void => {
    const place = places.get(node.path)!;
    place.match = 0;
    place.done = true;
    place.result = node.files[side];
    takeBelow(node, side);
  };
  const takeBelow = (node: Node, side: SideIndex): void => {
    for (const child of node.children.values()) {
      if (child.files.some((file) => file !== null)) taken.set(child.path, child.files[side]);
      takeBelow(child, side);
    }
  };

  enter(root, 0);
  for (const side of [LEFT, RIGHT] as const) {
    const waiting = new Map(deferred[side].map((one) => [one.node.path, one]));
    mayDefer[side] = sides[side].relevant.size === 0;
    for (const path of inHashOrder([...waiting.keys()])) {
      const { node, mask } = waiting.get(path)!;
      if (mayDefer[side]) { takeOver(node, side); continue; }
      places.get(node.path)!.match &= filemaskOf(node);
      enter(node, mask);
    }
  }
  return { places, taken, sides };
}

const filemaskOf = (node: Node): number => Number(node.files[0] !== null) | (Number(node.files[1] !== null) << 1) | (Number(node.files[2] !== null) << 2);
const dirmaskOf = (node: Node): number => Number(node.directories[0]) | (Number(node.directories[1]) << 1) | (Number(node.directories[2]) << 2);

/** `result` undefined: not decided yet. */
function placeOf(node: Node, filemask: number, dirmask: number, match: number, result: Entry | null | undefined): Place {
  return {
    files: [...node.files], names: [node.path, node.path, node.path], filemask, dirmask, match,
    directoryInWay: filemask !== 0 && dirmask !== 0, torn: null, collided: false, done: result !== undefined, result: result ?? null,
  };
}
