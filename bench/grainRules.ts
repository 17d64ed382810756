// What a composed set must be, whatever git says of it, told without the engine: at every path the lines of the base, less what its commits took out, with
// what they put in. Order is not looked at: where lines go is what is compared with git.
import type { Oid, PathBytes } from '../app/core/bytes.ts';
import type { Edit, Segment } from '../app/core/model.ts';
import type { Entry } from '../app/core/repository.ts';

interface Tree { readonly changes: ReadonlyMap<PathBytes, { readonly before: Entry | null; readonly after: Entry | null }> }
type BlobOf = (oid: Oid) => Promise<Uint8Array>;

const split = (bytes: Uint8Array): string[] => Buffer.from(bytes).toString('latin1').split(/(?<=\n)/);

/** Null where it is so; else the first path where it is not. */
export async function linesAdd(units: readonly Segment[], { changes }: Tree, blobOf: BlobOf): Promise<string | null> {
  const byPath = new Map<PathBytes, Edit[]>();
  for (const { edits } of units) for (const edit of edits) { const list = byPath.get(edit.path); if (list) list.push(edit); else byPath.set(edit.path, [edit]); }
  for (const [path, edits] of byPath) {
    // registers, and lines that two of them hold alike, are told by others
    if (edits.some((e) => e.hunks === null || e.before === null || e.after === null)) continue;
    const change = changes.get(path);
    const counts = new Map<string, number>();
    const add = (bytes: Uint8Array, n: number): void => { for (const line of split(bytes)) counts.set(line, (counts.get(line) ?? 0) + n); };
    if (change !== undefined && change.after === null) return `${path} is gone`;
    if (change !== undefined) { if (change.before !== null) add(await blobOf(change.before.oid), 1); add(await blobOf(change.after!.oid), -1); }
    for (const { hunks } of edits) for (const { removed, inserted } of hunks!) { if (removed.length > 0) add(removed, -1); if (inserted.length > 0) add(inserted, 1); }
    for (const [line, n] of counts) if (n !== 0 && line !== '') return `${path}: ${n > 0 ? 'lacks' : 'has too many'} ${JSON.stringify(line.slice(0, 60))}`;
  }
  return null;
}
