// Do predicted probabilities rank the pairs of pull requests that came to conflict? Judged on the later half of each repository's pairs that share a file,
// with what was known when half of each side's commits were there, by weights fitted to the earlier pairs of the other repositories alone. Truth is the
// engine's verdict on the whole pull requests on the same base. ACUMEN_BENCH_REPOS: git directories with refs/pull/*/head, separated by spaces, three or more;
// ACUMEN_LOOKS: newest looks at each (60). The calibration is drawn in bench/prediction.svg.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { at } from '../scripts/steps.ts';
import type { Case } from './predictionCases.ts';
import { type Bin, type Judged, RESAMPLES, heldOut, judge, populations } from './predictionJudge.ts';
import { LOOKS, RIDGE, nameOf } from './predictionWeights.ts';
import type { Benchmark, Row } from './report.ts';

const AHEAD = 0.03, WANTED = 3;
/** Fewer conflicts among the judged pairs tell nothing. */
const FEWEST = 10;

async function read(dirs: readonly string[]): Promise<Map<string, readonly Case[]>> {
  const found = new Map<string, readonly Case[]>(), left = [...dirs];
  const next = async (): Promise<void> => {
    for (let dir = left.shift(); dir !== undefined; dir = left.shift()) found.set(nameOf(dir), await casesIn(dir));
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), dirs.length) }, next));
  return new Map(dirs.map((dir) => [nameOf(dir), found.get(nameOf(dir))!]));
}

function casesIn(dir: string): Promise<readonly Case[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('prediction.worker.ts', import.meta.url), { workerData: { dir } });
    worker.once('message', resolve).once('error', reject);
  });
}

function rowsOf(name: string, judged: Readonly<Record<string, Judged>>): Row[] {
  const rows: Row[] = [];
  for (const [population, j] of Object.entries(judged)) {
    const metric = `${name.split('/').at(-1)!}/${population.replaceAll(/[ ,]+/g, '_')}`;
    rows.push({ metric: `${metric}/pairs`, value: j.pairs, unit: 'pairs' }, { metric: `${metric}/conflicts`, value: j.conflicts, unit: 'pairs' });
    for (const [other, peer] of [['region', 'same region'], ['together', 'co-change count'], ['distance', 'same region, then nearest']] as const) {
      rows.push({ metric: `${metric}/auc_beside_${other}`, value: j.auc.ours, unit: 'AUC', peer, peerValue: j.auc[other] });
      rows.push({ metric: `${metric}/lead_over_${other}_2.5_%`, value: j.lead[other][0], unit: 'AUC' }, { metric: `${metric}/lead_over_${other}_97.5_%`, value: j.lead[other][1], unit: 'AUC' });
    }
    rows.push({ metric: `${metric}/brier_beside_part`, value: j.brier, unit: 'mean square', peer: 'the usual part for all', peerValue: j.brierOfPart });
    rows.push({ metric: `${metric}/brier_beside_now`, value: j.brier, unit: 'mean square', peer: 'what is so stays so', peerValue: j.brierOfNow });
  }
  return rows;
}

/** Said against came, by repository; a circle's area goes with its pairs. */
function drawing(calibrations: ReadonlyMap<string, readonly Bin[]>): string {
  const size = 360, edge = 46, colours = ['#3b6ea8', '#b3662a', '#4f8a4b', '#8a4f86', '#8a7d2f', '#4a8a8a', '#a84a4a', '#666666'];
  const x = (p: number): string => (edge + p * size).toFixed(1), y = (p: number): string => (edge / 2 + (1 - p) * size).toFixed(1);
  const marks = [...calibrations].flatMap(([name, bins], i) => {
    const colour = colours[i % colours.length]!;
    return [
      ...bins.map(({ said, came, pairs }) => `<circle cx="${x(said)}" cy="${y(came)}" r="${Math.max(2, Math.sqrt(pairs) / 2).toFixed(1)}" fill="${colour}" fill-opacity="0.55"><title>${name}: said ${said.toFixed(3)}, came ${came.toFixed(3)}, ${pairs} pairs</title></circle>`),
      `<text x="${x(1.03)}" y="${edge + 18 * i}" fill="${colour}">${name}</text>`,
    ];
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((p) => [`<text x="${x(p)}" y="${size + edge / 2 + 16}" text-anchor="middle">${p}</text>`, `<text x="${edge - 6}" y="${y(p)}" text-anchor="end" dominant-baseline="middle">${p}</text>`]);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size + edge + 170} ${size + edge + 14}" font-family="system-ui, sans-serif" font-size="12" fill="#444">
<rect x="${edge}" y="${edge / 2}" width="${size}" height="${size}" fill="none" stroke="#999"/>
<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#999" stroke-dasharray="4 4"/>
${[...ticks, ...marks].join('\n')}
<text x="${x(0.5)}" y="${size + edge + 8}" text-anchor="middle">said</text><text x="12" y="${y(0.5)}" text-anchor="middle" transform="rotate(-90 12 ${y(0.5)})">came to conflict</text>
</svg>
`;
}

const benchmark: Benchmark = {
  what: `pull requests half done: which pairs come to conflict; weights of other repositories' earlier pairs, judged on each one's later half of ACUMEN_BENCH_REPOS; a look every ${LOOKS.every} days; intervals of ${RESAMPLES} resamples of pull requests; bar: AUC ${AHEAD} above same region and co-change count on ${WANTED} repositories`,
  async run() {
    const dirs = (process.env['ACUMEN_BENCH_REPOS'] ?? '').split(' ').filter((dir) => dir !== ''), rows: Row[] = [];
    if (dirs.length < WANTED) process.stderr.write(`Skipped: ACUMEN_BENCH_REPOS names ${dirs.length} repositories, and ${WANTED} are needed, for what is judged is not fitted to.\n`);
    const cases = dirs.length < WANTED ? new Map<string, readonly Case[]>() : await read(dirs), calibrations = new Map<string, readonly Bin[]>();
    let met = 0, counted = 0;
    for (const name of cases.keys()) {
      const held = heldOut(cases, name, RIDGE);
      if (held === null) { process.stderr.write(`${name}: skipped, too few conflicts elsewhere before its later half.\n`); continue; }
      const judged: Record<string, Judged> = {};
      for (const [population, is] of Object.entries(populations)) {
        const those = held.later.filter(is), conflicts = those.filter(({ conflict }) => conflict).length;
        if (conflicts >= FEWEST && conflicts < those.length) judged[population] = judge(those, held.model, held.staying, held.part, 1);
      }
      rows.push(...rowsOf(name, judged));
      const bar = judged['share a file'];
      if (bar === undefined) continue;
      counted++;
      if (bar.auc.ours - Math.max(bar.auc.region, bar.auc.together) >= AHEAD) met++;
      calibrations.set(name, bar.calibration);
      process.stderr.write(`${name}: judged from ${new Date(held.cut * 1000).toISOString().slice(0, 10)} on\n${bar.calibration.map((b) => `  said ${b.from}–${b.to}: ${b.pairs} pairs, said ${b.said.toFixed(3)}, came ${b.came.toFixed(3)}`).join('\n')}\n`);
    }
    if (calibrations.size > 0) writeFileSync(at('bench/prediction.svg'), drawing(calibrations));
    return [...rows, { metric: 'bar_met', value: met, unit: `of ${counted} repositories with ${FEWEST} conflicts or more` }];
  },
};
export default benchmark;
