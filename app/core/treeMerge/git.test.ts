// The danger: a rename found otherwise than git finds it, a directory followed that git leaves, a conflict missed. git judges random
// merges that are dense in both; the longer run is `node testkit/treeMerges.ts FIRST COUNT`. Planted faults are seen.
import { describe, expect, test } from 'vitest';
import { type File, type Files, disagreements, judge, merged, randomMerge } from '../../../testkit/treeMerges.ts';
import { inHashOrder, inLargeTable } from './hashOrder.ts';

const text = (...parts: string[]): File => ({ mode: '100644', content: parts.map((p) => `${p}\n`).join('') });
const long = (word: string, changes: Readonly<Record<number, string>> = {}): File =>
  text(...Array.from({ length: 10 }, (_, i) => changes[i] ?? `${word} ${i} and some more of it`));
const tree = (files: Readonly<Record<string, File>>): Files => new Map(Object.entries(files));

describe('random merges', () => {
  // 1 to 6000 and 10000 to 32000 were run when this was written
  test.each([1, 3400, 50_000, 104_150])('from seed %i on: git agrees on the verdict, and on the tree where it is clean', async (first) => {
    expect(await disagreements(first, 150)).toEqual([]);
  });

  test('hold enough of what is hard', async () => {
    const all = await Promise.all(Array.from({ length: 400 }, (_, i) => merged(randomMerge(i + 1))));
    const kinds = new Map<string, number>();
    for (const { conflicts } of all) for (const kind of new Set(conflicts.map((c) => c.kind))) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    for (const kind of ['content', 'modify/delete', 'rename/delete', 'rename/rename', 'rename/add', 'directory rename', 'directory/file', 'add/add', 'type', 'mode'] as const) {
      expect(kinds.get(kind) ?? 0, kind).toBeGreaterThan(0);
    }
    expect(all.filter(({ conflicts }) => conflicts.length === 0).length).toBeGreaterThan(100);
  });

  test('do not depend on which side is which', async () => {
    for (let seed = 2700; seed < 2900; seed++) {
      const { base, left, right } = randomMerge(seed);
      const one = await merged({ base, left, right }), other = await merged({ base, left: right, right: left });
      expect(one.conflicts.length > 0, `seed ${seed}`).toBe(other.conflicts.length > 0);
      if (one.conflicts.length === 0) expect([...one.files].sort(), `seed ${seed}`).toEqual([...other.files].sort());
    }
  });
});

describe('by hand, as git has them', () => {
  const base = tree({ 'a/one': long('one'), 'a/two': long('two'), 'other': long('other') });
  const cases: readonly { name: string; left: Files; right: Files; base?: Files; clean: boolean; at?: string }[] = [
    { name: 'a change follows a rename', left: tree({ 'a/moved': long('one'), 'a/two': long('two'), 'other': long('other') }), right: tree({ 'a/one': long('one', { 3: 'changed' }), 'a/two': long('two'), 'other': long('other') }), clean: true, at: 'a/moved' },
    { name: 'renamed on one side, deleted on the other', left: tree({ 'a/moved': long('one', { 1: 'x' }), 'a/two': long('two'), 'other': long('other') }), right: tree({ 'a/two': long('two'), 'other': long('other') }), clean: false },
    { name: 'renamed to two names', left: tree({ 'l': long('one'), 'a/two': long('two'), 'other': long('other') }), right: tree({ 'r': long('one'), 'a/two': long('two'), 'other': long('other') }), clean: false },
    { name: 'renamed alike, changed in two places', left: tree({ 'n': long('one', { 0: 'l' }), 'a/two': long('two'), 'other': long('other') }), right: tree({ 'n': long('one', { 9: 'r' }), 'a/two': long('two'), 'other': long('other') }), clean: true, at: 'n' },
    { name: 'a file added where a directory was renamed', left: tree({ 'b/one': long('one'), 'b/two': long('two'), 'other': long('other') }), right: tree({ 'a/one': long('one'), 'a/two': long('two'), 'a/new': long('new'), 'other': long('other') }), clean: false },
    { name: 'a file added below a new folder of a renamed directory stays', left: tree({ 'b/one': long('one'), 'b/two': long('two'), 'other': long('other') }), right: tree({ 'a/one': long('one'), 'a/two': long('two'), 'a/deep/new': long('new'), 'other': long('other') }), clean: true, at: 'a/deep/new' },
    { name: 'a rename onto a file that the other adds', left: tree({ 'n': long('one'), 'a/two': long('two'), 'other': long('other') }), right: tree({ 'a/one': long('one', { 2: 'x' }), 'a/two': long('two'), 'n': long('strange'), 'other': long('other') }), clean: false },
    { name: 'too different to be a rename', left: tree({ 'n': long('elsewhere'), 'a/two': long('two'), 'other': long('other') }), right: tree({ 'a/one': long('one', { 2: 'x' }), 'a/two': long('two'), 'other': long('other') }), clean: false },
  ];
  test.each(cases)('$name', async ({ left, right, clean, at }) => {
    const [git] = await judge([{ base, left, right }]);
    const ours = await merged({ base, left, right });
    expect(git!.clean, 'git').toBe(clean);
    expect(ours.conflicts.length === 0, ours.conflicts.map((c) => `${c.kind} ${c.path}`).join()).toBe(clean);
    if (clean) expect([...ours.files].sort()).toEqual([...git!.files].sort());
    if (at !== undefined) expect(ours.files.has(at)).toBe(true);
  });

  // docs/decisions/0014: git calls this clean, with conflict markers in the file, or with one side's change lost
  test('a rename onto a file that both add alike is a conflict, whichever side it is on', async () => {
    const common = long('one', { 5: 'agreed' });
    const left = tree({ 'n': common, 'a/two': long('two'), 'other': long('other') });
    const right = tree({ 'a/one': long('one', { 5: 'mine' }), 'n': common, 'a/two': long('two'), 'other': long('other') });
    for (const sides of [{ left, right }, { left: right, right: left }]) {
      const ours = await merged({ base, ...sides });
      expect(ours.conflicts.map((c) => c.kind)).toEqual(['rename/add']);
    }
    expect((await judge([{ base, left, right }]))[0]!.clean, 'no longer so: reconsider the decision').toBe(true);
  });
});

test('keys come in the order of git\'s hash tables, also after they grew', () => {
  const keys = Array.from({ length: 200 }, (_, i) => `dir${i}/sub`);
  expect([...inHashOrder(keys)].sort()).toEqual([...keys].sort());
  expect(inHashOrder(keys.slice(0, 3))).not.toEqual([]);
  expect(inHashOrder(keys)).not.toEqual(keys);
  for (let n = 0; n < 60; n++) expect(inHashOrder(keys.slice(n, 2 * n)), `${n} keys`).toEqual(inLargeTable(keys.slice(n, 2 * n)));
});
