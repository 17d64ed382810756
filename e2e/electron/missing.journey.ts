// Run in place of every journey on a real Electron, where there is none: one line that says what was skipped, and why.
import { expect, test } from 'vitest';
import { findRuntime } from './runtime.ts';

const runtime = findRuntime();
const why = 'missing' in runtime ? runtime.missing : 'there is one';

test(`every journey on a real Electron: ${why}`, ({ skip }) => {
  expect(runtime, 'BUG: the journeys were not to be run on it').toHaveProperty('missing');
  console.log(`skipped: every journey on a real Electron: ${why}`);
  skip(why);
});
