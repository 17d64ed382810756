// The views: what each table means as a fold of the events. `Views` is the one place that folds, live and on replay: it holds what many
// events of one commit change, and writes it once. The conflict graph is here too, though the engine computes it: it comes with an operation.
import { createHash } from 'node:crypto';
import { toBytes, type AcuId } from '../../core/bytes.ts';
import { bug } from '../../core/errors.ts';
import type { Published, SegmentKey } from '../../core/events.ts';
import { pack, unpackHead, type SegmentHead } from '../../core/segmentKey.ts';
import type { ConflictPage, PackedConflicts } from './conflictPages.ts';
import type { ReadDb, WriteDb } from './connection.ts';
import type { Cursor } from './cursor.ts';
import { codeOf } from './frames.ts';
import { cursorOf, sha256, type BatchRow } from './log.ts';
import { all, one, run, type SqlValue } from './sql.ts';
import type { Replica } from './store.ts';

/** The tables that events alone determine, parents before children, with the order of their rows. */
export const foldedTables: readonly (readonly [table: string, order: string])[] = [
  ['acu', 'event'],
  ['segment', 'event'],
  ['provenance', 'acu, segment'],
  ['workspace', 'id'],
  ['published', 'segment'],
  ['composition', 'one'],
  ['composition_mark', 'event'],
  ['branch', 'ref'],
];

/** The composition is marked when so many edits have come since it was told whole, or as many as it has ACUs: what reading an earlier one costs. */
const MARK_EVERY = 512;

export interface CompositionRow { readonly id: string; readonly name: string; readonly base: string; readonly event: number; readonly edits: number; readonly acus: Uint8Array }
export const COMPOSITION = 'SELECT id, name, base, event, edits, acus FROM composition WHERE one = 1';

/** ACUs by their numbers, in order: numbers of seven bits to a byte, lowest first. */
export function packNumbers(numbers: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (let n of numbers) {
    for (; n >= 0x80; n = Math.floor(n / 128)) bytes.push(n % 128 | 0x80);
    bytes.push(n);
  }
  return Uint8Array.from(bytes);
}

export function unpackNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let i = 0, n = 0, scale = 1; i < bytes.length; i++) {
    n += (bytes[i]! & 0x7f) * scale;
    scale *= 128;
    if (bytes[i]! < 0x80) { numbers.push(n); n = 0; scale = 1; }
  }
  return numbers;
}

interface Composed { id: string; name: string; base: string; event: number; edits: number; acus: number[] }

export type NumberOfAcu = (id: AcuId) => number;

/** Of so many places and more, the machine's own move is faster than a loop. */
const MANY = 256;

/** Applies the event a cursor is at, of either kind, to a composition. `numberOf` is asked for ACUs that are told by their ids. */
export function composeEvent(cursor: Cursor, now: Composed, numberOf: NumberOfAcu): void {
  cursor.rewind();
  if (cursor.code === COMPOSED) {
    now.id = cursor.text();
    now.name = cursor.text();
    now.base = cursor.text();
    now.acus = [];
    for (let n = cursor.number(); n > 0; n--) now.acus.push(acu(cursor, numberOf));
    now.edits = 0;
  } else {
    const head = cursor.goes(), { acus } = now;
    if (head > 1) takeOut(cursor, acus, head >> 1);
    const count = cursor.comes();
    if (count === 1) putInOne(acus, acu(cursor, numberOf), cursor.number());
    else if (count > 1) putIn(cursor, acus, count, numberOf);
    if ((head & 1) === 1) now.base = cursor.text();
    now.edits++;
  }
  cursor.leave();
  now.event = cursor.seq;
}

const COMPOSED = codeOf['composition-changed'];

function acu(cursor: Cursor, numberOf: NumberOfAcu): number {
  const n = cursor.number();
  return n === 0 ? numberOf(cursor.id()) : n;
}

/** Takes what is at so many places, ascending, out of the list itself. */
function takeOut(cursor: Cursor, acus: number[], count: number): void {
  let to = cursor.number(), from = to + 1;
  for (let left = count; left > 1; left--) {
    const next = from - 1 + cursor.number();
    if (!(next >= from && next < acus.length)) throw notComposed();
    while (from < next) acus[to++] = acus[from++]!;
    from = next + 1;
  }
  if (!(from <= acus.length)) throw notComposed();
  if (acus.length - from > MANY) acus.copyWithin(to, from);
  else for (const { length } = acus; from < length;) acus[to++] = acus[from++]!;
  for (; count > 0; count--) acus.pop();
}

