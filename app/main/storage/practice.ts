// What a thread does while it waits for a store that is new: it makes the bytes that every new store begins with, which whoever creates it need not
// make then, and an import into them, in memory, so that the code of the first one has run before. Nothing of that is kept, and nobody hears of it.
import Database from 'better-sqlite3';
import type { AcuId, Oid } from '../../core/bytes.ts';
import { pack } from '../../core/segmentKey.ts';
import { applySettings, assertSettings, type WriteDb } from './connection.ts';
import { newStore } from './creation.ts';
import { Encoder } from './frames.ts';
import { checkEnd, segmentKeyOf } from './log.ts';
import { migrate } from './migrations/index.ts';
import { head } from './reads.ts';
import { inTransaction } from './sql.ts';
import { blobOid, Group } from './write.ts';

/** Segments of a batch, and batches: what runs less often than this has still to be compiled when an import of some hundred comes. */
const SEGMENTS = 50, BATCHES = 4;

const id = (n: number, digits = 64): string => n.toString(16).padStart(digits, '0');
/** Long enough to be packed in the log. */
const globs = ['*'.repeat(5000)];

/** In steps of some milliseconds: whoever has something else to do leaves it after any. `made` hears of the bytes. */
export function* practice(made: (image: Uint8Array<ArrayBuffer>) => void): Generator<void, void> {
  const image = newStore();
  yield;
  // a database in memory has no WAL
  image[18] = image[19] = 1;
  const db = new Database(Buffer.from(image)) as unknown as WriteDb;
  image[18] = image[19] = 2;
  made(image);
  try {
    yield;
    applySettings(db);
    migrate(db, '');
    checkEnd(db, '');
    const all: Uint8Array[] = [];
    for (let n = 0; n < BATCHES; n++) {
      const segments = Array.from({ length: SEGMENTS }, (_, i) => segment(n * SEGMENTS + i + 1));
      all.push(...segments);
      yield;
      committed(db, (group) => {
        const draft = group.beginImport({ base: id(0, 40) as Oid, grain: 'branch', globs }, []);
        group.stage(draft, segments, true);
      });
      yield;
    }
    committed(db, (group) => group.append(publishing(all)));
  } finally {
    db.close();
  }
}

function segment(n: number): Uint8Array {
  return pack({
    tip: id(n, 40), lower: [], standing: { kind: 'exact' }, acu: id(n), title: `title ${n}`, author: { name: `name ${n % 9}`, email: 'email' }, time: 1, commits: 1,
    edits: [], contexts: [{ context: 'base', edits: [] }], needs: [], renames: [],
  });
}

function committed(db: WriteDb, calls: (group: Group) => void): void {
  inTransaction(db, () => {
    assertSettings(db);
    const group = new Group(db);
    calls(group);
    group.turn();
    group.flush();
  });
  head(db);
}

/** As an import ends: all that it may bring. */
function publishing(segments: readonly Uint8Array[]): Parameters<Group['append']>[0] {
  const frames = new Encoder(), base = id(0, 40) as Oid, bytes = new Uint8Array(256);
  frames.frame();
  frames.operation({ kind: 'import', description: 'import', command: null, target: null, time: 1 }, 2);
  frames.event({ kind: 'repository-opened', gitDir: '/', objectFormat: 'sha1' }, () => 0);
  frames.event({ kind: 'published', published: { base, baseTree: base, baseName: 'main', grain: 'branch', globs, sources: [], skipped: [], segments: segments.map(segmentKeyOf) } }, () => 0);
  return {
    bytes: frames.take(), kinds: frames.mask, bodies: [],
    extras: [{ at: 0, conflicts: { acus: [id(1) as AcuId], pages: [{ count: 1, bytes }], gone: null }, replica: { version: 1, state: '', bytes }, blobs: [{ oid: blobOid(bytes, 40), bytes }] }],
  };
}
