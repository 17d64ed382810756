// Dangers: a patch that is put elsewhere than git puts it, applied where git refuses, or refused where git applies; bytes that are
// not kept (CRLF, missing final newlines, NUL, bytes that are no UTF-8). `git apply --cached` on a bare scratch is the oracle.
import fc from 'fast-check';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { git, initBare, tempDir, tryGit } from '../../../testkit/git.ts';
import { fromBytes, toBytes, type ByteString, type Oid, type PathBytes } from '../../core/bytes.ts';
import { PatchError, parseDiff } from '../../core/patch/parse.ts';
import { Effort } from '../../core/patch/place.ts';
import type { Entry } from '../../core/repository.ts';
import { type Ground, applyPatches } from './applying.ts';
import { objectId } from './oids.ts';

const temp = tempDir('applying');
const dir = join(temp.path, 'scratch.git');
let cases = 0;
initBare(dir);
afterAll(() => temp.remove());

interface File { readonly mode: string; readonly text: string }
type Tree = ReadonlyMap<string, File>;
const file = (text: string, mode = '100644'): File => ({ mode, text });
const tree = (files: Readonly<Record<string, string | File>>): Tree => new Map(Object.entries(files).map(([path, f]) => [path, typeof f === 'string' ? file(f) : f]));

const quoted = (path: string): string => `"${path.replace(/["\\\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`;

/** Trees as commits without parents. */
function commits(...trees: readonly Tree[]): string[] {
  const name = `case${++cases}`;
  let stream = '';
  trees.forEach((files, i) => {
    stream += `reset refs/heads/${name}-${i}\ncommit refs/heads/${name}-${i}\ncommitter T <t@example.invalid> 1700000000 +0000\ndata 1\nx\n`;
    for (const [path, { mode, text }] of files) {
      stream += mode === '160000' ? `M 160000 ${text} ${quoted(path)}\n` : `M ${mode} inline ${quoted(path)}\ndata ${text.length}\n${text}\n`;
    }
  });
  git(dir, ['fast-import', '--quiet', '--force', '--date-format=raw'], { input: stream });
  return trees.map((_, i) => `${name}-${i}`);
}

type Result = { readonly listing: string } | { readonly refused: string };

function byGit(commit: string, patch: string, ...options: string[]): Result {
  const env = { GIT_INDEX_FILE: join(temp.path, `index-${cases}`), GIT_DIR: dir };
  git(dir, ['read-tree', commit], { env });
  const ran = tryGit(dir, ['apply', '--cached', ...options], { env, input: patch });
  if (ran.status !== 0) return { refused: ran.stderr.split('\n').filter((l) => l.startsWith('error: ')).map((l) => l.slice(7)).join('; ') };
  return { listing: git(dir, ['ls-files', '-s', '-z'], { env }).split('\0').map((l) => l.replace(' 0\t', '\t')).sort().join('\0') };
}

async function byUs(files: Tree, patch: string): Promise<Result> {
  const blobs = new Map<Oid, Uint8Array>();
  const entries = new Map<PathBytes, Entry>();
  const make = (bytes: Uint8Array): Oid => { const oid = objectId('blob', bytes); blobs.set(oid, bytes); return oid; };
  for (const [path, { mode, text }] of files) entries.set(path as PathBytes, { mode: Number.parseInt(mode, 8), oid: mode === '160000' ? text as Oid : make(toBytes(text as ByteString)) });
  const ground: Ground = {
    file: async (path) => entries.get(path) ?? null,
    below: async (folder) => [...entries.keys()].filter((path) => path.startsWith(`${folder}/`)),
    blob: async (oid) => blobs.get(oid) ?? toBytes(git(dir, ['cat-file', 'blob', oid]) as ByteString),
    size: async (oid) => (blobs.get(oid) ?? toBytes(git(dir, ['cat-file', 'blob', oid]) as ByteString)).length,
    has: async (oid) => blobs.has(oid) || tryGit(dir, ['cat-file', '-e', oid]).status === 0,
    hash: (bytes) => objectId('blob', bytes), make,
  };
  try {
    const patches = parseDiff(patch as ByteString);
    if (patches.length === 0) return { refused: 'No valid patches in input' };
    const delta = await applyPatches(ground, patches, new Effort());
    for (const [path, entry] of delta) if (entry === null) entries.delete(path); else entries.set(path, entry);
    return { listing: ['', ...[...entries].map(([path, { mode, oid }]) => `${mode.toString(8)} ${oid}\t${path}`)].sort().join('\0') };
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    return { refused: error.message };
  }
}

