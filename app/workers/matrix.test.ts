// A matrix whose order hides its blocks, or loses a row, shows nothing that a list would not. The order is held to what it promises: a permutation, the
// partitions one after another, those alike side by side, planted blocks found again; its optimum against every turning of the tree.
import { array, assert, constantFrom, integer, nat, property, tuple, uniqueArray } from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NEEDS, cellsOf, entryAt, gravest, placesOf, stepCell } from './matrixCells.ts';
import type { Toward } from './matrixCells.ts';
import { LEAVES, communities, linkage, optimalLeaves, seriate, twins } from './matrixOrder.ts';
import type { Distances, Order, Pairing, Tree } from './matrixOrder.ts';

function finished<T>(work: Generator<number, T>): T { for (;;) { const step = work.next(); if (step.done === true) return step.value; } }

/** A stream of numbers in 0…1 from a seed. */
const stream = (seed: number) => (): number => { seed = (Math.imul(seed, 1664525) + 1013904223) | 0; return (seed >>> 0) / 2 ** 32; };
function shuffled(n: number, next: () => number): number[] {
  const list = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) { const j = Math.floor(next() * (i + 1)); [list[i], list[j]] = [list[j]!, list[i]!]; }
  return list;
}

/** Connected components by walking: what partitions are where none is cut. */
function components(n: number, pairs: readonly (readonly [number, number])[]): Int32Array {
  const part = new Int32Array(n).fill(-1);
  for (let i = 0, count = 0; i < n; i++) {
    if (part[i] !== -1 || !pairs.some(([x, y]) => x === i || y === i)) continue;
    for (const stack = [i]; stack.length > 0;) {
      const at = stack.pop()!;
      if (part[at] !== -1) continue;
      part[at] = count;
      for (const [x, y] of pairs) if (x === at) stack.push(y); else if (y === at) stack.push(x);
    }
    count++;
  }
  return part;
}
const pairing = (nodes: number, pairs: readonly (readonly [number, number])[], partition = components(nodes, pairs)): Pairing => ({ nodes, a: Int32Array.from(pairs, ([x]) => x), b: Int32Array.from(pairs, ([, y]) => y), partition });

const graphs: Arbitrary<{ nodes: number; pairs: (readonly [number, number])[] }> = integer({ min: 2, max: 40 }).chain((nodes) =>
  uniqueArray(tuple(nat(nodes - 1), nat(nodes - 1)).filter(([x, y]) => x < y), { maxLength: 120, selector: ([x, y]) => x * nodes + y }).map((pairs) => ({ nodes, pairs })));

/** Blocks of the given sizes under shuffled numbers: `dense` within, `sparse` between; all of one partition. */
function planted(sizes: readonly number[], dense: number, sparse: number, seed: number): { graph: Pairing; block: Int32Array } {
  const next = stream(seed), n = sizes.reduce((x, y) => x + y, 0), at = shuffled(n, next), block = new Int32Array(n), pairs: [number, number][] = [];
  let from = 0;
  sizes.forEach((size, b) => { for (let i = 0; i < size; i++) block[at[from++]!] = b; });
  for (let x = 0; x < n; x++) for (let y = x + 1; y < n; y++) if (next() < (block[x] === block[y] ? dense : sparse)) pairs.push([x, y]);
  return { graph: pairing(n, pairs, new Int32Array(n)), block };
}
/** How often the block changes from one place to the next: one less than there are blocks, if each is in one piece. */
const changes = ({ nodes }: Order, block: Int32Array): number => nodes.reduce((sum, node, i) => sum + Number(i > 0 && block[node] !== block[nodes[i - 1]!]), 0);

