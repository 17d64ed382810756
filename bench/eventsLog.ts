// The log of domain events: how many a second become durable, what each takes on disk, how fast they are replayed, and that none is lost behind a
// slow consumer. What is written is recorded first, from a session with the real service (the recipe is `record`); beside it one row for each
// event in SQLite, and Node's EventEmitter, which keeps nothing.
import { EventEmitter } from 'node:events';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { type AcuId, display } from '../app/core/bytes.ts';
import { compositionChanged } from '../app/core/composition.ts';
import type { DomainEvent, Operation, SegmentKey } from '../app/core/events.ts';
import { emptyState, foldEvent } from '../app/core/fold.ts';
import type { Composition, Segment } from '../app/core/model.ts';
import { changeOf } from '../app/core/published.ts';
import { pack, packSegment } from '../app/core/segmentKey.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { connectReader } from '../app/main/storage/connection.ts';
import { codeOf } from '../app/main/storage/frames.ts';
import { cursorOf, type BatchRow } from '../app/main/storage/log.ts';
import { checkLog } from '../app/main/storage/proof.ts';
import { Piece, textOf } from '../app/main/storage/piece.ts';
import { openStore, type Appended, type Store, type StoredEvent } from '../app/main/storage/store.ts';
import { composeEvent, nothingComposed } from '../app/main/storage/views.ts';
import { generate } from '../testkit/generate.ts';
import { git, tempDir } from '../testkit/git.ts';
import { move, pushesOnto } from '../testkit/pushes.ts';
import { Random } from '../testkit/random.ts';
import type { Row } from './report.ts';

/** The session: branches imported first, clients at once, operations they do, and after how many of them somebody pushes to a branch. */
const SOURCES = 200, CLIENTS = 64, OPERATIONS = 3000, PUSH_EVERY = 1000, UNDO_EVERY = 150;
/** Times the recorded session is written over and over, in groups of so many operations; measured so often. */
const TIMES = 250, GROUP = 4096, RUNS = 5;
/** Groups under way at once: those that wait share a commit. */
const AHEAD = 8;
/** What 64 clients leave waiting during one commit. */
const SMALL = 64;
/** One part in so many warms up. */
const WARM = 5;

const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1]!;

interface Recorded {
  readonly import: readonly StoredEvent[];
  /** what follows the import, in the log's order */
  readonly session: readonly StoredEvent[];
  readonly operations: ReadonlyMap<number, Operation>;
  /** bytes by which the store's file grew for it */
  readonly bytes: number;
  /** the ACUs that stand by themselves, by how the service names them: in commands and in sentences the same */
  readonly names: ReadonlyMap<AcuId, Piece>;
}

/**
 * Imports a generated team's branches; then 64 clients add one ACU to the composition, take one out, or compose a set, as the clients of `bench
 * ops` do where they change something (15 : 15 : 10); somebody undoes and redoes; somebody pushes, and the branch is imported again.
 */
async function record(folder: string): Promise<Recorded> {
  const made = await generate({ seed: 1, mix: 'team', sources: SOURCES, asIs: true }), file = join(folder, 'recorded');
  const random = new Random(1), importAll = { path: made.dir, base: null, refs: made.refs, grain: 'branch' as const };
  let workspace = await Workspace.open(file, { env: {}, git: 'embedded' });
  try {
    await workspace.call('import', { ticket: 'import', ...importAll });
    const imported = (await workspace.store.head()).written;
    await workspace.close();
    const before = statSync(file).size;
    workspace = await Workspace.open(file, { env: {}, git: 'embedded' });
    const names = new Map(workspace.engine.acus.map(({ id, name }) => [id, new Piece(display(name))]));
    const alone = workspace.engine.acus.filter(({ requires, standing }) => requires.length === 0 && standing === 'exact').map(({ id }) => id);
    const pushes = pushesOnto(made.dir, made.refs.filter((ref) => git(made.dir, ['ls-tree', '-r', ref]).includes('100644')), Math.ceil(OPERATIONS / PUSH_EVERY), random);
    let done = 0, tickets = 0;
    const refusedOr = (answer: Promise<unknown>): Promise<unknown> => answer.catch(() => undefined);
    const lane = async (): Promise<void> => {
      while (done < OPERATIONS) {
        const n = ++done, ticket = `t${tickets++}`, now = workspace.view.state.composition.acus, draw = random.below(40);
        if (n % PUSH_EVERY === 0) {
          move(made.dir, pushes.pop()!);
          await workspace.call('import', { ticket, ...importAll });
        } else if (n % UNDO_EVERY === 0) {
          await refusedOr(workspace.call('undo', { ticket }));
          await refusedOr(workspace.call('redo', { ticket: `${ticket}r` }));
        } else if (draw < 15) await refusedOr(workspace.call('add', { ticket, acus: [random.pick(alone)] }));
        else if (draw < 30) await refusedOr(workspace.call('remove', { ticket, acus: [now.length === 0 ? random.pick(alone) : random.pick(now)] }));
        else {
          const one = random.pick(alone);
          await refusedOr(workspace.call('compose', { ticket, acus: now.includes(one) ? now.filter((id) => id !== one) : [...now, one] }));
        }
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, lane));
    const events = await Array.fromAsync(workspace.store.events());
    const operations = new Map(workspace.log.map((operation) => [operation.id, operation]));
    await workspace.close();
    return { import: events.filter(({ seq }) => seq <= imported), session: events.filter(({ seq }) => seq > imported), operations, bytes: statSync(file).size - before, names };
  } finally {
    await workspace.close().catch(() => undefined);
    made.remove();
  }
}

