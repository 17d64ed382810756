// Paths that git tells apart and some file systems do not (design.md §4, Kinds: case collision): of two ACUs, of one, or of one and the
// base. A warning, never an obstacle: git merges them, and a checkout on such a system keeps one of the two files.
//
// What is folded, and by whom:
//   letters       Unicode's full case folding (CaseFolding.txt, statuses C and F): APFS, ext4's casefold, and all that NTFS folds (simple)
//   composition   to Unicode's canonical decomposition (NFD): HFS+ (Apple's TN1150), APFS, ext4's casefold
//   ignorable     the characters HFS+ leaves out, as git's own guard lists them (utf8.c, next_hfs_char)
//   ends          dots and spaces at the end of a name, which Win32 strips ("Naming Files, Paths, and Namespaces")
// Not: NTFS's short names, which depend on what else is in the folder and in which order it came. Bytes that are no UTF-8 fold as ASCII.
// Folders that differ so are one folder there; only what is in them can collide.
import { type PathBytes, fromUtf8, toBytes } from './bytes.ts';
import { ancestors } from './changes.ts';

const FOLDS = /[A-Z\x80-\xff]|[. ](?:\/|$)/;
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
const STRIPPED = /[. ]+(?=\/|$)/g;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Equal for names that some file system takes for one. Nearly all names are their own folding. */
export function folded<T extends string>(path: T): T {
  if (!FOLDS.test(path)) return path;
  let text;
  try {
    text = decoder.decode(toBytes(path as unknown as PathBytes));
  } catch {
    return path.replace(/[A-Z]/g, (c) => c.toLowerCase()).replace(STRIPPED, kept) as T;
  }
  return fromUtf8(withoutCase(text.normalize('NFD').replace(IGNORED, '')).normalize('NFD').replace(STRIPPED, kept)) as unknown as T;
}

/** A name of nothing but dots and spaces is left as it is: stripped it would be none. */
function kept(match: string, at: number, whole: string): string {
  return at === 0 || whole[at - 1] === '/' ? match : '';
}

/** Lower, upper and lower case again is Unicode's full folding (ẞ, ß and ss are one), but for dotless i and the final sigma. */
function withoutCase(text: string): string {
  let out = '';
  for (const c of text) out += KEEPS_CASE.test(c) ? c : c.toLowerCase().toUpperCase().toLowerCase();
  return out.replaceAll('ς', 'σ');
}
/** dotless i, which upper case makes an I; what has a dot above is decomposed by now */
const KEEPS_CASE = /ı/;

/** In words, why two names are one. */
export function whyOne(a: PathBytes, b: PathBytes): string {
  const lower = (path: string): string => path.replace(/[A-Z]/g, (c) => c.toLowerCase());
  const bare = (path: string): string => path.replace(STRIPPED, kept);
  if (lower(a) === lower(b)) return 'where case does not count';
  if (lower(bare(a)) === lower(bare(b))) return 'where dots and spaces at the end of a name do not count';
  return 'where case or the composition of characters does not count';
}

/** Names in a folder of a tree. */
export interface FolderNames { readonly name: string; readonly isFolder: boolean }

/** The names of one tree, folded where they differ from themselves: built folder by folder, as they are asked for. */
export class FoldedTree {
  readonly #namesIn: (folder: PathBytes) => readonly FolderNames[];
  readonly #at: (path: PathBytes) => 'file' | 'folder' | null;
  readonly #folded = new Map<PathBytes, ReadonlyMap<string, readonly FolderNames[]>>();

  constructor(at: (path: PathBytes) => 'file' | 'folder' | null, namesIn: (folder: PathBytes) => readonly FolderNames[]) {
    this.#at = at;
    this.#namesIn = namesIn;
  }

