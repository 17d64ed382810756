// Danger: a tree entry whose name some file system takes for '.git' or for a way out of the checkout; and its twin, a check so
// eager that ordinary repositories cannot be read.
import { expect, test } from 'vitest';
import { display, fromBytes } from '../../core/bytes.ts';
import type { ByteString, Oid } from '../../core/bytes.ts';
import { Mode } from '../../core/repository.ts';
import { allowedNames, hostileNames } from '../../../testkit/hostile/names.ts';
import { encodeTree, parseTree } from './format.ts';
import { hostileName } from './names.ts';
import { branchRef, isRefName } from './refnames.ts';
import { git, tempDir, tryGit } from '../../../testkit/git.ts';

const oid = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391' as Oid;

test.each(hostileNames.map(({ name, because }) => ({ shown: JSON.stringify(display(name)), name, because })))('$shown is refused ($because)', ({ name }) => {
  expect(hostileName(name)).not.toBeNull();
  expect(() => encodeTree([{ name, mode: Mode.file, oid }])).toThrow(expect.objectContaining({ code: 'hostile-name' }));
  const raw = Buffer.concat([Buffer.from(`100644 ${name}\0`, 'latin1'), Buffer.from(oid, 'hex')]);
  // A NUL cannot be in a stored name; everything else must be refused when it is read, too.
  expect(() => parseTree(oid, raw)).toThrow(expect.objectContaining({ code: 'hostile-name', message: expect.stringContaining(oid) }));
});

test.each(allowedNames.map((name) => ({ shown: JSON.stringify(display(name)).slice(0, 40), name })))('$shown stays allowed', ({ name }) => {
  expect(hostileName(name)).toBeNull();
  expect(parseTree(oid, encodeTree([{ name, mode: Mode.file, oid }]))).toEqual([{ name, mode: Mode.file, oid }]);
});

test("what git's own fsck takes for .git is refused, and nothing that stays allowed is", () => {
  const dir = tempDir('names');
  git(dir.path, ['init', '--quiet']);
  const blob = git(dir.path, ['hash-object', '-w', '--stdin'], { input: 'x' }).trim();
  const nameOf = new Map<string, ByteString>();
  // git mktree writes no empty name and no slash.
  for (const name of [...hostileNames.map((hostile) => hostile.name), ...allowedNames]) {
    if (name !== '' && !name.includes('/')) nameOf.set(git(dir.path, ['mktree', '-z'], { input: `100644 blob ${blob}\t${name}\0` }).trim(), name);
  }
  const verdict = tryGit(dir.path, ['fsck', '--strict', '--no-dangling']);
  const flagged = [...verdict.stderr.matchAll(/in tree ([0-9a-f]{40}): hasDot/g)].map((found) => nameOf.get(found[1]!)!);
  expect(flagged.length).toBeGreaterThan(15);
  expect(flagged.filter((name) => hostileName(name) === null)).toEqual([]);
  // Ours goes further only where a backslash hides a folder that is not the first.
  const ours = [...nameOf.values()].filter((name) => hostileName(name) !== null && !flagged.includes(name));
  expect(ours.filter((name) => !name.includes('\\'))).toEqual([]);
  dir.remove();
});

test('a tree with doubled or disordered entries is named as damaged', () => {
  const entry = (mode: string, name: string): Buffer => Buffer.concat([Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(oid, 'hex')]);
  const damaged = [
    [entry('100644', 'a'), entry('100644', 'a')],
    [entry('100644', 'b'), entry('100644', 'a')],
    [entry('100644', 'a'), entry('100644', 'a.b'), entry('40000', 'a')],
    [entry('40000', 'a'), entry('100644', 'a.b')],
    [entry('1x0644', 'a')], [entry('', 'a')], [entry('100644', 'a').subarray(0, 20)], [Buffer.from('100644 a')], [Buffer.from('100644')],
    [entry('17777777777', 'a')],
  ];
  for (const parts of damaged) {
    expect(() => parseTree(oid, Buffer.concat(parts))).toThrow(expect.objectContaining({ code: 'corrupt-object', message: expect.stringContaining(oid) }));
  }
  // Historical modes read as git reads them.
  expect(parseTree(oid, Buffer.concat([entry('100664', 'a'), entry('100775', 'b'), entry('040000', 'c')])).map(({ mode }) => mode)).toEqual([Mode.file, Mode.executable, Mode.tree]);
});

test("ref names are accepted exactly where git check-ref-format accepts them", () => {
  const parts = ['a', 'B', '.', '..', '.a', 'a.', 'a.lock', 'a.lockx', '@', '@{', '@{x', '{', '~', '^', ':', '?', '*', '[', ']', '\\', ' ', '\t', '\x7f', '-', '-a', 'a b', 'HEAD', '\xc3\xa9', '\xff', '', '//'];
  const names = new Set<string>();
  for (const a of parts) for (const b of parts) for (const name of [`${a}/${b}`, `${a}${b}`, `x/${a}${b}/y`]) names.add(`refs/${name}`);
  const wrong: string[] = [];
  const dir = tempDir('refnames');
  // git asks for one name a time; a shell loop is faster than a spawn for each.
  const accepted = new Set<string>();
  const list = [...names].filter((name) => !/[\0\n]/.test(name));
  for (let i = 0; i < list.length; i += 400) {
    const script = list.slice(i, i + 400).map((name) => `git check-ref-format '${name.replaceAll("'", "'\\''")}' && printf '%s\\n' '${name.replaceAll("'", "'\\''")}'`).join('\n');
    for (const name of git(dir.path, ['-c', `alias.all=!sh -s`, 'all'], { input: `${script}\ntrue\n` }).split('\n')) if (name !== '') accepted.add(name);
  }
  for (const name of list) if (isRefName(name) !== accepted.has(name)) wrong.push(JSON.stringify(name));
  expect(wrong).toEqual([]);
  expect(accepted.size).toBeGreaterThan(50);
  dir.remove();
});

test('branch names are refused with a reason, and Unicode becomes UTF-8', () => {
  expect(branchRef('acumen/größe')).toBe(`refs/heads/acumen/${fromBytes(new TextEncoder().encode('größe'))}`);
  for (const name of ['', '-x', 'HEAD', '@', 'a..b', 'a b', 'a~1', 'a^', 'a:b', 'a.lock', 'a.lock/b', '.a', 'a/.b', 'a/', '/a', 'a//b', 'a.', 'a@{1}', 'a\\b', 'a\x7f', 'a\n', 'a*', '\ud800']) {
    expect(() => branchRef(name), JSON.stringify(name)).toThrow(expect.objectContaining({ code: 'bad-branch-name' }));
  }
  expect(hostileName('a' as ByteString)).toBeNull();
});
