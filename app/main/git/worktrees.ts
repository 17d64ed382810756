// Which branches are in use by a working tree: moving one of them would leave the working tree and index of someone behind.
// As git does before it moves a branch: HEAD of the main and of every linked worktree, and rebases and bisections under way.
import { display, fromBytes, fromUtf8 } from '../../core/bytes.ts';
import type { ByteString } from '../../core/bytes.ts';
import { inside, lstatIfThere, notPlain, readSmall } from './embedded/files.ts';
import { isBare, readConfig } from './embedded/locate.ts';
import { FileRefs } from './embedded/refs.ts';
import { linkedHeads } from './worktree/listing.ts';

const STATE_BYTES = 16 << 20;

export interface Use { readonly where: string; readonly how: 'checked out' | 'being rebased' | 'being bisected' }

/** How `ref` is in use, or null. */
export function branchInUse(gitDir: string, ref: ByteString): Use | null {
  const bare = isBare(gitDir, readConfig(gitDir, 'native')), main = fromUtf8(gitDir);
  for (const headDir of [main, ...linkedHeads(gitDir)]) {
    const how = howIn(gitDir, headDir, ref, bare && headDir === main);
    if (how !== null) return { where: workingTree(gitDir, headDir), how };
  }
  return null;
}

function howIn(gitDir: string, headDir: ByteString, ref: ByteString, bare: boolean): Use['how'] | null {
  const head = new FileRefs({ gitDir, headDir }).get('HEAD' as ByteString);
  if (!bare && head?.kind === 'symbolic' && head.target === ref) return 'checked out';
  for (const folder of ['rebase-merge', 'rebase-apply']) {
    const path = inside(headDir, folder);
    if (lstatIfThere(path)?.isSymbolicLink() === true) throw notPlain(path);
    if (text(inside(headDir, `${folder}/head-name`)) === ref) return 'being rebased';
  }
  // Branches that a rebase will move when it ends: the ref, then its values before and after, in three lines each.
  const update = text(inside(headDir, 'rebase-merge/update-refs'))?.split('\n') ?? [];
  if (update.some((line, i) => i % 3 === 0 && line === ref)) return 'being rebased';
  const bisected = text(inside(headDir, 'BISECT_START'));
  return bisected !== null && (bisected === ref || `refs/heads/${bisected}` === ref) ? 'being bisected' : null;
}

/** For the message only. */
function workingTree(gitDir: string, headDir: ByteString): string {
  const dotGit = headDir === fromUtf8(gitDir) ? headDir : text(inside(headDir, 'gitdir')) ?? headDir;
  return display(dotGit.replace(/[/\\]\.git$/, '') as ByteString);
}

function text(path: string | Buffer): ByteString | null {
  const bytes = readSmall(path, STATE_BYTES);
  return bytes === null ? null : fromBytes(bytes).replace(/\n$/, '') as ByteString;
}
