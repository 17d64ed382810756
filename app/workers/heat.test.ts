// A picture of 25 million cells that lies is worse than none. Each thing that makes it quick (levels by the upper half of a float's bits, blocks that
// stand for many cells, pixels worked out a row at a time) is held against a slow, obvious twin; what is drawn is what the pointer finds.
import { assert, constant, constantFrom, double, float, integer, nat, oneof, property, tuple, uniqueArray } from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { short } from './heatDraw.ts';
import { fill, lineOf } from './heatPixels.ts';
import { build, figuresOf, strongest } from './heatPyramid.ts';
import type { Places, Pyramid } from './heatPyramid.ts';
import { LEVELS, contrast, floorOf, levelOf, levelTable, luminance, rampOf, scaleKinds, share, ticks } from './heatScale.ts';
import type { Rgb, Scale } from './heatScale.ts';
import { between, blockOf, cellAt, fitSize, fitted, framed, layerFor, middleOf, packed, panned, resized, revealed, settled, shown, sizes, underPoint } from './heatView.ts';
import type { Room, Span } from './heatView.ts';

const bitsOf = (value: Float32Array): Uint32Array => new Uint32Array(value.buffer, value.byteOffset, value.length);
const finished = (work: Generator<void, Pyramid>): Pyramid => { for (;;) { const step = work.next(); if (step.done === true) return step.value; } };
/** What a hostile matrix may hold, besides ordinary values. */
const values = oneof(constant(0), float({ min: 0, max: 1000, noNaN: true }), constantFrom(Number.NaN, Infinity, -1, -0, 1e-44, 1e-38, 3e38, 2 ** -126));

const matrices: Arbitrary<{ value: Float32Array; rows: number; cols: number; places: Places }> = tuple(nat(21), nat(21)).chain(([rows, cols]) =>
  tuple(uniqueArray(nat(Math.max(0, rows - 1)), { maxLength: rows }), uniqueArray(nat(Math.max(0, cols - 1)), { maxLength: cols }), integer()).map(([r, c, seed]) => {
    let state = seed;
    const next = (): number => { state = (Math.imul(state, 1664525) + 1013904223) | 0; return (state >>> 0) / 2 ** 32; };
    const value = Float32Array.from({ length: rows * cols }, () => (next() < 0.4 ? 0 : next() * 10 ** Math.floor(next() * 6)));
    return { value, rows, cols, places: { rows: Uint32Array.from(rows === 0 ? [] : r), cols: Uint32Array.from(cols === 0 ? [] : c) } };
  }));
const scaleOf = (value: Float32Array, kind: Scale['kind']): Scale => ({ kind, least: figuresOf(value).least, most: value.reduce((a, b) => Math.max(a, b), 0) });

