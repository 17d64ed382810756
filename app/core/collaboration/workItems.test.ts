// Danger: a review given to who wrote the change, work for somebody who is away or has enough, a pin that is lost, and an answer whose sum is not
// the sum of what it says.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Change, acuId, inFlight } from '../../../testkit/flying.ts';
import { type Commit, drawnHistory, historyOf } from '../../../testkit/peopleHistories.ts';
import type { PathBytes } from '../bytes.ts';
import { crewOf } from './crew.ts';
import { Experience } from './experience.ts';
import { Expertise } from './expertise.ts';
import type { History, InFlight } from './model.ts';
import type { Assignment, AssignmentAsked } from './report.ts';
import { type Staff, assignmentOf, workItemsOf } from './workItems.ts';

const DAY = 86_400, NOW = 1_700_000_000;
/** Work of this moment. */
const flown = (changes: readonly Change[], conflicts?: Parameters<typeof inFlight>[1]): InFlight => inFlight(changes.map((change) => ({ ...change, time: NOW - 100 + (change.time ?? 0) })), conflicts);
const free: AssignmentAsked = { away: [], limits: [], most: 10, pinned: [] };
const staffOf = (history: History, flying: InFlight): Staff => ({ crew: crewOf(history, flying), inFlight: flying, expertise: new Expertise(new Experience(history).to(NOW)) });
/** Three people, each with a file of their own: a, b, c. */
const commits: Commit[] = [0, 1, 2].flatMap((author) => [1, 2, 3].map((days) => ({ author, time: NOW - (3 * days + author) * DAY, files: [{ file: author, added: 20, deleted: 0 }] })));
const three = { ...historyOf(3, 3, commits.sort((x, y) => x.time - y.time)), files: ['a', 'b', 'c'].map((path) => ({ path: path as PathBytes, alive: true })) };
const key = (p: number): string => three.people[p]!.key;
const taken = ({ items }: Assignment): (number | null)[] => items.map(({ person }) => person);

test('items are the conflicts, then a review of each change, the newest of both', () => {
  const flying = inFlight([{ author: 0, files: { a: [1, 2] }, time: 5 }, { author: 1, files: { a: [1, 2], b: [] }, time: 9 }], [[0, 1], [0, 'base']]);
  const many = workItemsOf(inFlight(Array.from({ length: 700 }, (_, time) => ({ author: 0, files: { a: [] }, time })), Array.from({ length: 700 }, (_, i) => [i, 'base'] as const)));
  expect([many.length, many.filter(({ kind }) => kind === 'conflict').length, many[0]!.a, many.at(-1)!.a]).toEqual([600, 400, acuId(699), acuId(500)]);
  expect(workItemsOf(flying)).toEqual([
    { id: `conflict ${acuId(0)} ${acuId(1)}`, kind: 'conflict', a: acuId(0), b: acuId(1), paths: ['a'] },
    { id: `conflict ${acuId(0)} base`, kind: 'conflict', a: acuId(0), b: 'base', paths: ['a'] },
    { id: `review ${acuId(1)}`, kind: 'review', a: acuId(1), b: null, paths: ['a', 'b'] },
    { id: `review ${acuId(0)}`, kind: 'review', a: acuId(0), b: null, paths: ['a'] },
  ]);
});

test('a review goes to who knows the place, never to who wrote it; a conflict to who wrote a side of it', () => {
  const staff = staffOf(three, flown([{ author: 0, files: { b: [1, 2] }, time: 3 }, { author: 1, files: { b: [1, 2] }, time: 2 }, { author: 9, files: { c: [1, 2] }, time: 1 }], [[0, 1]]));
  const found = assignmentOf(staff, free);
  expect(taken(found)[0]).toBe(1);
  expect(taken(found)[1]).toBe(1);
  expect(taken(found)[2]).not.toBe(1);
  expect(taken(found)[3]).toBe(2);
  expect(found.items[0]!.evidence[0]).toEqual({ kind: 'conflict', a: acuId(0), b: acuId(1), path: 'b' });
  expect(found.items[1]!.evidence[0]).toMatchObject({ kind: 'knows', person: 1, path: 'b' });
  expect(found.cost).toBe(found.bound);
});

