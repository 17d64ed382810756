// One pattern of a .gitignore or .gitattributes file against one path (gitignore(5), PATTERN FORMAT; gitattributes(5) has the same but
// for negation and folders). Whatever stands before the first special byte is compared as it is, and only the rest goes to wildmatch.
import { type Wildcard, wildcard } from './wildmatch.ts';

export interface PathPattern {
  readonly negative: boolean;
  /** with a slash at its end: fits folders alone */
  readonly folderOnly: boolean;
  /** `name`: last component of the path, of its folder or any below; `path`: relative to the folder of the file that holds it */
  matches(path: string): boolean;
}

const SPECIAL = /[*?[\\]/;

const folded = (text: string): string => text.replace(/[A-Z]/g, (c) => c.toLowerCase());
const same = (a: string, b: string, ignoreCase: boolean): boolean => a === b || (ignoreCase && a.length === b.length && folded(a) === folded(b));

/** `text`: bytes without line end. `matches` takes a path relative to where the pattern stands. */
export function pathPattern(text: string, ignoreCase: boolean): PathPattern {
  const negative = text.startsWith('!');
  let body = negative ? text.slice(1) : text;
  const whole = body;
  const folderOnly = body.endsWith('/');
  if (folderOnly) body = body.slice(0, -1);
  const special = whole.search(SPECIAL);
  const plain = Math.min(special < 0 ? whole.length : special, body.length);
  const matches = body.includes('/') ? wholePath(body, plain, ignoreCase) : lastName(whole, body, plain, ignoreCase);
  return { negative, folderOnly, matches };
}

function lastName(whole: string, body: string, plain: number, ignoreCase: boolean): (path: string) => boolean {
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  if (plain === body.length) return (path) => same(nameOf(path), body, ignoreCase);
  if (whole.startsWith('*') && !SPECIAL.test(whole.slice(1))) {
    const ending = body.slice(1);
    return (path) => {
      const name = nameOf(path);
      return name.length >= ending.length && same(name.slice(name.length - ending.length), ending, ignoreCase);
    };
  }
  const rest = lazily(body, false, ignoreCase);
  return (path) => rest().matches(nameOf(path));
}

function wholePath(body: string, plain: number, ignoreCase: boolean): (path: string) => boolean {
  const anchored = body.startsWith('/') ? 1 : 0;
  const start = body.slice(anchored, Math.max(plain, anchored));
  const left = body.slice(anchored + start.length);
  // `**` at the start of what is left counts as a whole component, whatever was before it: so does git.
  const rest = lazily(left, true, ignoreCase);
  return (path) => {
    if (path.length < start.length || !same(path.slice(0, start.length), start, ignoreCase)) return false;
    return left === '' ? path.length === start.length : rest().matches(path.slice(start.length));
  };
}

/** Few patterns of a file are ever asked further than their plain beginning. */
function lazily(pattern: string, isPath: boolean, ignoreCase: boolean): () => Wildcard {
  let made: Wildcard | null = null;
  return () => made ??= wildcard(pattern, isPath, ignoreCase);
}