describe('the order of a matrix', () => {
  test('is one of those that conflict, each once, partition after partition, the largest first', () => {
    assert(property(graphs, ({ nodes, pairs }) => {
      const graph = pairing(nodes, pairs), { nodes: order, groups } = finished(seriate(graph));
      expect([...order].sort((x, y) => x - y)).toEqual([...new Set(pairs.flat())].sort((x, y) => x - y));
      const parts = [...groups.slice(0, -1)].map((from, i) => order.slice(from, groups[i + 1]));
      for (const part of parts) expect(new Set([...part].map((node) => graph.partition[node])).size).toBe(1);
      expect(new Set(parts.map((part) => graph.partition[part[0]!])).size).toBe(parts.length);
      for (let i = 1; i < parts.length; i++) expect(parts[i]!.length).toBeLessThanOrEqual(parts[i - 1]!.length);
      expect(finished(seriate(graph)).nodes).toEqual(order);
    }), { numRuns: 200 });
  });

  test('has those that conflict with exactly the same others side by side', () => {
    assert(property(graphs, ({ nodes, pairs }) => {
      const graph = pairing(nodes, pairs), { nodes: order } = finished(seriate(graph));
      const of = (i: number, closed: boolean): string => [...pairs.flatMap(([x, y]) => (x === i ? [y] : y === i ? [x] : [])), ...(closed ? [i] : [])].sort((x, y) => x - y).join();
      const alike = (i: number, j: number): boolean => graph.partition[i] === graph.partition[j] && (of(i, false) === of(j, false) || of(i, true) === of(j, true));
      for (const i of order) {
        const places = [...order.keys()].filter((place) => order[place] === i || alike(order[place]!, i));
        expect(places.at(-1)! - places[0]! + 1).toBe(places.length);
      }
    }), { numRuns: 200 });
  });

  test('finds planted blocks again, few and many', () => {
    assert(property(array(integer({ min: 4, max: 14 }), { minLength: 2, maxLength: 7 }), integer(), (sizes, seed) => {
      // each in one piece where nothing leads astray
      const { graph, block } = planted(sizes, 1, 0, seed);
      expect(changes(finished(seriate(graph)), block)).toBe(sizes.length - 1);
    }), { numRuns: 60 });
    for (const seed of [1, 2, 3]) {
      const few = planted([12, 30, 20, 25, 9], 0.7, 0.03, seed), many = planted(Array.from({ length: 40 }, (_, i) => 10 + i), 0.6, 0.004, seed);
      expect(few.block.length).toBeLessThanOrEqual(LEAVES);
      expect(many.block.length).toBeGreaterThan(4 * LEAVES);
      expect(changes(finished(seriate(few.graph)), few.block)).toBeLessThanOrEqual(8);
      const found = changes(finished(seriate(many.graph)), many.block);
      expect(found, 'of 39, and of 1,144 in chance order').toBeLessThanOrEqual(80);
    }
  });

  test('follows a line of neighbours from one end to the other', () => {
    for (const [n, reach] of [[30, 1], [60, 2], [120, 3]] as const) {
      const at = shuffled(n, stream(n)), pairs: [number, number][] = [];
      for (let i = 0; i < n; i++) for (let d = 1; d <= reach && i + d < n; d++) pairs.push([at[i]!, at[i + d]!]);
      const { nodes } = finished(seriate(pairing(n, pairs))), place = new Map([...nodes].map((node, i) => [node, i]));
      for (const [x, y] of pairs) expect(Math.abs(place.get(x)! - place.get(y)!)).toBeLessThanOrEqual(reach + 2);
    }
  });

  test('is there in a moment for a clique, a star and ten thousand with thirty thousand pairs', () => {
    const clique: [number, number][] = [];
    for (let x = 0; x < 400; x++) for (let y = x + 1; y < 400; y++) clique.push([x, y]);
    expect(finished(seriate(pairing(400, clique, new Int32Array(400)))).nodes.length).toBe(400);
    expect(finished(seriate(pairing(3000, Array.from({ length: 2999 }, (_, i) => [0, i + 1] as const), new Int32Array(3000)))).nodes.length).toBe(3000);
    const next = stream(7), pairs = new Set<number>();
    while (pairs.size < 30_000) { const x = Math.floor(next() * 10_000), y = Math.floor(next() * 10_000); if (x < y) pairs.add(x * 10_000 + y); }
    expect(finished(seriate(pairing(10_000, [...pairs].map((key) => [Math.floor(key / 10_000), key % 10_000] as const), new Int32Array(10_000)))).nodes.length).toBeGreaterThan(9900);
  });
});

