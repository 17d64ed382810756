// Danger: a list that loses a selection, a filter that hides what it should show, a window that believes an old epoch.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AcuId, Oid } from '../../core/bytes.ts';
import type { AcuRow, Loaded } from '../../workers/client.ts';
import { bySource, countWords, setKey, withDependants } from './composition.ts';
import { backoff } from './connection.ts';
import { begin, change, fateAfter, heard, isOver, lifeWords } from './operations.ts';
import { decisionOf, epochStep, taken } from './replica.ts';
import type { ReplicaState } from './replica.ts';
import { moveTo, noSelection, press, retain, selectAll } from './selection.ts';
import type { Selection } from './selection.ts';
import { effects, sameSubject, subjectOf } from './verdicts.ts';

const id = (n: number): AcuId => n.toString(16).padStart(64, '0') as AcuId;

function row(index: number, some: Partial<AcuRow> = {}): AcuRow {
  const base = { index, id: id(index), name: `n${index}`, title: '', author: 'Ada', email: '', time: index, sources: [`s${index}`], requires: [], paths: 1, hunks: 1, added: index, deleted: 0, standing: 'exact' as const, reason: '', text: '', ...some };
  return { ...base, text: [base.name, base.title, base.author, base.id, ...base.sources].join('\n').toLowerCase() };
}

describe('selection', () => {
  const order = Array.from({ length: 9 }, (_, i) => id(i));
  const ids = (s: Selection): number[] => order.flatMap((one, i) => (s.selected.has(one) ? [i] : []));

  test('a click selects one, Ctrl adds and takes away, Shift selects from the anchor, again from the same anchor', () => {
    let s = press(noSelection, order[2]!, 'none', order);
    expect(ids(s)).toEqual([2]);
    s = press(s, order[5]!, 'range', order);
    expect(ids(s)).toEqual([2, 3, 4, 5]);
    s = press(s, order[1]!, 'range', order);
    expect(ids(s)).toEqual([1, 2]);
    s = press(s, order[7]!, 'toggle', order);
    expect(ids(s)).toEqual([1, 2, 7]);
    s = press(s, order[1]!, 'toggle', order);
    expect(ids(s)).toEqual([2, 7]);
    expect(ids(press(s, order[4]!, 'none', order))).toEqual([4]);
  });

  test('arrows move and select, Shift extends both ways, Ctrl moves the cursor alone, the ends hold', () => {
    let s = moveTo(noSelection, 0, order, 'select');
    expect([ids(s), s.cursor]).toEqual([[0], order[0]]);
    s = moveTo(s, 3, order, 'extend');
    expect(ids(s)).toEqual([0, 1, 2, 3]);
    s = moveTo(s, 1, order, 'extend');
    expect(ids(s)).toEqual([0, 1]);
    s = moveTo(s, 6, order, 'keep');
    expect([ids(s), s.cursor]).toEqual([[0, 1], order[6]]);
    expect(moveTo(s, 99, order, 'select').cursor).toBe(order[8]);
    expect(moveTo(s, -1, order, 'select').cursor).toBe(order[0]);
    expect(moveTo(s, 0, [], 'select')).toBe(s);
  });

  test('a range whose anchor is filtered away starts anew, and nothing that is gone stays selected', () => {
    const s = press(noSelection, order[2]!, 'none', order);
    expect([...press(s, order[5]!, 'range', order.slice(4)).selected]).toEqual([order[5]]);
    const kept = retain(selectAll(s, order), (one) => one !== order[2]);
    expect(kept.selected.size).toBe(8);
    expect(kept.cursor).toBe(null);
  });

  test('whatever is pressed, the cursor is on screen and a range is contiguous', () => {
    const step = fc.record({ i: fc.nat(8), how: fc.constantFrom('none' as const, 'toggle' as const, 'range' as const) });
    fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
      let s = noSelection;
      for (const { i, how } of steps) {
        const anchored = s.anchor !== null;
        s = press(s, order[i]!, how, order);
        expect(s.cursor).toBe(order[i]);
        if (how === 'range' && anchored) { const at = ids(s); expect(at.at(-1)! - at[0]! + 1).toBe(at.length); }
      }
    }));
  });
});

