// The list's lines as items: made for those on screen, from the arrangement that the search worker sent. Pure.
import type { GridItem, GridLines } from '../../components/AcuGrid.tsx';
import { acusAt, orderOf } from '../../state/visible.ts';
import type { VisibleState } from '../../state/visible.ts';
import { line, lineIndex, lineKind } from '../../../workers/client.ts';
import type { AcuRow, SourceRow } from '../../../workers/client.ts';

export type OverviewItem = GridItem & (
  | { readonly kind: 'row'; readonly row: AcuRow; readonly level: number; /** under a source */ readonly nested: boolean }
  | { readonly kind: 'source'; readonly source: SourceRow; readonly index: number; readonly level: number }
  | { readonly kind: 'group'; readonly group: number });

type Shown = Pick<VisibleState, 'rows' | 'sources' | 'arrangement'>;

export function linesOf(shown: Shown, open: ReadonlySet<string>): GridLines<OverviewItem> {
  const { rows, sources, arrangement } = shown, codes = arrangement?.lines ?? new Int32Array(0), order = orderOf(shown);
  const deep = arrangement !== null && arrangement.lines.length > 0 && lineKind(arrangement.lines[0]!) === line.group ? 2 : 1;
  let places: Map<string, number> | null = null;
  return {
    length: codes.length, order,
    at(at): OverviewItem {
      const code = codes[at]!, index = lineIndex(code);
      switch (lineKind(code)) {
        case line.group: return { kind: 'group', key: `group-${index}`, acu: null, expanded: arrangement!.groups.closed[index] === 0, group: index };
        case line.source: return { kind: 'source', key: `source-${index}`, acu: acusAt(shown, at)[0] ?? null, ...sources[index]!.acus.length > 1 && { expanded: open.has(sources[index]!.name) }, source: sources[index]!, index, level: deep };
        case line.nested: {
          let above = at - 1;
          while (above > 0 && lineKind(codes[above]!) !== line.source) above--;
          return { kind: 'row', key: `nested-${lineIndex(codes[above]!)}-${index}`, acu: rows[index]!.id, row: rows[index]!, level: deep + 1, nested: true };
        }
        default: return { kind: 'row', key: rows[index]!.id, acu: rows[index]!.id, row: rows[index]!, level: deep, nested: false };
      }
    },
    placeOfKey: (key) => {
      if (places === null) {
        places = new Map();
        for (let i = 0; i < codes.length; i++) if (lineKind(codes[i]!) === line.group) places.set(`group-${lineIndex(codes[i]!)}`, i);
      }
      return places.get(key) ?? -1;
    },
  };
}

