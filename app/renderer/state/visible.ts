// What the overview's list shows, as the search worker arranged it: lines by index into the rows of one generation. Others read the order here:
// the selection's ranges, the arrows, "select all". Written by app/searching.ts alone.
import { create } from 'zustand';
import type { AcuId } from '../../core/bytes.ts';
import type { Reason } from '../../core/search/matching.ts';
import { line, lineIndex, lineKind } from '../../workers/client.ts';
import type { AcuRow, Arrangement, SourceRow } from '../../workers/client.ts';
import { useReplica } from './replica.ts';
import type { Order } from './selection.ts';

/** Which ACUs are found, without a list of them. */
export interface Found { readonly size: number; has(id: AcuId): boolean; /** by row: 1 where it was looked for and not found, for who asks of all of them */ missed(of: readonly AcuRow[]): Uint8Array }

export interface VisibleState {
  /** what the lines are indices into */
  readonly rows: readonly AcuRow[];
  readonly sources: readonly SourceRow[];
  readonly arrangement: Arrangement | null;
  /** what was searched for: words that rows are marked by */
  readonly text: string;
  readonly at: Found;
  /** by row, of those on screen: why a search found it, null where it shows that itself */
  readonly reasons: ReadonlyMap<number, Reason | null>;
  /** rows whose symbols can be searched */
  readonly symbols: number;
  /** what it is made of has changed since, and its lines are being found anew */
  readonly busy: boolean;
}

const nothingFound: Found = { size: 0, has: () => false, missed: (of) => new Uint8Array(of.length) };

export const useVisible = create<VisibleState>(() => ({ rows: [], sources: [], arrangement: null, text: '', at: nothingFound, reasons: new Map(), symbols: 0, busy: false }));

export function foundOf(rows: readonly AcuRow[], { found, how }: Arrangement): Found {
  const index = (id: AcuId): number => {
    const row = useReplica.getState().byId.get(id);
    // of another generation: by its id, if it is still there
    return row === undefined || rows[row.index]?.id !== id ? -1 : row.index;
  };
  const has = (id: AcuId): boolean => { const i = index(id); return i >= 0 && how[i] !== 0; };
  return { size: found, has, missed: (of) => (of === rows ? how.map((one) => Number(one === 0)) : Uint8Array.from(of, ({ id }) => Number(!has(id)))) };
}

type Lines = Pick<VisibleState, 'rows' | 'sources' | 'arrangement'>;
const none: readonly AcuId[] = [];

/** The ACUs that a line is about: its own, all of a source, none of a heading. The first is the one it is known by. */
export function acusAt({ rows, sources, arrangement }: Lines, at: number): readonly AcuId[] {
  const code = arrangement?.lines[at];
  if (code === undefined) return none;
  switch (lineKind(code)) {
    case line.row: case line.nested: return [rows[lineIndex(code)]!.id];
    // its tip's own last; that one the source is known by
    case line.source: return sources[lineIndex(code)]!.acus.toReversed();
    default: return none;
  }
}

/** The lines as an order of ACUs: headings have none. */
export function orderOf(lines: Lines): Order {
  const { arrangement, rows } = lines;
  return {
    length: arrangement?.lines.length ?? 0,
    at: (i) => acusAt(lines, i)[0],
    indexOf(id) {
      if (arrangement === null) return -1;
      const index = useReplica.getState().byId.get(id)?.index ?? -1;
      if (arrangement.by === 'row') return index >= 0 && rows[index]?.id === id ? arrangement.places[index]! : -1;
      for (let i = 0; i < arrangement.lines.length; i++) if (acusAt(lines, i)[0] === id) return i;
      return -1;
    },
    slice(from, to) {
      const out: AcuId[] = [];
      for (let i = Math.max(0, from); i < Math.min(to, this.length); i++) out.push(...acusAt(lines, i));
      return out;
    },
  };
}

/** The ACUs of a group, or of all that was found: those of closed groups too. */
export function membersOf({ rows, sources, arrangement }: Lines, group: number | null): readonly AcuId[] {
  if (arrangement === null) return none;
  const { members, groups: { starts }, by } = arrangement, [from, to] = group === null ? [0, members.length] : [starts[group]!, starts[group + 1]!];
  if (by === 'row') return Array.from(members.subarray(from, to), (row) => rows[row]!.id);
  return [...new Set(Array.from(members.subarray(from, to), (source) => sources[source]!.acus).flat())];
}

/** Indices of the rows on some lines: their marks are asked for first. */
export function rowsBetween({ rows, sources, arrangement }: Lines, from: number, to: number): number[] {
  const out: number[] = [];
  for (let i = from; i <= to && arrangement !== null && i < arrangement.lines.length; i++) {
    const code = arrangement.lines[i]!;
    if (lineKind(code) === line.source) { for (const id of sources[lineIndex(code)]!.acus) { const row = useReplica.getState().byId.get(id); if (row !== undefined && rows[row.index]?.id === id) out.push(row.index); } } else if (lineKind(code) !== line.group) out.push(lineIndex(code));
  }
  return out;
}
