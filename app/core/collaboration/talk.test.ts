// Danger: a list of all pairs, a pair that talks every day at the top of it, somebody told to talk to themselves or to a bot, and a file that
// everybody touches tying everybody to everybody.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Change, inFlight } from '../../../testkit/flying.ts';
import { historyOf } from '../../../testkit/peopleHistories.ts';
import type { PathBytes } from '../bytes.ts';
import { crewOf } from './crew.ts';
import { Experience } from './experience.ts';
import { Expertise } from './expertise.ts';
import type { History, InFlight } from './model.ts';
import type { PredictedPair, TalkPair } from './report.ts';
import { linesBetween, talkPairs } from './talk.ts';

const DAY = 86_400, NOW = 1_700_000_000;
function talk(flying: InFlight, history: History = historyOf(4, 0, []), predicted: readonly PredictedPair[] = [], most = 100): TalkPair[] {
  return talkPairs({ crew: crewOf(history, flying), inFlight: flying, expertise: new Expertise(new Experience(history).to(NOW)), predicted }, most);
}
const seen = (history: History, a: number, b: number, times: number, daysAgo: number): History =>
  ({ ...history, seen: { a: Uint32Array.of(a), b: Uint32Array.of(b), times: Uint32Array.of(times), last: Float64Array.of(NOW - daysAgo * DAY) } });

test('a conflict needs more talk than the same lines, these more than the same file, and what was predicted as much as is likely', () => {
  const changes: Change[] = [{ author: 0, files: { f: [10, 12] } }, { author: 1, files: { f: [12, 13] } }], flying = inFlight(changes);
  const far = inFlight([changes[0]!, { author: 1, files: { f: [900, 901] } }]), [a, b] = [flying.acus[0]!.id, flying.acus[1]!.id];
  const conflict = talk(inFlight(changes, [[0, 1]]))[0]!, near = talk(flying)[0]!, apart = talk(far)[0]!;
  const likely = talk(far, undefined, [{ a, b, probability: 0.9, reasons: [] }])[0]!, unlikely = talk(far, undefined, [{ a, b, probability: 0.1, reasons: [] }])[0]!;
  expect([conflict, near, apart].map(({ need }) => need)).toEqual([conflict, near, apart].map(({ need }) => need).sort((x, y) => y - x));
  expect(likely.need).toBeGreaterThan(unlikely.need);
  expect(unlikely.need).toBeGreaterThan(apart.need);
  expect(conflict.evidence).toEqual([{ kind: 'conflict', a, b, path: 'f' }, { kind: 'same file', path: 'f', a, b, lines: 0 }]);
  expect(apart.evidence).toEqual([{ kind: 'same file', path: 'f', a, b, lines: 888 }]);
  expect(likely.evidence[0]).toEqual({ kind: 'predicted', a, b, probability: 0.9 });
});

test('who is seen together needs it less, the more and the later; what came after the moment is not known', () => {
  const flying = inFlight([{ author: 0, files: { f: [1, 2] } }, { author: 1, files: { f: [2, 3] } }], [[0, 1]]), history = historyOf(2, 0, []);
  const need = (times: number, daysAgo: number): number => talk(flying, seen(history, 0, 1, times, daysAgo))[0]!.need;
  expect(need(5, 1)).toBeLessThan(need(1, 1));
  expect(need(5, 1)).toBeLessThan(need(5, 400));
  expect(need(50, -1)).toBe(talk(flying, history)[0]!.need);
  expect(talk(flying, seen(history, 0, 1, 5, 1))[0]!.evidence.at(-1)).toEqual({ kind: 'seen', times: 5, last: NOW - DAY });
});

test('what changes together ties two who touch no file in common', () => {
  const both = [{ file: 0, added: 1, deleted: 0 }, { file: 1, added: 1, deleted: 0 }];
  const history = { ...historyOf(3, 2, [3, 2, 1].map((days) => ({ author: 2, time: NOW - days * DAY, files: both }))), files: ['x', 'y'].map((path) => ({ path: path as PathBytes, alive: true })) };
  const found = talk(inFlight([{ author: 0, files: { x: [1, 2] } }, { author: 1, files: { y: [1, 2] } }]), history);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ a: 0, b: 1, evidence: [{ kind: 'changes together', commits: 3 }] });
});

