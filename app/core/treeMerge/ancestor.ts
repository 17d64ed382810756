// What two commits with several merge bases have in common: git merges the merge bases one into another, oldest first, over what
// those have in common in turn, and takes the tree that comes of it, conflicts and all, for the one base. Which merges these are is
// found in history (main/git/ancestors.ts); here they are made. Pure, over waves.ts.
import type { Oid, PathBytes } from '../bytes.ts';
import { type Changes, ancestors, between, followedBy } from '../changes.ts';
import type { Contents } from '../contents.ts';
import { type BaseTree, type Similarities, mergeTrees } from './merge.ts';

/** A tree (null: the empty one, where nothing is in common), or the merge of an older merge base, or of several, with one more. */
export type Ancestor = Oid | null | VirtualAncestor;

export interface VirtualAncestor {
  readonly over: Ancestor;
  readonly left: Ancestor;
  readonly right: Oid;
}

/** A tree that need not exist: what `changes` make of the tree `root`. */
export interface Overlaid { readonly root: Oid | null; readonly changes: Changes }

/** What is asked of trees that do exist; stops as waves.ts describes where they are lacking. */
export interface RealTrees {
  diff(a: Oid | null, b: Oid | null): Changes;
  isDirectory(root: Oid, path: PathBytes): boolean;
  filesUnder(root: Oid, directory: PathBytes): Iterable<PathBytes>;
}

const NOTHING: Changes = new Map();

/** Changed paths that are kept of ancestors made before. */
const HELD_PATHS = 500_000;

/** Makes virtual ancestors and keeps them: many branches cross the base in one place. */
export class Ancestors {
  readonly #trees: RealTrees;
  readonly #contents: Contents;
  readonly #similarities: Similarities;
  readonly #made = new Map<VirtualAncestor, Overlaid>();
  #held = 0;

  constructor(trees: RealTrees, contents: Contents, similarities: Similarities) {
    this.#trees = trees;
    this.#contents = contents;
    this.#similarities = similarities;
  }

  /** `depth`: how many merges of merge bases deep this one is; git's conflict markers grow with it. */
  tree(ancestor: Ancestor, depth = 1): Overlaid {
    if (ancestor === null || typeof ancestor === 'string') return { root: ancestor, changes: NOTHING };
    const known = this.#made.get(ancestor);
    if (known !== undefined) return known;
    if (depth === 1 && this.#held > HELD_PATHS) {
      this.#made.clear();
      this.#held = 0;
    }
    const { right } = ancestor;
    const left = this.tree(ancestor.left, depth), over = this.tree(ancestor.over, depth + 1);
    const toRight = this.changes(over, { root: right, changes: NOTHING });
    const merged = mergeTrees(this.#contents, this.baseTree(over), this.changes(over, left), toRight, this.#similarities, depth).changes;
    const made: Overlaid = { root: right, changes: between(toRight, merged) };
    this.#made.set(ancestor, made);
    this.#held += made.changes.size + 1;
    return made;
  }

  changes(from: Overlaid, to: Overlaid): Changes {
    return between(from.changes, followedBy(this.#trees.diff(from.root, to.root), to.changes));
  }

  baseTree(tree: Overlaid): BaseTree { return overlaidTree(this.#trees, tree); }
}

/** What a merge asks of such a tree where it is the base. */
export function overlaidTree(trees: Pick<RealTrees, 'isDirectory' | 'filesUnder'>, { root, changes }: Overlaid): BaseTree {
  const touched = new Set<PathBytes>(), filled = new Set<PathBytes>();
  for (const [path, { after }] of changes) for (const directory of ancestors(path)) {
    touched.add(directory);
    if (after !== null) filled.add(directory);
  }
  const kept = (directory: PathBytes): PathBytes[] => (root === null ? [] : [...trees.filesUnder(root, directory)].filter((path) => !changes.has(path)));
  const added = (directory: PathBytes): PathBytes[] => [...changes].filter(([path, { after }]) => after !== null && path.startsWith(`${directory}/`)).map(([path]) => path);
  return {
    isDirectory: (path) => filled.has(path) || (root !== null && trees.isDirectory(root, path) && (!touched.has(path) || kept(path).length > 0)),
    filesUnder: (directory) => (filled.has(directory) ? [...kept(directory), ...added(directory)] : kept(directory)),
  };
}
