// Patch files as sources (docs/decisions/0013): each becomes commits on the base, seen through an overlay of the repository, so
// that everything after it is as for a branch. Reading the files is here too; the formats are core/patch, applying is git/applying.
import { type ByteString, type Oid, type PathBytes, display, fromUtf8 } from '../../core/bytes.ts';
import { sameEntry } from '../../core/changes.ts';
import { type PatchMail, readPatch } from '../../core/patch/mail.ts';
import { type FilePatch, PatchError, parseDiff } from '../../core/patch/parse.ts';
import { Effort } from '../../core/patch/place.ts';
import { type Commit, type Entry, Mode, type RepositoryReader, type Signature } from '../../core/repository.ts';
import { settle } from '../../core/waves.ts';
import { type Ground, applyPatches } from '../git/applying.ts';
import { objectId } from '../git/oids.ts';
import { Overlay } from '../git/overlay.ts';
import { Trees, buildTree } from '../git/trees.ts';
import type { PatchFile } from './patchFiles.ts';
import type { SourceRef } from './sources.ts';

export interface Patched {
  /** the repository, and what the patches make of the base */
  readonly reader: RepositoryReader;
  readonly sources: readonly SourceRef[];
  /** contents that the repository does not have */
  readonly blobs: ReadonlyMap<Oid, Uint8Array>;
  readonly skipped: readonly { readonly name: ByteString; readonly reason: string }[];
  /** for a tip that stands on other versions of its files than the base's: the commit with those, to be taken for its merge base */
  readonly grounds: ReadonlyMap<Oid, Oid>;
}

/** A patch file that could be applied: its last commit and all it changed. */
interface Applied { readonly tip: Oid; readonly delta: Delta; readonly ground: Oid | null }
type Delta = ReadonlyMap<PathBytes, Entry | null>;
interface Change { readonly mail: PatchMail; readonly files: readonly FilePatch[] }

/** Patch files whose contents are asked for together, and bytes of both that are held: one answer costs as much as a hundred. */
const TOGETHER = 64, READ_BYTES = 8 << 20, HELD_BYTES = 64 << 20;

export async function applyPatchFiles(reader: RepositoryReader, base: Commit, files: readonly PatchFile[], taken: Iterable<ByteString>): Promise<Patched> {
  const overlay = new Overlay(reader);
  const patching = new Patching(overlay, base);
  const names = uniqueNames(files, taken);
  const sources: SourceRef[] = [];
  const skipped: { name: ByteString; reason: string }[] = [];
  const done: Applied[] = [];
  for (let at = 0; at < files.length;) {
    const read: { file: PatchFile; name: ByteString; changes: readonly Change[] | PatchError }[] = [];
    for (let bytes = 0; at < files.length && read.length < TOGETHER && bytes < READ_BYTES; at++) {
      read.push({ file: files[at]!, name: names[at]!, changes: readChanges(files[at]!) });
      bytes += files[at]!.bytes.length;
    }
    await patching.fetch(read.flatMap(({ changes }) => (changes instanceof PatchError ? [] : changes.flatMap((c) => c.files))));
    for (const { file, name, changes } of read) {
      try {
        if (changes instanceof PatchError) throw changes;
        const applied = await patching.apply(file, changes);
        done.push(applied);
        sources.push({ name, ref: file.ref, oid: applied.tip });
      } catch (error) {
        if (!(error instanceof PatchError)) throw error;
        skipped.push({ name, reason: display(error.message as ByteString) });
      }
    }
  }
  const blobs = new Map<Oid, Uint8Array>();
  for (const { delta } of done) {
    for (const entry of delta.values()) {
      const bytes = entry === null ? undefined : overlay.blobs.get(entry.oid);
      if (bytes !== undefined) blobs.set(entry!.oid, bytes);
    }
  }
  const made = [...blobs.keys()];
  for (const [i, size] of (await reader.blobSizes(made)).entries()) if (typeof size === 'number') blobs.delete(made[i]!);
  const grounds = new Map(done.filter((a) => a.ground !== null).map((a) => [a.tip, a.ground!]));
  return { reader: overlay, sources, skipped, blobs, grounds };
}

class Patching {
  readonly #overlay: Overlay;
  readonly #base: Commit;
  readonly #trees: Trees;
  #held = new Map<Oid, Uint8Array>();
  #sizes = new Map<Oid, number>();
  /** where the patches of a numbered series in one folder ended: the next may stand on it */
  readonly #series = new Map<string, Applied>();

