// Two trees merged over what they have in common, with everything that merging leaves open as disputes: lines where texts conflict, and files
// that are one side's or the other's. What is merged is what the pair verdict merges (treeMerge), so there is a dispute where it finds a conflict.
// Stops as waves.ts describes where texts are lacking.
import type { Oid, PathBytes } from '../bytes.ts';
import { type Change, type Changes, type PathConflict, between, followedBy, isRegular, sameEntry } from '../changes.ts';
import type { Contents } from '../contents.ts';
import { bug } from '../errors.ts';
import type { Entry } from '../repository.ts';
import { type BaseTree, type MergedTrees, mergeTrees } from '../treeMerge/merge.ts';
import { type Piece, answerFor, decideLines, piecesOf, placesIn, takeLines } from './lines.ts';
import type { Answer, Decided, Dispute, FilesPlace, PathSides, Place } from './model.ts';

/** `common`, `ours`, `theirs`: base → each tree. `base`: the tree that `common` makes. */
export interface Sides { readonly base: BaseTree; readonly common: Changes; readonly ours: Changes; readonly theirs: Changes }

export interface Disputed {
  /** base → merged tree; of no meaning at paths in dispute */
  readonly changes: Changes;
  /** by path */
  readonly disputes: readonly Dispute[];
}

export function disputesOf(contents: Contents, { base, common, ours, theirs }: Sides): Disputed {
  const left = between(common, ours), right = between(common, theirs);
  const merged = mergeTrees(contents, base, left, right);
  const { groups, lines } = sorted(merged, left, right);
  const disputes: Dispute[] = groups.map((place) => ({ shape: 'files', path: place.paths[0]!.path, place }));
  const grouped = new Set(groups.flatMap(({ paths }) => paths.map(({ path }) => path)));
  for (const { path, kind } of lines) {
    if (grouped.has(path)) continue;
    const [was, a, b] = merged.versions(path) as [Entry | null, Entry, Entry];
    const mode = a.mode === b.mode || a.mode === was?.mode ? b.mode : a.mode;
    disputes.push({ shape: 'lines', path, kind, mode, texts: [isRegular(was) ? was!.oid : null, a.oid, b.oid] });
  }
  return { changes: followedBy(common, merged.changes), disputes: disputes.sort((x, y) => (x.path < y.path ? -1 : 1)) };
}

/** What the conflicts of a merge leave to be decided: whole files, those that hang together as one place; and texts. */
function sorted(merged: MergedTrees, left: Changes, right: Changes): { readonly groups: readonly FilesPlace[]; readonly lines: readonly PathConflict[] } {
  const lines: PathConflict[] = [], groups = new Map<PathBytes, { kind: PathConflict['kind']; paths: Set<PathBytes> }>();
  const single: FilesPlace[] = [];
  for (const conflict of merged.conflicts) {
    const { path, kind } = conflict, versions = merged.versions(path);
    const isOne = versions !== null && (kind === 'content' || kind === 'add/add' || kind === 'binary' || kind === 'symlink' || kind === 'submodule' || kind === 'mode' || kind === 'type' || kind === 'modify/delete');
    if (isOne && (kind === 'content' || kind === 'add/add') && isRegular(versions[1]!) && isRegular(versions[2]!)) lines.push(conflict);
    else if (isOne) single.push(filesPlace(kind, [{ path, base: versions[0]!, ours: versions[1]!, theirs: versions[2]! }]));
    else join(groups, kind, pathsOf(merged, left, right, conflict));
  }
  const side = (own: Changes, other: Changes, path: PathBytes): Entry | null => (own.get(path) ?? { after: other.get(path)?.before ?? null }).after;
  const many = [...new Set(groups.values())].map(({ kind, paths }) => filesPlace(kind, [...paths].sort().map((path): PathSides => ({
    path, base: left.get(path)?.before ?? right.get(path)?.before ?? null, ours: side(left, right, path), theirs: side(right, left, path),
  })).filter(({ base, ours, theirs }) => base !== null || ours !== null || theirs !== null)));
  const taken = new Set(many.flatMap(({ paths }) => paths.map(({ path }) => path)));
  return { groups: [...many, ...single.filter(({ paths }) => !taken.has(paths[0]!.path))], lines };
}

/** The path, what a rename ties to it, and where a file meets a directory all that is below. */
function pathsOf({ renamed }: MergedTrees, left: Changes, right: Changes, { path, kind }: PathConflict): Set<PathBytes> {
  const paths = new Set([path]);
  for (const { from, to } of renamed) if (from === path || to === path) { paths.add(from); paths.add(to); }
  if (kind === 'directory/file') for (const changes of [left, right]) for (const other of changes.keys()) if (other.startsWith(`${path}/`)) paths.add(other);
  return paths;
}

