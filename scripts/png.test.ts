// A picture of the docs that shows other pixels than the screen had.
import { assert, integer, property, tuple, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { decode, encode, palette } from './screens/png.ts';

const images = tuple(integer({ min: 1, max: 12 }), integer({ min: 1, max: 12 })).chain(([width, height]) => uint8Array({ minLength: 3 * width * height, maxLength: 3 * width * height }).map((rgb) => ({ width, height, rgb })));

test('few colours come through as they are', () => {
  assert(property(images, ({ width, height, rgb }) => {
    const few = { width, height, rgb: rgb.map((value) => value & 0xc0) },
      before = palette(new Map(Array.from({ length: width * height }, (_, i) => [few.rgb[3 * i]! << 16 | few.rgb[3 * i + 1]! << 8 | few.rgb[3 * i + 2]!, 1])));
    expect(before.colours.length).toBeLessThanOrEqual(64);
    const png = encode(few);
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    // ours has a palette: read it as a browser would
    expect(pixelsOf(png)).toEqual([...few.rgb]);
  }));
  expect(() => decode(encode({ width: 1, height: 1, rgb: Uint8Array.of(1, 2, 3) }))).toThrow();
});

test('of many colours the one that most pixels have stays, and none is replaced by one of another box', () => {
  const counts = new Map(Array.from({ length: 5000 }, (_, i) => [(i * 7919) % 0xffffff, i === 17 ? 100_000 : 1]));
  const { colours, of } = palette(counts, 96);
  expect(colours.length).toBe(96);
  expect(colours).toContain((17 * 7919) % 0xffffff);
  for (const colour of counts.keys()) expect(of.get(colour)).toBeLessThan(96);
});

test('the few pixels of a bright colour keep it, however many shades there are of grey, and two of them are never one', () => {
  const verdicts = [0x00714c, 0xb3370a, 0x8a5800, 0x8c3a86, 0x2456c9];
  const counts = new Map<number, number>(Array.from({ length: 3000 }, (_, i) => { const v = i % 200; return [(v << 16) | (v << 8) | (v + 3 * Math.floor(i / 200)), 400]; }));
  for (const one of verdicts) counts.set(one, 20);
  expect(counts.size).toBeGreaterThan(200);
  const { colours, of } = palette(counts, 96);
  expect(colours.length).toBeLessThanOrEqual(96);
  for (const one of verdicts) expect(colours[of.get(one)!]).toBe(one);
  expect(new Set(verdicts.map((one) => of.get(one))).size).toBe(verdicts.length);
});

function pixelsOf(png: Buffer): number[] {
  const { inflateSync } = process.getBuiltinModule('node:zlib'), width = png.readUInt32BE(16), height = png.readUInt32BE(20);
  let table: Buffer = Buffer.alloc(0), data: Buffer = Buffer.alloc(0);
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const type = png.toString('latin1', at + 4, at + 8), body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (type === 'PLTE') table = body;
    if (type === 'IDAT') data = inflateSync(body);
  }
  return Array.from({ length: width * height }, (_, i) => [...table.subarray(3 * data[Math.floor(i / width) * (width + 1) + 1 + i % width]!, 3 * data[Math.floor(i / width) * (width + 1) + 1 + i % width]! + 3)]).flat();
}
