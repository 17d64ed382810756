// Small worlds for the laws of the conflict index: a few files that everybody edits in a few places, every kind of row, stacks, shared
// segments and integration merges, in some histories of commits; and operations that add, remove, replace and move the base. A seed is one history.
import type { PlaceConflict } from '../app/core/conflictIndex.ts';
import { conflictKinds } from '../app/core/model.ts';
import type { Tables } from '../app/core/tables.ts';
import { type MadeRow, TableMaker, type TextHunk } from './indexTables.ts';
import { Random } from './random.ts';

const FILE = 0o100644, EXECUTABLE = 0o100755, GROUP = 0o100664, LINK = 0o120000, MODULE = 0o160000;
const LINES = 26;

export interface Step {
  readonly what: 'add' | 'remove' | 'replace' | 'base';
  readonly tables: Tables;
  readonly removed: readonly number[];
  readonly added: readonly number[];
}

export class IndexWorld {
  readonly #random: Random;
  /** does anything come after anything, as at the finer grains? */
  readonly #follows: boolean;
  #maker = new TableMaker();
  #tips = 0;
  #base = 0;
  /** a tip that was pushed away and may come back */
  readonly #pushedAway: string[] = [];
  /** segments whose tips came back: what stands on them is compared in contexts that others had before */
  #back: number[] = [];

  constructor(seed: number, segments: number) {
    this.#random = new Random(seed);
    this.#follows = seed % 2 === 0;
    for (let i = 0; i < segments; i++) this.#add();
  }

