// Danger: fsck says ok to a damaged store. Each row of the table below plants one damage with plain SQL, behind the store's
// back, in every table there is; fsck must name it. A healthy store must pass, or the finding would be worth nothing.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { compositionOf, conflictOf, publishedOf, randomAcuId, randomBytes, randomOid, randomSegment, scratchFolder } from '../../../testkit/store.ts';
import { newBlob, newOperation } from '../../../testkit/storeHistory.ts';
import { connectReader } from './connection.ts';
import { fsck } from './fsck.ts';
import { batchHash, type BatchRow } from './log.ts';
import { migrations } from './migrations/index.ts';
import { openStore } from './store.ts';

const folder = scratchFolder('fsck');
afterAll(() => folder.remove());
const healthy = join(folder.path, 'healthy.sqlite');
let copies = 0;

/** A store with rows in every table. */
beforeAll(async () => {
  const random = new Random(21);
  const store = await openStore(healthy);
  await store.append(newOperation('open'), [{ kind: 'repository-opened', gitDir: '/r/.git', objectFormat: 'sha1' }]);
  const segments = Array.from({ length: 40 }, () => {
    const segment = randomSegment(random);
    return { ...segment, acu: randomAcuId(random) };
  });
  const keys = await store.stage(await store.beginImport({ base: randomOid(random), grain: 'branch', globs: [] }), segments);
  const acus = segments.map(({ acu }) => acu);
  await store.append(newOperation('import'), [{ kind: 'published', published: publishedOf(random, segments, keys) }], { conflicts: Array.from({ length: 9 }, () => conflictOf(random, acus)), replica: { version: 1, state: random.hex(64), bytes: randomBytes(random, 900) } });
  // Enough that the composition is marked.
  await store.appendAll(Array.from({ length: 600 }, (_, n) => ({ operation: newOperation('compose'), events: [{ kind: 'composition-edited', change: n % 2 === 0 ? { gone: [], come: [acus[n % 40]!], at: [0] } : { gone: [0], come: [], at: [] } }] })));
  await store.append(newOperation('compose'), [{ kind: 'composition-changed', composition: compositionOf(acus.slice(0, 4), randomOid(random)) }], { blobs: [newBlob(new Uint8Array(5000)), newBlob(new Uint8Array([1, 2, 3]))] });
  await store.append(newOperation('write-branch'), [{ kind: 'branch-written', ref: 'refs/heads/out', before: null, after: randomOid(random), tree: randomOid(random), acus: acus.slice(0, 4) }]);
  await store.append(newOperation('undo', 'undo', 3), [{ kind: 'composition-changed', composition: compositionOf(acus.slice(2, 5), '' as never) }]);
  await store.close();
});

/** What fsck says of a copy with this damage done to it. */
function after(damage: (db: Database.Database) => void): string[] {
  const file = join(folder.path, `damaged${++copies}.sqlite`);
  copyFileSync(healthy, file);
  const db = new Database(file);
  db.pragma('foreign_keys = OFF');
  db.pragma('journal_mode = DELETE');
  for (const table of ['batch', 'body']) db.exec(`DROP TRIGGER ${table}_stays; DROP TRIGGER ${table}_remains`);
  damage(db);
  db.close();
  return problemsOf(file);
}

function problemsOf(file: string): string[] {
  const db = connectReader(file, 1000);
  try {
    return fsck(db).problems;
  } finally {
    db.close();
  }
}

