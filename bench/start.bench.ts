// What a person waits for before anything happens: the command line's own start, beside the bare start of the same Node.
import { spawnSync } from 'node:child_process';
import { at } from '../scripts/steps.ts';
import type { Benchmark } from './report.ts';

const RUNS = 15;

/** Median wall milliseconds of a process that must succeed. */
function median(args: readonly string[]): number {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    const done = spawnSync(process.execPath, args, { stdio: 'ignore' });
    if (done.status !== 0) throw new Error(`node ${args.join(' ')} ended with exit ${done.status}`);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}

const benchmark: Benchmark = {
  what: `start: wall time of \`acumen --version\` and of bare Node, median of ${RUNS} processes each`,
  async run() {
    const bare = median(['-e', '0']);
    const value = median([at('bin/acumen.js'), '--version']);
    return [{ metric: 'start/version', value, unit: 'ms', peer: 'node -e 0', peerValue: bare, ratio: bare / value }];
  },
};
export default benchmark;
