// Which lines of a text stand out, and where one begins to read it: a side's changes, the places of a conflict, the markers of a merge.
import { Chunk } from '@codemirror/merge';
import { Text } from '@codemirror/state';
import { lineChanges } from './lineDiff.ts';

/** 0-based lines [start, end). */
export type Places = readonly { readonly start: number; readonly end: number }[];
export type MarkOf = 'place' | 'changed' | 'marker';
export interface Asked {
  /** what differs from this is marked */ readonly against: string | null;
  /** of `against`: what changes these is read before any other change */ readonly about: Places;
  readonly places: Places;
  readonly markers: boolean;
}

const MARKER = /^(<{7}|={7}|>{7}|\|{7})( |$)/;

/** Which lines (1-based) are which, the last word on a line wins; and the one to begin reading at. */
export function marked(doc: Text, { against, about, places, markers }: Asked): { readonly lines: ReadonlyMap<number, MarkOf>; readonly first: number | null } {
  const lines = new Map<number, MarkOf>();
  let first: number | null = null;
  if (against !== null) {
    const base = Text.of(against.split('\n'));
    for (const chunk of Chunk.build(base, doc, { scanLimit: 5000, timeout: 100, override: lineChanges })) {
      // places are intervals between lines: one that only touches a change is about it
      const start = base.lineAt(Math.min(base.length, chunk.fromA)).number - 1, end = chunk.toA > chunk.fromA ? base.lineAt(Math.min(base.length, Math.max(chunk.fromA, chunk.endA))).number : start;
      if (first === null && about.some((place) => place.start <= end && start <= place.end)) first = doc.lineAt(Math.min(doc.length, chunk.fromB)).number;
      if (chunk.fromB >= chunk.endB && chunk.fromB >= doc.length) continue;
      const last = doc.lineAt(Math.min(doc.length, Math.max(chunk.fromB, chunk.endB))).number;
      for (let n = doc.lineAt(Math.min(doc.length, chunk.fromB)).number; chunk.toB > chunk.fromB && n <= last; n++) lines.set(n, 'changed');
    }
  }
  for (const { start, end } of places) for (let n = start + 1; n <= Math.min(doc.lines, Math.max(end, start + 1)); n++) lines.set(n, 'place');
  if (markers) for (let n = 1; n <= doc.lines; n++) if (MARKER.test(doc.line(n).text)) lines.set(n, 'marker');
  return { lines, first: first ?? (lines.size === 0 ? null : Math.min(...lines.keys())) };
}
