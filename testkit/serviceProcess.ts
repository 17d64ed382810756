// A process with a workspace of its own, for the tests that kill or race one. Says what happens on stdout, one JSON value a
// line, written synchronously: a line once read was true when the process died.
//   import STORE REPO          imports, says {acknowledged}
//   compose STORE SEED COUNT   COUNT compositions, undos and redos
//   undo STORE SEED COUNT      the same, mostly undos and redos
//   backup STORE SEED FILE     the same without end, while FILE-1, FILE-2, … are made one after another
//   restore STORE FILE         puts FILE in the store's place, over and over
// ACUMEN_TEST_LIE=1 plants a loss: acknowledgements are said before the operation is asked for.
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AcuId } from '../app/core/bytes.ts';
import { AcumenError } from '../app/core/errors.ts';
import { backup, restore } from '../app/main/storage/backup.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { Random } from './random.ts';

/** An operation that was acknowledged: its number, and the composition after it. */
export interface Acknowledged { readonly acknowledged: number; readonly acus: readonly AcuId[] }

const say = (value: unknown): void => { writeSync(1, `${JSON.stringify(value)}\n`); };
const lying = process.env['ACUMEN_TEST_LIE'] === '1';

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
const ordinary = ['nothing-to-undo', 'nothing-to-redo', 'cannot-undo', 'not-composable', 'unknown-name'];

/** One composition, undo or redo; null where it came to nothing. `compositions`: how often it is the first. */
export async function randomOperation(workspace: Workspace, random: Random, compositions: number, hear: (said: Acknowledged) => void = () => {}): Promise<Acknowledged | null> {
  const before = workspace.view.head.operation;
  const ticket = `t${random.hex(12)}`;
  const published = workspace.view.state.published !== null;
  try {
    let operation;
    if (published && random.chance(compositions)) {
      const acus = standingSet(workspace, random);
      if (lying) hear({ acknowledged: before + 1, acus });
      ({ operation } = await workspace.call('compose', { ticket, acus }));
    } else ({ operation } = await workspace.call(published && workspace.log.length > 1 && random.chance(0.5) ? 'undo' : 'redo', { ticket }));
    if (operation.id <= before) return null;
    const { acus } = (await workspace.store.stateAt(operation.id)).composition;
    const done = { acknowledged: operation.id, acus };
    if (!lying) hear(done);
    return done;
  } catch (error) {
    if (error instanceof AcumenError && ordinary.includes(error.code)) return null;
    throw error;
  }
}

async function operations(store: string, seed: string, count: number, compositions: number): Promise<void> {
  const workspace = await Workspace.open(store, { env: {} });
  say('ready');
  const random = new Random(Number(seed));
  for (let n = 0; n < count;) if (await randomOperation(workspace, random, compositions, say) !== null) n++;
  await workspace.close();
}

async function backups(store: string, seed: string, file: string): Promise<void> {
  const workspace = await Workspace.open(store, { env: {} });
  say('ready');
  const random = new Random(Number(seed));
  const writing = async (): Promise<never> => { for (;;) await randomOperation(workspace, random, 0.7, say); };
  const copying = async (): Promise<never> => {
    for (let n = 1; ; n++) {
      await backup(workspace.store, `${file}-${n}`);
      say({ made: `${file}-${n}` });
    }
  };
  await Promise.all([writing(), copying()]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [verb, store, second, third] = process.argv.slice(2) as [string, string, string, string];
  if (verb === 'import') {
    const workspace = await Workspace.open(store, { env: {} });
    say('ready');
    await workspace.call('import', { ticket: 't', path: second, base: null, refs: [], grain: 'branch' });
    say({ acknowledged: workspace.view.head.operation, acus: [] } satisfies Acknowledged);
    await workspace.close();
  } else if (verb === 'compose' || verb === 'undo') await operations(store, second, Number(third), verb === 'compose' ? 0.8 : 0.25);
  else if (verb === 'backup') await backups(store, second, third);
  else if (verb === 'restore') {
    say('ready');
    for (;;) await restore(second, store, { force: true });
  } else throw new Error(`unknown verb ${verb}`);
}
