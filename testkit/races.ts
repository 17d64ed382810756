// The suites of company: processes that race for one store beside a window, processes that race for one branch, and a repository
// that must stay as it was. Each answers its figures and throws at the first loss.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '../app/contract/client.ts';
import type { Transport } from '../app/contract/methods.ts';
import type { AcuId } from '../app/core/bytes.ts';
import { attachSession, type Service } from '../app/main/service/session.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { Replica } from '../app/workers/replica.ts';
import { imported, Loss, makeRepository, must, mustAgree, mustBeSound, mustHold, serviceScript } from './crash.ts';
import { tryGit } from './git.ts';
import { Random } from './random.ts';
import { randomOperation, randomWriting, standingSet, type Acknowledged, type Raced } from './serviceProcess.ts';
import type { SmallRepository } from './small.ts';
import { storeProcess, type StoreProcess } from './storeProcess.ts';

const commandLine = fileURLToPath(new URL('../app/main/doors/cli/main.ts', import.meta.url));

/** Two ends of a channel in this process; frames cross later, as through a port. */
function channel(): readonly [Transport, Transport] {
  const hear: ((frame: Uint8Array) => void)[] = [() => {}, () => {}];
  const gone: ((reason: string) => void)[] = [];
  const end = (n: 0 | 1): Transport => ({
    send: (frame) => setImmediate(() => hear[1 - n]!(frame)),
    onFrame: (listener) => { hear[n] = listener; },
    onClose: (listener) => { gone.push(listener); },
    close: () => { for (const listener of gone.splice(0)) listener('closed'); },
  });
  return [end(0), end(1)];
}

/** A window: a client over the contract that holds a replica as the renderer does. */
class Window {
  readonly #client;
  readonly #replica = new Replica();
  #chain: Promise<void> = Promise.resolve();
  epoch = 0;
  digest = '';
  composition: readonly AcuId[] = [];
  /** epochs applied as differences, and snapshots fetched */
  differences = 0; snapshots = 0;

