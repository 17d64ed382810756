// An order that loses a row, or parts what belongs to one person.
import { array, assert, constantFrom, nat, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import type { AcuRow } from '../../../workers/client.ts';
import { orderBy, orderings, paired } from './orders.ts';

const rows = array(record({ author: constantFrom('Ada', 'Grace', 'Ida'), time: nat(5), name: constantFrom('a', 'b 2', 'b 10', 'c'), inPair: constantFrom(0, 1) }), { maxLength: 20 })
  .map((all) => ({ all: all.map(({ author, time, name }, index) => ({ index, author, email: '', time, name }) as AcuRow), inPair: Uint8Array.from(all, ({ inPair }) => inPair) }));

test('each order has those that conflict, each once, in groups that follow one another', () => {
  assert(property(rows, ({ all, inPair }) => {
    for (const kind of orderings.filter((one) => one !== 'blocks')) {
      const { order: { nodes, groups }, groupNames } = orderBy(kind, all, inPair);
      expect([...nodes].sort((x, y) => x - y)).toEqual(all.filter((row) => inPair[row.index] === 1).map((row) => row.index));
      expect(groups[0]).toBe(0);
      expect(groups.at(-1)).toBe(nodes.length);
      const shown = [...nodes].map((node) => all[node]!);
      if (kind === 'newest') expect(shown.map((row) => row.time)).toEqual(shown.map((row) => row.time).sort((x, y) => y - x));
      if (kind !== 'author') continue;
      const people = groupNames.map((_, g) => shown.slice(groups[g], groups[g + 1]).map((row) => row.author));
      for (const [g, authors] of people.entries()) expect(new Set(authors)).toEqual(new Set([groupNames[g]]));
      expect(new Set(groupNames).size).toBe(groupNames.length);
    }
  }));
  expect([...paired(4, Int32Array.of(0, 1), Int32Array.of(1, 3))]).toEqual([1, 1, 0, 1]);
});
