// The dangers of the picture: what is pointed at is not what is named, an edge is drawn or hidden that is not, a source stands for ACUs that are not its own,
// a graph that changed a little jumps about. Twins look at everything; layouts are deterministic.
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { conflictKinds } from '../core/model.ts';
import { adjacencyOf } from './draw.ts';
import { drawGround } from './drawGround.ts';
import { dashOf, line, put } from './drawPixels.ts';
import type { Pixels } from './drawPixels.ts';
import { GraphPainter } from './graph.ts';
import { NodeGrid, boxOf, distance2, edgeCells, inside, nearestEdge } from './graphGrid.ts';
import { outlineOf } from './graphHulls.ts';
import { Taken, placesFor, roomFor } from './graphNames.ts';
import type { Box } from './graphNames.ts';
import { carryOver, countEdges, edgeLooks, everyEdge, families, familyBits, kindBits, levelFor, partitionNumbers, withDecisions } from './graphLook.ts';
import type { Level } from './graphLook.ts';
import { centresOf, edgeAt, edgesBetween, groupsOf, marksOf } from './graphSources.ts';
import { layout } from './layout.ts';
import { knows, settleAround } from './layoutWarm.ts';
import { marks } from './marks.ts';

test('while nothing is laid out the picture is empty, not black, however often it is resized', () => {
  const filled: unknown[] = [];
  class Canvas {
    width = 1; height = 1;
    getContext(): unknown { return { canvas: this, setTransform() {}, fillRect(this: { fillStyle: string }, _x: number, _y: number, width: number, height: number) { filled.push(`${this.fillStyle} ${width} × ${height}`); } }; }
  }
  vi.stubGlobal('OffscreenCanvas', Canvas);
  vi.stubGlobal('ImageData', class { readonly data: Uint8ClampedArray; constructor(width: number, height: number) { this.data = new Uint8ClampedArray(4 * width * height); } });
  vi.stubGlobal('requestAnimationFrame', (paint: () => void) => { paint(); });
  onTestFinished(() => { vi.unstubAllGlobals(); });
  const painter = new GraphPainter();
  painter.attach(new OffscreenCanvas(1, 1), 30, 20, 2);
  expect(filled).toEqual([]); // the colours are on their way
  painter.paint({ background: 'white' } as Parameters<GraphPainter['paint']>[0]);
  expect(filled.at(-1)).toBe('white 60 × 40');
  painter.resize(50, 20, 1);
  expect(filled.at(-1)).toBe('white 50 × 20');
});

const coordinate = fc.oneof(fc.integer({ min: -60, max: 60 }), fc.float({ min: -60, max: 60, noNaN: true }));
const places = fc.array(fc.tuple(coordinate, coordinate), { maxLength: 40 }).map((all) => Float32Array.from(all.flat()));
const graph = fc.integer({ min: 2, max: 24 }).chain((nodes) => fc.record({
  nodes: fc.constant(nodes),
  ends: fc.uniqueArray(fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1)).filter(([i, j]) => i < j), { maxLength: 50, selector: ([i, j]) => `${i} ${j}` }),
}));
const ends = (list: readonly (readonly [number, number])[]): { a: Int32Array; b: Int32Array } => ({ a: Int32Array.from(list, ([i]) => i), b: Int32Array.from(list, ([, j]) => j) });
const settled = (nodes: number, a: Int32Array, b: Int32Array): Float32Array => { let last = new Float32Array(0); for (const { positions } of layout(nodes, a, b)) last = positions.slice(); return last; };

