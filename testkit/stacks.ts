// Random stacks of commits for what takes them apart: few files of few lines, so that steps meet; files come, go, change their mode or
// their type, and give way to directories.
import type { Oid, PathBytes } from '../app/core/bytes.ts';
import type { Changes } from '../app/core/changes.ts';
import type { Contents } from '../app/core/contents.ts';
import type { Step, Strand } from '../app/core/grain/model.ts';
import type { Random } from './random.ts';
import { type Blobs, type Entries, type File, type Files, changesOf, contentsOf, entriesOf, place } from './treeMerges.ts';

export interface StackShape { readonly steps: number; readonly lines: number; /** every line is written once and never again: then there is one way to align */ readonly distinct: boolean; /** files that are no text, modes, types, names that give way */ readonly kinds: boolean }

const PATHS = ['f', 'g', 'd/a', 'd/b', 'e'];
const NAMES = ['f', 'd', 'e', 'd/a', 'd/b', 'f/x', 'e/y', 'new'];

/** The trees of a stack, the base's first. */
export function stack(random: Random, { steps, lines, distinct, kinds }: StackShape): Files[] {
  let written = 0;
  const line = (): string => (distinct ? `line ${written++}` : `${random.pick(['a', 'b', 'c', '}', ''])}`);
  const fresh = (): File => ({ mode: '100644', content: Array.from({ length: lines }, () => `${line()}\n`).join('') });
  let now = new Map<string, File>(PATHS.slice(0, 2 + random.below(PATHS.length - 1)).map((path) => [path, fresh()]));
  const out: Files[] = [now];
  for (let i = 0; i < steps; i++) {
    const next = new Map(now);
    for (let n = 1 + random.below(3); n > 0; n--) {
      const at = [...next.keys()], path = at[random.below(at.length)];
      if (path === undefined || (kinds && random.chance(0.15))) { place(next, random.pick(NAMES), kinds && random.chance(0.3) ? whole(random) : fresh()); continue; }
      const file = next.get(path)!;
      if (kinds && random.chance(0.08)) next.delete(path);
      else if (kinds && random.chance(0.08)) next.set(path, { ...file, mode: file.mode === '100755' ? '100644' : file.mode === '100644' ? '100755' : file.mode });
      else if (kinds && random.chance(0.05)) next.set(path, whole(random));
      else if (file.mode !== '120000' && file.mode !== '160000') next.set(path, { ...file, content: edited(random, file.content, line) });
    }
    out.push(now = next);
  }
  return out;
}

function whole(random: Random): File {
  const n = random.below(4);
  return n === 0 ? { mode: '120000', content: `to/${random.below(3)}` } : n === 1 ? { mode: '160000', content: String(random.below(3)).repeat(40) }
    : { mode: n === 2 ? '100755' : '100644', content: `\0binary ${random.below(4)}` };
}

function edited(random: Random, content: string, line: () => string): string {
  const lines = content.split('\n');
  lines.pop();
  const at = random.below(lines.length + 1), removed = random.below(3), added = removed === 0 ? 1 + random.below(2) : random.below(3);
  lines.splice(at, removed, ...Array.from({ length: added }, line));
  return lines.map((text) => `${text}\n`).join('');
}

export interface Stacked { readonly contents: Contents; readonly blobs: Blobs; readonly trees: readonly Entries[]; readonly strand: Strand }

/** One strand on the base. */
export function strandOf(files: readonly Files[]): Stacked {
  const blobs: Blobs = new Map(), trees = files.map((tree) => entriesOf(tree, blobs));
  const steps = trees.slice(1).map((tree, i): Step => ({ commit: commitId(i), commits: 1, changes: changesOf(trees[0]!, tree) }));
  return { contents: contentsOf(blobs), blobs, trees, strand: { lower: [], below: new Map(), steps, apart: true } };
}

export const commitId = (n: number): Oid => n.toString(16).padStart(40, 'c') as Oid;

/** path → "mode oid" of a change's outcome, absent where it is gone. */
export const outcome = (changes: Changes): string => [...changes].map(([path, { after }]) => `${path} ${after === null ? '-' : `${after.mode} ${after.oid}`}`).sort().join('\n');

export const at = (path: string): PathBytes => path as PathBytes;
