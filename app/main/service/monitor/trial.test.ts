// Dangers: a trial that compares different answers, or a copy that the other had changed; a recording with something in it that cannot be asked
// again, or that anybody may read.
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallRepository } from '../../../../testkit/small.ts';
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import { openPlatform } from '../platform.ts';
import { Workspace } from '../workspace.ts';
import { runTrial, said } from './trial.ts';
import type { TrialOptions } from './trial.ts';
import { readWorkload, record } from './workload.ts';
import { removeFolder } from '../../../../testkit/folder.ts';

let folder: string, store: string, recording: string, acus: AcuId[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'acumen-trials-'));
  store = join(folder, 'store.acumen');
  recording = join(folder, 'requests.jsonl');
  const repo = smallRepository(join(folder, 'repo'));
  for (const name of ['one', 'two', 'three']) repo.branch(name, { [`${name}.txt`]: `${name}\n` });
  const platform = await openPlatform({ store, what: 'test', manual: true });
  const workspace = await Workspace.open(store, { platform });
  await workspace.call('import', { path: repo.path, base: null, refs: [], grain: 'branch', ticket: 'import' });
  acus = workspace.engine.acus.map(({ id }) => id);
  const stop = record(platform, recording);
  await workspace.call('check', { acus });
  await workspace.call('watch', { on: true });
  await workspace.call('preview', { acus });
  await workspace.call('composedFile', { acus, path: 'one.txt' as PathBytes });
  await workspace.call('add', { acus: [acus[0]!], ticket: 'a' });
  await workspace.call('undo', { ticket: 'u' });
  await workspace.call('check', { acus: ['0'.repeat(64) as AcuId] }).catch(() => undefined);
  stop();
  await workspace.call('check', { acus });
  await workspace.close();
  await platform.close();
});
afterAll(() => { removeFolder(folder); });

const trial = (more: Partial<TrialOptions> = {}) => runTrial({
  store, workload: 'test', requests: readWorkload(recording), a: { caches: true, knobs: {} }, b: { caches: false, knobs: {} }, pairs: 2, confidence: 0.5, now: () => 1234, env: process.env, ...more,
});

test('what can be asked again is recorded while it is asked for, for its owner alone', () => {
  expect(readWorkload(recording).map(({ method }) => method)).toEqual(['check', 'preview', 'composedFile', 'add', 'undo', 'check']);
  if (process.platform !== 'win32') expect(statSync(recording).mode & 0o777).toBe(0o600);
  expect(readFileSync(recording, 'utf8')).not.toContain('one\\n');
});

test('a line that is no request is refused, and said which', () => {
  const spoiled = join(folder, 'spoiled.jsonl');
  for (const line of ['nonsense', '{"method":"import","params":{}}', '{"method":"check","params":{"acus":["x"]}}']) {
    writeFileSync(spoiled, `${JSON.stringify({ method: 'hello', params: {} })}\n${line}\n`);
    expect(() => readWorkload(spoiled)).toThrow(expect.objectContaining({ code: 'usage', data: expect.objectContaining({ line: 2 }) as unknown }));
  }
});

test('two configurations are asked the same on copies of their own, and the store is left as it was', async () => {
  const before = readFileSync(store);
  const pairs: number[] = [];
  const found = await trial({ told: (pair) => { pairs.push(pair); }, b: { caches: true, knobs: { 'admission.rate': 100 } } });
  expect(pairs).toEqual([0, 1, 2]);
  expect(found).toMatchObject({ at: 1234, workload: 'test', requests: 6, a: 'as it comes', b: 'admission.rate=100', pairs: 2, confidence: 0.5 });
  for (const { a, b, ratio, low, high } of found.figures) {
    expect(a).toBeGreaterThan(0);
    expect(b).toBeGreaterThan(0);
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThanOrEqual(ratio);
    expect(high).toBeLessThan(Infinity);
    expect(high).toBeGreaterThanOrEqual(ratio);
  }
  expect(readFileSync(store).equals(before)).toBe(true);
  expect(said({ caches: false, knobs: { x: 1 } })).toBe('caches=off x=1');
});

test('what is no trial is refused', async () => {
  await expect(trial({ pairs: 5, confidence: 0.95 })).rejects.toMatchObject({ code: 'usage' });
  await expect(trial({ requests: [] })).rejects.toMatchObject({ code: 'usage' });
  await expect(trial({ a: { caches: true, knobs: { 'no.knob': 1 } } })).rejects.toMatchObject({ code: 'usage', hint: expect.stringContaining('admission.rate') as string });
  await expect(trial({ a: { caches: true, knobs: { 'admission.rate': -1 } } })).rejects.toMatchObject({ code: 'usage' });
});
