// Random moves of the base, branches pushed anew, refs gained and lost, compositions, undo and redo on one small repository: after each
// step every ACU of the composition before must have one answer, the composition must be what the answers say, and undo must bring back the state.
import type { AcuId } from '../app/core/bytes.ts';
import { AcumenError } from '../app/core/errors.ts';
import type { Grain, Rebinding } from '../app/core/model.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { fastImport, git, gitLine, initBare, tryGit } from './git.ts';
import { Random } from './random.ts';

export class Unfaithful extends Error {}

export interface BasesFigures { readonly steps: number; readonly imports: number; readonly refused: number; readonly undone: number; readonly answers: Readonly<Record<string, number>> }

const LINES = 12;
const file = (changes: ReadonlyMap<number, string>): string => Array.from({ length: LINES }, (_, i) => `${changes.get(i) ?? `line ${i}`}\n`).join('');

/** Commits without a working tree: main and branches off anything, one edit each. */
class Repository {
  readonly dir: string;
  readonly #random: Random;
  #count = 0;
  constructor(dir: string, random: Random) {
    this.dir = dir;
    this.#random = random;
    initBare(dir);
    this.commit('main', [], [['a.txt', file(new Map())], ['b.txt', file(new Map())]]);
    for (let i = 0; i < 3; i++) this.edit('main', 'refs/heads/main');
    for (let i = 0; i < 4; i++) this.edit(`topic${i}`, 'refs/heads/main');
    this.edit('upper', 'refs/heads/topic0');
    this.edit('island', null);
  }
  commit(branch: string, parents: readonly string[], files: readonly (readonly [string, string])[]): void {
    const n = ++this.#count, message = `${branch} ${n}`;
    const from = parents.map((p, i) => `${i === 0 ? 'from' : 'merge'} ${p}\n`).join('');
    fastImport(this.dir, `${parents.length === 0 ? `reset refs/heads/${branch}\n` : ''}commit refs/heads/${branch}\ncommitter C <c@x.invalid> ${1_700_000_000 + n} +0000\ndata ${message.length}\n${message}\n${from}${files.map(([path, text]) => `M 100644 inline ${path}\ndata ${text.length}\n${text}\n`).join('')}`);
  }
  /** one line of one file, or a new file, on top of a revision; null: of nothing */
  edit(branch: string, on: string | null): void {
    const n = this.#count + 1;
    if (on === null) { this.commit(branch, [], [[`${branch}.txt`, `${n}\n`]]); return; }
    const oid = gitLine(this.dir, ['rev-parse', on]), path = this.#random.pick(['a.txt', 'b.txt']);
    const shown = tryGit(this.dir, ['show', `${oid}:${path}`]);
    if (shown.status !== 0 || this.#random.chance(0.2)) { this.commit(branch, [oid], [[`new${n}.txt`, `${n}\n`]]); return; }
    const text = shown.stdout.split('\n');
    text[this.#random.below(text.length - 1)] = `edit ${this.#random.below(6)}`;
    this.commit(branch, [oid], [[path, text.join('\n')]]);
  }
  /** `into` takes `what` in, if git can: by fast-forward or a merge, as one commit of its own, or taken back at once */
  take(into: string, what: string, how: 'merge' | 'squash' | 'revert'): void {
    const [ours, theirs] = [into, what].map((ref) => gitLine(this.dir, ['rev-parse', `refs/heads/${ref}`])) as [string, string];
    const merged = tryGit(this.dir, ['merge-tree', '--write-tree', '--no-messages', ours, theirs]);
    if (merged.status !== 0) return;
    const make = (tree: string, parents: readonly string[]): string => gitLine(this.dir, ['commit-tree', ...parents.flatMap((p) => ['-p', p]), '-m', how, tree], { env: this.#dates() });
    let next = make(merged.stdout.trim(), how === 'squash' ? [ours] : [ours, theirs]);
    if (how === 'revert') next = make(gitLine(this.dir, ['rev-parse', `${ours}^{tree}`]), [next]);
    git(this.dir, ['update-ref', `refs/heads/${into}`, next]);
  }
  #dates(): Record<string, string> { const date = `${1_700_000_000 + ++this.#count} +0000`; return { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }; }
  branches(): string[] { return gitLine(this.dir, ['for-each-ref', '--format=%(refname:short)', 'refs/heads']).split('\n'); }
  commits(): string[] { return gitLine(this.dir, ['rev-list', '--all']).split('\n'); }
}

/** `lie`: an answer is left out, to see that it is found. `grains`: each import takes one of these. */
export async function randomBases(dir: string, seed: number, steps: number, lie = false, grains: readonly Grain[] = ['branch']): Promise<BasesFigures> {
  const random = new Random(seed), repository = new Repository(dir, random);
  const workspace = await Workspace.open(`${dir}.acumen`, { env: {} });
  const answers: Record<string, number> = {};
  let imports = 0, refused = 0, undone = 0, tickets = 0;
  const ticket = (): string => `t${tickets++}`;
  const state = (): string => JSON.stringify({ published: workspace.view.state.published, composition: workspace.view.state.composition, digest: workspace.engine.digest }, inOrder);
  const must = (holds: boolean, what: string): void => { if (!holds) throw new Unfaithful(`seed ${seed}: ${what}`); };

  const importing = async (base: string | null): Promise<void> => {
    const before = new Set(workspace.view.state.composition.acus), was = state(), operations = workspace.log.length;
    let rebound: readonly Rebinding[];
    try {
      ({ rebound } = await workspace.call('import', { path: workspace.view.state.gitDir === null ? dir : null, base, refs: [], grain: grains.length === 1 ? grains[0]! : random.pick(grains), ticket: ticket() }));
    } catch (error) {
      if (!(error instanceof AcumenError) || error.code !== 'unrelated-history') throw error;
      refused++;
      must(state() === was && workspace.log.length === operations, 'a refused import changed something');
      return;
    }
    imports++;
    if (lie) rebound = rebound.slice(1);
    const after = workspace.view.state.composition.acus;
    for (const { outcome } of rebound) answers[outcome] = (answers[outcome] ?? 0) + 1;
    if (rebound.length === 0) { must(after.length === before.size && after.every((id) => before.has(id)), 'the composition changed without an answer'); return; }
    const asked = rebound.filter(({ outcome }) => outcome !== 'taken along').map(({ id }) => id);
    must(asked.length === before.size && new Set(asked).size === asked.length && asked.every((id) => before.has(id)), 'an ACU has no answer, or two');
    const said = new Set<AcuId>(rebound.filter(({ outcome }) => outcome === 'kept' || outcome === 'rebound' || outcome === 'taken along').flatMap(({ to }) => to));
    must(after.length === said.size && after.every((id) => said.has(id)), 'the composition is not what the answers say');
    must(rebound.every(({ outcome, why }) => outcome === 'kept' || why !== ''), 'an answer without a reason');
    must(workspace.engine.missing(after).length === 0 && after.every((id) => workspace.engine.acu(id)?.standing === 'exact'), 'the composition is not closed, or holds what does not carry');
    if (workspace.log.length === operations) return;
    const now = state();
    await workspace.call('undo', { ticket: ticket() });
    must(state() === was, `undo did not bring back the state before: ${firstDifference(was, state())}`);
    await workspace.call('redo', { ticket: ticket() });
    must(state() === now, `redo did not bring back the state after: ${firstDifference(now, state())}`);
    undone++;
  };

  const composing = async (): Promise<void> => {
    let set: AcuId[] = [];
    for (const { id } of random.shuffle(workspace.engine.acus).slice(0, 4)) {
      const more = [...workspace.engine.closed([...set, id])];
      if (workspace.engine.check(more).ok) set = more;
    }
    await workspace.call('compose', { acus: set, ticket: ticket() }).catch((error: unknown) => { if (!(error instanceof AcumenError) || error.code !== 'not-composable') throw error; });
  };

  try {
    await importing(null);
    for (let step = 0; step < steps; step++) {
      if (workspace.view.state.composition.acus.length === 0) await composing();
      const all = repository.branches(), topics = all.filter((name) => name !== 'main'), topic = random.pick(topics.length > 0 ? topics : ['main']);
      switch (random.below(10)) {
        case 0: repository.edit('main', 'refs/heads/main'); break;
        case 1: repository.edit(topic, `refs/heads/${topic}`); break;
        case 2: repository.edit(topic, random.pick([...repository.commits().slice(0, 30)])); break;
        case 3: git(dir, ['update-ref', `refs/heads/cut${step}`, random.pick(repository.commits())]); break;
        case 4: if (topics.length > 2) git(dir, ['update-ref', '-d', `refs/heads/${topic}`]); break;
        case 5: case 6: repository.take('main', topic, random.pick(['merge', 'merge', 'squash', 'revert'])); break;
        case 7: repository.take(topic, 'main', 'merge'); break;
        case 8: await importing(random.pick(repository.commits())); continue;
        default: await composing(); continue;
      }
      await importing(random.chance(0.3) ? 'main' : null);
    }
  } finally {
    await workspace.close();
  }
  return { steps, imports, refused, undone, answers };
}

/** Keys in one order: what was read back has another than what was made. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function firstDifference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const from = Math.max(0, at - 60);
  return `${a.slice(from, at + 60)} … ${b.slice(from, at + 60)}`;
}
