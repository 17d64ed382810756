// What a conflicting place is, in words.
import type { PathBytes } from './bytes.ts';
import type { ConflictKind } from './model.ts';
import { inWords } from './visible.ts';

/** One sentence for a place, the same everywhere. Lines are 1-based as editors count them. */
export const describe = (kind: ConflictKind, regions: Int32Array, path: PathBytes): string => sentence(kind, regions, inWords(path));

/** The same, of a path as sentences have it. */
export function sentence(kind: ConflictKind, regions: Int32Array, where: string): string {
  switch (kind) {
    case 'content': {
      const spans: string[] = [];
      for (let i = 0; i < regions.length && spans.length < 3; i += 2) {
        const start = regions[i]!, end = regions[i + 1]!;
        spans.push(start === end ? `after line ${start}` : end - start === 1 ? `line ${end}` : `lines ${start + 1}–${end}`);
      }
      const more = regions.length / 2 - spans.length;
      return `both change ${where} ${spans[0]?.startsWith('after') === true ? '' : 'at '}${spans.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    }
    case 'add/add': return `both add ${where} with different content`;
    case 'modify/delete': return `one deletes ${where}, the other changes it`;
    case 'mode': return `both change the mode of ${where}`;
    case 'binary': return `both change the binary file ${where}`;
    case 'symlink': return `both point the symbolic link ${where} elsewhere`;
    case 'submodule': return `both move the submodule ${where}`;
    case 'directory/file': return `one has a file at ${where}, the other a directory`;
    case 'type': return `both change what ${where} is`;
    case 'rename/rename': return `both rename ${where}, to different names`;
    case 'rename/delete': return `one renames a file to ${where}, the other deletes it`;
    case 'rename/add': return `one renames a file to ${where}, the other adds one there`;
    case 'directory rename': return `one adds ${where} to a directory that the other renames`;
    case 'placement': return `lines of ${where} stand where their history has them; git's merge would put them elsewhere`;
    case 'case collision': return `${where} and another name are one on some file systems`;
  }
}
