// Recipes: sets kept by name.
import * as recipes from '../app/recipes.ts';
import { chosen, useComposition } from '../state/composition.ts';
import { useRecipes } from '../state/recipes.ts';
import { ids } from '../testids.ts';
import { focusSoon } from './focus.ts';
import { verbLine } from './lines.ts';
import { noRepository, nothingComposed } from './reasons.ts';
import type { Command } from './registry.ts';

const noRecipe = (): string | null => noRepository() ?? (useRecipes.getState().isOpen && useRecipes.getState().chosen !== null ? null : 'No recipe is chosen.');
const chosenName = (): string => useRecipes.getState().chosen ?? 'NAME';
/** Nothing of it is left, or it is what is composed. */
function nothingToApply(): string | null {
  const { chosen: name, lines } = useRecipes.getState(), line = lines?.find((one) => one.name === name);
  return noRecipe() ?? (line?.isComposed === true ? 'It is what is composed now.' : null);
}

export const recipeCommands: readonly Command[] = [
  { id: 'recipes.show', title: 'Recipes: sets kept by name', group: 'Composition', keys: ['K'], scope: 'window', line: () => verbLine('recipe', 'list'),
    disabled: noRepository, run: () => { recipes.toggleRecipes(); if (useRecipes.getState().isOpen) focusSoon(ids.recipeName); } },
  {
    id: 'recipes.keep', title: 'Keep the composition as a recipe…', group: 'Composition', keys: [], scope: 'window', menu: ['member'],
    line: () => verbLine('recipe', 'keep', 'NAME'),
    disabled: () => noRepository() ?? (useComposition.getState().whatIf === null ? nothingComposed() : 'Apply what is looked at, or leave it, first.'),
    run: () => { if (!useRecipes.getState().isOpen) recipes.toggleRecipes(); focusSoon(ids.recipeName); },
  },
  { id: 'recipes.apply', title: 'Apply the chosen recipe', group: 'Composition', keys: [], scope: 'window', changes: true, menu: ['recipe'],
    line: () => (noRecipe() === null ? verbLine('recipe', 'apply', chosenName()) : null), disabled: nothingToApply,
    run: () => { void recipes.apply(chosenName()); } },
  { id: 'recipes.compare', title: 'Compare the chosen recipe with the composition', group: 'Composition', keys: [], scope: 'window', menu: ['recipe'],
    line: () => (noRecipe() === null ? verbLine('recipe', 'compare', chosenName(), '@') : null), disabled: noRecipe,
    run: () => { void recipes.compare(chosenName(), null); } },
  { id: 'recipes.replace', title: 'Keep the composition in place of the chosen recipe', group: 'Composition', keys: [], scope: 'window', changes: true,
    menu: ['recipe'], line: () => (noRecipe() === null ? verbLine('recipe', 'keep', chosenName(), '--force') : null),
    disabled: () => noRecipe() ?? (chosen().length === 0 ? 'The composition is empty.' : null), run: () => { void recipes.keepAs(chosenName(), true); } },
  { id: 'recipes.drop', title: 'Drop the chosen recipe', group: 'Composition', keys: [], scope: 'window', changes: true, menu: ['recipe'],
    line: () => (noRecipe() === null ? verbLine('recipe', 'drop', chosenName()) : null), disabled: noRecipe, run: () => { void recipes.drop(chosenName()); } },
];
