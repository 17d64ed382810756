// The suites of loss: processes killed in the midst of every operation, damaged write-ahead logs, flipped bytes, processes
// that race for one store, and a repository that must stay as it was. Each answers its figures and throws at the first loss.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { applyDifference } from '../app/core/difference.ts';
import { Engine } from '../app/core/engine.ts';
import { AcumenError } from '../app/core/errors.ts';
import { pack } from '../app/core/segmentKey.ts';
import { connectReader, inspect } from '../app/main/storage/connection.ts';
import { fsck } from '../app/main/storage/fsck.ts';
import { checkEnd } from '../app/main/storage/log.ts';
import { newestVersion } from '../app/main/storage/migrations/index.ts';
import * as reads from '../app/main/storage/reads.ts';
import { viewDigests } from '../app/main/storage/views.ts';
import { restore } from '../app/main/storage/backup.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { tryGit } from './git.ts';
import { Random } from './random.ts';
import { randomOperation, standingSet, type Acknowledged } from './serviceProcess.ts';
import { numbered as lines, smallRepository, type SmallRepository } from './small.ts';
import { numbered, storeProcess } from './storeProcess.ts';

const script = fileURLToPath(new URL('./serviceProcess.ts', import.meta.url));
export const verbs = ['import', 'compose', 'undo', 'backup', 'restore'] as const;
export type Killed = Readonly<Record<typeof verbs[number], number>> & { readonly acknowledged: number; readonly backups: number; readonly unfinished: number };

/** A loss, with what was lost: the suites find it, so that their callers need not look. */
export class Loss extends Error {}
const must = (holds: boolean, what: string): void => { if (!holds) throw new Loss(what); };

/** With a working tree, branches that go together, some that do not, and a stack. */
export function makeRepository(at: string, branches = 12): SmallRepository {
  const repository = smallRepository(at);
  for (let n = 0; n < branches; n++) repository.branch(`b${n}`, { 'a.txt': lines(20, { [1 + (n * 3) % 20]: `change ${n}` }), [`new${n}.txt`]: lines(300 + n) });
  repository.branch('lower', { 'd.txt': lines(6) });
  repository.branch('upper', { 'd.txt': lines(6, { 3: 'upper' }) }, 'lower');
  return repository;
}

async function imported(store: string, repository: string): Promise<Workspace> {
  const workspace = await Workspace.open(store, { env: {}, clock: { now: () => 1_750_000_000_000, offset: () => 0 } });
  await workspace.call('import', { ticket: 'import', path: repository, base: null, refs: [], grain: 'branch' });
  return workspace;
}

/** What an import leaves, byte for byte: the state, the replica, the bodies of the published segments, the conflict graph. */
async function imageOf({ store, engine }: Workspace): Promise<string> {
  const state = await store.state();
  const conflicts = await Array.fromAsync(store.conflicts());
  const bodies = (await store.segments(state.published!.segments)).map((segment) => pack(segment));
  const hash = createHash('sha256');
  for (const part of [pack(state), engine.encode(), ...bodies, pack(conflicts)]) hash.update(part);
  return hash.digest('hex');
}

function read<T>(file: string, query: (db: ReturnType<typeof connectReader>) => T): T {
  const db = connectReader(file, 5000);
  try {
    return query(db);
  } finally {
    db.close();
  }
}

function mustBeSound(file: string, when: string): void {
  const { problems } = read(file, fsck);
  must(problems.length === 0, `${when}: ${problems[0]}`);
}

function remove(file: string): void {
  for (const name of readdirSync(dirname(file))) if (name.startsWith(basename(file))) rmSync(join(dirname(file), name));
}

/** The hash of each operation in order: equal at n, equal up to n. */
const chainOf = (file: string): string[] => read(file, (db) => (db.prepare('SELECT hash FROM operation ORDER BY id').all() as { hash: Buffer }[]).map(({ hash }) => hash.toString('hex')));

