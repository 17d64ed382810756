// A process with a workspace of its own, for the tests that kill or race one. Says what happens on stdout, one JSON value a
// line, written synchronously: a line once read was true when the process died.
//   import STORE REPO READER    imports, says {acknowledged}
//   compose STORE SEED COUNT    COUNT compositions, undos and redos; at the end {tries, slowest}
//   undo STORE SEED COUNT       the same, mostly undos and redos
//   checkpoint STORE SEED       the same without end, the store closed and opened again after every third
//   migrate STORE               opens a store of an older format
//   many STORE SEED CLIENTS     so many at once, each adding and taking out ACUs without end: {ticket, id} for each operation acknowledged
//   write STORE SEED            branches written, undone and redone without end
//   cut STORE WHAT WHEN         writes out/cut (or undoes) and dies before or after the branch is moved, nothing yet recorded
//   backup STORE SEED FILE      compositions without end, while FILE-1, FILE-2, … are made one after another
//   restore STORE FILE          puts FILE in the store's place, over and over
//   move REPO NAME FROM TO      waits for a line, then moves a branch: {moved} or {code}
// ACUMEN_TEST_LIE=1 plants a loss: acknowledgements are said before the operation is asked for.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AcuId, Oid } from '../app/core/bytes.ts';
import { AcumenError } from '../app/core/errors.ts';
import type { Operation } from '../app/core/events.ts';
import type { ReaderChoice } from '../app/main/git/open.ts';
import { openWriter } from '../app/main/git/writer.ts';
import { backup, restore } from '../app/main/storage/backup.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { Random } from './random.ts';
import { say } from './storeProcess.ts';

/** An operation that was acknowledged: its number, and the composition after it. */
export interface Acknowledged { readonly acknowledged: number; readonly acus: readonly AcuId[] }
/** How hard a racer had it: attempts in all, and the slowest operation in milliseconds. */
export interface Raced { readonly tries: number; readonly slowest: number }

const lying = process.env['ACUMEN_TEST_LIE'] === '1';
/** Attempts for one operation that counts beyond which a racer gives up, for it starves. */
const PATIENCE = 200;

/** A set that stands: changes in random order, each where it goes with those before. */
export function standingSet({ engine }: Workspace, random: Random): AcuId[] {
  let chosen: AcuId[] = [];
  for (const { id } of random.shuffle(engine.acus).slice(0, 1 + random.below(8))) {
    const more = [...engine.closed([...chosen, id])];
    if (engine.check(more).ok) chosen = more;
  }
  return chosen.sort();
}

/** What another process's operation, or having done nothing yet, may answer. */
const ordinary = ['nothing-to-undo', 'nothing-to-redo', 'cannot-undo', 'not-composable', 'unknown-name', 'would-lose-commits', 'ref-moved'];

type Hear = (said: Acknowledged) => void;
interface Choice {
  /** how often it is a composition, else an undo or redo */
  readonly compositions: number;
  readonly hear?: Hear;
  /** whether an operation of this time is this process's own */
  readonly own?: (time: number) => boolean;
}

/** One composition, undo or redo; null where it came to nothing. */
export async function randomOperation(workspace: Workspace, random: Random, { compositions, hear = () => {}, own = () => true }: Choice): Promise<Acknowledged | null> {
  const before = workspace.view.head.operation;
  const ticket = `t${random.hex(12)}`;
  const published = workspace.view.state.published !== null;
  return ordinarily(async () => {
    let operation: Operation;
    if (published && random.chance(compositions)) {
      const acus = standingSet(workspace, random);
      if (lying) hear({ acknowledged: before + 1, acus });
      ({ operation } = await workspace.call('compose', { ticket, acus }));
    } else ({ operation } = await workspace.call(published && workspace.log.length > 1 && random.chance(0.5) ? 'undo' : 'redo', { ticket }));
    // What changes nothing answers the last operation, which may be another process's.
    return operation.id <= before || !own(operation.time) ? null : acknowledge(workspace, operation, hear);
  });
}

/** One branch of five written, or the last operation undone or redone. */
export async function randomWriting(workspace: Workspace, random: Random, hear: Hear = () => {}): Promise<Acknowledged | null> {
  const ticket = `t${random.hex(12)}`;
  return ordinarily(async () => {
    const written = workspace.view.state.published !== null && random.chance(0.6);
    const { operation } = written ? await workspace.call('writeBranch', { ticket, name: `out/${random.below(5)}`, acus: standingSet(workspace, random) })
      : await workspace.call(workspace.log.length > 1 && random.chance(0.6) ? 'undo' : 'redo', { ticket });
    return acknowledge(workspace, operation, hear);
  });
}

async function acknowledge(workspace: Workspace, { id }: Operation, hear: Hear): Promise<Acknowledged> {
  const done = { acknowledged: id, acus: (await workspace.store.stateAt(id)).composition.acus };
  if (!lying) hear(done);
  return done;
}

async function ordinarily<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AcumenError && ordinary.includes(error.code)) return null;
    throw error;
  }
}

