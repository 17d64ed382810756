// The pairs of tables, from scratch: all at once, or in parts that others sweep, wherever they run and in whatever order they come back.
import { Closures } from '../closures.ts';
import type { Tables } from '../tables.ts';
import { Contexts } from './contexts.ts';
import { type Lanes, lanesOf } from './lanes.ts';
import { PairSet } from './pairSet.ts';
import { laneCosts, partition } from './partition.ts';
import { type RowNumbers, rowNumbers } from './rows.ts';
import { Sweep, type Sweepable } from './sweep.ts';

export class Pairing implements Sweepable {
  readonly tables: Tables;
  readonly numbers: RowNumbers;
  readonly lanes: Lanes;
  readonly contexts: Contexts;
  readonly found: PairSet;
  /** exact checks made here */
  checked = 0;

  constructor(tables: Tables) {
    const { segments } = tables;
    this.tables = tables;
    this.contexts = new Contexts(new Closures(segments));
    segments.forEach((s, i) => { if (s.standing === 'exact') this.contexts.arrive(i, s.tip); });
    this.contexts.read(tables.contexts);
    this.numbers = rowNumbers(tables);
    this.lanes = lanesOf(this.numbers, tables.paths.length, tables.contexts.length, (i) => segments[i]!.standing === 'exact');
    this.found = new PairSet(segments.length);
  }

  /** Guessed, in exact checks. */
  cost(): number {
    let total = 0;
    for (const cost of laneCosts(this)) total += cost;
    return total;
  }

  whole(): this {
    this.checked = new Sweep(this, this.found).all().checked;
    return this;
  }

  /** At most `n` buffers for `sweepPart`; each may be moved away. */
  parts(n: number): ArrayBuffer[] { return partition(this, this.tables.segments.length, n); }

  /** What `sweepPart` made of one of the parts. */
  take(pairs: ArrayBuffer): void { this.found.unite(pairs); }
}