test('a hundred places that two share are not a hundred reasons, and what lies about for years is none', () => {
  const files = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`f${n}`, [1, 2]])), old = NOW - 4 * 365 * DAY;
  const many = talk(inFlight([{ author: 0, files }, { author: 1, files }]))[0]!, conflict = talk(inFlight([{ author: 0, files: { f: [1, 2] } }, { author: 1, files: { f: [1, 2] } }], [[0, 1]]))[0]!;
  expect(many.evidence).toHaveLength(6);
  expect(many.need).toBeLessThan(conflict.need + 0.1);
  expect(talk(inFlight([{ author: 0, files, time: old }, { author: 1, files }], [[0, 1]]))).toEqual([]);
  // again and again on one place is one place
  const often = talk(inFlight(Array.from({ length: 8 }, (_, i) => ({ author: i % 2, files: { f: [900 * i, 900 * i + 1] } }))))[0]!;
  expect(often.evidence).toHaveLength(1);
});

test('nobody talks to themselves or to a bot, and newcomers are people', () => {
  const changes: Change[] = [{ author: 0, files: { f: [1, 2] } }, { author: 0, files: { f: [1, 2] } }, { author: 1, files: { f: [1, 2] } }, { author: 9, files: { f: [1, 2] } }];
  const plain = historyOf(2, 0, []), history = { ...plain, people: plain.people.map((person, i) => ({ ...person, kind: i === 1 ? 'bot' as const : 'person' as const })) };
  const all = changes.flatMap((_, i) => changes.map((_, j) => [i, j] as const)).filter(([i, j]) => i < j);
  expect(talk(inFlight(changes, all), history).map(({ a, b }) => [a, b])).toEqual([[0, 2]]);
  expect(talk(inFlight([]))).toEqual([]);
  expect(talk(inFlight([0, 1].map((author) => ({ author, files: { 'app/yarn.lock': [1, 2] } }))))).toEqual([]);
});

test('a file that everybody touches binds few, and little', () => {
  const crowd = Array.from({ length: 300 }, (_, author): Change => ({ author, files: { CHANGELOG: [author, author + 1] } }));
  const found = talk(inFlight(crowd), historyOf(300, 0, []), [], 1e6);
  expect(found.length).toBeLessThanOrEqual(300 * 8);
  expect(found[0]!.need).toBeLessThan(talk(inFlight(crowd.slice(0, 2)))[0]!.need / 4);
});

test('need is from 0 to 1, pairs are told once, the most needed first', () => {
  const change = fc.record({ author: fc.nat(5), files: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.array(fc.nat(50), { maxLength: 4 }).map((lines) => { const rising = [...new Set(lines)].sort((x, y) => x - y); return rising.slice(0, rising.length & ~1); })) });
  fc.assert(fc.property(fc.array(change, { maxLength: 12 }), fc.uniqueArray(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 20, selector: String }), fc.nat(10), (changes, conflicts, most) => {
    const flying = inFlight(changes, conflicts.filter(([a, b]) => a < b && b < changes.length && Object.keys(changes[a]!.files).length > 0));
    const found = talk(flying, historyOf(6, 0, []), [], most);
    expect(found.length).toBeLessThanOrEqual(most);
    expect(new Set(found.map(({ a, b }) => `${a} ${b}`)).size).toBe(found.length);
    for (const [i, { a, b, need, evidence }] of found.entries()) {
      expect(a).toBeLessThan(b);
      expect(need > 0 && need <= 1).toBe(true);
      expect(evidence.length).toBeGreaterThan(0);
      expect(new Set(evidence.map((of) => JSON.stringify(of))).size).toBe(evidence.length);
      if (i > 0) expect(need).toBeLessThanOrEqual(found[i - 1]!.need);
    }
  }), { numRuns: 200 });
});

test('lines between two lists of intervals are the least over all pairs of them', () => {
  const intervals = fc.array(fc.tuple(fc.nat(8), fc.nat(4)), { maxLength: 6 }).map((steps) => { let at = 0; return Uint32Array.from(steps.flatMap(([gap, size]) => { const start = at + gap; at = start + size; return [start, at]; })); });
  fc.assert(fc.property(intervals, intervals, (x, y) => {
    let least: number | null = null;
    for (let i = 0; i < x.length; i += 2) for (let j = 0; j < y.length; j += 2) least = Math.min(least ?? Infinity, Math.max(0, y[j]! - x[i + 1]!, x[i]! - y[j + 1]!));
    expect(linesBetween(x, y)).toBe(least);
  }), { numRuns: 500 });
});
