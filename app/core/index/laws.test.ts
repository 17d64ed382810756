// Danger: an index that drifts from its tables as they grow, or misses a pair that touches. Law 7, incremental = from scratch, and both
// beside a twin that compares every pair. The whole, 100 seeds of 200 operations: `node testkit/indexLaws.ts`.
import { expect, test } from 'vitest';
import { indexLaw } from '../../../testkit/indexLaws.ts';
import { hotFile, standing, teamLike } from '../../../testkit/indexRecipe.ts';
import { IndexWorld } from '../../../testkit/indexWorld.ts';
import { Random } from '../../../testkit/random.ts';
import { ConflictIndex } from '../conflictIndex.ts';
import { HunkColumn, Row, type Tables } from '../tables.ts';
import { Pairing } from './pairing.ts';
import { sweepPart } from './partition.ts';

test.each([1, 2, 3, 4])('seed %i: after each operation the index is the one built from scratch, and the slow twin', (seed) => {
  const { pairs, conflicts, done } = indexLaw(seed, 60);
  expect([...done].sort()).toEqual(expect.arrayContaining(['add', 'first', 'remove', 'replace']));
  expect(conflicts).toBeGreaterThan(pairs / 10);
  expect(conflicts).toBeLessThan(pairs / 2);
});

const worlds: readonly (readonly [string, Tables])[] = [
  ['a small world', new IndexWorld(5, 40).tables()], ['a team of 300', teamLike(3, 300)], ['one line edited by 300', hotFile('line', 300)],
  ['one file edited by 400', hotFile('spread', 400)], ['a stack of 150', standing('stack', 150)], ['150 on one', standing('fan', 150)],
];

test.each(worlds)('%s: swept in parts, in any number and order, is swept whole', (_, tables) => {
  const whole = new Pairing(tables).whole().found.pack();
  for (const n of [1, 2, 3, 8, 16]) {
    const pairing = new Pairing(tables), parts = pairing.parts(n);
    expect(parts.length).toBeLessThanOrEqual(n);
    // moved away and back, as between threads: what was moved is empty here
    for (const part of new Random(n).shuffle(parts)) pairing.take(sweepPart(structuredClone(part, { transfer: [part] })));
    expect(pairing.found.pack()).toEqual(whole);
  }
});

test('more segments than a block has numbers: the pairs are those that comparing every two finds, also once some went and came', () => {
  const tables = hotFile('spread', 2600), { rows, hunks } = tables, index = new ConflictIndex(tables);
  const start = Int32Array.from({ length: 2600 }, (_, s) => hunks[rows[s * Row.width + Row.hunk]! * HunkColumn.width]!);
  // each changes one line to what nobody else does: those conflict whose lines are the same or touch
  const twin = (a: number): number[] => [...start.keys()].filter((b) => b !== a && Math.abs(start[a]! - start[b]!) <= 1);
  const isTwin = (): void => { for (let a = 0; a < 2600; a++) expect([...index.neighbours(a)]).toEqual(twin(a)); };
  isTwin();
  const some = new Random(1).shuffle([...start.keys()]).slice(0, 300);
  for (const s of some) index.remove(s);
  for (const s of some) expect(index.neighbours(s)).toHaveLength(0);
  for (const s of some) index.add(s);
  isTwin();
});

test('parts cost about the same, also where one file is all there is to do', () => {
  for (const tables of [teamLike(3, 600), hotFile('line', 400), hotFile('spread', 600)]) {
    const pairing = new Pairing(tables), found = pairing.parts(4).map((part) => new Uint32Array(sweepPart(part)).length);
    expect(found).toHaveLength(4);
    expect(Math.max(...found)).toBeLessThan(3 * Math.min(...found));
  }
});
