// The danger: a layout that was kept of another graph, cut or made of what are no numbers is drawn.
import { expect, test } from 'vitest';
import { layout } from '../../workers/layout.ts';
import { nameOf, positionsOf } from './keptLayouts.ts';

const ends = (...list: readonly number[]): Int32Array => Int32Array.from(list);

test('a graph is named by all of it, and by nothing else', async () => {
  const a = ends(0, 1, 2), b = ends(3, 4, 5), after = new Uint8Array(50);
  const one = await nameOf({ nodes: 50, a, b }, after);
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(await nameOf({ nodes: 50, a: a.slice(), b: b.slice() }, after.slice())).toBe(one);
  const others = await Promise.all([nameOf({ nodes: 51, a, b }, after), nameOf({ nodes: 50, a: b, b: a }, after), nameOf({ nodes: 50, a: ends(0, 1), b: ends(3, 4) }, after), nameOf({ nodes: 50, a, b: ends(3, 4, 6) }, after), nameOf({ nodes: 50, a, b }, after.with(7, 1))]);
  expect(new Set([one, ...others]).size).toBe(6);
  expect(await nameOf({ nodes: 3, a, b }, after)).toBeNull();
});

test('what was laid out comes back as it was, also from the middle of a frame; what does not fit does not', () => {
  let laid = new Float32Array(0);
  for (const { positions } of layout(60, ends(0, 1, 2), ends(1, 2, 3))) laid = positions.slice();
  const bytes = new Uint8Array(laid.buffer), frame = new Uint8Array(bytes.length + 3);
  frame.set(bytes, 3);
  expect(positionsOf(frame.subarray(3), 60)).toEqual(laid);
  expect(positionsOf(bytes, 61)).toBeNull();
  expect(positionsOf(bytes.subarray(8), 60)).toBeNull();
  const odd = laid.slice();
  odd[7] = Number.NaN;
  expect(positionsOf(new Uint8Array(odd.buffer), 60)).toBeNull();
});
