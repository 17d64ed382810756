// One run of bench control, a process of its own: `node --expose-gc bench/controlRun.ts SHAPE on|off SEED`. Requests come when they are due, whatever
// became of those before; each looks into the service's cache and, if in vain, compares two large files in a thread of the service's pool.
// Time is compressed: a tick of the controller is 10 ms in place of a second, and idle workers are let go a hundred times sooner.
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller } from '../app/main/service/control/controller.ts';
import { controlledPool } from '../app/main/service/control/part.ts';
import { InUse, memorySense } from '../app/main/service/control/sense.ts';
import { type Kind, LayeredCache } from '../app/main/service/cache/cache.ts';
import { silent } from '../app/core/telemetry.ts';
import { spawnThread } from '../app/main/service/threads.ts';
import { type Differ, diffAside } from '../app/workers/differ.ts';
import { Pool } from '../app/workers/pool.ts';
import { Random } from '../testkit/random.ts';

export const shapes = ['step', 'burst', 'leak'] as const;
export type Shape = (typeof shapes)[number];
export interface Ran { readonly p50: number; readonly p99: number; /** MB at the end, garbage collected: in use, which is resident less what was let go and is resident still; and resident */ readonly memory: number; readonly rss: number; readonly requests: number; readonly hits: number; readonly decisions: number; readonly cacheMB: number; readonly workers: number }

const TICK = 10, FASTER = 100;
/** ms between the pool's looks at idle workers (app/workers/pool.ts) */
const LOOK_ROUND = 10_000;
const MB = 1 << 20;
/** The cache is opened with so much, and full of what an import left in it; nothing else is known when it begins. */
const CACHE = 64 * MB, ANSWER = 192 << 10;
const LINES = 8000;

interface Phase { readonly ms: number; /** requests a second */ readonly rate: number; /** answers asked for again and again; one in `fresh` is asked for once */ readonly hot: number; readonly fresh: number; readonly isMeasured: boolean; /** MB leaked a second */ readonly leak?: number }

function phases(shape: Shape, random: Random): Phase[] {
  const first: Phase = { ms: 250, rate: 1000, hot: 30, fresh: 40, isMeasured: false };
  if (shape === 'step') return [first, { ms: 300, rate: 1000, hot: 30, fresh: 40, isMeasured: true }, { ms: 650, rate: 3000, hot: 90, fresh: 40, isMeasured: true }];
  if (shape === 'leak') return [first, { ms: 800, rate: 2000, hot: 30, fresh: 40, isMeasured: true, leak: 52 }];
  // Somebody comes back after 45 to 55 s, and wants a few dozen answers nobody had before; the first time teaches.
  return Array.from({ length: 4 }, (_, n): Phase[] => [{ ms: 60, rate: 600, hot: 10, fresh: 2, isMeasured: n > 0 }, { ms: 450 + random.below(100), rate: 0, hot: 1, fresh: 1, isMeasured: false }]).flat();
}

/** A version of a file, and the next: lines as the numbers they have in the engine. */
function versions(key: number): [Uint32Array, Uint32Array] {
  const random = new Random(key), before = Uint32Array.from({ length: LINES }, () => random.below(50_000)), after = before.slice();
  for (let n = 0; n < 200; n++) after[random.below(LINES)] = random.below(50_000);
  return [before, after];
}

interface Answer { readonly script: Int32Array; readonly text: Uint8Array }
const kind: Kind<Answer> = { name: 'diff', sizeOf: ({ script, text }) => script.byteLength + text.length };
const answer = (script: Int32Array): Answer => ({ script, text: new Uint8Array(ANSWER).fill(32) });

