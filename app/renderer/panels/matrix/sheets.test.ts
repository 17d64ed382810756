// Dangers: room that is kept for names which are not drawn, or names that are drawn where there is none; a matrix that jumps as its names come or go.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heatView } from '../../../workers/client.ts';
import { GridPlan } from '../grid/plan.ts';
import { type Sheets, fit, suit } from './sheets.ts';

const sheets = (width: number, height: number): Sheets => ({ near: { width, height, left: 200, top: 150, ratio: 1 }, bare: { width, height, left: 80, top: 12, ratio: 1 } });
function planned(count: number, on: Sheets): GridPlan {
  const plan = new GridPlan();
  plan.paired = true;
  plan.count = { rows: count, cols: count };
  fit(plan, on, true);
  return plan;
}
const counts = fc.integer({ min: 1, max: 3000 }), lengths = fc.integer({ min: 300, max: 2500 });

test('shown whole, there is room for names only where they are drawn, and above only where there is at the left', () => {
  fc.assert(fc.property(counts, lengths, lengths, (count, width, height) => {
    const on = sheets(width, height), plan = planned(count, on);
    if (!plan.hasNames('row')) expect(plan.sheet).toBe(on.bare);
    if (plan.sheet.top === on.near.top) expect(plan.sheet).toBe(on.near);
    // all of it is on screen
    expect(plan.view.y.start).toBe(0);
    expect(plan.view.y.size * count).toBeLessThanOrEqual(plan.room('row').length + 1e-6);
  }));
  expect(planned(10, sheets(900, 700)).sheet.top).toBe(150);
  expect(planned(2000, sheets(900, 700)).sheet.left).toBe(80);
});

test('as names come or go, the cell under a point stays where it was, but for what the edges of the matrix take', () => {
  fc.assert(fc.property(counts, lengths, lengths, fc.double({ min: 1, max: 40, noNaN: true }), (count, width, height, by) => {
    const on = sheets(width, height), plan = planned(count, on), from = plan.sheet, view = plan.zoomed(by, plan.centre()), suited = suit(plan, on, view);
    if (suited === null) { expect(plan.sheet).toBe(from); return; }
    expect(plan.sheet).toBe(view.y.size >= heatView.sizes.label ? on.near : on.bare);
    // a place in the middle of the matrix, away from its edges
    const moved = plan.sheet.top + suited.y.start - (from.top + view.y.start), room = plan.room('row');
    if (suited.y.size === view.y.size && suited.y.start < 0 && suited.y.start + suited.y.size * room.count > room.length) expect(Math.abs(moved)).toBeLessThan(1e-6);
  }));
});
