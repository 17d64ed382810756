// Danger: the grain is changed under a composition of fifty ACUs, while the base moves, refs cut branches otherwise and a branch is pushed anew
// and its old commits are pruned, and something is lost or gained that nobody names, or an undo does not bring it back. After each step
// every ACU is answered, the composition is what the answers say and makes the tree it should, and undo and redo restore it whole.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import type { AcuId } from '../../core/bytes.ts';
import type { Engine } from '../../core/engine.ts';
import type { Grain, Rebinding } from '../../core/model.ts';
import { Forest } from '../../../testkit/forest.ts';
import { gitLine } from '../../../testkit/git.ts';
import { scratchFolder } from '../../../testkit/store.ts';
import { Workspace } from './workspace.ts';

vi.setConfig({ testTimeout: 300_000 }); // dozens of imports, on a machine that does other things, too
const scratch = scratchFolder('regrain');
afterAll(() => scratch.remove());
let tickets = 0;

/** A workspace of a repository that others push to. */
class World {
  readonly forest: Forest;
  workspace: Workspace;
  private constructor(forest: Forest, workspace: Workspace) { this.forest = forest; this.workspace = workspace; }
  static open(): Promise<Workspace> { return Workspace.open(join(scratch.path, 'store'), { env: {} }); }
  static async of(forest: Forest): Promise<World> { return new World(forest, await World.open()); }

  async import(grain: Grain): Promise<readonly Rebinding[]> {
    const path = this.workspace.view.state.gitDir === null ? this.forest.dir : null;
    return (await this.workspace.call('import', { path, base: null, refs: ['refs/heads/b*'], grain, ticket: `t${tickets++}` })).rebound;
  }
  compose(acus: readonly AcuId[]) { return this.workspace.call('compose', { acus, ticket: `t${tickets++}` }); }
  undo(kind: 'undo' | 'redo' = 'undo') { return this.workspace.call(kind, { ticket: `t${tickets++}` }); }
  get engine(): Engine { return this.workspace.view.engine; }
  get acus(): readonly AcuId[] { return this.workspace.view.state.composition.acus; }
  /** those of branches that are in the composition with all they have */
  get branches(): string[] {
    const set = new Set(this.acus);
    return this.engine.sources.filter(({ name }) => this.engine.named(name).every((id) => set.has(id))).map(({ name }) => String(name));
  }
  /** everything that undo must bring back */
  get state(): unknown { const { state, engine } = this.workspace.view; return { published: state.published, composition: state.composition, digest: engine.digest }; }
  async tree(): Promise<string> {
    const { tree, conflicts } = await this.workspace.call('preview', { acus: this.acus });
    if (tree === null) throw new Error(`it does not compose: ${conflicts.map((c) => c.detail).join('; ')}`);
    return tree;
  }
  /** A commit of a set, on no branch. */
  async written(acus: readonly AcuId[]): Promise<string> {
    const { commit } = await this.workspace.call('writeBranch', { name: 'out/now', acus, ticket: `t${tickets++}` });
    await this.undo();
    return commit;
  }
}

const faithful = (before: readonly AcuId[], answers: readonly Rebinding[], after: readonly AcuId[]): void => {
  expect(answers.filter((a) => a.outcome !== 'taken along').map((a) => a.id).sort()).toEqual([...before].sort());
  const kept = new Set(answers.filter((a) => ['kept', 'rebound', 'taken along'].includes(a.outcome)).flatMap((a) => a.to));
  expect([...kept].sort()).toEqual([...after].sort());
  for (const { outcome, why } of answers) expect(why === '', `${outcome}: ${why}`).toBe(outcome === 'kept');
};
const counts = (answers: readonly Rebinding[]): Record<string, number> => {
  const out: Record<string, number> = {};
  for (const { outcome } of answers) out[outcome] = (out[outcome] ?? 0) + 1;
  return out;
};

