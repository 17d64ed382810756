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

/** What a value says of the row and the column it stands between; and what it says where there is none. */
export const meanings: Readonly<Record<HeatKind, readonly [some: string, none: string]>> = {
  knowledge: ['how well this person knows it', 'no sign that this person knows it'],
  interaction: ['how much of the same code both know', 'they know no code in common'],
  overlap: ['how much their work in flight meets', 'their work in flight does not meet'],
  flying: ['how much this person has to do with it', 'nothing to do with this person'],
  coChange: ['how often they change together', 'they have not changed together'],
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
