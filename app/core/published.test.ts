// Danger: what an operation says it changed is not what it changed, and every later state is wrong. A change applied to the state before
// gives the state after, whatever went, came, moved or is the same under another object.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteString, Oid } from './bytes.ts';
import type { Published } from './events.ts';
import { applyChange, changeOf } from './published.ts';

const source = (n: number, v: number) => ({ name: `b${n}` as ByteString, ref: `refs/heads/b${n}` as ByteString, oid: `${v}` as Oid, segments: [`${v}` as Oid] });
const published = (segments: readonly number[], sources: readonly (readonly [number, number])[], skipped: boolean): Published => ({
  base: 'b' as Oid, baseTree: 't' as Oid, baseName: 'main', grain: 'branch', globs: [], segments: segments.map((n) => `key${n}`), sources: sources.map(([n, v]) => source(n, v)),
  skipped: skipped ? [{ name: 's' as ByteString, reason: 'because' }] : [],
});
const state = fc.record({
  segments: fc.uniqueArray(fc.nat(60), { maxLength: 50 }).map((all) => all.toSorted((x, y) => x - y)), moved: fc.integer({ min: 0, max: 9 }), skipped: fc.boolean(),
  sources: fc.uniqueArray(fc.tuple(fc.nat(30), fc.nat(2)), { maxLength: 25, selector: ([n]) => n }).map((all) => all.toSorted(([x], [y]) => x - y)),
});

test('a change applied to what was is what is', () => {
  let said = 0;
  fc.assert(fc.property(state, state, (a, b) => {
    const before = published(a.segments, a.sources, a.skipped);
    const order = b.moved === 0 ? b.segments.toReversed() : b.segments;
    const now = published(order, b.sources, b.skipped), change = changeOf(before, now);
    if (change === null) return;
    said++;
    expect(applyChange(before, change)).toEqual(now);
  }), { numRuns: 500 });
  expect(said).toBeGreaterThan(100);
});

test('one source that moved says one source', () => {
  const before = published([1, 2, 3], [[1, 0], [2, 0], [3, 0]], false), now = published([1, 3, 4], [[1, 0], [2, 1], [3, 0]], false);
  expect(changeOf(before, now)).toEqual({
    segments: { gone: ['key2'], come: ['key4'], at: [2] }, sources: { gone: ['refs/heads/b2'], come: [source(2, 1)], at: [1] }, rest: {},
  });
  expect(changeOf(before, { ...now, base: 'other' as Oid })).toBe(null);
  expect(changeOf(before, { ...now, patches: [] })).toBe(null);
  expect(() => applyChange(before, { segments: { gone: ['none'], come: [], at: [] }, sources: { gone: [], come: [], at: [] }, rest: {} })).toThrow('BUG');
});

test('the change of some that come and go among many is what went and what came, wherever they stand', () => {
  const apart = fc.record({ size: fc.integer({ min: 0, max: 200 }), gone: fc.uniqueArray(fc.nat(199), { maxLength: 12 }), come: fc.uniqueArray(fc.nat(199), { maxLength: 60 }) });
  fc.assert(fc.property(apart, ({ size, gone, come }) => {
    const before = Array.from({ length: size }, (_, n) => 2 * n).filter((n) => !come.includes(n)), lost = before.filter((n) => gone.includes(n / 2));
    const fresh = come.map((n) => 2 * n + 1), now = [...before.filter((n) => !lost.includes(n)), ...fresh].sort((x, y) => x - y);
    const change = changeOf(published(before, [], false), published(now, [], false));
    if (4 * (lost.length + fresh.length) > now.length + 64) return expect(change).toBe(null);
    expect(change!.segments).toEqual({ gone: lost.map((n) => `key${n}`), come: now.filter((n) => n % 2 === 1).map((n) => `key${n}`), at: now.flatMap((n, i) => (n % 2 === 1 ? [i] : [])) });
  }), { numRuns: 300 });
});
