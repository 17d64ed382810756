// The dangers: a line of the list that is nobody's or twice there, a lasso that forgets what was selected, a filter that hides everything, a card that shows
// the wrong lines.
import { describe, expect, test } from 'vitest';
import type { AcuId } from '../../../core/bytes.ts';
import type { AcuRow } from '../../../workers/client.ts';
import { joined, toggled } from '../../state/picture.ts';
import { firstPlace } from './firstPlace.ts';
import { twinLines } from './twinLines.ts';

const id = (n: number): AcuId => String(n).padStart(64, '0') as AcuId;
const rows = ['a', 'b', 'c', 'd'].map((name, index) => ({ index, id: id(index), name }) as AcuRow);
const edges: Readonly<Record<number, readonly number[]>> = { 0: [1, 2], 1: [0], 2: [0], 3: [] };
const lines = (...flipped: string[]): string[] => twinLines(rows, { degree: Int32Array.of(2, 1, 1, 0), partition: Int32Array.of(5, 5, 5, -1) }, (i) => edges[i]!, new Set(flipped))
  .map((line) => (line.kind === 'partition' ? `${line.number ?? '-'} ${line.count}${line.expanded ? '' : ' closed'}` : line.kind === 'acu' ? `${line.row.name}${line.expanded === undefined ? '' : line.expanded ? ' open' : ' closed'}` : `  ${line.of.name} × ${line.row.name}`));

describe('the list twin', () => {
  test('has partitions, in them ACUs, below an open one those it conflicts with', () => {
    expect(lines()).toEqual(['1 3', 'a closed', 'b closed', 'c closed', '- 1', 'd']);
    expect(lines(id(0), 'partition-none')).toEqual(['1 3', 'a open', '  a × b', '  a × c', 'b closed', 'c closed', '- 1 closed']);
    expect(lines('partition-5', id(0))).toEqual(['1 3 closed', '- 1', 'd']);
  });

  test('no two lines have one key, for keys are ids of elements', () => {
    const keys = twinLines(rows, { degree: Int32Array.of(2, 1, 1, 0), partition: Int32Array.of(5, 5, 5, -1) }, (i) => edges[i]!, new Set([id(0), id(1), id(2)])).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => /\s/.test(key))).toEqual([]);
  });
});

test('a lasso takes the place of what is selected, adds to it, or takes from it', () => {
  const selected = new Set([id(0), id(1)]);
  expect([...joined(selected, [id(1), id(2)], 'replace')]).toEqual([id(1), id(2)]);
  expect([...joined(selected, [id(1), id(2)], 'add')]).toEqual([id(0), id(1), id(2)]);
  expect([...joined(selected, [id(1), id(2)], 'subtract')]).toEqual([id(0)]);
});

test('what is taken out of the legend comes back, and the last one out brings back the others', () => {
  expect(toggled(0b111, 1, 0b111)).toBe(0b101);
  expect(toggled(0b101, 1, 0b111)).toBe(0b111);
  expect(toggled(0b010, 1, 0b111)).toBe(0b101);
  expect(toggled(0b1, 0, 0b1)).toBe(0b1);
});

describe('the first place of a merged text', () => {
  test('is what lies between its markers, cut, without what the base had', () => {
    expect(firstPlace('a\n<<<<<<< ours\n1\n2\n3\n||||||| base\n0\n=======\nx\n>>>>>>> theirs\nb\n<<<<<<< ours\n', 2)).toEqual({ line: 2, sides: [{ name: 'ours', lines: ['1', '2'], more: 1 }, { name: 'theirs', lines: ['x'], more: 0 }] });
    expect(firstPlace('<<<<<<< a\n=======\nx\n>>>>>>> b', 3)?.sides).toEqual([{ name: 'a', lines: [], more: 0 }, { name: 'b', lines: ['x'], more: 0 }]);
  });
  test('is none where there are no markers, or they do not end', () => {
    expect(firstPlace('plain\n', 3)).toBe(null);
    expect(firstPlace('<<<<<<< a\nx\n', 3)).toBe(null);
  });
});
