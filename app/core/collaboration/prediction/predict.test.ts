// Danger: a prediction that depends on who is named first or on the order of import, that knows the future, that repeats what everybody sees (a conflict
// that is there), that looks at all of twelve million pairs, or that falls over a history of nothing.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AcuId, ByteString, Oid, PathBytes } from '../../bytes.ts';
import type { Flying, History, InFlight } from '../model.ts';
import { MOST_CANDIDATES, NEIGHBOURS, candidatesOf } from './candidates.ts';
import { featureNames, featuresOf } from './features.ts';
import { chancesOf, modelOf } from './fitted.ts';
import { Ground } from './ground.ts';
import { LEAST_SAID, predict } from './predict.ts';
import { weights } from './weights.ts';

const NOW = 1_700_000_000, DAY = 86_400;
const asking = { asOf: NOW, author: [] as readonly number[] };
const none = (): boolean => false;

interface Touch { readonly path: string; readonly hunks?: readonly (readonly [number, number])[]; readonly lines?: number }
const flying = (id: string, touches: readonly Touch[], more: Partial<Flying> = {}): Flying => ({
  id: id as AcuId, name: id as ByteString, author: { name: 'A' as ByteString, email: `${id}@example.invalid` as ByteString }, time: NOW, standing: 'exact', commits: 2, requires: [],
  files: touches.map(({ path, hunks = [], lines = 5 }) => ({ path: path as PathBytes, added: lines, deleted: lines, hunks: Uint32Array.from(hunks.flat()) })), ...more,
});
const together = (acus: readonly Flying[], pairs: readonly (readonly [number, number])[] = []): InFlight => ({
  acus, conflicts: [], pairs: { a: Uint32Array.from(pairs, ([a, b]) => Math.min(a, b)), b: Uint32Array.from(pairs, ([a, b]) => Math.max(a, b)) },
});

interface Made { readonly daysAgo: number; readonly author: number; readonly files: readonly string[] }
function historyOf(commits: readonly Made[]): History {
  const files = [...new Set(commits.flatMap((c) => c.files))].sort(), touches = commits.map((c) => [...new Set(c.files)].map((f) => files.indexOf(f)).sort((x, y) => x - y));
  const touch = [0];
  for (const t of touches) touch.push(touch.at(-1)! + t.length);
  const file = Uint32Array.from(touches.flat()), empty = new Uint32Array(0);
  return {
    head: '0'.repeat(40) as Oid, people: [0, 1, 2].map((i) => ({ key: String(i), name: '' as ByteString, email: '' as ByteString, also: [], kind: 'person' })),
    files: files.map((path) => ({ path: path as PathBytes, alive: true })), time: Float64Array.from(commits, ({ daysAgo }) => NOW - daysAgo * DAY), author: Uint32Array.from(commits, (c) => c.author),
    touch: Uint32Array.from(touch), file, added: file.map(() => 3), deleted: file.map(() => 1), hasLines: true,
    survivors: { file: empty, person: empty, lines: empty }, seen: { a: empty, b: empty, times: empty, last: new Float64Array(0) }, shallow: false, notes: [],
  };
}

const path = fc.constantFrom('src/a.ts', 'src/b.ts', 'src/deep/c.ts', 'test/a.test.ts', 'CHANGELOG.md', 'package-lock.json', 'docs/<b>\u0007.md', 'x');
const hunks = fc.uniqueArray(fc.nat(60), { maxLength: 4 }).map((starts) => starts.sort((x, y) => x - y).map((start): readonly [number, number] => [3 * start, 3 * start + start % 3]));
const touches = fc.uniqueArray(fc.record({ path, hunks, lines: fc.nat(500) }), { maxLength: 5, selector: (t) => t.path });
const acus = fc.array(fc.record({ touches, commits: fc.integer({ min: 0, max: 40 }), daysAgo: fc.integer({ min: -5, max: 4000 }), standing: fc.constantFrom('exact', 'exact', 'exact', 'stale', 'inexact'), on: fc.nat(30) }), { maxLength: 9 });
const commits = fc.array(fc.record({ daysAgo: fc.integer({ min: -900, max: 900 }), author: fc.nat(2), files: fc.array(path, { maxLength: 4 }) }), { maxLength: 25 });
const world = fc.record({ acus, commits, conflicts: fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 4 }) });

