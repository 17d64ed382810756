// Contents as texts for display (law 9: bytes are kept; decoding is for display alone, and says what it lost or cut), and conflicts as a client has them.
import { fromBytes, display } from '../../core/bytes.ts';
import type { Oid } from '../../core/bytes.ts';
import { isBinary } from '../../core/lines.ts';
import type { SetConflict } from '../../core/model.ts';
import { pathNamer } from '../../core/pathKey.ts';
import { Mode } from '../../core/repository.ts';
import type { Entry } from '../../core/repository.ts';
import { limits } from '../../contract/methods.ts';
import type { PreviewConflict, Shown } from '../../contract/methods.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text up to the limit, cut between lines where it has any; invalid UTF-8 shows as U+FFFD. */
export function shownText(bytes: Uint8Array): Shown {
  if (isBinary(bytes)) return { text: '', binary: true, bytes: bytes.length, truncated: false };
  if (bytes.length <= limits.shownBytes) return { text: decoder.decode(bytes), binary: false, bytes: bytes.length, truncated: false };
  const end = bytes.subarray(0, limits.shownBytes).lastIndexOf(10) + 1;
  return { text: decoder.decode(bytes.subarray(0, end || limits.shownBytes)), binary: false, bytes: bytes.length, truncated: true };
}

/** What stands at a path: a file's text, a link's target, a submodule's commit; null where nothing stands. */
export async function shownEntry(entry: Entry | null, blobOf: (oid: Oid) => Promise<Uint8Array>): Promise<Shown | null> {
  if (entry === null) return null;
  if (entry.mode === Mode.submodule) {
    const text = `Subproject commit ${entry.oid}\n`;
    return { text, binary: false, bytes: text.length, truncated: false };
  }
  const bytes = await blobOf(entry.oid);
  if (entry.mode !== Mode.symlink) return shownText(bytes);
  return { text: display(fromBytes(bytes.subarray(0, limits.name))), binary: false, bytes: bytes.length, truncated: bytes.length > limits.name };
}

/** Many may be of one path. */
export function previewConflicts(conflicts: readonly SetConflict[]): PreviewConflict[] {
  const named = pathNamer();
  return conflicts.map(({ a, b, path, kind, verdict, detail, sides = [] }) => ({ a, b, ...named(path), kind, verdict, detail, sides }));
}
