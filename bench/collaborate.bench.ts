// What collaboration's matrices cost: knowledge and interaction (K·Kᵀ) of real and generated histories, time and memory of each way to multiply, each in
// a fresh process; and whether the planner picks the faster way, on forty shapes. Interaction here is of all people, uncut, as no screen shows it.
// ACUMEN_BENCH_REPOS: git directories, separated by spaces. ACUMEN_BENCH_GPU=1: with the GPU that Dawn finds, too.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { COMPARED, clusterOf, distance } from '../app/core/collaboration/cluster.ts';
import { knowledgeOf } from '../app/core/collaboration/knowledge.ts';
import { packHistory } from '../app/core/collaboration/packed.ts';
import type { By, Multiplier } from '../app/core/matrix/model.ts';
import { Lost } from '../app/core/matrix/model.ts';
import { type GpuCosts, type ProcessorCosts, expected, shapeOf } from '../app/core/matrix/planner.ts';
import { denseMultiplier, sparseMultiplier } from '../app/core/matrix/processor.ts';
import { gramPart, partnersOf } from '../app/core/matrix/products.ts';
import { inverses, rowLengths, selectRows, weighed } from '../app/core/matrix/sparse.ts';
import { nodeGpu } from '../app/main/service/gpu/gpu.ts';
import { measuredCosts } from '../app/workers/costs.ts';
import { at } from '../scripts/steps.ts';
import { realHistory } from '../testkit/histories.ts';
import { type Spread, drawnHistory } from '../testkit/peopleHistories.ts';
import type { RunAsked, RunTook } from './collaborateRun.ts';
import { matricesOf, shapes } from './collaborateShapes.ts';
import { nameOfRepository } from './expertiseCases.ts';
import type { Benchmark, Row } from './report.ts';

const RUNS = 3;
const BARS = { ms: 1200, aimMs: 600, mb: 400, aimMb: 300, right: 90 } as const;
const SIZES = [{ people: 100, files: 2000, touches: 20_000 }, { people: 1000, files: 10_000, touches: 200_000 }, { people: 10_000, files: 50_000, touches: 2_000_000 }] as const;
/** Dense products that are expected to take longer are not made. */
const MOST_DENSE_MS = 5000;

const median = (values: readonly number[]): number => values.toSorted((x, y) => x - y)[values.length >> 1]!;
const say = (text: string): void => { process.stderr.write(`${text}\n`); };
const metric = (name: string, value: number, unit: string): Row => ({ metric: name, value, unit });
const verdict = (is: boolean): string => (is ? 'met' : 'MISSED');

/** The median of fresh processes; the memory of the one that took most. */
function inProcesses(asked: RunAsked): RunTook {
  const all = Array.from({ length: RUNS }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [at('bench/collaborateRun.ts'), JSON.stringify(asked)], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`bench/collaborateRun.ts: ${stderr}`);
    return JSON.parse(stdout) as RunTook;
  });
  const of = (pick: (took: RunTook) => number): number => median(all.map(pick)), most = (pick: (took: RunTook) => number): number => Math.max(...all.map(pick));
  return { ...all[0]!, knowledgeMs: of((t) => t.knowledgeMs), productMs: of((t) => t.productMs), productCpuMs: of((t) => t.productCpuMs), grownMB: most((t) => t.grownMB), wholeMB: most((t) => t.wholeMB) };
}

function history(name: string, asked: (by: 'sparse' | 'dense') => RunAsked, costs: ProcessorCosts, rows: Row[]): RunTook {
  const sparse = inProcesses(asked('sparse'));
  say(`${name}: ${sparse.people} people, ${sparse.files} files, ${sparse.commits} commits, ${sparse.touches} touches, ${sparse.stored} values, ${(sparse.multiplyAdds / 1e6).toFixed(1)} million multiplications`);
  const denseAdds = (sparse.files * sparse.people * (sparse.people + 1)) / 2, denseMs = (denseAdds * costs.dense.multiplyAdd) / 1e6;
  const dense = denseMs > MOST_DENSE_MS ? null : inProcesses(asked('dense'));
  for (const [by, took] of [['sparse', sparse], ['dense', dense]] as const) {
    if (took === null) { say(`  ${by}: not made: ${(denseAdds / 1e9).toFixed(0)} billion multiplications would take ${(denseMs / 1000).toFixed(0)} s`); continue; }
    say(`  ${by}: knowledge ${took.knowledgeMs.toFixed(0)} ms, K·Kᵀ ${took.productMs.toFixed(0)} ms (${took.productCpuMs.toFixed(0)} ms of processor), grown by ${took.grownMB.toFixed(0)} MB to ${took.wholeMB.toFixed(0)} MB`);
    rows.push(metric(`${name}/${by}_ms`, took.productMs, 'ms'), metric(`${name}/${by}_processor_ms`, took.productCpuMs, 'ms'), metric(`${name}/${by}_grown_mb`, took.grownMB, 'MB'), metric(`${name}/${by}_whole_mb`, took.wholeMB, 'MB'));
  }
  rows.push(metric(`${name}/knowledge_ms`, sparse.knowledgeMs, 'ms'));
  return sparse;
}

