// What became of each ACU over the operations of the log: when it was read, composed, taken out, written to a branch, and which id it had
// before it was cut or carried anew. Read from the events once, and from then on only what is new; two such readings are the same (tests).
import type { AcuId, Oid } from '../../core/bytes.ts';
import { bug } from '../../core/errors.ts';
import type { DomainEvent, Operation, Published, SegmentKey, WorkspaceState } from '../../core/events.ts';
import { emptyState, foldEvent } from '../../core/fold.ts';
import type { Engine } from '../../core/engine.ts';
import { titleOf } from '../../core/headline.ts';
import type { HistoryReader } from '../../core/repository.ts';
import { type AcuCommit, type AcuHistory, type AcuMoment, tracingLimits } from '../../contract/tracing.ts';
import type { Store } from '../storage/store.ts';
import type { Moment } from './reading.ts';

/** What it is told from: a workspace. */
interface Told { readonly store: Pick<Store, 'events'>; readonly log: readonly Operation[]; repository(): Promise<HistoryReader> }
type Touch = Pick<AcuMoment, 'operation' | 'what' | 'from' | 'ref'>;
interface Known { readonly acu: AcuId | null; readonly tip: Oid; readonly title: string }

const KINDS = ['segment-added', 'published', 'publication-changed', 'composition-changed', 'composition-edited', 'branch-written'] as const satisfies readonly DomainEvent['kind'][];
const nothing: readonly AcuId[] = [];

export class Chronicle {
  readonly #workspace: Told;
  #next = 1;
  #state: WorkspaceState = emptyState;
  readonly #segments = new Map<SegmentKey, Known>();
  readonly #touches = new Map<AcuId, Touch[]>();
  #reading: Promise<void> = Promise.resolve();