async function operations(store: string, seed: string, count: number, compositions: number): Promise<void> {
  // A clock of this process alone signs what is its own.
  const signature = Number(seed) % 1000;
  let ticks = 0;
  const clock = { now: () => ++ticks * 1000 + signature, offset: () => 0 };
  const workspace = await Workspace.open(store, { env: {}, clock });
  say('ready');
  const random = new Random(Number(seed));
  let tries = 0, slowest = 0;
  for (let n = 0; n < count; n++) {
    const start = performance.now();
    for (let attempt = 1; ; attempt++) {
      tries++;
      if (await randomOperation(workspace, random, { compositions, hear: say, own: (time) => time % 1000 === signature }) !== null) break;
      if (attempt === PATIENCE) throw new Error(`nothing came of ${PATIENCE} attempts at operation ${n + 1}: ${JSON.stringify(workspace.view.head)}`);
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  say({ tries, slowest } satisfies Raced);
  await workspace.close();
}

async function many(store: string, seed: string, clients: number): Promise<never> {
  const workspace = await Workspace.open(store, { env: {} });
  say('ready');
  const ids = workspace.engine.acus.map(({ id }) => id);
  const client = async (n: number): Promise<never> => {
    const random = new Random(1000 * Number(seed) + n);
    for (let i = 0; ; i++) {
      const ticket = `${n}-${i}`;
      const did = await ordinarily(() => workspace.call(random.chance(0.6) ? 'add' : 'remove', { acus: [random.pick(ids)], ticket }));
      if (did !== null && did.operation !== null) say({ ticket, id: did.operation.id });
    }
  };
  return (await Promise.all(Array.from({ length: clients }, (_, n) => client(n))))[0]!;
}

async function checkpoints(store: string, seed: string): Promise<never> {
  const random = new Random(Number(seed));
  let workspace = await Workspace.open(store, { env: {} });
  say('ready');
  for (;;) {
    for (let n = 0; n < 3; n++) await randomOperation(workspace, random, { compositions: 0.7, hear: say });
    await workspace.close();
    workspace = await Workspace.open(store, { env: {} });
  }
}

async function writings(store: string, seed: string): Promise<never> {
  const random = new Random(Number(seed));
  const workspace = await Workspace.open(store, { env: {} });
  say('ready');
  for (;;) await randomWriting(workspace, random, say);
}

async function cut(store: string, what: string, when: string): Promise<void> {
  const workspace = await Workspace.open(store, { env: {} });
  const { store: inner } = workspace;
  const appendMoving = inner.appendMoving.bind(inner);
  const die = (): void => { process.kill(process.pid, 'SIGKILL'); };
  inner.appendMoving = (operation, events, extra, head, branch, move) => appendMoving(operation, events, extra, head, branch, async () => {
    if (when === 'before') die();
    const takeBack = await move();
    die();
    return takeBack;
  });
  if (what === 'undo') await workspace.call('undo', { ticket: 'u' });
  else await workspace.call('writeBranch', { ticket: 'w', name: 'out/cut', acus: [workspace.engine.acus[0]!.id] });
}

async function backups(store: string, seed: string, file: string): Promise<void> {
  const workspace = await Workspace.open(store, { env: {} });
  say('ready');
  const random = new Random(Number(seed));
  const writing = async (): Promise<never> => { for (;;) await randomOperation(workspace, random, { compositions: 0.7, hear: say }); };
  const copying = async (): Promise<never> => {
    for (let n = 1; ; n++) {
      await backup(workspace.store, `${file}-${n}`);
      say({ made: `${file}-${n}` });
    }
  };
  await Promise.all([writing(), copying()]);
}

async function importing(store: string, repository: string, git: ReaderChoice): Promise<void> {
  const workspace = await Workspace.open(store, { env: process.env, git });
  say('ready');
  try {
    await workspace.call('import', { ticket: 't', path: repository, base: null, refs: [], grain: 'branch' });
    say({ acknowledged: workspace.view.head.operation, acus: [] } satisfies Acknowledged);
  } catch (error) {
    if (!(error instanceof AcumenError)) throw error;
    say({ code: error.code });
  }
  await workspace.close();
}

async function migrating(store: string): Promise<void> {
  say('ready');
  const workspace = await Workspace.open(store, { env: {} });
  say({ migrated: workspace.view.head.operation });
  await workspace.close();
}

async function moving(repository: string, name: string, from: string, to: string): Promise<void> {
  const writer = openWriter(repository);
  say('ready');
  await once(process.stdin.resume(), 'data');
  process.stdin.pause();
  try {
    await writer.moveBranch(name, from === '' ? null : from as Oid, to as Oid);
    say({ moved: to });
  } catch (error) {
    if (!(error instanceof AcumenError)) throw error;
    say({ code: error.code });
  }
}

async function main([verb, store, second, third, fourth]: string[]): Promise<void> {
  switch (verb) {
    case 'import': return importing(store!, second!, third as ReaderChoice);
    case 'compose': case 'undo': return operations(store!, second!, Number(third), verb === 'compose' ? 0.8 : 0.25);
    case 'many': return many(store!, second!, Number(third));
    case 'checkpoint': return checkpoints(store!, second!);
    case 'migrate': return migrating(store!);
    case 'write': return writings(store!, second!);
    case 'cut': return cut(store!, second!, third!);
    case 'backup': return backups(store!, second!, third!);
    case 'move': return moving(store!, second!, third!, fourth!);
    case 'restore':
      say('ready');
      for (let n = 1; ; n++) {
        await restore(second!, store!, { force: true });
        say({ restored: n });
      }
    default: throw new Error(`unknown verb ${verb}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
