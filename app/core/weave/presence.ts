// Which lines of a weave show in a set of ACUs, and where a set's tops cannot all have their way. See weave.ts for the
// rule and the counter-examples that fix it, docs/decisions/0007-identical-edits.md for regions that are cut differently.
import type { Piece, Run, Woven } from './axis.ts';
import { axisOf } from './axis.ts';
import type { Bits } from './bits.ts';
import { has, intersection, keyOf, membersOf, none, union, without } from './bits.ts';
import { type Side, decide } from './regions.ts';

/** An ACU's part in one weave. `past`: what it requires; `closure`: that and itself; by index, which grows with dependency. */
export interface Member extends Woven { readonly id: string; readonly past: Bits; readonly closure: Bits }

/** A stretch of a run whose lines show, or not, by the text of a region and not by the rule for single lines. */
export interface Settled { readonly from: number; readonly to: number; readonly shows: boolean }

/** A set that is closed under dependency. */
export interface View {
  readonly set: Bits;
  /** its members that no other member requires */
  readonly tops: readonly number[];
  /** what its regions of equal text settle, once it was needed */
  settled: ReadonlyMap<Run, readonly Settled[]> | null;
}

/** Pieces [from, to), where the edits of these tops touch and give different texts. */
export interface Clash { readonly from: number; readonly to: number; readonly tops: readonly number[] }

/** Pieces [from, to) to which all these tops give one text, however they cut it; `held` by the first of them by id. */
export interface Agreed { readonly from: number; readonly to: number; readonly tops: readonly number[]; readonly held: number }

/** A set's walk, which of its pieces show, and where its tops clash, or agree otherwise than line by line. */
export interface Analysis { readonly pieces: readonly Piece[]; readonly shown: Uint8Array; readonly clashes: readonly Clash[]; readonly agreed: readonly Agreed[] }

/** Views kept for the closures and intersections that recur; each is a few words. */
const VIEWS = 4096;
/** Walks kept: an ACU is mostly added on top of one that was added just before. */
const WALKS = 16;
const NOTHING: ReadonlyMap<Run, readonly Settled[]> = new Map();

export class Presence {
  readonly #base: Run;
  readonly #members: readonly Member[];
  readonly #compareLines: (a: number, b: number) => number;
  readonly #views = new Map<string, View>();
  readonly #walks = new Map<string, Analysis>();

  constructor(base: Run, members: readonly Member[], compareLines: (a: number, b: number) => number) {
    this.#base = base;
    this.#members = members;
    this.#compareLines = compareLines;
  }

