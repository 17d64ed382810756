// Real commits to untangle: drawn by seed from a repository's history, read as the importer reads them; and tangles of two whose
// parts are known, made of neighbouring commits of one author.
import type { ByteString, Oid } from '../app/core/bytes.ts';
import { display } from '../app/core/bytes.ts';
import { commitOf } from '../app/core/atoms/commit.ts';
import type { Commit, Piece } from '../app/core/atoms/model.ts';
import { piecesOf } from '../app/core/atoms/reading.ts';
import type { Changes } from '../app/core/changes.ts';
import { Contents } from '../app/core/contents.ts';
import { editsOf } from '../app/core/edits.ts';
import { AcumenError } from '../app/core/errors.ts';
import type { Commit as GitCommit, RepositoryReader } from '../app/core/repository.ts';
import { visible } from '../app/core/visible.ts';
import { settle } from '../app/core/waves.ts';
import { openRepository } from '../app/main/git/open.ts';
import { treeDiff } from '../app/main/git/trees.ts';
import { contentSource } from '../app/main/service/importer.ts';
import { git } from '../testkit/git.ts';
import { Random } from '../testkit/random.ts';

export const FEWEST = 2, MOST = 60;

export interface RealCommit { readonly oid: Oid; readonly commit: Commit; readonly changes: Changes; readonly pieces: readonly Piece[] }

/** One repository's commits, read one after the other. */
export class RealCommits {
  readonly dir: string;
  readonly reader: RepositoryReader;

  private constructor(dir: string, reader: RepositoryReader) { this.dir = dir; this.reader = reader; }

  static async open(dir: string): Promise<RealCommits> { return new RealCommits(dir, await openRepository(dir, { reader: 'native' })); }

  contents(): Contents { return new Contents(contentSource(this.reader, () => Promise.resolve(null))); }

  /** What lies between the trees of two commits. */
  async between(contents: Contents, from: Oid, to: Oid, title: string): Promise<{ readonly commit: Commit; readonly changes: Changes }> {
    const [a, b] = await Promise.all([this.reader.commit(from), this.reader.commit(to)]), changes = await treeDiff(this.reader, a.tree, b.tree);
    return { commit: await settle(contents, () => commitOf(contents, title, editsOf(contents, changes))), changes };
  }

  /** The commits of the history of HEAD that are no merges and have a parent, newest first: ids, and who made them when. */
  listed(): { readonly oid: Oid; readonly parent: Oid; readonly author: string; readonly time: number }[] {
    return git(this.dir, ['log', '--no-merges', '--format=%H %P %at %ae', 'HEAD']).split('\n').flatMap((line) => {
      const [oid, parent, time, ...author] = line.split(' ');
      return parent === undefined || parent.length < 40 ? [] : [{ oid: oid as Oid, parent: parent as Oid, author: author.join(' '), time: Number(time) }];
    });
  }

  /** `count` commits of FEWEST to MOST pieces, drawn by seed. */
  async drawn(count: number, seed: number): Promise<RealCommit[]> {
    const random = new Random(seed), listed = random.shuffle(this.listed()), out: RealCommit[] = [];
    let contents = this.contents();
    for (const { oid, parent } of listed) {
      if (out.length >= count) break;
      if (contents.isFull) contents = this.contents();
      const one = await this.#read(contents, oid, parent);
      if (one !== null) out.push(one);
    }
    return out;
  }

