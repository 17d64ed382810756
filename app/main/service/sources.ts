// Which refs are sources and what they are called (design.md §6: default base, default refs, short names).
import { type ByteString, type Oid, display } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Ref, RepositoryReader } from '../../core/repository.ts';

export interface SourceRef { readonly name: ByteString; readonly ref: ByteString; readonly oid: Oid }
export interface Base { readonly oid: Oid; readonly name: string }

/** The base: what was asked for, else origin/HEAD, main, master, HEAD. */
export async function chooseBase(reader: RepositoryReader, refs: readonly Ref[], asked: string | null): Promise<Base> {
  if (asked !== null) return { oid: await reader.resolve(asked), name: asked };
  const remoteHead = await reader.symbolicRef('refs/remotes/origin/HEAD');
  for (const name of [remoteHead, 'refs/heads/main', 'refs/heads/master']) {
    const oid = name === null ? undefined : refs.find((r) => r.name === name)?.oid;
    if (oid !== undefined) return { oid, name: display(shortName(name as ByteString)) };
  }
  const head = await reader.head();
  if (head.kind === 'unborn') {
    if (refs.length === 0) throw new AcumenError('empty-repository', 'The repository has no commits yet.', 'Make a first commit, then import again.');
    throw new AcumenError('unborn-head', `HEAD points to ${display(head.ref)}, which has no commit yet.`, 'Name the base with --base REV.', { ref: display(head.ref) });
  }
  return { oid: head.oid, name: head.kind === 'branch' ? display(shortName(head.ref)) : head.oid.slice(0, 12) };
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
export async function chooseSources(reader: RepositoryReader, refs: readonly Ref[], globs: readonly string[], written: ReadonlySet<Oid> = new Set()): Promise<SourceRef[]> {
  let chosen: readonly Ref[];
  if (globs.length > 0) {
    const matches = globMatcher(globs);
    chosen = refs.filter((r) => matches(r.name) || matches(display(r.name)));
  } else {
    const tracked = new Set((await reader.upstreams()).values());
    chosen = refs.filter((r) => (r.name.startsWith('refs/heads/') && !written.has(r.oid)) || PULL.test(r.name)
      || (r.name.startsWith('refs/remotes/') && !r.name.endsWith('/HEAD') && !tracked.has(r.name)));
  }
  const used = new Map<ByteString, number>();
  for (const r of chosen) used.set(shortName(r.name), (used.get(shortName(r.name)) ?? 0) + 1);
  return chosen.map((r) => ({ name: used.get(shortName(r.name))! > 1 ? r.name : shortName(r.name), ref: r.name, oid: r.oid }));
}

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
