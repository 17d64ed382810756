// `acumen recipe` as plain records, in the shapes that `--json` prints: names and paths in display form.
import { type AcuId, display } from '../../core/bytes.ts';
import type { Rebinding } from '../../core/model.ts';
import type { ComparedAcu, ComparedFile, RecipeComparison } from '../../contract/recipes.ts';

export interface ShownAnswer { readonly id: AcuId; readonly name: string; readonly outcome: Rebinding['outcome']; readonly to: readonly AcuId[]; readonly why: string }
export interface ShownAcu extends Omit<ComparedAcu, 'name'> { readonly name: string }
export interface ShownFile extends Omit<ComparedFile, 'path'> { readonly path: string }
export interface ShownComparison extends Pick<RecipeComparison, 'treeA' | 'treeB'> {
  readonly both: readonly ShownAcu[]; readonly onlyA: readonly ShownAcu[]; readonly onlyB: readonly ShownAcu[];
  readonly files: readonly ShownFile[] | null;
}

export const shownAnswers = (answers: readonly Rebinding[]): ShownAnswer[] => answers.map(({ name, ...answer }) => ({ ...answer, name: display(name) }));

export function shownComparison({ both, onlyA, onlyB, treeA, treeB, files }: RecipeComparison): ShownComparison {
  const shown = (acus: readonly ComparedAcu[]): ShownAcu[] => acus.map(({ name, ...acu }) => ({ ...acu, name: display(name) }));
  return { both: shown(both), onlyA: shown(onlyA), onlyB: shown(onlyB), treeA, treeB, files: files?.map(({ path, ...file }) => ({ ...file, path: display(path) })) ?? null };
}
