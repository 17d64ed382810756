// The danger: a script that reads another event than the one that happened, or a line that an event's text breaks.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran } from '../../../../testkit/acumen.ts';
import { tempDir } from '../../../../testkit/git.ts';
import { smallRepository } from '../../../../testkit/small.ts';
import { openPlatform } from '../../service/platform.ts';

let temp: ReturnType<typeof tempDir>, store: string;
beforeAll(() => { temp = tempDir('events'); store = `${temp.path}/main.acumen`; });
afterAll(() => temp.remove());

const acumen = (...args: readonly string[]): Promise<Ran> => runAcumen(args, { folder: temp.path });

test('events are lines, of the kind and about what was asked for, once for a reader with a name', async () => {
  const repo = `${temp.path}/repo`;
  smallRepository(repo).branch('first', { 'a.txt': 'first\n' });
  expect((await acumen('import', repo, '--store', store)).status).toBe(0);
  const platform = await openPlatform({ store, what: 'test', manual: true, clock: { now: () => 1_700_000_000_000 } });
  platform.telemetry.tell({ kind: 'decision', id: 1, knob: 'cache L1', from: 100, to: 50, reason: 'little was asked for again' });
  platform.telemetry.tell({ kind: 'breaker', dependency: 'git', from: 'closed', to: 'open', reason: 'it hung\n\u001b[31mlong' });
  platform.telemetry.tell({ kind: 'decision', id: 2, knob: 'pool.diff.warm', from: 0, to: 2, reason: 'it is busy' });
  await platform.close();
  const ask = (...args: string[]): Promise<Ran> => acumen('stats', '--events', '--store', store, ...args);
  const lines = (out: string): unknown[] => out.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
  expect(lines((await ask('--json', '--kind', 'decision', '--about', 'cache L1')).out)).toEqual([{ at: 1_700_000_000_000, seq: expect.any(Number) as number, lane: 'normal', kind: 'decision', id: 1, knob: 'cache L1', from: 100, to: 50, reason: 'little was asked for again' }]);
  expect(lines((await ask('--json', '--from', '1700000000001')).out)).toEqual([]);
  const said = await ask('--kind', 'breaker');
  expect(said.out.trimEnd().split('\n')).toHaveLength(1);
  expect(said.out).toContain('breaker dependency git, from closed, to open');
  expect(said.out).not.toContain('\u001b');
  expect(lines((await ask('--json', '--reader', 'x', '--kind', 'decision')).out)).toHaveLength(2);
  expect((await ask('--json', '--reader', 'x', '--kind', 'decision')).out).toBe('');
  expect(await ask('--kind', 'nonsense')).toMatchObject({ status: 2, out: '', err: expect.stringContaining('There are operation, decision') as string });
  expect(await ask('--from', 'now')).toMatchObject({ status: 2, out: '' });
});
