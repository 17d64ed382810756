// What the units of one step do to its paths: all of it one, or each atom its pieces.
import type { Atom } from '../atoms/model.ts';
import type { PathBytes } from '../bytes.ts';
import { type Change, type Changes, ancestors, isRegular } from '../changes.ts';
import type { Contents } from '../contents.ts';
import { bug } from '../errors.ts';
import type { Entry } from '../repository.ts';

/** What one unit of a step does to one path. */
export interface Part {
  readonly path: PathBytes;
  readonly base: Entry | null;
  readonly change: Change;
  /** which hunks of the change are its own; null: it writes the path as a whole */
  readonly hunks: readonly number[] | null;
  readonly mode: boolean;
}

/** What the base has at a path that a step changes. */
type BaseOf = (path: PathBytes) => Entry | null;

/** All that a step does, as one unit's. */
export function partsOf(contents: Contents, own: Changes, base: BaseOf): Part[] {
  return [...own.keys()].sort().map((path) => {
    const change = own.get(path)!, hunks = hunksIn(contents, change);
    return { path, base: base(path), change, hunks: hunks === null ? null : Array.from({ length: hunks }, (_, h) => h), mode: change.before?.mode !== change.after?.mode };
  });
}

/** How many hunks a change of a text has; null where it is one of registers. */
function hunksIn(contents: Contents, { before, after }: Change): number | null {
  if (!isRegular(before) || !isRegular(after)) return null;
  if (before!.oid === after!.oid) return 0;
  const script = contents.script(before!.oid, after!.oid);
  return script === null ? null : script.length / 4;
}

/** A step's parts by atom; null where one atom puts a file where another one's directory was, or the other way round. */
export function partsByAtom(contents: Contents, own: Changes, atoms: readonly Atom[], base: BaseOf): Part[][] | null {
  const owners = new Map<PathBytes, Map<number, number>>();
  for (const [k, { pieces }] of atoms.entries()) for (const { path, hunk } of pieces) {
    const of = owners.get(path);
    if (of === undefined) owners.set(path, new Map([[hunk, k]])); else of.set(hunk, k);
  }
  const out: Part[][] = atoms.map(() => []);
  const ownerOf = (path: PathBytes): number => { const of = owners.get(path)!; return of.get(-1) ?? of.get(0)!; };
  for (const path of [...own.keys()].sort()) {
    const change = own.get(path)!, of = owners.get(path), hunks = hunksIn(contents, change);
    if (of === undefined) throw bug('atoms leave out a path of their commit', { path });
    const setsMode = change.before?.mode !== change.after?.mode;
    if (hunks === null) { out[ownerOf(path)]!.push({ path, base: base(path), change, hunks: null, mode: setsMode }); continue; }
    const by = new Map<number, number[]>();
    for (let h = 0; h < hunks; h++) {
      const k = of.get(h) ?? of.get(-1);
      if (k === undefined) throw bug('atoms leave out a hunk of their commit', { path, hunk: h });
      const list = by.get(k);
      if (list === undefined) by.set(k, [h]); else list.push(h);
    }
    const modeBy = setsMode ? ownerOf(path) : -1;
    if (setsMode && !by.has(modeBy)) by.set(modeBy, []);
    for (const [k, list] of by) out[k]!.push({ path, base: base(path), change, hunks: list, mode: k === modeBy });
  }
  const added = [...own].filter(([, { before, after }]) => before === null && after !== null).map(([path]) => path);
  const ownerOfDirectory = new Map<PathBytes, Set<number>>();
  for (const [path, { after }] of own) if (after === null) for (const dir of ancestors(path)) {
    const set = ownerOfDirectory.get(dir);
    if (set === undefined) ownerOfDirectory.set(dir, new Set([ownerOf(path)])); else set.add(ownerOf(path));
  }
  for (const path of added) {
    const k = ownerOf(path);
    for (const other of ownerOfDirectory.get(path) ?? []) if (other !== k) return null;
    for (const dir of ancestors(path)) if (own.get(dir)?.after === null && ownerOf(dir) !== k) return null;
  }
  return out;
}
