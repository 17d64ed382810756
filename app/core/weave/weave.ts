// The weave of one file identity: every line that any ACU has, in one order (design.md §2, Weave). It says what text any
// set of ACUs has, whose lines those are, and where the set's tops cannot all have their way. It knows lines as numbers
// and ACUs as ids; bytes, diffs, paths and verdicts are made elsewhere.
//
// Order. Where an inserted run goes is decided by the ACU's causal past alone, tombstones included, as in Fugue ("The Art of
// the Fugue", Weidner and Kleppmann 2023): between neighbours L and R it becomes the right child of L if nothing hangs there
// yet, else the left child of R. Concurrent runs at one place are ordered by content, and runs with equal content are one
// run with several inserters, so the order of arrival leaves no trace (law 1).
//
// Presence. An ACU acts on a line by bringing it, hiding it, or restoring it. In a set, if the latest acts agree, that is the
// answer. If they disagree, it is the three-way merge of the set's tops, line by line: the line shows if some top that has
// it stands against every top that has it not, that is, if what the two have in common does not have it either. In git's
// words it is a merge of one line; "every hider needs a restorer" fails it (docs/decisions/0008-when-a-line-shows.md):
//  - a and b insert the same run, c requires a and hides it: it shows in {a, b, c}, for b still brings its copy. A hiding
//    counts only against copies that its ACU knew.
//  - a and b delete the same line, c requires a and restores it: hidden in {a, b, c}, for nobody restored it from b.
//  - a deletes, c1 and c2 restore, d requires c1 and deletes again: it shows, for c2's restoration knew nothing of d.
// Each is what git merges from the same commits; see git.test.ts.
//
// Identical edits that diffs cut differently are settled per set: docs/decisions/0007-identical-edits.md.
import { bug } from '../errors.ts';
import type { Piece, Run, Touch } from './axis.ts';
import { compareLists } from './axis.ts';
import type { Bits } from './bits.ts';
import { bitsOf, has, intersection, membersOf, union, within } from './bits.ts';
import { commonLines } from './common.ts';
import { Excerpt, type History, shownOf } from './history.ts';
import type { Part, Spot, Walk, WeaveHunk, Window } from './placing.ts';
import { Rewriting, gapAfter, joined, windowsOf } from './placing.ts';
import type { Analysis, Clash, Member, View } from './presence.ts';
import { Presence } from './presence.ts';
import { linesOf } from './regions.ts';
import { type Traces, tracesOf } from './traces.ts';

export type { History } from './history.ts';
export type { WeaveHunk, Window } from './placing.ts';
export type { Trace, Traces } from './traces.ts';

/** Whom a hunk builds on: who inserted the lines before, after and removed, and who hid what lay between them. Sorted. */
export interface Anchors { readonly inserters: readonly string[]; readonly hiders: readonly string[] }

/** Lines that came together. `inserters`: those of the set that bring them; null for the base. */
export interface Span { readonly lines: Uint32Array; readonly inserters: readonly string[] | null; readonly shows: boolean }

/** One side of a conflict place: these tops give this text. */
export interface PlaceSide { readonly tops: readonly string[]; readonly lines: Uint32Array }

/** Lines [start, end) of what the sides have in common (`context`: those ACUs; none means the base), and what each makes of them. */
export interface WeavePlace {
  readonly context: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly base: Uint32Array;
  readonly sides: readonly PlaceSide[];
}

export type WeaveComposition = { readonly lines: Uint32Array } | { readonly conflict: readonly WeavePlace[] };

interface Added extends Member { readonly hunks: readonly WeaveHunk[] }

/** A member to be woven in at the end of a history: `past`: what it requires, closed, by number; `hunks`: its own, in the lines of that. */
export interface Next { readonly id: string; readonly past: Bits; readonly hunks: readonly WeaveHunk[] }

export class Weave {
  readonly #base: Run;
  readonly #members: Added[] = [];
  readonly #indexOf = new Map<string, number>();
  /** ids that some closure names and that have no part in this file */
  readonly #elsewhere = new Set<string>();
  readonly #presence: Presence;
  readonly #compareLines: (a: number, b: number) => number;

  /**
   * `compareLines` orders different lines for concurrent runs at one place. Numbers depend on the order of interning:
   * where weaves on several machines must agree, compare the lines' bytes.
   */
  constructor(base: Uint32Array, compareLines: (a: number, b: number) => number = (a, b) => a - b) {
    this.#base = { lines: base, parent: null, gap: 0, inserters: [], children: new Map() };
    this.#compareLines = compareLines;
    this.#presence = new Presence(this.#base, this.#members, compareLines);
  }