async function expectAgreement(files: Tree, patch: string): Promise<Result> {
  const [commit] = commits(files);
  const theirs = byGit(commit!, patch), ours = await byUs(files, patch);
  if ('listing' in theirs) expect(ours, patch).toEqual(theirs);
  else expect('refused' in ours ? null : 'applied', `${theirs.refused}\n${patch}`).toBe(null);
  return ours;
}

const diff = (a: Tree, b: Tree, ...options: string[]): string => git(dir, ['diff-tree', '-p', '--no-color', ...options, ...commits(a, b)]);
const lines = (n: number, changes: Readonly<Record<number, string>> = {}): string => Array.from({ length: n }, (_, i) => `${changes[i + 1] ?? `line ${i + 1}`}\n`).join('');

describe('as git apply', () => {
  const start = tree({ 'a.txt': lines(30), 'dir/b.txt': lines(10), 'bin': 'a\0b'.repeat(50), 'run.sh': file('#!/bin/sh\n', '100755'), 'link': file('a.txt', '120000'), 'sub': file('a'.repeat(40), '160000'), 'crlf.txt': 'one\r\ntwo\r\nthree\r\n', 'open.txt': 'one\ntwo', 'nul é.txt': 'x\n' });
  const changes: readonly (readonly [string, Tree, ...string[]])[] = [
    ['a change', new Map([...start, ['a.txt', file(lines(30, { 10: 'ten' }))]])],
    ['a change at both ends', new Map([...start, ['a.txt', file(lines(30, { 1: 'one', 30: 'thirty' }))]])],
    ['a new and a deleted file', new Map([...[...start].filter(([p]) => p !== 'dir/b.txt'), ['new/file.txt', file('new\n')], ['empty', file('')]])],
    ['a new executable, a changed mode', new Map([...start, ['x.sh', file('x\n', '100755')], ['run.sh', file('#!/bin/sh\n')]])],
    ['a rename with a change', new Map([...[...start].filter(([p]) => p !== 'a.txt'), ['moved/a.txt', file(lines(30, { 7: 'seven' }))]]), '-M'],
    ['a swap of two names', new Map([...start, ['a.txt', start.get('dir/b.txt')!], ['dir/b.txt', start.get('a.txt')!]]), '-M', '-B'],
    ['a copy', new Map([...start, ['copy.txt', file(lines(30, { 3: 'three' }))]]), '-C', '--find-copies-harder'],
    ['a binary change, literal or delta', new Map([...start, ['bin', file(`${'a\0b'.repeat(40)}x\0y${'a\0b'.repeat(30)}`)]]), '--binary'],
    ['a new binary file', new Map([...start, ['new.bin', file('\0\xff\xfe'.repeat(300))]]), '--binary'],
    ['a deleted binary file', new Map([...start].filter(([p]) => p !== 'bin')), '--binary'],
    ['a binary change that is not told', new Map([...start, ['bin', file('b\0')]]), '--full-index'],
    ['a link that leads elsewhere', new Map([...start, ['link', file('dir/b.txt', '120000')]])],
    ['a link that becomes a file', new Map([...start, ['link', file('text\n')]])],
    ['a submodule that moves', new Map([...start, ['sub', file('b'.repeat(40), '160000')]])],
    ['a submodule that goes', new Map([...start].filter(([p]) => p !== 'sub'))],
    ['CRLF', new Map([...start, ['crlf.txt', file('one\r\n2\r\nthree\r\n')]])],
    ['a final newline that comes', new Map([...start, ['open.txt', file('one\ntwo\n')]])],
    ['a final newline that stays away', new Map([...start, ['open.txt', file('1\ntwo')]])],
    ['a file that becomes a folder', new Map([...[...start].filter(([p]) => p !== 'open.txt'), ['open.txt/inner', file('x\n')]])],
    ['a quoted name', new Map([...start, ['nul é.txt', file('y\n')], ['tab\there "q" \\', file('z\n')]])],
    ['bytes that are no UTF-8', new Map([...start, ['\xff\xfe.txt', file('caf\xe9\n')]])],
    ['no prefixes', new Map([...start, ['dir/b.txt', file(lines(10, { 5: 'five' }))]]), '--no-prefix'],
    ['no context', new Map([...start, ['a.txt', file(lines(30, { 10: 'ten' }))]]), '-U0'],
    ['much context', new Map([...start, ['a.txt', file(lines(30, { 10: 'ten' }))]]), '-U40'],
  ];
  test.each(changes.map(([name, after, ...options]) => ({ name, after, options })))('$name', async ({ after, options }) => {
    const patch = diff(start, after, ...options);
    const result = await expectAgreement(start, patch);
    if (!options.includes('-U0') && !options.includes('--no-prefix') && !options.includes('--full-index')) expect(result).toHaveProperty('listing');
    // and where it does not belong, or only nearly
    await expectAgreement(after, patch);
    await expectAgreement(tree({ 'a.txt': `${lines(5)}${lines(30)}` }), patch);
  });

  test('refusals in git\'s words', async () => {
    const a = tree({ 'a.txt': lines(10) }), b = tree({ 'a.txt': lines(10, { 5: 'five' }) }), other = tree({ 'a.txt': 'other\n' }), gone = tree({ 'b.txt': 'x\n' });
    const refusals: readonly (readonly [Tree, string])[] = [
      [other, diff(a, b)], [gone, diff(a, b)], [a, diff(gone, a)], [tree({ 'a.txt': file('l', '120000') }), diff(a, b)],
      [a, 'nothing\n'], [a, diff(a, b).replace('@@ -2,7', '@@ -2,9')], [a, diff(a, b).replace('--- a/a.txt', '--- a/b.txt')], [a, '@@ -1 +1 @@\n-a\n+b\n'],
      [tree({ 'a.txt': 'x\0y' }), diff(tree({ 'a.txt': 'z\0y' }), tree({ 'a.txt': 'z\0z' }), '--binary')],
      [tree({ 'a.txt': 'x\0y' }), diff(tree({ 'a.txt': 'x\0y' }), tree({ 'a.txt': 'z\0zz' }))],
      [a, 'diff --git a/x b/x\nnew file mode 100644\ndeleted file mode 100644\n'], [a, 'diff --git a/a.txt b/a.txt\nold mode junk\n'],
      [tree({ 'a.txt': lines(10), 'l': file('x', '120000') }), diff(tree({}), tree({ 'l/f': 'x\n' }))],
      [a, diff(a, tree({})).replace(/^-line 3\n/m, ' line 3\n').replace('+0,0', '+1')],
    ];
    for (const [files, patch] of refusals) {
      const [commit] = commits(files);
      const theirs = byGit(commit!, patch), ours = await byUs(files, patch);
      expect(theirs, patch).toHaveProperty('refused');
      expect((ours as { refused: string }).refused, patch).not.toBe('');
      expect((theirs as { refused: string }).refused.replace(' (allow with "--allow-empty")', ''), patch).toContain((ours as { refused: string }).refused);
    }
  });
});

