// Real stacks for bench grain: runs of commits without merges, from what repositories were built of and from what was offered to them, chosen by a
// seed; and closed subsets of what they are made of.
import { git, gitLine, tryGit } from '../testkit/git.ts';
import type { Random } from '../testkit/random.ts';

/** Commits oldest first; the first one's parent is `base` for a run of the history, an ancestor of it for a pull request. */
export interface Stack { readonly from: 'history' | 'pull request'; readonly base: string; readonly commits: readonly string[] }

const LENGTH = { least: 4, most: 14 };

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Runs of first parents without a merge among them, on the commit before. */
export function runsOf(dir: string, wanted: number, random: Random): Stack[] {
  const history = lines(git(dir, ['rev-list', '--first-parent', '--parents', 'HEAD'])).map((line) => line.split(' '));
  const out: Stack[] = [];
  for (let tries = 0; out.length < wanted && tries < 60 * wanted; tries++) {
    const length = random.between(LENGTH.least, LENGTH.most), at = random.below(Math.max(1, history.length - length - 1));
    const run = history.slice(at, at + length);
    if (run.length < length || run.some((row) => row.length !== 2)) continue;
    out.push({ from: 'history', base: run.at(-1)![1]!, commits: run.map(([oid]) => oid!).reverse() });
  }
  return out;
}

/** What pull requests brought, on the main line as it was on the day of their last commit: those without merges that git carries there without a conflict. */
export function pullsOf(dir: string, wanted: number, random: Random): Stack[] {
  const refs = lines(git(dir, ['for-each-ref', '--format=%(objectname) %(committerdate:unix)', 'refs/pull/*/head'])).map((line) => line.split(' ') as [string, string]);
  const out: Stack[] = [];
  for (let tries = 0; out.length < wanted && refs.length > 0 && tries < 40 * wanted; tries++) {
    const [[tip, time]] = refs.splice(random.below(refs.length), 1) as [[string, string]];
    const base = gitLine(dir, ['rev-list', '--first-parent', '--max-count=1', `--before=${time}`, 'HEAD']);
    if (base === '') continue;
    const rows = lines(git(dir, ['rev-list', '--topo-order', '--parents', `--max-count=${LENGTH.most + 1}`, tip, `^${base}`])).map((line) => line.split(' '));
    if (rows.length < LENGTH.least || rows.length > LENGTH.most || rows.some((row) => row.length !== 2)) continue;
    if (rows.some(([, parent], i) => i + 1 < rows.length && rows[i + 1]![0] !== parent)) continue;
    if (tryGit(dir, ['merge-tree', '--write-tree', base, tip]).status !== 0) continue;
    out.push({ from: 'pull request', base, commits: rows.map(([oid]) => oid!).reverse() });
  }
  return out;
}

/** Different closed subsets of 0 … count − 1, none empty: all of them where there are few, else as random ones as `requires` lets them be. */
export function closedSubsets(count: number, requires: (unit: number) => readonly number[], wanted: number, random: Random): number[][] {
  const closed = (seeds: readonly number[]): number[] => {
    const set = new Set(seeds);
    for (const unit of set) for (const below of requires(unit)) set.add(below);
    return [...set].sort((x, y) => x - y);
  };
  const found = new Map<string, number[]>(), few = count <= 10;
  const take = (seeds: readonly number[]): void => { const set = closed(seeds); if (set.length > 0) found.set(set.join(), set); };
  if (few) for (let bits = 1; bits < 2 ** count; bits++) take(Array.from({ length: count }, (_, i) => i).filter((i) => (bits >>> i & 1) === 1));
  else for (let tries = 0; found.size < wanted && tries < 8 * wanted; tries++) {
    const chance = random.between(1, 9) / 10;
    take(Array.from({ length: count }, (_, i) => i).filter(() => random.below(1000) < 1000 * chance));
  }
  const all = [...found.values()];
  while (all.length > wanted) all.splice(random.below(all.length), 1);
  return all;
}
