// Danger: a store opens with tables that its segments do not give: of another state, of another version, or damaged. Whatever is
// kept for a faster opening must be what building from the segments gives, and be told apart where it is not.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { numbered, smallRepository } from '../../../testkit/small.ts';
import { tempDir } from '../../../testkit/git.ts';
import { Engine } from '../../core/engine.ts';
import { VERSION } from '../../core/tables.ts';
import { Workspace } from './workspace.ts';

const temp = tempDir('replica');
afterAll(() => temp.remove());
let stores = 0;

async function imported(): Promise<{ file: string; workspace: Workspace; repo: ReturnType<typeof smallRepository> }> {
  const repo = smallRepository(join(temp.path, `repository${++stores}`));
  for (let n = 1; n <= 4; n++) repo.branch(`b${n}`, { 'a.txt': numbered(20, { [3 * n]: `b${n}` }) });
  const file = join(temp.path, `store${stores}`);
  const workspace = await Workspace.open(file, { env: {} });
  await importAgain(workspace, repo.path);
  return { file, workspace, repo };
}

const importAgain = (workspace: Workspace, path: string): Promise<unknown> => workspace.call('import', { ticket: 'import', path, base: null, refs: [], grain: 'branch' });

/** The kept tables, which must be those that the segments give. */
async function kept({ store, view }: Workspace): Promise<Uint8Array | null> {
  const { published } = view.state;
  if (published === null) return null;
  const tables = await store.replica(VERSION, store.publishedKey(published));
  if (tables !== null) expect(Buffer.compare(tables, Engine.from(published, await store.segments(published.segments)).encode())).toBe(0);
  return tables;
}

test('the tables of the published state are kept with every operation that publishes, and opening reads them', async () => {
  const { file, workspace, repo } = await imported();
  const first = await kept(workspace);
  expect(first).not.toBeNull();
  repo.branch('b5', { 'b.txt': numbered(3) });
  await importAgain(workspace, repo.path);
  const second = await kept(workspace);
  expect(second).not.toEqual(first);
  await workspace.call('undo', { ticket: 'undo' });
  expect(await kept(workspace)).toEqual(first);
  await workspace.call('redo', { ticket: 'redo' });
  expect(await kept(workspace)).toEqual(second);
  const { digest } = workspace.engine;
  await workspace.close();
  const again = await Workspace.open(file, { readOnly: true, env: {} });
  expect(again.engine.digest).toBe(digest);
  expect(await again.call('fsck', { ticket: 'fsck' })).toMatchObject({ ok: true });
  await again.close();
});

function change(file: string, sql: string, ...values: unknown[]): void {
  const db = new Database(file);
  expect(db.prepare(sql).run(...values).changes).toBe(1);
  db.close();
}

test('tables of another version or state are passed over, and the engine is built from the segments', async () => {
  for (const sql of ['UPDATE replica SET version = version + 1', `UPDATE replica SET state = 'another'`, 'DELETE FROM replica']) {
    const { file, workspace } = await imported();
    const { digest } = workspace.engine;
    await workspace.close();
    change(file, sql);
    const again = await Workspace.open(file, { readOnly: true, env: {} });
    expect(again.engine.digest, sql).toBe(digest);
    expect(await kept(again)).toBeNull();
    await again.close();
  }
});

test('damaged tables are refused, and wrong ones with a good hash are found by fsck', async () => {
  const { file, workspace } = await imported();
  const tables = Buffer.from((await kept(workspace))!);
  await workspace.close();
  // one name in them, changed for another of its length
  const wrong = Buffer.from(tables.toString('latin1').replaceAll('b4', 'bX'), 'latin1');
  expect(Buffer.compare(wrong, tables)).not.toBe(0);
  change(file, 'UPDATE replica SET bytes = ?', wrong);
  await expect(Workspace.open(file, { readOnly: true, env: {} })).rejects.toMatchObject({ code: 'store-corrupt' });
  change(file, 'UPDATE replica SET digest = ?', createHash('sha256').update(wrong).digest());
  const again = await Workspace.open(file, { readOnly: true, env: {} });
  const { ok, problems } = await again.call('fsck', { ticket: 'fsck' });
  expect([ok, problems]).toEqual([false, expect.arrayContaining([expect.stringMatching(/^replica: /)])]);
  await again.close();
});
