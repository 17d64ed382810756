// Dangers: a piece in two atoms or in none; parts that depend on the order of edits; one common word that chains everything together;
// an index of names that misses a pair; what belongs together cut apart (a rename, a move, a definition and its use); hostile names and
// sizes. The twin asks every pair about every name and compares all parts anew each time.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clusterTwin, commitOfTexts, drawnCommit, namesTwin } from '../../../testkit/atoms.ts';
import { Random } from '../../../testkit/random.ts';
import type { PathBytes } from '../bytes.ts';
import { ALIKE, clustered, weighed } from './cluster.ts';
import type { Atom, Commit, Tie, Tying } from './model.ts';
import { piecesOf } from './reading.ts';
import { CERTAIN, byNames, lineTyings, sharingWeight } from './ties.ts';
import { untangle } from './untangle.ts';

const key = ({ path, hunk }: { path: string; hunk: number }): string => `${path}#${hunk}`;
const shown = (atoms: readonly Atom[]): string[][] => atoms.map(({ pieces }) => pieces.map(key));
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

const numbered = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('');
/** Files whose pieces have nothing but what a test puts into them. */
const filler = (count: number): string => numbered(count, (i) => `    step${i}();`);

describe('the parts of any commit', () => {
  test('hold each piece once, whatever the order of the edits', () => {
    fc.assert(fc.property(seeds, (seed) => {
      const random = new Random(seed), commit = drawnCommit(random), atoms = untangle(commit);
      expect(shown(atoms).flat().sort()).toEqual(piecesOf(commit).map(key).sort());
      expect(untangle({ ...commit, edits: random.shuffle(commit.edits) })).toEqual(atoms);
    }), { numRuns: 150 });
  });

  test('have names that are distinct, short and safe to show', () => {
    fc.assert(fc.property(seeds, (seed) => {
      const atoms = untangle(drawnCommit(new Random(seed)));
      expect(new Set(atoms.map(({ name }) => name)).size).toBe(atoms.length);
      for (const { name } of atoms) expect(name).toMatch(/^[ -~…→]{1,66}$/);
    }), { numRuns: 100 });
  });

  test('shared names are found for every pair that has them, as when each is asked about each', () => {
    fc.assert(fc.property(seeds, (seed) => {
      const commit = drawnCommit(new Random(seed)), pieces = piecesOf(commit).slice(0, 12), weight = ({ a, b, weight }: Tie): [string, number] => [`${a} ${b}`, Math.round(1e6 * weight)];
      expect(Object.fromEntries([...byNames.ties(commit, pieces)].map(weight))).toEqual(Object.fromEntries(namesTwin(commit, pieces, sharingWeight).map(weight)));
    }), { numRuns: 100 });
  });

  test('are those that comparing all parts anew finds', () => {
    const weight = fc.oneof(fc.constant(0.95), fc.integer({ min: 0, max: 89 }).map((n) => n / 100));
    const kind = (n: number): fc.Arbitrary<Tie[]> => fc.array(fc.record({ a: fc.nat(n - 1), b: fc.nat(n - 1), weight, why: fc.constant('') }), { maxLength: 14 }).map((ties) => ties.filter(({ a, b }) => a !== b));
    const drawn = fc.integer({ min: 1, max: 9 }).chain((n) => fc.tuple(fc.constant(n), fc.array(kind(n), { maxLength: 3 })));
    fc.assert(fc.property(drawn, ([n, kinds]) => {
      const part = clustered(weighed(n, kinds))!, parts: number[][] = [];
      for (const [i, p] of part.entries()) (parts[p] ??= []).push(i);
      expect(parts).toEqual(clusterTwin(n, kinds, CERTAIN, 1000 * ALIKE));
    }), { numRuns: 300 });
  });
});

