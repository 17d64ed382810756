// A repository in which names have a million letters: branches, people, titles, messages, files, folders, links, definitions. No file system holds
// such a name; objects and packed-refs do. Several are told apart by their last letter alone, or by one in their middle.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromUtf8 } from '../../app/core/bytes.ts';
import { type Entry, Objects } from './objects.ts';

/** Letters of a name that nobody can mean; fewer are enough where only limits matter. */
export const LONG = 1_000_000;

/** What is called so, as bytes. */
export function longNames(size = LONG) {
  const letters = (letter: string, end = ''): string => letter.repeat(size) + end, around = (middle: string): string => `${'m'.repeat(size >> 1)}${middle}${'m'.repeat(size >> 1)}`;
  return {
    /** branches that differ in their last letter alone, and conflict in `file` */ first: letters('n', 'a'), second: letters('n', 'b'),
    /** branches that differ in their middle alone, and conflict in `deep` */ third: around('1'), fourth: around('2'),
    /** a branch; the others have short names */ rightToLeft: fromUtf8('ע').repeat(size >> 1),
    file: letters('f'), /** as many names in as many folders */ deep: Array.from({ length: 100 }, () => 'd'.repeat(size / 100)).join('/'),
    title: letters('t'), author: letters('A'), email: `${letters('e')}@x`, letters,
  };
}

/** `dir` is an empty folder. `branches`: how many there are. */
export function longScreen(dir: string, size = LONG): { readonly path: string; readonly branches: number } {
  const path = join(dir, 'long'), gitDir = join(path, '.git');
  for (const folder of ['refs/heads', 'refs/remotes/origin', 'objects/pack']) mkdirSync(join(gitDir, folder), { recursive: true });
  // no working tree: no file can be called so
  writeFileSync(join(gitDir, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
  writeFileSync(join(gitDir, 'HEAD'), 'ref: refs/heads/main\n');
  const objects = new Objects(gitDir), { first, second, third, fourth, rightToLeft, file, deep, title, author, email, letters } = longNames(size);
  const lines = (changed = ''): string => Array.from({ length: 20 }, (_, i) => (i === 3 && changed !== '' ? `${changed}\n` : `line ${i}\n`)).join('');
  const plain = (content: string): Entry => ({ mode: '100644', id: objects.blob(content) });
  const base = new Map([[file, plain(lines())], [deep, plain(lines())], ['code.ts', plain(`export function ${letters('n')}(): number {\n  return 1;\n}\n`)]]);
  const main = objects.commit(objects.tree(base), [], 'Ada <ada@example.invalid>', '1600000000 +0000', 'Begin');

  // the base is told by a file, of at most 64 KiB
  const baseName = `refs/remotes/origin/${'B'.repeat(60_000)}`, refs: [string, string][] = [['refs/heads/main', main], [baseName, main]];
  writeFileSync(join(gitDir, 'refs/remotes/origin/HEAD'), `ref: ${baseName}\n`);
  let n = 0;
  const branch = (ref: string, changes: readonly [string, Entry | null][], { message = '', by = 'Grace <grace@example.invalid>', on = main, within = base }: { message?: string; by?: string; on?: string; within?: ReadonlyMap<string, Entry> } = {}) => {
    const files = new Map(within);
    for (const [at, entry] of changes) if (entry === null) files.delete(at); else files.set(at, entry);
    const tip = objects.commit(objects.tree(files), [on], by, `${1_700_000_000 + ++n} +0000`, message === '' ? `Change ${n}` : message);
    refs.push([ref.startsWith('refs/') ? ref : `refs/heads/${ref}`, tip]);
    return { on: tip, within: files };
  };
  const long = { message: `${title}\n\n${letters('b')}\n\nCo-authored-by: ${letters('C')} <${letters('c')}@x>\n`, by: `${author} <${email}>` };
  branch(first, [[file, plain(lines('ONE'))]], long);
  branch(second, [[file, plain(lines('TWO'))]], long);
  branch(third, [[deep, plain(lines(letters('x')))]]);
  branch(fourth, [[deep, null]]);
  branch(rightToLeft, [['rtl.txt', plain('x\n')]]);
  // a request is called by its title; what is in two sources, too
  branch('refs/pull/7/head', [[letters('g'), plain('g\n')], [letters('l'), { mode: '120000', id: objects.blob(letters('o')) }]], { message: `${title} of a request` });
  const below = branch('stack/base', [['new.txt', plain(lines())]], { message: `${title} of a stack` });
  branch('stack/top', [['new.txt', plain(lines('more'))]], below);
  branch('code', [['code.ts', plain(`export function ${letters('n')}(): number {\n  return 2;\n}\nexport class ${letters('K')} {\n  ${letters('m')}() { return 3; }\n}\n`)]]);
  // one name where case does not count
  branch('upper', [[letters('F'), plain('upper\n')]]);
  branch('fits', [['fits.txt', plain('fits\n')], ['sub', { mode: '160000', id: main }]]);
  // one that is a file, in folders as long as file systems have them
  branch(Array.from({ length: 3 }, () => 'r'.repeat(250)).join('/'), [['loose.txt', plain('loose\n')]]);
  const [name, tip] = refs.pop()!, loose = join(gitDir, name);
  mkdirSync(dirname(loose), { recursive: true });
  writeFileSync(loose, `${tip}\n`);
  const packed = refs.sort(([x], [y]) => (x < y ? -1 : 1)).map(([ref, id]) => `${id} ${ref}\n`).join('');
  writeFileSync(join(gitDir, 'packed-refs'), Buffer.from(`# pack-refs with: peeled fully-peeled sorted \n${packed}`, 'latin1'));
  return { path, branches: n };
}
