// A repository in which everything that a person gets to see is hostile: the folder's name, branches, base, files, authors,
// addresses, titles, dates, contents. Objects and refs are written byte by byte, for git would refuse some of them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromUtf8 } from '../../app/core/bytes.ts';
import type { ByteString } from '../../app/core/bytes.ts';
import { git } from '../git.ts';
import { type Entry, Objects } from './objects.ts';
import { asFileName, asRefPart, CANARY, hostileStrings } from './strings.ts';

export interface HostileScreen {
  readonly path: string;
  /** by the number that its branch begins with */
  readonly branches: readonly { readonly number: string; readonly because: string }[];
}

/** Dates that a commit may claim: before there were any, beyond what a date can hold, and no number at all. */
const dates = ['0 +0000', '999999999999999 +9999', '8640000000001 -1259', '1700000000 +0000', '-5 +0000', 'never'];

/** `dir` is an empty folder; the repository is made in it, under a name that is hostile itself. Names of a million letters are in long.ts. */
export function hostileScreen(dir: string): HostileScreen {
  const path = join(dir, 'repo\u202e "><img src=x onerror=globalThis.' + CANARY + '=1> \x1b[31m\nעברית');
  const gitDir = join(path, '.git');
  mkdirSync(join(gitDir, 'refs', 'heads'), { recursive: true });
  mkdirSync(join(gitDir, 'objects', 'pack'), { recursive: true });
  writeFileSync(join(gitDir, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = false\n');
  const objects = new Objects(gitDir);
  const lines = (changed: string | null): string => Array.from({ length: 20 }, (_, i) => (i === 3 && changed !== null ? `${changed}\n` : `line ${i}\n`)).join('');
  const file = (content: string): Entry => ({ mode: '100644', id: objects.blob(content) });
  const base = new Map([['shared.txt', file(lines(null))], ['z.txt', file('z\n')]]);
  const before = objects.commit(objects.tree(base), [], 'Ada <ada@example.invalid>', '1600000000 +0000', 'Begin');
  const moved = new Map(base).set('z.txt', file('Z\n'));
  const main = objects.commit(objects.tree(moved), [before], 'Ada <ada@example.invalid>', '1600000001 +0000', 'Move on');

  const refs: [ByteString, string][] = [];
  const branches: { number: string; because: string }[] = [];
  const baseName = `base${asRefPart(fromUtf8('\u202e<b>עברית\u200b'))}` as ByteString;
  refs.push([`refs/remotes/origin/${baseName}` as ByteString, main], ['refs/heads/main' as ByteString, main]);
  hostileStrings.forEach(({ name, bytes }, i) => {
    const number = String(i + 1).padStart(2, '0'), short = bytes.slice(0, 3000);
    // A person's name ends at '<' and at the line's end; everything else is theirs.
    const person = short.replace(/[\n<>\0]/g, ''), author = `${person} <${person.replaceAll(' ', '')}@${i % 7 === 0 ? person : 'x'}>`;
    const files = new Map(moved);
    const own = asFileName(`${number} ${bytes}` as ByteString);
    if (i % 3 !== 0) files.set(own, file(`${bytes}\nsecond\n${bytes}`));
    if (i % 3 !== 1) files.set('shared.txt', file(lines(bytes.replaceAll('\n', ' '))));
    if (i % 5 === 4) files.set('z.txt', file('other\n'));
    // one in five forks before the base moved, and is stale where it touches z.txt as well
    if (i % 5 === 4) { for (const [path, entry] of base) if (path !== 'shared.txt' && path !== 'z.txt') files.set(path, entry); }
    const parent = i % 5 === 4 ? before : main;
    const tip = objects.commit(objects.tree(files), [parent], author, dates[i % dates.length]!, `${bytes}\n\nbody`);
    const ref = `${number}${asRefPart(`-${bytes}` as ByteString)}` as ByteString;
    refs.push([`refs/heads/${ref}` as ByteString, tip]);
    // another name for the same commits, as a pull request has
    if (i % 4 === 0) refs.push([`refs/pull/${number}${asRefPart(bytes).slice(0, 40)}/head` as ByteString, tip]);
    branches.push({ number, because: name });
  });
  const packed = refs.sort(([x], [y]) => (x < y ? -1 : 1)).map(([name, id]) => `${id} ${name}\n`).join('');
  writeFileSync(join(gitDir, 'packed-refs'), Buffer.from(`# pack-refs with: peeled fully-peeled sorted \n${packed}`, 'latin1'));
  mkdirSync(join(gitDir, 'refs', 'remotes', 'origin'), { recursive: true });
  writeFileSync(join(gitDir, 'refs', 'remotes', 'origin', 'HEAD'), Buffer.from(`ref: refs/remotes/origin/${baseName}\n`, 'latin1'));
  writeFileSync(join(gitDir, 'HEAD'), 'ref: refs/heads/main\n');
  return { path, branches };
}

/** A folder beside the repository, linked to it as a working tree of main, and called by one of the hostile strings. */
export interface HostileWorktree { /** a file of the same name with this content, and a line of shared.txt changed to it */ edit(content: string): void }

/** Every ninth of the strings, all of which are UTF-8. */
export function hostileWorktrees({ path }: HostileScreen): readonly HostileWorktree[] {
  return hostileStrings.filter((_, i) => i % 9 === 0).map(({ bytes }, n): HostileWorktree => {
    const called = asFileName(bytes).slice(0, 120), at = (...parts: readonly string[]): Buffer => Buffer.concat([Buffer.from(`${dirname(path)}/`), Buffer.from([`${n} ${called}`, ...parts].join('/'), 'latin1')]);
    const headDir = join(path, '.git', 'worktrees', `tree-${n}`);
    mkdirSync(headDir, { recursive: true });
    mkdirSync(at());
    writeFileSync(join(headDir, 'HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(headDir, 'commondir'), '../..\n');
    writeFileSync(join(headDir, 'gitdir'), Buffer.concat([at('.git'), Buffer.from('\n')]));
    writeFileSync(at('.git'), `gitdir: ${headDir}\n`);
    writeFileSync(at('z.txt'), 'Z\n');
    const shared = (changed: string | null): string => Array.from({ length: 20 }, (_, i) => (i === 3 && changed !== null ? `${changed}\n` : `line ${i}\n`)).join('');
    writeFileSync(at('shared.txt'), shared(null));
    // what is checked out is told by the index
    git(headDir, ['read-tree', 'main'], { env: { GIT_DIR: headDir, GIT_WORK_TREE: headDir } });
    return { edit: (content) => { writeFileSync(at('shared.txt'), shared(content)); writeFileSync(at(called), content); } };
  });
}
