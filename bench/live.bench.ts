// Working trees that are looked at: 500 branches and 20 linked working trees. What passes between a save in one of them and the difference that a client
// has taken, and where it goes; that the tree itself is as it was; then all of them edited at once, and whether anything was missed and the processor rests.
// ACUMEN_BENCH_SECONDS: of the last part (60). ACUMEN_BENCH_SIZES: branches.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../app/contract/client.ts';
import type { Transport } from '../app/contract/methods.ts';
import type { Round } from '../app/main/service/live/live.ts';
import { attachSession } from '../app/main/service/session.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { Replica } from '../app/workers/replica.ts';
import { at } from '../scripts/steps.ts';
import { fleet } from '../testkit/fleet.ts';
import { gitLine, tempDir } from '../testkit/git.ts';
import { Random } from '../testkit/random.ts';
import type { Benchmark, Row } from './report.ts';

const BRANCHES = Number(process.env['ACUMEN_BENCH_SIZES'] ?? 500), TREES = 20;
const SECONDS = Number(process.env['ACUMEN_BENCH_SECONDS'] ?? 60);
const WARM = 10, SAVES = 200;
/** Milliseconds between two saves: whoever types saves no oftener. */
const APART = 120;
const BAR = 150;

const say = (text: string): void => { process.stderr.write(`${text}\n`); };
const quantile = (values: readonly number[], p: number): number => [...values].sort((x, y) => x - y)[Math.min(values.length - 1, Math.floor(values.length * p))]!;

/** Frames from one end to the other, each in a turn of its own as over a socket. */
function wired(): [Transport, Transport] {
  const ends = [0, 1].map(() => ({ heard: (_: Uint8Array): void => {} }));
  const transport = (own: 0 | 1): Transport => ({
    send: (frame) => { setImmediate(() => ends[1 - own]!.heard(frame)); },
    onFrame: (listener) => { ends[own]!.heard = listener; },
    onClose: () => {}, close: () => {},
  });
  return [transport(0), transport(1)];
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.name === '.git' ? [] : entry.isDirectory() ? filesOf(join(folder, entry.name)) : [join(folder, entry.name)]));
}

/** Contents and times of all files, and of the index. */
function printOf(files: readonly string[]): string {
  const sum = createHash('sha256');
  for (const file of files) { const { mtimeMs, ctimeMs, size, mode } = lstatSync(file); sum.update(`${file} ${mtimeMs} ${ctimeMs} ${size} ${mode}`).update(readFileSync(file)); }
  return sum.digest('hex');
}

