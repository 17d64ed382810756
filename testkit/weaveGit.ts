// What git makes of random histories of one file: many histories of the same shape are the files of one repository, so one merge
// of two commits answers for all of them.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fastImport, git, initBare, tempDir } from './git.ts';
import { mergeOne } from './gitMerges.ts';

export interface Commit { readonly parents: readonly number[]; /** text of each file */ readonly texts: readonly string[] }
export interface PairAnswer { readonly a: number; readonly b: number; /** per file: git's clean result as an object id, or null where it conflicts */ readonly files: readonly (string | null)[] }

export function blobId(text: string): string { return createHash('sha1').update(`blob ${Buffer.byteLength(text, 'latin1')}\0`).update(text, 'latin1').digest('hex'); }

/** Merges every pair of commits of which neither is above the other. Commit 0 is the base, without parents. */
export function mergePairs(commits: readonly Commit[]): PairAnswer[] {
  const dir = tempDir('weave');
  try {
    const repo = join(dir.path, 'r');
    initBare(repo);
    const name = (file: number): string => `f${file}`;
    const stream: string[] = [];
    commits.forEach(({ parents, texts }, k) => {
      stream.push(`commit refs/heads/c${k}\nmark :${k + 1}\ncommitter T <t@t> ${1_700_000_000 + k} +0000\ndata 0\n`);
      parents.forEach((p, i) => stream.push(`${i === 0 ? 'from' : 'merge'} :${p + 1}\n`));
      texts.forEach((text, file) => stream.push(`M 100644 inline ${name(file)}\ndata ${Buffer.byteLength(text, 'latin1')}\n${text}\n`));
    });
    fastImport(repo, stream.join(''));
    const below = commits.map(() => new Set<number>());
    commits.forEach(({ parents }, k) => { for (const p of parents) for (const i of [p, ...below[p]!]) below[k]!.add(i); });
    const out: PairAnswer[] = [];
    for (let a = 1; a < commits.length; a++) for (let b = a + 1; b < commits.length; b++) {
      if (below[b]!.has(a)) continue;
      const { tree, paths } = mergeOne(repo, `c${a}`, `c${b}`);
      const oids = new Map(git(repo, ['ls-tree', '-z', tree]).split('\0').filter(Boolean).map((entry) => [entry.slice(53), entry.slice(12, 52)]));
      out.push({ a, b, files: commits[0]!.texts.map((_, file) => (paths.includes(name(file)) ? null : oids.get(name(file))!)) });
    }
    return out;
  } finally { dir.remove(); }
}
