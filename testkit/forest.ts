// A repository of many branches that all go together, each of a few commits that stand on each other in places: for what happens to large
// compositions. Bare, made in one go; a seed names it. Branches can be pushed anew, cut by another ref, and taken into main.
import { fastImport, git, gitLine, initBare } from './git.ts';
import { Random } from './random.ts';

const FILES = 16, LINES = 64, ROOM = 16;

interface Made { readonly mark: number; readonly title: string; readonly files: ReadonlyMap<string, readonly string[]> }

export class Forest {
  readonly dir: string;
  readonly #random: Random;
  /** by branch: its own commits */
  readonly #made = new Map<string, Made[]>();
  readonly #from = new Map<string, { readonly branch: string; readonly commits: number } | null>();
  #base: Map<string, readonly string[]>;
  /** branches that main has */
  readonly #merged: string[] = [];
  #clock = 1_700_000_000;
  #marks = 0;

  /** `branches`: at most 64. Every sixth stands on a part of the one before it. */
  constructor(dir: string, seed: number, branches: number) {
    this.dir = dir;
    this.#random = new Random(seed);
    initBare(dir);
    const base = this.#base = new Map<string, readonly string[]>(Array.from({ length: FILES }, (_, f) => [`f${f}.txt`, Array.from({ length: LINES }, (__, i) => `${f} line ${i}`)]));
    const out = [this.#commit('main', 'Begin', base, null)];
    for (let b = 0; b < branches; b++) {
      const name = `b${b}`, on = b % 6 === 5 ? `b${b - 1}` : null, below = on === null ? [] : this.#made.get(on)!;
      const kept = on === null ? 0 : 1 + this.#random.below(below.length);
      const tree = new Map(base);
      for (const { files } of below.slice(0, kept)) for (const [path, lines] of files) tree.set(path, [...lines]);
      this.#from.set(name, on === null ? null : { branch: on, commits: kept });
      const commits: Made[] = [];
      for (let c = 1 + this.#random.below(4); c > 0; c--) {
        const from: string = commits.length > 0 ? `:${commits.at(-1)!.mark}` : kept > 0 ? `:${below[kept - 1]!.mark}` : ':1';
        const files = this.#change(b, commits.length, tree), title = `${name}: step ${commits.length}`;
        for (const [path, lines] of files) tree.set(path, [...lines]);
        out.push(this.#commit(name, title, files, from));
        commits.push({ mark: this.#marks, title, files });
      }
      this.#made.set(name, commits);
    }
    fastImport(dir, out.join(''));
  }

  #commit(branch: string, title: string, files: ReadonlyMap<string, readonly string[]>, from: string | null): string {
    const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
    return `commit refs/heads/${branch}\nmark :${++this.#marks}\nauthor Ada <ada@example.invalid> ${++this.#clock} +0000\ncommitter Ada <ada@example.invalid> ${this.#clock} +0000\ndata ${title.length}\n${title}\n${from === null ? '' : `from ${from}\n`}${[...files].map(([path, lines]) => `M 100644 inline ${path}\ndata ${text(lines).length}\n${text(lines)}\n`).join('')}\n`;
  }

  /** Within the branch's own lines, or in files of its own. */
  #change(b: number, c: number, tree: ReadonlyMap<string, readonly string[]>): Map<string, readonly string[]> {
    const r = this.#random, path = `f${b % FILES}.txt`, lines = [...tree.get(path)!];
    const own = `new/b${b}.txt`, known = tree.get(own);
    if (r.chance(0.2)) return new Map([[own, known === undefined ? [`${b} ${c}`, 'kept', 'kept too'] : [...known, `${b} ${c}`]]]);
    const begin = lines.indexOf(`${b % FILES} line ${ROOM * Math.floor(b / FILES)}`), at = begin + 2 + r.below(8);
    if (r.chance(0.3)) lines.splice(at, 0, `${b} put in ${c}`);
    else if (r.chance(0.2)) lines.splice(at, 1);
    else lines[at] = `${b} changed ${c}`;
    const files = new Map([[path, lines]]);
    if (r.chance(0.15) && known === undefined) files.set(own, [`${b} ${c}`]);
    return files;
  }

  get branches(): readonly string[] { return [...this.#made.keys()]; }
  /** how many commits of its own a branch has */
  size(branch: string): number { return this.#made.get(branch)!.length; }
  /** Does nothing stand on it, and it on nothing else? */
  isAlone(branch: string): boolean { return this.#from.get(branch) === null && ![...this.#from.values()].some((on) => on?.branch === branch); }
  ref(name: string, at: string | null): void { git(this.dir, at === null ? ['update-ref', '-d', `refs/heads/${name}`] : ['update-ref', `refs/heads/${name}`, gitLine(this.dir, ['rev-parse', at])]); }

  /** The branch with other commits, of the same changes but for one line more in its last. */
  pushAnew(branch: string): void {
    const commits = this.#made.get(branch)!;
    this.#clock += 1000;
    const fork = gitLine(this.dir, ['merge-base', 'main', branch]);
    fastImport(this.dir, commits.map(({ title, files }, i) => {
      if (i === commits.length - 1) commits[i] = { ...commits[i]!, files: new Map([...files, [`new/${branch}-amended.txt`, ['amended']]]) };
      return this.#commit(branch, title, commits[i]!.files, i === 0 ? fork : `:${this.#marks}`);
    }).join(''));
  }

  /** Main goes on: a file of its own, and these branches merged. */
  moveMain(file: string, merges: readonly string[]): void {
    fastImport(this.dir, this.#commit('main', `Add ${file}`, new Map([[file, ['main']]]), 'refs/heads/main^0'));
    this.#base.set(file, ['main']);
    for (const branch of merges) {
      this.#merged.push(branch);
      const tree = this.merged('main', branch);
      const date = `${++this.#clock} +0000`, env = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
      this.ref('main', gitLine(this.dir, ['commit-tree', '-p', 'main', '-p', branch, '-m', `Merge ${branch}`, tree], { env }));
    }
  }

  /** The tree of merging two. */
  merged(one: string, other: string): string { return gitLine(this.dir, ['merge-tree', '--write-tree', one, other]); }

  /** The tree of main with all of these and what they stand on: each has its own lines, and files of its own. */
  tree(branches: readonly string[]): string {
    const here = new Set([...this.#merged, ...branches]), files = new Map(this.#base);
    for (const name of here) {
      const b = Number(name.slice(1)), path = `f${b % FILES}.txt`, [from, to] = [0, 1].map((n) => `${b % FILES} line ${ROOM * (Math.floor(b / FILES) + n)}`) as [string, string];
      const room = (lines: readonly string[]): [number, number] => [lines.indexOf(from), lines.includes(to) ? lines.indexOf(to) : lines.length];
      for (const made of this.#made.get(name)!.flatMap((one) => [...one.files])) {
        const [at, lines] = made, now = files.get(path)!;
        if (at !== path) files.set(at, lines);
        else files.set(path, [...now.slice(0, room(now)[0]), ...lines.slice(...room(lines)), ...now.slice(room(now)[1])]);
      }
    }
    fastImport(this.dir, this.#commit('expected', 'Expected', files, null).replace('commit refs/heads/', 'commit refs/'));
    const tree = gitLine(this.dir, ['rev-parse', 'refs/expected^{tree}']);
    git(this.dir, ['update-ref', '-d', 'refs/expected']);
    return tree;
  }

  /** What nobody refers to is gone. */
  prune(): void {
    git(this.dir, ['reflog', 'expire', '--expire=now', '--all']);
    git(this.dir, ['gc', '-q', '--prune=now']);
  }
}
