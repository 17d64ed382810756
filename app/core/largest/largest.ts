// The heaviest set of a problem: taken apart into components that nothing binds, each searched exactly as long as there is time. Deterministic:
// the same problem, item for item, gives the same set wherever it is proven optimal.
import { type Instance, instanceOf } from './instance.ts';
import type { Going, Largest, Problem } from './model.ts';
import { type Found, type Part, greedy, search } from './search.ts';

/** Told as it goes: the weight of the best set so far, and what none exceeds. */
export type Report = (weight: number, bound: number) => void;

export function largest(problem: Problem, going: Going, report: Report = () => {}): Largest {
  const instance = instanceOf(problem), chosen = new Uint8Array(problem.count);
  const parts = partsOf(instance);
  const found: Found[] = parts.map(({ part }) => ({ ...greedy(part), bound: part.weights.reduce((a, b) => a + b, 0) }));
  const sum = (of: (f: Found) => number): number => found.reduce((total, f) => total + of(f), 0);
  report(sum((f) => f.weight), sum((f) => f.bound));
  // small ones first: they are done soon
  const order = parts.map((_, i) => i).sort((x, y) => parts[x]!.part.count - parts[y]!.part.count || x - y);
  for (const i of order) {
    if (found[i]!.weight < found[i]!.bound) {
      found[i] = search(parts[i]!.part, found[i]!, going, 1e-9 * found[i]!.bound);
      report(sum((f) => f.weight), sum((f) => f.bound));
    }
    parts[i]!.items.forEach((item, k) => { chosen[item] = found[i]!.chosen[k]!; });
  }
  const items = Uint32Array.from(chosen.keys().filter((i) => chosen[i] === 1));
  const weight = items.reduce((total, i) => total + problem.weights[i]!, 0);
  const isOptimal = found.every((f) => f.bound <= f.weight);
  return { chosen: items, weight, bound: isOptimal ? weight : Math.max(weight, sum((f) => f.bound)), optimal: isOptimal };
}

interface Own { readonly part: Part; readonly items: Int32Array }

/** Components over hard pairs, dependencies and guards. */
function partsOf(instance: Instance): Own[] {
  const { count, weights, usable, below, above, hard, guards } = instance;
  const parent = Int32Array.from({ length: count }, (_, i) => i);
  const find = (i: number): number => { while (parent[i] !== i) { parent[i] = parent[parent[i]!]!; i = parent[i]!; } return i; };
  const join = (a: number, b: number): void => { const x = find(a), y = find(b); parent[Math.max(x, y)] = Math.min(x, y); };
  for (let i = 0; i < count; i++) {
    if (usable[i] === 0) continue;
    for (let k = below.first[i]!; k < below.first[i + 1]!; k++) join(i, below.at[k]!);
    for (let k = hard.first[i]!; k < hard.first[i + 1]!; k++) join(i, hard.at[k]!);
  }
  for (const { members, escapes } of guards) for (const item of [...members, ...escapes]) join(members[0]!, item);
  const own = new Map<number, number[]>(), numbers = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    if (usable[i] === 0) continue;
    const root = find(i);
    if (!own.has(root)) own.set(root, []);
    numbers[i] = own.get(root)!.push(i) - 1;
  }
  const guardsOf = new Map<number, Instance['guards'][number][]>();
  for (const guard of guards) { const root = find(guard.members[0]!); guardsOf.set(root, [...guardsOf.get(root) ?? [], guard]); }
  const renamed = (items: readonly number[] | Int32Array): Int32Array => Int32Array.from(items, (item) => numbers[item]!);
  return [...own].map(([root, items]) => {
    const lists = ({ first, at }: Instance['below']): Int32Array[] => items.map((i) => renamed(at.subarray(first[i], first[i + 1])));
    return {
      items: Int32Array.from(items),
      part: {
        count: items.length, weights: Float64Array.from(items, (i) => weights[i]!), below: lists(below), above: lists(above), hard: lists(hard),
        guards: (guardsOf.get(root) ?? []).map(({ members, escapes }) => ({ members: renamed(members), escapes: renamed(escapes) })),
      },
    };
  });
}
