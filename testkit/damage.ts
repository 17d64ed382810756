// The suites of damage: a killed writer's log torn, cut, flipped and put out of order; one byte flipped in every page of a store.
// Each answers its figures and throws at the first loss.
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AcumenError } from '../app/core/errors.ts';
import { pack } from '../app/core/segmentKey.ts';
import { inspect } from '../app/main/storage/connection.ts';
import { fsck } from '../app/main/storage/fsck.ts';
import { newestVersion } from '../app/main/storage/migrations/index.ts';
import { prove, proveFile } from '../app/main/storage/proof.ts';
import * as reads from '../app/main/storage/reads.ts';
import { openStore, type Store } from '../app/main/storage/store.ts';
import { imported, makeRepository, must, read, remove } from './crash.ts';
import { Random } from './random.ts';
import { randomOperation } from './serviceProcess.ts';
import { numbered, storeProcess } from './storeProcess.ts';

/** What can happen to a write-ahead log. Frames: sqlite.org/fileformat2 §4.2 (32 bytes of header, then 24 bytes and a page each). */
const harms = ['cut', 'flipped', 'zeroed', 'misplaced', 'swapped', 'repeated', 'dropped'] as const;
const HEADER = 32, FRAME = 24;

function harmed(wal: Buffer, harm: typeof harms[number], random: Random): Buffer {
  const at = random.below(wal.length);
  const size = FRAME + wal.readUInt32BE(8);
  const frames = Math.floor((wal.length - HEADER) / size);
  const frame = (n: number): [number, number] => [HEADER + n * size, HEADER + (n + 1) * size];
  const one = random.below(frames), other = random.below(frames);
  const damaged = Buffer.from(wal);
  switch (harm) {
    case 'cut': return damaged.subarray(0, at);
    case 'flipped': damaged[at] = damaged[at]! ^ (1 + random.below(255)); break;
    // A sector that was never written, and one that came from elsewhere.
    case 'zeroed': damaged.fill(0, at & ~511, Math.min(damaged.length, (at & ~511) + 512)); break;
    case 'misplaced': {
      const from = random.below(wal.length) & ~511;
      wal.copy(damaged, at & ~511, from, from + 512);
      break;
    }
    case 'swapped':
      wal.copy(damaged, frame(one)[0], ...frame(other));
      wal.copy(damaged, frame(other)[0], ...frame(one));
      break;
    case 'repeated': wal.copy(damaged, frame(one)[0], ...frame(other)); break;
    case 'dropped': return Buffer.concat([wal.subarray(0, frame(one)[0]), wal.subarray(frame(one)[1])]);
  }
  return damaged;
}

export interface Damaged { readonly damaged: number; readonly beginnings: number; readonly shortest: number; readonly longest: number; readonly goneOn: number }

/** Damages a killed writer's log: what opens is a beginning of its operations, whole, and goes on from there. */
export async function damagedWals(folder: string, count: number, seed: number): Promise<Damaged> {
  const random = new Random(seed);
  const file = join(folder, 'wal');
  const victim = storeProcess(['append', file, 'wal', '100000']);
  while (victim.lines.length < 80) await victim.next();
  victim.child.kill('SIGKILL');
  await victim.ended;
  const wal = readFileSync(`${file}-wal`);
  must(wal.length > 40_000, 'the kill left no log to be damaged');
  const lengths = new Set<number>();
  let goneOn = 0;
  for (let n = 0; n < count; n++) {
    const copy = join(folder, 'damaged');
    remove(copy);
    copyFileSync(file, copy);
    const harm = harms[n % harms.length]!;
    writeFileSync(`${copy}-wal`, harmed(wal, harm, random));
    const when = `WAL ${n} of seed ${seed}, ${harm}`;
    const length = mustBeBeginning(copy, 'wal', when);
    lengths.add(length);
    if (n % 10 !== 0) continue;
    // And it goes on from there, through the whole door.
    const store = await openStore(copy);
    const { operation, events } = numbered('after', 1);
    must((await store.append(operation, events)).id === length + 1, `${when}: it does not go on`);
    await store.close();
    goneOn++;
  }
  return { damaged: count, beginnings: lengths.size, shortest: Math.min(...lengths), longest: Math.max(...lengths), goneOn };
}

/** Proved and sound, its operations `name 1`, `name 2`, … to some last one, each with its state. Answers how many. */
export function mustBeBeginning(file: string, name: string, when: string): number {
  return read(file, (db) => {
    prove(db, file);
    const { problems } = fsck(db);
    must(problems.length === 0, `${when}: ${problems[0]}`);
    const operations = reads.operations(db, null, 1_000_000).toReversed();
    operations.forEach(({ description, id }, i) => must(id === i + 1 && description === `${name} ${i + 1}`, `${when}: operation ${i + 1} is ${description}`));
    // The chain proves the states in between; each is a fold of events that it covers.
    const last = operations.at(-1)?.id ?? 0;
    const composition = numbered(name, last).events[0] as { composition: { base: string } };
    must(last === 0 || reads.state(db).composition.base === composition.composition.base, `${when}: another state`);
    return last;
  });
}

export interface Flipped {
  readonly pages: number; readonly flips: number;
  /** everything that can be read is as before */
  readonly whole: number;
  /** of those, damage in what nothing reads that fsck names */
  readonly named: number;
  /** by opening, with these codes */
  readonly refused: number; readonly codes: Readonly<Record<string, number>>;
  /** opened, and refused to give what was damaged: a body or a blob */
  readonly refusedReading: number;
}

