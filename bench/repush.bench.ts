// One branch that moves among a thousand. The engine's part, in a process that holds the engine: from its new commit in the repository to
// the list of its conflicts, beside git's merges of that branch with each of the others, verdicts compared (what listing a thousand refs
// takes is told apart). Then the same as a whole
// operation of the service, with its commit and the difference that a window gets; and ACUs added with their edges, durably, many at once.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteString, Oid } from '../app/core/bytes.ts';
import { Engine } from '../app/core/engine.ts';
import type { DomainEvent, Published, SegmentKey } from '../app/core/events.ts';
import type { Segment } from '../app/core/model.ts';
import type { RepositoryReader } from '../app/core/repository.ts';
import { packSegment } from '../app/core/segmentKey.ts';
import { openRepository } from '../app/main/git/open.ts';
import { importRepository } from '../app/main/service/importer.ts';
import type { Memory } from '../app/main/service/memory.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { segmentKeyOf } from '../app/main/storage/log.ts';
import { openStore, type Appended } from '../app/main/storage/store.ts';
import { type Generated, generate } from '../testkit/generate.ts';
import { environment, git, tempDir } from '../testkit/git.ts';
import { Oracle } from '../testkit/oracle.ts';
import { type Pushed, move, pushesOnto } from '../testkit/pushes.ts';
import { Random } from '../testkit/random.ts';
import { newOperation } from '../testkit/storeHistory.ts';
import type { Benchmark, Row } from './report.ts';

const SOURCES = Number(process.env['ACUMEN_BENCH_SIZES'] ?? 1000);
/** Not counted, then counted. */
const WARM = 60, PUSHES = 240, DURABLE = 40;
/** Branches whose 999 merges git makes. */
const JUDGED = 5;
/** ACUs held back and added again and again. */
const ADDED = 200, ROUNDS = 20, WARM_ROUNDS = 8;

const sorted = (values: readonly number[]): number[] => [...values].sort((x, y) => x - y);
const median = (values: readonly number[]): number => sorted(values)[values.length >> 1]!;
const percentile = (values: readonly number[], p: number): number => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * p))]!;

/** An importer and an engine that stay, without a store. */
class Resident {
  readonly bodies = new Map<SegmentKey, Segment>();
  readonly #keys = new WeakMap<Segment, SegmentKey>();
  readonly #refs: readonly string[];
  readonly #reader: RepositoryReader;
  readonly #refsOf: RepositoryReader['refs'];
  #listed: Awaited<ReturnType<RepositoryReader['refs']>> | null = null;
  #memory: Memory | null = null;
  #engine: Engine | null = null;
  published: Published | null = null;
  /** imports that had to look at everything */
  whole = 0;

