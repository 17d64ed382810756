// What is asked of the engine where git is the judge, and the engine as it answers: the product's reader, importer, index and composer,
// without a store, arranged so that a million pairs can be asked of it.
import type { AcuId, Oid, PathBytes } from '../app/core/bytes.ts';
import { type Change, type Changes, type PathConflict, between } from '../app/core/changes.ts';
import type { Composer } from '../app/core/compose.ts';
import { Contents } from '../app/core/contents.ts';
import type { Engine } from '../app/core/engine.ts';
import { Ancestors } from '../app/core/treeMerge/ancestor.ts';
import { Similarities, mergeTrees } from '../app/core/treeMerge/merge.ts';
import { settle } from '../app/core/waves.ts';
import { changesOfSegment, composeSet, composerFor } from '../app/main/service/composer.ts';
import { Warm } from '../app/main/service/warm.ts';
import { treeIdOf } from '../app/main/git/trees.ts';
import { type Loaded, load } from './loaded.ts';
import { TreeIds } from './treeIds.ts';

export interface EngineTree { readonly tree: string; readonly entries: ReadonlyMap<string, { readonly mode: number; readonly oid: string } | null> }
export interface Refused { readonly refused: readonly string[] }

export interface PairVerdict {
  readonly verdict: 'clean' | 'conflict' | 'partial';
  readonly places: readonly { readonly path: string; readonly kind: string }[];
}

/** All that is asked of the engine; names are sources' short names as byte strings. */
export interface EngineAnswer {
  standing(name: string): 'exact' | 'stale' | 'inexact' | 'merged' | 'absent';
  verdict(a: string, b: string): PairVerdict | Promise<PairVerdict>;
  /** the composed tree of some sources, or the paths it was refused for */
  treeOf(names: readonly string[]): Promise<EngineTree | Refused>;
  /** the same of a clean pair, made for being asked very often */
  pairTree?(a: string, b: string): Promise<EngineTree | Refused>;
  /** composed of the sources' own segments, whatever others their ACUs have: docs/decisions/0004 */
  ownTree?(names: readonly string[]): Promise<EngineTree | Refused>;
  close(): Promise<void>;
}

export interface Where { readonly base?: string; readonly refs?: readonly string[] }

const CLEAN: PairVerdict = { verdict: 'clean', places: [] };

/** Sets composed over one `Contents`, which keeps every text and merge it has seen: let go of after so many. */
const SETS_TOGETHER = 4_000;

abstract class Answering implements EngineAnswer {
  protected readonly loaded: Loaded;
  protected readonly ids: TreeIds;
  protected readonly tips = new Map<string, number>();
  protected readonly changes = new Map<number, Changes>();
  protected contents!: Contents;
  readonly #standings: ReadonlyMap<string, 'exact' | 'stale' | 'inexact'>;
  readonly #warm: Warm;
  #composer!: Composer;
  #asked = SETS_TOGETHER;
  readonly #acusOf = new Map<string, readonly AcuId[]>();
  readonly #closures = new Map<number, ReadonlySet<number>>();

  constructor(loaded: Loaded, ids: TreeIds) {
    this.loaded = loaded;
    this.ids = ids;
    this.#warm = new Warm(loaded.reader);
    const { segments, published } = loaded;
    const standings = new Map(segments.map((s) => [s.tip, s.standing.kind]));
    const at = new Map(segments.map((s, i) => [s.tip, i]));
    this.#standings = new Map(published.sources.flatMap(({ name, segments: own }) => (own.length === 0 ? [] : [[name, standings.get(own.at(-1)!)!]])));
    for (const { name, segments: own } of published.sources) {
      if (own.length > 0) this.tips.set(name, at.get(own.at(-1)!)!);
      this.#acusOf.set(name, [...this.engine.named(name)]);
    }
  }

  protected get engine(): Engine { return this.loaded.engine; }

