// One branch that moves among a thousand. The engine's part, in a process that holds the engine: from its new commit in the repository to
// the list of its conflicts, beside git's merges of that branch with each of the others, verdicts compared (what listing a thousand refs
// takes is told apart). Then the same as a whole operation of the service, with its commit and the difference that a window gets; and ACUs
// added with their edges, durably, many at once (adds.ts).
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteString } from '../app/core/bytes.ts';
import { openRepository } from '../app/main/git/open.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { type Generated, generate } from '../testkit/generate.ts';
import { environment, git, tempDir } from '../testkit/git.ts';
import { Oracle } from '../testkit/oracle.ts';
import { type Pushed, move, pushesOnto } from '../testkit/pushes.ts';
import { Random } from '../testkit/random.ts';
import { aloneIn, addRows } from './adds.ts';
import { type Benchmark, median, percentile, type Row } from './report.ts';
import { Resident } from './resident.ts';

const SOURCES = Number(process.env['ACUMEN_BENCH_SIZES'] ?? 1000);
/** Not counted, then counted. */
const WARM = 60, PUSHES = 240, DURABLE = 40;
/** Branches whose 999 merges git makes. */
const JUDGED = 5;

/** git's answers for one source against all others: places of those that conflict, and its time. */
function gitMerges(oracle: Oracle, ref: string, objects: string): { readonly ms: number; readonly conflicting: Set<string>; readonly asked: readonly string[] } {
  const one = oracle.sources.find((s) => s.ref === ref)!, others = oracle.sources.filter((s) => s.commit !== null && s.ref !== ref);
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync('git', ['merge-tree', '--write-tree', '--stdin', '--no-messages', '--name-only'], {
    cwd: oracle.dir, input: others.map((o) => `${one.commit} ${o.commit}\n`).join(''), maxBuffer: 2 ** 30, encoding: 'latin1',
    env: environment({ GIT_OBJECT_DIRECTORY: objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: join(oracle.dir, 'objects') }),
  });
  const ms = performance.now() - start;
  if (status !== 0) throw new Error(stderr);
  const fields = stdout.split('\0'), conflicting = new Set<string>();
  let n = 0;
  for (let i = 0; i + 2 < fields.length; i = fields.indexOf('', i + 2) + 1) { if (fields[i] === '0') conflicting.add(others[n]!.ref); n++; }
  if (n !== others.length) throw new Error(`git answered ${n} of ${others.length} pairs`);
  return { ms, conflicting, asked: others.map((o) => o.ref) };
}

async function engineRows(made: Generated, pushed: readonly Pushed[], resident: Resident): Promise<Row[]> {
  const parts = { refs: [] as number[], all: [] as number[], import: [] as number[], next: [] as number[] };
  let whole = 0;
  for (const [i, push] of pushed.entries()) {
    move(made.dir, push);
    const before = resident.whole, asked = performance.now();
    await resident.list();
    const start = performance.now();
    await resident.import();
    const imported = performance.now();
    resident.conflictsOf(push.ref);
    const end = performance.now();
    if (i < WARM) continue;
    if (resident.whole > before) whole++;
    parts.refs.push(start - asked);
    parts.all.push(end - start);
    parts.import.push(imported - start);
    parts.next.push(end - imported);
  }
  const oracle = await Oracle.open(made.dir, { refs: made.refs });
  const times: number[] = [];
  let judged = 0, open = 0;
  try {
    const { engine } = resident;
    const found = new Map<string, string>();
    for (const { a, b, verdict } of engine.sourceConflicts()) { found.set(`${a} ${b}`, verdict); found.set(`${b} ${a}`, verdict); }
    const nameOf = new Map(engine.tables.sources.map((s) => [s.ref as string, s.name]));
    const chosen = [...new Set(pushed.slice(WARM).map(({ ref }) => ref))].filter((ref) => oracle.sources.some((s) => s.ref === ref && s.commit !== null)).slice(0, JUDGED);
    for (const ref of chosen) {
      const objects = tempDir('objects');
      const { ms, conflicting, asked } = gitMerges(oracle, ref, objects.path);
      objects.remove();
      times.push(ms);
      for (const other of asked) {
        const verdict = found.get(`${nameOf.get(ref)} ${nameOf.get(other)}`);
        judged++;
        if (verdict === 'partial') open++;
        else if ((verdict === 'blocking') !== conflicting.has(other)) throw new Error(`${ref} and ${other}: git says ${conflicting.has(other) ? 'conflict' : 'clean'}, Acumen the other`);
      }
    }
  } finally {
    oracle.close();
  }
  const peer = { peer: `git merge-tree --stdin, ${SOURCES - 1} merges`, peerValue: median(times) };
  const row = (metric: string, value: number): Row => ({ metric, value, unit: 'ms' });
  return [
    { metric: 'repush/engine_ms', value: median(parts.all), unit: 'ms', ...peer, ratio: median(times) / median(parts.all) },
    row('repush/engine_p99_ms', percentile(parts.all, 0.99)), row('repush/engine_least_ms', Math.min(...parts.all)),
    row('repush/engine_import_ms', median(parts.import)), row('repush/engine_list_ms', median(parts.next)), row('repush/listing_refs_ms', median(parts.refs)),
    { metric: 'repush/looked_at_everything', value: whole, unit: `of ${parts.all.length}` },
    { metric: 'repush/compared_pairs', value: judged, unit: 'pairs' }, { metric: 'repush/undecided_of_compared', value: open, unit: 'pairs' },
  ];
}

