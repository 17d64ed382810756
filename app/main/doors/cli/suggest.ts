// `acumen suggest` and `acumen why-not`: the largest set that goes together with its proof, and what keeps a change out of it.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AcumenError } from '../../../contract/frames.ts';
import { limits } from '../../../contract/methods.ts';
import { namedIds } from '../../service/reports.ts';
import { countedAcus, plural } from '../../service/said.ts';
import { BUDGET_MS, isRule, nameOf, readWeights, shownReason, shownSuggestion, weighed } from '../../service/suggestionReport.ts';
import type { ShownReason, ShownSuggestion, Weighing } from '../../service/suggestionReport.ts';
import type { Workspace } from '../../service/workspace.ts';
import { withMessage } from './composing.ts';
import { operate, withWorkspace } from './opening.ts';
import { clean, duration, shortId, table } from './output.ts';
import type { Output } from './output.ts';
import type { Call, Verb } from './program.ts';

/** Bytes of a file of weights. */
const LARGEST_FILE = 16 << 20;
/** Names that one line tells a person. */
const TOLD = 12;

export const suggest: Verb = (call) => withWorkspace(call, { write: call.options.branch !== undefined, imported: true, keeps: true }, async (workspace) => {
  const { out, options } = call, { engine } = workspace, writing = withMessage(options), weight = await weightOf(call, workspace);
  const found = shownSuggestion(engine, await operate(call, workspace, 'suggest', { weight, budget: budgetOf(call) }));
  const written = options.branch === undefined || found.acus.length === 0 ? null : await operate(call, workspace, 'writeBranch', { name: options.branch, acus: found.acus, ...writing });
  if (options.json) {
    await out.line(JSON.stringify({ ...found, ...written !== null && { ref: written.ref, commit: written.commit, tree: written.tree } }));
    return 0;
  }
  await show(out, workspace, found, weight);
  if (written !== null) await out.line(`  written to ${out.style('strong', clean(written.ref))} as ${out.style('id', shortId(written.commit))}`);
  return 0;
});

async function show(out: Output, { engine }: Workspace, found: ShownSuggestion, weight: Weighing): Promise<void> {
  const { acus, left, of, barred, refused, ms } = found;
  if (of.acus === 0) { await out.line('No ACU is in flight: there is nothing to choose from.'); return; }
  if (acus.length > 0) {
    await table(out, [{ title: 'ID', style: 'id' }, { title: 'NAME', gives: true, style: 'strong' }, { title: 'WEIGHT', right: true }, { title: '+', right: true, style: 'good' }, { title: '−', right: true, style: 'bad' }, { title: 'AUTHOR', gives: true }],
      weighed(engine, weight, acus).map(({ id, name, weight: one, added, deleted, author }) => [shortId(id), name, figure(one), String(added), String(deleted), author]));
    await out.line();
  }
  await out.line(`${out.style(acus.length > 0 ? 'good' : 'bad', acus.length > 0 ? '✓' : '✕')} ${acus.length} of ${plural(of.acus, 'ACU')} go together, ${proof(found)} (${duration(ms)})`);
  if (left.length > 0) await out.line(`  ${left.length} left out: ${listed(left.map((id) => nameOf(engine, id)))}; ${out.style('dim', 'acumen why-not X')} says why`);
  if (barred > 0) await out.line(`  ${barred} of those can be in no set: stale, not yet exact, or on top of one that is`);
  if (refused.length > 0) await out.line(`  ${plural(refused.length, 'set')} did not compose although any two of each go together: ${listed(refused.map((set) => set.map((id) => nameOf(engine, id)).join(' + ')))}`);
}

/** "weight 23 of 31: optimal, no set that composes weighs more" */
function proof({ weight, bound, optimal, gap, of }: ShownSuggestion): string {
  return optimal ? `weight ${figure(weight)} of ${figure(of.weight)}: optimal, no set that composes weighs more`
    : `weight ${figure(weight)} of ${figure(of.weight)}: within ${(100 * gap).toFixed(1)} % of the bound, no set that composes weighs more than ${figure(bound)}`;
}

export const whyNot: Verb = (call) => withWorkspace(call, { write: false, imported: true, keeps: true }, async (workspace) => {
  const { out, options, args } = call, { engine } = workspace, acus = namedIds(engine, args), weight = await weightOf(call, workspace);
  if (acus.length > limits.reasons) throw new AcumenError('usage', `That is ${plural(acus.length, 'ACU')}.`, `Ask of ${limits.reasons} at most.`);
  const { composition } = workspace.shown.state, composed = composition.base === engine.base ? composition.acus : [];
  const within = composed.length > 0 ? 'composition' : 'suggestion';
  const set = within === 'composition' ? { acus: composed } : await operate(call, workspace, 'suggest', { weight, budget: budgetOf(call) });
  const answer = await workspace.call('whyNot', { acus, within: set.acus, weight }), reasons = answer.reasons.map((one) => shownReason(engine, one));
  if (options.json) { await out.line(JSON.stringify({ within, acus: set.acus, reasons })); return 0; }
  if (acus.length === 0) await out.line('It has no ACU of its own: all of it is in the base.');
  else await out.line(out.style('dim', `Against the ${within === 'composition' ? `composition of ${countedAcus(engine.tables, set.acus)}` : `suggested set of ${countedAcus(engine.tables, set.acus)}, for nothing is composed`}:`));
  for (const reason of reasons) await tell(out, engine, reason);
  return 0;
});

