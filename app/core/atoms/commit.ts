// A commit as ties see it, made of its edits and the texts they were made of.
import type { Oid } from '../bytes.ts';
import { fromBytes } from '../bytes.ts';
import { isRegular } from '../changes.ts';
import type { Contents } from '../contents.ts';
import type { Edit } from '../model.ts';
import type { Entry } from '../repository.ts';
import { LACKING } from '../waves.ts';
import type { Commit } from './model.ts';

/** Bytes of whole texts of one commit that are read as lines; the edits of longer ones are taken whole, as those without lines are. */
const MOST_TEXT = 32 << 20;

/** Stops as `Contents` does where texts are lacking. Lines are byte strings. */
export function commitOf(contents: Contents, title: string, edits: readonly Edit[]): Commit {
  const wanted = edits.flatMap(({ before, after }) => [before, after].flatMap((entry) => (isRegular(entry) ? [entry!.oid] : [])));
  if (!contents.hasTexts(wanted)) throw LACKING;
  const lines = new Map<number, string>();
  let left = MOST_TEXT;
  const textOf = (entry: Entry | null): readonly string[] | null => {
    const ids = isRegular(entry) ? contents.text(entry!.oid as Oid) : null;
    if (ids === null || left <= 0) return null;
    return Array.from(ids, (id) => {
      let line = lines.get(id);
      if (line === undefined) {
        lines.set(id, line = fromBytes(contents.interner.bytesOf(id)));
        left -= line.length;
      }
      return line;
    });
  };
  return { title, edits: edits.map((edit) => ({ edit, before: textOf(edit.before), after: textOf(edit.after) })) };
}
