// Recipes: sets that were worth keeping, by name, and what becomes of each when sources have moved since. A recipe says of every ACU what it was
// known by, so that it is found again without the state it was kept in: by id, by its commits, by its branch. Whether the outcome composes is not
// decided here.
import type { AcuId, ByteString, Oid } from './bytes.ts';
import { plural } from './counted.ts';
import type { Engine } from './engine.ts';
import { AcumenError } from './errors.ts';
import type { DomainEvent } from './events.ts';
import type { Composition, Grain, Rebinding } from './model.ts';
import { mayBeOfOneCommit } from './partTitle.ts';
import { inWords } from './visible.ts';

/** One ACU of a recipe, and what it can be found by. */
export interface RecipeEntry {
  readonly id: AcuId;
  readonly name: ByteString;
  readonly sources: readonly ByteString[];
  readonly title: ByteString;
  /** address of its author */
  readonly author: ByteString;
  /** the last commit of each segment that is it */
  readonly commits: readonly Oid[];
  /** it answers a conflict among others of the recipe; absent where it does not */
  readonly resolution?: true;
  /** wanted, and in conflict with the rest: it waits for a decision; absent where it is composed */
  readonly open?: true;
}

export interface Recipe {
  readonly name: string;
  readonly base: Oid;
  readonly grain: Grain;
  /** when it was kept: milliseconds since the epoch */
  readonly time: number;
  /** by id */
  readonly entries: readonly RecipeEntry[];
}

/** How the ref of a source begins that a decision made. */
const RESOLUTION = 'resolution:';

/** Characters of a name, and recipes of a workspace: a drawer that nobody can read is no use. */
export const recipeLimits = { name: 80, recipes: 500 } as const;

