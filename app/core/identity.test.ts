// The danger: two different changes under one id (one would silently stand for the other), or one change under two ids
// (a base move or another machine would lose a person's choices). Law 6.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcuId, PathBytes } from './bytes.ts';
import { fromUtf8, toHex } from './bytes.ts';
import type { IdentityEdit, IdentityHunk } from './identity.ts';
import { acuId, encodeIdentity, placeOrdinals } from './identity.ts';
import type { EditKind } from './model.ts';

const path = (text: string): PathBytes => fromUtf8<PathBytes>(text);
const line = (text: string): Uint8Array => new TextEncoder().encode(`${text}\n`);
const lines = (texts: readonly string[]): Uint8Array => new TextEncoder().encode(texts.map((t) => `${t}\n`).join(''));

interface Cut { readonly start: number; readonly end: number; readonly inserted: readonly string[] }

/** The identity of hunks on a file, surroundings read from the pre-image. */
function modify(pre: readonly string[], cuts: readonly Cut[], anchors: readonly AcuId[] = []): IdentityEdit {
  const names = [...new Set(pre)];
  const ordinals = placeOrdinals(Uint32Array.from(pre, (text) => names.indexOf(text)), cuts);
  const hunks = cuts.map(({ start, end, inserted }, i): IdentityHunk => ({
    before: start === 0 ? null : line(pre[start - 1]!),
    removed: lines(pre.slice(start, end)),
    inserted: lines(inserted),
    after: end === pre.length ? null : line(pre[end]!),
    ordinal: ordinals[i]!,
    anchors,
  }));
  return { kind: 'modify', oldPath: path('f'), newPath: path('f'), oldMode: 0o100644, newMode: 0o100644, oldContent: null, newContent: null, hunks };
}

// Small alphabets, so that near-collisions (a field's end read as the next one's beginning) are common.
const someBytes = fc.uint8Array({ maxLength: 5, max: 3 });
const someId = fc.uint8Array({ minLength: 32, maxLength: 32, max: 1 }).map((bytes) => toHex(bytes) as AcuId);
const someHunk: fc.Arbitrary<IdentityHunk> = fc.record({
  before: fc.option(someBytes), removed: someBytes, inserted: someBytes, after: fc.option(someBytes),
  ordinal: fc.oneof(fc.nat(3), fc.nat(1 << 30)), anchors: fc.uniqueArray(someId, { maxLength: 2 }),
});
const somePath = fc.option(fc.string({ maxLength: 4, unit: 'binary-ascii' }).map(path));
const someHash = fc.option(fc.constantFrom('', '0', '00', 'ab'));
const someMode = fc.option(fc.constantFrom(0o100644, 0o100755, 0));
const someEdit: fc.Arbitrary<IdentityEdit> = fc.record({
  kind: fc.constantFrom<EditKind>('add', 'delete', 'modify', 'mode', 'binary', 'symlink', 'submodule', 'type'),
  oldPath: somePath, newPath: somePath, oldMode: someMode, newMode: someMode, oldContent: someHash, newContent: someHash,
  hunks: fc.option(fc.array(someHunk, { maxLength: 3 })),
});
const someEdits = fc.array(someEdit, { minLength: 1, maxLength: 3 });

/** What an ACU says, order forgotten, by an independent route: JSON, whose quoting is unambiguous. */
function meaning(edits: readonly IdentityEdit[]): string {
  const members = (texts: readonly string[]): string => JSON.stringify([...texts].sort());
  return members(edits.map((e) => JSON.stringify([
    e.kind, e.oldPath, e.newPath, e.oldMode, e.newMode, e.oldContent, e.newContent,
    e.hunks === null ? null : members(e.hunks.map((h) => JSON.stringify([
      h.before && [...h.before], [...h.removed], [...h.inserted], h.after && [...h.after], h.ordinal, [...h.anchors].sort(),
    ]))),
  ])));
}

