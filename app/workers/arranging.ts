// The rows of the overview, in order: what was found, sorted, in groups with their counts, and as lines of which those on screen are drawn.
// Typed arrays of indices, so that fifty thousand ACUs cross to the window for nothing. Pure; search.ts runs it.
import { type Columns, flags, listAt, parted, standings } from '../core/search/columns.ts';
import { folderOf } from '../core/search/agents.ts';
import { type Clock, type StateName, timeOf } from '../core/search/query.ts';
import type { IsState } from '../core/search/matching.ts';
import { type Mark, marks } from './marks.ts';

export const sorts = ['newest', 'name', 'conflicts', 'size'] as const;
export type Sort = typeof sorts[number];
export const groupings = ['none', 'author', 'agent', 'age', 'state', 'folder'] as const;
export type Grouping = typeof groupings[number];

/** What a line is: the index of a row, a source or a group, times 4, and this. `nested`: a row under its source. */
export const line = { row: 0, source: 1, group: 2, nested: 3 } as const;
export const lineKind = (code: number): number => code & 3;
export const lineIndex = (code: number): number => code >> 2;

/** By row; null while it is not known. */
export interface Facts {
  /** positions in `marks` */ readonly marks: Uint8Array | null;
  /** conflicting partners */ readonly degree: Int32Array | null;
  /** 1: names collide with another's, or git would place it otherwise */ readonly risky: Uint8Array | null;
}

/** The numbers of a group: how many of each mark, and at risk, which may be any of these. */
export const COUNTS = marks.length + 1;
export const RISK = marks.length;

export interface Groups {
  /** names it for ever: what is closed is remembered by it */ readonly keys: readonly string[];
  readonly titles: readonly string[];
  /** COUNTS numbers for each */ readonly counts: Uint32Array;
  /** where each begins in `members`, and one more: where the last ends */ readonly starts: Int32Array;
  readonly closed: Uint8Array;
}

export interface Arrangement {
  readonly by: 'row' | 'source';
  readonly lines: Int32Array;
  /** by row (by source, where lines are sources): the first line that shows it, -1 where none does */ readonly places: Int32Array;
  /** what was found, in order, those of closed groups too: rows, or sources */ readonly members: Int32Array;
  readonly groups: Groups;
  /** rows that were found */ readonly found: number;
  /** by row: how it was found (core/search/matching.ts) */ readonly how: Uint8Array;
  /** by source: what adding all of it would be; 0 (not known) where lines are rows */ readonly sourceMarks: Uint8Array;
}

export interface Asked { readonly by: 'row' | 'source'; readonly sort: Sort; readonly group: Grouping; readonly closed: readonly string[]; /** names of sources whose rows are shown */ readonly open: readonly string[]; readonly clock: Clock; /** a row is old after so many days */ readonly oldDays: number }

const index = (mark: Mark): number => marks.indexOf(mark);
const [UNKNOWN, IN, FITS, NEEDS, CONFLICTS, ORDER, STALE, INEXACT] = [index('unknown'), index('in'), index('fits'), index('needs'), index('conflicts'), index('order'), index('stale'), index('inexact')];
const stateMark: Partial<Record<StateName, number>> = { in: IN, fits: FITS, needs: NEEDS, order: ORDER, unable: index('unable') };

export function isStateOf({ standing, flags: flagged, agent }: Columns, { marks: now, degree, risky }: Facts): IsState {
  return (row, state) => {
    switch (state) {
      case 'stale': case 'inexact': return standings[standing[row]!] === state;
      case 'conflicted': return degree === null ? null : degree[row]! > 0;
      case 'risk': return risky === null ? null : risky[row] === 1;
      case 'agent': return agent[row]! >= 0;
      case 'live': return (flagged[row]! & flags.worktree) !== 0;
      case 'patch': return (flagged[row]! & flags.patch) !== 0;
      // what depends on the order stands in the way like any other
      case 'conflicts': return now === null || now[row] === UNKNOWN ? null : now[row] === CONFLICTS || now[row] === ORDER;
      default: return now === null || now[row] === UNKNOWN ? null : now[row] === stateMark[state];
    }
  };
}