/** Every operation the dead process said was done is in the log, and did what it said. */
function mustHold(file: string, said: readonly unknown[], when: string): number {
  const acknowledged = said.filter((line) => typeof line === 'object' && line !== null && 'acknowledged' in line) as Acknowledged[];
  read(file, (db) => {
    const last = reads.head(db).operation;
    for (const { acknowledged: id, acus } of acknowledged) {
      must(id <= last, `${when}: operation ${id} was acknowledged, the log ends at ${last}`);
      must(reads.stateAt(db, id).composition.acus.join() === acus.join(), `${when}: operation ${id} is another than was acknowledged`);
    }
  });
  return acknowledged.length;
}

/** `lie`: the processes acknowledge before they commit, which must be found. */
export async function kills(folder: string, count: number, seed: number, lie = false): Promise<Killed> {
  const random = new Random(seed);
  const repository = makeRepository(join(folder, 'repository'));
  const at = (name: string): string => join(folder, name);
  const reference = await imported(at('reference'), repository.path);
  const image = await imageOf(reference);
  await reference.close();
  for (const verb of ['compose', 'undo', 'backup'] as const) copyFileSync(at('reference'), at(verb));
  const figures = { import: 0, compose: 0, undo: 0, backup: 0, restore: 0, acknowledged: 0, backups: 0, unfinished: 0 };
  for (let n = 0; n < count; n++) {
    const verb = lie ? 'compose' : verbs[n % verbs.length]!;
    const when = `kill ${n} of seed ${seed}, amid ${verb}`;
    const store = at(verb);
    if (verb === 'import' || verb === 'restore') remove(store);
    if (verb === 'restore') copyFileSync(at('compose'), store);
    const last = verb === 'import' ? repository.path : verb === 'backup' ? at('copy') : verb === 'restore' ? at('reference') : '1000000';
    const args = verb === 'import' || verb === 'restore' ? [verb, store, last] : [verb, store, String(seed * 1000 + n), last];
    const before = verb === 'restore' ? chainOf(store) : [];
    const victim = storeProcess(args, { script, env: { ...process.env, ACUMEN_TEST_LIE: lie ? '1' : '0' } });
    // Some while they open the store, most amid their work.
    if (lie || !random.chance(0.1)) await victim.next();
    if (lie) await victim.next();
    else await sleep(random.below(verb === 'backup' || verb === 'restore' ? 600 : 250));
    victim.child.kill('SIGKILL');
    await victim.ended;
    figures[verb]++;

    if (existsSync(store)) mustBeSound(store, when);
    if (existsSync(store) && verb !== 'restore') figures.acknowledged += mustHold(store, victim.lines, when);
    if (verb === 'import') {
      if (!victim.lines.some((line) => line !== 'ready')) figures.unfinished++;
      const resumed = await imported(store, repository.path);
      must(await imageOf(resumed) === image, `${when}: the resumed import is another than the uninterrupted one`);
      await resumed.close();
    }
    if (verb === 'backup') {
      const chain = chainOf(store);
      const found = readdirSync(folder).filter((name) => /^copy-\d+$/.test(name));
      const made = victim.lines.filter((line) => typeof line === 'object' && line !== null && 'made' in line) as { made: string }[];
      for (const { made: file } of made) must(existsSync(file), `${when}: ${file} was made and is not there`);
      for (const name of found) {
        mustBeSound(at(name), `${when}, ${name}`);
        must(chainOf(at(name)).every((hash, i) => hash === chain[i]), `${when}: ${name} has another log`);
      }
      figures.backups += found.length;
      remove(at('copy'));
    }
    if (verb === 'restore') {
      const now = chainOf(store).join(), whole = chainOf(at('reference')).join();
      must(now === before.join() || now === whole, `${when}: the store is neither the old one nor the backup`);
      if (now !== before.join()) must(chainOf(`${store}.before-restore`).join() === before.join(), `${when}: the old store is not kept`);
      await restore(at('reference'), store, { force: true });
      must(chainOf(store).join() === whole, `${when}: the next restore failed`);
      mustBeSound(at('reference'), `${when}, the backup`);
    }
  }
  return figures;
}

