// Recipes of a workspace (core/recipes.ts): kept and dropped as operations, told as what they are now, composed again, and compared with each
// other or with the composition, down to the files of their trees.
import type { AcuId, ByteString, Oid } from '../../core/bytes.ts';
import { sameEntry } from '../../core/changes.ts';
import { acusInWords } from '../../core/counted.ts';
import type { Engine } from '../../core/engine.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Operation } from '../../core/events.ts';
import { type Applied, type Recipe, applyRecipe, compareSets, recipeLimits, recipeOf, recipesAfter, recipesChanged } from '../../core/recipes.ts';
import { describeRebinding } from '../../core/rebind.ts';
import type { Methods } from '../../contract/methods.ts';
import type { ComparedAcu, ComparedFile, RecipeComparison, RecipeLine, RecipeNow } from '../../contract/recipes.ts';
import type { Composing } from './composing.ts';
import { reachable } from './landing.ts';
import type { Composed } from './reading.ts';
import { commandLine } from './said.ts';
import type { Shown, Workspace } from './workspace.ts';

/** Recipes of which it is remembered what they are now: going down the list asks for each again. */
const REMEMBERED = 64;

export class Recipes {
  readonly #workspace: Workspace;
  readonly #composing: Composing;
  /** by recipe, over the engine it was asked of */
  readonly #applied = new Map<Recipe, { readonly engine: Engine; readonly applied: Promise<Applied> }>();

  constructor(workspace: Workspace, composing: Composing) {
    this.#workspace = workspace;
    this.#composing = composing;
  }

