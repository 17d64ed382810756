// Random small sets of changes, dense in renames, moved and emptied directories, deletions, additions and odd kinds, that go together
// two by two; git's chain of merges over them in every order, and what core/compose.ts says: its slow twin.
import type { Oid } from '../app/core/bytes.ts';
import { type Composed, Composer, type SegmentGraph } from '../app/core/compose.ts';
import type { Contents } from '../app/core/contents.ts';
import { settle } from '../app/core/waves.ts';
import { fastImport, git, gitFields, initBare, tempDir } from './git.ts';
import { Random } from './random.ts';
import { type Blobs, type Entries, type Files, change, changesOf, contentsOf, directories, entriesOf, names, place, shown, some, treeOf } from './treeMerges.ts';

/** `lower`: places of the segments it stands on; empty: the base. */
export interface Piece { readonly files: Files; readonly lower: readonly number[] }
/** `pieces`: lower ones first. `tops`: those that are composed. */
export interface SmallSet { readonly base: Files; readonly pieces: readonly Piece[]; readonly tops: readonly number[] }

/** From seed 1,000,000 on: up to six tops, some of them on two segments. */
export function randomSet(seed: number): SmallSet {
  const random = new Random(seed);
  const base = new Map<string, Parameters<typeof place>[2]>();
  const copies: Parameters<typeof place>[2][] = [];
  for (let n = random.between(3, 14); n > 0; n--) {
    const what = copies.length > 0 && random.chance(0.25) ? random.pick(copies) : some(random);
    copies.push(what);
    place(base, random.pick(directories) + random.pick(names), what);
  }
  const pieces: Piece[] = [];
  const stacked = random.chance(0.2) ? pieces.push({ files: change(random, base, 2), lower: [] }) - 1 : null;
  const wide = seed >= 1_000_000;
  const second = wide && stacked !== null && random.chance(0.5) ? pieces.push({ files: change(random, base, 1), lower: [] }) - 1 : null;
  const tops: number[] = [];
  const alike = random.chance(0.3) ? change(random, base, 2) : null;
  for (let n = random.pick(wide ? [4, 5, 5, 6] : [3, 3, 3, 4, 4]); n > 0; n--) {
    const lower = stacked !== null && random.chance(0.7) ? [second !== null && random.chance(0.5) ? second : stacked] : [];
    const from = lower.length > 0 ? pieces[lower[0]!]!.files : alike !== null && random.chance(0.5) ? alike : base;
    tops.push(pieces.push({ files: random.chance(0.3) ? parted(random, from) : change(random, from, wide ? 2 : 3), lower }) - 1);
  }
  return { base, pieces, tops };
}

/** Half a move: some files of a directory go, or copies of them come elsewhere, or both. */
function parted(random: Random, from: Files): Files {
  const files = new Map(from);
  const inside = random.pick(directories.slice(1)), to = random.pick([...directories.slice(1), 'new/', 'new/deep/']);
  const goes = random.chance(0.6), comes = !goes || random.chance(0.3);
  for (const [path, what] of from) {
    if (!path.startsWith(inside) || random.chance(0.2)) continue;
    if (goes) files.delete(path);
    const next = to + path.slice(inside.length);
    if (comes && !files.has(next)) place(files, next, what);
  }
  return random.chance(0.3) ? change(random, files, 1) : files;
}

export interface Answer { readonly state: 'clean' | 'conflict' | 'order-sensitive'; /** path → "mode oid", where clean */ readonly files: ReadonlyMap<string, string>; readonly paths: readonly string[] }

/** Commits of one set, then of chains over it. */
interface Written { readonly set: SmallSet; readonly commits: number[] }

