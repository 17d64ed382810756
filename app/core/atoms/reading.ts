// What can be read of each piece of a commit: the lines it takes out and puts in, their names, what they define, import and
// substitute, and the blocks around it by indentation. Read once for all kinds of ties.
import type { PathBytes } from '../bytes.ts';
import type { EditKind } from '../model.ts';
import type { Commit, Piece } from './model.ts';
import { definedBy, importedBy, isImport } from './definitions.ts';
import { type Place, placeOf } from './paths.ts';
import { indentOf, isName, namesOf, shapeOf, tokensOf } from './words.ts';

/** Lines of one piece that are read; a longer one is a file put in or taken out whole, whose beginning tells enough. */
const MOST_LINES = 1000;
/** Of all pieces together; those behind are tied by their paths alone. */
const MOST_READ = 100_000;
/** Blocks within blocks that are looked at, from within. */
const DEPTH_READ = 20;
/** Characters of whole texts in which names are counted, over all files; what lies behind counts as not there. */
const MOST_COUNTED = 4 << 20;

type Lines = readonly string[];

export interface Reading {
  readonly piece: Piece;
  readonly kind: EditKind;
  readonly place: Place;
  readonly removed: Lines;
  readonly inserted: Lines;
  /** line of the text after (before, where there is none after) at which it is, from 0, and one past its last */
  readonly start: number;
  readonly end: number;
  /** a file as a whole, or part of a file that stays */
  readonly whole: 'add' | 'delete' | 'other' | null;
  /** names on its lines that may mean something, and how often more they are put in than taken out; 0: as often */
  readonly names: ReadonlyMap<string, number>;
  /** defined by what it puts in and not by what it takes out; the other way round */
  readonly defined: ReadonlySet<string>;
  readonly undefined: ReadonlySet<string>;
  /** defined by both */
  readonly redefined: ReadonlySet<string>;
  /** the same of imports; all of its lines are imports */
  readonly imported: ReadonlySet<string>;
  readonly unimported: ReadonlySet<string>;
  readonly isImport: boolean;
  /** blocks around it, innermost first: their first lines, in the text it is in */
  readonly blocks: readonly number[];
  /** names that the blocks around it define, innermost first */
  readonly within: readonly string[];
  /** 'a → b' for each line of which only that became something else; empty where its lines do not pair */
  readonly substitutions: ReadonlySet<string>;
  /** `substitutions` tell all of it */
  readonly isSubstitution: boolean;
  /** only blanks differ */
  readonly isBlank: boolean;
}

/** A text's lines by indentation. */
export interface Blocks {
  /** the line that each is under, -1 at the margin; of a blank one that of the line above */
  readonly parent: Int32Array;
  /** one past the last line under each */
  readonly end: Int32Array;
  readonly indent: Int32Array;
  /** the last line up to each that is not blank; -1 */
  readonly last: Int32Array;
}

/** How many lines of all texts, before and after, have each name of the pieces; `before`, `after`: in the texts alone. */
export interface Count { lines: number; isBefore: boolean; isAfter: boolean; pieces: number }

export interface Readings {
  readonly all: readonly Reading[];
  readonly counts: ReadonlyMap<string, Count>;
  /** blocks of the text that pieces of a path are in */
  readonly blocks: ReadonlyMap<PathBytes, Blocks>;
  /** names in the title; and all its words, in lower case */
  readonly title: ReadonlySet<string>;
  readonly titleWords: ReadonlySet<string>;
  /** words that begin the title or what it says behind a colon */
  readonly opening: ReadonlySet<string>;
}

/** Ties of one commit ask one after the other: the pieces they are given are the key. */
const known = new WeakMap<readonly Piece[], Readings>();

export function readingsOf(commit: Commit, pieces: readonly Piece[]): Readings {
  let readings = known.get(pieces);
  if (readings === undefined) known.set(pieces, readings = read(commit, pieces));
  return readings;
}

