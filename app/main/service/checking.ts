// fsck of a store that may be too damaged to be opened as a workspace: first the store against itself, then the rest.
import { fsckFile } from '../storage/store.ts';
import type { FsckReport } from '../storage/store.ts';
import { Workspace } from './workspace.ts';
import type { WorkspaceOptions } from './workspace.ts';

/** The repository is read by whom `options` name: its objects are compared, too. */
export async function fsckStore(file: string, options: Pick<WorkspaceOptions, 'env' | 'git'> = {}): Promise<FsckReport> {
  const report = await fsckFile(file);
  if (!report.ok) return report;
  const workspace = await Workspace.open(file, { ...options, readOnly: true });
  try {
    return await workspace.call('fsck', { ticket: 'fsck' });
  } finally {
    await workspace.close();
  }
}