  async #read(contents: Contents, oid: Oid, parent: Oid): Promise<RealCommit | null> {
    try {
      const { commit, changes } = await this.between(contents, parent, oid, titleOf(await this.reader.commit(oid))), pieces = piecesOf(commit);
      return pieces.length >= FEWEST && pieces.length <= MOST ? { oid, commit, changes, pieces } : null;
    } catch (error) {
      if (error instanceof AcumenError) return null;
      throw error;
    }
  }

  /** Pairs of commits of one author, the one the parent of the other, of few pieces each, with whose each piece of both together is. */
  async tangled(count: number, seed: number): Promise<Tangle[]> {
    const listed = this.listed(), byOid = new Map(listed.map((one) => [one.oid, one])), out: Tangle[] = [];
    const pairs = listed.flatMap((second) => {
      const first = byOid.get(second.parent);
      return first !== undefined && first.author === second.author && Math.abs(first.time - second.time) < NEIGHBOURING ? [{ first, second }] : [];
    });
    let contents = this.contents();
    for (const { first, second } of new Random(seed).shuffle(pairs)) {
      if (out.length >= count) break;
      if (contents.isFull) contents = this.contents();
      const tangle = await this.#tangle(contents, first, second);
      if (tangle !== null) out.push(tangle);
    }
    return out;
  }

  async #tangle(contents: Contents, first: { oid: Oid; parent: Oid }, second: { oid: Oid }): Promise<Tangle | null> {
    try {
      const titles = await Promise.all([first.oid, second.oid].map(async (oid) => titleOf(await this.reader.commit(oid))));
      if (related(titles[0]!, titles[1]!)) return null;
      const [one, two, both] = await Promise.all([
        this.between(contents, first.parent, first.oid, titles[0]!), this.between(contents, first.oid, second.oid, titles[1]!), this.between(contents, first.parent, second.oid, titles.join('; ')),
      ]);
      const sizes = [piecesOf(one.commit).length, piecesOf(two.commit).length], pieces = piecesOf(both.commit);
      // each of few pieces, and none of which both had a part: then the pieces of both are those of the one and the other
      if (Math.min(...sizes) < 1 || Math.max(...sizes) > MOST_TANGLED || pieces.length !== sizes[0]! + sizes[1]!) return null;
      const own = new Set(keysOf(one.commit)), other = new Set(keysOf(two.commit)), keys = keysOf(both.commit);
      if (keys.some((key) => own.has(key) === other.has(key))) return null;
      return { oids: [first.oid, second.oid], titles, commit: both.commit, pieces, of: keys.map((key) => (own.has(key) ? 0 : 1)) };
    } catch (error) {
      if (error instanceof AcumenError) return null;
      throw error;
    }
  }

  close(): Promise<void> { return this.reader.close(); }
}

/** Seconds. */
const NEIGHBOURING = 7 * 86_400;
const MOST_TANGLED = 15;

/** Two commits as one; `of` says of each piece from which it is. */
export interface Tangle { readonly oids: readonly Oid[]; readonly titles: readonly string[]; readonly commit: Commit; readonly pieces: readonly Piece[]; readonly of: readonly number[] }

/** What pieces do, whatever their place: path, lines out and in. */
function keysOf(commit: Commit): string[] {
  const edits = new Map(commit.edits.map(({ edit }) => [edit.path, edit]));
  return piecesOf(commit).map(({ path, hunk }) => {
    const edit = edits.get(path)!;
    return hunk < 0 ? `${path}\0${edit.kind}` : `${path}\0${Buffer.from(edit.hunks![hunk]!.removed).toString('latin1')}\0${Buffer.from(edit.hunks![hunk]!.inserted).toString('latin1')}`;
  });
}

/** Titles that say that the one is about the other, or much the same: such pairs are not tangles. */
function related(a: string, b: string): boolean {
  if (/\b(?:revert|fixup|squash|merge|wip|review|address|follow.?up|again|also|typo|oops|forgot)/i.test(`${a} ${b}`)) return true;
  const words = (title: string): Set<string> => new Set(title.toLowerCase().split(/[^a-z0-9_]+/).filter((word) => word.length > 3));
  const [x, y] = [words(a), words(b)], both = [...x].filter((word) => y.has(word)).length;
  return 2 * both >= Math.min(x.size, y.size);
}

export const titleOf = ({ message }: Pick<GitCommit, 'message'>): string => message.slice(0, Math.max(0, message.indexOf('\n') < 0 ? message.length : message.indexOf('\n'))) as ByteString;
export const shownTitle = (title: string): string => visible(display(title as ByteString), 100);