describe('the replica', () => {
  const loaded = (epoch: number, digest = 'd', expected = 'd'): Loaded => ({ epoch, base: 'b' as Oid, rows: [row(0), row(1, { requires: [id(0)] })], sources: [], digest, expected });

  test('a difference from the replica\'s own epoch is applied, an old one ignored, a later one fetched whole', () => {
    expect(epochStep(4, 4, 5)).toBe('apply');
    expect(epochStep(5, 4, 5)).toBe('ignore');
    expect(epochStep(4, 5, 6)).toBe('snapshot');
    expect(epochStep(3, 2, 4)).toBe('snapshot');
  });

  test('a digest that differs is kept to be shown', () => {
    expect(taken(loaded(1), 1).mismatch).toBe(null);
    expect(taken(loaded(1, 'ours', 'theirs'), 1).mismatch).toEqual({ ours: 'ours', theirs: 'theirs' });
  });

  test('dependants are the other way round of requires', () => {
    const { dependants, byId } = taken(loaded(1), 1);
    expect(dependants.get(id(0))).toEqual([id(1)]);
    expect(byId.size).toBe(2);
  });

  test('a conflict is decided by the resolution that requires both of its sides, and by no other', () => {
    const row = (n: number, requires: readonly number[], decided = false) => [id(n), { id: id(n), requires: requires.map(id), ...decided && { decided } }] as const;
    const rows = [row(0, []), row(1, []), row(2, [0, 1], true), row(3, [0, 1])], byId = new Map(rows) as unknown as ReplicaState['byId'];
    const dependants = new Map([[id(0), [id(3), id(2)]], [id(1), [id(3), id(2)]]]), of = (a: number, b: number | 'base') => decisionOf({ byId, dependants }, { a: id(a), b: b === 'base' ? b : id(b) })?.id ?? null;
    expect([of(0, 1), of(1, 0), of(0, 'base')]).toEqual([id(2), id(2), id(2)]);
    expect([of(0, 3), of(2, 0), of(3, 'base')]).toEqual([null, null, null]);
  });

  test('tries to connect again come ever later, up to ten seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 20].map((n) => backoff(n, 0))).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(backoff(1, 1)).toBe(400);
  });
});

describe('the composition', () => {
  test('what requires a removed ACU goes with it, however far above', () => {
    const dependants = new Map([[id(0), [id(1)]], [id(1), [id(2), id(5)]]]);
    expect(withDependants([id(0)], [id(0), id(1), id(2), id(3)], dependants).toSorted()).toEqual([id(0), id(1), id(2)]);
    expect(withDependants([id(9)], [id(0)], dependants)).toEqual([]);
  });

  test('a set has one key, whatever its order', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.nat(99)), (numbers) => {
      expect(setKey(numbers.map(id))).toBe(setKey(numbers.toReversed().map(id)));
    }));
  });

  test('a stack reads as one group, lower ACUs first', () => {
    const rows = [row(0, { sources: ['top', 'middle', 'bottom'] }), row(1, { requires: [id(0)], sources: ['top', 'middle'] }), row(2, { requires: [id(1)], sources: ['top'] }), row(3, { sources: ['other'] })];
    const byId = new Map(rows.map((r) => [r.id, r]));
    const sources = [{ name: 'bottom', acus: [id(0)] }, { name: 'middle', acus: [id(0), id(1)] }, { name: 'top', acus: [id(0), id(1), id(2)] }, { name: 'other', acus: [id(3)] }];
    const read = (ids: AcuId[]) => bySource(ids, byId, sources).map((g) => [g.source, g.rows.map((r) => r.index), g.whole]);
    expect(read([id(2), id(0), id(3), id(1)])).toEqual([['other', [3], true], ['top', [0, 1, 2], true]]);
    expect(read([id(1), id(0)])).toEqual([['middle', [0, 1], true]]);
    expect(read([])).toEqual([]);
  });

  test('every ACU of a set is in exactly one group', () => {
    const source = fc.uniqueArray(fc.nat(7), { minLength: 1 });
    fc.assert(fc.property(fc.array(source, { maxLength: 6 }), fc.uniqueArray(fc.nat(7)), (lists, numbers) => {
      const sources = lists.map((list, i) => ({ name: `s${i}`, acus: list.map(id) }));
      const rows = Array.from({ length: 8 }, (_, i) => row(i, { sources: sources.filter((s) => s.acus.includes(id(i))).map((s) => s.name) }));
      const groups = bySource(numbers.map(id), new Map(rows.map((r) => [r.id, r])), sources);
      expect(groups.flatMap((g) => g.rows.map((r) => r.index)).sort()).toEqual([...numbers].sort());
    }));
  });
});

