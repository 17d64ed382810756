// Dangers: telemetry that keeps a workspace from opening (damaged, of another version, locked, deleted while in use), or that harms a file
// which is not ours.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TelemetryFile, telemetryPath } from './file.ts';
import { removeFolder } from '../../../../testkit/folder.ts';

let folder = '';
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'acumen-telemetry-')); });
afterEach(() => { removeFolder(folder); });
const path = () => join(folder, 'store.sqlite.telemetry');
const body = (text: string) => new TextEncoder().encode(text);

test('lies beside the store, is made for who writes, and not for who only looks', () => {
  expect(telemetryPath(join(folder, 'store.sqlite'))).toBe(path());
  expect(TelemetryFile.open(path())).toBeNull();
  const file = TelemetryFile.open(path(), { writer: 'test' });
  expect(file.keep('a', 1, body('x'))).toBe(true);
  const reader = TelemetryFile.open(path())!;
  expect(reader.kept('a')).toEqual({ at: 1, body: Buffer.from('x') });
  expect(reader.writer).toBe(0);
  expect(() => reader.keep('a', 2, body('y'))).toThrow(expect.objectContaining({ code: 'store-read-only' }));
  reader.close();
  file.close();
});

test('several write at once, each under its own number', () => {
  const files = [1, 2, 3].map(() => TelemetryFile.open(path(), { writer: 'test' }));
  expect(new Set(files.map((f) => f.writer)).size).toBe(3);
  for (const [i, f] of files.entries()) expect(f.keep(`n/${i}`, i, body('x'))).toBe(true);
  expect(files[0]!.keptNames('n/')).toEqual(['n/0', 'n/1', 'n/2']);
  expect(files[0]!.keptNames('m/')).toEqual([]);
  expect(files[1]!.forget('n/0')).toBe(true);
  expect(files[2]!.kept('n/0')).toBeNull();
  for (const f of files) f.close();
});

test('who meets a lock is told so, has written nothing, and may try again', () => {
  const file = TelemetryFile.open(path(), { writer: 'test' });
  const other = new Database(path());
  other.exec('BEGIN IMMEDIATE');
  expect(file.keep('a', 1, body('x'))).toBe(false);
  other.exec('ROLLBACK');
  other.close();
  expect(file.keep('a', 1, body('x'))).toBe(true);
  file.close();
});

test('a damaged file, or one of an older format, is replaced', () => {
  writeFileSync(path(), Buffer.alloc(8192, 7));
  TelemetryFile.open(path(), { writer: 'test' }).close();
  const old = new Database(path());
  old.pragma('user_version = 0');
  old.close();
  expect(() => TelemetryFile.open(path())).toThrow(expect.objectContaining({ code: 'store-corrupt' }));
  const file = TelemetryFile.open(path(), { writer: 'test' });
  expect(file.writer).toBe(1);
  file.close();
});

test('a file of another program, or of a newer Acumen, is left as it is', () => {
  const other = new Database(path());
  other.exec('CREATE TABLE t (x)');
  other.close();
  const before = readFileSync(path());
  expect(() => TelemetryFile.open(path(), { writer: 'test' })).toThrow(expect.objectContaining({ code: 'store-not-a-database' }));
  expect(readFileSync(path()).equals(before)).toBe(true);
  rmSync(path());
  TelemetryFile.open(path(), { writer: 'test' }).close();
  const newer = new Database(path());
  newer.pragma('user_version = 99');
  newer.close();
  expect(() => TelemetryFile.open(path(), { writer: 'test' })).toThrow(expect.objectContaining({ code: 'store-newer' }));
});

test.skipIf(process.platform === 'win32')('(not on Windows, where an open file cannot be deleted) a file deleted while in use is missed, and can be made anew', () => {
  const file = TelemetryFile.open(path(), { writer: 'test' });
  expect(file.isInPlace).toBe(true);
  for (const end of ['', '-wal', '-shm']) rmSync(`${path()}${end}`, { force: true });
  expect(file.isInPlace).toBe(false);
  const again = TelemetryFile.open(path(), { writer: 'test' });
  expect(file.isInPlace).toBe(false);
  expect(again.isInPlace).toBe(true);
  file.close();
  again.close();
});

test('one in memory goes with its process', () => {
  const file = TelemetryFile.open(':memory:', { writer: 'test' });
  file.keep('a', 1, body('x'));
  expect(file.kept('a')?.at).toBe(1);
  expect(file.isInPlace).toBe(true);
  expect(file.bytes).toBe(0);
  expect(file.used).toBeGreaterThan(0);
  file.close();
});
