// `acumen compose`.
import { AcumenError } from '../../../contract/frames.ts';
import { type ComposeReport, composeReport, namedIds } from '../../service/reports.ts';
import { countedAcus } from '../../service/said.ts';
import { clean, shortId } from './output.ts';
import { against, risks } from './looking.ts';
import { operate, withWorkspace } from './opening.ts';
import type { Options, Verb } from './program.ts';
import { composeAsDecided } from './resolving.ts';

export const composing: Verb = async (call) => {
  if (call.options.at !== undefined && call.options.message !== undefined) throw new AcumenError('usage', 'With --at the message says which moment it is of.', 'Leave --message out.');
  if (call.options.at !== undefined) return (await import('./moments.ts')).composingAt(call);
  if (call.args.length === 0) throw new AcumenError('usage', 'There is nothing to compose.', 'Name sources or changes; `acumen list` has them.');
  return composingNow(call);
};

/** What `--message` says of the commit that `--branch` writes. */
export function withMessage({ branch, message }: Options): { message?: string } {
  if (message === undefined) return {};
  if (branch === undefined) throw new AcumenError('usage', 'There is a message, and no commit that it is for.', 'Name the branch to write with --branch.');
  return { message };
}

const composingNow: Verb = (call) => withWorkspace(call, { write: true, imported: true }, async (workspace) => {
  const { out, options, args } = call;
  const writing = withMessage(options);
  if (options.resolve !== 'none' && options.resolve !== 'auto') throw new AcumenError('usage', `There is no way to resolve called ${options.resolve}.`, 'Leave --resolve out, or use --resolve auto.');
  let acus = namedIds(workspace.engine, args);
  let report = await composeReport(workspace, acus, null);
  let written = null, resolved: ComposeReport['resolved'] = [];
  if (report.tree === null && report.missing.length === 0 && options.resolve === 'auto') {
    const decided = await composeAsDecided(call, workspace, acus);
    if (decided !== null) {
      report = decided;
      ({ resolved } = decided);
      acus = [...workspace.view.state.composition.acus];
    }
  }
  if (report.tree !== null) {
    // what passes is kept before it is written
    if (options.branch !== undefined && workspace.live.passing(acus) !== null) await operate(call, workspace, 'compose', { acus });
    written = options.branch === undefined ? null : await operate(call, workspace, 'writeBranch', { name: options.branch, acus, ...writing });
    if (written === null) await operate(call, workspace, 'compose', { acus });
    else report = { ...await composeReport(workspace, acus, written.commit), resolved };
  }
  if (options.json) await out.line(JSON.stringify(report));
  else if (report.tree === null) await against(out, workspace, report.missing, report.conflicts);
  else {
    await out.line(`${out.style('good', '✓')} ${countedAcus(workspace.engine.tables, acus)} composed: tree ${out.style('id', report.tree)}`);
    if (resolved.length > 0) await out.line(`  ${resolved.length === 1 ? '1 conflict' : `${resolved.length} conflicts`} decided as before`);
    await risks(out, workspace, report.conflicts);
    if (written !== null) await out.line(`  written to ${out.style('strong', clean(written.ref))} as ${out.style('id', shortId(written.commit))}`);
  }
  return report.tree === null ? 1 : 0;
});