  constructor(reader: RepositoryReader, refs: readonly string[]) {
    this.#reader = reader;
    this.#refs = refs;
    this.#refsOf = reader.refs.bind(reader);
    Object.defineProperty(reader, 'refs', { value: async () => this.#listed });
  }

  get engine(): Engine { return this.#engine!; }

  /** Reads which refs there are, for the next import. */
  async list(): Promise<void> {
    this.#listed = await this.#refsOf();
  }

  async import(): Promise<void> {
    const published = this.published = await importRepository(this.#reader, { base: null, refs: this.#refs, grain: 'branch' }, {
      written: async () => new Set(), begin: async () => {}, earlier: async () => null, blob: async () => null, stage: async () => {},
      known: async (_, key) => (key === undefined ? [] : [this.bodies.get(key)!]),
      keyOf: (segment) => {
        let key = this.#keys.get(segment);
        if (key === undefined) {
          this.#keys.set(segment, (key = segmentKeyOf(packSegment(segment))));
          this.bodies.set(key, segment);
        }
        return key;
      },
      memory: () => (this.#memory === null ? null : { memory: this.#memory, tables: this.engine.tables }),
      remember: (memory) => { this.#memory = memory; this.whole++; },
    }, () => {}, new AbortController().signal);
    this.#engine = this.#engine?.next(published, (key) => this.bodies.get(key)) ?? Engine.from(published, published.segments.map((key) => this.bodies.get(key)!));
    void this.#engine.index;
  }

  /** The conflicts of the ACUs of a ref. */
  conflictsOf(ref: string): number {
    const { sources, segments } = this.engine.tables, source = sources.find((s) => s.ref === ref)!;
    let count = 0;
    for (const s of source.segments) { const { acu } = segments[s]!; if (acu !== null) for (const _ of this.engine.conflicts({ acu })) count++; }
    return count;
  }

  close(): Promise<void> { return this.#reader.close(); }
}

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

/** Sources of one segment that nobody else has: what people and agents push to. */
const aloneIn = ({ sources, segments }: Published): Published['sources'] => {
  const reached = new Map<Oid, number>();
  for (const s of sources) for (const tip of s.segments) reached.set(tip, (reached.get(tip) ?? 0) + 1);
  return segments.length === 0 ? [] : sources.filter((s) => s.segments.length === 1 && reached.get(s.segments[0]!) === 1);
};

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

/** Adds of ACUs to those that stay, each an operation with its event, its edges and its reply after the commit. */
async function addRows(resident: Resident, file: string): Promise<Row[]> {
  const all = resident.published!, { bodies } = resident;
  const rank = new Map(all.segments.map((key, i) => [key, i])), keyOf = new Map(all.segments.map((key) => [bodies.get(key)!.tip, key]));
  const below = new Set([...bodies.values()].flatMap((s) => s.lower));
  const held = aloneIn(all).filter((s) => !below.has(s.segments[0]!)).slice(0, ADDED), out = new Set(held), outKeys = new Set(held.map((s) => keyOf.get(s.segments[0]!)!));
  const kept = all.segments.filter((key) => !outKeys.has(key));
  const start: Published = { ...all, sources: all.sources.filter((s) => !out.has(s)), segments: kept, decided: { ...all.decided!, paths: [], reasons: [], pairs: new Uint8Array(0) } };
  const store = await openStore(file);
  const rates: number[] = [], latencies: number[] = [], stored: number[] = [];
  let edges = 0, prepared: Appended[] = [];
  try {
    await store.stage(await store.beginImport({ base: all.base, grain: 'branch', globs: [] }), all.segments.map((key) => bodies.get(key)!));
    for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
      await store.append(newOperation('import'), [{ kind: 'published', published: start }], { conflicts: [] });
      let engine = Engine.from(start, kept.map((key) => bodies.get(key)!)), published = start;
      void engine.index;
      const replies: Promise<unknown>[] = [], waited: number[] = [];
      edges = 0;
      prepared = [];
      const begun = performance.now();
      for (const source of held) {
        const asked = performance.now(), key = keyOf.get(source.segments[0]!)!, segment = bodies.get(key)!;
        let at = 0, high = published.segments.length;
        while (at < high) { const middle = (at + high) >> 1; if (rank.get(published.segments[middle]!)! < rank.get(key)!) at = middle + 1; else high = middle; }
        const next: Published = { ...published, segments: published.segments.toSpliced(at, 0, key), sources: [...published.sources, source] };
        const grown = engine.next(next, () => segment)!, { acus, conflicts } = grown.changedFrom(engine)!, list = [...conflicts];
        edges += list.length;
        const events: DomainEvent[] = [{ kind: 'segment-added', key, segment }, {
          kind: 'publication-changed', change: { segments: { gone: [], come: [key], at: [at] }, sources: { gone: [], come: [source], at: [published.sources.length] }, rest: {} },
        }];
        const one = { operation: newOperation('import'), events, extra: { changed: { acus, conflicts: list } } };
        prepared.push(one);
        replies.push(store.append(one.operation, events, one.extra).then(() => waited.push(performance.now() - asked)));
        engine = grown;
        published = next;
      }
      await Promise.all(replies);
      if (round < WARM_ROUNDS) continue;
      rates.push(held.length / (performance.now() - begun) * 1000);
      latencies.push(...waited);
      if (round === WARM_ROUNDS && engine.digest !== Engine.from(published, published.segments.map((key) => bodies.get(key)!)).digest) throw new Error('the engine that grew is another than one built anew');
    }
    // The store's part of it: the same events and edges, found beforehand.
    for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
      await store.append(newOperation('import'), [{ kind: 'published', published: start }], { conflicts: [] });
      const begun = performance.now();
      await Promise.all(prepared.map(({ operation, events, extra }) => store.append(operation, events, extra)));
      if (round >= WARM_ROUNDS) stored.push(held.length / (performance.now() - begun) * 1000);
    }
    if ((await store.state()).published?.segments.length !== kept.length + held.length) throw new Error('not all that was acknowledged is stored');
  } finally {
    await store.close();
  }
  return [
    { metric: 'repush/adds_durable', value: median(rates), unit: 'adds/s' }, { metric: 'repush/adds_reply_p99_ms', value: percentile(latencies, 0.99), unit: 'ms' },
    { metric: 'repush/adds_durable_store_alone', value: median(stored), unit: 'adds/s' },
    { metric: 'repush/edges_per_add', value: edges / held.length, unit: 'edges' },
  ];
}

const benchmark: Benchmark = {
  what: `One pushed branch of ${SOURCES} generated ones (mix "team", embedded reader): ${PUSHES} pushes after ${WARM} to warm up, beside git merge-tree --stdin of it with each of the others; as a durable operation; and ${ADDED} ACUs added at a time`,
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
      rows.push(...await addRows(resident, join(temp.path, 'adds')));
      await resident.close();
      return rows;
    } finally {
      made.remove();
      temp.remove();
    }
  },
};
export default benchmark;
