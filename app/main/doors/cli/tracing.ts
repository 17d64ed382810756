// `acumen blame`: a composed file line by line, each with the change that brought it.
import { fromUtf8, display } from '../../../core/bytes.ts';
import type { PathBytes } from '../../../core/bytes.ts';
import { AcumenError } from '../../../contract/frames.ts';
import { namedIds } from '../../service/reports.ts';
import { nameOf } from '../../service/suggestionReport.ts';
import { operationNumber, withWorkspace } from './opening.ts';
import { clean, shortId } from './output.ts';
import type { Verb } from './program.ts';

const WIDEST = 24;

export const blame: Verb = (call) => {
  const at = call.options.at === undefined ? undefined : operationNumber(call.options.at);
  return withWorkspace(call, { write: false, imported: at === undefined }, async (workspace) => {
    const { out, options, args } = call, [given, ...names] = args, path = fromUtf8<PathBytes>(given ?? '');
    if (given === undefined || given === '') throw new AcumenError('usage', 'No path was given.', 'acumen blame PATH X… tells who brought each line of a composed file.');
    const past = at === undefined ? null : await new (await import('../../service/moments.ts')).Moments(workspace).readable(at);
    const { engine } = past ?? workspace, { composition } = past ?? workspace.shown.state, acus = names.length > 0 ? namedIds(engine, names) : composition.base === engine.base ? [...composition.acus] : [];
    if (acus.length === 0) throw new AcumenError('usage', 'No change was named, and nothing is composed.', 'Name the changes of the set, or compose some first.');
    const asked = { acus, path, ...at === undefined ? {} : { at } }, told = await workspace.call('provenance', asked), { after } = await workspace.call('composedFile', asked);
    const runs = (list: typeof told.brought): { start: number; end: number; by: string[]; back: boolean }[] => list.map(({ start, end, by, isBack }) => ({ start: start + 1, end, by: by.map((i) => told.acus[i]!), back: isBack }));
    if (options.json) {
      await out.line(JSON.stringify({ path: display(path), how: told.how, exact: told.isExact, from: told.from === null ? null : display(told.from), acus: told.acus.map((id) => ({ id, name: nameOf(engine, id) })), brought: runs(told.brought), taken: runs(told.taken) }));
      return 0;
    }
    if (told.how === 'none' || after === null) { await out.line(`Whose lines these are is not told: ${told.reason === '' ? 'the file is not there' : told.reason}.`); return 0; }
    const lines = after.text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    let run = 0;
    for (const [i, text] of lines.entries()) {
      while (run < told.brought.length && told.brought[run]!.end <= i) run++;
      const here = told.brought[run], by = here !== undefined && here.start <= i ? here.by : null, [first] = by ?? [];
      const name = by === null ? '' : first === undefined ? '?' : `${nameOf(engine, told.acus[first]!)}${by.length > 1 ? ` +${by.length - 1}` : ''}`;
      const id = first === undefined ? ' '.repeat(10) : shortId(told.acus[first]!);
      await out.line(`${out.style('id', id)} ${clean(name).slice(0, WIDEST).padEnd(WIDEST)} ${out.style('dim', String(i + 1).padStart(5))} ${clean(text)}`);
    }
    if (after.truncated) await out.line(out.style('dim', 'only the first part of it is shown'));
    if (told.how === 'content') await out.line(out.style('dim', `followed by content: ${told.reason}`));
    return 0;
  });
};
