// The history of one path among the units of a family: lives between two times that it was written as a whole (added, deleted, replaced,
// of another type), each with the weave of its text. What a life begins with is a register: whoever begins one requires all who wrote in
// the one before, and whoever writes in it requires who began it. The mode is a register of its own.
import type { Oid, PathBytes } from '../bytes.ts';
import { sameEntry } from '../changes.ts';
import type { Contents } from '../contents.ts';
import type { Entry } from '../repository.ts';
import { type Bits, bitsOf, has, keyOf, membersOf, none, union } from '../weave/bits.ts';
import type { Excerpt } from '../weave/history.ts';
import { type History, Weave } from '../weave/weave.ts';

export interface Life {
  /** what it began with; of the first one the base's */
  readonly entry: Entry | null;
  /** of its text, once somebody changed lines */
  weave: Weave | null;
  /** the weave's members, as units */
  readonly units: number[];
  /** who set a mode, and to what */
  readonly modes: Map<number, number>;
  /** lives that began after it, by what they begin with: those who begin it alike begin one */
  readonly next: Map<string, Life>;
  /** texts made of it, by members */
  readonly texts: Map<string, Oid>;
  /** the last one asked for, which often is asked for again */
  excerpt: { readonly history: History; readonly key: string; readonly excerpt: Excerpt } | null;
}

export const lifeOf = (entry: Entry | null): Life => ({ entry, weave: null, units: [], modes: new Map(), next: new Map(), texts: new Map(), excerpt: null });

export function lifeAfter(life: Life, entry: Entry | null): Life {
  const key = entry === null ? '' : `${entry.mode} ${entry.oid}`;
  let next = life.next.get(key);
  if (next === undefined) life.next.set(key, next = lifeOf(entry));
  return next;
}

/** Where a path stands at some point of a history. Never changed: what comes after it is another. */
export interface Line {
  readonly path: PathBytes;
  readonly base: Entry | null;
  readonly entry: Entry | null;
  readonly life: Life;
  /** units that began the life; none: it is the base's */
  readonly began: readonly number[];
  /** of the text; null where nobody changed lines */
  readonly history: History | null;
  /** the last to set the mode */
  readonly modes: readonly number[];
  /** where it stood when this life began; null at the first one */
  readonly earlier: Line | null;
}

/** All units that wrote in its life so far, and who began it. */
export function writersOf({ life, began, history, modes }: Line): number[] {
  const out = [...began, ...modes];
  if (history !== null) for (const member of membersOf(history.set)) out.push(life.units[member]!);
  return out;
}

/** The weave's members that are among these units. */
export function membersIn({ units }: Life, chosen: Bits): Bits {
  const out: number[] = [];
  for (let member = 0; member < units.length; member++) if (has(chosen, units[member]!)) out.push(member);
  return bitsOf(out);
}

export const weaveOf = (contents: Contents, life: Life): Weave =>
  life.weave ??= new Weave(contents.text(life.entry!.oid)!, (a, b) => contents.compareLines(a, b));

export const historyOf = (contents: Contents, { life, history }: Line): History => history ?? weaveOf(contents, life).history(none)!;

/** What members, closed under dependency, make of the text. */
export function excerptOf(contents: Contents, line: Line, members: Bits): Excerpt {
  const { life } = line, history = historyOf(contents, line), key = keyOf(members), { excerpt: last } = life;
  if (last !== null && last.history === history && last.key === key) return last.excerpt;
  const excerpt = weaveOf(contents, life).excerpt(history, members);
  life.excerpt = { history, key, excerpt };
  return excerpt;
}