describe('what lies under a point', () => {
  test('the grid finds the node that looking at all of them finds', () => {
    fc.assert(fc.property(places, coordinate, coordinate, fc.integer({ min: 1, max: 200 }), (positions, x, y, reach) => {
      let best = -1, least = reach * reach;
      for (let i = 0; 2 * i < positions.length; i++) {
        const dx = positions[2 * i]! - x, dy = positions[2 * i + 1]! - y, d = dx * dx + dy * dy;
        if (d < least) { least = d; best = i; }
      }
      expect(new NodeGrid(positions).nearest(x, y, reach)).toBe(best);
    }));
  });

  test('a lasso catches what lies inside it, and nothing else', () => {
    fc.assert(fc.property(places, fc.array(coordinate, { minLength: 4, maxLength: 20 }).map((all) => (all.length % 2 === 0 ? all : all.slice(1))), (positions, polygon) => {
      const all = Array.from({ length: positions.length / 2 }, (_, i) => i).filter((i) => polygon.length >= 6 && inside(polygon, positions[2 * i]!, positions[2 * i + 1]!));
      expect(new NodeGrid(positions).within(polygon)).toEqual(all);
    }));
    expect([[5, 5], [15, 5], [-1, 5]].map(([x, y]) => inside([0, 0, 10, 0, 10, 10, 0, 10], x!, y!))).toEqual([true, false, false]);
  });

  test('the grid finds the edge that looking at all of them finds', () => {
    fc.assert(fc.property(graph, fc.array(fc.tuple(coordinate, coordinate), { minLength: 24, maxLength: 24 }), coordinate, coordinate, fc.integer({ min: 1, max: 60 }), fc.nat(3), ({ nodes, ends: list }, at, x, y, reach, hidden) => {
      const positions = Float32Array.from(at.slice(0, nodes).flat()), { a, b } = ends(list), wanted = (e: number): boolean => e % 4 !== hidden;
      let best = -1, least = reach * reach;
      for (let e = 0; e < a.length; e++) { const d = distance2(positions, a[e]!, b[e]!, x, y); if (wanted(e) && d < least) { least = d; best = e; } }
      const found = nearestEdge(edgeCells(positions, a, b), positions, a, b, x, y, reach, wanted);
      if (found !== best) expect(found >= 0 && best >= 0 ? Math.abs(Math.sqrt(distance2(positions, a[found]!, b[found]!, x, y)) - Math.sqrt(least)) : NaN).toBeLessThan(1e-3);
    }));
  });

  test('edges of a node, and the edge between two, are those that looking at all of them finds', () => {
    fc.assert(fc.property(graph, ({ nodes, ends: list }) => {
      const { a, b } = ends(list.toSorted(([i, j], [k, l]) => i - k || j - l)), { first, edge } = adjacencyOf(nodes, { a, b });
      for (let i = 0; i < nodes; i++) {
        expect([...edge.subarray(first[i]!, first[i + 1]!)]).toEqual(list.map((_, e) => e).filter((e) => a[e] === i || b[e] === i));
        for (let j = 0; j < nodes; j++) expect(edgeAt({ a, b }, i, j)).toBe(list.map((_, e) => e).find((e) => (a[e] === i && b[e] === j) || (a[e] === j && b[e] === i)) ?? -1);
      }
    }));
  });
});