/** What git's chains come to, in every order; null where git 2.39 ends with a failed assertion. */
export async function judgeSets(sets: readonly SmallSet[]): Promise<(Answer | null)[]> {
  const dir = tempDir('sets');
  try {
    initBare(dir.path);
    const marks = new Marks(dir.path);
    const written = sets.map((set): Written => {
      const base = marks.commit([], set.base);
      const commits: number[] = [];
      for (const { files, lower } of set.pieces) commits.push(marks.commit(lower.length === 0 ? [base] : lower.map((l) => commits[l]!), files));
      return { set, commits };
    });
    marks.flush();
    const results = written.map(() => ({ clean: new Set<string>(), conflicts: 0, lost: false, paths: new Set<string>() }));
    /** a chain so far: what follows depends on who is in it and on its tree */
    let heads = written.flatMap(({ set, commits }, of) => set.tops.map((top) => ({ of, members: [top], commit: commits[top]!, tree: `piece ${top}` })));
    const longest = Math.max(...sets.map(({ tops }) => tops.length));
    for (let size = 1; size < longest; size++) {
      const steps = heads.flatMap((head) => sets[head.of]!.tops.filter((top) => !head.members.includes(top)).map((top) => ({ head, top })));
      const answers = await mergeAll(dir.path, steps.map(({ head, top }) => [head.commit, written[head.of]!.commits[top]!] as const));
      const next = new Map<string, typeof heads[number]>();
      steps.forEach(({ head, top }, i) => {
        const answer = answers[i]!, result = results[head.of]!;
        if (answer === null) { result.lost = true; return; }
        if (!answer.clean) { result.conflicts++; for (const path of answer.paths) result.paths.add(path); return; }
        const members = [...head.members, top].sort((x, y) => x - y);
        const key = `${head.of} ${members.join()} ${answer.tree}`;
        if (!next.has(key)) next.set(key, { of: head.of, members, commit: marks.merged(answer.tree, [head.commit, written[head.of]!.commits[top]!]), tree: answer.tree });
      });
      marks.flush();
      heads = [...next.values()];
      for (const { of, members, tree } of heads) if (members.length === sets[of]!.tops.length) results[of]!.clean.add(tree);
    }
    return results.map(({ clean, conflicts, lost, paths }) => {
      if (lost) return null;
      const state = clean.size === 0 ? 'conflict' : conflicts > 0 || clean.size > 1 ? 'order-sensitive' : 'clean';
      const files = new Map<string, string>();
      if (state === 'clean') for (const line of git(dir.path, ['ls-tree', '-r', '-z', [...clean][0]!]).split('\0')) {
        const m = /^(\d+) \w+ (\w+)\t(.*)$/s.exec(line);
        if (m !== null) files.set(m[3]!, `${m[1]} ${m[2]}`);
      }
      return { state, files, paths: [...paths] };
    });
  } finally {
    dir.remove();
  }
}

