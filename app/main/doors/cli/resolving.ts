// `acumen resolve`, and `compose --resolve auto`: conflicts decided from the command line, by a word, a file, or as they were decided before.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AcumenError } from '../../../contract/frames.ts';
import type { GivenAnswer, OpenConflict, PlaceAnswer, PlaceToDecide, ToDecide } from '../../../contract/resolving.ts';
import { type ComposeReport, composeReport, namedIds, shownPath } from '../../service/reports.ts';
import { countedAcus, plural } from '../../service/said.ts';
import type { Workspace } from '../../service/workspace.ts';
import { operate, withWorkspace } from './opening.ts';
import { clean, shortId } from './output.ts';
import type { Call, Verb } from './program.ts';

type AcuId = ToDecide['acu'];

const words = ['ours', 'theirs', 'both'] as const;

/** What one `--take` says, and of which path; null: of all others. */
interface Take { readonly path: string | null; readonly answer: GivenAnswer; readonly isFile: boolean }

export const resolving: Verb = (call) => withWorkspace(call, { write: true, imported: true }, async (workspace) => {
  const { out, options, args } = call, takes = await takesOf(call);
  if (args.length > 1) throw new AcumenError('usage', 'One conflict is decided at a time.', 'Name one source or change.');
  if (args.length === 0) {
    if (options.list !== true) throw new AcumenError('usage', 'Nothing is named to be decided.', 'Name a source or change that conflicts with the composition; `acumen resolve --list` has those that are kept open.');
    return listOpen(call, workspace);
  }
  const acu = namedIds(workspace.engine, args).at(-1)!, asked = await workspace.call('toDecide', { acu });
  if (options.list === true) return listPlaces(call, workspace, asked);
  refuse(workspace, asked);
  const { answers, left } = answersOf(asked, takes);
  if (left.length > 0) {
    if (options.json) await out.line(JSON.stringify({ acu, resolution: null, tree: null, answered: answers.length, left: left.map(({ file, place }) => placeRow(file, place)) }));
    else {
      await out.line(`${out.style('bad', '✗')} ${plural(left.length, 'place')} of ${asked.files.reduce((n, f) => n + f.places.length, 0)} left to decide; nothing was changed`);
      for (const { file, place } of left.slice(0, TOLD)) await out.line(`  ${placeLine(file, place)}`);
    }
    return 1;
  }
  const { resolution, composition } = await operate(call, workspace, 'decide', { acu, answers });
  const isOpen = resolution !== null && composition.open?.includes(resolution) === true;
  const { tree } = isOpen ? { tree: null } : await composeReport(workspace, composition.acus, null);
  if (options.json) await out.line(JSON.stringify({ acu, resolution, tree, answered: answers.length, left: [] }));
  else if (resolution === null) await out.line(`${out.style('good', '✓')} decided: nothing of it is left, and the composition stays as it is`);
  else if (isOpen) await out.line(`${out.style('bad', '✗')} decided as ${out.style('id', shortId(resolution))}, which conflicts with others of the composition: it is kept open`);
  else await out.line(`${out.style('good', '✓')} ${plural(answers.length, 'place')} decided, ${countedAcus(workspace.engine.tables, composition.acus)} composed: tree ${out.style('id', tree!)}`);
  return isOpen ? 1 : 0;
});

/** Places and conflicts that one list tells a person. */
const TOLD = 100;

async function takesOf({ options, io }: Call): Promise<readonly Take[]> {
  const { path: paths = [], take = [] } = options;
  if (take.length < paths.length || take.length > paths.length + 1) throw new AcumenError('usage', 'Each --path goes with a --take, in their order; one --take more is for all others.', 'For example: resolve X --path a.txt --take ours --take theirs.');
  return Promise.all(take.map(async (how, i): Promise<Take> => {
    const of = paths[i] ?? null, word = words.find((w) => w === how);
    if (word !== undefined) return { path: of, answer: { take: word }, isFile: false };
    try {
      return { path: of, answer: { take: 'text', text: await readFile(path.resolve(io.cwd, how)) }, isFile: true };
    } catch {
      throw new AcumenError('usage', `${how} is neither ours, theirs or both nor a file that can be read.`, 'Give one of the three, or a file with the text of the place.');
    }
  }));
}

function refuse(workspace: Workspace, { acu, state, reason }: ToDecide): void {
  if (state === 'fits') throw new AcumenError('usage', `There is nothing to decide of ${nameOf(workspace, acu)}: it goes with the composition as it is.`, 'Compose it.');
  if (state === 'unable') throw new AcumenError('not-composable', `${nameOf(workspace, acu)} cannot be decided: ${reason}.`, 'Look at `acumen check` with the composition.', { acu });
}

const nameOf = (workspace: Workspace, id: AcuId): string => { const acu = workspace.engine.acu(id); return acu === undefined ? shortId(id) : shownPath(acu.name); };

interface Left { readonly file: ToDecide['files'][number]; readonly place: PlaceToDecide }

