// Sharing items out to people at the least cost: 2,000 items to 2,000 people, every pair allowed, and the best but one at that size. Beside the
// textbook's Hungarian method on the same costs; the bar is 2 s each. All answers are checked: the two methods' costs, and cost = bound.
import { cpus } from 'node:os';
import { assign, secondBest, type Shares } from '../app/core/collaboration/assignment.ts';
import { hungarian } from '../testkit/assignmentTwin.ts';
import { Random } from '../testkit/random.ts';
import type { Benchmark, Row } from './report.ts';

const SIZE = 2000, BAR_MS = 2000;

function costs(items: number, people: number, of: (item: number, person: number) => number, each = 1): Shares {
  return { items, people, most: new Uint32Array(people).fill(each), cost: Float64Array.from({ length: items * people }, (_, at) => of(Math.floor(at / people), at % people)) };
}

/** Costs of each kind that make this hard in their own way. */
function kinds(): (readonly [string, Shares])[] {
  const random = new Random(6), share = (): number => random.next() / 2 ** 32;
  const spots = Array.from({ length: 40 }, () => [share(), share()] as const);
  const near = (): readonly [number, number] => { const [x, y] = random.pick(spots); return [x + 0.02 * share(), y + 0.02 * share()]; };
  const item = Array.from({ length: SIZE }, near), person = Array.from({ length: SIZE }, near);
  const know = Array.from({ length: SIZE }, share), weight = Array.from({ length: SIZE }, share);
  return [
    ['random', costs(SIZE, SIZE, share)],
    // items and people in 40 spots of a plane: who is near is near to many
    ['clustered', costs(SIZE, SIZE, (i, p) => Math.hypot(item[i]![0] - person[p]![0], item[i]![1] - person[p]![1]))],
    ['ties', costs(SIZE, SIZE, () => random.below(5))],
    // the same people know everything: everybody competes for them
    ['skewed', costs(SIZE, SIZE, (_, p) => know[p]! * (0.9 + 0.2 * share()))],
    // and most those with whom it matters most: paths of moves go through nearly everybody
    ['product', costs(SIZE, SIZE, (i, p) => (1 - weight[i]! * weight[p]!) * (0.9 + 0.2 * share()))],
    // half as many people again as needed, so that prices must find who is left out
    ['spare', costs(SIZE, 1.5 * SIZE, (i, p) => p < SIZE ? Math.hypot(item[i]![0] - person[p]![0], item[i]![1] - person[p]![1]) : 0.3 + 0.5 * share())],
    ['forbidden', costs(SIZE, SIZE, () => share() < 0.9 ? Infinity : share())],
    ['limits', costs(SIZE, SIZE / 5, (i, p) => Math.hypot(item[i]![0] - person[p]![0], item[i]![1] - person[p]![1]), 5)],
  ];
}

function processor<T>(work: () => T): readonly [T, number] {
  const before = process.cpuUsage(), result = work(), { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1000];
}

const benchmark: Benchmark = {
  what: `${SIZE} × ${SIZE} dense, processor time (${cpus().length} cores, maybe loaded); peer: the textbook's Hungarian method; bar ${BAR_MS} ms`,
  async run() {
    const rows: Row[] = [];
    let missed = 0;
    for (const [name, shares] of kinds()) {
      assign({ ...shares, items: 100, cost: shares.cost.subarray(0, 100 * shares.people) });
      const [shared, ms] = processor(() => assign(shares)), [second, secondMs] = processor(() => secondBest(shares, shared));
      // the textbook's method has no forbidden pairs: there they cost more than all others together
      const [peer, peerMs] = processor(() => hungarian({ ...shares, cost: shares.cost.map((c) => Math.min(c, SIZE)) }));
      if (shared.cost !== shared.bound || Math.abs(shared.cost - peer) > shares.items * shared.quantum) throw new Error(`${name}: cost ${shared.cost}, bound ${shared.bound}, the textbook's ${peer}`);
      if (second === null || second.cost < shared.cost) throw new Error(`${name}: the best but one cannot be`);
      if (ms >= BAR_MS) missed++;
      rows.push(
        { metric: `assign_${name}_ms`, value: ms, unit: 'ms', peer: 'Hungarian method', peerValue: peerMs, ratio: peerMs / ms },
        { metric: `second_best_${name}_ms`, value: secondMs, unit: 'ms' },
      );
    }
    return [...rows, { metric: 'bars_missed', value: missed, unit: `of ${rows.length / 2}` }];
  },
};
export default benchmark;