describe('scales', () => {
  const scales = tuple(constantFrom(...scaleKinds), float({ min: Math.fround(1e-6), max: 1e6, noNaN: true }), float({ min: Math.fround(1e-6), max: 1e6, noNaN: true }))
    .map(([kind, a, b]): Scale => ({ kind, least: Math.min(a, b), most: Math.max(a, b) }));

  test('a level by the upper half of the bits is the level of a value at most 0.8 % larger, and nothing is 0 alone', () => {
    assert(property(scales, values, (scale, any) => {
      const value = Math.fround(any), level = levelTable(scale)[bitsOf(Float32Array.of(value))[0]! >>> 16]!;
      if (!(value > 1e-40)) { expect(level).toBe(0); return; }
      expect(level).toBeGreaterThanOrEqual(levelOf(scale, value));
      expect(level).toBeLessThanOrEqual(levelOf(scale, value * (1 + 2 ** -7)));
      expect(level).toBeGreaterThan(0);
    }), { numRuns: 300 });
  });

  test('a stronger value never has a weaker colour; the largest has the last', () => {
    assert(property(scales, double({ min: 0, max: 1e7, noNaN: true }), double({ min: 0, max: 1e7, noNaN: true }), (scale, a, b) => {
      expect(levelOf(scale, Math.max(a, b))).toBeGreaterThanOrEqual(levelOf(scale, Math.min(a, b)));
      expect(levelOf(scale, scale.most)).toBe(LEVELS - 1);
      expect(share(scale, a)).toBeGreaterThanOrEqual(0);
      expect(share(scale, a)).toBeLessThanOrEqual(1);
    }));
  });

  test('ticks rise, keep apart, end with the largest and lie on the ramp', () => {
    assert(property(scales, nat(9), (scale, room) => {
      const found = ticks(scale, room);
      expect(found.length).toBeLessThanOrEqual(room);
      if (room > 0) expect(found.at(-1)).toBe(scale.most);
      for (let i = 1; i < found.length; i++) expect(share(scale, found[i]!) - share(scale, found[i - 1]!)).toBeGreaterThanOrEqual(0.14);
    }));
    expect(ticks({ kind: 'linear', least: 1, most: 100 }, 6)).toEqual([10, 50, 100]);
    for (const most of [0, Number.NaN, Infinity]) expect(ticks({ kind: 'root', least: 0, most }, 6)).toEqual([]);
  });

  test('a matrix whose values are all the same has one colour, and its logarithm no end of zero', () => {
    const scale: Scale = { kind: 'log', least: 5, most: 5 };
    expect(floorOf(scale)).toBe(5);
    expect(levelOf(scale, 5)).toBe(LEVELS - 1);
    expect(levelOf({ kind: 'log', least: 0, most: 0 }, 1)).toBe(0);
  });

  test('a ramp of one hue is told by lightness alone, and on every colour of it one of the two inks can be read', () => {
    const light: readonly [Rgb, Rgb[]] = [[243, 244, 246], [[208, 230, 236], [159, 203, 216], [76, 157, 180], [20, 103, 127], [4, 48, 62]]];
    const dark: readonly [Rgb, Rgb[]] = [[21, 24, 28], [[23, 44, 51], [29, 74, 88], [47, 127, 150], [103, 189, 211], [226, 247, 252]]];
    for (const [zero, stops] of [light, dark]) {
      const ramp = rampOf(zero, stops), falls = luminance(stops[0]!) > luminance(stops.at(-1)!);
      for (let i = 1; i < ramp.length; i++) expect((luminance(ramp[i]!) - luminance(ramp[i - 1]!)) * (falls ? -1 : 1), `level ${i}`).toBeGreaterThanOrEqual(0);
      for (const colour of ramp) expect(Math.max(contrast(colour, [24, 28, 33]), contrast(colour, [251, 251, 252]))).toBeGreaterThan(4);
      expect(ramp[1]).toEqual(stops[0]);
      expect(ramp.at(-1)).toEqual(stops.at(-1));
    }
  });
});

describe('the pyramid', () => {
  test('each block is the strongest of its cells, in the order that is shown, however the build is sliced', () => {
    assert(property(matrices, constantFrom(...scaleKinds), ({ value, cols, places }, kind) => {
      const table = levelTable(scaleOf(value, kind)), bits = bitsOf(value);
      const pyramid = finished(build(bits, cols, places, table));
      const level = (r: number, c: number): number => table[bits[places.rows[r]! * cols + places.cols[c]!]! >>> 16]!;
      const rows = places.rows.length, columns = places.cols.length;
      if (rows * columns === 0) { expect(pyramid).toEqual([]); return; }
      expect(pyramid.at(-1)).toMatchObject({ rows: 1, cols: 1 });
      pyramid.forEach((layer, n) => {
        expect([layer.rows, layer.cols]).toEqual([Math.ceil(rows / 2 ** n), Math.ceil(columns / 2 ** n)]);
        for (let r = 0; r < layer.rows; r++) for (let c = 0; c < layer.cols; c++) {
          let most = 0;
          for (let y = r << n; y < Math.min(rows, (r + 1) << n); y++) for (let x = c << n; x < Math.min(columns, (c + 1) << n); x++) most = Math.max(most, level(y, x));
          expect(layer.cells[r * layer.cols + c]).toBe(most);
        }
      });
    }), { numRuns: 60 });
  });

  test('the strongest cells are those that sorting everything would put first', () => {
    assert(property(matrices, nat(40), constantFrom(true, false), constantFrom(0, 2, 3), ({ value, rows, cols }, most, half, every) => {
      const mask = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => Number(i % every === 0)), only = every === 0 ? null : { rows: mask(rows), cols: mask(cols) };
      const wanted = [...value.keys()].filter((at) => {
        const row = Math.floor(at / cols), col = at % cols;
        return value[at]! > 0 && (!half || col > row) && (only === null || only.rows[row] === 1 || only.cols[col] === 1);
      });
      expect([...strongest(value, cols, { most, half, only })]).toEqual(wanted.sort((a, b) => value[b]! - value[a]! || a - b).slice(0, most));
    }));
  });

  test('what is no number is neither counted nor listed', () => {
    const value = Float32Array.of(Number.NaN, -1, 0, 3, Infinity, 1);
    expect(figuresOf(value)).toEqual({ above: 3, least: 1 });
    expect([...strongest(value, 6, { most: 9, half: false, only: null })]).toEqual([4, 3, 5]);
    expect(figuresOf(new Float32Array(4))).toEqual({ above: 0, least: 0 });
  });
});

