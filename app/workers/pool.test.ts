// Dangers: a job that is lost, runs twice or is answered twice when workers die, hang, are too many or too few, and jobs are taken back,
// come too late or are taken over; an owner who fills the queues so that another waits for ever; a pool that never gives up.
import fc from 'fast-check';
import type { Remote } from 'comlink';
import { expect, test } from 'vitest';
import { VirtualTime, settled } from '../../testkit/virtualTime.ts';
import { AcumenError } from '../core/errors.ts';
import type { TelemetryEvent } from '../core/telemetry.ts';
import { silent } from '../core/telemetry.ts';
import { Shares, type Waiting, isBefore } from './jobs.ts';
import { Pool, type PoolOptions } from './pool.ts';
import { type Supervised, WorkerDied } from './rpc.ts';

interface Api { run(id: number, ms: number): Promise<number> }

interface Began { readonly id: number; readonly worker: number; readonly at: number; ended: number | null; isDone: boolean }

/** Workers that do one thing after the other, on a clock of their own, and can be killed and made to hang. */
class Plant {
  readonly time = new VirtualTime();
  readonly began: Began[] = [];
  readonly workers: { readonly die: (reason: string) => void; isDead: boolean; isHung: boolean }[] = [];
  mostAtOnce = 0;

  readonly spawn = (): Supervised<Api> => {
    const id = this.workers.length, { time } = this, pending = new Set<(error: Error) => void>(), deaths: ((reason: Error) => void)[] = [];
    let free = 0;
    const end = (reason: Error): void => {
      worker.isDead = true;
      for (const run of this.began) if (run.worker === id) run.ended ??= time.now();
      for (const reject of pending) reject(reason);
      pending.clear();
    };
    const worker = {
      isDead: false, isHung: false,
      die: (reason: string): void => { if (!worker.isDead) { const error = new WorkerDied(reason); end(error); for (const death of deaths) death(error); } },
    };
    this.workers.push(worker);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.workers.filter((one) => !one.isDead).length);
    const api = {
      run: (job: number, ms: number) => new Promise<number>((resolve) => {
        const run: Began = { id: job, worker: id, at: time.now(), ended: null, isDone: false };
        this.began.push(run);
        free = Math.max(free, time.now()) + ms;
        time.later(free - time.now(), () => { if (!worker.isDead && !worker.isHung) { run.ended = time.now(); run.isDone = true; resolve(job); } });
      }),
    } as unknown as Remote<Api>;
    return {
      call: (work) => new Promise((resolve, reject) => { pending.add(reject); work(api).then((value) => { if (pending.delete(reject)) resolve(value); }, reject); }),
      onDeath: (listener) => deaths.push(listener),
      end: () => { if (!worker.isDead) end(new WorkerDied('ended')); },
    };
  };

  pool(options: Partial<PoolOptions<Api>> = {}): Pool<Api> {
    return new Pool<Api>({ name: 'test', max: 3, spawn: this.spawn, now: this.time.now, later: this.time.later, hung: 5_000, ...options });
  }
}

const job = (id: number, ms: number) => ({ kind: 'run', cost: ms, work: (api: Remote<Api>) => api.run(id, ms) }) as const;

type Step =
  | { readonly do: 'submit'; readonly ms: number; readonly owner: string; readonly priority: 'urgent' | 'normal' | 'idle'; readonly affinity: string | undefined; readonly attempts: number; readonly within: number | undefined }
  | { readonly do: 'cancel' | 'kill' | 'hang'; readonly which: number }
  | { readonly do: 'pass'; readonly ms: number } | { readonly do: 'resize'; readonly to: number };

