// What a workspace is kept in and read from (contract/workspace.ts), and which refs other globs would take: asked before an import is.
import { display } from '../../core/bytes.ts';
import { visible } from '../../core/visible.ts';
import { workspaceLimits } from '../../contract/workspace.ts';
import type { WorkspaceAbout } from '../../contract/workspace.ts';
import { chooseSources } from './sources.ts';
import { writtenCommits } from './importing.ts';
import type { Workspace } from './workspace.ts';

/** `globs`: null asks about those of the last import. */
export async function aboutWorkspace(workspace: Workspace, globs: readonly string[] | null): Promise<WorkspaceAbout> {
  const { published } = workspace.view.state, now = published?.globs ?? [];
  const reader = await workspace.repository(), { refs } = await reader.refs();
  const chosen = await chooseSources(reader, refs, globs ?? now, await writtenCommits(workspace.store));
  return {
    store: workspace.store.file, globs: now, patches: published?.patches?.length ?? 0, refs: refs.length,
    matched: chosen.length, first: chosen.slice(0, workspaceLimits.first).map(({ name }) => visible(display(name))),
  };
}