function putInOne(acus: number[], number: number, at: number): void {
  if (!(at <= acus.length)) throw noPlace();
  let i = acus.push(number) - 1;
  if (i - at > MANY) acus.copyWithin(at + 1, at, i);
  else for (; i > at; i--) acus[i] = acus[i - 1]!;
  acus[at] = number;
}

/** What comes, and where, until all of it is read: kept from one event to the next. */
const numbers: number[] = [], places: number[] = [];

/** From the last place on, so that each of the others moves once. */
function putIn(cursor: Cursor, acus: number[], count: number, numberOf: NumberOfAcu): void {
  let from = acus.length - 1, last = -1;
  for (let i = 0, at = 0; i < count; i++) {
    numbers[i] = acu(cursor, numberOf);
    at += cursor.number();
    if (!(at > last)) throw noPlace();
    places[i] = last = at;
  }
  if (last > from + count) throw noPlace();
  for (let i = 0; i < count; i++) acus.push(numbers[i]!);
  for (let to = acus.length - 1; count > 0; to--) {
    if (to > places[count - 1]!) acus[to] = acus[from--]!;
    else acus[to] = numbers[--count]!;
  }
}

const notComposed = (): Error => bug('a change takes away what is not composed');
const noPlace = (): Error => bug('a change puts an ACU where there is no place');

export interface Mark { readonly event: number; readonly id: string; readonly name: string; readonly base: string; readonly acus: Uint8Array }

/** Where one is due after the event that was just applied. */
export function markOf(now: Composed): Mark | null {
  if (now.edits < MARK_EVERY || now.edits < now.acus.length) return null;
  now.edits = 0;
  return { event: now.event, id: now.id, name: now.name, base: now.base, acus: packNumbers(now.acus) };
}

export const nothingComposed = (): Composed => ({ id: 'main', name: 'Composition', base: '', event: 0, edits: 0, acus: [] });

/** Folds events into the views. Deterministic: the same events in the same order give the same rows, however they are cut into commits. */
export class Views {
  readonly #db: WriteDb;
  #composed: Composed | null = null;
  #marks: Mark[] = [];
  readonly #numbers = new Map<AcuId, number>();

