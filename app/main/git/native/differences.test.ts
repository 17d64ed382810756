// The danger: a git that hangs, dies or babbles while it compares, and one answer taken for another's; a commit that makes it list more files
// than there is memory; a path or a line that passes for a header. Real git, and programs that only claim to be git.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Oid } from '../../../core/bytes.ts';
import type { AcumenError } from '../../../core/errors.ts';
import type { PathChange } from '../../../core/repository.ts';
import { type TempDir, git, gitLine, initBare, tempDir } from '../../../../testkit/git.ts';
import { commitOn } from '../../../../testkit/pasts.ts';
import { openGuarded } from '../../service/pools/git.ts';
import { openRepository } from '../open.ts';
import { EMPTY_TREE } from '../oids.ts';
import { Differences } from './differences.ts';
import { GitHome, findGit } from './git.ts';
import { PairPatches, unquoted } from './patches.ts';

let dir: TempDir, path: string, trees: Oid[];
const at = (name: string): string => join(dir.path, name);
beforeAll(() => {
  dir = tempDir('differences');
  path = at('repository');
  initBare(path);
  const files = { 'a.txt': 'one\ntwo\n', 'b\\"\\t@@.txt': '@@ -1 +1 @@\ndiff --git a/x b/x\n:100644 100644 a b M\tx\n.\n' };
  const first = commitOn(path, null, files), second = commitOn(path, first, { 'a.txt': '-one\n+two\n\\ No newline\nthree' });
  trees = [first, second].map((commit) => gitLine(path, ['rev-parse', `${commit}^{tree}`]) as Oid);
});
afterAll(() => { dir.remove(); });

const fake = (name: string, script: string): string => {
  mkdirSync(at(name), { recursive: true });
  writeFileSync(join(at(name), 'git'), `#!/bin/sh\ncase "$*" in version) echo git version 2.40.0 ;; *) ${script} ;; esac\n`);
  chmodSync(join(at(name), 'git'), 0o755);
  return at(name);
};
async function differences(searchPath: string, { timeoutMs = 20_000, mostMemory = 1 << 30 } = {}): Promise<{ readonly of: Differences<{ readonly before: Oid | null; readonly after: Oid }, readonly PathChange[]>; close(): void }> {
  const found = await findGit(path, searchPath);
  if (!('path' in found)) throw new Error(found.why);
  const home = new GitHome(found, join(path, 'objects'), 'sha1', timeoutMs), of = new Differences(home, 'lines', new PairPatches('lines', EMPTY_TREE), timeoutMs, mostMemory);
  return { of, close: () => { of.close(); home.close(); } };
}
const shown = (list: readonly PathChange[] | AcumenError): unknown => (Array.isArray(list) ? (list as readonly PathChange[]).map((one) => [one.path, one.hunks === null ? null : [...one.hunks]]) : (list as AcumenError).code);