describe('what stays together', () => {
  const atomOf = (commit: Commit, path: string, hunk: number): number => untangle(commit).findIndex(({ pieces }) => pieces.some((piece) => piece.path === path && piece.hunk === hunk));
  const expectTogether = (commit: Commit, ...keys: (readonly [string, number])[]): void => { expect(new Set(keys.map(([path, hunk]) => atomOf(commit, path, hunk))).size, JSON.stringify(untangle(commit))).toBe(1); };
  const far = filler(300);

  test('a rename, in as many files as it takes', () => {
    const uses = Array.from({ length: 30 }, (_, i) => [`lib/part${i}.ts`, `${filler(i)}  readTable(source${i});\n`, `${filler(i)}  loadTable(source${i});\n`] as const);
    const commit = commitOfTexts([...uses, ['lib/other.ts', 'const deadline = 3;\n', 'const deadline = 30;\n']]);
    expect(untangle(commit).map(({ name, pieces }) => [name, pieces.length])).toEqual([['lib/other.ts: deadline', 1], ['rename readTable to loadTable', 30]]);
  });

  test('a definition and what begins to use it, whose tests and whose documentation', () => {
    const commit = commitOfTexts([
      ['src/dates.ts', far, `${far}export function parseInstant(text) {\n  return 1;\n}\n`], ['src/log.ts', `${far}end\n`, `${far}  parseInstant(line);\nend\n`],
      ['test/log.test.ts', `${far}end\n`, `${far}  expect(parseInstant('1'));\nend\n`], ['docs/guide.md', `${far}end\n`, `${far}Use parseInstant for that.\nend\n`], ['src/else.ts', `${far}a\n`, `${far}b\n`],
    ]);
    expectTogether(commit, ['src/dates.ts', 0], ['src/log.ts', 0], ['test/log.test.ts', 0], ['docs/guide.md', 0]);
    expect(untangle(commit)).toHaveLength(2);
  });

  test('lines that moved', () => {
    const moved = '  const total = invoices.reduce(addAmounts, 0);\n  return total * exchangeRate;\n';
    expectTogether(commitOfTexts([['a/x.py', `${far}${moved}end\n`, `${far}end\n`], ['b/y.py', `${far}end\n`, `${far}${moved}end\n`], ['c/z.py', '1\n', '2\n']]), ['a/x.py', 0], ['b/y.py', 0]);
  });

  test('a file and whoever takes it in, a file that is now elsewhere, a lock file and its manifest', () => {
    expectTogether(commitOfTexts([['src/rate-limit.ts', null, 'let tokens = 1;\n'], ['src/app.ts', `${far}end\n`, `import './rate-limit.ts';\n${far}end\n`]]), ['src/rate-limit.ts', -1], ['src/app.ts', 0]);
    expectTogether(commitOfTexts([['old/x.txt', 'the same\n', null], ['new/y.txt', null, 'the same\n']]), ['old/x.txt', -1], ['new/y.txt', -1]);
    const manifest = (version: string): string => `{\n  "dependencies": {\n    "left-pad": "^${version}"\n  }\n}\n`, lock = (version: string): string => `{\n${far}  "left-pad": "${version}",\n${far}  "resolved": "left-pad-${version}.tgz"\n}\n`;
    expectTogether(commitOfTexts([['package.json', manifest('1.2.3'), manifest('1.3.0')], ['package-lock.json', lock('1.2.3'), lock('1.3.0')]]), ['package.json', 0], ['package-lock.json', 0], ['package-lock.json', 1]);
  });

  test('an import and its one use, and not two uses that have only that in common', () => {
    const one = commitOfTexts([['src/a.ts', `first();\n${far}end\n`, `import { readFileSync } from 'node:fs';\nfirst();\n${far}readFileSync('x');\nend\n`]]);
    expectTogether(one, ['src/a.ts', 0], ['src/a.ts', 1]);
  });

  test('and not what has one common word: names that are everywhere chain nothing', () => {
    const commit = commitOfTexts(Array.from({ length: 20 }, (_, i) => [`src/${'abcdefghijklmnopqrst'[i]!}${i}.ts`, `${numbered(20, () => 'logger.info();')}${filler(i)}a\n`, `${numbered(20, () => 'logger.info();')}${filler(i)}logger.debug${i}x();\n`]));
    expect(untangle(commit)).toHaveLength(20);
  });

  test('and not the two ends of a chain of likenesses', () => {
    const tie = (a: number, b: number): Tie => ({ a, b, weight: 0.6, why: '' });
    expect([...clustered(weighed(4, [[tie(0, 1), tie(1, 2), tie(2, 3)]]))!]).toEqual([0, 0, 1, 1]);
  });
});

test.each<readonly [string, string, Parameters<typeof commitOfTexts>[0]]>([
  ['version 4.3.0', 'Release 4.3.0', [['package.json', '{\n  "version": "4.2.0"\n}\n', '{\n  "version": "4.3.0"\n}\n'], ['CHANGELOG.md', '# Changes\n', '# Changes\n\n## 4.3.0\n']]],
  ['left-pad 1.3.0', 'Update', [['package.json', '{\n  "left-pad": "^1.2.3"\n}\n', '{\n  "left-pad": "^1.3.0"\n}\n']]],
  ['move src/rates.ts to lib/rates.ts', '', [['src/rates.ts', 'one\n', null], ['lib/rates.ts', null, 'one\n']]],
  ['tests of test_reads_dates', '', [['tests/test_dates.py', 'x = 1\n', 'x = 1\n\n\ndef test_reads_dates():\n    assert x\n']]],
  ['the import of readFile in src/a.ts', '', [['src/a.ts', 'x();\n', 'import { readFile } from \'node:fs\';\nx();\n']]],
  ['lib/x.ts: parseDate', '', [['lib/x.ts', 'export function parseDate(text) {\n  return 1;\n}\n', 'export function parseDate(text) {\n  return 2;\n}\n']]],
  ['src/store.ts: clearStorage', '', [['src/store.ts', 'const store = {\n  clearStorage: () => {\n    a(1);\n  },\n};\n', 'const store = {\n  clearStorage: () => {\n    a(2);\n  },\n};\n']]],
  ['blanks in lib/x.ts', '', [['lib/x.ts', 'if (a) {\nb();\n}\n', 'if (a) {\n  b();\n}\n']]],
  ['recieve → receive', '', [['docs/a.md', 'you recieve it\n', 'you receive it\n']]],
])('a part is called %s', (name, title, texts) => { expect(untangle(commitOfTexts(texts, title)).map((atom) => atom.name)).toEqual([name]); });

