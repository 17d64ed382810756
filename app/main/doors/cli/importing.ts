// `acumen import`.
import { AcumenError } from '../../../contract/frames.ts';
import { importWarnings } from '../../service/reports.ts';
import { clean, duration, shortId } from './output.ts';
import { createWorkspace, operate, whereIs } from './opening.ts';
import type { Verb } from './program.ts';

export const importing: Verb = async (call) => {
  const { out, err, options, args } = call;
  const grain = options.grain ?? 'branch';
  if (grain === 'commit' || grain === 'atom') {
    throw new AcumenError('grain-not-available', `Grain ${grain} is not available in this version.`, 'Use --grain branch.', { grain });
  }
  if (grain !== 'branch') throw new AcumenError('usage', `There is no grain called ${grain}.`, 'Use --grain branch.', { grain });
  const located = await whereIs(call, args[0] ?? options.repo ?? null);
  const workspace = await createWorkspace(located, call);
  try {
    const path = located.repo ?? (workspace.view.state.gitDir === null ? call.io.cwd : null);
    const summary = await operate(call, workspace, 'import', { path: path ?? workspace.view.state.gitDir, base: options.base ?? null, refs: options.refs ?? [], grain });
    if (options.json) {
      const { base, acus, sources, edits, hunks, ms } = summary;
      await out.line(JSON.stringify({ base, acus, sources, edits, hunks, ms }));
      return 0;
    }
    const { engine } = workspace;
    const s = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;
    await out.line(`${out.style('strong', s(summary.acus, 'change'))} from ${s(summary.sources, 'source')} onto ${clean(engine.tables.baseName)} ${out.style('id', shortId(summary.base))} (${s(summary.edits, 'edit')}, ${s(summary.hunks, 'hunk')}) in ${duration(summary.ms)}`);
    for (const warning of importWarnings(engine)) await err.line(`${err.style('warning', 'note:')} ${clean(warning)}`);
    if (summary.acus > 0) await out.line(out.style('dim', 'Next: acumen conflicts'));
    return 0;
  } finally {
    await workspace.close();
  }
};