/** Why nothing can be kept under this name, as a sentence; null where it can. */
export function recipeNameProblem(name: string): string | null {
  if (name.trim() === '') return 'Give the recipe a name.';
  if (name !== name.trim()) return 'A name neither begins nor ends with a space.';
  if (!name.isWellFormed() || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return 'A name has no characters that cannot be seen.';
  if ([...name].length > recipeLimits.name) return `A name has at most ${recipeLimits.name} characters.`;
  return null;
}

/** What is composed, as a recipe. `composition`: closed, of this engine; what the engine does not know any more is left out. */
export function recipeOf(name: string, engine: Engine, composition: Pick<Composition, 'acus'> & { readonly open?: readonly AcuId[] }, time: number): Recipe {
  const problem = recipeNameProblem(name);
  if (problem !== null) throw new AcumenError('usage', problem, 'Give it another name.', { name });
  const { tables } = engine, commitOf = new Map(tables.segments.map(({ tip, commit }) => [tip, commit]));
  const decided = new Set(tables.sources.flatMap(({ name: source, ref }) => (ref.startsWith(RESOLUTION) ? [source] : [])));
  const entry = (id: AcuId, isOpen: boolean): RecipeEntry[] => {
    const acu = engine.acu(id);
    if (acu === undefined) return [];
    return [{
      id, name: acu.name, sources: acu.sources, title: acu.title, author: acu.author.email, commits: acu.segments.map((tip) => commitOf.get(tip) ?? tip),
      ...acu.sources.some((source) => decided.has(source)) && { resolution: true as const }, ...isOpen && { open: true as const },
    }];
  };
  const entries = [...composition.acus.flatMap((id) => entry(id, false)), ...(composition.open ?? []).flatMap((id) => entry(id, true))];
  return { name, base: engine.base, grain: tables.grain, time, entries: entries.sort((x, y) => (x.id < y.id ? -1 : 1)) };
}

/** What a recipe is now. */
export interface Applied {
  /** closed and sorted: to be composed */
  readonly acus: readonly AcuId[];
  /** those that waited for a decision, and still can */
  readonly open: readonly AcuId[];
  /** every entry is answered once, in the recipe's order; behind them what is needed now and was not in it */
  readonly answers: readonly Rebinding[];
}

/** `landed`: commits that the base has by now. */
export function applyRecipe(recipe: Recipe, engine: Engine, landed: ReadonlySet<Oid> = new Set()): Applied {
  const finder = new Finder(recipe, engine, landed), isOpen = new Set<AcuId>(), acus = new Set<AcuId>();
  const answers = recipe.entries.map((entry): Rebinding => standing(engine, { id: entry.id, name: entry.name, ...finder.find(entry) }));
  for (const [i, { outcome, to }] of answers.entries()) if (outcome === 'kept' || outcome === 'rebound') for (const id of to) (recipe.entries[i]!.open === true ? isOpen : acus).add(id);
  for (const id of [...acus].sort()) {
    for (const needed of [...engine.closed([id])].sort()) {
      if (acus.has(needed)) continue;
      acus.add(needed);
      answers.push({ id: needed, name: engine.acu(needed)!.name, outcome: 'taken along', to: [needed], why: `${nameIn(engine, id)} needs it` });
    }
  }
  return { acus: [...acus].sort(), open: [...isOpen].filter((id) => !acus.has(id)).sort(), answers };
}

type Found = Pick<Rebinding, 'outcome' | 'to' | 'why'>;

/** What was found may not carry onto the base, or stand on what does not. */
function standing(engine: Engine, answer: Rebinding): Rebinding {
  if (answer.outcome !== 'kept' && answer.outcome !== 'rebound') return answer;
  for (const id of answer.to) {
    const off = [id, ...engine.closed([id])].find((one) => engine.acu(one)!.standing !== 'exact');
    if (off === undefined) continue;
    return { ...answer, outcome: 'stale', why: off === id ? engine.acu(id)!.reason ?? 'it does not carry onto the base' : `it needs ${nameIn(engine, off)}, which does not carry onto the base` };
  }
  return answer;
}

function nameIn(engine: Engine, id: AcuId): string { return inWords(engine.acu(id)!.name); }

const lost = (why: string): Found => ({ outcome: 'lost', to: [], why });
const absorbed = (why: string): Found => ({ outcome: 'absorbed', to: [], why });

/** Finds entries in another state: by id, else by their commits, else by their branches. */
class Finder {
  readonly #recipe: Recipe;
  readonly #engine: Engine;
  readonly #landed: ReadonlySet<Oid>;
  /** by the last commit of each segment */
  readonly #byCommit = new Map<Oid, (AcuId | null)[]>();
  /** those that are an entry by their id: no other entry becomes one of them */
  readonly #taken: ReadonlySet<AcuId>;

  constructor(recipe: Recipe, engine: Engine, landed: ReadonlySet<Oid>) {
    this.#recipe = recipe;
    this.#engine = engine;
    this.#landed = landed;
    for (const { commit, acu } of engine.tables.segments) this.#byCommit.set(commit, [...this.#byCommit.get(commit) ?? [], acu]);
    this.#taken = new Set(recipe.entries.flatMap(({ id }) => (engine.acu(id) === undefined ? [] : [id])));
  }

  find(entry: RecipeEntry): Found {
    if (this.#engine.acu(entry.id) !== undefined) return { outcome: 'kept', to: [entry.id], why: '' };
    if (entry.resolution === true) return lost('its decision is asked again where its sides meet, with the earlier answer at hand');
    return this.#byCommits(entry) ?? this.#bySources(entry);
  }

  #byCommits({ name, commits }: RecipeEntry): Found | null {
    for (const commit of commits) {
      const here = this.#byCommit.get(commit);
      if (here === undefined) continue;
      const to = [...new Set(here.filter((id) => id !== null))].sort();
      return to.length === 0 ? absorbed('the base has the same content') : this.#moved(name, to);
    }
    return commits.some((commit) => this.#landed.has(commit)) ? absorbed('its commits are in the base') : null;
  }

  /** The new version of what only the same branches have: at a finer grain the one of its title and author. */
  #bySources(entry: RecipeEntry): Found {
    const { sources, acus } = this.#engine, here = sources.filter(({ name }) => entry.sources.includes(name));
    if (here.length === 0) return lost(entry.sources.length === 1 ? `there is no ${inWords(entry.sources[0]!)} any more` : 'its branches are gone');
    const heirs = acus.filter((acu) => !this.#taken.has(acu.id) && isSame(acu.sources, entry.sources));
    const named = heirs.filter((acu) => acu.author.email === entry.author && mayBeOfOneCommit(acu.title, entry.title));
    const to = (named.length > 0 ? named : heirs).map(({ id }) => id).sort();
    if (to.length === 0) return here.every(({ segments }) => segments.length === 0 || this.#isEmpty(segments)) ? absorbed('the base has the same content') : lost('its branches changed, and none has it any more');
    // of several commits of one branch each would be taken for all the new ones
    if (named.length === 0 && (this.#recipe.grain !== 'branch' || this.#engine.tables.grain !== 'branch')) return lost(`${inWords(here[0]!.name)} has other commits now, and none is it`);
    return this.#moved(entry.name, to);
  }

  #isEmpty(tips: readonly Oid[]): boolean {
    const { segments } = this.#engine.tables;
    return tips.every((tip) => segments.every((s) => s.tip !== tip || s.acu === null));
  }

  #moved(name: ByteString, to: readonly AcuId[]): Found {
    const now = to.length > 3 ? plural(to.length, 'ACU') : to.map((id) => nameIn(this.#engine, id)).join(', ');
    return { outcome: 'rebound', to, why: to.length === 1 && this.#engine.acu(to[0]!)!.name === name ? 'it has changed, or what it stands on has' : `it is ${now} now` };
  }
}

const isSame = (a: readonly ByteString[], b: readonly ByteString[]): boolean => a.length === b.length && a.every((name, i) => name === b[i]);

/** What two sets have in common, and each alone. */
export function compareSets(a: readonly AcuId[], b: readonly AcuId[]): { readonly both: readonly AcuId[]; readonly onlyA: readonly AcuId[]; readonly onlyB: readonly AcuId[] } {
  const inA = new Set(a), inB = new Set(b);
  return { both: [...inA.intersection(inB)].sort(), onlyA: [...inA.difference(inB)].sort(), onlyB: [...inB.difference(inA)].sort() };
}

/** Recipes as they are after some were kept, in place of those of the same name, and others dropped. By name. */
export function recipesAfter(before: readonly Recipe[], kept: readonly Recipe[], dropped: readonly string[]): readonly Recipe[] {
  const byName = new Map(before.map((recipe) => [recipe.name, recipe]));
  for (const name of dropped) byName.delete(name);
  for (const recipe of kept) byName.set(recipe.name, recipe);
  return [...byName.values()].sort((x, y) => (x.name < y.name ? -1 : 1));
}

/** The event that makes `now` of `before`; null where they are the same. Recipes never change: one that is kept anew is another. */
export function recipesChanged(before: readonly Recipe[], now: readonly Recipe[]): Extract<DomainEvent, { kind: 'recipes-changed' }> | null {
  const old = new Map(before.map((recipe) => [recipe.name, recipe])), names = new Set(now.map(({ name }) => name));
  const kept = now.filter((recipe) => { const was = old.get(recipe.name); return was === undefined || !isEqual(was, recipe); }), dropped = before.flatMap(({ name }) => (names.has(name) ? [] : [name]));
  return kept.length === 0 && dropped.length === 0 ? null : { kind: 'recipes-changed', kept, dropped };
}

const isEqual = (a: Recipe, b: Recipe): boolean => a === b || (a.time === b.time && a.base === b.base && a.grain === b.grain && a.entries.length === b.entries.length
  && a.entries.every((entry, i) => { const other = b.entries[i]!; return entry.id === other.id && entry.open === other.open && entry.commits.join() === other.commits.join(); }));
