// "pull/23330/head" in every row: what one looks for is the number and the title.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visible } from '../../core/visible.ts';
import { calledOf, numberOf, shortName, withNumbers } from './shortName.ts';

const others = ['pull', 'pull/x/head', 'feature/pull/7', 'pull/7/head/more', 'docs: pull/7/head…', 'pull/12345678901/head', 'agent/fix'];

test('requests are called by number and title, branches by their name', () => {
  expect(shortName({ name: 'pull/23330/head', title: 'fix(css): no gap' })).toBe('#23330 fix(css): no gap');
  expect(shortName({ name: 'origin/merge-requests/7/head', title: 'Seven' })).toBe('!7 Seven');
  expect(numberOf('pull-requests/12/from')).toBe('#12');
  for (const name of others) {
    expect(numberOf(name)).toBeNull();
    expect(calledOf({ name, title: 'T' })).toEqual({ number: null, words: name, about: 'T' });
  }
  expect(calledOf({ name: 'The title', title: 'The title' }).about).toBe('');
});

test('the title of a merge says nothing of the request or the branch: the branch it names does, or the ref', () => {
  const words = (title: string): string => calledOf({ name: 'pull/7/head', title }).words;
  expect(words("Merge branch 'main' into feat/wasm")).toBe('feat/wasm');
  expect(words("Merge remote-tracking branch 'upstream/main' into fix-it")).toBe('fix-it');
  for (const title of ['', "Merge branch 'vitejs:main' into main", "Merge branch 'main'", 'Merge pull request #3 from a/b', "Merge remote-tracking branch 'origin/main'", 'Merge 0123abc into 4567def']) expect(words(title)).toBe('pull/7/head');
  expect(words('Merge the two parsers')).toBe('Merge the two parsers');
  expect(calledOf({ name: 'fix', title: "Merge branch 'main' into fix" }).about).toBe('');
  expect(calledOf({ name: 'pull/7', title: "Merge branch 'main' into feat/wasm" })).toEqual({ number: null, words: 'pull/7', about: 'feat/wasm' });
  expect(calledOf({ name: 'pull/7', title: "Merge branch 'main'" }).about).toBe('');
});

test('decisions and sentences name requests by number', () => {
  expect(shortName({ name: 'pull/13968/head × pull/23089/head, decided', title: 'T', decided: true })).toBe('#13968 × #23089, decided');
  expect(withNumbers('Decided pull/3/head with 2 others: 4 places')).toBe('Decided #3 with 2 others: 4 places');
  expect(withNumbers('Add "origin/merge-requests/7/head" (pull/8/merge).')).toBe('Add "!7" (#8).');
  for (const name of others) expect(withNumbers(name)).toBe(name);
});

test('a title that is cut keeps to its length, and stays as safe as it was', () => {
  expect(shortName({ name: 'pull/7/head', title: 'a'.repeat(90) }, 20)).toBe(`#7 ${'a'.repeat(17)}…`);
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', ' ', 'é', 'א', '𝄞', '\u202e', '\u2068', '\u2069', '\ud800', '\n'), maxLength: 80 }), fc.integer({ min: 5, max: 60 }), (raw, most) => {
    const short = shortName({ name: 'pull/7/head', title: visible(raw) }, most);
    expect(short).not.toMatch(/[\u0000-\u001f\u202a-\u202e\u2066\u2067]/); // eslint-disable-line no-control-regex
    expect(short.split('\u2068').length).toBe(short.split('\u2069').length);
    const spoken = withNumbers(`Add ${visible(`${raw}/pull/7/head`)} and ${visible(raw)}/pull/8/head.`);
    expect(spoken.split('\u2068').length).toBe(spoken.split('\u2069').length);
    expect(short.startsWith('#7 ') || short.startsWith('\u2068#7 ')).toBe(true);
  }));
});
