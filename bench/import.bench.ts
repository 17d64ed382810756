// What reading changes out of a repository costs with either reader, from opening it to segments with edits and ids and without a
// store (bench/store.bench.ts has one), beside what git takes to list the same refs and print each one's difference from its
// merge base, and beside isomorphic-git's own walk over the same pairs of trees. ACUMEN_BENCH_REPO and ACUMEN_BENCH_REFS (globs,
// separated by spaces) name a repository of your own.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import isomorphic from 'isomorphic-git';
import type { AcuId } from '../app/core/bytes.ts';
import type { Segment } from '../app/core/model.ts';
import { openRepository } from '../app/main/git/open.ts';
import { importRepository } from '../app/main/service/importer.ts';
import { generate } from '../testkit/generate.ts';
import type { Benchmark, Row } from './report.ts';

const SOURCES = 200;
const MANY = 1000;
const RUNS = 9;
/** in turn, once the engine has compiled what it runs */
const WARM = { before: 20, runs: 40 }, WARM_MANY = { before: 8, runs: 15 };
const READERS = ['native', 'embedded'] as const;
type Reader = (typeof READERS)[number];

const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1]!;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function run(dir: string, args: readonly string[], input = ''): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync('git', args, { cwd: dir, input, maxBuffer: 1 << 30, encoding: 'latin1', env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' } });
}

function git(dir: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = run(dir, args, input);
  if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  return stdout;
}

interface Pair { readonly ref: string; readonly from: string; readonly tip: string }

/** Found beforehand, so that the peer is only listing and differences. Without those over which git gives up (missing objects). */
function pairsOf(dir: string, refs: readonly string[]): Pair[] {
  const pairs = refs.flatMap((ref): Pair[] => {
    const from = run(dir, ['merge-base', 'HEAD', ref]).stdout.split('\n')[0]!;
    const tip = git(dir, ['rev-parse', `${ref}^{commit}`]).trim();
    return from === '' || from === tip ? [] : [{ ref, from, tip }];
  });
  const works = (some: readonly Pair[]): boolean => run(dir, ['diff-tree', '-p', '-r', '--stdin'], input(some)).status === 0;
  return works(pairs) ? pairs : pairs.filter((pair) => works([pair]));
}

const input = (pairs: readonly Pair[]): string => pairs.map(({ tip, from }) => `${tip} ${from}\n`).join('');

/** Everything an import does but storing. */
export async function extract(dir: string, refs: readonly string[], reader: Reader): Promise<AcuId[]> {
  const repository = await openRepository(dir, { reader });
  const segments: Segment[] = [];
  try {
    await importRepository(repository, { base: null, refs, grain: 'branch' }, {
      written: async () => new Set(), begin: async () => {}, known: async () => [], earlier: async () => null, blob: async () => null,
      keyOf: (segment) => String(segments.push(segment)), stage: async () => {},
    }, () => {}, new AbortController().signal);
  } finally {
    await repository.close();
  }
  return segments.flatMap(({ acu }) => acu ?? []);
}

/** The usual advice for speed: list what there is once, and do not ask the disk for files that are not in the list. */
function tuned(dir: string): { promises: typeof fs.promises } {
  const listed = new Map<string, Promise<string[]>>();
  const loose = new Set(fs.readdirSync(`${dir}/objects`).filter((name) => name.length === 2).flatMap((name) => fs.readdirSync(`${dir}/objects/${name}`).map((rest) => `${dir}/objects/${name}/${rest}`)));
  const absent = (path: string): boolean => /\/objects\/[0-9a-f]{2}\/[0-9a-f]{38}$/.test(path) && !loose.has(path);
  const gone = (path: string): Error => Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
  return {
    promises: {
      ...fs.promises,
      readFile: (async (path: string, options?: object) => { if (absent(path)) throw gone(path); return fs.promises.readFile(path, options); }) as typeof fs.promises.readFile,
      readdir: (async (path: string) => { let names = listed.get(path); if (!names) listed.set(path, names = fs.promises.readdir(path)); return names; }) as typeof fs.promises.readdir,
    },
  };
}

/** isomorphic-git's walk over both trees of each pair, folders with the same id left out, one cache for all. */
async function walk(dir: string, pairs: readonly Pair[], system: Parameters<typeof isomorphic.walk>[0]['fs']): Promise<number> {
  const cache = {};
  let changed = 0;
  for (const { from, tip } of pairs) {
    await isomorphic.walk({
      fs: system, gitdir: dir, cache, trees: [isomorphic.TREE({ ref: from }), isomorphic.TREE({ ref: tip })],
      map: async (path, [a, b]) => {
        const [x, y] = [await a?.oid(), await b?.oid()];
        if (x === y) return null;
        if (path !== '.' && (await a?.type() === 'blob' || await b?.type() === 'blob')) changed++;
        return true;
      },
    });
  }
  return changed;
}

async function rows(prefix: string, dir: string, refs: readonly string[], runs: number): Promise<Row[]> {
  const pairs = pairsOf(dir, refs);
  const taken = pairs.map(({ ref }) => ref);
  const times = { git: [] as number[], native: [] as number[], embedded: [] as number[], plain: [] as number[], tuned: [] as number[] };
  const ids: string[] = [];
  for (let n = 0; n < runs; n++) {
    times.git.push(await timed(async () => { git(dir, ['for-each-ref']); git(dir, ['diff-tree', '-p', '-r', '--stdin'], input(pairs)); }));
    for (const reader of READERS) times[reader].push(await timed(async () => { ids.push((await extract(dir, taken, reader)).join()); }));
    // Slow, and steady enough.
    if (n > 1) continue;
    times.plain.push(await timed(() => walk(dir, pairs, fs)));
    times.tuned.push(await timed(() => walk(dir, pairs, tuned(dir) as unknown as typeof fs)));
  }
  if (new Set(ids).size !== 1) throw new Error('the readers give different ACUs');
  const row = (metric: string, value: number, peer: string, peerValue: number): Row => ({ metric: `${prefix}_${metric}`, value, unit: 'ms', peer, peerValue, ratio: peerValue / value });
  return [
    { metric: `${prefix}_sources`, value: pairs.length, unit: 'sources' },
    ...READERS.map((reader) => row(`extract_${reader}_ms`, median(times[reader]), 'git for-each-ref + diff-tree -p', median(times.git))),
    row('embedded_beside_isomorphic_ms', median(times.embedded), 'isomorphic-git walk, shared cache', Math.min(...times.plain)),
    row('embedded_beside_isomorphic_tuned_ms', median(times.embedded), 'the same, tuned file system', Math.min(...times.tuned)),
  ];
}

/** The same again and again in turn: least and median, and the least time of all threads of this process on its processors (git's is not in it). */
async function warm(prefix: string, dir: string, refs: readonly string[], often: typeof WARM): Promise<Row[]> {
  const pairs = pairsOf(dir, refs), taken = pairs.map(({ ref }) => ref);
  const works = { git: async () => { git(dir, ['for-each-ref']); git(dir, ['diff-tree', '-p', '-r', '--stdin'], input(pairs)); }, native: () => extract(dir, taken, 'native'), embedded: () => extract(dir, taken, 'embedded') };
  const times = { git: [] as number[], native: [] as number[], embedded: [] as number[] }, processor = { git: [] as number[], native: [] as number[], embedded: [] as number[] };
  for (let n = 0; n < often.before + often.runs; n++) {
    for (const who of ['git', ...READERS] as const) {
      const before = process.cpuUsage(), ms = await timed(works[who]), { user, system } = process.cpuUsage(before);
      if (n < often.before) continue;
      times[who].push(ms);
      processor[who].push((user + system) / 1000);
    }
  }
  return READERS.flatMap((reader): Row[] => [
    ...([['median', median], ['least', (values: readonly number[]) => Math.min(...values)]] as const).map(([name, of]): Row => (
      { metric: `${prefix}_extract_${reader}_${name}_ms`, value: of(times[reader]), unit: 'ms', peer: 'git for-each-ref + diff-tree -p', peerValue: of(times.git), ratio: of(times.git) / of(times[reader]) })),
    { metric: `${prefix}_extract_${reader}_processor_ms`, value: Math.min(...processor[reader]), unit: 'ms' },
  ]);
}

/** The same in a fresh process each time: Node's start, loading and a cold compiler are in it. */
function fresh(dir: string, refs: readonly string[], reader: Reader): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), dir, reader, ...refs], { encoding: 'utf8', env: { PATH: process.env['PATH'] } });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - start;
}

