// Requests as a person's window asked them, recorded to be asked again of other configurations (trial.ts). What is recorded holds names of
// changes and paths and belongs to whoever asked for it; nothing of a file's contents is in it.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { decodeParams } from '../../../contract/decode.ts';
import type { Method, Methods } from '../../../contract/methods.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { Platform } from '../platform.ts';

/** What can be asked again of a copy: reads, and changes of the composition. */
const repeatable = ['hello', 'snapshot', 'check', 'list', 'log', 'preview', 'composedFile', 'acuFiles', 'acuFile', 'conflictFile', 'compose', 'add', 'remove', 'undo', 'redo'] as const satisfies readonly Method[];
export type Repeatable = (typeof repeatable)[number];
export type Asked = { [M in Repeatable]: { readonly method: M; readonly params: Methods[M]['params'] } }[Repeatable];

const isRepeatable = (method: unknown): method is Repeatable => (repeatable as readonly unknown[]).includes(method);

/** Requests beyond which a recording ends: asking them again takes minutes. */
const MOST_RECORDED = 100_000;

/** Writes each request down as it comes, a JSON line each; answers what ends it. */
export function record({ timing }: Pick<Platform, 'timing'>, file: string): () => void {
  if (timing === null) return () => {};
  const handle = openSync(file, 'w', 0o600);
  let count = 0;
  timing.heard = (method, params) => {
    if (isRepeatable(method) && count++ < MOST_RECORDED) writeSync(handle, `${JSON.stringify({ method, params })}\n`);
  };
  return () => {
    timing.heard = null;
    closeSync(handle);
  };
}

export function readWorkload(file: string): Asked[] {
  return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line, i) => {
    try {
      const { method, params } = JSON.parse(line) as { method: unknown; params: unknown };
      if (!isRepeatable(method)) throw new Error('not a request that can be asked again');
      return { method, params: decodeParams(method, params) } as Asked;
    } catch (error) {
      throw new AcumenError('usage', `Line ${i + 1} of the workload is not a recorded request.`, 'Record one with `acumen serve --record FILE`.', { file, line: i + 1 }, { cause: error });
    }
  });
}
