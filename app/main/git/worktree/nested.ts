// Repositories within a working tree: submodules, and such as nobody told git about. git adds a link to their commit, never their files.
import type { ByteString, Oid } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { Worktree } from '../../../core/worktree/model.ts';
import { fsPath } from '../embedded/files.ts';
import { readConfig, locate } from '../embedded/locate.ts';
import { refStoreOf } from '../embedded/refs.ts';
import { Unreadable, statOf } from './files.ts';

/** `commit` null: its HEAD has none yet. `ours`: another working tree of this very repository. */
export type Nested = { readonly kind: 'none' } | { readonly kind: 'ours' } | { readonly kind: 'commit'; readonly commit: Oid | null } | { readonly kind: 'unreadable'; readonly reason: string };

/** What kind of repository the folder is, by itself and not for lying in one. */
export function nestedAt({ gitDir, headDir }: Worktree, folder: ByteString): Nested {
  try {
    const stat = statOf(`${folder}/.git` as ByteString);
    if (stat === null || stat.kind === 'other') return { kind: 'none' };
    const location = locate(fsPath(folder));
    // A `.git` that is no repository: the one above was found, and the folder is an ordinary one.
    if (location.headDir === headDir) return { kind: 'none' };
    if (location.gitDir === gitDir) return { kind: 'ours' };
    return { kind: 'commit', commit: refStoreOf(location, readConfig(location.gitDir, 'native')).follow('HEAD' as ByteString).oid };
  } catch (error) {
    if (error instanceof Unreadable) return { kind: 'unreadable', reason: error.message };
    if (!(error instanceof AcumenError)) throw error;
    return { kind: 'unreadable', reason: `is a repository that cannot be read: ${error.message}` };
  }
}
