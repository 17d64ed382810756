// Histories of real repositories, for benches: read as the service reads them, without a workspace.
import type { Oid } from '../app/core/bytes.ts';
import { historyFrom } from '../app/core/collaboration/history.ts';
import { Log } from '../app/core/collaboration/log.ts';
import { Mailmap } from '../app/core/collaboration/mailmap.ts';
import type { History } from '../app/core/collaboration/model.ts';
import type { HistoryReader } from '../app/core/repository.ts';
import { atHead } from '../app/main/git/log/head.ts';
import { readLog } from '../app/main/git/log/log.ts';
import { openRepository } from '../app/main/git/open.ts';

export interface RealHistoryOptions {
  /** a ref or an id; HEAD if not given */
  readonly head?: string;
  /** seconds since the epoch: of the head's line of first parents, the newest commit that was committed by then */
  readonly before?: number;
  /** the newer ones */
  readonly maxCommits?: number;
  readonly reader?: 'native' | 'embedded';
  /** without: every touch counts the same, and nobody is known to have written what stands */
  readonly lines?: boolean;
}

/** Only reads the repository. `now` is the head's own time. */
export async function realHistory(gitDir: string, { head = 'HEAD', before = Infinity, maxCommits, reader: kind = 'native', lines = true }: RealHistoryOptions = {}): Promise<History> {
  const reader = await openRepository(gitDir, { reader: kind });
  try {
    const tip = await lastBefore(reader, await reader.resolve(head), before);
    const { log } = await readLog(reader, tip, new Log(reader.objectFormat === 'sha1' ? 40 : 64), { lines, ...maxCommits !== undefined && { mostCommits: maxCommits } });
    const { files, mailmap } = await atHead(reader, tip);
    return historyFrom({ log, head: tip, files, mailmap: mailmap === null ? null : new Mailmap(mailmap.text), now: (await reader.commit(tip)).committer.time, survivors: lines });
  } finally {
    await reader.close();
  }
}

async function lastBefore(reader: HistoryReader, head: Oid, before: number): Promise<Oid> {
  for (let at = head; ;) {
    const { committer, parents: [first] } = await reader.commit(at);
    if (committer.time <= before || first === undefined) return at;
    at = first;
  }
}
