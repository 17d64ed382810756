// Marks as bytes: how the replica's worker answers for thousands of ACUs at once.
import { marks } from '../../workers/client.ts';
import type { Mark } from '../../workers/client.ts';

export const markIndex = (mark: Mark): number => marks.indexOf(mark);
export const markOf = (index: number | undefined): Mark => marks[index ?? 0] ?? 'unknown';
