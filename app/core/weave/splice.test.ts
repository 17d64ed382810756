// The danger: a shortcut that composes other bytes than the weave, or that answers where the weave would see a conflict.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from '../diff/diff.ts';
import { Interner } from '../lines.ts';
import { linedOf, patchOf, splice } from './splice.ts';
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
  it('is what the weave says, wherever it answers', () => {
    let answered = 0, asked = 0;
    fc.assert(fc.property(text, fc.array(edits, { minLength: 1, maxLength: 5 }), (base, all) => {
      const versions = all.map((changes) => {
        const lines = base.split(/(?<=\n)/);
        for (const { at, remove, insert } of changes) lines.splice(at, remove, ...insert);
        return lines.join('');
      });
      asked++;
      const answer = spliced(base, versions);
      if (answer === null) return;
      answered++;
      expect(answer).toBe(woven(base, versions));
    }), { numRuns: 3000 });
    expect(answered).toBeGreaterThan(asked / 4);
    expect(answered).toBeLessThan(asked);
  });

  it('answers nothing where changes touch, and takes the same change once', () => {
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
