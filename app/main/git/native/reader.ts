// The native reader: objects by git plumbing, everything else by the code of the embedded one. git sees their object folder
// and nothing else of the repository, every id is checked against the content, and links and borrowed folders are refused before.
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Oid } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { HistoryReader, MergedPath, PathChange, TreePair } from '../../../core/repository.ts';
import { objectFormatOf, readConfig } from '../embedded/locate.ts';
import type { Location } from '../embedded/locate.ts';
import { loosePath } from '../embedded/loose.ts';
import { ObjectStore } from '../embedded/objects.ts';
import { corruptObject } from '../failures.ts';
import { isPromised, refuseLinks, withAlternates } from '../objectDirectories.ts';
import { EMPTY_TREES, ID_DIGITS, isOid, LARGE, objectId, objectIdGently } from '../oids.ts';
import type { ObjectFormat } from '../oids.ts';
import { CACHE_BYTES, MOST_BYTES, Reader } from '../reader.ts';
import type { GitObject, Header, Objects } from '../reader.ts';
import { Turns } from '../turns.ts';
import { Conversation } from './conversation.ts';
import { descent } from './ancestry.ts';
import { Differences } from './differences.ts';
import { MergePatches, PairPatches } from './patches.ts';
import { GitHome } from './git.ts';
import type { Git } from './git.ts';

/** A disk that wakes up or a pack of many gigabytes may take seconds for one object. */
const ANSWER_MS = 30_000;

/** The same for comparing trees: the first commit of a large project, or a thousand renames, take their time. */
const COMPARING_MS = 60_000;

/** Of a large wave so many are checked against their ids while git reads the rest: it answers in the order asked. */
const CHECKED_AT_ONCE = 64;

/** objects in a wave that we read ourselves, and the memory for it */
const SMALL_WAVE = 8;
const OWN_BYTES = 16 << 20;
const NOTHING = Buffer.alloc(0);

/** `isChecked`: against its id, by whoever read it. */
interface Read extends GitObject, Header { readonly isChecked?: true }

export interface NativeOptions {
  readonly cacheBytes?: number;
  /** how long git may stay silent while something is asked of it; 30 s if not given */
  readonly timeoutMs?: number;
}

export function openNative(location: Location, git: Git, { cacheBytes = CACHE_BYTES, timeoutMs = ANSWER_MS }: NativeOptions = {}): HistoryReader {
  const config = readConfig(location.gitDir, 'native');
  const objects = new NativeObjects(join(location.gitDir, 'objects'), objectFormatOf(config), git, timeoutMs);
  return new Reader('native', location, config, objects, cacheBytes / 2);
}

class NativeObjects implements Objects {
  readonly #directories: readonly string[];
  readonly #format: ObjectFormat;
  readonly #home: GitHome;
  readonly #conversation: Conversation;
  /** for small waves, where our own code reads this format */
  readonly #own: ObjectStore | null;
  readonly #turns = new Turns();
  #lines: Differences<TreePair, readonly PathChange[]> | null = null;
  #paths: Differences<TreePair, readonly PathChange[]> | null = null;
  #merges: Differences<Oid, readonly MergedPath[]> | null = null;