test('diffs without git\'s header: prefixes, time stamps, /dev/null, files that begin to exist', async () => {
  const a = tree({ 'a.txt': lines(10), 'd/b.txt': 'b\n' });
  const hunk = '@@ -4,3 +4,3 @@\n line 4\n-line 5\n+five\n line 6\n';
  for (const head of [
    '--- a/a.txt\n+++ b/a.txt\n', '--- a.txt\n+++ a.txt\n', '--- a.txt.orig\n+++ a.txt\n', '--- x/a.txt\t2020-01-01 00:00:00.000000000 +0100\n+++ y/a.txt\t2020-01-01 00:00:00.0 +0100\n',
    '--- a/a.txt 2020-01-01 00:00:00\n+++ b/a.txt   2020-01-01 00:00:00 +01:00\n', '--- "a/a.txt"\n+++ "b/a.txt"\n', '--- a/a.txt\r\n+++ b/a.txt\r\n', 'Index: a.txt\n====\n--- a//a.txt\n+++ b/a.txt\n',
    '--- a/a.txt~\n+++ b/a.txt\n', '--- /dev/null\n+++ b/a.txt\n', '--- a/none.txt\n+++ b/none.txt\n',
  ]) await expectAgreement(a, head + hunk);
  for (const patch of [
    '--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+new\n', '--- /dev/null\n+++ new.txt\n@@ -0,0 +1 @@\n+new\n', '--- new.txt\n+++ new.txt\n@@ -0,0 +1 @@\n+new\n', '--- a/d/b.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n',
    '--- a/d/b.txt\n+++ b/d/b.txt\n@@ -1 +0,0 @@\n-b\n', '--- a/x.txt\t1970-01-01 01:00:00.000000000 +0100\n+++ b/x.txt\t2020-01-01 00:00:00 +0100\n@@ -0,0 +1 @@\n+x\n',
    '--- a/d/b.txt\t2020-01-01 00:00:00 +0100\n+++ b/d/b.txt\t1970-01-01 00:00:00 +0000\n@@ -1 +0,0 @@\n-b\n', `--- a/a.txt\n+++ b/a.txt\n${hunk}@@ -8,2 +8,3 @@\n line 8\n+more\n line 9\n`,
    `--- a/a.txt\n+++ b/a.txt\n@@ -4,3 +4,3 @@\n line 4\n-line 5\n+five\n line 6\n@@ -6,2 +6,3 @@\n line 6\n+more\n line 7\n`,
  ]) await expectAgreement(a, patch);
});

