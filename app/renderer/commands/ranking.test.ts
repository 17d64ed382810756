// Danger: one types what one means and gets something else.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byRank, rank } from './ranking.ts';

const titles = ['Undo', 'Go to Conflicts', 'Go to the conflict graph', 'Graph: switch between picture, matrix and list', 'Find the largest compatible composition', 'Write the composition to a branch…', 'Clear the composition', 'Console: pools and workers'];
const best = (query: string): string | undefined => titles.flatMap((title) => { const score = rank(title, query); return score === null ? [] : [{ title, score }]; }).sort((a, b) => a.score - b.score)[0]?.title;

test('whole words first, then words in any order, then letters that begin words', () => {
  expect(rank('Undo', 'undo')).toBe(0);
  expect(rank('Go to Conflicts', 'conf')).toBe(1);
  expect(rank('Go to Conflicts', 'onf')).toBe(2);
  expect(rank('Go to Conflicts', 'conf go')).toBe(3);
  expect(rank('Go to Conflicts', 'gcon')!).toBeGreaterThan(2);
  expect(rank('Undo', 'redo')).toBe(null);
  expect(rank('Undo', '  ')).toBe(0);
  expect(best('gcon')).toBe('Go to Conflicts');
  expect(best('branch write')).toBe('Write the composition to a branch…');
  expect(best('flc')).toBe('Find the largest compatible composition');
  expect(best('matrix')).toBe('Graph: switch between picture, matrix and list');
});

test('letters strewn about are no match, however many words there are', () => {
  expect(rank('Console: pools and workers', 'clnr')).toBe(null);
  expect(rank('Graph: switch between picture, matrix and list', 'eeai')).toBe(null);
});

test('what fits has all letters in order or all words; a title fits itself best, whatever its case', () => {
  const word = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(...'abcde ') });
  fc.assert(fc.property(word, word, (title, query) => {
    const score = rank(title, query), wanted = query.trim();
    if (wanted === '') { expect(score).toBe(0); return; }
    if (score === null) { expect(title.includes(wanted)).toBe(false); return; }
    const inOrder = [...wanted.replaceAll(/\s+/g, '')].reduce((at, letter) => (at < 0 ? at : title.indexOf(letter, at) + 1 || -1), 0) >= 0;
    expect(inOrder || wanted.split(/\s+/).every((one) => title.includes(one))).toBe(true);
    expect(rank(title.toUpperCase(), query)).toBe(score);
    expect(rank(title.trim(), title.trim())).toBe(0);
  }));
});

test('of what fits as well, what can be done comes first, and then what was used last', () => {
  const all = [{ id: 'a', score: 1, why: null }, { id: 'b', score: 1, why: 'No.' }, { id: 'c', score: 1, why: null }, { id: 'd', score: 0, why: 'No.' }];
  expect(byRank(all, ['b', 'c']).map(({ id }) => id)).toEqual(['d', 'c', 'a', 'b']);
});