  constructor(workspace: Told) { this.#workspace = workspace; }

  /** Of an ACU of that moment; `at`: operations after this one are not told of. */
  async history(moment: Moment, acu: AcuId, at: number = Number.MAX_SAFE_INTEGER): Promise<AcuHistory> {
    return { moments: await this.#moments(acu, at), ...await commitsOf(moment.engine, acu, await this.#workspace.repository()) };
  }

  /** The newest first. */
  async #moments(acu: AcuId, upTo: number): Promise<AcuMoment[]> {
    const { log } = this.#workspace;
    await (this.#reading = this.#reading.catch(() => undefined).then(() => this.#read()));
    const out: AcuMoment[] = [], seen = new Set<AcuId>();
    for (const open = [acu]; open.length > 0;) {
      const id = open.pop()!;
      if (seen.has(id)) continue;
      seen.add(id);
      for (const touch of this.#touches.get(id) ?? []) {
        const operation = log[touch.operation - 1];
        if (operation === undefined || touch.operation > upTo) continue;
        const { kind, description, time } = operation;
        out.push({ ...touch, kind, description, time, id });
        open.push(...touch.from);
      }
    }
    return out.sort((x, y) => y.operation - x.operation || (x.id < y.id ? -1 : 1)).slice(0, tracingLimits.moments);
  }

  async #read(): Promise<void> {
    for await (const { seq, operation, event } of this.#workspace.store.events({ from: this.#next, kinds: KINDS })) {
      this.#next = seq + 1;
      if (event.kind === 'segment-added') { const { segment: { acu, tip, title } } = event; this.#segments.set(event.key, { acu, tip, title }); continue; }
      if (operation === null) continue;
      if (event.kind === 'branch-written') { if (event.after !== null) for (const id of event.acus) this.#touch(id, { operation, what: 'written', from: nothing, ref: event.ref }); continue; }
      const before = this.#state;
      this.#state = foldEvent(before, event);
      if (before.published !== this.#state.published) this.#published(operation, before.published, this.#state.published);
      if (before.composition.acus !== this.#state.composition.acus) this.#composed(operation, before.composition.acus, this.#state.composition.acus);
    }
  }

  #touch(id: AcuId, touch: Touch): void {
    const list = this.#touches.get(id);
    if (list === undefined) this.#touches.set(id, [touch]); else list.push(touch);
  }

  #composed(operation: number, before: readonly AcuId[], now: readonly AcuId[]): void {
    const was = new Set(before), is = new Set(now);
    for (const id of is.difference(was)) this.#touch(id, { operation, what: 'composed', from: nothing, ref: '' });
    for (const id of was.difference(is)) this.#touch(id, { operation, what: 'taken out', from: nothing, ref: '' });
  }

  #published(operation: number, before: Published | null, now: Published | null): void {
    const keysOf = (published: Published | null): ReadonlySet<SegmentKey> => new Set(published?.segments ?? []);
    const was = keysOf(before), is = keysOf(now), come = [...is.difference(was)], gone = [...was.difference(is)];
    if (come.length === 0 && gone.length === 0) return;
    const idsOf = (keys: Iterable<SegmentKey>): Map<AcuId, Known> => new Map([...keys].flatMap((key) => { const known = this.#of(key); return known.acu === null ? [] : [[known.acu, known] as const]; }));
    const old = idsOf(was), fresh = idsOf(is), added = idsOf(come), lost = idsOf(gone);
    for (const id of old.keys()) added.delete(id);
    for (const id of fresh.keys()) lost.delete(id);
    const had = sourcesOf(before, lost), has = sourcesOf(now, added);
    for (const [id, { title }] of added) {
      // of what its sources lost: what was called so, or the only one
      const mine = has.get(id) ?? new Set<string>(), candidates = [...lost].filter(([other]) => had.get(other)?.isDisjointFrom(mine) === false);
      const named = candidates.filter(([, other]) => other.title === title), from = named.length > 0 ? named : candidates.length === 1 ? candidates : [];
      this.#touch(id, from.length === 0 ? { operation, what: 'imported', from: nothing, ref: '' } : { operation, what: 'rebound', from: from.map(([other]) => other), ref: '' });
    }
    for (const id of lost.keys()) this.#touch(id, { operation, what: 'gone', from: nothing, ref: '' });
  }

  #of(key: SegmentKey): Known {
    const known = this.#segments.get(key);
    if (known === undefined) throw bug('a segment is published that no event brought', { key });
    return known;
  }
}

/** Names of the sources that have each of these, by ACU. */
function sourcesOf(published: Published | null, of: ReadonlyMap<AcuId, Known>): ReadonlyMap<AcuId, ReadonlySet<string>> {
  const byTip = new Map<Oid, AcuId>([...of].map(([id, { tip }]) => [tip, id])), out = new Map<AcuId, Set<string>>();
  if (byTip.size === 0) return out;
  for (const { name, segments } of published?.sources ?? []) {
    for (const tip of segments) {
      const id = byTip.get(tip);
      if (id === undefined) continue;
      const names = out.get(id);
      if (names === undefined) out.set(id, new Set([name])); else names.add(name);
    }
  }
  return out;
}

/** The commits of an ACU's first segment, the newest first; none where no repository holds them (patches, working trees). */
async function commitsOf(engine: Engine, acu: AcuId, reader: HistoryReader): Promise<Pick<AcuHistory, 'commits' | 'more'>> {
  const { tables } = engine, { commits: count, commit: tip, tip: own, lower } = tables.segments[engine.segmentOf(acu)]!;
  if (!await reader.has(tip)) return { commits: [], more: 0 };
  const isPart = tip !== own, heads = [tables.base, ...lower.map((s) => tables.segments[s]!.commit)];
  const oids = isPart ? [tip] : (await reader.ancestry(tip, { heads, has: () => false }, tracingLimits.commits)).commits.map(({ oid }) => oid);
  const listed = oids.length === 0 ? [tip] : oids.slice(0, tracingLimits.commits);
  const commits: AcuCommit[] = [];
  for (const found of await reader.commits(listed)) if (!(found instanceof Error)) commits.push({ oid: found.oid, title: titleOf(found), author: { name: found.author.name, email: found.author.email }, time: found.author.time });
  commits.sort((x, y) => y.time - x.time);
  return { commits, more: Math.max(0, count - commits.length) };
}
