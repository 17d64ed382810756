// Changes as edits: kind, hunks, counts and stated degradations (design.md §1, edit and hunk).
import type { PathBytes } from './bytes.ts';
import { type Change, type Changes, formatOf, isRegular } from './changes.ts';
import { type Contents, TEXT_LIMIT } from './contents.ts';
import type { Edit, EditKind, Hunk } from './model.ts';
import { Mode } from './repository.ts';
import { LACKING } from './waves.ts';

export const TOO_LARGE = `larger than ${TEXT_LIMIT >> 20} MiB, treated as binary`;

/** Edits of all changes, sorted by path in byte order. Stops as `Contents` does where texts are lacking. */
export function editsOf(contents: Contents, changes: Changes): Edit[] {
  if (!hasTextsOf(contents, changes) || !hasScriptsOf(contents, changes)) throw LACKING;
  return [...changes.keys()].sort().map((path) => editOf(contents, path, changes.get(path)!));
}

/** Whether the very texts are held that the edits will be made of; what is not has been noted as lacking, all at once. */
export function hasTextsOf(contents: Contents, changes: Changes): boolean {
  let has = true;
  for (const [path, { before, after }] of changes) {
    if (before !== null && after !== null && (before.oid === after.oid || (formatOf(before.mode) === formatOf(after.mode) && !isRegular(after)))) continue;
    const hasBefore = !isRegular(before) || (after !== null && !isRegular(after)) || contents.hasText(before!.oid), hasAfter = !isRegular(after) || contents.hasText(after!.oid);
    if (hasBefore && hasAfter) continue;
    has = false;
    if (isRegular(before) && isRegular(after)) contents.related(path, [before!.oid, after!.oid]);
  }
  return has;
}

/** The same for the differences of long texts, which are worked out elsewhere where they can be. */
function hasScriptsOf(contents: Contents, changes: Changes): boolean {
  let has = true;
  for (const { before, after } of changes.values()) {
    if (isRegular(before) && isRegular(after) && before!.oid !== after!.oid && !contents.hasScript(before!.oid, after!.oid)) has = false;
  }
  return has;
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
  const isSame = before?.oid === after.oid;
  const hunks: Hunk[] | null = isSame ? [] : contents.hunks(before?.oid ?? null, after.oid);
  if (hunks === null) {
    const large = contents.tooLarge.has(after.oid) || (before !== null && contents.tooLarge.has(before.oid));
    const edit: Edit = { path, kind: kind === 'modify' ? 'binary' : kind, before, after, hunks: null, added: 0, deleted: 0 };
    return large ? { ...edit, note: TOO_LARGE } : edit;
  }
  let added = 0, deleted = 0;
  const script = isSame ? null : contents.script(before?.oid ?? null, after.oid);
  for (let i = 0; script !== null && i < script.length; i += 4) {
    deleted += script[i + 1]! - script[i]!;
    added += script[i + 3]! - script[i + 2]!;
  }
  return { path, kind, before, after, hunks, added, deleted };
}
