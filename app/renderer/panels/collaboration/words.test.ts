// Danger: a figure that says never or always where it is neither, a sentence that a stranger's file name rewrites, Markdown that a branch's name makes.
import { describe, expect, test } from 'vitest';
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import { fromUtf8 } from '../../../core/bytes.ts';
import type { Assignment } from '../../../core/collaboration/report.ts';
import { boardMarkdown } from './exports.ts';
import { amount, chance, dayWords, evidenceWords, factorWords, lifeWords, pathsWords, reasonWords, sidesWords, subjectOf } from './words.ts';
import type { Names } from './words.ts';

const a = 'a'.repeat(64) as AcuId, b = 'b'.repeat(64) as AcuId, path = (text: string): PathBytes => fromUtf8<PathBytes>(text);
const names: Names = { person: (i) => ['Ada', 'Grace'][i] ?? 'somebody', acu: (id) => (id === a ? 'one' : 'two'), now: 1_000_000 };

describe('figures', () => {
  test('a chance is never rounded to never or always', () => {
    expect([0, 0.004, 0.5, 0.724, 0.996, 1].map(chance)).toEqual(['0 %', '< 1 %', '50 %', '72 %', '> 99 %', '100 %']);
    expect(chance(NaN)).toBe('—');
  });
  test('lengths of time, amounts and days', () => {
    expect([30, 90, 180, 365, 1095, 7].map(lifeWords)).toEqual(['1 month', '3 months', '6 months', '1 year', '3 years', '7 days']);
    expect([12, 3100, 4_200_000, 2e9].map(amount)).toEqual(['12', '3,100', '4.2 million', '2.0 billion']);
    expect([dayWords(0), dayWords(1e30), dayWords(NaN)]).toEqual(['Jan 1, 1970', '—', '—']);
    expect([0, 1, 3].map(factorWords)).toEqual(['nobody who is here', 'one person', '3 people']);
  });
});

describe('evidence', () => {
  test('each kind is a sentence, and leads to what it speaks of', () => {
    const p = path('src/x.ts');
    expect(evidenceWords({ kind: 'conflict', a, b, path: p }, names)).toBe('conflict on src/x.ts: one × two');
    expect(evidenceWords({ kind: 'predicted', a, b, probability: 0.72 }, names)).toBe('predicted 72 %: one and two collide');
    expect(evidenceWords({ kind: 'same file', path: p, a, b, lines: 12 }, names)).toBe('both change src/x.ts, 12 lines apart: one and two');
    expect(evidenceWords({ kind: 'same file', path: p, a, b, lines: null }, names)).toBe('both change src/x.ts: one and two');
    expect(evidenceWords({ kind: 'knows', person: 1, path: p, share: 0.4, last: 1_000_000 - 3 * 86_400 }, names)).toBe('Grace holds 40 % of what is known of src/x.ts, last there 3 d ago');
    expect(evidenceWords({ kind: 'wrote', person: 0, path: p, lines: 1200 }, names)).toBe('Ada wrote 1,200 lines that stand in src/x.ts');
    expect(evidenceWords({ kind: 'changes together', path: p, with: path('y'), commits: 1 }, names)).toBe('src/x.ts changed together with y in 1 commit');
    expect(evidenceWords({ kind: 'seen', times: 1, last: 1_000_000 }, names)).toBe('seen to work together once, last now');
    expect(subjectOf({ kind: 'conflict', a, b, path: p })).toEqual({ kind: 'conflict', a, b, path: p });
    expect(subjectOf({ kind: 'same file', path: p, a, b, lines: 0 })).toEqual({ kind: 'acus', ids: [a, b] });
    expect(subjectOf({ kind: 'seen', times: 1, last: 0 })).toBe(null);
  });
  test('what steers a screen is shown, not obeyed', () => {
    expect(evidenceWords({ kind: 'conflict', a, b, path: path('a\u202Eb\nc') }, names)).toContain('a\\u{202e}b\\u{a}c');
    expect(reasonWords({ text: 'both touch it.', path: path('x') })).toBe('both touch it: x');
    expect(reasonWords({ text: 'both touch src/x', path: path('src/x') })).toBe('both touch src/x');
  });
  test('paths and sides', () => {
    expect([[], ['a'], ['a', 'b', 'c']].map((all) => pathsWords(all.map(path)))).toEqual(['paths not known', 'a', 'a and 2 more paths']);
    expect([sidesWords({ a, b }, names.acu), sidesWords({ a, b: 'base' }, names.acu), sidesWords({ a, b: null }, names.acu)]).toEqual(['one × two', 'one × base', 'one']);
  });
});

test('the board as Markdown has a section for each person, and nothing in a name becomes a mark', () => {
  const card = (id: string, person: number | null, pinned = false): Assignment['items'][number] => ({ item: { id, kind: 'conflict', a, b, paths: [path('src/[x](http://evil).ts')] }, person, cost: 1, pinned, evidence: [] });
  const assignment: Assignment = { items: [card('1', 1, true), card('2', null)], cost: 2, bound: 2, second: null, people: [{ person: 0, items: 0, most: 5, away: true }, { person: 1, items: 1, most: 5, away: false }], ms: 1 };
  expect(boardMarkdown(assignment, { person: (i) => ['# Ada', 'Grace'][i]!, acu: names.acu })).toBe([
    '2 open items, shared out at the least cost, proven.', '', '## \\# Ada (away)', '', '## Grace', '- [ ] Resolve one × two: src/\\[x\\](http://evil).ts (pinned)', '', '## Beyond the limits', '- [ ] Resolve one × two: src/\\[x\\](http://evil).ts', '',
  ].join('\n'));
  expect(boardMarkdown({ ...assignment, items: [] }, { person: String, acu: String })).toBe(null);
});
