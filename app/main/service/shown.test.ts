// Dangers: a file that crashes the screen because it is not text, a cut that nobody is told of, a thousand conflicts that carry one path of a million letters each.
import { expect, test } from 'vitest';
import { fromUtf8, toBytes } from '../../core/bytes.ts';
import type { AcuId, ByteString, Oid, PathBytes } from '../../core/bytes.ts';
import { Mode } from '../../core/repository.ts';
import { limits } from '../../contract/methods.ts';
import { previewConflicts, shownEntry, shownText } from './shown.ts';

const bytes = (text: string) => toBytes(fromUtf8(text));
const oid = 'a'.repeat(40) as Oid;

test('text is shown as it is: line ends, a missing last one, a byte order mark', () => {
  for (const text of ['', 'a', 'a\r\nb\rc\n', '\ufeffa\n', 'é 日本 🙂\n']) expect(shownText(bytes(text))).toEqual({ text, binary: false, bytes: bytes(text).length, truncated: false });
});

test('invalid UTF-8 shows as replacement characters, NUL as binary', () => {
  expect(shownText(toBytes('a\xffb\n' as ByteString)).text).toBe('a\ufffdb\n');
  expect(shownText(toBytes('a\0b' as ByteString))).toEqual({ text: '', binary: true, bytes: 3, truncated: false });
});

test('a long file is cut between lines, a long line where it must be, and both say so', () => {
  const long = bytes('0123456789abcdef\n'.repeat(limits.shownBytes / 16));
  const shown = shownText(long);
  expect(shown).toMatchObject({ truncated: true, bytes: long.length });
  expect(shown.text.endsWith('f\n')).toBe(true);
  expect(shown.text.length).toBeGreaterThan(limits.shownBytes - 20);
  expect(shownText(bytes('x'.repeat(limits.shownBytes + 1))).text).toHaveLength(limits.shownBytes);
});

test('links show their target, submodules their commit, nothing shows nothing', async () => {
  const blobOf = async () => bytes('../target');
  expect(await shownEntry({ mode: Mode.symlink, oid }, blobOf)).toMatchObject({ text: '../target' });
  expect(await shownEntry({ mode: Mode.submodule, oid }, async () => { throw new Error('asked for a commit as a blob'); })).toMatchObject({ text: `Subproject commit ${oid}\n` });
  expect(await shownEntry(null, blobOf)).toBeNull();
});

test('conflicts of one long path are sent as small as those of a short one, and each as it is', () => {
  const of = (path: string) => Array.from({ length: 1000 }, (_, n) => ({ a: `${n}` as AcuId, b: 'base' as const, path: path as PathBytes, kind: 'content' as const, verdict: 'blocking' as const, detail: 'both', inherited: false }));
  const [short, long] = [of('src/a.ts'), of('d'.repeat(1_000_000))].map(previewConflicts);
  expect(short![7]).toEqual({ a: '7', b: 'base', path: 'src/a.ts', shown: 'src/a.ts', kind: 'content', verdict: 'blocking', detail: 'both', sides: [] });
  expect(new Set(long!.map(({ path }) => path)).size).toBe(1);
  expect(JSON.stringify(long).length).toBeLessThan(1_500_000);
});
