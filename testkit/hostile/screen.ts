// A repository in which everything that a person gets to see is hostile: the folder's name, branches, base, files, authors,
// addresses, titles, dates, contents. Objects and refs are written byte by byte, for git would refuse some of them.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { fromUtf8 } from '../../app/core/bytes.ts';
import type { ByteString } from '../../app/core/bytes.ts';
import { asFileName, asRefPart, CANARY, hostileStrings } from './strings.ts';

export interface HostileScreen {
  readonly path: string;
  /** by the number that its branch begins with */
  readonly branches: readonly { readonly number: string; readonly because: string }[];
}

/** Dates that a commit may claim: before there were any, beyond what a date can hold, and no number at all. */
const dates = ['0 +0000', '999999999999999 +9999', '8640000000001 -1259', '1700000000 +0000', '-5 +0000', 'never'];

class Objects {
  readonly #gitDir: string;
  constructor(gitDir: string) { this.#gitDir = gitDir; }

  write(type: string, content: Buffer): string {
    const whole = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
    const id = createHash('sha1').update(whole).digest('hex');
    const file = join(this.#gitDir, 'objects', id.slice(0, 2), id.slice(2));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, deflateSync(whole));
    return id;
  }
  blob(content: string): string { return this.write('blob', Buffer.from(content, 'latin1')); }
  tree(files: ReadonlyMap<string, string>): string {
    const entries = [...files].sort(([x], [y]) => (x < y ? -1 : 1));
    return this.write('tree', Buffer.concat(entries.map(([name, id]) => Buffer.concat([Buffer.from(`100644 ${name}\0`, 'latin1'), Buffer.from(id, 'hex')]))));
  }
  commit(tree: string, parents: readonly string[], author: string, date: string, message: string): string {
    const who = `${author} ${date}`;
    return this.write('commit', Buffer.from(`tree ${tree}\n${parents.map((p) => `parent ${p}\n`).join('')}author ${who}\ncommitter ${who}\n\n${message}`, 'latin1'));
  }
}

/** Letters of a name that nobody can mean. */
const LONG = 1_000_000;

/**
 * `dir` is an empty folder; the repository is made in it, under a name that is hostile itself. `long`: with one more branch whose name, author, address, title
 * and file name have a million letters each.
 */
export function hostileScreen(dir: string, { long = false }: { readonly long?: boolean } = {}): HostileScreen {
  const path = join(dir, 'repo\u202e "><img src=x onerror=globalThis.' + CANARY + '=1> \x1b[31m\nעברית');
  const gitDir = join(path, '.git');
  mkdirSync(join(gitDir, 'refs', 'heads'), { recursive: true });
  mkdirSync(join(gitDir, 'objects', 'pack'), { recursive: true });
  writeFileSync(join(gitDir, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = false\n');
  const objects = new Objects(gitDir);
  const lines = (changed: string | null): string => Array.from({ length: 20 }, (_, i) => (i === 3 && changed !== null ? `${changed}\n` : `line ${i}\n`)).join('');
  const base = new Map([['shared.txt', objects.blob(lines(null))], ['z.txt', objects.blob('z\n')]]);
  const before = objects.commit(objects.tree(base), [], 'Ada <ada@example.invalid>', '1600000000 +0000', 'Begin');
  const moved = new Map(base).set('z.txt', objects.blob('Z\n'));
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
    if (i % 3 !== 0) files.set(own, objects.blob(`${bytes}\nsecond\n${bytes}`));
    if (i % 3 !== 1) files.set('shared.txt', objects.blob(lines(bytes.replaceAll('\n', ' '))));
    if (i % 5 === 4) files.set('z.txt', objects.blob('other\n'));
    // one in five forks before the base moved, and is stale where it touches z.txt as well
    if (i % 5 === 4) { for (const [file, id] of base) if (file !== 'shared.txt' && file !== 'z.txt') files.set(file, id); }
    const parent = i % 5 === 4 ? before : main;
    const tip = objects.commit(objects.tree(files), [parent], author, dates[i % dates.length]!, `${bytes}\n\nbody`);
    const ref = `${number}${asRefPart(`-${bytes}` as ByteString)}` as ByteString;
    refs.push([`refs/heads/${ref}` as ByteString, tip]);
    // another name for the same commits, as a pull request has
    if (i % 4 === 0) refs.push([`refs/pull/${number}${asRefPart(bytes).slice(0, 40)}/head` as ByteString, tip]);
    branches.push({ number, because: name });
  });
  if (long) {
    const letters = (letter: string): string => letter.repeat(LONG);
    const tip = objects.commit(objects.tree(new Map(moved).set(letters('f'), objects.blob('f\n'))), [main], `${letters('A')} <${letters('a')}@x>`, '1700000000 +0000', `${letters('t')}\n\nbody`);
    refs.push([`refs/heads/99${letters('n')}` as ByteString, tip]);
    branches.push({ number: '99', because: 'names of a million letters' });
  }
  const packed = refs.sort(([x], [y]) => (x < y ? -1 : 1)).map(([name, id]) => `${id} ${name}\n`).join('');
  writeFileSync(join(gitDir, 'packed-refs'), Buffer.from(`# pack-refs with: peeled fully-peeled sorted \n${packed}`, 'latin1'));
  mkdirSync(join(gitDir, 'refs', 'remotes', 'origin'), { recursive: true });
  writeFileSync(join(gitDir, 'refs', 'remotes', 'origin', 'HEAD'), Buffer.from(`ref: refs/remotes/origin/${baseName}\n`, 'latin1'));
  writeFileSync(join(gitDir, 'HEAD'), 'ref: refs/heads/main\n');
  return { path, branches };
}