/** ACUs in another order, with the pairs that conflict and the authors told anew. */
function worldOf({ acus: drawn, conflicts }: { readonly acus: readonly { readonly touches: readonly Touch[]; readonly commits: number; readonly daysAgo: number; readonly standing: string; readonly on: number }[]; readonly conflicts: readonly (readonly [number, number])[] }, order: (n: number) => number[]) {
  const all = drawn.map(({ touches: t, commits: n, daysAgo, standing, on }, i) => flying(`acu ${i}`, t, { commits: n, time: NOW - daysAgo * DAY, standing: standing as Flying['standing'], requires: on < i ? [`acu ${on}` as AcuId] : [] }));
  const places = order(all.length), at = new Map(places.map((old, now) => [old, now])), seen = new Set<string>();
  const pairs = conflicts.filter(([a, b]) => a < b && b < all.length && !seen.has(`${a} ${b}`) && seen.add(`${a} ${b}`)).map(([a, b]) => [at.get(a)!, at.get(b)!] as const);
  return { inFlight: together(places.map((old) => all[old]!), pairs), author: places.map((old) => old % 4), conflicting: new Set([...seen].map((s) => s.split(' ').map((n) => `acu ${n}`).join())) };
}
const straight = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const turned = (n: number): number[] => straight(n).reverse();

test('whoever is named first, in whatever order they were imported', () => {
  fc.assert(fc.property(world, (drawn) => {
    const history = historyOf(drawn.commits), one = worldOf(drawn, straight), other = worldOf(drawn, turned);
    const ground = new Ground(history, one.inFlight, { ...asking, author: one.author });
    for (let a = 0; a < one.inFlight.acus.length; a++) for (let b = 0; b < a; b++) expect(featuresOf(ground, a, b).row).toEqual(featuresOf(ground, b, a).row);
    const answer = predict(history, one.inFlight, { ...asking, author: one.author }, 1000);
    expect(predict(history, other.inFlight, { ...asking, author: other.author }, 1000)).toEqual(answer);
    expect(predict(history, one.inFlight, { ...asking, author: one.author }, 3)).toEqual(answer.slice(0, 3));
  }));
});

test('says each pair once, with a probability and reasons, and none that is a fact, stands on the other or is not exact', () => {
  fc.assert(fc.property(world, (drawn) => {
    const { inFlight, author, conflicting } = worldOf(drawn, straight), byId = new Map(inFlight.acus.map((acu) => [acu.id, acu])), seen = new Set<string>();
    let last = 1;
    for (const { a, b, probability, reasons } of predict(historyOf(drawn.commits), inFlight, { ...asking, author }, 1000)) {
      expect(a < b && !seen.has(`${a} ${b}`) && !conflicting.has(`${a},${b}`)).toBe(true);
      seen.add(`${a} ${b}`);
      expect(probability >= LEAST_SAID && probability <= last).toBe(true);
      last = probability;
      expect([byId.get(a)!.standing, byId.get(b)!.standing]).toEqual(['exact', 'exact']);
      expect(byId.get(a)!.requires.includes(b) || byId.get(b)!.requires.includes(a)).toBe(false);
      expect(reasons.length).toBeGreaterThan(0);
      for (const r of reasons) expect(Number.isFinite(r.weight) && r.text.endsWith('.')).toBe(true);
      for (let i = 1; i < reasons.length; i++) expect(Math.abs(reasons[i]!.weight)).toBeLessThanOrEqual(Math.abs(reasons[i - 1]!.weight));
    }
  }));
});

test('what came later than asked changes nothing', () => {
  fc.assert(fc.property(world, (drawn) => {
    const { inFlight, author } = worldOf(drawn, straight), known = drawn.commits.filter(({ daysAgo }) => daysAgo >= 0);
    const files = drawn.commits.flatMap((c) => c.files);
    // the same files, so that the two histories number them alike
    const [whole, past] = [drawn.commits, known].map((made) => historyOf([...made, { daysAgo: -1000, author: 0, files }]));
    expect(predict(whole!, inFlight, { ...asking, author }, 1000)).toEqual(predict(past!, inFlight, { ...asking, author }, 1000));
  }));
});

test('nearer is never less likely, nor is a pair of which more others say that they conflict', () => {
  fc.assert(fc.property(fc.array(fc.record({ daysAgo: fc.nat(900), author: fc.nat(2), files: fc.array(path, { maxLength: 4 }) }), { maxLength: 15 }), fc.nat(400), fc.nat(400), fc.nat(300), (made, x, y, lines) => {
    const history = historyOf(made), [near, far] = [Math.min(x, y), Math.max(x, y)];
    const at = (gap: number): number => {
      const ground = new Ground(history, together([flying('p', [{ path: 'src/a.ts', hunks: [[500, 501]], lines }]), flying('q', [{ path: 'src/a.ts', hunks: [[501 + gap, 502 + gap], [1000, 1001]], lines }])]), { ...asking, author: [0, 1] });
      const { meeting, conflict } = chancesOf(modelOf(weights), featuresOf(ground, 0, 1).row);
      expect(meeting).toBe(1);
      return conflict;
    };
    expect(at(near)).toBeGreaterThanOrEqual(at(far));
  }));
  const row = Float64Array.from(featureNames, () => 0), index = featureNames.indexOf('moreConflicts'), before = chancesOf(modelOf(weights), row).conflict;
  row[index] = 1;
  expect(chancesOf(modelOf(weights), row).conflict).toBeGreaterThanOrEqual(before);
});