export function sameLines(a: Uint32Array, b: Uint32Array | null): boolean {
  if (b === null || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The content of these lines; of those that it might be, which are held, the one that it is. */
export function contentOf(contents: Contents, lines: Uint32Array, maybe: readonly (Entry | null)[]): Oid {
  const known = maybe.find((entry) => entry !== null && sameLines(lines, contents.text(entry.oid)));
  return known?.oid ?? contents.makeText(lines);
}

/** What units that are closed under dependency, and all lie before the line's end, make of the path. */
export function versionOf(contents: Contents, line: Line, chosen: Bits): Entry | null {
  let at = line;
  while (at.earlier !== null && !at.began.some((unit) => has(chosen, unit))) at = at.earlier;
  const { life } = at;
  if (life.entry === null) return null;
  let { mode } = life.entry, last = -1;
  for (const [unit, set] of life.modes) if (unit > last && has(chosen, unit)) { last = unit; mode = set; }
  const members = at.history === null ? none : membersIn(life, chosen);
  if (members.length === 0) return { mode, oid: life.entry.oid };
  const key = keyOf(members);
  let oid = life.texts.get(key);
  if (oid === undefined) life.texts.set(key, oid = contentOf(contents, excerptOf(contents, at, members).lines, [at.entry, life.entry]));
  return { mode, oid };
}

/** Whether the one stands on the other. */
export type Knows = (unit: number, other: number) => boolean;

/**
 * The mode that units, ascending and closed under dependency, make of a life, and the last of them to set it: a three-way merge of
 * those; null where they conflict.
 */
export function modeOf(life: Life, units: readonly number[], knows: Knows): { readonly mode: number; readonly last: readonly number[] } | null {
  const last = units.filter((unit) => !units.some((other) => other !== unit && knows(other, unit)));
  const set = (unit: number | undefined): number => (unit === undefined ? life.entry!.mode : life.modes.get(unit)!);
  const common = set(units.findLast((unit) => last.every((top) => top === unit || knows(top, unit))));
  const others = new Set(last.map(set).filter((mode) => mode !== common));
  return others.size > 1 ? null : { mode: [...others][0] ?? common, last };
}

/**
 * Where a path stands when several histories come together, of which none has all of another; null where they conflict. `expected`: what
 * it should be, in place of content to be made; `chosen`: all units of these histories.
 */
export function joinedLine(contents: Contents, lines: readonly Line[], expected: Entry | null, chosen: Bits, knows: Knows): Line | null {
  const [{ path, base, life, earlier }] = lines as readonly [Line, ...Line[]];
  if (lines.some((line) => line.life !== life)) return null;
  const common = { path, base, life, earlier, began: distinct(lines.flatMap(({ began }) => began)) };
  if (life.entry === null) return { ...common, entry: null, history: null, modes: [] };
  const decided = modeOf(life, [...life.modes.keys()].filter((unit) => has(chosen, unit)).sort((a, b) => a - b), knows);
  if (decided === null) return null;
  const { mode, last: modes } = decided;
  const set = lines.reduce((sum, { history }) => (history === null ? sum : union(sum, history.set)), none);
  if (set.length === 0) return { ...common, entry: { mode, oid: life.entry.oid }, history: null, modes };
  const history = weaveOf(contents, life).history(set);
  if (history === null) return null;
  const { lines: text } = weaveOf(contents, life).excerpt(history, set);
  if (expected !== null) contents.needTexts([expected.oid]);
  return { ...common, entry: { mode, oid: contentOf(contents, text, [expected]) }, history, modes };
}

const distinct = (units: readonly number[]): number[] => [...new Set(units)].sort((a, b) => a - b);

/** Whether the line's text, woven anew from all who wrote in it, is what its entry says. */
export function isProved(contents: Contents, { life, history, entry }: Line): boolean {
  if (history === null || entry === null) return sameEntry(life.entry, entry) || (history === null && entry !== null && entry.oid === life.entry?.oid);
  const woven = weaveOf(contents, life).composeSet(new Set([...membersOf(history.set)].map((member) => String(life.units[member]))));
  return 'lines' in woven && sameLines(woven.lines, contents.text(entry.oid));
}
