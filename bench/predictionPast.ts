// The past of a repository as it looked to those who were in it: pull requests that were open at the same time, as they stood when half of their commits
// were there, on the main branch's commit of that time; and which of them came to conflict in the end, by the engine. For judging and fitting predictions.
import { execFileSync } from 'node:child_process';
import type { ByteString, Oid } from '../app/core/bytes.ts';
import { inFlightOf } from '../app/core/collaboration/inFlight.ts';
import type { InFlight } from '../app/core/collaboration/model.ts';
import type { Engine } from '../app/core/engine.ts';
import type { RepositoryReader } from '../app/core/repository.ts';
import { environment } from '../testkit/git.ts';
import { load } from '../testkit/loaded.ts';

export interface PullRequest {
  readonly number: number;
  /** where on the main branch's first parents it forked, or last merged from */
  readonly fork: number;
  /** where it was merged, by what the main branch's messages say, or because its last commit stands there too, by author, date and subject; Infinity: not, or not known */
  readonly merged: number;
  /** its commits, merges left out */
  readonly commits: number;
  readonly head: Oid;
  /** the commit at which the first half of them was there; the head where there is one alone */
  readonly half: Oid;
}

export interface Chain { readonly oids: readonly Oid[]; /** committer's, rising, seconds since the epoch */ readonly time: Float64Array }
/** A day in the past: where the main branch was, and what was open. */
export interface Day { readonly at: number; readonly base: Oid; readonly time: number; readonly open: readonly PullRequest[] }

const git = (dir: string, args: readonly string[]): string => execFileSync('git', ['-C', dir, ...args], { maxBuffer: 1 << 30, env: environment() }).toString('latin1');

/** More commits than these are no pull request but another history. */
const MOST_COMMITS = 60;
const DAY = 86_400;

