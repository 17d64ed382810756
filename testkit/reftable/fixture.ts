// Repositories whose refs are reftables that git itself wrote (make.ts), for a machine whose git is too old to write any. Only the
// tables and what git read from them are committed: the objects have no dates but fixed ones, so any git makes the same ones anew.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fastImport, initBare } from '../git.ts';

export type Format = 'sha1' | 'sha256';
export const formats: readonly Format[] = ['sha1', 'sha256'];

/** This folder holds, for each format, `reftable/`, the tables of one linked working tree in `linked/`, and `refs.txt`. */
export const folderOf = (format: Format): string => join(import.meta.dirname, format);

const data = (text: string): string => `data ${text.length}\n${text}\n`;
const lines = (changed: Readonly<Record<number, string>>): string => Array.from({ length: 20 }, (_, i) => `${changed[i + 1] ?? `line ${i + 1}`}\n`).join('');
const when = '1700000000 +0000';

/** main with three commits, branches that go together and that do not, and tags of every sort. */
export function fixtureStream(): string {
  let mark = 0;
  const commit = (ref: string, from: string | null, files: Readonly<Record<string, string>>): string =>
    `commit ${ref}\nmark :${++mark}\ncommitter T <t@example.invalid> ${when}\n${data(`Change ${ref}\n`)}${from === null ? '' : `from ${from}\n`}`
    + Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`).join('');
  const tag = (name: string, of: string): string => `tag ${name}\nfrom ${of}\ntagger T <t@example.invalid> ${when}\n${data('t')}`;
  return commit('refs/heads/main', null, { 'a.txt': lines({}) }) + commit('refs/heads/main', ':1', { 'b.txt': lines({}) }) + commit('refs/heads/main', ':2', { 'dir/c.txt': 'c\n' })
    + commit('refs/heads/first', ':3', { 'a.txt': lines({ 2: 'first' }) }) + commit('refs/heads/clash', ':3', { 'a.txt': lines({ 2: 'clash' }) })
    + commit('refs/heads/second', ':3', { 'a.txt': lines({ 12: 'second' }) }) + commit('refs/heads/upper', ':6', { 'b.txt': lines({ 7: 'upper' }) })
    + tag('annotated', ':3') + tag('other', ':4');
}

/** A bare repository at `dir` whose refs are the committed tables of this format. */
export function fixtureRepository(dir: string, format: Format): void {
  initBare(dir, { objectFormat: format });
  fastImport(dir, fixtureStream());
  for (const name of ['refs', 'packed-refs', 'HEAD']) rmSync(join(dir, name), { recursive: true, force: true });
  cpSync(join(folderOf(format), 'reftable'), join(dir, 'reftable'), { recursive: true });
  makeReftableLayout(dir, format);
}

/** What git leaves for older ones to see: HEAD and refs/ that hold nothing. */
export function makeReftableLayout(dir: string, format: Format): void {
  mkdirSync(join(dir, 'refs'), { recursive: true });
  writeFileSync(join(dir, 'HEAD'), 'ref: refs/heads/.invalid\n');
  writeFileSync(join(dir, 'refs', 'heads'), 'this repository uses the reftable format\n');
  writeFileSync(join(dir, 'config'), `[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\trefStorage = reftable\n${format === 'sha256' ? '\tobjectFormat = sha256\n' : ''}`);
}

/** `OID NAME` of each ref, and `OID NAME -> TARGET` of a symbolic one, as the git that wrote the tables lists them. Bytes. */
export function fixtureRefs(format: Format, which: 'refs.txt' | 'linked.txt' = 'refs.txt'): string[] {
  return readFileSync(join(folderOf(format), which), 'latin1').trimEnd().split('\n');
}
