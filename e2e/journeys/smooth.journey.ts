// How smooth the window is at a thousand ACUs and three thousand conflicts: counted and printed, and failed only far from the bar, for machines are shared.
// All sizes: `npm run bench -- smooth`.
import { expect } from 'vitest';
import { measures, take } from '../../bench/smoothMeasures.ts';
import { conflicting } from '../../testkit/conflicting.ts';
import { test } from '../door.ts';
import { opened, page, session, shared } from '../opened.ts';

const RUNS = 3, MS = 500;

opened(() => ({ repository: shared(conflicting({ seed: 8, branches: 1_000, conflicts: 3_000 })).dir }), { ms: 300_000 });

for (const measure of measures) {
  test(`1,000 ACUs, 3,000 conflicts: ${measure.name}`, async () => {
    for (const { metric, unit, value } of await take(page, measure, RUNS, MS)) {
      const bar = measure.bars[metric], isMet = bar === undefined || (value >= (bar.least ?? -Infinity) && value <= (bar.most ?? Infinity));
      console.log(`${metric}: ${value.toFixed(1)} ${unit}${bar === undefined ? '' : ` (bar ${bar.least ?? bar.most} ${unit}: ${isMet ? 'met' : 'MISSED'})`}`);
      if (bar?.least !== undefined) expect(value, metric).toBeGreaterThan(bar.least / 5);
      if (bar?.most !== undefined) expect(value, metric).toBeLessThan(bar.most * 5);
    }
    expect(session.complaints).toEqual([]);
  }, ['browser']);
}
