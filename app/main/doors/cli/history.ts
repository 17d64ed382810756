// `acumen log`, `undo`, `redo` and `fsck`.
import { AcumenError } from '../../../contract/frames.ts';
import type { Methods } from '../../../contract/methods.ts';
import { readHistory } from '../../service/history.ts';
import { requireStore } from '../../service/locating.ts';
import { ago, clean, duration, table } from './output.ts';
import { operate, refuseOther, whereIs, withWorkspace } from './opening.ts';
import { readerChoice } from './program.ts';
import type { Verb } from './program.ts';

export const log: Verb = async (call) => {
  const { out, options } = call;
  const limit = Number(options.limit ?? 50);
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 10_000) {
    throw new AcumenError('usage', `${options.limit} is not a number of operations.`, 'Use --limit with a number from 1 to 10000.');
  }
  const located = await whereIs(call);
  requireStore(located);
  const { gitDir, operations, current, undone } = await readHistory(located.store, limit);
  await refuseOther(call, located, gitDir);
  if (options.json) { await out.line(JSON.stringify({ operations, current, undone })); return 0; }
  if (operations.length === 0) { await out.line('Nothing has been done in this workspace yet.'); return 0; }
  const taken = new Set(undone);
  const now = Date.now() / 1000;
  await table(out, [{ title: '', style: 'good' }, { title: '#', right: true, style: 'id' }, { title: 'WHEN', right: true, style: 'dim' }, { title: 'WHAT', gives: true }],
    operations.map((o) => [o.id === current ? '●' : taken.has(o.id) ? '○' : '', String(o.id), ago(o.time / 1000, now), o.description]));
  return 0;
};

const back = (kind: 'undo' | 'redo'): Verb => (call) => withWorkspace(call, { write: true, imported: false }, async (workspace) => {
  const { operation }: Methods['undo']['result'] = await operate(call, workspace, kind, {});
  if (call.options.json) await call.out.line(JSON.stringify({ operation }));
  else await call.out.line(clean(operation.description));
  return 0;
});
export const undo = back('undo');
export const redo = back('redo');

export const fsck: Verb = async (call) => {
  const { out, options } = call;
  const located = await whereIs(call);
  requireStore(located);
  const { fsckStore } = await import('../../service/checking.ts');
  const { ok, problems, events, ms } = await fsckStore(located.store, { env: call.io.env, git: readerChoice(options) });
  if (options.json) await out.line(JSON.stringify({ ok, problems, events, ms }));
  else if (ok) await out.line(`${out.style('good', '✓')} The store is sound: ${events} events replayed and compared in ${duration(ms)}`);
  else for (const problem of problems) await out.line(`${out.style('bad', '✕')} ${clean(problem)}`);
  return ok ? 0 : 3;
};
