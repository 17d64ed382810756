// Which added paths cannot stand beside each other: one is a folder of the other. Knows paths alone; who adds them is for others to say.
import type { PathBytes } from '../bytes.ts';
import { ancestors } from '../changes.ts';

interface Folder { readonly files: number[]; readonly folders: Folder[] }

export class Folders {
  readonly #nameOf: (path: number) => PathBytes;
  readonly #folders = new Map<string, Folder>();
  readonly #numbers = new Map<string, number>();
  /** noted paths that are folders of others */
  readonly clashes = new Set<number>();

  constructor(nameOf: (path: number) => PathBytes) { this.#nameOf = nameOf; }

  /** A path that somebody adds. */
  note(path: number): void {
    const name = this.#nameOf(path);
    if (this.#numbers.has(name)) return;
    this.#numbers.set(name, path);
    if (this.#folders.has(name)) this.clashes.add(path);
    const end = name.lastIndexOf('/');
    if (end >= 0) this.#folder(name.slice(0, end)).files.push(path);
  }

  #folder(path: string): Folder {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const folder = { files: [], folders: [] };
    this.#folders.set(path, folder);
    const file = this.#numbers.get(path);
    if (file !== undefined) this.clashes.add(file);
    const end = path.lastIndexOf('/');
    if (end >= 0) this.#folder(path.slice(0, end)).folders.push(folder);
    return folder;
  }

  /** Noted paths that are below this one, were it a folder. */
  below(path: number): number[] {
    const folder = this.#folders.get(this.#nameOf(path));
    if (folder === undefined) return [];
    const out: number[] = [];
    const open: Folder[] = [folder];
    for (let f = open.pop(); f !== undefined; f = open.pop()) {
      for (const file of f.files) out.push(file);
      for (const inner of f.folders) open.push(inner);
    }
    return out;
  }

  /** Noted paths that would have to be folders for this one. */
  above(path: number): number[] {
    const out: number[] = [];
    for (const dir of ancestors(this.#nameOf(path))) { const n = this.#numbers.get(dir); if (n !== undefined) out.push(n); }
    return out;
  }
}
