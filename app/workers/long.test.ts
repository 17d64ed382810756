// Danger: names of a million letters that go to the window with every row, that look alike there, or that nobody can have whole any more.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tempDir } from '../../testkit/git.ts';
import { longNames, longScreen } from '../../testkit/hostile/long.ts';
import { type Loaded as Imported, load } from '../../testkit/loaded.ts';
import { type ByteString, type PathBytes, display } from '../core/bytes.ts';
import { pathKey } from '../core/pathKey.ts';
import { parted } from '../core/search/columns.ts';
import { type Loaded, Replica } from './replica.ts';

/** Fewer than a million: only the limits matter, and they are far below. */
const SIZE = 20_000;
const dir = tempDir('long'), names = longNames(SIZE), replica = new Replica();
let imported: Imported, loaded: Loaded;
beforeAll(async () => {
  imported = await load(longScreen(dir.path, SIZE).path);
  loaded = replica.load(1, imported.engine.digest, imported.engine.encode());
});
afterAll(async () => { await imported.close(); dir.remove(); });

const called = (name: string) => imported.engine.acus.find((acu) => acu.name === name)!;

test('rows and sources carry as much as anybody reads', () => {
  const sizes = [...loaded.rows, ...loaded.sources].map((row) => JSON.stringify({ ...row, text: '' }).length);
  expect(sizes.length).toBe(26);
  expect(Math.max(...sizes)).toBeLessThan(8000);
  expect(Math.max(...loaded.rows.map(({ text }) => text.length))).toBeLessThan(25_000);
  // and so do those whom search hands on
  expect(Math.max(...parted(replica.searchable().names).map(({ length }) => length))).toBeLessThan(4000);
});

test('they stay told apart', () => {
  for (const all of [loaded.rows.map(({ name }) => name), loaded.sources.map(({ name }) => name)]) expect(new Set(all).size).toBe(all.length);
  for (const name of [names.first, names.second, names.third, names.fourth]) expect(loaded.rows[imported.engine.acus.indexOf(called(name))]!.name).toContain('more letters)…');
});

test('and are had whole, letter for letter', () => {
  const [first] = replica.whole([called(names.first).id]);
  expect(first).toEqual({ name: names.first, title: names.title, author: names.author, email: names.email });
  expect(replica.whole([called(names.rightToLeft).id])[0]!.name).toBe(display(names.rightToLeft as ByteString));
});

test('a conflict says its path in words and by a key, which leads to the whole', () => {
  const { rows, total } = replica.witness(called(names.first).id, called(names.second).id, 10);
  expect(total).toBe(1);
  expect(rows[0]!.detail).toMatch(/^both change f+…\([\d,]+ more letters\)…f+ at line 4$/);
  expect(replica.pathOf(rows[0]!.path)).toBe(names.file);
  expect(replica.pathOf(pathKey('not/there' as PathBytes))).toBe('not/there');
  expect(replica.pathOf(pathKey('z'.repeat(SIZE) as PathBytes))).toBeNull();
  const all = replica.conflictsOf(called(names.first).id, 100).rows, two = [names.first, names.second].map((name) => called(name).id);
  for (const row of [...all, ...replica.verdict([two[0]!], [two[1]!]).conflicts]) expect(JSON.stringify(row).length).toBeLessThan(4000);
});
