// fsck of a store that may be too damaged to be opened as a workspace: first the store against itself, then the rest.
import { fsckFile } from '../storage/store.ts';
import type { FsckReport } from '../storage/store.ts';
import { Workspace } from './workspace.ts';

export async function fsckStore(file: string): Promise<FsckReport> {
  const report = await fsckFile(file);
  if (!report.ok) return report;
  const workspace = await Workspace.open(file, { readOnly: true });
  try {
    return await workspace.call('fsck', { ticket: 'fsck' });
  } finally {
    await workspace.close();
  }
}
