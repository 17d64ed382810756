// `acumen blame` as data: a composed file's lines, and which ACUs bring them.
import { type AcuId, type PathBytes, display, fromUtf8 } from '../../core/bytes.ts';
import type { Engine } from '../../core/engine.ts';
import type { TracedRun } from '../../contract/tracing.ts';
import { nameOf } from './suggestionReport.ts';
import type { Workspace } from './workspace.ts';

/** Lines from `start` to `end`, counted from 1. */
interface ToldRun { readonly start: number; readonly end: number; readonly by: readonly AcuId[]; readonly back: boolean }

export interface BlameReport {
  readonly path: string;
  readonly how: 'woven' | 'content' | 'none';
  readonly exact: boolean;
  /** the base's path, where it is another */
  readonly from: string | null;
  readonly acus: readonly { readonly id: AcuId; readonly name: string }[];
  readonly brought: readonly ToldRun[];
  readonly taken: readonly ToldRun[];
}

/** `engine`: of the moment `at`, which is an operation of the log, or now. `lines`: none where the file is not there. */
export async function blameReport(workspace: Workspace, engine: Engine, given: string, acus: readonly AcuId[], at: number | undefined): Promise<{ readonly report: BlameReport; readonly reason: string; readonly lines: readonly string[]; readonly isCut: boolean }> {
  const path = fromUtf8<PathBytes>(given), asked = { acus, path, ...at === undefined ? {} : { at } };
  const told = await workspace.call('provenance', asked), { after } = await workspace.call('composedFile', asked);
  const runs = (list: readonly TracedRun[]): ToldRun[] => list.map(({ start, end, by, isBack }) => ({ start: start + 1, end, by: by.map((i) => told.acus[i]!), back: isBack }));
  const lines = after === null || after.binary ? [] : after.text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return {
    report: { path: display(path), how: told.how, exact: told.isExact, from: told.from === null ? null : display(told.from), acus: told.acus.map((id) => ({ id, name: nameOf(engine, id) })), brought: runs(told.brought), taken: runs(told.taken) },
    reason: told.reason, lines, isCut: after?.truncated === true,
  };
}
