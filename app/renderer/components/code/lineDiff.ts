// The difference that a code view shows: by line as the engine has it (core/diff), so that what is marked as inserted is what an ACU
// inserted; within the lines that differ, by character, to a bound.
import { type Change, Change as Changed, diff } from '@codemirror/merge';
import { diffLines } from '../../../core/diff/diff.ts';

/** Characters of both sides of one place up to which it is compared character by character. */
const CLOSE = 20_000;
/** Milliseconds that all of it may take; what is left then is shown as changed whole. */
const PATIENCE = 120;

/** Lines of both texts in numbers that equal lines share, and where each begins; the last entry is one past the end. */
function lined(texts: readonly [string, string]): readonly { readonly ids: Uint32Array; readonly starts: Uint32Array }[] {
  const known = new Map<string, number>();
  return texts.map((text) => {
    const ids: number[] = [], starts: number[] = [0];
    for (let at = 0; at < text.length;) {
      const found = text.indexOf('\n', at), end = found < 0 ? text.length : found + 1, line = text.slice(at, end);
      let id = known.get(line);
      if (id === undefined) known.set(line, id = known.size);
      ids.push(id);
      starts.push(at = end);
    }
    return { ids: Uint32Array.from(ids), starts: Uint32Array.from(starts) };
  });
}

export function lineChanges(a: string, b: string): readonly Change[] {
  const [x, y] = lined([a, b]) as [ReturnType<typeof lined>[number], ReturnType<typeof lined>[number]];
  const script = diffLines(x.ids, y.ids), out: Change[] = [], until = performance.now() + PATIENCE;
  for (let i = 0; i < script.length; i += 4) {
    const fromA = x.starts[script[i]!]!, toA = x.starts[script[i + 1]!]!, fromB = y.starts[script[i + 2]!]!, toB = y.starts[script[i + 3]!]!;
    const isClose = toA > fromA && toB > fromB && toA - fromA + toB - fromB <= CLOSE && performance.now() < until;
    if (!isClose) { out.push(new Changed(fromA, toA, fromB, toB)); continue; }
    for (const one of diff(a.slice(fromA, toA), b.slice(fromB, toB), { scanLimit: 500, timeout: 40 })) out.push(new Changed(fromA + one.fromA, fromA + one.toA, fromB + one.fromB, fromB + one.toB));
  }
  return out;
}
