// Backups of a workspace's store, and a store put back from one.
import { backup, restore, type Backup, type Restored } from '../storage/backup.ts';
import { openStore } from '../storage/store.ts';
import { gitDirOf, type Located } from './locating.ts';

export async function backupStore(store: string, file: string, force: boolean): Promise<Backup> {
  const open = await openStore(store, { readOnly: true });
  try {
    return await backup(open, file, { force });
  } finally {
    await open.close();
  }
}

export async function restoreStore(file: string, { store, repo }: Located, force: boolean): Promise<Restored> {
  return restore(file, store, { force, gitDir: repo === null ? null : await gitDirOf(repo) });
}