/** Reads the encoding back: what can be read back was not ambiguous. */
function decode(bytes: Uint8Array): IdentityEdit[] {
  class Reader {
    #at = 0;
    readonly #bytes: Uint8Array;
    constructor(from: Uint8Array) { this.#bytes = from; }
    number(): number {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = this.#bytes[this.#at++]!;
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    }
    bytes(): Uint8Array { const n = this.number(); this.#at += n; return this.#bytes.slice(this.#at - n, this.#at); }
    text(): string { return String.fromCharCode(...this.bytes()); }
    optional<T>(read: () => T): T | null { return this.number() === 0 ? null : read(); }
    set<T>(read: (member: Reader) => T): T[] { return Array.from({ length: this.number() }, () => { const r = new Reader(this.bytes()); const t = read(r); r.end(); return t; }); }
    end(): void { expect(this.#at).toBe(this.#bytes.length); }
  }
  const reader = new Reader(bytes);
  expect(reader.number()).toBe(1);
  const edits = reader.set((e): IdentityEdit => ({
    kind: e.text() as EditKind,
    oldPath: e.optional(() => e.text() as PathBytes), newPath: e.optional(() => e.text() as PathBytes),
    oldMode: e.optional(() => e.number()), newMode: e.optional(() => e.number()),
    oldContent: e.optional(() => e.text()), newContent: e.optional(() => e.text()),
    hunks: e.optional(() => e.set((h): IdentityHunk => ({
      before: h.optional(() => h.bytes()), removed: h.bytes(), inserted: h.bytes(), after: h.optional(() => h.bytes()),
      ordinal: h.number(), anchors: readIds(h),
    }))),
  }));
  reader.end();
  return edits;

  function readIds(h: Reader): AcuId[] {
    return Array.from({ length: h.number() }, () => toHex(h.bytes()) as AcuId);
  }
}

describe('encodeIdentity', () => {
  it('can be read back whole', () => {
    fc.assert(fc.property(someEdits, (edits) => { expect(meaning(decode(encodeIdentity(edits)))).toBe(meaning(edits)); }), { numRuns: 2000 });
  });

  it('gives one encoding to one change and two to two', () => {
    fc.assert(fc.property(someEdits, someEdits, (a, b) => {
      expect(toHex(encodeIdentity(a)) === toHex(encodeIdentity(b))).toBe(meaning(a) === meaning(b));
    }), { numRuns: 2000 });
  });

  it('changes with every single field', () => {
    fc.assert(fc.property(someEdits, fc.nat(), someEdit, (edits, at, other) => {
      const i = at % edits.length;
      for (const field of Object.keys(other) as (keyof IdentityEdit)[]) {
        const changed = edits.map((edit, k) => (k === i ? { ...edit, [field]: other[field] } : edit));
        expect(acuId(changed) === acuId(edits)).toBe(meaning(changed) === meaning(edits));
      }
    }), { numRuns: 500 });
  });

  it('does not depend on the order in which edits, hunks and anchors are listed', () => {
    fc.assert(fc.property(someEdits, (edits) => {
      const reversed = [...edits].reverse().map((e) => ({
        ...e, hunks: e.hunks && [...e.hunks].reverse().map((h) => ({ ...h, anchors: [...h.anchors].reverse() })),
      }));
      expect(acuId(reversed)).toBe(acuId(edits));
    }), { numRuns: 500 });
  });
});

describe('acuId, on every machine and for ever', () => {
  it('is the same as when the version was fixed', () => {
    // Computed by an independent program from the words of the encoding. A change here orphans every stored composition.
    expect(acuId([modify(['a', 'b', 'c'], [{ start: 1, end: 2, inserted: ['B'] }])]))
      .toBe('5b4665ac9b324d9810c55e5d90bc6cfb13403dfc2200e138b48d63b225be1519');
  });

  it('keeps its id when the base moves away from the hunk', () => {
    const text = fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 6 });
    fc.assert(fc.property(text, text, text, text, (above, below, aboveMoved, belowMoved) => {
      // Lines p, q, r occur nowhere else, so a base that changes above and below them does not touch the change.
      const cut = (head: readonly string[]): Cut => ({ start: head.length + 1, end: head.length + 2, inserted: ['new'] });
      const before = [...above, 'p', 'q', 'r', ...below];
      const after = [...aboveMoved, 'p', 'q', 'r', ...belowMoved];
      expect(acuId([modify(after, [cut(aboveMoved)])])).toBe(acuId([modify(before, [cut(above)])]));
    }));
  });

  it('keeps its id when the base swaps the functions that it edits', () => {
    const f = ['f {', ' 1', '}'], g = ['g {', ' 2', '}'];
    const one = modify([...f, ...g], [{ start: 1, end: 2, inserted: [' one'] }, { start: 4, end: 5, inserted: [' two'] }]);
    const two = modify([...g, ...f], [{ start: 1, end: 2, inserted: [' two'] }, { start: 4, end: 5, inserted: [' one'] }]);
    expect(acuId([two])).toBe(acuId([one]));
  });

  it('tells one insertion at two like places apart, where patch-ids collide', () => {
    const pre = ['{', '}', '-', '{', '}'];
    const [first, second] = [1, 4].map((at) => modify(pre, [{ start: at, end: at, inserted: ['x'] }]));
    const { ordinal: _, ...place } = first!.hunks![0]!;
    expect(second!.hunks![0]).toEqual({ ...place, ordinal: 1 });
    expect(acuId([second!])).not.toBe(acuId([first!]));
  });

  it('never gives two different changes of one file the same id', () => {
    const file = fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 });
    const cut = fc.tuple(fc.nat(8), fc.nat(3), fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }));
    fc.assert(fc.property(file, cut, cut, (pre, one, other) => {
      const on = ([at, removed, inserted]: [number, number, string[]]): Cut => {
        const start = at % (pre.length + 1);
        return { start, end: Math.min(pre.length, start + removed), inserted };
      };
      const a = on(one), b = on(other);
      expect(acuId([modify(pre, [a])]) === acuId([modify(pre, [b])])).toBe(JSON.stringify(a) === JSON.stringify(b));
    }), { numRuns: 5000 });
  });

  it('depends on who inserted the lines it touches', () => {
    const pre = ['a', 'b'], cuts = [{ start: 1, end: 1, inserted: ['x'] }];
    const owner = (digit: string): AcuId => digit.repeat(64) as AcuId;
    const ids = [[], [owner('1')], [owner('2')], [owner('1'), owner('2')]].map((anchors) => acuId([modify(pre, cuts, anchors)]));
    expect(new Set(ids).size).toBe(4);
  });

  it('refuses the empty difference', () => { expect(() => acuId([])).toThrow(/empty difference/); });
});

