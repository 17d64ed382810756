// The `acumen` lines that commands of several areas equal, of the repository and the selection as they are now; null where there is none.
import type { AcuId } from '../../core/bytes.ts';
import { composeLine, lineOf, namesOfSet } from '../state/commandLine.ts';
import { useConnection } from '../state/connection.ts';
import { useReplica } from '../state/replica.ts';

/** `acumen VERB … --repo PATH` */
export function verbLine(verb: string, ...words: readonly string[]): string | null {
  const path = useConnection.getState().repository?.path;
  return path === undefined ? null : lineOf(['acumen', verb, ...words, '--repo', path]);
}

/** As the command line names these ACUs: whole sources by name, the rest by id. */
export function namesOf(ids: readonly AcuId[]): readonly string[] {
  const { rows, sources } = useReplica.getState();
  return namesOfSet(ids, rows, sources);
}

/** Makes `ids` the composition; none where it would be empty, for the command line asks for names. */
export function composeLineOf(ids: readonly AcuId[], branch: string | null = null): string | null {
  const path = useConnection.getState().repository?.path;
  return path === undefined || ids.length === 0 ? null : composeLine(path, namesOf(ids), branch);
}
