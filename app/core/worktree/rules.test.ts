// Dangers: a file that git ignores shows as somebody's change, a change is hidden, a content is converted otherwise than git converts it,
// and a pattern that takes for ever. `git check-ignore` and `git check-attr` are the oracles, over patterns made to be odd.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { git, tempDir, tryGit } from '../../../testkit/git.ts';
import { Random } from '../../../testkit/random.ts';
import { type ByteString, toBytes } from '../bytes.ts';
import { ancestors } from '../changes.ts';
import type { PathBytes } from '../bytes.ts';
import { BUILT_IN, attributesOf, parseAttributes } from './attributes.ts';
import { type IgnoreList, isIgnored, parseIgnore } from './ignore.ts';
import { wildcard } from './wildmatch.ts';

const temp = tempDir('rules');
afterAll(() => temp.remove());

const SEED = 7;
const NAMES = ['a', 'b', 'ab', 'abc', 'foo', 'A', 'Foo.o', 'x.o', '.x', 'a b', 'a ', '#a', '!a', '[a]', 'a*', 'a\\b', 'caf\xc3\xa9', '\xff', 'a-b', '0'];
const PIECES = ['*', '**', '?', '/', '/', '[ab]', '[!a]', '[^b-z]', '[a-c]', '[[:alpha:]]', '[[:upper:]x]', '[[:nope:]]', '[', '[]a]', '[a', '\\a', '\\*', '\\', '!', '#', ' ', '\\ ', '[A-Z]', '[\\]a]', '[a-\\c]', '[[:digit:]-z]', '.o', '.', '[[a]', '[[:a]', '[--0]', ...NAMES, ...NAMES];
const pattern = (random: Random): string => {
  const head = random.chance(0.2) ? '!' : random.chance(0.15) ? '/' : '';
  const tail = random.chance(0.2) ? '/' : random.chance(0.1) ? ' ' : random.chance(0.05) ? '\t' : random.chance(0.1) ? '\r' : '';
  const common = random.pick(['*.o', '**/a', 'a/**', 'a/**/b', '/*', '*', '**', 'foo**/b', 'a**b/c', '**/foo/**', '*/a', '/a/*', '?*', '**\\/a', 'ab/', '*b/']);
  return head + (random.chance(0.4) ? common : Array.from({ length: random.between(1, 5) }, () => random.pick(PIECES)).join('')) + tail;
};
const path = (random: Random, depth: number): string => Array.from({ length: random.between(1, depth) }, () => random.pick(NAMES)).join('/');
const put = (file: string, text: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Buffer.from(text, 'latin1'));
};
const at = (base: string, name: string): Buffer => Buffer.from(`${base}/${name}`, 'latin1');
const bytes = (text: string): Uint8Array => toBytes(text as ByteString);

function repository(name: string, ignoreCase: boolean): string {
  const dir = join(temp.path, name);
  mkdirSync(dir);
  git(dir, ['init', '--quiet', '--template=', '.']);
  git(dir, ['config', 'core.ignoreCase', String(ignoreCase)]);
  return dir;
}

