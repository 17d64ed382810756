// Working trees made by chance: everything that changes what `git add --all` stores, and how it stores it. And what git makes of one, asked
// with an index of its own, so that whoever is judged can be asked about the same files before and after.
import { chmodSync, copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { git, gitLine, tryGit } from './git.ts';
import { Random } from './random.ts';

const FILES = ['a', 'b', 'c.txt', 'd.c', 'e.bin', 'f.o', 'README', 'B', 'C.txt', 'caf\xc3\xa9', '\xff\xfe', 'a b', '-x', '[x]', 'q"t', 'n\nl', '*', 'tab\t', 'bs\\', '.hidden', 'x.id', 'y.lf', 'z.crlf'];
const FOLDERS = ['src', 'src/deep', 'src/deep/er', 'lib', 'out', 'a-', 'a.d', 'd\xe9'];
const CONTENTS = [
  '', 'one\n', 'one\ntwo\nthree\n', 'one\r\ntwo\r\nthree\r\n', 'one\r\ntwo\nthree\r\n', 'one\rtwo\rthree\r', 'one\r\ntwo\rthree\n', 'no end', 'no end\r\nhere', 'nul\0\r\n', '\x01\x02\x03\r\n', 'plain \x80\xff\r\n',
  '$Id$\n', '$Id: 0123 $\n', '$Id: 0123 $ and $Id: x\n$ and $Id$\r\n', '$Id:$', 'x$Id: a$Id: b$\r\n', '\r\n', '\r', '\x1a', 'dos\r\n\x1a', `${'x'.repeat(200)}\x07\r\n`, `${'y'.repeat(90)}\x07\r\n`, '\xef\xbb\xbfbom\r\n',
];
const IGNORES = ['*.o', '!f.o', '/out', 'out/', '/src/deep/*', '!/src/deep/er/', '**/b', 'lib/**', '!lib/a', '*', '!*/', '!*.txt', 'a?b', '[ab]', 'src/**/a', '.hidden', '\\*', '# none', 'n*'];
const ATTRIBUTES = ['* text=auto', '*.txt text', '*.c text eol=crlf', '*.bin binary', '*.id ident', '*.lf eol=lf', '*.crlf eol=crlf', 'a -text', 'b crlf=input', '* text=auto eol=lf', '[attr]mine ident text', 'README mine', '/src/** -text', 'e.bin !text', 'c.txt text=input', '* -text', '*.id -ident', 'd.c -crlf'];

export interface MadeWorktree {
  readonly dir: string;
  /** changes some files, and says which, in bytes */
  touch(times: number): string[];
}

/** In `dir`, which must not exist. */
export function makeWorktree(dir: string, seed: number): MadeWorktree {
  const random = new Random(seed);
  mkdirSync(dir);
  git(dir, ['init', '--quiet', '--template=', '--initial-branch=main', `--object-format=${random.chance(0.15) ? 'sha256' : 'sha1'}`, '.']);
  const set = (name: string, value: string): void => { git(dir, ['config', name, value]); };
  if (random.chance(0.3)) set('index.version', '4');
  if (random.chance(0.3)) set('core.untrackedCache', 'true');
  if (random.chance(0.2)) set('core.splitIndex', 'true');
  const made = new Maker(dir, random);
  for (let i = random.between(5, 25); i > 0; i--) made.write(made.path());
  if (random.chance(0.6)) made.rules();
  if (random.chance(0.5)) made.age();
  git(dir, ['add', '--all', '--force', '.']);
  git(dir, ['commit', '--quiet', '--allow-empty', '--message=one']);
  // Set afterwards: what is stored may not be what would be stored now.
  if (random.chance(0.6)) set('core.autocrlf', random.pick(['true', 'input', 'false']));
  if (random.chance(0.2)) set('core.eol', random.pick(['lf', 'crlf', 'native']));
  if (random.chance(0.2)) set('core.fileMode', 'false');
  if (random.chance(0.1)) set('core.symlinks', 'false');
  const touch = (times: number): string[] => Array.from({ length: times }, () => made.change()).flat();
  touch(random.between(0, 14));
  return { dir, touch };
}

class Maker {
  readonly #dir: string;
  readonly #random: Random;
  constructor(dir: string, random: Random) {
    this.#dir = dir;
    this.#random = random;
  }

  path(): string {
    const name = this.#random.pick(FILES);
    return this.#random.chance(0.5) ? `${this.#random.pick(FOLDERS)}/${name}` : name;
  }

  /** A path that is there, if there are any. */
  #there(): string {
    const all = this.#files('');
    return all.length === 0 ? this.path() : this.#random.pick(all);
  }

  #files(folder: string): string[] {
    const out: string[] = [];
    for (const name of readdirSync(at(this.#dir, folder), 'latin1').sort()) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (name === '.git') continue;
      if (lstatSync(at(this.#dir, path)).isDirectory()) out.push(...this.#files(path)); else out.push(path);
    }
    return out;
  }

  /** Puts a file there, whatever is in its way. */
  write(path: string, content = this.#random.pick(CONTENTS)): void {
    this.#clear(path);
    writeFileSync(at(this.#dir, path), Buffer.from(content, 'latin1'));
    if (this.#random.chance(0.2)) chmodSync(at(this.#dir, path), 0o755);
  }

  #clear(path: string): void {
    const parts = path.split('/');
    for (let i = 1; i < parts.length; i++) {
      const above = at(this.#dir, parts.slice(0, i).join('/'));
      const stat = lstatSync(above, { throwIfNoEntry: false });
      if (stat !== undefined && !stat.isDirectory()) rmSync(above);
      if (stat === undefined || !stat.isDirectory()) mkdirSync(above);
    }
    rmSync(at(this.#dir, path), { recursive: true, force: true });
  }

  rules(): string[] {
    const r = this.#random, folder = r.chance(0.6) ? '' : `${r.pick(FOLDERS)}/`;
    const path = `${folder}${r.chance(0.5) ? '.gitignore' : '.gitattributes'}`;
    const lines = Array.from({ length: r.between(1, 4) }, () => r.pick(path.endsWith('ignore') ? IGNORES : ATTRIBUTES));
    this.write(path, `${lines.join('\n')}\n`);
    return [path];
  }

  /** As if written long ago: git then trusts its index. */
  age(): void { for (const path of this.#files('')) if (!lstatSync(at(this.#dir, path)).isSymbolicLink()) utimesSync(at(this.#dir, path), 1_600_000_000, 1_600_000_000); }

  #git(...args: string[]): void { tryGit(this.#dir, args); }

  /** One change, and the paths it touched; what only the index tells is not among them. */
  change(): string[] {
    const r = this.#random, path = r.chance(0.5) ? this.#there() : this.path();
    switch (r.below(20)) {
      case 0: case 1: case 2: case 3: this.write(path); return [path];
      case 4: case 5: rmSync(at(this.#dir, path), { force: true, recursive: true }); return [path];
      case 6: {
        if (statAt(this.#dir, path)?.isFile() === true) chmodSync(at(this.#dir, path), r.chance(0.5) ? 0o755 : 0o644);
        return [path];
      }
      case 7: {
        this.#clear(path);
        symlinkSync(Buffer.from(r.pick(['a', 'src', '../outside', '/etc/passwd', '\xff', '.', 'nowhere']), 'latin1'), at(this.#dir, path));
        return [path];
      }
      case 8: {
        const to = this.path();
        if (to === path || to.startsWith(`${path}/`) || path.startsWith(`${to}/`) || (statAt(this.#dir, path)?.isSymbolicLink() ?? true)) return [];
        const bytes = lstatSync(at(this.#dir, path)).isFile() ? readFileSync(at(this.#dir, path)).toString('latin1') : 'moved\n';
        rmSync(at(this.#dir, path), { recursive: true });
        this.write(to, bytes);
        return [path, to];
      }
      case 9: this.#git('add', '--force', '--', '.'); return [];
      case 10: this.#git('rm', '--quiet', '--cached', '-r', '--', this.#literal(path)); return [];
      case 11: this.#git('add', '--force', '--intent-to-add', '--', this.#literal(path)); return [];
      case 12: this.#git('update-index', r.pick(['--assume-unchanged', '--skip-worktree', '--no-skip-worktree']), '--', path); return [];
      case 13: this.#git('add', '--force', '--', this.#literal(path)); return [];
      case 14: {
        const folder = r.pick(FOLDERS);
        rmSync(at(this.#dir, folder), { recursive: true, force: true });
        if (r.chance(0.4)) this.write(folder);
        return [folder];
      }
      case 15: this.#git('reset', '--quiet', '--', this.#literal(path)); return [];
      case 16: this.#git('commit', '--quiet', '--allow-empty', '--message=more'); return [];
      // Which files that writes, a watcher would tell.
      case 17: this.#git('checkout', '--quiet', '--force', '--detach', 'HEAD~1'); return [''];
      default: return this.rules();
    }
  }

  /** Paths go to git as text: those that are no UTF-8 stay with `.` */
  #literal(path: string): string {
    // eslint-disable-next-line no-control-regex
    return /^[\x20-\x7e]*$/.test(path) ? `:(literal)${path}` : '.';
  }
}

function statAt(dir: string, path: string): Stats | undefined {
  try {
    return lstatSync(at(dir, path));
  } catch {
    return undefined;
  }
}

export function at(dir: string, path: string): Buffer { return Buffer.from(path === '' ? dir : `${dir}/${path}`, 'latin1'); }

/** path → mode and id of what `git add --all` would store, and the id of the whole tree. */
export function addedByGit(dir: string): { readonly tree: string; readonly files: ReadonlyMap<string, string> } {
  const gitDir = gitLine(dir, ['rev-parse', '--absolute-git-dir']), index = join(gitDir, 'index'), copy = join(gitDir, 'index-of-the-oracle');
  if (existsSync(index)) {
    copyFileSync(index, copy);
    // By its time, in whole seconds, git knows which files may have changed after it was written.
    const written = Math.floor(lstatSync(index).mtimeMs / 1000);
    utimesSync(copy, written, written);
  }
  const env = { GIT_INDEX_FILE: copy };
  git(dir, ['-c', 'core.splitIndex=false', 'add', '--all'], { env });
  const tree = gitLine(dir, ['write-tree'], { env });
  rmSync(copy, { force: true });
  return { tree, files: listing(dir, tree) };
}

export function listing(dir: string, tree: string): Map<string, string> {
  return new Map(git(dir, ['ls-tree', '-r', '-z', tree]).split('\0').filter(Boolean).map((line) => {
    const tab = line.indexOf('\t'), [mode, , oid] = line.slice(0, tab).split(' ');
    return [line.slice(tab + 1), `${mode} ${oid}`];
  }));
}

/** A sum over everything that is in a folder: names, contents, kinds, and all times but that of access. */
export function fingerprint(dir: string): string {
  const sum = createHash('sha256');
  const visit = (path: string): void => {
    const stat = lstatSync(at(dir, path), { bigint: true });
    sum.update(`${path}\0${stat.mode} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}\0`, 'latin1');
    if (stat.isDirectory()) for (const name of readdirSync(at(dir, path), 'latin1').sort()) visit(path === '' ? name : `${path}/${name}`);
    else if (stat.isFile()) sum.update(readFileSync(at(dir, path)));
    else if (stat.isSymbolicLink()) sum.update(readlinkSync(at(dir, path), 'buffer'));
  };
  visit('');
  return sum.digest('hex');
}
