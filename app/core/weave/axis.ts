// The one order in which a weave holds lines, and its walk for a set of ACUs: the base is a run of lines with a gap before
// each and one at the end; inserted runs hang in the gaps of other runs, sorted by content within a gap. The walk yields
// pieces of runs, never single lines, so its cost is that of the set's edits, whatever the length of the base.

/** A stretch of lines that came together: the base (no parent), or what hunks inserted at one place. */
export interface Run {
  readonly lines: Uint32Array;
  readonly parent: Run | null;
  /** hangs before line `gap` of its parent, or after the last one */
  readonly gap: number;
  /** indices of the ACUs that bring it; the base is brought by none */
  readonly inserters: number[];
  /** by gap, sorted by content, no two alike */
  readonly children: Map<number, Run[]>;
}

/** What one ACU does to lines [from, to) of a run that its past has: hides them, or shows them again. */
export interface Touch { readonly run: Run; readonly from: number; readonly to: number; readonly shows: boolean }

/** What the walk needs of an ACU: the runs it brings and what it does to other lines; touches do not overlap. */
export interface Woven { readonly runs: readonly Run[]; readonly touches: readonly Touch[] }

/**
 * Lines [from, to) of a run, on all of which the set's ACUs act alike. A mark is 2 × index of the ACU + (1 if it shows
 * the lines, be it that it brought them or restored them; 0 if it hides them).
 */
export interface Piece { readonly run: Run; readonly from: number; readonly to: number; readonly marks: readonly number[] }

/** Lexicographic. */
export function compareLists(a: Uint32Array, b: Uint32Array, compareLines: (a: number, b: number) => number): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    if (a[i] === b[i]) continue;
    const order = compareLines(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

interface Marked { readonly from: number; readonly to: number; readonly mark: number }

/** All lines that the base or one of `members` brings, in weave order. `members` is closed under dependency. */
export function axisOf(base: Run, members: Iterable<number>, acus: readonly Woven[], compareLines: (a: number, b: number) => number): Piece[] {
  const inserted = new Map<Run, number[]>();
  const children = new Map<Run, Run[]>();
  const touched = new Map<Run, Marked[]>();
  for (const index of members) {
    const { runs, touches } = acus[index]!;
    for (const run of runs) {
      const marks = inserted.get(run);
      if (marks) { marks.push(2 * index + 1); continue; }
      inserted.set(run, [2 * index + 1]);
      push(children, run.parent!, run);
    }
    for (const { run, from, to, shows } of touches) push(touched, run, { from, to, mark: 2 * index + (shows ? 1 : 0) });
  }
  for (const siblings of children.values()) siblings.sort((a, b) => a.gap - b.gap || compareLists(a.lines, b.lines, compareLines));

  const pieces: Piece[] = [];
  // In order: children in a gap, then the line after it. A stack of its own: appended runs nest as deep as a history is long.
  const open = [enter(base)];
  for (let frame = open.at(-1); frame !== undefined; frame = open.at(-1)) {
    const { run, hanging, cuts } = frame;
    const child = hanging[frame.nextChild];
    if (child !== undefined && child.gap === frame.at) {
      frame.nextChild++;
      if (children.has(child) || touched.has(child)) open.push(enter(child));
      else pieces.push({ run: child, from: 0, to: child.lines.length, marks: inserted.get(child)! });
    } else if (frame.at < run.lines.length) {
      const from = frame.at;
      while (cuts[frame.nextCut]! <= from) frame.nextCut++;
      frame.at = cuts[frame.nextCut]!;
      pieces.push({ run, from, to: frame.at, marks: marksAt(frame, from) });
    } else open.pop();
  }
  return pieces;

  function enter(run: Run): Frame {
    const hanging = children.get(run) ?? [];
    const marked = touched.get(run)?.sort((a, b) => a.from - b.from) ?? [];
    const cuts = [run.lines.length];
    for (const { gap } of hanging) cuts.push(gap);
    for (const { from, to } of marked) cuts.push(from, to);
    cuts.sort((a, b) => a - b);
    return { run, hanging, cuts, marked, bring: inserted.get(run) ?? [], acting: [], at: 0, nextChild: 0, nextCut: 0, nextMarked: 0 };
  }
}

interface Frame {
  readonly run: Run; readonly hanging: readonly Run[]; readonly cuts: readonly number[]; readonly marked: readonly Marked[];
  readonly bring: readonly number[];
  acting: Marked[];
  at: number; nextChild: number; nextCut: number; nextMarked: number;
}

function marksAt(frame: Frame, at: number): readonly number[] {
  if (frame.marked.length === 0) return frame.bring;
  frame.acting = frame.acting.filter((m) => m.to > at);
  for (; frame.nextMarked < frame.marked.length && frame.marked[frame.nextMarked]!.from <= at; frame.nextMarked++) {
    frame.acting.push(frame.marked[frame.nextMarked]!);
  }
  return frame.acting.length === 0 ? frame.bring : [...frame.bring, ...frame.acting.map((m) => m.mark)];
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
