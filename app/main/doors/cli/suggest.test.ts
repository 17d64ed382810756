// Dangers: a set suggested that does not compose, or that a larger one beats; weights of a file that fall on somebody else; a script that meets
// another shape; an answer kept from other weights; a reason that is none, or a swap that does not stand.
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran } from '../../../../testkit/acumen.ts';
import { type SmallRepository, numbered, smallRepository } from '../../../../testkit/small.ts';
import type { ShownReason, ShownSuggestion } from '../../service/suggestionReport.ts';

let folder: string, store: string, repository: SmallRepository, idOf: ReadonlyMap<string, string>;

const acumen = (args: readonly string[], interrupt = new AbortController().signal): Promise<Ran> => runAcumen([...args, '--store', store], { folder, interrupt });
async function document<T>(...args: readonly string[]): Promise<T> {
  const ran = await acumen([...args, '--json']);
  expect(ran).toMatchObject({ status: 0, err: '' });
  expect(ran.out.trimEnd()).not.toContain('\n');
  return JSON.parse(ran.out) as T;
}
/** With time enough on a busy machine; without need nothing takes it. */
const PATIENT = ['--budget', '120'];
const suggested = (...args: readonly string[]): Promise<ShownSuggestion> => document('suggest', ...PATIENT, ...args);
const reasons = (...args: readonly string[]): Promise<{ within: string; reasons: ShownReason[] }> => document('why-not', ...PATIENT, ...args);
const names = (ids: readonly string[]): string[] => ids.map((id) => [...idOf].find(([, one]) => one === id)![0]).sort();

const EVERY = ['adds', 'apart', 'half', 'large', 'old', 'rest', 'small', 'stack/base', 'stack/top', 'third'];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'acumen-suggest-'));
  store = path.join(folder, 'store.acumen');
  repository = smallRepository(path.join(folder, 'repo'), { 'a.txt': numbered(40), 'b.txt': numbered(20), 'c.txt': numbered(20), 'D/1': numbered(12, { 1: 'one' }), 'D/2': numbered(12, { 1: 'two', 5: 'b' }) });
  repository.branch('old', { 'b.txt': numbered(20, { 12: 'old' }) });
  repository.commit({ 'b.txt': numbered(20, { 12: 'newer' }) }, 'Move on');
  // one large change in the way of two small ones
  repository.branch('large', { 'a.txt': numbered(40, Object.fromEntries(Array.from({ length: 30 }, (_, i) => [i + 5, `large ${i}`]))) });
  repository.branch('small', { 'a.txt': numbered(40, { 6: 'small' }) });
  repository.branch('third', { 'a.txt': numbered(40, { 30: 'third' }) });
  repository.branch('stack/base', { 'c.txt': numbered(20, { 3: 'base' }) });
  repository.branch('stack/top', { 'c.txt': numbered(20, { 3: 'base', 9: 'top' }) }, 'stack/base');
  repository.branch('apart', { 'new.txt': 'new\n' });
  // any two of these go together, all three do not
  repository.branch('half', { 'D/1': null, 'E/1': numbered(12, { 1: 'one' }) });
  repository.branch('rest', { 'D/2': null });
  repository.branch('adds', { 'D/new': 'new\n' });
  await acumen(['import', repository.path]);
  const { acus } = await document<{ acus: { id: string; name: string }[] }>('list');
  idOf = new Map(acus.map(({ id, name }) => [name === 'Change stack/base' ? 'stack/base' : name, id]));
}, 120_000);
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

function weights(text: string): string {
  const file = path.join(folder, 'weights.txt');
  writeFileSync(file, text);
  return file;
}

