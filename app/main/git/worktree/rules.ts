// Ignore rules and attributes of a working tree, read folder by folder when something in the folder is asked about, and kept.
import { join } from 'node:path';
import { type ByteString, type PathBytes } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { type AttributeList, type AttributeValue, BUILT_IN, attributesOf, parseAttributes } from '../../../core/worktree/attributes.ts';
import { type IgnoreList, isIgnored, parseIgnore } from '../../../core/worktree/ignore.ts';
import type { Worktree } from '../../../core/worktree/model.ts';
import { readSmall } from '../embedded/files.ts';
import { Unreadable, contentOf } from './files.ts';
import type { Settings } from './settings.ts';

/** git reads no larger file of attributes either. */
const RULES_BYTES = 100 << 20;

/** What the index has of a file of rules that the working tree does not have; null where nothing. */
export type Stored = (path: PathBytes) => Uint8Array | null;

export class Rules {
  readonly #worktree: Worktree;
  readonly #settings: Settings;
  readonly #stored: Stored;
  /** by folder without a slash at its end, '' for the root; lists of the folders above included, the one that wins first */
  readonly #ignore = new Map<string, readonly IgnoreList[]>();
  readonly #attributes = new Map<string, readonly AttributeList[]>();

  constructor(worktree: Worktree, settings: Settings, stored: Stored) {
    this.#worktree = worktree;
    this.#settings = settings;
    this.#stored = stored;
  }

  /** Folders above it are taken for not ignored. */
  isIgnored(path: PathBytes, isFolder: boolean): boolean { return isIgnored(this.#ignoreIn(folderOf(path)), path, isFolder); }

  attributes(path: PathBytes): ReadonlyMap<string, AttributeValue | null> {
    const { gitDir } = this.#worktree, { ignoreCase } = this.#settings;
    const key = '\0info';
    let info = this.#attributes.get(key);
    if (info === undefined) {
      const bytes = plain(join(gitDir, 'info', 'attributes'));
      this.#attributes.set(key, info = bytes === null ? [] : [parseAttributes(bytes, '', ignoreCase, true)]);
    }
    return attributesOf([...info, ...this.#attributesIn(folderOf(path))], path);
  }

  /** The rules of a folder and of those below it are read anew when they are asked for. */
  forget(folder: string): void {
    for (const held of [this.#ignore, this.#attributes]) for (const key of held.keys()) if (key === folder || folder === '' || key.startsWith(`${folder}/`)) held.delete(key);
  }

  #ignoreIn(folder: string): readonly IgnoreList[] {
    let lists = this.#ignore.get(folder);
    if (lists === undefined) {
      const above = folder === '' ? this.#ignoreOfAll() : this.#ignoreIn(folderOf(folder));
      const own = this.#file(folder, '.gitignore');
      this.#ignore.set(folder, lists = own === null ? above : [parseIgnore(own, folder === '' ? '' : `${folder}/`, this.#settings.ignoreCase), ...above]);
    }
    return lists;
  }

  #ignoreOfAll(): readonly IgnoreList[] {
    const files = [join(this.#worktree.gitDir, 'info', 'exclude'), this.#settings.excludes];
    return files.flatMap((path) => {
      const bytes = path === null ? null : plain(path);
      return bytes === null ? [] : [parseIgnore(bytes, '', this.#settings.ignoreCase)];
    });
  }

  #attributesIn(folder: string): readonly AttributeList[] {
    let lists = this.#attributes.get(folder);
    if (lists === undefined) {
      const { attributes, ignoreCase } = this.#settings;
      const users = attributes === null || folder !== '' ? null : plain(attributes);
      const above = folder !== '' ? this.#attributesIn(folderOf(folder)) : [...users === null ? [] : [parseAttributes(users, '', ignoreCase, true)], BUILT_IN];
      const own = this.#file(folder, '.gitattributes');
      this.#attributes.set(folder, lists = own === null ? above : [parseAttributes(own, folder === '' ? '' : `${folder}/`, ignoreCase, folder === ''), ...above]);
    }
    return lists;
  }

  #file(folder: string, name: string): Uint8Array | null {
    const path = (folder === '' ? name : `${folder}/${name}`) as PathBytes;
    try {
      const found = contentOf(`${this.#worktree.root}/${path}` as ByteString, RULES_BYTES);
      if (found !== null) return found.bytes;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
    }
    return this.#stored(path);
  }
}

/** '' for what lies in the root */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function plain(path: string): Uint8Array | null {
  try {
    return readSmall(path, RULES_BYTES);
  } catch (error) {
    if (error instanceof AcumenError) return null;
    throw error;
  }
}
