// Danger: a segment gets another key than the one it was stored under, because two writers of one form differ in a byte.
import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { messagePack } from './messagePack.ts';

const twin = (value: unknown): Uint8Array => encode(value, { sortKeys: true, ignoreUndefined: true });

const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double(), fc.constantFrom(0, -0, 31, 32, 127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, -32, -33, -128, -129, -32768, -32769, -(2 ** 31), -(2 ** 31) - 1, 2 ** 53, NaN, -Infinity));
const text = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(300).map((n) => 'a'.repeat(n)), fc.array(fc.nat(0xffff), { maxLength: 60 }).map((codes) => String.fromCharCode(...codes)));
const leaf = fc.oneof(number, text, fc.boolean(), fc.constant(null), fc.constant(undefined), fc.uint8Array({ maxLength: 300 }));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, fc.array(tie('value'), { maxLength: 20 }), fc.dictionary(text, tie('value'), { maxKeys: 20 })),
}));

test('every value has the bytes that the library gives it', () => {
  fc.assert(fc.property(value, (one) => { expect(messagePack(one)).toEqual(twin(one)); }), { numRuns: 150 });
});

test('so have the long ones, and they are read back', () => {
  const long = { many: Array.from({ length: 70_000 }, (_, i) => i * 7), text: 'ä'.repeat(70_000), plain: 'a'.repeat(70_000), bytes: new Uint8Array(70_000), keys: Object.fromEntries(Array.from({ length: 66_000 }, (_, i) => [`k${i}`, i % 3])) };
  const packed = messagePack(long);
  expect(Buffer.compare(packed, twin(long))).toBe(0);
  expect(Buffer.compare(messagePack(decode(packed)), packed)).toBe(0);
});

test('what cannot be read back is refused', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 200; i++) deep = [deep];
  expect(() => twin(deep)).toThrow();
  for (const bad of [deep, { a: 1n }, [() => 1], new Int32Array(1)]) expect(() => messagePack(bad)).toThrow('BUG');
});
