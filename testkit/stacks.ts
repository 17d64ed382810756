// Random stacks of commits for what takes them apart: few files of few lines, so that steps meet; files come, go, change their mode or
// their type, and give way to directories.
import type { Oid, PathBytes } from '../app/core/bytes.ts';
import type { Changes } from '../app/core/changes.ts';
import { Composer } from '../app/core/compose.ts';
import type { Contents } from '../app/core/contents.ts';
import type { Step, Strand, Unit } from '../app/core/grain/model.ts';
import { unravel } from '../app/core/grain/unravel.ts';
import { Woven } from '../app/core/grain/woven.ts';
import type { Entry } from '../app/core/repository.ts';
import { settle } from '../app/core/waves.ts';
import type { Random } from './random.ts';
import { type Blobs, type Entries, type File, type Files, changesOf, contentsOf, entriesOf, place, treeOf } from './treeMerges.ts';

export interface StackShape { readonly steps: number; readonly lines: number; /** every line is written once and never again: then there is one way to align */ readonly distinct: boolean; /** files that are no text, modes, types, names that give way */ readonly kinds: boolean }

const PATHS = ['f', 'g', 'd/a', 'd/b', 'e'];
const NAMES = ['f', 'd', 'e', 'd/a', 'd/b', 'f/x', 'e/y', 'new'];

/** The trees of a stack, the base's first. `from`: the base, which is another stack's tree; `word` tells its lines from all others'. */
export function stack(random: Random, { steps, lines, distinct, kinds }: StackShape, from?: Files, word = 'line'): Files[] {
  let written = 0;
  const line = (): string => (distinct ? `${word} ${written++}` : `${random.pick(['a', 'b', 'c', '}', ''])}`);
  const fresh = (): File => ({ mode: '100644', content: Array.from({ length: lines }, () => `${line()}\n`).join('') });
  let now = new Map<string, File>(from ?? PATHS.slice(0, 2 + random.below(PATHS.length - 1)).map((path) => [path, fresh()]));
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

/** Stacks on stacks. `meet`: by stack, whether what it stands on goes together; where it does not, the stack is one unit. */
export interface Forked extends Omit<Stacked, 'strand'> { readonly strands: readonly Strand[]; readonly meet: readonly boolean[] }

/** A stack, two on it, and one on both. */
export const DIAMOND: readonly (readonly number[])[] = [[], [0], [0], [1, 2]];

/** `lower`: which earlier ones each stands on, none of them on another. */
export async function forked(random: Random, shape: StackShape, lower: readonly (readonly number[])[] = DIAMOND): Promise<Forked> {
  const blobs: Blobs = new Map(), first = stack(random, shape), base = entriesOf(first[0]!, blobs), contents = contentsOf(blobs);
  const changes = (files: Files): Changes => changesOf(base, entriesOf(files, blobs));
  const tips: Changes[] = [], closures: Set<number>[] = [], tops: Files[] = [], meet: boolean[] = [], strands: Strand[] = [];
  const composer = new Composer(contents, { base: treeOf(base), changes: (i) => tips[i]!, closure: (i) => closures[i]!, tip: (i) => String(i) });
  const content = ({ mode, oid }: Entry): File => ({ mode: mode.toString(8) as File['mode'], content: mode === 0o160000 ? oid : Buffer.from(blobs.get(oid) ?? contents.made.get(oid)!).toString('latin1') });
  let commits = 0;
  for (const [s, on] of lower.entries()) {
    const below = await settle(contents, () => composer.compose(on)), goTogether = below.conflicts.length === 0;
    const tree = new Map([...base].map(([path, entry]): [string, File] => [path, content(entry)]));
    for (const [path, { after }] of below.changes) if (after === null) tree.delete(path); else tree.set(path, content(after));
    const files = s === 0 ? first.slice(1) : stack(random, { ...shape, steps: 1 + random.below(shape.steps) }, goTogether ? tree : tops[on[0]!]!, `stack ${s}`).slice(1);
    const steps = files.map((each): Step => ({ commit: commitId(commits++), commits: 1, changes: changes(each) }));
    strands.push({ lower: on, below: below.changes, steps, apart: goTogether });
    tips.push(steps.at(-1)!.changes);
    tops.push(files.at(-1)!);
    closures.push(new Set([...on.flatMap((l) => [...closures[l]!]), s]));
    meet.push(goTogether);
  }
  return { contents, blobs, trees: [base], strands, meet };
}

export const commitId = (n: number): Oid => `c${n.toString(16).padStart(39, '0')}` as Oid;

/** path → "mode oid" of a change's outcome, absent where it is gone. */
export const outcome = (changes: Changes): string => [...changes].map(([path, { after }]) => `${path} ${after === null ? '-' : `${after.mode} ${after.oid}`}`).sort().join('\n');

export const at = (path: string): PathBytes => path as PathBytes;

export interface Unravelled { readonly units: readonly Unit[]; /** by unit: it and all it requires */ readonly closures: readonly ReadonlySet<number>[]; readonly woven: Woven }

/** All texts are held afterwards. */
export async function unravelled(contents: Contents, blobs: Blobs, strands: readonly Strand[]): Promise<Unravelled> {
  await settle(contents, () => contents.needTexts(blobs.keys()));
  const units = await settle(contents, () => unravel(contents, strands));
  return { units, ...wovenOf(contents, units) };
}

export function wovenOf(contents: Contents, units: readonly Pick<Unit, 'key' | 'requires' | 'edits' | 'changes'>[]): { readonly closures: readonly ReadonlySet<number>[]; readonly woven: Woven } {
  const closures: Set<number>[] = [];
  for (const [i, { requires }] of units.entries()) closures.push(new Set([...requires.flatMap((r) => [...closures[r]!]), i]));
  return { closures, woven: new Woven(contents, { own: (i) => units[i]!.edits, changes: (i) => units[i]!.changes, closure: (i) => closures[i]!, tip: (i) => units[i]!.key }) };
}

/** A random set closed under dependency. */
export function closedSet(random: Random, units: readonly Pick<Unit, 'requires'>[], likely = 0.6): Set<number> {
  const set = new Set<number>();
  for (const [i, { requires }] of units.entries()) if (requires.every((r) => set.has(r)) && random.chance(likely)) set.add(i);
  return set;
}

/** Those of a set that nothing else in it requires. */
export const topsIn = (set: ReadonlySet<number>, closures: readonly ReadonlySet<number>[]): number[] =>
  [...set].filter((unit) => ![...set].some((other) => other !== unit && closures[other]!.has(unit))).sort((a, b) => a - b);
