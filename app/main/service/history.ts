// What was done in a workspace, read from its store alone: no engine is built and no repository opened for it.
import { historyOf } from '../../core/undo.ts';
import type { Operation } from '../../core/events.ts';
import { openStore } from '../storage/store.ts';

export interface History {
  /** the repository the store belongs to; null where nothing was imported */
  readonly gitDir: string | null;
  /** newest first */
  readonly operations: readonly Operation[];
  /** the operation whose state is the present one; 0 for none */
  readonly current: number;
  readonly undone: readonly number[];
}

/** At most `limit` operations; what is undone is told of them all. */
export async function readHistory(file: string, limit: number): Promise<History> {
  const store = await openStore(file, { readOnly: true });
  try {
    const log = (await store.operations()).toReversed();
    const { done, undone } = historyOf(log);
    return { gitDir: (await store.state()).gitDir, operations: log.slice(-limit).reverse(), current: done.at(-1) ?? 0, undone };
  } finally {
    await store.close();
  }
}