  constructor(overlay: Overlay, base: Commit) {
    this.#overlay = overlay;
    this.#base = base;
    this.#trees = new Trees(overlay);
  }

  /** What the base has where these patches change something, in two questions: sizes, and contents as far as they may be held. */
  async fetch(files: readonly FilePatch[]): Promise<void> {
    this.#held = new Map();
    this.#sizes = new Map();
    const wanted = new Set<Oid>();
    for (const { oldName, hunks } of files) {
      const entry = oldName === null || hunks.length === 0 ? null : await this.#file(oldName);
      if (entry !== null && entry.mode !== Mode.submodule) wanted.add(entry.oid);
    }
    const oids = [...wanted];
    let bytes = 0;
    const few = (await this.#overlay.blobSizes(oids)).flatMap((size, i) => {
      if (typeof size !== 'number') return [];
      this.#sizes.set(oids[i]!, size);
      bytes += size;
      return bytes <= HELD_BYTES ? [oids[i]!] : [];
    });
    for (const [i, content] of (await this.#overlay.contents('blob', few)).entries()) if (content instanceof Uint8Array) this.#held.set(few[i]!, content);
  }

  /** What the base has at a path. */
  #file(path: PathBytes): Promise<Entry | null> {
    this.#trees.trim();
    return settle(this.#trees, () => this.#trees.file(this.#base.tree, path));
  }

  /** Onto the base; else onto the patch before it in its series; else onto the versions of files that it was made from. */
  async apply(file: PatchFile, changes: readonly Change[]): Promise<Applied> {
    const series = changes.length === 1 ? changes[0]!.mail.series : null;
    const seriesKey = (n: number): string => `${file.folder}\0${series!.m}\0${n}`;
    const previous = series === null || file.folder === '' ? undefined : this.#series.get(seriesKey(series.n - 1));
    const applied = await this.#firstOf([
      () => this.#chain(file, changes, { tip: this.#base.oid, delta: new Map(), ground: null }),
      ...previous === undefined ? [] : [() => this.#chain(file, changes, previous)],
      () => this.#onPreimages(file, changes),
    ]);
    if (series !== null && file.folder !== '') this.#series.set(seriesKey(series.n), applied);
    return applied;
  }

