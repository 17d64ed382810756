// File names in patches, read as `git apply` reads them (git-apply(1), -p): quoted in C's manner, leading folders stripped,
// ended by a tab or a time stamp. Lines come without their line feed. Bytes stay bytes.
import type { PathBytes } from '../bytes.ts';

/** What C calls white space and git too: no vertical tab, no form feed. */
const isSpace = (c: string | undefined): boolean => c === ' ' || c === '\t' || c === '\n' || c === '\r';

const ESCAPED: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', '"': '"' };

/** A path as long as any may be, every byte of it as an escape. */
const LONGEST_QUOTED = 4 * 4096 + 64;

/** A name in double quotes at the start of `text`, and where it ends; null where the quotes do not close or an escape is wrong. */
function unquote(text: string): { readonly name: string; readonly end: number } | null {
  if (text[0] !== '"') return null;
  text = text.slice(0, LONGEST_QUOTED);
  const parts: string[] = [];
  for (let at = 1; at < text.length;) {
    const next = text.slice(at).search(/["\\]/);
    if (next < 0) return null;
    parts.push(text.slice(at, at + next));
    at += next;
    if (text[at] === '"') return { name: parts.join(''), end: at + 1 };
    const octal = /^[0-3][0-7][0-7]/.exec(text.slice(at + 1, at + 4));
    const plain = ESCAPED[text[at + 1] ?? ''];
    if (octal !== null) { parts.push(String.fromCharCode(Number.parseInt(octal[0], 8))); at += 4; }
    else if (plain !== undefined) { parts.push(plain); at += 2; }
    else return null;
  }
  return null;
}

const squashed = (name: string): PathBytes => name.replace(/\/{2,}/g, '/') as PathBytes;

/** Without its first `strip` folders; null where it has no more than those. */
function stripped(name: string, strip: number): string | null {
  let at = 0;
  for (let n = strip; n > 0; n--) {
    const slash = name.indexOf('/', at);
    if (slash < 0) return null;
    at = slash + 1;
  }
  return name.slice(at);
}

/** Where a name ends by itself. A space is part of it unless it stands before something else that ends it. */
type Ends = 'at a tab' | 'at the end';

/** The name at the start of a line. `other`: the name on the other side, preferred where this one only adds to it ("file.orig"). */
export function nameAt(line: string, strip: number, ends: Ends, other: PathBytes | null = null, length = line.length): PathBytes | null {
  if (line[0] === '"') {
    const quoted = unquote(line);
    const name = quoted === null ? null : stripped(quoted.name, strip);
    if (name !== null) return squashed(name);
  }
  let end = 0;
  for (; end < length; end++) {
    const c = line[end]!;
    if (length === line.length && isSpace(c) && c !== ' ' && (c !== '\t' || ends === 'at a tab')) break;
  }
  const name = stripped(line.slice(0, end), strip);
  if (name === null || name === '') return other;
  if (other !== null && other.length < name.length && name.startsWith(other)) return other;
  return squashed(name);
}

/** A time stamp that ends a line of `--- ` or `+++ `, with the white space before it. */
const STAMP = /(?:\t| +)(?:\d\d)?\d\d-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d\d:?\d\d)?$/;
/** It can be no longer; names may be. */
const STAMP_LENGTH = 80;

export function traditionalName(line: string, strip: number, other: PathBytes | null = null): PathBytes | null {
  const tail = line.slice(-STAMP_LENGTH);
  const stamp = STAMP.exec(tail);
  if (stamp === null || line[0] === '"') return nameAt(line, strip, 'at a tab', other);
  return nameAt(line, strip, 'at the end', other, line.length - (tail.length - stamp.index));
}

export const isDevNull = (line: string): boolean => line.startsWith('/dev/null') && (line.length === 9 || isSpace(line[9]));

/** Some programs say with the first moment of 1970 that a side does not exist. */
export function isEpoch(line: string): boolean {
  const at = line.indexOf('\t');
  const stamp = at < 0 ? null : /^(1969-12-31|1970-01-01) (\d\d):(\d\d):00(?:\.0+)? ([+-])(\d\d):?(\d\d)$/.exec(line.slice(at + 1, at + 1 + STAMP_LENGTH));
  if (stamp === null) return false;
  const zone = (Number(stamp[5]) * 60 + Number(stamp[6])) * (stamp[4] === '-' ? -1 : 1);
  return (stamp[1] === '1969-12-31' ? -1440 : 0) + Number(stamp[2]) * 60 + Number(stamp[3]) - zone === 0;
}

/** Without `strip` folders, of a name that must have them; an absolute one has none. */
function prefixed(name: string, strip: number): string | null {
  if (strip === 0) return name.startsWith('/') ? null : name;
  const rest = stripped(name, strip);
  return rest === null || rest.length === name.length || name.startsWith('/') && strip === 1 ? null : rest;
}

/** Two paths as long as any may be, with their prefixes: the search for the space between them takes the square of the length. */
const LONGEST = 2 * 4096 + 64;

/** The one name that a line `diff --git A B` gives, `line` being what follows: only where both sides are the same without their prefixes. */
export function headerName(line: string, strip: number): PathBytes | null {
  const same = (a: string | null, b: string | null): PathBytes | null => (a !== null && a === b && a !== '' ? a as PathBytes : null);
  const first = unquote(line);
  if (first !== null) {
    const rest = line.slice(first.end).replace(/^[ \t]+/, '');
    const second = unquote(rest);
    return same(prefixed(first.name, strip), prefixed(second?.name ?? rest, strip));
  }
  const quote = line.indexOf('"');
  if (quote > 0) {
    const second = unquote(line.slice(quote));
    if (second !== null) return same(prefixed(line.slice(0, quote).replace(/[ \t]$/, ''), strip), prefixed(second.name, strip));
  }
  const name = line.length > LONGEST ? null : prefixed(line, strip);
  if (name === null) return null;
  for (let length = 0; 2 * length + 1 <= name.length; length++) {
    if (name[length] !== ' ' && name[length] !== '\t') continue;
    const second = prefixed(name.slice(length + 1), strip);
    if (second !== null && second.length === length && name.startsWith(second)) return same(second, second);
  }
  return null;
}