/** ms that this process kept processors busy: what other processes do beside it does not count. */
const busy = (): number => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };

/** The least of several times: whatever else ran only added to it. Once is enough where it takes ten times as long as another. */
async function leastMs(clock: () => number, work: () => Promise<unknown>, other = Infinity): Promise<number> {
  let least = Infinity, all = 0;
  for (let i = 0; i < 12 && (i < 3 || all < 300) && (i === 0 || least <= 10 * other); i++) {
    const since = clock();
    await work();
    const ms = clock() - since;
    least = Math.min(least, ms);
    all += ms;
  }
  return least;
}

async function planned(costs: ProcessorCosts, gpu: { multiplier: Multiplier; costs: GpuCosts } | null, rows: Row[]): Promise<void> {
  const ways: Multiplier[] = [sparseMultiplier(), denseMultiplier(), ...gpu === null ? [] : [gpu.multiplier]];
  let right = 0, lost = 0;
  say(`forty shapes: ms of processor of each way, what was expected in brackets${gpu === null ? '; no GPU' : ''}`);
  for (const shape of shapes) {
    const { a, b } = matricesOf(shape), guesses = expected(shapeOf(a, b), costs, gpu?.costs ?? null), took = new Map<By, number>();
    for (const way of ways) {
      const ms = await leastMs(way.by === 'gpu' ? () => performance.now() : busy, () => (b === null ? way.gram(a) : way.times(a, b)), Math.min(...took.values())).catch((error: unknown) => { if (error instanceof Lost) return Infinity; throw error; });
      took.set(way.by, ms);
    }
    const best = [...took].reduce((x, y) => (y[1] < x[1] ? y : x)), pick = guesses[0]!.by, isRight = pick === best[0];
    right += Number(isRight);
    lost = Math.max(lost, took.get(pick)! / best[1]);
    say(`  ${isRight ? 'right' : 'WRONG'} ${pick.padEnd(6)} ${shape.name}: ${[...took].map(([by, ms]) => `${by} ${ms.toFixed(2)} (${guesses.find((guess) => guess.by === by)!.ms.toFixed(2)})`).join(', ')}`);
  }
  const share = (100 * right) / shapes.length;
  say(`  the faster one in ${right} of ${shapes.length}: bar ${BARS.right} % ${verdict(share >= BARS.right)}; where it was wrong it took at most ${lost.toFixed(2)} times as long`);
  rows.push(metric('planner_right', share, '%'), metric('planner_worst_ratio', lost, 'times the fastest'));
}

/** From which fullness on the dense way is expected to be faster, for 400 × 800 with itself; and the work from which a GPU is, where all places are full. */
function crossovers(costs: ProcessorCosts, gpu: GpuCosts | null, rows: Row[]): void {
  const pairs = (400 * 401) / 2, inner = 800;
  const shape = (full: number): Parameters<typeof expected>[0] => ({ cells: pairs, places: 400 * inner, stored: 400 * inner * full, isSparse: true, sparse: (inner * (400 * full) * (400 * full + 1)) / 2, dense: pairs * inner });
  const full = Array.from({ length: 100 }, (_, i) => (i + 1) / 100).find((f) => expected(shape(f), costs, null)[0]!.by === 'dense') ?? 1;
  rows.push(metric('crossover_full', 100 * full, '% of places'));
  say(`dense from ${(100 * full).toFixed(0)} % full on (400 × 800 with itself)`);
  if (gpu === null) return;
  for (let n = 16; n <= 16_384; n *= 2) {
    if (expected({ cells: n * n, places: 2 * n * n, stored: 2 * n * n, isSparse: false, sparse: n ** 3, dense: n ** 3 }, costs, gpu)[0]!.by !== 'gpu') continue;
    rows.push(metric('crossover_gpu', n ** 3, 'multiply-adds'));
    say(`GPU from ${n} × ${n} × ${n} on`);
    return;
  }
  say('GPU: never, up to 16,384 × 16,384 × 16,384');
}

