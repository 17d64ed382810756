// Random histories of a store: imports in batches, compositions, written branches, undos and redos, as the service would do
// them; with the slow twin beside (every event in a list, folded from the first).
import { createHash } from 'node:crypto';
import type { AcuId, ByteString, Oid } from '../app/core/bytes.ts';
import { compositionChanged } from '../app/core/composition.ts';
import type { DomainEvent, Operation, OperationKind, SegmentKey, WorkspaceState } from '../app/core/events.ts';
import { emptyState, foldState } from '../app/core/fold.ts';
import type { ConflictEdge, Segment } from '../app/core/model.ts';
import { changeOf } from '../app/core/published.ts';
import { candidateOf, historyOf, planOf } from '../app/core/undo.ts';
import type { Extra, NewBlob, NewOperation, Store } from '../app/main/storage/store.ts';
import type { Random } from './random.ts';
import { compositionOf, conflictOf, publishedOf, randomBytes, randomOid, randomSegment, recipeWith } from './store.ts';

export function newOperation(kind: OperationKind, description: string = kind, target: number | null = null): NewOperation {
  return { kind, description, command: kind === 'compose' ? 'acumen compose …' : null, target, time: 1_700_000_000_000 };
}

export function newBlob(bytes: Uint8Array): NewBlob {
  return { oid: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex') as Oid, bytes };
}

export class History {
  readonly operations: Operation[] = [];
  /** every event of each operation, by its id */
  readonly events: (readonly DomainEvent[])[] = [[]];
  readonly segments = new Map<SegmentKey, Segment>();
  readonly blobs = new Map<Oid, Uint8Array>();
  conflicts: ConflictEdge[] = [];
  readonly #store: Store;
  readonly #random: Random;

  constructor(store: Store, random: Random) {
    this.#store = store;
    this.#random = random;
  }

  get acus(): AcuId[] { return [...new Set([...this.segments.values()].flatMap(({ acu }) => (acu === null ? [] : [acu])))]; }

  stateAt(operation: number): WorkspaceState {
    return foldState(this.events.slice(0, operation + 1).flat(), emptyState);
  }

  async open(): Promise<void> {
    await this.#append(newOperation('open'), [{ kind: 'repository-opened', gitDir: `/r${this.#random.below(5)}/.git`, objectFormat: 'sha1' }]);
  }

  /** `finish: false` is an import killed before its end. */
  async import(finish = true): Promise<void> {
    const random = this.#random;
    const draft = await this.#store.beginImport({ base: randomOid(random), grain: 'branch', globs: [] });
    const fresh = Array.from({ length: 1 + random.below(6) }, () => randomSegment(random, this.acus));
    // Some are stored already, as in every import but the first.
    const all = random.shuffle([...fresh, ...[...this.segments.values()].filter(() => random.chance(0.5))]);
    const keys = [...await this.#store.stage(draft, all.slice(0, 3)), ...await this.#store.stage(draft, all.slice(3))];
    keys.forEach((key, n) => this.segments.set(key, all[n]!));
    if (!finish) return;
    this.conflicts = this.acus.length === 0 ? [] : Array.from({ length: random.below(8) }, () => conflictOf(random, this.acus));
    await this.#append(newOperation('import'), [{ kind: 'published', published: publishedOf(random, all, keys) }], { conflicts: this.conflicts });
  }

  /** An import after which little is other than before: some segments go, some come, and the graph changes for some ACUs. */
  async importLittle(): Promise<void> {
    const random = this.#random, before = this.stateAt(this.operations.length).published;
    if (before === null) return this.import();
    const fresh = Array.from({ length: random.below(3) }, () => randomSegment(random, this.acus));
    fresh.forEach((segment) => this.segments.set(this.#store.keyOf(segment), segment));
    const segments = [...before.segments.filter(() => random.chance(0.9))];
    for (const segment of fresh) segments.splice(random.below(segments.length + 1), 0, this.#store.keyOf(segment));
    const sources = [...before.sources.filter(() => random.chance(0.9))];
    for (const { tip } of fresh) sources.splice(random.below(sources.length + 1), 0, { name: `n${tip}` as ByteString, ref: `refs/heads/n${tip}` as ByteString, oid: tip, segments: [tip] });
    const now = { ...before, segments, sources, ...random.chance(0.3) && { skipped: [{ name: 'left' as ByteString, reason: 'out' }] } };
    const change = changeOf(before, now);
    if (change === null) return;
    const gone = this.acus.filter(() => random.chance(0.3)), lost = new Set<string>(gone);
    const added = gone.length === 0 ? [] : Array.from({ length: random.below(4) }, () => ({ ...conflictOf(random, this.acus), a: gone[0]! }));
    this.conflicts = [...this.conflicts.filter((c) => !lost.has(c.a) && !lost.has(c.b)), ...added];
    await this.#append(newOperation('import'), [...fresh.map((segment): DomainEvent => ({ kind: 'segment-added', key: this.#store.keyOf(segment), segment })), { kind: 'publication-changed', change }],
      { changed: { acus: gone, conflicts: added } });
  }

  async compose(): Promise<void> {
    const random = this.#random;
    const blobs = Array.from({ length: random.below(3) }, () => newBlob(random.chance(0.5) ? new Uint8Array(random.below(9000)) : randomBytes(random, random.below(500))));
    for (const { oid, bytes } of blobs) this.blobs.set(oid, bytes);
    const before = this.stateAt(this.operations.length).composition, base = random.chance(0.3) ? randomOid(random) : before.base;
    const some = compositionOf(random.chance(0.5) ? this.acus.filter(() => random.chance(0.3)) : this.acus.filter((id) => before.acus.includes(id) !== random.chance(0.1)), base);
    await this.#append(newOperation('compose'), [random.chance(0.2) ? { kind: 'composition-changed', composition: some } : compositionChanged(before, some)], { blobs });
  }

  /** Keeps a recipe, or drops one. */
  async recipe(): Promise<void> {
    const random = this.#random, { recipes } = this.stateAt(this.operations.length), isDropped = recipes.length > 0 && random.chance(0.3);
    await this.#append(newOperation('recipe'), [{ kind: 'recipes-changed', kept: isDropped ? [] : [recipeWith(random, this.acus.slice(0, 3))], dropped: isDropped ? [random.pick(recipes).name] : [] }]);
  }

  async writeBranch(): Promise<void> {
    const random = this.#random;
    await this.#append(newOperation('write-branch'), [
      { kind: 'branch-written', ref: `refs/heads/b${random.below(3)}`, before: null, after: randomOid(random), tree: randomOid(random), acus: this.acus.slice(0, 2) },
    ]);
  }

  /** False where there is nothing to take back (or forth). */
  async take(kind: 'undo' | 'redo'): Promise<boolean> {
    const log = { stateOf: (id: number) => this.stateAt(id), eventsOf: ({ id }: Operation) => this.events[id]! };
    let plan;
    try {
      plan = planOf(kind, candidateOf(kind, this.operations, historyOf(this.operations)), log);
    } catch {
      return false;
    }
    await this.#append(newOperation(kind, kind, plan.target.id), plan.events);
    return true;
  }

  async step(): Promise<void> {
    switch (this.#random.below(9)) {
      case 0: return this.open();
      case 1: return this.import();
      case 2: return this.import(false);
      case 3: return this.importLittle();
      case 4: return this.compose();
      case 5: return this.writeBranch();
      case 6: return this.recipe();
      case 7: return void await this.take('undo');
      default: return void await this.take('redo');
    }
  }

  async #append(operation: NewOperation, events: readonly DomainEvent[], extra: Extra = {}): Promise<void> {
    this.operations.push(await this.#store.append(operation, events, extra, (await this.#store.head()).event));
    this.events.push(events);
  }
}