const planned = ({ kind, description, time, target, command }: Operation) => ({ kind, description, time, target, command });

/** The session's operations, each with its events. Segments that an import staged come with the operation that publishes them. */
function operationsOf({ session, operations }: Recorded): Appended[] {
  const out: { operation: ReturnType<typeof planned>; events: DomainEvent[]; id: number }[] = [];
  let staged: DomainEvent[] = [];
  for (const { operation, event } of session) {
    if (operation === null) { if (event.kind === 'segment-added') staged.push(event); continue; }
    if (out.at(-1)?.id !== operation) { out.push({ operation: planned(operations.get(operation)!), events: staged, id: operation }); staged = []; }
    out.at(-1)!.events.push(event);
  }
  return out.map(({ operation, events }) => ({ operation, events }));
}

/** A store with what was imported. */
async function seeded(file: string, recorded: Recorded): Promise<Store> {
  const store = await openStore(file);
  let draft = 0;
  const operations = new Map<number, DomainEvent[]>();
  for (const { operation, event } of recorded.import) {
    if (operation !== null) operations.set(operation, [...operations.get(operation) ?? [], event]);
    else if (event.kind === 'import-started') draft = await store.beginImport(event);
    else if (event.kind === 'segment-added') await store.stage(draft, [event.segment]);
  }
  for (const [id, events] of operations) await store.append(planned(recorded.operations.get(id)!), events);
  return store;
}

/**
 * The session again and again, each time on what the last one left. What was recorded is the shape: of which kinds operations are, in which
 * order, how many ACUs each brings and takes, how large the set is. Which they are is drawn anew each time, with the sentence and the command
 * that the service writes for it, so that no two sessions are alike; a segment that was pushed is pushed anew (its time is another), so
 * that all of it is stored again. At the end of each session what is published and composed goes back to where it began.
 */
function repeated(recorded: Recorded, times: number): Appended[] {
  const session = operationsOf(recorded), out: Appended[] = [], random = new Random(2);
  const begin = recorded.import.reduce((state, { event }) => foldEvent(state, event), emptyState);
  const { time } = session[0]!.operation, pool = [...recorded.names.keys()];
  for (let n = 0; n < times; n++) {
    const keys = new Map<SegmentKey, SegmentKey>();
    const renamed = (key: SegmentKey): SegmentKey => keys.get(key) ?? key;
    let state = begin;
    for (const { operation, events } of session) {
      const told = operation.kind === 'compose' ? drawn(recorded, operation, events, state.composition, pool, random) : { operation, events: events.map((event): DomainEvent => {
        if (event.kind === 'segment-added') {
          const segment = { ...event.segment, time: event.segment.time + n }, key = keyOf(segment);
          keys.set(event.key, key);
          return { ...event, key, segment };
        }
        if (event.kind === 'composition-edited' || event.kind === 'composition-changed') return resized(event, state.composition, pool, random);
        // What is published names the bodies by their keys.
        if (event.kind !== 'publication-changed') return event;
        const { segments } = event.change;
        return { ...event, change: { ...event.change, segments: { ...segments, gone: segments.gone.map(renamed), come: segments.come.map(renamed) } } };
      }) };
      for (const event of told.events) state = foldEvent(state, event);
      out.push(told);
    }
    const back = changeOf(state.published!, begin.published!)!;
    out.push({
      operation: { kind: 'undo', description: 'Back to the beginning', command: null, target: null, time },
      events: [{ kind: 'publication-changed', change: back }, compositionChanged(state.composition, begin.composition)],
    });
  }
  return out;
}