// ---- generated

const word = fc.constantFrom('a', 'b', 'c', '{', '}', '', ' x', '\t', 'é', 'x\r', 'long line of words');
const text = fc.tuple(fc.array(word, { maxLength: 30 }), fc.boolean()).map(([words, ends]) => `${words.join('\n')}${ends && words.length > 0 ? '\n' : ''}`);
const binary = fc.array(fc.constantFrom('\0', 'a', 'bb\0', '\xff'), { minLength: 1, maxLength: 60 }).map((parts) => `\0${parts.join('')}`);
const content = fc.oneof({ weight: 6, arbitrary: text }, { weight: 1, arbitrary: binary });
const anyFile = fc.oneof(
  { weight: 8, arbitrary: content.map((t) => file(t)) }, { weight: 1, arbitrary: content.map((t) => file(t, '100755')) },
  { weight: 1, arbitrary: fc.constantFrom('a', 'd/b', 'é').map((t) => file(t, '120000')) }, { weight: 1, arbitrary: fc.constantFrom('1', '2').map((c) => file(c.repeat(40), '160000')) },
);
const path = fc.constantFrom('a', 'b', 'd/a', 'd/b c', 'e/f/g', 'tab\t', 'q"');
const anyTree = fc.dictionary(path, anyFile, { minKeys: 1, maxKeys: 5 }).map((files) => new Map(Object.entries(files)) as Tree);

/** What happens to a file's lines between two versions. */
type Step = { readonly at: number; readonly remove: number; readonly insert: readonly string[] };
const step: fc.Arbitrary<Step> = fc.record({ at: fc.nat(40), remove: fc.nat(3), insert: fc.array(word, { maxLength: 3 }) });
function edited(t: string, steps: readonly Step[]): string {
  const all = t.split('\n');
  for (const { at, remove, insert } of steps) all.splice(at % (all.length + 1), remove, ...insert);
  return all.join('\n');
}
const change = fc.record({ steps: fc.array(step, { maxLength: 3 }), what: fc.constantFrom('edit', 'edit', 'edit', 'edit', 'delete', 'move', 'mode', 'replace'), to: path, other: anyFile });
function changed(files: Tree, changes: readonly { steps: readonly Step[]; what: string; to: string; other: File }[]): Tree {
  const out = new Map<string, File>();
  [...files].forEach(([p, f], i) => {
    const c = changes[i % changes.length]!;
    const plain = f.mode.startsWith('100');
    if (c.what === 'delete') return;
    if (c.what === 'replace') out.set(p, c.other);
    else if (c.what === 'mode' && plain) out.set(p, file(f.text, f.mode === '100644' ? '100755' : '100644'));
    else out.set(c.what === 'move' ? c.to : p, plain ? file(edited(f.text, c.steps), f.mode) : f);
  });
  return out;
}
const options = fc.tuple(fc.constantFrom('-U0', '-U1', '-U3', '-U8'), fc.constantFrom('--binary', '--full-index', '--abbrev=7'), fc.constantFrom('-M', '-C', '--no-renames', '--no-prefix'), fc.constantFrom('--histogram', '--patience', '--minimal'));

const RUNS = Number(process.env['ACUMEN_PATCH_RUNS'] ?? 40);

test('generated changes, onto what they were made from and onto what has changed since: the tree that git makes, or a refusal as git refuses', async () => {
  let applied = 0;
  await fc.assert(fc.asyncProperty(anyTree, fc.array(change, { minLength: 1, maxLength: 4 }), fc.array(change, { minLength: 1, maxLength: 3 }), options, async (start, own, since, opts) => {
    const patch = diff(start, changed(start, own), ...opts);
    if (patch === '') return;
    if ('listing' in await expectAgreement(start, patch)) applied++;
    if ('listing' in await expectAgreement(changed(start, since), patch)) applied++;
  }), { numRuns: RUNS });
  // of two in each run; by chance few may be in one sitting, but never so few that nothing is looked at
  expect(applied).toBeGreaterThan(RUNS / 4);
});

