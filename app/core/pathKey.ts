// What rows say of their path where many may have one: words for eyes, and a key in place of a path of a million letters, which would go to a window
// with every row. Whoever holds the paths finds the whole by its key.
import { sha256 } from '@noble/hashes/sha2.js';
import { type PathBytes, display, toBytes, toHex } from './bytes.ts';
import { visible } from './visible.ts';

declare const brand: unique symbol;
/** The path itself, or NUL, which no path has, and the SHA-256 of its bytes. */
export type PathKey = string & { readonly [brand]: 'PathKey' };

/** Bytes of a path that is its own key. */
const MOST_KEPT = 1000;

export const pathKey = (path: PathBytes): PathKey => (path.length <= MOST_KEPT ? path : `\0${toHex(sha256(toBytes(path)))}`) as string as PathKey;

/** Null where the key does not say. */
export const pathIn = (key: PathKey): PathBytes | null => (key.startsWith('\0') ? null : key as string as PathBytes);

export interface NamedPath { readonly path: PathKey; readonly shown: string }

export const namedPath = (path: PathBytes): NamedPath => ({ path: pathKey(path), shown: visible(display(path)) });

/** The same for a list in which many are of one path: a sum of a million letters takes ten milliseconds. */
export function pathNamer(): (path: PathBytes) => NamedPath {
  const named = new Map<PathBytes, NamedPath>();
  return (path) => {
    let found = named.get(path);
    if (found === undefined) named.set(path, found = namedPath(path));
    return found;
  };
}
