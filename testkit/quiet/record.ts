// Records the real service under a light load: every request with its time, and each second what the process was like. One JSON line a second,
// so that a recording cut short is a shorter recording; pack.ts makes it small. `node testkit/quiet/record.ts SECONDS OUT.jsonl`
// The load is a person's and some agents': thirty-five reads a second at random moments, two compositions and two undos. What is asked much less often
// than once a second cannot be told to be a fifth slower within a minute: `npm run bench -- faults` says how often each must be.
// On a machine that does other things, too, `chrt -f 10 node testkit/quiet/record.ts …` goes before them.
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AcuId, PathBytes } from '../../app/core/bytes.ts';
import type { Method, Methods } from '../../app/contract/methods.ts';
import { type Reference, references } from '../../app/main/service/monitor/pace.ts';
import { Workspace } from '../../app/main/service/workspace.ts';
import { generate } from '../generate.ts';
import { Random } from '../random.ts';
import { COMMIT, COMMIT_WORK, REFERENCE } from './recording.ts';

/** Reads before anything is recorded. */
const WARM = 100_000;
/** Reads of each second, as many of each kind; compositions and undos, as many of the one as of the other. */
const READS = 35, MUTATIONS = 4;
/** Looks of each second at how fast the machine is, by each reference. */
const REFERRED = 3;
const seconds = Number(process.argv[2]);
const out = process.argv[3];
if (!(seconds > 0) || out === undefined) throw new Error('Usage: node testkit/quiet/record.ts SECONDS OUT.jsonl');

const random = new Random(1);
const generated = await generate({ seed: 1, mix: 'team', sources: 200, asIs: true });
// on a disk: commits are part of what is recorded
const scratch = mkdtempSync(join(tmpdir(), 'acumen-quiet-'));
const workspace = await Workspace.open(join(scratch, 'store.acumen'));
let ended = false;
const stop = (): void => { ended = true; };
process.once('SIGTERM', stop).once('SIGINT', stop);
try {
  await workspace.call('import', { path: generated.dir, base: null, refs: generated.refs, grain: 'branch', ticket: 'import' });
  const { engine } = workspace;
  // stale ones cannot be composed
  const acus = engine.acus.map((acu) => acu.id).filter((acu) => engine.check([...engine.closed([acu])]).ok);
  const conflicts = [...engine.conflicts()].filter((conflict) => conflict.verdict === 'blocking').slice(0, 400);
  /** sets that go together, of 2 to 24, with what they require */
  const sets: AcuId[][] = [];
  while (sets.length < 200) {
    let set: AcuId[] = [];
    const size = 2 + random.below(23);
    for (let tries = 0; set.length < size && tries < 80; tries++) {
      const next = [...engine.closed([...set, acus[random.below(acus.length)]!])];
      if (engine.check(next).ok) set = next;
    }
    sets.push(set);
  }
  const files = new Map<AcuId, readonly { path: PathBytes }[]>();
  for (const acu of acus) files.set(acu, (await workspace.call('acuFiles', { acu })).files);
  const one = <T>(list: readonly T[]): T => list[random.below(list.length)]!;

  let tickets = 0;
  /** microseconds, to a tenth */
  const tenths = (ms: number): number => Math.round(ms * 10_000) / 10;
  let requests: [name: string, us: number][] = [];
  const timed = async (name: string, action: () => unknown): Promise<void> => {
    const from = performance.now();
    await action();
    requests.push([name, tenths(performance.now() - from)]);
  };
  const ask = <M extends Method>(method: M, params: Methods[M]['params']): Promise<void> => timed(method, () => workspace.call(method, params));
  const work = references(), all = Object.keys(work) as Reference[];
  const refer = (reference: Reference): Promise<void> => timed(`${REFERENCE}${reference}`, work[reference]);
  const fileOf = (): { acu: AcuId; path: PathBytes } => {
    const acu = one(acus);
    const { path } = one(files.get(acu)!);
    return { acu, path };
  };
  /** one client's: the next is sent when the last is answered */
  let last: Promise<void> = Promise.resolve();
  const mutate = (): Promise<void> => {
    last = last.then(() => {
      const ticket = `t${++tickets}`;
      return tickets % 2 === 0 ? ask('undo', { ticket }) : ask('compose', { acus: sets[tickets % sets.length]!, ticket });
    });
    return last;
  };
  // series of the service's own; each change is answered after its commit (recording.ts)
  workspace.store.onCommitted((ms, operations, work) => { requests.push([COMMIT, tenths(ms)], ...operations === 1 ? [[COMMIT_WORK, tenths(work)] as [string, number]] : []); });
  const reads: readonly (() => Promise<void>)[] = [
    () => ask('preview', { acus: one(sets) }),
    () => ask('acuFiles', { acu: one(acus) }),
    () => ask('acuFile', fileOf()),
    () => { const { acu, path } = fileOf(); return ask('composedFile', { acus: [...engine.closed([acu])], path }); },
    () => { const { a, b, path } = one(conflicts); return ask('conflictFile', { a, b, path }); },
    () => ask('log', { before: null, limit: 50 }),
    () => ask('snapshot', {}),
  ];

  // Code that runs twenty times a second takes half an hour to be compiled for good, and caches as long to fill: that is no quiet hour. With all that is asked
  // later, as often: the first change of the composition undoes what was compiled of the way that every request takes.
  for (let i = 0; i < WARM; i++) {
    await reads[i % reads.length]!();
    if (i % Math.round(READS / MUTATIONS) === 0) await mutate();
    if (i % 10 === 0) for (const reference of all) await refer(reference);
  }
  requests = [];

  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const lines = createWriteStream(out);
  const pending = new Set<Promise<void>>();
  const go = (request: () => Promise<void>): void => {
    const done = request().catch((error: unknown) => { requests.push([`! ${String(error)}`, 0]); }).finally(() => { pending.delete(done); });
    pending.add(done);
  };
  const started = performance.now();
  let cpu = process.cpuUsage();
  for (let second = 0; second < seconds && !ended; second++) {
    const moments = Array.from({ length: READS }, (_, i) => ({ at: random.below(1000), request: reads[i % reads.length]! }));
    for (const reference of all) for (let i = 0; i < REFERRED; i++) moments.push({ at: random.below(1000), request: () => refer(reference) });
    for (let i = 0; i < MUTATIONS; i++) moments.push({ at: random.below(1000), request: mutate });
    moments.sort((x, y) => x.at - y.at);
    for (const { at, request } of moments) {
      const wait = started + second * 1000 + at - performance.now();
      if (wait > 0) await sleep(wait);
      go(request);
    }
    const used = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    lines.write(`${JSON.stringify({ second, ms: Math.round(performance.now() - started), delayUs: Math.round(delay.percentile(99) / 1000), cpuUs: used.user + used.system, rss, heapUsed, requests })}\n`);
    requests = [];
    delay.reset();
  }
  await Promise.all(pending);
  await new Promise<void>((done) => { lines.end(done); });
} finally {
  await workspace.close();
  generated.remove();
  rmSync(scratch, { recursive: true, force: true });
}