describe('acumen suggest', () => {
  test('--json is one document with the fields that are written down, and a set that composes', async () => {
    const found = await suggested();
    expect([...idOf.keys()].sort()).toEqual(EVERY);
    expect(Object.keys(found).sort()).toEqual(['acus', 'barred', 'bound', 'gap', 'left', 'ms', 'of', 'optimal', 'refused', 'rounds', 'weight']);
    expect(found).toMatchObject({ weight: 7, bound: 7, optimal: true, gap: 0, of: { acus: 10, weight: 10 }, barred: 1 });
    expect(names(found.left)).toEqual(expect.arrayContaining(['large', 'old']));
    expect(found.acus.length + found.left.length).toBe(10);
    // one of the three is left out, found by composing them
    expect(found.refused.map(names)).toEqual([['adds', 'half', 'rest']]);
    expect(found.rounds).toBe(2);
    expect(await acumen(['check', ...found.acus])).toMatchObject({ status: 0 });
    expect((await document<{ tree: string }>('compose', ...found.acus)).tree).toMatch(/^[0-9a-f]{40}$/);
    await acumen(['undo']);
    // asked again it is the same, from what was kept
    expect(await suggested()).toEqual(found);
  });

  test('weighs by lines, by age and by what a file says', async () => {
    expect(names((await suggested('--weight', 'lines')).acus)).toContain('large');
    const age = await suggested('--weight', 'age');
    expect(age.optimal).toBe(true);
    expect(age.weight).toBeLessThanOrEqual(age.acus.length);
    const file = weights(`# the release\nlarge 5\nadds 3\nhalf\t2 # and\nold 100\n${idOf.get('rest')!.slice(0, 10)} 1.5\n`);
    const found = await suggested('--weight', file);
    expect(found).toMatchObject({ weight: 13, optimal: true, of: { acus: 10, weight: 116.5 } });
    expect(names(found.acus)).toEqual(['adds', 'apart', 'half', 'large', 'stack/base', 'stack/top']);
    expect(await suggested('--weight', weights('{"large": 5, "adds": 3, "half": 2, "old": 100, "rest": 1.5}'))).toMatchObject({ acus: found.acus, weight: 13 });
    // both ACUs of the source
    expect((await suggested('--weight', weights('stack/top 10'))).weight).toBe(25);
  });

  test('says to a person what it found, how far that is proven, and what is left out', async () => {
    const { status, out } = await acumen(['suggest', ...PATIENT]);
    expect(status).toBe(0);
    expect(out).toMatch(/7 of 10 ACUs go together, weight 7 of 10: optimal, no set that composes weighs more/);
    expect(out).toMatch(/3 left out: .*large.*; acumen why-not X says why/);
    expect(out).toContain('1 of those can be in no set');
    expect(out).toContain('1 set did not compose although any two of each go together');
  });

  test('without time it says how far from the bound it may be', async () => {
    const found = await suggested('--budget', '0', '--weight', weights('apart 1'));
    expect(await acumen(['check', ...found.acus])).toMatchObject({ status: 0 });
    expect(found.bound).toBeGreaterThanOrEqual(7);
    expect(found.gap).toBeCloseTo(found.optimal ? 0 : (found.bound - found.weight) / found.bound, 9);
  });

  test('--branch writes it', async () => {
    const found = await suggested('--branch', 'largest') as ShownSuggestion & { ref: string; tree: string };
    expect(found.ref).toBe('refs/heads/largest');
    expect(repository.git('rev-parse', 'largest^{tree}')).toBe(found.tree);
    expect(await acumen(['undo'])).toMatchObject({ status: 0 });
    expect(repository.git('branch', '--list', 'largest')).toBe('');
  });

  test.each([
    ['a rule that is none', () => ['suggest', '--weight', 'heavy'], 'no rule of weights called heavy'],
    ['a line that is none', () => ['suggest', '--weight', weights('apart 1\nlarge heavy\n')], 'line 2'],
    ['a budget that is none', () => ['suggest', '--budget', 'long'], 'not a number of seconds'],
    ['a change that is none', () => ['why-not', 'nobody'], 'no source or ACU named nobody'],
    ['nothing asked for', () => ['why-not'], 'missing required argument'],
  ])('%s is refused with exit 2', async (_what, args, said) => {
    const ran = await acumen(args());
    expect(ran).toMatchObject({ status: 2, out: '' });
    expect(ran.err.toLowerCase()).toContain(said.toLowerCase());
  });
});

describe('acumen why-not', () => {
  const composed = async (...all: readonly string[]): Promise<void> => { expect((await acumen(['compose', ...all])).status).toBe(0); };

  test('against the suggested set where nothing is composed', async () => {
    const answer = await reasons('large', 'apart', 'old');
    expect(answer.within).toBe('suggestion');
    const [large, apart, old] = answer.reasons as [ShownReason, ShownReason, ShownReason];
    expect(large).toMatchObject({ kind: 'kept', cost: 1, minimal: true, stands: true });
    expect(names(large.blockers)).toEqual(['small', 'third']);
    expect(large.why.map(({ detail }) => detail)).toEqual([expect.stringContaining('a.txt'), expect.stringContaining('a.txt')]);
    expect(apart.kind).toBe('in');
    expect(old).toMatchObject({ kind: 'never', why: [{ acu: idOf.get('old'), detail: expect.stringContaining('b.txt') as string }] });
  });

  test('against the composition: what comes with it, what leaves with its blockers, and what that costs', async () => {
    await composed('large', 'apart');
    const { within, reasons: [small, top, third] } = await reasons('small', 'stack/top', 'third', '--weight', 'lines') as { within: string; reasons: [ShownReason, ShownReason, ShownReason] };
    expect(within).toBe('composition');
    expect(small).toMatchObject({ kind: 'kept', cost: 58, leaves: [idOf.get('large')], comes: [idOf.get('small')] });
    // of a source with two ACUs each is told
    expect([top.acu, third.acu]).toEqual([idOf.get('stack/base'), idOf.get('stack/top')]);
    expect(third).toMatchObject({ kind: 'free', cost: -4 });
    expect(names(third.comes)).toEqual(['stack/base', 'stack/top']);
    const { out } = await acumen(['why-not', 'small']);
    expect(out).toMatch(/Against the composition of 2 ACUs:\n✕ small [0-9a-f]{10} is kept out by one ACU\n {4}large [0-9a-f]{10}: .*a\.txt.*\n {4}to swap: 1 would leave, 1 would come, which costs nothing\n/);
  });

  test('what only composing tells is told: any two of three go together', async () => {
    await composed('half', 'rest', 'apart');
    const { reasons: [adds] } = await reasons('adds') as unknown as { reasons: [ShownReason] };
    expect(adds).toMatchObject({ kind: 'kept', cost: 0, minimal: true, stands: true });
    expect(adds.blockers.length).toBe(1);
    expect(['half', 'rest']).toContain(names(adds.blockers)[0]);
    const gone = new Set(adds.leaves), then = ['half', 'rest', 'apart'].filter((name) => !gone.has(idOf.get(name) as ShownReason['acu']));
    expect(await acumen(['check', 'adds', ...then])).toMatchObject({ status: 0 });
  });
});
