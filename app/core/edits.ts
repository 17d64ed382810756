// Changes as edits: kind, hunks, counts and stated degradations (design.md §1, edit and hunk).
import type { Oid, PathBytes } from './bytes.ts';
import { type Change, type Changes, formatOf, isRegular } from './changes.ts';
import { type Contents, TEXT_LIMIT } from './contents.ts';
import type { Edit, EditKind, Hunk } from './model.ts';
import { Mode } from './repository.ts';

const TOO_LARGE = `larger than ${TEXT_LIMIT >> 20} MiB, treated as binary`;

/** Edits of all changes, sorted by path in byte order. Stops as `Contents` does where texts are lacking. */
export function editsOf(contents: Contents, changes: Changes): Edit[] {
  needTextsOf(contents, changes);
  return [...changes.keys()].sort().map((path) => editOf(contents, path, changes.get(path)!));
}

/** Asks for the very texts that the edits will be made of, all at once. */
function needTextsOf(contents: Contents, changes: Changes): void {
  const wanted: Oid[] = [];
  for (const [path, { before, after }] of changes) {
    if (before !== null && after !== null && (before.oid === after.oid || (formatOf(before.mode) === formatOf(after.mode) && !isRegular(after)))) continue;
    if (before !== null && isRegular(before) && (after === null || isRegular(after))) wanted.push(before.oid);
    if (after !== null && isRegular(after)) wanted.push(after.oid);
    if (isRegular(before) && isRegular(after)) contents.related(path, [before!.oid, after!.oid]);
  }
  contents.needTexts(wanted);
}

function editOf(contents: Contents, path: PathBytes, { before, after }: Change): Edit {
  const whole = (kind: EditKind): Edit => ({ path, kind, before, after, hunks: null, added: 0, deleted: 0 });
  const shown = after ?? before!;
  const special = formatOf(shown.mode) === formatOf(Mode.symlink) ? 'symlink' : formatOf(shown.mode) === formatOf(Mode.submodule) ? 'submodule' : null;
  if (after === null) {
    const lines = isRegular(before) ? contents.text(before!.oid) : null;
    return { ...whole('delete'), deleted: lines?.length ?? 0 };
  }
  if (before !== null && formatOf(before.mode) !== formatOf(after.mode)) {
    // the new file's content stands against the empty file, as merge-ort's two-way merge has it
    return isRegular(after) ? { ...text(contents, path, 'type', null, after), before } : whole('type');
  }
  if (special) return whole(before === null ? 'add' : special);
  return text(contents, path, before === null ? 'add' : before.oid === after.oid ? 'mode' : 'modify', before, after);
}

function text(contents: Contents, path: PathBytes, kind: EditKind, before: Change['before'], after: NonNullable<Change['after']>): Edit {
  const hunks: Hunk[] | null = before?.oid === after.oid ? [] : contents.hunks(before?.oid ?? null, after.oid);
  if (hunks === null) {
    const large = contents.tooLarge.has(after.oid) || (before !== null && contents.tooLarge.has(before.oid));
    const edit: Edit = { path, kind: kind === 'modify' ? 'binary' : kind, before, after, hunks: null, added: 0, deleted: 0 };
    return large ? { ...edit, note: TOO_LARGE } : edit;
  }
  let added = 0, deleted = 0;
  for (const h of hunks) { added += lineCount(h.inserted); deleted += h.end - h.start; }
  return { path, kind, before, after, hunks, added, deleted };
}

export function lineCount(bytes: Uint8Array): number {
  let n = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 10) n++;
  return bytes.length > 0 && bytes[bytes.length - 1] !== 10 ? n + 1 : n;
}
