// Slow, obvious answers to sharing out items: every way there is, and the textbook's Hungarian method with a column for each place a person has.
import type { Shares } from '../app/core/collaboration/assignment.ts';

export interface Ways { /** given to nobody in the best of them */ readonly left: number; readonly cost: number; /** of the best but one; null: there is one way only */ readonly second: number | null }

/** All (people + 1)^items ways: as few items as possible left to nobody, then the cheapest. */
export function everyWay({ items, people, cost, most }: Shares): Ways {
  const load = new Uint32Array(people);
  let left = Infinity, best = Infinity, second = Infinity;
  const go = (item: number, nobody: number, sum: number): void => {
    if (item === items) {
      if (nobody < left) { left = nobody; best = sum; second = Infinity; }
      else if (nobody === left && sum < best) { second = best; best = sum; }
      else if (nobody === left && sum < second) second = sum;
      return;
    }
    for (let p = 0; p < people; p++) {
      const c = cost[item * people + p]!;
      if (c === Infinity || load[p]! >= most[p]!) continue;
      load[p]!++;
      go(item + 1, nobody, sum + c);
      load[p]!--;
    }
    go(item + 1, nobody + 1, sum);
  };
  go(0, 0, 0);
  return { left, cost: best, second: second === Infinity ? null : second };
}

/** The least cost by the Hungarian method (Kuhn 1955 in Munkres' form, O(items²·places)), where everything can be given. */
export function hungarian({ items, people, cost, most }: Shares): number {
  const person: number[] = [];
  for (let p = 0; p < people; p++) for (let place = 0; place < Math.min(most[p]!, items); place++) person.push(p);
  const places = person.length, u = new Float64Array(items + 1), v = new Float64Array(places + 1);
  const holder = new Int32Array(places + 1), way = new Int32Array(places + 1);
  for (let item = 1; item <= items; item++) {
    holder[0] = item;
    const least = new Float64Array(places + 1).fill(Infinity), used = new Uint8Array(places + 1);
    let at = 0;
    do {
      used[at] = 1;
      const row = holder[at]!;
      let delta = Infinity, next = 0;
      for (let j = 1; j <= places; j++) {
        if (used[j] === 1) continue;
        const d = cost[(row - 1) * people + person[j - 1]!]! - u[row]! - v[j]!;
        if (d < least[j]!) { least[j] = d; way[j] = at; }
        if (least[j]! < delta) { delta = least[j]!; next = j; }
      }
      for (let j = 0; j <= places; j++) {
        if (used[j] === 1) { u[holder[j]!]! += delta; v[j]! -= delta; } else least[j]! -= delta;
      }
      at = next;
    } while (holder[at] !== 0);
    do { const before = way[at]!; holder[at] = holder[before]!; at = before; } while (at !== 0);
  }
  let sum = 0;
  for (let j = 1; j <= places; j++) if (holder[j] !== 0) sum += cost[(holder[j]! - 1) * people + person[j - 1]!]!;
  return sum;
}