async function run(shape: Shape, isOn: boolean, seed: number): Promise<Ran> {
  const random = new Random(seed);
  const cache = new LayeredCache({ limit: CACHE }), shelf = cache.shelf(kind);
  let decisions = 0;
  const inUse = new InUse();
  const pool = new Pool<Differ>({
    name: 'diff', spawn: () => spawnThread<Differ>('differ.worker'), max: 2, keep: 30_000 / FASTER, ping: (thread) => thread.call((api) => api.ping()),
    later: (ms, work) => { const timer = setTimeout(work, ms === LOOK_ROUND ? ms / FASTER : ms).unref(); return () => clearTimeout(timer); },
  });
  for (let n = 0; n < CACHE / ANSWER; n++) shelf.set(`imported ${n}`, answer(new Int32Array(8)));

  // read as often whether it is on or off: here a hundred times as often as in a service
  let usage = process.memoryUsage();
  // near enough to be reached by what leaks, else far away
  const limit = usage.rss + (shape === 'leak' ? 130 : 1000) * MB;
  const controller = new Controller({ memory: memorySense(limit, () => usage), tickMs: TICK, telemetry: { ...silent, tell: (event) => {
    if (event.kind === 'decision' || event.kind === 'memory') decisions++;
    if (process.env['ACUMEN_BENCH_SAY'] !== undefined) process.stderr.write(`${JSON.stringify(event)}\n`);
  } } });
  controller.addCache(cache);
  controller.addPool(controlledPool(pool, pool.knobs()));
  const ticking = isOn ? setInterval(() => controller.tick(), TICK) : undefined;

  const times: number[] = [], under = new Set<Promise<void>>(), leaked: Uint8Array[] = [];
  let looked = 0, fresh = 0, hits = 0, requests = 0;
  const ask = async (due: number, key: string, number: number, isMeasured: boolean): Promise<void> => {
    const found = shelf.get(key);
    if (found === undefined) await shelf.compute(key, async () => { const [a, b] = versions(number); return answer(await diffAside(pool, a, b)); });
    if (!isMeasured) return;
    requests++;
    if (found !== undefined) hits++;
    times.push(performance.now() - due);
  };
  // A step and a leak come over a service at work, a burst over one at rest.
  if (shape !== 'burst') await Promise.all(Array.from({ length: 30 }, (_, number) => ask(0, `${number}`, number, false)));
  for (const phase of phases(shape, random)) {
    const start = performance.now(), end = start + phase.ms;
    let due = start + (phase.rate === 0 ? Number.POSITIVE_INFINITY : 1000 / phase.rate * -Math.log(1 - random.below(1 << 20) / (1 << 20))), leaking = 0;
    while (performance.now() < end) {
      const now = performance.now();
      while (due <= now && due < end) {
        const isFresh = random.below(phase.fresh) === 0, number = isFresh ? 1_000_000 + fresh++ : Math.floor(phase.hot * (random.below(1 << 20) / (1 << 20)) ** 2);
        const one: Promise<void> = ask(due, `${number}`, number, phase.isMeasured).finally(() => under.delete(one));
        under.add(one);
        due += 1000 / phase.rate * -Math.log(1 - random.below(1 << 20) / (1 << 20));
      }
      for (const wanted = (phase.leak ?? 0) * (now - start) / 1000; leaking < wanted; leaking++) leaked.push(new Uint8Array(MB).fill(1));
      if (now - looked >= TICK) { looked = now; usage = process.memoryUsage(); inUse.of(usage); }
      await sleep(1);
    }
    // what is measured begins with nothing under way
    if (!phase.isMeasured) await Promise.all(under);
  }
  await Promise.all(under);
  clearInterval(ticking);
  // the second one waits for what the first has left to its threads
  for (let n = 0; n < 2; n++) {
    (globalThis as unknown as { gc(): void }).gc();
    await sleep(20);
  }
  usage = process.memoryUsage();
  const memory = inUse.of(usage) / MB;
  times.sort((a, b) => a - b);
  const ran = { p50: times[times.length >> 1]!, p99: times[Math.floor(times.length * 0.99)]!, memory, rss: usage.rss / MB, requests, hits: hits / requests, decisions, cacheMB: cache.bytes / MB, workers: pool.started };
  pool.close();
  // what leaked is held to the end
  if (leaked.some(({ length }) => length === 0)) throw new Error('BUG: it was let go');
  return ran;
}

const [shape, on, seed] = process.argv.slice(2);
if (shape !== undefined && (shapes as readonly string[]).includes(shape)) process.stdout.write(`${JSON.stringify(await run(shape as Shape, on === 'on', Number(seed)))}\n`);
