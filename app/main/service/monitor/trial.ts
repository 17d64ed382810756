// A trial: the same recorded requests asked of two configurations, each on a copy of its own, run after run in turn (ab ba ab …), and what differs,
// with the interval of a paired test (core/analysis/compare.ts). Both must answer the same, or it is no trial.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toAcumenError } from '../../../contract/frames.ts';
import type { Trial, TrialFigure } from '../../../contract/performance.ts';
import { compare } from '../../../core/analysis/compare.ts';
import { AcumenError } from '../../../core/errors.ts';
import { Histogram } from '../../../core/histogram.ts';
import { backupStore } from '../keeping.ts';
import { openPlatform } from '../platform.ts';
import { Workspace } from '../workspace.ts';
import type { Asked } from './workload.ts';

/** What is set before the requests: knobs by name, and whether answers are kept at all. */
export interface Configuration { readonly caches: boolean; readonly knobs: Readonly<Record<string, number>> }

export interface TrialOptions {
  readonly store: string;
  /** what it is called */
  readonly workload: string;
  readonly requests: readonly Asked[];
  readonly a: Configuration;
  readonly b: Configuration;
  readonly pairs: number;
  /** of the intervals; 0.95 if not given */
  readonly confidence?: number;
  /** milliseconds since the epoch */
  readonly now: () => number;
  readonly env: NodeJS.ProcessEnv;
  readonly told?: (pair: number) => void;
}

/** Below so many pairs no interval of that confidence has ends: all of them may lie on one side by chance. */
const fewestPairs = (confidence: number): number => Math.ceil(Math.log2(2 / (1 - confidence)));
/** Pairs run first and left out: what a process does for the first time it does slowly. */
const WARM = 1;

interface Ran { readonly cpu: number; readonly wall: number; readonly p50: number; readonly p99: number; readonly answers: string }

export async function runTrial(options: TrialOptions): Promise<Trial> {
  const { requests, pairs, confidence = 0.95 } = options;
  if (requests.length === 0) throw new AcumenError('usage', 'Nothing was recorded in this workload.', 'Record one with `acumen serve --record FILE`, and work with the window meanwhile.');
  const fewest = fewestPairs(confidence);
  if (!(pairs >= fewest)) throw new AcumenError('usage', `A trial of ${pairs} pairs tells nothing.`, `Take at least ${fewest}.`, { pairs });
  const folder = mkdtempSync(join(tmpdir(), 'acumen-trial-'));
  try {
    const store = join(folder, 'store.acumen');
    await backupStore(options.store, store, false);
    const ran = { a: [] as Ran[], b: [] as Ran[] };
    for (let pair = 0; pair < WARM + pairs; pair++) {
      options.told?.(pair);
      for (const which of pair % 2 === 0 ? ['a', 'b'] as const : ['b', 'a'] as const) ran[which].push(await run(store, join(folder, `${pair}-${which}.acumen`), options[which], options));
    }
    const answers = new Set([...ran.a, ...ran.b].map((one) => one.answers));
    if (answers.size > 1) throw new AcumenError('bug', 'BUG: the two configurations answered differently.', 'Please report this with the details shown.', { configurations: [said(options.a), said(options.b)] });
    const of = (which: 'a' | 'b', key: Exclude<keyof Ran, 'answers'>): number[] => ran[which].slice(WARM).map((one) => one[key]);
    const figure = (metric: string, unit: string, key: Exclude<keyof Ran, 'answers'>): TrialFigure => {
      const a = of('a', key), b = of('b', key), { ratio, low, high } = compare(a, b, confidence);
      return { metric, unit, a: median(a), b: median(b), ratio, low, high, verdict: high < 1 ? 'b is less' : low > 1 ? 'a is less' : 'no difference seen' };
    };
    const at = options.now();
    return {
      id: createHash('sha256').update(`${at} ${options.workload} ${said(options.a)} ${said(options.b)}`).digest('hex').slice(0, 12),
      at, workload: options.workload, requests: requests.length, a: said(options.a), b: said(options.b), pairs, confidence,
      figures: [figure('processor time of a request', 'ms', 'cpu'), figure('time of a request', 'ms', 'wall'), figure('time of a request, median', 'ms', 'p50'), figure('time of a request, 99 %', 'ms', 'p99')],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How a configuration is written, and read by scripts/trial.ts: `caches=off cache.L1.bytes=1000000`; nothing: as it comes. */
export function said({ caches, knobs }: Configuration): string {
  return [...caches ? [] : ['caches=off'], ...Object.entries(knobs).map(([name, value]) => `${name}=${value}`)].join(' ') || 'as it comes';
}

async function run(from: string, store: string, { caches, knobs }: Configuration, { requests, env }: TrialOptions): Promise<Ran> {
  copyFileSync(from, store);
  // what measures may turn knobs of its own, and is not what is tried
  const platform = await openPlatform({ store, what: 'trial', measures: false });
  try {
    const workspace = await Workspace.open(store, { env, platform, caches });
    try {
      for (const [name, value] of Object.entries(knobs)) {
        const knob = platform.knobs().find((one) => one.name === name);
        if (knob === undefined) throw new AcumenError('usage', `There is no knob called ${name}.`, `There are ${platform.knobs().map((one) => one.name).sort().join(', ')}.`, { name });
        if (!(value >= knob.min && value <= knob.max)) throw new AcumenError('usage', `${name} goes from ${knob.min} to ${knob.max} ${knob.unit}.`, 'Choose a value between them.', { name, value });
        knob.set(value);
      }
      const answers = createHash('sha256'), times = new Histogram();
      const before = process.cpuUsage(), start = performance.now();
      for (const [i, { method, params }] of requests.entries()) {
        const asked = performance.now();
        const answer = await workspace.call(method, 'ticket' in params ? { ...params, ticket: `trial ${i}` } : params).catch((error: unknown) => ({ refused: toAcumenError(error).code }));
        times.record((performance.now() - asked) / 1000);
        answers.update(lasting(answer));
      }
      const wall = performance.now() - start, { user, system } = process.cpuUsage(before);
      return { cpu: (user + system) / 1000 / requests.length, wall: wall / requests.length, p50: times.quantile(0.5)! * 1000, p99: times.quantile(0.99)! * 1000, answers: answers.digest('hex') };
    } finally {
      await workspace.close();
    }
  } finally {
    await platform.close();
  }
}

/** An answer without what is of its moment: clocks, and how long it took. */
function lasting(answer: unknown): string {
  return JSON.stringify(answer, (key, value: unknown) => (key === 'ms' || key === 'time' || key === 'encoded' ? undefined : value instanceof Uint8Array ? createHash('sha256').update(value).digest('hex') : value)) ?? '';
}

const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1]!;
