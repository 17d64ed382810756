// The door for what is told of a workspace (workspace.ts). decode.ts calls it.
import * as v from 'valibot';
import { type Schema, count, label, name } from './shapes.ts';
import { type WorkspaceAbout, workspaceLimits } from './workspace.ts';

const globs = v.pipe(v.array(name), v.maxLength(1000));

/** `globs`: null asks about those of the last import */
export const params = v.strictObject({ globs: v.nullable(globs) });
export const about: Schema<WorkspaceAbout> = v.strictObject({ store: name, globs, patches: count, refs: count, matched: count, first: v.pipe(v.array(label), v.maxLength(workspaceLimits.first)) });
