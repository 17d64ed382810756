// Composing in a resident service and writing the result as git objects, beside git's own ways, trees compared in the same run:
// 50 clean branches; subsets of a thousand ACUs; one hot file. What is warm: the engine, the contents that earlier compositions of
// other sets read (service/warm.ts), the repository's reader. No composed set is taken from a cache of answers.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AcuId, ByteString, Oid } from '../app/core/bytes.ts';
import type { Engine } from '../app/core/engine.ts';
import { openRepository } from '../app/main/git/open.ts';
import { openWriter } from '../app/main/git/writer.ts';
import { type Bodies, composeSet } from '../app/main/service/composer.ts';
import type { Composed, Moment } from '../app/main/service/reading.ts';
import { LayeredCache } from '../app/main/service/cache/cache.ts';
import { Warm } from '../app/main/service/warm.ts';
import { newObjects } from '../app/main/service/writeBack.ts';
import { at } from '../scripts/steps.ts';
import { generate } from '../testkit/generate.ts';
import { git, gitLine, tempDir, tryGit } from '../testkit/git.ts';
import { load } from '../testkit/loaded.ts';
import type { Loaded } from '../testkit/loaded.ts';
import { Oracle } from '../testkit/oracle.ts';
import type { OracleSource } from '../testkit/oracle.ts';
import { Random } from '../testkit/random.ts';
import { wide } from '../testkit/wide.ts';
import type { Benchmark, Row } from './report.ts';

const RUNS = 7;
const BRANCHES = 50;
const who = { name: 'Bench' as ByteString, email: 'bench@example.invalid' as ByteString, time: 1_700_000_000, offset: 0 };

const sorted = (values: readonly number[]): number[] => [...values].sort((x, y) => x - y);
const median = (values: readonly number[]): number => sorted(values)[values.length >> 1]!;

interface Spent { readonly wall: number; readonly cpu: number }

/** Processor time of this process and of its ended children, in milliseconds. The children's only on Linux, in steps of ten. */
function processor(): { own: number; children: number } {
  const { user, system } = process.cpuUsage();
  let children = 0;
  try {
    const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]!.split(' ');
    children = 10 * (Number(fields[13]) + Number(fields[14]));
  } catch { /* no such file: no figure */ }
  return { own: (user + system) / 1000, children };
}

async function timed<T>(work: () => T | Promise<T>): Promise<Spent & { value: T }> {
  const before = processor(), start = performance.now();
  const value = await work();
  const wall = performance.now() - start, after = processor();
  return { wall, cpu: after.own - before.own + after.children - before.children, value };
}

const bodiesOf = (loaded: Loaded): Bodies => async (segments) => segments.map((s) => loaded.segments[loaded.engine.tables.order.indexOf(s)]!);

/** As the service composes, without its cache of answers. */
async function composed(loaded: Loaded, warm: Warm, ids: readonly AcuId[]): Promise<Composed> {
  const set = await composeSet(loaded.engine, loaded.reader, ids, loaded.stored, undefined, warm, bodiesOf(loaded));
  if (!('delta' in set)) throw new Error(`the set does not compose: ${JSON.stringify(set).slice(0, 300)}`);
  const { tree, made } = await warm.grow(loaded.engine.tables.baseTree, set.delta);
  return { ...set, tree, trees: made };
}

const momentOf = (loaded: Loaded): Moment => ({ engine: loaded.engine, reader: loaded.reader, stored: loaded.stored, key: (segment) => loaded.published.segments[loaded.engine.tables.order.indexOf(segment)]!, edits: async (segment) => loaded.segments[segment]!.edits, bodies: bodiesOf(loaded) });

/** Sources of which every two go together by the engine's verdicts, in a given order; none stale. */
export function maximalClean(engine: Engine, order = engine.sources.map((s) => s.name)): ByteString[] {
  const against = new Map<string, Set<string>>();
  const note = (a: string, b: string): void => { const set = against.get(a); if (set) set.add(b); else against.set(a, new Set([b])); };
  for (const { a, b } of engine.sourceConflicts()) { note(a, b); note(b, a); }
  const chosen: ByteString[] = [];
  for (const name of order) {
    const bad = against.get(name);
    if (!bad?.has('base') && engine.named(name).length > 0 && !chosen.some((other) => bad?.has(other))) chosen.push(name);
  }
  return chosen;
}

const idsOf = (engine: Engine, names: readonly string[]): AcuId[] => [...new Set(names.flatMap((name) => engine.named(name)))];