  has(id: string): boolean { return this.#indexOf.has(id); }

  /**
   * Adds an ACU. `requires` is closed under dependency and its ids that touch this file were added before; hunks are in
   * line numbers of visible(requires). An ACU above several that touch this file is added even if it has no hunks here:
   * it says that their joint text stands.
   */
  add(id: string, requires: ReadonlySet<string>, hunks: readonly WeaveHunk[]): void {
    if (this.#indexOf.has(id) || this.#elsewhere.has(id)) throw bug('an ACU is woven once, before those that require it', { id });
    const past = this.#closedBits(requires);
    const index = this.#members.length;
    const view = this.#presence.view(past);
    const walk = this.#presence.analyse(view);
    const act: Act = { index, walk, next: new Rewriting(walk), touches: [], runs: [] };
    for (const window of windowsOf(walk, joined(hunks))) this.#weaveIn(act, window);
    const settled = this.#enter(act, { id, past, hunks }, view);
    for (const other of requires) if (!this.#indexOf.has(other)) this.#elsewhere.add(other);
    if (!settled) this.#presence.remember(this.#presence.view(this.#members[index]!.closure), { ...act.next.done(), clashes: [], agreed: [] });
  }

  /** How many ACUs are in it; they are numbered in the order in which they were woven in. */
  get size(): number { return this.#members.length; }

  /** The whole of a set, by number, that is closed under dependency; null where its tops clash. */
  history(set: Bits): History | null {
    const view = this.#presence.view(set), { pieces, shown, clashes } = this.#presence.analyse(view);
    return clashes.length > 0 ? null : { pieces, shown, set, joined: set.length > 0 };
  }

  /** What members of a history that are closed under dependency make of the text. */
  excerpt(history: History, set: Bits): Excerpt {
    if (!history.joined) return new Excerpt(history.pieces, shownOf(history, set));
    const view = this.#presence.view(set);
    return new Excerpt(history.pieces, Uint8Array.from(history.pieces, (piece) => (this.#presence.shows(piece, view) ? 1 : 0)));
  }

  /**
   * Weaves members in at the end of a history, all of them made on its text: `acts` are the places of their hunks in it (`windowsOf`), in
   * order, by member. It is what adding them one by one gives where whoever had a hand in what they touch is in their past: what else
   * the history has lies outside of all their windows. Answers the history with them.
   */
  continued(history: History, members: readonly Next[], acts: readonly { readonly member: number; readonly window: Window }[]): History {
    const first = this.#members.length, next = new Rewriting(history);
    const doing = members.map((_, k): Act => ({ index: first + k, walk: history, next, touches: [], runs: [] }));
    for (const { member, window } of acts) this.#weaveIn(doing[member]!, window);
    let settled = false;
    for (const [k, member] of members.entries()) if (this.#enter(doing[k]!, member, history.joined ? this.#presence.view(member.past) : null)) settled = true;
    const set = union(history.set, bitsOf(members.map((_, k) => first + k)));
    // what they took over from regions of equal text is in no walk that was rewritten
    if (settled) return { ...this.#presence.analyse(this.#presence.view(set)), set, joined: true };
    return { ...next.done(), set, joined: history.joined };
  }

  /** Whether it took over text that its past settles; `view`: null where there is none to settle. */
  #enter({ index, touches, runs }: Act, { id, past, hunks }: Next, view: View | null): boolean {
    const settled = view === null ? null : this.#presence.settledBy(view);
    if (settled !== null) for (const [run, stretches] of settled) {
      // The ACU was made on the settled text: from here on that text is its own doing.
      const own = touches.filter((touch) => touch.run === run);
      for (const { from, to, shows } of stretches) for (const rest of uncovered(from, to, own)) touches.push({ run, ...rest, shows });
    }
    this.#members.push({ id, past, closure: union(past, bitsOf([index])), touches, runs, hunks });
    this.#indexOf.set(id, index);
    return settled !== null && settled.size > 0;
  }

  /** The text of a set that is closed under dependency. Where tops clash, the lines of all sides, in weave order. */
  visible(set: ReadonlySet<string>): Uint32Array {
    const { pieces, shown } = this.#analyse(set);
    return linesOf(pieces, shown);
  }

  /** The text of a set, or the places where edits of its tops touch without being the same. */
  composeSet(set: ReadonlySet<string>): WeaveComposition {
    const analysis = this.#analyse(set);
    if (analysis.clashes.length === 0) return { lines: linesOf(analysis.pieces, analysis.shown) };
    const shownIn = new Map<View, { shown: Uint8Array; starts: Uint32Array }>();
    return { conflict: analysis.clashes.map((clash) => this.#place(analysis, clash, shownIn)) };
  }

  /** Everything the base and the set have, in weave order, hidden lines included. */
  spans(set: ReadonlySet<string>): Span[] {
    const { pieces, shown } = this.#analyse(set);
    const members = this.#bits(set);
    return pieces.map(({ run, from, to }, k) => ({
      lines: run.lines.subarray(from, to), shows: shown[k] === 1,
      inserters: run.parent === null ? null : this.#ids(run.inserters.filter((i) => has(members, i))),
    }));
  }

  /** The visible text of a set, by who brings it. */
  provenance(set: ReadonlySet<string>): Span[] { return this.spans(set).filter((span) => span.shows); }

  /** Who brings each line of a set's text, and who took out the base's lines that are not in it. Its tops must not clash. */
  traced(set: ReadonlySet<string>): Traces { return tracesOf(this.#presence, this.#presence.view(this.#closedBits(set)), this.#members); }

  /** For each hunk that an ACU on top of `requires` would have: whom it builds on. Adds nothing. */
  anchors(requires: ReadonlySet<string>, hunks: readonly WeaveHunk[]): Anchors[] {
    const past = this.#closedBits(requires);
    const walk = this.#presence.analyse(this.#presence.view(past));
    return Array.from(windowsOf(walk, hunks), ({ before, after, parts }) => {
      const inserters = new Set<number>(), hiders = new Set<number>();
      const touched = [before, after, ...parts.filter((part) => part.shows)].filter((spot) => spot !== null);
      for (const { piece } of touched) for (const i of walk.pieces[piece]!.run.inserters) if (has(past, i)) inserters.add(i);
      for (const { piece, shows } of parts) {
        if (!shows) for (const mark of walk.pieces[piece]!.marks) if ((mark & 1) === 0) hiders.add(mark >>> 1);
      }
      return { inserters: this.#ids([...inserters]), hiders: this.#ids([...hiders]) };
    });
  }

  /** The same for an ACU that was added. */
  anchorsOf(id: string): Anchors[] {
    const index = this.#indexOf.get(id);
    if (index === undefined) throw bug('not in this weave', { id });
    const { past, hunks } = this.#members[index]!;
    return this.anchors(new Set(this.#ids([...membersOf(past)])), hunks);
  }

  #analyse(set: ReadonlySet<string>): Analysis {
    return this.#presence.analyse(this.#presence.view(this.#closedBits(set)));
  }

  #closedBits(ids: ReadonlySet<string>): Bits {
    const bits = this.#bits(ids);
    for (const top of this.#presence.view(bits).tops) {
      if (!within(this.#members[top]!.past, bits)) throw bug('a set that is not closed under dependency has no text', { lacking: this.#members[top]!.id });
    }
    return bits;
  }

  #bits(ids: ReadonlySet<string>): Bits {
    const indices: number[] = [];
    for (const id of ids) {
      const index = this.#indexOf.get(id);
      if (index !== undefined) indices.push(index);
    }
    return bitsOf(indices);
  }

  #ids(indices: readonly number[]): string[] { return indices.map((i) => this.#members[i]!.id).sort(); }

  #place({ pieces }: Analysis, { from, to, tops }: Clash, shownIn: Map<View, { shown: Uint8Array; starts: Uint32Array }>): WeavePlace {
    const closures = tops.map((top) => this.#members[top]!.closure);
    const context = this.#presence.view(closures.reduce(intersection));
    let known = shownIn.get(context);
    if (!known) {
      const shown = Uint8Array.from(pieces, (piece) => (this.#presence.shows(piece, context) ? 1 : 0));
      const starts = new Uint32Array(pieces.length);
      let lines = 0;
      pieces.forEach((piece, k) => { starts[k] = lines; if (shown[k] === 1) lines += piece.to - piece.from; });
      shownIn.set(context, known = { shown, starts });
    }
    const here = pieces.slice(from, to);
    const sides = new Map<string, { tops: string[]; lines: Uint32Array }>();
    tops.forEach((top, n) => {
      const view = this.#presence.view(closures[n]!);
      const lines = linesOf(here, Uint8Array.from(here, (piece) => (this.#presence.shows(piece, view) ? 1 : 0)));
      const side = sides.get(lines.join());
      if (side) side.tops.push(this.#members[top]!.id);
      else sides.set(lines.join(), { tops: [this.#members[top]!.id], lines });
    });
    for (const side of sides.values()) side.tops.sort();
    const base = linesOf(pieces, known.shown, from, to), start = known.starts[from]!;
    return {
      context: this.#ids([...membersOf(context.set)]), start, end: start + base.length, base,
      sides: [...sides.values()].sort((a, b) => (a.tops[0]! < b.tops[0]! ? -1 : 1)),
    };
  }

  /** Hides what the hunk removes, restores what it puts back, and hangs what is left of it where it belongs. */
  #weaveIn({ index, walk: { pieces }, next, touches, runs }: Act, { before, parts, inserted }: Window): void {
    const back = inserted.length === 0 ? [] : commonLines(hiddenIn(pieces, parts), inserted); // [tomb, line of inserted, length]*
    let done = 0, stretch = 0;
    const hangRest = (left: Spot | null): void => {
      const upTo = stretch < back.length ? back[stretch + 1]! : inserted.length;
      if (upTo === done) return;
      const run = this.#hang(gapAfter(pieces, this.#base, left), inserted.subarray(done, upTo), index);
      runs.push(run);
      next.put(run, 2 * index + 1);
    };

    if (before) next.keepTo(before.piece, before.at + 1);
    hangRest(before);
    let tomb = 0;
    for (const { piece, from, to, shows } of parts) {
      const { run } = pieces[piece]!;
      if (shows) {
        next.keepTo(piece, from);
        next.mark(to, 2 * index);
        touches.push({ run, from, to, shows: false });
        continue;
      }
      while (stretch < back.length && back[stretch]! < tomb + to - from) {
        const first = Math.max(back[stretch]!, tomb), end = Math.min(back[stretch]! + back[stretch + 2]!, tomb + to - from);
        const at = from + first - tomb, stop = from + end - tomb;
        next.keepTo(piece, at);
        next.mark(stop, 2 * index + 1);
        touches.push({ run, from: at, to: stop, shows: true });
        if (end < back[stretch]! + back[stretch + 2]!) break; // goes on in the next part
        done = back[stretch + 1]! + back[stretch + 2]!;
        stretch += 3;
        hangRest({ piece, at: stop - 1 });
      }
      tomb += to - from;
    }
  }

  /** The run of these lines in this gap: one node, whoever inserts it. */
  #hang({ run: parent, gap }: { run: Run; gap: number }, lines: Uint32Array, index: number): Run {
    const siblings = parent.children.get(gap) ?? [];
    let low = 0;
    for (let high = siblings.length; low < high;) {
      const middle = (low + high) >>> 1;
      const order = compareLists(siblings[middle]!.lines, lines, this.#compareLines);
      if (order === 0) {
        siblings[middle]!.inserters.push(index);
        return siblings[middle]!;
      }
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    const run: Run = { lines: lines.slice(), parent, gap, inserters: [index], children: new Map() };
    siblings.splice(low, 0, run);
    parent.children.set(gap, siblings);
    return run;
  }
}

/** An ACU while it is woven in: what it does, and the walk of its past turning into that of its closure. */
interface Act { readonly index: number; readonly walk: Walk; readonly next: Rewriting; readonly touches: Touch[]; readonly runs: Run[] }

/** The lines of hidden parts, one after the other. */
function hiddenIn(pieces: readonly Piece[], parts: readonly Part[]): Uint32Array {
  let length = 0;
  for (const { from, to, shows } of parts) if (!shows) length += to - from;
  const out = new Uint32Array(length);
  let filled = 0;
  // of a line that a long history changed often there are thousands, each of one line: no view for each
  for (const { piece, from, to, shows } of parts) if (!shows) for (let at = from; at < to; at++) out[filled++] = pieces[piece]!.run.lines[at]!;
  return out;
}

/** What of [from, to) none of these stretches covers. */
function* uncovered(from: number, to: number, stretches: readonly { readonly from: number; readonly to: number }[]): Generator<{ from: number; to: number }> {
  let at = from;
  for (const stretch of [...stretches].sort((a, b) => a.from - b.from)) {
    if (stretch.to <= at || stretch.from >= to) continue;
    if (stretch.from > at) yield { from: at, to: stretch.from };
    at = stretch.to;
  }
  if (at < to) yield { from: at, to };
}