  view(set: Bits): View {
    const key = keyOf(set);
    let view = this.#views.get(key);
    if (!view) {
      view = { set, tops: this.#topsOf(set), settled: null };
      if (this.#views.size >= VIEWS) this.#views.clear();
      this.#views.set(key, view);
    }
    return view;
  }

  #topsOf(set: Bits): number[] {
    const tops: number[] = [];
    let below = none;
    for (const i of [...membersOf(set)].reverse()) {
      if (has(below, i)) continue;
      tops.push(i);
      below = union(below, this.#members[i]!.past);
    }
    return tops;
  }

  /** What regions of equal text settle in this set. A single top is above all of them: it holds its own text. */
  settledBy(view: View): ReadonlyMap<Run, readonly Settled[]> {
    if (view.settled === null) {
      if (view.tops.length < 2) view.settled = NOTHING;
      else this.analyse(view);
    }
    return view.settled!;
  }

  shows(piece: Piece, view: View): boolean {
    // A loop, not a call, down the ACUs that leave the piece alone: there may be thousands of them.
    for (let at = view;;) {
      const settled = this.settledBy(at);
      const found = settled.size === 0 ? undefined : settled.get(piece.run)?.find((s) => s.from <= piece.from && piece.to <= s.to);
      if (found) return found.shows;
      const answer = this.#ruled(piece, at);
      if (typeof answer === 'boolean') return answer;
      at = answer;
    }
  }

  /** The rule for single lines: what it gives, or the smaller set in which it is to be asked. */
  #ruled(piece: Piece, view: View): boolean | View {
    const { marks } = piece;
    let shown = false, hidden = false;
    for (const mark of marks) {
      if (!has(view.set, mark >>> 1)) continue;
      if ((mark & 1) === 1) shown = true;
      else hidden = true;
    }
    if (!(shown && hidden)) return shown || (!hidden && piece.run.parent === null);

    const seen = marks.filter((mark) => has(view.set, mark >>> 1));
    const latest = seen.filter((mark) => !seen.some((other) => has(this.#members[other >>> 1]!.past, mark >>> 1)));
    if (latest.every((mark) => (mark & 1) === (latest[0]! & 1))) return (latest[0]! & 1) === 1;

    const closure = (top: number): Bits => this.#members[top]!.closure;
    const tops = view.tops.filter((top) => seen.some((mark) => has(closure(top), mark >>> 1)));
    if (tops.length === 1) return this.view(view.tops.length === 1 ? this.#members[tops[0]!]!.past : closure(tops[0]!));
    const bringers: number[] = [], hiders: number[] = [];
    for (const top of tops) (this.shows(piece, this.view(closure(top))) ? bringers : hiders).push(top);
    return bringers.some((b) => hiders.every((h) => !this.shows(piece, this.view(intersection(closure(b), closure(h))))));
  }

  /** Keeps the analysis of a set whose tops clash nowhere, where it came of itself. */
  remember(view: View, analysis: Analysis): void {
    const key = keyOf(view.set);
    this.#walks.delete(key);
    this.#walks.set(key, analysis);
    if (this.#walks.size > WALKS) this.#walks.delete(this.#walks.keys().next().value!);
  }

  /** One walk over the set's lines: what shows, and where tops clash. */
  analyse(view: View): Analysis {
    const kept = this.#walks.get(keyOf(view.set));
    if (kept) {
      this.remember(view, kept);
      return kept;
    }
    const pieces = axisOf(this.#base, membersOf(view.set), this.#members, this.#compareLines);
    const shown = new Uint8Array(pieces.length);
    for (let at = 0; at < pieces.length; at++) {
      const answer = this.#ruled(pieces[at]!, view);
      shown[at] = (typeof answer === 'boolean' ? answer : this.shows(pieces[at]!, answer)) ? 1 : 0;
    }
    const clashes: Clash[] = [], agreed: Agreed[] = [];
    const settled = new Map<Run, Settled[]>();
    for (const stretch of this.#sharedStretches(view, pieces)) {
      const outcome = this.#decide(stretch);
      for (const { from, to, sides } of outcome.clashes) clashes.push({ from: stretch.from + from, to: stretch.from + to, tops: sides });
      for (const { from, to, side, sides } of outcome.settled) {
        agreed.push({ from: stretch.from + from, to: stretch.from + to, tops: sides, held: side });
        const holder = this.view(this.#members[side]!.closure);
        for (let at = stretch.from + from; at < stretch.from + to; at++) {
          const piece = pieces[at]!;
          const shows = this.shows(piece, holder);
          if ((shown[at] === 1) === shows) continue;
          shown[at] = shows ? 1 : 0;
          const list = settled.get(piece.run);
          if (list) list.push({ from: piece.from, to: piece.to, shows });
          else settled.set(piece.run, [{ from: piece.from, to: piece.to, shows }]);
        }
      }
    }
    view.settled ??= settled.size === 0 ? NOTHING : settled;
    return { pieces, shown, clashes, agreed };
  }

  /**
   * Stretches of the walk that more than one top has a hand in. Between two of them lies a line that is in what all tops
   * have in common and that no one else acts on: across it nothing touches.
   */
  *#sharedStretches(view: View, pieces: readonly Piece[]): Generator<Stretch> {
    if (view.tops.length < 2) return;
    const closures = view.tops.map((top) => this.#members[top]!.closure);
    const common = this.view(closures.reduce(intersection));
    const above = new Map<number, number[]>();
    view.tops.forEach((top, t) => {
      for (const i of membersOf(without(closures[t]!, common.set))) {
        const list = above.get(i);
        if (list) list.push(top);
        else above.set(i, [top]);
      }
    });
    const acting = new Set<number>();
    let from = 0;
    for (let at = 0; at <= pieces.length; at++) {
      if (at < pieces.length) {
        let apart = true;
        for (const mark of pieces[at]!.marks) {
          const tops = above.get(mark >>> 1);
          if (!tops) continue;
          apart = false;
          for (const top of tops) acting.add(top);
        }
        if (!apart || !this.shows(pieces[at]!, common)) continue;
      }
      if (acting.size > 1) yield { from, pieces: pieces.slice(from, at), tops: [...acting], common };
      acting.clear();
      from = at + 1;
    }
  }

  #decide({ pieces, tops, common }: Stretch): ReturnType<typeof decide> {
    const flags = new Map<View, Uint8Array>();
    const flagsOf = (view: View): Uint8Array => {
      let found = flags.get(view);
      if (!found) {
        found = new Uint8Array(pieces.length);
        for (let at = 0; at < pieces.length; at++) found[at] = this.shows(pieces[at]!, view) ? 1 : 0;
        flags.set(view, found);
      }
      return found;
    };
    const sides = tops.map((top): Side => {
      const { closure, id } = this.#members[top]!;
      return { top, id, own: without(closure, common.set), shown: flagsOf(this.view(closure)) };
    });
    return decide(pieces, sides, flagsOf(common), (a, b) => flagsOf(this.view(intersection(this.#members[a]!.closure, this.#members[b]!.closure))));
  }
}

/** Pieces of the walk from piece number `from` on, the tops that act on them, and what all tops of the set have in common. */
interface Stretch { readonly from: number; readonly pieces: readonly Piece[]; readonly tops: readonly number[]; readonly common: View }
