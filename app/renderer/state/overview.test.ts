// Danger: a stored filter that breaks the window, a mark that is drawn beside what was found, and a choice that another window does not know.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeView, isFiltered, noFilters } from './filters.ts';
import { markedIn, partsOf } from './marking.ts';
import { builtIn, decodeSaved, isApplied, nameProblem, savedLimits } from './savedFilters.ts';

test('whatever was stored is read as far as it can be, and within bounds', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    expect(decodeSaved(value).length).toBeLessThanOrEqual(savedLimits.filters);
    expect(['row', 'source']).toContain(decodeView(value).by);
  }));
  expect(decodeSaved([{ name: 'A', query: 'is:stale', sort: 'size', group: 'age', by: 'source' }, { name: 'A', query: 'twice' }, { name: builtIn[0]!.name, query: '' }, { name: 'B', query: 'x', sort: 'rubbish' }, null, { name: ' ', query: '' }]))
    .toEqual([{ name: 'A', query: 'is:stale', sort: 'size', group: 'age', by: 'source' }, { name: 'B', query: 'x', sort: 'newest', group: 'none', by: 'row' }]);
  expect(decodeSaved(Array.from({ length: 100 }, (_, i) => ({ name: `n${i}`, query: '' })))).toHaveLength(savedLimits.filters);
  expect(nameProblem('mine', [])).toBe(null);
  expect(nameProblem('mine', ['mine'])).not.toBe(null);
  expect(isApplied(builtIn[0]!, { ...noFilters, query: ' is:fits after:7d ' })).toBe(true);
  expect(isFiltered({ query: '  ' })).toBe(false);
});

test('what is marked is what was found, apart and in order', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'B', '/', 'İ'), maxLength: 12 }), fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 3 }), { maxLength: 3 }), (text, parts) => {
    let last = -1;
    for (const [from, to] of markedIn(text, parts)) {
      expect(from).toBeGreaterThan(last);
      expect(parts.some((part) => text.slice(from, to).toLowerCase().includes(part))).toBe(true);
      last = to;
    }
    if (text.toLowerCase().length === text.length) for (const part of parts) expect(markedIn(text, parts).some(([from, to]) => text.slice(from, to).toLowerCase().includes(part))).toBe(text.toLowerCase().includes(part));
  }));
  expect(partsOf('Fix -old author:maya "two words"')).toEqual(['fix', 'two words']);
  expect(partsOf('Fix')).toBe(partsOf('Fix'));
});