/** git's chain: one merge-tree and one commit-tree for each branch. */
function chain(dir: string, sources: readonly OracleSource[]): string {
  let head = sources[0]!.commit!, tree = sources[0]!.tree!;
  for (const source of sources.slice(1)) {
    const merged = tryGit(dir, ['merge-tree', '--write-tree', '--no-messages', head, source.commit!]);
    if (merged.status !== 0) throw new Error(`git's chain conflicts at ${source.name}`);
    tree = merged.stdout.trim();
    head = gitLine(dir, ['commit-tree', tree, '-p', head, '-p', source.commit!, '-m', 'm']);
  }
  return tree;
}

/** `git merge` of one branch after the other in a working tree. */
function merges(tree: string, base: string, sources: readonly OracleSource[]): string {
  git(tree, ['reset', '--quiet', '--hard', base]);
  for (const source of sources) git(tree, ['merge', '--quiet', '--no-edit', '-m', 'm', source.commit!]);
  return gitLine(tree, ['rev-parse', 'HEAD^{tree}']);
}

/** A copy of the judge's repository that needs nothing outside it, packed. */
function copied(oracle: Oracle, to: string): string {
  git(oracle.dir, ['update-ref', '--stdin'], { input: oracle.sources.flatMap((s, i) => (s.commit === null ? [] : [`update refs/bench/${i} ${s.commit}\n`])).join('') });
  git(oracle.dir, ['clone', '--quiet', '--bare', '--no-local', '--mirror', oracle.dir, to]);
  return to;
}

/** A folder whose disk forgets what is not flushed, unless this machine has none. */
function onDisk(): { path: string; isDisk: boolean; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'acumen-bench-compose-'));
  const TMPFS = 0x01021994;
  return { path, isDisk: statfsSync(path).type !== TMPFS, remove: () => rmSync(path, { recursive: true, force: true }) };
}

