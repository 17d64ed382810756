// One folder of a tree with some of its entries changed: what a delta says of each folder, where the entries of a tree lie, and
// its bytes with changes in their places. Reading and hashing are trees.ts's.
import type { ByteString } from '../../core/bytes.ts';
import { type Delta, type Entry, Mode } from '../../core/repository.ts';
import { entryAt } from './format.ts';

/** A delta by folders: what becomes of a name itself, and of names below it. */
export interface Folder { readonly names: Map<ByteString, { entry?: Entry | null; folder?: Folder }> }

export function foldersOf(delta: Delta): Folder {
  const root: Folder = { names: new Map() };
  for (const [path, entry] of delta) {
    const parts = path.split('/') as ByteString[];
    const last = parts.pop()!;
    let folder = root;
    for (const part of parts) {
      const step = at(folder, part);
      folder = step.folder ??= { names: new Map() };
    }
    at(folder, last).entry = entry;
  }
  return root;
}

function at(folder: Folder, name: ByteString): { entry?: Entry | null; folder?: Folder } {
  let step = folder.names.get(name);
  if (step === undefined) folder.names.set(name, step = {});
  return step;
}

export function added(folder: Folder): boolean {
  return [...folder.names.values()].some((step) => step.entry || (step.folder !== undefined && added(step.folder)));
}

/** Where the entries of a tree begin, the last being its end, and what they are named. */
export interface Indexed { readonly names: readonly ByteString[]; readonly starts: Int32Array; readonly folders: Uint8Array; readonly at: ReadonlyMap<string, number> }

export const NO_ENTRIES: Indexed = { names: [], starts: Int32Array.of(0), folders: new Uint8Array(0), at: new Map() };

/** Before entry `at`, of which `skip` go, come these bytes. */
export interface Step { readonly at: number; readonly skip: 0 | 1; readonly key: string; readonly bytes: Buffer }

export const keyOf = (name: string, isFolder: boolean): string => (isFolder ? `${name}/` : name);

/** The first entry that comes after a name in git's order. */
export function placeFor({ names, folders }: Indexed, name: string, isFolder: boolean): number {
  const key = keyOf(name, isFolder);
  let low = 0;
  for (let high = names.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (keyOf(names[middle]!, folders[middle] === 1) < key) low = middle + 1; else high = middle;
  }
  return low;
}

export function indexOf(bytes: Buffer, idBytes: number): Indexed {
  const starts: number[] = [], names: ByteString[] = [], folders: number[] = [];
  for (let from = 0; from < bytes.length;) {
    const { name, mode, end } = entryAt(bytes, from, idBytes);
    starts.push(from);
    names.push(name);
    folders.push(mode === Mode.tree ? 1 : 0);
    from = end;
  }
  starts.push(bytes.length);
  return { names, starts: Int32Array.from(starts), folders: Uint8Array.from(folders), at: new Map(names.map((name, i) => [name, i])) };
}

/** The bytes of a tree after these steps. */
export function assembled(bytes: Buffer, { starts }: Indexed, steps: Step[]): Buffer {
  // What comes in stands before the entry at its place, and that one may go.
  steps.sort((x, y) => x.at - y.at || x.skip - y.skip || (x.key < y.key ? -1 : 1));
  const parts: Buffer[] = [];
  let from = 0;
  for (const step of steps) {
    parts.push(bytes.subarray(starts[from]!, starts[step.at]!), step.bytes);
    from = step.at + step.skip;
  }
  parts.push(bytes.subarray(starts[from]!));
  return Buffer.concat(parts);
}