/** Changes of registers, and files that come or go, are not cut; a mode that changes with the lines keeps the file whole. */
export function piecesOf(commit: Commit): Piece[] {
  const out: Piece[] = [];
  for (const { edit, before, after } of commit.edits) {
    const isCut = edit.kind === 'modify' && before !== null && after !== null && edit.hunks !== null && edit.hunks.length > 0 && edit.before?.mode === edit.after?.mode;
    if (isCut) for (let hunk = 0; hunk < edit.hunks!.length; hunk++) out.push({ path: edit.path, hunk });
    else out.push({ path: edit.path, hunk: -1 });
  }
  return out;
}

function read(commit: Commit, pieces: readonly Piece[]): Readings {
  const edits = new Map(commit.edits.map((one) => [one.edit.path, one])), blocks = new Map<PathBytes, Blocks>(), all: Reading[] = [];
  const lineShift = new Map<PathBytes, Int32Array>();
  let left = MOST_READ;
  for (const piece of pieces) {
    const { edit, before, after } = edits.get(piece.path)!, place = placeOf(piece.path);
    let removed: Lines = [], inserted: Lines = [], start = 0;
    const most = Math.min(MOST_LINES, left);
    if (piece.hunk < 0) {
      removed = before?.slice(0, most) ?? [];
      inserted = after?.slice(0, most) ?? [];
    } else if (before !== null && after !== null) {
      const hunk = edit.hunks![piece.hunk]!;
      let starts = lineShift.get(piece.path);
      if (starts === undefined) lineShift.set(piece.path, starts = startsAfter(edit.hunks!));
      start = starts[2 * piece.hunk]!;
      removed = before.slice(hunk.start, Math.min(hunk.end, hunk.start + most));
      inserted = after.slice(start, Math.min(starts[2 * piece.hunk + 1]!, start + most));
      if (!blocks.has(piece.path)) blocks.set(piece.path, blocksOf(after, place));
    }
    left -= removed.length + inserted.length;
    const whole = piece.hunk >= 0 ? null : before === null && after !== null ? 'add' : after === null && before !== null ? 'delete' : 'other';
    all.push(readPiece(piece, edit.kind, place, removed, inserted, start, whole, after ?? [], piece.hunk < 0 ? undefined : blocks.get(piece.path)));
  }
  const words = tokensOf(commit.title, true);
  return {
    all, counts: countNames(commit, all), blocks, title: new Set(namesOf(commit.title)), titleWords: new Set(tokensOf(commit.title.toLowerCase()).filter((word) => word.length > 3)),
    opening: new Set(words.filter((_, i) => i === 0 || words[i - 1] === ':' || words[i - 1] === ']')),
  };
}

/** [first line, one past the last] of each hunk in the text after. */
function startsAfter(hunks: NonNullable<Commit['edits'][number]['edit']['hunks']>): Int32Array {
  const out = new Int32Array(2 * hunks.length);
  let shift = 0;
  for (const [i, { start, end, inserted }] of hunks.entries()) {
    let lines = inserted.length > 0 && inserted.at(-1) !== 10 ? 1 : 0;
    for (const byte of inserted) if (byte === 10) lines++;
    out[2 * i] = start + shift;
    out[2 * i + 1] = start + shift + lines;
    shift += lines - (end - start);
  }
  return out;
}

interface Side { readonly names: Map<string, number>; readonly defined: Set<string>; readonly imported: Set<string>; readonly isImport: boolean }

