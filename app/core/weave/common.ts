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
  if (from === a.length || from === b.length) return out;
  // Lines of one side only match nothing; what is left gets small numbers, for the diff sizes its tables by them.
  const inB = new Set<number>();
  for (let j = from; j < b.length; j++) inB.add(b[j]!);
  const dense = new Map<number, number>();
  for (let i = from; i < a.length; i++) if (inB.has(a[i]!) && !dense.has(a[i]!)) dense.set(a[i]!, dense.size);
  if (dense.size === 0) return out;
  const restA = kept(a, from, dense), restB = kept(b, from, dense);
  const match = (i: number, j: number): void => {
    const last = out.length - 3, x = restA.at[i]!, y = restB.at[j]!;
    if (last >= 0 && out[last]! + out[last + 2]! === x && out[last + 1]! + out[last + 2]! === y) out[last + 2]!++;
    else out.push(x, y, 1);
  };
  if (restA.lines.length * restB.lines.length <= EXACT) exact(restA.lines, restB.lines, match);
  else fast(restA.lines, restB.lines, match);
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
  const changes = diffLinesMyers(a, b);
  let i = 0, j = 0;
  for (let c = 0; c <= changes.length; c += 4) {
    const stop = c < changes.length ? changes[c]! : a.length;
    while (i < stop) match(i++, j++);
    if (c < changes.length) { i = changes[c + 1]!; j = changes[c + 3]!; }
  }
}

function kept(lines: Uint32Array, from: number, dense: ReadonlyMap<number, number>): { readonly lines: Uint32Array; readonly at: readonly number[] } {
  const at: number[] = [];
  for (let i = from; i < lines.length; i++) if (dense.has(lines[i]!)) at.push(i);
  return { lines: Uint32Array.from(at, (i) => dense.get(lines[i]!)!), at };
}
