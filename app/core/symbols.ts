// What a change is about, by name: what its lines define, and what it stands within, told without a parser (atoms/definitions.ts). It errs
// on the side of not seeing a name; whoever searches by path still finds the change.
import { definedBy } from './atoms/definitions.ts';
import { type Place, placeOf } from './atoms/paths.ts';
import { type Blocks, blocksAround, blocksOf } from './atoms/reading.ts';
import { shapeOf, tokensOf } from './atoms/words.ts';
import { type ByteString, display, fromBytes } from './bytes.ts';
import type { Edit } from './model.ts';

/** Lines of one change that are read, names of one that are kept; bytes of a text in which what surrounds a change is looked for. */
const MOST_LINES = 4000, MOST_NAMES = 200, MOST_TEXT = 1 << 20;
/** Definitions around a change that are named, innermost first: a method, its class, its module. */
const MOST_AROUND = 3;

/** A text's lines and blocks: made once for all changes of a file. */
export interface Outline { readonly lines: readonly string[]; readonly blocks: Blocks }

const split = (bytes: Uint8Array): string[] => fromBytes(bytes).split('\n');
const PROSE: ReadonlySet<string> = new Set(['md', 'mdx', 'rst', 'txt', 'adoc', 'asciidoc', 'markdown', 'org', 'svg', 'csv', 'snap', 'po']);
/** Programs, scripts and manifests, wherever they lie; prose and data define nothing. */
const isRead = ({ role, extension }: Place): boolean => role !== 'lock' && !PROSE.has(extension);
const isBinary = (bytes: Uint8Array): boolean => bytes.subarray(0, 8000).includes(0);

export function outlineOf(path: string, bytes: Uint8Array): Outline | null {
  const place = placeOf(path);
  if (!isRead(place) || bytes.length > MOST_TEXT || isBinary(bytes)) return null;
  const lines = split(bytes);
  return { lines, blocks: blocksOf(lines, place) };
}

/** Whether what is around a change of this kind is worth reading its text for. */
export const wantsOutline = ({ kind, hunks, path, before }: Edit): boolean => kind === 'modify' && before !== null && hunks !== null && hunks.length > 0 && isRead(placeOf(path));

/**
 * Names in the order in which they are met, each once, for display. `outline`: of the text before an edit, where `wantsOutline`; null where it
 * cannot be read.
 */
export function symbolsOf(edits: readonly Edit[], outline: (edit: Edit) => Outline | null): readonly string[] {
  const names = new Set<string>();
  let left = MOST_LINES;
  const take = (line: string, place: Place, around: boolean): boolean => {
    const found = definedBy(line, tokensOf(line), place.extension);
    // what is local to a block is nobody's to look for, but a function within one is
    if (found === null || (found.isLocal && !around) || shapeOf(found.name) === 0 || names.size >= MOST_NAMES) return false;
    names.add(found.name);
    return true;
  };
  for (const edit of edits) {
    const place = placeOf(edit.path);
    if (edit.hunks === null || !isRead(place)) continue;
    const shape = wantsOutline(edit) ? outline(edit) : null;
    for (const { start, removed, inserted } of edit.hunks) {
      if (left <= 0 || names.size >= MOST_NAMES) break;
      const old = read(removed, left), now = read(inserted, left - old.length);
      left -= old.length + now.length;
      if (shape !== null) {
        let found = 0;
        for (const line of blocksAround(shape.blocks, start, now, old)) if (take(headOf(shape, line), place, true) && ++found >= MOST_AROUND) break;
      }
      for (const line of now) take(line, place, false);
      for (const line of old) take(line, place, false);
    }
  }
  return Array.from(names, (name) => display(name as ByteString));
}

/** What begins a block: of a brace that stands alone, the line before it. */
function headOf({ lines, blocks }: Outline, line: number): string {
  const before = lines[line]!.trim() === '{' && line > 0 ? blocks.last[line - 1]! : -1;
  return lines[before < 0 ? line : before]!;
}

/** Of lines with their terminators, at most `most`. */
function read(bytes: Uint8Array, most: number): string[] {
  if (bytes.length === 0 || most <= 0) return [];
  let end = 0, n = 0;
  while (end < bytes.length && n < most && end < MOST_TEXT) if (bytes[end++] === 10) n++;
  const lines = split(bytes.subarray(0, end));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