test('whoever knows more of a language ties in place of lines', () => {
  const commit = commitOfTexts([['a.ts', 'one\n', 'two\n'], ['b/c.py', 'three\n', 'four\n'], ['d.md', 'five\n', 'six\n']]);
  const entities: Tying = { name: 'entities', ties: (_, pieces) => [{ a: pieces.findIndex(({ path }) => path === 'a.ts'), b: pieces.findIndex(({ path }) => path === 'd.md'), weight: 1, why: 'of one class' }] };
  expect(shown(untangle(commit))).toEqual([['a.ts#0'], ['b/c.py#0'], ['d.md#0']]);
  expect(shown(untangle(commit, [entities]))).toEqual([['a.ts#0', 'd.md#0'], ['b/c.py#0']]);
  expect(shown(untangle(commit, [...lineTyings, entities]))).toEqual([['a.ts#0', 'd.md#0'], ['b/c.py#0']]);
});

describe('hostile commits', () => {
  test('lines of a megabyte, thousands of hunks, names that steer a terminal', () => {
    const long = 'a-'.repeat(500_000), wide = numbered(3000, (i) => `x${i} ((((((("`);
    const atoms = untangle(commitOfTexts([
      ['\x1b[2J\xe2\x80\xae.ts', `${long}\n`, `${long}(((b\n`], ['wide.js', wide, wide.replaceAll('(((', '[[[')], [`${'d/'.repeat(500)}x`, null, `function \x1b[31m${'n'.repeat(5000)}() {\n`],
    ]));
    expect(atoms.flatMap(({ pieces }) => pieces).length).toBe(3);
    for (const { name } of atoms) expect(name).toMatch(/^[ -~…→\u2068\u2069]{1,90}$/);
  });

  test('bytes of any kind, and half of a definition', () => {
    const mark = fc.constantFrom('function ', 'def ', 'import ', '"', '--', ': ', ' = ', '(', ') {', '\n', '\t', 'parse-date', 'parse', ' \xe2\x86\x92 ', '#include ', 'const ', '4.2.0', '\u0000', '\xff');
    const text = fc.array(mark, { maxLength: 40 }).map((marks) => `${marks.join('')}\n`), path = fc.constantFrom('a.css', 'b.ts', 'c.json', 'package.json', 'd.md', '.yml', 'Cargo.lock', '__proto__', 'constructor.js');
    fc.assert(fc.property(fc.uniqueArray(fc.tuple(path, text, text), { minLength: 1, maxLength: 6, selector: ([name]) => name }), fc.constantFrom('', 'parse-date: 4.2.0', '\u0000'), (texts, title) => {
      const commit = commitOfTexts(texts.filter(([, before, after]) => before !== after), title);
      expect(shown(untangle(commit)).flat().sort()).toEqual(piecesOf(commit).map(key).sort());
    }), { numRuns: 300 });
  });

  test('more pieces than anybody untangles are one atom a file', () => {
    const side = (mark: string): string => numbered(10_050, (i) => (i % 2 === 0 ? `${mark}${i}` : `keep${i}`));
    const commit = commitOfTexts([['a.txt', side('p'), side('q')], ['b.txt', side('p'), side('q')]]);
    expect(untangle(commit).map(({ name, pieces }) => [name, pieces.length])).toEqual([['a.txt', 5025], ['b.txt', 5025]]);
  });

  test('an edit whose texts nobody has is one piece; a commit of nothing has no atoms', () => {
    const { edits: [one] } = commitOfTexts([['a' as PathBytes, '1\n', '2\n']]);
    expect(untangle({ title: '', edits: [{ ...one!, before: null }] })).toEqual([{ name: expect.any(String) as string, pieces: [{ path: 'a', hunk: -1 }] }]);
    expect(untangle({ title: '', edits: [] })).toEqual([]);
  });
});
