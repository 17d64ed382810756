// The cache under what people at two real repositories asked of it (bench/traces): the real cache with its two levels on real files, beside a
// plain LRU of the same bytes in memory, and each policy beside the same without it. Traces A and B are those that were chosen on; C and D were committed
// unseen and replayed once, when nothing was changed any more (ACUMEN_TRACE=b, c, d). Then what a hit costs at each level, the bound in memory, and a
// thousand who ask for one thing at once.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type Kind, LayeredCache, MEGABYTE } from '../app/main/service/cache/cache.ts';
import * as shipped from '../app/main/service/cache/kinds.ts';
import { Bringing } from '../app/main/service/cache/bringing.ts';
import { noHistory } from '../app/main/service/cache/lifetime.ts';
import { type Entry, Memory, type Owner } from '../app/main/service/cache/memory.ts';
import { PATIENCE, worthwhile } from '../app/main/service/cache/prefetch.ts';
import { Predictor } from '../app/main/service/cache/predictor.ts';
import { DiskCache } from '../app/main/storage/cache/disk.ts';
import type { Limits } from '../app/main/storage/cache/disk.ts';
import type { Benchmark, Row } from './report.ts';
import { type Ahead, type Node, type Played, type Recorded, Replay, readTrace } from './traces/replay.ts';

const TRACE = process.env['ACUMEN_TRACE'] ?? 'a';

interface Setup { readonly limit: number; readonly disk: Limits | null; /** `all`: whatever is offered, without a budget */ readonly prefetch: 'learned' | 'fixed' | 'all' | 'none'; /** keeps what imports have in hand */ readonly brings: boolean }
/** As it is shipped; and with little room, so that all three levels are in use. */
const SHIPPED: Setup = { limit: 160 * MEGABYTE, disk: { warm: 256 * MEGABYTE, cold: 512 * MEGABYTE }, prefetch: 'learned', brings: true };
const TIGHT: Setup = { limit: 16 * MEGABYTE, disk: { warm: 24 * MEGABYTE, cold: 256 * MEGABYTE }, prefetch: 'learned', brings: true };

/** Kinds of the trace with the levels that they are shipped with; values are bytes. */
const disk = { encode: (bytes: Uint8Array) => bytes, decode: (bytes: Uint8Array) => bytes };
const kinds = new Map<string, Kind<Uint8Array>>([shipped.content, shipped.size, shipped.made, shipped.lined, shipped.patch, shipped.spliced, shipped.change, shipped.composed, shipped.preview, shipped.refused, shipped.conflict, shipped.segment]
  .map((kind) => [kind.name, { name: kind.name, sizeOf: (bytes: Uint8Array) => bytes.length, ...kind.disk !== undefined && { disk } }]));

/** Bytes that compress about as source text does. */
const TEXT = new Uint8Array(1 << 20).map((_, i) => 32 + ((i * 2654435761) >>> 27) % 64);
const valueOf = ({ size, key }: Node): Uint8Array => {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += TEXT.length) bytes.set(TEXT.subarray(0, Math.min(TEXT.length, size - at)), at);
  bytes.set(Buffer.from(key).subarray(0, size));
  return bytes;
};

/** The real one, on real files. */
class Real implements Played {
  cache: LayeredCache;
  over = 0;
  readonly #folder: string;
  readonly #setup: Setup;
  readonly hits = { L1: 0, L2: 0, L3: 0 };
  readonly times = { L1: [] as number[], L2: [] as number[], L3: [] as number[] };
  figures = { promotions: 0, demotions: 0, lost: 0 };
  /** what imports had in hand and was kept: whether it was asked for since */
  readonly brought = new Map<string, boolean>();

  constructor(folder: string, setup: Setup) {
    this.#folder = folder;
    this.#setup = setup;
    this.cache = this.#open();
  }

