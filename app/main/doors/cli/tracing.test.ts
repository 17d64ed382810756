// Dangers: a line told to be another's; a script that meets another shape; a path or name of a stranger's that writes to the terminal.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran } from '../../../../testkit/acumen.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';

let folder: string;

const acumen = (...args: readonly string[]): Promise<Ran> => runAcumen([...args, '--store', path.join(folder, 'store.acumen')], { folder });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'acumen-blame-'));
  const repository = smallRepository(path.join(folder, 'repo'), { 'a.txt': numbered(9) });
  repository.branch('one', { 'a.txt': numbered(9, { 2: 'one' }) });
  repository.branch('two', { 'a.txt': numbered(9, { 8: '\u001b[31mtwo' }) });
  repository.branch('same', { 'a.txt': numbered(9, { 2: 'one' }), 'other.txt': 'x\n' });
  await acumen('import', repository.path);
}, 60_000);
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

test('each line with the change that brought it, as lines and as a document', async () => {
  const { status, out, err } = await acumen('blame', 'a.txt', 'one', 'two', 'same');
  expect({ status, err }).toEqual({ status: 0, err: '' });
  const lines = out.trimEnd().split('\n');
  expect(lines).toHaveLength(9);
  expect(lines[1]).toMatch(/^[0-9a-f]{10} (?:one|same) \+1 +2 one$/);
  expect(lines[7]).toMatch(/^[0-9a-f]{10} two +8 \S*two$/);
  expect(out).not.toContain('\u001b');
  expect(lines[0]).toMatch(/^ +1 line 1$/);
  const { acus, brought, taken, ...rest } = JSON.parse((await acumen('blame', 'a.txt', 'one', 'two', 'same', '--json')).out) as { acus: { id: string; name: string }[]; brought: { start: number; end: number; by: string[]; back: boolean }[]; taken: unknown[] };
  expect(rest).toEqual({ path: 'a.txt', how: 'woven', exact: true, from: null });
  const names = new Map(acus.map(({ id, name }) => [id, name]));
  expect(brought.map(({ start, end, by, back }) => [start, end, by.map((id) => names.get(id)).sort(), back])).toEqual([[2, 2, ['one', 'same'], false], [8, 8, ['two'], false]]);
  expect(taken).toHaveLength(2);
});

test('what is refused says why', async () => {
  expect(await acumen('blame', 'a.txt')).toMatchObject({ status: 2, err: expect.stringContaining('nothing is composed') as string });
  expect(await acumen('blame', 'a.txt', 'nobody')).toMatchObject({ status: 2 });
  await acumen('compose', 'one');
  expect((await acumen('blame', 'a.txt')).out).toContain('one');
  expect((await acumen('blame', 'a.txt', '--at', '2')).out).toContain('one');
});