  isFile(path: PathBytes): boolean { return this.#at(path) === 'file'; }

  /** Other paths of the tree that a file at `path` collides with; folders among them only where the last name meets one. */
  against(path: PathBytes): PathBytes[] {
    const parts = path.split('/');
    const out: PathBytes[] = [];
    let folders: PathBytes[] = ['' as PathBytes];
    let own = '';
    for (const [i, part] of parts.entries()) {
      own = own === '' ? part : `${own}/${part}`;
      const next: PathBytes[] = [], wanted = folded(part);
      for (const folder of folders) {
        for (const { name, isFolder } of this.#called(folder, wanted)) {
          const found = (folder === '' ? name : `${folder}/${name}`) as PathBytes;
          if (isFolder && i < parts.length - 1) next.push(found);
          else if (found !== own) out.push(found);
        }
      }
      if (next.length === 0) return out;
      folders = next;
    }
    return out;
  }

  /** Entries of a folder whose names fold to this one. */
  #called(folder: PathBytes, wanted: string): FolderNames[] {
    let others = this.#folded.get(folder);
    if (others === undefined) {
      const map = new Map<string, FolderNames[]>();
      for (const entry of this.#namesIn(folder)) {
        const key = folded(entry.name);
        if (key === entry.name) continue;
        const list = map.get(key);
        if (list) list.push(entry); else map.set(key, [entry]);
      }
      this.#folded.set(folder, others = map);
    }
    const plain = this.#at((folder === '' ? wanted : `${folder}/${wanted}`) as PathBytes);
    return [...plain === null ? [] : [{ name: wanted, isFolder: plain === 'folder' }], ...others.get(wanted) ?? []];
  }
}

/** One place where two segments, or one with itself, have names that are one somewhere. `path` is the first in byte order. */
export interface Collision { readonly a: number; readonly b: number; readonly path: PathBytes; readonly other: PathBytes }

/** Segments as far as their names go. */
export interface Named {
  /** paths of the segment's tree that the base lacks */
  adds(segment: number): ReadonlySet<PathBytes>;
  lower(segment: number): readonly number[];
  includes(upper: number, lower: number): boolean;
}

interface Bringer { readonly segment: number; readonly path: PathBytes }

/** Collisions among what these segments add of their own, each folded name once for a pair, `a` ≤ `b`; a = b: within one. */
export function* collisionsAmong(segments: Iterable<number>, named: Named): Iterable<Collision> {
  const own: Bringer[] = [];
  for (const segment of segments) {
    const mine = named.adds(segment);
    if (mine.size === 0) continue;
    const lower = named.lower(segment).map((l) => named.adds(l));
    for (const path of mine) if (!lower.some((theirs) => theirs.has(path))) own.push({ segment, path });
  }
  const files = new Map<string, Bringer[]>();
  for (const one of own) {
    const key = folded(one.path), list = files.get(key);
    if (list) list.push(one); else files.set(key, [one]);
  }
  const below = new Map<string, Bringer[]>();
  for (const one of own) {
    for (const folder of ancestors(one.path)) {
      const key = folded(folder);
      if (!files.get(key)?.some(({ path }) => path !== folder)) continue;
      const list = below.get(key);
      if (list) list.push(one); else below.set(key, [one]);
    }
  }
  for (const [key, here] of files) {
    const under = below.get(key) ?? [];
    if (under.length === 0 && here.every(({ path }) => path === here[0]!.path)) continue;
    const seen = new Set<string>();
    for (const [i, x] of here.entries()) {
      for (const y of [...here.slice(i + 1), ...under]) {
        if (!meet(x, y, named)) continue;
        const [a, b] = x.segment < y.segment ? [x.segment, y.segment] : [y.segment, x.segment];
        if (seen.has(`${a} ${b}`)) continue;
        seen.add(`${a} ${b}`);
        yield x.path < y.path ? { a, b, path: x.path, other: y.path } : { a, b, path: y.path, other: x.path };
      }
    }
  }
}

/** Do both stand in one tree that has both segments? */
function meet(x: Bringer, y: Bringer, { adds, includes }: Named): boolean {
  if (x.path === y.path || y.path.startsWith(`${x.path}/`)) return false;
  if (x.segment === y.segment) return true;
  if (includes(x.segment, y.segment)) return adds(x.segment).has(y.path);
  if (includes(y.segment, x.segment)) return adds(y.segment).has(x.path);
  return true;
}
