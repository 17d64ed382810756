// Which patch files belong to a workspace and what is in them: files and folders are read anew by each import, texts that came
// without a file are kept in the store. What became of a file that is gone is said, once or until it is back.
import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type ByteString, type Oid, fromUtf8 } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import { PATCH_REF, type PatchSource } from '../../core/events.ts';
import type { Source } from '../../core/model.ts';
import { limits } from '../../core/patch/parse.ts';
import type { PatchParams } from '../../contract/methods.ts';
import type { NewBlob } from '../storage/store.ts';
import { blobOid } from './importer.ts';

export interface PatchFile {
  readonly ref: ByteString;
  readonly fileName: ByteString;
  /** the file's name without its ending */
  readonly stem: ByteString;
  /** what a change without a subject is called */
  readonly title: ByteString;
  /** '' where it came without one */
  readonly folder: string;
  readonly bytes: Uint8Array;
}

export interface Gathered {
  /** to be remembered */
  readonly sources: readonly PatchSource[];
  readonly files: readonly PatchFile[];
  readonly skipped: readonly { readonly name: ByteString; readonly reason: string }[];
  /** texts, for the store */
  readonly blobs: readonly NewBlob[];
}

const ENDINGS = /\.(?:patch|diff|mbox|eml)$/i;
/** patch files of one workspace, and their bytes together */
const MOST_FILES = 5000, MOST_BYTES = 512 << 20;

/** `before`: sources of the last import, to tell what is gone. Paths are absolute. A new path that cannot be read is an error. */
export async function gatherPatches(
  remembered: readonly PatchSource[], params: PatchParams, before: readonly Source[], stored: (oid: Oid) => Promise<Uint8Array | null>,
  format: 'sha1' | 'sha256' = 'sha1',
): Promise<Gathered> {
  const texts = new Map<Oid, Uint8Array>();
  const sources: PatchSource[] = params.drop ? [] : [...remembered];
  for (const given of params.add) {
    const source: PatchSource = 'path' in given ? { kind: 'path', path: await readable(given.path) } : { kind: 'text', name: given.name, oid: blobOid(given.text, format) };
    if ('text' in given) texts.set(blobOid(given.text, format), given.text);
    if (!sources.some((s) => keyOf(s) === keyOf(source))) sources.push(source);
  }
  const files = new Map<string, PatchFile>();
  const skipped: { name: ByteString; reason: string }[] = [];
  let bytes = 0;
  const take = (file: PatchFile): void => {
    bytes += file.bytes.length;
    if (files.size >= MOST_FILES || bytes > MOST_BYTES) throw new AcumenError('too-large', `More than ${MOST_FILES} patch files, or more than ${MOST_BYTES >> 20} MiB of them, are too much for one workspace.`, 'Name fewer with --patch; --no-patches forgets those named before.', {});
    files.set(file.ref, file);
  };
  for (const source of sources) {
    if (source.kind === 'text') {
      const text = texts.get(source.oid) ?? await stored(source.oid);
      if (text === null) skipped.push({ name: fromUtf8(source.name), reason: 'its text is not in the store' });
      else take(fileOf(source.name, `${source.name}#${source.oid.slice(0, 12)}`, '', text));
      continue;
    }
    for (const at of await filesAt(source.path)) {
      const read = await readFile(at);
      if (typeof read === 'string') skipped.push({ name: fromUtf8(path.basename(at)), reason: read });
      else take(fileOf(path.basename(at), at, path.dirname(at), read));
    }
  }
  const said = new Set(skipped.map((s) => s.name));
  for (const { name, ref } of before) {
    const at = ref.startsWith(PATCH_REF) && !files.has(ref) && !params.drop ? path.basename(ref.slice(PATCH_REF.length)) as ByteString : null;
    if (at !== null && !said.has(at)) skipped.push({ name, reason: 'its patch file is gone' });
  }
  return { sources, files: [...files.values()], skipped, blobs: [...texts].map(([oid, bytes]) => ({ oid, bytes })) };
}

const keyOf = (source: PatchSource): string => (source.kind === 'path' ? `path ${source.path}` : `text ${source.name} ${source.oid}`);

function fileOf(name: string, ref: string, folder: string, bytes: Uint8Array): PatchFile {
  const fileName = fromUtf8(name.replace(/[\0\r\n]+/g, ' ')), stem = fileName.replace(ENDINGS, '') as ByteString;
  return { ref: fromUtf8(`${PATCH_REF}${ref}`), fileName, stem: stem === '' ? fileName : stem, title: fileName, folder, bytes };
}

/** Of a path that a person has just named. */
async function readable(given: string): Promise<string> {
  const at = path.resolve(given);
  try {
    const found = await stat(at);
    if (found.isFile() || found.isDirectory()) return at;
  } catch (error) {
    throw new AcumenError('unknown-name', `There is no patch file at ${at}.`, 'Give a file, a folder of *.patch files, or - for what is piped in.', { path: at, reason: String(error) });
  }
  throw new AcumenError('usage', `${at} is neither a file nor a folder.`, 'Give a file, a folder of *.patch files, or - for what is piped in.', { path: at });
}

/** A folder's patch files in order of their names; else the path itself. */
async function filesAt(at: string): Promise<string[]> {
  try {
    if (!(await stat(at)).isDirectory()) return [at];
    return (await readdir(at)).filter((name) => ENDINGS.test(name)).sort().map((name) => path.join(at, name));
  } catch {
    return [at];
  }
}

/** The bytes, or why there are none. */
async function readFile(at: string): Promise<Uint8Array | string> {
  let file;
  try {
    // a pipe without a writer must not hold us
    file = await open(at, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const found = await file.stat();
    if (!found.isFile()) return 'it is not a file';
    if (found.size > limits.bytes) return `it is larger than ${limits.bytes >> 20} MiB`;
    const bytes = new Uint8Array(found.size);
    let filled = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled);
      if (bytesRead === 0) return bytes.subarray(0, filled);
      filled += bytesRead;
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'its patch file is gone' : `its patch file cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    await file?.close();
  }
}