async function durableRows(made: Generated, pushed: readonly Pushed[], file: string): Promise<Row[]> {
  const workspace = await Workspace.open(file, { env: { PATH: process.env['PATH'] }, git: 'embedded' });
  const again = (): Promise<unknown> => workspace.call('import', { ticket: 'bench', path: made.dir, base: null, refs: made.refs, grain: 'branch' });
  const alone: number[] = [], watched: number[] = [], bytes: number[] = [];
  try {
    await again();
    for (const [i, push] of pushed.entries()) {
      const stop = i % 2 === 0 ? () => {} : workspace.subscribe((message) => { if (message.push === 'epoch') bytes.push(message.bytes.length); });
      move(made.dir, push);
      const start = performance.now();
      await again();
      (i % 2 === 0 ? alone : watched).push(performance.now() - start);
      stop();
    }
  } finally {
    await workspace.close();
  }
  return [
    { metric: 'repush/durable_ms', value: median(alone.slice(3)), unit: 'ms' }, { metric: 'repush/durable_pushed_ms', value: median(watched.slice(3)), unit: 'ms' },
    { metric: 'repush/difference_kb', value: median(bytes) / 1000, unit: 'kB' },
  ];
}

const benchmark: Benchmark = {
  what: `One pushed branch of ${SOURCES} generated ones (mix "team", embedded reader): ${PUSHES} pushes after ${WARM} to warm up, beside git merge-tree --stdin of it with each of the others; as a durable operation; and ACUs added durably (bench/adds.ts)`,
  async run() {
    const made = await generate({ seed: 1, mix: 'team', sources: SOURCES, asIs: true });
    const temp = tempDir('bench-repush');
    git(made.dir, ['gc', '--quiet', '--prune=now']);
    git(made.dir, ['pack-refs', '--all']);
    try {
      const resident = new Resident(await openRepository(made.dir, { reader: 'embedded' }), made.refs);
      await resident.list();
      await resident.import();
      const refs = aloneIn(resident.published!).map((s) => s.ref as ByteString as string);
      const rows = await engineRows(made, pushesOnto(made.dir, refs, WARM + PUSHES, new Random(1)), resident);
      rows.push(...await durableRows(made, pushesOnto(made.dir, refs, DURABLE, new Random(2)), join(temp.path, 'store')));
      rmSync(join(temp.path, 'store'), { force: true });
      await resident.close();
      rows.push(...await addRows(SOURCES, temp.path));
      return rows;
    } finally {
      made.remove();
      temp.remove();
    }
  },
};
export default benchmark;