  tables(): Tables { return this.#maker.tables(); }

  step(): Step {
    const r = this.#random, tops = this.#maker.tops(), live = this.#maker.live().length;
    const what = live < 4 ? 'add' : r.chance(0.04) ? 'base' : live > 34 ? 'remove' : r.pick(['add', 'add', 'remove', 'replace', 'replace'] as const);
    if (what === 'base') { this.#moveBase(); return { what, tables: this.tables(), removed: [], added: [] }; }
    for (const [key, { a, b }] of this.#maker.decided) if (r.chance(0.1)) this.#maker.decided.set(key, { a, b, places: this.#answer() });
    const removed = what === 'add' ? [] : [r.pick(tops)];
    let lower: readonly number[] | null = null;
    for (const n of removed) {
      if (what === 'replace' && r.chance(0.7)) lower = this.#maker.segments[n]!.lower;
      this.#pushedAway.push(this.#maker.segments[n]!.tip);
      this.#maker.remove(n);
    }
    const added = what === 'remove' ? [] : [this.#add(lower)];
    return { what, tables: this.tables(), removed, added };
  }

  /** Every text is another: everything is built anew. */
  #moveBase(): void {
    const live = this.#maker.live().length;
    this.#base++;
    this.#back = [];
    this.#maker = new TableMaker();
    for (let i = 0; i < live; i++) this.#add();
  }

  #add(lower: readonly number[] | null = null): number {
    const r = this.#random, maker = this.#maker, live = maker.live();
    const back = this.#back.filter((i) => live.includes(i));
    if (lower === null && back.length > 0 && r.chance(0.3)) lower = [r.pick(back)];
    lower ??= live.length === 0 || r.chance(0.5) ? [] : this.#topmost(r.chance(0.2) ? [r.pick(live), r.pick(live), r.pick(live)] : [r.pick(live)]);
    const known = this.#pushedAway.length > 0 && r.chance(0.6) ? this.#pushedAway.pop() : undefined;
    const isBack = known !== undefined && !live.some((i) => maker.segments[i]!.tip === known), tip = isBack ? known : `t${this.#tips++}`;
    const contexts = new Set(['base']);
    // what it shares with others, and what others share: more contexts than are needed, and now and then one too few
    const below = this.#below(lower);
    for (const l of below) if (r.chance(0.85)) contexts.add(maker.segments[l]!.tip);
    if (lower.length > 1 && r.chance(0.8)) contexts.add(lower.map((l) => maker.segments[l]!.tip).sort().join('+'));
    const rows: MadeRow[] = [];
    for (const context of contexts) {
      const paths = new Set(Array.from({ length: r.between(1, 3) }, () => r.zipf(PATHS)));
      for (const path of paths) { const row = this.#row(context, path); if (row !== null) rows.push(row); }
    }
    const segment = maker.add(tip, lower, rows, (context, path, line) => this.#line(context, path, line), this.#follows && live.length > 0 && r.chance(0.5) ? [...new Set([...lower, r.pick(live)])] : []);
    if (isBack) this.#back.push(segment);
    for (const other of live) {
      if (!r.chance(0.06)) continue;
      maker.decided.set(`${other} ${segment}`, { a: other, b: segment, places: this.#answer() });
    }
    return segment;
  }

  /** Of a pair that was merged, or why it was not. */
  #answer(): readonly PlaceConflict[] | string {
    const r = this.#random;
    if (r.chance(0.3)) return `too large ${r.below(4)}`;
    return Array.from({ length: r.below(3) }, (): PlaceConflict => ({ path: this.#maker.path(r.pick(PATHS)), kind: r.pick(conflictKinds), regions: r.chance(0.5) ? Int32Array.of(1, r.between(1, 9)) : new Int32Array(0) }));
  }

  #below(lower: readonly number[]): Set<number> {
    const out = new Set<number>();
    const visit = (i: number): void => { out.add(i); this.#maker.segments[i]!.lower.forEach(visit); };
    lower.forEach(visit);
    return out;
  }

  #topmost(some: readonly number[]): number[] {
    const distinct = [...new Set(some)];
    return distinct.filter((i) => !distinct.some((o) => o !== i && this.#below([o]).has(i))).sort((x, y) => x - y);
  }

  /** Two lines of three are alike, so that hunks cut differently may give one text. */
  #line(context: string, path: string, line: number): string { return line % 3 === 0 ? `${this.#base} ${context} ${path} ${line}` : 'same'; }

  #row(context: string, path: string): MadeRow | null {
    const r = this.#random, before = this.#before(context, path);
    const make = (after: MadeRow['after'], hunks: MadeRow['hunks']): MadeRow => ({ context, path, before, after, hunks });
    if (before === null) {
      if (r.chance(0.15)) return make({ mode: r.pick([LINK, MODULE]), content: `other ${r.below(2)}` }, null);
      if (r.chance(0.15)) return make({ mode: FILE, content: `binary ${path} ${r.below(2)}` }, null);
      const text = r.below(4);
      return make({ mode: r.chance(0.2) ? EXECUTABLE : FILE, content: `new ${text}` }, text === 0 ? [] : [{ start: 0, end: 0, inserted: [`new ${text}`] }]);
    }
    if (r.chance(0.12)) return make(null, null);
    if (before.mode !== FILE || r.chance(0.1)) {
      const mode = r.pick([before.mode, LINK, FILE, EXECUTABLE]), content = `changed ${path} ${r.below(3)}`;
      // a file in place of a link stands against the empty file
      if (before.mode !== FILE && mode === FILE && r.chance(0.5)) return make({ mode, content: `${content} text` }, [{ start: 0, end: 0, inserted: [content] }]);
      return make({ mode, content }, null);
    }
    const hunks = r.chance(0.12) ? [] : this.#hunks(context, path);
    const mode = r.chance(hunks.length === 0 ? 0.7 : 0.1) ? r.pick([EXECUTABLE, GROUP]) : FILE;
    if (hunks.length === 0 && mode === FILE) return null;
    return make({ mode, content: hunks.length === 0 ? before.content : `${before.content} ${JSON.stringify(hunks)}` }, hunks);
  }

  #before(context: string, path: string): MadeRow['before'] {
    if (path.startsWith('new') && path !== 'new/old') return null;
    return { mode: path.startsWith('link') ? LINK : path.startsWith('module') ? MODULE : FILE, content: `${this.#base} ${context} ${path}` };
  }

  /** The same text for all, however it is cut; with a line elsewhere that tells the contents apart. */
  #cut(context: string, path: string): TextHunk[] {
    const r = this.#random;
    const made = (line: number): string => (line === 3 ? 'first' : line === 8 ? 'last' : this.#line(context, path, line));
    return [
      ...r.pick(CUTS).map(([start, end]) => ({ start, end, inserted: Array.from({ length: end - start }, (_, i) => made(start + i)) })),
      { start: 12 + 2 * r.below(6), end: LINES, inserted: ['x'] },
    ];
  }

  /** From few, so that equal ones, touching ones and ones cut differently meet. */
  #hunks(context: string, path: string): TextHunk[] {
    const r = this.#random, out: TextHunk[] = [];
    if (r.chance(0.25)) return this.#cut(context, path);
    for (let at = r.below(9); at < LINES; at += r.between(2, 16)) {
      const end = Math.min(LINES, at + r.pick([0, 0, 1, 1, 2, 3, 6]));
      const kept = r.chance(0.3) ? Array.from({ length: end - at }, (_, i) => this.#line(context, path, at + i)) : [];
      const inserted = r.pick([['x'], ['same'], ['same', 'same'], ['y', 'x'], [...kept, 'x'], []]);
      if (end > at || inserted.length > 0) out.push({ start: at, end, inserted });
      at = end + 1;
    }
    return out;
  }
}

/** One change of lines 3 to 8 and 20, cut in many ways: into so many hunks, with what is kept put in again where one reaches over it. */
const CUTS: readonly (readonly (readonly [start: number, end: number])[])[] = [[[3, 9]], [[3, 4], [8, 9]], [[3, 6], [7, 9]], [[3, 4], [6, 9]], [[3, 5], [6, 7], [8, 9]], [[3, 4], [5, 7], [8, 9]]];

const PATHS = ['a', 'b', 'new', 'new/old', 'c', 'new/d', 'd', 'link', 'e', 'new/d/e', 'f', 'module', 'new/f', 'g', 'h'];
