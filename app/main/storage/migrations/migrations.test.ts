// Danger: a store that an update cannot open, or opens with views that the log does not say. One test per step, for ever;
// and a store with a history left at every older format is brought to the newest and must equal one born there.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../../testkit/random.ts';
import { scratchFolder } from '../../../../testkit/store.ts';
import { oldLog, putLog, putOldLog, type OldLog } from '../../../../testkit/storeFormats.ts';
import { History } from '../../../../testkit/storeHistory.ts';
import type { Oid } from '../../../core/bytes.ts';
import { compositionChanged } from '../../../core/composition.ts';
import type { DomainEvent, WorkspaceState } from '../../../core/events.ts';
import { foldState } from '../../../core/fold.ts';
import { pack, unpack, unpackSegment } from '../../../core/segmentKey.ts';
import { connectScratch, connectWriter, useWal, type WriteDb } from '../connection.ts';
import { fsck } from '../fsck.ts';
import { piecesOf } from '../piece.ts';
import { openStore } from '../store.ts';
import { viewDigests } from '../views.ts';
import { migrate, migrations, newestVersion, versionOf } from './index.ts';

const folder = scratchFolder('migrations');
let files = 0;
afterAll(() => folder.remove());

/** The schema of a new store at one format: names of tables, indices and triggers. */
function schemaAt(version: number): string[] {
  const db = connectScratch();
  migrate(db, 'scratch', version);
  expect(versionOf(db)).toBe(version);
  const names = db.prepare(`SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name`).pluck().all() as string[];
  db.close();
  return names;
}

function added(version: number): string[] {
  const before = new Set(version === 1 ? [] : schemaAt(version - 1));
  return schemaAt(version).filter((name) => !before.has(name));
}

