// `acumen recipe`: sets kept by name, what became of each since, composed again, compared.
import { AcumenError } from '../../../contract/frames.ts';
import type { RecipeLine, RecipeNow } from '../../../contract/recipes.ts';
import { shownAnswers, shownComparison } from '../../service/recipeReport.ts';
import type { ShownAcu, ShownAnswer, ShownComparison } from '../../service/recipeReport.ts';
import { acusInWords, countedAcus } from '../../service/said.ts';
import type { Workspace } from '../../service/workspace.ts';
import { operate, withWorkspace } from './opening.ts';
import { clean, shortId, table } from './output.ts';
import type { Output } from './output.ts';
import type { Call, Verb } from './program.ts';

/** Paths and names that one list tells a person. */
const TOLD = 40;
/** In place of a recipe's name: what is composed. */
const COMPOSITION = '@';

interface Act { readonly names: readonly string[]; readonly writes: boolean; run(call: Call, workspace: Workspace, names: readonly string[]): Promise<number> }

const acts: Readonly<Record<string, Act>> = {
  list: {
    names: [], writes: false,
    async run({ out, options }, workspace) {
      const { recipes } = await workspace.call('recipes', {});
      if (options.json) { await out.line(JSON.stringify({ recipes })); return 0; }
      if (recipes.length === 0) { await out.line('No recipe is kept: `acumen recipe keep NAME` keeps what is composed.'); return 0; }
      await table(out, [{ title: 'NAME', gives: true, style: 'strong' }, { title: 'ACUS', right: true }, { title: 'KEPT' }, { title: 'NOW', gives: true }],
        recipes.map((line) => [line.name, String(line.size - line.decisions), new Date(line.time).toISOString().slice(0, 10), `${state(line)}${line.isComposed ? ' (composed)' : ''}`]));
      return 0;
    },
  },
  keep: {
    names: ['NAME'], writes: true,
    async run(call, workspace, [name]) {
      const { operation, line } = await operate(call, workspace, 'keepRecipe', { name: name!, replace: call.options.force === true });
      if (call.options.json) await call.out.line(JSON.stringify({ recipe: line, operation: operation?.id ?? null }));
      else await call.out.line(operation === null ? `It is kept so already: ${acusInWords(line.size, line.decisions)}` : `${call.out.style('good', '✓')} Kept ${call.out.style('strong', clean(line.name))}: ${acusInWords(line.size, line.decisions)}`);
      return 0;
    },
  },
  show: {
    names: ['NAME'], writes: false,
    async run({ out, options }, workspace, [name]) {
      const now = await workspace.call('recipe', { name: name! });
      if (options.json) { await out.line(JSON.stringify({ recipe: now.line, acus: now.acus, open: now.open, answers: shownAnswers(now.answers) })); return 0; }
      await tell(out, workspace, now);
      return 0;
    },
  },
  apply: {
    names: ['NAME'], writes: true,
    async run(call, workspace, [name]) {
      const { out, options } = call, { composition, answers } = await operate(call, workspace, 'applyRecipe', { name: name! });
      if (options.json) { await out.line(JSON.stringify({ acus: composition.acus, open: composition.open ?? [], answers: shownAnswers(answers) })); return 0; }
      await out.line(`${out.style('good', '✓')} ${countedAcus(workspace.engine.tables, composition.acus)} composed`);
      for (const answer of shownAnswers(answers)) if (answer.outcome !== 'kept') await out.line(`  ${line(answer)}`);
      return 0;
    },
  },
  compare: {
    names: ['A', 'B'], writes: false,
    async run({ out, options }, workspace, [a, b]) {
      const side = (name: string): string | null => (name === COMPOSITION ? null : name);
      const compared = shownComparison(await workspace.call('compareRecipes', { a: side(a!), b: side(b!) }));
      if (options.json) await out.line(JSON.stringify(compared));
      else await tellCompared(out, workspace, compared, a!, b!);
      return 0;
    },
  },
  drop: {
    names: ['NAME'], writes: true,
    async run(call, workspace, [name]) {
      const { operation } = await operate(call, workspace, 'dropRecipe', { name: name! });
      if (call.options.json) await call.out.line(JSON.stringify({ operation: operation.id }));
      else await call.out.line(`${call.out.style('good', '✓')} ${clean(operation.description)}; \`acumen undo\` brings it back`);
      return 0;
    },
  },
};

