// Brings a store to the newest format: numbered steps, each in one transaction that also moves user_version. A step is
// never edited once released; a new one is added.
import { APPLICATION_ID, corrupt, refuseNewer, type ReadDb, type WriteDb } from '../connection.ts';
import { inTransaction, one, run } from '../sql.ts';
import { refold } from '../views.ts';
import { log } from './0001-log.ts';
import { segments } from './0002-segments.ts';
import { state } from './0003-state.ts';
import { conflicts } from './0004-conflicts.ts';
import { blobs } from './0005-blobs.ts';
import { packed } from './0006-packed.ts';
import { changes } from './0007-changes.ts';
import { batches } from './0008-batches.ts';
import { recipes } from './0009-recipes.ts';
import { resolutions } from './0010-resolutions.ts';
import { pages } from './0011-pages.ts';
import { pieces } from './0012-pieces.ts';
import { brief } from './0013-brief.ts';

export interface Migration {
  /** the user_version it leads to, and its place in the list */
  readonly version: number;
  readonly name: string;
  /** it adds or changes views: they are folded again from the log once the newest format is reached */
  readonly refold: boolean;
  readonly sql: string;
  /** what of the old format's content SQL alone cannot bring along; after `sql`, in the same transaction */
  convert?(db: WriteDb): void;
}

export const migrations: readonly Migration[] = [log, segments, state, conflicts, blobs, packed, changes, batches, recipes, resolutions, pages, pieces, brief];
export const newestVersion = migrations.length;

export function versionOf(db: WriteDb): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/** `upTo` is for the tests of each step. */
export function migrate(db: WriteDb, file: string, upTo = newestVersion): void {
  refuseNewer(file, versionOf(db), newestVersion);
  for (const migration of migrations.slice(0, upTo)) {
    if (versionOf(db) >= migration.version) continue;
    inTransaction(db, () => {
      // Another process may have come first while we waited for the lock.
      const version = versionOf(db);
      if (version >= migration.version) return;
      if (version !== migration.version - 1) throw corrupt(file, `format ${version} where ${migration.version - 1} was expected`);
      if (version === 0 && one<{ n: number }>(db, 'SELECT count(*) AS n FROM sqlite_schema')!.n > 0) throw corrupt(file, 'tables without a format number');
      db.exec(migration.sql);
      migration.convert?.(db);
      if (migration.refold) run(db, 'UPDATE head SET folded = 0');
      db.pragma(`user_version = ${migration.version}`);
      if (migration.version === 1) db.pragma(`application_id = ${APPLICATION_ID}`);
    });
  }
  if (upTo < newestVersion || isFolded(db)) return;
  inTransaction(db, () => {
    if (isFolded(db)) return;
    refold(db);
    run(db, 'UPDATE head SET folded = 1');
  });
}

/** Of a store of the newest format: whether its views hold everything in its log. */
export function isFolded(db: ReadDb): boolean {
  return one<{ folded: number }>(db, 'SELECT folded FROM head')?.folded === 1;
}
