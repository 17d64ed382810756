// What rows and columns of a matrix are called.
import type { Heat } from '../../../core/collaboration/report.ts';
import { useReplica } from '../../state/replica.ts';
import type { Called } from './names.ts';
import { pathWords } from './words.ts';

/** `i`: a place in the matrix's own rows or columns. */
export function sideNamer(heat: Heat, { person, acu }: Pick<Called, 'person' | 'acu'>): (side: 'row' | 'col', i: number) => string {
  const { rows: acus } = useReplica.getState();
  return (side, i) => {
    const index = (side === 'row' ? heat.rows : heat.cols)[i], of = heat.of[side === 'row' ? 0 : 1];
    if (index === undefined) return '';
    switch (of) {
      case 'person': return person(index);
      case 'directory': return pathWords(heat.directories[index]!);
      case 'file': return pathWords(heat.directories[index]!);
      case 'acu': { const row = acus[index]; return row === undefined ? String(index) : acu(row.id); }
    }
  };
}