export function pullRequestsOf(dir: string): { readonly chain: Chain; readonly requests: readonly PullRequest[] } {
  const parents = new Map<string, readonly string[]>(), told = new Map<string, { readonly time: number; readonly subject: string; readonly written: string }>();
  for (const line of git(dir, ['log', '--all', '--topo-order', '--format=%H%x09%P%x09%ct%x09%at %ae%x09%s']).split('\n')) {
    const [oid, above, time, by, subject] = line.split('\t');
    if (oid === '' || above === undefined) continue;
    parents.set(oid!, above === '' ? [] : above.split(' '));
    told.set(oid!, { time: Number(time), subject: subject ?? '', written: `${by} ${subject}` });
  }
  const oids: string[] = [];
  for (let c: string | undefined = git(dir, ['rev-parse', 'HEAD']).trim(); c !== undefined; c = parents.get(c)![0]) oids.push(c);
  oids.reverse();
  const place = new Map(oids.map((oid, i) => [oid, i])), time = new Float64Array(oids.length), merged = new Map<number, number>(), written = new Map<string, number>();
  oids.forEach((oid, i) => {
    const { time: t, subject } = told.get(oid)!, named = /\(#(\d+)\)$/.exec(subject) ?? /^Merge pull request #(\d+)/.exec(subject);
    time[i] = Math.max(t, i === 0 ? 0 : time[i - 1]!);
    if (named !== null) merged.set(Number(named[1]), i);
    written.set(told.get(oid)!.written, i);
  });
  const requests: PullRequest[] = [];
  for (const line of git(dir, ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/pull/*/head']).trim().split('\n')) {
    const [head, ref] = line.split(' ') as [string, string], number = Number(ref.split('/')[2]);
    const own = ownCommits(head, parents, place);
    if (own === null || own.commits.length === 0) continue;
    const { commits } = own, half = commits.length === 1 ? head : commits[(commits.length >> 1) - 1]!;
    requests.push({ number, fork: own.fork, merged: merged.get(number) ?? written.get(told.get(head)!.written) ?? Infinity, commits: commits.length, head: head as Oid, half: half as Oid });
  }
  return { chain: { oids: oids as Oid[], time }, requests: requests.sort((x, y) => x.number - y.number) };
}

/** Parents first. Null: too many, or not of this history. */
function ownCommits(head: string, parents: ReadonlyMap<string, readonly string[]>, place: ReadonlyMap<string, number>): { readonly commits: readonly string[]; readonly fork: number } | null {
  const commits: string[] = [], done = new Set<string>(), open = [head];
  let fork = -1;
  while (open.length > 0) {
    const c = open.at(-1)!, at = place.get(c);
    if (at !== undefined) { fork = Math.max(fork, at); open.pop(); continue; }
    if (done.size > 4 * MOST_COMMITS) return null;
    const above = parents.get(c) ?? [], next = done.has(c) ? [] : above.filter((p) => !done.has(p));
    if (!done.has(c) && next.some((p) => !place.has(p))) { done.add(c); open.push(...next); continue; }
    for (const p of above) if (place.has(p)) fork = Math.max(fork, place.get(p)!);
    open.pop();
    if (above.length < 2 && !commits.includes(c)) commits.push(c);
    done.add(c);
  }
  return fork < 0 || commits.length > MOST_COMMITS ? null : { commits, fork };
}

/** Days `every` so many days; open: forked at most `within` days before, and not merged. */
export function daysOf(chain: Chain, requests: readonly PullRequest[], every: number, within: number): Day[] {
  const out: Day[] = [], last = chain.time.at(-1)!;
  for (let t = chain.time[0]! + every * DAY, at = 0; t <= last; t += every * DAY) {
    while (at + 1 < chain.time.length && chain.time[at + 1]! <= t) at++;
    const open = requests.filter(({ fork, merged }) => fork <= at && merged > at && chain.time[fork]! >= t - within * DAY);
    if (open.length >= 2) out.push({ at, base: chain.oids[at]!, time: t, open });
  }
  return out;
}

export interface Pair { readonly a: number; readonly b: number; /** numbers of the pull requests */ readonly ofA: number; readonly ofB: number; /** files that both touch when they are done */ readonly shared: number; readonly conflict: boolean }
export interface Seen { readonly inFlight: InFlight; readonly pairs: readonly Pair[]; readonly left: { readonly stale: number; readonly empty: number } }

/** What was in flight on a day, half done, and for each pair of them whether they conflict when both are done. Pairs are places in `acus`, a < b. */
export async function lookAt(dir: string, { base, open }: Day): Promise<Seen> {
  const half = await engineOf(dir, base, open.map(({ number, half: oid }) => ({ number, oid })));
  const whole = await engineOf(dir, base, open.map(({ number, head: oid }) => ({ number, oid })));
  const inFlight = inFlightOf(half), before = tipsOf(half), after = tipsOf(whole), place = new Map(inFlight.acus.map(({ id }, i) => [id, i]));
  const pairs: Pair[] = [], known = open.filter(({ number }) => before.has(number) && after.has(number)).map(({ number }) => number);
  const taken = new Set<number>();
  const usable = known.filter((n) => {
    const p = place.get(half.tables.segments[before.get(n)!]!.acu!)!;
    return !taken.has(p) && taken.add(p);
  });
  const filesOf = new Map(usable.map((n) => [n, new Set(whole.tables.segments[after.get(n)!]!.paths)]));
  const below = (engine: Engine, a: number, b: number): boolean => engine.index.includes(a, b) || engine.index.includes(b, a);
  for (const [i, m] of usable.entries()) for (const n of usable.slice(i + 1)) {
    const x = after.get(m)!, y = after.get(n)!, u = before.get(m)!, v = before.get(n)!;
    if (below(whole, x, y) || below(half, u, v) || whole.index.isUnknown(x, y) || half.index.isUnknown(u, v)) continue;
    const p = place.get(half.tables.segments[u]!.acu!)!, q = place.get(half.tables.segments[v]!.acu!)!;
    let shared = 0;
    for (const path of filesOf.get(m)!) if (filesOf.get(n)!.has(path)) shared++;
    pairs.push({ a: Math.min(p, q), b: Math.max(p, q), ofA: p < q ? m : n, ofB: p < q ? n : m, shared, conflict: whole.index.has(x, y) });
  }
  return { inFlight, pairs, left: { stale: open.length - known.length, empty: known.length - usable.length } };
}

/** The segment at each pull request's tip, where it is an exact ACU. */
function tipsOf(engine: Engine): Map<number, number> {
  const out = new Map<number, number>();
  for (const { name, segments } of engine.tables.sources) {
    const tip = segments.at(-1), meta = tip === undefined ? undefined : engine.tables.segments[tip]!;
    if (meta?.standing === 'exact' && meta.acu !== null) out.set(Number(name.slice(1)), tip!);
  }
  return out;
}

async function engineOf(dir: string, base: Oid, tips: readonly { readonly number: number; readonly oid: Oid }[]): Promise<Engine> {
  const refs = tips.map(({ number, oid }) => ({ name: `refs/heads/p${number}` as ByteString, oid })).sort((x, y) => (x.name < y.name ? -1 : 1));
  const through = (reader: RepositoryReader): RepositoryReader => new Proxy(reader, {
    get(target, key) {
      if (key === 'refs') return async () => ({ refs, skipped: [], remoteHead: null });
      const value = Reflect.get(target, key, target) as unknown;
      return typeof value === 'function' ? value.bind(target) as unknown : value;
    },
  });
  const loaded = await load(dir, { base, refs: ['refs/heads/*'], through, reader: 'native' });
  await loaded.close();
  return loaded.engine;
}
