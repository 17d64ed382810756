// ACUs added durably, a part of the benchmark `repush`. What an add is: a branch that nobody had comes to a thousand that are published and
// stay. Its commit, its ACU and its segment are new to the store; the engine grows by it and lists its conflicts with all the others; and
// segment, what is published now and that list are one operation of the log, with its events, rows and head, answered after COMMIT at
// synchronous=FULL. They come in turns, as from connections: while the writer's thread commits one turn, the next is looked at. Counted twice:
// as branches come to the app, all of a turn one import and so one operation; and each an operation of its own that could be undone alone,
// those of a turn sharing a commit. Each add's answer is the list of its own conflicts. Reading commits is no part of it: that is a push.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { AcuId, Oid } from '../app/core/bytes.ts';
import { Engine } from '../app/core/engine.ts';
import type { DomainEvent, Published, SegmentKey } from '../app/core/events.ts';
import type { Segment, Source } from '../app/core/model.ts';
import { changeOf } from '../app/core/published.ts';
import { openRepository } from '../app/main/git/open.ts';
import { openStore, type Appended, type Store } from '../app/main/storage/store.ts';
import { generate } from '../testkit/generate.ts';
import { newOperation } from '../testkit/storeHistory.ts';
import { median, percentile, type Row } from './report.ts';
import { Resident } from './resident.ts';

/** ACUs of one round, and how many of them come in one turn. */
const ADDED = 200, TURN = 50;
/** Rounds not counted, and counted. */
const WARM = 10, ROUNDS = 30, ALONE = 15;

/** A branch that comes, and its segment's place among all in published order. */
interface Coming { readonly source: Source; readonly segment: Segment; readonly rank: number }
/** What stays published, with its segments' places in that order, and what comes. */
export interface Held { readonly start: Published; readonly ranks: readonly number[]; readonly bodies: ReadonlyMap<SegmentKey, Segment>; readonly held: readonly Coming[] }

/** Sources of one segment that nobody else has: what people and agents push to. */
export function aloneIn({ sources }: Published): Published['sources'] {
  const reached = new Map<Oid, number>();
  for (const s of sources) for (const tip of s.segments) reached.set(tip, (reached.get(tip) ?? 0) + 1);
  return sources.filter((s) => s.segments.length === 1 && reached.get(s.segments[0]!) === 1);
}

/** Takes branches that nothing stands on out of what is published, as if they had never been. */
export function holdBack(all: Published, bodies: ReadonlyMap<SegmentKey, Segment>): Held {
  const tips = all.segments.map((key) => bodies.get(key)!.tip), places = new Map(tips.map((tip, i) => [tip, i]));
  const below = new Set([...bodies.values()].flatMap((s) => s.lower));
  const sources = aloneIn(all).filter((s) => !below.has(s.segments[0]!)).slice(0, ADDED), out = new Set(sources.map((s) => places.get(s.segments[0]!)!));
  const ranks = [...tips.keys()].filter((i) => !out.has(i)), gone = new Set(sources);
  return {
    start: { ...all, sources: all.sources.filter((s) => !gone.has(s)), segments: ranks.map((i) => all.segments[i]!), decided: { ...all.decided!, paths: [], reasons: [], pairs: new Uint8Array(0) } },
    ranks, bodies, held: sources.map((source) => { const rank = places.get(source.segments[0]!)!; return { source, segment: bodies.get(all.segments[rank]!)!, rank }; }),
  };
}

/** The same change as another round's ACU, at another commit: nothing of it is stored by now. */
function anew({ source, segment, rank }: Coming, round: number): Coming {
  const named = (text: string): string => createHash('sha256').update(`${round} ${text}`).digest('hex').slice(0, text.length);
  const tip = named(segment.tip) as Oid;
  return { source: { ...source, oid: tip, segments: [tip] }, segment: { ...segment, tip, acu: segment.acu === null ? null : named(segment.acu) as AcuId }, rank };
}

/** A state that branches are added to, one after another. */
class Growing {
  published: Published;
  engine: Engine;
  edges = 0;
  readonly #ranks: number[];
  readonly #store: Store;

  constructor({ start, ranks, bodies }: Held, store: Store) {
    this.published = start;
    this.engine = Engine.from(start, start.segments.map((key) => bodies.get(key)!));
    void this.engine.index;
    this.#ranks = [...ranks];
    this.#store = store;
  }

