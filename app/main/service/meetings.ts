// Pairs of segments that no sweep can answer (core/meetings.ts) are merged here as git merges them (core/treeMerge), and the answers
// packed for what is published. Answers of an earlier import are taken over where nothing below either segment has changed.
import { LRUCache } from 'lru-cache';
import type { Oid, PathBytes } from '../../core/bytes.ts';
import { type Changes, type PathConflict, between, followedBy } from '../../core/changes.ts';
import { Closures } from '../../core/closures.ts';
import { Contents, type ContentSource } from '../../core/contents.ts';
import { Numbers, type PackedPairs, RULES, afterPair, packPairs, pairsIn, unpackPairs } from '../../core/decided.ts';
import type { Published, SegmentKey } from '../../core/events.ts';
import { Histories } from '../../core/histories.ts';
import { type Meeting, type Touched, meetings } from '../../core/meetings.ts';
import { conflictKinds } from '../../core/model.ts';
import { type RealTrees, overlaidTree } from '../../core/treeMerge/ancestor.ts';
import { type BaseTree, Similarities, mergeTrees } from '../../core/treeMerge/merge.ts';
import { type Held, settleAll } from '../../core/waves.ts';
import { MOST_MERGES } from '../git/ancestors.ts';
import type { Trees } from '../git/trees.ts';
import { Turns } from '../git/turns.ts';
import { isUnreadable } from './carry.ts';
import type { Progress } from './importer.ts';

/** Pairs that look for what they lack together. */
const GROUP = 64;
/** What all merges of one import may take, in changed paths of both sides, and what each costs besides: a minute or two of one processor. */
const MOST_PATHS = 100_000_000;
const PATHS_PER_PAIR = 100;
/** Numbers that all answers may take: a place in which a pair conflicts takes three, and two for each stretch of lines. */
export const MOST_NUMBERS = 8_000_000;
/** Bytes of contents read and made before all of it is let go of. */
const HELD_BYTES = 64 << 20;
/** Changed paths of contexts and of sides over them that are kept from pair to pair. */
const HELD_PATHS = 200_000;

/** What the merges need of segments; lower ones have lower indices. All changes are of the base's tree. */
export interface Graph {
  readonly base: Oid;
  readonly trees: Trees;
  readonly source: ContentSource;
  changes(segment: number): Changes;
  /** finer grains only: what several of one history make together; null where they conflict. May stop as waves.ts describes, and `load` brings what it lacks */
  readonly woven?: { of(tops: readonly number[]): Changes | null; load(): Promise<void> };
}

/** What was published before, and which segments it was. */
export type Earlier = Pick<Published, 'base' | 'grain' | 'segments' | 'decided'>;

export class Meetings {
  readonly #graph: Graph;
  readonly #touched: Touched;
  readonly #closures: Closures;
  readonly #most: { readonly paths: number; readonly numbers: number };

  constructor(graph: Graph, touched: Touched, closures = new Closures(touched.segments), most = { paths: MOST_PATHS, numbers: MOST_NUMBERS }) {
    this.#graph = graph;
    this.#touched = touched;
    this.#closures = closures;
    this.#most = most;
  }

  /** Adds up what pairs cost, each given by the number of changed paths of its sides, until one import merges no more. */
  static cost(most = MOST_PATHS): { affords(a: number, b: number): boolean } {
    let paths = 0;
    return { affords: (a, b) => (paths += a + b + PATHS_PER_PAIR) <= most };
  }

  /** Of these pairs alone; null where they are too many or their answers too much. */
  async answers(pairs: readonly Meeting[], progress: Progress, signal: AbortSignal): Promise<PackedPairs | null> {
    const packing = new Packing();
    const merged = await this.#merge(pairs, packing, progress, signal);
    if (merged.length < pairs.length) return null;
    pairs.forEach((pair, i) => packing.put(pair, merged[i]!));
    return packing.length > this.#most.numbers ? null : packing.pack();
  }

