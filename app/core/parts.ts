// Several byte strings as one: a version, how many there are, the length of each, then each at a multiple of four, so that numbers in
// it can be read where they lie. What the parts mean is said by who makes them.

const padded = (length: number): number => length + 3 & ~3;

/** Each part is given in pieces. Numbers are 32 bits, little-endian. */
export function joinParts(version: number, parts: readonly (readonly Uint8Array[])[]): Uint8Array {
  const lengths = parts.map((pieces) => pieces.reduce((n, piece) => n + piece.length, 0));
  const head = 4 * (2 + parts.length);
  const out = new Uint8Array(lengths.reduce((at, length) => at + padded(length), head));
  const view = new DataView(out.buffer);
  [version, parts.length, ...lengths].forEach((n, i) => view.setInt32(4 * i, n, true));
  let at = head;
  parts.forEach((pieces, i) => {
    let to = at;
    for (const piece of pieces) { out.set(piece, to); to += piece.length; }
    at += padded(lengths[i]!);
  });
  return out;
}

/** Views of `bytes`. Of bytes that are no parts: version -1. */
export function splitParts(bytes: Uint8Array): { readonly version: number; readonly parts: readonly Uint8Array[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const none = { version: -1, parts: [] };
  if (bytes.length < 8) return none;
  const count = view.getInt32(4, true);
  let at = 4 * (2 + count);
  if (count < 0 || at > bytes.length) return none;
  const parts: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const length = view.getInt32(8 + 4 * i, true);
    if (length < 0 || at + padded(length) > bytes.length) return none;
    parts.push(bytes.subarray(at, at + length));
    at += padded(length);
  }
  return at === bytes.length ? { version: view.getInt32(0, true), parts } : none;
}
