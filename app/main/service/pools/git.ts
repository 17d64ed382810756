// A repository's reader that outlives its git: where git hangs, dies or babbles, what was asked of it is asked of the embedded reader, and
// after a few such failures git is left alone until it answers a question of its own. Not how either reads: that is main/git.
import type { ByteString, Oid } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { Ancestry, Commit, Head, HistoryReader, Known, MergedPath, PathChange, RefList, TreeEntry, TreePair } from '../../../core/repository.ts';
import { type OpenOptions, openRepository } from '../../git/open.ts';
import type { Breaker, Breakers } from './breakers.ts';

export interface GuardOptions extends Pick<OpenOptions, 'reader' | 'searchPath' | 'timeoutMs'> {
  /** where a process has any; else a git that failed once is not asked again */
  readonly breakers?: Breakers | undefined;
  /** of the breaker: ms until a git that failed is tried again */
  readonly rest?: number;
}

/** Silence of git, in ms, after which the embedded reader is asked, where there is one. Without, git has the reader's own patience. */
const HANGS = 1_500;
/** in a row: a git that ended twice without an answer between is not started a third time by its reader either (git/native/conversation.ts) */
const FAILURES = 2;
/** ms in which they count together: a reader answers much from memory, which tells nothing of git. */
const WITHIN = 60_000;

/** Something that git itself did, and not what it was asked. */
function isGitFailure(error: unknown): error is AcumenError {
  return error instanceof AcumenError && error.data['dependency'] === 'git';
}

const closed = (): AcumenError => new AcumenError('io', 'The repository has been closed.', 'Open it again.');

/** As `openRepository` (git/open.ts), and guarded where git may read it. */
export async function openGuarded(path: string, options: GuardOptions = {}): Promise<HistoryReader> {
  const { reader = 'auto', breakers, searchPath, rest } = options;
  const opening: OpenOptions = { ...searchPath !== undefined && { searchPath }, ...options.timeoutMs !== undefined ? { timeoutMs: options.timeoutMs } : reader === 'auto' && { timeoutMs: HANGS } };
  if (reader === 'embedded') return openRepository(path, { ...opening, reader });
  let failure: unknown = null;
  const native = await openRepository(path, { ...opening, reader: 'native' }).catch((error: unknown) => { failure = error; return null; });
  if (native === null && (reader === 'native' || !isGitFailure(failure))) {
    if (reader === 'native') throw failure;
    // no git that can be used, or no repository: the embedded reader, or what is wrong in its words
    return openRepository(path, { ...opening, reader: 'embedded' });
  }
  const embedded = native === null ? await openRepository(path, { ...opening, reader: 'embedded' }).catch((): never => { throw failure; }) : null;
  return new GuardedReader(native, embedded, (native ?? embedded)!.gitDir, opening, reader === 'auto', breakers, rest, failure);
}

class GuardedReader implements HistoryReader {
  readonly gitDir: string;
  readonly objectFormat: 'sha1' | 'sha256';
  readonly #opening: OpenOptions;
  readonly #breakers: Breakers | undefined;
  readonly #breaker: Breaker | null;
  /** null: it could not be opened, or has failed; the breaker's probe opens another */
  #native: HistoryReader | null;
  #embedded: Promise<HistoryReader | null> | null;
  #failed: AcumenError | null;
  #closed = false;

