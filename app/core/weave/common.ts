// Which lines of one list also stand in another, in order: a longest common subsequence. Tells a hunk that puts back what
// was deleted from one that writes something new.
import { diffLinesMyers } from '../diff/diff.ts';

/** Cells of the exact table; beyond it Myers' algorithm with git's cut-offs, which may match a little less. */
const EXACT = 1 << 20;

/** Stretches [i, j, length]* with a[i + k] = b[j + k], in order, as many lines in all as there can be. */
export function commonLines(a: Uint32Array, b: Uint32Array): number[] {
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from++;
  const out = from > 0 ? [0, 0, from] : [];
  const restA = a.subarray(from), restB = b.subarray(from);
  if (restA.length === 0 || restB.length === 0) return out;
  const match = (i: number, j: number): void => {
    const last = out.length - 3;
    if (last >= 0 && out[last]! + out[last + 2]! === from + i && out[last + 1]! + out[last + 2]! === from + j) out[last + 2]!++;
    else out.push(from + i, from + j, 1);
  };
  if (restA.length * restB.length <= EXACT) exact(restA, restB, match);
  else fast(restA, restB, match);
  return out;
}

type Match = (i: number, j: number) => void;

function exact(a: Uint32Array, b: Uint32Array, match: Match): void {
  const width = b.length + 1;
  // longest[i * width + j]: length for the suffixes a[i…], b[j…]
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j]
        ? longest[(i + 1) * width + j + 1]! + 1
        : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  }
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) match(i++, j++);
    else if (longest[i * width + j + 1]! >= longest[(i + 1) * width + j]!) j++;
    else i++;
  }
}

function fast(a: Uint32Array, b: Uint32Array, match: Match): void {
  // Lines of one side only match nothing; what is left gets small numbers, for the diff sizes its tables by them.
  const inB = new Set(b);
  const dense = new Map<number, number>();
  for (const line of a) if (inB.has(line) && !dense.has(line)) dense.set(line, dense.size);
  const keptA = kept(a, dense), keptB = kept(b, dense);
  const changes = diffLinesMyers(keptA.lines, keptB.lines);
  let i = 0, j = 0;
  for (let c = 0; c <= changes.length; c += 4) {
    const stop = c < changes.length ? changes[c]! : keptA.lines.length;
    while (i < stop) match(keptA.at[i++]!, keptB.at[j++]!);
    if (c < changes.length) { i = changes[c + 1]!; j = changes[c + 3]!; }
  }
}

function kept(lines: Uint32Array, dense: ReadonlyMap<number, number>): { lines: Uint32Array; at: number[] } {
  const at: number[] = [];
  for (let i = 0; i < lines.length; i++) if (dense.has(lines[i]!)) at.push(i);
  return { lines: Uint32Array.from(at, (i) => dense.get(lines[i]!)!), at };
}