const ratios = constantFrom(1, 1.25, 1.5, 2, 3);
const rooms = tuple(integer({ min: 1, max: 6000 }), integer({ min: 100, max: 1500 })).map(([count, length]): Room => ({ count, length }));
/** Any view one can come to. */
const views = tuple(rooms, double({ min: 0, max: 1, noNaN: true }), double({ min: 0, max: 1, noNaN: true })).map(([room, zoom, pan]): { room: Room; span: Span } => {
  const least = fitSize(room), size = least * (sizes.most / least) ** zoom;
  return { room, span: settled({ size, start: -pan * size * room.count }, room) };
});

describe('the view', () => {
  test('what fits shows everything; nothing leads beyond the ends', () => {
    assert(property(rooms, (room) => { expect(shown(fitted(room), room)).toEqual([0, room.count]); }));
    assert(property(views, double({ min: -1e5, max: 1e5, noNaN: true }), double({ min: 0.01, max: 100, noNaN: true }), double({ min: 0, max: 1500, noNaN: true }), ({ room, span }, by, factor, at) => {
      for (const next of [panned(span, by, room), resized(span, span.size * factor, at, room), revealed(span, room.count - 1, room), framed(0, room.count - 1, room)]) {
        expect(next.size).toBeGreaterThanOrEqual(Math.min(fitSize(room), sizes.most) * (1 - 1e-9));
        expect(next.size).toBeLessThanOrEqual(sizes.most);
        expect(next.start).toBeLessThanOrEqual(0);
        expect(next.start + next.size * room.count).toBeGreaterThanOrEqual(Math.min(room.length, next.size * room.count) - 1e-6);
      }
    }));
  });

  test('the point one zooms to stays where it is, as long as the ends allow it', () => {
    assert(property(views, double({ min: 1, max: 8, noNaN: true }), double({ min: 0, max: 1, noNaN: true }), ({ room, span }, factor, place) => {
      const at = place * Math.min(room.length, span.size * room.count), before = (at - span.start) / span.size, next = resized(span, span.size * factor, at, room);
      // where the screen is full, zooming in leaves no gap at its ends, so nothing has to give way
      if (span.size * room.count >= room.length) expect((at - next.start) / next.size).toBeCloseTo(before, 5);
    }));
  });

  test('a cell is found where it is drawn, and is on screen once it is revealed', () => {
    assert(property(views, nat(5999), ({ room, span }, any) => {
      const cell = any % room.count, view = revealed(span, cell, room);
      expect(cellAt(view, middleOf(view, cell), room.count)).toBe(cell);
      const [from, to] = shown(view, room);
      expect(cell >= from && cell < to).toBe(true);
      expect(middleOf(view, cell)).toBeGreaterThanOrEqual(-1e-6);
      expect(middleOf(view, cell)).toBeLessThanOrEqual(room.length + 1e-6);
      expect(revealed(view, cell, room).start).toBeCloseTo(view.start, 6);
    }));
  });

  test('a slide begins and ends where it should', () => {
    assert(property(views, views, ({ span: a }, { span: b }) => {
      for (const [t, end] of [[0, a], [1, b]] as const) {
        const { size, start } = between(a, b, t);
        expect(size).toBeCloseTo(end.size, 6);
        expect(start).toBeCloseTo(end.start, 3);
      }
    }));
  });

  test('names that are packed keep off one another, stay within, and the first asked for is there', () => {
    assert(property(tuple(uniqueArray(nat(100), { maxLength: 12 }), integer({ min: 0, max: 300 })), double({ min: 0.1, max: 30, noNaN: true }), ([cells, length], size) => {
      const wanted = cells.map((cell) => ({ cell, at: cell * size })), kept = packed(wanted, 16, length);
      for (const [i, a] of kept.entries()) {
        expect(a.at).toBeGreaterThanOrEqual(8);
        expect(a.at).toBeLessThanOrEqual(length - 8);
        for (const b of kept.slice(0, i)) expect(Math.abs(a.at - b.at)).toBeGreaterThanOrEqual(16);
      }
      const first = wanted.find(({ at }) => at <= length + 16);
      if (length >= 16 && first !== undefined) expect(kept[0]?.cell).toBe(first.cell);
    }));
  });
});

