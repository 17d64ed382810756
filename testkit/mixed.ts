// Processes that do all there is at once on one store, several things at a time each: compositions, undo and redo, branches written, imports of
// either grain, recipes, moments gone back to, working trees watched and edited, windows greeted. Nothing may be answered otherwise than by a known
// refusal, and at the end each process must hold what the store holds. Started by `mixed`; a process says one JSON value a line.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { equalBytes } from '../app/core/bytes.ts';
import { AcumenError } from '../app/core/errors.ts';
import { pack } from '../app/core/segmentKey.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { Loss, imported, makeRepository, must, mustBeSound } from './crash.ts';
import { Random } from './random.ts';
import { randomOperation, randomWriting } from './serviceProcess.ts';
import { say, storeProcess } from './storeProcess.ts';

/** How many of each came to something; what a process holds that it should not, or null. */
interface Ended { readonly done: Readonly<Record<string, number>>; readonly wrong: string | null }
export interface MixedFigures { readonly operations: number; readonly done: Readonly<Record<string, number>> }

/** Milliseconds: what all do together takes a tenth of it on a busy machine. */
const STAND = 240_000;
/** What another process's operation in between, or having done nothing yet, may answer. */
const ordinary = ['nothing-to-undo', 'nothing-to-redo', 'cannot-undo', 'not-composable', 'unknown-name', 'would-lose-commits', 'ref-moved', 'ref-locked', 'usage'];
const script = fileURLToPath(import.meta.url);

/** So many processes, each with so many steps of one to four at once. `lie`: one forgets an operation that it took over, which must be found. */
export async function mixed(folder: string, processes: number, steps: number, seed: number, lie = false): Promise<MixedFigures> {
  const repository = makeRepository(join(folder, 'mixed')), store = join(folder, 'store');
  await (await imported(store, repository.path)).close();
  const all = Array.from({ length: processes }, (_, n) => storeProcess([store, repository.path, String(seed * 10 + n), String(steps), String(lie && n === 0)], { script }));
  const late = setTimeout(() => { for (const { child } of all) child.kill('SIGKILL'); }, STAND);
  const ends = await Promise.all(all.map(({ ended }) => ended)).finally(() => clearTimeout(late));
  must(ends.every((end) => end === 0), `ended with ${ends.join()}`);
  const done: Record<string, number> = {};
  for (const { lines } of all) {
    const ended = lines.at(-1) as Ended | undefined;
    if (ended?.wrong !== null) throw new Loss(ended?.wrong ?? 'a process said nothing');
    for (const [what, times] of Object.entries(ended.done)) done[what] = (done[what] ?? 0) + times;
  }
  const workspace = await Workspace.open(store, { env: {} }), { ok, problems } = await workspace.call('fsck', { ticket: 'fsck' }), operations = workspace.log.length;
  await workspace.close();
  must(ok, `fsck: ${JSON.stringify(problems)}`);
  mustBeSound(store, 'mixed');
  return { operations, done };
}

async function doAll(store: string, repository: string, seed: string, steps: number, lying: boolean): Promise<Ended> {
  const random = new Random(Number(seed)), workspace = await Workspace.open(store, { env: {}, git: 'embedded' }), done: Record<string, number> = {};
  let tickets = 0;
  const act = (what: string, ticket: string): Promise<unknown> => {
    const ids = workspace.engine.acus.map(({ id }) => id), any = 1 + random.below(workspace.log.length);
    switch (what) {
      case 'compose, undo, redo': return randomOperation(workspace, random, { compositions: 0.5 });
      case 'write': return randomWriting(workspace, random);
      case 'add': case 'remove': return workspace.call(what, { ticket, acus: [random.pick(ids)] });
      case 'import': return workspace.call('import', { ticket, path: repository, base: null, refs: [], grain: random.chance(0.5) ? 'commit' : 'branch' });
      case 'keep': return workspace.call('keepRecipe', { ticket, name: `recipe ${random.below(3)}`, replace: random.chance(0.5) });
      case 'apply': return workspace.call('applyRecipe', { ticket, name: `recipe ${random.below(3)}` });
      case 'return': return workspace.call('returnTo', { ticket, operation: any });
      case 'live': return workspace.call('live', { on: random.chance(0.7) });
      case 'edit': writeFileSync(join(repository, 'new.txt'), `${seed} ${ticket}\n`); return Promise.resolve();
      default: return workspace.call('hello', {}).then(() => workspace.call('snapshot', {})).then(() => workspace.call('moment', { operation: any, have: [] }));
    }
  };
  const step = async (): Promise<void> => {
    const isEmpty = workspace.engine.acus.length === 0;
    const what = isEmpty ? 'compose, undo, redo' : random.pick(['compose, undo, redo', 'compose, undo, redo', 'compose, undo, redo', 'write', 'add', 'add', 'remove', 'import', 'keep', 'apply', 'return', 'live', 'edit', 'greet']);
    try {
      await act(what, `${seed}-${++tickets}`);
      done[what] = (done[what] ?? 0) + 1;
    } catch (error) {
      if (!(error instanceof AcumenError) || !ordinary.includes(error.code)) throw error;
    }
  };
  await workspace.call('live', { on: true });
  for (let n = 0; n < steps; n++) await Promise.all(Array.from({ length: 1 + random.below(4) }, step));
  const { head, state } = await workspace.refold(), log = workspace.log.map(({ id }) => id).slice(lying ? 1 : 0), truth = await workspace.store.stateAt(head.operation);
  const wrong = log.some((id, i) => id !== i + 1) ? `process ${seed} holds the log ${log.join()}`
    : differing(truth, state).map((what) => `process ${seed} holds another ${what} of operation ${head.operation} than the store`)[0] ?? null;
  await workspace.close();
  return { done, wrong };
}

function differing<T extends object>(a: T, b: T): (keyof T & string)[] {
  return (Object.keys(a) as (keyof T & string)[]).filter((key) => !equalBytes(pack(a[key]), pack(b[key])));
}

if (import.meta.filename === process.argv[1]) {
  const [store, repository, seed, steps, lying] = process.argv.slice(2) as [string, string, string, string, string];
  say(await doAll(store, repository, seed, Number(steps), lying === 'true'));
}