describe('each migration', () => {
  it('is numbered by its place', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, n) => n + 1));
    expect(newestVersion).toBe(migrations.length);
  });

  it('0001 log: events and operations that cannot be changed, and the head', () => {
    expect(added(1)).toEqual(['event', 'event_by_kind', 'event_remains', 'event_stays', 'head', 'operation', 'operation_remains', 'operation_stays']);
    const db = connectScratch();
    migrate(db, 'scratch', 1);
    expect(db.pragma('application_id', { simple: true })).toBe(0x4143554d);
    expect(db.prepare('SELECT operation, event, written, folded FROM head').all()).toEqual([{ operation: 0, event: 0, written: 0, folded: 1 }]);
    db.exec(`INSERT INTO operation VALUES (1, 'open', '', 0, NULL, NULL, 1, 1, x'00'); INSERT INTO event VALUES (1, 1, NULL, 'k', x'00', x'00')`);
    for (const statement of ['UPDATE event SET kind = 1', 'DELETE FROM event', 'UPDATE operation SET time = 1', 'DELETE FROM operation']) expect(() => db.exec(statement)).toThrow('append-only');
    db.close();
  });

  it('0002 segments: opened up into ACUs, provenance, edits and hunks, to be folded', () => {
    expect(added(2)).toEqual(['acu', 'edit', 'hunk', 'provenance', 'segment', 'segment_by_draft']);
    const db = connectScratch();
    migrate(db, 'scratch', 2);
    expect(db.prepare('SELECT folded FROM head').pluck().get()).toBe(0);
    db.close();
  });

  it('0003 state: what is published, composed and written', () => {
    expect(added(3)).toEqual(['branch', 'composition', 'composition_acu', 'published_segment', 'source', 'source_segment', 'workspace']);
  });

  it('0004 conflicts: an empty graph that its digest agrees with', () => {
    expect(added(4)).toEqual(['conflict', 'conflict_graph']);
  });

  it('0005 blobs: raw or zlib, nothing else', () => {
    expect(added(5)).toEqual(['blob']);
    const db = connectScratch();
    migrate(db, 'scratch', 5);
    expect(() => db.exec(`INSERT INTO blob VALUES ('a', 1, 2, x'00')`)).toThrow('CHECK');
    db.close();
  });

  it('0007 changes: a published set without places, no sources, and pages that change the graph', () => {
    expect(added(7)).toEqual(['published']);
    expect(schemaAt(6).filter((name) => !schemaAt(7).includes(name))).toEqual(['published_segment', 'source', 'source_segment']);
  });

  it('0008 batches: the log packed, with all that a store of format 7 held', async () => {
    expect(added(8)).toEqual(['batch', 'batch_by_operation', 'batch_changing', 'batch_composing', 'batch_importing', 'batch_moving', 'batch_opening', 'batch_publishing', 'batch_remains', 'batch_settling', 'batch_stays', 'body', 'body_remains', 'body_stays', 'composition_mark']);
    expect(schemaAt(7).filter((name) => !schemaAt(8).includes(name))).toEqual(['composition_acu', 'event', 'event_by_kind', 'event_remains', 'event_stays', 'operation', 'operation_remains', 'operation_stays']);
    const empty = connectScratch();
    migrate(empty, 'scratch');
    expect(fsck(empty)).toEqual({ problems: [], events: 0 });
    empty.exec(`INSERT INTO batch VALUES (1, 1, 0, 1, 2, 1, x'00', x'00'); INSERT INTO body VALUES (1, x'00')`);
    for (const statement of ['UPDATE batch SET kinds = 1', 'DELETE FROM batch', 'UPDATE body SET event = 2', 'DELETE FROM body']) expect(() => empty.exec(statement), statement).toThrow('append-only');
    empty.close();

    // Made by the last program of format 7: imports, one of them killed, compositions, undos, a branch moved under an intent. Read here by SQL alone.
    const file = join(folder.path, 'format7.sqlite');
    writeFileSync(file, gunzipSync(readFileSync(new URL('./format7.sqlite.gz', import.meta.url))));
    const old = new Database(file);
    expect(old.pragma('user_version', { simple: true })).toBe(7);
    interface Row { readonly seq: number; readonly operation: number | null; readonly draft: number | null; readonly kind: string; readonly payload: Uint8Array }
    const rows = old.prepare('SELECT seq, operation, draft, kind, payload FROM event ORDER BY seq').all() as Row[];
    const operations = old.prepare('SELECT id, kind, description, time, target, command, first_event AS firstEvent, last_event AS lastEvent FROM operation ORDER BY id DESC').all();
    const bodies = new Map(rows.filter(({ kind }) => kind === 'segment-added').map(({ payload }) => [createHash('sha256').update(payload).digest('hex'), payload]));
    const head = old.prepare('SELECT operation, event, written FROM head').get();
    const views = Object.fromEntries(['acu', 'segment', 'provenance', 'published', 'branch', 'conflict_page', 'conflict_graph', 'replica', 'blob'].map((table) => [table, old.prepare(`SELECT * FROM ${table}`).raw().all()]));
    old.close();
    for (const [table, found] of Object.entries(views)) expect(found.length, table).toBeGreaterThan(0);
    const told = rows.map(({ seq, operation, draft, kind, payload }) => {
      const key = createHash('sha256').update(payload).digest('hex');
      return { seq, operation, draft, event: kind === 'segment-added' ? { kind, key, segment: unpackSegment(payload) } : { kind, ...(unpack(payload) as object) } as DomainEvent };
    });
    const stateAt = (end: number): WorkspaceState => foldState(told.filter(({ seq }) => seq <= end).map(({ event }) => event as DomainEvent));

    const store = await openStore(file);
    expect(await store.head()).toEqual(head);
    expect(await store.operations()).toEqual(operations);
    expect(await Array.fromAsync(store.events())).toEqual(told);
    expect(await store.state()).toEqual(stateAt(rows.length));
    for (const { id, lastEvent } of operations as { id: number; lastEvent: number }[]) expect(await store.stateAt(id)).toEqual(stateAt(lastEvent));
    expect(await store.segments([...bodies.keys()])).toEqual([...bodies.values()].map((payload) => unpackSegment(payload)));
    expect(await store.settleMoves(() => Promise.reject(new Error('all were settled')))).toBe(0);
    expect(await store.fsck()).toMatchObject({ ok: true, problems: [], events: rows.length });
    // It goes on, and what it had in its views it has.
    await store.append({ kind: 'compose', description: 'after', command: null, target: null, time: 1 }, [{ kind: 'composition-changed', composition: stateAt(rows.length).composition }], {}, (head as { event: number }).event);
    await store.close();
    const now = new Database(file, { readonly: true });
    for (const [table, found] of Object.entries(views)) expect(now.prepare(`SELECT * FROM ${table}`).raw().all(), table).toEqual(found);
    now.close();
  });

  it('0006 packed: pages and tables of the engine in place of rows, with what a store of format 5 held', async () => {
    expect(added(6)).toEqual(['conflict_page', 'replica']);
    expect(schemaAt(5).filter((name) => !schemaAt(6).includes(name))).toEqual(['conflict', 'edit', 'hunk']);

    // Made by the last program of format 5: imports, compositions, undos. What it holds is read here by SQL alone.
    const file = join(folder.path, 'format5.sqlite');
    writeFileSync(file, gunzipSync(readFileSync(new URL('./format5.sqlite.gz', import.meta.url))));
    const old = new Database(file);
    expect(old.pragma('user_version', { simple: true })).toBe(5);
    const rows = old.prepare('SELECT seq, kind, payload FROM event ORDER BY seq').all() as { seq: number; kind: string; payload: Uint8Array }[];
    const bodies = new Map(rows.filter(({ kind }) => kind === 'segment-added').map(({ payload }) => [createHash('sha256').update(payload).digest('hex'), unpack(payload)]));
    const graph = old.prepare(`SELECT a.id AS a, coalesce(b.id, 'base') AS b, conflict.kind, verdict, path, detail, inherited
      FROM conflict JOIN acu AS a ON a.event = a LEFT JOIN acu AS b ON b.event = b ORDER BY ordinal`).all() as { a: string; b: string; verdict: string }[];
    const at = old.prepare('SELECT operation FROM conflict_graph').pluck().get();
    const last = (kind: string): unknown => unpack(rows.findLast((row) => row.kind === kind)!.payload);
    const state = { ...last('repository-opened') as object, ...last('published') as object, ...last('composition-changed') as object };
    const blobs = old.prepare('SELECT oid FROM blob').pluck().all() as Oid[];
    old.close();
    expect([bodies.size, graph.length, blobs.length].every((n) => n > 0)).toBe(true);

    const store = await openStore(file);
    expect(await store.state()).toEqual({ ...state, recipes: [] });
    expect(await store.segments([...bodies.keys()])).toEqual([...bodies.values()]);
    expect((await Array.fromAsync(store.events({ kinds: ['segment-added'] }))).map(({ event }) => event)).toEqual([...bodies].map(([key, segment]) => ({ kind: 'segment-added', key, segment })));
    const edges = new Map(graph.map(({ a, b, verdict }) => [`${a} ${b} ${verdict}`, { a, b, verdict }]));
    expect(await Array.fromAsync(store.conflicts())).toEqual([...edges.values()]);
    expect(await store.conflictsAt()).toBe(at);
    for (const oid of blobs) expect(await store.blob(oid)).not.toBeNull();
    // A segment read back keeps the key of the form it is stored in, so that importing it again adds nothing.
    const [segment] = await store.segments([...bodies.keys()]);
    expect(store.keyOf(segment!)).toBe([...bodies.keys()][0]);
    expect(await store.fsck()).toMatchObject({ ok: true, problems: [] });
    await store.close();
  });

  it('0011 pages: nothing but the number, for pages that older versions do not read', () => {
    expect(added(11)).toEqual([]);
  });

  it('0012 pieces: nothing but the number; batches of format 11, packed or not, are read as they were', async () => {
    expect(added(12)).toEqual([]);
    // Made by the last program of format 11, with groups of operations whose commands differ in little. What that program read of it, as digests.
    const file = join(folder.path, 'format11.sqlite'), digest = (of: unknown): string => createHash('sha256').update(pack(of)).digest('hex');
    writeFileSync(file, gunzipSync(readFileSync(new URL('./format11.sqlite.gz', import.meta.url))));
    const old = new Database(file);
    expect(old.pragma('user_version', { simple: true })).toBe(11);
    expect(old.prepare('SELECT count(*) FROM batch WHERE operations > 1 AND length(bytes) < size').pluck().get()).toBe(1);
    const bytes = old.prepare('SELECT first, hash, bytes FROM batch').raw().all();
    old.close();
    const store = await openStore(file), before = await store.head();
    expect(before).toEqual({ operation: 212, event: 248, written: 248 });
    expect(digest(await store.operations())).toBe('3286c42483c8d37e38b1178c76f89da85ae9ae0f405964bd32e96b5bba161c1b');
    expect(digest(await Array.fromAsync(store.events()))).toBe('b85ccfb7b738a5ef8eeb926320e20194d86f59ea408d0e81b25394618a67bbe2');
    const { composition } = await store.state(), edits = [{ ...composition, acus: composition.acus.slice(1) }, composition];
    await store.appendAll(edits.map((now, n) => ({ operation: { kind: 'compose', description: piecesOf(['Left ', String(n)]), command: piecesOf(['acumen', 'compose', ...now.acus]), target: null, time: n }, events: [{ kind: 'composition-changed', composition: now }] })), before.event);
    const [last] = await store.operations({ limit: 1 });
    expect([last!.description, last!.command]).toEqual(['Left 1', `acumen compose ${composition.acus.join(' ')}`]);
    expect(await store.state()).toEqual(await store.stateAt(212));
    expect(await store.fsck()).toMatchObject({ ok: true, problems: [] });
    await store.close();
    const now = new Database(file, { readonly: true });
    expect(now.prepare('SELECT first, hash, bytes FROM batch WHERE first <= 248').raw().all(), 'the chain goes on where it was').toEqual(bytes);
    now.close();
  });

  it('0013 brief: nothing but the number; batches of format 12, packed or not, are read as they were', async () => {
    expect(added(13)).toEqual([]);
    // Made by the last program of format 12: calls of many operations and of one, edits of one to four ACUs and of the base. What that program read of it, as digests.
    const file = join(folder.path, 'format12.sqlite'), digest = (of: unknown): string => createHash('sha256').update(pack(of)).digest('hex');
    writeFileSync(file, gunzipSync(readFileSync(new URL('./format12.sqlite.gz', import.meta.url))));
    const old = new Database(file);
    expect(old.pragma('user_version', { simple: true })).toBe(12);
    expect(old.prepare('SELECT first, length(bytes) < size FROM batch WHERE operations > 1').raw().all()).toEqual([[37, 1], [437, 0]]);
    const bytes = old.prepare('SELECT first, hash, bytes FROM batch').raw().all();
    old.close();
    const store = await openStore(file), before = await store.head();
    expect(before).toEqual({ operation: 433, event: 459, written: 459 });
    expect(digest(await store.operations())).toBe('93d5b62afad28c6cd26332efbcad410e9bcb605cda3b8390c164aedaa0931d7f');
    expect(digest(await Array.fromAsync(store.events()))).toBe('fb1322bf4c5a9cc5554c3a9d3837cef4731852d9cc5cb3509ab8560f3f59b1d0');
    expect(digest(await store.state())).toBe('793c075f8a249d731f679a65ee6959d65e762f72d6d84939d42f587740c75208');
    const { composition } = await store.state(), without = { ...composition, acus: composition.acus.slice(1) };
    await store.appendAll([compositionChanged(composition, without), compositionChanged(without, composition)].map((event, n) => ({ operation: { kind: 'compose', description: piecesOf(['Left ', String(n)]), command: null, target: null, time: n }, events: [event] })), before.event);
    expect((await store.state()).composition).toEqual(composition);
    expect((await store.stateAt(434)).composition).toEqual(without);
    expect(await store.fsck()).toMatchObject({ ok: true, problems: [] });
    await store.close();
    const now = new Database(file, { readonly: true });
    expect(now.prepare('SELECT first, hash, bytes FROM batch WHERE first <= 459').raw().all(), 'the chain goes on where it was').toEqual(bytes);
    now.close();
  });
});