export const recipe: Verb = (call) => {
  const [verb = '', ...names] = call.args, act = Object.hasOwn(acts, verb) ? acts[verb]! : null;
  if (act === null) throw new AcumenError('usage', `There is no \`acumen recipe ${verb}\`.`, `It is one of ${Object.keys(acts).join(', ')}.`);
  if (names.length !== act.names.length) throw new AcumenError('usage', `\`acumen recipe ${verb}\` takes ${act.names.length === 0 ? 'no name' : act.names.join(' and ')}.`, verb === 'compare' ? `${COMPOSITION} stands for what is composed.` : 'Quote a name that has spaces.');
  return withWorkspace(call, { write: act.writes, imported: true }, (workspace) => act.run(call, workspace, names));
};

/** "as it was", "2 rebound, 1 lost" */
function state({ became }: RecipeLine): string {
  const moved = Object.entries(became).filter(([outcome]) => outcome !== 'kept').map(([outcome, n]) => `${n} ${outcome}`);
  return moved.length === 0 ? 'as it was' : moved.join(', ');
}

function line({ name, outcome, why }: ShownAnswer): string { return `${clean(name)} ${outcome}${why === '' ? '' : `: ${clean(why)}`}`; }

async function tell(out: Output, { engine }: Workspace, { line: it, answers, acus, open }: RecipeNow): Promise<void> {
  await out.line(`${out.style('strong', clean(it.name))}: ${acusInWords(it.size, it.decisions)}, kept ${new Date(it.time).toISOString()} on ${shortId(it.base)}; ${state(it)}`);
  for (const answer of shownAnswers(answers)) await out.line(`  ${out.style('id', shortId(answer.id))} ${line(answer)}`);
  await out.line(`Applied now it is ${countedAcus(engine.tables, acus)}${open.length === 0 ? '' : `, and ${open.length} open`}.`);
}

async function tellCompared(out: Output, { engine }: Workspace, compared: ShownComparison, a: string, b: string): Promise<void> {
  const called = (name: string): string => (name === COMPOSITION ? 'the composition' : clean(name));
  const counted = (of: readonly ShownAcu[]): string => countedAcus(engine.tables, of.map(({ id }) => id));
  const list = async (title: string, of: readonly ShownAcu[]): Promise<void> => {
    await out.line(`${title}: ${of.length === 0 ? 'none' : counted(of)}`);
    for (const { id, name, outcome } of of.slice(0, TOLD)) await out.line(`  ${out.style('id', shortId(id))} ${clean(name)}${outcome === null || outcome === 'kept' ? '' : ` (${outcome})`}`);
    if (of.length > TOLD) await out.line(`  and ${of.length - TOLD} more`);
  };
  await list(`Only in ${called(a)}`, compared.onlyA);
  await list(`Only in ${called(b)}`, compared.onlyB);
  await out.line(`In both: ${counted(compared.both)}`);
  const { files, treeA, treeB } = compared;
  if (files === null) { await out.line(out.style('warning', `${treeA === null ? called(a) : called(b)}${treeA === null && treeB === null ? ` and ${called(b)} do` : ' does'} not compose now: their trees are not compared.`)); return; }
  await out.line(files.length === 0 ? 'Their trees are the same.' : `Their trees differ in ${files.length === 1 ? '1 file' : `${files.length} files`}:`);
  for (const { path, kind } of files.slice(0, TOLD)) await out.line(`  ${kind === 'add' ? '+' : kind === 'delete' ? '−' : '~'} ${clean(path)}`);
  if (files.length > TOLD) await out.line(`  and ${files.length - TOLD} more`);
}