async function fifty(): Promise<Row[]> {
  const made = await generate({ seed: 1, mix: 'team', sources: 200 });
  const oracle = await Oracle.open(made.dir, { refs: made.refs });
  const memory = tempDir('bench-compose'), disk = onDisk();
  try {
    const loaded = await load(made.dir, { refs: made.refs, reader: 'auto' });
    const { engine } = loaded;
    const all = maximalClean(engine), names = all.slice(0, BRANCHES), ids = idsOf(engine, names);
    const sources = names.map((name) => oracle.sources.find((s) => s.name === name)!);
    const scratch = copied(oracle, join(memory.path, 'scratch.git')), flushed = join(disk.path, 'scratch.git');
    cpSync(scratch, flushed, { recursive: true });
    const worktree = join(memory.path, 'worktree');
    git(memory.path, ['clone', '--quiet', '--shared', '--no-checkout', scratch, worktree]);

    const warm = new Warm(loaded.reader, new LayeredCache(), false), moment = momentOf(loaded);
    const first = await timed(() => composed(loaded, warm, ids));
    // what a person who drags one after the other leaves behind: other sets of the same branches
    for (let n = 5; n < all.length; n += 5) await composed(loaded, warm, idsOf(engine, all.slice(0, n)));
    const times = { compose: [] as Spent[], write: [] as Spent[], flush: [] as Spent[], chain: [] as Spent[], chainDisk: [] as Spent[], merge: [] as Spent[], cold: [] as Spent[] };
    const write = async (answer: Composed, dir: string, run: number): Promise<Oid> => {
      // another time each run: another commit, another pack
      const author = { ...who, time: who.time + run };
      return openWriter(dir).writeWith(newObjects(moment, answer), { tree: answer.tree, parents: [engine.base], author, committer: author, message: 'Compose\n' as ByteString });
    };
    let octopus = '';
    for (let run = 0; run <= RUNS; run++) {
      const ours = await timed(() => composed(loaded, warm, ids));
      const written = await timed(() => write(ours.value, scratch, run));
      const safe = await timed(() => write(ours.value, flushed, run));
      const peer = await timed(() => chain(scratch, sources)), peerDisk = await timed(() => chain(flushed, sources));
      for (const commit of [written.value, safe.value]) if (gitLine(commit === written.value ? scratch : flushed, ['rev-parse', `${commit}^{tree}`]) !== peer.value) throw new Error('git and Acumen made different trees');
      if (run > 0) { times.compose.push(ours); times.write.push(written); times.flush.push(safe); times.chain.push(peer); times.chainDisk.push(peerDisk); }
      if (run > 0 && run <= 3) {
        const merged = await timed(() => merges(worktree, engine.base, sources));
        if (merged.value !== peer.value) throw new Error('git merge made another tree than git merge-tree');
        times.merge.push(merged);
        times.cold.push(await timed(async () => {
          const reader = await openRepository(made.dir);
          const fresh = { ...loaded, reader };
          await write(await composed(fresh, new Warm(reader, new LayeredCache(), false), ids), scratch, 1000 + run);
          await reader.close();
        }));
      }
    }
    const objects = (await newObjects(moment, await composed(loaded, warm, ids))).length + 1;
    git(worktree, ['reset', '--quiet', '--hard', engine.base]);
    const together = await timed(() => tryGit(worktree, ['merge', '--quiet', '--no-edit', '-m', 'm', ...sources.map((s) => s.commit!)]));
    octopus = together.value.status === 0 ? 'taken' : 'refused';
    for (const dir of [scratch, flushed]) {
      const check = tryGit(dir, ['fsck', '--strict', '--full', '--no-dangling']);
      if (check.status !== 0 || check.stdout !== '') throw new Error(`git fsck: ${check.stdout}${check.stderr}`);
    }
    const wall = (list: readonly Spent[]): number => median(list.map((s) => s.wall)), cpu = (list: readonly Spent[]): number => Math.min(...list.map((s) => s.cpu));
    const whole = (which: 'write' | 'flush'): Spent[] => times.compose.map((s, i) => ({ wall: s.wall + times[which][i]!.wall, cpu: s.cpu + times[which][i]!.cpu }));
    const beside = (metric: string, value: number, peer: string, peerValue: number): Row => ({ metric, value, unit: 'ms', peer, peerValue, ratio: peerValue / value });
    const rows: Row[] = [
      { metric: 'compose_50/acus', value: ids.length, unit: 'ACUs' }, { metric: 'compose_50/objects', value: objects, unit: 'objects' },
      beside('compose_50/resident_ms', wall(whole('write')), 'merge-tree + commit-tree', wall(times.chain)),
      beside('compose_50/resident_beside_merge_ms', wall(whole('write')), 'git merge', wall(times.merge)),
      { ...beside('compose_50/resident_octopus_ms', wall(whole('write')), `octopus (${octopus})`, together.wall) },
      beside(`compose_50/resident_flushed_ms${disk.isDisk ? '' : '_no_disk'}`, wall(whole('flush')), 'merge-tree + commit-tree, not flushed', wall(times.chainDisk)),
      beside('compose_50/resident_processor_ms', cpu(whole('write')), 'merge-tree + commit-tree', cpu(times.chain)),
      beside('compose_50/resident_processor_beside_merge_ms', cpu(whole('write')), 'git merge', cpu(times.merge)),
      { metric: 'compose_50/tree_id_ms', value: wall(times.compose), unit: 'ms' }, { metric: 'compose_50/write_ms', value: wall(times.write), unit: 'ms' }, { metric: 'compose_50/write_flushed_ms', value: wall(times.flush), unit: 'ms' },
      { metric: 'compose_50/first_tree_id_ms', value: first.wall, unit: 'ms' },
      beside('compose_50/cold_reader_ms', wall(times.cold), 'merge-tree + commit-tree', wall(times.chain)),
    ];
    if (existsSync(at('dist/app/main/doors/cli/main.js'))) rows.push(...coldProcess(made.dir, names, memory.path, wall(times.chain)));
    await loaded.close();
    return rows;
  } finally {
    oracle.close();
    made.remove();
    memory.remove();
    disk.remove();
  }
}

/** The built command line in a process of its own, on a store that is there. */
function coldProcess(dir: string, names: readonly string[], folder: string, peer: number): Row[] {
  const store = join(folder, 'store.sqlite');
  const acumen = (...args: string[]): string => execFileSync(process.execPath, [at('bin/acumen.js'), ...args, '--store', store, '--json'], { encoding: 'utf8', maxBuffer: 1 << 30 });
  acumen('import', dir);
  const times = Array.from({ length: 5 }, () => { const start = performance.now(); acumen('compose', ...names); return performance.now() - start; });
  return [{ metric: 'compose_50/cold_process_tree_id_ms', value: median(times), unit: 'ms', peer: 'merge-tree + commit-tree', peerValue: peer, ratio: peer / median(times) }];
}