describe('a store of an older format', () => {
  const source = join(folder.path, 'source.sqlite');
  let digests: Record<string, string>;
  let state: WorkspaceState;
  let log: OldLog;
  beforeAll(async () => {
    const store = await openStore(source);
    const history = new History(store, new Random(31));
    for (let n = 0; n < 40; n++) await history.step();
    state = await store.state();
    await store.close();
    const db = connectWriter(source, 100);
    // The graph comes with the engine, not with the log: an older store has none.
    db.exec(`DELETE FROM conflict_page`);
    digests = viewDigests(db);
    log = oldLog(db);
    db.close();
  });

  function storeAt(version: number): { file: string; db: WriteDb } {
    const file = join(folder.path, `at${version}-${++files}.sqlite`);
    const db = connectWriter(file, 100);
    migrate(db, file, version);
    useWal(db);
    if (version < 8) putOldLog(db, log); else putLog(db, source);
    return { file, db };
  }

  it.each(migrations.slice(0, -1).map(({ version, name }) => [version, name]))('%i (%s), with a history, opens as if born today', async (version) => {
    const { file, db } = storeAt(version);
    db.close();
    const store = await openStore(file);
    // How many edits ago the composition was told whole is another: those formats always did.
    const { composition } = await store.digest();
    expect(await store.digest()).toEqual({ ...digests, composition });
    expect(await store.state()).toEqual(state);
    expect(await store.fsck()).toMatchObject({ ok: true, problems: [] });
    await store.close();
  });

  it('is not moved at all if one step fails', () => {
    const { file, db } = storeAt(3);
    db.exec('CREATE TABLE conflict_graph(in_the_way)');
    expect(() => migrate(db, file)).toThrow('conflict_graph');
    expect(versionOf(db)).toBe(3);
    expect(db.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'conflict'`).pluck().get()).toBe(0);
    db.exec('DROP TABLE conflict_graph');
    migrate(db, file);
    expect(versionOf(db)).toBe(newestVersion);
    db.close();
  });
});
