// Danger: a read that walks a whole table, unnoticed while stores are small. Every hot query's plan is asked of SQLite itself
// and must go by an index, never sort, and scan only what it answers whole.
import { describe, expect, it } from 'vitest';
import { connectScratch } from './connection.ts';
import { migrate } from './migrations/index.ts';
import { hot } from './reads.ts';

/** Answered whole, in the order of their own key. */
const whole: Readonly<Record<string, string>> = {
  head: 'SCAN head',
  publishedSegments: 'SCAN published',
  goneConflicts: 'SCAN conflict_page',
};

describe('plans of hot reads', () => {
  const db = connectScratch();
  migrate(db, 'scratch');

  it.each(Object.entries(hot))('%s', (name, sql) => {
    const values = Array.from({ length: sql.split('?').length - 1 }, () => 1);
    const plan = (db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[]).map(({ detail }) => detail);
    expect(plan.length).toBeGreaterThan(0);
    for (const step of plan) {
      expect(step, plan.join('; ')).not.toMatch(/TEMP B-TREE|AUTOMATIC/);
      if (step.startsWith('SCAN') && !step.includes('VIRTUAL TABLE')) expect(step).toBe(whole[name]);
    }
  });
});
