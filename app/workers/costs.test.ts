// Danger: a machine that is measured at every start, that takes another machine's costs for its own, or that a damaged memory leads astray.
import { expect, test } from 'vitest';
import { costsText } from '../core/matrix/costs.ts';
import { type ProcessorCosts, USUAL } from '../core/matrix/planner.ts';
import { measuredCosts, rememberedCosts } from './costs.ts';
import type { Remembered } from './gpu/tune.ts';

test('is measured once for each machine, and again where what was kept is damaged', async () => {
  const kept = new Map<string, string>(), slow = { ...USUAL, dense: { ...USUAL.dense, multiplyAdd: 9 } };
  const remembered: Remembered = { get: async (key) => kept.get(key) ?? null, set: async (key, text) => { kept.set(key, text); } };
  let measured = 0;
  const costs = (machine: string): Promise<ProcessorCosts> => rememberedCosts(remembered, machine, () => undefined, async () => { measured++; return slow; });
  expect(await costs('one')).toEqual(slow);
  expect(await costs('one')).toEqual(slow);
  expect(measured).toBe(1);
  const [key] = kept.keys();
  kept.set(key!, costsText(USUAL));
  expect(await costs('one')).toEqual(USUAL);
  kept.set(key!, '{"sparse":');
  expect(await costs('one')).toEqual(slow);
  expect(await costs('another')).toEqual(slow);
  expect([measured, kept.size]).toEqual([3, 2]);
});

test('is measured in pieces between which others have their turn', async () => {
  let turns = 0;
  const { sparse, dense } = await measuredCosts(() => { turns++; return Promise.resolve(); });
  expect(turns).toBeGreaterThan(10);
  for (const ns of [sparse.multiplyAdd, dense.multiplyAdd]) expect(ns).toBeGreaterThan(0);
});
