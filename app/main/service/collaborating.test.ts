// Dangers: an operation that waits for a history to be read; a report kept for another question, or worked out anew for the same; a reading that cannot
// be ended; figures that say nothing of who multiplied.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { numbered, smallRepository } from '../../../testkit/small.ts';
import type { Methods, Push } from '../../contract/methods.ts';
import { unpackHistory } from '../../core/collaboration/packed.ts';
import { type TelemetryEvent, silent } from '../../core/telemetry.ts';
import { type Platform, barePlatform } from './platform.ts';
import { Workspace } from './workspace.ts';

let folder: string, workspace: Workspace;
const told: TelemetryEvent[] = [], recorded: string[] = [], pushes: Push[] = [];
const asked: Methods['collaborate']['params'] = { asOf: null, halfLifeDays: 100, matrices: ['interaction', 'knowledge'], by: 'files', most: 5, rows: 5, assignment: { away: [], limits: [], most: 2, pinned: [] }, ticket: 'first' };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'acumen-collaborating-'));
  const repository = smallRepository(path.join(folder, 'repo'), { 'a/a.txt': numbered(20), 'b/b.txt': numbered(20) });
  repository.commit({ 'a/a.txt': numbered(20, { 3: 'three' }) }, 'Three', 'Bob <bob@example.invalid>');
  repository.branch('one', { 'a/a.txt': numbered(20, { 3: 'one' }) });
  repository.branch('two', { 'a/a.txt': numbered(20, { 3: 'two' }) }, 'main', 'Bob <bob@example.invalid>');
  const platform: Platform = { ...barePlatform(), telemetry: { ...silent, timer: (name, label) => ({ record: () => { recorded.push(`${name} ${label}`); } }), tell: (event) => { told.push(event); } } };
  workspace = await Workspace.open(path.join(folder, 'store.acumen'), { platform });
  workspace.subscribe((push) => { pushes.push(push); });
  await workspace.call('import', { path: repository.path, base: null, refs: [], grain: 'branch', ticket: 'import' });
}, 60_000);
afterAll(async () => { await workspace.close(); await rm(folder, { recursive: true, force: true }); });

test('a history comes with its digest, under a ticket, while the operations are held', async () => {
  await workspace.call('pause', { paused: true });
  const held = workspace.call('undo', { ticket: 'held' }).catch((error: unknown) => error);
  const { digest, bytes } = await workspace.call('history', { ticket: 'h' });
  expect(digest).toBe(createHash('sha256').update(bytes).digest('hex'));
  const history = unpackHistory(bytes);
  expect(history.head).toBe(workspace.view.state.published!.base);
  // and who committed it for them
  expect(history.people.map(({ name }) => name).sort()).toEqual(['Ada Lovelace', 'Bob', 'Test Kit']);
  expect(pushes.filter((push) => push.push === 'progress' && push.ticket === 'h').length).toBeGreaterThan(0);
  // of what is kept nothing is said
  pushes.length = 0;
  expect((await workspace.call('history', { ticket: 'h' })).digest).toBe(digest);
  expect(pushes.filter(({ push }) => push === 'progress')).toEqual([]);
  await workspace.call('cancel', { ticket: 'held' });
  expect(await held).toMatchObject({ code: 'cancelled' });
  await workspace.call('pause', { paused: false });
});

test('a report is worked out once for one question, and says who multiplied', async () => {
  const [first, second] = await Promise.all([workspace.call('collaborate', asked), workspace.call('collaborate', { ...asked, ticket: 'second' })]);
  expect(second).toBe(first);
  expect(await workspace.call('collaborate', { ...asked, ticket: 'third' })).toBe(first);
  expect(first.talk.length).toBe(1);
  const products = told.filter((event) => event.kind === 'product');
  // knowledge is shown as it is counted
  expect(products).toEqual([{ kind: 'product', matrix: 'interaction', by: first.matrices[0]!.computed.by, outcome: 'kept', ms: first.matrices[0]!.computed.ms, multiplyAdds: first.matrices[0]!.computed.multiplyAdds, reason: first.matrices[0]!.computed.why }]);
  expect(recorded.filter((one) => one.startsWith('acumen_collaboration_seconds')).sort()).toEqual(['acumen_collaboration_seconds history', 'acumen_collaboration_seconds report']);
  expect(recorded).toContain('acumen_product_seconds sparse');
  expect((await workspace.call('collaborate', { ...asked, most: 1, ticket: 'fourth' }))).not.toBe(first);
});

test('what nobody waits for is given up: by ticket, and when the workspace closes', async () => {
  const cancelled = workspace.call('collaborate', { ...asked, halfLifeDays: 7, ticket: 'c' });
  expect(await workspace.call('cancel', { ticket: 'c' })).toEqual({ cancelled: true });
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  expect(await workspace.call('cancel', { ticket: 'c' })).toEqual({ cancelled: false });
  // and answers when it is asked again
  expect((await workspace.call('collaborate', { ...asked, halfLifeDays: 7, ticket: 'c' })).halfLifeDays).toBe(7);
});

test('a ticket stands for one thing at a time', async () => {
  const one = workspace.call('collaborate', { ...asked, halfLifeDays: 8, ticket: 'same' });
  await expect(workspace.call('history', { ticket: 'same' })).rejects.toMatchObject({ code: 'bad-message' });
  await one;
});

test('people are found by name, address, role and key, whatever the case; nobody else is named in what is refused', async () => {
  const collaborating = await workspace.collaborating(), { signal } = new AbortController(), quiet = (): void => {};
  const report = await workspace.call('collaborate', { ...asked, ticket: 'people' }), bob = report.people.find(({ name }) => name === 'Bob')!;
  expect(new Set(await collaborating.keysOf(['bob', ' BOB@example.invalid', bob.role, bob.key], signal, quiet))).toEqual(new Set([bob.key]));
  const refused = await collaborating.keysOf(['Charles'], signal, quiet).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'unknown-name' });
  expect(JSON.stringify(refused) + String(refused)).not.toMatch(/Bob|Ada/);
});