/** Table, statement, what the finding must say. Statements that hit no row fail the test. */
const damages: readonly (readonly [table: string, sql: string, says: RegExp])[] = [
  ['batch', `UPDATE batch SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'00' AS BLOB) WHERE first = (SELECT max(first) FROM batch)`, /log: batch \d+ breaks the chain/],
  ['batch', `UPDATE batch SET bytes = CAST(substr(bytes, 1, 20) || x'ff' || substr(bytes, 22) AS BLOB) WHERE first = 1`, /log: batch 1 breaks the chain/],
  ['batch', `UPDATE batch SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) AS BLOB) WHERE first = 1`, /log: batch 1 breaks the chain/],
  ['batch', `UPDATE batch SET kinds = kinds | 4 WHERE first = 1`, /batch 1 breaks the chain/],
  ['batch', `UPDATE batch SET kinds = 0 WHERE first = (SELECT max(first) FROM batch)`, /does not hold what it says/],
  ['batch', `UPDATE batch SET operation = operation + 1 WHERE first = (SELECT max(first) FROM batch)`, /operation \d+ is missing/],
  ['batch', `UPDATE batch SET operations = operations + 1 WHERE first = (SELECT max(first) FROM batch)`, /does not hold what it says/],
  ['batch', `UPDATE batch SET events = events + 1 WHERE first = 1`, /does not hold what it says/],
  ['batch', `UPDATE batch SET size = size + 1 WHERE first = 1`, /batch 1 breaks the chain/],
  ['batch', `UPDATE batch SET size = size + 1 WHERE size > length(bytes)`, /batch \d+ breaks the chain/],
  ['batch', `UPDATE batch SET size = size - 1 WHERE size > length(bytes)`, /batch \d+ breaks the chain/],
  ['batch', `UPDATE batch SET hash = zeroblob(32) WHERE first = 1`, /batch 1 breaks the chain/],
  ['batch', `DELETE FROM batch WHERE first = 2`, /event 2 is missing/],
  ['batch', `DELETE FROM batch WHERE first = (SELECT max(first) FROM batch)`, /the head is not the end of the log/],
  ['batch', `INSERT INTO batch SELECT first + events, events, operation + operations, operations, kinds, size, zeroblob(32), bytes FROM batch ORDER BY first DESC LIMIT 1`, /breaks the chain/],
  ['body', `UPDATE body SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'00' AS BLOB) WHERE event = 4`, /segments: the segment of event 4 does not have its key/],
  ['body', `DELETE FROM body WHERE event = 5`, /segments: the segment of event 5 has no body/],
  ['body', `UPDATE body SET event = 99 WHERE event = 6`, /segments: the segment of event 6 has no body/],
  ['head', `UPDATE head SET hash = zeroblob(32)`, /the head is not the end of the log/],
  ['head', `UPDATE head SET operation = operation + 1`, /the head is not the end of the log/],
  ['head', `UPDATE head SET folded = 0`, /never folded/],
  ['head', `DELETE FROM head`, /no head row/],
  ['acu', `UPDATE acu SET id = replace(id, substr(id, 1, 8), '00000000') WHERE event = 3`, /acu differs from the log/],
  ['acu', `DELETE FROM acu WHERE event = (SELECT max(event) FROM acu)`, /references: a row of .* refers to nothing in acu/],
  ['segment', `UPDATE segment SET key = 'x' || substr(key, 2) WHERE event = 3`, /segment differs from the log at row 1/],
  ['segment', `UPDATE segment SET standing = 'stale' WHERE event = 4`, /segment differs from the log at row 2/],
  ['segment', `UPDATE segment SET tip = 'x' WHERE event = 5`, /segment differs/],
  ['segment', `UPDATE segment SET draft = NULL WHERE event = 5`, /segment differs/],
  ['provenance', `UPDATE provenance SET author_email = x'00' WHERE segment = 6`, /provenance differs/],
  ['provenance', `DELETE FROM provenance WHERE segment = 6`, /provenance differs/],
  ['workspace', `UPDATE workspace SET published = 2`, /workspace differs/],
  ['workspace', `UPDATE workspace SET git_dir = '/other/.git'`, /workspace differs/],
  ['workspace', `DELETE FROM workspace`, /workspace differs/],
  ['published', `DELETE FROM published WHERE segment = (SELECT max(segment) FROM published)`, /published differs from the log at row/],
  ['composition', `UPDATE composition SET base = 'x'`, /composition differs/],
  ['composition', `UPDATE composition SET acus = CAST(substr(acus, 2) AS BLOB)`, /composition differs/],
  ['composition', `UPDATE composition SET edits = edits + 1`, /composition differs/],
  ['composition', `UPDATE composition SET event = event - 1`, /composition differs/],
  ['composition_mark', `UPDATE composition_mark SET base = 'x'`, /composition_mark differs/],
  ['composition_mark', `DELETE FROM composition_mark`, /composition_mark differs/],
  ['branch', `UPDATE branch SET after = before`, /branch differs/],
  ['conflict_page', `UPDATE conflict_page SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'04' AS BLOB)`, /the graph is not the one stored/],
  ['conflict_page', `DELETE FROM conflict_page WHERE ordinal = 0`, /the graph is not the one stored/],
  ['conflict_page', `UPDATE conflict_page SET count = count + 1`, /the graph is not the one stored/],
  ['replica', `UPDATE replica SET bytes = CAST(bytes || x'00' AS BLOB)`, /replica: the engine's tables have another hash/],
  ['replica', `UPDATE replica SET digest = zeroblob(32)`, /replica: the engine's tables have another hash/],
  ['conflict_graph', `UPDATE conflict_graph SET count = 0`, /the graph is not the one stored/],
  ['conflict_graph', `UPDATE conflict_graph SET operation = 9999`, /an operation that never was/],
  ['conflict_graph', `DELETE FROM conflict_graph`, /the graph is missing/],
  ['blob', `UPDATE blob SET bytes = x'010204' WHERE size = 3`, /has other content/],
  ['blob', `UPDATE blob SET bytes = substr(bytes, 1, 8) WHERE size = 5000`, /cannot be read/],
  ['blob', `UPDATE blob SET size = 10 WHERE size = 5000`, /cannot be read/],
  ['blob', `UPDATE blob SET coding = 0 WHERE coding = 1`, /has other content/],
  ['blob', `UPDATE blob SET oid = '0' || substr(oid, 2)`, /has other content/],
];

describe('fsck', () => {
  it('finds nothing in a healthy store', () => {
    expect(problemsOf(healthy)).toEqual([]);
  });

  it('is tried on every table', () => {
    const db = new Database(healthy, { readonly: true });
    const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all();
    for (const table of tables as string[]) expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), `rows in ${table}`).toBeGreaterThan(0);
    db.close();
    expect([...new Set(damages.map(([table]) => table))].toSorted()).toEqual(tables.toSorted());
    expect(migrations.length, 'a new migration may bring a table').toBe(13);
  });

  it.each(damages)('%s: %s', (_, sql, says) => {
    const problems = after((db) => expect(db.prepare(sql).run().changes).toBeGreaterThan(0));
    expect(problems.join('\n')).toMatch(says);
  });

  it('a batch rewritten together with its own hash: the next one tells', () => {
    const problems = after((db) => {
      const row = db.prepare('SELECT * FROM batch WHERE first = 2').get() as BatchRow, { hash } = db.prepare('SELECT hash FROM batch WHERE first = 1').get() as BatchRow;
      expect(new Uint8Array(row.hash)).toEqual(batchHash(hash, row, row.bytes));
      const bytes = new Uint8Array(row.bytes);
      // a letter of the name of the base that is imported onto
      bytes[12] = bytes[12]! ^ 1;
      db.prepare('UPDATE batch SET bytes = ?, hash = ? WHERE first = 2').run(bytes, batchHash(hash, row, bytes));
    });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^log: batch \d+ breaks the chain$/);
  });

  it('an event rewritten together with the view it is folded into', () => {
    const problems = after((db) => {
      const bytes = new Uint8Array((db.prepare('SELECT bytes FROM batch WHERE first = 1').get() as BatchRow).bytes), at = Buffer.from(bytes).indexOf('/r/.git');
      bytes.set(Buffer.from('/x/.git'), at);
      db.prepare('UPDATE batch SET bytes = ? WHERE first = 1').run(bytes);
      db.prepare(`UPDATE workspace SET git_dir = '/x/.git'`).run();
    });
    expect(problems).toEqual(['log: batch 1 breaks the chain']);
  });

  it('a byte anywhere in the file', () => {
    const random = new Random(4);
    const file = join(folder.path, 'flipped.sqlite');
    const bytes = readFileSync(healthy);
    let found = 0;
    const rounds = 60;
    const used = usedBytes(bytes);
    for (let n = 0; n < rounds; n++) {
      const flipped = Buffer.from(bytes);
      const at = random.pick(used);
      flipped[at] = flipped[at]! ^ 0x11;
      writeFileSync(file, flipped);
      let problems: string[];
      try {
        problems = problemsOf(file);
      } catch (error) {
        problems = [String(error)];
      }
      if (problems.length > 0) found++;
    }
    // Not every byte bears content: free space inside a page, comments in the schema's text. Those that do are nearly all.
    expect(found).toBeGreaterThan(rounds * 0.7);
  });
});

/** Offsets in pages but the first that hold something: zeros are mostly free space. */
function usedBytes(bytes: Buffer): number[] {
  const out: number[] = [];
  for (let at = 4096; at < bytes.length; at++) if (bytes[at] !== 0) out.push(at);
  return out;
}
