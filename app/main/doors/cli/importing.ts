// `acumen import`.
import path from 'node:path';
import { AcumenError } from '../../../contract/frames.ts';
import type { GivenPatch, PatchParams } from '../../../contract/methods.ts';
import { importWarnings, reboundRows } from '../../service/reports.ts';
import { acusInWords, plural } from '../../service/said.ts';
import { clean, duration, shortId } from './output.ts';
import { createWorkspace, operate, whereIs } from './opening.ts';
import { grainChoice } from './program.ts';
import type { Call, Verb } from './program.ts';

export const importing: Verb = async (call) => {
  const { out, err, options, args } = call;
  const asked = grainChoice(options);
  const located = await whereIs(call, args[0] ?? options.repo ?? null);
  const workspace = await createWorkspace(located, call);
  try {
    const grain = asked ?? workspace.view.state.published?.grain ?? 'branch';
    const repo = located.repo ?? (workspace.view.state.gitDir === null ? call.io.cwd : null);
    const summary = await operate(call, workspace, 'import', { path: repo ?? workspace.view.state.gitDir, patches: await patches(call), base: options.base ?? null, refs: options.refs ?? [], grain });
    const rebound = reboundRows(summary);
    if (options.json) {
      const { base, acus, sources, edits, hunks, ms } = summary;
      await out.line(JSON.stringify({ base, acus, sources, edits, hunks, ms, ...rebound.length > 0 && { rebound } }));
      return 0;
    }
    const { engine } = workspace;
    await out.line(`${out.style('strong', acusInWords(summary.acus, summary.decisions))}${grain === 'branch' ? '' : ` at grain ${grain}`} from ${plural(summary.sources - summary.decisions, 'source')} onto ${clean(engine.tables.baseName)} ${out.style('id', shortId(summary.base))} (${plural(summary.edits, 'edit')}, ${plural(summary.hunks, 'hunk')}) in ${duration(summary.ms)}`);
    if (rebound.length > 0) await out.line(`${out.style('warning', '!')} The composition has changed (acumen undo takes it back):`);
    for (const { name, outcome, why } of rebound) await out.line(`    ${outcome.padEnd(12)} ${clean(name)}${why === '' ? '' : out.style('dim', `: ${clean(why)}`)}`);
    for (const warning of importWarnings(engine)) await err.line(`${err.style('warning', 'note:')} ${clean(warning)}`);
    if (summary.acus > 0) await out.line(out.style('dim', 'Next: acumen conflicts'));
    return 0;
  } finally {
    await workspace.close();
  }
};

async function patches({ io, options }: Call): Promise<PatchParams> {
  const add: GivenPatch[] = [];
  for (const given of options.patch ?? []) add.push(given === '-' ? { name: 'stdin', text: await pipedIn(io) } : { path: path.resolve(io.cwd, given) });
  return { add, drop: options.patches === false };
}

const MOST_PIPED = 64 << 20;

async function pipedIn({ in: input }: Call['io']): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input ?? []) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > MOST_PIPED) throw new AcumenError('too-large', `More than ${MOST_PIPED >> 20} MiB were piped in.`, 'Split the patch into files of one change each.', {});
  }
  if (bytes === 0) throw new AcumenError('usage', 'Nothing was piped in.', 'Pipe a patch in, for example `git format-patch --stdout main..topic | acumen import --patch -`.');
  return new Uint8Array(Buffer.concat(chunks));
}