  #open(): LayeredCache {
    const { disk: limits, limit } = this.#setup;
    return new LayeredCache({ limit, disk: limits === null ? null : new DiskCache(join(this.#folder, 'store'), { keys: this.#folder, form: 'bench', limits }) });
  }

  has(node: Node): boolean { return this.cache.shelf(kinds.get(node.kind)!).has(node.key); }

  async find(node: Node): Promise<boolean> {
    if (this.brought.has(node.key)) this.brought.set(node.key, true);
    const shelf = this.cache.shelf(kinds.get(node.kind)!), isInMemory = shelf.has(node.key), began = performance.now();
    if (shelf.get(node.key) !== undefined) {
      this.times[isInMemory ? 'L1' : 'L2'].push(performance.now() - began);
      this.hits[isInMemory ? 'L1' : 'L2']++;
      return true;
    }
    if (await shelf.cold(node.key) === undefined) return false;
    this.times.L3.push(performance.now() - began);
    this.hits.L3++;
    return true;
  }

  put(node: Node): void {
    this.cache.shelf(kinds.get(node.kind)!).set(node.key, valueOf(node), node.by >= 0 ? 1 : node.cost / 1000);
    this.check();
  }

  bring(nodes: readonly Node[]): void {
    if (!this.#setup.brings) return;
    const bringing = new Bringing(this.cache);
    for (const node of nodes) {
      const kind = kinds.get(node.kind)!, isNew = !this.cache.shelf(kind).has(node.key);
      bringing.take(kind, node.key, valueOf(node));
      if (isNew && this.cache.shelf(kind).has(node.key) && !this.brought.has(node.key)) this.brought.set(node.key, false);
      this.check();
    }
  }

  check(): void { if (this.cache.bytes > this.cache.limit) this.over++; }

  async restart(): Promise<void> {
    await this.close();
    this.cache = this.#open();
    // a start takes longer than opening a file
    await this.cache.flush();
  }

  async close(): Promise<void> {
    await this.cache.close();
    const [, l2, l3] = this.cache.figures();
    this.figures.promotions += (l2?.promotions ?? 0) + this.cache.figures()[0]!.promotions;
    this.figures.demotions += l3?.demotions ?? 0;
    this.figures.lost += this.cache.lost;
  }
}

/** In memory alone, by the person's clock: one list, newest first, is a plain LRU of so many bytes. `lost`: with a restart. */
class Plain implements Played {
  readonly #memory: Memory;
  readonly #owners = new Map<string, Owner>();
  readonly #lost: boolean;
  now = 0;
  constructor(limit: number, { bucketed = false, lifetimes = false, lost = true } = {}) {
    this.#memory = new Memory(limit, { now: () => this.now, bucketed, lifetimes });
    this.#lost = lost;
  }
  #owner({ kind }: Node): Owner {
    let owner = this.#owners.get(kind);
    if (owner === undefined) this.#owners.set(kind, owner = { entries: new Map<string, Entry>(), bytes: 0, history: noHistory() });
    return owner;
  }
  has(node: Node): boolean { return this.#owner(node).entries.has(node.key); }
  async find(node: Node): Promise<boolean> { return this.#memory.get(this.#owner(node), node.key) !== undefined; }
  put(node: Node): void { this.#memory.set(this.#owner(node), node.key, null, node.size, false); }
  bring(): void { /* a plain one keeps what it is asked for */ }
  async restart(): Promise<void> {
    if (this.#lost) for (const { entries } of this.#owners.values()) for (const entry of [...entries.values()]) this.#memory.remove(entry);
  }
}

interface Outcome { asked: number; found: number; waited: number; instant: number; requests: number; made: number; right: number; used: number; spent: number; over: number; brought: number; wanted: number; hits: { L1: number; L2: number; L3: number }; times: Real['times']; promotions: number; demotions: number; lost: number }
const nothing = (): Outcome => ({ asked: 0, found: 0, waited: 0, instant: 0, requests: 0, made: 0, right: 0, used: 0, spent: 0, over: 0, brought: 0, wanted: 0, hits: { L1: 0, L2: 0, L3: 0 }, times: { L1: [], L2: [], L3: [] }, promotions: 0, demotions: 0, lost: 0 });

/** As main/service/cache/prefetch.ts: the share of time, the most saved up (ms), and how long nobody must have asked (ms). */
const SHARE = 0.2, SAVED_UP = 1000, QUIET = 20;
/** What the twin of the chain always gets ready, in the order offered. */
const NEXT: ReadonlySet<string> = new Set(['first file', 'next file', 'next change', 'why next']);

async function play(trace: Recorded, on: Played, prefetch: Setup['prefetch'], out: Outcome, between: () => Promise<void>): Promise<void> {
  const replay = new Replay(trace, on), predictor = new Predictor(), ahead = new Map<string, number>(), made: Ahead[] = [];
  let budget = SAVED_UP, led = 0;
  /** offered with the last request that leads somewhere: what is asked beside it does not keep anything from being got ready */
  let offers: { readonly at: number; readonly all: readonly { readonly step: string; readonly request: string; readonly offered: number }[] } | null = null;
  for (const [n, request] of trace.requests.entries()) {
    if (on instanceof Plain) on.now = request.at;
    if (request.method === 'restart') { await on.restart(); offers = null; continue; }
    await replay.request(request);
    if (ahead.delete(request.request)) out.right++;
    await between();
    if (prefetch === 'none') continue;
    if (request.offers.length > 0) {
      led++;
      for (const [name, at] of ahead) if (led - at >= PATIENCE) ahead.delete(name);
      predictor.asked(request.request, request.method);
      offers = { at: request.at, all: request.offers.map(([step, name, offered]) => ({ step, request: name, offered })) };
    } else predictor.askedBeside(request.request);
    if (offers === null) continue;
    // whoever asks at once finds nothing ready; what has begun is ended, and whoever asks meanwhile waits for it
    const { at, all } = offers, until = trace.requests[n + 1]?.at ?? request.at;
    let time = until - Math.max(request.at, at + QUIET);
    if (time <= 0) continue;
    budget = Math.min(SAVED_UP, budget + (until - at) * SHARE);
    offers = null;
    predictor.offered(all);
    for (const { request: name, offered } of prefetch === 'learned' ? worthwhile(all, predictor) : prefetch === 'all' ? all : all.filter(({ step }) => NEXT.has(step))) {
      if (prefetch !== 'all' && (budget <= 0 || time <= 0) || ahead.has(name)) continue;
      const one: Ahead = { used: false }, cost = await replay.ask(trace.offered[offered]!, one);
      if (prefetch !== 'all' && cost / 1000 > time) out.waited += cost - time * 1000;
      budget -= cost / 1000;
      time -= cost / 1000;
      if (cost === 0) continue;
      made.push(one);
      out.spent += cost;
      ahead.set(name, led);
    }
  }
  out.made += made.length;
  out.used += made.filter(({ used }) => used).length;
  for (const key of ['asked', 'found', 'waited', 'instant', 'requests'] as const) out[key] += replay.tally[key];
}

async function real(traces: readonly Recorded[], setup: Setup): Promise<Outcome> {
  const out = nothing();
  for (const trace of traces) {
    const folder = mkdtempSync(join(tmpdir(), 'acumen-bench-cache-'));
    try {
      const on = new Real(folder, setup);
      await on.restart();
      // between two requests a person thinks for longer than writing takes
      await play(trace, on, setup.prefetch, out, async () => { on.check(); await on.cache.flush(); });
      await on.close();
      out.over += on.over;
      out.brought += on.brought.size;
      out.wanted += [...on.brought.values()].filter(Boolean).length;
      for (const level of ['L1', 'L2', 'L3'] as const) { out.hits[level] += on.hits[level]; out.times[level].push(...on.times[level]); }
      out.promotions += on.figures.promotions;
      out.demotions += on.figures.demotions;
      out.lost += on.figures.lost;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return out;
}

async function plain(traces: readonly Recorded[], make: () => Played, prefetch: Setup['prefetch'] = 'none'): Promise<Outcome> {
  const out = nothing();
  for (const trace of traces) await play(trace, make(), prefetch, out, async () => {});
  return out;
}

const rate = ({ asked, found }: Outcome): number => 100 * found / asked;
const quantile = (times: readonly number[], q: number): number => [...times].sort((x, y) => x - y)[Math.floor(times.length * q)] ?? Number.NaN;

async function rowsOf(name: string, traces: readonly Recorded[], setup: Setup): Promise<Row[]> {
  const ours = await real(traces, setup), without = await real(traces, { ...setup, prefetch: 'none' }), fixed = await real(traces, { ...setup, prefetch: 'fixed' }), everything = await real(traces, { ...setup, prefetch: 'all' });
  const unbrought = await real(traces, { ...setup, brings: false }), bare = await real(traces, { ...setup, brings: false, prefetch: 'none' });
  const lru = await plain(traces, () => new Plain(setup.limit)), same = await plain(traces, () => new Plain(setup.limit), 'learned');
  const all = await plain(traces, () => new Plain(setup.limit + setup.disk!.warm + setup.disk!.cold, { lost: false }));
  const bucketed = await plain(traces, () => new Plain(setup.limit, { bucketed: true })), lifetimes = await plain(traces, () => new Plain(setup.limit, { bucketed: true, lifetimes: true }));
  const row = (metric: string, value: number, unit: string, peer?: string, peerValue?: number): Row => ({ metric: `${name}${metric}`, value, unit, ...peer !== undefined && { peer, peerValue: peerValue! } });
  return [
    row('hit_rate', rate(ours), '%', 'plain LRU of the bytes in memory', rate(lru)),
    row('lru_hit_rate', rate(lru), '%'),
    row('lru_of_all_levels_bytes_hit_rate', rate(all), '%'),
    row('lru_with_prefetch_hit_rate', rate(same), '%'),
    row('without_prefetch_hit_rate', rate(without), '%'),
    row('without_bringing_hit_rate', rate(unbrought), '%'),
    row('without_both_hit_rate', rate(bare), '%'),
    row('brought', ours.brought, 'entries'),
    row('brought_and_asked_for', 100 * ours.wanted / ours.brought, '%'),
    row('asked', ours.asked, 'keys'),
    row('instant_requests', 100 * ours.instant / ours.requests, '%', 'plain LRU', 100 * lru.instant / lru.requests),
    row('waited', ours.waited / 1e6, 's', 'plain LRU', lru.waited / 1e6),
    row('prefetch_waited', ours.waited / 1e6, 's', 'without', without.waited / 1e6),
    row('prefetch_precision', 100 * ours.right / ours.made, '%', 'always the next', 100 * fixed.right / fixed.made),
    row('prefetch_used', 100 * ours.used / ours.made, '%', 'always the next', 100 * fixed.used / fixed.made),
    row('prefetch_hit_rate', rate(ours), '%', 'always the next', rate(fixed)),
    row('prefetch_all_hit_rate', rate(everything), '%', 'always the next', rate(fixed)),
    row('prefetch_all_spent', everything.spent / 1e6, 's', 'always the next', fixed.spent / 1e6),
    row('prefetch_made', ours.made, 'predictions', 'always the next', fixed.made),
    row('prefetch_spent', ours.spent / 1e6, 's', 'always the next', fixed.spent / 1e6),
    // less waited for than without, however it came to be
    row('prefetch_saved', (without.waited - ours.waited) / 1e6, 's', 'always the next', (without.waited - fixed.waited) / 1e6),
    row('prefetch_saved_per_spent', (without.waited - ours.waited) / ours.spent, '×', 'always the next', (without.waited - fixed.waited) / fixed.spent),
    row('buckets_memory_hit_rate', rate(bucketed), '%', 'one list', rate(lru)),
    row('buckets_waited', bucketed.waited / 1e6, 's', 'one list', lru.waited / 1e6),
    row('lifetimes_memory_hit_rate', rate(lifetimes), '%', 'buckets, oldest first', rate(bucketed)),
    row('lifetimes_waited', lifetimes.waited / 1e6, 's', 'buckets, oldest first', bucketed.waited / 1e6),
    row('hits_L1', ours.hits.L1, 'hits'), row('hits_L2', ours.hits.L2, 'hits'), row('hits_L3', ours.hits.L3, 'hits'),
    row('promotions', ours.promotions, 'entries'), row('demotions', ours.demotions, 'entries'), row('lost_unwritten', ours.lost, 'entries'),
    row('bound_exceeded', ours.over + without.over + fixed.over, 'times'),
    ...(['L1', 'L2', 'L3'] as const).flatMap((level) => (ours.times[level].length < 20 ? [] : [
      row(`${level}_hit_p50_us`, quantile(ours.times[level], 0.5) * 1000, 'µs'), row(`${level}_hit_p99_us`, quantile(ours.times[level], 0.99) * 1000, 'µs'),
    ])),
  ];
}

/** A thousand who ask for one thing at once, some of whom give up. */
async function coalescing(): Promise<Row[]> {
  const shelf = new LayeredCache().shelf(kinds.get('composed')!);
  let computed = 0;
  const work = async (): Promise<Uint8Array> => { computed++; await new Promise((done) => { setTimeout(done, 20); }); return new Uint8Array(100); };
  const stops = Array.from({ length: 1000 }, () => new AbortController());
  const asked = stops.map(({ signal }, i) => shelf.compute('one', work, i % 2 === 0 ? signal : undefined));
  for (const [i, stop] of stops.entries()) if (i % 10 === 0) stop.abort();
  const answers = await Promise.allSettled(asked);
  return [
    { metric: 'coalescing_computations', value: computed, unit: 'for 1,000 at once' },
    { metric: 'coalescing_answered', value: answers.filter(({ status }) => status === 'fulfilled').length, unit: 'of 900 who did not give up' },
  ];
}

const benchmark: Benchmark = {
  what: 'what people at two real repositories ask of the cache, recorded (bench/traces), replayed against it on real files, beside a plain LRU of the same bytes; once as shipped and once with little room. ACUMEN_TRACE: a, b, c, d',
  async run() {
    const traces = readTrace(TRACE);
    return [...await rowsOf('', traces, SHIPPED), ...await rowsOf('tight/', traces, TIGHT), ...await coalescing()];
  },
};
export default benchmark;
