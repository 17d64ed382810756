// Danger: a search on the command line that finds other changes than the window does, by symbols that nobody read.
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran } from '../../../../testkit/acumen.ts';
import { tempDir } from '../../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';

const temp = tempDir('cli-search'), folder = temp.path;
afterAll(() => temp.remove());

const acumen = (...args: string[]): Promise<Ran> => runAcumen(args, { folder });

const server = 'export class Server {\n  closeAll() {\n    return 1;\n  }\n\n  openPort() {\n    return 2;\n  }\n}\n';

test('the language of the window finds by name, author, path, symbol and state, and says why', async () => {
  const repo = smallRepository(path.join(folder, 'repo'), { 'a.txt': numbered(20), 'src/server.ts': server, 'docs/read.md': 'read\n' }), store = ['--store', path.join(folder, 'store')];
  repo.branch('one', { 'a.txt': numbered(20, { 3: 'ONE' }) }, 'main', 'Maya Lind <maya@example.invalid>');
  repo.branch('two', { 'a.txt': numbered(20, { 3: 'TWO' }) });
  repo.branch('agents/heron/port', { 'src/server.ts': server.replace('return 2', 'return 80') });
  repo.branch('words', { 'docs/read.md': 'read me\n' });
  repo.branch('old', { 'docs/read.md': 'other\n' });
  repo.commit({ 'docs/read.md': 'moved on\n' }, 'Move on');
  expect((await acumen('import', 'repo', ...store)).status).toBe(0);
  const found = async (text: string): Promise<string[]> => {
    const { out, err, status } = await acumen('list', '--json', '--search', text, ...store);
    expect([status, err]).toEqual([0, '']);
    return (JSON.parse(out) as { acus: { name: string }[] }).acus.map(({ name }) => name).sort();
  };
  expect(await found('author:maya')).toEqual(['one']);
  expect(await found('path:DOCS/')).toEqual(['old', 'words']);
  expect(await found('symbol:openport')).toEqual(['agents/heron/port']);
  expect(await found('Server')).toEqual(['agents/heron/port']);
  expect(await found('is:stale')).toEqual(['old', 'words']);
  expect(await found('is:conflicted -author:maya -is:stale')).toEqual(['two']);
  expect(await found('is:agent after:2000')).toEqual(['agents/heron/port']);
  expect((await acumen('compose', 'one', ...store)).status).toBe(0);
  expect(await found('is:conflicts')).toEqual(['two']);
  expect(await found('is:in')).toEqual(['one']);
  expect(await found('is:fits')).toEqual(['agents/heron/port']);

  const named = await acumen('list', '--json', '--search', 'closeall', ...store);
  expect(JSON.parse(named.out)).toEqual({ search: 'closeall', acus: [] });
  expect(JSON.parse((await acumen('list', '--json', '--search', 'port', ...store)).out)).toMatchObject({ acus: [{ name: 'agents/heron/port' }] });
  expect(JSON.parse((await acumen('list', '--json', '--search', 'symbol:port', ...store)).out)).toMatchObject({ acus: [{ why: { by: 'symbol', text: 'openPort' } }] });
  expect((await acumen('list', '--search', 'openport', ...store)).out).toContain('symbol openPort');
  expect((await acumen('list', '--search', 'nobody', ...store)).out).toContain('Nothing matches nobody.');
  expect(await acumen('list', '--search', 'is:stael', ...store)).toMatchObject({ status: 2, err: expect.stringContaining('stael') as string });
  expect(await acumen('list', '--search', 'symbol:x', '--no-store', '--repo', 'repo')).toMatchObject({ status: 2, err: expect.stringContaining('--no-store') as string });
  expect(JSON.parse((await acumen('list', '--json', '--search', 'path:src', '--no-store', '--repo', 'repo')).out)).toMatchObject({ acus: [{ name: 'agents/heron/port' }] });
});
