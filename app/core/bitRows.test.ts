// Danger: a number at a word's edge that a row loses, or rows that seem to meet where they do not.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BitRows, common, hasBit, meet, meetAs } from './bitRows.ts';

const number = fc.oneof(fc.integer({ min: 0, max: 70 }), fc.integer({ min: 30, max: 34 }), fc.nat({ max: 100_000 }));
const sets = fc.array(fc.array(number, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 6 });

test('rows are sets of numbers, united from rows and numbers in any order', () => {
  fc.assert(fc.property(sets, sets, (some, more) => {
    const rows = new BitRows(), twins: Set<number>[] = [], at: number[] = [];
    const put = (parts: readonly number[], numbers: readonly number[]): void => {
      at.push(rows.add([...parts.map((n) => ({ words: rows.words, at: at[n]!, number: -1 })), ...numbers.map((one) => ({ words: rows.words, at: -1, number: one }))]));
      twins.push(new Set([...parts.flatMap((n) => [...twins[n]!]), ...numbers]));
    };
    for (const numbers of some) put([], numbers);
    // each of these unites some rows before it
    for (const numbers of more) put(numbers.slice(1).map((n) => n % twins.length), numbers.slice(0, 1));
    twins.forEach((twin, x) => {
      const sorted = [...twin].sort((v, w) => v - w);
      expect(common(rows.words, at[x]!, at[x]!)).toEqual(sorted);
      for (const n of [...sorted.flatMap((v) => [v - 1, v, v + 1]), 31, 32, 63, 64]) expect(n >= 0 && hasBit(rows.words, at[x]!, n)).toBe(twin.has(n));
      twins.forEach((other, y) => {
        const both = sorted.filter((n) => other.has(n));
        expect(common(rows.words, at[x]!, at[y]!)).toEqual(both);
        expect(meet(rows.words, at[x]!, at[y]!)).toBe(both.length > 0);
        twins.forEach((third, z) => expect(meetAs(rows.words, at[x]!, at[y]!, rows.words, at[z]!)).toBe(third.size === both.length && both.every((n) => third.has(n))));
      });
    });
  }), { numRuns: 60 });
});
