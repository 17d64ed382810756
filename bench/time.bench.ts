// Earlier moments: a log of many operations over many branches, some of them pushed again in between. What it takes to be shown a moment as one scrubs
// (any operation, in any order), the first of each publication with its engine built anew, two compared, and one returned to; and the memory it all holds.
// ACUMEN_BENCH_SIZES: branches, then operations (300,10000).
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import type { AcuId } from '../app/core/bytes.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { fleet } from '../testkit/fleet.ts';
import { git, gitLine, tempDir } from '../testkit/git.ts';
import { Random } from '../testkit/random.ts';
import type { Benchmark, Row } from './report.ts';

const [BRANCHES = 300, OPERATIONS = 10_000] = (process.env['ACUMEN_BENCH_SIZES'] ?? '').split(',').filter((word) => word !== '').map(Number);
const PUSHES = 20, LOOKS = 300, COMPARED = 20;

const say = (text: string): void => { process.stderr.write(`${text}\n`); };
const quantile = (values: readonly number[], p: number): number => values.toSorted((x, y) => x - y)[Math.min(values.length - 1, Math.floor(values.length * p))]!;

export default {
  what: `earlier moments: ${OPERATIONS} operations over ${BRANCHES} branches, ${PUSHES} pushes among them`,
  run: async () => {
    const rows: Row[] = [], made = fleet({ seed: 1, branches: BRANCHES }), temp = tempDir('time-bench'), random = new Random(57);
    const figure = (metric: string, value: number, unit: string): void => { rows.push({ metric, value, unit }); };
    const file = join(temp.path, 'store');
    let workspace = await Workspace.open(file, { env: {} }), ticket = 0;
    const timed = async (times: number[], work: () => Promise<unknown>): Promise<void> => { const began = performance.now(); await work(); times.push(performance.now() - began); };
    try {
      const importAll = () => workspace.call('import', { ticket: `t${++ticket}`, path: made.dir, base: 'main', refs: [], grain: 'branch' });
      await importAll();
      const free: AcuId[] = [];
      for (const { id, requires } of random.shuffle(workspace.engine.acus)) { if (free.length === 40) break; if (requires.length === 0 && workspace.engine.check([...free, id]).ok) free.push(id); }
      const digests = new Map<number, string>(), every = Math.floor(OPERATIONS / PUSHES), began = performance.now();
      let inside = new Set<AcuId>();
      while (workspace.view.head.operation < OPERATIONS) {
        const now = workspace.view.head.operation;
        if (now % every === every - 1) {
          const tree = gitLine(made.dir, ['rev-parse', 'main^{tree}']);
          const blob = gitLine(made.dir, ['hash-object', '-w', '--stdin'], { input: `${now}\n` }), listing = git(made.dir, ['ls-tree', tree]);
          const next = gitLine(made.dir, ['mktree'], { input: `${listing}100644 blob ${blob}\tzz-${now}.txt\n` });
          git(made.dir, ['update-ref', `refs/heads/pushed/${now}`, gitLine(made.dir, ['commit-tree', next, '-p', gitLine(made.dir, ['rev-parse', 'main']), '-m', `pushed ${now}`])]);
          await importAll();
        }
        // many at once, as many clients would: they share commits
        const batch: Promise<unknown>[] = [];
        for (let i = 0; i < Math.min(100, every - 1 - (workspace.view.head.operation % every)) || i < 1; i++) {
          const id = random.pick(free), has = inside.has(id);
          if (has) inside.delete(id); else inside.add(id);
          batch.push(workspace.call(has ? 'remove' : 'add', { ticket: `t${++ticket}`, acus: [id] }));
        }
        await Promise.all(batch);
        digests.set(workspace.view.head.operation, `${workspace.view.engine.digest} ${workspace.view.state.composition.acus.join()}`);
      }
      const last = workspace.view.head.operation;
      say(`${last} operations in ${((performance.now() - began) / 1000).toFixed(1)} s`);
      await workspace.close();
      inside = new Set();

      workspace = await Workspace.open(file, { env: {} });
      global.gc?.();
      const before = process.memoryUsage(), publishing = workspace.log.filter(({ kind }) => kind === 'import').map(({ id }) => id);
      const first: number[] = [], scrub: number[] = [], steps: number[] = [], compared: number[] = [], returned: number[] = [];
      for (const id of random.shuffle(publishing.slice(0, -1))) await timed(first, () => workspace.call('moment', { operation: id, have: [] }));
      for (let i = 0; i < LOOKS; i++) await timed(scrub, () => workspace.call('moment', { operation: 1 + random.below(last), have: [] }));
      for (let id = last - 1; id > last - LOOKS; id--) await timed(steps, () => workspace.call('moment', { operation: id, have: [workspace.engine.digest] }));
      let wrong = 0;
      for (const [id, digest] of random.shuffle([...digests])) {
        const at = await workspace.call('moment', { operation: id, have: [] });
        if (`${at.digest} ${at.composition.acus.join()}` !== digest) wrong++;
      }
      for (let i = 0; i < COMPARED; i++) await timed(compared, () => workspace.call('compareMoments', { a: 1 + random.below(last), b: 1 + random.below(last) }));
      for (let i = 0; i < COMPARED; i++) await timed(returned, () => workspace.call('returnTo', { operation: 1 + random.below(last), ticket: `r${i}` }));
      await sleep(50);
      global.gc?.();
      const after = process.memoryUsage();
      figure('moments that are not what was live then', wrong, `of ${digests.size}`);
      for (const [name, times] of [['first moment of a publication', first], ['any moment, in any order', scrub], ['one step after another', steps], ['two compared', compared], ['returned to', returned]] as const) {
        figure(`${name}: p50`, quantile(times, 0.5), 'ms');
        figure(`${name}: p95`, quantile(times, 0.95), 'ms');
      }
      figure('memory held for it', (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 1e6, 'MB');
      return rows;
    } finally {
      await workspace.close();
      temp.remove();
      made.remove();
    }
  },
} satisfies Benchmark;
