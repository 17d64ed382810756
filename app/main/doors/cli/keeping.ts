// `acumen backup` and `acumen restore`.
import path from 'node:path';
import { backupStore, restoreStore } from '../../service/keeping.ts';
import { requireStore } from '../../service/locating.ts';
import { clean } from './output.ts';
import { whereIs } from './opening.ts';
import type { Verb } from './program.ts';

export const backup: Verb = async (call) => {
  const { io, out, options, args } = call;
  const located = await whereIs(call);
  requireStore(located);
  const made = await backupStore(located.store, path.resolve(io.cwd, args[0]!), options.force ?? false);
  if (options.json) await out.line(JSON.stringify({ ok: true, ...made }));
  else await out.line(`${out.style('good', '✓')} ${made.operations} operations backed up to ${clean(made.file)}, checked whole`);
  return 0;
};

export const restore: Verb = async (call) => {
  const { io, out, options, args } = call;
  const located = await whereIs(call);
  const done = await restoreStore(path.resolve(io.cwd, args[0]!), located, options.force ?? false);
  if (options.json) await out.line(JSON.stringify({ ok: true, ...done }));
  else await out.line(`${out.style('good', '✓')} ${done.operations} operations restored to ${clean(done.store)}${done.kept === null ? '' : `; what stood there is ${clean(done.kept)}`}`);
  return 0;
};
