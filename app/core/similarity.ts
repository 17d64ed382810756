// Which deleted and added files git might pair as a rename. git cuts contents into pieces (lines, or 64 bytes of a longer
// one), hashes them, and takes the share of the larger file that both have. Renames themselves are decided elsewhere:
// this only says where they cannot be ruled out.
import { isBinary } from './lines.ts';

/** git's scale: 60000 is identical. */
export const MAX_SIMILARITY = 60_000;
/** git's default threshold for a rename, 50 %. */
const RENAME_SIMILARITY = 30_000;

const PIECE = 64;
/** Pieces fall into this many classes (git's HASHBASE, a prime). */
const CLASSES = 107_927;
const LF = 10, CR = 13;

/** `profile`, with the last piece counted: for who keeps it. */
export interface RenameCandidate { readonly oid: string; readonly size: number; bytes(): Uint8Array; profile?(): Profile }

/** The pieces of a content: how many bytes fall into each class. `classes` has each class once. */
export interface Profile { readonly classes: Int32Array; readonly counts: Int32Array }

const bytesInClass = new Int32Array(CLASSES); // all zero between calls

export function profileOf(content: Uint8Array, countsLastPiece: boolean): Profile {
  const text = !isBinary(content);
  let classes = new Int32Array(64);
  let used = 0;
  let high = 0, low = 0, length = 0;
  const add = (): void => {
    const piece = (((high + Math.imul(low, 0x61)) | 0) >>> 0) % CLASSES;
    if (bytesInClass[piece] === 0) {
      if (used === classes.length) {
        const larger = new Int32Array(2 * used);
        larger.set(classes);
        classes = larger;
      }
      classes[used++] = piece;
    }
    bytesInClass[piece] = bytesInClass[piece]! + length;
    high = low = length = 0;
  };
  for (let i = 0; i < content.length; i++) {
    const byte = content[i]!;
    // CRLF counts as LF, so that a change of line ends is no change.
    if (text && byte === CR && content[i + 1] === LF) continue;
    const before = high;
    high = (((high << 7) ^ (low >>> 25)) + byte) | 0;
    low = (low << 7) ^ (before >>> 25);
    if (++length >= PIECE || byte === LF) add();
  }
  if (countsLastPiece && length > 0) add();
  classes = classes.slice(0, used);
  const counts = classes.map((piece) => bytesInClass[piece]!);
  for (const piece of classes) bytesInClass[piece] = 0;
  return { classes, counts };
}

/** Bytes of pieces that both contents have. */
export function commonBytes(from: Profile, to: Profile): number {
  from.classes.forEach((piece, i) => { bytesInClass[piece] = from.counts[i]!; });
  let common = 0;
  to.classes.forEach((piece, i) => { common += Math.min(bytesInClass[piece]!, to.counts[i]!); });
  for (const piece of from.classes) bytesInClass[piece] = 0;
  return common;
}

function scored(common: number, sizeA: number, sizeB: number): number {
  const larger = Math.max(sizeA, sizeB);
  return larger === 0 ? 0 : Math.trunc((common * MAX_SIMILARITY) / larger);
}

/**
 * git's estimate of how similar two different contents are, 0 to 60000. Up to git 2.43 a last piece that is shorter than 64
 * bytes and has no newline did not count; counting it can only raise the estimate.
 */
export function similarity(source: Uint8Array, target: Uint8Array, countsLastPiece = false): number {
  const from = profileOf(source, countsLastPiece), to = profileOf(target, countsLastPiece);
  return scored(commonBytes(from, to), source.length, target.length);
}

/** Sizes alone rule out a rename at 50 % if one file is more than twice the other; an empty file is never a rename in a merge. */
export function sizesMayRename(a: number, b: number): boolean {
  return a > 0 && b > 0 && 2 * Math.min(a, b) >= Math.max(a, b);
}

/**
 * Index pairs [deleted, added] that git at 50 % could call renames, whatever its version: equal contents first, then similar
 * ones. git picks at most one source for each target from these; none outside these is ever picked. For regular files;
 * others are renames only where mode and id are equal. Asks for contents only where sizes leave it open.
 */
export function mayRename(deleted: readonly RenameCandidate[], added: readonly RenameCandidate[]): [number, number][] {
  const exact: [number, number][] = [];
  const similar: [number, number][] = [];
  const byOid = new Map<string, number[]>();
  deleted.forEach(({ oid, size }, i) => {
    if (size === 0) return;
    const same = byOid.get(oid);
    if (same) same.push(i);
    else byOid.set(oid, [i]);
  });

  // For each class of pieces the deleted files that have it: one pass over a target's pieces then meets only those.
  const holders = new Map<number, { readonly file: number; readonly count: number }[]>();
  deleted.forEach((from, file) => {
    if (!added.some((to) => to.oid !== from.oid && sizesMayRename(from.size, to.size))) return;
    const { classes, counts } = from.profile?.() ?? profileOf(from.bytes(), true);
    classes.forEach((piece, i) => {
      const holder = { file, count: counts[i]! };
      const known = holders.get(piece);
      if (known) known.push(holder);
      else holders.set(piece, [holder]);
    });
  });

  const common = new Float64Array(deleted.length);
  added.forEach((to, j) => {
    for (const i of byOid.get(to.oid) ?? []) exact.push([i, j]);
    if (!deleted.some((from) => to.oid !== from.oid && sizesMayRename(from.size, to.size))) return;
    common.fill(0);
    const { classes, counts } = to.profile?.() ?? profileOf(to.bytes(), true);
    classes.forEach((piece, k) => {
      for (const { file, count } of holders.get(piece) ?? []) common[file] = common[file]! + Math.min(count, counts[k]!);
    });
    deleted.forEach((from, i) => {
      if (from.oid !== to.oid && scored(common[i]!, from.size, to.size) >= RENAME_SIMILARITY) similar.push([i, j]);
    });
  });
  return [...exact, ...similar];
}
