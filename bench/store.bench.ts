// What the store costs: an import into a new store beside the same import without one and beside git, the store's own part of
// it, and what opening costs afterwards, in this process and in fresh ones. Needs `npm run build`: what opens a store is the compiled code,
// for from sources the writer's thread would take twice as long to start as it does, stripping types.
import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VERSION } from '../app/core/tables.ts';
import { at } from '../scripts/steps.ts';
import { generate } from '../testkit/generate.ts';
import { tempDir } from '../testkit/git.ts';
import { load } from '../testkit/loaded.ts';
import { newOperation } from '../testkit/storeHistory.ts';
import type { Benchmark, Row } from './report.ts';

/** ACUMEN_BENCH_SIZES (numbers, separated by spaces) asks for others. */
const SIZES = (process.env['ACUMEN_BENCH_SIZES'] ?? '200 1000').split(' ').map(Number);
/** in turn, once the engine has compiled what it runs; of so many branches and more the others. As in import.bench.ts. */
const WARM = { before: 20, runs: 40 }, WARM_MANY = { before: 8, runs: 15 }, MANY = 1000;
/** of fresh processes */
const RUNS = 9;
/** Milliseconds in which a writer's thread that was begun is surely up. */
const UP = 300;

const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1]!;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Refs listed and each one's difference from its merge base, which is found beforehand. */
function peer(dir: string, refs: readonly string[]): () => Promise<void> {
  const git = (args: readonly string[], input = ''): string => spawnSync('git', args, { cwd: dir, input, maxBuffer: 1 << 30, encoding: 'latin1', env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' } }).stdout;
  const pairs = refs.map((ref) => `${git(['rev-parse', `${ref}^{commit}`]).trim()} ${git(['merge-base', 'HEAD', ref]).split('\n')[0]!}\n`).filter((pair) => pair.trim().length > 41);
  return async () => {
    git(['for-each-ref']);
    git(['diff-tree', '-p', '-r', '--stdin'], pairs.join(''));
  };
}

async function rows(sources: number, folder: string): Promise<Row[]> {
  const made = await generate({ seed: 1, mix: 'team', sources });
  const file = join(folder, `store-${sources}`), fresh = join(folder, `fresh-${sources}`);
  const env = { PATH: process.env['PATH'] };
  const { Workspace } = await import(at('dist/app/main/service/workspace.js')) as typeof import('../app/main/service/workspace.ts');
  const { openStore } = await import(at('dist/app/main/storage/store.js')) as typeof import('../app/main/storage/store.ts');
  const { standBy } = await import(at('dist/app/main/storage/spare.js')) as typeof import('../app/main/storage/spare.ts');
  /** As a service has begun the writer's thread when its first import comes: it has practised, waits, and had no store yet. */
  const standing = async <T>(work: () => Promise<T>): Promise<T> => {
    const enough = standBy(true);
    await sleep(UP);
    try {
      return await work();
    } finally {
      enough();
    }
  };
  try {
    const git = peer(made.dir, made.refs);
    const loaded = await load(made.dir, { refs: made.refs, reader: 'native' });
    const { published, segments, engine } = loaded;
    const imported = async (): Promise<{ readonly all: number; readonly call: number }> => {
      let call = 0;
      const all = await timed(async () => {
        const workspace = await Workspace.open(file, { env, git: 'native' });
        call = await timed(() => workspace.call('import', { ticket: 'bench', path: made.dir, base: null, refs: made.refs, grain: 'branch' }));
        await workspace.close();
      });
      return { all, call };
    };
    const times = { git: [] as number[], load: [] as number[], import: [] as number[], call: [] as number[], unprepared: [] as number[], store: [] as number[], reopen: [] as number[], graph: [] as number[] };
    const { before, runs } = sources < MANY ? WARM : WARM_MANY;
    for (let run = 0; run < before + runs; run++) {
      rmSync(file, { force: true });
      const one = {
        git: await timed(git),
        load: await timed(async () => (await load(made.dir, { refs: made.refs, reader: 'native' })).close()),
        store: await standing(() => timed(async () => {
          const store = await openStore(file);
          const draft = await store.beginImport({ base: published.base, grain: 'branch', globs: [] });
          for (let n = 0; n < segments.length; n += 200) await store.stage(draft, segments.slice(n, n + 200));
          const replica = { version: VERSION, state: store.publishedKey(published), bytes: engine.encode() };
          await store.append(newOperation('import'), [{ kind: 'published', published }], { conflicts: engine.edges(), replica });
          await store.close();
        })),
        import: 0, call: 0, unprepared: 0, reopen: 0, graph: 0,
      };
      rmSync(file);
      one.unprepared = (await imported()).all;
      rmSync(file);
      ({ all: one.import, call: one.call } = await standing(imported));
      one.reopen = await timed(async () => (await Workspace.open(file, { readOnly: true, env })).close());
      one.graph = await timed(async () => {
        const workspace = await Workspace.open(file, { readOnly: true, env });
        workspace.engine.pairCounts();
        await workspace.close();
      });
      if (run >= before) for (const [name, ms] of Object.entries(one)) times[name as keyof typeof times].push(ms);
    }
    await loaded.close();
    // `import_ms` with opening and closing the new store, `import_call_ms` from the request to the answer after COMMIT; `import_unprepared_ms` as `import_ms`,
    // where nobody stood by and the writer's thread is begun when the store is opened
    const name = (metric: string): string => `store_${sources}/${metric}`;
    const beside = (metric: string, values: readonly number[]): Row => ({
      metric: name(metric), value: median(values), unit: 'ms', peer: 'git for-each-ref + diff-tree -p', peerValue: median(times.git), ratio: median(times.git) / median(values),
    });
    return [
      beside('import_without_store_ms', times.load), beside('import_ms', times.import), beside('import_call_ms', times.call), beside('import_unprepared_ms', times.unprepared), beside('store_alone_ms', times.store),
      { metric: name('bytes'), value: statSync(file).size / 1000, unit: 'kB' },
      { metric: name('reopen_ms'), value: median(times.reopen), unit: 'ms' }, { metric: name('reopen_to_graph_ms'), value: median(times.graph), unit: 'ms' },
      { metric: name('import_process_ms'), value: median(Array.from({ length: RUNS }, () => { rmSync(fresh, { force: true }); return processMs(fresh, ['import', made.dir]); })), unit: 'ms' },
      ...['log', 'list', `check ${engine.acus[0]!.id}`, `compose ${engine.acus[0]!.id}`].map((verb): Row => ({ metric: name(`${verb.split(' ')[0]}_process_ms`), value: median(Array.from({ length: RUNS }, () => processMs(file, verb.split(' ')))), unit: 'ms' })),
    ];
  } finally {
    made.remove();
  }
}

function processMs(file: string, verb: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [at('bin/acumen.js'), ...verb, '--store', file, '--json'], { maxBuffer: 1 << 30, encoding: 'utf8' });
  // 1: it conflicts, which is an answer.
  if (status !== 0 && status !== 1) throw new Error(stderr);
  return performance.now() - start;
}

const benchmark: Benchmark = {
  what: `Import of ${SIZES.join(' and ')} generated branches (mix "team") into a new store by the native reader, medians of ${WARM.runs} after ${WARM.before} to warm up (${WARM_MANY.runs} after ${WARM_MANY.before} from ${MANY} on), beside git for-each-ref + diff-tree -p; then opening it again`,
  async run() {
    const temp = tempDir('bench-store');
    try {
      const all: Row[] = [];
      for (const size of SIZES) all.push(...await rows(size, temp.path));
      return all;
    } finally {
      temp.remove();
    }
  },
};
export default benchmark;
