// The sample: a real repository with branches in flight, made of resources/sample without git. Same recipes, same object ids.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromUtf8, type ByteString, type Oid } from '../../core/bytes.ts';
import { AcumenError, bug } from '../../core/errors.ts';
import type { Commit, Entry, RepositoryWriter, Signature, TreeEntry } from '../../core/repository.ts';
import { Mode } from '../../core/repository.ts';
import { encodeCommit, encodeTree } from '../git/format.ts';
import { objectId } from '../git/oids.ts';
import { openWriter } from '../git/writer.ts';
import { editText, readRecipe, type Change, type RecipeCommit, type Step } from './recipe.ts';

/**
 * Makes the sample in `dir`, a bare repository with HEAD on main. One that is there already is left as it is: people write branches
 * into it. It appears whole or not at all.
 */
export async function writeSample(dir: string): Promise<void> {
  if (existsSync(path.join(dir, 'HEAD'))) return;
  const making = `${dir}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(path.join(making, 'objects', 'pack'), { recursive: true });
    await mkdir(path.join(making, 'refs', 'heads'), { recursive: true });
    await writeFile(path.join(making, 'HEAD'), 'ref: refs/heads/main\n');
    await writeFile(path.join(making, 'config'), '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n');
    const { people, steps } = await readRecipes();
    const objects = new Gathered(openWriter(making));
    const branches = await new History(objects, people).write(steps);
    await objects.write();
    const refs = [...branches].map(([name, oid]) => [`refs/heads/${name}`, oid] as const).sort(([a], [b]) => (a < b ? -1 : 1));
    await writeFile(path.join(making, 'packed-refs'), `# pack-refs with: peeled fully-peeled sorted \n${refs.map(([ref, oid]) => `${oid} ${ref}\n`).join('')}`);
    await rename(making, dir);
  } catch (error) {
    // another Acumen may have made it meanwhile
    if (existsSync(path.join(dir, 'HEAD'))) return;
    if (error instanceof AcumenError) throw error;
    throw new AcumenError('io', `The sample repository could not be made in ${dir}.`, 'Check that the folder may be written to, or open a repository of your own.', { dir }, { cause: error });
  } finally {
    await rm(making, { recursive: true, force: true }).catch(() => {});
  }
}

interface Person { readonly name: string; readonly email: string; readonly offset: number }
type People = Readonly<Record<string, Person>>;

async function readRecipes(): Promise<{ people: People; steps: Step[] }> {
  // resources/ lies beside app/, and beside dist/
  const folder = ['../../../resources/sample/', '../../../../resources/sample/'].map((up) => fileURLToPath(new URL(up, import.meta.url))).find(existsSync);
  if (folder === undefined) throw bug('the recipes of the sample are missing from this installation');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.recipe')).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  const people = JSON.parse(await readFile(path.join(folder, 'people.json'), 'utf8')) as People;
  return { people, steps: texts.flatMap((text, i) => readRecipe(names[i]!, text)) };
}

type Objects = Pick<RepositoryWriter, 'writeBlob' | 'writeTree' | 'writeCommit'>;