  constructor(native: HistoryReader | null, embedded: HistoryReader | null, gitDir: string, opening: OpenOptions, mayFallBack: boolean, breakers: Breakers | undefined, rest: number | undefined, failure: unknown) {
    this.gitDir = gitDir;
    this.objectFormat = (native ?? embedded)!.objectFormat;
    this.#opening = opening;
    this.#native = native;
    this.#embedded = mayFallBack ? embedded === null ? null : Promise.resolve(embedded) : Promise.resolve(null);
    this.#failed = isGitFailure(failure) ? failure : null;
    this.#breakers = breakers;
    this.#breaker = breakers?.another('git', { failures: FAILURES, within: WITHIN, counts: isGitFailure, probe: () => this.#probe(), ...rest !== undefined && { rest } }) ?? null;
    if (native === null && this.#failed !== null) for (let i = 0; i < FAILURES; i++) this.#breaker?.failed(this.#failed.message);
  }

  get kind(): 'embedded' | 'native' { return this.#native !== null && this.#breaker?.isClosed !== false ? 'native' : 'embedded'; }

  /** A git of its own that answers one question: nothing that is asked waits for it. */
  async #probe(): Promise<void> {
    const fresh = await openRepository(this.gitDir, { ...this.#opening, reader: 'native' });
    try {
      await fresh.has('0'.repeat(this.objectFormat === 'sha1' ? 40 : 64) as Oid);
    } catch (error) {
      await fresh.close();
      throw error;
    }
    if (this.#closed) { await fresh.close(); return; }
    this.#failed = null;
    this.#replace(fresh);
  }

  /** Who still waits for the one before is told that it is closed, and asks what took its place: once the breaker knows of it, too. */
  #replace(by: HistoryReader | null): void {
    const old = this.#native;
    this.#native = by;
    setImmediate(() => { void old?.close(); });
  }

  /** The reader that git does not stop; the failure where there is none. */
  async #other(failure: unknown): Promise<HistoryReader> {
    const other = await (this.#embedded ??= openRepository(this.gitDir, { ...this.#opening, reader: 'embedded' }).catch(() => null));
    if (other === null) throw failure;
    return other;
  }

  async #ask<T>(work: (reader: HistoryReader) => Promise<T>): Promise<T> {
    if (this.#closed) throw closed();
    const native = this.#native;
    let failure: unknown = this.#failed;
    if (native !== null && this.#breaker?.isClosed !== false) {
      try {
        return await (this.#breaker === null ? work(native) : this.#breaker.run(() => work(native)));
      } catch (error) {
        if (native !== this.#native && !this.#closed) return this.#ask(work);
        if (!isGitFailure(error)) throw error;
        failure = this.#note(error);
      }
    }
    // git was ended with it: nobody else goes on with what it was at
    if (this.#closed) throw closed();
    return work(await this.#other(this.#breaker?.isClosed === false ? this.#breaker.broken() : failure));
  }

  /** Many at once: those that git failed are asked of the other. */
  async #askAll<A, T>(asked: readonly A[], ask: (reader: HistoryReader, asked: readonly A[]) => Promise<readonly (T | AcumenError)[]>): Promise<readonly (T | AcumenError)[]> {
    let lost: T | AcumenError | undefined, partly: readonly (T | AcumenError)[] = [];
    try {
      return await this.#ask(async (reader) => {
        const found = await ask(reader, asked);
        if (reader.kind !== 'native') return found;
        lost = found.find((one) => isGitFailure(one) || (reader !== this.#native && one instanceof AcumenError && one.code === 'io'));
        partly = found;
        if (lost !== undefined) throw lost;
        return found;
      });
    } catch (error) {
      // nobody else can read it: what git answered before it failed is answered all the same
      if (lost !== undefined && error === lost) return partly;
      throw error;
    }
  }

  #note(failure: AcumenError): AcumenError {
    this.#failed = failure;
    if (this.#breaker === null && this.#embedded === null && !this.#closed) {
      // without a breaker nobody finds out whether it is back
      void this.#other(failure).then(() => this.#replace(null), () => {});
    }
    return failure;
  }

  head(): Promise<Head> { return this.#ask((r) => r.head()); }
  refs(): Promise<RefList> { return this.#ask((r) => r.refs()); }
  resolve(rev: string): Promise<Oid> { return this.#ask((r) => r.resolve(rev)); }
  upstreams(): Promise<ReadonlyMap<ByteString, ByteString>> { return this.#ask((r) => r.upstreams()); }
  commit(oid: Oid): Promise<Commit> { return this.#ask((r) => r.commit(oid)); }
  tree(oid: Oid): Promise<readonly TreeEntry[]> { return this.#ask((r) => r.tree(oid)); }
  blob(oid: Oid): Promise<Uint8Array> { return this.#ask((r) => r.blob(oid)); }
  blobSize(oid: Oid): Promise<number> { return this.#ask((r) => r.blobSize(oid)); }
  has(oid: Oid): Promise<boolean> { return this.#ask((r) => r.has(oid)); }
  abbreviated(prefix: string): Promise<readonly Oid[]> { return this.#ask((r) => r.abbreviated(prefix)); }
  commits(oids: readonly Oid[]): Promise<readonly (Commit | AcumenError)[]> { return this.#askAll(oids, (r, some) => r.commits(some)); }
  contents(type: 'tree' | 'blob', oids: readonly Oid[], most?: number): Promise<readonly (Uint8Array | AcumenError)[]> { return this.#askAll(oids, (r, some) => r.contents(type, some, most)); }
  blobSizes(oids: readonly Oid[]): Promise<readonly (number | AcumenError)[]> { return this.#askAll(oids, (r, some) => r.blobSizes(some)); }

  ancestry(head: Oid, known: Known, most: number): Promise<Ancestry> { return this.#ask((r) => r.ancestry(head, known, most)); }
  changes(pairs: readonly TreePair[], how: 'lines' | 'paths'): Promise<readonly (readonly PathChange[] | AcumenError)[]> {
    return this.#askAll(pairs, (r, some) => r.changes(some, how));
  }
  merges(oids: readonly Oid[]): Promise<readonly (readonly MergedPath[] | AcumenError)[]> { return this.#askAll(oids, (r, some) => r.merges(some)); }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#breaker !== null) this.#breakers!.forget(this.#breaker);
    const other = this.#embedded === null ? null : await this.#embedded;
    await Promise.all([this.#native?.close(), other?.close()]);
  }
}
