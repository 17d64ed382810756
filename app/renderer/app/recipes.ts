// What a person can do with recipes: keep what is composed under a name, look into one, apply it, compare it, drop it.
import { complain, news } from '../state/notices.ts';
import { useOperations } from '../state/operations.ts';
import { useRecipes } from '../state/recipes.ts';
import { useReplica } from '../state/replica.ts';
import { say, useUi } from '../state/ui.ts';
import { acusInWords, outcomesInWords } from '../state/words.ts';
import { chosen, countWords, useComposition } from '../state/composition.ts';
import { undo } from './actions.ts';
import { operate } from './operating.ts';
import { connected, replica, service } from './session.ts';

/** Opens the drawer, or closes it. */
export function toggleRecipes(): void {
  if (useRecipes.getState().isOpen) { closeRecipes(); return; }
  useUi.setState({ tab: 'compose' });
  useRecipes.setState({ isOpen: true });
  void refreshRecipes();
}

export const closeRecipes = (): void => useRecipes.setState({ isOpen: false, compared: null });

let turn = 0;

/** Reads all there are, and the one that is looked into. */
async function refreshRecipes(): Promise<void> {
  if (!connected()) return;
  const mine = ++turn;
  try {
    const { recipes } = await service().call('recipes', {});
    if (mine !== turn) return;
    const { chosen: name, compared } = useRecipes.getState(), still = recipes.some((line) => line.name === name);
    useRecipes.setState({ lines: recipes, ...still ? {} : { chosen: null, now: null } });
    if (still) await look(name!);
    if (compared !== null) await compare(compared.a, compared.b);
  } catch (error) {
    if (mine === turn) complain(error);
  }
}

/** Keeps the drawer in step with operations and with the graph while it is open; returns what stops it. */
export function keepRecipes(): () => void {
  const refresh = (): void => { if (useRecipes.getState().isOpen) void refreshRecipes(); };
  const stops = [
    useOperations.subscribe((now, before) => { if (now.last?.id !== before.last?.id) refresh(); }),
    useReplica.subscribe((now, before) => { if (now.generation !== before.generation) refresh(); }),
  ];
  return () => { for (const stop of stops) stop(); };
}

export async function look(name: string | null): Promise<void> {
  useRecipes.setState((state) => ({ chosen: name, now: state.now?.line.name === name ? state.now : null }));
  if (name === null || !connected()) return;
  try {
    const now = await service().call('recipe', { name });
    if (useRecipes.getState().chosen === name) useRecipes.setState({ now });
  } catch (error) {
    complain(error);
  }
}

/** True where it is kept now. */
export async function keepAs(name: string, replace: boolean): Promise<boolean> {
  const result = await operate('keepRecipe', { name, replace }, `Keep the recipe ${name}`);
  if (result === null) return false;
  useRecipes.setState({ chosen: name, now: null });
  await refreshRecipes();
  say(result.operation === null ? 'It is kept so already.' : `Kept ${acusInWords(result.line.size, result.line.decisions)} as ${name}.`);
  return true;
}

export async function drop(name: string): Promise<void> {
  const result = await operate('dropRecipe', { name }, `Drop the recipe ${name}`);
  if (result === null) return;
  await refreshRecipes();
  news(`Dropped the recipe ${name}.`, { title: 'Undo', run: () => { void undo(); } });
}

/** Makes what a recipe is now the composition. Where that conflicts, what of it fits is offered in place of all. */
export async function apply(name: string): Promise<void> {
  const { now } = useRecipes.getState();
  if (now?.line.name === name && now.acus.length > 0) {
    const verdict = await replica().call((api) => api.verdict([], now.acus)).catch(() => null);
    if (verdict !== null && verdict.kind !== 'fits') { useComposition.setState({ proposal: { ids: now.acus.filter((id) => !chosen().includes(id)), verdict, takesFocus: true } }); say(`${name} does not compose as it is now.`); return; }
  }
  const result = await operate('applyRecipe', { name }, `Apply the recipe ${name}`);
  if (result === null) return;
  useUi.setState({ inspector: 'composed' });
  const changed = result.answers.some(({ outcome }) => outcome !== 'kept');
  if (changed) news(`Applied ${name}: ${outcomesInWords(result.answers)}.`, result.operation === null ? null : { title: 'Undo', run: () => { void undo(); } });
  else say(`Applied ${name}: ${countWords(result.composition.acus, useReplica.getState().byId)}.`);
}

let comparing = 0;

/** `b` null: with the composition. `a` null: no more. */
export async function compare(a: string | null, b: string | null): Promise<void> {
  if (a === null || !connected()) { useRecipes.setState({ compared: null }); return; }
  const mine = ++comparing;
  useRecipes.setState(({ compared }) => ({ compared: { a, b, answer: compared?.a === a && compared.b === b ? compared.answer : null } }));
  try {
    const answer = await service().call('compareRecipes', { a, b });
    if (mine === comparing) useRecipes.setState({ compared: { a, b, answer } });
  } catch (error) {
    if (mine === comparing) { useRecipes.setState({ compared: null }); complain(error); }
  }
}