/** What was said for each place, else how the same conflict was decided before in the same file. */
function answersOf({ files }: ToDecide, takes: readonly Take[]): { readonly answers: readonly PlaceAnswer[]; readonly left: readonly Left[] } {
  const answers: PlaceAnswer[] = [], left: Left[] = [];
  for (const take of takes) if (take.path !== null && !files.some((file) => shownPath(file.path) === take.path)) throw new AcumenError('unknown-name', `Nothing is to be decided in ${take.path}.`, 'Give a path of `acumen resolve X --list`.', { path: take.path });
  for (const file of files) {
    const take = takes.find((one) => one.path === shownPath(file.path)) ?? takes.find((one) => one.path === null);
    if (take?.isFile === true && file.places.length > 1) throw new AcumenError('usage', `${shownPath(file.path)} has ${file.places.length} places, and a file is the text of one.`, 'Take ours, theirs or both there, or decide it in the window.', { path: shownPath(file.path) });
    for (const [nth, place] of file.places.entries()) {
      const answer = take?.answer ?? (place.earlier?.here === true ? place.earlier.answer : null);
      if (answer === null) left.push({ file, place });
      else answers.push({ path: file.path, nth, key: place.key, answer });
    }
  }
  return { answers, left };
}

const placeRow = ({ path: of }: Left['file'], { key, kind, at, earlier }: PlaceToDecide) => ({ path: shownPath(of), kind, line: at[0] + 1, key, earlier: earlier === null ? null : { take: earlier.answer.take, here: earlier.here, path: shownPath(earlier.path), time: earlier.time } });
function placeLine(file: Left['file'], place: PlaceToDecide): string {
  const { path: of, kind, line, earlier } = placeRow(file, place);
  return `${clean(of)}${place.shape === 'lines' ? `:${line}` : ''}  ${kind}${earlier === null ? '' : `  decided before${earlier.here ? '' : ` in ${clean(earlier.path)}`}: ${earlier.take}`}`;
}

async function listPlaces({ out, options }: Call, workspace: Workspace, asked: ToDecide): Promise<number> {
  const places = asked.files.flatMap((file) => file.places.map((place) => ({ file, place })));
  if (options.json) { await out.line(JSON.stringify({ acu: asked.acu, state: asked.state, reason: asked.reason, against: asked.against, places: places.map(({ file, place }) => placeRow(file, place)) })); return 0; }
  if (asked.state === 'fits' || asked.state === 'unable') { await out.line(asked.state === 'fits' ? 'Nothing is to be decided: it goes with the composition as it is.' : clean(`It cannot be decided: ${asked.reason}.`)); return 0; }
  const against = asked.state === 'stale' ? 'the base' : asked.against.map((id) => nameOf(workspace, id)).join(', ');
  await out.line(`${out.style('strong', clean(nameOf(workspace, asked.acu)))} against ${clean(against)}: ${plural(places.length, 'place')}`);
  for (const { file, place } of places.slice(0, TOLD)) await out.line(`  ${placeLine(file, place)}`);
  if (places.length > TOLD) await out.line(`  and ${places.length - TOLD} more`);
  return 0;
}

async function listOpen({ out, options }: Call, workspace: Workspace): Promise<number> {
  const { open } = await workspace.call('openConflicts', {});
  if (options.json) { await out.line(JSON.stringify({ open: open.map((one) => ({ ...one, name: nameOf(workspace, one.acu) })) })); return 0; }
  if (open.length === 0) await out.line('Nothing is kept open.');
  for (const one of open.slice(0, TOLD)) await out.line(openLine(out, workspace, one));
  return 0;
}

function openLine(out: Call['out'], workspace: Workspace, { acu, state, reason, against, places, answered }: OpenConflict): string {
  const who = state === 'stale' ? 'the base' : against.map((id) => nameOf(workspace, id)).join(', ');
  const what = state === 'fits' ? 'fits now' : state === 'unable' ? `cannot be decided: ${reason}` : `${plural(places, 'place')} against ${who}${answered === 0 ? '' : `, ${answered} decided before`}`;
  return `${out.style('id', shortId(acu))}  ${out.style('strong', clean(nameOf(workspace, acu)))}  ${clean(what)}`;
}

/**
 * Composes a set that does not go together by itself: what goes together in the order given, and then each of the others as it was decided before,
 * where all its places were. Where that does not come to the whole set, everything is taken back: null.
 */
export async function composeAsDecided(call: Call, workspace: Workspace, acus: readonly AcuId[]): Promise<ComposeReport | null> {
  let standing: AcuId[] = [], operations = 0;
  for (const id of acus) if ((await composeReport(workspace, [...standing, id], null)).tree !== null) standing = [...standing, id];
  const before = workspace.view.head.operation, resolved: AcuId[] = [];
  await operate(call, workspace, 'compose', { acus: standing });
  operations = workspace.view.head.operation - before;
  for (const id of acus) {
    if (workspace.view.state.composition.acus.includes(id) || standing.includes(id)) continue;
    const asked = await workspace.call('toDecide', { acu: id });
    if (asked.state === 'fits') { await operate(call, workspace, 'add', { acus: [id] }); operations++; continue; }
    const { answers, left } = answersOf(asked, []);
    const isDone = asked.state !== 'unable' && left.length === 0 && answers.length > 0;
    const made = isDone ? (await operate(call, workspace, 'decide', { acu: id, answers })).resolution : null;
    if (isDone) operations++;
    if (made === null || !workspace.view.state.composition.acus.includes(made)) {
      for (; operations > 0; operations--) await operate(call, workspace, 'undo', {});
      return null;
    }
    resolved.push(made);
  }
  return { ...await composeReport(workspace, workspace.view.state.composition.acus, null), resolved };
}