test('away is away, a limit is a limit, a pin is kept, and what nobody may take is told', () => {
  const staff = staffOf(three, flown([0, 1, 2, 3].map((time) => ({ author: 0, files: { b: [1, 2] }, time }))));
  expect(taken(assignmentOf(staff, free))).toEqual([1, 1, 1, 1]);
  expect(taken(assignmentOf(staff, { ...free, away: [key(1)] }))).toEqual([2, 2, 2, 2]);
  expect(taken(assignmentOf(staff, { ...free, limits: [{ key: key(1), most: 1 }] })).sort()).toEqual([1, 2, 2, 2]);
  const few = assignmentOf(staff, { ...free, most: 1 });
  expect(taken(few).filter((person) => person === null)).toHaveLength(2);
  const pinned = assignmentOf(staff, { ...free, most: 1, pinned: [{ item: `review ${acuId(2)}`, key: key(2) }, { item: `review ${acuId(1)}`, key: key(0) }, { item: 'nothing', key: key(1) }, { item: `review ${acuId(3)}`, key: 'nobody' }] });
  expect(pinned.items.filter(({ pinned }) => pinned).map(({ item, person }) => [item.a, person])).toEqual([[acuId(2), 2]]);
  expect(pinned.people.map(({ items }) => items)).toEqual([0, 1, 1]);
  expect(taken(assignmentOf(staff, { ...free, away: [key(2)], pinned: [{ item: `review ${acuId(2)}`, key: key(2) }] }))).toEqual([1, 1, 1, 1]);
  for (const none of [{ ...free, most: 0 }, { ...free, most: Number.NaN }, { ...free, most: -3 }, { ...free, away: [0, 1, 2].map(key) }]) {
    expect(assignmentOf(staff, none)).toMatchObject({ cost: 0, bound: 0, second: null });
    expect(taken(assignmentOf(staff, none))).toEqual([null, null, null, null]);
  }
});

test('where not all can be given, those are left that fewest wait for', () => {
  const one: AssignmentAsked = { ...free, most: 0, limits: [{ key: key(2), most: 1 }] };
  for (const lower of [0, 1, 2]) {
    const changes: Change[] = [0, 1, 2].map((time) => ({ author: 0, files: { b: [1, 2] }, time }));
    const found = assignmentOf(staffOf(three, flown([...changes, ...[7, 8, 9].map((author) => ({ author, files: { c: [] }, time: 50, requires: [lower] }))])), one);
    expect(found.items.filter(({ person }) => person !== null).map(({ item }) => item.a)).toEqual([acuId(lower)]);
  }
});

test('who has left is not asked, whatever of theirs still lies about', () => {
  const staff = staffOf(three, inFlight([{ author: 9, files: { a: [1, 2] }, time: NOW - 900 * DAY }], [[0, 'base']]));
  expect(assignmentOf(staff, free).people.map(({ person }) => person)).toEqual([0, 1, 2]);
  expect(taken(assignmentOf(staff, free))).toEqual([0, 0]);
});

test('no history, no work, and one author alone', () => {
  const empty = historyOf(0, 0, []);
  expect(assignmentOf(staffOf(empty, inFlight([])), free)).toMatchObject({ items: [], people: [], cost: 0, bound: 0, second: null });
  // nobody may review their own; the conflict with the base is theirs
  expect(taken(assignmentOf(staffOf(empty, inFlight([{ author: 0, files: { a: [] } }], [[0, 'base']])), free))).toEqual([0, null]);
});

test('whatever is asked: everybody has what they may, sums are sums, and the second best differs by what it says', () => {
  const history = drawnHistory({ people: 20, files: 60, touches: 600 }, 'zipf'), newest = history.time.at(-1)!;
  const change = fc.record({ author: fc.nat(22), files: fc.uniqueArray(fc.nat(59), { minLength: 1, maxLength: 3 }).map((files): Change['files'] => Object.fromEntries(files.map((f) => [history.files[f]!.path as string, [1, 2]]))) });
  const keys = history.people.map(({ key }) => key);
  fc.assert(fc.property(fc.array(change, { maxLength: 8 }), fc.uniqueArray(fc.constantFrom(...keys), { maxLength: 8 }), fc.nat(3), fc.array(fc.tuple(fc.nat(7), fc.constantFrom(...keys)), { maxLength: 3 }), (changes, away, most, pins) => {
    const flying = inFlight(changes, changes.flatMap((_, i) => (i % 2 === 1 ? [[i - 1, i] as const] : []))), expertise = new Expertise(new Experience(history).to(newest));
    const staff: Staff = { crew: crewOf(history, flying), inFlight: flying, expertise };
    const pinned = pins.map(([n, key]) => ({ item: `review ${acuId(n)}`, key })), found = assignmentOf(staff, { away, limits: [], most, pinned });
    expect(found.cost).toBe(found.bound);
    expect(Math.abs(found.items.reduce((sum, { cost }) => sum + cost, 0) - found.cost)).toBeLessThan(1e-9 * (1 + found.cost));
    for (const { item, person } of found.items) if (item.kind === 'review' && person !== null) expect(staff.crew.author[flying.acus.findIndex(({ id }) => id === item.a)]).not.toBe(person);
    for (const { person, items, away } of found.people) {
      expect(found.items.filter((item) => item.person === person)).toHaveLength(items);
      if (away) expect(items).toBe(0);
      expect(found.items.filter((item) => item.person === person && !item.pinned).length).toBeLessThanOrEqual(most);
    }
    if (found.second === null) return;
    expect(found.second.cost).toBeGreaterThanOrEqual(found.cost);
    expect(found.second.changes.length).toBeGreaterThan(0);
    for (const { item, from, to } of found.second.changes) {
      expect(from).not.toBe(to);
      expect(found.items.find((other) => other.item.id === item)).toMatchObject({ person: from, pinned: false });
    }
  }), { numRuns: 60 });
});