/** Commits by number; those not yet written come with the next `flush`. */
class Marks {
  readonly #dir: string;
  #last = 0;
  #out: string[] = [];
  constructor(dir: string) { this.#dir = dir; }

  #begin(parents: readonly number[]): void {
    this.#out.push(`commit refs/heads/m${++this.#last}\nmark :${this.#last}\ncommitter T <t@example.invalid> 1700000000 +0000\ndata ${String(this.#last).length}\n${this.#last}\n`);
    parents.forEach((parent, i) => this.#out.push(`${i === 0 ? 'from' : 'merge'} refs/heads/m${parent}\n`));
  }

  commit(parents: readonly number[], files: Files): number {
    this.#begin(parents);
    this.#out.push('deleteall\n');
    for (const [path, { mode, content }] of files) {
      if (mode === '160000') this.#out.push(`M 160000 ${content} ${path}\n`);
      else this.#out.push(`M ${mode} inline ${path}\ndata ${Buffer.byteLength(content, 'latin1')}\n${content}\n`);
    }
    return this.#last;
  }

  merged(tree: string, parents: readonly number[]): number {
    this.#begin(parents);
    this.#out.push(`M 040000 ${tree} \n\n`);
    return this.#last;
  }

  flush(): void {
    if (this.#out.length > 0) fastImport(this.#dir, Buffer.from(this.#out.join(''), 'latin1'));
    this.#out = [];
  }
}

interface Merge { readonly clean: boolean; readonly tree: string; readonly paths: readonly string[] }

/** Halving finds the merges on which git 2.39 fails an assertion: they have no answer. */
async function mergeAll(dir: string, pairs: readonly (readonly [number, number])[]): Promise<(Merge | null)[]> {
  if (pairs.length === 0) return [];
  const out: Merge[] = [];
  try {
    let fields: string[] = [];
    for await (const field of gitFields(dir, ['merge-tree', '--write-tree', '--stdin', '--no-messages', '--name-only'], pairs.map(([a, b]) => `refs/heads/m${a} refs/heads/m${b}\n`))) {
      fields.push(field);
      if (field !== '' || fields.length < 3) continue;
      out.push({ clean: fields[0] === '1', tree: fields[1]!, paths: fields.slice(2, -1) });
      fields = [];
    }
    return out;
  } catch (error) {
    if (!/Assertion/.test((error as Error).message)) throw error;
    if (pairs.length === 1) return [null];
    const middle = pairs.length >> 1;
    return [...await mergeAll(dir, pairs.slice(0, middle)), ...await mergeAll(dir, pairs.slice(middle))];
  }
}

export interface Ours { readonly composer: Composer; readonly graph: SegmentGraph; readonly contents: Contents; readonly base: Entries }

export function composerOf({ base, pieces }: SmallSet): Ours {
  const blobs: Blobs = new Map();
  const from = entriesOf(base, blobs);
  const changes = pieces.map(({ files }) => changesOf(from, entriesOf(files, blobs)));
  const closures: Set<number>[] = [];
  for (const [i, { lower }] of pieces.entries()) closures.push(new Set([i, ...lower.flatMap((l) => [...closures[l]!])]));
  const contents = contentsOf(blobs);
  const tips = pieces.map((_, i) => String(i).padStart(8, '0') as Oid);
  const graph: SegmentGraph = { base: treeOf(from), changes: (s) => changes[s]!, closure: (s) => closures[s]!, tip: (s) => tips[s]! };
  return { contents, graph, base: from, composer: new Composer(contents, graph) };
}

/** What is said of some of a set's tops. */
export async function composed(ours: Ours, tops: readonly number[]): Promise<Composed & Answer> {
  const result = await settle(ours.contents, () => ours.composer.compose(tops));
  const state = result.conflicts.length === 0 ? 'clean' : result.conflicts.some((c) => c.state === 'order-sensitive') ? 'order-sensitive' : 'conflict';
  return { ...result, state, files: state === 'clean' ? shown(ours.base, result.changes) : new Map(), paths: result.conflicts.map((c) => c.path) };
}

export async function goTogether(set: SmallSet, ours = composerOf(set)): Promise<boolean> {
  for (const [i, a] of set.tops.entries()) for (const b of set.tops.slice(i + 1)) if ((await composed(ours, [a, b])).state !== 'clean') return false;
  return true;
}

/** `plain`: sets on which git's orders disagree about files that nobody adds or deletes, and that compose by path (decisions 0007, 0008, 0020). */
export interface Compared { readonly compared: number; readonly states: Record<Answer['state'], number>; readonly plain: number; readonly disagreements: readonly string[] }

/** The set without the changes of files that all of it only change. */
function withoutPlain(set: SmallSet): SmallSet {
  const everywhere = (path: string): boolean => [set.base, ...set.pieces.map(({ files }) => files)].every((files) => files.get(path)?.mode.slice(0, 2) === set.base.get(path)!.mode.slice(0, 2));
  const plain = [...set.base].filter(([path]) => everywhere(path));
  return { ...set, pieces: set.pieces.map(({ files, lower }) => ({ files: new Map([...files, ...plain]), lower })) };
}

/** Random sets whose pairs go together, ours against git's. */
export async function compareSets(first: number, count: number): Promise<Compared> {
  const sets: { seed: number; set: SmallSet }[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const set = randomSet(seed);
    if (await goTogether(set)) sets.push({ seed, set });
  }
  const states = { clean: 0, conflict: 0, 'order-sensitive': 0 };
  const disagreements: string[] = [];
  let plain = 0;
  const answers = await judgeSets(sets.map(({ set }) => set));
  for (const [i, { seed, set }] of sets.entries()) {
    const git = answers[i]!;
    if (git === null) continue;
    states[git.state]++;
    const ours = await composed(composerOf(set), set.tops);
    if (ours.state === git.state && (git.state !== 'clean' || [...git.files].sort().join() === [...ours.files].sort().join())) continue;
    if (ours.state === 'clean' && git.state === 'order-sensitive' && (await judgeSets([withoutPlain(set)]))[0]?.state === 'clean') { plain++; continue; }
    disagreements.push(`seed ${seed}: git ${git.state} ${git.paths.join(' ')}; ours ${ours.state} ${ours.conflicts.map((c) => `${c.kind} ${c.path} [${c.sides.join()}]`).join(', ')}`);
  }
  return { compared: sets.length, states, plain, disagreements };
}

if (process.argv[1] === import.meta.filename) {
  const [first = 1, count = 1000] = process.argv.slice(2).map(Number);
  for (let at = first; at < first + count; at += 1000) {
    const { compared, states, plain, disagreements } = await compareSets(at, Math.min(1000, first + count - at));
    for (const line of disagreements) console.log(line);
    console.log(`${at}: ${compared} sets ${JSON.stringify(states)}, ${plain} of them by path, ${disagreements.length} disagreements`);
    if (disagreements.length > 0) process.exitCode = 1;
  }
}