/** Random subsets of sources that go together, with all their ACUs, composed to a tree id: a part of a stack may conflict where the whole does not. */
async function subsets(name: string, loaded: Loaded, pool: readonly (readonly ByteString[])[], sizes: readonly number[]): Promise<Row[]> {
  const random = new Random(7), warm = new Warm(loaded.reader, new LayeredCache(), false);
  const first = await timed(() => composed(loaded, warm, idsOf(loaded.engine, pool[0]!)));
  const rows: Row[] = [{ metric: `${name}/first_ms`, value: first.wall, unit: 'ms' }];
  for (const names of pool.slice(1)) await composed(loaded, warm, idsOf(loaded.engine, names));
  for (const size of sizes) {
    const spent: Spent[] = [];
    let paths = 0, largest = 0;
    for (let n = 0; n < 15; n++) {
      const from = pool[n % pool.length]!;
      const ids = idsOf(loaded.engine, random.shuffle([...from]).slice(0, size));
      const answer = await timed(() => composed(loaded, warm, ids));
      spent.push(answer);
      paths = Math.max(paths, answer.value.delta.size);
      largest = Math.max(largest, ids.length);
    }
    rows.push({ metric: `${name}/${size}_median_ms`, value: median(spent.map((s) => s.wall)), unit: 'ms' }, { metric: `${name}/${size}_slowest_ms`, value: sorted(spent.map((s) => s.wall)).at(-1)!, unit: 'ms' },
      { metric: `${name}/${size}_processor_ms`, value: Math.min(...spent.map((s) => s.cpu)), unit: 'ms' }, { metric: `${name}/${size}_acus`, value: largest, unit: 'ACUs' }, { metric: `${name}/${size}_paths`, value: paths, unit: 'paths' });
  }
  rows.push(...heldRows(name, warm));
  return rows;
}

const heldRows = (name: string, warm: Warm): Row[] => [['trees', warm.heldTrees], ...(warm.cache.figures()[0]?.kinds ?? []).map(({ kind, bytes }) => [kind, bytes] as const)]
  .map(([what, bytes]) => ({ metric: `${name}/held_${what}`, value: Number(bytes) / 1000, unit: 'kB' }));

async function thousand(): Promise<Row[]> {
  const rows: Row[] = [];
  const clean = wide({ seed: 3, branches: 1000, files: 300, lines: 200, touches: 3, same: 10 });
  try {
    const loaded = await load(clean.dir, { refs: clean.refs, reader: 'auto' });
    rows.push(...await subsets('wide_1000', loaded, [loaded.engine.sources.map((s) => s.name)], [100, 500, 1000]));
    await loaded.close();
  } finally {
    clean.remove();
  }
  const made = await generate({ seed: 1, mix: 'team', sources: 1000 });
  try {
    const loaded = await load(made.dir, { refs: made.refs, reader: 'auto' });
    const random = new Random(5), names = loaded.engine.sources.map((s) => s.name);
    const pool = Array.from({ length: 5 }, () => maximalClean(loaded.engine, random.shuffle([...names])));
    rows.push(...await subsets('team_1000', loaded, pool, [100, 1000]));
    await loaded.close();
  } finally {
    made.remove();
  }
  return rows;
}

/** One file of 10,000 lines that every branch changes. */
async function hot(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const branches of [250, 500, 1000]) {
    const made = wide({ seed: 4, branches, files: 1, lines: 10_000, touches: 1, same: 5 });
    try {
      const loaded = await load(made.dir, { refs: made.refs, reader: 'auto' });
      const ids = loaded.engine.acus.map((a) => a.id), warm = new Warm(loaded.reader, new LayeredCache(), false);
      const first = await timed(() => composed(loaded, warm, ids));
      const again: Spent[] = [];
      for (let n = 0; n < 9; n++) again.push(await timed(() => composed(loaded, warm, ids)));
      rows.push({ metric: `hot_file/${branches}_first_ms`, value: first.wall, unit: 'ms' }, { metric: `hot_file/${branches}_ms`, value: median(again.map((s) => s.wall)), unit: 'ms' }, { metric: `hot_file/${branches}_processor_ms`, value: Math.min(...again.map((s) => s.cpu)), unit: 'ms' });
      rows.push(...heldRows(`hot_file/${branches}`, warm));
      await loaded.close();
    } finally {
      made.remove();
    }
  }
  return rows;
}

const benchmark: Benchmark = {
  what: `${BRANCHES} clean branches of 200 generated ones (mix "team") composed and written as git objects in a resident service, medians of ${RUNS} after one to warm up, beside git; subsets of 1,000 ACUs; a file of 10,000 lines that all change. ACUMEN_BENCH_PART: fifty, thousand, hot`,
  async run() {
    const part = process.env['ACUMEN_BENCH_PART'] ?? 'fifty thousand hot';
    return [...part.includes('fifty') ? await fifty() : [], ...part.includes('thousand') ? await thousand() : [], ...part.includes('hot') ? await hot() : []];
  },
};
export default benchmark;
