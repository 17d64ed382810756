// The suite of kills: processes killed at random moments of every operation, each kind in a lane of its own. Answers its figures
// and throws at the first loss. Damage is in damage.ts, races and what is theirs in races.ts.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pack } from '../app/core/segmentKey.ts';
import { connectReader, connectWriter, useWal, type ReadDb } from '../app/main/storage/connection.ts';
import { fsck } from '../app/main/storage/fsck.ts';
import { migrate, migrations, newestVersion } from '../app/main/storage/migrations/index.ts';
import { prove } from '../app/main/storage/proof.ts';
import * as reads from '../app/main/storage/reads.ts';
import { restore } from '../app/main/storage/backup.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import type { ReaderChoice } from '../app/main/git/open.ts';
import { git, gitDate, tryGit } from './git.ts';
import { Random } from './random.ts';
import { randomOperation, type Acknowledged } from './serviceProcess.ts';
import { numbered as lines, smallRepository, type Files, type SmallRepository } from './small.ts';
import { oldLog, putOldLog } from './storeFormats.ts';
import { storeProcess, type StoreProcess } from './storeProcess.ts';

export const serviceScript = fileURLToPath(new URL('./serviceProcess.ts', import.meta.url));
export const verbs = ['import', 'compose', 'undo', 'migrate', 'checkpoint', 'write', 'backup', 'restore'] as const;
type Verb = typeof verbs[number];

/** A loss, with what was lost: the suites find it, so that their callers need not look. */
export class Loss extends Error {}
export const must = (holds: boolean, what: string): void => { if (!holds) throw new Loss(what); };