async function tell(out: Output, engine: Workspace['engine'], reason: ShownReason): Promise<void> {
  const { acu, name, kind, never, blockers, leaves, comes, cost, minimal, stands } = reason;
  const called = (id: string): string => clean(nameOf(engine, id as ShownReason['acu'])), named = (ids: readonly string[]): string => listed(ids.map(called));
  const detail = (id: string): string => { const one = reason.why.find((w) => w.acu === id); return one === undefined ? '' : `: ${clean(one.detail)}`; };
  const head = (mark: string, text: string): Promise<void> => out.line(`${mark} ${out.style('strong', clean(name))} ${out.style('id', shortId(acu))} ${text}`);
  switch (kind) {
    case 'in': await head(out.style('good', '✓'), 'is in it'); return;
    case 'free': await head(out.style('good', '✓'), `is kept out by nothing: it ${comes.length > 1 ? `comes with ${named(comes.filter((id) => id !== acu))} and ` : ''}adds ${figure(-cost)}`); return;
    case 'never':
      await head(out.style('bad', '✕'), 'can be in no set');
      if (never.length > 1 && reason.why.length === 0) await out.line(`    it needs ${named(never)}, which do not go together`);
      else for (const id of never) await out.line(`    ${id === acu ? 'it cannot be composed' : `it needs ${called(id)}, which cannot be composed`}${detail(id)}`);
      return;
    case 'kept': {
      if (blockers.length === 0) { await head(out.style('warning', '?'), 'conflicts with nothing there, but what would be there with it was not found to compose'); return; }
      await head(out.style('bad', '✕'), `is kept out by ${blockers.length === 1 ? 'one ACU' : countedAcus(engine.tables, blockers)}${minimal ? '' : ', perhaps by fewer'}`);
      for (const id of blockers) await out.line(`    ${called(id)} ${out.style('id', shortId(id))}${detail(id)}`);
      for (const set of reason.refused) await out.line(`    ${named(set)} do not compose together, though any two of them go`);
      const others = leaves.filter((id) => !blockers.includes(id)), along = comes.filter((id) => id !== acu);
      await out.line(`    ${out.style('dim', 'to swap:')} ${[
        `${leaves.length} would leave${others.length > 0 ? ` (${named(others)} with ${blockers.length === 1 ? 'it' : 'them'})` : ''}`, `${comes.length} would come${along.length > 0 ? ` (${named(along)} with it)` : ''}`,
        cost > 0 ? `which costs ${figure(cost)}` : cost < 0 ? `which gains ${figure(-cost)}` : 'which costs nothing',
      ].join(', ')}${stands ? '' : `; ${out.style('warning', 'what would be there then was not found to compose')}`}`);
    }
  }
}

async function weightOf({ io, options: { weight = 'unit' } }: Call, { engine }: Workspace): Promise<Weighing> {
  if (isRule(weight)) return weight;
  const file = path.resolve(io.cwd, weight);
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > LARGEST_FILE) throw new AcumenError('too-large', `${clean(weight)} has ${size} bytes.`, `A file of weights has ${LARGEST_FILE} at most.`);
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof AcumenError) throw error;
    throw new AcumenError('usage', `There is no rule of weights called ${clean(weight)}, and no such file can be read.`, 'Use --weight unit, lines, age, or a file with a line "NAME WEIGHT" for each.', {}, { cause: error });
  }
  return readWeights(engine, text.replace(/^\ufeff/, ''));
}

function budgetOf({ options: { budget } }: Call): number {
  const seconds = budget === undefined ? BUDGET_MS / 1000 : Number(budget);
  if (budget?.trim() !== '' && seconds >= 0 && 1000 * seconds <= limits.budgetMs) return 1000 * seconds;
  throw new AcumenError('usage', `${clean(budget!)} is not a number of seconds.`, `Use --budget with a number from 0 to ${limits.budgetMs / 1000}.`);
}

const figures = new Intl.NumberFormat('en', { maximumSignificantDigits: 6 });
const figure = (n: number): string => figures.format(n);
const listed = (all: readonly string[]): string => `${all.slice(0, TOLD).map(clean).join(', ')}${all.length > TOLD ? ` and ${all.length - TOLD} more` : ''}`;
