// Dense products by our WGSL through Dawn in Node: on a real GPU every kernel at 8192³ beside the vendor's library on the same machine; without one a
// printed skip, and Chromium's software adapter beside the plain dense loop on one core, which shows why the planner never takes such an adapter.
import { spawnSync } from 'node:child_process';
import { softwareGpu } from '../testkit/softwareGpu.ts';
import type { Run } from './matmulRun.ts';
import type { Benchmark, Row } from './report.ts';

/** Aim: this share of the vendor's rate. */
const AIM = 0.3;

function started(env: Readonly<Record<string, string>>): Run | { readonly lost: string } {
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, [new URL('./matmulRun.ts', import.meta.url).pathname], { encoding: 'utf8', env: { ...process.env, ...env }, timeout: 200_000, maxBuffer: 2 ** 26 });
  process.stderr.write(stderr);
  const last = stdout.trim().split('\n').at(-1)!;
  return last.startsWith('{') ? JSON.parse(last) as Run | { lost: string } : { lost: `the process ended with ${status ?? signal}` };
}

function vendor(size: number): { readonly library: string; readonly seconds: readonly number[] } | null {
  for (const python of ['python3', '/opt/torch/.venv/bin/python3']) {
    const { stdout, status, stderr } = spawnSync(python, [new URL('./matmulPeer.py', import.meta.url).pathname, String(size)], { encoding: 'utf8', timeout: 100_000 });
    if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1)!) as { library: string; seconds: number[] };
    process.stderr.write(stderr ?? '');
  }
  return null;
}

const median = (of: readonly number[]): number => of.toSorted((x, y) => x - y)[of.length >> 1] ?? Number.NaN;

function real(run: Run): Row[] {
  const flop = 2 * run.size ** 3, rate = (seconds: readonly number[]): number => flop / median(seconds) / 1e12, rows: Row[] = [];
  const best = run.kernels.filter(({ isRight }) => isRight).reduce((most, one) => (rate(one.seconds) > rate(most.seconds) ? one : most));
  const peer = vendor(run.size), theirs = peer === null ? null : rate(peer.seconds);
  process.stderr.write(`${JSON.stringify({ run, peer })}\n`);
  for (const { kernel, isRight, seconds } of run.kernels) rows.push({ metric: `matmul_${run.size}_${kernel.replaceAll(' ', '_')}${isRight ? '' : '_WRONG'}`, value: rate(seconds), unit: 'TFLOP/s' });
  rows.push({ metric: `matmul_${run.size}`, value: rate(best.seconds), unit: 'TFLOP/s', ...peer !== null && { peer: peer.library, peerValue: theirs!, ratio: rate(best.seconds) / theirs! } });
  process.stderr.write(peer === null ? 'No vendor library was found here (torch or CuPy for python3).\n'
    : `Aim ${AIM * 100} % of the vendor's rate: ${rate(best.seconds) / theirs! >= AIM ? 'met' : 'missed'} (${(100 * rate(best.seconds) / theirs!).toFixed(1)} %, ${best.kernel}; tuned at a smaller size: ${run.tuned}).\n`);
  return rows;
}

async function run(): Promise<Row[]> {
  const own = started({}), rows: Row[] = [];
  const seen: Run[] = [];
  if ('lost' in own || own.isSoftware) process.stderr.write(`SKIPPED: 8192 × 8192 × 8192 beside the vendor's library: ${'lost' in own ? own.lost : `only ${own.adapter} is here`}\n`);
  if (!('lost' in own)) { seen.push(own); if (!own.isSoftware) rows.push(...real(own)); }
  const software = softwareGpu();
  if ('missing' in software) process.stderr.write(`SKIPPED: the software adapter: ${software.missing}.\n`);
  else if (!seen.some(({ isSoftware }) => isSoftware)) {
    const emulated = started(software.env);
    if ('lost' in emulated) process.stderr.write(`SKIPPED: the software adapter: ${emulated.lost}\n`); else seen.push(emulated);
  }
  for (const { adapter, isSoftware, products, tuned, tuning } of seen) {
    const name = isSoftware ? 'software' : 'gpu';
    process.stderr.write(`${adapter}: ${tuned} (${tuning.toFixed(1)} s)\n`);
    rows.push({ metric: `${name}_tuning`, value: tuning, unit: 's' });
    for (const { size, seconds, worst, processor } of products) {
      rows.push({
        metric: `${name}_whole_product_${size}`, value: 1000 * median(seconds), unit: 'ms',
        ...processor.length > 0 && { peer: 'dense loop, one core', peerValue: 1000 * median(processor), ratio: median(processor) / median(seconds) },
      });
      rows.push({ metric: `${name}_worst_error_${size}`, value: worst, unit: 'of the bound' });
    }
  }
  return rows;
}

export default { what: 'Dense products in WGSL: on a real GPU beside the vendor\'s library, on a software adapter beside a plain loop.', run } satisfies Benchmark;
