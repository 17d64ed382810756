// The controller on and off: three loads on the service's real cache and its real pool of threads (bench/controlRun.ts), a process for each run,
// on and off in turn. `…_ratio` is on ÷ off of all pairs, `…_at_most` its one-sided 95 % bound (Wilcoxon's, core/analysis/compare.ts): 1.05 is the bar for
// both figures of every load, and below 1 for one of them.
import { spawnSync } from 'node:child_process';
import { compare } from '../app/core/analysis/compare.ts';
import { at } from '../scripts/steps.ts';
import { shapes, type Ran, type Shape } from './controlRun.ts';
import type { Benchmark, Row } from './report.ts';

/** ACUMEN_BENCH_PAIRS asks for fewer. */
const PAIRS = Number(process.env['ACUMEN_BENCH_PAIRS'] ?? 40);

const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1]!;

function run(shape: Shape, isOn: boolean, seed: number): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', at('bench/controlRun.ts'), shape, isOn ? 'on' : 'off', `${seed}`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Ran;
}

const benchmark: Benchmark = {
  what: `The controller on, beside everything as it was set (off): a step, bursts and a leak, ${PAIRS} pairs in turn`,
  async run() {
    const ran = Object.fromEntries(shapes.map((shape) => [shape, { on: [] as Ran[], off: [] as Ran[] }])) as Record<Shape, { on: Ran[]; off: Ran[] }>;
    for (let pair = 0; pair < PAIRS; pair++) {
      for (const shape of shapes) {
        for (const isOn of pair % 2 === 0 ? [true, false] : [false, true]) ran[shape][isOn ? 'on' : 'off'].push(run(shape, isOn, pair));
      }
    }
    return shapes.flatMap((shape): Row[] => {
      const { on, off } = ran[shape];
      const rows = (name: string, unit: string, of: (ran: Ran) => number): Row[] => {
        const { ratio, atMost } = compare(off.map(of), on.map(of));
        const value = median(on.map(of)), peerValue = median(off.map(of));
        return [
          { metric: `control_${shape}_${name}`, value, unit, peer: 'off', peerValue, ratio: peerValue / value },
          { metric: `control_${shape}_${name}_ratio`, value: ratio, unit: 'on ÷ off' }, { metric: `control_${shape}_${name}_at_most`, value: atMost, unit: 'on ÷ off, 95 %' },
        ];
      };
      return [
        ...rows('p99', 'ms', (r) => r.p99), ...rows('memory', 'MB in use', (r) => r.memory), ...rows('rss', 'MB resident', (r) => r.rss),
        { metric: `control_${shape}_hits`, value: median(on.map((r) => r.hits)), unit: 'of 1', peer: 'off', peerValue: median(off.map((r) => r.hits)) },
        { metric: `control_${shape}_decisions`, value: median(on.map((r) => r.decisions)), unit: 'a run' },
      ];
    });
  },
};
export default benchmark;
