// Dangers: a swap offered that leaves something without what it needs, or takes out what it brings in; a set looked at that is not closed; a list of reasons that
// hides the cheapest.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AcuId } from '../../core/bytes.ts';
import type { Reason } from '../../core/suggestion.ts';
import type { AcuRow } from '../../workers/client.ts';
import { suggestedBranch, branchNameProblem } from './commandLine.ts';
import { toggled, withDependants, withRequired } from './composition.ts';
import { arranged } from './leftOut.ts';
import { becameWords, suggestedName } from './recipes.ts';
import { swapsOf, together } from './swaps.ts';

const id = (n: number): AcuId => n.toString(16).padStart(64, '0') as AcuId;
/** What stands on what, as a forest of stacks: each ACU needs some before it. */
const stacks = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 }).map((needs) => {
  const rows = needs.map((wanted, i) => ({ id: id(i), requires: i === 0 ? [] : [...new Set(wanted.map((n) => id(n % i)))] }));
  const dependants = new Map<AcuId, AcuId[]>();
  for (const row of rows) for (const lower of row.requires) dependants.set(lower, [...dependants.get(lower) ?? [], row.id]);
  return { rows, byId: new Map(rows.map((row) => [row.id, row as unknown as AcuRow])), dependants };
});
const closed = (set: readonly AcuId[], byId: ReadonlyMap<AcuId, { requires: readonly AcuId[] }>): boolean => { const inside = new Set(set); return set.every((one) => byId.get(one)!.requires.every((lower) => inside.has(lower))); };
const reason = (acu: AcuId, leaves: readonly AcuId[], comes: readonly AcuId[], cost: number, more: Partial<Reason> = {}): Reason => ({ acu, kind: 'kept', never: [], blockers: leaves, leaves, comes, cost, refused: [], minimal: true, stands: true, ...more });

describe('a set that is toggled', () => {
  test('stays closed, whatever is toggled, and toggling what came alone takes it out again', () => {
    fc.assert(fc.property(stacks, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), ({ rows, byId, dependants }, some, picks) => {
      const start = withRequired(some.map((n) => rows[n % rows.length]!.id), byId), wanted = [...new Set(picks.map((n) => rows[n % rows.length]!.id))];
      expect(closed(start, byId)).toBe(true);
      const after = toggled(start, wanted, { byId, dependants }), inside = new Set(start);
      expect(closed(after, byId)).toBe(true);
      if (wanted.every((one) => inside.has(one))) {
        // gone are those, and what stands on one of them, however far
        const without = new Set(after);
        for (const one of start) expect(without.has(one)).toBe(!withRequired([one], byId).some((lower) => wanted.includes(lower)));
      } else {
        expect(new Set(after)).toEqual(new Set([...start, ...withRequired(wanted, byId)]));
        expect(new Set(withDependants(wanted, after, dependants)).isSubsetOf(new Set(after))).toBe(true);
      }
    }));
  });
});

describe('swaps', () => {
  test('are each way once, with who finds it cheapest; what does not stand is none', () => {
    const two = reason(id(1), [id(2)], [id(1)], 0);
    expect(swapsOf({ unit: [two], lines: [{ ...two, cost: 40 }], age: [reason(id(1), [id(3), id(4)], [id(1)], 1)] })).toEqual([
      { wanted: [id(1)], leaves: [id(2)], comes: [id(1)], cost: 0, rules: ['unit', 'lines'] },
      { wanted: [id(1)], leaves: [id(3), id(4)], comes: [id(1)], cost: 1, rules: ['age'] },
    ]);
    expect(swapsOf({ unit: [{ ...two, stands: false }, reason(id(5), [], [], 0, { kind: 'never' })] })).toEqual([]);
  });

  test('taken together do not take out what they bring in', () => {
    const all = together([{ wanted: [id(1)], leaves: [id(2), id(3)], comes: [id(1)], cost: 1, rules: ['unit'] }, { wanted: [id(3)], leaves: [id(4)], comes: [id(3), id(5)], cost: 0, rules: ['unit'] }]);
    expect(all).toEqual({ wanted: [id(1), id(3)], leaves: [id(2), id(4)], comes: [id(1), id(3), id(5)] });
  });
});

describe('what is left out', () => {
  const rows = ['b', 'a', 'c', 'd'].map((name, n) => ({ id: id(n), name, text: `${name} of agent ${n}` }) as AcuRow);
  const reasons = new Map([[id(0), reason(id(0), [], [], 3)], [id(1), reason(id(1), [], [], 0, { kind: 'never', stands: false })], [id(3), reason(id(3), [], [], -1)]]);

  test('is sorted by name, or by what a swap costs: the unknown after the known, those that can be in no set last by either', () => {
    const none = new Set([id(1)]);
    expect(arranged(rows, none, { reasons, sort: 'name', filter: '' }).map(({ name }) => name)).toEqual(['b', 'c', 'd', 'a']);
    expect(arranged(rows, none, { reasons, sort: 'cost', filter: '' }).map(({ name }) => name)).toEqual(['d', 'b', 'c', 'a']);
    expect(arranged(rows, none, { reasons, sort: 'cost', filter: ' AGENT 2 ' }).map(({ name }) => name)).toEqual(['c']);
  });
});

describe('names that are offered', () => {
  test('of a branch are ones that git takes and nobody has', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 5 }), (names) => {
      const first = suggestedBranch(names, []), next = suggestedBranch(names, [{ name: first }]);
      expect(branchNameProblem(first)).toBeNull();
      expect(next).not.toBe(first);
      expect(branchNameProblem(next)).toBeNull();
    }));
    expect(suggestedBranch(['agent/fix-a', 'agent/fix-b'], [])).toBe('composed/fix-a-and-1-more');
    expect(suggestedBranch(['0123456789ab'], [])).toBe('composed/set');
    expect(suggestedBranch(['a', 'b', 'c'], [])).toBe('composed/a-and-2-more');
    expect(suggestedBranch(['0123456789ab', 'ba9876543210'], [])).toBe('composed/set-of-2');
    expect(suggestedBranch(['0123456789ab', 'ba9876543210'], [], 75)).toBe('composed/set-of-75');
    expect(suggestedBranch(['pull/23282/head', ...Array.from({ length: 85 }, (_, i) => `pull/${24_000 + i}/head`)], [])).toBe('composed/23282-and-85-more');
  });

  test('of a recipe are ones that none has', () => {
    expect(suggestedName(1, '22 Nov', [])).toBe('1 ACU, 22 Nov');
    expect(suggestedName(5, '22 Nov', ['5 ACUs, 22 Nov', '5 ACUs, 22 Nov (2)'])).toBe('5 ACUs, 22 Nov (3)');
    expect(becameWords({ became: { kept: 4 } })).toBe('as it was');
    expect(becameWords({ became: { kept: 4, rebound: 2, lost: 1, stale: 1, absorbed: 1 } })).toBe('2 moved, 1 in the base, 2 gone');
  });
});