/** With a working tree, branches that go together, some that do not, and a stack. */
export function makeRepository(at: string, branches = 12): SmallRepository {
  const repository = smallRepository(at);
  const commits: string[] = [];
  const commit = (name: string, files: Files, from = 'refs/heads/main^0'): void => {
    const data = (text: string): string => `data ${text.length}\n${text}\n`;
    const changed = Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(String(text))}`);
    commits.push(`commit refs/heads/${name}\ncommitter Ada Lovelace <ada@example.invalid> ${gitDate}\n${data(`Change ${name}`)}from ${from}\n${changed.join('')}\n`);
  };
  for (let n = 0; n < branches; n++) commit(`b${n}`, { 'a.txt': lines(20, { [1 + (n * 3) % 20]: `change ${n}` }), [`new${n}.txt`]: lines(300 + n) });
  commit('lower', { 'd.txt': lines(6) });
  commit('upper', { 'd.txt': lines(6, { 3: 'upper' }) }, 'refs/heads/lower');
  // One process in place of a hundred: the suites make many repositories.
  git(at, ['fast-import', '--quiet'], { input: commits.join('') });
  return repository;
}

export async function imported(store: string, repository: string, reader: ReaderChoice = 'embedded'): Promise<Workspace> {
  const workspace = await Workspace.open(store, { env: process.env, git: reader, clock: { now: () => 1_750_000_000_000, offset: () => 0 } });
  await workspace.call('import', { ticket: 'import', path: repository, base: null, refs: [], grain: 'branch' });
  return workspace;
}

/** What an import leaves, byte for byte: the state, the replica, the bodies of the published segments, the conflict graph. */
export async function imageOf({ store, engine }: Workspace): Promise<string> {
  const state = await store.state();
  const conflicts = await Array.fromAsync(store.conflicts());
  const bodies = (await store.segments(state.published!.segments)).map((segment) => pack(segment));
  const hash = createHash('sha256');
  for (const part of [pack(state), engine.encode(), ...bodies, pack(conflicts)]) hash.update(part);
  return hash.digest('hex');
}

export function read<T>(file: string, query: (db: ReadDb) => T): T {
  const db = connectReader(file, 5000);
  try {
    return query(db);
  } finally {
    db.close();
  }
}

/** As opening would find it, and as fsck does. */
export function mustBeSound(file: string, when: string): void {
  read(file, (db) => {
    try {
      prove(db, file);
    } catch (error) {
      throw new Loss(`${when}: ${String(error)}`);
    }
    const { problems } = fsck(db);
    must(problems.length === 0, `${when}: ${problems[0]}`);
  });
}

export function remove(file: string): void {
  for (const name of readdirSync(dirname(file))) if (name.startsWith(basename(file))) rmSync(join(dirname(file), name), { recursive: true });
}

/** A hash of each operation in order, over all that it and those before it did, whatever the form of the log: equal at n, equal up to n. */
const chainOf = (file: string): string[] => read(file, (db) => oldLog(db).operations.map(({ hash }) => Buffer.from(hash).toString('hex')));

/** Every operation the dead process said was done is in the log, and did what it said. */
export function mustHold(file: string, said: readonly unknown[], when: string): number {
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

/** From this format on the log is batches; what came since are indices, and pages of conflicts in a form that is read whatever the format. */
const BATCHES = 8;

/** The same log in a store of an older format, its views folded as far as that format has any. */
function ofFormat(version: number, from: string, to: string): void {
  if (version >= BATCHES) { withoutNewer(version, from, to); return; }
  const log = read(from, oldLog), db = connectWriter(to, 100);
  try {
    migrate(db, to, version);
    useWal(db);
    putOldLog(db, log);
  } finally {
    db.close();
  }
}

/** A copy that lacks the indices of later formats. */
function withoutNewer(version: number, from: string, to: string): void {
  copyFileSync(from, to);
  const db = connectWriter(to, 100);
  try {
    for (const { version: later, sql } of migrations.slice(version)) {
      const names = [...sql.matchAll(/CREATE INDEX (\w+)/g)].map(([, name]) => name!);
      must(names.length > 0 || sql === '', `format ${later} adds something else than indices: it has to be taken off in another way`);
      for (const name of names) db.exec(`DROP INDEX ${name}`);
    }
    db.pragma(`user_version = ${version}`);
    useWal(db);
  } finally {
    db.close();
  }
}

export interface Kills {
  /** times each was killed */
  readonly killed: Readonly<Record<Verb, number>>;
  /** operations that the dead had acknowledged, all found again */
  readonly acknowledged: number;
  /** killed before their end */
  readonly unfinishedImports: number; readonly unfinishedMigrations: number;
  /** whole backups found */
  readonly backups: number;
  /** restores that had taken effect */
  readonly restored: number;
  /** branches found as the log has them */
  readonly branches: number;
  /** lock files of git's protocol that the dead left behind, removed as the person is told to */
  readonly locks: number;
}

interface Place { readonly at: (name: string) => string; readonly repository: SmallRepository; readonly seed: number; readonly lie: boolean }
type Figures = { -readonly [K in Exclude<keyof Kills, 'killed'>]: number };

/** Lanes under way at once: they wait for processes to start more than they work. */
const LANES = 3;
/** A store is taken anew after so many kills, or looking at it would become what the time goes to. */
const FRESH = 20;

/** `lie`: the processes acknowledge before they commit, which must be found. */
export async function kills(folder: string, count: number, seed: number, lie = false): Promise<Kills> {
  const repository = makeRepository(join(folder, 'repository'), 24);
  const place: Place = { at: (name) => join(folder, name), repository, seed, lie };
  const reference = await imported(place.at('reference'), repository.path);
  const image = await imageOf(reference);
  await reference.close();
  if (!lie) await grow(place);

  const killed = Object.fromEntries(verbs.map((verb) => [verb, 0])) as Record<Verb, number>;
  const figures: Figures = { acknowledged: 0, unfinishedImports: 0, unfinishedMigrations: 0, backups: 0, restored: 0, branches: 0, locks: 0 };
  const lanes = (lie ? ['compose'] as const : verbs).map((verb, lane, all) => ({ verb, count: Math.floor((count + all.length - 1 - lane) / all.length) }));
  const failed: unknown[] = [];
  await Promise.all(Array.from({ length: LANES }, async () => {
    for (let lane; failed.length === 0 && (lane = lanes.shift()) !== undefined;) {
      const { verb, count: times } = lane;
      try {
        const once = await laneOf(verb, place, image);
        const random = new Random(seed * 100 + verbs.indexOf(verb));
        for (let n = 0; n < times && failed.length === 0; n++) {
          await once(n, random, figures, `kill ${n} of seed ${seed}, amid ${verb}`);
          killed[verb]++;
        }
      } catch (error) {
        failed.push(error);
      }
    }
  }));
  if (failed.length > 0) throw failed[0];
  return { killed, ...figures };
}

/** A log long enough that folding it takes a while. */
async function grow({ at, seed }: Place): Promise<void> {
  copyFileSync(at('reference'), at('grown'));
  const workspace = await Workspace.open(at('grown'), { env: {} });
  const random = new Random(seed);
  for (let n = 0; n < 60; n++) await randomOperation(workspace, random, { compositions: 0.8 });
  await workspace.close();
}

type Once = (n: number, random: Random, figures: Figures, when: string) => Promise<void>;

interface When {
  /** words after the first to wait for, at most */
  readonly words?: number;
  /** and then so long at most, in milliseconds */
  readonly within: number;
}

/** Starts one, kills it some words and some time after its first (or while it starts), and waits for its end. */
async function killed(args: readonly string[], random: Random, { words = 0, within }: When, lie = false): Promise<StoreProcess> {
  const victim = storeProcess(args, { script: serviceScript, env: { ...process.env, ACUMEN_TEST_LIE: lie ? '1' : '0' } });
  if (lie || !random.chance(0.1)) await victim.next();
  for (let n = lie ? 1 : random.below(words + 1); n > 0; n--) await victim.next();
  if (!lie) await sleep(random.below(within));
  victim.child.kill('SIGKILL');
  const end = await victim.ended;
  must(end === 'SIGKILL' || end === 0, `${args[0]} ended by itself, with ${String(end)}`);
  return victim;
}

/** How long one takes from its first word to its last when nobody kills it, in milliseconds. */
async function duration(args: readonly string[]): Promise<number> {
  const one = storeProcess(args, { script: serviceScript });
  await one.next();
  const start = performance.now();
  await one.next();
  const took = performance.now() - start;
  must(await one.ended === 0, `${args[0]} failed`);
  return Math.ceil(1.3 * took);
}

async function laneOf(verb: Verb, place: Place, image: string): Promise<Once> {
  const { at, repository, seed, lie } = place;
  const store = at(verb);
  const seedOf = (n: number): string => String(seed * 1000 + n);
  const fresh = (n: number): void => {
    if (n % FRESH !== 0) return;
    remove(store);
    copyFileSync(at('reference'), store);
  };
  switch (verb) {
    case 'compose': case 'undo': case 'checkpoint':
      return async (n, random, figures, when) => {
        fresh(n);
        const { lines: said } = await killed([verb, store, seedOf(n), '1000000'], random, { words: 10, within: verb === 'checkpoint' ? 300 : 60 }, lie);
        mustBeSound(store, when);
        figures.acknowledged += mustHold(store, said, when);
      };
    case 'import': {
      const choices = ['embedded', 'native'] as const;
      const within = await Promise.all(choices.map((reader) => duration(['import', at(`timed-${reader}`), repository.path, reader])));
      return async (n, random, figures, when) => {
        remove(store);
        const { lines: said } = await killed([verb, store, repository.path, choices[n % 2]!], random, { within: within[n % 2]! });
        if (existsSync(store)) {
          mustBeSound(store, when);
          figures.acknowledged += mustHold(store, said, when);
        }
        if (said.length < 2) figures.unfinishedImports++;
        // By the other reader: what one began the other ends.
        const resumed = await imported(store, repository.path, choices[(n >> 1) % 2]);
        must(await imageOf(resumed) === image, `${when}: the resumed import is another than the uninterrupted one`);
        await resumed.close();
      };
    }
    case 'migrate': {
      const olds = Array.from({ length: newestVersion - 1 }, (_, i) => at(`format-${i + 1}`));
      olds.forEach((old, i) => ofFormat(i + 1, at('grown'), old));
      copyFileSync(olds[0]!, at('timed-migration'));
      const within = await duration([verb, at('timed-migration')]);
      const chain = chainOf(at('grown')).join();
      return async (n, random, figures, when) => {
        remove(store);
        copyFileSync(olds[n % olds.length]!, store);
        const { lines: said } = await killed([verb, store], random, { within });
        if (said.length < 2) figures.unfinishedMigrations++;
        const workspace = await Workspace.open(store, { env: {} });
        must(workspace.view.state.published !== null, `${when}: nothing is published any more`);
        await workspace.close();
        mustBeSound(store, `${when}, opened again`);
        must(chainOf(store).join() === chain, `${when}: the log is another`);
      };
    }
    case 'write': {
      // Branches go to a copy: the others' imports must find the same refs each time.
      const written = repository.copy(at('written'));
      await (await imported(store, written.path)).close();
      copyFileSync(store, at('unwritten'));
      return async (n, random, figures, when) => {
        if (n > 0 && n % FRESH === 0) {
          for (const ref of written.git('for-each-ref', '--format=%(refname)', 'refs/heads/out').split('\n').filter(Boolean)) written.git('update-ref', '-d', ref);
          remove(store);
          copyFileSync(at('unwritten'), store);
        }
        const { lines: said } = await killed([verb, store, seedOf(n)], random, { words: 8, within: 100 });
        figures.locks += unlock(join(written.path, '.git', 'refs', 'heads', 'out'));
        mustBeSound(store, when);
        figures.acknowledged += mustHold(store, said, when);
        await (await Workspace.open(store, { env: {} })).close();
        figures.branches += mustAgree(store, written, when);
      };
    }
    case 'backup':
      return async (n, random, figures, when) => {
        fresh(n);
        const { lines: said } = await killed([verb, store, seedOf(n), at('copy')], random, { words: 20, within: 300 });
        mustBeSound(store, when);
        figures.acknowledged += mustHold(store, said, when);
        const chain = chainOf(store);
        const found = readdirSync(dirname(store)).filter((name) => /^copy-\d+$/.test(name));
        for (const line of said) if (typeof line === 'object' && line !== null && 'made' in line) must(existsSync(String(line.made)), `${when}: ${String(line.made)} was made and is not there`);
        for (const name of found) {
          mustBeSound(at(name), `${when}, ${name}`);
          must(chainOf(at(name)).every((hash, i) => hash === chain[i]), `${when}: ${name} has another log`);
        }
        figures.backups += found.length;
        remove(at('copy'));
      };
    case 'restore': {
      const whole = chainOf(at('reference')).join(), before = chainOf(at('grown')).join();
      return async (_n, random, figures, when) => {
        remove(store);
        copyFileSync(at('grown'), store);
        await killed([verb, store, at('reference')], random, { words: 2, within: 300 });
        mustBeSound(store, when);
        const now = chainOf(store).join();
        must(now === before || now === whole, `${when}: the store is neither the old one nor the backup`);
        if (now !== before) {
          must(chainOf(`${store}.before-restore`).join() === before, `${when}: the old store is not kept`);
          figures.restored++;
        }
        await restore(at('reference'), store, { force: true });
        must(chainOf(store).join() === whole, `${when}: the next restore failed`);
        mustBeSound(at('reference'), `${when}, the backup`);
      };
    }
  }
}

function unlock(folder: string): number {
  const left = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.lock')) : [];
  for (const name of left) rmSync(join(folder, name));
  return left.length;
}

/** The repository's branches are where the log has them, and git finds the repository sound. */
export function mustAgree(store: string, { path, git: run }: SmallRepository, when: string): number {
  const found = new Map(run('for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads/out').split('\n').filter(Boolean).map((line) => line.split(' ') as [string, string]));
  const said = read(store, (db) => db.prepare('SELECT ref, after FROM branch').all() as { ref: string; after: string | null }[]);
  for (const { ref, after } of said) must((found.get(ref) ?? null) === after, `${when}: ${ref} is at ${found.get(ref) ?? 'nothing'}, the log has it at ${after ?? 'nothing'}`);
  for (const ref of found.keys()) must(said.some((row) => row.ref === ref), `${when}: ${ref} was made and the log does not know it`);
  const checked = tryGit(path, ['fsck', '--strict', '--no-dangling']);
  must(checked.status === 0, `${when}: git fsck: ${checked.stderr}`);
  return found.size;
}