describe('from how far away', () => {
  test('no zoom makes the level flicker, few ACUs are always ACUs, and a choice is kept', () => {
    const at = (scale: number, now: Level): Level => levelFor('auto', now, scale, 1_000, 300);
    expect([at(1, 'acus'), at(0.45, 'acus'), at(0.3, 'acus')]).toEqual(['acus', 'acus', 'sources']);
    expect([at(0.3, 'sources'), at(0.45, 'sources'), at(0.6, 'sources')]).toEqual(['sources', 'sources', 'acus']);
    expect(levelFor('auto', 'acus', 0.01, 40, 10)).toBe('acus');
    expect(levelFor('auto', 'acus', 0.01, 1_000, 1_000)).toBe('acus');
    fc.assert(fc.property(fc.double({ min: 0.01, max: 6, noNaN: true }), fc.constantFrom<Level>('acus', 'sources'), (scale, now) => {
      const next = at(scale, now);
      expect(at(scale, next)).toBe(next);
      expect(levelFor('sources', now, scale, 10, 10)).toBe('sources');
    }));
  });

  test('a stack is one source, what merges two stands for itself, and every ACU is in one group', () => {
    // 0 below 1 and 2, which share it; 3 apart; source 4 has 1, 2 and its own 4
    const groups = groupsOf(6, [[0], [0, 1], [0, 2], [3], [0, 1, 2, 4]]);
    expect([...groups.of]).toEqual([0, 0, 0, 1, 2, 3]);
    expect([...groups.source]).toEqual([1, 3, 4, -1]);
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }).chain((nodes) => fc.tuple(fc.constant(nodes), fc.array(fc.uniqueArray(fc.nat(nodes - 1), { minLength: 1 }), { maxLength: 12 }))), ([nodes, sources]) => {
      const { of, first, member, count, source } = groupsOf(nodes, sources);
      expect([...member].sort((x, y) => x - y)).toEqual(Array.from({ length: nodes }, (_, i) => i));
      for (let g = 0; g < count; g++) {
        const members = member.subarray(first[g]!, first[g + 1]!);
        for (const i of members) expect(of[i]).toBe(g);
        if (source[g]! >= 0) expect(sources[source[g]!]!.some((i) => of[i] === g)).toBe(true); else expect(members.length).toBe(1);
      }
    }));
  });

  test('conflicts between sources are those of their ACUs, with the gravest verdict and all kinds', () => {
    fc.assert(fc.property(graph, fc.infiniteStream(fc.nat(4)), fc.infiniteStream(fc.nat(0x7fff)), fc.integer({ min: 1, max: 5 }), ({ nodes, ends: list }, verdicts, kindsOf, each) => {
      const edges = { ...ends(list), verdict: Uint8Array.from(list, () => verdicts.next().value!), kinds: Uint16Array.from(list, () => kindsOf.next().value! | 1) };
      const groups = groupsOf(nodes, Array.from({ length: Math.ceil(nodes / each) }, (_, s) => Array.from({ length: nodes }, (__, i) => i).filter((i) => Math.floor(i / each) === s)));
      const between = edgesBetween(groups, edges), gravity = [0, 1, 3, 2, 4];
      const twin = new Map<string, { verdict: number; kinds: number }>();
      for (let e = 0; e < list.length; e++) {
        const pair = [groups.of[edges.a[e]!]!, groups.of[edges.b[e]!]!].sort((x, y) => x - y), key = pair.join(' '), old = twin.get(key);
        if (pair[0] !== pair[1]) twin.set(key, { verdict: old === undefined || gravity.indexOf(edges.verdict[e]!) < gravity.indexOf(old.verdict) ? edges.verdict[e]! : old.verdict, kinds: (old?.kinds ?? 0) | edges.kinds[e]! });
      }
      expect(Object.fromEntries(Array.from(between.a, (g, k) => [`${g} ${between.b[k]}`, { verdict: between.verdict[k], kinds: between.kinds[k] }]))).toEqual(Object.fromEntries(twin));
    }));
  });

  test('a source is in the composition when all of it is, and conflicts when any of it does; needs that it answers itself are none', () => {
    const groups = groupsOf(2, [[0, 1]]), of = (...names: (typeof marks)[number][]): string => marks[marksOf(groups, Uint8Array.from(names, (name) => marks.indexOf(name)))[0]!]!;
    expect([of('in', 'in'), of('in', 'fits'), of('fits', 'needs'), of('fits', 'conflicts'), of('unknown', 'in')]).toEqual(['in', 'fits', 'fits', 'conflicts', 'unknown']);
  });

  test('a source stands amid those of its ACUs that lie together', () => {
    const groups = groupsOf(4, [[0, 1, 2], [3]]);
    expect([...centresOf(groups, Float32Array.of(0, 0, 2, 4, 100, 100, 7, 8), Int32Array.of(5, 5, -1, -1))]).toEqual([1, 2, 7, 8]);
  });
});

describe('the legend', () => {
  test('every kind of conflict is of one family, and a filter lets through what its families have', () => {
    for (const [k] of conflictKinds.entries()) expect(familyBits.filter((bits) => (bits >> k & 1) === 1).length).toBe(1);
    expect(kindBits(everyEdge)).toBe(2 ** conflictKinds.length - 1);
    expect(kindBits({ ...everyEdge, families: 1 << families.indexOf('added') })).toBe(1 << conflictKinds.indexOf('add/add'));
    expect(countEdges({ verdict: Uint8Array.of(0, 0, 2), kinds: Uint16Array.of(1, 3, 1 << conflictKinds.indexOf('binary')) })).toEqual({ verdicts: [2, 0, 1, 0, 0], families: [2, 1, 0, 0, 1] });
  });
});

describe('what a person has decided', () => {
  test('an edge looks decided where one decision requires both of its ends, and as its verdict else', () => {
    fc.assert(fc.property(graph, fc.infiniteStream(fc.nat(3)), fc.array(fc.uniqueArray(fc.nat(23), { maxLength: 5 }), { maxLength: 4 }), ({ ends: list, nodes }, verdicts, decisions) => {
      const sorted = list.toSorted(([i, j], [k, l]) => i - k || j - l), edges = { ...ends(sorted), verdict: Uint8Array.from(sorted, () => verdicts.next().value!), kinds: new Uint16Array(sorted.length) };
      const sides = decisions.map((all) => all.filter((i) => i < nodes)), before = edges.verdict.slice();
      expect([...withDecisions(edges, sides)]).toEqual(sorted.map(([i, j], e) => (sides.some((all) => all.includes(i) && all.includes(j)) ? edgeLooks.indexOf('decided') : edges.verdict[e])));
      expect(edges.verdict).toEqual(before);
    }));
  });
});

