// Dangers: figures that change when they are rolled up, counted twice or left out; a file that grows without end; a damaged row that takes the
// rest with it; minutes of processes that ended before the minute did.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Histogram } from '../../../core/histogram.ts';
import { TelemetryFile } from './file.ts';
import { Packer, Sum } from './packing.ts';
import { allSeries, momentAt, numberSeries, pointsOf, putSecond, retain, rollUp, stepFor, windowOf } from './rollups.ts';
import { removeFolder } from '../../../../testkit/folder.ts';

let folder = '';
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'acumen-rollups-')); });
afterEach(() => { removeFolder(folder); });
const open = (writer = 'test') => TelemetryFile.open(join(folder, 'telemetry'), { writer, now: () => 0 });

const COUNTER = 1, GAUGE = 2, TIMER = 300;
interface Second { readonly n: number; readonly gauge: number; readonly times: readonly number[] }
const second: fc.Arbitrary<Second> = fc.record({ n: fc.nat(1_000_000), gauge: fc.double({ noNaN: true, noDefaultInfinity: true }), times: fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 20 }) });

function packed({ n, gauge, times }: Second, packer = new Packer()): Uint8Array {
  const h = new Histogram();
  for (const time of times) h.record(time);
  packer.begin(1000);
  packer.counter(COUNTER, n);
  packer.gauge(GAUGE, { last: gauge, sum: gauge, count: 1, max: gauge });
  if (times.length > 0) packer.timer(TIMER, h);
  return packer.end();
}

/** What all of it comes to, the slow way. */
function summed(seconds: readonly Second[]): Sum {
  const sum = new Sum();
  sum.ms = 1000 * seconds.length;
  for (const { n, gauge, times } of seconds) {
    sum.counters.set(COUNTER, (sum.counters.get(COUNTER) ?? 0) + n);
    const g = sum.gauges.get(GAUGE) ?? { last: 0, sum: 0, count: 0, max: Number.NEGATIVE_INFINITY };
    sum.gauges.set(GAUGE, { last: gauge, sum: g.sum + gauge, count: g.count + 1, max: Math.max(g.max, gauge) });
    if (times.length > 0 && !sum.timers.has(TIMER)) sum.timers.set(TIMER, new Histogram());
    for (const time of times) sum.timers.get(TIMER)!.record(time);
  }
  return sum;
}

function expectSame(found: Sum, expected: Sum): void {
  expect(found.ms).toBe(expected.ms);
  expect(found.counters).toEqual(expected.counters);
  const [a, b] = [found.gauges.get(GAUGE), expected.gauges.get(GAUGE)];
  expect([a?.last, a?.count, a?.max]).toEqual([b?.last, b?.count, b?.max]);
  const [h, g] = [found.timers.get(TIMER), expected.timers.get(TIMER)];
  expect([h?.count, h?.max, h?.first, h?.last]).toEqual([g?.count, g?.max, g?.first, g?.last]);
  if (h !== undefined) expect(h.buckets.every((n, b) => n === g!.buckets[b])).toBe(true);
  if (h !== undefined) expect(h.sum).toBeCloseTo(g!.sum, 6);
}

describe('packed figures', () => {
  test('added up are what was recorded, packed once or packed again', () => {
    fc.assert(fc.property(fc.array(second, { minLength: 1, maxLength: 10 }), (seconds) => {
      const packer = new Packer(), sum = new Sum();
      for (const one of seconds) sum.add(packed(one, packer));
      expectSame(sum, summed(seconds));
      const again = new Sum();
      again.add(sum.pack(packer));
      expectSame(again, summed(seconds));
    }));
  });

  test('can be read of some series alone', () => {
    const sum = new Sum();
    sum.add(packed({ n: 3, gauge: 4, times: [5] }), new Set([GAUGE]));
    expect([...sum.counters, ...sum.gauges.keys(), ...sum.timers.keys()]).toEqual([GAUGE]);
  });

  test('cut off anywhere are refused, or were whole by then', () => {
    const body = packed({ n: 3, gauge: 4, times: [1e-6, 1, 2] });
    let refused = 0;
    for (let n = 0; n < body.length; n++) {
      try { new Sum().add(body.subarray(0, n)); } catch (error) { expect((error as { code?: string }).code).toBe('bug'); refused++; }
    }
    expect(refused).toBeGreaterThan(body.length / 2);
  });
});

