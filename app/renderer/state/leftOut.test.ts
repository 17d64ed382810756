// Why one is left out, in words: what needs a rebase can be decided, what cannot be composed cannot.
import { expect, test } from 'vitest';
import type { AcuId } from '../../core/bytes.ts';
import type { Reason } from '../../core/suggestion.ts';
import { reasonWords } from './leftOut.ts';

const id = (n: number): AcuId => String(n) as AcuId;
const never = (...ids: number[]): Reason => ({ acu: id(1), kind: 'never', never: ids.map(id), blockers: [], refused: [], leaves: [], comes: [], stands: false, cost: 0, minimal: true }) as unknown as Reason;
const why = (reason: Reason, stale: readonly number[]): string => reasonWords(reason, (one) => `acu-${one}`, (one) => stale.includes(Number(one)), 'unit').why;

test('of what can be in no set it is said whether a rebase would do', () => {
  expect(why(never(1), [1])).toBe('needs a rebase');
  expect(why(never(1), [])).toBe('it cannot be composed');
  expect(why(never(1, 2), [1, 2])).toBe('it needs acu-2, which needs a rebase');
  expect(why(never(1, 2, 3), [2, 3])).toBe('it needs acu-2 and acu-3, which need a rebase');
  expect(why(never(1, 2, 3), [2])).toBe('it needs acu-2 and acu-3, which cannot be composed');
});

test('of what others keep out it is said who leaves with them, and how many go and come', () => {
  const kept = (blockers: number[], leaves: number[]): Reason => ({ acu: id(1), kind: 'kept', never: [], blockers: blockers.map(id), refused: [], leaves: leaves.map(id), comes: [id(1)], stands: true, cost: leaves.length - 1, minimal: true }) as unknown as Reason;
  const words = (reason: Reason) => reasonWords(reason, (one) => `acu-${one}`, () => false, 'unit');
  expect(words(kept([2], [2]))).toEqual({ why: 'acu-2 keeps it out', price: '1 out, 1 in (net 0)' });
  expect(words(kept([2], [2, 3, 4, 5]))).toEqual({ why: 'acu-2 keeps it out, and 3 that need it would leave too', price: '4 out, 1 in (net −3)' });
  expect(words(kept([2, 3], [2, 3, 4])).why).toBe('acu-2 and acu-3 keep it out, and 1 that needs them would leave too');
});
