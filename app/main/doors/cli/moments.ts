// `acumen compare` and `return`, and `compose --at`: earlier moments of the log (docs/decisions/0057).
import { AcumenError } from '../../../contract/frames.ts';
import type { MomentsCompared, Parted } from '../../../contract/moments.ts';
import { comparedReport, composeReport, namedIds } from '../../service/reports.ts';
import { countedAcus } from '../../service/said.ts';
import { clean, shortId } from './output.ts';
import { against, risks } from './looking.ts';
import { operate, operationNumber, withPast, withWorkspace } from './opening.ts';
import type { Call, Verb } from './program.ts';

export const compare: Verb = (call) => withWorkspace(call, { write: false, imported: false }, async (workspace) => {
  const [a, b] = call.args.map(operationNumber), said = await workspace.call('compareMoments', { a: a!, b: b! });
  const report = comparedReport(said);
  if (call.options.json) await call.out.line(JSON.stringify(report)); else await tell(call, said, report);
  return 0;
});

async function tell({ out }: Call, said: MomentsCompared, { sources, files, inFlight, composed }: ReturnType<typeof comparedReport>): Promise<void> {
  const { before, after } = said.base;
  if (before?.oid !== after?.oid) await out.line(`base ${before === null ? 'nothing' : `${clean(before.name)} ${out.style('id', shortId(before.oid))}`} → ${after === null ? 'nothing' : `${clean(after.name)} ${out.style('id', shortId(after.oid))}`}`);
  const parts = async (what: string, { left, came }: { readonly left: readonly { readonly name: string }[]; readonly came: readonly { readonly name: string }[] }, { both }: Parted): Promise<void> => {
    await out.line(`${what}: ${came.length} came, ${left.length} left, ${both} in both`);
    for (const { name } of came) await out.line(`  ${out.style('good', '+')} ${clean(name)}`);
    for (const { name } of left) await out.line(`  ${out.style('bad', '−')} ${clean(name)}`);
  };
  await parts('composed', composed, said.composed);
  await parts('in flight', inFlight, said.inFlight);
  if (sources.length > 0) await out.line('sources that moved:');
  for (const { name, before: was, after: is } of sources) await out.line(`  ${clean(name)} ${out.style('id', was === null ? 'new' : shortId(was))} → ${out.style('id', is === null ? 'gone' : shortId(is))}`);
  if (files === null) { await out.line(`${out.style('warning', 'note:')} the composed trees are not compared: ${clean(said.why)}`); return; }
  await out.line(files.length === 0 ? 'the composed trees are the same' : 'files that differ:');
  for (const { path, added, deleted } of files) await out.line(`  ${out.style('good', `+${added}`)} ${out.style('bad', `−${deleted}`)} ${clean(path)}`);
}

export const returning: Verb = (call) => withWorkspace(call, { write: true, imported: false }, async (workspace) => {
  const { operation, composition } = await operate(call, workspace, 'returnTo', { operation: operationNumber(call.args[0] ?? '') });
  if (call.options.json) await call.out.line(JSON.stringify({ operation, composition }));
  else await call.out.line(operation === null ? 'Everything is as it was then already.' : clean(operation.description));
  return 0;
});

/** `compose --at`: what a set of that moment composes to, or with `--branch` the composition of then as a branch. */
export const composingAt: Verb = async (call) => {
  const { out, options, args } = call;
  if (options.worktrees === true) throw new AcumenError('usage', '--at is of the log, which has no working trees.', 'Leave --worktrees out, or leave --at out.');
  if (options.branch !== undefined) {
    if (args.length > 0) throw new AcumenError('usage', 'With --at, --branch writes the composition of then.', 'Leave the names out, or leave --branch out.');
    const { branch } = options;
    return withWorkspace(call, { write: true, imported: false }, async (workspace) => {
      const written = await operate(call, workspace, 'branchOff', { operation: operationNumber(options.at ?? ''), name: branch });
      if (options.json) await out.line(JSON.stringify(written));
      else await out.line(`${out.style('good', '✓')} ${clean(written.operation.description)} as ${out.style('id', shortId(written.commit))}`);
      return 0;
    });
  }
  return withPast(call, async (past) => {
    const acus = args.length > 0 ? namedIds(past.engine, args) : past.composition.acus, report = await composeReport(past, acus, null);
    if (options.json) await out.line(JSON.stringify(report));
    else if (report.tree === null) await against(out, past, report.missing, report.conflicts);
    else {
      await out.line(`${out.style('good', '✓')} ${countedAcus(past.engine.tables, acus)} composed then: tree ${out.style('id', report.tree)}`);
      await risks(out, past, report.conflicts);
    }
    return report.tree === null ? 1 : 0;
  });
};