/** Names objects first and writes all of them together: each waits for the disk, and a commit's need not wait for its tree's. */
class Gathered implements Objects {
  readonly #writer: Objects;
  readonly #waiting = new Map<Oid, () => Promise<Oid>>();
  constructor(writer: Objects) { this.#writer = writer; }

  #add(oid: Oid, write: () => Promise<Oid>): Promise<Oid> {
    this.#waiting.set(oid, write);
    return Promise.resolve(oid);
  }
  writeBlob(bytes: Uint8Array): Promise<Oid> { return this.#add(objectId('blob', bytes), () => this.#writer.writeBlob(bytes)); }
  writeTree(entries: readonly TreeEntry[]): Promise<Oid> { return this.#add(objectId('tree', encodeTree(entries)), () => this.#writer.writeTree(entries)); }
  writeCommit(commit: Omit<Commit, 'oid'>): Promise<Oid> { return this.#add(objectId('commit', encodeCommit(commit)), () => this.#writer.writeCommit(commit)); }

  async write(): Promise<void> {
    await Promise.all([...this.#waiting].map(async ([oid, write]) => {
      if (await write() !== oid) throw bug('an object of the sample was written under another name', { oid });
    }));
  }
}

type Tree = ReadonlyMap<string, Entry>;
interface Written { readonly oid: Oid; readonly tree: Tree; readonly recipe: RecipeCommit }

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** Plays the steps. Branches and labels name the commits that others stand on. */
class History {
  readonly #writer: Objects;
  readonly #people: People;
  readonly #named = new Map<string, Written>();
  readonly #contents = new Map<Oid, Uint8Array>();

  constructor(writer: Objects, people: People) {
    this.#writer = writer;
    this.#people = people;
  }

  async write(steps: readonly Step[]): Promise<Map<string, Oid>> {
    const branches = new Map<string, Oid>();
    let branch: string | null = null;
    let head: Written | null = null;
    for (const step of steps) {
      switch (step.kind) {
        case 'begin':
          branch = step.branch;
          head = step.on === null ? null : this.#at(step.on);
          continue;
        case 'label':
          if (head !== null) this.#named.set(step.name, head);
          continue;
        case 'commit':
          head = await this.#commit(head, step.commit, step.commit.author, step.commit.when);
          break;
        case 'pick':
          head = await this.#commit(head, this.#at(step.branch).recipe, step.committer, step.when);
      }
      if (branch === null) continue;
      this.#named.set(branch, head);
      branches.set(branch, head.oid);
    }
    return branches;
  }

  #at(name: string): Written {
    const commit = this.#named.get(name);
    if (commit === undefined) throw bug(`the sample recipe speaks of ${name} before it is made`);
    return commit;
  }

  async #commit(head: Written | null, recipe: RecipeCommit, committer: string, when: string): Promise<Written> {
    const tree = new Map(head?.tree);
    const parents = head === null ? [] : [head.oid];
    for (const change of recipe.changes) {
      if (change.kind === 'merge') parents.push(this.#at(change.branch).oid);
      await this.#apply(tree, change);
    }
    const oid = await this.#writer.writeCommit({
      tree: await this.#writeTree(tree), parents, message: fromUtf8(recipe.message),
      author: this.#signature(recipe.author, recipe.when), committer: this.#signature(committer, when),
    });
    return { oid, tree, recipe };
  }

  async #apply(tree: Map<string, Entry>, change: Change): Promise<void> {
    switch (change.kind) {
      case 'write': return void tree.set(change.path, { mode: change.mode, oid: await this.#writeBlob(change.bytes) });
      case 'edit': {
        const { mode, oid } = entryAt(tree, change.path);
        const text = editText(decoder.decode(this.#contents.get(oid)), change.hunks, change.where);
        return void tree.set(change.path, { mode, oid: await this.#writeBlob(encoder.encode(text)) });
      }
      case 'delete': return void tree.delete(change.path);
      case 'mode': return void tree.set(change.path, { ...entryAt(tree, change.path), mode: change.mode });
      case 'submodule': return void tree.set(change.path, { mode: Mode.submodule, oid: change.commit as Oid });
      case 'merge': {
        const [theirs, base] = [this.#at(change.branch).tree, this.#at(change.over).tree];
        for (const name of new Set([...theirs.keys(), ...base.keys()])) {
          const entry = theirs.get(name);
          if (!same(tree.get(name), base.get(name))) continue;
          if (entry === undefined) tree.delete(name);
          else tree.set(name, entry);
        }
      }
    }
  }

  async #writeBlob(bytes: Uint8Array): Promise<Oid> {
    const oid = await this.#writer.writeBlob(bytes);
    this.#contents.set(oid, bytes);
    return oid;
  }

  async #writeTree(tree: Tree): Promise<Oid> {
    const entries: TreeEntry[] = [];
    const folders = new Map<string, Map<string, Entry>>();
    for (const [name, entry] of tree) {
      const slash = name.indexOf('/');
      if (slash < 0) {
        entries.push({ name: fromUtf8<ByteString>(name), ...entry });
        continue;
      }
      const folder = name.slice(0, slash);
      const inside = folders.get(folder) ?? new Map<string, Entry>();
      folders.set(folder, inside.set(name.slice(slash + 1), entry));
    }
    entries.push(...await Promise.all([...folders].map(async ([name, inside]) => ({ name: fromUtf8<ByteString>(name), mode: Mode.tree, oid: await this.#writeTree(inside) }))));
    return this.#writer.writeTree(entries);
  }

  #signature(who: string, when: string): Signature {
    const person = this.#people[who];
    if (person === undefined) throw bug(`the sample recipe knows nobody called ${who}`);
    return { name: fromUtf8(person.name), email: fromUtf8(person.email), time: Date.parse(`${when}:00Z`) / 1000 - person.offset * 60, offset: person.offset };
  }
}

function entryAt(tree: Tree, name: string): Entry {
  const entry = tree.get(name);
  if (entry === undefined) throw bug(`the sample recipe changes ${name}, which is not there`);
  return entry;
}

const same = (a: Entry | undefined, b: Entry | undefined): boolean => a?.mode === b?.mode && a?.oid === b?.oid;
