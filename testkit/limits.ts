// Repositories of adversarial sizes, each with pairs of branches that git can judge (limitsJudge.ts). A slice is judged in the tests, the
// whole by `npm run bench -- limits`.
import { fastImport, git, gitLine, initBare } from './git.ts';
import { Random } from './random.ts';

export type NamedPair = readonly [a: string, b: string];

export interface LimitCase {
  readonly name: string;
  readonly what: string;
  readonly full: number;
  /** for the tests: the same shape, over in a second */
  readonly small: number;
  /** writes the repository; answers the pairs to be judged */
  build(dir: string, size: number): readonly NamedPair[];
}

type Files = Readonly<Record<string, number | null>>;
const filesOf = (n: number, path: (i: number) => string, blob: (i: number) => number): Files => Object.fromEntries(Array.from({ length: n }, (_, i): [string, number] => [path(i), blob(i)]));

/** A stream for git fast-import: blobs and commits by mark, on linear time so that dates never decide anything. */
class Stream {
  readonly #parts: string[] = [];
  #marks = 0;
  blob(text: string): number {
    this.#parts.push(`blob\nmark :${++this.#marks}\ndata ${text.length}\n${text}\n`);
    return this.#marks;
  }
  commit(branch: string, parents: readonly number[], files: Files): number {
    const mark = ++this.#marks;
    const from = parents.map((p, i) => `${i === 0 ? 'from' : 'merge'} :${p}\n`).join('');
    this.#parts.push(`commit refs/heads/${branch}\nmark :${mark}\ncommitter C <c@x.invalid> ${1_700_000_000 + mark} +0000\ndata ${branch.length}\n${branch}\n${from}`);
    for (const [path, blob] of Object.entries(files)) this.#parts.push(blob === null ? `D ${path}\n` : `M 100644 :${blob} ${path}\n`);
    return mark;
  }
  write(dir: string): void {
    initBare(dir);
    // in pieces: all of it may be longer than a string can be
    fastImport(dir, Buffer.concat(this.#parts.map((part) => Buffer.from(part, 'latin1'))));
  }
}

const lines = (n: number, of: (i: number) => string): string[] => Array.from({ length: n }, (_, i) => of(i));
const text = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
const digits = (i: number): string => String(i).padStart(7, '0');
/** some of many, first and last among them */
function some<T>(all: readonly T[], most: number, random = new Random(7)): T[] {
  if (all.length <= most) return [...all];
  return [all[0]!, ...lines(most - 2, () => '').map(() => random.pick(all)), all.at(-1)!];
}

/** One file, several versions: each pair of branches is a merge of long texts. */
function texts(base: readonly string[], versions: readonly (readonly string[])[]): (dir: string) => readonly NamedPair[] {
  return (dir) => {
    const stream = new Stream();
    const main = stream.commit('main', [], { 'long.txt': stream.blob(text(base)) });
    versions.forEach((version, i) => { stream.commit(`v${i}`, [main], { 'long.txt': stream.blob(text(version)) }); });
    stream.write(dir);
    return versions.flatMap((_, i) => versions.slice(i + 1).map((__, j): NamedPair => [`v${i}`, `v${i + 1 + j}`]));
  };
}

const edited = (base: readonly string[], random: Random, edits: number): string[] => {
  const out = [...base];
  for (let n = 0; n < edits; n++) out[random.below(out.length)] = `edit ${random.below(1 << 30)}`;
  return out;
};

export const limitCases: readonly LimitCase[] = [
  {
    name: 'tree', what: 'entries in one folder', full: 1_000_000, small: 4000,
    build(dir, size) {
      // not by fast-import, which looks through a folder for each of its entries
      initBare(dir);
      const [one, two, three] = ['one\n', 'two\n', 'three\n'].map((content) => gitLine(dir, ['hash-object', '-w', '--stdin'], { input: content }));
      const names = lines(size, (i) => `f${digits(i)}`);
      const commit = (branch: string, parent: string | null, changes: Readonly<Record<string, string | null>>): string => {
        const entries = names.flatMap((name) => (changes[name] === null ? [] : [`100644 blob ${changes[name] ?? one}\t${name}\n`]));
        if (changes['new'] != null) entries.push(`100644 blob ${changes['new']}\tnew\n`);
        const folder = gitLine(dir, ['mktree'], { input: entries.join('') }), root = gitLine(dir, ['mktree'], { input: `040000 tree ${folder}\td\n` });
        const made = gitLine(dir, ['commit-tree', ...parent === null ? [] : ['-p', parent], '-m', branch, root]);
        git(dir, ['update-ref', `refs/heads/${branch}`, made]);
        return made;
      };
      const main = commit('main', null, {});
      commit('a', main, { [names[5]!]: two! });
      commit('b', main, { [names[5]!]: three!, [names[9]!]: two! });
      commit('c', main, { [names[size - 1]!]: two!, new: three! });
      commit('d', main, { new: two!, [names[7]!]: null });
      return [['a', 'b'], ['a', 'c'], ['a', 'd'], ['b', 'c'], ['b', 'd'], ['c', 'd']];
    },
  },
  {
    name: 'paths', what: 'files changed by one branch', full: 150_000, small: 3000,
    build(dir, size) {
      const stream = new Stream();
      const one = stream.blob('one\n'), two = stream.blob('two\n'), three = stream.blob('three\n');
      const path = (i: number): string => `d${i % 300}/f${digits(i)}`;
      const main = stream.commit('main', [], filesOf(size, path, () => one));
      stream.commit('all', [main], filesOf(size, path, () => two));
      stream.commit('half', [main], filesOf(Math.floor(size / 2), path, () => two));
      stream.commit('other', [main], { [path(3)]: three });
      stream.commit('new', [main], { 'd0/new': three });
      stream.write(dir);
      return [['all', 'other'], ['all', 'new'], ['half', 'other'], ['half', 'new'], ['other', 'new']];
    },
  },
  {
    name: 'different', what: 'lines, every one of them different', full: 100_000, small: 3000,
    build: (dir, size) => {
      const base = lines(size, (i) => `base ${i}`);
      return texts(base, [lines(size, (i) => `left ${i}`), lines(size, (i) => `right ${i}`), edited(base, new Random(1), 3), edited(base, new Random(2), 3)])(dir);
    },
  },
  {
    name: 'equal', what: 'lines, all equal', full: 100_000, small: 3000,
    build: (dir, size) => {
      const base = lines(size, () => '}');
      return texts(base, [base.slice(size >> 1), [...base, ...base.slice(1000)], ['first', ...base], [...base.slice(0, size >> 1), 'middle', ...base.slice(size >> 1)], [...base, 'last']])(dir);
    },
  },
  {
    name: 'long', what: 'lines of 34 bytes: more than a text may have', full: 1_100_000, small: 100,
    build(dir, size) {
      const stream = new Stream();
      const base = lines(size, (i) => `line ${digits(i)} of a very long file`);
      const main = stream.commit('main', [], { 'long.txt': stream.blob(text(base)) });
      stream.commit('first', [main], { 'long.txt': stream.blob(text(base.with(2, 'first'))) });
      stream.commit('last', [main], { 'long.txt': stream.blob(text(base.with(size - 3, 'last'))) });
      stream.commit('same', [main], { 'long.txt': stream.blob(text(base.with(2, 'first'))), 'new.txt': stream.blob('new\n') });
      stream.commit('apart', [main], { 'apart.txt': stream.blob('apart\n') });
      stream.write(dir);
      return [['first', 'last'], ['first', 'same'], ['first', 'apart'], ['last', 'apart']];
    },
  },
  {
    name: 'alternating', what: 'lines, every second one changed', full: 100_000, small: 3000,
    build: (dir, size) => {
      const base = lines(size, (i) => `line ${i}`);
      return texts(base, [base.map((l, i) => (i % 4 === 0 ? `left ${i}` : l)), base.map((l, i) => (i % 4 === 2 ? `right ${i}` : l)), base.map((l, i) => (i % 4 === 0 ? `left ${i}` : i % 4 === 1 ? `more ${i}` : l))])(dir);
    },
  },
  {
    name: 'repetitive', what: 'lines out of ten', full: 100_000, small: 2000,
    build: (dir, size) => {
      const random = new Random(3);
      const base = lines(size, () => `word ${random.below(10)}`);
      const version = (): string[] => base.flatMap((line) => (random.chance(0.02) ? [] : random.chance(0.02) ? [`word ${random.below(10)}`, line] : random.chance(0.02) ? [`word ${random.below(10)}`] : [line]));
      return texts(base, [version(), version(), edited(base, random, 2), edited(base, random, 2)])(dir);
    },
  },
  {
    name: 'unlike', what: 'lines out of ten, both texts random', full: 100_000, small: 2000,
    build: (dir, size) => {
      const random = new Random(4);
      const any = (): string[] => lines(size, () => `word ${random.below(10)}`);
      const base = any();
      return texts(base, [any(), any(), edited(base, random, 2)])(dir);
    },
  },
  {
    name: 'shuffled', what: 'lines in random order', full: 100_000, small: 3000,
    build: (dir, size) => {
      const random = new Random(5);
      const base = lines(size, (i) => `line ${i}`);
      return texts(base, [random.shuffle(base), random.shuffle(base), edited(base, random, 2)])(dir);
    },
  },
  {
    name: 'frequent', what: 'lines, each 64 times, in random order', full: 100_000, small: 3000,
    build: (dir, size) => {
      const random = new Random(6);
      const base = random.shuffle(lines(size, (i) => `line ${Math.floor(i / 64)}`));
      return texts(base, [random.shuffle(base), random.shuffle(base), edited(base, random, 2)])(dir);
    },
  },
  {
    name: 'reversed', what: 'lines in reverse order', full: 100_000, small: 3000,
    build: (dir, size) => {
      const base = lines(size, (i) => `line ${i}`);
      return texts(base, [base.toReversed(), lines(size, (i) => `line ${(i + (size >> 1)) % size}`), edited(base, new Random(8), 2)])(dir);
    },
  },
  {
    name: 'hot', what: 'branches that edit one file, some of them one line', full: 5000, small: 150,
    build(dir, size) {
      const stream = new Stream(), random = new Random(9);
      const base = lines(2000, (i) => `line ${i}`);
      const main = stream.commit('main', [], { 'hot.txt': stream.blob(text(base)) });
      const names = lines(size, (i) => `h${digits(i)}`);
      for (const [i, name] of names.entries()) {
        const mine = [...base];
        mine[i % 10 === 0 ? 50 : random.below(base.length)] = `edit ${i}`;
        stream.commit(name, [main], { 'hot.txt': stream.blob(text(mine)) });
      }
      stream.write(dir);
      return some(names.flatMap((a, i) => names.slice(i + 1, i + 30).map((b): NamedPair => [a, b])), 60);
    },
  },
  {
    name: 'many', what: 'branches that edit one of two thousand files', full: 20_000, small: 300,
    build(dir, size) {
      const stream = new Stream(), random = new Random(10);
      const base = lines(50, (i) => `line ${i}`), path = (i: number): string => `d${i % 40}/f${i}.txt`, blob = stream.blob(text(base));
      const main = stream.commit('main', [], filesOf(2000, path, () => blob));
      const names = lines(size, (i) => `n${digits(i)}`);
      for (const [i, name] of names.entries()) stream.commit(name, [main], { [path(random.below(2000))]: stream.blob(text(base.with(random.below(50), `edit ${i}`))) });
      stream.write(dir);
      return some(names.flatMap((a, i) => names.slice(i + 1, i + 9).map((b): NamedPair => [a, b])), 40);
    },
  },
  {
    name: 'hottest', what: 'branches that edit one line', full: 3000, small: 100,
    build(dir, size) {
      const stream = new Stream();
      const base = lines(200, (i) => `line ${i}`);
      const main = stream.commit('main', [], { 'hot.txt': stream.blob(text(base)) });
      const names = lines(size, (i) => `h${digits(i)}`);
      for (const [i, name] of names.entries()) stream.commit(name, [main], { 'hot.txt': stream.blob(text(base.with(50, `edit ${i}`))) });
      stream.write(dir);
      return some(names.flatMap((a, i) => names.slice(i + 1, i + 3).map((b): NamedPair => [a, b])), 40);
    },
  },
  {
    name: 'rewritten', what: 'branches that write one file of half a megabyte anew', full: 1000, small: 10,
    build(dir, size) {
      const stream = new Stream();
      const of = (name: string): string => text(lines(15_000, (i) => `${name} line ${i} of this file`));
      const main = stream.commit('main', [], { 'made.txt': stream.blob(of('main')), 'apart.txt': stream.blob('apart\n') });
      const names = lines(size, (i) => `w${digits(i)}`);
      for (const [i, name] of names.entries()) stream.commit(name, [main], { 'made.txt': stream.blob(of(name)), ...(i % 2 === 0 ? { 'apart.txt': stream.blob(`${name}\n`) } : {}) });
      stream.commit('apart', [main], { 'new.txt': stream.blob('new\n') });
      stream.write(dir);
      return [...some(names.flatMap((a, i) => names.slice(i + 1, i + 2).map((b): NamedPair => [a, b])), 20), [names[0]!, 'apart'], [names.at(-1)!, 'apart']];
    },
  },
  {
    name: 'stack', what: 'segments stacked on each other', full: 1000, small: 60,
    build(dir, size) {
      const stream = new Stream();
      let now = lines(3 * size, (i) => `line ${i}`);
      const main = stream.commit('main', [], { 'a.txt': stream.blob(text(now)), 'b.txt': stream.blob(text(now)) });
      let below = main;
      for (let i = 0; i < size; i++) {
        now = now.with(3 * i, `stacked ${i}`);
        below = stream.commit(`s${digits(i)}`, [below], { 'a.txt': stream.blob(text(now)) });
      }
      stream.commit('other', [main], { 'a.txt': stream.blob(text(lines(3 * size, (i) => (i === 3 * (size >> 1) ? 'other' : `line ${i}`)))) });
      stream.commit('apart', [main], { 'b.txt': stream.blob('apart\n') });
      stream.write(dir);
      return [0, (size >> 1) - 1, size >> 1, size - 1].flatMap((i): NamedPair[] => [[`s${digits(i)}`, 'other'], [`s${digits(i)}`, 'apart']]);
    },
  },
  {
    name: 'shared', what: 'branches on one lower segment', full: 1000, small: 60,
    build(dir, size) {
      const stream = new Stream(), random = new Random(11);
      const base = lines(400, (i) => `line ${i}`);
      const main = stream.commit('main', [], { 'a.txt': stream.blob(text(base)) });
      const shared = base.with(200, 'shared');
      const lower = stream.commit('lower', [main], { 'a.txt': stream.blob(text(shared)) });
      const names = lines(size, (i) => `n${digits(i)}`);
      for (const [i, name] of names.entries()) stream.commit(name, [lower], { 'a.txt': stream.blob(text(shared.with(random.below(400), `upper ${i}`))) });
      stream.write(dir);
      return some(names.flatMap((a, i) => names.slice(i + 1, i + 9).map((b): NamedPair => [a, b])), 60);
    },
  },
  {
    name: 'families', what: 'branches, each a merge of its own half of twenty lower segments', full: 1000, small: 40,
    build(dir, size) {
      const stream = new Stream(), random = new Random(12);
      const main = stream.commit('main', [], { 'top.txt': stream.blob(text(lines(100, (i) => `line ${i}`))) });
      const lower = lines(20, (i) => `l${i}`).map((name, i) => ({ name, mark: stream.commit(name, [main], { [`lower/${i}.txt`]: stream.blob(`${name}\n`) }), i }));
      const names = lines(size, (i) => `m${digits(i)}`);
      for (const [n, name] of names.entries()) {
        const mine = random.shuffle(lower).slice(0, 10);
        const files: Record<string, number> = { 'top.txt': stream.blob(text(lines(100, (i) => (i === random.below(100) ? `mine ${n}` : `line ${i}`)))) };
        for (const { i, name: of } of mine) files[`lower/${i}.txt`] = stream.blob(`${of}\n`);
        stream.commit(name, mine.map(({ mark }) => mark), files);
      }
      stream.write(dir);
      return some(names.flatMap((a, i) => names.slice(i + 1, i + 9).map((b): NamedPair => [a, b])), 40);
    },
  },
  {
    name: 'integrations', what: 'branches, each its own merge of two that conflict', full: 1000, small: 40,
    build(dir, size) {
      const stream = new Stream(), random = new Random(13);
      const base = lines(100, (i) => `line ${i}`);
      const main = stream.commit('main', [], { 'a.txt': stream.blob(text(base)), 'b.txt': stream.blob(text(base)) });
      const left = stream.commit('left', [main], { 'a.txt': stream.blob(text(base.with(50, 'left'))) });
      const right = stream.commit('right', [main], { 'a.txt': stream.blob(text(base.with(50, 'right'))) });
      const names = lines(size, (i) => `m${digits(i)}`);
      for (const [i, name] of names.entries()) {
        stream.commit(name, [left, right], { 'a.txt': stream.blob(text(base.with(50, i % 3 === 0 ? 'both' : `both ${i}`))), ...(i % 2 === 0 ? { 'b.txt': stream.blob(text(base.with(random.below(100), `b ${i}`))) } : {}) });
      }
      stream.write(dir);
      return some(names.flatMap((a, i) => names.slice(i + 1, i + 9).map((b): NamedPair => [a, b])), 40);
    },
  },
  ...renameStorms(),
];

/** Files of twenty lines, alike enough to be renames, in one folder. */
function renameStorms(): LimitCase[] {
  const path = (i: number): string => `old/f${digits(i)}.txt`;
  const content = (i: number, extra: string): string => text([...lines(12, (l) => `file ${i} line ${l}`), extra]);
  const storm = (name: string, what: string, full: number, small: number, to: (i: number) => string, changed: boolean, meets: (size: number) => number): LimitCase => ({
    name, what, full, small,
    build(dir, size) {
      const stream = new Stream();
      const main = stream.commit('main', [], filesOf(size, path, (i) => stream.blob(content(i, 'end'))));
      const files: Record<string, number | null> = {};
      for (let i = 0; i < size; i++) { files[path(i)] = null; files[to(i)] = stream.blob(content(i, changed ? `moved ${i}` : 'end')); }
      stream.commit('storm', [main], files);
      stream.commit('one', [main], { [path(3)]: stream.blob(`first\n${content(3, 'end')}`) });
      stream.commit('clash', [main], { [path(4)]: stream.blob(content(4, 'clash')) });
      stream.commit('added', [main], { 'old/new.txt': stream.blob('new\n') });
      stream.commit('apart', [main], { 'apart.txt': stream.blob('apart\n') });
      const many: Record<string, number> = {};
      for (let i = 0; i < meets(size); i++) many[path(i)] = stream.blob(`first\n${content(i, 'end')}`);
      stream.commit('many', [main], many);
      stream.write(dir);
      return [['storm', 'one'], ['storm', 'clash'], ['storm', 'added'], ['storm', 'apart'], ['storm', 'many'], ['one', 'many']];
    },
  });
  return [
    storm('renamed', 'files moved as they are', 10_000, 200, (i) => `new/f${digits(i)}.txt`, false, (n) => n),
    storm('named', 'files moved and edited, names kept', 10_000, 200, (i) => `new/f${digits(i)}.txt`, true, (n) => n),
    storm('similar', 'files moved, edited and named anew', 10_000, 150, (i) => `new/g${digits((i * 7919) % 1_000_003)}.txt`, true, (n) => n),
    storm('incomparable', 'files moved, edited and named anew, more than are compared here, and fewer than git stops at', 4000, 120, (i) => `new/g${digits((i * 7919) % 1_000_003)}.txt`, true, (n) => n),
    storm('comparable', 'files moved, edited and named anew, few enough for git to compare them all', 2000, 100, (i) => `new/g${digits((i * 7919) % 1_000_003)}.txt`, true, (n) => n),
  ];
}
