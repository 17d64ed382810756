// Small random problems of the largest composition, with everything that makes them awkward: stacks and diamonds, weights of nothing, equal and
// fractional ones, barred items, refused sets, pairs answered from above.
import type { Problem } from '../app/core/largest/model.ts';
import type { Random } from './random.ts';

export function randomProblem(random: Random, most: number): Problem {
  const count = random.between(1, most);
  const requiring = random.pick([0, 0.1, 0.3, 0.6]), density = random.pick([0.03, 0.1, 0.2, 0.4, 0.7]), inherits = random.pick([0, 0.5, 0.9, 1]);
  const numbers = random.shuffle(Array.from({ length: count }, (_, i) => i));
  const requires: number[][] = Array.from({ length: count }, () => []);
  // lower ones come first in `numbers`
  for (let i = 1; i < count; i++) if (random.chance(requiring)) {
    const lower = random.shuffle(numbers.slice(Math.max(0, i - 6), i)).slice(0, random.pick([1, 1, 1, 2, 3]));
    requires[numbers[i]!]!.push(...lower);
  }
  const conflicting = new Set<number>(), conflicts: number[] = [];
  const has = (a: number, b: number): boolean => conflicting.has(Math.min(a, b) * count + Math.max(a, b));
  // what stands on one of a pair mostly conflicts with the other, too
  for (let i = 1; i < count; i++) for (let j = 0; j < i; j++) {
    const a = numbers[i]!, b = numbers[j]!;
    const from = requires[a]!.some((lower) => has(lower, b)) || requires[b]!.some((lower) => has(lower, a));
    if (random.chance(from ? Math.max(inherits, density) : density)) conflicting.add(Math.min(a, b) * count + Math.max(a, b));
  }
  for (const key of [...conflicting].sort((x, y) => x - y)) conflicts.push(Math.floor(key / count), key % count);
  const kind = random.pick(['unit', 'small', 'fraction', 'large', 'zeros'] as const);
  const weight = (): number => kind === 'unit' ? 1 : kind === 'small' ? random.between(1, 4) : kind === 'fraction' ? random.below(1000) / 128 + 0.1 : kind === 'large' ? random.between(1, 5000) : random.pick([0, 0, 1, 2]);
  const some = (chance: number): number[] => numbers.filter(() => random.chance(chance)).sort((a, b) => a - b);
  const refused = random.chance(0.3) ? Array.from({ length: random.between(1, 4) }, () => random.shuffle([...numbers]).slice(0, Math.min(count, random.pick([1, 2, 3, 3, 4])))) : [];
  return {
    count, requires, refused,
    weights: Float64Array.from({ length: count }, weight), conflicts: Uint32Array.from(conflicts), barred: random.chance(0.2) ? some(0.1) : [],
  };
}
