// The danger: a run that broke and is counted as one that passed.
import { expect, test } from 'vitest';
import { count, lastLine, skippedLines } from './tally.ts';

const file = (status: string, ...tests: string[]) => ({ name: 'x.test.ts', status, assertionResults: tests.map((of, i) => ({ fullName: `test ${i}`, status: of })) });
const report = (...testResults: ReturnType<typeof file>[]) => {
  const all = testResults.flatMap((one) => one.assertionResults);
  return { numPassedTests: all.filter((one) => one.status === 'passed').length, numFailedTests: all.filter((one) => one.status === 'failed').length, testResults };
};

test('passed, failed and skipped are what the report says', () => {
  expect(count(report(file('failed', 'passed', 'failed', 'skipped'), file('passed', 'passed', 'pending')), 1))
    .toEqual({ passed: 2, failed: 1, skipped: ['test 2', 'test 1'] });
});

test('a file that does not load, an error outside tests, and no report are failures', () => {
  expect(count(report(file('failed'), file('passed', 'passed')), 1)).toMatchObject({ passed: 1, failed: 1 });
  expect(count(report(file('passed', 'passed')), 1)).toMatchObject({ passed: 1, failed: 1 });
  expect(count(null, 0)).toMatchObject({ passed: 0, failed: 1 });
});

test('the last line sums', () => {
  expect(lastLine([{ passed: 400, failed: 0, skipped: [] }, { passed: 12, failed: 0, skipped: [] }])).toBe('412 passed, 0 failed');
});

test('what was skipped is listed by name, and nothing is said where nothing was', () => {
  expect(skippedLines([{ passed: 1, failed: 0, skipped: ['a: no runtime'] }, { passed: 0, failed: 0, skipped: ['b'] }])).toEqual(['2 skipped:', '  a: no runtime', '  b']);
  expect(skippedLines([{ passed: 1, failed: 0, skipped: [] }])).toEqual([]);
});
