// The sweep: of each lane, in the order of its lines, only hunks that touch are compared, and rows that are no text with all others.
// Writes the pairs of segments that conflict into a set. Pure numbers: the same here, in a Web Worker and in a worker thread.
import { Row } from '../tables.ts';
import { type ContextRows, isBase, meetIn } from './contexts.ts';
import { HunkClasses, type Lanes } from './lanes.ts';
import type { PairSet } from './pairSet.ts';
import { type RowNumbers, changedMode, hunksDiffer, isText, rowsConflict } from './rows.ts';

export interface Sweepable { readonly numbers: RowNumbers; readonly lanes: Lanes; readonly contexts: ContextRows }

export class Sweep {
  readonly #numbers: RowNumbers;
  readonly #lanes: Lanes;
  readonly #contexts: ContextRows;
  readonly #found: PairSet;
  readonly #classes = new HunkClasses();
  /** classes of hunks that may still be touched: their ends are not behind the sweep */
  #active = new Int32Array(64);
  /** exact checks so far: what the sweep cost */
  checked = 0;

  constructor({ numbers, lanes, contexts }: Sweepable, found: PairSet) {
    this.#numbers = numbers;
    this.#lanes = lanes;
    this.#contexts = contexts;
    this.#found = found;
  }

  all(): this {
    for (let lane = 0; lane < this.#lanes.path.length; lane++) this.lane(lane);
    return this;
  }

  /** One lane, or the `share`-th of `shares` of its work: all shares together are the lane. */
  lane(lane: number, share = 0, shares = 1): void {
    const { first, rows, context } = this.#lanes;
    if (first[lane + 1]! - first[lane]! < 2) return;
    const laneRows = rows.subarray(first[lane], first[lane + 1]);
    const whole: number[] = [];
    let modes = false;
    for (const r of laneRows) {
      if (!isText(this.#numbers, r)) whole.push(r);
      else if (changedMode(this.#numbers, r) !== 0) modes = true;
    }
    if (whole.length > 0) this.#wholes(whole, laneRows, context[lane]!, share, shares);
    if (modes && share === 0) this.#modes(laneRows, context[lane]!);
    if (laneRows.length - whole.length > 1) this.#hunks(laneRows, context[lane]!, share, shares);
  }

  #meet(x: number, y: number, context: number): void {
    const { rows } = this.#numbers;
    const a = rows[x + Row.segment]!, b = rows[y + Row.segment]!;
    if (a !== b && !this.#found.has(a, b) && meetIn(this.#contexts, a, b, context)) this.#found.add(a, b);
  }

  /** Rows that touch everything: once for all that make the same of the path, against each other and against each text. */
  #wholes(whole: number[], laneRows: Int32Array, context: number, share: number, shares: number): void {
    const d = this.#numbers;
    const after = (r: number): number => d.rows[r + Row.after]!;
    const byEntry = new Map<number, number[]>();
    for (const r of whole) { const list = byEntry.get(after(r)); if (list) list.push(r); else byEntry.set(after(r), [r]); }
    const classes = [...byEntry.values()];
    classes.forEach((members, i) => {
      if (i % shares !== share) return;
      for (let j = 0; j < i; j++) {
        this.checked++;
        if (rowsConflict(d, members[0]!, classes[j]![0]!)) for (const x of members) for (const y of classes[j]!) this.#meet(x, y, context);
      }
      for (const y of laneRows) {
        if (!isText(d, y)) continue;
        this.checked++;
        if (rowsConflict(d, members[0]!, y)) for (const x of members) this.#meet(x, y, context);
      }
    });
  }

  /** Texts whose modes conflict: two new modes. A file has two modes in all but old repositories, so this is rare. */
  #modes(laneRows: Int32Array, context: number): void {
    const d = this.#numbers;
    const byMode = new Map<number, number[]>();
    for (const r of laneRows) {
      const mode = isText(d, r) ? changedMode(d, r) : 0;
      if (mode !== 0) { const list = byMode.get(mode); if (list) list.push(r); else byMode.set(mode, [r]); }
    }
    for (const [one, rows] of byMode) for (const [other, others] of byMode) if (one < other) for (const x of rows) for (const y of others) this.#meet(x, y, context);
  }

  #hunks(laneRows: Int32Array, context: number, share: number, shares: number): void {
    const d = this.#numbers, classes = this.#classes;
    classes.gather(d, laneRows);
    const { count, start, end } = classes;
    if (this.#active.length < count) this.#active = new Int32Array(2 * count);
    const active = this.#active;
    // the work of the n-th class may grow with n, or not: shares take blocks in turn
    const block = shares === 1 ? Math.max(1, count) : Math.max(8, Math.ceil(count / (16 * shares)));
    for (let from = share * block; from < count; from += shares * block) {
      const to = Math.min(from + block, count), line = start[from]!;
      let m = 0;
      for (let c = 0; c < from; c++) if (end[c]! >= line) active[m++] = c;
      for (let c = from; c < to; c++) {
        const at = start[c]!;
        let kept = 0;
        for (let k = 0; k < m; k++) {
          const other = active[k]!;
          if (end[other]! < at) continue;
          active[kept++] = other;
          this.#compare(other, c, context);
        }
        active[kept++] = c;
        m = kept;
      }
    }
  }

  #compare(one: number, other: number, context: number): void {
    const d = this.#numbers, { segmentOf } = d, { order, first } = this.#classes, found = this.#found, onBase = isBase(this.#contexts, context);
    for (let i = first[one]!; i < first[one + 1]!; i++) {
      const x = order[i]!, a = segmentOf[x]!;
      for (let j = first[other]!; j < first[other + 1]!; j++) {
        const y = order[j]!, b = segmentOf[y]!;
        if (a === b || found.has(a, b)) continue;
        // on the base most share nothing, which is soon told; elsewhere being compared at all takes more words than the texts
        if (onBase && !meetIn(this.#contexts, a, b, context)) continue;
        this.checked++;
        if (hunksDiffer(d, x, y) && (onBase || meetIn(this.#contexts, a, b, context))) found.add(a, b);
      }
    }
  }
}
