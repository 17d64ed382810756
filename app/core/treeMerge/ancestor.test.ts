// The danger: branches that were merged crosswise judged over one of their merge bases alone, or over a virtual one made otherwise
// than git makes it. git judges: verdict, merged tree, and that it made the same tree of the merge bases (it writes them as objects).
// The longer run is `node testkit/crissCross.ts FIRST COUNT`.
import { describe, expect, test } from 'vitest';
import { type History, type Made, agreed, mergedHistory, randomHistory } from '../../../testkit/crissCross.ts';
import type { File, Files } from '../../../testkit/treeMerges.ts';

describe('random histories of branches merged crosswise', () => {
  // 1 to 6000 were run when this was written
  test.each([1, 7000])('from seed %i on: git agrees on the verdict, on the tree where it is clean, and on every virtual ancestor', async (first) => {
    const { disagreements, several, clean, most, virtual } = await agreed(Array.from({ length: 120 }, (_, i) => randomHistory(first + i)), first);
    expect(disagreements).toEqual([]);
    expect(several).toBeGreaterThan(90);
    expect(clean).toBeGreaterThan(30);
    expect(several - clean).toBeGreaterThan(15);
    expect(most).toBeGreaterThan(5);
    expect(virtual).toBeGreaterThan(300);
  }, 60_000);
});

const file = (content: string, mode: File['mode'] = '100644'): File => ({ mode, content });
const lines = (changes: Readonly<Record<number, string>> = {}, word = 'line'): string =>
  Array.from({ length: 12 }, (_, i) => `${changes[i] ?? `${word} ${i} and some more of it`}\n`).join('');
const tree = (files: Readonly<Record<string, File>>): Files => new Map(Object.entries(files));

/** Two lines from one root, `one` and `other`, merged into each other as `left` and `right`. */
function crossed(root: Files, one: Files, other: Files, left: Files, right: Files): History {
  return historyOf([[[], root], [[0], one], [[0], other], [[1, 2], left], [[2, 1], right]]);
}

/** One commit a minute. */
function historyOf(made: readonly (readonly [parents: readonly number[], files: Files])[]): History {
  const commits = made.map(([parents, files], i): Made => ({ parents, files, time: 1_700_000_000 + 60 * i }));
  return { commits, left: commits.length - 2, right: commits.length - 1 };
}

