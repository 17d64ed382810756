// Danger: a decision that cannot be taken back, a board that a stranger's storage breaks, a card that is on no column or on two.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AcuId } from '../../core/bytes.ts';
import type { Assignment, AssignmentAsked } from '../../core/collaboration/report.ts';
import { MOST_EVER, changeWords, columnsOf, costDifference, decisionsOf, emptyBoard, enough, movedItems, noDecisions, steppedBack, steppedOn, taken, withAway, withLimit, withMost, withPin } from './board.ts';
import type { BoardState } from './board.ts';

const key = fc.constantFrom('ada', 'bo', 'cy'), item = fc.constantFrom('i1', 'i2', 'i3');
const change: fc.Arbitrary<(decided: AssignmentAsked) => AssignmentAsked> = fc.oneof(
  fc.tuple(item, fc.option(key)).map(([i, k]) => (d: AssignmentAsked) => withPin(d, i, k)),
  fc.tuple(key, fc.boolean()).map(([k, away]) => (d: AssignmentAsked) => withAway(d, k, away)),
  fc.tuple(key, fc.option(fc.integer({ min: -5, max: 2000 }))).map(([k, most]) => (d: AssignmentAsked) => withLimit(d, k, most)),
  fc.integer({ min: -5, max: 2000 }).map((most) => (d: AssignmentAsked) => withMost(d, most)),
);

describe('steps of the board', () => {
  test('whatever is decided, taking every step back gives what was there before, and taking them again what came of it', () => {
    fc.assert(fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      let state: BoardState = emptyBoard;
      for (const [i, one] of changes.entries()) state = { ...state, ...taken(state, `step ${i}`, one(state.decided)) };
      const end = state.decided;
      for (let i = 0; i < changes.length; i++) state = { ...state, ...steppedBack(state) };
      expect(state.decided).toEqual(noDecisions);
      expect({ ...state, ...steppedBack(state) }).toEqual(state);
      for (let i = 0; i < changes.length; i++) state = { ...state, ...steppedOn(state) };
      expect(state.decided).toEqual(end);
    }));
  });

  test('an item is pinned to one person, a person has one limit within bounds and is away once', () => {
    fc.assert(fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const decided = changes.reduce((d, one) => one(d), noDecisions);
      expect(new Set(decided.pinned.map((pin) => pin.item)).size).toBe(decided.pinned.length);
      expect(new Set(decided.limits.map((limit) => limit.key)).size).toBe(decided.limits.length);
      expect(new Set(decided.away).size).toBe(decided.away.length);
      for (const { most } of [...decided.limits, decided]) { expect(most).toBeGreaterThanOrEqual(0); expect(most).toBeLessThanOrEqual(MOST_EVER); }
      expect(decisionsOf(JSON.stringify(decided)), 'kept and read again').toEqual(decided);
    }));
  });

  test('a new step forgets what was taken back', () => {
    let state: BoardState = { ...emptyBoard };
    state = { ...state, ...taken(state, 'a', withAway(state.decided, 'ada', true)) };
    state = { ...state, ...steppedBack(state) };
    expect(state.undone).toHaveLength(1);
    state = { ...state, ...taken(state, 'b', withAway(state.decided, 'bo', true)) };
    expect(state.undone).toHaveLength(0);
  });

  test('storage may hold anything', () => {
    for (const text of [null, '', 'null', '[]', '7', '"x"', '{', '{"away":7,"limits":[{"key":1}],"most":"many","pinned":[null]}']) expect(decisionsOf(text), String(text)).toEqual(noDecisions);
    expect(decisionsOf('{"most":1e99,"limits":[{"key":"ada","most":-3}]}')).toEqual({ ...noDecisions, most: MOST_EVER, limits: [{ key: 'ada', most: 0 }] });
    fc.assert(fc.property(fc.json(), (text) => { const decided = decisionsOf(text); expect(decisionsOf(JSON.stringify(decided))).toEqual(decided); }));
  });
});

const card = (id: string, person: number | null): Assignment['items'][number] => ({ item: { id, kind: 'conflict', a: 'a' as AcuId, b: 'b' as AcuId, paths: [] }, person, cost: 1, pinned: false, evidence: [] });
const line = (person: number): Assignment['people'][number] => ({ person, items: 0, most: 5, away: false });

describe('columns', () => {
  test('every card is in exactly one column, every person has one, what nobody may take comes last', () => {
    const person = fc.option(fc.nat(6));
    fc.assert(fc.property(fc.array(person, { maxLength: 30 }), fc.uniqueArray(fc.nat(4)), (owners, people) => {
      const items = owners.map((owner, i) => card(`i${i}`, owner));
      const columns = columnsOf({ items, people: people.map(line) });
      expect(columns.flatMap(({ cards }) => cards.map((one) => one.item.id)).sort()).toEqual(items.map((one) => one.item.id).sort());
      expect(new Set(columns.map((column) => column.person)).size).toBe(columns.length);
      for (const one of people) expect(columns.some((column) => column.person === one)).toBe(true);
      for (const column of columns) for (const one of column.cards) expect(one.person).toBe(column.person);
      expect(columns.findIndex((column) => column.person === null)).toBe(owners.includes(null) ? columns.length - 1 : -1);
    }));
  });

  test('what would move is counted once for each item that goes to somebody else', () => {
    expect(movedItems({ items: [card('a', 1), card('b', 2), card('c', null)] }, { items: [card('a', 1), card('b', 3), card('c', 1)] })).toBe(2);
  });

  test('a limit is offered that is enough for all, and none where all is taken or nobody is there', () => {
    const items = Array.from({ length: 12 }, (_, i) => card(`i${i}`, i < 5 ? 0 : null));
    expect(enough({ items, people: [line(0), line(1)] }, { most: 5 })).toBe(6);
    expect(enough({ items, people: [{ ...line(0), away: true }] }, { most: 5 })).toBe(null);
    expect(enough({ items: items.slice(0, 5), people: [line(0)] }, { most: 5 })).toBe(null);
    expect(enough({ items, people: [line(0), line(1), line(2)] }, { most: 5 }), 'what stands in the way is not the limit').toBe(null);
  });

  test('a difference in cost is said with its sign in words', () => {
    expect(costDifference(3, 3.41)).toBe('costs 0.41 more');
    expect(costDifference(3, 2.5)).toBe('costs 0.50 less');
    expect(costDifference(3, 3.0001)).toBe('costs the same');
    const now = { items: [card('a', 1), card('b', 2)], cost: 3 };
    expect(changeWords(now, { ...now, cost: 4 })).toBe('costs 1.00 more');
    expect(changeWords(now, { items: [card('a', 1), card('b', null)], cost: 1 }), 'not: costs 2.00 less').toBe('leaves 1 item more to nobody, and costs 1.00 in place of 3.00');
    expect(changeWords({ items: [card('a', null), card('b', null)], cost: 0 }, now)).toBe('gives somebody 2 items more, and costs 3.00 in place of 0.00');
  });
});
