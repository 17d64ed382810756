// Danger: knowledge from the future, an expert made by one sweeping commit, a date that makes a value infinite, a place that belongs to another.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Commit, historyOf } from '../../../testkit/peopleHistories.ts';
import { columnSums, toDense, valueAt } from '../matrix/sparse.ts';
import type { PathBytes } from '../bytes.ts';
import { WHOLE_FILES, directoriesOf, knowledgeOf, newestTime, sharesOf } from './knowledge.ts';

const DAY = 86_400, NOW = 1_700_000_000;
const commits: fc.Arbitrary<Commit[]> = fc.array(fc.record({
  author: fc.nat(4), time: fc.integer({ min: NOW - 3000 * DAY, max: NOW }),
  files: fc.uniqueArray(fc.nat(29), { maxLength: 25 }).map((files) => files.sort((x, y) => x - y).map((file) => ({ file, added: (file * 7) % 40, deleted: file % 3 }))),
}), { maxLength: 30 });

test('is what the formula says, on every day', () => {
  fc.assert(fc.property(commits, fc.option(fc.integer({ min: NOW - 3000 * DAY, max: NOW + DAY })), fc.constantFrom(1, 30, 180, 3650), fc.boolean(), (list, asOf, halfLifeDays, hasLines) => {
    const history = { ...historyOf(5, 30, list), hasLines };
    const until = asOf ?? Math.max(0, ...list.map(({ time }) => time));
    const twin = Array.from({ length: 5 }, () => new Float64Array(30)), touches = Array.from({ length: 5 }, () => new Float64Array(30));
    for (const { author, time, files } of list) {
      if (time > until) continue;
      for (const { file, added, deleted } of files) {
        twin[author]![file]! += 2 ** (-(until - time) / (halfLifeDays * DAY)) * Math.min(1, 10 / files.length) * (hasLines ? Math.log2(2 + added + deleted) : 1);
        touches[author]![file]!++;
      }
    }
    const found = knowledgeOf(history, { asOf, halfLifeDays });
    expect([found.rows, found.cols]).toEqual([5, 30]);
    for (let p = 0; p < 5; p++) {
      for (let f = 0; f < 30; f++) expect(Math.abs(valueAt(found, p, f) - twin[p]![f]!)).toBeLessThanOrEqual((touches[p]![f]! + 1) * 2 ** -23 * twin[p]![f]! + 2 ** -100);
    }
  }), { numRuns: 100 });
});

test('one commit to everything is worth less than an afternoon with one file', () => {
  const all = Array.from({ length: 3000 }, (_, file) => ({ file, added: 30, deleted: 30 }));
  const knowledge = knowledgeOf(historyOf(2, 3000, [{ author: 0, time: NOW, files: all }, { author: 1, time: NOW - 30 * DAY, files: [all[7]!] }]), { asOf: null, halfLifeDays: 180 });
  expect(valueAt(knowledge, 1, 7)).toBeGreaterThan(100 * valueAt(knowledge, 0, 7));
  expect(3000 * valueAt(knowledge, 0, 7)).toBeCloseTo(WHOLE_FILES * Math.log2(62), 1);
});

test('nothing, nobody, and what is too long ago to be a number', () => {
  const empty = knowledgeOf(historyOf(0, 0, []), { asOf: null, halfLifeDays: 180 });
  expect([empty.rows, empty.cols, empty.col.length]).toEqual([0, 0, 0]);
  const old = historyOf(1, 1, [{ author: 0, time: 0, files: [{ file: 0, added: 1, deleted: 0 }] }, { author: 0, time: NOW, files: [] }]);
  expect(newestTime(old)).toBe(NOW);
  expect(knowledgeOf(old, { asOf: null, halfLifeDays: 1 }).value.length).toBe(0);
  expect(knowledgeOf(old, { asOf: -1, halfLifeDays: 180 }).value.length).toBe(0);
});

test('shares of a file sum to 1, or nobody knows it', () => {
  fc.assert(fc.property(commits, (list) => {
    const knowledge = knowledgeOf(historyOf(5, 30, list), { asOf: null, halfLifeDays: 180 }), shares = sharesOf(knowledge);
    expect(toDense(shares).value.every((share) => share >= 0 && share <= 1)).toBe(true);
    columnSums(shares).forEach((sum, file) => {
      if (columnSums(knowledge)[file] === 0) expect(sum).toBe(0);
      else expect(sum).toBeCloseTo(1, 5);
    });
  }), { numRuns: 40 });
});

test('directories are by leading parts, and a file beside one of the same name is not in it', () => {
  const files = ['src/node/a.ts', 'src/node.ts', 'README', 'src/node/x/b.ts', '/odd', 'docs/', 'src/nodes/c.ts'].map((path) => ({ path: path as PathBytes, alive: true }));
  const whole = directoriesOf(files);
  expect([...whole.of].map((d) => whole.paths[d])).toEqual(['src/node', 'src', '', 'src/node/x', '', 'docs', 'src/nodes']);
  expect(whole.paths).toEqual(['', 'docs', 'src', 'src/node', 'src/node/x', 'src/nodes']);
  const two = directoriesOf(files, 2);
  expect([...two.of].map((d) => two.paths[d])).toEqual(['src/node', 'src', '', 'src/node', '', 'docs', 'src/nodes']);
  expect(directoriesOf(files, 0).paths).toEqual(['']);
});