describe('rolled up', () => {
  test('minutes and hours are the sum of their seconds, of each process, also one that is gone', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 7300 }), fc.boolean(), second), { minLength: 1, maxLength: 40 }), (rows) => {
      const first = open('a'), other = open('b');
      const base = 1_700_000_000 - 1_700_000_000 % 3600;
      const by = new Map<string, Second>();
      for (const [offset, isFirst, one] of rows) {
        const file = isFirst ? first : other;
        by.set(`${base + offset}/${file.writer}`, one);
        file.write(() => putSecond(file, base + offset, packed(one), null));
      }
      const { writer } = other;
      other.close();
      const now = base + 3 * 3600 + 10;
      first.write(() => { rollUp(first, now); });
      expect(first.write(() => { expect(rollUp(first, now)).toBe(0); })).toBe(true);
      for (const step of [60, 3600] as const) {
        for (const of of [first.writer, writer]) {
          for (let at = base; at <= base + 3 * 3600; at += step) {
            const expected = [...by].filter(([key]) => { const [t, w] = key.split('/').map(Number); return w === of && t! > at - step && t! <= at; }).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
            const row = first.db.prepare('SELECT body FROM rolls WHERE step = ? AND at = ? AND writer = ?').get(step, at, of) as { body: Uint8Array } | undefined;
            expect(row === undefined).toBe(expected.length === 0);
            if (row === undefined) continue;
            const sum = new Sum();
            sum.add(row.body);
            expectSame(sum, summed(expected));
          }
        }
      }
      first.db.exec('DELETE FROM rolls; DELETE FROM writers');
      first.close();
    }), { numRuns: 10 });
  });

  test('nothing is made of a minute that may still get a second, and it is made once it cannot', () => {
    const file = open();
    file.write(() => putSecond(file, 60, packed({ n: 1, gauge: 0, times: [] }), null));
    file.write(() => { expect(rollUp(file, 61)).toBe(0); });
    file.write(() => { expect(rollUp(file, 64)).toBe(1); });
    file.write(() => { expect(rollUp(file, 500, 320)).toBe(0); });
    file.close();
  });

  test('old figures are let go by age, and the oldest first where they take too much', () => {
    const file = open();
    const body = packed({ n: 1, gauge: 2, times: [1] });
    for (let at = 1; at <= 500; at++) file.write(() => putSecond(file, at, body, new Uint8Array(10)));
    const limits = (seconds: number, bytes: number) => ({ 1: { seconds, bytes }, 60: { seconds: 1e9, bytes: 1e9 }, 3600: { seconds: 1e9, bytes: 1e9 } });
    const count = () => (file.db.prepare('SELECT count(*) AS n, min(at) AS first FROM rolls WHERE step = 1').get() as { n: number; first: number });
    file.write(() => { rollUp(file, 500); retain(file, 500, limits(300, 1e9)); });
    expect(count()).toEqual({ n: 300, first: 201 });
    file.write(() => { retain(file, 500, limits(300, 100 * (body.length + 10))); });
    expect(count()).toEqual({ n: 100, first: 401 });
    expect((file.db.prepare('SELECT count(*) AS n FROM moments WHERE step = 1').get() as { n: number }).n).toBe(100);
    expect(windowOf(file, 60, 0, 480).counters.get(COUNTER)).toBe(480);
    file.close();
  });

  test('busy minutes stay within the bound on disk', () => {
    const file = open(), body = new Uint8Array(8000).fill(255);
    // bodies no reader would take: retention weighs, and rolling up passes them over
    const limits = { 1: { seconds: 3600, bytes: 1 << 20 }, 60: { seconds: 1e9, bytes: 1 << 18 }, 3600: { seconds: 1e9, bytes: 1 << 18 } };
    for (let minute = 1; minute <= 10; minute++) {
      file.write(() => { for (let s = 0; s < 60; s++) putSecond(file, minute * 60 + s, body, body); });
      file.write(() => { rollUp(file, minute * 60 + 59, minute * 60 - 180); retain(file, minute * 60 + 59, limits); });
    }
    expect(file.used).toBeLessThan(3 << 20);
    file.close();
  });
});

