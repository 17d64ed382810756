// Danger: a count that grows with how a history was read, that a sweeping commit swells, that knows the future, or that is lost where many pairs wait.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Commit, historyOf } from '../../../testkit/peopleHistories.ts';
import { Random } from '../../../testkit/random.ts';
import { valueAt } from '../matrix/sparse.ts';
import { TOGETHER, WAITING, coChangesOf } from './coChange.ts';
import type { History } from './model.ts';

const commits: fc.Arbitrary<Commit[]> = fc.array(fc.record({
  author: fc.constant(0), time: fc.integer({ min: 0, max: 100 }),
  files: fc.uniqueArray(fc.nat(11), { maxLength: 12 }).map((files) => files.sort((x, y) => x - y).map((file) => ({ file, added: 1, deleted: 0 }))),
}), { maxLength: 30 });

/** Its first commits, with the files they know. */
const beginning = (history: History, count: number, files: number): History => ({ ...history, files: history.files.slice(0, files), time: history.time.subarray(0, count), author: history.author.subarray(0, count), touch: history.touch.subarray(0, count + 1) });

test('counts commits that touched both, as plain loops do', () => {
  fc.assert(fc.property(commits, fc.option(fc.integer({ min: 0, max: 100 })), fc.integer({ min: 0, max: 12 }), (list, asOf, most) => {
    const found = coChangesOf(historyOf(1, 12, list), { asOf, most });
    expect(found.commits).toBe(list.length);
    for (let a = 0; a < 12; a++) {
      for (let b = 0; b < 12; b++) {
        const both = list.filter(({ time, files }) => files.length <= most && (asOf === null || time <= asOf) && files.some(({ file }) => file === a) && files.some(({ file }) => file === b));
        expect(valueAt(found.of, a, b)).toBe(both.length);
      }
    }
  }), { numRuns: 60 });
});

test('followed commit by commit it is what it is at once', () => {
  fc.assert(fc.property(commits, fc.array(fc.nat(30), { maxLength: 4 }), (list, cuts) => {
    const history = historyOf(1, 12, list), asked = { asOf: null };
    let followed = coChangesOf(beginning(history, 0, 0), asked);
    for (const cut of [...cuts.filter((c) => c < list.length).sort((x, y) => x - y), list.length]) {
      const known = Math.max(0, ...history.file.subarray(0, history.touch[cut])) + 1;
      followed = coChangesOf(beginning(history, cut, cut === list.length ? 12 : known), asked, followed);
    }
    expect(followed).toEqual(coChangesOf(history, asked));
  }), { numRuns: 60 });
});

test('sums over more pairs than wait at once', () => {
  const files = 100, many = 5000, random = new Random(7), sizes = Array.from({ length: many }, () => 28 + random.below(4)), starts = sizes.map(() => random.below(files - 31));
  const found = coChangesOf(historyOf(1, files, sizes.map((size, i) => ({ author: 0, time: i, files: Array.from({ length: size }, (_, f) => ({ file: starts[i]! + f, added: 1, deleted: 0 })) }))), { asOf: null });
  const counted = starts.map((start, i) => ({ start, end: start + sizes[i]! })).filter(({ start, end }) => end - start <= TOGETHER);
  expect(counted.length * 28 ** 2).toBeGreaterThan(WAITING);
  for (let a = 0; a < files; a += 7) for (let b = 0; b < files; b += 5) expect(valueAt(found.of, a, b)).toBe(counted.filter(({ start, end }) => a >= start && a < end && b >= start && b < end).length);
});

test('refuses what belongs to another history', () => {
  const history = historyOf(1, 3, [{ author: 0, time: 1, files: [{ file: 2, added: 1, deleted: 1 }] }]);
  expect(() => coChangesOf(beginning(history, 0, 3), { asOf: null }, coChangesOf(history, { asOf: null }))).toThrow('another history');
});