/** Damages a killed writer's write-ahead log: what opens is a beginning of its operations, whole. Answers how many beginnings there were. */
export async function damagedWals(folder: string, count: number, seed: number): Promise<{ readonly damaged: number; readonly lengths: number }> {
  const random = new Random(seed);
  const file = join(folder, 'wal');
  const victim = storeProcess(['append', file, 'wal', '100000']);
  while (victim.lines.length < 80) await victim.next();
  victim.child.kill('SIGKILL');
  await victim.ended;
  const wal = readFileSync(`${file}-wal`);
  must(wal.length > 40_000, 'the kill left no log to be damaged');
  const lengths = new Set<number>();
  for (let n = 0; n < count; n++) {
    const copy = join(folder, 'damaged');
    remove(copy);
    copyFileSync(file, copy);
    const at = random.below(wal.length);
    const damaged = Buffer.from(n % 4 === 0 ? wal.subarray(0, at) : wal);
    if (n % 4 === 1) damaged[at] = damaged[at]! ^ (1 + random.below(255));
    // A sector that was never written, and one that came from elsewhere.
    if (n % 4 === 2) damaged.fill(0, at & ~511, (at & ~511) + 512);
    if (n % 4 === 3) wal.copy(damaged, at & ~511, random.below(wal.length) & ~511, wal.length);
    writeFileSync(`${copy}-wal`, damaged);
    const when = `WAL ${n} of seed ${seed}`;
    mustBeSound(copy, when);
    const operations = read(copy, (db) => reads.operations(db, null, 1_000_000)).toReversed();
    operations.forEach(({ description, id }, i) => {
      must(id === i + 1 && description === `wal ${i + 1}`, `${when}: operation ${i + 1} is ${description}`);
      must(read(copy, (db) => reads.stateAt(db, id)).composition.base === (numbered('wal', id).events[0] as { composition: { base: string } }).composition.base || i < operations.length - 1, `${when}: another state`);
    });
    lengths.add(operations.length);
  }
  return { damaged: count, lengths: lengths.size };
}

export interface Flipped { readonly pages: number; readonly whole: number; readonly refused: number; readonly named: number }

/**
 * One byte flipped in each of so many pages: whole (everything reads as before), refused by opening, or named by fsck. What reads
 * otherwise than before and passes fsck is a loss.
 */
export async function flippedPages(folder: string, most: number, seed: number): Promise<Flipped> {
  const random = new Random(seed);
  const sample = join(folder, 'sample');
  const workspace = await imported(sample, makeRepository(join(folder, 'flipped')).path);
  for (let n = 0; n < 20; n++) await randomOperation(workspace, random, 0.7);
  await workspace.close();
  const bytes = readFileSync(sample);
  const page = bytes.readUInt16BE(16);
  const all = (file: string): string => read(file, (db) => {
    checkEnd(db, file);
    const rows = db.prepare('SELECT * FROM event ORDER BY seq').raw().all();
    const blobs = db.prepare('SELECT * FROM blob ORDER BY oid').raw().all();
    return createHash('sha256').update(pack([viewDigests(db), reads.operations(db, null, 1_000_000), rows, blobs, reads.state(db)])).digest('hex');
  });
  const before = all(sample);
  const total = bytes.length / page;
  const pages = random.shuffle(Array.from({ length: total }, (_, n) => n)).slice(0, most);
  const figures = { pages: pages.length, whole: 0, refused: 0, named: 0 };
  for (const n of pages) {
    const file = join(folder, 'one-byte');
    remove(file);
    const damaged = Buffer.from(bytes);
    const at = n * page + random.below(page);
    damaged[at] = damaged[at]! ^ (1 + random.below(255));
    writeFileSync(file, damaged);
    let found: 'named' | 'sound';
    try {
      inspect(file, newestVersion);
      read(file, (db) => checkEnd(db, file));
      found = read(file, fsck).problems.length > 0 ? 'named' : 'sound';
    } catch {
      figures.refused++;
      continue;
    }
    if (found === 'named') figures.named++;
    else {
      must(all(file) === before, `byte ${at}: the store reads otherwise and fsck says nothing`);
      figures.whole++;
    }
  }
  return figures;
}