  constructor(db: WriteDb) { this.#db = db; }

  /** `segment`: what the event brings; null where it brings none, or one that is stored already. */
  apply(cursor: Cursor, segment: SegmentHead | null = null): void {
    const db = this.#db;
    switch (cursor.code) {
      case codeOf['composition-edited']: case codeOf['composition-changed']: return this.compose(cursor);
      case codeOf['repository-opened']: {
        const { gitDir, objectFormat } = cursor.facts('repository-opened');
        run(db, 'INSERT INTO workspace(id, git_dir, object_format) VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET git_dir = excluded.git_dir, object_format = excluded.object_format', gitDir, objectFormat);
        return;
      }
      case codeOf['segment-added']: return this.#addSegment(cursor, segment);
      case codeOf['published']: return publish(db, cursor.facts('published').published, cursor.seq);
      case codeOf['publication-changed']: {
        const { segments } = cursor.facts('publication-changed').change;
        for (const key of segments.gone) run(db, 'DELETE FROM published WHERE segment = (SELECT event FROM segment WHERE key = ?)', key);
        for (const key of segments.come) publishSegment(db, key);
        return;
      }
      case codeOf['branch-written']: {
        const { ref, before, after, tree } = cursor.facts('branch-written');
        run(db, 'INSERT OR REPLACE INTO branch(ref, before, after, tree, event) VALUES (?, ?, ?, ?, ?)', ref, before, after, tree, cursor.seq);
      }
    }
  }

  compose(cursor: Cursor): void {
    const now = this.#composed ??= composition(this.#db);
    composeEvent(cursor, now, (id) => this.#numberOf(id));
    const mark = markOf(now);
    if (mark !== null) this.#marks.push(mark);
  }

  /** Forgets what was not written yet. */
  drop(): void {
    this.#composed = null;
    this.#marks = [];
    this.#numbers.clear();
  }

  flush(): void {
    const db = this.#db, now = this.#composed;
    for (const { event, id, name, base, acus } of this.#marks) run(db, 'INSERT INTO composition_mark(event, id, name, base, acus) VALUES (?, ?, ?, ?, ?)', event, id, name, base, acus);
    this.#marks = [];
    if (now === null || now.event === 0) return;
    run(db, 'INSERT OR REPLACE INTO composition(one, id, name, base, event, edits, acus) VALUES (1, ?, ?, ?, ?, ?, ?)', now.id, now.name, now.base, now.event, now.edits, packNumbers(now.acus));
  }

  /** A segment that is known already changes nothing: the first one stands. */
  #addSegment(cursor: Cursor, segment: SegmentHead | null): void {
    const db = this.#db, { key, seq } = cursor;
    if (segment === null) {
      if (one(db, 'SELECT 1 FROM segment WHERE key = ?', key) === undefined) throw bug('a segment is added without its body', { key });
      return;
    }
    if (segment.acu !== cursor.acu) throw bug('a segment is added as another ACU', { key });
    let acu: number | null = null;
    if (segment.acu !== null) acu = run(db, 'INSERT OR IGNORE INTO acu(event, id) VALUES (?, ?)', seq, segment.acu) === 1 ? seq : acuNumber(db, segment.acu);
    run(db, 'INSERT INTO segment(event, key, tip, acu, standing, draft) VALUES (?, ?, ?, ?, ?, ?)', seq, key, segment.tip, acu, segment.standing.kind, cursor.draft === 0 ? null : cursor.draft);
    if (acu === null) return;
    run(db, 'INSERT INTO provenance(acu, segment, title, author_name, author_email, time, commits) VALUES (?, ?, ?, ?, ?, ?, ?)',
      acu, seq, toBytes(segment.title), toBytes(segment.author.name), toBytes(segment.author.email), segment.time, segment.commits);
  }

  #numberOf(id: AcuId): number {
    let number = this.#numbers.get(id);
    if (number === undefined) this.#numbers.set(id, (number = acuNumber(this.#db, id)));
    return number;
  }
}

export function composition(db: ReadDb): Composed {
  const row = one<CompositionRow>(db, COMPOSITION);
  return row === undefined ? nothingComposed() : { ...row, acus: unpackNumbers(row.acus) };
}

function publish(db: WriteDb, published: Published | null, seq: number): void {
  run(db, 'DELETE FROM published');
  run(db, 'INSERT INTO workspace(id, published) VALUES (1, ?) ON CONFLICT DO UPDATE SET published = excluded.published', seq);
  for (const key of published?.segments ?? []) publishSegment(db, key);
}

function publishSegment(db: WriteDb, key: SegmentKey): void {
  if (run(db, 'INSERT INTO published(segment) SELECT event FROM segment WHERE key = ?', key) === 0) throw bug('a segment is published that was never stored', { key });
}

export function acuNumber(db: ReadDb, id: AcuId): number {
  const acu = one<{ event: number }>(db, 'SELECT event FROM acu WHERE id = ?', id);
  if (acu === undefined) throw bug('an ACU is named that was never stored', { id });
  return acu.event;
}

/** Batches a page: a connection that iterates cannot write. */
const PAGE = 16;

/** Folds the whole log of `log` into the empty views of `db`. */
export function foldLog(log: ReadDb, db: WriteDb): void {
  const views = new Views(db);
  for (let from = 1; ;) {
    const page = all<BatchRow>(log, 'SELECT first, events, operation, operations, kinds, size, hash, bytes FROM batch WHERE first >= ? ORDER BY first LIMIT ?', from, PAGE);
    for (const row of page) {
      const cursor = cursorOf(row);
      while (cursor.next()) {
        const body = cursor.code === codeOf['segment-added'] ? one<{ bytes: Uint8Array }>(log, 'SELECT bytes FROM body WHERE event = ?', cursor.seq) : undefined;
        views.apply(cursor, body === undefined ? null : unpackHead(body.bytes));
      }
      from = row.first + row.events;
    }
    if (page.length < PAGE) break;
  }
  views.flush();
}

/** Empties the folded views and folds the whole log again. */
export function refold(db: WriteDb): void {
  for (const [table] of foldedTables.toReversed()) run(db, `DELETE FROM ${table}`);
  foldLog(db, db);
}

/** The stored conflict graph, as a commit changes it: its pages at once, its own row when all have come. */
export class Graph {
  readonly #db: WriteDb;
  #row: GraphRow | null = null;
  #changed = false;