  constructor(objectDir: string, format: ObjectFormat, git: Git, timeoutMs: number) {
    this.#format = format;
    this.#home = new GitHome(git, objectDir, format, timeoutMs);
    this.#conversation = new Conversation(this.#home);
    // It opens nothing of theirs before it is asked, and that is not before their folders have been looked over: meanwhile it starts.
    this.#conversation.prepare();
    try {
      this.#directories = withAlternates(objectDir);
      refuseLinks(this.#directories);
    } catch (error) {
      this.#conversation.close();
      this.#home.close();
      throw error;
    }
    this.#own = format === 'sha1' ? new ObjectStore(objectDir, OWN_BYTES) : null;
  }

  get #patience(): number { return Math.max(this.#home.timeoutMs, COMPARING_MS); }

  turn(): Promise<void> | undefined {
    return this.#turns.turn();
  }

  async read(oid: Oid): Promise<GitObject | null> {
    if (oid === EMPTY_TREES[this.#format]) return { type: 'tree', content: Buffer.alloc(0) };
    const found = await this.#ask('contents', oid);
    if (found !== null && await objectIdGently(found.type, found.content, this.#format) !== oid) throw corruptObject(`Object ${oid}`, 'its content has another id', { oid });
    return found;
  }

  async header(oid: Oid): Promise<Header | null> {
    return oid === EMPTY_TREES[this.#format] ? { type: 'tree', size: 0 } : this.#ask('info', oid);
  }

  async withPrefix(prefix: string): Promise<Oid[]> {
    return (await this.#home.withPrefix(prefix)).filter((oid) => this.#isId(oid)).sort() as Oid[];
  }

  get isPromised(): boolean {
    return isPromised(this.#directories);
  }

  close(): void {
    this.#conversation.close();
    for (const one of [this.#lines, this.#paths, this.#merges]) one?.close();
    this.#own?.close();
    this.#home.close();
  }

  readonly plumbing = {
    ancestry: (head: Oid, without: readonly Oid[], most: number, cut: readonly Oid[]) => descent(this.#home, this.#format, { head, without, most, cut, timeoutMs: this.#patience }),
    changes: (pairs: readonly TreePair[], how: 'lines' | 'paths') => {
      const started = (): Differences<TreePair, readonly PathChange[]> => new Differences(this.#home, how, new PairPatches(how, EMPTY_TREES[this.#format]), this.#patience);
      return (how === 'lines' ? this.#lines ??= started() : this.#paths ??= started()).of(pairs);
    },
    merges: (oids: readonly Oid[]) => (this.#merges ??= new Differences(this.#home, 'merges', new MergePatches(), this.#patience)).of(oids),
  };

  async readAll(oids: readonly Oid[], most: number): Promise<(GitObject | AcumenError | null)[]> {
    const parts = Math.ceil(oids.length / CHECKED_AT_ONCE);
    if (parts <= 1) return this.#readPart(oids, most);
    const size = Math.ceil(oids.length / parts);
    return (await Promise.all(Array.from({ length: parts }, (_, n) => this.#readPart(oids.slice(n * size, (n + 1) * size), most)))).flat();
  }

  async #readPart(oids: readonly Oid[], most: number): Promise<(GitObject | AcumenError | null)[]> {
    const found = await this.#askAll('contents', oids, most);
    for (let i = 0; i < oids.length; i++) {
      const object = found[i]!, oid = oids[i]!;
      if (object === null || object instanceof AcumenError || object.isChecked) continue;
      const id = object.size > LARGE ? await objectIdGently(object.type, object.content, this.#format) : objectId(object.type, object.content, this.#format);
      if (id !== oid) found[i] = corruptObject(`Object ${oid}`, 'its content has another id', { oid });
    }
    return found;
  }

  headers(oids: readonly Oid[]): Promise<(Header | AcumenError | null)[]> {
    return this.#askAll('info', oids, MOST_BYTES);
  }

  async #askAll(verb: 'contents' | 'info', oids: readonly Oid[], most: number): Promise<(Read | AcumenError | null)[]> {
    const empty = EMPTY_TREES[this.#format];
    const isAsked = (oid: Oid): boolean => oid !== empty && this.#isId(oid);
    const asked = oids.every(isAsked) ? oids : oids.filter(isAsked);
    const answers = await this.#answers(verb, asked, most);
    for (let i = 0; i < asked.length; i++) if (answers[i] === null && this.#isLoose(asked[i]!)) answers[i] = unreadable(asked[i]!);
    if (asked === oids) return answers;
    let n = 0;
    return oids.map((oid) => (isAsked(oid) ? answers[n++]! : oid === empty ? { type: 'tree', size: 0, content: Buffer.alloc(0) } : null));
  }

  /**
   * A small wave costs less to read here than the way to git and back, and while git is at work nobody waits for it: a walk down one
   * line of history asks for one commit at a time. What we cannot read ourselves, git is asked for.
   */
  async #answers(verb: 'contents' | 'info', oids: readonly Oid[], most: number): Promise<(Read | AcumenError | null)[]> {
    const own = oids.length <= SMALL_WAVE ? this.#own : null;
    if (own === null) return this.#conversation.askAll(verb, oids, most);
    const found: (Read | AcumenError | null)[] = verb === 'contents'
      ? (await own.readAll(oids, most)).map((object) => (object === null || object instanceof AcumenError ? object : { type: object.type, content: object.content, size: object.content.length, isChecked: true }))
      : (await own.headers(oids)).map((header) => (header === null || header instanceof AcumenError ? header : { ...header, content: NOTHING }));
    const left = oids.flatMap((_, i) => (found[i] === null || found[i] instanceof AcumenError ? [i] : []));
    const asked = await this.#conversation.askAll(verb, left.map((i) => oids[i]!), most);
    for (const [n, i] of left.entries()) found[i] = asked[n]!;
    return found;
  }

  /** git calls a loose object missing that is there and cannot be read. */
  #isLoose(oid: Oid): boolean {
    return this.#directories.some((dir) => lstatSync(loosePath(dir, oid), { throwIfNoEntry: false }) !== undefined);
  }

  async #ask(verb: 'contents' | 'info', oid: Oid): Promise<(GitObject & Header) | null> {
    // What is not an id never reaches git: it would be taken for an expression, or for two commands.
    if (!this.#isId(oid)) return null;
    const found = await this.#conversation.ask(verb, oid);
    if (found === null && this.#isLoose(oid)) throw unreadable(oid);
    return found;
  }

  #isId(text: string): boolean {
    return isOid(text) && text.length === ID_DIGITS[this.#format];
  }
}

function unreadable(oid: Oid): AcumenError {
  return corruptObject(`Object ${oid}`, 'git cannot read it', { oid });
}
