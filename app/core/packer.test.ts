// Danger: a value packed in other bytes than stores were written with: every key of a segment would be another.
import { Encoder, decode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Packer } from './packer.ts';
import { Unpacker } from './unpacker.ts';

const library = new Encoder({ sortKeys: true, ignoreUndefined: true });
const packer = new Packer();
const packed = (value: unknown): Uint8Array => { packer.begin().value(value); return packer.take(); };

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)), maxLength: 400 }), fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)), maxLength: 80 }));
const number = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: -300, max: 300 }), fc.integer({ min: -70_000, max: 70_000 }), fc.double());
const bytes = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.integer({ min: 250, max: 70_000 }).map((n) => new Uint8Array(n).fill(7)), fc.int32Array({ maxLength: 5 }));
const value = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: 'small' }, text, number, bytes, fc.constantFrom(null, undefined, true, false), fc.array(tie('any'), { maxLength: 20 }), fc.dictionary(text, tie('any'), { maxKeys: 20 })),
})).any;

it('packs as the library does, byte for byte', () => {
  fc.assert(fc.property(value, (one) => { expect(Buffer.from(packed(one)).equals(library.encode(one))).toBe(true); }), { numRuns: 2000 });
});

it('writes each size in the form the library takes for it, at its edges', () => {
  const edges = [0, 15, 16, 31, 32, 33, 127, 128, 255, 256, 257, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53];
  for (const n of edges.flatMap((edge) => [edge, -edge, edge + 0.5, -edge - 1])) expect(packed(n), `${n}`).toEqual(library.encode(n));
  for (const n of edges.filter((edge) => edge <= 65_536)) {
    const some = ['a'.repeat(n), 'é'.repeat(n), 'é'.repeat(n >> 1), `${'a'.repeat(n)}€`, new Uint8Array(n), Array.from({ length: n }, () => 1), Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, i]))];
    for (const [i, one] of some.entries()) expect(Buffer.from(packed(one)).equals(library.encode(one)), `${n}: ${i}`).toBe(true);
  }
});

it('refuses what it does not know, and then packs the next thing whole', () => {
  for (const bad of [() => 1, Symbol('no'), 1n, { a: [1, [2n]] }]) expect(() => packed(bad)).toThrow(TypeError);
  expect(packed({ a: 1 })).toEqual(library.encode({ a: 1 }));
});

const sound = text.filter((one) => one.isWellFormed());
const plain = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: 'small' }, sound, number, fc.constantFrom(null, true, false), fc.array(tie('any'), { maxLength: 20 }), fc.dictionary(sound.filter((key) => key !== '__proto__'), tie('any'), { maxKeys: 20 })),
})).any;

it('reads value by value what the library reads at once, and passes over as much', () => {
  fc.assert(fc.property(plain, value, plain, (one, passed, last) => {
    const reader = new Unpacker(Buffer.concat([packed({ a: one }), packed(passed), packed(last)]));
    expect(reader.map()).toBe(1);
    expect(reader.text()).toBe('a');
    expect(reader.value()).toEqual(decode(packed(one)));
    reader.skip();
    expect(reader.value()).toEqual(decode(packed(last)));
  }), { numRuns: 1000 });
});

it('ends at damaged bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), value, fc.nat(), (bytes, one, cut) => {
    const whole = packed(one);
    for (const bad of [bytes, whole.subarray(0, cut % whole.length), Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff), Uint8Array.of(0xc6, 0xff, 0xff, 0xff, 0xff)]) {
      for (const read of [(reader: Unpacker) => reader.skip(), (reader: Unpacker) => { reader.value(); }]) {
        try { read(new Unpacker(bad)); } catch (error) { expect(String(error)).toContain('BUG'); }
      }
    }
    expect(() => new Unpacker(whole.subarray(0, whole.length - 1)).skip()).toThrow('BUG');
  }), { numRuns: 500 });
});