/** The worst first. What a source is, is the worst of what its ACUs are. */
const gravity = [STALE, INEXACT, index('unable'), CONFLICTS, ORDER, UNKNOWN, NEEDS, FITS, IN];

/** What adding all of each source would be: an ACU that needs only others of the same source, or of the composition, fits with them. */
export function sourceMarksOf({ rowsOf, requires }: Pick<Columns, 'rowsOf' | 'requires'>, now: Uint8Array): Uint8Array {
  const of = new Int32Array(now.length).fill(-1), out = new Uint8Array(rowsOf.first.length - 1);
  for (let source = 0; source < out.length; source++) {
    const rows = listAt(rowsOf, source);
    for (const row of rows) of[row] = source;
    let worst = gravity.length;
    for (const row of rows) {
      const own = now[row]!, mark = own === NEEDS && listAt(requires, row).every((lower) => of[lower] === source || now[lower] === IN) ? FITS : own;
      worst = Math.min(worst, gravity.indexOf(mark));
    }
    out[source] = gravity[worst] ?? UNKNOWN;
  }
  return out;
}

export class Arranger {
  readonly #columns: Columns;
  readonly #names: readonly string[];
  readonly #authors: readonly string[];
  readonly #agents: readonly string[];
  readonly #sources: readonly string[];
  /** rows, and sources, in the orders that depend on nothing but columns */
  readonly #orders = new Map<string, Int32Array>();

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#names = parted(columns.names);
    this.#authors = parted(columns.authors);
    this.#agents = parted(columns.agents);
    this.#sources = parted(columns.sources);
  }

  get authors(): readonly string[] { return this.#authors; }
  get sources(): readonly string[] { return this.#sources; }

  arrange(how: Uint8Array, facts: Facts, asked: Asked): Arrangement {
    const { by, sort, group, closed, open, clock, oldDays } = asked, { rows, rowsOf } = this.#columns;
    let found = 0;
    for (let i = 0; i < rows; i++) if (how[i] !== 0) found++;
    const now = facts.marks ?? new Uint8Array(rows), sourceMarks = by === 'source' ? sourceMarksOf(this.#columns, now) : new Uint8Array(this.#sources.length);
    const isIn = (item: number): boolean => (by === 'row' ? how[item] !== 0 : listAt(rowsOf, item).some((row) => how[row] !== 0));
    const order = by === 'row' ? this.#rowOrder(sort, facts) : this.#sourceOrder(sort, facts);
    const size = by === 'row' ? rows : this.#sources.length;
    const { of, keys, titles } = this.#groupsOf(group, by, clock, oldDays);
    // a counting sort by group keeps the order within each
    const starts = new Int32Array(keys.length + 1), members = new Int32Array(order.length), counts = new Uint32Array(keys.length * COUNTS);
    for (const item of order) if (isIn(item)) starts[of[item]! + 1]!++;
    for (let g = 0; g < keys.length; g++) starts[g + 1]! += starts[g]!;
    const next = starts.slice(), itemMarks = by === 'row' ? now : sourceMarks;
    for (const item of order) {
      if (!isIn(item)) continue;
      const g = of[item]!;
      members[next[g]!++] = item;
      counts[g * COUNTS + itemMarks[item]!]!++;
      if (this.#isRisky(item, by, facts.risky)) counts[g * COUNTS + RISK]!++;
    }
    const isClosed = new Set(closed), isOpen = new Set(open), shut = Uint8Array.from(keys, (key) => (group !== 'none' && isClosed.has(key) ? 1 : 0));
    const places = new Int32Array(size).fill(-1), all = members.subarray(0, starts[keys.length]), lines: number[] = [];
    for (let g = 0; g < keys.length; g++) {
      if (starts[g] === starts[g + 1]) continue;
      if (group !== 'none') lines.push(g << 2 | line.group);
      if (shut[g] === 1) continue;
      for (let m = starts[g]!; m < starts[g + 1]!; m++) {
        const item = all[m]!;
        places[item] = lines.length;
        lines.push(item << 2 | (by === 'row' ? line.row : line.source));
        if (by === 'source' && isOpen.has(this.#sources[item]!)) for (const row of listAt(rowsOf, item).toReversed()) lines.push(row << 2 | line.nested);
      }
    }
    return { by, lines: Int32Array.from(lines), places, members: all.slice(), groups: { keys, titles, counts, starts, closed: shut }, found, how, sourceMarks };
  }

  #isRisky(item: number, by: 'row' | 'source', risky: Uint8Array | null): boolean {
    return risky !== null && (by === 'row' ? risky[item] === 1 : listAt(this.#columns.rowsOf, item).some((row) => risky[row] === 1));
  }

  #rowOrder(sort: Sort, { degree }: Facts): Int32Array {
    const { time, size, flags: flagged, rows } = this.#columns, names = this.#names;
    // ties by name, then id; few need the ids
    let ids: readonly string[] | null = null;
    const tie = (x: number, y: number): number => (names[x]! < names[y]! ? -1 : names[x]! > names[y]! ? 1 : (ids ??= parted(this.#columns.ids))[x]! < ids[y]! ? -1 : 1);
    const sorted = (compare: (x: number, y: number) => number): Int32Array => Int32Array.from({ length: rows }, (_, i) => i).sort((x, y) => compare(x, y) || tie(x, y));
    if (sort === 'conflicts') return degree === null ? this.#rowOrder('name', { degree } as Facts) : this.#kept(`row conflicts`, degree, () => sorted((x, y) => degree[y]! - degree[x]!));
    return this.#kept(`row ${sort}`, null, () => {
      switch (sort) {
        case 'name': return sorted(() => 0);
        case 'size': return sorted((x, y) => size[y]! - size[x]!);
        // what is being edited is newer than whatever was committed
        case 'newest': return sorted((x, y) => (flagged[y]! & flags.worktree) - (flagged[x]! & flags.worktree) || time[y]! - time[x]!);
      }
    });
  }

  #sourceOrder(sort: Sort, facts: Facts): Int32Array {
    const { rowsOf, time, size, flags: flagged } = this.#columns, names = this.#sources, n = names.length;
    const worth = (of: (row: number) => number, fold: (x: number, y: number) => number): Float64Array => Float64Array.from({ length: n }, (_, s) => listAt(rowsOf, s).reduce((sum, row) => fold(sum, of(row)), 0));
    const sorted = (by: Float64Array): Int32Array => Int32Array.from({ length: n }, (_, i) => i).filter((s) => listAt(rowsOf, s).length > 0).sort((x, y) => by[y]! - by[x]! || (names[x]! < names[y]! ? -1 : 1));
    const sum = (x: number, y: number): number => x + y, { degree } = facts;
    switch (sort) {
      case 'conflicts': return degree === null ? this.#sourceOrder('name', facts) : this.#kept('source conflicts', degree, () => sorted(worth((row) => degree[row]!, sum)));
      case 'name': return this.#kept('source name', null, () => sorted(new Float64Array(n)));
      case 'size': return this.#kept('source size', null, () => sorted(worth((row) => size[row]!, sum)));
      case 'newest': return this.#kept('source newest', null, () => sorted(worth((row) => (flagged[row]! & flags.worktree ? 1e15 : time[row]!), Math.max)));
    }
  }

  #keptFor = new Map<string, unknown>();
  /** `of`: what it depends on beside the columns. */
  #kept(name: string, of: unknown, make: () => Int32Array): Int32Array {
    let order = this.#orders.get(name);
    if (order === undefined || this.#keptFor.get(name) !== of) {
      this.#orders.set(name, (order = make()));
      this.#keptFor.set(name, of);
    }
    return order;
  }

  /** By row or source: its group. Groups in the order in which they are shown. */
  #groupsOf(group: Grouping, by: 'row' | 'source', clock: Clock, oldDays: number): { readonly of: Int32Array; readonly keys: readonly string[]; readonly titles: readonly string[] } {
    const { author, agent, time, standing, flags: flagged, rowsOf, sourcesOf, rows } = this.#columns, n = by === 'row' ? rows : this.#sources.length;
    const newest = (source: number): number => listAt(rowsOf, source).reduce((best, row) => (isLater(row, best) ? row : best), listAt(rowsOf, source)[0] ?? 0);
    const isLater = (row: number, than: number): boolean => (flagged[row]! & flags.worktree) > (flagged[than]! & flags.worktree) || time[row]! > time[than]!;
    // a source is its tip's author's, and as old as its newest
    const rowFor = (item: number): number => (by === 'row' ? item : group === 'age' ? newest(item) : listAt(rowsOf, item).at(-1) ?? 0);
    const fixed = (titles: readonly (readonly [key: string, title: string])[], of: (item: number) => number) => ({ of: Int32Array.from({ length: n }, (_, i) => of(i)), keys: titles.map(([key]) => `${group}:${key}`), titles: titles.map(([, title]) => title) });
    switch (group) {
      case 'none': return { of: new Int32Array(n), keys: [`${group}:`], titles: [''] };
      case 'author': return this.#named(group, Int32Array.from({ length: n }, (_, i) => author[rowFor(i)]!), this.#authors, '');
      case 'agent': return this.#named(group, Int32Array.from({ length: n }, (_, i) => agent[rowFor(i)]!), this.#agents, 'People');
      case 'folder': {
        const folders: string[] = [], numbers = new Map<string, number>();
        const number = (name: string): number => {
          const folder = folderOf(name);
          if (folder === '') return -1;
          let at = numbers.get(folder);
          if (at === undefined) numbers.set(folder, (at = folders.push(folder) - 1));
          return at;
        };
        const of = Int32Array.from({ length: n }, (_, i) => { const source = by === 'source' ? i : listAt(sourcesOf, i)[0]; return number(source === undefined ? '' : this.#sources[source]!); });
        return this.#named(group, of, folders.map((folder) => `${folder}/`), 'In no folder');
      }
      case 'state': return fixed([['exact', 'Carries onto the base'], ['stale', 'Needs a rebase'], ['inexact', 'Not yet exact']], (item) => (by === 'row' ? standing[item]! : Math.max(0, ...Array.from(listAt(rowsOf, item), (row) => [0, 2, 1][standing[row]!]!)) === 2 ? 1 : listAt(rowsOf, item).some((row) => standing[row] === 2) ? 2 : 0));
      case 'age': {
        const today = timeOf('today', clock)!;
        const steps = ([['today', 'Today', 1], ['week', 'The last 7 days', 7], ['month', 'The last 30 days', 30], ['year', 'The last 12 months', 365]] as const).filter(([, , days]) => days < oldDays);
        const limits = [...steps.map(([, , days]) => today - (days - 1) * 86_400), today - (oldDays - 1) * 86_400];
        return fixed([['live', 'Being edited'], ...steps.map(([key, title]) => [key, title] as const), ['recent', `Up to ${oldDays} days old`], ['old', `Older than ${oldDays} days`]], (item) => {
          const row = rowFor(item);
          if (flagged[row]! & flags.worktree) return 0;
          const at = limits.findIndex((limit) => time[row]! >= limit);
          return at < 0 ? limits.length + 1 : at + 1;
        });
      }
    }
  }

  /** The larger first, whatever is found, so that typing does not move them; ties by name; what has none last. */
  #named(group: Grouping, of: Int32Array, names: readonly string[], none: string): { readonly of: Int32Array; readonly keys: readonly string[]; readonly titles: readonly string[] } {
    const sizes = new Int32Array(names.length);
    for (const g of of) if (g >= 0) sizes[g]!++;
    const order = Int32Array.from(names, (_, i) => i).sort((x, y) => sizes[y]! - sizes[x]! || (names[x]! < names[y]! ? -1 : 1)), place = new Int32Array(names.length);
    order.forEach((g, i) => { place[g] = i; });
    return { of: of.map((g) => (g < 0 ? names.length : place[g]!)), keys: [...Array.from(order, (g) => `${group}:${names[g]!}`), `${group}:`], titles: [...Array.from(order, (g) => names[g]!), none] };
  }
}