/** As many come and go as did when it was recorded, as far as there are any. */
function resized(event: DomainEvent, now: Composition, pool: readonly AcuId[], random: Random): DomainEvent {
  const change = event.kind === 'composition-edited' ? event.change : { gone: now.acus.map((_, at) => at), come: (event as { composition: Composition }).composition.acus };
  const has = new Set(now.acus), gone = new Set(random.shuffle([...now.acus]).slice(0, change.gone.length));
  const come: AcuId[] = [];
  for (let tries = 0; come.length < change.come.length && tries < 50; tries++) {
    const id = random.pick(pool);
    if (!has.has(id) && !come.includes(id)) come.push(id);
  }
  return compositionChanged(now, { ...now, acus: [...now.acus.filter((id) => !gone.has(id)), ...come].sort() });
}

const [ACUMEN, COMPOSE, ADDED, TOOK_OUT, ALSO_OUT, COMMA] = ['acumen', 'compose', 'Added ', 'Took out ', ', took out ', ', '].map((text) => new Piece(text)) as [Piece, Piece, Piece, Piece, Piece, Piece];
/** Sets of which the service writes a command. */
const MAX_TOLD = 24;

/** The same with other ACUs, and what the service says of them. */
function drawn({ names }: Recorded, operation: Appended['operation'], events: readonly DomainEvent[], now: Composition, pool: readonly AcuId[], random: Random): Appended {
  const list = events.map((event) => resized(event, now, pool, random)), next = list.reduce((state, event) => foldEvent(state, event), { ...emptyState, composition: now }).composition;
  const say = (what: Piece, ids: readonly AcuId[]): Piece[] => (ids.length > 3 ? [what, new Piece(`${ids.length} changes`)] : ids.flatMap((id, i) => [i === 0 ? what : COMMA, names.get(id)!]));
  const added = next.acus.filter((id) => !now.acus.includes(id)), gone = now.acus.filter((id) => !next.acus.includes(id));
  const description = [...say(ADDED, added), ...say(added.length === 0 ? TOOK_OUT : ALSO_OUT, gone)];
  const command = next.acus.length === 0 || next.acus.length > MAX_TOLD ? null : [ACUMEN, COMPOSE, ...next.acus.map((id) => names.get(id)!)];
  return { operation: { ...operation, description: description.length === 0 ? 'Emptied the composition' : description, command }, events: list };
}

let keyOf: (segment: Segment) => SegmentKey;

interface Written { readonly ms: number; readonly events: number; readonly bytes: number }

/** Writes them in groups, some under way while one is committed, each planned on the one before. */
async function write(store: Store, operations: readonly Appended[], group = GROUP): Promise<Written> {
  const before = await store.head(), under: Promise<unknown>[] = [];
  const start = performance.now();
  let last: ReturnType<Store['appendAll']> | undefined;
  for (let at = 0; at < operations.length; at += group) {
    last = store.appendAll(operations.slice(at, at + group), last ?? before.event);
    last.catch(() => undefined);
    if (under.push(last) >= AHEAD) await under.shift();
  }
  await last;
  return { ms: performance.now() - start, events: (await store.head()).written - before.written, bytes: 0 };
}

async function closedSize(store: Store): Promise<number> {
  const { file } = store;
  await store.close();
  return statSync(file).size;
}

/** Stores seeded anew, the operations written to each behind some that warm the threads up; the median. */
async function durable(folder: string, recorded: Recorded, operations: readonly Appended[], group = GROUP): Promise<Written & { readonly file: string }> {
  const file = join(folder, 'durable'), all: Written[] = [], warm = group === 1 ? 0 : Math.floor(operations.length / WARM);
  for (let run = 0; run < RUNS; run++) {
    rmSync(file, { force: true });
    let store = await seeded(file, recorded);
    const seed = await closedSize(store);
    store = await openStore(file);
    const first = await write(store, operations.slice(0, warm), group);
    const written = await write(store, operations.slice(warm), group);
    const bytes = await closedSize(store) - seed;
    all.push({ ...written, bytes: bytes / (first.events + written.events) * written.events });
  }
  return { ...all.find(({ ms }) => ms === median(all.map((w) => w.ms)))!, file };
}

