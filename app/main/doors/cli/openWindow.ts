// `acumen open`: the app in a window of its own, until that window is closed.
import path from 'node:path';
import { AcumenError } from '../../../contract/frames.ts';
import { gitDirOf } from '../../service/locating.ts';
import type { Verb } from './program.ts';
import { findRuntime, runWindow, thisMachine } from './window.ts';

export const openWindow: Verb = async ({ io, out, options, args }) => {
  const repo = args[0] ?? options.repo;
  // Said here rather than in a dialog: the person is in a terminal.
  if (repo !== undefined) await gitDirOf(path.resolve(io.cwd, repo));
  const own = [
    ...(repo === undefined ? [] : [`--repo=${path.resolve(io.cwd, repo)}`]),
    ...(options.store === undefined ? [] : [`--store=${path.resolve(io.cwd, options.store)}`]),
    ...(options.git === undefined ? [] : [`--git=${options.git}`]),
  ];
  const found = findRuntime(thisMachine(io.env, io.out.isTTY === true), []);
  if ('why' in found) throw new AcumenError('io', `The window cannot be opened: ${found.why}.`, 'Run `acumen serve` for the same in your browser.', { why: found.why });
  const ended = await runWindow(found.program, own, { env: io.env, cwd: io.cwd, stop: io.interrupt });
  if (ended === null) throw new AcumenError('io', 'The window did not come up.', 'Run `acumen serve` for the same in your browser.', { program: found.program });
  if (options.json) await out.line(JSON.stringify({ ok: ended === 0 }));
  return ended;
};
