// `acumen blame`: a composed file line by line, each with the change that brought it.
import { AcumenError } from '../../../contract/frames.ts';
import { blameReport } from '../../service/blameReport.ts';
import { namedIds } from '../../service/reports.ts';
import { operationNumber, withWorkspace } from './opening.ts';
import { clean, cleanLine, shortId } from './output.ts';
import type { Verb } from './program.ts';

const WIDEST = 24, NOBODY = ' '.repeat(10);

export const blame: Verb = (call) => {
  const at = call.options.at === undefined ? undefined : operationNumber(call.options.at);
  return withWorkspace(call, { write: false, imported: at === undefined }, async (workspace) => {
    const { out, options, args } = call, [path, ...given] = args;
    if (path === undefined || path === '') throw new AcumenError('usage', 'No path was given.', 'acumen blame PATH X… tells who brought each line of a composed file.');
    const past = at === undefined ? null : await new (await import('../../service/moments.ts')).Moments(workspace).readable(at);
    const { engine } = past ?? workspace, { composition } = past ?? workspace.shown.state, acus = given.length > 0 ? namedIds(engine, given) : composition.base === engine.base ? composition.acus : [];
    if (acus.length === 0) throw new AcumenError('usage', 'No change was named, and nothing is composed.', 'Name the changes of the set, or compose some first.');
    const { report, reason, lines, isCut } = await blameReport(workspace, engine, path, acus, at), { how, brought } = report;
    if (options.json) { await out.line(JSON.stringify(report)); return 0; }
    if (how === 'none') { await out.line(`Whose lines these are is not told: ${reason}.`); return 0; }
    const names = new Map(report.acus.map(({ id, name }) => [id, name]));
    let run = 0;
    for (const [i, text] of lines.entries()) {
      while (run < brought.length && brought[run]!.end < i + 1) run++;
      const here = brought[run], by = here !== undefined && here.start <= i + 1 ? here.by : null, [first] = by ?? [];
      const name = by === null ? '' : first === undefined ? '?' : `${names.get(first)!}${by.length > 1 ? ` +${by.length - 1}` : ''}`;
      await out.line(`${out.style('id', first === undefined ? NOBODY : shortId(first))} ${clean(name).slice(0, WIDEST).padEnd(WIDEST)} ${out.style('dim', String(i + 1).padStart(5))} ${cleanLine(text)}`);
    }
    if (isCut) await out.line(out.style('dim', 'only the first part of it is shown'));
    if (how === 'content') await out.line(out.style('dim', `followed by content: ${reason}`));
    return 0;
  });
};
