// The danger: a run that broke and is counted as one that passed.
import { expect, test } from 'vitest';
import { at } from './steps.ts';
import { again, count, failureLines, lastLine, none, skippedLines, toRepeat } from './tally.ts';

const file = (status: string, ...tests: string[]) => named('x.test.ts', status, ...tests);
const named = (name: string, status: string, ...tests: string[]) => ({ name: at(name), status, assertionResults: tests.map((of, i) => ({ fullName: `test ${i}`, status: of, failureMessages: of === 'failed' ? ['it broke\nhere'] : [] })) });
const report = (...testResults: ReturnType<typeof file>[]) => {
  const all = testResults.flatMap((one) => one.assertionResults);
  return { numPassedTests: all.filter((one) => one.status === 'passed').length, numFailedTests: all.filter((one) => one.status === 'failed').length, testResults };
};

test('passed, failed and skipped are what the report says', () => {
  expect(count(report(file('failed', 'passed', 'failed', 'skipped'), file('passed', 'passed', 'pending')), 1))
    .toEqual({ passed: 2, failed: 1, skipped: ['test 2', 'test 1'], failures: ['x.test.ts: test 1\n    it broke\n    here'], unsteady: [] });
});

test('a file that does not load, an error outside tests, and no report are failures', () => {
  expect(count(report(file('failed'), file('passed', 'passed')), 1)).toMatchObject({ passed: 1, failed: 1 });
  expect(count(report(file('passed', 'passed')), 1)).toMatchObject({ passed: 1, failed: 1 });
  expect(count(null, 0)).toMatchObject({ passed: 0, failed: 1 });
});

test('the last line sums', () => {
  expect(lastLine([{ ...none, passed: 400 }, { ...none, passed: 12 }])).toBe('412 passed, 0 failed');
});

test('what was skipped is listed by name, and nothing is said where nothing was', () => {
  expect(skippedLines([{ ...none, passed: 1, skipped: ['a: no runtime'] }, { ...none, skipped: ['b'] }])).toEqual(['2 skipped:', '  a: no runtime', '  b']);
  expect(skippedLines([{ ...none, passed: 1 }])).toEqual([]);
});

test('of a file that ran again the second run counts, and what only the first found wrong is told', () => {
  const first = report(named('a.test.ts', 'passed', 'passed', 'skipped'), named('b.test.ts', 'failed', 'failed', 'passed', 'failed'));
  const fails = count(report(named('b.test.ts', 'failed', 'failed', 'passed', 'passed')), 1), passes = count(report(named('b.test.ts', 'passed', 'passed', 'passed', 'passed')), 0);
  const left = again(first, [at('b.test.ts')], fails), none = again(first, [at('b.test.ts')], passes);
  expect(left).toEqual({ passed: 3, failed: 1, skipped: ['test 1'], failures: ['b.test.ts: test 0\n    it broke\n    here'], unsteady: ['b.test.ts: test 2\n    it broke\n    here'] });
  expect(none).toMatchObject({ passed: 4, failed: 0, failures: [] });
  expect(none.unsteady).toHaveLength(2);
  expect(again(first, [at('b.test.ts')], count(null, 1))).toMatchObject({ passed: 1, failed: 1, failures: ['vitest ended without a report'] });
});

test('a file whose process ended before its tests did runs again, and is told', () => {
  const first = report(named('a.test.ts', 'passed', 'passed', 'skipped'), named('b.test.ts', 'passed', 'passed', 'pending', 'pending'));
  expect(toRepeat(first, 1)).toEqual([at('b.test.ts')]);
  expect(toRepeat(first, 0)).toEqual([]);
  expect(count(first, 1)).toMatchObject({ failed: 1 });
  const passes = again(first, [at('b.test.ts')], count(report(named('b.test.ts', 'passed', 'passed', 'passed', 'passed')), 0));
  expect(passes).toMatchObject({ passed: 4, failed: 0, skipped: ['test 1'], failures: [] });
  expect(passes.unsteady).toEqual([expect.stringMatching(/^b\.test\.ts: its process ended before its tests did/)]);
  expect(again(first, [at('b.test.ts')], count(report(named('b.test.ts', 'passed', 'passed', 'pending', 'pending')), 1))).toMatchObject({ failed: 1 });
});

test('what failed stands at the end by name with why, after what was unsteady', () => {
  expect(failureLines([none, { ...none, failures: ['b.test.ts: x\n    why'], unsteady: ['c.test.ts: y\n    load'] }]))
    .toEqual(['1 unsteady (failed beside the others, passed alone):', '  c.test.ts: y\n    load', '1 failed:', '  b.test.ts: x\n    why']);
  expect(failureLines([none])).toEqual([]);
});
