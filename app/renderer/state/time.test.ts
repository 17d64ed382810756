// Dangers: a tick that stands for another operation than the one under the pointer, one that is left out, and work listed out of order.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Operation, OperationKind } from '../../core/events.ts';
import type { WorkItem } from '../../contract/work.ts';
import { begin, begun, keepEnded, progressed, rateOf } from './operations.ts';
import { nextImport, operationAt, placeOf, takenBack, ticksOf } from './time.ts';
import { linesOf } from './work.ts';

const kinds: readonly OperationKind[] = ['import', 'compose', 'write-branch', 'undo', 'redo', 'return', 'recipe'];
const logOf = (of: readonly OperationKind[]): Operation[] => of.map((kind, i) => ({ id: i + 1, kind, description: kind, time: i, target: null, command: null, firstEvent: i + 1, lastEvent: i + 1 }));
const log = fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 300 }).map(logOf);

describe('the strip', () => {
  test('ticks cover the log without a gap, in order, no closer than they may be, and show of each group what weighs most', () => {
    fc.assert(fc.property(log, fc.integer({ min: 20, max: 1500 }), (all, width) => {
      const ticks = ticksOf(all, width, 7);
      expect(ticks.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i))).toEqual(all.map(({ id }) => id));
      for (const [i, tick] of ticks.entries()) {
        if (ticks.length > 2 && i > 0 && i < ticks.length - 1) expect(tick.x - ticks[i - 1]!.x).toBeGreaterThan(6.9);
        const group = all.slice(tick.from - 1, tick.to).map(({ kind }) => kind);
        expect(group).toContain(tick.kind);
        if (group.includes('import')) expect(tick.kind).toBe('import');
      }
    }));
  });

  test('where an operation is drawn is where it is found, and no pixel is without one', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 300, max: 1500 }), fc.nat(), (count, width, n) => {
      const id = 1 + n % count;
      expect(operationAt(placeOf(id - 1, count, width), count, width)).toBe(id);
      expect(operationAt(-50, count, width)).toBe(1);
      expect(operationAt(width + 50, count, width)).toBe(count);
    }));
  });

  test('Page keys go from import to import, and to the ends', () => {
    const all = logOf(['import', 'compose', 'compose', 'import', 'compose']);
    expect([nextImport(all, 5, -1), nextImport(all, 4, -1), nextImport(all, 1, -1), nextImport(all, 1, 1), nextImport(all, 4, 1)]).toEqual([4, 1, 1, 4, 5]);
  });

  test('what was undone and not done again is marked', () => {
    const all = [...logOf(['import', 'compose', 'compose']), { ...logOf(['undo'])[0]!, id: 4, target: 3 }, { ...logOf(['undo'])[0]!, id: 5, target: 2 }, { ...logOf(['redo'])[0]!, id: 6, kind: 'redo' as const, target: 2 }];
    expect([...takenBack(all)]).toEqual([3]);
  });
});

describe('work', () => {
  const item = (ticket: string, since: number | null, client = 7): WorkItem => ({ ticket, kind: 'import', client, asked: 0, since, beside: false });
  const queue = (...work: WorkItem[]) => ({ running: null, waiting: 0, paused: false, work });

  test('what runs comes before what waits, each with who asked; what the service has not told of yet waits last', () => {
    const mine = begin(begin([], 'a', 'Import again', 0), 'new', 'Undo', 1);
    expect(linesOf({ mine, queue: queue(item('theirs', 5), item('a', null), item('served', null, 0)) }).map(({ ticket, title, who, place }) => [ticket, title, who, place])).toEqual([
      ['theirs', 'Import', 'another window', null], ['a', 'Import again', 'this window', 1], ['served', 'Import', 'the service', 2], ['new', 'Undo', 'this window', 3],
    ]);
  });

  test('phases that are over keep their counts, and the rate is that of the phase', () => {
    let mine = begin([], 'a', 'Import', 0);
    mine = progressed(mine, 'a', { phase: 'Reading commits', done: 0, total: 1000 }, 1000);
    mine = progressed(mine, 'a', { phase: 'Reading commits', done: 1000, total: 1000 }, 3000);
    expect(rateOf(mine[0]!, 3000)).toBe(500);
    mine = progressed(mine, 'a', { phase: 'Pairing', done: 0, total: null }, 3100);
    expect([mine[0]!.phases, mine[0]!.ran, rateOf(mine[0]!, 3200)]).toEqual([['Reading commits 1,000'], 1000, null]);
    expect(progressed(mine, 'unknown', { phase: 'x', done: 1, total: null }, 4000)).toBe(mine);
  });

  test('what runs by the queue runs here, also beside the rest', () => {
    const mine = begin(begin([], 'a', 'Largest compatible', 0), 'b', 'Undo', 0);
    expect(begun(mine, [{ ...item('a', 5), beside: true }, item('b', null)], 9).map(({ stage, ran }) => [stage, ran])).toEqual([['running', 9], ['queued', null]]);
  });

  test('the last twenty that ended are kept, each once', () => {
    const one = (ticket: string) => ({ ticket, title: ticket, stage: 'done' as const, at: 0, took: 1, reason: '', result: '', again: null });
    let ended = keepEnded([], one('0'));
    for (let i = 0; i < 30; i++) ended = keepEnded(ended, one(String(i % 25)));
    expect(ended.length).toBe(20);
    expect(new Set(ended.map(({ ticket }) => ticket)).size).toBe(20);
    expect(ended[0]!.ticket).toBe('4');
  });
});
