// What a history needs of its head besides the log: which files there are, and the mailmap. Read from the commit's tree, never from disk.
import { type ByteString, type Oid, type PathBytes, fromBytes } from '../../../core/bytes.ts';
import type { FileAtHead } from '../../../core/collaboration/history.ts';
import { LARGEST_MAILMAP } from '../../../core/collaboration/mailmap.ts';
import { isRegular } from '../../../core/changes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { Mode, type RepositoryReader } from '../../../core/repository.ts';
import { parseTree } from '../format.ts';

/** Ten folders of ten of ten … are a kilobyte on disk: beyond so many files, and so deep, nobody looks. */
const MOST_FILES = 2_000_000, MOST_DEPTH = 2048;
/** trees asked for at once */
const WAVE = 512;

export interface AtHead {
  /** by path; null where a tree cannot be read, or there are too many */
  readonly files: readonly FileAtHead[] | null;
  readonly mailmap: { readonly oid: Oid; readonly text: ByteString } | null;
}

export async function atHead(reader: RepositoryReader, head: Oid): Promise<AtHead> {
  const { tree } = await reader.commit(head);
  const entry = (await reader.tree(tree)).find(({ name }) => name === '.mailmap');
  let mailmap: AtHead['mailmap'] = null;
  if (entry !== undefined && isRegular(entry)) {
    const [bytes] = await reader.contents('blob', [entry.oid], LARGEST_MAILMAP);
    if (bytes !== undefined && !(bytes instanceof AcumenError)) mailmap = { oid: entry.oid, text: fromBytes(bytes) };
  }
  return { files: await filesIn(reader, tree), mailmap };
}

async function filesIn(reader: RepositoryReader, root: Oid): Promise<FileAtHead[] | null> {
  const files: FileAtHead[] = [];
  let level: { readonly oid: Oid; readonly at: string }[] = [{ oid: root, at: '' }], met = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_DEPTH) return null;
    const next: typeof level = [];
    for (let from = 0; from < level.length; from += WAVE) {
      const wave = level.slice(from, from + WAVE), found = await reader.contents('tree', wave.map(({ oid }) => oid));
      for (const [i, bytes] of found.entries()) {
        if (bytes instanceof AcumenError) return null;
        const { oid, at } = wave[i]!;
        for (const entry of parsed(oid, bytes) ?? []) {
          if (++met > MOST_FILES) return null;
          const path = `${at}${entry.name}` as PathBytes;
          if (entry.mode === Mode.tree) next.push({ oid: entry.oid, at: `${path}/` });
          else files.push({ path, content: entry.mode === Mode.submodule ? null : entry.oid });
        }
      }
    }
    level = next;
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function parsed(oid: Oid, bytes: Uint8Array): ReturnType<typeof parseTree> | null {
  try {
    return parseTree(oid, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (error) {
    if (error instanceof AcumenError) return null;
    throw error;
  }
}
