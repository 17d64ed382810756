// The danger: a shortcut that composes other bytes than the weave, or that answers where the weave would see a conflict.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from '../diff/diff.ts';
import { Interner } from '../lines.ts';
import { type Patch, linedOf, patchOf, splice } from './splice.ts';
import { Weave } from './weave.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const bytesOf = (text: string): Uint8Array => encoder.encode(text);

/** The same by lines: one weave, every version alone on the base. */
function woven(base: string, versions: readonly string[]): string | null {
  const interner = new Interner();
  const lines = (text: string): Uint32Array => interner.internLines(bytesOf(text));
  const weave = new Weave(lines(base));
  versions.forEach((version, n) => {
    const script = diffLines(lines(base), lines(version)), text = lines(version);
    weave.add(String(n), new Set(), Array.from({ length: script.length / 4 }, (_, i) => ({ start: script[4 * i]!, end: script[4 * i + 1]!, inserted: text.slice(script[4 * i + 2], script[4 * i + 3]) })));
  });
  const composed = weave.composeSet(new Set(versions.map((_, n) => String(n))));
  return 'lines' in composed ? decoder.decode(interner.join(composed.lines)) : null;
}

function spliced(base: string, versions: readonly string[]): string | null {
  const interner = new Interner();
  const before = interner.internLines(bytesOf(base));
  const answer = splice(linedOf(bytesOf(base)), versions.map((version) => patchOf(diffLines(before, interner.internLines(bytesOf(version))), linedOf(bytesOf(version)))));
  return answer === null ? null : decoder.decode(answer);
}

const words = fc.array(fc.constantFrom('a\n', 'b\n', 'c\r\n', '\n', 'd\n', 'e\n'), { maxLength: 14 });
const text = fc.tuple(words, fc.constantFrom('', '', 'end')).map(([lines, last]) => lines.join('') + last);
const edits = fc.array(fc.record({ at: fc.nat(14), remove: fc.nat(2), insert: fc.array(fc.constantFrom('a\n', 'b\n', 'x\n', 'y\n', 'z'), { maxLength: 2 }) }), { maxLength: 2 });

describe('splicing', () => {
  it('is what the weave says, and answers nothing where the weave sees a conflict', () => {
    let answered = 0, asked = 0;
    fc.assert(fc.property(text, fc.array(edits, { minLength: 1, maxLength: 5 }), (base, all) => {
      const versions = all.map((changes) => {
        const lines = base.split(/(?<=\n)/);
        for (const { at, remove, insert } of changes) lines.splice(at, remove, ...insert);
        return lines.join('');
      });
      asked++;
      const answer = spliced(base, versions);
      expect(answer).toBe(woven(base, versions));
      if (answer !== null) answered++;
    }), { numRuns: 3000 });
    expect(answered).toBeGreaterThan(asked / 4);
    expect(answered).toBeLessThan(asked);
  });

  it('answers nothing where texts of a place differ, and takes the same change once, however it is cut', () => {
    // the first leaves out lines 0 and 1, the second 2 and 3: the text is the same
    expect(spliced('A\nB\nA\nB\n', ['A\nB\n', 'A\nB\n'])).toBe('A\nB\n');
    const base = linedOf(bytesOf('A\nB\nA\nB\nend\n')), none = new Uint8Array();
    const cut = (start: number, end: number): Patch => ({ ranges: Int32Array.of(start, end), inserted: [none] });
    expect(decoder.decode(splice(base, [cut(0, 2), cut(2, 4), { ranges: Int32Array.of(5, 5), inserted: [bytesOf('more\n')] }])!)).toBe('A\nB\nend\nmore\n');
    // a third who changes something in between has a say
    expect(splice(base, [cut(0, 2), cut(2, 4), { ranges: Int32Array.of(3, 4), inserted: [bytesOf('K\n')] }])).toBe(null);
    expect(spliced('a\nb\nc\nd\n', ['A\nb\nc\nd\n', 'a\nb\nC\nd\n'])).toBe('A\nb\nC\nd\n');
    expect(spliced('a\nb\nc\nd\n', ['A\nb\nc\nd\n', 'a\nB\nc\nd\n'])).toBe(null);
    expect(spliced('a\nb\nc\nd\n', ['A\nb\nc\nd\n', 'A\nb\nc\nD\n'])).toBe('A\nb\nc\nD\n');
    expect(spliced('a\nb\n', ['a\nx\nb\n', 'a\ny\nb\n'])).toBe(null);
    expect(spliced('', ['x', 'x'])).toBe('x');
    expect(spliced('a\nb', ['a\nb\n', 'A\nb'])).toBe(null);
    expect(spliced('a\nm\nb', ['a\nm\nb\n', 'A\nm\nb'])).toBe('A\nm\nb\n');
  });

  it('keeps bytes that are no text', () => {
    const base = Uint8Array.of(0xff, 10, 0xfe, 13, 10, 0x80), version = Uint8Array.of(0xff, 10, 0xc0, 13, 10, 0x80);
    const interner = new Interner();
    const script = diffLines(interner.internLines(base), interner.internLines(version));
    expect([...splice(linedOf(base), [patchOf(script, linedOf(version))])!]).toEqual([...version]);
    expect([...linedOf(base).starts]).toEqual([0, 2, 5, 6]);
  });
});
