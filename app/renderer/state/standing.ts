// Why an ACU cannot be composed as it is, in words that name both sides: what needs a rebase conflicts with the base.
import { visible } from '../../core/visible.ts';
import type { AcuRow } from '../../workers/client.ts';
import { useConnection } from './connection.ts';
import { useReplica } from './replica.ts';
import type { AcuId } from '../../core/bytes.ts';

export type Standing = Pick<AcuRow, 'reason' | 'name' | 'sources' | 'patch' | 'worktree'>;

/** "main and this branch both change a.txt at line 3": the sides of the first place by name. `base`: what the base is called. */
export function reasonOf({ reason, name, sources, patch, worktree }: Standing, base: string): string {
  const it = patch === true ? 'this patch' : worktree === true ? 'this working tree' : sources.length === 1 && sources[0] === name ? 'this branch' : 'this change';
  if (reason.startsWith('both ')) return `${base} and ${it} ${reason}`;
  return reason.startsWith('one ') ? `of ${base} and ${it}, ${reason}` : reason;
}

/** The same with the base of now. */
export const reasonNow = (row: Standing): string => reasonOf(row, visible(useConnection.getState().repository?.baseName ?? '', 80) || 'the base');

export const isStale = (id: AcuId): boolean => useReplica.getState().byId.get(id)?.standing === 'stale';