describe('questions', () => {
  test('a series has one number for ever, whoever asks', () => {
    const a = open(), b = open();
    let first = 0, same = 0, other = 0;
    a.write(() => { first = numberSeries(a, 'acumen_operation_seconds', 'check'); });
    b.write(() => { same = numberSeries(b, 'acumen_operation_seconds', 'check'); other = numberSeries(b, 'acumen_operation_seconds', 'list'); });
    expect(same).toBe(first);
    expect(other).not.toBe(first);
    expect(allSeries(a).map(({ label }) => label)).toEqual(['check', 'list']);
    a.close();
    b.close();
  });

  test('a moment is the newest second that is kept, else the minute, else the hour', () => {
    const file = open(), said = (n: number) => new Uint8Array([n]);
    expect(momentAt(file, null)).toBeNull();
    for (const at of [3590, 3600, 7200, 7210]) file.write(() => putSecond(file, at, packed({ n: 1, gauge: 1, times: [] }), said(at % 251)));
    file.write(() => { rollUp(file, 7300); file.db.exec('DELETE FROM rolls WHERE step = 1 AND at < 7000; DELETE FROM moments WHERE step = 1 AND at < 7000'); });
    expect(momentAt(file, null)).toMatchObject({ step: 60, at: 7260 });
    expect(momentAt(file, 7210)).toMatchObject({ step: 1, at: 7210, body: Buffer.from(said(7210 % 251)) });
    expect(momentAt(file, 7209)).toMatchObject({ step: 1, at: 7200 });
    expect(momentAt(file, 7000)).toMatchObject({ step: 60, at: 3600, body: Buffer.from(said(3600 % 251)) });
    expect(momentAt(file, 3599)).toBeNull();
    file.close();
  });

  test('a run of the command line that is a second ahead does not hide what the one that serves says', () => {
    const serves = open('serve'), runs = open('import');
    serves.write(() => putSecond(serves, 100, packed({ n: 1, gauge: 1, times: [] }), new Uint8Array([1])));
    runs.write(() => putSecond(runs, 101, packed({ n: 5, gauge: 1, times: [] }), null));
    expect(momentAt(serves, null)).toMatchObject({ at: 100, writer: serves.writer });
    runs.write(() => putSecond(runs, 200, packed({ n: 5, gauge: 1, times: [] }), null));
    expect(momentAt(serves, null)).toMatchObject({ at: 200, body: null });
    expect(windowOf(serves, 1, 40, 101).counters.get(COUNTER)).toBe(6);
    serves.close();
    runs.close();
  });

  test('the finest step that reaches back and fits is taken; points of two processes at one time are one', () => {
    const file = open(), other = open();
    for (let at = 3500; at <= 7300; at++) {
      const one = packed({ n: 1, gauge: at, times: [at / 1000] });
      file.write(() => putSecond(file, at, one, null));
      if (at === 7300) other.write(() => putSecond(other, at, one, null));
    }
    file.write(() => { rollUp(file, 7300); file.db.exec('DELETE FROM rolls WHERE step = 1 AND at < 7000'); });
    expect(stepFor(file, 7000, 7300, 300)).toBe(1);
    expect(stepFor(file, 7000, 7300, 299)).toBe(60);
    expect(stepFor(file, 3600, 7300, 10_000)).toBe(60);
    expect(stepFor(file, 3600, 7300, 10)).toBe(3600);
    const points = [...pointsOf(file, 1, 7298, 7300, new Set([COUNTER, TIMER]))];
    expect(points.map(({ at, sum }) => [at, sum.counters.get(COUNTER), sum.timers.get(TIMER)?.count, sum.gauges.size])).toEqual([[7299, 1, 1, 0], [7300, 2, 2, 0]]);
    file.close();
    other.close();
  });
});