describe('by hand, as git has them', () => {
  const f = (changes?: Readonly<Record<number, string>>): Files => tree({ f: file(lines(changes)) });
  const cases: readonly { name: string; history: History; clean: boolean; merges: number }[] = [
    { name: 'merge bases that agree', merges: 1, clean: true,
      history: crossed(f(), f({ 1: 'one' }), f({ 9: 'other' }), f({ 1: 'one', 9: 'other', 4: 'left' }), f({ 1: 'one', 9: 'other', 7: 'right' })) },
    { name: 'a conflict of the merge bases, resolved alike', merges: 1, clean: true,
      history: crossed(f(), f({ 4: 'one' }), f({ 4: 'other' }), f({ 4: 'agreed', 0: 'left' }), f({ 4: 'agreed', 11: 'right' })) },
    { name: 'a conflict of the merge bases, resolved in two ways', merges: 1, clean: false,
      history: crossed(f(), f({ 4: 'one' }), f({ 4: 'other' }), f({ 4: 'one' }), f({ 4: 'other' })) },
    { name: 'a conflict of the merge bases that one side then resolves and the other leaves as its own', merges: 1, clean: false,
      history: crossed(f(), f({ 4: 'one' }), f({ 4: 'other' }), f({ 4: 'one' }), f({ 4: 'other', 5: 'right' })) },
    { name: 'modes', merges: 1, clean: true,
      history: crossed(tree({ x: file('x\n'), y: file('y\n') }), tree({ x: file('x\n', '100755'), y: file('y\n') }), tree({ x: file('x\n'), y: file('y\n', '100755') }),
        tree({ x: file('x\n', '100755'), y: file('y\n', '100755'), z: file('z\n') }), tree({ x: file('x\n'), y: file('y\n', '100755') })) },
    { name: 'a file that both merge bases add, in two modes', merges: 1, clean: true,
      history: crossed(f(), tree({ f: file(lines()), n: file('n\n') }), tree({ f: file(lines()), n: file('n\n', '100755') }),
        tree({ f: file(lines()), n: file('n\n') }), tree({ f: file(lines()), n: file('n\n', '100755') })) },
    { name: 'modified in one merge base, deleted in the other', merges: 1, clean: true,
      history: crossed(f(), f({ 3: 'one' }), tree({ g: file('g\n') }), tree({ g: file('g\n') }), f()) },
    { name: 'the same, deleted on one side and kept as modified on the other', merges: 1, clean: false,
      history: crossed(f(), f({ 3: 'one' }), tree({ g: file('g\n') }), tree({ g: file('g\n') }), f({ 3: 'one' })) },
    { name: 'renamed in one merge base, changed in the other', merges: 1, clean: true,
      history: crossed(f(), tree({ moved: file(lines()) }), f({ 6: 'other' }), tree({ moved: file(lines({ 6: 'other', 1: 'left' })) }), tree({ moved: file(lines({ 6: 'other', 10: 'right' })) })) },
    { name: 'renamed alike by the merge bases, which disagree on its text', merges: 1, clean: false,
      history: crossed(f(), tree({ moved: file(lines({ 4: 'one' })) }), tree({ moved: file(lines({ 4: 'other' })) }), tree({ moved: file(lines({ 4: 'one' })) }), tree({ moved: file(lines({ 4: 'other' })) })) },
    { name: 'renamed to two names by the merge bases, and to one of them by both sides', merges: 1, clean: true,
      history: crossed(f(), tree({ p: file(lines()) }), tree({ q: file(lines()) }), tree({ p: file(lines({ 1: 'left' })) }), tree({ p: file(lines()), })) },
    { name: 'links that the merge bases point elsewhere', merges: 1, clean: true,
      history: crossed(tree({ l: file('a', '120000') }), tree({ l: file('b', '120000') }), tree({ l: file('c', '120000') }), tree({ l: file('b', '120000') }), tree({ l: file('a', '120000') })) },
    { name: 'binary contents that differ in the merge bases', merges: 1, clean: true,
      history: crossed(tree({ b: file('\0a') }), tree({ b: file('\0b') }), tree({ b: file('\0c') }), tree({ b: file('\0d') }), tree({ b: file('\0a') })) },
    { name: 'a file in one merge base where the other has a directory', merges: 1, clean: false,
      history: crossed(tree({ g: file('g\n') }), tree({ g: file('g\n'), d: file('d\n') }), tree({ g: file('g\n'), 'd/e': file('e\n') }), tree({ g: file('g\n'), d: file('d\n') }), tree({ g: file('g\n'), 'd/e': file('e\n') })) },
    { name: 'merge bases that share no history', merges: 1, clean: true,
      history: historyOf([[[], tree({ a: file('a\n') })], [[], tree({ b: file('b\n') })], [[0, 1], tree({ a: file('a\n'), b: file('b\n'), c: file('c\n') })], [[1, 0], tree({ a: file('a\n'), b: file('b 2\n') })]]) },
    { name: 'three merge bases', merges: 2, clean: true,
      history: historyOf([[[], f()], [[0], f({ 1: 'one' })], [[0], f({ 5: 'two' })], [[0], f({ 10: 'three' })],
        [[1, 2, 3], f({ 1: 'one', 5: 'two', 10: 'three', 3: 'left' })], [[3, 2, 1], f({ 1: 'one', 5: 'two', 10: 'three', 8: 'right' })]]) },
    { name: 'merge bases of merge bases', merges: 2, clean: true,
      history: historyOf([[[], f()], [[0], f({ 4: 'one' })], [[0], f({ 4: 'other' })], [[1, 2], f({ 4: 'mine' })], [[2, 1], f({ 4: 'yours' })],
        [[3, 4], f({ 4: 'agreed', 0: 'left' })], [[4, 3], f({ 4: 'agreed', 11: 'right' })]]) },
  ];
  test.each(cases)('$name', async ({ history, clean, merges }) => {
    const ours = await mergedHistory(history);
    const { disagreements } = await agreed([history]);
    expect(disagreements).toEqual([]);
    expect(ours.clean, ours.conflicts.map((c) => `${c.kind} ${c.path}`).join()).toBe(clean);
    expect(ours.merges).toBe(merges);
  });
});
