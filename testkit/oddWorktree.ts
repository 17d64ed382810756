// A linked working tree whose folder is called by bytes that are no UTF-8. Node gives programs text alone: git makes it under another name, and it is
// moved as `git worktree move` would, which `git worktree list` is asked about.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ByteString, fromUtf8 } from '../app/core/bytes.ts';
import { git, gitLine } from './git.ts';

/** `dir`: of the repository, whose branch `branch` it is on from now on. Answers its folder, `place` and `name`. */
export function oddWorktree(dir: string, branch: string, place: string, name: string): ByteString {
  const plain = join(place, `plain-${branch}`), heads = join(dir, '.git/worktrees'), bytes = (folder: string, rest: string): Buffer => Buffer.from(fromUtf8(folder) + rest, 'latin1');
  git(dir, ['worktree', 'add', '--quiet', '-b', branch, plain]);
  renameSync(plain, bytes(place, `/${name}`));
  renameSync(join(heads, `plain-${branch}`), bytes(heads, `/${name}`));
  writeFileSync(bytes(heads, `/${name}/gitdir`), bytes(place, `/${name}/.git\n`));
  writeFileSync(bytes(place, `/${name}/.git`), bytes(`gitdir: ${heads}`, `/${name}\n`));
  if (!gitLine(dir, ['worktree', 'list', '--porcelain']).includes(`branch refs/heads/${branch}`)) throw new Error(`git does not know the working tree ${name}`);
  return `${fromUtf8(place)}/${name}` as ByteString;
}