describe('names', () => {
  const size = fc.integer({ min: 1, max: 60 }), at = fc.integer({ min: 0, max: 200 });
  const box = fc.record({ x: at, y: at, w: size, h: size });
  const apart = (p: Box, q: Box): boolean => p.x + p.w < q.x || q.x + q.w < p.x || p.y + p.h < q.y || q.y + q.h < p.y;

  test('a name lies on no other and within the picture; one that need not be seen lies on no node either', () => {
    fc.assert(fc.property(fc.array(box, { maxLength: 8 }), fc.array(box, { maxLength: 8 }), at, at, size, fc.integer(), fc.boolean(), (others, nodes, x, y, w, origin, isForemost) => {
      const taken = (all: readonly Box[]): Taken => { const it = new Taken(200, 200, origin, -origin); for (const one of all) it.take(one); return it; };
      const places = placesFor(x, y, 4, w, 10, 200), place = roomFor(places, taken(others), taken(nodes), 200, 200, isForemost ? Infinity : 0);
      const inside = places.filter((one) => one.x >= 0 && one.y >= 0 && one.x + one.w <= 200 && one.y + one.h <= 200);
      if (place === null) {
        // what is far from everything has room: cells are no wider than this
        const wide = ({ x: left, y: up, w: across, h: down }: Box): Box => ({ x: left - 7, y: up - 7, w: across + 14, h: down + 14 });
        for (const one of inside) expect([...others, ...isForemost ? [] : nodes].some((other) => !apart(wide(one), other))).toBe(true);
        return;
      }
      expect(inside).toContain(place);
      for (const other of others) expect(apart(place, other)).toBe(true);
      if (!isForemost) for (const node of nodes) expect(apart(place, node)).toBe(true);
    }));
  });

  test('a pan moves names, and places none anew', () => {
    fc.assert(fc.property(fc.array(box, { maxLength: 6 }), at, at, size, fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }), (nodes, x, y, w, dx, dy) => {
      const chosen = (by: number, down: number): number => {
        const names = new Taken(1000, 1000, by, down), under = new Taken(1000, 1000, by, down), places = placesFor(400 + x + by, 400 + y + down, 4, w, 10, 1000);
        for (const node of nodes) under.take({ ...node, x: 400 + node.x + by, y: 400 + node.y + down });
        const place = roomFor(places, names, under, 1000, 1000, Infinity);
        return place === null ? -1 : places.indexOf(place);
      };
      expect(chosen(dx, dy)).toBe(chosen(0, 0));
    }));
  });
});

describe('pixels', () => {
  const empty = (width: number, height: number): Pixels => ({ width, height, data: new Uint32Array(width * height).fill(0xffffffff) });
  const BLACK = 0xff000000;

  test('a line marks the pixels between its ends, dashes leave gaps, and nothing is ever written outside', () => {
    const on = empty(9, 5);
    line(on, 1, 2, 7, 2, BLACK, 256, null);
    expect([...on.data].flatMap((pixel, i) => (pixel === BLACK ? i : []))).toEqual([19, 20, 21, 22, 23, 24, 25]);
    const dashed = empty(20, 3);
    line(dashed, 0, 1, 19, 1, BLACK, 256, dashOf([3, 2], 1));
    expect(Array.from({ length: 20 }, (_, x) => (dashed.data[20 + x] === BLACK ? '#' : '.')).join('')).toBe('###..###..###..###..');
    fc.assert(fc.property(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 2, max: 30 }), fc.array(fc.integer({ min: -80, max: 110 }), { minLength: 4, maxLength: 4 }), fc.boolean(), (width, height, [x1, y1, x2, y2], isDashed) => {
      const guarded = new Uint32Array(width * height + 80).fill(0xffffffff), picture: Pixels = { width, height, data: guarded.subarray(40, 40 + width * height) };
      line(picture, x1!, y1!, x2!, y2!, BLACK, 200, isDashed ? dashOf([3, 2], 1) : null);
      put(picture, { width: 5, height: 5, data: new Uint32Array(25).fill(BLACK) }, x1!, y1!, 256);
      expect(guarded.subarray(0, 40).every((pixel) => pixel === 0xffffffff) && guarded.subarray(40 + width * height).every((pixel) => pixel === 0xffffffff)).toBe(true);
      // every marked pixel lies beside the line, or under the sprite
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
        if (picture.data[y * width + x] === 0xffffffff || (Math.abs(x - x1!) <= 3 && Math.abs(y - y1!) <= 3)) continue;
        expect(Math.sqrt(distance2(Float32Array.of(x1!, y1!, x2!, y2!), 0, 1, x, y))).toBeLessThan(1.5);
      }
    }));
  });

  test('the ground is the same in however many pieces it is drawn, and hides what the filter hides', () => {
    const scene = { positions: Float32Array.of(5, 5, 35, 5, 5, 25), a: Int32Array.of(0, 0), b: Int32Array.of(1, 2), verdict: Uint8Array.of(0, 2), kinds: Uint16Array.of(1, 1), names: ['a', 'b', 'c'], members: Uint16Array.of(1, 1, 1) };
    const sprite = { width: 1, height: 1, data: Uint32Array.of(0) };
    const draw = (verdicts: number): Uint32Array => {
      const on = empty(40, 30);
      const steps = drawGround(on, {
        ratio: 1, view: { scale: 1, x: 0, y: 0 }, scene, states: { mark: new Uint8Array(3), dim: new Uint8Array(3) }, filter: { ...everyEdge, verdicts },
        colours: { background: 0xffffffff, edges: [BLACK, BLACK, BLACK, BLACK, BLACK] }, sprites: Array.from({ length: 4 }, () => marks.map(() => sprite)), kindSprites: conflictKinds.map(() => null),
      });
      while (steps.next().done !== true) { /* as the painter does, without a clock */ }
      return on.data;
    };
    const row = (data: Uint32Array): number => data.subarray(5 * 40, 6 * 40).filter((pixel) => pixel !== 0xffffffff).length, column = (data: Uint32Array): number => Array.from({ length: 30 }, (_, y) => data[y * 40 + 5]).filter((pixel) => pixel !== 0xffffffff).length;
    expect([row(draw(0b1111)) > 20, column(draw(0b1111)) > 8]).toEqual([true, true]);
    expect([row(draw(0b0001)) > 20, column(draw(0b0001)) > 8]).toEqual([true, false]);
    // a risk is dashed: not by its colour alone is it told from what blocks
    expect(column(draw(0b0100))).toBeLessThan(18);
  });
});

