// The conflict graph of many branches, from the repository on disk: Acumen's command line in fresh processes, without a store and with
// one, beside the fastest git there is for the question, in the same run and in turn, verdicts compared. Needs `npm run build`.
// ACUMEN_BENCH_SIZES (numbers, separated by spaces) asks for other sizes, ACUMEN_BENCH_RUNS for more or fewer runs of each.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ConflictIndex } from '../app/core/conflictIndex.ts';
import { at } from '../scripts/steps.ts';
import { generate } from '../testkit/generate.ts';
import { environment, git, tempDir } from '../testkit/git.ts';
import { load } from '../testkit/loaded.ts';
import { Oracle } from '../testkit/oracle.ts';
import { Random } from '../testkit/random.ts';
import type { Benchmark, Row } from './report.ts';

const SIZES = (process.env['ACUMEN_BENCH_SIZES'] ?? '200 1000 5000').split(' ').map(Number);
/** Of more pairs than this the peer gets a sample of so many, and its time is scaled. */
const MOST_PAIRS = 20_000;
/** Beyond so many sources fewer runs, and no list of all conflicts: that is a gigabyte of text. */
const MANY = 1000;

const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1]!;

function timed<T>(work: () => T): { ms: number; value: T } {
  const start = performance.now();
  const value = work();
  return { ms: performance.now() - start, value };
}

interface Graph { readonly sources: readonly string[]; readonly blocking: readonly (readonly number[])[]; readonly partial: readonly (readonly number[])[]; readonly pairs: { readonly blocking: number; readonly partial: number } }

/** Tells its parent what memory it took, at its end. */
const TELL = 'data:text/javascript,import{writeSync}from"node:fs";process.on("exit",()=>writeSync(2,`peak ${process.resourceUsage().maxRSS}`))';

function acumen(args: readonly string[], told = false): { readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...told ? [`--import=${TELL}`] : [], at('bin/acumen.js'), ...args, '--json'], { encoding: 'utf8', maxBuffer: 2 ** 30 - 1, env: { PATH: process.env['PATH'] } });
  // 1: something conflicts
  if (status !== 0 && status !== 1) throw new Error(`acumen ${args[0]}: ${stderr}`);
  return { out: stdout, err: stderr };
}

const peakMb = (args: readonly string[]): number => Number(/peak (\d+)/.exec(acumen(args, true).err)![1]) / 1024;

/** All pairs of the sources that carry onto the base, or a sample of them, as places in `commits`. */
function chosenPairs(count: number): [number, number][] {
  const all = count * (count - 1) / 2;
  if (all <= MOST_PAIRS) return Array.from({ length: count }, (_, i) => Array.from({ length: count - i - 1 }, (__, j): [number, number] => [i, i + 1 + j])).flat();
  const random = new Random(count), chosen = new Map<number, [number, number]>();
  while (chosen.size < MOST_PAIRS) {
    const a = random.below(count), b = random.below(count);
    if (a < b) chosen.set(a * count + b, [a, b]);
  }
  return [...chosen.values()];
}

/** One git for all of them; its new objects go to `objects`. Answers whether each conflicts. */
function mergeTree(oracle: Oracle, objects: string, pairs: readonly (readonly [string, string])[]): boolean[] {
  const { status, stdout, stderr } = spawnSync('git', ['merge-tree', '--write-tree', '--stdin', '--no-messages', '--name-only'], {
    cwd: oracle.dir, input: pairs.map(([a, b]) => `${a} ${b}\n`).join(''), maxBuffer: 2 ** 30, encoding: 'latin1',
    env: environment({ GIT_OBJECT_DIRECTORY: objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: join(oracle.dir, 'objects') }),
  });
  if (status !== 0) throw new Error(stderr);
  const fields = stdout.split('\0'), conflicts: boolean[] = [];
  // status, tree, paths …, an empty field
  for (let i = 0; i + 2 < fields.length; i = fields.indexOf('', i + 2) + 1) conflicts.push(fields[i] === '0');
  if (conflicts.length !== pairs.length) throw new Error(`git answered ${conflicts.length} of ${pairs.length} pairs`);
  return conflicts;
}

/** Each pair's verdict against git's; answers how many have none. */
function compare(graph: Graph, names: readonly string[], pairs: readonly (readonly [number, number])[], conflicts: readonly boolean[]): number {
  const place = new Map(graph.sources.map((name, i) => [name, i]));
  const later = (lists: Graph['blocking']): Set<number>[] => lists.map((list) => new Set(list));
  const blocking = later(graph.blocking), partial = later(graph.partial);
  let open = 0;
  for (const [n, [i, j]] of pairs.entries()) {
    const x = place.get(names[i]!)!, y = place.get(names[j]!)!, a = Math.min(x, y), b = Math.max(x, y);
    if (partial[a]!.has(b)) open++;
    else if (blocking[a]!.has(b) !== conflicts[n]) throw new Error(`${names[i]} and ${names[j]}: git says ${conflicts[n] ? 'conflict' : 'clean'}, Acumen the other`);
  }
  return open;
}