function readSide(lines: Lines, place: Place, header: readonly string[]): Side {
  const names = new Map<string, number>(), defined = new Set<string>(), imported = new Set<string>();
  // the lines between the braces of an import that is more than one line long
  let inImport = isImport(header) && !header.includes(';'), any = false, others = 0;
  for (const line of lines) {
    for (const name of namesOf(line)) names.set(name, (names.get(name) ?? 0) + 1);
    const tokens = tokensOf(line);
    if (tokens.length === 0) continue;
    const imports = isImport(tokens);
    if (imports || (inImport && tokens.every((token) => isName(token) || ',{}();:*"\'./'.includes(token)))) {
      any = true;
      for (const name of importedBy(tokens)) imported.add(name);
      if (imports) inImport = '{(,'.includes(tokens.at(-1)!);
    } else {
      if (inImport && tokens.every((token) => ',{}();'.includes(token))) { inImport = false; continue; }
      others++;
      const found = place.role === 'docs' || place.role === 'changelog' ? null : definedBy(line, tokens, place.extension);
      if (found === null || found.isLocal || shapeOf(found.name) === 0) continue;
      defined.add(found.name);
      // part of a name joined by hyphens, as in a style sheet
      if (!names.has(found.name)) names.set(found.name, 1);
    }
  }
  return { names, defined, imported, isImport: any && others === 0 };
}

function readPiece(piece: Piece, kind: EditKind, place: Place, removed: Lines, inserted: Lines, start: number, whole: Reading['whole'], text: Lines, shape: Blocks | undefined): Reading {
  const around = shape === undefined ? [] : blocksAround(shape, start, inserted, removed);
  const header = around.length > 0 ? tokensOf(text[around[0]!]!) : [];
  const old = readSide(removed, place, header), now = readSide(inserted, place, header), names = new Map<string, number>();
  for (const [name, times] of now.names) names.set(name, times - (old.names.get(name) ?? 0));
  for (const [name, times] of old.names) if (!now.names.has(name)) names.set(name, -times);
  const within: string[] = [];
  for (const line of around) {
    const found = definedBy(text[line]!, tokensOf(text[line]!), place.extension);
    if (found !== null && shapeOf(found.name) > 0) within.push(found.name);
  }
  const { substitutions, isAll, isBlank } = substituted(removed, inserted);
  return {
    piece, kind, place, removed, inserted, start, end: start + inserted.length, whole, names, defined: now.defined.difference(old.defined), undefined: old.defined.difference(now.defined), redefined: old.defined.intersection(now.defined),
    imported: now.imported.difference(old.imported), unimported: old.imported.difference(now.imported), isImport: (now.isImport || inserted.length === 0) && (old.isImport || removed.length === 0),
    blocks: around, within, substitutions, isSubstitution: isAll, isBlank,
  };
}

const PROSE: ReadonlySet<string> = new Set(['md', 'mdx', 'markdown']);

/** Of headings in prose a section is a block, whatever its indentation. */
function depthOf(line: string, isProse: boolean): number {
  const indent = indentOf(line);
  if (!isProse || indent < 0) return indent;
  let marks = 0;
  while (marks < 7 && line[marks] === '#') marks++;
  return marks > 0 && marks < 7 && line[marks] === ' ' ? marks - 7 : indent;
}

/** `text`: lines, with their terminators or without. */
export function blocksOf(text: Lines, place: Place): Blocks {
  const n = text.length, parent = new Int32Array(n), end = new Int32Array(n).fill(n), indent = new Int32Array(n), last = new Int32Array(n);
  const open: number[] = [], isProse = PROSE.has(place.extension);
  for (let i = 0, seen = -1; i < n; i++) {
    const depth = depthOf(text[i]!, isProse);
    // a directive of C's preprocessor stands at the margin wherever it is
    if (depth === -1 || (depth === 0 && text[i]!.startsWith('#') && !isProse)) { parent[i] = open.at(-1) ?? -1; indent[i] = 1 << 20; last[i] = seen; continue; }
    while (open.length > 0 && indent[open.at(-1)!]! >= depth) end[open.pop()!] = i;
    parent[i] = open.at(-1) ?? -1;
    indent[i] = depth;
    last[i] = seen = i;
    open.push(i);
  }
  return { parent, end, indent, last };
}

