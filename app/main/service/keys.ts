// Names of sets of ACUs: by which they are, and by what they are made of.
import { createHash } from 'node:crypto';
import type { AcuId } from '../../core/bytes.ts';
import type { Moment } from './reading.ts';

/** A set of ACUs, whatever it is of. */
export function setKey(ids: readonly AcuId[]): string {
  const sum = createHash('sha256');
  for (const id of [...new Set(ids)].sort()) sum.update(id);
  return sum.digest('base64');
}

/** What is made of the base's tree and of these segments with all that is below them, and of nothing else but `more`. */
export function contentKey(moment: Moment, tops: readonly number[], more: readonly string[]): string {
  const { tables, index } = moment.engine, below = new Set<number>();
  for (const top of tops) for (const s of index.closure(top)) below.add(s);
  const sum = createHash('sha256').update(JSON.stringify([tables.base, tables.baseTree, ...more]));
  for (const key of [...below].map((s) => moment.key(s)).sort()) sum.update(key);
  return sum.digest('base64');
}