describe('a graph that changed a little', () => {
  const changed = fc.tuple(graph, fc.uniqueArray(fc.nat(23), { maxLength: 6 }));

  test('who was there stays where they were, who is new stands on nobody, and the same comes out twice', () => {
    fc.assert(fc.property(changed, ([{ nodes, ends: list }, newcomers]) => {
      const { a, b } = ends(list), known = settled(nodes, a, b);
      for (const i of newcomers) if (i < nodes) { known[2 * i] = Number.NaN; known[2 * i + 1] = Number.NaN; }
      if (!knows(known, nodes)) return;
      const now = settleAround(known, a, b);
      expect(settleAround(known, a, b)).toEqual(now);
      for (let i = 0; i < nodes; i++) {
        expect(Number.isFinite(now[2 * i]!) && Number.isFinite(now[2 * i + 1]!)).toBe(true);
        if (!Number.isNaN(known[2 * i]!)) { expect([now[2 * i], now[2 * i + 1]]).toEqual([known[2 * i], known[2 * i + 1]]); continue; }
        for (let j = 0; j < nodes; j++) if (j !== i) expect(Math.hypot(now[2 * i]! - now[2 * j]!, now[2 * i + 1]! - now[2 * j + 1]!)).toBeGreaterThan(5);
      }
    }), { numRuns: 40 });
  });

  test('nothing changed, nothing moves; who joins or leaves a partition is placed anew', () => {
    const { a, b } = ends([[0, 1], [1, 2]]), known = settled(5, a, b);
    expect(settleAround(known, a, b)).toEqual(known);
    const partition = Int32Array.of(0, 0, 0, -1, -1);
    expect([...carryOver(known, partition, Int32Array.of(0, 0, 0, 0, -1), Int32Array.of(0, 1, 2, 3, -1))].map(Number.isNaN)).toEqual([false, false, false, false, false, false, true, true, true, true]);
  });

  test('partitions are numbered by size, and their outlines hold all their nodes', () => {
    expect([...partitionNumbers(Int32Array.of(2, -1, 7, 7, 2, 7, 9)).entries()].map(([p, { number, members }]) => [p, number, members])).toEqual([[7, 1, [2, 3, 5]], [2, 2, [0, 4]], [9, 3, [6]]]);
    fc.assert(fc.property(places.filter((all) => all.length >= 2), (positions) => {
      const corners = outlineOf(positions, Array.from({ length: positions.length / 2 }, (_, i) => i));
      for (let i = 0; i < positions.length; i += 2) expect(inside(corners, positions[i]!, positions[i + 1]!)).toBe(true);
      const { left, width } = boxOf(positions), outer = boxOf(corners);
      expect(outer.left).toBeLessThan(left);
      expect(outer.width).toBeGreaterThan(width);
    }));
  });
});
