// Which refs are sources and what they are called (design.md §6: default base, default refs, short names).
import { type ByteString, type Oid, display } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Ref, RefList, RepositoryReader } from '../../core/repository.ts';

export interface SourceRef { readonly name: ByteString; readonly ref: ByteString; readonly oid: Oid }
export interface Base { readonly oid: Oid; readonly name: string }

/** The base: what was asked for, else origin/HEAD, main, master, HEAD. */
export async function chooseBase(reader: RepositoryReader, { refs, remoteHead }: RefList, asked: string | null): Promise<Base> {
  if (asked !== null) return { oid: await reader.resolve(asked), name: asked };
  for (const name of [remoteHead, 'refs/heads/main', 'refs/heads/master'] as (ByteString | null)[]) {
    const oid = name === null ? undefined : oidOf(refs, name);
    if (oid !== undefined) return { oid, name: display(shortName(name!)) };
  }
  const head = await reader.head();
  if (head.kind === 'unborn') {
    if (refs.length === 0) throw new AcumenError('empty-repository', 'The repository has no commits yet.', 'Make a first commit, then import again.');
    throw new AcumenError('unborn-head', `HEAD points to ${display(head.ref)}, which has no commit yet.`, 'Name the base with --base REV.', { ref: display(head.ref) });
  }
  return { oid: head.oid, name: head.kind === 'branch' ? display(shortName(head.ref)) : head.oid.slice(0, 12) };
}

/** Of a name among refs sorted by theirs. */
function oidOf(refs: readonly Ref[], name: ByteString): Oid | undefined {
  let low = 0, high = refs.length;
  while (low < high) { const middle = (low + high) >> 1; if (refs[middle]!.name < name) low = middle + 1; else high = middle; }
  return refs[low]?.name === name ? refs[low]!.oid : undefined;
}

/** Short name as design.md §6 uses it: feature/x, origin/feature/x, pull/12/head. */
export function shortName(ref: ByteString): ByteString {
  for (const prefix of ['refs/heads/', 'refs/remotes/', 'refs/tags/', 'refs/']) {
    if (ref.startsWith(prefix)) return ref.slice(prefix.length) as ByteString;
  }
  return ref;
}

const PULL = /^refs\/(?:pull|pull-requests|merge-requests)\/[^/]+\/(?:head|from)$|^refs\/remotes\/[^/]+\/(?:pr|pull)\/[^/]+(?:\/head)?$/;

/**
 * Without globs: local branches, remote branches no local branch tracks, pull-request heads; not branches that still are where
 * a write-back put them (`written`: commits), for a composition is no change in flight. With globs: full names that match one.
 */
export async function chooseSources(reader: RepositoryReader, refs: readonly Ref[], globs: readonly string[], written: ReadonlySet<Oid> = new Set()): Promise<readonly SourceRef[]> {
  let kept = lately.get(globs);
  if (kept === undefined) lately.set(globs, kept = { matches: globMatcher(globs), listed: [], wanted: [], chosen: [] });
  const { matches, listed, chosen: before } = kept;
  let chosen: readonly Ref[];
  if (globs.length > 0) {
    // told by the names alone, and they are mostly those of the last time
    if (refs.length !== listed.length || refs.some((r, i) => r.name !== listed[i])) {
      kept.listed = refs.map(({ name }) => name);
      kept.wanted = refs.flatMap(({ name }, i) => (matches(name) || matches(display(name)) ? [i] : []));
    }
    chosen = kept.wanted.map((i) => refs[i]!);
  } else {
    const tracked = new Set((await reader.upstreams()).values());
    chosen = refs.filter((r) => (r.name.startsWith('refs/heads/') && !written.has(r.oid)) || PULL.test(r.name)
      || (r.name.startsWith('refs/remotes/') && !r.name.endsWith('/HEAD') && !tracked.has(r.name)));
  }
  // what a source is called depends on the names of all
  if (chosen.length === before.length && chosen.every((r, i) => r.name === before[i]!.ref)) {
    return kept.chosen = chosen.map((r, i) => (r.oid === before[i]!.oid ? before[i]! : { ...before[i]!, oid: r.oid }));
  }
  const names = chosen.map((r) => shortName(r.name)), used = new Set<ByteString>(), twice = new Set<ByteString>();
  for (const name of names) if (used.has(name)) twice.add(name); else used.add(name);
  return kept.chosen = chosen.map((r, i) => ({ name: twice.has(names[i]!) ? r.name : names[i]!, ref: r.name, oid: r.oid }));
}

/** By list of globs, which may name a thousand refs: every import of a workspace asks with the same one. */
const lately = new WeakMap<readonly string[], {
  readonly matches: (name: string) => boolean;
  listed: readonly ByteString[];
  /** places of those that match */
  wanted: readonly number[];
  chosen: readonly SourceRef[];
}>();

/** As git's refspec-like globs of for-each-ref with `*` crossing slashes; a name without a wildcard also takes all below it. */
function globMatcher(globs: readonly string[]): (name: string) => boolean {
  const isPattern = (glob: string): boolean => /[*?]/.test(glob);
  const patterns = globs.filter(isPattern).map((glob) => {
    const body = [...glob].map((c) => (c === '*' ? '.*' : c === '?' ? '[^/]' : c.replace(/[\\^$.|+()[\]{}]/g, '\\$&'))).join('');
    return new RegExp(`^${body}$`, 's');
  });
  const names = new Set(globs.filter((glob) => !isPattern(glob)).map((glob) => glob.replace(/\/$/, '')));
  const isUnder = (name: string): boolean => {
    for (let i = name.indexOf('/'); i >= 0; i = name.indexOf('/', i + 1)) if (names.has(name.slice(0, i))) return true;
    return false;
  };
  return (name) => names.has(name) || (names.size > 0 && isUnder(name)) || patterns.some((p) => p.test(name));
}
