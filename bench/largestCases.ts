// Problems for the benchmark of the largest composition, made from tables as an engine has them; and a check of its answers by the definition alone.
import { ConflictIndex } from '../app/core/conflictIndex.ts';
import type { Problem, WhyNot } from '../app/core/largest/model.ts';
import { HunkColumn, Row, type Tables } from '../app/core/tables.ts';

export type Rule = 'unit' | 'lines';

/** Segments as items; those that are not exact are barred. */
export function problemOf(tables: Tables, rule: Rule): Problem {
  const conflicts: number[] = [];
  new ConflictIndex(tables).edges((a, b) => { conflicts.push(a, b); });
  const { segments } = tables;
  return {
    count: segments.length, requires: segments.map((s) => s.lower), conflicts: Uint32Array.from(conflicts), refused: [],
    barred: segments.flatMap((s, i) => (s.standing === 'exact' ? [] : [i])), weights: rule === 'unit' ? new Float64Array(segments.length).fill(1) : linesOf(tables),
  };
}

/** Lines that a segment's hunks remove and insert over what it stands on; at least 1. */
function linesOf({ segments, rows, hunks, contexts }: Tables): Float64Array {
  const lines = new Float64Array(segments.length), over = segments.map((s) => (s.lower.length === 0 ? -1 : contexts.indexOf(segments[s.lower[0]!]!.tip)));
  for (let r = 0; r < rows.length; r += Row.width) {
    const segment = rows[r + Row.segment]!, from = rows[r + Row.hunk]!;
    if (over[segment] !== -1 && over[segment] !== rows[r + Row.context]) continue;
    for (let h = from; h < from + rows[r + Row.hunks]!; h++) lines[segment]! += hunks[h * HunkColumn.width + HunkColumn.removedLength]! + hunks[h * HunkColumn.width + HunkColumn.insertedLength]!;
  }
  return lines.map((n) => Math.max(1, n));
}

/** The definition, slowly, for sets of thousands. */
export class Definition {
  readonly #problem: Problem;
  readonly #conflicts: readonly number[][];
  readonly #uppers: readonly number[][];
  readonly #barred: ReadonlySet<number>;

  constructor(problem: Problem) {
    const lists = (): number[][] => Array.from({ length: problem.count }, () => []);
    this.#problem = problem;
    this.#barred = new Set(problem.barred);
    this.#conflicts = lists();
    for (let i = 0; i < problem.conflicts.length; i += 2) {
      const a = problem.conflicts[i]!, b = problem.conflicts[i + 1]!;
      this.#conflicts[a]!.push(b);
      this.#conflicts[b]!.push(a);
    }
    this.#uppers = lists();
    problem.requires.forEach((list, i) => { for (const lower of list) this.#uppers[lower]!.push(i); });
  }

  holds(set: ReadonlySet<number>): boolean {
    const isTop = (item: number): boolean => !this.#uppers[item]!.some((upper) => set.has(upper));
    for (const item of set) {
      if (this.#barred.has(item) || !this.#problem.requires[item]!.every((lower) => set.has(lower))) return false;
      if (isTop(item) && this.#conflicts[item]!.some((other) => set.has(other) && isTop(other))) return false;
    }
    return !this.#problem.refused.some((refused) => refused.length > 0 && refused.every((item) => set.has(item) && isTop(item)));
  }

  /**
   * Does what a why-not says let the item in, and are no fewer enough? The item is a top of whatever set it comes to, for nothing chosen requires it; so what all of whose tops
   * in the set conflict with it must leave. 'open': that does not decide it, something depends on more.
   */
  judge(chosen: ReadonlySet<number>, { item, never, leaves, comes }: WhyNot): 'right' | 'wrong' | 'open' {
    if (never !== null) return this.#closure(item, this.#problem.requires).some((below) => this.#barred.has(below)) ? 'right' : 'open';
    const after = new Set(chosen);
    for (const out of leaves) after.delete(out);
    for (const came of comes) after.add(came);
    if (!after.has(item) || !this.holds(after)) return 'wrong';
    const against = new Set(this.#conflicts[item]), must = (one: number): boolean => this.#closure(one, this.#uppers).every((upper) => !chosen.has(upper) || against.has(upper));
    return leaves.every(must) ? 'right' : 'open';
  }

  #closure(item: number, lists: readonly (readonly number[])[]): number[] {
    const found = new Set([item]);
    for (const one of found) for (const other of lists[one]!) found.add(other);
    return [...found];
  }
}
