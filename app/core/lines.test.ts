// The danger: two different lines get one id (a merge then writes wrong bytes), or one line two ids (a merge then sees
// a conflict that is none). And a big file that takes all memory or all day.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Interner, isBinary } from './lines.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const content = fc.array(fc.oneof(fc.constantFrom(10, 10, 13, 0, 97, 98), fc.integer({ min: 0, max: 255 })), { maxLength: 400 })
  .map((list) => Uint8Array.from(list));

/** The slow, obvious twin: strings in a Map. */
class Twin {
  readonly ids = new Map<string, number>();
  lines(content: Uint8Array): number[] {
    const parts = Buffer.from(content).toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? [];
    return parts.map((line) => {
      if (!this.ids.has(line)) this.ids.set(line, this.ids.size);
      return this.ids.get(line)!;
    });
  }
}

/** Versions of one file: few lines, some put in, some taken out, the last one sometimes without its end. */
const versions = fc.tuple(
  fc.array(fc.constantFrom('a\n', 'b\n', '\n', 'a', '\r\n', 'long enough to be copied in one go: ....................\n'), { maxLength: 30 }), fc.nat(30), fc.nat(30), fc.array(fc.constantFrom('a\n', 'x\n', 'x', '\n'), { maxLength: 4 }), fc.boolean(),
).map(([lines, from, length, inserted, cut]): [Uint8Array, Uint8Array] => {
  const other = [...lines.slice(0, from), ...inserted, ...lines.slice(from + length)].join('');
  return [bytes(lines.join('')), bytes(cut ? other.slice(0, -1) : other)];
});

describe('Interner', () => {
  test('told of a version like it, gives the same ids', () => {
    let alike = 0;
    // as a reader has it: somewhere in a buffer, at any byte
    fc.assert(fc.property(fc.oneof(versions, fc.tuple(content, content)), fc.nat(9), ([before, after], place) => {
      const told = new Interner(), plain = new Interner();
      const like = told.internLines(before), around = new Uint8Array(place + after.length + 9).fill(97);
      around.set(after, place);
      expect([...like]).toEqual([...plain.internLines(before)]);
      expect([...told.internLike(around.subarray(place, place + after.length), like)]).toEqual([...plain.internLines(after)]);
      if (after.length > 0 && before.length > 0 && after[0] === before[0]) alike++;
    }), { numRuns: 2000 });
    expect(alike).toBeGreaterThan(200);
  });

  test('gives the ids that a map of strings gives, and the bytes back', () => {
    fc.assert(fc.property(fc.array(content, { maxLength: 6 }), (files) => {
      const interner = new Interner();
      const twin = new Twin();
      for (const file of files) {
        const ids = interner.internLines(file);
        expect([...ids]).toEqual(twin.lines(file));
        expect(interner.join(ids)).toEqual(file);
      }
      expect(interner.size).toBe(twin.ids.size);
      for (const [line, id] of twin.ids) {
        expect(interner.bytesOf(id)).toEqual(bytes(line));
        expect(interner.intern(bytes(line))).toBe(id);
      }
    }), { numRuns: 500 });
  });

  test('a last line without its newline is another line; CRLF, NUL and invalid UTF-8 are kept', () => {
    const interner = new Interner();
    const ids = interner.internLines(bytes('a\na\r\na\0\n\xff\xfe\na'));
    expect(new Set(ids).size).toBe(5);
    expect(interner.join(ids, 1, 4)).toEqual(bytes('a\r\na\0\n\xff\xfe\n'));
    expect(interner.internLines(bytes('')).length).toBe(0);
  });

  test('the bytes are its own: changing the input later changes nothing', () => {
    const interner = new Interner();
    const input = bytes('one\ntwo\n');
    const ids = interner.internLines(input);
    input.fill(0);
    expect(interner.join(ids)).toEqual(bytes('one\ntwo\n'));
  });

  test('lines larger than a chunk, between small ones', () => {
    const interner = new Interner();
    const long = new Uint8Array(40 << 20).fill(120);
    const parts = [bytes('small\n'), long, bytes('\nsmaller\n'), long.subarray(1), bytes('\n')];
    const file = new Uint8Array(Buffer.concat(parts));
    const ids = interner.internLines(file);
    expect(ids.length).toBe(4);
    expect(Buffer.compare(interner.join(ids), file)).toBe(0);
  });

  test('a million distinct lines and a million equal ones, in seconds', () => {
    const interner = new Interner();
    const distinct = bytes(Array.from({ length: 1_000_000 }, (_, i) => `line ${i} of many\n`).join(''));
    const started = performance.now();
    const ids = interner.internLines(distinct);
    const equal = interner.internLines(new Uint8Array(1_000_000).fill(10));
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(ids.length).toBe(1_000_000);
    expect(interner.size).toBe(1_000_001);
    expect(equal.every((id) => id === 1_000_000)).toBe(true);
    expect(Buffer.compare(interner.join(ids), distinct)).toBe(0);
    // The content, 16 bytes a line, 8 bytes of table a line, each at most doubled by growth.
    expect(interner.heldBytes).toBeLessThan(2 * (distinct.length + 24 * 1_000_000) + (32 << 20));
  });

  test('an id it never gave is a bug, not a wrong line', () => {
    const interner = new Interner();
    interner.internLines(bytes('a\n'));
    expect(() => interner.bytesOf(1)).toThrow('BUG');
    expect(() => interner.join(Uint32Array.of(0, 7))).toThrow('BUG');
  });
});

test('binary is a NUL in the first 8000 bytes', () => {
  const at = (n: number): Uint8Array => { const b = new Uint8Array(9000).fill(97); b[n] = 0; return b; };
  expect([0, 7999, 8000].map((n) => isBinary(at(n)))).toEqual([true, true, false]);
  expect(isBinary(new Uint8Array(0))).toBe(false);
});
