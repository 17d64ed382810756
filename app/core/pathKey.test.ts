// Danger: two paths that one key stands for, or a short one that a list has to ask for.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PathBytes } from './bytes.ts';
import { pathIn, pathKey, pathNamer } from './pathKey.ts';

const path = fc.tuple(fc.stringMatching(/^[\x01-\xff]{1,8}$/), fc.constantFrom(1, 999, 1000, 1001, 5000)).map(([part, size]) => part.repeat(Math.ceil(size / part.length)).slice(0, size) as PathBytes);

test('keys are equal where paths are, short ones are the path, and long ones stay short', () => {
  fc.assert(fc.property(path, path, (a, b) => {
    expect(pathKey(a) === pathKey(b)).toBe(a === b);
    expect(pathIn(pathKey(a))).toBe(a.length <= 1000 ? a : null);
    expect(pathKey(a).length).toBeLessThanOrEqual(1000);
    const named = pathNamer();
    expect(named(a)).toBe(named(a));
    expect(named(b).path).toBe(pathKey(b));
  }));
});