/** Processes that race for one store beside a service with a replica. Answers the log's length. */
export async function race(folder: string, processes: number, each: number, seed: number): Promise<number> {
  const store = join(folder, 'race');
  const workspace = await imported(store, makeRepository(join(folder, 'raced')).path);
  const snapshot = await workspace.call('snapshot', {});
  const replica = { bytes: snapshot.bytes, epoch: snapshot.epoch, composition: workspace.view.state.composition };
  const stop = workspace.subscribe((push) => {
    if (push.push === 'state') replica.composition = push.composition;
    if (push.push !== 'epoch') return;
    must(push.from === replica.epoch, `the replica missed ${replica.epoch} to ${push.from}`);
    replica.epoch = push.to;
    replica.bytes = applyDifference(replica.bytes, push.bytes) ?? workspace.engine.encode();
  });
  const racers = Array.from({ length: processes }, (_, n) => storeProcess(['compose', store, String(seed * 100 + n), String(each)], { script }));
  const ends = await Promise.all(racers.map(({ ended }) => ended));
  must(ends.every((end) => end === 0), `ended with ${ends.join()}`);
  const expected = 1 + processes * each;
  for (let waited = 0; replica.epoch < expected && waited < 10_000; waited += 50) await sleep(50);
  stop();
  const ids = racers.map(({ lines: said }) => (said.filter((line) => line !== 'ready') as Acknowledged[]).map(({ acknowledged }) => acknowledged));
  for (const own of ids) must(own.every((id, i) => i === 0 || id > own[i - 1]!), "a process's operations are out of order");
  must(ids.flat().sort((a, b) => a - b).every((id, i) => id === i + 2) && ids.flat().length === expected - 1, 'an operation is missing from the log, or there twice');
  for (const racer of racers) mustHold(store, racer.lines, 'race');
  const fresh = await Workspace.open(store, { readOnly: true, env: {} });
  const image = (operation: number, digest: string, composition: unknown): string => JSON.stringify([operation, digest, composition]);
  const images = [
    image(replica.epoch, Engine.decode(replica.bytes).digest, replica.composition),
    image(workspace.view.head.operation, workspace.engine.digest, workspace.view.state.composition),
    image(fresh.view.head.operation, fresh.engine.digest, fresh.view.state.composition),
  ];
  await fresh.close();
  await workspace.close();
  must(new Set(images).size === 1 && (JSON.parse(images[0]!) as number[])[0] === expected, `replica, service and a fresh open differ: ${images.join(' | ').slice(0, 400)}`);
  mustBeSound(store, 'race');
  return expected - 1;
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

/** Random operations with branches written, on a repository with a working tree: it is sound and what is theirs unchanged. */
export async function unharmed(folder: string, count: number, seed: number): Promise<{ readonly operations: number; readonly written: number }> {
  const random = new Random(seed);
  const repository = makeRepository(join(folder, 'unharmed'));
  const before = theirs(repository);
  const workspace = await imported(join(folder, 'unharmed.store'), repository.path);
  let operations = 0, written = 0;
  while (operations < count) {
    if (workspace.view.state.published !== null && random.chance(0.3)) {
      try {
        await workspace.call('writeBranch', { ticket: 'w', name: `out/${random.below(5)}`, acus: standingSet(workspace, random) });
        written++;
        operations++;
      } catch (error) {
        if (!(error instanceof AcumenError) || !['would-lose-commits', 'ref-moved', 'usage'].includes(error.code)) throw error;
      }
    } else if (await randomOperation(workspace, random, 0.5) !== null) operations++;
  }
  await workspace.close();
  const checked = tryGit(repository.path, ['fsck', '--strict', '--no-dangling']);
  must(checked.status === 0 && checked.stderr.trim() === '' && checked.stdout.trim() === '', `git fsck: ${checked.stdout}${checked.stderr}`);
  must(theirs(repository) === before, 'something of theirs was changed');
  mustBeSound(join(folder, 'unharmed.store'), 'unharmed');
  return { operations, written };
}