const ABANDONED = /^diff --git .*\n(?!index |--- |\+\+\+ |old mode |new mode |new file mode |deleted file mode |copy |rename |similarity |dissimilarity )/m;

test('damaged patches: applied where git applies them, to the same, else refused', async () => {
  await fc.assert(fc.asyncProperty(anyTree, fc.array(change, { minLength: 1, maxLength: 3 }), options, fc.array(fc.tuple(fc.nat(), fc.constantFrom('drop', 'double', 'byte', 'swap', 'cut'), fc.constantFrom('+', '-', ' ', '\\', '0', '9', '@', '\n', 'a', '\xff')), { minLength: 1, maxLength: 2 }), async (start, own, opts, damages) => {
    let patch = diff(start, changed(start, own), ...opts);
    for (const [n, how, byte] of damages) {
      const all = patch.split('\n'), at = n % all.length, place = n % Math.max(1, patch.length);
      if (how === 'drop') patch = all.toSpliced(at, 1).join('\n');
      else if (how === 'double') patch = all.toSpliced(at, 0, all[at]!).join('\n');
      else if (how === 'swap' && at > 0) patch = all.with(at, all[at - 1]!).with(at - 1, all[at]!).join('\n');
      else if (how === 'cut') patch = patch.slice(0, place);
      else patch = patch.slice(0, place) + byte + patch.slice(place + 1);
    }
    const [commit] = commits(start);
    const theirs = byGit(commit!, patch), ours = await byUs(start, patch);
    // a header that nothing follows leaves names behind in git, which the next patch then has; decision 0013 leaves nothing behind
    if (ABANDONED.test(patch)) return;
    // git unpacks the backward part too; nobody will apply it
    if ('refused' in theirs && theirs.refused.includes('corrupt binary patch')) return;
    // stricter by decision 0013: a damaged binary part refuses the whole, where git leaves out what follows it
    if ('refused' in ours && 'listing' in theirs) expect(ours.refused, patch).toMatch(/binary patch|invalid path/);
    else expect('listing' in ours ? ours : 'refused', `${JSON.stringify(theirs)}\n${patch}`).toEqual('listing' in theirs ? theirs : 'refused');
  }), { numRuns: RUNS });
});

test('what comes in goes out byte for byte', async () => {
  const all = fromBytes(Uint8Array.from({ length: 256 }, (_, i) => i));
  const before = tree({ 'a': `one\n${all.replace('\0', '')}\nlast` }), after = tree({ 'a': `two\n${all.replace('\0', '')}\nlast` });
  expect(await expectAgreement(before, diff(before, after))).toHaveProperty('listing');
});

describe('where we differ from git (decision 0013)', () => {
  const a = tree({ 'a.txt': lines(10), 'bin': 'a\0b' }), b = tree({ 'a.txt': lines(10, { 5: 'five' }), 'bin': 'c\0dd' });
  const whole = diff(a, b, '--binary');
  const damage = (part: number): string => {
    const starts = [...whole.matchAll(/^(?:literal|delta) \d+\n/gm)].map((m) => m.index + m[0].length);
    return `${whole.slice(0, starts[part]! + 1)}00000${whole.slice(starts[part]! + 6)}`;
  };
  test('a damaged binary part refuses the whole, where git leaves it out', async () => {
    expect(await byUs(a, damage(0))).toMatchObject({ refused: expect.stringContaining('binary patch') as string });
    const [commit] = commits(a);
    expect(byGit(commit!, damage(0))).toHaveProperty('listing');
  });
  test('a damaged backward part is not looked at', async () => {
    const [commit] = commits(a);
    expect(byGit(commit!, damage(1))).not.toEqual(await byUs(a, whole));
    expect(await byUs(a, damage(1))).toEqual(await byUs(a, whole));
  });
  test('a header that nothing follows is text', async () => {
    const text = `diff --git a/none b/none\nis what git would say\n\n${diff(tree({}), tree({ 'new.txt': 'x\n' }))}`;
    expect(await byUs(a, text)).toEqual(await byUs(a, diff(tree({}), tree({ 'new.txt': 'x\n' }))));
    const [commit] = commits(a);
    expect(byGit(commit!, text)).toHaveProperty('refused');
  });
  test('names that some system takes for .git', async () => {
    expect(await byUs(a, diff(tree({}), tree({ 'x': 'y\n' })).replaceAll('/x', '/.g\u00e2\u0080\u008cit/x'))).toMatchObject({ refused: expect.stringContaining('invalid path') as string });
  });
});