  /** The first way that a patch goes; where none does, why the first did not. */
  async #firstOf(ways: readonly (() => Promise<Applied>)[]): Promise<Applied> {
    let first: PatchError | null = null;
    for (const way of ways) {
      try {
        return await way();
      } catch (error) {
        if (!(error instanceof PatchError)) throw error;
        first ??= error;
      }
    }
    throw first!;
  }

  async #chain(file: PatchFile, changes: readonly Change[], from: Applied): Promise<Applied> {
    let { tip, delta } = from;
    let parents: readonly Oid[] = from.ground !== null && tip === from.ground ? [this.#base.oid] : [tip];
    const effort = new Effort();
    for (const { mail, files } of changes) {
      const made = await applyPatches(this.#ground(delta), files, effort);
      delta = new Map([...delta, ...made]);
      const tree = await buildTree(this.#overlay, this.#base.tree, delta, { writeTree: async (entries) => this.#overlay.addTree(entries) });
      tip = this.#overlay.addCommit({ ...this.#said(mail, file), tree, parents: [tip] }, parents);
      parents = [tip];
    }
    return { tip, delta, ground: from.ground };
  }

  /**
   * As `git am -3`: the ids of the `index` lines name the contents that the patch was made from. Where the repository has them, the
   * patch is applied to the base with those, and that tree is what it is carried onto the base from.
   */
  async #onPreimages(file: PatchFile, changes: readonly Change[]): Promise<Applied> {
    const refused = new PatchError('repository lacks the necessary blob to fall back on 3-way merge');
    const delta = new Map<PathBytes, Entry | null>();
    const touched = new Set<PathBytes>();
    let differs = false;
    for (const patch of changes.flatMap((c) => c.files)) {
      const versions: [PathBytes, Entry | null][] = [];
      if (patch.oldName !== null && !touched.has(patch.oldName)) versions.push([patch.oldName, await this.#preimage(patch, refused)]);
      if (patch.newName !== null && patch.newName !== patch.oldName && !touched.has(patch.newName)) versions.push([patch.newName, null]);
      for (const [path, entry] of versions) {
        touched.add(path);
        if (sameEntry(entry, await this.#file(path))) continue;
        delta.set(path, entry);
        differs = true;
      }
    }
    if (!differs) throw refused;
    const tree = await buildTree(this.#overlay, this.#base.tree, delta, { writeTree: async (entries) => this.#overlay.addTree(entries) });
    const nobody: Signature = { name: '' as ByteString, email: '' as ByteString, time: this.#base.committer.time, offset: 0 };
    const ground = this.#overlay.addCommit({ tree, parents: [this.#base.oid], author: nobody, committer: nobody, message: fromUtf8('What a patch was made from\n') });
    return this.#chain(file, changes, { tip: ground, delta, ground });
  }

  async #preimage(patch: FilePatch, refused: PatchError): Promise<Entry | null> {
    const here = await this.#file(patch.oldName!);
    if (patch.oldId === '') {
      // a pure change of name or mode does not say: it is about whatever is there
      if (here === null || patch.hunks.length > 0) throw refused;
      return here;
    }
    if (!/^[0-9a-f]{4,64}$/.test(patch.oldId) || /^0+$/.test(patch.oldId)) throw refused;
    const found: Oid[] = [];
    const digits = this.#overlay.objectFormat === 'sha256' ? 64 : 40;
    const named = patch.oldId.length === digits ? [patch.oldId as Oid] : await this.#overlay.abbreviated(patch.oldId);
    for (const [i, size] of (await this.#overlay.blobSizes(named)).entries()) if (typeof size === 'number') found.push(named[i]!);
    if (found.length !== 1) throw refused;
    const mode = patch.oldMode !== 0 ? patch.oldMode : here?.mode ?? Mode.file;
    return { mode: mode === Mode.symlink || mode === Mode.executable ? mode : Mode.file, oid: found[0]! };
  }

  /** The base's tree with `delta`. */
  #ground(delta: Delta): Ground {
    const overlay = this.#overlay, trees = this.#trees, root = this.#base.tree;
    return {
      file: async (path) => (delta.has(path) ? delta.get(path)! : this.#file(path)),
      async below(folder) {
        const there = (await settle(trees, () => trees.filesUnder(root, folder))).filter((path) => !delta.has(path));
        for (const [path, entry] of delta) if (entry !== null && path.startsWith(`${folder}/`)) there.push(path);
        return there;
      },
      blob: async (oid) => this.#held.get(oid) ?? overlay.blob(oid),
      size: async (oid) => this.#sizes.get(oid) ?? overlay.blobSize(oid),
      has: (oid) => overlay.has(oid),
      hash: (bytes) => objectId('blob', bytes, overlay.objectFormat),
      make: (bytes) => overlay.addBlob(bytes),
    };
  }

  /** Who and when: as `git am --committer-date-is-author-date` with its author as committer. A bare diff has nobody and the base's time. */
  #said(mail: PatchMail, file: PatchFile): Pick<Commit, 'author' | 'committer' | 'message'> {
    const { time, offset } = mail.date ?? { time: this.#base.committer.time, offset: 0 };
    const author: Signature = { ...mail.author ?? { name: '' as ByteString, email: '' as ByteString }, time, offset };
    return { author, committer: author, message: mail.title === '' ? `${file.title}\n` as ByteString : mail.message };
  }
}

/** The changes of a patch file, or why they are not taken. */
function readChanges(file: PatchFile): Change[] | PatchError {
  try {
    const changes = readPatch(file.bytes).map((mail): Change => ({ mail, files: parseDiff(mail.diff) }));
    // a cover letter says much and changes nothing
    const said = changes.filter((c) => c.files.length > 0);
    return said.length > 0 ? said : new PatchError('No valid patches in input');
  } catch (error) {
    if (error instanceof PatchError) return error;
    throw error;
  }
}

/** The file's name without its ending; where that is taken, with it; where that is too, the whole path. */
function uniqueNames(files: readonly PatchFile[], taken: Iterable<ByteString>): ByteString[] {
  const used = new Set(taken);
  const count = (of: (file: PatchFile) => ByteString): Map<ByteString, number> => {
    const all = new Map<ByteString, number>();
    for (const file of files) all.set(of(file), (all.get(of(file)) ?? 0) + 1);
    return all;
  };
  const stems = count((f) => f.stem), names = count((f) => f.fileName);
  return files.map((file) => {
    const free = (name: ByteString, times: number | undefined): boolean => name !== '' && times === 1 && !used.has(name);
    let name = free(file.stem, stems.get(file.stem)) ? file.stem : free(file.fileName, names.get(file.fileName)) ? file.fileName : file.ref;
    for (let n = 2; used.has(name); n++) name = `${file.ref} (${n})` as ByteString;
    used.add(name);
    return name;
  });
}