async function rows(sources: number, folder: string): Promise<{ rows: Row[]; peak: number; acus: number }> {
  const made = await generate({ seed: 1, mix: 'team', sources, asIs: true });
  git(made.dir, ['gc', '--quiet', '--prune=now']);
  const oracle = await Oracle.open(made.dir, { refs: made.refs });
  const runs = Number(process.env['ACUMEN_BENCH_RUNS'] ?? (sources > MANY ? 3 : 5));
  const store = join(folder, `store-${sources}`);
  try {
    const exact = oracle.sources.filter((s) => s.commit !== null);
    const pairs = chosenPairs(exact.length), all = exact.length * (exact.length - 1) / 2;
    const asked = pairs.map(([i, j]) => [exact[i]!.commit!, exact[j]!.commit!] as const);
    const times = { git: [] as number[], written: [] as number[], graph: [] as number[], listed: [] as number[], stored: [] as number[], again: [] as number[], index: [] as number[] };
    const from = ['--no-store', '--repo', made.dir];
    let found: Graph | null = null, open = 0;
    for (let run = 0; run < runs; run++) {
      const objects = tempDir('objects');
      const merged = timed(() => mergeTree(oracle, objects.path, asked));
      times.git.push(merged.ms * all / pairs.length);
      times.written.push(timed(() => mergeTree(oracle, objects.path, asked)).ms * all / pairs.length);
      objects.remove();
      const graph = timed(() => acumen(['conflicts', '--graph', ...from]).out);
      times.graph.push(graph.ms);
      found = JSON.parse(graph.value) as Graph;
      open = compare(found, exact.map((s) => s.name), pairs, merged.value);
      if (sources <= MANY) times.listed.push(timed(() => acumen(['conflicts', ...from])).ms);
      for (const end of ['', '.cache', '.telemetry', '-wal', '-shm']) rmSync(store + end, { force: true });
      const stored = timed(() => { acumen(['import', made.dir, '--store', store]); return acumen(['conflicts', '--graph', '--store', store]).out; });
      times.stored.push(stored.ms);
      if (JSON.stringify({ ...JSON.parse(stored.value) as Graph, ms: 0 }) !== JSON.stringify({ ...found, ms: 0 })) throw new Error('with a store the graph is another');
      times.again.push(timed(() => acumen(['conflicts', '--graph', '--store', store])).ms);
    }
    const loaded = await load(made.dir, { refs: made.refs, reader: 'native' });
    for (let run = 0; run < runs; run++) times.index.push(timed(() => new ConflictIndex(loaded.engine.tables)).ms);
    const acus = loaded.engine.acus.length;
    await loaded.close();
    const peak = peakMb(['conflicts', '--graph', ...from]);

    const name = (metric: string): string => `graph_${sources}/${metric}`;
    const scaled = pairs.length < all ? `, ${pairs.length} pairs scaled` : '';
    const count = (metric: string, value: number, unit: string): Row => ({ metric: name(metric), value, unit });
    const beside = (metric: string, values: readonly number[], peer = times.git, how = ''): Row => ({
      metric: name(metric), value: median(values), unit: 'ms', peer: `git merge-tree --stdin${how}${scaled}`, peerValue: median(peer), ratio: median(peer) / median(values),
    });
    return {
      peak, acus,
      rows: [
        count('acus', acus, 'ACUs'), count('pairs', all, 'pairs'), count('conflicting_pairs', found!.pairs.blocking, 'pairs'), count('compared_pairs', pairs.length, 'pairs'), count('undecided_of_compared', open, 'pairs'),
        beside('without_store_ms', times.graph), beside('without_store_beside_written_ms', times.graph, times.written, ', merged objects already written'),
        ...times.listed.length > 0 ? [beside('without_store_all_conflicts_ms', times.listed)] : [],
        beside('import_and_conflicts_ms', times.stored), beside('conflicts_again_ms', times.again), beside('index_in_process_ms', times.index),
        count('without_store_peak_mb', peak, 'MB'), count('import_peak_mb', peakMb(['import', made.dir, '--store', `${store}-peak`]), 'MB'),
      ],
    };
  } finally {
    oracle.close();
    made.remove();
  }
}

const benchmark: Benchmark = {
  what: `Conflict graph of ${SIZES.join(', ')} generated branches (mix "team"; above ${MANY} medians of 3, else of 5) in fresh processes, beside git merge-tree --stdin over all pairs, or a seeded sample of ${MOST_PAIRS} scaled; its objects go where temporary files in memory are, if there is such a place`,
  async run() {
    const temp = tempDir('bench-graph');
    try {
      const all: Row[] = [];
      let before: { peak: number; acus: number } | null = null;
      for (const size of SIZES) {
        const one = await rows(size, temp.path);
        all.push(...one.rows);
        if (before !== null) all.push({ metric: `graph_${size}/without_store_mb_per_1000_acus`, value: 1000 * (one.peak - before.peak) / (one.acus - before.acus), unit: 'MB' });
        before = one;
      }
      return all;
    } finally {
      temp.remove();
    }
  },
};
export default benchmark;