describe('pixels', () => {
  const colours = Uint32Array.from({ length: LEVELS }, (_, level) => 0xff00_0000 + level), GROUND = 0xffff_ffff;
  /** Pixel by pixel, cell by cell. */
  function twin(x: Span, y: Span, ratio: number, level: (r: number, c: number) => number, rows: number, cols: number, width: number, height: number): number[] {
    const out: number[] = [];
    for (let py = 0; py < height; py++) for (let px = 0; px < width; px++) {
      const [r0, r1] = underPoint(y, (py + 0.5) / ratio, rows, ratio), [c0, c1] = underPoint(x, (px + 0.5) / ratio, cols, ratio);
      const isGap = (x.size * ratio >= 8 && cellAt(x, (px + 1.5) / ratio, cols) !== cellAt(x, (px + 0.5) / ratio, cols)) || (y.size * ratio >= 8 && cellAt(y, (py + 1.5) / ratio, rows) !== cellAt(y, (py + 0.5) / ratio, rows));
      let most = -1;
      for (let r = r0; r < r1; r++) for (let c = c0; c < c1; c++) most = Math.max(most, level(r, c));
      out.push(most < 0 || isGap ? GROUND : colours[most]!);
    }
    return out;
  }
  const all = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i);
  const spans = tuple(constantFrom(0.04, 0.11, 0.3, 0.5, 0.97, 1, 1.7, 4.2, 9, 17.5), double({ min: -60, max: 8, noNaN: true }));

  test('a picture is what it would be cell by cell, whatever the sizes of rows and columns', () => {
    assert(property(tuple(integer({ min: 1, max: 40 }), integer({ min: 1, max: 40 })), spans, spans, ratios, integer(), ([rows, cols], [sizeX, startX], [sizeY, startY], ratio, seed) => {
      let state = seed;
      const value = Float32Array.from({ length: rows * cols }, () => { state = (Math.imul(state, 1664525) + 1013904223) | 0; return (state >>> 8) % 3 === 0 ? (state >>> 0) / 2 ** 20 : 0; });
      const table = levelTable(scaleOf(value, 'root')), pyramid = finished(build(bitsOf(value), cols, { rows: all(rows), cols: all(cols) }, table));
      const x: Span = { size: sizeX, start: startX }, y: Span = { size: sizeY, start: startY }, width = 23, height = 19, out = new Uint32Array(width * height);
      fill(out, pyramid, lineOf(x, cols, width, ratio), lineOf(y, rows, height, ratio), colours, GROUND);
      expect([...out]).toEqual(twin(x, y, ratio, (r, c) => table[bitsOf(value)[r * cols + c]! >>> 16]!, rows, cols, width, height));
    }), { numRuns: 150 });
  });

  test('one cell among thousands is seen in every view that has its block, and the pointer finds it there', () => {
    assert(property(views, nat(5999), ratios, ({ room, span }, any, ratio) => {
      const cell = any % room.count, view = revealed(span, cell, room);
      const line = lineOf(view, room.count, Math.floor(room.length * ratio), ratio), [from, to] = underPoint(view, middleOf(view, cell), room.count, ratio);
      // at the edge of the screen a block may be cut to less than a pixel
      if (view.start + from * view.size < 0 || view.start + to * view.size > Math.floor(room.length * ratio) / ratio) return;
      const pixel = line.block.indexOf(blockOf(cell, line.layer, room.count));
      expect(pixel, 'a pixel').toBeGreaterThanOrEqual(0);
      const found = underPoint(view, (pixel + 0.5) / ratio, room.count, ratio);
      expect(found).toEqual([from, to]);
      expect(from <= cell && cell < to).toBe(true);
    }), { numRuns: 500 });
  });

  test('blocks have at least one device pixel, and no more than two where cells have less', () => {
    assert(property(double({ min: 1e-4, max: 200, noNaN: true }), (size) => {
      const drawn = size * 2 ** layerFor(size);
      expect(drawn).toBeGreaterThanOrEqual(1 - 1e-6);
      if (size < 1) expect(drawn).toBeLessThan(2 + 1e-6);
    }));
  });

  test('no cells, no pixels', () => {
    const out = new Uint32Array(4);
    fill(out, [], lineOf({ size: 1, start: 0 }, 0, 2, 1), lineOf({ size: 1, start: 0 }, 0, 2, 1), colours, GROUND);
    expect([...out]).toEqual([GROUND, GROUND, GROUND, GROUND]);
  });
});

test('a value is printed with three digits that count', () => {
  expect([0, 0.5, 1, 9.996, 12.34, 99.96, 123.4, 999.6, 1234, 999_900, 2.5e6, 0.0123, 0.00012, 4e12, Number.NaN].map(short)).toEqual(
    ['0', '0.5', '1', '10', '12.3', '100', '123', '1k', '1.23k', '1M', '2.5M', '0.012', '1.2e−4', '4e12', 'NaN']);
});
