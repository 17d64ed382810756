// From a person's words to a commit (gitrevisions(7)): ref names full and short, HEAD, ids whole and abbreviated, and the
// suffixes ^, ^N, ^{commit} and ~N. Ranges, paths, reflogs and searches are refused.
import { display, fromUtf8 } from '../../../core/bytes.ts';
import type { ByteString, Oid } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { Commit } from '../../../core/repository.ts';
import { isOid } from '../oids.ts';
import type { ObjectType } from '../oids.ts';
import { candidates } from '../refnames.ts';
import type { RefStore } from './refs.ts';

/** What resolving needs of the reader. */
export interface Lookup {
  readonly refs: RefStore;
  /** the commit that an object peels to, or the type of what it peels to */
  peel(oid: Oid): Promise<{ readonly commit: Oid } | { readonly type: ObjectType | 'missing' }>;
  commit(oid: Oid): Promise<Commit>;
  withPrefix(prefix: string): Oid[] | Promise<Oid[]>;
}

const SUFFIX = /\^\{[a-z]*\}|\^[0-9]*|~[0-9]*/y;

export async function resolveRevision(lookup: Lookup, rev: string): Promise<Oid> {
  const cut = rev.search(/[\^~]/);
  const name = cut < 0 ? rev : rev.slice(0, cut);
  let at = await startingCommit(lookup, name, rev);
  SUFFIX.lastIndex = name.length;
  while (SUFFIX.lastIndex < rev.length) {
    const suffix = SUFFIX.exec(rev)?.[0];
    if (suffix === undefined || (suffix.startsWith('^{') && suffix !== '^{commit}' && suffix !== '^{}')) throw unknown(rev, 'it is not written in a form that Acumen knows');
    at = await step(lookup, at, suffix, rev);
  }
  // A parent is only named by its child: it may lie behind the end of a shallow clone.
  return (await lookup.commit(at)).oid;
}

async function step(lookup: Lookup, from: Oid, suffix: string, rev: string): Promise<Oid> {
  if (suffix.startsWith('^{')) return from;
  const count = suffix.length === 1 ? 1 : Number(suffix.slice(1));
  let at = from;
  for (let i = 0; suffix.startsWith('~') && i < count; i++) at = parent(await lookup.commit(at), 1, rev);
  return suffix.startsWith('^') && count > 0 ? parent(await lookup.commit(at), count, rev) : at;
}

function parent(commit: Commit, which: number, rev: string): Oid {
  const found = commit.parents[which - 1];
  if (found === undefined) throw unknown(rev, `commit ${commit.oid} has no parent ${which}`);
  return found;
}

async function startingCommit(lookup: Lookup, name: string, rev: string): Promise<Oid> {
  if (isOid(name.toLowerCase())) {
    const oid = name.toLowerCase() as Oid;
    return committed(await lookup.peel(oid), rev);
  }
  const short = name === '@' ? 'HEAD' : name;
  // A name may come from this reader (bytes) or from a person (Unicode).
  const spellings = new Set([...(/^[\x00-\xff]*$/.test(short) ? [short as ByteString] : []), fromUtf8(short)]);
  for (const spelling of spellings) {
    for (const full of candidates(spelling)) {
      const value = lookup.refs.get(full);
      if (value === null) continue;
      const { oid, name: last } = lookup.refs.follow(full);
      if (oid !== null) return committed(await lookup.peel(oid), rev);
      if (full === 'HEAD') throw await withoutCommit(lookup.refs, last);
    }
  }
  if (/^[0-9a-f]{4,63}$/i.test(name)) return await abbreviated(lookup, name.toLowerCase(), rev);
  throw unknown(rev, 'no branch, tag, remote branch or commit has that name');
}

/** git prefers commits here, because a commit is asked for; only two or more of them are ambiguous. */
async function abbreviated(lookup: Lookup, prefix: string, rev: string): Promise<Oid> {
  const ids = await lookup.withPrefix(prefix);
  const commits: Oid[] = [];
  for (const oid of ids) if ('commit' in await lookup.peel(oid)) commits.push(oid);
  if (commits.length > 1) {
    throw new AcumenError('ambiguous-name', `'${rev}' is the beginning of ${commits.length} commits' ids.`, `Give more digits, for example ${commits[0]!.slice(0, Math.max(12, prefix.length + 2))}.`, { rev, candidates: commits.slice(0, 20) });
  }
  const only = commits[0] ?? ids[0];
  if (only === undefined) throw unknown(rev, 'no branch, tag, remote branch or commit has that name');
  return committed(await lookup.peel(only), rev);
}

function committed(peeled: Awaited<ReturnType<Lookup['peel']>>, rev: string): Oid {
  if ('commit' in peeled) return peeled.commit;
  throw unknown(rev, peeled.type === 'missing' ? 'the repository does not hold that object' : `it names a ${peeled.type}, not a commit`);
}

/** HEAD leads to a branch that has no commit yet. */
async function withoutCommit(refs: RefStore, branch: ByteString): Promise<AcumenError> {
  return await refs.isEmpty()
    ? new AcumenError('empty-repository', 'The repository has no commits yet.', 'Make a first commit, or open another repository.')
    : new AcumenError('unborn-head', `HEAD is on ${display(branch)}, which has no commit yet.`, 'Name another branch as the base, for example `--base main`.', { branch });
}

function unknown(rev: string, why: string): AcumenError {
  // Bytes where they make sense as UTF-8, else what a person typed.
  const decoded = display(rev as ByteString);
  return new AcumenError('unknown-revision', `'${decoded.includes('\\x') ? rev : decoded}' names no commit: ${why}.`, 'Run `git branch -a` to see the branches there are.', { rev });
}