/** Everything a store answers. */
async function imageOf(store: Store): Promise<string> {
  const hash = createHash('sha256');
  const operations = await store.operations();
  const events = await Array.fromAsync(store.events());
  const state = await store.state();
  const keys = events.flatMap(({ event }) => (event.kind === 'segment-added' ? [event.key] : []));
  const states = [];
  for (const { id } of operations) states.push(await store.stateAt(id));
  hash.update(pack([await store.head(), operations, events, state, states, await store.segments(keys), [...await store.hasSegments(keys)], await Array.fromAsync(store.conflicts()), await store.conflictCount(), await store.conflictsAt()]));
  return hash.digest('hex');
}

/** What it offers an import for reuse, by tip: the importer asks by the tips it finds, so a tip that never was is never asked for. */
async function offersOf(store: Store): Promise<string[]> {
  const offers: string[] = [];
  for await (const { event } of store.events({ kinds: ['import-started'] })) {
    if (event.kind !== 'import-started') continue;
    for (const [tip, keys] of await store.reusable(event.base, event.grain)) offers.push(...keys.map((key) => `${event.base} ${tip} ${key}`));
  }
  return offers;
}

/** Contents too, by the ids that were there before the damage. */
async function contentsOf(store: Store, oids: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const oid of oids) hash.update(oid).update(await store.blob(oid as never) ?? 'absent');
  hash.update(pack([...await store.hasBlobs(oids as never)]));
  return hash.digest('hex');
}

/**
 * So many bytes flipped, one at a time, in each of so many pages: the store opens whole (all it answers is as before) or refuses,
 * itself untouched. What answers otherwise is a loss. `blind`: as if opening proved nothing, which must be found.
 */
export async function flippedPages(folder: string, most: number, seed: number, { each = 1, blind = false }: { readonly each?: number; readonly blind?: boolean } = {}): Promise<Flipped> {
  const random = new Random(seed);
  const sample = join(folder, 'sample');
  const workspace = await imported(sample, makeRepository(join(folder, 'flipped')).path);
  for (let n = 0; n < 30; n++) await randomOperation(workspace, random, { compositions: 0.7 });
  await workspace.close();
  const bytes = readFileSync(sample);
  const page = bytes.readUInt16BE(16);
  const oids = read(sample, (db) => db.prepare('SELECT oid FROM blob ORDER BY oid').pluck().all() as string[]);
  const answers = async (file: string): Promise<string> => {
    const store = await openStore(file, { readOnly: true });
    try {
      return await imageOf(store) + await contentsOf(store, oids);
    } finally {
      await store.close();
    }
  };
  const before = await answers(sample);
  const offered = async (file: string): Promise<string[]> => {
    const store = await openStore(file, { readOnly: true });
    return offersOf(store).finally(() => store.close());
  };
  const offers = new Set(await offered(sample)), tips = new Set([...offers].map((offer) => offer.split(' ')[1]));
  const total = bytes.length / page;
  const pages = random.shuffle(Array.from({ length: total }, (_, n) => n)).slice(0, most);
  const figures = { pages: pages.length, flips: 0, whole: 0, named: 0, refused: 0, codes: {} as Record<string, number>, refusedReading: 0 };
  const file = join(folder, 'one-byte');
  for (const n of pages) {
    for (let i = 0; i < each; i++) {
      remove(file);
      const damaged = Buffer.from(bytes);
      const at = n * page + random.below(page);
      damaged[at] = damaged[at]! ^ (1 + random.below(255));
      writeFileSync(file, damaged);
      figures.flips++;
      const when = `byte ${at} of seed ${seed}`;
      if (blind) {
        const seen = glance(file);
        must(seen === null || seen === glance(sample), `${when}: the store reads otherwise`);
        continue;
      }
      // Every tenth through the whole door, the writer's too; it gives the same answers as its first part.
      const refusal = figures.flips % 10 === 0 ? await refusalOf(async () => (await openStore(file)).close()) : await refusalOf(async () => { if (inspect(file, newestVersion) === 'existing') proveFile(file, 1000); });
      if (refusal !== null) {
        must(readFileSync(file).equals(damaged), `${when}: refused, and changed`);
        must(refusal.hint !== '' && refusal.code !== 'bug', `${when}: refused with ${refusal.code}: ${refusal.message}`);
        figures.refused++;
        figures.codes[refusal.code] = (figures.codes[refusal.code] ?? 0) + 1;
        continue;
      }
      let now: string | null = null;
      const late = await refusalOf(async () => { now = await answers(file); });
      if (late !== null) {
        must(late.code === 'store-corrupt', `${when}: read with ${late.code}: ${late.message}`);
        figures.refusedReading++;
        continue;
      }
      must(now === before, `${when}: the store opens and answers otherwise`);
      must((await offered(file)).every((offer) => offers.has(offer) || !tips.has(offer.split(' ')[1])), `${when}: it offers another segment for reuse`);
      figures.whole++;
      if (read(file, fsck).problems.length > 0) figures.named++;
    }
  }
  return figures;
}

/** What a store says of itself to one who proves nothing; null where SQLite itself refuses. */
function glance(file: string): string | null {
  try {
    return read(file, (db) => JSON.stringify([reads.head(db), reads.operations(db, null, 1_000_000), reads.state(db)]));
  } catch {
    return null;
  }
}

async function refusalOf(work: () => Promise<unknown>): Promise<AcumenError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof AcumenError) return error;
    throw error;
  }
}