  async list(): Promise<Methods['recipes']['result']> {
    const { shown } = this.#workspace;
    return { recipes: await Promise.all(shown.state.recipes.map(async (recipe) => this.#line(recipe, await this.#now(recipe, shown), shown))) };
  }

  async one(name: string): Promise<RecipeNow> {
    const { shown } = this.#workspace, recipe = this.#named(shown, name), now = await this.#now(recipe, shown);
    return { line: this.#line(recipe, now, shown), answers: now.answers, acus: now.acus, open: now.open };
  }

  /** What is composed, under this name. `replace`: also where it has one already. The same again records nothing. */
  async keep({ name, replace }: { readonly name: string; readonly replace: boolean }, signal: AbortSignal): Promise<Methods['keepRecipe']['result']> {
    const workspace = this.#workspace;
    let kept: Recipe | null = null;
    const operation = await workspace.commit(async ({ state, engine }) => {
      signal.throwIfAborted();
      const { composition, recipes } = state;
      if (composition.acus.length === 0) throw new AcumenError('not-composable', 'There is nothing to keep: the composition is empty.', 'Compose some changes first.', { missing: [], conflicts: [] });
      const before = recipes.find((recipe) => recipe.name === name);
      kept = recipeOf(name, engine, composition, workspace.clock.now());
      if (before !== undefined && before.base === kept.base && sameEntries(before, kept)) { kept = before; return null; }
      if (before !== undefined && !replace) throw new AcumenError('usage', `There is a recipe called ${name}.`, 'Choose another name, or replace it.', { name });
      if (before === undefined && recipes.length >= recipeLimits.recipes) throw new AcumenError('too-large', `There are ${recipeLimits.recipes} recipes.`, 'Drop some first.', {});
      return {
        operation: { kind: 'recipe', target: null, description: `Kept the recipe ${name}: ${inWords(kept)}`, command: commandLine('recipe', 'keep', ...dashed(name), ...replace ? ['--force'] : []) },
        events: [recipesChanged(recipes, recipesAfter(recipes, [kept], []))!],
      };
    });
    const { shown } = workspace;
    return { operation, line: this.#line(kept!, await this.#now(kept!, shown), shown) };
  }

  async drop(name: string, signal: AbortSignal): Promise<{ readonly operation: Operation }> {
    const operation = await this.#workspace.commit(async (view) => {
      signal.throwIfAborted();
      this.#named(view, name);
      return { operation: { kind: 'recipe', target: null, description: `Dropped the recipe ${name}`, command: commandLine('recipe', 'drop', ...dashed(name)) }, events: [{ kind: 'recipes-changed', kept: [], dropped: [name] }] };
    });
    return { operation: operation! };
  }

  /** Makes what it is now the composition; what is that already records nothing. Refuses what does not compose: the answer of `one` says what would be composed. */
  async apply(name: string, signal: AbortSignal): Promise<Methods['applyRecipe']['result']> {
    const { shown } = this.#workspace, recipe = this.#named(shown, name), now = await this.#now(recipe, shown), { acus, answers, open } = now, became = describeRebinding(answers);
    if (acus.length === 0) throw new AcumenError('not-composable', `Nothing of the recipe ${name} can be composed any more.`, '`acumen recipe show` says what became of it.', { missing: [], conflicts: [] });
    if (this.#line(recipe, now, shown).isComposed && shown.state.composition.base === shown.engine.base) return { composition: shown.state.composition, operation: null, answers };
    const { composition, operation } = await this.#composing.compose(acus, signal, { open, description: `Applied the recipe ${name}${became && `: ${became}`}`, command: commandLine('recipe', 'apply', ...dashed(name)) });
    return { composition, operation, answers };
  }

  /** Null: the composition. */
  async compare({ a, b }: { readonly a: string | null; readonly b: string | null }, signal?: AbortSignal): Promise<RecipeComparison> {
    const { shown } = this.#workspace, moment = await this.#workspace.moment(shown), [sideA, sideB] = await Promise.all([this.#side(shown, a), this.#side(shown, b)]);
    const { both, onlyA, onlyB } = compareSets(sideA.acus, sideB.acus), told = (side: Side, ids: readonly AcuId[]): ComparedAcu[] => [...ids.map((id) => ({ id, name: shown.engine.acu(id)!.name, outcome: side.outcomes?.get(id) ?? null }))];
    const composed = async ({ acus }: Side): Promise<Composed | null> => { const answer = await this.#workspace.reading.composed(moment, acus, signal); return 'delta' in answer ? answer : null; };
    const treeA = await composed(sideA), treeB = await composed(sideB);
    return {
      both: told(sideA, both), onlyA: [...told(sideA, onlyA), ...sideA.gone], onlyB: [...told(sideB, onlyB), ...sideB.gone],
      treeA: treeA?.tree ?? null, treeB: treeB?.tree ?? null, files: treeA === null || treeB === null ? null : filesBetween(treeA, treeB),
    };
  }

  async #side(shown: Shown, name: string | null): Promise<Side> {
    if (name === null) return { acus: shown.state.composition.acus.filter((id) => shown.engine.acu(id) !== undefined), outcomes: null, gone: [] };
    const { acus, answers } = await this.#now(this.#named(shown, name), shown);
    return {
      acus, outcomes: new Map(answers.flatMap(({ to, outcome }) => to.map((id) => [id, outcome] as const))),
      gone: answers.flatMap(({ id, name: called, outcome }) => (outcome === 'lost' || outcome === 'stale' || outcome === 'absorbed' ? [{ id, name: called, outcome }] : [])),
    };
  }

  #named({ state }: Pick<Shown, 'state'>, name: string): Recipe {
    const recipe = state.recipes.find((one) => one.name === name);
    if (recipe === undefined) throw new AcumenError('unknown-name', `There is no recipe called ${name}.`, '`acumen recipe list` names those there are.', { name });
    return recipe;
  }

  #now(recipe: Recipe, { engine }: Shown): Promise<Applied> {
    const known = this.#applied.get(recipe);
    if (known?.engine === engine) return known.applied;
    const applied = this.#apply(recipe, engine);
    this.#applied.delete(recipe);
    this.#applied.set(recipe, { engine, applied });
    if (this.#applied.size > REMEMBERED) this.#applied.delete(this.#applied.keys().next().value!);
    applied.catch(() => this.#applied.delete(recipe));
    return applied;
  }

  /** The repository is asked only of commits that nobody else knows any more. */
  async #apply(recipe: Recipe, engine: Engine): Promise<Applied> {
    const known = new Set(engine.tables.segments.map(({ commit }) => commit));
    const missing = new Set<Oid>();
    for (const { id, commits } of recipe.entries) if (engine.acu(id) === undefined) for (const commit of commits) if (!known.has(commit)) missing.add(commit);
    const landed = missing.size === 0 ? new Set<Oid>() : new Set(await reachable(await this.#workspace.repository(), engine.base, [...missing]));
    return applyRecipe(recipe, engine, landed);
  }

  #line(recipe: Recipe, { acus, answers }: Applied, { state: { composition } }: Shown): RecipeLine {
    const { name, time, base, grain, entries } = recipe, became: Partial<Record<Applied['answers'][number]['outcome'], number>> = {};
    for (const { outcome } of answers) became[outcome] = (became[outcome] ?? 0) + 1;
    return { name, time, base, grain, size: entries.length, decisions: decisionsIn(recipe), became, isComposed: acus.length > 0 && acus.length === composition.acus.length && acus.every((id, i) => id === composition.acus[i]) };
  }
}

interface Side { readonly acus: readonly AcuId[]; readonly outcomes: ReadonlyMap<AcuId, Applied['answers'][number]['outcome']> | null; readonly gone: readonly { readonly id: AcuId; readonly name: ByteString; readonly outcome: Applied['answers'][number]['outcome'] }[] }

const decisionsIn = ({ entries }: Recipe): number => entries.filter(({ resolution }) => resolution === true).length;
const inWords = (recipe: Recipe): string => acusInWords(recipe.entries.length, decisionsIn(recipe));

/** A name that looks like an option is no option. */
const dashed = (name: string): readonly string[] => (name.startsWith('-') ? ['--', name] : [name]);

function sameEntries(a: Recipe, b: Recipe): boolean {
  return a.entries.length === b.entries.length && a.entries.every(({ id, open }, i) => id === b.entries[i]!.id && open === b.entries[i]!.open);
}

/** What going from one composed tree to the other does; both lie over the same base, so that a path neither changed is the same in both. */
function filesBetween(a: Composed, b: Composed): ComparedFile[] {
  const out: ComparedFile[] = [];
  for (const path of new Set([...a.changes.keys(), ...b.changes.keys()])) {
    const inA = a.changes.get(path), inB = b.changes.get(path), base = (inA ?? inB)!.before;
    const before = inA === undefined ? base : inA.after, after = inB === undefined ? base : inB.after;
    if (!sameEntry(before, after)) out.push({ path, kind: before === null ? 'add' : after === null ? 'delete' : 'modify' });
  }
  return out.sort((x, y) => (x.path < y.path ? -1 : 1));
}
