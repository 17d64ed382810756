// Patch files that strangers may send: what must be left out, in bounded time and memory, and what looks odd and must be taken.
// One table for parser, importer and command line. Byte strings: one character per byte.
import { deflateSync } from 'node:zlib';

export interface HostilePatch { readonly name: string; readonly patch: () => string; readonly because: string }

/** What the hostile and the allowed ones are put onto. */
export const patchBase: Readonly<Record<string, string>> = {
  'a.txt': 'one\ntwo\nthree\n',
  // nearly every place of it nearly fits a hunk of the same lines
  'same.txt': 'x\n'.repeat(40_000),
};

const create = (path: string, mode = '100644', line = 'owned'): string => `diff --git ${path} ${path.replace(/^("?)a\//, '$1b/')}\nnew file mode ${mode}\n--- /dev/null\n+++ ${path.replace(/^("?)a\//, '$1b/')}\n@@ -0,0 +1 @@\n+${line}\n`;

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';
function base85(bytes: Uint8Array): string {
  let out = '';
  for (let at = 0; at < bytes.length; at += 52) {
    const line = bytes.subarray(at, at + 52);
    out += String.fromCharCode(line.length <= 26 ? 64 + line.length : 70 + line.length);
    for (let i = 0; i < line.length; i += 4) {
      let value = 0;
      for (let k = 0; k < 4; k++) value = value * 256 + (line[i + k] ?? 0);
      let group = '';
      for (let k = 0; k < 5; k++) { group = ALPHABET[value % 85]! + group; value = Math.floor(value / 85); }
      out += group;
    }
    out += '\n';
  }
  return out;
}
/** `says`: the size it announces */
function binary(kind: 'literal' | 'delta', content: Uint8Array, says = content.length, path = 'new.bin', id = 'a'.repeat(40)): string {
  return `diff --git a/${path} b/${path}\nnew file mode 100644\nindex ${'0'.repeat(40)}..${id}\nGIT binary patch\n${kind} ${says}\n${base85(deflateSync(content))}\n`;
}
const change = (hunk: string, path = 'a.txt'): string => `--- a/${path}\n+++ b/${path}\n${hunk}`;

