// Dangers: a conflict decided from the command line otherwise than was said, places passed over, answers applied where nobody gave them, or a set
// that is left half composed when what was recorded does not do.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran } from '../../../../testkit/acumen.ts';
import { tempDir } from '../../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';

const temp = tempDir('cli-resolve'), folder = temp.path;
afterAll(() => temp.remove());

const acumen = (...args: string[]): Promise<Ran> => runAcumen([...args, '--store', path.join(folder, 'store')], { folder });
const json = ({ out }: { readonly out: string }): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;

test('a conflict is decided by words and a file, listed, and decided so again by compose --resolve auto', async () => {
  const repo = smallRepository(path.join(folder, 'repo'));
  repo.branch('left', { 'a.txt': numbered(20, { 3: 'left 3', 12: 'left 12' }), 'b.txt': numbered(20, { 5: 'left 5' }) });
  repo.branch('right', { 'a.txt': numbered(20, { 3: 'right 3', 12: 'right 12' }), 'b.txt': numbered(20, { 5: 'right 5' }) });
  repo.branch('other', { 'b.txt': numbered(20, { 5: 'other 5' }) });
  expect((await acumen('import', 'repo')).status).toBe(0);
  expect((await acumen('compose', 'left', 'right', '--resolve', 'auto', '--json')).status).toBe(1);
  expect((await acumen('compose', 'left')).status).toBe(0);

  const listed = await acumen('resolve', 'right', '--list');
  expect(listed).toMatchObject({ status: 0 });
  expect(listed.out).toBe('right against left: 3 places\n  a.txt:3  content\n  a.txt:12  content\n  b.txt:5  content\n');
  const partly = await acumen('resolve', 'right', '--path', 'a.txt', '--take', 'ours');
  expect(partly.status).toBe(1);
  expect(partly.out).toContain('1 place of 3 left to decide; nothing was changed\n  b.txt:5  content');
  expect(json(await acumen('list', '--json'))).toMatchObject({ acus: [{}, {}, {}] });

  writeFileSync(path.join(folder, 'by-hand'), 'by hand\n');
  expect(await acumen('resolve', 'right', '--path', 'a.txt', '--take', 'by-hand')).toMatchObject({ status: 2, err: expect.stringContaining('a.txt has 2 places') as string });
  expect(await acumen('resolve', 'right', '--take', 'nothing-like-it')).toMatchObject({ status: 2, err: expect.stringContaining('neither ours, theirs or both') as string });
  expect(await acumen('resolve', 'right', '--path', 'c.txt', '--take', 'ours')).toMatchObject({ status: 2, err: expect.stringContaining('Nothing is to be decided in c.txt') as string });
  const decided = await acumen('resolve', 'right', '--path', 'b.txt', '--take', 'by-hand', '--take', 'both', '--json');
  expect(decided.status).toBe(0);
  expect(json(decided)).toMatchObject({ answered: 3, left: [] });
  const { tree } = json(decided) as { tree: string };
  expect(repo.git('cat-file', '-t', 'HEAD')).toBe('commit'); // nothing was written for it
  expect((await acumen('undo')).status).toBe(0);

  const again = await acumen('compose', 'left', 'right', '--resolve', 'auto', '--branch', 'both', '--json');
  expect(again.status).toBe(0);
  expect(json(again)).toMatchObject({ tree, resolved: [expect.stringMatching(/^[0-9a-f]{64}$/)], missing: [] });
  expect(repo.git('show', 'both:b.txt')).toBe(numbered(20, { 5: 'by hand' }).trimEnd());
  expect(repo.git('show', 'both:a.txt')).toBe(numbered(20, { 3: 'left 3\nright 3', 12: 'left 12\nright 12' }).trimEnd());

  // one of them was never decided: nothing is changed, and the log says that it was tried and taken back
  const before = json(await acumen('resolve', '--list', '--json'));
  expect((await acumen('compose', 'left', 'right', 'other', '--resolve', 'auto')).status).toBe(1);
  expect(json(await acumen('resolve', '--list', '--json'))).toEqual(before);
  expect((await acumen('resolve', 'right', '--take', 'ours')).status).toBe(2);
  expect((await acumen('fsck')).status).toBe(0);
});
