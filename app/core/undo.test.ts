// Danger: undo that almost goes back. After each of many random operations, undos and redos the log must fold to what the
// slow twin says: an array of states with a cursor, as every text editor's user expects.
import { describe, expect, it } from 'vitest';
import { Random } from '../../testkit/random.ts';
import { compositionOf, publishedOf, randomAcuId, randomOid, randomSegment, recipeWith } from '../../testkit/store.ts';
import type { Oid } from './bytes.ts';
import { AcumenError } from './errors.ts';
import type { DomainEvent, Operation, OperationKind, WorkspaceState } from './events.ts';
import { emptyState, foldState } from './fold.ts';
import { recipesAfter } from './recipes.ts';
import { segmentKey } from './segmentKey.ts';
import { type Candidate, GrowingHistory, candidateOf, historyOf, planOf, planReturn, type UndoPlan } from './undo.ts';

/** A log in memory, and the refs of a repository beside it. */
class Workspace {
  readonly operations: Operation[] = [];
  readonly history = new GrowingHistory();
  readonly events: DomainEvent[] = [];
  readonly states: WorkspaceState[] = [emptyState];
  readonly refs = new Map<string, Oid>();

  append(kind: OperationKind, events: readonly DomainEvent[], target: number | null = null): void {
    const id = this.operations.length + 1;
    const firstEvent = this.events.length + 1;
    this.events.push(...events);
    this.operations.push({ id, kind, description: kind, time: id, target, command: null, firstEvent, lastEvent: this.events.length });
    this.history.add(this.operations.at(-1)!);
    this.states.push(foldState(events, this.states.at(-1)));
  }
  readonly stateOf = (id: number): WorkspaceState => this.states[id]!;
  readonly eventsOf = (operation: Operation): DomainEvent[] => this.events.slice(operation.firstEvent - 1, operation.lastEvent);

  move(ref: string, expected: Oid | null, next: Oid | null): void {
    if ((this.refs.get(ref) ?? null) !== expected) throw new Error('the ref is not where the plan expects it');
    if (next === null) this.refs.delete(ref);
    else this.refs.set(ref, next);
  }
  next(kind: 'undo' | 'redo'): Candidate { return candidateOf(kind, this.operations, this.history); }
  take(kind: 'undo' | 'redo'): UndoPlan {
    const plan = planOf(kind, this.next(kind), this);
    if (plan.moves !== null) this.move(plan.moves.ref, plan.moves.expected, plan.moves.next);
    this.append(kind, plan.events, plan.target.id);
    return plan;
  }
}

interface Moment { readonly published: WorkspaceState['published']; readonly composition: WorkspaceState['composition']; readonly recipes: WorkspaceState['recipes']; readonly refs: ReadonlyMap<string, Oid> }

