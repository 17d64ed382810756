// Danger: a place that looks safe because people who left still count, a set of holders that is not the fewest, and bots that know everything.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Commit, drawnHistory, historyOf } from '../../../testkit/peopleHistories.ts';
import type { PathBytes } from '../bytes.ts';
import { busRisks, fewestForHalf } from './busFactor.ts';
import { knowledgeOf } from './knowledge.ts';
import type { History } from './model.ts';

const DAY = 86_400, NOW = 1_700_000_000;
const risks = (history: History, asOf: number | null = null, most = 100): ReturnType<typeof busRisks> => busRisks(history, knowledgeOf(history, { asOf, halfLifeDays: 180 }), asOf, most);
const named = (history: History, paths: readonly string[]): History => ({ ...history, files: paths.map((path) => ({ path: path as PathBytes, alive: true })) });
const touch = (author: number, daysAgo: number, ...files: number[]): Commit => ({ author, time: NOW - daysAgo * DAY, files: files.map((file) => ({ file, added: 10, deleted: 0 })) });

test('the fewest that hold more than half: no smaller set does, of all sets there are', () => {
  fc.assert(fc.property(fc.array(fc.nat(6), { maxLength: 9 }), (shares) => {
    const all = shares.reduce((a, b) => a + b, 0);
    let fewest = all === 0 ? 0 : Infinity;
    for (let set = 1; set < 2 ** shares.length; set++) {
      const of = shares.filter((_, i) => (set >> i) & 1);
      if (2 * of.reduce((a, b) => a + b, 0) > all) fewest = Math.min(fewest, of.length);
    }
    const found = fewestForHalf(shares);
    expect(found.length).toBe(fewest);
    if (all > 0) expect(2 * found.reduce((sum, i) => sum + shares[i]!, 0)).toBeGreaterThan(all);
  }), { numRuns: 300 });
});

test('who left holds nothing: a place of theirs alone has nobody, and stands first', () => {
  const history = named(historyOf(3, 6, [touch(0, 800, 0, 1, 2), touch(1, 20, 3, 4, 5), touch(2, 15, 3, 4, 5), touch(2, 10, 3)]), ['old/a', 'old/b', 'old/c', 'new/a', 'new/b', 'new/c']);
  const found = risks(history), of = (path: string): unknown => found.find((risk) => risk.path === path);
  expect(found[0]).toMatchObject({ path: 'old', factor: 0, holders: [], files: 3 });
  // what is below has the same holder, and is not said again
  expect(of('')).toMatchObject({ factor: 1, files: 6, holders: [{ person: 2 }] });
  expect(of('new')).toBeUndefined();
  // before they left, they held it
  expect(risks(history, NOW - 700 * DAY).find(({ path }) => path === 'old')).toBeUndefined();
  expect(risks(history, NOW - 700 * DAY)[0]).toMatchObject({ path: '', factor: 1, holders: [{ person: 0, share: 1 }] });
});

test('bots and agents neither know nor are missed; what is gone is not told', () => {
  const plain = historyOf(2, 3, [touch(0, 3, 0, 1, 2), touch(1, 2, 0, 1, 2)]);
  const history = { ...plain, people: plain.people.map((person, i) => ({ ...person, kind: i === 0 ? 'agent' as const : 'person' as const })) };
  for (const { holders } of risks(history)) expect(holders).toEqual([{ person: 1, share: 1 }]);
  expect(risks({ ...history, people: history.people.map((person) => ({ ...person, kind: 'bot' as const })) })).toEqual([]);
  expect(risks({ ...history, files: history.files.map(({ path }) => ({ path, alive: false })) })).toEqual([]);
});

test('a quarter held by one stands before a corner that nobody here knows, and a corner of a corner is not told', () => {
  const paths = Array.from({ length: 1000 }, (_, n) => (n < 3 ? `tiny/${n}` : n < 30 ? `old/${n}` : n < 300 ? `one/${n}` : `all/${n}`));
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
  const found = risks(named(historyOf(6, 1000, [touch(0, 900, ...range(0, 30)), touch(1, 9, ...range(30, 300)), ...[2, 3, 4, 5].map((author) => touch(author, 9 - author, ...range(300, 1000)))]), paths));
  expect(found.map(({ path, factor }) => [path, factor])).toEqual([['all', 2], ['', 3], ['one', 1], ['old', 0]]);
});

test('a lock file is no place', () => {
  const found = risks(named(historyOf(2, 4, [touch(0, 1, 0, 1, 2), touch(1, 2, 3)]), ['a', 'b', 'c', 'yarn.lock']));
  expect(found.map(({ path }) => path)).not.toContain('yarn.lock');
});

test('nothing, one author, and no more than asked for', () => {
  expect(risks(historyOf(0, 0, []))).toEqual([]);
  const one = risks(named(historyOf(1, 4, [touch(0, 0, 0, 1, 2, 3)]), ['a/b/x', 'a/b/y', 'a/b/z', 'a/w']));
  // the root says it all: what is below has the same holder
  expect(one).toEqual([{ path: '', factor: 1, holders: [{ person: 0, share: 1 }], files: 4 }]);
  expect(risks(drawnHistory({ people: 40, files: 300, touches: 4000 }, 'zipf'), null, 7)).toHaveLength(7);
});

test('on a drawn history: each place once, and shares that are more than half', () => {
  const found = risks(drawnHistory({ people: 40, files: 300, touches: 4000 }, 'zipf'), null, 1000);
  expect(found.length).toBeGreaterThan(10);
  expect(new Set(found.map(({ path }) => path)).size).toBe(found.length);
  for (const { factor, holders } of found) {
    if (factor > 0 && factor <= 8) expect(holders.reduce((sum, { share }) => sum + share, 0)).toBeGreaterThan(0.5);
  }
});