  constructor(db: WriteDb) { this.#db = db; }

  /** What `restore` goes back to. */
  get row(): GraphRow | null { return this.#row; }
  restore(row: GraphRow | null): void { this.#row = row; }

  /** Replaces it by that of the state after `operation`; with `gone`, puts what came behind it. */
  put(operation: number, { acus, pages, gone }: PackedConflicts): void {
    const db = this.#db;
    for (const id of acus) acuNumber(db, id);
    this.#changed = true;
    const count = pages.reduce((n, page) => n + page.count, 0);
    if (gone === null) {
      run(db, 'DELETE FROM conflict_page');
      pages.forEach((page, ordinal) => run(db, 'INSERT INTO conflict_page(ordinal, count, bytes) VALUES (?, ?, ?)', ordinal, page.count, page.bytes));
      this.#row = { operation, whole: operation, count, digest: graphDigest(operation, pages), pages: pages.length };
      return;
    }
    const row = this.#row ?? one<GraphRow>(db, 'SELECT operation, whole, count, digest, (SELECT coalesce(max(ordinal), -1) + 1 FROM conflict_page) AS pages FROM conflict_graph')!;
    let { digest } = row;
    pages.forEach((page, n) => {
      const change = { ...page, operation, gone: n === 0 ? gone : NONE_GONE };
      run(db, 'INSERT INTO conflict_page(ordinal, count, bytes, gone, operation) VALUES (?, ?, ?, ?, ?)', row.pages + n, change.count, change.bytes, change.gone, operation);
      digest = changeDigest(digest, change);
    });
    this.#row = { ...row, operation, count: row.count + count, digest, pages: row.pages + pages.length };
  }

  flush(): void {
    if (!this.#changed || this.#row === null) return;
    const { operation, whole, count, digest } = this.#row;
    run(this.#db, 'UPDATE conflict_graph SET operation = ?, whole = ?, count = ?, digest = ?', operation, whole, count, digest);
  }
}

export interface GraphRow { readonly operation: number; readonly whole: number; readonly count: number; readonly digest: Uint8Array; readonly pages: number }

/** All of it in place of what was: as migrations do. */
export function putConflicts(db: WriteDb, operation: number, conflicts: PackedConflicts): void {
  const graph = new Graph(db);
  graph.put(operation, conflicts);
  graph.flush();
}

const NONE_GONE = pack([]);

/** A page as it is stored; of the graph as a whole where `gone` is null, else of a change to it. */
export interface StoredPage extends ConflictPage { readonly gone: Uint8Array | null; readonly operation: number | null }

export const PAGES = 'SELECT count, bytes, gone, operation FROM conflict_page ORDER BY ordinal';

/** SHA-256 over whose state it is, and each page's count and bytes. */
export function graphDigest(operation: number, pages: Iterable<ConflictPage>): Uint8Array {
  const hash = createHash('sha256').update(`${operation}\n`);
  for (const { count, bytes } of pages) hash.update(`${count} ${bytes.length}\n`).update(bytes);
  return new Uint8Array(hash.digest());
}

/** SHA-256 over the digest before, and the change. */
function changeDigest(before: Uint8Array, { count, bytes, gone, operation }: StoredPage): Uint8Array {
  return sha256(before, `${operation} ${count} ${gone!.length} ${bytes.length}\n`, gone!, bytes);
}

/** Of the whole graph and each change behind it. */
export function storedDigest(whole: number, pages: readonly StoredPage[]): Uint8Array {
  const first = pages.findIndex(({ gone }) => gone !== null), end = first < 0 ? pages.length : first;
  return pages.slice(end).reduce(changeDigest, graphDigest(whole, pages.slice(0, end)));
}

/** Keeps the engine's tables over one published state, in place of those over another. */
export function putReplica(db: WriteDb, { version, state, bytes }: Replica): void {
  run(db, 'INSERT OR REPLACE INTO replica(id, version, state, digest, bytes) VALUES (1, ?, ?, ?, ?)', version, state, sha256(bytes), bytes);
}

export function tableDigest(db: ReadDb, table: string, order: string): Uint8Array {
  const hash = createHash('sha256');
  for (const row of rows(db, table, order)) hash.update(pack(row));
  return new Uint8Array(hash.digest());
}

/** A table's rows as arrays, in the given order. */
export function rows(db: ReadDb, table: string, order: string): IterableIterator<SqlValue[]> {
  return db.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).raw().iterate() as IterableIterator<SqlValue[]>;
}

/** SHA-256 of each view's rows, in hex: equal states have equal digests. */
export function viewDigests(db: ReadDb): Record<string, string> {
  const tables = [...foldedTables, ['conflict_page', 'ordinal'] as const];
  return Object.fromEntries(tables.map(([table, order]) => [table, Buffer.from(tableDigest(db, table, order)).toString('hex')]));
}
