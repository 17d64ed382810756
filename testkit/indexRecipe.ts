// Tables of thousands of segments for the benchmark of the conflict index, in seconds and without a repository. `teamLike` follows the
// generated mix `team` as it comes out of an import (1,000 sources: 3 edited paths a segment, 1.4 hunks a path, nine in ten hunks of at
// most 3 lines, one segment in five on another), over as many files as give two conflicting pairs of a hundred, which is facts.md's density.
import type { Tables } from '../app/core/tables.ts';
import { type MadeRow, TableMaker, type TextHunk } from './indexTables.ts';
import { Random } from './random.ts';

const FILE = 0o100644, EXECUTABLE = 0o100755;
/** lines of a file */
const LINES = 240;

const baseLine = (_: string, path: string, line: number): string => `${path} ${line}`;
const text = (context: string, path: string, content: string, hunks: readonly TextHunk[], mode = FILE): MadeRow =>
  ({ context, path, before: { mode: FILE, content: `${context} ${path}` }, after: { mode, content }, hunks });

/** Edited files for so many segments, so that two pairs of a hundred conflict. */
const filesFor = (segments: number): number => 100 + Math.floor(segments / 100);

export function teamLike(seed: number, segments: number): Tables {
  const r = new Random(seed), maker = new TableMaker();
  const files = Array.from({ length: filesFor(segments) }, (_, i) => `src/${i % 17}/file${i}.ts`);
  /** rows others may have made as well: a fix that is picked to several branches */
  const picked: { path: string; row: MadeRow }[] = [];
  const own: MadeRow[][] = [];
  let made = 0;
  const edit = (path: string): MadeRow => {
    const hunks: TextHunk[] = [];
    for (let at = r.below(LINES); hunks.length < 4; at += r.between(10, 80)) {
      const removed = r.pick([0, 0, 1, 1, 1, 2, 3, 8]);
      if (at + removed > LINES) break;
      hunks.push({ start: at, end: at + removed, inserted: Array.from({ length: r.pick([1, 1, 1, 2, 3, 5, 12]) }, () => `line ${made++}`) });
      if (!r.chance(0.3)) break;
    }
    return text('base', path, `content ${made++}`, hunks, r.chance(0.004) ? EXECUTABLE : FILE);
  };
  const ordinary = (): MadeRow => {
    // few files are edited by many: rank by the third power of chance
    const path = files[Math.floor(files.length * (r.below(1 << 20) / (1 << 20)) ** 3)]!;
    const kind = r.below(1000);
    if (kind < 10) return { context: 'base', path, before: { mode: FILE, content: `base ${path}` }, after: null, hunks: null };
    if (kind < 14) return { ...text('base', path, `binary ${made++}`, []), hunks: null };
    if (kind < 45) {
      const content = `added ${made++}`;
      return { context: 'base', path: r.chance(0.9) ? `new/${made}.ts` : `new/shared${r.below(40)}.ts`, before: null, after: { mode: FILE, content }, hunks: [{ start: 0, end: 0, inserted: [content] }] };
    }
    if (kind < 75 && picked.length > 0) return r.pick(picked).row;
    const row = edit(path);
    if (r.chance(0.1)) picked.push({ path, row });
    return row;
  };
  for (let i = 0; i < segments; i++) {
    const rows = new Map<string, MadeRow>();
    for (let n = r.pick([1, 2, 3, 3, 4, 5]); n > 0; n--) { const row = ordinary(); rows.set(row.path, row); }
    own.push([...rows.values()]);
    const below = i > 0 && r.chance(0.2) ? r.below(i) : -1;
    if (below < 0 || maker.segments[below]!.lower.length > 0) { maker.add(`tip${i}`, [], own[i]!, baseLine); continue; }
    const context = `tip${below}`, above = own[i]!.filter(({ path }) => !own[below]!.some((row) => row.path === path));
    const inContext = above.map((row): MadeRow => ({ ...row, context, before: row.before === null ? null : { ...row.before, content: `${context} ${row.path}` } }));
    maker.add(`tip${i}`, [below], [...own[below]!, ...above, ...inContext], baseLine);
  }
  return maker.tables();
}

/**
 * One file that every segment edits. `spread`: each one line of its own choice among 2,000; `import`: the same new line at the top, and
 * one of 20,000 lines; `line`: all the same line, each to another text.
 */
export function hotFile(kind: 'spread' | 'import' | 'line', segments: number): Tables {
  const r = new Random(segments), maker = new TableMaker();
  for (let i = 0; i < segments; i++) {
    const at = kind === 'line' ? 7 : 2 + r.below(kind === 'spread' ? 2000 : 20_000);
    const hunks: TextHunk[] = [{ start: at, end: at + 1, inserted: [`by ${i}`] }];
    if (kind === 'import') hunks.unshift({ start: 0, end: 0, inserted: ['import'] });
    maker.add(`tip${i}`, [], [text('base', 'hot.ts', `content ${i}`, hunks)], baseLine);
  }
  return maker.tables();
}

/** Segments on each other: `stack`, each on the one before; `fan`, all on the first. Each edits a line of one file and a file of its own. */
export function standing(kind: 'stack' | 'fan', segments: number): Tables {
  const r = new Random(segments), maker = new TableMaker();
  for (let i = 0; i < segments; i++) {
    const lower = i === 0 ? [] : [kind === 'stack' ? i - 1 : 0];
    const rows = (context: string): MadeRow[] => [
      text(context, 'shared.ts', `${context} content ${i}`, [{ start: r.below(300), end: 300 + r.below(20), inserted: [`by ${i}`] }]),
      text(context, `own${i}.ts`, `${context} own ${i}`, [{ start: 1, end: 2, inserted: [`by ${i}`] }]),
    ];
    maker.add(`tip${i}`, lower, kind === 'fan' && i > 0 ? [...rows('base'), ...rows('tip0')] : rows('base'), baseLine);
  }
  return maker.tables();
}