export default {
  what: `live working trees: ${BRANCHES} branches and ${TREES} linked working trees; a save to what a client shows, and ${SECONDS} s of saves in all of them at once`,
  run: async () => {
    const rows: Row[] = [], made = fleet({ seed: 1, branches: BRANCHES }), temp = tempDir('live-bench'), random = new Random(7);
    const trees = Array.from({ length: TREES }, (_, n) => join(temp.path, `tree${n}`));
    for (const [n, tree] of trees.entries()) gitLine(made.dir, ['worktree', 'add', '-q', '--detach', tree, n % 2 === 0 ? 'main' : `agent/${n}`]);
    const workspace = await Workspace.open(join(temp.path, 'store'), { env: {} });
    const figure = (name: string, value: number, unit: string): void => { rows.push({ metric: name, value, unit }); };
    try {
      await workspace.call('import', { ticket: 'first', path: made.dir, base: 'main', refs: [], grain: 'branch' });
      let began = performance.now();
      const live = await workspace.call('live', { on: true });
      figure('start', performance.now() - began, 'ms');
      say(`${live.trees.length} working trees, ${live.watches} watches, begun in ${(performance.now() - began).toFixed(0)} ms; ${live.polling === '' ? 'watching' : `polling: ${live.polling}`}`);

      const [here, there] = wired(), replica = new Replica();
      attachSession(workspace, there);
      const client = connect(here, { pause: (ms) => sleep(ms) });
      const first = await client.call('snapshot', {});
      let shown = replica.load(first.epoch, first.digest, first.bytes), wrong = 0, arrivedAt = 0, shownAt = 0, pushed = 0;
      let tell = (): void => {};
      client.on('epoch', ({ from, to, digest, bytes }) => {
        arrivedAt = performance.now();
        pushed += bytes.length;
        const applied = replica.apply(from, to, digest, bytes);
        if (applied.kind === 'gap') wrong++;
        if (applied.kind === 'loaded') { shown = applied.loaded; if (shown.digest !== shown.expected) wrong++; }
        shownAt = performance.now();
        tell();
      });
      const acuOf = (tree: string): string | undefined => shown.sources.find((s) => s.name === `worktree ${tree.slice(tree.lastIndexOf('/') + 1)}`)?.acus.at(-1);
      const all = new Map(trees.map((tree) => [tree, filesOf(tree)]));
      const indices = trees.map((tree) => join(gitLine(tree, ['rev-parse', '--absolute-git-dir']), 'index'));

      const arrived: number[] = [], taken: number[] = [], rounds: Round[] = [];
      for (let n = 0; n < WARM + SAVES; n++) {
        const tree = random.pick(trees), file = random.pick(all.get(tree)!.filter((path) => path.endsWith('.ts'))), others = [...all.get(tree)!.filter((path) => path !== file), indices[trees.indexOf(tree)]!];
        const lines = readFileSync(file, 'utf8').split('\n');
        lines[random.below(lines.length - 1)] = `saved(${n});`;
        const before = acuOf(tree), print = printOf(others), text = lines.join('\n');
        const saw = new Promise<void>((resolve) => { tell = () => { if (acuOf(tree) !== before) resolve(); }; });
        const wrote = performance.now();
        if (n % 2 === 0) writeFileSync(file, text);
        else { writeFileSync(`${file}~`, text); renameSync(`${file}~`, file); }
        await saw;
        if (n >= WARM) { arrived.push(arrivedAt - wrote); taken.push(shownAt - wrote); if (workspace.live.round !== null) rounds.push(workspace.live.round); }
        await workspace.live.settled();
        if (printOf(others) !== print) throw new Error(`${tree}: another file of the working tree, or its index, is not as it was`);
        await sleep(APART);
      }
      for (const [name, values] of [['save_to_push', arrived], ['save_to_replica', taken]] as const) {
        for (const p of [0.5, 0.95, 0.99]) figure(`${name}_p${100 * p}`, quantile(values, p), 'ms');
        say(`${name}: p50 ${quantile(values, 0.5).toFixed(1)}, p95 ${quantile(values, 0.95).toFixed(1)}, p99 ${quantile(values, 0.99).toFixed(1)} ms of ${values.length} saves`);
      }
      for (const part of ['read', 'import', 'tables', 'told'] as const) figure(`round_${part}_p50`, quantile(rounds.map((r) => r[part]), 0.5), 'ms');
      say(`of a round (medians): read ${['read', 'import', 'tables', 'told'].map((part) => `${part === 'read' ? '' : `${part} `}${quantile(rounds.map((r) => r[part as keyof Round]), 0.5).toFixed(1)}`).join(', ')} ms; ${(pushed / (WARM + SAVES) / 1024).toFixed(0)} KiB pushed for a save; working trees and indices as they were`);
      say(`bar: a save shows within ${BAR} ms (p95): ${quantile(taken, 0.95) <= BAR ? 'met' : 'MISSED'}`);

      say(`${TREES} working trees edited at once for ${SECONDS} s`);
      tell = () => {};
      const writer = spawn(process.execPath, [at('bench/liveWriter.ts'), JSON.stringify({ trees, seconds: SECONDS, seed: 5 })], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '', epochs = -workspace.shown.epoch;
      writer.stdout.on('data', (chunk: Buffer) => { said += chunk.toString(); });
      const cpu = process.cpuUsage();
      began = performance.now();
      await new Promise<void>((resolve, reject) => { writer.on('exit', (code) => { if (code === 0) resolve(); else reject(new Error(`bench/liveWriter.ts ended with ${code}`)); }); });
      const used = process.cpuUsage(cpu), ended = performance.now();
      await sleep(20);
      await workspace.live.settled();
      const last = Math.max(0, shownAt - ended);
      await sleep(Math.max(0, 1000 - (performance.now() - ended)));
      const rest = process.cpuUsage();
      await sleep(1000);
      const after = process.cpuUsage(rest), resting = (after.user + after.system) / 1000;
      epochs += workspace.shown.epoch;
      const saves = Number(said.trim());
      say(`${saves} saves (${(saves / SECONDS).toFixed(0)}/s), ${epochs} epochs; the last shown ${last.toFixed(0)} ms after it was made; ${((used.user + used.system) / 10 / (ended - began)).toFixed(0)} % of a core meanwhile, ${resting.toFixed(0)} ms of processor in the second that begins a second later`);
      const anew = await Workspace.open(join(temp.path, 'anew'), { env: {} });
      await anew.call('import', { ticket: 'first', path: made.dir, base: 'main', refs: [], grain: 'branch' });
      await anew.live.look();
      anew.showLive();
      const missed = Number(anew.engine.digest !== workspace.engine.digest) + Number(shown.digest !== workspace.engine.digest);
      await anew.close();
      say(missed === 0 && wrong === 0 ? 'nothing was missed: as an import of everything from scratch, here and at the client' : `MISSED: ${missed} of 2 digests differ, ${wrong} differences went wrong`);
      figure('storm_saves', saves, '');
      figure('storm_epochs', epochs, '');
      figure('storm_missed', missed + wrong, '');
      figure('storm_last_shown', last, 'ms');
      figure('storm_core_share', (used.user + used.system) / 10 / (ended - began), '%');
      figure('idle_cpu_after_1s', resting, 'ms/s');
      client.close();
    } finally {
      await workspace.close();
      made.remove();
      temp.remove();
    }
    return rows;
  },
} satisfies Benchmark;