/** A folder of its own for each small set of patterns, all asked in one process. */
describe.each([false, true])('core.ignoreCase %s', (ignoreCase) => {
  test('thousands of paths are ignored if and only if git ignores them', () => {
    const random = new Random(SEED), dir = repository(`ignore-${ignoreCase}`, ignoreCase);
    const excludes = '*.excluded\n!kept.excluded\n';
    put(join(dir, '.git/info/exclude'), excludes);
    const asked: { readonly path: string; readonly ours: boolean; readonly rules: string }[] = [];
    for (let i = 0; i < 400; i++) {
      const base = `d${i}`;
      const files = new Map<string, string>([['', random.chance(0.05) ? '\xef\xbb\xbf' : '']]);
      const lines = (): string => Array.from({ length: random.between(1, 4) }, () => pattern(random)).join('\n') + (random.chance(0.8) ? '\n' : '');
      files.set('', files.get('')! + lines());
      const paths = Array.from({ length: 14 }, () => path(random, 4));
      const folders = new Set<string>(), leaves = new Set<string>();
      for (const p of paths) for (const above of ancestors(p as PathBytes)) folders.add(above);
      for (const p of paths) if (!folders.has(p)) leaves.add(p);
      for (const folder of folders) {
        mkdirSync(at(join(dir, base), folder), { recursive: true });
        if (random.chance(0.2)) files.set(folder, lines());
      }
      mkdirSync(join(dir, base), { recursive: true });
      for (const [folder, text] of files) writeFileSync(at(join(dir, base), folder === '' ? '.gitignore' : `${folder}/.gitignore`), Buffer.from(text, 'latin1'));
      const all = parseIgnore(bytes(excludes), '', ignoreCase);
      const parsed = new Map([...files].map(([folder, text]) => [folder, parseIgnore(bytes(text), folder === '' ? `${base}/` : `${base}/${folder}/`, ignoreCase)]));
      const listsFor = (p: string): IgnoreList[] => [...['', ...ancestors(p as PathBytes)].flatMap((folder) => parsed.get(folder) ?? []).reverse(), all];
      for (const p of [...folders, ...leaves]) {
        const above = [...ancestors(p as PathBytes)].some((folder) => isIgnored(listsFor(folder), `${base}/${folder}`, true));
        asked.push({ path: `${base}/${p}`, ours: above || isIgnored(listsFor(p), `${base}/${p}`, folders.has(p)), rules: JSON.stringify([...files]) });
      }
    }
    const answer = tryGit(dir, ['check-ignore', '--no-index', '-z', '-v', '-n', '--stdin'], { input: asked.map((one) => `${one.path}\0`).join('') });
    const fields = answer.stdout.split('\0');
    const wrong = asked.flatMap(({ path: p, ours, rules }, i) => {
      const [source, , matched, name] = fields.slice(i * 4, i * 4 + 4);
      if (name !== p) throw new Error(`asked ${JSON.stringify(p)}, answered ${JSON.stringify(name)}`);
      const theirs = source !== '' && !matched!.startsWith('!');
      return theirs === ours ? [] : [{ p, ours, matched, rules }];
    });
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(asked.length).toBeGreaterThan(5000);
    const ignored = asked.filter((one) => one.ours).length;
    expect(ignored).toBeGreaterThan(500);
    expect(ignored).toBeLessThan(asked.length - 500);
  });

  test('thousands of paths have the attributes that git gives them, macros and bad lines included', () => {
    const random = new Random(SEED + 1), dir = repository(`attributes-${ignoreCase}`, ignoreCase);
    const names = ['text', 'crlf', 'eol', 'ident', 'filter', 'working-tree-encoding', 'binary', 'mac', 'other', 'diff'];
    const assignment = (): string => random.pick([
      'text', '-text', '!text', 'text=auto', 'text=input', 'text=odd', 'eol=lf', 'eol=crlf', '-eol', 'crlf', '-crlf', 'crlf=input', 'ident', '-ident', '!ident', 'filter=lfs', 'filter', '-filter',
      'filter=', 'working-tree-encoding=UTF-16', 'working-tree-encoding=utf8', 'binary', '-binary', '!binary', 'mac', '-mac', '!mac', 'mac=x', 'other', '-other=3', 'b@d', '--x', '=', '\t', 'binary=1',
    ]);
    const quoted = (text: string): string => random.pick([text, text, text, `"${text.replace(/[\\"]/g, '\\$&').replace(/[\x7f-\xff]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)}"`, `"${text}`, ` ${text}`]);
    const line = (): string => `${random.chance(0.1) ? random.pick(['[attr]mac ident -text', '[attr]other binary eol=lf', '[attr]binary text', '[attr] mac', '[attr]b@d text', '# no', '']) : quoted(pattern(random).replace(/[ \t]/g, ''))} ${Array.from({ length: random.between(1, 4) }, assignment).join(' ')}${random.chance(0.01) ? 'x'.repeat(2100) : ''}`;
    const text = (n: number): string => Array.from({ length: n }, line).join(random.chance(0.2) ? '\r\n' : '\n') + (random.chance(0.8) ? '\n' : '');
    const info = '*.info text\n[attr]mac ident -text eol=lf\n', root = `[attr]mac filter=m\n[attr]other binary\n${text(12)}`;
    put(join(dir, '.git/info/attributes'), info);
    put(join(dir, '.gitattributes'), root);
    const outer = [parseAttributes(bytes(info), '', ignoreCase, true), parseAttributes(bytes(root), '', ignoreCase, true), BUILT_IN];
    const asked: { readonly path: string; readonly ours: readonly string[]; readonly rules: string }[] = [];
    const said = (value: string | boolean | null | undefined): string => (value === true ? 'set' : value === false ? 'unset' : value ?? 'unspecified');
    for (let i = 0; i < 300; i++) {
      const base = `d${i}`, own = text(random.between(1, 4)), inner = text(random.between(1, 3));
      put(join(dir, base, '.gitattributes'), own);
      mkdirSync(at(join(dir, base), 'a'));
      put(join(dir, base, 'a/.gitattributes'), inner);
      const mine = parseAttributes(bytes(own), `${base}/`, ignoreCase, false), its = parseAttributes(bytes(inner), `${base}/a/`, ignoreCase, false);
      for (let k = 0; k < 12; k++) {
        const p = `${base}/${path(random, 3)}${random.chance(0.05) ? '.info' : ''}`;
        const lists = [outer[0]!, ...p.startsWith(`${base}/a/`) ? [its] : [], mine, ...outer.slice(1)];
        const found = attributesOf(lists, p);
        asked.push({ path: p, ours: names.map((name) => said(found.get(name))), rules: own + inner });
      }
    }
    const fields = git(dir, ['check-attr', '-z', '--stdin', ...names], { input: asked.map((one) => `${one.path}\0`).join('') }).split('\0');
    const wrong = asked.flatMap(({ path: p, ours, rules }, i) => {
      const theirs = names.map((_, k) => fields[(i * names.length + k) * 3 + 2]);
      if (fields[i * names.length * 3] !== p) throw new Error('answers are not in order');
      return theirs.join('\0') === ours.join('\0') ? [] : [{ p, ours, theirs, rules }];
    });
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(asked.filter(({ ours }) => ours.some((value) => value !== 'unspecified')).length).toBeGreaterThan(400);
  });
});

test('a pattern that makes backtracking take for ever does not', () => {
  const steps = wildcard('*a'.repeat(200) + 'b', true, false), folders = wildcard('**/a/'.repeat(100) + 'b', true, false);
  expect(steps.matches('a'.repeat(4000))).toBe(false);
  expect(folders.matches('a/'.repeat(2000) + 'c')).toBe(false);
  expect(folders.matches('a/'.repeat(2000) + 'b')).toBe(true);
});
