// Applies one delta of a pack (gitformat-pack(5), Deltified representation): copies from the base and literal inserts.
// A delta is hostile until shown otherwise: sizes are checked against the instructions before anything is allocated.

export interface DeltaSizes { readonly base: number; readonly result: number; readonly start: number }

/** The two sizes at the head of a delta; throws RangeError where they do not fit. */
export function deltaSizes(delta: Uint8Array): DeltaSizes {
  let at = 0;
  const size = (): number => {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = delta[at++];
      if (byte === undefined || unit > 2 ** 49) throw new RangeError('the delta has no valid size');
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  };
  const base = size();
  const result = size();
  return { base, result, start: at };
}

/** Reads the instruction at `at` into `op` and returns where the next begins; throws RangeError past the end. */
function instruction(delta: Uint8Array, at: number, op: { copy: boolean; from: number; length: number }): number {
  const code = delta[at++]!;
  if (code === 0) throw new RangeError('the delta has a reserved instruction');
  let from = 0;
  let length = 0;
  if (code < 128) {
    from = at;
    length = code;
    at += length;
  } else {
    for (let bit = 0; bit < 4; bit++) if (code & (1 << bit)) from += (delta[at++] ?? 0) * 2 ** (8 * bit);
    for (let bit = 0; bit < 3; bit++) if (code & (16 << bit)) length += (delta[at++] ?? 0) * 2 ** (8 * bit);
    if (length === 0) length = 0x10000;
  }
  if (at > delta.length) throw new RangeError('the delta ends within an instruction');
  op.copy = code >= 128;
  op.from = from;
  op.length = length;
  return at;
}

export function applyDelta(delta: Uint8Array, base: Uint8Array): Buffer {
  const sizes = deltaSizes(delta);
  if (sizes.base !== base.length) throw new RangeError(`the delta wants a base of ${sizes.base} bytes and got ${base.length}`);
  const op = { copy: false, from: 0, length: 0 };
  let total = 0;
  for (let at = sizes.start; at < delta.length;) {
    at = instruction(delta, at, op);
    if (op.copy && op.from + op.length > base.length) throw new RangeError('the delta copies from outside its base');
    total += op.length;
  }
  if (total !== sizes.result) throw new RangeError(`the delta makes ${total} bytes and announced ${sizes.result}`);
  const out = Buffer.allocUnsafeSlow(total);
  let end = 0;
  for (let at = sizes.start; at < delta.length;) {
    at = instruction(delta, at, op);
    out.set((op.copy ? base : delta).subarray(op.from, op.from + op.length), end);
    end += op.length;
  }
  return out;
}