test('a decision is counted apart from what it decides between', () => {
  const byId = new Map([row(1), row(2), row(3, { decided: true })].map((one) => [one.id, one]));
  expect(countWords([id(1), id(2), id(3)], byId)).toBe('2 ACUs and 1 decision');
  expect(countWords([id(1)], byId)).toBe('1 ACU');
});

describe('subjects and operations', () => {
  test('what is told of an operation follows the log: it stands until it is undone, and again once redone; what comes after it is to be undone first', () => {
    const at = (id: number, kind: 'compose' | 'undo' | 'redo', target: number | null = null) => ({ id, kind, target });
    expect([null, at(6, 'compose'), at(7, 'compose')].map((last) => fateAfter('done', 7, last))).toEqual(['done', 'done', 'done']);
    expect(fateAfter('done', 7, at(8, 'compose'))).toBe('overtaken');
    expect(fateAfter('done', 7, at(8, 'undo', 7))).toBe('undone');
    expect(fateAfter('undone', 7, at(9, 'undo', 5))).toBe('undone');
    expect(fateAfter('undone', 7, at(9, 'redo', 7))).toBe('done');
    expect(fateAfter('overtaken', 7, at(10, 'undo', 7))).toBe('undone');
  });


  test('what is carried is asked about before what is pointed at, that before what is selected', () => {
    const carried = { ids: [id(1)], by: 'drag' as const, over: false };
    expect(subjectOf(carried, id(2), new Set([id(3)]))).toEqual({ ids: [id(1)], cause: 'drag' });
    expect(subjectOf(null, id(2), new Set([id(3)]))).toEqual({ ids: [id(2)], cause: 'hover' });
    expect(subjectOf(null, null, new Set([id(3)]))).toEqual({ ids: [id(3)], cause: 'selection' });
    expect(subjectOf(null, null, new Set())).toBe(null);
    expect(sameSubject({ ids: [id(1)], cause: 'hover' }, { ids: [id(1)], cause: 'drag' })).toBe(false);
  });

  test('needs light up, conflicts clash', () => {
    const none = { acus: [], reason: '', conflicts: [], total: 0, against: [], risks: [], look: false };
    expect([...effects({ ...none, kind: 'needs', acus: [id(4)] }).lit]).toEqual([id(4)]);
    expect([...effects({ ...none, kind: 'conflicts', against: [id(5)] }).clash]).toEqual([id(5)]);
    expect([...effects({ ...none, kind: 'order-sensitive', against: [id(6)] }).clash]).toEqual([id(6)]);
    expect(effects(null).lit.size).toBe(0);
  });

  test('an operation is queued, runs with numbers, and once over changes no more', () => {
    let mine = begin([], 't', 'Add a', 0);
    expect(lifeWords(mine[0]!, true)).toBe('waiting: the service is paused');
    mine = change(mine, 't', { stage: 'running', phase: 'Comparing', done: 1200, total: 3000 });
    expect(lifeWords(mine[0]!, false)).toBe('Comparing 1,200 of 3,000');
    mine = change(mine, 't', { stage: 'done', ended: 9 });
    expect(change(mine, 't', { stage: 'running', ended: null })).toEqual(mine);
    expect(begin(mine, 'u', 'Undo', 10).map((o) => o.ticket)).toEqual(['u']);
  });

  test('an operation of another window is heard of, and ends when something else runs', () => {
    let mine = heard(begin([], 'own', 'Add a', 0), { ticket: 'theirs', kind: 'import' }, 1);
    expect(mine.map((o) => [o.ticket, o.own, o.stage])).toEqual([['own', true, 'queued'], ['theirs', false, 'running']]);
    mine = heard(mine, { ticket: 'own', kind: 'compose' }, 2);
    expect(mine.map((o) => [o.ticket, o.stage])).toEqual([['own', 'running'], ['theirs', 'done']]);
    mine = change(mine, 'own', { stage: 'done', ended: 3 });
    expect(heard(mine, { ticket: 'own', kind: 'compose' }, 4).every(isOver)).toBe(true);
    expect(heard(mine, null, 5).every(isOver)).toBe(true);
  });
});
