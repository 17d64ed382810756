// `GIT binary patch`: its hunks in base 85 (git-diff(1), --binary; the alphabet of RFC 1924). What they hold is zlib's, and is
// unpacked where zlib is: by whoever applies the patch.

export interface BinaryHunk {
  readonly kind: 'literal' | 'delta';
  /** bytes it unpacks to, as it announces */
  readonly size: number;
  readonly deflated: Uint8Array;
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';
const VALUE = new Int8Array(256).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUE[ALPHABET.charCodeAt(i)] = i;

/** The forward hunk at `at`, and where the patch ends; a backward hunk is read past. Null where it is damaged. */
export function parseBinary(text: string, at: number): { readonly forward: BinaryHunk; readonly end: number; readonly lines: number } | null {
  const forward = hunkAt(text, at);
  if (forward === null || forward === 'none') return null;
  const backward = hunkAt(text, forward.end);
  if (backward === null) return null;
  const both = backward === 'none' ? { end: forward.end, lines: 0 } : backward;
  return { forward: forward.hunk, end: both.end, lines: forward.lines + both.lines };
}

/** 'none' where no hunk begins; null where one does and is damaged. */
function hunkAt(text: string, at: number): { readonly hunk: BinaryHunk; readonly end: number; readonly lines: number } | 'none' | null {
  const head = /^(literal|delta) (\d{1,12})\n/.exec(text.slice(at, at + 24));
  if (head === null) return /^(?:literal|delta) /.test(text.slice(at, at + 8)) ? null : 'none';
  at += head[0].length;
  let lines = 1, bytes = 0;
  const start = at;
  for (;; lines++) {
    const end = text.indexOf('\n', at);
    if (end < 0) return null;
    if (end === at) break;
    const length = lengthOf(text.charCodeAt(at)), groups = end - at - 1;
    if (groups % 5 !== 0 || groups === 0 || length === 0 || length > groups / 5 * 4 || length <= groups / 5 * 4 - 4) return null;
    bytes += length;
    at = end + 1;
  }
  const deflated = new Uint8Array(bytes);
  let filled = 0;
  for (let line = start; line < at;) {
    const end = text.indexOf('\n', line), length = lengthOf(text.charCodeAt(line));
    const stop = filled + length;
    for (let group = line + 1; group < end; group += 5) {
      let value = 0;
      for (let i = 0; i < 5; i++) {
        const digit = VALUE[text.charCodeAt(group + i)]!;
        if (digit < 0) return null;
        value = value * 85 + digit;
      }
      if (value > 0xffffffff) return null;
      for (let shift = 24; shift >= 0 && filled < stop; shift -= 8) deflated[filled++] = value / 2 ** shift & 255;
    }
    line = end + 1;
  }
  return { hunk: { kind: head[1] as 'literal' | 'delta', size: Number(head[2]), deflated }, end: at + 1, lines: lines + 1 };
}

/** A–Z are 1–26 bytes, a–z are 27–52. 0: neither */
function lengthOf(code: number): number {
  if (code >= 65 && code <= 90) return code - 64;
  return code >= 97 && code <= 122 ? code - 70 : 0;
}
