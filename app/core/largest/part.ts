// Parts of a problem that nothing binds to one another, each by its own numbers; and what is left of one when some of its items are decided.
import type { Instance, Lists } from './instance.ts';

/** Items are the part's own numbers, from 0, those with more conflicts first; lists ascend. A guard without members asks for one of its escapes. */
export interface Part {
  readonly count: number;
  readonly weights: Float64Array;
  /** all that each requires, and all that require it, itself included */
  readonly below: readonly Int32Array[];
  readonly above: readonly Int32Array[];
  readonly hard: readonly Int32Array[];
  readonly guards: readonly { readonly members: Int32Array; readonly escapes: Int32Array }[];
}

/** What is decided of an item. */
export const OPEN = 0, IN = 1, OUT = 2;

/** `items`: what its numbers are where it was cut out of. */
export interface Cut { readonly part: Part; readonly items: Int32Array }

/** An instance as one part, its own numbers kept, and what is decided of them: what cannot be chosen is out. */
export function wholeOf({ count, weights, usable, below, above, hard, guards }: Instance): { readonly part: Part; readonly state: Uint8Array } {
  const lists = ({ first, at }: Lists): Int32Array[] => Array.from({ length: count }, (_, i) => at.subarray(first[i], first[i + 1]));
  return {
    part: { count, weights, below: lists(below), above: lists(above), hard: lists(hard), guards: guards.map(({ members, escapes }) => ({ members: Int32Array.from(members), escapes: Int32Array.from(escapes) })) },
    state: usable.map((yes) => (yes === 1 ? OPEN : OUT)),
  };
}

/** The open items by components over hard pairs, dependencies and guards. What follows from what is decided has been decided, too. */
export function cut(part: Part, state: Uint8Array): Cut[] {
  const { count, below, hard } = part;
  const parent = Int32Array.from({ length: count }, (_, i) => i);
  const find = (i: number): number => { while (parent[i] !== i) { parent[i] = parent[parent[i]!]!; i = parent[i]!; } return i; };
  const join = (a: number, b: number): number => { const x = find(a), y = find(b); return parent[Math.max(x, y)] = Math.min(x, y); };
  for (let i = 0; i < count; i++) {
    if (state[i] !== OPEN) continue;
    const near = hard[i]!;
    let root = find(i);
    for (let k = 0; k < near.length; k++) { const other = near[k]!; if (other > i && parent[other] !== root && state[other] === OPEN) root = join(root, other); }
    for (const lower of below[i]!) if (state[lower] === OPEN) join(i, lower);
  }
  for (const { members, escapes } of openGuards(part, state)) {
    const first = members.length > 0 ? members[0]! : escapes[0]!;
    for (const m of members) join(first, m);
    for (const e of escapes) join(first, e);
  }
  return gathered(part, state, find);
}

/** The open items as one part. */
export function open(part: Part, state: Uint8Array): Cut {
  return gathered(part, state, () => 0)[0] ?? { part: { count: 0, weights: new Float64Array(0), below: [], above: [], hard: [], guards: [] }, items: new Int32Array(0) };
}

function openGuards({ guards }: Part, state: Uint8Array): Part['guards'] {
  return guards.filter(({ members, escapes }) => !members.some((m) => state[m] === OUT) && !escapes.some((e) => state[e] === IN))
    .map(({ members, escapes }) => ({ members: members.filter((m) => state[m] === OPEN), escapes: escapes.filter((e) => state[e] === OPEN) }));
}

/** The open items, those of one `root` together; in each part those with more conflicts first, so that lists of them are in that order, too. */
function gathered(part: Part, state: Uint8Array, root: (item: number) => number): Cut[] {
  const { count, weights, below, above, hard } = part, degree = new Int32Array(count), own = new Map<number, number[]>(), guarded = new Map<number, Part['guards'][number][]>();
  for (let i = 0; i < count; i++) {
    if (state[i] !== OPEN) continue;
    const near = hard[i]!, at = root(i), items = own.get(at);
    let open = 0;
    for (let k = 0; k < near.length; k++) if (state[near[k]!] === OPEN) open++;
    degree[i] = open;
    if (items === undefined) own.set(at, [i]); else items.push(i);
  }
  for (const guard of openGuards(part, state)) {
    const at = root(guard.members.length > 0 ? guard.members[0]! : guard.escapes[0]!), of = guarded.get(at);
    if (of === undefined) guarded.set(at, [guard]); else of.push(guard);
  }
  const numbers = new Int32Array(count);
  return [...own].map(([at, found]) => {
    const items = Int32Array.from(found).sort((a, b) => degree[b]! - degree[a]! || a - b);
    for (let number = 0; number < items.length; number++) numbers[items[number]!] = number;
    const numbered = (list: Int32Array): Int32Array => list.map((item) => numbers[item]!).sort();
    return {
      items,
      part: {
        count: items.length, weights: Float64Array.from(items, (i) => weights[i]!),
        below: naming(items, above, items.map((i) => below[i]!.length), state, numbers), above: naming(items, below, items.map((i) => above[i]!.length), state, numbers), hard: naming(items, hard, items.map((i) => degree[i]!), state, numbers),
        guards: (guarded.get(at) ?? []).map(({ members, escapes }) => ({ members: numbered(members), escapes: numbered(escapes) })),
      },
    };
  });
}

/** Of each item, by its number, the open ones whose list names it: ascending. `most`: how many can. */
function naming(items: Int32Array, lists: readonly Int32Array[], most: Int32Array, state: Uint8Array, numbers: Int32Array): Int32Array[] {
  const { length } = items, first = new Int32Array(length), next = new Int32Array(length);
  let room = 0;
  for (let number = 0; number < length; number++) { first[number] = next[number] = room; room += most[number]!; }
  const at = new Int32Array(room);
  for (let number = 0; number < length; number++) {
    const list = lists[items[number]!]!;
    for (let k = 0; k < list.length; k++) { const other = list[k]!; if (state[other] === OPEN) at[next[numbers[other]!]!++] = number; }
  }
  return Array.from(first, (from, number) => at.subarray(from, next[number]));
}
