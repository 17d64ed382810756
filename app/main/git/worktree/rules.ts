// Ignore rules and attributes of a working tree, read folder by folder when something in the folder is asked about, and kept.
import { join } from 'node:path';
import { type ByteString, type PathBytes, display } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { type AttributeList, type AttributeValue, BUILT_IN, attributesOf, parseAttributes } from '../../../core/worktree/attributes.ts';
import { type IgnoreList, isIgnored, parseIgnore } from '../../../core/worktree/ignore.ts';
import type { Worktree } from '../../../core/worktree/model.ts';
import { lstatIfThere, readSmall } from '../embedded/files.ts';
import { Unreadable, contentOf } from './files.ts';
import type { Settings } from './settings.ts';

/** One file of rules, and all of one working tree: a stranger's may be made to be slow. */
const MOST_RULES_BYTES = 1 << 20, MOST_ALL_RULES_BYTES = 16 << 20;

/** What the index has of a file of rules that the working tree does not have; null where nothing. */
export type Stored = (path: PathBytes) => Uint8Array | null;

export class Rules {
  readonly #worktree: Worktree;
  readonly #settings: Settings;
  readonly #stored: Stored;
  /** by folder without a slash at its end, '' for the root; lists of the folders above included, the one that wins first */
  readonly #ignore = new Map<string, readonly IgnoreList[]>();
  readonly #attributes = new Map<string, readonly AttributeList[]>();
  #info: readonly AttributeList[] | null = null;
  /** of files of rules, by path */
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  constructor(worktree: Worktree, settings: Settings, stored: Stored) {
    this.#worktree = worktree;
    this.#settings = settings;
    this.#stored = stored;
  }

  /** Folders above it are taken for not ignored. */
  isIgnored(path: PathBytes, isFolder: boolean): boolean { return isIgnored(this.#ignoreIn(folderOf(path)), path, isFolder); }

  attributes(path: PathBytes): ReadonlyMap<string, AttributeValue | null> {
    if (this.#info === null) {
      const bytes = this.#inInfo('attributes');
      this.#info = bytes === null ? [] : [parseAttributes(bytes, '', this.#settings.ignoreCase, true)];
    }
    return attributesOf([...this.#info, ...this.#attributesIn(folderOf(path))], path);
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
    const { excludes, ignoreCase } = this.#settings;
    const files = [this.#inInfo('exclude'), excludes === null ? null : this.#plain(excludes)];
    return files.flatMap((bytes) => (bytes === null ? [] : [parseIgnore(bytes, '', ignoreCase)]));
  }

  #attributesIn(folder: string): readonly AttributeList[] {
    let lists = this.#attributes.get(folder);
    if (lists === undefined) {
      const { attributes, ignoreCase } = this.#settings;
      const users = attributes === null || folder !== '' ? null : this.#plain(attributes);
      const above = folder !== '' ? this.#attributesIn(folderOf(folder)) : [...users === null ? [] : [parseAttributes(users, '', ignoreCase, true)], BUILT_IN];
      const own = this.#file(folder, '.gitattributes');
      this.#attributes.set(folder, lists = own === null ? above : [parseAttributes(own, folder === '' ? '' : `${folder}/`, ignoreCase, folder === ''), ...above]);
    }
    return lists;
  }

  #file(folder: string, name: string): Uint8Array | null {
    const path = (folder === '' ? name : `${folder}/${name}`) as PathBytes;
    let found;
    try {
      found = contentOf(`${this.#worktree.root}/${path}` as ByteString, MOST_RULES_BYTES);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      // Left out, it would show what it hides.
      throw new AcumenError('too-large', `${display(path)} ${error.message}, and says what counts in the working tree.`, 'Make it smaller, or readable.', { path: display(path) });
    }
    return this.#counted(found?.bytes ?? this.#stored(path), path);
  }

  #inInfo(name: string): Uint8Array | null {
    const folder = join(this.#worktree.gitDir, 'info');
    return lstatIfThere(folder)?.isDirectory() === true ? this.#plain(join(folder, name)) : null;
  }

  /** What is behind a link, or cannot be read, says nothing: in the repository it would be somebody's choice of ours to open. */
  #plain(path: string): Uint8Array | null {
    try {
      return this.#counted(readSmall(path, MOST_RULES_BYTES), path);
    } catch (error) {
      if (error instanceof AcumenError && error.code !== 'too-large') return null;
      throw error;
    }
  }

  #counted(bytes: Uint8Array | null, path: string): Uint8Array | null {
    this.#bytes += (bytes?.length ?? 0) - (this.#sizes.get(path) ?? 0);
    this.#sizes.set(path, bytes?.length ?? 0);
    if (this.#bytes <= MOST_ALL_RULES_BYTES) return bytes;
    throw new AcumenError('too-large', `The ignore rules and attributes of a working tree have more than ${MOST_ALL_RULES_BYTES >> 20} MiB.`, 'Such files look made to be slow. Make them smaller.', { path: display(path as ByteString) });
  }
}

/** '' for what lies in the root */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