/** The slow twin: every state there was, and where we stand. */
class Twin {
  #moments: Moment[] = [{ published: null, composition: emptyState.composition, recipes: [], refs: new Map() }];
  #cursor = 0;
  get now(): Moment { return this.#moments[this.#cursor]!; }
  get canUndo(): boolean { return this.#cursor > 0; }
  get canRedo(): boolean { return this.#cursor < this.#moments.length - 1; }
  do(change: Partial<Moment>): void {
    this.#moments = [...this.#moments.slice(0, ++this.#cursor), { ...this.#moments[this.#cursor - 1]!, ...change }];
  }
  undo(): void { this.#cursor--; }
  redo(): void { this.#cursor++; }
}

function step(random: Random, workspace: Workspace, twin: Twin): void {
  const kind = random.pick(['import', 'compose', 'compose', 'keep open', 'recipe', 'write-branch', 'open', 'return', 'undo', 'undo', 'undo', 'redo', 'redo'] as const);
  switch (kind) {
    case 'open': return workspace.append('open', [{ kind: 'repository-opened', gitDir: `/r${random.below(3)}/.git`, objectFormat: 'sha1' }]);
    case 'import': {
      const segments = Array.from({ length: random.below(3) }, () => randomSegment(random));
      const published = publishedOf(random, segments, segments.map(segmentKey));
      workspace.append('import', [{ kind: 'published', published }]);
      return twin.do({ published });
    }
    case 'compose': {
      const composition = compositionOf(Array.from({ length: random.below(4) }, () => randomAcuId(random)), randomOid(random));
      workspace.append('compose', [{ kind: 'composition-changed', composition }]);
      return twin.do({ composition: { ...composition, ...twin.now.composition.open !== undefined && { open: twin.now.composition.open } } });
    }
    case 'keep open': {
      const open = Array.from({ length: 1 + random.below(3) }, () => randomAcuId(random));
      workspace.append('compose', [{ kind: 'open-changed', open }]);
      return twin.do({ composition: { ...twin.now.composition, open } });
    }
    case 'recipe': {
      const now = workspace.states.at(-1)!.recipes, dropped = now.length > 0 && random.chance(0.4) ? [random.pick(now).name] : [], kept = dropped.length === 0 ? [recipeWith(random, [randomAcuId(random)])] : [];
      workspace.append('recipe', [{ kind: 'recipes-changed', kept, dropped }]);
      return twin.do({ recipes: recipesAfter(now, kept, dropped) });
    }
    case 'write-branch': {
      const ref = `refs/heads/b${random.below(3)}`;
      const before = workspace.refs.get(ref) ?? null;
      const after = randomOid(random);
      workspace.move(ref, before, after);
      workspace.append('write-branch', [{ kind: 'branch-written', ref, before, after, tree: randomOid(random), acus: [] }]);
      return twin.do({ refs: new Map([...twin.now.refs, [ref, after]]) });
    }
    case 'return': {
      const id = random.below(workspace.states.length), { published, composition } = workspace.states[id]!, plan = planReturn(workspace.states.at(-1)!, workspace.states[id]!);
      if (plan === null) { expect({ published, composition }).toEqual({ published: twin.now.published, composition: twin.now.composition }); return; }
      workspace.append('return', plan, id);
      return twin.do({ published, composition });
    }
    case 'undo': case 'redo': {
      if (!(kind === 'undo' ? twin.canUndo : twin.canRedo)) {
        expect(() => workspace.take(kind)).toThrow(expect.objectContaining({ code: `nothing-to-${kind}` }) as Error);
        return;
      }
      workspace.take(kind);
      return twin[kind]();
    }
  }
}

describe('undo and redo', () => {
  it('always stand where the cursor over all states stands, and a return shows just what was: 100 seeds × 200 steps', () => {
    let taken = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const random = new Random(seed);
      const workspace = new Workspace();
      const twin = new Twin();
      for (let n = 1; n <= 200; n++) {
        step(random, workspace, twin);
        const { published, composition, recipes } = workspace.states.at(-1)!;
        expect({ published, composition, recipes, refs: workspace.refs }, `seed ${seed}, step ${n}`).toEqual(twin.now);
        const { done, undone } = workspace.history;
        expect({ done, undone }, `seed ${seed}, step ${n}`).toEqual({ ...historyOf(workspace.operations) });
        expect([done.length > 0, undone.length > 0]).toEqual([twin.canUndo, twin.canRedo]);
      }
      expect(foldState(workspace.events), `seed ${seed}`).toEqual(workspace.states.at(-1));
      taken += workspace.operations.filter(({ kind }) => kind === 'undo' || kind === 'redo').length;
    }
    expect(taken).toBeGreaterThan(5000);
  }, 120_000);

  const compose = (n: number): DomainEvent => ({ kind: 'composition-changed', composition: compositionOf([], String(n).padStart(40, '0') as Oid) });

  it('names what it takes back, further back each time, and forgets redo at the next operation', () => {
    const workspace = new Workspace();
    for (const n of [1, 2, 3]) workspace.append('compose', [compose(n)]);
    expect(workspace.take('undo').target.id).toBe(3);
    expect(workspace.take('undo').target.id).toBe(2);
    expect(workspace.next('redo')).toMatchObject({ target: { id: 2 }, from: 5, to: 2 });
    expect(workspace.take('redo').target.id).toBe(2);
    expect(workspace.next('undo')).toMatchObject({ target: { id: 2 }, from: 6, to: 1 });
    workspace.append('compose', [compose(4)]);
    expect(() => workspace.take('redo')).toThrow(AcumenError);
    expect(workspace.take('undo').target.id).toBe(7);
    expect(workspace.stateOf(8)).toEqual(workspace.stateOf(2));
  });

  it('asks for a written branch to be moved back, and forward again', () => {
    const workspace = new Workspace();
    const [before, after, tree] = ['1', '2', '3'].map((d) => d.repeat(40) as Oid) as [Oid, Oid, Oid];
    const ref = 'refs/heads/x';
    workspace.refs.set(ref, after);
    workspace.append('write-branch', [{ kind: 'branch-written', ref, before, after, tree, acus: [] }]);
    expect(workspace.take('undo').moves).toEqual({ ref, expected: after, next: before });
    expect(workspace.refs.get(ref)).toBe(before);
    expect(workspace.take('redo').moves).toEqual({ ref, expected: before, next: after });
    expect(workspace.eventsOf(workspace.operations[2]!)).toContainEqual({ kind: 'branch-written', ref, before, after, tree, acus: [] });
  });

  it('does not undo opening, nor let it end redo', () => {
    const workspace = new Workspace();
    const opened: DomainEvent = { kind: 'repository-opened', gitDir: '/r/.git', objectFormat: 'sha1' };
    workspace.append('open', [opened]);
    expect(() => workspace.take('undo')).toThrow('nothing to undo');
    workspace.append('compose', [compose(1)]);
    workspace.take('undo');
    workspace.append('open', [opened]);
    expect(workspace.take('redo').target.id).toBe(2);
  });

  it('refuses a log whose undo does not follow from it', () => {
    const workspace = new Workspace();
    workspace.append('compose', [compose(1)]);
    expect(() => { workspace.append('undo', [compose(0)], 7); }).toThrow('BUG');
    expect(() => historyOf(workspace.operations)).toThrow('BUG');
  });
});