export const hostilePatches: readonly HostilePatch[] = [
  { name: 'into .git', patch: () => create('a/.git/config'), because: 'configuration runs programs' },
  { name: 'into .git of file systems without case', patch: () => create('a/x/.GIT/hooks/post-checkout', '100755'), because: 'CVE-2014-9390' },
  { name: 'into the short name of .git', patch: () => create('a/git~1/config'), because: 'CVE-2014-9390' },
  { name: 'into .git with a character that macOS ignores', patch: () => create('"a/.g\\342\\200\\214it/config"'), because: 'CVE-2014-9390' },
  { name: 'out of the checkout', patch: () => create('a/../../outside'), because: 'climbs' },
  { name: 'out of the checkout on Windows', patch: () => create('"a/x\\\\..\\\\..\\\\y"'), because: 'CVE-2019-1354' },
  { name: 'to an absolute path', patch: () => change('@@ -0,0 +1 @@\n+x\n', '').replace('+++ b/', '+++ b//etc/passwd').replace('--- a/', '--- /dev/null'), because: 'an absolute path' },
  { name: 'to a path with a NUL', patch: () => create('"a/x\\000.txt"'), because: 'ends a string for whoever speaks C' },
  { name: 'renaming into .git', patch: () => 'diff --git a/a.txt b/.git/x\nsimilarity index 100%\nrename from a.txt\nrename to .git/x\n', because: 'the other side of a rename' },
  { name: 'copying from outside', patch: () => 'diff --git a/../secret b/x\nsimilarity index 100%\ncopy from ../secret\ncopy to x\n', because: 'reads what is not the repository\'s' },
  { name: 'through a link of its own', patch: () => create('a/link', '120000', '/etc') + create('a/link/passwd'), because: 'writes where the link leads' },
  { name: 'a link as .gitmodules', patch: () => create('a/.gitmodules', '120000', 'x'), because: 'CVE-2018-11235 and after' },
  { name: 'a folder as an entry', patch: () => create('a/folder', '040000'), because: 'an entry that is no file' },
  { name: 'a path longer than any', patch: () => create(`a/${'x'.repeat(5000)}`), because: 'longer than the contract takes' },
  { name: 'a quoted path of millions of escapes', patch: () => create(`"a/${'\\101'.repeat(1_000_000)}"`), because: 'memory' },
  { name: 'a header with a million spaces', patch: () => `diff --git a/x${' '.repeat(1_000_000)}b/x\nnew file mode 100644\n`, because: 'the search for the second name takes the square' },
  { name: 'ranges beyond everything', patch: () => change('@@ -1,4294967295 +1,4294967295 @@\n one\n-two\n+2\n'), because: 'allocates what a header claims' },
  { name: 'a hunk that goes on for ever', patch: () => change(`@@ -1,3 +1,3000001 @@\n one\n${'+x\n'.repeat(100_000)}`), because: 'ends early' },
  { name: 'more lines than any change', patch: () => change(`@@ -1 +1,4100001 @@\n one\n${'+\n'.repeat(4_100_000)}`), because: 'memory' },
  { name: 'more hunks than any change', patch: () => change('@@ -1 +1 @@\n-x\n+y\n'.repeat(260_000)), because: 'memory' },
  { name: 'more files than any change', patch: () => Array.from({ length: 51_000 }, (_, i) => `diff --git a/f${i} b/f${i}\nnew file mode 100644\n`).join(''), because: 'memory' },
  { name: 'a hunk that fits nearly everywhere', patch: () => change(`@@ -100,30001 +100,30001 @@\n${' x\n'.repeat(30_000)}-y\n+z\n`, 'same.txt').replace('30001 +100,30001', '30002 +100,30002').replace('+z\n', '+z\n x\n'), because: 'the search takes the square' },
  { name: 'a literal that announces a terabyte', patch: () => binary('literal', new Uint8Array(10), 2 ** 40), because: 'allocates what a header claims' },
  { name: 'a literal that announces more than it holds', patch: () => binary('literal', new Uint8Array(10), 200 << 20), because: 'allocates what a header claims' },
  { name: 'a literal that holds more than it announces', patch: () => binary('literal', new Uint8Array(64 << 20), 10), because: 'a bomb' },
  { name: 'many literals that are too much together', patch: () => Array.from({ length: 9 }, (_, i) => binary('literal', new Uint8Array(10), 30 << 20, `${i}.bin`)).join(''), because: 'a bomb in parts' },
  { name: 'a literal that is not what its id says', patch: () => binary('literal', new Uint8Array(10)), because: 'another content than announced' },
  { name: 'a delta that makes a gigabyte', patch: () => binary('delta', Uint8Array.of(0, 0x80, 0x80, 0x80, 0x80, 4, 1, 65)), because: 'allocates what a delta claims' },
  { name: 'a delta that copies from nothing', patch: () => binary('delta', Uint8Array.of(0, 10, 0x90, 10)), because: 'reads outside its base' },
  { name: 'base 85 that is none', patch: () => binary('literal', new Uint8Array(10)).replace(/(literal 10\n)./, '$1z'), because: 'a length that is not the line\'s' },
  { name: 'a subject of brackets', patch: () => `From: A <a@example.invalid>\nSubject: ${'['.repeat(100_000)}\n\n---\n`, because: 'each looks for its end' },
  { name: 'a subject of Re:', patch: () => `From: A <a@example.invalid>\nSubject: ${'re:'.repeat(50_000)}\n\n---\n`, because: 'each is taken off' },
  { name: 'a subject of encoded words', patch: () => `From: A <a@example.invalid>\nSubject: ${'=?utf-8?q?='.repeat(20_000)}\n\n---\n`, because: 'none ends' },
  { name: 'headers without end', patch: () => `From: A <a@example.invalid>\nSubject: x\n${' folded\n'.repeat(100_000)}\n---\n`, because: 'memory' },
  { name: 'mails without number', patch: () => `From ${'0'.repeat(40)} Mon Sep 17 00:00:00 2001\nSubject: x\n\n---\n`.repeat(3000), because: 'memory' },
  { name: 'nothing', patch: () => '', because: 'no patch' },
  { name: 'a line of ten million', patch: () => 'x'.repeat(10_000_000), because: 'no patch' },
  { name: 'NUL bytes', patch: () => '\0'.repeat(100_000), because: 'no patch' },
];

/** Odd, harmless, and to be applied. */
export const allowedPatches: readonly { readonly name: string; readonly patch: string }[] = [
  { name: 'text around it', patch: `Dear all,\n\nplease see below. @@ not a hunk\n--- really\n\n${change('@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n')}-- \nBest\n` },
  { name: 'names that look like git\'s', patch: create('a/.gitignore') + create('a/.github/x.git/y') + create('a/git/config') + create('a/...') },
  { name: 'a name with everything', patch: create('"a/q\\" t\\t n\\n \\303\\251 \\377"') },
  { name: 'a path of a thousand folders', patch: create(`a/${'d/'.repeat(1000)}f`) },
  { name: 'CRLF after the header lines', patch: change('@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n').replace('a/a.txt\n', 'a/a.txt\r\n').replace('b/a.txt\n', 'b/a.txt\r\n') },
  { name: 'no final newline, on either side', patch: change('@@ -1,3 +1,3 @@\n one\n two\n-three\n+3\n\\ No newline at end of file\n') },
  { name: 'an empty file', patch: 'diff --git a/empty b/empty\nnew file mode 100644\nindex 0000000..e69de29\n' },
  { name: 'a mode alone', patch: 'diff --git a/a.txt b/a.txt\nold mode 100644\nnew mode 100755\n' },
  { name: 'a line of a megabyte', patch: create('a/long', '100644', 'y'.repeat(1 << 20)) },
  { name: 'a hunk with a heading that looks like one', patch: change('@@ -1,3 +1,3 @@ @@ -9 +9 @@ diff --git a/x b/x\n one\n-two\n+2\n three\n') },
  { name: 'bytes that are no UTF-8', patch: create('a/bytes', '100644', '\xff\xfe\x80caf\xe9') },
  { name: 'words of a mail that ends nowhere', patch: `From: =?iso-8859-1?q?Jos=E9?= <j@example.invalid>\nSubject: [PATCH v3 2/9] =?utf-8?b?w6k=?=\n =?utf-8?q?_x?=\n\n${create('a/mail')}` },
];
