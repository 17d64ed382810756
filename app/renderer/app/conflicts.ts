// A conflict in full. Rows of conflicts name their path by a key (core/pathKey.ts): the replica says what it stands for, the service has the texts.
import type { PathBytes } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import { type PathKey, pathIn } from '../../core/pathKey.ts';
import type { Methods } from '../../contract/methods.ts';
import type { ConflictView } from '../../workers/client.ts';
import { replica, service } from './session.ts';

/** Its path, letter for letter. */
export async function pathOf(key: PathKey): Promise<PathBytes> {
  const path = pathIn(key) ?? await replica().call((api) => api.pathOf(key));
  if (path === null) throw new AcumenError('unknown-name', 'This conflict is not there any more.', 'Choose one of those that are listed now.');
  return path;
}

/** Base, sides and merged text. */
export async function conflictFile({ a, b, path }: ConflictView): Promise<Methods['conflictFile']['result']> {
  return service().call('conflictFile', { a, b, path: await pathOf(path) });
}