  constructor(service: Service) {
    const [ours, theirs] = channel();
    attachSession(service, theirs);
    this.#client = connect(ours);
    this.#client.on('state', ({ composition }) => { this.composition = composition.acus; });
    this.#client.on('epoch', ({ from, to, digest, bytes }) => {
      this.#chain = this.#chain.then(async () => {
        if (to <= this.epoch) return;
        const applied = from === this.epoch ? this.#replica.apply(from, to, digest, bytes) : { kind: 'gap' as const };
        if (applied.kind === 'gap') return this.load();
        this.differences++;
        this.epoch = to;
        if (applied.kind === 'loaded') this.#took(applied.loaded);
      });
    });
  }

  async load(): Promise<void> {
    const { epoch, digest, bytes } = await this.#client.call('snapshot', {});
    this.snapshots++;
    this.epoch = epoch;
    this.#took(this.#replica.load(epoch, digest, bytes));
  }

  #took({ digest, expected }: { readonly digest: string; readonly expected: string }): void {
    must(digest === expected, `the replica at epoch ${this.epoch} has digest ${digest}, the service ${expected}`);
    this.digest = digest;
  }

  async settled(): Promise<void> { await this.#chain; }
  close(): void { this.#client.close(); }
}

export interface RaceFigures {
  /** of the racers, in the log */
  readonly operations: number;
  readonly seconds: number;
  /** attempts for each operation that counted, over all; the slowest one in milliseconds */
  readonly tries: number; readonly slowest: number;
  readonly differences: number; readonly snapshots: number;
}

/** No word from any racer for so long, in milliseconds, and the race has come to a stand. */
const STAND = 60_000;

/** `lie`: one racer acknowledges before it commits, which must be found. */
export async function race(folder: string, processes: number, each: number, seed: number, lie = false): Promise<RaceFigures> {
  const store = join(folder, 'race');
  const workspace = await imported(store, makeRepository(join(folder, 'raced')).path);
  const window = new Window(workspace);
  await window.load();
  const start = performance.now();
  const racers = Array.from({ length: processes }, (_, n) => storeProcess(['compose', store, String(seed * 100 + n), String(each)], {
    script: serviceScript, env: { ...process.env, ACUMEN_TEST_LIE: lie && n === 0 ? '1' : '0' },
  }));
  try {
    await atTheEnd(racers);
  } finally {
    for (const { child } of racers) child.kill('SIGKILL');
  }
  const seconds = (performance.now() - start) / 1000;
  const expected = 1 + processes * each;
  for (let waited = 0; window.epoch < expected && waited < 10_000; waited += 50) await sleep(50);
  await window.settled();
  const said = racers.map(({ lines }) => lines.filter((line) => line !== 'ready'));
  const ids = said.map((lines) => (lines.filter((line) => 'acknowledged' in (line as object)) as Acknowledged[]).map(({ acknowledged }) => acknowledged));
  const ends = said.map((lines) => lines.find((line) => 'tries' in (line as object)) as Raced);
  for (const own of ids) must(own.every((id, i) => i === 0 || id > own[i - 1]!), "a process's operations are out of order");
  must(ids.flat().sort((a, b) => a - b).every((id, i) => id === i + 2) && ids.flat().length === expected - 1, 'an operation is missing from the log, or there twice');
  for (const { lines } of racers) mustHold(store, lines, 'race');
  const fresh = await Workspace.open(store, { readOnly: true, env: {} });
  const imageOf = (operation: number, digest: string, acus: readonly AcuId[]): string => JSON.stringify([operation, digest, acus]);
  const images = [
    imageOf(window.epoch, window.digest, window.composition),
    ...[workspace, fresh].map(({ view }) => imageOf(view.head.operation, view.engine.digest, view.state.composition.acus)),
  ];
  await fresh.close();
  window.close();
  await workspace.close();
  must(new Set(images).size === 1 && window.epoch === expected, `window, service and a fresh open differ: ${images.join(' | ').slice(0, 400)}`);
  mustBeSound(store, 'race');
  return {
    operations: expected - 1, seconds: Math.round(seconds * 10) / 10, tries: ends.reduce((n, { tries }) => n + tries, 0) / (expected - 1),
    slowest: Math.round(Math.max(...ends.map(({ slowest }) => slowest))), differences: window.differences, snapshots: window.snapshots,
  };
}

/** All ended well; a loss if one failed, or if none says anything any more. */
async function atTheEnd(racers: readonly StoreProcess[]): Promise<void> {
  let running = true, said = 0, since = performance.now();
  const all = Promise.all(racers.map(({ ended }) => ended)).finally(() => { running = false; });
  const watch = async (): Promise<never[]> => {
    while (running) {
      await sleep(200);
      const now = racers.reduce((n, { lines }) => n + lines.length, 0);
      if (now !== said) [said, since] = [now, performance.now()];
      if (performance.now() - since > STAND) throw new Loss(`the race stands: ${racers.map(({ lines }) => lines.length).join()} lines said`);
    }
    return [];
  };
  const [ends] = await Promise.all([all, watch()]);
  must(ends.every((end) => end === 0), `ended with ${ends.join()}`);
}

/** What is theirs: HEAD, index, config, hooks, working tree, and every ref but those written to. */
function theirs(repository: SmallRepository): string {
  const hash = createHash('sha256');
  const add = (path: string): void => {
    for (const found of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const file = join(path, found.name);
      if (file === join(repository.path, '.git')) continue;
      hash.update(`${file}\0`);
      if (found.isDirectory()) add(file);
      else hash.update(found.isSymbolicLink() ? readlinkSync(file) : readFileSync(file));
    }
  };
  add(repository.path);
  add(join(repository.path, '.git', 'hooks'));
  for (const name of ['HEAD', 'index', 'config']) hash.update(readFileSync(join(repository.path, '.git', name)));
  hash.update(repository.git('for-each-ref').split('\n').filter((line) => !line.includes('refs/heads/out/')).join('\n'));
  return hash.digest('hex');
}

/** What a planted breach does to the repository at its git directory. */
export const breaches = {
  HEAD: (path: string) => appendFileSync(join(path, '.git', 'HEAD'), '\n'),
  index: (path: string) => writeFileSync(join(path, '.git', 'index'), ''),
  config: (path: string) => appendFileSync(join(path, '.git', 'config'), '\n'),
  hooks: (path: string) => { mkdirSync(join(path, '.git', 'hooks'), { recursive: true }); writeFileSync(join(path, '.git', 'hooks', 'post-commit'), ''); },
  'working tree': (path: string) => writeFileSync(join(path, 'new.txt'), ''),
  'another ref': (path: string) => writeFileSync(join(path, '.git', 'refs', 'heads', 'another'), readFileSync(join(path, '.git', 'refs', 'heads', 'main'))),
  object: (path: string) => { mkdirSync(join(path, '.git', 'objects', '12'), { recursive: true }); writeFileSync(join(path, '.git', 'objects', '12', '3'.repeat(38)), 'no object'); },
} as const;

/** Random operations with branches written, on a repository with a working tree: it is sound and what is theirs unchanged. */
export async function unharmed(folder: string, count: number, seed: number, breach: keyof typeof breaches | null = null): Promise<{ readonly operations: number; readonly written: number; readonly branches: number }> {
  const random = new Random(seed);
  const repository = makeRepository(join(folder, 'unharmed'));
  const before = theirs(repository);
  const store = join(folder, 'unharmed.store');
  const workspace = await imported(store, repository.path);
  let operations = 0;
  while (operations < count) {
    const done = random.chance(0.5) ? await randomWriting(workspace, random) : await randomOperation(workspace, random, { compositions: 0.5 });
    if (done !== null) operations++;
  }
  const written = workspace.log.filter(({ kind }) => kind === 'write-branch').length;
  await workspace.close();
  if (breach !== null) breaches[breach](repository.path);
  const branches = mustAgree(store, repository, 'unharmed');
  must(theirs(repository) === before, 'something of theirs was changed');
  mustBeSound(store, 'unharmed');
  return { operations, written, branches };
}

export interface Movers { readonly rounds: number; readonly won: number; readonly said: Readonly<Record<string, number>> }

/** So many processes move one branch from one place at one moment: one wins, the others say so. `lie`: a second move is made behind their backs. */
export async function movers(folder: string, processes: number, rounds: number, lie = false): Promise<Movers> {
  const repository = makeRepository(join(folder, 'moved'), 2);
  const said: Record<string, number> = {};
  let from = '';
  for (let round = 0; round < rounds; round++) {
    const commits = Array.from({ length: processes }, (_, n) => repository.git('commit-tree', 'main^{tree}', '-p', 'main', '-m', `round ${round}, mover ${n}`));
    const all = commits.map((to) => storeProcess(['move', join(repository.path, '.git'), 'out/raced', from, to], { script: serviceScript }));
    for (const one of all) must(await one.next() === 'ready', 'a mover did not start');
    for (const { child } of all) child.stdin!.end('go\n');
    const answers = await Promise.all(all.map((one) => one.next())) as ({ moved: string } | { code: string })[];
    if (lie) repository.git('update-ref', 'refs/heads/out/raced', 'main');
    const won = answers.flatMap((answer) => ('moved' in answer ? [answer.moved] : []));
    must(won.length === 1, `round ${round}: ${won.length} movers won`);
    for (const answer of answers) if ('code' in answer) said[answer.code] = (said[answer.code] ?? 0) + 1;
    must(Object.keys(said).every((code) => code === 'ref-moved' || code === 'ref-locked'), `round ${round}: a mover said ${Object.keys(said).join()}`);
    from = repository.git('rev-parse', 'refs/heads/out/raced');
    must(from === won[0], `round ${round}: the branch is where no winner put it`);
  }
  return { rounds, won: rounds, said };
}

/** The same by the command line: each process composes a set of its own, in a store of its own, and writes it as one branch. */
export async function composers(folder: string, processes: number, seed: number): Promise<Movers> {
  const repository = makeRepository(join(folder, 'composed'));
  const random = new Random(seed);
  const said: Record<string, number> = {};
  const stores = Array.from({ length: processes }, (_, n) => join(folder, `composer-${n}`));
  const first = await imported(stores[0]!, repository.path);
  const sets = stores.map(() => standingSet(first, random));
  await first.close();
  for (const store of stores.slice(1)) writeFileSync(store, readFileSync(stores[0]!));
  const answers = await Promise.all(stores.map((store, n) => composer([...sets[n]!, '--branch', 'out/composed', '--store', store, '--json'])));
  const won = answers.filter(({ end }) => end === 0);
  for (const { end, err } of answers) {
    if (end === 0) continue;
    const code = /ref-moved|ref-locked|would-lose-commits/.exec(err)?.[0] ?? err;
    said[code] = (said[code] ?? 0) + 1;
  }
  must(won.length === 1, `${won.length} of ${processes} composers won; the others said ${JSON.stringify(said)}`);
  must(Object.keys(said).every((code) => ['ref-moved', 'ref-locked', 'would-lose-commits'].includes(code)), `composers said ${JSON.stringify(said)}`);
  must(repository.git('rev-parse', 'refs/heads/out/composed') === (JSON.parse(won[0]!.out) as { commit: string }).commit, 'the branch is where no winner put it');
  const checked = tryGit(repository.path, ['fsck', '--strict', '--no-dangling']);
  must(checked.status === 0, `git fsck: ${checked.stderr}`);
  return { rounds: 1, won: 1, said };
}

function composer(args: readonly string[]): Promise<{ readonly end: number | null; readonly out: string; readonly err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [commandLine, 'compose', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { out: '', err: '' };
    for (const [name, stream] of [['out', child.stdout], ['err', child.stderr]] as const) stream.setEncoding('utf8').on('data', (text: string) => { said[name] += text; });
    child.on('error', reject);
    child.on('close', (end) => resolve({ end, ...said }));
  });
}
