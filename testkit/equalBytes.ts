// Lets `toEqual` take equal bytes for equal at once: by itself it walks them as it walks any list, at four microseconds a byte, which was most of what tests
// of stores and packs took. What is not equal bit by bit is left to it.
import { expect } from 'vitest';

const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

expect.addEqualityTesters([
  (a: unknown, b: unknown) => (ArrayBuffer.isView(a) && ArrayBuffer.isView(b) && a.constructor === b.constructor && Buffer.compare(bytesOf(a), bytesOf(b)) === 0 ? true : undefined),
]);