  protected begin(): void {
    this.contents = new Contents(this.#warm.source(this.loaded.stored));
    this.#composer = composerFor(this.engine, this.contents, this.#warm);
    this.#asked = 0;
  }

  /** before each answer */
  protected count(): void { if (++this.#asked > SETS_TOGETHER) this.begin(); }

  protected changesOf(segment: number): Changes {
    let changes = this.changes.get(segment);
    if (changes === undefined) this.changes.set(segment, changes = changesOfSegment(this.engine, segment));
    return changes;
  }

  protected closureOf(segment: number): ReadonlySet<number> {
    let closure = this.#closures.get(segment);
    if (closure === undefined) this.#closures.set(segment, closure = new Set(this.engine.index.closure(segment)));
    return closure;
  }

  standing(name: string): ReturnType<EngineAnswer['standing']> {
    return this.#standings.get(name) ?? (this.loaded.published.sources.some((s) => s.name === name) ? 'merged' : 'absent');
  }

  abstract verdict(a: string, b: string): PairVerdict | Promise<PairVerdict>;

  #acus(names: readonly string[]): AcuId[] { return [...new Set(names.flatMap((name) => this.#acusOf.get(name) ?? []))]; }

  async treeOf(names: readonly string[]): Promise<EngineTree | Refused> {
    const { reader, published, stored } = this.loaded;
    const composed = await composeSet(this.engine, reader, this.#acus(names), stored);
    if (!('delta' in composed)) return { refused: [...new Set([...composed.conflicts.map((c) => c.path), ...composed.missing])] };
    return { tree: await treeIdOf(reader, published.baseTree, composed.delta), entries: composed.delta };
  }

  pairTree(a: string, b: string): Promise<EngineTree | Refused> { return this.#composed(this.engine.tops(this.#acus([a, b]))); }

  ownTree(names: readonly string[]): Promise<EngineTree | Refused> {
    const tips = [...new Set(names.flatMap((name) => this.tips.get(name) ?? []))];
    return this.#composed(tips.filter((tip) => !tips.some((other) => other !== tip && this.closureOf(other).has(tip))));
  }

  async #composed(tops: readonly number[]): Promise<EngineTree | Refused> {
    this.count();
    const { changes, conflicts } = await this.#warm.settle(this.contents, () => this.#composer.compose(tops));
    return conflicts.length > 0 ? { refused: conflicts.map(({ path }) => path) } : treeMade(this.ids, changes);
  }

  close(): Promise<void> { return this.loaded.close(); }
}

function treeMade(ids: TreeIds, changes: Changes): EngineTree {
  const entries = new Map<string, Change['after']>();
  for (const [path, { after }] of changes) entries.set(path, after);
  return { tree: ids.of(entries), entries };
}

/** The engine as the service runs it. */
class Product extends Answering {
  verdict(a: string, b: string): PairVerdict {
    const x = this.tips.get(a), y = this.tips.get(b);
    const pair = x === undefined || y === undefined || x === y ? undefined : this.engine.index.get(x, y);
    if (pair === undefined) return CLEAN;
    const { paths } = this.engine.tables;
    return { verdict: pair.inexact === null ? 'conflict' : 'partial', places: pair.places.map((p) => ({ path: paths[p.path]!, kind: p.kind })) };
  }
}

/** core/treeMerge alone, asked of every pair that has one common base: what the index takes for the pairs in which renames meet. */
class TreeMerges extends Answering {
  #similarities!: Similarities;
  #ancestors!: Ancestors;
  #last: { readonly pair: string; readonly made: EngineTree } | null = null;

  protected override begin(): void {
    super.begin();
    this.#similarities = new Similarities(this.contents);
    this.#ancestors = new Ancestors({
      diff: () => new Map(),
      isDirectory: (_, path) => this.ids.isDirectory(path),
      filesUnder: (_, path) => this.ids.filesUnder(path) as PathBytes[],
    }, this.contents, this.#similarities);
  }

  async verdict(a: string, b: string): Promise<PairVerdict> {
    const x = this.tips.get(a), y = this.tips.get(b);
    if (x === undefined || y === undefined || this.closureOf(x).has(y) || this.closureOf(y).has(x)) return CLEAN;
    const tops = this.engine.index.commonTops(x, y);
    if (tops.length > 1) return { verdict: 'partial', places: [] };
    this.count();
    const root = this.loaded.published.baseTree;
    const below: Changes = tops.length === 0 ? new Map<PathBytes, Change>() : this.changesOf(tops[0]!);
    const base = this.#ancestors.baseTree({ root, changes: below });
    const left = between(below, this.changesOf(x)), right = between(below, this.changesOf(y));
    const { changes, conflicts } = await settle(this.contents, () => mergeTrees(this.contents, base, left, right, this.#similarities));
    if (conflicts.length > 0) return { verdict: 'conflict', places: conflicts.map(({ path, kind }: PathConflict) => ({ path, kind })) };
    this.#last = { pair: `${a}\0${b}`, made: treeMade(this.ids, followed(below, changes)) };
    return CLEAN;
  }

  override async pairTree(a: string, b: string): Promise<EngineTree | Refused> {
    return this.#last?.pair === `${a}\0${b}` ? this.#last.made : super.pairTree(a, b);
  }
}

/** base → below → merged, as one */
function followed(below: Changes, changes: Changes): Changes {
  const out = new Map<PathBytes, Change>(below);
  for (const [path, c] of changes) out.set(path, { before: below.get(path)?.before ?? c.before, after: c.after });
  return out;
}

const opened = <T extends Answering>(make: new (loaded: Loaded, ids: TreeIds) => T) => async (dir: string, where: Where = {}): Promise<EngineAnswer> => {
  const loaded = await load(dir, where);
  return new make(loaded, await TreeIds.of(loaded.reader, loaded.published.baseTree as Oid));
};

export const engineAnswer: (dir: string, where?: Where) => Promise<EngineAnswer> = opened(Product);
export const treeMergeAnswer: (dir: string, where?: Where) => Promise<EngineAnswer> = opened(TreeMerges);
