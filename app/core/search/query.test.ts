// Danger: a search that means something else than was typed, or that fails on what a stranger's branch is called.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentOf, folderOf } from './agents.ts';
import { type Clock, parseQuery, pieceAt, quoted, termKeys, timeOf, toggled, valuesOf, without, withTerm } from './query.ts';

/** 2026-02-28 23:30 UTC, an hour east of it: the first of March. */
const clock: Clock = { now: Date.UTC(2026, 1, 28, 23, 30) / 1000, offset: 60 };
const terms = (text: string) => parseQuery(text, clock).terms.map(({ from: _, to: __, ...term }) => term);

describe('what is typed', () => {
  test('words, keys, quotes, lists and negations', () => {
    expect(terms('Fix login')).toEqual([{ not: false, key: 'word', any: ['fix'] }, { not: false, key: 'word', any: ['login'] }]);
    expect(terms('author:"Maya L" -path:docs/ symbol:parseDate,parseTime')).toEqual([
      { not: false, key: 'author', any: ['maya l'] }, { not: true, key: 'path', any: ['docs/'] }, { not: false, key: 'symbol', any: ['parsedate', 'parsetime'] },
    ]);
    expect(terms('is:stale,fits IS:risk')).toEqual([{ not: false, key: 'is', any: ['stale', 'fits'] }, { not: false, key: 'is', any: ['risk'] }]);
    expect(terms('source:"agents/Heron x"')).toEqual([{ not: false, key: 'source', any: ['agents/Heron x'] }]);
  });

  test('what is no key is a word, and what is still being typed asks nothing', () => {
    expect(terms('fix: something 12:30 - a,b')).toEqual(['fix:', 'something', '12:30', '-', 'a,b'].map((word) => ({ not: false, key: 'word', any: [word] })));
    expect(terms('author: path:"" is:, after:')).toEqual([]);
    expect(terms('is:st before:20 after:2026-05- before:yester')).toEqual([]);
    expect(parseQuery('is:st after:20', clock, true).terms.map(({ key }) => key)).toEqual(['wrong', 'wrong']);
    expect(terms('"author:maya')).toEqual([{ not: false, key: 'word', any: ['author:maya'] }]);
    expect(terms('#23330 !7 #x')).toEqual([['#23330', 'pull/23330', 'pull-requests/23330'], ['!7', 'merge-requests/7'], ['#x']].map((any) => ({ not: false, key: 'word', any })));
    expect(terms('is:stael')[0]).toMatchObject({ key: 'wrong', why: expect.stringContaining('stael') as string });
    expect(terms('before:2026-13')[0]).toMatchObject({ key: 'wrong' });
  });

  test('days begin where one is', () => {
    const at = (...day: [number, number, number]): number => Date.UTC(...day) / 1000 - 3600;
    expect(timeOf('today', clock)).toBe(at(2026, 2, 1));
    expect(timeOf('yesterday', clock)).toBe(at(2026, 1, 28));
    expect(timeOf('2024-02-29', clock)).toBe(at(2024, 1, 29));
    expect(timeOf('2023-02-29', clock)).toBe(null);
    expect(timeOf('2026', clock)).toBe(at(2026, 0, 1));
    expect(timeOf('7d', clock)).toBe(clock.now - 7 * 86_400);
    expect(timeOf('soon', clock)).toBe(null);
  });

  test('every day of four thousand years begins as the calendar of ECMAScript has it', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 3999 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 }), (year, month, day) => {
      const date = new Date(0);
      date.setUTCFullYear(year, month - 1, day);
      const there = date.getUTCMonth() === month - 1 ? date.getTime() / 1000 : null;
      expect(timeOf(`${String(year).padStart(4, '0')}-${month}-${day}`, { now: 0, offset: 0 })).toBe(there);
    }));
  });
});

describe('what a form writes', () => {
  const value = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => text !== '' && !text.includes('\0'));

  test('comes back as it was, whatever it is, and leaves the rest of the text', () => {
    fc.assert(fc.property(value, fc.constantFrom('author', 'path', 'symbol', 'source'), (text, key) => {
      const written = withTerm('fix is:stale', key as 'author', text);
      expect(valuesOf(written, key as 'author')).toEqual([text]);
      expect(withTerm(written, key as 'author', null)).toBe('fix is:stale');
      expect(terms(written).slice(0, 2)).toEqual(terms('fix is:stale'));
    }));
  });

  test('a state is switched on and off again; a term is left out by its place', () => {
    expect(toggled('fix', 'is', 'stale')).toBe('fix is:stale');
    expect(toggled('is:stale fix is:fits', 'is', 'stale')).toBe('fix is:fits');
    expect(toggled('is:stale,fits', 'is', 'risk')).toBe('is:stale is:fits is:risk');
    const text = 'a author:"x y" b';
    expect(without(text, parseQuery(text, clock).terms[1]!)).toBe('a b');
  });

  test('nothing typed fails, and each term is where it says', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(45), (text, caret) => {
      for (const { from, to } of parseQuery(text, clock).terms) expect(text.slice(from, to).trim()).not.toBe('');
      const piece = pieceAt(text, caret);
      if (piece !== null) { expect(piece.from).toBeLessThanOrEqual(caret); expect(piece.to).toBeGreaterThanOrEqual(piece.from); }
      for (const key of termKeys) valuesOf(text, key);
      expect(parseQuery(quoted(text), clock).terms.length).toBeLessThanOrEqual(1);
    }));
  });

  test('what is being typed is known by the caret', () => {
    expect(pieceAt('fix is:st', 9)).toMatchObject({ key: 'is', typed: 'st', from: 7, to: 9 });
    expect(pieceAt('is:fits,st x', 10)).toMatchObject({ key: 'is', typed: 'st', from: 8 });
    expect(pieceAt('au', 2)).toMatchObject({ key: null, typed: 'au', from: 0 });
    expect(pieceAt('a ', 2)).toBe(null);
  });
});

test('agents are told from people by who signed, then by what their branches are called', () => {
  expect(agentOf('dependabot[bot]', 'x@y.invalid', [])).toBe('Dependabot');
  expect(agentOf('heron (agent)', '', [])).toBe('heron');
  expect(agentOf('Maya', 'maya@example.invalid', ['agents/lynx/fix-login'])).toBe('lynx');
  expect(agentOf('Maya', 'maya@example.invalid', ['origin/codex/fix'])).toBe('Codex');
  expect(agentOf('Maya', 'maya@example.invalid', ['agents/notes', 'feature/agent/x', 'codex'])).toBe(null);
  expect(['a/b/c', 'main', '/x', 'a/'].map(folderOf)).toEqual(['a/b', '', '', 'a']);
});