function join(groups: Map<PathBytes, { kind: PathConflict['kind']; paths: Set<PathBytes> }>, kind: PathConflict['kind'], paths: ReadonlySet<PathBytes>): void {
  const all = { kind, paths: new Set(paths) };
  for (const path of paths) {
    const other = groups.get(path);
    if (other === undefined) continue;
    all.kind = other.kind;
    for (const p of other.paths) all.paths.add(p);
  }
  for (const path of all.paths) groups.set(path, all);
}

function filesPlace(kind: PathConflict['kind'], paths: readonly PathSides[]): FilesPlace {
  const isOne = paths.length === 1;
  return {
    shape: 'files', kind, paths,
    bothStand: kind !== 'directory/file' && !isOne && paths.every(({ base, ours, theirs }) => sameEntry(ours, base) || sameEntry(theirs, base) || sameEntry(ours, theirs)),
    writable: isOne && (isRegular(paths[0]!.ours) || isRegular(paths[0]!.theirs)),
  };
}

/** A dispute with its places worked out: `pieces` of lines, null of files. */
export interface Opened { readonly dispute: Dispute; readonly pieces: readonly Piece[] | null; readonly places: readonly Place[] }

export function opened(contents: Contents, dispute: Dispute): Opened {
  if (dispute.shape === 'files') return { dispute, pieces: null, places: [dispute.place] };
  const { texts: [base, ours, theirs], kind } = dispute;
  contents.needTexts([base, ours, theirs]);
  const pieces = piecesOf(contents.interner, kind, base === null ? null : contents.text(base), lines(contents, ours), lines(contents, theirs));
  return { dispute, pieces, places: placesIn(pieces) };
}

function lines(contents: Contents, oid: Oid): Uint32Array {
  const text = contents.text(oid);
  if (text === null) throw bug('lines are in dispute where there are none');
  return text;
}

/** The tree that answers make: base → it. `answers`: of each dispute, one for each of its places. New contents are left in `contents.made`. */
export function decidedTree(contents: Contents, { changes }: Disputed, disputes: readonly (Opened & { readonly answers: readonly Answer[] })[], was: (path: PathBytes) => Entry | null): Changes {
  const tree = new Map<PathBytes, Change>(changes);
  const put = (path: PathBytes, after: Entry | null): void => {
    const before = changes.get(path)?.before ?? was(path);
    if (sameEntry(before, after)) tree.delete(path); else tree.set(path, { before, after });
  };
  for (const { dispute, pieces, answers } of disputes) {
    if (dispute.shape === 'lines') put(dispute.path, { mode: dispute.mode, oid: contents.make(decideLines(pieces!, answers)) });
    else for (const [path, entry] of decidedFiles(contents, dispute.place, answers[0]!)) put(path, entry);
  }
  return tree;
}

function decidedFiles(contents: Contents, place: FilesPlace, answer: Answer): (readonly [PathBytes, Entry | null])[] {
  if (answer.take === 'text') {
    const { path, ours, theirs } = place.paths[0]!;
    return [[path, { mode: (isRegular(ours) ? ours : theirs)!.mode, oid: contents.make(answer.text) }]];
  }
  return takeFiles(place, answer.take).map((entry, i) => [place.paths[i]!.path, entry] as const);
}

/** What an answer leaves at each path of a place. Of both, each path has what changed it. */
export function takeFiles({ paths }: FilesPlace, take: 'ours' | 'theirs' | 'both' | 'reversed'): (Entry | null)[] {
  return paths.map(({ base, ours, theirs }) => (take === 'ours' || (take !== 'theirs' && !sameEntry(ours, base)) ? ours : theirs));
}

/** Why an answer is none for a place, as the rest of a sentence; null where it is one. */
export function unfit(place: Place, answer: Answer): string | null {
  if (place.shape === 'lines') return null;
  if (answer.take === 'text') return place.writable ? null : 'is no text that can be written: take ours or theirs';
  return (answer.take === 'both' || answer.take === 'reversed') && !place.bothStand ? 'cannot have both: take ours or theirs' : null;
}

/** As it is recorded: what came of it, whichever side that was. */
export function decidedBy(place: Place, answer: Answer): Decided {
  if (place.shape === 'lines') return { text: takeLines(place, answer) };
  return answer.take === 'text' ? { text: answer.text } : { entries: takeFiles(place, answer.take) };
}

/** A recorded decision as an answer to a place of the same key; null where it is none for it. */
export function answerOf(place: Place, decided: Decided): Answer | null {
  if ('text' in decided) {
    if (place.shape === 'lines') return answerFor(place, decided.text);
    return place.writable ? { take: 'text', text: decided.text } : null;
  }
  if (place.shape === 'lines') return null;
  for (const take of ['ours', 'theirs', 'both'] as const) {
    if (unfit(place, { take }) !== null) continue;
    const made = takeFiles(place, take);
    if (made.length === decided.entries.length && made.every((entry, i) => sameEntry(entry, decided.entries[i]!))) return { take };
  }
  return null;
}
