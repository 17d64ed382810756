// A heat map in words: what its sides are, what one of its values means, what it leaves out.
import type { Heat, HeatKind } from '../../../../core/collaboration/report.ts';
import { short } from '../../../../workers/client.ts';
import { grouped, plural } from '../../../state/words.ts';
import { isPaired } from './arranging.ts';
import type { NamedOrder } from './arranging.ts';

export type Side = Heat['of'][number];
const nouns: Readonly<Record<Side, readonly [one: string, many: string]>> = { person: ['person', 'people'], file: ['file', 'files'], directory: ['directory', 'directories'], acu: ['ACU', 'ACUs'] };
export const one = (side: Side): string => nouns[side][0];
export const counted = (n: number, side: Side): string => plural(n, ...nouns[side]);

/** `row` and `col` are names. */
export const meanings: Readonly<Record<HeatKind, (row: string, col: string, isSome: boolean) => string>> = {
  knowledge: (row, col, isSome) => (isSome ? `how well ${row} knows ${col}` : `no sign that ${row} knows ${col}`),
  interaction: (row, col, isSome) => (isSome ? `how much of the same code ${row} and ${col} know` : `${row} and ${col} know no code in common`),
  overlap: (row, col, isSome) => (isSome ? `how much the work in flight of ${row} and of ${col} meets` : `the work in flight of ${row} and of ${col} does not meet`),
  flying: (row, col, isSome) => (isSome ? `how much ${col} has to do with ${row}` : `${col} has nothing to do with ${row}`),
  coChange: (row, col, isSome) => (isSome ? `how often ${row} and ${col} change together` : `${row} and ${col} have not changed together`),
};

/** The unit itself, of "commits in which both changed, halved every 180 days" the first part; how it is counted is said once, in the legend. */
export const brief = (unit: string): string => unit.split(/[,:;]/, 1)[0]!;

/** As exact as a tip has room for, without the noise of 32 bits: "1,234.5" */
const fine = new Intl.NumberFormat('en', { maximumSignificantDigits: 5 });
export function valueWords(value: number, unit: string): string {
  const figure = !Number.isFinite(value) ? 'no number' : value !== 0 && Math.abs(value) < 0.001 ? short(value) : fine.format(value);
  return unit === '' ? figure : `${figure} ${unit}`;
}

/** "5,000 of 12,400 people × 300 files" */
export function sizeWords(heat: Heat): string {
  const { rows, cols, total, of } = heat;
  const side = (n: number, all: number, what: Side): string => (n < all ? `${grouped(n)} of ${counted(all, what)}` : counted(n, what));
  return isPaired(heat) ? `${side(rows.length, total[0], of[0])}, each with each` : `${side(rows.length, total[0], of[0])} × ${side(cols.length, total[1], of[1])}`;
}

export const orderNames: Readonly<Record<NamedOrder, string>> = { clustered: 'Clustered', name: 'By name', given: 'As it came' };
export const orderHints: Readonly<Record<NamedOrder, string>> = { clustered: 'What is alike stands together', name: 'By name, numbers by size', given: 'In the order in which it was worked out' };

export const nothing: Readonly<Record<HeatKind, string>> = {
  knowledge: 'Nobody is known to know anything here yet.', interaction: 'No two people know the same code yet.', overlap: 'No work in flight of two people meets.',
  flying: 'No work in flight touches what anybody knows.', coChange: 'No two files have changed together yet.',
};
