// How a merge scenario is written: a table of its paths with one column each for base, left, right and the merged tree. Reads the
// tables into trees; says nothing about who judges them (app/core/treeMerge/scenarios.test.ts).
//
//   path | base | left | right | merged      one row for each path; the merged column is the whole merged tree, path by path
//   ! kind path                               a conflict, in place of the merged column; one line for each
//   git X, Y: 0014                            git answers otherwise: to the table and to its mirror image, and the decision on it.
//                                             clean, conflict, or fails: where git ends with a failed assertion
//
// A cell: `-` no file · `=` `<` `>` what base, left, right have · `-> t` symlink to t · `#1` submodule at commit 111… · `empty` ·
// `a,b,` lines as they stand · `oak` ten lines of a topic, `oak:20` twenty. After a text come edits, in lines of that text:
// `4=x` (or `4=x,y`) line 4 becomes these · `4..6=x` · `4-` · `4+x` x before line 4 · `4..6~elm` the same lines of another topic; then
// `+x` executable · `noeol` without the last line's end · `crlf` · `bin` a NUL in front. `_` stands for a space, `\0` for a NUL.
import type { File, Files, Merge } from '../treeMerges.ts';

export type GitSays = 'clean' | 'conflict' | 'fails';

export interface Scenario {
  readonly name: string;
  readonly merge: Merge;
  /** the whole merged tree, null where it conflicts */
  readonly merged: Files | null;
  /** "kind path", sorted */
  readonly conflicts: readonly string[];
  /** where git answers otherwise: what it says to the scenario and to its mirror image, and which decision (docs/decisions) says why */
  readonly otherwise: { readonly git: readonly [GitSays, GitSays]; readonly decision: string } | null;
}

type Column = 'base' | 'left' | 'right';
type Row = Record<Column, File | null>;

const LINES = 10;
const topicLine = (topic: string, line: number): string => `${topic} ${line} and some more of it\n`;
const asWritten = (text: string): string => text.replaceAll('_', ' ').replaceAll('\\0', '\0');
/** "a,b" and "a,b," are two lines. */
const linesOf = (text: string): string[] => text.replace(/,$/, '').split(',').map((line) => `${asWritten(line)}\n`);

function textOf(cell: string): File {
  const [first = '', ...rest] = cell.split(' ');
  const [topic = '', count] = first.split(':');
  const lines = first === 'empty' ? [] : first.includes(',') ? linesOf(first) : Array.from({ length: Number(count ?? LINES) }, (_, i) => topicLine(topic, i));
  const before = Array.from({ length: lines.length + 1 }, () => '');
  const flags = new Set<string>();
  for (const token of rest) {
    const edit = /^(\d+)(?:\.\.(\d+))?([=~+-])(.*)$/.exec(token);
    if (edit === null) {
      if (!['+x', 'noeol', 'crlf', 'bin'].includes(token)) throw new Error(`BUG: no such mark: ${token} in ${cell}`);
      flags.add(token);
      continue;
    }
    const [, at, to = at, what, text = ''] = edit;
    if (Number(to) > lines.length - (what === '+' ? 0 : 1)) throw new Error(`BUG: no line ${to} in ${cell}`);
    if (what === '+') { before[Number(at)] += linesOf(text).join(''); continue; }
    for (let i = Number(at); i <= Number(to); i++) {
      lines[i] = what === '~' ? topicLine(text, i) : what === '=' && i === Number(at) ? linesOf(text).join('') : '';
    }
  }
  let content = before.map((inserted, i) => inserted + (lines[i] ?? '')).join('');
  if (flags.has('noeol')) content = content.slice(0, -1);
  if (flags.has('crlf')) content = content.replaceAll('\n', '\r\n');
  return { mode: flags.has('+x') ? '100755' : '100644', content: flags.has('bin') ? `\0${content}` : content };
}

function fileOf(cell: string, row: Partial<Row>): File | null {
  if (cell === '-') return null;
  const same = ({ '=': 'base', '<': 'left', '>': 'right' } as const)[cell];
  if (same !== undefined) {
    const file = row[same];
    if (file === undefined) throw new Error(`BUG: ${cell} stands before the column it names`);
    return file;
  }
  if (cell.startsWith('-> ')) return { mode: '120000', content: cell.slice(3) };
  if (/^#[0-9a-f]$/.test(cell)) return { mode: '160000', content: cell.slice(1).repeat(40) };
  return textOf(cell);
}

function scenario(name: string, table: string): Scenario {
  const trees = { base: new Map<string, File>(), left: new Map<string, File>(), right: new Map<string, File>(), merged: new Map<string, File>() };
  const lines = table.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const conflicts = lines.filter((line) => line.startsWith('! ')).map((line) => line.slice(2)).sort();
  let otherwise: Scenario['otherwise'] = null;
  for (const line of lines) {
    if (line.startsWith('! ')) continue;
    const said = /^git (\w+), (\w+): (\d{4})$/.exec(line);
    if (said !== null) {
      otherwise = { git: [said[1] as GitSays, said[2] as GitSays], decision: said[3]! };
      continue;
    }
    const [path = '', ...cells] = line.split('|').map((cell) => cell.trim());
    if (cells.length !== (conflicts.length > 0 ? 3 : 4)) throw new Error(`BUG: ${cells.length + 1} columns in "${name}": ${line}`);
    const row: Partial<Row> & { merged?: File | null } = {};
    for (const [i, cell] of cells.entries()) {
      const column = (['base', 'left', 'right', 'merged'] as const)[i]!;
      const file = fileOf(cell, row);
      row[column] = file;
      if (file !== null) trees[column].set(path, file);
    }
  }
  return { name, merge: { base: trees.base, left: trees.left, right: trees.right }, merged: conflicts.length > 0 ? null : trees.merged, conflicts, otherwise };
}

/** name → table */
export const scenarios = (tables: Readonly<Record<string, string>>): Scenario[] => Object.entries(tables).map(([name, table]) => scenario(name, table));

export const mirrored = ({ base, left, right }: Merge): Merge => ({ base, left: right, right: left });