/** In this process: how long an order takes, and the strongest partners without the matrix of all pairs. */
async function ordered(rows: Row[]): Promise<void> {
  const whole = knowledgeOf(drawnHistory(SIZES[2], 'zipf'), { asOf: null, halfLifeDays: 180 });
  for (const people of [2000, COMPARED]) {
    const some = selectRows(whole, Array.from({ length: people }, (_, i) => i)), ms = await leastMs(busy, async () => clusterOf(some));
    const even = weighed(some, inverses(rowLengths(some)), null), alike = { n: people, value: gramPart(even, 0, people) }, far = distance(alike, clusterOf(some));
    rows.push(metric(`order_${people}_ms`, ms, 'ms'), metric(`order_${people}_distance`, far, 'of an order that has nothing to do with it'));
    say(`order of ${people} people by what they know: ${ms.toFixed(0)} ms; those who are alike stand ${far.toFixed(2)} times as far apart as in any order (drawn at random: nobody is very alike)`);
  }
  const ms = await leastMs(busy, async () => partnersOf(whole, 20));
  rows.push(metric('partners_10000_ms', ms, 'ms'));
  say(`the 20 strongest partners of each of ${whole.rows} people: ${ms.toFixed(0)} ms`);
}

async function gpuOf(): Promise<{ multiplier: Multiplier; costs: GpuCosts; end(): void } | null> {
  const multiplier = process.env['ACUMEN_BENCH_GPU'] === '1' ? nodeGpu() : null;
  if (multiplier === null) { say('Skipped: the GPU (ACUMEN_BENCH_GPU=1 asks for it).'); return null; }
  try {
    const costs = await multiplier.open();
    say(`GPU: ${JSON.stringify(costs.adapter)}, ${(costs.multiplyAddsPerSecond / 1e9).toFixed(1)} billion multiply-adds a second, ${(costs.bytesPerSecond / 1e6).toFixed(0)} MB/s, ${costs.startMs.toFixed(1)} ms`);
    return { multiplier, costs, end: () => multiplier.end() };
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
    say(`Skipped: the GPU: ${error.message}`);
    return null;
  }
}

const benchmark: Benchmark = {
  what: `knowledge and interaction of real (ACUMEN_BENCH_REPOS) and generated histories, each way in fresh processes (median of ${RUNS}, most memory); bar: sparse, 10,000 people × 50,000 files, 2 million touches, even and Zipf: K·Kᵀ in ${BARS.ms} ms (aim ${BARS.aimMs}) and grown by ${BARS.mb} MB (aim ${BARS.aimMb}); the faster way picked for ${BARS.right} % of ${shapes.length} shapes`,
  async run() {
    const rows: Row[] = [], costs = await measuredCosts(() => undefined, busy), folder = mkdtempSync(path.join(tmpdir(), 'acumen-bench-collaborate-')), gpu = await gpuOf();
    say(`costs in ns: ${JSON.stringify(costs)}`);
    try {
      const dirs = (process.env['ACUMEN_BENCH_REPOS'] ?? '').split(' ').filter((dir) => dir !== '');
      if (dirs.length === 0) say('Skipped: real histories (ACUMEN_BENCH_REPOS names none).');
      for (const dir of dirs) {
        const packed = path.join(folder, nameOfRepository(dir));
        writeFileSync(packed, packHistory(await realHistory(dir)));
        history(nameOfRepository(dir), (by) => ({ by, packed }), costs, rows);
      }
      for (const size of SIZES) {
        for (const spread of ['uniform', 'zipf'] satisfies Spread[]) {
          const took = history(`${size.people}x${size.files}_${spread}`, (by) => ({ by, drawn: { ...size, spread } }), costs, rows);
          if (size !== SIZES[2]) continue;
          const said = (ms: number): string => `bar ${BARS.ms} ms ${verdict(ms <= BARS.ms)}, aim ${BARS.aimMs} ms ${verdict(ms <= BARS.aimMs)}`, mb = took.grownMB;
          say(`  by the clock: ${said(took.productMs)}; by processor time, which other work slows less: ${said(took.productCpuMs)}; bar ${BARS.mb} MB ${verdict(mb <= BARS.mb)}, aim ${BARS.aimMb} MB ${verdict(mb <= BARS.aimMb)}`);
        }
      }
      await planned(costs, gpu, rows);
      crossovers(costs, gpu?.costs ?? null, rows);
      await ordered(rows);
    } finally {
      gpu?.end();
      rmSync(folder, { recursive: true });
    }
    return rows;
  },
};
export default benchmark;