/** The blocks that a change at a line is in, innermost first: what is put in says how deep, else what is taken out. */
export function blocksAround({ parent, indent, last }: Blocks, start: number, inserted: Lines, removed: Lines): number[] {
  let depth = 1 << 20;
  for (const line of inserted.length > 0 ? inserted : removed) {
    const own = indentOf(line);
    // what closes a block, ') {' of a long header too, is of it
    const within = own >= 0 && ')]}'.includes(line.trimStart()[0]!) ? own + 1 : own;
    if (within >= 0 && within < depth) depth = within;
  }
  let at = start > 0 && start <= last.length ? last[start - 1]! : -1;
  while (at >= 0 && indent[at]! >= depth) at = parent[at]!;
  const out: number[] = [];
  for (; at >= 0 && out.length < DEPTH_READ; at = parent[at]!) out.push(at);
  return out;
}

/** Tokens of a substitution beyond which it is a rewriting. */
const REWRITTEN = 10;

/** What became what on lines that pair: each line's tokens without those it begins and ends with as before. */
function substituted(removed: Lines, inserted: Lines): { substitutions: Set<string>; isAll: boolean; isBlank: boolean } {
  const substitutions = new Set<string>(), blank = (lines: Lines): string => lines.map((line) => tokensOf(line).join(' ')).join(' ').trim();
  if (removed.length === 0 || removed.length !== inserted.length) {
    const isBlank = removed.length + inserted.length > 0 && removed.length + inserted.length <= 200 && blank(removed) === blank(inserted);
    return { substitutions, isAll: false, isBlank };
  }
  let isAll = true, isBlank = true;
  for (const [i, line] of removed.entries()) {
    if (line === inserted[i]) continue;
    const a = tokensOf(line, true), b = tokensOf(inserted[i]!, true);
    if (a.length === b.length && a.every((token, k) => token === b[k])) continue;
    isBlank = false;
    const found = substitutionsOf(a, b);
    if (found === null) isAll = false;
    else for (const one of found) substitutions.add(one);
  }
  return { substitutions, isAll: isAll && substitutions.size > 0 && substitutions.size <= 4, isBlank };
}

function substitutionsOf(a: readonly string[], b: readonly string[]): string[] | null {
  // token for token, where as many stand on both sides: a name in two places of a line is one substitution
  if (a.length === b.length) {
    const out = new Set<string>();
    for (const [k, token] of a.entries()) if (token !== b[k]) out.add(`${token} → ${b[k]!}`);
    if (out.size <= 2) return [...out];
  }
  let head = 0, tail = 0;
  const least = Math.min(a.length, b.length);
  while (head < least && a[head] === b[head]) head++;
  while (tail < least - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const from = a.slice(head, a.length - tail), to = b.slice(head, b.length - tail);
  return from.length + to.length > REWRITTEN || from.length === a.length ? null : [`${from.join(' ')} → ${to.join(' ')}`];
}

/** Counts the names of the pieces in all texts, those that did not change once. */
function countNames(commit: Commit, all: readonly Reading[]): Map<string, Count> {
  const counts = new Map<string, Count>();
  for (const { names } of all) {
    for (const name of names.keys()) {
      const count = counts.get(name);
      if (count === undefined) counts.set(name, { lines: 0, isBefore: false, isAfter: false, pieces: 1 });
      else count.pieces++;
    }
  }
  let left = MOST_COUNTED;
  const edits = [...commit.edits].sort((x, y) => (x.edit.path < y.edit.path ? -1 : 1));
  const count = (lines: Lines, side: 'before' | 'after', times: number): void => {
    for (const line of lines) {
      if (left <= 0) return;
      left -= Math.min(line.length, 500) + 1;
      for (const name of new Set(tokensOf(line, true))) {
        const found = counts.get(name);
        if (found === undefined) continue;
        found.lines += times;
        if (side === 'before') found.isBefore = true; else found.isAfter = true;
      }
    }
  };
  for (const { before, after } of edits) {
    if (after !== null) count(after, 'after', 1);
    if (before !== null) count(before, 'before', after === null ? 1 : 0);
  }
  return counts;
}
