// Patches onto trees as `git apply --cached` puts them onto an index (git-apply(1); own code): which paths must be there and
// which must not, renames and copies, modes, binary files. Answers a delta; writes nothing. Hunks are core/patch/place.ts's.
import { Buffer } from 'node:buffer';
import { type ByteString, type Oid, type PathBytes, display, fromBytes, toBytes } from '../../core/bytes.ts';
import { ancestors, formatOf } from '../../core/changes.ts';
import { type FilePatch, PatchError, limits } from '../../core/patch/parse.ts';
import { type Effort, EffortSpent, Unplaced, applyHunks } from '../../core/patch/place.ts';
import { type Entry, Mode } from '../../core/repository.ts';
import { applyDelta, deltaSizes } from './embedded/delta.ts';
import { inflateExactly } from './embedded/inflate.ts';
import { hostileName } from './names.ts';

/** What a patch is put onto. */
export interface Ground {
  /** the file-like entry at a path */
  file(path: PathBytes): Promise<Entry | null>;
  /** all files below a folder */
  below(folder: PathBytes): Promise<readonly PathBytes[]>;
  blob(oid: Oid): Promise<Uint8Array>;
  size(oid: Oid): Promise<number>;
  has(oid: Oid): Promise<boolean>;
  hash(bytes: Uint8Array): Oid;
  /** registers new content */
  make(bytes: Uint8Array): Oid;
}

/** Larger contents are not patched, as bytes and as lines. Bytes. */
const LARGEST = 256 << 20, LARGEST_TEXT = 32 << 20;

interface Made { readonly mode: number; readonly content: Content }
/** a blob by id as long as nobody needs its bytes; a submodule's is its commit */
type Content = { readonly oid: Oid; readonly bytes?: Uint8Array };

const GONE = 'gone';
const SUBMODULE = /^Subproject commit ([0-9a-f]{40}(?:[0-9a-f]{24})?)\n$/;

/** path → new entry, or null where it is gone. Throws `PatchError` with what git would say. */
export async function applyPatches(ground: Ground, patches: readonly FilePatch[], effort: Effort): Promise<Map<PathBytes, Entry | null>> {
  return new Applying(ground, patches, effort).all();
}

class Applying {
  readonly #ground: Ground;
  readonly #patches: readonly FilePatch[];
  readonly #effort: Effort;
  /** what earlier patches of this change made of a path */
  readonly #seen = new Map<PathBytes, Made | typeof GONE>();
  /** paths that a later patch takes away */
  readonly #leaving = new Set<PathBytes>();
  readonly #links = new Map<PathBytes, 'comes' | 'goes'>();
  /** above every file that has been put */
  readonly #folders = new Set<PathBytes>();
  #bytes = 0;

  constructor(ground: Ground, patches: readonly FilePatch[], effort: Effort) {
    this.#ground = ground;
    this.#patches = patches;
    this.#effort = effort;
  }