/** One row for each event and each operation, as many in a transaction, at FULL. */
function rowPerEvent(folder: string, operations: readonly Appended[]): { readonly perSecond: number; readonly bytes: number } {
  const file = join(folder, 'rows'), times: number[] = [], said = (words: string | readonly Piece[] | null, between: '' | ' '): string | null => (words === null ? null : textOf(words, between));
  const spoken = operations.map(({ operation: o, events: list }) => ({ operation: { ...o, description: said(o.description, ''), command: said(o.command, ' ') }, events: list }));
  let bytes = 0, events = 0;
  for (let run = 0; run < 3; run++) {
    rmSync(file, { force: true });
    const db = new Database(file);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.exec('CREATE TABLE operation(id INTEGER PRIMARY KEY, kind TEXT, description TEXT, time INTEGER, target INTEGER, command TEXT); CREATE TABLE event(seq INTEGER PRIMARY KEY, operation INTEGER, kind TEXT, payload BLOB)');
    const operation = db.prepare('INSERT INTO operation VALUES (?, ?, ?, ?, ?, ?)'), event = db.prepare('INSERT INTO event VALUES (?, ?, ?, ?)');
    const start = performance.now();
    let id = 0;
    events = 0;
    for (let at = 0; at < operations.length; at += GROUP) {
      db.exec('BEGIN IMMEDIATE');
      for (const { operation: o, events: list } of spoken.slice(at, at + GROUP)) {
        operation.run(++id, o.kind, o.description, o.time, o.target, o.command);
        for (const e of list) {
          const { kind, ...rest } = e;
          event.run(++events, id, kind, e.kind === 'segment-added' ? packSegment(e.segment) : pack(rest));
        }
      }
      db.exec('COMMIT');
    }
    times.push(performance.now() - start);
    db.close();
    bytes = statSync(file).size;
  }
  return { perSecond: events / median(times) * 1000, bytes: bytes / events };
}

/** Every event to one listener that folds it: nothing is kept. */
function emitted(operations: readonly Appended[]): number {
  const times: number[] = [];
  let events = 0;
  for (let run = 0; run < RUNS; run++) {
    const emitter = new EventEmitter();
    let state = emptyState;
    emitter.on('event', (event: DomainEvent) => { if (event.kind === 'composition-changed' || event.kind === 'composition-edited') state = foldEvent(state, event); });
    events = 0;
    const start = performance.now();
    for (const { events: list } of operations) for (const event of list) { emitter.emit('event', event); events++; }
    times.push(performance.now() - start);
  }
  return events / median(times) * 1000;
}

interface Replayed { readonly folded: number; readonly proved: number; readonly events: number }

/** From the file to the composition as it is: decoded and folded; and with every hash of the chain proved, as opening does. */
function replay(file: string, expected: readonly AcuId[]): Replayed {
  const db = connectReader(file, 1000), folded: number[] = [], proved: number[] = [];
  let events = 0;
  try {
    const edited = codeOf['composition-edited'], told = codeOf['composition-changed'];
    const number = db.prepare('SELECT event FROM acu WHERE id = ?').pluck();
    for (let run = 0; run < RUNS; run++) {
      const start = performance.now(), now = nothingComposed();
      events = 0;
      for (const row of db.prepare('SELECT first, events, operation, operations, kinds, size, hash, bytes FROM batch ORDER BY first').iterate() as Iterable<BatchRow>) {
        const cursor = cursorOf(row);
        while (cursor.next()) if (cursor.code === edited || cursor.code === told) composeEvent(cursor, now, (id) => number.get(id) as number);
        events += row.events;
      }
      folded.push(performance.now() - start);
      if (now.acus.length !== expected.length) throw new Error('the replay comes to another composition');
      const again = performance.now();
      const { events: seen } = checkLog(db, (problem) => { throw new Error(problem); });
      proved.push(performance.now() - again);
      if (seen !== events) throw new Error('the replays part');
    }
  } finally {
    db.close();
  }
  return { folded: events / median(folded) * 1000, proved: events / median(proved) * 1000, events };
}

