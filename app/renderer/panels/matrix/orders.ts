// In which order the matrix stands where not by its blocks: by people, by age, by name. Pure. Those of no conflict are left out, as of the blocks.
import type { AcuRow, Order } from '../../../workers/client.ts';

export const orderings = ['blocks', 'author', 'newest', 'name'] as const;
export type Ordering = (typeof orderings)[number];
export const orderingNames: Readonly<Record<Ordering, string>> = { blocks: 'Blocks', author: 'Author', newest: 'Newest first', name: 'Name' };

/** Groups with what each is called. */
export interface Named { readonly order: Order; readonly groupNames: readonly string[] }

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** `inPair`: of each node, whether it has any pair. */
export function orderBy(kind: Exclude<Ordering, 'blocks'>, rows: readonly AcuRow[], inPair: Uint8Array): Named {
  const shown = rows.filter((row) => inPair[row.index] === 1);
  if (kind === 'author') {
    const byPerson = Map.groupBy(shown, (row) => `${row.author}\n${row.email}`);
    const people = [...byPerson.values()].sort((x, y) => y.length - x.length || collator.compare(x[0]!.author, y[0]!.author));
    const groups = [0];
    for (const list of people) { list.sort((x, y) => y.time - x.time || x.index - y.index); groups.push(groups.at(-1)! + list.length); }
    return { order: { nodes: Int32Array.from(people.flat(), (row) => row.index), groups: Int32Array.from(groups) }, groupNames: people.map((list) => list[0]!.author) };
  }
  const sorted = shown.toSorted((x, y) => (kind === 'newest' ? y.time - x.time : collator.compare(x.name, y.name)) || x.index - y.index);
  return { order: { nodes: Int32Array.from(sorted, (row) => row.index), groups: Int32Array.of(0, sorted.length) }, groupNames: [] };
}

/** Which nodes are a side of any pair. */
export function paired(nodes: number, a: Int32Array, b: Int32Array): Uint8Array {
  const out = new Uint8Array(nodes);
  for (let i = 0; i < a.length; i++) { out[a[i]!] = 1; out[b[i]!] = 1; }
  return out;
}