  async all(): Promise<Map<PathBytes, Entry | null>> {
    for (const p of this.#patches) {
      refuseHostile(p);
      if (p.newName === null || p.isRename) this.#leaving.add(p.oldName!);
      if (p.oldName !== null && isLink(p.oldMode) && (p.isRename || p.isDelete !== false)) this.#links.set(p.oldName, 'goes');
      if (p.newName !== null && isLink(p.newMode)) this.#links.set(p.newName, 'comes');
    }
    const done: { patch: FilePatch; isNew: boolean; made: Made | null }[] = [];
    for (const [n, patch] of this.#patches.entries()) {
      done.push(await this.#one(patch));
      if (n % 64 === 63) await new Promise((resolve) => { setImmediate(resolve); });
    }
    const delta = new Map<PathBytes, Entry | null>();
    for (const { patch, isNew } of done) if (patch.isDelete === true || (!isNew && !patch.isCopy)) delta.set(patch.oldName!, null);
    for (const { patch, made } of done) if (patch.isDelete !== true) await this.#put(delta, patch.newName!, await this.#entry(patch.newName!, made!));
    return delta;
  }

  /** A path that comes replaces what is in its way: files above it, a folder of its name. */
  async #put(delta: Map<PathBytes, Entry | null>, path: PathBytes, entry: Entry): Promise<void> {
    const isThere = async (at: PathBytes): Promise<boolean> => (delta.has(at) ? delta.get(at) !== null : await this.#ground.file(at) !== null);
    for (const above of ancestors(path)) {
      if (await isThere(above)) delta.set(above, null);
      this.#folders.add(above);
    }
    if (await this.#ground.file(path) === null) for (const under of await this.#ground.below(path)) delta.set(under, null);
    if (this.#folders.has(path)) for (const [other, e] of delta) if (e !== null && other.startsWith(`${path}/`)) delta.set(other, null);
    delta.set(path, entry);
  }

  async #one(patch: FilePatch): Promise<{ patch: FilePatch; isNew: boolean; made: Made | null }> {
    let { oldName, isNew, isDelete, oldMode, newMode } = patch;
    const { newName } = patch;
    const name = display((oldName ?? newName)!);
    let before: Made | null = null;
    if (oldName !== null) {
      before = await this.#before(patch, oldName);
      if (before === null) {
        if (isNew !== 'maybe') throw new PatchError(`${display(oldName)}: does not exist in index`);
        [isNew, isDelete, oldName] = [true, false, null];
      } else {
        if (isNew === 'maybe') isNew = false;
        if (oldMode === 0) oldMode = before.mode;
        if (formatOf(before.mode) !== formatOf(oldMode)) throw new PatchError(`${name}: wrong type`);
        if (newMode === 0 && isDelete === false) newMode = before.mode;
      }
    }
    if (newName !== null && (isNew === true || patch.isRename || patch.isCopy)) {
      const last = this.#seen.get(newName);
      const allowed = last === GONE || (last === undefined && this.#leaving.has(newName));
      if (!allowed && await this.#ground.file(newName) !== null) throw new PatchError(`${display(newName)}: already exists in index`);
      if (newMode === 0) newMode = isNew === true ? Mode.file : oldMode;
    }
    if (newName !== null && oldName !== null) {
      if (newMode === 0) newMode = oldMode;
      if (formatOf(oldMode) !== formatOf(newMode)) {
        throw new PatchError(`new mode (${newMode.toString(8)}) of ${display(newName)} does not match old mode (${oldMode.toString(8)})${oldName === newName ? '' : ` of ${display(oldName)}`}`);
      }
    }
    if (newName !== null && isLink(newMode) && /(?:^|\/)\.gitmodules$/i.test(newName)) throw new PatchError(`invalid path '${display(newName)}'`);
    if (isDelete === false && newName !== null) await this.#refuseBeyondLink(newName);
    const content = await this.#content(patch, name, before);
    const empty = content.bytes === undefined ? before !== null && formatOf(before.mode) !== formatOf(Mode.submodule) && await this.#ground.size(content.oid) === 0 : content.bytes.length === 0;
    if (isDelete === true && !empty) throw new PatchError(`removal patch leaves file contents; ${name}: patch does not apply`);
    const made = newName === null ? null : { mode: newMode, content };
    if (newName !== null) this.#seen.set(newName, made!);
    if (newName === null || patch.isRename) this.#seen.set(patch.oldName!, GONE);
    return { patch, isNew: isNew === true, made };
  }

  /** What the patch finds at its old name: what an earlier one left there, else the tree's. */
  async #before(patch: FilePatch, path: PathBytes): Promise<Made | null> {
    const last = patch.isCopy || patch.isRename ? undefined : this.#seen.get(path);
    if (last === GONE) throw new PatchError(`path ${display(path)} has been renamed/deleted`);
    if (last !== undefined) return last;
    const entry = await this.#ground.file(path);
    return entry === null ? null : { mode: entry.mode, content: { oid: entry.oid } };
  }

  async #refuseBeyondLink(path: PathBytes): Promise<void> {
    for (const above of ancestors(path)) {
      const change = this.#links.get(above);
      if (change === 'goes') continue;
      const entry = change === 'comes' ? null : await this.#ground.file(above);
      if (change === 'comes' || (entry !== null && isLink(entry.mode))) throw new PatchError(`affected file '${display(path)}' is beyond a symbolic link`);
    }
  }

  async #content(patch: FilePatch, name: string, before: Made | null): Promise<Content> {
    if (patch.binary !== null) return this.#binary(patch, name, before);
    if (patch.hunks.length === 0) return before?.content ?? this.#keep(new Uint8Array(0));
    const text = before === null ? '' : await this.#text(name, before);
    try {
      return this.#keep(toBytes(applyHunks(text, patch.hunks, this.#effort) as ByteString));
    } catch (error) {
      if (error instanceof Unplaced) throw new PatchError(`patch failed: ${name}:${error.oldStart}; ${name}: patch does not apply`);
      if (error instanceof EffortSpent) throw new PatchError(`${name}: it nearly fits in too many places to try them all`);
      throw error;
    }
  }

  #keep(bytes: Uint8Array): Content {
    this.#bytes += bytes.length;
    if (this.#bytes > limits.made) throw new PatchError(`it makes more than ${limits.made >> 20} MiB of contents`);
    return { oid: this.#ground.hash(bytes), bytes };
  }

  async #bytesOf(name: string, { mode, content }: Made, most = LARGEST): Promise<Uint8Array> {
    if (content.bytes !== undefined) return content.bytes;
    if (formatOf(mode) === formatOf(Mode.submodule)) return Buffer.from(`Subproject commit ${content.oid}\n`);
    if (await this.#ground.size(content.oid) > most) throw new PatchError(`${name}: it is larger than ${most >> 20} MiB, too large to patch`);
    return this.#ground.blob(content.oid);
  }

  async #text(name: string, made: Made): Promise<string> {
    return fromBytes(await this.#bytesOf(name, made, LARGEST_TEXT));
  }

  async #binary(patch: FilePatch, name: string, before: Made | null): Promise<Content> {
    const fails = (why: string): PatchError => new PatchError(`${why}; ${name}: patch does not apply`);
    const bytes = before === null ? new Uint8Array(0) : await this.#bytesOf(name, before);
    const empty = this.#ground.hash(new Uint8Array(0));
    if (patch.oldId.length !== empty.length || patch.newId.length !== empty.length || !/^[0-9a-f]+$/.test(patch.oldId + patch.newId)) throw fails(`cannot apply binary patch to '${name}' without full index line`);
    if (before !== null) {
      const there = this.#ground.hash(bytes);
      if (there !== patch.oldId) throw fails(`the patch applies to '${name}' (${there}), which does not match the current contents.`);
    }
    // looked at even where the result is known: git leaves a damaged file out and says nothing of it in its exit status
    const { data } = patch.binary!;
    const unpacked = data === null ? null : await inflateExactly(data.deflated, data.size).catch(() => { throw fails(`corrupt binary patch for '${name}'`); });
    if (/^0+$/.test(patch.newId)) return this.#keep(new Uint8Array(0));
    const wanted = patch.newId as Oid;
    if (await this.#ground.has(wanted)) return { oid: wanted, bytes: await this.#bytesOf(name, { mode: Mode.file, content: { oid: wanted } }) };
    if (data === null || unpacked === null) throw fails(`missing binary patch data for '${name}'; binary patch does not apply to '${name}'`);
    const content = this.#keep(data.kind === 'literal' ? unpacked : this.#byDelta(unpacked, bytes, fails(`binary patch does not apply to '${name}'`)));
    if (content.oid !== wanted) throw fails(`binary patch to '${name}' creates incorrect result (expecting ${wanted}, got ${content.oid})`);
    return content;
  }

  #byDelta(delta: Uint8Array, base: Uint8Array, refused: PatchError): Uint8Array {
    try {
      if (deltaSizes(delta).result > LARGEST) throw refused;
      return applyDelta(delta, base);
    } catch {
      throw refused;
    }
  }

  async #entry(path: PathBytes, { mode, content }: Made): Promise<Entry> {
    if (formatOf(mode) === formatOf(Mode.submodule)) {
      const commit = content.bytes === undefined ? content.oid : SUBMODULE.exec(Buffer.from(content.bytes).toString('latin1'))?.[1];
      if (commit === undefined) throw new PatchError(`corrupt patch for submodule ${display(path)}`);
      return { mode: Mode.submodule, oid: commit as Oid };
    }
    const oid = content.bytes === undefined ? content.oid : this.#ground.make(content.bytes);
    return { mode: isLink(mode) ? Mode.symlink : (mode & 0o100) === 0 ? Mode.file : Mode.executable, oid };
  }
}

const isLink = (mode: number): boolean => formatOf(mode) === formatOf(Mode.symlink);

/** Paths by the rules for trees, which are stricter than git's; and no mode of a folder. */
function refuseHostile(patch: FilePatch): void {
  for (const path of [patch.oldName, patch.newName]) {
    if (path === null) continue;
    for (const part of path.split('/')) {
      const why = hostileName(part as ByteString);
      if (why !== null) throw new PatchError(`invalid path '${display(path)}': ${why}`);
    }
  }
  for (const mode of [patch.oldMode, patch.newMode]) if (formatOf(mode) === formatOf(Mode.tree)) throw new PatchError(`invalid mode ${mode.toString(8)}: a patch holds no folders`);
}