const benchmark: Benchmark = {
  what: `Changes read out of ${SOURCES} generated branches (mix "team"), of ${MANY} in fresh processes, and of ACUMEN_BENCH_REPO where set, by both readers, medians of ${RUNS}, beside git and isomorphic-git; ${availableParallelism()} cores`,
  async run() {
    const out: Row[] = [];
    const made = await generate({ seed: 1, mix: 'team', sources: SOURCES });
    try {
      out.push(...await rows('generated', made.dir, made.refs, RUNS), ...await warm('warm', made.dir, made.refs, WARM));
    } finally {
      made.remove();
    }
    const many = await generate({ seed: 1, mix: 'team', sources: MANY });
    try {
      out.push(...await warm(`warm_${MANY}`, many.dir, many.refs, WARM_MANY));
      for (const reader of READERS) out.push({ metric: `fresh_${MANY}_extract_${reader}_ms`, value: median([0, 1, 2].map(() => fresh(many.dir, ['refs/heads', 'refs/pull'], reader))), unit: 'ms' });
    } finally {
      many.remove();
    }
    const own = process.env['ACUMEN_BENCH_REPO'];
    if (own !== undefined) {
      const globs = (process.env['ACUMEN_BENCH_REFS'] ?? 'refs/heads refs/remotes refs/pull').split(' ');
      out.push(...await rows('own', own, git(own, ['for-each-ref', '--format=%(refname)', ...globs]).trimEnd().split('\n'), 3));
    }
    return out;
  },
};
export default benchmark;

const [, script, dir, reader, ...refs] = process.argv;
if (script === fileURLToPath(import.meta.url) && dir !== undefined) await extract(dir, refs, reader as Reader);