describe('placeOrdinals', () => {
  /** By definition: compare every earlier place. */
  function naive(pre: readonly number[], { start, end }: { start: number; end: number }): number {
    const at = (from: number): string => JSON.stringify([pre[from - 1] ?? 'start', pre.slice(from, from + end - start), pre[from + end - start] ?? 'end']);
    let n = 0;
    for (let from = 0; from < start; from++) if (at(from) === at(start)) n++;
    return n;
  }

  it('counts the earlier equal places', () => {
    const text = fc.oneof(fc.array(fc.nat(1), { maxLength: 30 }), fc.array(fc.constant(7), { maxLength: 30 }), fc.array(fc.nat(9), { maxLength: 30 }));
    fc.assert(fc.property(text, fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 6 }), (pre, cuts) => {
      const hunks = cuts.map(([a, b]) => ({ start: Math.min(a, b, pre.length), end: Math.min(Math.max(a, b), pre.length) }));
      // by looking at each, by a table, and by the one that gives up
      for (const steps of [Infinity, 0, 40]) expect(placeOrdinals(Uint32Array.from(pre), hunks, steps)).toEqual(hunks.map((h) => naive(pre, h)));
    }), { numRuns: 3000 });
  });

  it('takes a file of a million equal lines, and ten thousand equal places', () => {
    const pre = new Uint32Array(1_000_000).fill(5);
    expect(placeOrdinals(pre, [{ start: 3, end: 500_003 }, { start: 999_999, end: 999_999 }])).toEqual([2, 999_998]);
    const hunks = Array.from({ length: 10_000 }, (_, i) => ({ start: 50 + 90 * i, end: 50 + 90 * i }));
    expect(placeOrdinals(pre, hunks)).toEqual(hunks.map((h) => h.start - 1));
  });
});