test('looks at every pair that shares a file while few touch it, and at those of co-changing files', () => {
  fc.assert(fc.property(world, (drawn) => {
    const { inFlight, author } = worldOf({ ...drawn, acus: drawn.acus.map((acu) => ({ ...acu, standing: 'exact', on: 99 })) }, straight);
    const ground = new Ground(historyOf(drawn.commits), inFlight, { ...asking, author }), found = new Set(candidatesOf(ground, none).map(({ a, b }) => `${a} ${b}`));
    for (let a = 0; a < inFlight.acus.length; a++) for (let b = a + 1; b < inFlight.acus.length; b++) {
      const theirs = new Set(inFlight.acus[b]!.files.map((f) => f.path));
      if (inFlight.acus[a]!.files.some((f) => theirs.has(f.path))) expect(found.has(`${a} ${b}`)).toBe(true);
    }
  }));
  const history = historyOf(Array.from({ length: 30 }, (_, i) => ({ daysAgo: i, author: 0, files: i % 3 === 0 ? ['x'] : ['src/a.ts', 'src/b.ts'] })));
  const ground = new Ground(history, together([flying('p', [{ path: 'src/a.ts' }]), flying('q', [{ path: 'src/b.ts' }]), flying('r', [{ path: 'x' }])]), { ...asking, author: [0, 1, 2] });
  expect(candidatesOf(ground, none)).toEqual([{ a: 0, b: 1 }]);
});

test('five thousand ACUs that all touch one list are looked at by their neighbours alone', () => {
  const acusOf = Array.from({ length: 5000 }, (_, i) => flying(`acu ${i}`, [{ path: 'CHANGELOG.md', hunks: [[i % 700, i % 700 + 1]] }, { path: `src/${i % 900}.ts`, hunks: [[i, i + 4]] }], { commits: i % 7 }));
  const history = historyOf(Array.from({ length: 300 }, (_, i) => ({ daysAgo: i, author: i % 3, files: ['CHANGELOG.md', `src/${i % 900}.ts`] }))), author = acusOf.map((_, i) => i % 3);
  const found = candidatesOf(new Ground(history, together(acusOf), { ...asking, author }), none);
  expect(found.length).toBeGreaterThan(100_000);
  expect(found.length).toBeLessThanOrEqual(Math.min(MOST_CANDIDATES, 5000 * 2 * NEIGHBOURS));
  expect(predict(history, together(acusOf.slice(0, 400)), { ...asking, author }, 50)).toHaveLength(50);
});

test('answers where there is nothing to go by', () => {
  const nothing = historyOf([]);
  expect(predict(nothing, together([]), asking, 10)).toEqual([]);
  expect(predict(nothing, together([flying('p', []), flying('q', [])]), { ...asking, author: [0, 0] }, 10)).toEqual([]);
  const two = [flying('p', [{ path: 'a', hunks: [[3, 4]] }], { time: NaN, commits: 0 }), flying('q', [{ path: 'a', hunks: [[4, 4]], lines: 4e9 }], { time: -1e300, commits: 1e9 })];
  const [pair, ...rest] = predict(nothing, together(two), { asOf: NaN, author: [7, 7] }, 10);
  expect(rest).toEqual([]);
  expect(pair!.probability > 0 && pair!.probability < 1).toBe(true);
  // added by both: no lines of the base
  expect(predict(nothing, together([flying('p', [{ path: 'new' }]), flying('q', [{ path: 'new' }])]), { ...asking, author: [0, 1] }, 10)).toHaveLength(1);
});

test('says why in words', () => {
  const history = historyOf(Array.from({ length: 12 }, (_, i) => ({ daysAgo: 10 * i, author: i % 2, files: ['src/a.ts', 'src/b.ts'] })));
  const near = [flying('p', [{ path: 'src/a.ts', hunks: [[10, 12]], lines: 200 }]), flying('q', [{ path: 'src/a.ts', hunks: [[15, 16]], lines: 90 }], { commits: 9 })];
  const [pair] = predict(history, together(near), { ...asking, author: [0, 1] }, 10);
  expect(pair!.reasons).toContainEqual(expect.objectContaining({ kind: 'distance', text: 'Their changes are 3 lines apart.', path: 'src/a.ts' }));
  expect(pair!.reasons).toContainEqual(expect.objectContaining({ kind: 'growth', text: 'They have 2 commits and 9 commits so far.', path: null }));
  const apart = [flying('p', [{ path: 'src/a.ts', hunks: [[10, 12]], lines: 400 }], { commits: 12 }), flying('q', [{ path: 'src/b.ts', hunks: [[15, 16]], lines: 400 }], { commits: 12 })];
  const [later] = predict(history, together(apart), { ...asking, author: [0, 1] }, 10);
  expect(later!.reasons.map(({ kind }) => kind)).toContain('meeting');
  expect(later!.probability).toBeLessThan(pair!.probability);
});