  /** `published`: this state's segments, and `earlier` the last one's. */
  async decide(published: Earlier, earlier: Earlier | null, progress: Progress, signal: AbortSignal): Promise<PackedPairs> {
    const pairs = meetings(this.#touched, this.#closures);
    const known = this.#known(published, earlier);
    const left: Meeting[] = [];
    const cost = Meetings.cost(this.#most.paths);
    let asked = 0;
    for (const pair of pairs.each()) {
      if (!cost.affords(this.#graph.changes(pair.a).size, this.#graph.changes(pair.b).size)) break;
      asked++;
      if (known(pair) === null) left.push(pair);
    }
    const packing = new Packing();
    const merged = await this.#merge(left, packing, progress, signal);
    const tooMany = `one of more pairs in which renames may meet, or what both stand on conflicts, than one import merges: there are ${pairs.size}`;
    let seen = 0, next = 0;
    for (const pair of pairs.each()) {
      const isAsked = seen++ < asked && packing.length <= this.#most.numbers;
      const places = isAsked ? known(pair) : null;
      packing.put(pair, places !== null ? packing.numbered(places) : isAsked ? merged[next++] ?? tooMany : tooMany);
    }
    return packing.pack();
  }

  /** Answers that hold as they did: both segments, and with them all below, were there before. */
  #known(published: Earlier, earlier: Earlier | null): (pair: Meeting) => readonly PathConflict[] | null {
    const packed = earlier?.decided;
    if (earlier === null || packed?.rules !== RULES || earlier.base !== published.base || earlier.grain !== published.grain) return () => null;
    const { segments } = this.#touched;
    const places = new Map<SegmentKey, number>(earlier.segments.map((key, i) => [key, i]));
    const was: (number | null)[] = [];
    segments.forEach(({ lower }, i) => was.push(lower.every((l) => was[l] !== null) ? places.get(published.segments[i]!) ?? null : null));
    const decided = unpackPairs(packed);
    const at = new Map<number, number>();
    for (const pair of pairsIn(decided)) if (decided[pair + 2]! >= 0) at.set(decided[pair]! * earlier.segments.length + decided[pair + 1]!, pair);
    return ({ a, b }) => {
      const x = was[a] ?? null, y = was[b] ?? null;
      const pair = x === null || y === null ? undefined : at.get(Math.min(x, y) * earlier.segments.length + Math.max(x, y));
      if (pair === undefined) return null;
      const out: PathConflict[] = [];
      for (let place = pair + 3; place < afterPair(decided, pair); place += 3 + decided[place + 2]!) {
        out.push({ path: packed.paths[decided[place]!]!, kind: conflictKinds[decided[place + 1]!]!, regions: decided.slice(place + 3, place + 3 + decided[place + 2]!) });
      }
      return out;
    };
  }

  /** In the order of the pairs; it ends where the answers become too much. */
  async #merge(pairs: readonly Meeting[], packing: Packing, progress: Progress, signal: AbortSignal): Promise<Numbered[]> {
    const answers: Numbered[] = [];
    let numbers = 0;
    const turns = new Turns();
    const histories = new Histories(pairs.length > 0 ? this.#touched.segments : []);
    let done = 0, merger = new Merger(this.#graph, this.#touched, this.#closures, histories);
    const turn = async (waiting: Promise<void>): Promise<void> => {
      progress('Merging where renames meet', done, pairs.length);
      await waiting;
      signal.throwIfAborted();
    };
    const pause = (): Promise<void> | undefined => { const waiting = turns.turn(); return waiting && turn(waiting); };
    for (let next = 0; next < pairs.length && numbers <= this.#most.numbers; next += GROUP) {
      progress('Merging where renames meet', done, pairs.length);
      signal.throwIfAborted();
      if (merger.isFull) {
        this.#graph.trees.trim();
        merger = new Merger(this.#graph, this.#touched, this.#closures, histories);
      }
      const { decide } = merger;
      const group = Array.from({ length: Math.min(GROUP, pairs.length - next) }, (_, i) => next + i);
      await settleAll(merger, group, (i) => {
        try {
          const answer = packing.numbered(decide(pairs[i]!));
          numbers += answer.length;
          answers[i] = answer;
        } catch (error) {
          if (!isUnreadable(error)) throw error;
          answers[i] = `${error.message} ${error.hint}`;
        }
        done++;
      }, pause);
    }
    progress('Merging where renames meet', done, pairs.length);
    return answers;
  }
}

/** Where a pair conflicts, or why nobody can tell. */
type Answer = readonly PathConflict[] | string;

/** The same, the places as DecidedPairs has them. */
type Numbered = readonly number[] | string;

const CLEAN: Numbered = [0];

class Packing {
  readonly #paths = new Map<PathBytes, number>();
  readonly #reasons = new Map<string, number>();
  readonly #numbers = new Numbers();

  get length(): number { return this.#numbers.length; }

  numbered(answer: Answer): Numbered {
    if (typeof answer === 'string') return answer;
    if (answer.length === 0) return CLEAN;
    const out = [answer.length];
    for (const { path, kind, regions } of answer) {
      out.push(numberOf(this.#paths, path), conflictKinds.indexOf(kind), regions.length);
      for (const line of regions) out.push(line);
    }
    return out;
  }

  put({ a, b }: Meeting, answer: Numbered): void {
    this.#numbers.push(a, b);
    this.#numbers.append(typeof answer === 'string' ? [~numberOf(this.#reasons, answer)] : answer);
  }

  pack(): PackedPairs { return packPairs(this.#numbers.done(), [...this.#paths.keys()], [...this.#reasons.keys()]); }
}

function numberOf<T>(numbers: Map<T, number>, value: T): number {
  let n = numbers.get(value);
  if (n === undefined) numbers.set(value, n = numbers.size);
  return n;
}

/** Changes of the base's tree that make a context, and what a merge asks of it. */
interface Context { readonly changes: Changes; readonly tree: BaseTree }

const NOTHING: Changes = new Map();

/** Merges pairs over what they have in common. Holds contents of its own: what its merges make is nobody else's. */
class Merger implements Held {
  readonly #graph: Graph;
  readonly #touched: Touched;
  readonly #closures: Closures;
  readonly #histories: Histories;
  readonly #contents: Contents;
  readonly #similarities: Similarities;
  readonly #trees: Pick<RealTrees, 'isDirectory' | 'filesUnder'>;
  readonly #contexts = new LRUCache<string, Context>({ maxSize: HELD_PATHS, sizeCalculation: ({ changes }) => changes.size + 1 });
  readonly #sides = new LRUCache<string, Changes>({ maxSize: HELD_PATHS, sizeCalculation: (changes) => changes.size + 1 });
  #read = 0;

  constructor(graph: Graph, touched: Touched, closures: Closures, histories: Histories) {
    this.#graph = graph;
    this.#touched = touched;
    this.#closures = closures;
    this.#histories = histories;
    const { source, trees, base } = graph;
    this.#contents = new Contents({
      ...source,
      hash: (bytes) => { this.#read += bytes.length; return source.hash(bytes); },
      load: async (oids, most) => {
        const found = await source.load(oids, most);
        for (const one of found) if (one instanceof Uint8Array) this.#read += one.length;
        return found;
      },
    });
    this.#similarities = new Similarities(this.#contents);
    this.#trees = { isDirectory: (_, path) => trees.isDirectory(base, path), filesUnder: (_, path) => trees.filesUnder(base, path) };
  }

  get isFull(): boolean { return this.#read > HELD_BYTES || this.#graph.trees.isFull; }

  async load(): Promise<void> { await Promise.all([this.#graph.trees.load(), this.#contents.load(), this.#graph.woven?.load()]); }

  /** Where the pair conflicts, or why that cannot be told. */
  readonly decide = ({ a, b }: Meeting): Answer => {
    const { segments } = this.#touched;
    const tops = this.#closures.commonTops(a, b);
    const woven = this.#woven(tops);
    if (woven === null && this.#merges(tops) > MOST_MERGES) return `finding what both stand on takes more than ${MOST_MERGES} merges`;
    const context = this.#context(tops, 1, woven);
    // one order of the sides, whatever the order of import
    const [left, right] = segments[a]!.tip < segments[b]!.tip ? [a, b] : [b, a];
    const { conflicts } = mergeTrees(this.#contents, context.tree, this.#side(tops, context, left), this.#side(tops, context, right), this.#similarities);
    const places = new Map<string, PathConflict>();
    for (const conflict of conflicts) {
      const key = `${conflict.path}\0${conflict.kind}`;
      if (!places.has(key)) places.set(key, conflict);
    }
    return [...places.keys()].sort().map((key) => places.get(key)!);
  };

  #side(tops: readonly number[], context: Context, segment: number): Changes {
    if (tops.length === 0) return this.#graph.changes(segment);
    const key = `${tops.join()} ${segment}`;
    let side = this.#sides.get(key);
    if (side === undefined) this.#sides.set(key, side = between(context.changes, this.#graph.changes(segment)));
    return side;
  }

  /** What tops of one history make together, which their commits have settled: no virtual merge base is wanted. */
  #woven(tops: readonly number[]): Changes | null { return tops.length > 1 && this.#histories.allTogether(tops) ? this.#graph.woven?.of(tops) ?? null : null; }

  /** `depth`: how many merges of merge bases deep a merge of these would be. */
  #context(tops: readonly number[], depth = 1, woven = this.#woven(tops)): Context {
    const key = `${tops.join()} ${tops.length > 1 ? depth : ''}`;
    let context = this.#contexts.get(key);
    if (context === undefined) {
      const changes = tops.length === 0 ? NOTHING : tops.length === 1 ? this.#graph.changes(tops[0]!) : woven ?? this.#ancestor(tops, depth);
      this.#contexts.set(key, context = { changes, tree: overlaidTree(this.#trees, { root: this.#graph.base, changes }) });
    }
    return context;
  }

  /** git's virtual merge base of several tops: one merged into another, oldest first, conflicts and all. */
  #ancestor(tops: readonly number[], depth: number): Changes {
    const ordered = this.#oldestFirst(tops);
    let left = this.#graph.changes(ordered[0]!);
    for (let i = 1; i < ordered.length; i++) {
      const over = this.#context(this.#under(ordered, i), depth + 1);
      const toRight = between(over.changes, this.#graph.changes(ordered[i]!));
      const { changes } = mergeTrees(this.#contents, over.tree, between(over.changes, left), toRight, this.#similarities, depth);
      left = followedBy(over.changes, changes);
    }
    return left;
  }

  /**
   * By how much each stands on, then by tip: a fork of the history older than what stands on it, and for the rest an order that every
   * machine shares (docs/decisions/0014).
   */
  #oldestFirst(tops: readonly number[]): number[] {
    const { segments } = this.#touched;
    const size = new Map(tops.map((t) => [t, this.#closures.closure(t).length]));
    return [...tops].sort((x, y) => size.get(x)! - size.get(y)! || (segments[x]!.tip < segments[y]!.tip ? -1 : 1));
  }

  /** The common tops of the i-th and all those before it. */
  #under(ordered: readonly number[], i: number): number[] {
    const before = ordered.slice(0, i);
    const common = this.#closures.closure(ordered[i]!).filter((s) => before.some((t) => this.#closures.includes(t, s)));
    return common.filter((s) => !common.some((o) => o !== s && this.#closures.includes(o, s)));
  }

  /** How many merges of merge bases these tops take; no further than it matters. */
  #merges(tops: readonly number[]): number {
    let count = 0;
    const ordered = tops.length > 1 ? this.#oldestFirst(tops) : [];
    for (let i = 1; i < ordered.length && count <= MOST_MERGES; i++) count += 1 + this.#merges(this.#under(ordered, i));
    return count;
  }
}
