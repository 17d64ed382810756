// Tree ids of many trees that differ a little from one: only folders that a delta changes are hashed, and each such folder once.
// testkit's own; now and then compared with the product's `treeIdOf`.
import type { Oid } from '../app/core/bytes.ts';
import type { Entry, RepositoryReader, TreeEntry } from '../app/core/repository.ts';
import { Mode } from '../app/core/repository.ts';
import { encodeTree } from '../app/main/git/format.ts';
import { objectId } from '../app/main/git/oids.ts';

/** path → what is there afterwards; null: nothing */
export type Delta = ReadonlyMap<string, Entry | null>;

interface Folder { readonly entries: ReadonlyMap<string, TreeEntry>; readonly below: ReadonlyMap<string, Folder> }
interface Step { readonly files: Map<string, Entry | null>; readonly below: Map<string, Step> }

const NOTHING: Folder = { entries: new Map(), below: new Map() };
/** folders remembered; each by a key of about 200 bytes */
const MOST = 200_000;

export class TreeIds {
  readonly #root: Folder;
  readonly #format: 'sha1' | 'sha256';
  readonly #known = new Map<string, Oid | null>();

  private constructor(root: Folder, format: 'sha1' | 'sha256') {
    this.#root = root;
    this.#format = format;
  }

  static async of(reader: RepositoryReader, tree: Oid): Promise<TreeIds> {
    const read = async (oid: Oid): Promise<Folder> => {
      const entries = new Map((await reader.tree(oid)).map((e) => [e.name as string, e]));
      const below = new Map<string, Folder>();
      for (const [name, e] of entries) if (e.mode === Mode.tree) below.set(name, await read(e.oid));
      return { entries, below };
    };
    return new TreeIds(await read(tree), reader.objectFormat);
  }

  isDirectory(path: string): boolean { return this.#at(path) !== undefined; }

  /** all file-like entries below a directory */
  filesUnder(path: string): string[] {
    const out: string[] = [];
    const list = (folder: Folder, at: string): void => {
      for (const [name, e] of folder.entries) if (e.mode === Mode.tree) list(folder.below.get(name)!, `${at}${name}/`); else out.push(at + name);
    };
    const folder = this.#at(path);
    if (folder !== undefined) list(folder, path === '' ? '' : `${path}/`);
    return out;
  }

  #at(path: string): Folder | undefined {
    let folder: Folder | undefined = this.#root;
    if (path !== '') for (const name of path.split('/')) folder = folder?.below.get(name);
    return folder;
  }

  of(delta: Delta): Oid {
    const root: Step = { files: new Map(), below: new Map() };
    for (const [path, entry] of delta) {
      let step = root, at = 0;
      for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', at)) {
        const name = path.slice(at, slash);
        let next = step.below.get(name);
        if (next === undefined) step.below.set(name, next = { files: new Map(), below: new Map() });
        step = next;
        at = slash + 1;
      }
      step.files.set(path.slice(at), entry);
    }
    return this.#apply(this.#root, root, '') ?? objectId('tree', new Uint8Array(0), this.#format);
  }

  /** null: nothing is left in it */
  #apply(folder: Folder, step: Step, path: string): Oid | null {
    const inner = new Map<string, Oid | null>();
    for (const [name, below] of step.below) inner.set(name, this.#apply(folder.below.get(name) ?? NOTHING, below, `${path}/${name}`));
    const parts: string[] = [];
    for (const [name, oid] of inner) parts.push(`${name}/${oid}`);
    for (const [name, e] of step.files) parts.push(e === null ? name : `${name} ${e.mode} ${e.oid}`);
    const key = `${path}\0${parts.sort().join('\0')}`;
    let oid = this.#known.get(key);
    if (oid !== undefined) return oid;
    const entries = new Map(folder.entries);
    for (const [name, e] of step.files) if (e === null && entries.get(name)?.mode !== Mode.tree) entries.delete(name);
    for (const [name, tree] of inner) {
      if (tree !== null) entries.set(name, { name, mode: Mode.tree, oid: tree } as TreeEntry);
      else if (entries.get(name)?.mode === Mode.tree) entries.delete(name);
    }
    for (const [name, e] of step.files) if (e !== null) entries.set(name, { name, mode: e.mode, oid: e.oid } as TreeEntry);
    oid = entries.size === 0 ? null : objectId('tree', encodeTree([...entries.values()]), this.#format);
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(key, oid);
    return oid;
  }
}
