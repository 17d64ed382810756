// Dangers: a proof said in words that claims more than was proven; an ACU listed as left out for others that no set can have.
import { describe, expect, test } from 'vitest';
import type { AcuId } from '../../core/bytes.ts';
import type { Suggestion } from '../../core/suggestion.ts';
import { askedOf, between, costWords, gapWords, leftOut, proofWords, searchWords, swapWords } from './suggestion.ts';

const ids = (...all: string[]): AcuId[] => all as AcuId[];
const found = (some: Partial<Suggestion>): Suggestion => ({ acus: ids('a', 'b'), weight: 2, bound: 2, optimal: true, of: { acus: 3, weight: 3 }, barred: 0, refused: [], rounds: 1, ms: 1, ...some });

describe('in words', () => {
  test('a proof says how far it goes, and never rounds a gap away', () => {
    expect(proofWords(found({}), 'unit')).toBe('2 of 3 ACUs · optimal');
    expect(proofWords(found({ weight: 1204, of: { acus: 3, weight: 20_000 } }), 'lines')).toBe('2 of 3 ACUs · 1,204 of 20,000 lines · optimal');
    expect(proofWords(found({ weight: 1.23456, of: { acus: 3, weight: 2.5 } }), 'age')).toBe('2 of 3 ACUs · 1.235 of 2.5 in weight · optimal');
    expect(gapWords({ weight: 97.9, bound: 100, optimal: false })).toBe('within 2.1 % of the bound');
    expect(gapWords({ weight: 9999.99, bound: 10_000, optimal: false })).toBe('within 0.1 % of the bound');
  });

  test('a search and a swap', () => {
    expect(searchWords({ ticket: '', weight: 0, bound: null })).toBe('searching');
    expect(searchWords({ ticket: '', weight: 23, bound: 31 })).toBe('23 of at most 31');
    expect(searchWords({ ticket: '', weight: 23, bound: 23 })).toContain('composing');
    expect([costWords(3), costWords(-0.5), costWords(0)]).toEqual(['costs 3', 'gains 0.5', 'costs nothing']);
    const swap = { leaves: ['a', 'b', 'c', 'd'], comes: ['e'], cost: 3 };
    expect([swapWords(swap, 'unit'), swapWords({ ...swap, comes: swap.leaves }, 'unit'), swapWords({ ...swap, leaves: [] }, 'unit')]).toEqual(['4 out, 1 in (net −3)', '4 out, 4 in (net 0)', '0 out, 1 in (net +1)']);
    expect(swapWords({ ...swap, cost: -20 }, 'lines')).toBe('4 out, 1 in · gains 20');
  });
});

test('what comes and what leaves', () => {
  expect(between(ids('a', 'b'), ids('b', 'c'))).toEqual({ comes: ['c'], leaves: ['a'] });
});

test('what is left out is asked of what was found, and of the composition once that was made of it', () => {
  const it = { suggestion: found({}), rule: 'lines', budget: 1, generation: 7 } as const;
  expect(askedOf(it, false, ids('x'))).toEqual({ generation: 7, rule: 'lines', within: ids('a', 'b') });
  expect(askedOf(it, true, ids('a', 'c')).within).toEqual(ids('a', 'c'));
  expect(askedOf(it, true, []).within).toEqual(ids('a', 'b'));
});

test('what stands on a stale one can be in no set, however far above it stands', () => {
  const row = (id: string, standing: 'exact' | 'stale', ...requires: string[]) => ({ id: id as AcuId, standing, requires: ids(...requires) });
  const rows = [row('in', 'exact'), row('left', 'exact', 'in'), row('stale', 'stale'), row('on it', 'exact', 'in', 'stale'), row('above', 'exact', 'on it'), row('alone', 'exact', 'gone')];
  expect(leftOut(rows, ids('in'))).toEqual({ possible: ['left', 'alone'], never: ['stale', 'on it', 'above'] });
});