const submit = fc.record({
  do: fc.constant('submit' as const), ms: fc.constantFrom(0, 1, 5, 30, 200, 3_000), owner: fc.constantFrom('x', 'y'), priority: fc.constantFrom('urgent' as const, 'normal' as const, 'idle' as const),
  affinity: fc.constantFrom(undefined, 'a', 'b', 'c'), attempts: fc.constantFrom(1, 2, 4), within: fc.constantFrom(undefined, undefined, undefined, 100, 1_000),
});
const pass = fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(0, 1, 7, 50, 1_000, 20_000) });
const calm = fc.oneof({ weight: 5, arbitrary: submit }, { weight: 2, arbitrary: pass });
const trouble = fc.oneof({ weight: 6, arbitrary: submit }, { weight: 3, arbitrary: pass },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('cancel' as const, 'cancel' as const, 'kill' as const, 'hang' as const), which: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resize' as const), to: fc.integer({ min: 1, max: 5 }) }) });

const shapes = fc.record({ max: fc.integer({ min: 1, max: 4 }), min: fc.integer({ min: 0, max: 2 }), perWorker: fc.constantFrom(1, 1, 2), steals: fc.boolean(), routing: fc.constantFrom('expected' as const, 'turns' as const) });

async function play(shape: Partial<PoolOptions<Api>>, steps: readonly Step[]) {
  const plant = new Plant(), pool = plant.pool({ ...shape, most: 5, limit: 1_000 } as Partial<PoolOptions<Api>>);
  const jobs: { readonly attempts: number; readonly abort: AbortController; cancelledAt: number | null; begunThen: number; settled: number; outcome: unknown }[] = [];
  for (const step of steps) {
    if (step.do === 'submit') {
      const id = jobs.length, abort = new AbortController(), { ms, within, attempts, affinity, ...rest } = step;
      const made = { attempts, abort, cancelledAt: null as number | null, begunThen: 0, settled: 0, outcome: null as unknown };
      jobs.push(made);
      const note = (outcome: unknown): void => { made.settled++; made.outcome = outcome; };
      pool.run({ ...job(id, ms), ...rest, attempts, signal: abort.signal, ...affinity !== undefined && { affinity }, ...within !== undefined && { deadline: plant.time.now() + within } }).then(note, note);
    } else if (step.do === 'pass') await plant.time.pass(step.ms);
    else if (step.do === 'resize') pool.resize(step.to);
    else if (step.do === 'cancel') {
      const made = jobs.at(-1 - step.which);
      if (made !== undefined && made.cancelledAt === null) {
        made.cancelledAt = plant.time.now();
        made.begunThen = plant.began.filter(({ id }) => id === jobs.indexOf(made)).length;
        made.abort.abort();
      }
    } else {
      const worker = plant.workers.at(-1 - step.which);
      if (worker !== undefined && step.do === 'kill') worker.die('killed');
      else if (worker !== undefined) worker.isHung = true;
    }
    await settled();
  }
  await plant.time.pass(10_000_000);
  return { plant, pool, jobs };
}

function expectLaws({ plant, pool, jobs }: Awaited<ReturnType<typeof play>>): void {
  const { queued, workers } = pool.figures();
  expect({ queued, busy: workers.filter(({ state }) => state === 'busy').length }).toEqual({ queued: 0, busy: 0 });
  jobs.forEach((made, id) => {
    const runs = plant.began.filter((run) => run.id === id);
    expect(made.settled, 'answered once').toBe(1);
    expect(runs.length, 'no more runs than it may have').toBeLessThanOrEqual(made.attempts);
    expect(runs.filter(({ isDone }) => isDone).length, 'done once').toBeLessThanOrEqual(1);
    // one after the other: a run begins when the one before has ended with its worker
    runs.slice(1).forEach((run, i) => { expect(runs[i]!.isDone).toBe(false); expect(runs[i]!.ended).not.toBeNull(); expect(runs[i]!.ended!).toBeLessThanOrEqual(run.at); });
    if (made.outcome === id) expect(runs.at(-1)!.isDone).toBe(true);
    if (made.outcome instanceof WorkerDied) expect(runs.length, 'given up only when its attempts are').toBe(made.attempts);
    if (made.cancelledAt !== null) expect(runs.length, 'what is taken back does not begin').toBe(made.begunThen);
    if (made.outcome !== id) expect(made.outcome instanceof WorkerDied || made.outcome instanceof DOMException || (made.outcome instanceof AcumenError && made.outcome.code === 'late')).toBe(true);
  });
}

test('no job is lost, runs twice or is answered twice, whatever happens to workers', async () => {
  await fc.assert(fc.asyncProperty(shapes, fc.array(trouble, { maxLength: 50 }), async (shape, steps) => {
    const played = await play({ ...shape, min: Math.min(shape.min, shape.max) }, steps);
    expectLaws(played);
    expect(played.plant.mostAtOnce).toBeLessThanOrEqual(5);
    played.pool.close();
  }), { numRuns: 150 });
});

test('what was taken back while it ran does not begin again when its worker dies', async () => {
  const plant = new Plant(), pool = plant.pool({ max: 1 }), abort = new AbortController();
  const letGo = pool.run({ ...job(1, 100), attempts: 3, signal: abort.signal }).catch((error: unknown) => error);
  await settled();
  abort.abort();
  plant.workers[0]!.die('killed');
  await plant.time.pass(1_000);
  expect(await letGo).toBeInstanceOf(DOMException);
  expect(plant.began).toHaveLength(1);
  pool.close();
});

test('where nothing fails, all is done that one worker by itself does, each once', async () => {
  await fc.assert(fc.asyncProperty(shapes, fc.array(calm, { maxLength: 40 }), async (shape, steps) => {
    const patient = steps.map((step): Step => (step.do === 'submit' ? { ...step, within: undefined } : step));
    const many = await play({ ...shape, min: Math.min(shape.min, shape.max), hung: 1e9 }, patient), one = await play({ max: 1, steals: false, routing: 'turns', hung: 1e9 }, patient);
    const told = ({ plant, jobs }: typeof many): unknown => [jobs.map(({ outcome }) => outcome), plant.began.map(({ id }) => id).sort((x, y) => x - y)];
    expect(told(many)).toEqual(told(one));
    expect(many.plant.mostAtOnce).toBeLessThanOrEqual(shape.max);
  }), { numRuns: 60 });
});

test('the order of jobs is an order', () => {
  const waiting = fc.record({ priority: fc.constantFrom('urgent' as const, 'normal' as const, 'idle' as const), owner: fc.constantFrom('x', 'y', 'z'), deadline: fc.constantFrom(5, 9, Infinity), since: fc.constantFrom(0, 50_000) });
  fc.assert(fc.property(fc.array(waiting, { minLength: 3, maxLength: 3 }), fc.constantFrom('x', 'y'), (three, served) => {
    const shares = new Shares(), [a, b, c] = three.map((one, seq): Waiting => ({ ...one, seq }));
    shares.take(served, 7);
    const before = (x: Waiting, y: Waiting): boolean => isBefore(x, y, shares, 51_000);
    expect(before(a!, b!)).not.toBe(before(b!, a!));
    if (before(a!, b!) && before(b!, c!)) expect(before(a!, c!)).toBe(true);
  }));
});

test('an owner who fills the queues delays another by what runs, not by what waits', async () => {
  const plant = new Plant(), pool = plant.pool({ max: 2 });
  let ofFlood = 0;
  const flood = Array.from({ length: 400 }, (_, i) => pool.run({ ...job(i, 50), owner: 'flood' }).then(() => { ofFlood++; }));
  await plant.time.pass(500);
  const asked = plant.time.now(), before = ofFlood;
  const few = Array.from({ length: 20 }, (_, i) => pool.run({ ...job(1_000 + i, 50), owner: 'small' }).then(() => [plant.time.now() - asked, ofFlood - before] as const));
  await plant.time.pass(5_000);
  // half of two workers: the first after what runs, the rest beside as many of the flood
  const [first] = await few[0]!, [last, beside] = await few.at(-1)!;
  expect(first).toBeLessThanOrEqual(2 * 50);
  expect(last).toBeLessThanOrEqual(20 * 50 + 2 * 50);
  expect(beside).toBeGreaterThanOrEqual(17);
  await plant.time.pass(60_000);
  expect(await Promise.all(flood)).toHaveLength(400);
  pool.close();
});

test('each owner has a queue of its own length', async () => {
  const plant = new Plant(), pool = plant.pool({ max: 1, limit: 10 });
  const asked = Array.from({ length: 30 }, (_, i) => pool.run({ ...job(i, 10), owner: 'flood' }).then(() => 'done', (error: unknown) => error));
  const other = pool.run({ ...job(99, 10), owner: 'other' });
  await plant.time.pass(10_000);
  expect(await other).toBe(99);
  const refused = (await Promise.all(asked)).filter((one) => one !== 'done');
  expect(refused).toHaveLength(19); // ten wait beside the one that runs
  for (const error of refused) expect(error).toMatchObject({ code: 'overloaded', data: { waiting: 10 }, hint: expect.stringContaining('Wait') as string });
  pool.close();
});

test('a worker that hangs is replaced; one that works for nobody ends; idle ones are let go down to those that are kept', async () => {
  const plant = new Plant(), told: string[] = [];
  const pool = plant.pool({ max: 2, min: 1, keep: 15_000, telemetry: { ...silent, tell: (event: TelemetryEvent) => { if (event.kind === 'worker') told.push(event.what); } } });
  expect(plant.workers).toHaveLength(1);
  await Promise.all([pool.run(job(0, 1)), plant.time.pass(10)]);
  plant.workers[0]!.isHung = true;
  const answer = pool.run({ ...job(1, 10), attempts: 2, most: 1_000 });
  await plant.time.pass(1_100);
  expect(await answer).toBe(1);
  expect(told).toEqual(['started', 'died', 'replaced']);
  const abort = new AbortController(), long = pool.run({ ...job(2, 4_900), signal: abort.signal }).catch((error: unknown) => error), short = pool.run(job(3, 1));
  await plant.time.pass(100);
  abort.abort();
  expect(await long).toBeInstanceOf(DOMException);
  expect(await short).toBe(3);
  await plant.time.pass(2_500);
  expect(told.slice(3)).toEqual(['started', 'ended']);
  await Promise.all([pool.run(job(4, 500)), pool.run(job(5, 500)), plant.time.pass(3_000)]);
  expect(pool.figures().workers).toHaveLength(2);
  await plant.time.pass(40_000);
  expect(pool.figures().workers).toHaveLength(1);
  pool.close();
  await expect(pool.run(job(6, 1))).rejects.toThrow('were ended');
});

test('an idle worker that does not answer a question is replaced', async () => {
  const plant = new Plant(), told: string[] = [];
  const pool = plant.pool({
    max: 1, min: 1, ping: (worker) => (worker as Supervised<Api>).call((api) => api.run(-1, 1)),
    telemetry: { ...silent, tell: (event: TelemetryEvent) => { if (event.kind === 'worker') told.push(`${event.what}: ${event.reason}`); } },
  });
  await plant.time.pass(60_000);
  expect(told).toEqual(['started: kept warm']);
  plant.workers[0]!.isHung = true;
  await plant.time.pass(20_000);
  expect(told.slice(1)).toEqual(['died: it did not answer', 'replaced: it did not answer']);
  const answer = pool.run(job(1, 5));
  await plant.time.pass(10);
  expect(await answer).toBe(1);
  pool.close();
});

test('where no worker may be started, jobs are refused at once, with when to come again', async () => {
  const plant = new Plant(), failures: string[] = [];
  let allows = true;
  const pool = plant.pool({ gate: { allows: () => allows, succeeded: () => {}, failed: (reason) => { failures.push(reason); allows = false; }, wait: () => 4_000 } });
  const dying = pool.run({ ...job(1, 100), attempts: 3 }).catch((error: unknown) => error);
  plant.workers[0]!.die('no memory');
  await settled();
  expect(await dying).toMatchObject({ code: 'worker-died', data: { retryAfterMs: 4_000 } });
  await expect(pool.run(job(2, 1))).rejects.toMatchObject({ code: 'worker-died', hint: expect.stringContaining('4 s') as string });
  expect(failures).toEqual(['no memory']);
  allows = true;
  const answer = pool.run(job(3, 1));
  await plant.time.pass(10);
  expect(await answer).toBe(3);
  pool.close();
});

test('a worker that cannot even be made is a failure like its death, and who asks is told', async () => {
  const plant = new Plant();
  let fails = true;
  const pool = plant.pool({ min: 1, spawn: () => { if (fails) throw new Error('no room for a thread'); return plant.spawn(); } });
  await expect(pool.run(job(1, 1))).rejects.toMatchObject({ code: 'worker-died', message: expect.stringContaining('cannot be started') as string });
  expect(pool.figures().failed).toBeGreaterThan(1);
  fails = false;
  await plant.time.pass(6_000);
  const answer = pool.run(job(2, 1));
  await plant.time.pass(10);
  expect(await answer).toBe(2);
  pool.close();
});

test('jobs go back to the worker that holds what they need, until it is behind', async () => {
  const plant = new Plant(), pool = plant.pool({ max: 2, perWorker: 1 });
  // what is held already takes a tenth
  const seen = new Map<number, Set<string>>();
  const one = (name: string) => pool.run({
    kind: 'file', affinity: name,
    work: async (api) => { const at = plant.began.length, answer = api.run(0, 1); const { worker } = plant.began[at]!; const held = seen.get(worker) ?? new Set(); seen.set(worker, held); const ms = held.has(name) ? 10 : 100; held.add(name); await answer; await api.run(1, ms - 1); return worker; },
  });
  for (let i = 0; i < 6; i++) await Promise.all([one('a'), one('b'), plant.time.pass(400)]);
  const workers: number[] = [];
  for (let i = 0; i < 10; i++) { const [a, b] = await Promise.all([one('a'), one('b'), plant.time.pass(400)]); workers.push(a, b); }
  expect(new Set(workers.filter((_, i) => i % 2 === 0)).size, 'a stays where it is').toBe(1);
  expect(new Set(workers.filter((_, i) => i % 2 === 1)).size).toBe(1);
  // many at once: the other one helps, though it holds nothing of it
  const all = Promise.all(Array.from({ length: 60 }, () => one('a')));
  await plant.time.pass(10_000);
  expect(new Set(await all).size).toBe(2);
  expect(pool.figures().steals + pool.figures().done).toBeGreaterThan(0);
  pool.close();
});