describe('git that compares', () => {
  test('names and lines that look like its own words are names and lines', async () => {
    const { of, close } = await differences(process.env['PATH']!);
    const [whole, change, none] = await of.of([{ before: null, after: trees[0]! }, { before: trees[0]!, after: trees[1]! }, { before: trees[1]!, after: trees[1]! }]);
    const names = git(path, ['ls-tree', '-z', '--name-only', trees[0]!]).split('\0').filter((name) => name !== '');
    expect(shown(whole!)).toEqual([[names[0], [0, 0, 0, 2]], [names[1], [0, 0, 0, 4]]]);
    expect(shown(change!)).toEqual([['a.txt', [0, 2, 0, 4]]]);
    expect(shown(none!)).toEqual([]);
    close();
  });

  test('asked for more than one git answers before another takes over, all is answered, in order', async () => {
    const { of, close } = await differences(process.env['PATH']!);
    const pairs = Array.from({ length: 2500 }, (_, i) => (i % 3 === 0 ? { before: null, after: trees[0]! } : i % 3 === 1 ? { before: trees[0]!, after: trees[1]! } : { before: trees[1]!, after: trees[0]! }));
    const answers = await of.of(pairs), lengths = answers.map((one) => (Array.isArray(one) ? (one as readonly PathChange[]).flatMap(({ hunks }) => [...hunks!]).join() : String(one)));
    expect(lengths).toEqual(pairs.map((_, i) => ['0,0,0,2,0,0,0,4', '0,2,0,4', '0,4,0,2'][i % 3]));
    close();
  });

  test('what it has not got is answered for itself, and the others as ever', async () => {
    const { of, close } = await differences(process.env['PATH']!);
    const absent = '1'.repeat(40) as Oid;
    const answers = await of.of([{ before: null, after: trees[0]! }, { before: null, after: absent }, { before: trees[0]!, after: trees[1]! }, { before: absent, after: trees[0]! }]);
    expect(answers.map((one) => (Array.isArray(one) ? one.length : (one as AcumenError).code))).toEqual([2, 'corrupt-object', 1, 'corrupt-object']);
    close();
  });

  test.runIf(process.platform === 'linux')('more files than memory, from a kilobyte of folders: that answer alone is given up', async () => {
    let tree = gitLine(path, ['rev-parse', `${trees[0]!}:a.txt`]);
    for (let depth = 0; depth < 9; depth++) {
      const entry = depth === 0 ? '100644 blob' : '040000 tree';
      tree = gitLine(path, ['mktree'], { input: Array.from({ length: 10 }, (_, i) => `${entry} ${tree}\tf${i}\n`).join('') });
    }
    const { of, close } = await differences(process.env['PATH']!, { timeoutMs: 60_000, mostMemory: 48 << 20 });
    expect((await of.of([{ before: null, after: tree as Oid }, { before: trees[0]!, after: trees[1]! }])).map(shown)).toEqual(['too-large', [['a.txt', [0, 2, 0, 4]]]]);
    close();
  });
});

describe('a program that only claims to be git', () => {
  const pair = (): { before: Oid; after: Oid } => ({ before: trees[0]!, after: trees[1]! });
  test.each([
    ['says nothing', 'exec /bin/sleep 60', 'did not answer'],
    ['ends at once', 'exit 3', 'ended while it was needed'],
    ['answers another question', 'read x; echo "0 1"; exec /bin/sleep 60', 'not asked'],
    ['promises lines and sends others', 'read x; echo "$x"; printf ":100644 100644 1 2 M\\tx\\n\\ndiff --git a/x b/x\\n@@ -1,1 +1,1 @@\\n+a\\n+b\\n.\\n"; exec /bin/sleep 60', 'not asked'],
    ['sends a patch of nothing', 'read x; echo "$x"; echo "diff --git a/x b/x"; exec /bin/sleep 60', 'not asked'],
    ['sends a line that has no end', 'read x; exec /usr/bin/tr "\\0" x < /dev/zero', 'not asked'],
  ])('%s: it is not believed, and not waited for', async (name, script, message) => {
    const { of, close } = await differences(fake(name.replaceAll(' ', '-'), script), { timeoutMs: name === 'says nothing' ? 1500 : 30_000 });
    const [answer] = await of.of([pair()]);
    expect(answer).toMatchObject({ code: 'io', message: expect.stringContaining(message), data: { dependency: 'git' } });
    close();
  });

  test('the guarded reader asks the other reader instead, for the same answer', async () => {
    const searchPath = fake('dies', 'exit 3'), guarded = await openGuarded(path, { searchPath }), embedded = await openRepository(path, { reader: 'embedded' });
    const head = await embedded.resolve('refs/heads/main'), known = { heads: [], has: () => false };
    expect(await guarded.ancestry(head, known, 100)).toEqual(await embedded.ancestry(head, known, 100));
    expect(await guarded.changes([pair()], 'lines')).toEqual(await embedded.changes([pair()], 'lines'));
    expect(await guarded.merges([head])).toEqual(await embedded.merges([head]));
    await Promise.all([guarded.close(), embedded.close()]);
  });
});

test('quoted paths are read as git writes them', () => {
  expect([unquoted('plain name'), unquoted('"tab\\there"'), unquoted('"\\303\\251 \\"q\\" \\\\ \\n\\a"')]).toEqual(['plain name', 'tab\there', '\xc3\xa9 "q" \\ \n\x07']);
});