describe('the cells of a matrix', () => {
  const worlds = tuple(graphs, uniqueArray(tuple(nat(39), nat(39)), { maxLength: 20, selector: ([x, y]) => x * 40 + y }), integer()).map(([{ nodes, pairs }, some, seed]) => {
    const graph = pairing(nodes, pairs), needs = some.filter(([x, y]) => x !== y && x < nodes && y < nodes), order = shuffled(nodes, stream(seed)).slice(0, 1 + Math.abs(seed) % nodes);
    const place = placesOf({ nodes: Int32Array.from(order), groups: Int32Array.of(0, order.length) }, nodes);
    const cells = cellsOf(place, order.length, graph, { from: Int32Array.from(needs, ([x]) => x), to: Int32Array.from(needs, ([, y]) => y) });
    const pairOf = new Map(pairs.flatMap(([x, y], i) => [[`${x} ${y}`, i], [`${y} ${x}`, i]] as const)), need = new Set(needs.map(([x, y]) => `${x} ${y}`));
    /** the same as a square of all */
    const square = order.map((x) => order.map((y): number | null => pairOf.get(`${x} ${y}`) ?? (need.has(`${x} ${y}`) ? NEEDS : null)));
    return { cells, square };
  });

  test('hold what a square of all would', () => {
    assert(property(worlds, ({ cells, square }) => {
      square.forEach((row, r) => row.forEach((edge, c) => expect(entryAt(cells, r, c)).toBe(edge)));
      expect(cells.col.length).toBe(square.flat().filter((edge) => edge !== null).length);
    }), { numRuns: 150 });
  });

  test('are walked from conflict to conflict, and from the first to the last of a row', () => {
    const isPair = (edge: number | null | undefined): boolean => edge !== null && edge !== undefined && edge !== NEEDS;
    const slow = (square: readonly (readonly (number | null)[])[], row: number, col: number, toward: Toward): { row: number; col: number } | null => {
      const inRow = (r: number): number[] => square[r]!.flatMap((edge, c) => (isPair(edge) ? [c] : []));
      if (toward === 'first' || toward === 'last') { const c = inRow(row).at(toward === 'first' ? 0 : -1); return c === undefined ? null : { row, col: c }; }
      if (toward === 'right' || toward === 'left') { const c = toward === 'right' ? inRow(row).find((one) => one > col) : inRow(row).findLast((one) => one < col); return c === undefined ? null : { row, col: c }; }
      const rows = [...square.keys()].filter((r) => (toward === 'down' ? r > row : r < row) && inRow(r).length > 0), r = toward === 'down' ? rows[0] : rows.at(-1);
      return r === undefined ? null : { row: r, col: inRow(r).toSorted((x, y) => Math.abs(x - col) - Math.abs(y - col) || x - y)[0]! };
    };
    assert(property(worlds, constantFrom<Toward[]>('left', 'right', 'up', 'down', 'first', 'last'), nat(39), nat(39), ({ cells, square }, toward, x, y) => {
      const row = x % square.length, col = y % square.length;
      expect(stepCell(cells, row, col, toward)).toEqual(slow(square, row, col, toward));
    }), { numRuns: 300 });
  });

  test('of several under one pixel the gravest is found, the nearest of equals', () => {
    assert(property(worlds, nat(39), nat(39), nat(4), ({ cells, square }, x, y, reach) => {
      const n = square.length, row = x % n, col = y % n, gravity = (edge: number): number => edge % 3;
      const all = square.flatMap((list, r) => list.flatMap((edge, c) => (edge === null || Math.abs(r - row) > reach || Math.abs(c - col) > reach ? [] : [{ r, c, key: (edge === NEEDS ? 100 : gravity(edge)) * 1000 + Math.abs(r - row) + Math.abs(c - col) }])));
      const found = gravest(cells, [row - reach, row + reach + 1], [col - reach, col + reach + 1], { row, col }, gravity), least = Math.min(...all.map(({ key }) => key));
      if (found === null) expect(all).toEqual([]); else expect(all.find(({ r, c }) => r === found.row && c === found.col)?.key).toBe(least);
    }), { numRuns: 200 });
  });
});

describe('the best turning of a tree', () => {
  const distances: Arbitrary<Distances> = integer({ min: 1, max: 8 }).chain((n) => array(nat(50), { minLength: n * n, maxLength: n * n }).map((values) => {
    const of = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) of[i * n + j] = of[j * n + i] = values[i * n + j]!;
    return { n, of };
  }));
  const turnings = (tree: Tree): number[][] => {
    const { left, right } = tree;
    if (left === null || right === null) return [[...tree.leaves]];
    return turnings(left).flatMap((x) => turnings(right).flatMap((y) => [[...x, ...y], [...y, ...x]]));
  };

  test('is no worse than any', () => {
    assert(property(distances, (distance) => {
      const sum = (order: ArrayLike<number>): number => Array.from(order).reduce((total, one, i) => total + (i === 0 ? 0 : distance.of[order[i - 1]! * distance.n + one]!), 0);
      const best = optimalLeaves(distance), all = turnings(linkage(distance)!);
      expect(all.map(String)).toContain([...best].join());
      expect(sum(best)).toBe(Math.min(...all.map(sum)));
    }), { numRuns: 150 });
  });
});

test('modularity parts two cliques that share one pair, and leaves one clique whole', () => {
  const two = { n: 8, ...rows(8, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3], [4, 5], [4, 6], [4, 7], [5, 6], [5, 7], [6, 7], [3, 4]]) };
  expect([...communities(two).label]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  expect(communities({ n: 3, ...rows(3, [[0, 1], [0, 2], [1, 2]]) }).count).toBe(1);
  expect(twins(rows(4, [[0, 2], [1, 2], [0, 3], [1, 3]]), [0, 1, 2, 3])).toEqual([[0, 1], [2, 3]]);
});

function rows(n: number, pairs: readonly (readonly [number, number])[]) {
  const lists = Array.from({ length: n }, (_, i) => pairs.flatMap(([x, y]) => (x === i ? [y] : y === i ? [x] : [])).sort((x, y) => x - y)), first = new Int32Array(n + 1);
  lists.forEach((list, i) => { first[i + 1] = first[i]! + list.length; });
  const next = Int32Array.from(lists.flat());
  return { first, next, weight: new Float64Array(next.length).fill(1), size: new Float64Array(n).fill(1), inside: new Float64Array(n) };
}