/** A consumer that sleeps between what it reads hears all of it, in order, and never keeps the writer waiting. */
async function slowConsumer(folder: string, recorded: Recorded, operations: readonly Appended[]): Promise<{ readonly heard: number; readonly behind: number }> {
  const file = join(folder, 'slow');
  const store = await seeded(file, recorded), { written } = await store.head();
  const writing = write(store, operations, 256);
  let next = written + 1, behind = 0, over = false;
  void writing.finally(() => { over = true; });
  for (let sleeps = 0; ;) {
    const ended = over;
    for await (const { seq } of store.events({ from: next })) {
      if (seq !== next) throw new Error(`event ${seq} came where ${next} was due`);
      next++;
      if (next % 500 === 0 && sleeps++ < 200) {
        behind = Math.max(behind, (await store.head()).written - next + 1);
        await sleep(2);
      }
    }
    if (ended) break;
    await sleep(1);
  }
  const { events } = await writing;
  if (next !== written + 1 + events) throw new Error('a slow consumer did not hear all');
  await store.close();
  return { heard: events, behind };
}

const mixOf = (events: Iterable<DomainEvent>): string => {
  const counts = new Map<string, number>();
  let all = 0;
  for (const { kind } of events) { counts.set(kind, (counts.get(kind) ?? 0) + 1); all++; }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([kind, n]) => `${(100 * n / all).toPrecision(2)} % ${kind}`).join(', ');
};

export async function logRows(): Promise<Row[]> {
  const temp = tempDir('bench-log');
  try {
    const recorded = await record(temp.path);
    const probe = await seeded(join(temp.path, 'probe'), recorded);
    keyOf = (segment) => probe.keyOf(segment);
    const once = operationsOf(recorded), many = repeated(recorded, TIMES);
    const folded: Composition = many.flatMap(({ events }) => events).reduce(foldEvent, recorded.import.reduce((state, { event }) => foldEvent(state, event), emptyState)).composition;

    const mixed = await durable(temp.path, recorded, many), replayed = replay(mixed.file, folded.acus);
    const rows = rowPerEvent(temp.path, many), node = emitted(many);
    const composing = once.filter(({ events }) => events.every(({ kind }) => kind === 'composition-edited'));
    const inGroups = await durable(temp.path, recorded, once, SMALL), alone = await durable(temp.path, recorded, chained(composing).slice(0, 300), 1);
    const slow = await slowConsumer(temp.path, recorded, repeated(recorded, 5));
    await probe.close();
    const perSecond = mixed.events / mixed.ms * 1000;
    return [
      { metric: 'durable_events_per_s', value: perSecond, unit: `events/s (${mixOf(many.flatMap(({ events }) => events))})`, peer: 'one row per event', peerValue: rows.perSecond, ratio: perSecond / rows.perSecond },
      { metric: 'durable_beside_emitter', value: perSecond, unit: 'events/s', peer: 'EventEmitter, kept nowhere', peerValue: node, ratio: perSecond / node },
      { metric: 'bytes_per_event', value: inGroups.bytes / inGroups.events, unit: `bytes the file grew, operations, bodies and views included, ${SMALL} operations a commit`, peer: 'one row per event', peerValue: rows.bytes, ratio: rows.bytes / (inGroups.bytes / inGroups.events) },
      { metric: 'bytes_per_event_large_groups', value: mixed.bytes / mixed.events, unit: `bytes, ${GROUP} operations a call` },
      { metric: 'bytes_per_event_alone', value: alone.bytes / alone.events, unit: 'bytes, one composition a commit' },
      { metric: 'bytes_per_event_recorded', value: recorded.bytes / recorded.session.length, unit: `bytes, as the service left ${recorded.session.length} events, with contents of files and tables` },
      { metric: 'replay_events_per_s', value: replayed.folded, unit: 'events/s (decoded and folded)' },
      { metric: 'replay_proved_events_per_s', value: replayed.proved, unit: 'events/s (and every hash proved, as opening does)' },
      { metric: 'slow_consumer_events', value: slow.heard, unit: `events in order, none lost, up to ${slow.behind} behind` },
    ];
  } finally {
    temp.remove();
  }
}

/** Each told by its difference from what those before it leave, whatever was left out between them. */
function chained(operations: readonly Appended[]): Appended[] {
  let now: Composition = emptyState.composition;
  return operations.flatMap(({ operation, events }) => {
    const list = events.flatMap((event): DomainEvent[] => {
      if (event.kind !== 'composition-edited') return [];
      const { gone, come } = event.change, lost = new Set(now.acus.slice(0, gone.length)), has = new Set(now.acus);
      const next = { ...now, acus: [...now.acus.filter((id) => !lost.has(id)), ...come.filter((id) => !has.has(id))].sort() };
      const told = compositionChanged(now, next);
      now = next;
      return [told];
    });
    return [{ operation, events: list }];
  });
}