  /** The operation of some more. */
  add(group: readonly Coming[]): Appended {
    const { published, engine } = this, coming = group.map((one) => ({ ...one, key: this.#store.keyOf(one.segment) })), bodies = new Map(coming.map(({ key, segment }) => [key, segment]));
    const segments = published.segments.slice();
    for (const { key, rank } of coming) {
      const at = placeOf(this.#ranks, rank);
      this.#ranks.splice(at, 0, rank);
      segments.splice(at, 0, key);
    }
    this.published = { ...published, segments, sources: published.sources.concat(coming.map(({ source }) => source)) };
    this.engine = engine.next(this.published, (key) => bodies.get(key))!;
    const changed = this.engine.changedFrom(engine)!;
    this.edges += changed.conflicts.length;
    const events: DomainEvent[] = coming.map(({ key, segment }) => ({ kind: 'segment-added', key, segment }));
    events.push({ kind: 'publication-changed', change: changeOf(published, this.published)! });
    return { operation: newOperation('import'), events, extra: { changed } };
  }
}

function placeOf(ranks: readonly number[], rank: number): number {
  let low = 0, high = ranks.length;
  while (low < high) { const middle = (low + high) >> 1; if (ranks[middle]! < rank) low = middle + 1; else high = middle; }
  return low;
}

/** Of `sources` branches that stay and `ADDED` that come. */
export async function addRows(sources: number, dir: string): Promise<Row[]> {
  const made = await generate({ seed: 1, mix: 'team', sources: sources + ADDED, asIs: true });
  const resident = new Resident(await openRepository(made.dir, { reader: 'embedded' }), made.refs);
  try {
    await resident.list();
    await resident.import();
    return await measured(holdBack(resident.published!, resident.bodies), join(dir, 'adds'));
  } finally {
    await resident.close();
    made.remove();
  }
}

/** How adds of a turn are kept. */
interface Kept { readonly rates: number[]; readonly latencies: number[]; edges: number; /** microseconds of all threads, and of the caller's */ used: number; usedHere: number }

export async function measured(held: Held, file: string): Promise<Row[]> {
  const { start, bodies } = held, store = await openStore(file), alone: number[] = [];
  const kept = (): Kept => ({ rates: [], latencies: [], edges: 0, used: 0, usedHere: 0 }), together = kept(), apart = kept();
  let begun = 0;
  const begin = async (): Promise<{ readonly growing: Growing; readonly coming: readonly Coming[] }> => {
    const growing = new Growing(held, store), round = begun++, coming = held.held.map((one) => anew(one, round));
    await store.append(newOperation('import'), [{ kind: 'published', published: start }], { conflicts: growing.engine.edges() });
    return { growing, coming };
  };
  const round = async (size: number, into: Kept | null): Promise<void> => {
    const { growing, coming } = await begin(), replies: Promise<unknown>[] = [], waited: number[] = [];
    const cpu = process.cpuUsage(), here = process.threadCpuUsage(), from = performance.now();
    for (let n = 0; n < coming.length; n += size) {
      const asked = performance.now(), { operation, events, extra } = growing.add(coming.slice(n, n + size));
      replies.push(store.append(operation, events, extra).then(() => { for (let i = 0; i < size; i++) waited.push(performance.now() - asked); }));
      if ((n + size) % TURN === 0) await new Promise(setImmediate);
    }
    await Promise.all(replies);
    const ms = performance.now() - from, all = process.cpuUsage(cpu), own = process.threadCpuUsage(here);
    if (into === null) return;
    if (into.rates.length === 0) await check(growing, coming);
    into.rates.push(coming.length / ms * 1000);
    into.latencies.push(...waited);
    into.edges = growing.edges;
    into.used += all.user + all.system;
    into.usedHere += own.user + own.system;
  };
  const check = async (growing: Growing, coming: readonly Coming[]): Promise<void> => {
    const fresh = new Map(coming.map(({ segment }) => [store.keyOf(segment), segment]));
    if (growing.engine.digest !== Engine.from(growing.published, growing.published.segments.map((key) => fresh.get(key) ?? bodies.get(key)!)).digest) throw new Error('the engine that grew is another than one built anew');
    if (JSON.stringify((await store.state()).published?.segments) !== JSON.stringify(growing.published.segments)) throw new Error('not all that was acknowledged is stored');
  };
  try {
    await store.stage(await store.beginImport({ base: start.base, grain: 'branch', globs: [] }), start.segments.map((key) => bodies.get(key)!));
    for (let i = -WARM; i < ROUNDS; i++) for (const [size, into] of [[TURN, together], [1, apart]] as const) await round(size, i < 0 ? null : into);
    if (together.edges !== apart.edges) throw new Error('adds of one operation have other conflicts than adds of many');
    // The store's part of it: operations made beforehand.
    for (let i = 0; i < ALONE; i++) {
      const { growing, coming } = await begin(), made = coming.map((one) => growing.add([one])), from = performance.now();
      await Promise.all(made.map(({ operation, events, extra }) => store.append(operation, events, extra)));
      alone.push(ADDED / (performance.now() - from) * 1000);
    }
    const { ok, problems } = await store.fsck();
    if (!ok) throw new Error(problems.join('\n'));
  } finally {
    await store.close();
  }
  const row = (metric: string, value: number, unit: string): Row => ({ metric: `repush/${metric}`, value, unit });
  const rows = (name: string, { rates, latencies, used, usedHere }: Kept): Row[] => [
    row(name, median(rates), 'adds/s'), row(`${name}_best`, Math.max(...rates), 'adds/s'), row(`${name}_reply_p99_ms`, percentile(latencies, 0.99), 'ms'),
    row(`${name}_processor_us`, used / ROUNDS / ADDED, 'µs of processor time, all threads'), row(`${name}_processor_caller_us`, usedHere / ROUNDS / ADDED, 'µs of them the caller\'s'),
  ];
  return [
    ...rows('adds_durable', together), ...rows('adds_durable_each', apart),
    row('adds_durable_store_alone', median(alone), 'adds/s'), row('edges_per_add', apart.edges / ADDED, 'edges'), row('adds_to', start.segments.length, 'segments published before'),
  ];
}