test('a composition of fifty is followed from grain to grain and back, whatever moves meanwhile', async () => {
  const forest = new Forest(join(scratch.path, 'forest'), Number(process.env['ACUMEN_SEED'] ?? 3), 60), world = await World.of(forest);
  const alone = forest.branches.filter((b) => forest.isAlone(b) && forest.size(b) > 2);
  /** the state after each step */
  const states: unknown[] = [];

  /** One step, undone and done again: its answers. */
  async function step(grain: Grain): Promise<readonly Rebinding[]> {
    const before = world.state, was = world.acus;
    const told = await world.import(grain), answers = told.length > 0 ? told : was.map((id): Rebinding => ({ id, name: '' as Rebinding['name'], outcome: 'kept', to: [id], why: '' }));
    faithful(was, answers, world.acus);
    const after = world.state;
    await world.undo();
    expect(world.state).toEqual(before);
    await world.undo('redo');
    expect(world.state).toEqual(after);
    states.push(after);
    return answers;
  }
  const outcomes = (answers: readonly Rebinding[]): string[] => Object.keys(counts(answers)).sort();

  // to and fro: what comes back is what was there
  await world.import('branch');
  const fifty = [...world.engine.closed(forest.branches.slice(0, 50).flatMap((b) => world.engine.named(b)))].sort();
  expect(fifty.length).toBeGreaterThanOrEqual(50);
  await world.compose(fifty);
  const whole = await world.tree();
  expect(whole).toBe(forest.tree(forest.branches.slice(0, 50)));
  states.push(world.state);
  for (const grain of ['commit', 'atom', 'commit', 'branch', 'commit'] as const) {
    expect(outcomes(await step(grain)), grain).toEqual(['kept', 'rebound']);
    expect(await world.tree(), grain).toBe(whole);
    if (grain === 'branch') expect(world.acus).toEqual(fifty);
  }

  // a commit is taken out of each of three branches: at grain branch those cannot be kept, and say so in numbers
  const cut = alone.filter((b) => world.branches.includes(b)).slice(0, 3);
  const left = cut.map((b) => world.engine.named(b).find((id) => world.engine.acus.every((a) => !a.requires.includes(id)))!);
  await world.compose(world.acus.filter((id) => !left.includes(id)));
  states.push(world.state);
  const partial = world.acus, intact = world.branches;
  const lost = (await step('branch')).filter((a) => a.outcome === 'lost');
  expect(new Set(lost.map((a) => a.why))).toEqual(new Set(cut.map((b) => `${forest.size(b) - 1} of the ${forest.size(b)} commits of ${b} are in the composition; the branch is all of them`)));
  expect(world.branches.sort()).toEqual(intact.sort());
  expect(await world.tree()).toBe(forest.tree(intact));
  await world.undo();
  expect(world.acus).toEqual(partial);
  states.pop();

  // the base goes on and takes two branches in, one of them one that is there in part, and the grain changes with it
  const taken = [cut[0]!, alone.find((b) => !cut.includes(b) && world.branches.includes(b))!];
  const landing = new Set(taken.flatMap((b) => world.engine.named(b))), commit = await world.written(world.acus.filter((id) => !landing.has(id)));
  forest.moveMain('main.txt', taken);
  const moved = await step('atom');
  expect(outcomes(moved)).toEqual(expect.arrayContaining(['absorbed', 'rebound']));
  expect(moved.filter((a) => a.outcome === 'absorbed')).toHaveLength(taken.reduce((n, b) => n + forest.size(b), 0) - 1);
  expect(await world.tree()).toBe(forest.merged('main', commit));

  // refs cut two branches in the middle while the grain goes back to branches: both parts of each
  const halved = alone.filter((b) => !taken.includes(b) && !cut.includes(b) && world.branches.includes(b)).slice(0, 2);
  for (const b of halved) forest.ref(`${b}-half`, `${b}~1`);
  const before = await world.tree();
  const recut = await step('branch');
  expect(outcomes(recut)).toEqual(expect.arrayContaining(['lost', 'rebound']));
  for (const b of halved) expect(world.engine.named(b).filter((id) => world.acus.includes(id))).toHaveLength(2);
  expect(recut.filter((a) => a.outcome === 'lost').every((a) => cut.slice(1).some((b) => a.why.includes(` of ${b} are in the composition`)))).toBe(true);
  expect(await world.tree()).toBe(forest.tree(world.branches.filter((b) => forest.branches.includes(b))));
  await world.undo();
  expect(await world.tree()).toBe(before);
  states.pop();

  // one branch is pushed anew, one is deleted, and their commits are pruned; at the same time the grain changes
  const [anew, gone] = alone.filter((b) => !taken.includes(b) && !cut.includes(b) && !halved.includes(b) && world.branches.includes(b)) as [string, string];
  const size = world.acus.length, pushed = new Set([anew, gone].flatMap((b) => world.engine.named(b))), files = await world.workspace.call('preview', { acus: world.acus });
  forest.pushAnew(anew);
  forest.ref(gone, null);
  forest.prune();
  expect(() => gitLine(forest.dir, ['cat-file', '-e', String(world.engine.sources.find((s) => s.name === anew)!.oid)])).toThrow();
  const pruned = await step('commit');
  expect(outcomes(pruned)).toEqual(expect.arrayContaining(['kept', 'lost', 'rebound']));
  expect(new Set(pruned.filter((a) => a.outcome === 'lost').map((a) => a.why))).toEqual(new Set([`there is no ${gone} any more`]));
  expect(world.branches).toContain(anew);
  expect(world.branches).not.toContain(gone);
  await world.tree();
  // what was composed is in the store: the state before composes as it did, in this process and in the next
  await world.undo();
  expect(world.acus).toHaveLength(size);
  await world.workspace.close();
  // of the store itself: what it keeps to be faster is gone, too
  for (const name of readdirSync(scratch.path)) if (/^store\.(cache|cold)/.test(name)) rmSync(join(scratch.path, name), { recursive: true });
  world.workspace = await World.open();
  expect({ ...await world.workspace.call('preview', { acus: world.acus }), ms: 0 }).toEqual({ ...files, ms: 0 });
  // and so does what is left when one of them is taken out
  const free = world.acus.filter((id) => pushed.has(id) && world.engine.acus.every((a) => !a.requires.includes(id)));
  expect(free.length).toBeGreaterThan(1);
  for (const id of free) expect((await world.workspace.call('preview', { acus: world.acus.filter((other) => other !== id) })).tree).not.toBeNull();
  await world.undo('redo');
  expect((await world.workspace.call('fsck', { ticket: 'f' })).problems).toEqual([]);

  // all of it taken back, and done again
  for (let n = states.length - 2; n >= 0; n--) { await world.undo(); expect(world.state).toEqual(states[n]); }
  expect(await world.tree()).toBe(whole);
  for (let n = 1; n < states.length; n++) { await world.undo('redo'); expect(world.state).toEqual(states[n]); }
  await world.workspace.close();
});
